package mapping

import (
	mathbits "math/bits"

	"xbar/sim/workload"
)

// Share is a part of a tensor's bits.
type Share struct{ Part, Whole int64 }

// Of is the share of a tensor that so many vectors move in pieces of so many
// bits. The first vectors are kept, and what comes when the buffer is full
// spills.
func (s Share) Of(bits, vectors int64) Spill {
	if s.Whole == 0 {
		return Spill{bits, bits * vectors}
	}
	high, low := mathbits.Mul64(uint64(bits*vectors), uint64(s.Whole-s.Part))
	kept, _ := mathbits.Div64(high, low, uint64(s.Whole))
	return Spill{bits, int64(kept)}
}

// Spill is a tensor of which the first bits are kept.
type Spill struct{ bits, kept int64 }

// Bits is what of vector v's piece is not kept: whole numbers that add up to the
// share of the tensor.
func (s Spill) Bits(v int64) int64 { return min(s.bits, max(0, (v+1)*s.bits-s.kept)) }

// Edges are the first vector that is not kept whole and the first that is not
// kept at all: from one to the next, vectors are alike.
func (s Spill) Edges() (first, last int64) {
	if s.bits == 0 {
		return 0, 0
	}
	return s.kept / s.bits, (s.kept + s.bits - 1) / s.bits
}

// Spills says which share of each kernel's input the global buffer could not
// keep, so that it is fetched from DRAM whenever it is used: spills[k] for the
// input of kernel k, spills[len(kernels)] for the last output, which goes to
// DRAM whole. An activation spills what lies beyond the capacity (in bits) that
// the kernel's own input leaves; the first kernel's input comes from DRAM and
// stays as far as it fits.
func Spills(kernels []workload.Kernel, batch, capacity int64) []Share {
	spills := make([]Share, len(kernels)+1)
	first := kernels[0].L * kernels[0].Inputs() * int64(kernels[0].InputBits) * batch
	spills[0] = Share{max(0, first-capacity), first}
	kept := first - spills[0].Part
	for k, kernel := range kernels {
		size := kernel.L * kernel.Outputs() * int64(kernel.OutputBits) * batch
		spilled := max(0, min(size, kept+size-capacity))
		spills[k+1] = Share{spilled, size}
		kept = size - spilled
	}
	spills[len(kernels)] = Share{1, 1}
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
	spills[len(windows)+1] = Share{1, 1}
	return spills
}
