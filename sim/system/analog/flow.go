package analog

import (
	"fmt"
	"math/bits"

	"xbar/sim"
	"xbar/sim/mapping"
)

// In a pipeline every kernel is a line of its own, and all lines are at work at
// once. Vector v of kernel k is asked for when kernel k−1 has stored what it needs,
//
//	⌈(v+1)·L_{k−1}/L_k⌉ + a_k  vectors of the same inference, or all of them
//
// and when kernel k has room for its output: less than W_k of its vectors are on
// the way or wait for kernel k+1, of which a vector u holds back those from
// ⌊u·L_k/L_{k+1}⌋ − b_{k+1} on until it has been driven. What its window needs ahead of
// its share and before it, a_k and b_k, is that of [workload.Window], in vectors of the
// kernel before. W_k is what the copies of kernel k+1 work on, two vectors each, and
// what kernel k has inside:
//
//	W_k = ⌈2·R_{k+1}·L_k/L_{k+1}⌉ + 1 + a_{k+1} + b_{k+1} + R_k·(slots + room)
//
// That is what the global buffer holds, not whole activations; what of ΣW it has
// no room for goes by way of the DRAM.

// flow is a line's part of a pipeline.
type flow struct {
	inference int64 // L: vectors
	lines     int64 // at work
	span      int64 // vectors of the longest inference of a line
	ahead     int64 // a, of vectors of the kernel before
	behind    int64 // b
	window    int64 // W
	alike     int64 // vectors after which spills are the same again: in layers all, in a pipeline one
	done      int64 // the first so many are stored
	used      int64 // the first so many have been driven
}

// flowing is a chip's pipeline.
type flowing struct {
	on      bool
	passes  int64       // that are counted: one, or as many as there are values for
	most    int64       // inferences
	limit   int64       // of which so many may begin: the first pass goes through alone
	through int64       // that have come out
	start   sim.Cycle   // of the first
	first   sim.Cycle   // when it came out
	begun   []sim.Cycle // of those behind the pass that was alone
	out     []outcome   // of the last of that pass, and those behind it
	lasted  sim.Cycle   // from inference to inference,
	over    int64       // over so many; 0: not known yet
	drove   []sim.Cycle // for how long copies were at the vectors of an outcome, by line,
	of      int64       // of so many

	watching   bool // for a state that comes again
	steady     steady
	aloneLeaps int                         // of the pass that was alone
	drivenThen []sim.Cycle                 // driving of all copies when it was kept
	before     map[*sim.Resource]sim.Cycle // busy with the preload
	busy       map[*sim.Resource]sim.Cycle // and in the measured passes
	counts     []int64                     // of them, by kernel and account
}

// outcome is an inference that has come out.
type outcome struct {
	at     sim.Cycle
	inside int64       // inferences that were under way then
	lead   []int64     // how far lines were ahead of it
	drove  []sim.Cycle // and how long they had been driving
}

// Flow is what a pipeline was found to do.
type Flow struct {
	Latency   sim.Cycle // of a pass that is alone in the pipeline, from its first input to its last output
	Inference sim.Cycle // of its first inference
	Loaded    sim.Cycle // of a pass at full rate, which waits for those before it
	Steady    bool      // the times of inferences repeat
	Behind    int64     // inferences among which they were looked for
}

// Behind the pass that is alone a pipeline goes through so many inferences until it is
// steady, or fewer of as many vectors as that in all, but never through less than a few.
const (
	mostFlowInferences = 256
	mostFlowVectors    = 1 << 20
	fewFlowInferences  = 4
)

func (c *Chip) pipelined() bool { return c.machine.Chip.Execution == "pipeline" }

// key orders vectors on shared media: older inferences first, of those results before
// inputs and later kernels before earlier. Its last bit is free.
func (l *line) key(priority, v int64) uint64 {
	age := v/l.inference*2 + priority
	return uint64((age*l.lines+l.lines-1-l.index)*l.span+v%l.inference) << 1
}

// alone sets a line to work by itself.
func (l *line) alone() {
	l.inference, l.lines = max(1, l.vectors), 1
	l.span, l.alike = l.inference, l.inference
}

// refusePipeline says what of the workload cannot stay in its arrays.
func (c *Chip) refusePipeline() error {
	arrays := 0
	for k := range c.specs {
		s := &c.specs[k]
		if s.kernel.Dynamic {
			return fmt.Errorf("kernel %s is dynamic, and written for every input: chip.execution = \"pipeline\" keeps all weights in place", s.kernel.Name)
		}
		arrays += s.grid.Arrays()
		if arrays > c.Capacity() {
			return fmt.Errorf("chip.execution = \"pipeline\" keeps all weights in place: the kernels up to %s take %d arrays, all of them %d, and the chip has %d (chip.tiles, chip.arrays_per_tile)",
				s.kernel.Name, arrays, c.Demand(), c.Capacity())
		}
	}
	return nil
}

// layOutPipeline works out whether all kernels can work side by side.
func (c *Chip) layOutPipeline() error {
	lines := c.workOutPipeline()
	vectors := int64(0)
	for i := range lines {
		vectors += lines[i].inference
	}
	f := &c.flow
	f.passes, f.limit = 1, c.options.Batch
	f.most = f.limit + min(max(mostFlowVectors/vectors, fewFlowInferences), mostFlowInferences)
	if c.values != nil {
		f.passes = max(3, c.values.passes()) // one alone, and two to tell a rate by
		f.most = f.passes * c.options.Batch
	}
	if err := c.checkLines(lines); err != nil {
		return err
	}
	for i := range c.budget {
		c.budget[i] *= float64(max(f.passes, 1+f.most-c.options.Batch))
	}
	if keys := float64(f.most) * float64(len(lines)) * float64(lines[0].span); keys > 1<<57 {
		return fmt.Errorf("%d inferences of %d kernels of up to %d vectors are more than can be told apart in a pipeline", f.most, len(lines), lines[0].span)
	}
	return nil
}

// workOutPipeline puts every kernel on a line.
func (c *Chip) workOutPipeline() []line {
	all := make([]*planned, len(c.specs))
	span := int64(1)
	for i := range c.specs {
		all[i] = &c.waves[len(c.plan.preload)+i]
		span = max(span, c.specs[i].kernel.L)
	}
	lines := c.workOut(all...)
	for i := range lines {
		l := &lines[i]
		l.inference, l.lines, l.span = l.spec.kernel.L, int64(len(lines)), span
		if i > 0 {
			before := &lines[i-1]
			l.ahead, l.behind = l.waitsFor(l.spec.kernel.Window.Ahead, before), l.waitsFor(l.spec.kernel.Window.Behind, before)
			before.window = before.windowTo(l)
		}
	}
	c.spillWindows(lines)
	return lines
}

// waitsFor is in how many vectors of the line before so many inputs are, rounded up.
func (l *line) waitsFor(inputs int64, before *line) int64 {
	all := l.spec.kernel.Distinct()
	return before.inference - scaled(all-inputs, before.inference, all)
}

// spillWindows says what of each vector between two lines goes by way of the DRAM: of
// all of them the same share.
func (c *Chip) spillWindows(lines []line) {
	var kept []int64
	for i := range lines[:len(lines)-1] {
		k := &lines[i].spec.kernel
		kept = append(kept, lines[i].window*k.Outputs()*int64(k.OutputBits))
	}
	c.spills = mapping.WindowSpills(kept, int64(c.machine.GlobalBuffer.Capacity))
	for i := range lines {
		l := &lines[i]
		l.alike = 1
		for n := range l.lanes {
			w := &l.lanes[n].wave
			w.behind = mapping.Whole.Of(w.fresh*int64(l.spec.kernel.InputBits), l.inference, 0)
			w.inSpill = c.spills[i].Of(ceilDiv(w.known*int64(l.spec.kernel.InputBits), l.inference), 1, 0)
			w.outSpill = c.spills[i+1].Of(w.outBits, 1, 0)
		}
	}
}

// windowTo is W where l follows.
func (before *line) windowTo(l *line) int64 {
	inside := int64(0)
	for i := range before.lanes {
		inside += before.lanes[i].inputSlots + before.lanes[i].room
	}
	return ceilDiv(2*int64(len(l.lanes))*before.inference, l.inference) + 1 + l.ahead + l.behind + inside
}

// given is how many vectors can be asked for where so many of the line before, of L
// an inference, are stored.
func (l *line) given(stored, of int64) int64 {
	part := scaled(max(0, stored%of-l.ahead), l.inference, of)
	return stored/of*l.inference + part
}

// needed is how many vectors of the line before, of L an inference, no vector from v
// on needs.
func (l *line) needed(v, of int64) int64 {
	return v/l.inference*of + max(0, scaled(v%l.inference, of, l.inference)-l.behind)
}

// scaled is ⌊n·to/from⌋, where n ≤ from.
func scaled(n, to, from int64) int64 {
	hi, lo := bits.Mul64(uint64(n), uint64(to))
	q, _ := bits.Div64(hi, lo, uint64(from))
	return int64(q)
}

// startPipeline sets all kernels to work.
func (c *Chip) startPipeline() error {
	c.flow.on = true
	c.flow.before = map[*sim.Resource]sim.Cycle{c.dram: c.dram.BusyCycles()}
	if c.hops != nil {
		c.hops.mark()
	} else {
		c.flow.before[c.network] = c.network.BusyCycles()
	}
	c.workOutPipeline()
	if c.tracks != nil {
		c.tracks.pipeline()
	}
	for i := range c.lines {
		c.startLanes(&c.lines[i])
	}
	c.watchFlow()
	c.allow(&c.lines[0])
	return nil
}

// allow lets a line ask for the vectors whose inputs are there and whose outputs
// have room.
func (c *Chip) allow(l *line) {
	to := c.flow.limit * l.inference
	if i := l.index; i > 0 {
		to = l.given(c.lines[i-1].done, c.lines[i-1].inference)
	}
	if i := l.index + 1; i < l.lines {
		next := &c.lines[i]
		room := next.needed(next.used, l.inference) + l.window
		if c.tracks != nil {
			c.tracks.bound(l, room < to)
		}
		to = min(to, room)
	}
	copies := int64(len(l.lanes))
	from := max(l.allowed, to-copies)
	l.allowed = to
	for v := from; v < to; v++ {
		c.issue(&l.lanes[v%copies])
	}
}

// begins notes the first vector of an inference.
func (c *Chip) begins(l *line, v int64) {
	f := &c.flow
	switch {
	case !f.on || l.index > 0 || v%l.inference > 0:
	case v == 0:
		f.start = c.engine.Now()
	default:
		for behind := v/l.inference - c.options.Batch; int64(len(f.begun)) <= behind; {
			f.begun = append(f.begun, c.engine.Now())
		}
	}
}

// passOn follows a vector that has been stored.
func (c *Chip) passOn(l *line) error {
	copies := int64(len(l.lanes))
	before := l.done
	for l.lanes[l.done%copies].drained > l.done/copies {
		l.done++
	}
	if c.tracks != nil {
		c.tracks.stored(l, before)
	}
	switch {
	case l.done == before:
	case l.index+1 < l.lines:
		c.allow(&c.lines[l.index+1])
	default:
		return c.comeOut(l)
	}
	return nil
}

// makeRoom follows a vector that has been driven.
func (c *Chip) makeRoom(l *line) {
	if !c.flow.on || l.index == 0 {
		return
	}
	copies := int64(len(l.lanes))
	before := l.used
	for l.lanes[l.used%copies].driven > l.used/copies {
		l.used++
	}
	if l.used > before {
		if c.tracks != nil {
			c.tracks.buffers.keep(c.tracks, &c.lines[l.index-1])
		}
		c.allow(&c.lines[l.index-1])
	}
}

// compute finds what a vector yields where values are exact. Values do not depend
// on time: a pipeline's are found a pass at a time, when the pass begins.
func (c *Chip) compute(n *lane, v int64) error {
	if !c.flow.on {
		return c.values.activate(&n.wave, v)
	}
	if n.line.index > 0 || v%n.line.vectors > 0 {
		return nil
	}
	for i := range c.lines {
		l := &c.lines[i]
		c.values.begin(&l.lanes[0].wave)
		for v := range l.vectors {
			if err := c.values.activate(&l.lanes[v%int64(len(l.lanes))].wave, v); err != nil {
				return err
			}
		}
		if err := c.values.end(&l.lanes[0].wave); err != nil {
			return err
		}
	}
	return nil
}
