package mapping

import (
	mathbits "math/bits"

	"xbar/sim/workload"
)

// Share is a part of a tensor's bits.
type Share struct{ Part, Whole int64 }

// Of is what is not kept of a tensor of so many bits, that comes with so many
// vectors. The first bits are kept, and what comes when the buffer is full spills.
// Vectors bring as much each, in whole bits, and the first so much more, until all
// has come.
func (s Share) Of(all, vectors, ahead int64) Spill {
	p := Spill{all: all, ahead: ahead}
	if vectors > 0 {
		p.bits = ceilDiv(all, vectors)
	}
	if s.Whole > 0 {
		high, low := mathbits.Mul64(uint64(all), uint64(s.Whole-s.Part))
		kept, _ := mathbits.Div64(high, low, uint64(s.Whole))
		p.kept = int64(kept)
	} else {
		p.kept = all
	}
	return p
}

// Whole is a tensor of which nothing is kept.
var Whole = Share{1, 1}

// Spill is a tensor that comes with vectors, and of which the first bits are kept.
type Spill struct{ bits, ahead, all, kept int64 }

// Bits is what of that which comes with vector v is not kept: whole numbers that add
// up to the share of the tensor.
func (s Spill) Bits(v int64) int64 {
	before := int64(0)
	if v > 0 {
		before = s.upTo(v)
	}
	return max(0, s.upTo(v+1)-s.kept) - max(0, before-s.kept)
}

// Total is what of so many vectors is not kept.
func (s Spill) Total(vectors int64) int64 { return max(0, s.upTo(vectors)-s.kept) }

// Ahead is the bits that the first vector brings beside its own.
func (s Spill) Ahead() int64 { return s.ahead }

// upTo is the bits that so many vectors bring.
func (s Spill) upTo(vectors int64) int64 { return min(s.all, vectors*s.bits+s.ahead) }

// Edges are vectors that may bring other bits than the one before: from one to the
// next, vectors are alike.
func (s Spill) Edges() (edges [5]int64) {
	if s.bits == 0 {
		return edges
	}
	if s.ahead > 0 {
		edges[0] = 1
	}
	for i, from := range []int64{s.kept, s.all} {
		from = max(0, from-s.ahead)
		edges[1+2*i], edges[2+2*i] = from/s.bits, ceilDiv(from, s.bits)
	}
	return edges
}

// Spills says which share of each kernel's input the global buffer could not
// keep, so that it is fetched from DRAM whenever it is used: spills[k] for the
// input of kernel k, spills[len(kernels)] for the last output, which goes to
// DRAM whole. An activation spills what lies beyond the capacity (in bits) that
// the kernel's own input leaves; the first kernel's input comes from DRAM and
// stays as far as it fits.
func Spills(kernels []workload.Kernel, batch, capacity int64) []Share {
	spills := make([]Share, len(kernels)+1)
	first := kernels[0].Distinct() * int64(kernels[0].InputBits) * batch
	spills[0] = Share{max(0, first-capacity), first}
	kept := first - spills[0].Part
	for k, kernel := range kernels {
		size := kernel.L * kernel.Outputs() * int64(kernel.OutputBits) * batch
		spilled := max(0, min(size, kept+size-capacity))
		spills[k+1] = Share{spilled, size}
		kept = size - spilled
	}
	spills[len(kernels)] = Whole
	return spills
}

// WindowSpills is [Spills] of a pipeline, where so many bits of each output but the
// last wait for the next kernel. Where the global buffer cannot hold them all, it
// holds the same share of each. The first input comes from DRAM as it is used.
func WindowSpills(windows []int64, capacity int64) []Share {
	var kept int64
	for _, bits := range windows {
		kept += bits
	}
	spills := make([]Share, len(windows)+2)
	for k := range windows {
		spills[k+1] = Share{max(0, kept-capacity), kept}
	}
	spills[len(windows)+1] = Whole
	return spills
}
