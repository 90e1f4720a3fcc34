package systolic

import (
	"fmt"
	"math"

	"xbar/sim"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// Unit is an array that is part of another machine: it is stepped by that machine's
// engine, and fed by a buffer that is not its own. A chunk is then a fold, and
//
//	cycles = fetch(0) + Σ_k max(compute(k), store(k−1) + fetch(k+1)) + store(last)
//
// holds over its folds, where only what the buffer could not keep crosses the DRAM.
type Unit struct {
	core
	array  *Array
	kernel plan
}

// Outside is how many of a tensor's bits, counted in the order in which the array
// takes or gives them, a buffer keeps; the rest are read from the DRAM in each fold
// that needs them, and written there. Of sums it is what it keeps of those of one
// column fold.
type Outside struct {
	Input, Weight, Sum, Output int64
	Fresh                      bool // inputs are in the DRAM until they are first read
}

// everything is kept by what has room for all.
const everything = math.MaxInt64

// Inside is the [Outside] of a buffer that has room for all.
func Inside() Outside { return Outside{everything, everything, everything, everything, false} }

// crosses reports whether the buffer may lack room.
func (o *Outside) crosses() bool { return o != nil && *o != Inside() }

// Moved is what a kernel moved, in words, by tensor. Sums that are not Finished are
// partial, and read back.
type Moved struct {
	MACs                                     int64
	LatchedInput, LatchedWeight, LatchedSum  int64 // by a PE
	ReadInput, ReadWeight, ReadSum, WriteSum int64 // between the buffer and the array
	Finished                                 int64 // outputs
	SumBits                                  int64 // of a sum
	FromDRAM, ToDRAM                         int64 // bits
}

// NewUnit puts an array on an engine, which steps it cycle by cycle or fold by fold.
// The DRAM's servers each have the bandwidth of channel. When a kernel is done it
// calls back.
func NewUnit(path string, a *Array, engine *sim.Engine, dram *sim.Resource, channel sim.Link, step bool, done func() error) *Unit {
	u := &Unit{array: a, core: core{engine: engine, dram: dram, channel: channel, step: step, done: done}}
	u.loadsAhead = a.OverlapWeightLoad && roles[a.Dataflow].loads()
	u.id = engine.Register(path, &u.core)
	return u
}

// Start begins a kernel, one inference of it.
func (u *Unit) Start(k workload.Kernel, o Outside) {
	u.kernel = unitPlan(u.array, k)
	u.kernel.outside = &o
	u.start(&u.kernel)
}

// Watch has f hear of each load and each stretch of streaming that the array begins:
// for how long, and with how many MACs.
func (u *Unit) Watch(f func(loading bool, took sim.Cycle, macs int64)) { u.watch = f }

// Moved is what the kernel that was last begun has moved so far.
func (u *Unit) Moved() Moved {
	t := &u.tally
	return Moved{
		MACs:         t[macs],
		LatchedInput: t[moved+input], LatchedWeight: t[moved+weight], LatchedSum: t[moved+sum],
		ReadInput: t[read+input], ReadWeight: t[read+weight], ReadSum: t[read+sum], WriteSum: t[written],
		Finished: t[taken], SumBits: u.kernel.width[sum],
		FromDRAM: t[bitsIn], ToDRAM: t[bitsOut],
	}
}

// Computing is for how long the array has streamed the kernel that was last begun, or
// been loaded while it could not stream.
func (u *Unit) Computing() sim.Cycle {
	if u.loadsAhead {
		return sim.Cycle(u.tally[streamCycles])
	}
	return sim.Cycle(u.tally[streamCycles] + u.tally[loadCycles])
}

// Countable reports a kernel whose counts or cycles on the array could overflow, on
// a DRAM of so many cycles a bit.
func (a *Array) Countable(k workload.Kernel, perBit float64) error {
	if most := padded(a, k, 1, perBit); most > math.MaxInt64/2 {
		return fmt.Errorf("kernel %s: up to %.2g bits and cycles on the digital side are more than can be counted", k.Name, most)
	}
	return nil
}

func unitPlan(a *Array, k workload.Kernel) plan {
	const all = unit.Bit(1 << 62)
	return layOut(a, k, 1, [tensors]unit.Bit{all, all, all})
}

// crossOutside counts what of a fold's words the buffer does not keep.
func (p *plan) crossOutside(c *chunk) {
	c.fetch, c.spill = [tensors]int64{}, 0
	kept := [tensors + 1]int64{input: p.outside.Input, weight: p.outside.Weight, output: p.outside.Output}
	c.in = p.beyond(p.left, c, kept[p.left])
	if !p.loads() {
		c.in += p.beyond(p.top, c, kept[p.top])
		c.out = p.beyond(output, c, kept[output])
		return
	}
	c.in += p.beyond(p.held, c, kept[p.held])
	open := max(0, c.cols*c.steps*p.width[sum]-p.outside.Sum)
	if c.accumulates {
		c.in += open
	}
	if c.store == 0 {
		c.out = open
		return
	}
	c.out = p.beyond(output, c, kept[output])
}

// beyond is how many bits of a fold's part of a tensor lie beyond those that are
// kept. Parts follow each other as folds do.
func (p *plan) beyond(t tensor, c *chunk, kept int64) int64 {
	rows, cols, stream := p.extent[p.rows], p.extent[p.cols], p.extent[p.stream]
	edge := t
	if t == output {
		edge = sum
	}
	var before, words, all int64
	switch edge {
	case p.left:
		before, words, all = c.at[rowLoop]*p.R*stream, c.rows*c.steps, rows*stream
	case p.top:
		before, words, all = c.at[columnLoop]*p.C*stream, c.cols*c.steps, cols*stream
	default:
		before, words, all = c.at[columnLoop]*p.C*rows+c.at[rowLoop]*p.R*c.cols, c.rows*c.cols, rows*cols
	}
	before += c.at[productLoop] * all
	if t == input && p.outside.Fresh && (t == p.held || c.at[columnLoop] == 0) {
		kept = 0
	}
	return clip((before+words)*p.width[t], kept) - clip(before*p.width[t], kept)
}

// clip is how much of bits is beyond those kept.
func clip(bits, kept int64) int64 { return max(0, bits-min(kept, bits)) }
