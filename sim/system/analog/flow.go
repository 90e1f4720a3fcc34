package analog

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

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
	batch     int64 // vectors of a pass
	ahead     int64 // a, of vectors of the kernel before
	behind    int64 // b
	window    int64 // W
	takesIn   int64 // vectors in which the window before goes round, in layers all
	givesIn   int64 // and this one's
	done      int64 // the first so many are stored
	used      int64 // the first so many have been driven
}

// flowing is a chip's pipeline.
type flowing struct {
	on     bool
	most   int64 // passes
	passes int64 // that may begin: the first goes through alone
	begun  []sim.Cycle
	ended  []sim.Cycle
	leads  [][]int64                   // then, how far lines were ahead of the passes that had ended
	first  sim.Cycle                   // end of the first inference
	lasted sim.Cycle                   // from pass to pass,
	over   int64                       // over so many; 0: not known yet
	before map[*sim.Resource]sim.Cycle // busy with the preload
}

// Flow is what a pipeline was found to do.
type Flow struct {
	Latency   sim.Cycle // of a pass that is alone in the pipeline, from its first input to its last output
	Inference sim.Cycle // of its first inference
	Loaded    sim.Cycle // of a pass at full rate, which waits for those before it
	Steady    bool      // the times of passes repeat
}

// A pipeline goes through so many passes until it is steady, or fewer of as many
// vectors as that in all, but never through less than a few.
const (
	mostFlowPasses  = 256
	mostFlowVectors = 1 << 20
	fewFlowPasses   = 4
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
	l.span, l.batch, l.takesIn, l.givesIn = l.inference, l.inference, l.inference, l.inference
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
		vectors += lines[i].vectors
	}
	passes := min(max(mostFlowVectors/vectors, fewFlowPasses), mostFlowPasses)
	if c.values != nil {
		passes = max(3, c.values.passes()) // one alone, and two to tell a rate by
	}
	c.flow.most, c.flow.passes = passes, 1
	if err := c.checkLines(lines); err != nil {
		return err
	}
	for i := range c.budget {
		c.budget[i] *= float64(passes)
	}
	if keys := float64(passes) * float64(c.options.Batch) * float64(len(lines)) * float64(lines[0].span); keys > 1<<57 {
		return fmt.Errorf("%d passes of %d inferences of %d kernels of up to %d vectors are more than can be told apart in a pipeline", passes, c.options.Batch, len(lines), lines[0].span)
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
		l.inference, l.lines, l.span, l.batch = l.spec.kernel.L, int64(len(lines)), span, l.vectors
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

// spillWindows says what of each window's places is in the DRAM: a vector goes where
// the last that had its place went.
func (c *Chip) spillWindows(lines []line) {
	var kept []int64
	for i := range lines[:len(lines)-1] {
		k := &lines[i].spec.kernel
		kept = append(kept, lines[i].window*k.Outputs()*int64(k.OutputBits))
	}
	c.spills = mapping.WindowSpills(kept, int64(c.machine.GlobalBuffer.Capacity))
	for i := range lines {
		l := &lines[i]
		if i > 0 {
			before := &lines[i-1]
			l.takesIn = max(1, ceilDiv(before.window*l.inference, before.inference))
		}
		l.givesIn = max(1, l.window)
		for n := range l.lanes {
			w := &l.lanes[n].wave
			w.inSpill = c.spills[i].Of(ceilDiv(w.known*int64(l.spec.kernel.InputBits), l.inference)*l.takesIn, l.takesIn, 0)
			w.outSpill = c.spills[i+1].Of(w.outBits*l.givesIn, l.givesIn, 0)
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
	for i := range c.lines {
		c.startLanes(&c.lines[i])
	}
	c.allow(&c.lines[0])
	return nil
}

// allow lets a line ask for the vectors whose inputs are there and whose outputs
// have room.
func (c *Chip) allow(l *line) {
	to := c.flow.passes * l.batch
	if i := l.index; i > 0 {
		to = l.given(c.lines[i-1].done, c.lines[i-1].inference)
	}
	if i := l.index + 1; i < l.lines {
		next := &c.lines[i]
		to = min(to, next.needed(next.used, l.inference)+l.window)
	}
	copies := int64(len(l.lanes))
	from := max(l.allowed, to-copies)
	l.allowed = to
	for v := from; v < to; v++ {
		c.issue(&l.lanes[v%copies])
	}
}

// begins notes the first vector of a pass.
func (c *Chip) begins(l *line, v int64) {
	if !c.flow.on || l.index > 0 || v%l.batch > 0 {
		return
	}
	f := &c.flow
	for int64(len(f.begun)) <= v/l.batch {
		f.begun = append(f.begun, c.engine.Now())
	}
}

// passOn follows a vector that has been stored.
func (c *Chip) passOn(l *line) error {
	copies := int64(len(l.lanes))
	before := l.done
	for l.lanes[l.done%copies].drained > l.done/copies {
		l.done++
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
		c.allow(&c.lines[l.index-1])
	}
}

// comeOut follows outputs of the last line.
func (c *Chip) comeOut(l *line) error {
	f := &c.flow
	now := c.engine.Now()
	if f.first == 0 && l.done >= l.inference {
		f.first = now
	}
	for int64(len(f.ended)) < l.done/l.batch {
		f.ended = append(f.ended, now)
		f.leads = append(f.leads, nil) // known at the end of the cycle
		n := len(f.ended)
		if n == 1 {
			f.passes = f.most
			c.allow(&c.lines[0])
		}
		if c.values == nil && f.over == 0 {
			c.engine.AfterCycle(c.mayStop)
		}
		if c.options.Progress != nil {
			c.options.Progress(float64(n) / float64(f.most))
		}
	}
	if l.done == f.passes*l.batch {
		return c.endPipeline()
	}
	return nil
}

// stopBegun begins no more passes when their times repeat. It looks at the end of a
// cycle, when it does not matter in which order things happened in it.
func (c *Chip) stopBegun() error {
	f, l := &c.flow, &c.lines[len(c.lines)-1]
	c.lead()
	if f.over > 0 || c.current == len(c.waves) || !c.repeats() {
		return nil
	}
	f.passes = c.entered()
	c.allow(&c.lines[0])
	if l.done == f.passes*l.batch {
		return c.endPipeline()
	}
	return nil
}

// lead notes how far each line is ahead at the end of a pass. While one fills what is
// between it and the next, passes may take the same time for a while, and longer then.
func (c *Chip) lead() {
	f := &c.flow
	n := len(f.leads)
	if f.leads[n-1] != nil {
		return
	}
	for i := range c.lines {
		l := &c.lines[i]
		f.leads[n-1] = append(f.leads[n-1], l.allowed-int64(n)*l.batch, l.done-int64(n)*l.batch)
	}
}

// repeats reports whether as many passes as there are in a period took the times
// that those before them took and left lines as far ahead, and keeps what they took.
// After a period the first vector of a pass is the same copy's again.
func (c *Chip) repeats() bool {
	f := &c.flow
	n := len(f.ended)
	for period := 1; 2*period < n-1; period++ {
		same := c.inTurn(int64(period)) && slices.Equal(f.leads[n-1], f.leads[n-1-period])
		for i := n - period; i < n && same; i++ {
			same = f.ended[i]-f.ended[i-1] == f.ended[i-period]-f.ended[i-period-1]
		}
		if same {
			f.lasted, f.over = f.ended[n-1]-f.ended[n-1-period], int64(period)
			return true
		}
	}
	return false
}

// inTurn reports whether so many passes share out their vectors in whole rounds.
func (c *Chip) inTurn(passes int64) bool {
	for i := range c.lines {
		l := &c.lines[i]
		in, out := c.spills[i].Part > 0, c.spills[i+1].Part > 0 && i+1 < len(c.lines)
		all := passes * l.batch
		if all%int64(len(l.lanes)) > 0 || in && all%l.takesIn > 0 || out && all%l.givesIn > 0 {
			return false
		}
	}
	return true
}

// entered is how many passes have begun.
func (c *Chip) entered() (passes int64) {
	l := &c.lines[0]
	for i := range l.lanes {
		if n := &l.lanes[i]; n.issued > 0 {
			passes = max(passes, n.global(n.issued-1)/l.batch+1)
		}
	}
	return passes
}

// endPipeline settles what the passes took: the time between two that follow each
// other, for each.
func (c *Chip) endPipeline() error {
	f, m := &c.flow, &c.measured
	n := len(f.ended)
	if f.over == 0 { // not steady: the mean of the later half
		half := n / 2
		f.lasted, f.over = f.ended[n-1]-f.ended[half], int64(n-1-half)
	} else {
		m.Flow.Steady = true
	}
	m.Passes = int64(n)
	m.Cycles = sim.Cycle(math.Round(float64(f.lasted) / float64(f.over) * float64(n)))
	m.Flow.Latency, m.Flow.Inference = f.ended[0]-f.begun[0], f.first-f.begun[0]
	m.Flow.Loaded = f.ended[n-1] - f.begun[n-1]
	for i := range c.lines {
		l := &c.lines[i]
		var driving sim.Cycle
		for j := range l.lanes {
			driving += l.lanes[j].driving
		}
		m.KernelCycles[i] = sim.Cycle(ceilDiv(int64(driving), int64(len(l.lanes))))
		m.RoundingSeconds += float64(n) * c.loss(l)
	}
	c.settlePipeline()
	c.current = len(c.waves)
	return nil
}

// settlePipeline books the leakage of the passes at their rate. Kernels share it by
// the time that their own arrays take.
func (c *Chip) settlePipeline() {
	var all sim.Cycle
	for _, cycles := range c.measured.KernelCycles {
		all += cycles
	}
	for i := range c.components {
		p := &c.components[i]
		busy := c.busyNow(p)
		count := int64(c.measured.Cycles)
		if c.gated(p) {
			count = busy - p.total
		}
		p.busy += busy - p.total
		p.total = busy
		var upTo sim.Cycle
		var booked int64
		for k, cycles := range c.measured.KernelCycles {
			upTo += cycles
			share := count
			if k < len(c.lines)-1 {
				share = int64(float64(count) * float64(upTo) / float64(max(1, all)))
			}
			c.ledger.Add(c.lines[k].phase, p.leak, share-booked)
			booked = share
		}
	}
}

// compute finds what a vector yields where values are exact. Values do not depend
// on time: a pipeline's are found a pass at a time, when the pass begins.
func (c *Chip) compute(n *lane, v int64) error {
	if !c.flow.on {
		return c.values.activate(&n.wave, v)
	}
	if n.line.index > 0 || v%n.line.batch > 0 {
		return nil
	}
	for i := range c.lines {
		l := &c.lines[i]
		c.values.begin(&l.lanes[0].wave)
		for v := range l.batch {
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

// Bottleneck is what a pipeline waits for most: a kernel's arrays, or what
// kernels share.
type Bottleneck struct {
	Kernel int       // −1: it is no kernel's own
	Shared string    // the component that it is then
	Busy   float64   // of the time
	Cycles sim.Cycle // that a copy is at one vector, on average
}

// Bottleneck finds what is busy for the largest part of a pass.
func (c *Chip) Bottleneck() Bottleneck {
	most := Bottleneck{Kernel: -1}
	share := func(busy sim.Cycle, servers int) float64 {
		return min(1, float64(busy)/float64(servers)/float64(max(1, c.measured.Cycles)))
	}
	for k, cycles := range c.measured.KernelCycles {
		if busy := share(cycles, 1); busy > most.Busy {
			vectors := float64(c.lines[k].vectors) / float64(len(c.lines[k].lanes)) * float64(c.measured.Passes)
			most = Bottleneck{Kernel: k, Busy: busy, Cycles: sim.Cycle(math.Round(float64(cycles) / vectors))}
		}
	}
	shared := func(r *sim.Resource, servers int, path string) {
		if busy := share(r.BusyCycles()-c.flow.before[r], servers); busy > most.Busy {
			most = Bottleneck{Kernel: -1, Shared: path, Busy: busy}
		}
	}
	shared(c.dram, c.machine.DRAM.Channels, "dram")
	if c.hops == nil {
		shared(c.network, 1, "network")
	} else if l, busy, ok := c.hops.busiest(); ok && busy > most.Busy {
		most = Bottleneck{Kernel: -1, Shared: c.hops.fabric.Resource(l).Path(), Busy: busy}
	}
	for _, units := range []*tileUnits{&c.accumulator, &c.activation} {
		for _, r := range units.all() {
			shared(r, 1, r.Path())
		}
		shared(units.alone, 1, "tile/"+units.name)
	}
	return most
}
