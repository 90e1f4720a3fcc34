package analog

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"xbar/sim"
	"xbar/sim/energy"
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
	drove   []sim.Cycle // meanwhile, by line

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
	at    sim.Cycle
	lead  []int64     // then, how far lines were ahead of it
	drove []sim.Cycle // and how long they had been driving
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
			w.input = w.stream(mapping.Whole, w.fresh, 1)
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
		to = min(to, next.needed(next.used, l.inference)+l.window)
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
	if f.through == 0 && l.done >= l.inference {
		f.first = now
	}
	for f.through < l.done/l.inference {
		f.through++
		c.engine.AfterCycle(c.afterOut)
		if c.options.Progress != nil {
			c.options.Progress(float64(f.through) / float64(f.most))
		}
		if f.through >= c.options.Batch {
			f.out = append(f.out, outcome{at: now})
		}
		if f.through == c.options.Batch {
			if c.values == nil {
				c.takeCounts()
			}
			f.limit = f.most
			c.watchFlow()
			c.allow(&c.lines[0])
		}
	}
	if f.through == f.limit {
		return c.endPipeline()
	}
	return nil
}

// cameOut looks at the pipeline at the end of a cycle in which inferences came out, when
// it does not matter in which order things happened in it: whether a state has come
// again, and whether the rate is known, when no more inferences begin.
func (c *Chip) cameOut() error {
	f := &c.flow
	c.describe()
	if c.current == len(c.waves) {
		return nil
	}
	c.findRate(len(f.out))
	if f.over == 0 && f.watching {
		if n := len(f.out); c.lookAtFlow() {
			c.findRate(n)
		}
	}
	if f.over == 0 {
		return nil
	}
	f.limit = min(f.limit, c.entered())
	c.allow(&c.lines[0])
	if f.through == f.limit {
		return c.endPipeline()
	}
	return nil
}

// describe completes the outcomes of this cycle.
func (c *Chip) describe() {
	f := &c.flow
	for n := len(f.out) - 1; n >= 0 && f.out[n].lead == nil; n-- {
		through := f.through - int64(len(f.out)-1-n)
		for i := range c.lines {
			l := &c.lines[i]
			f.out[n].lead = append(f.out[n].lead, l.allowed-through*l.inference, l.done-through*l.inference)
			f.out[n].drove = append(f.out[n].drove, l.drove())
		}
	}
}

// drove is how long copies have been at vectors, all together.
func (l *line) drove() (sum sim.Cycle) {
	for i := range l.lanes {
		sum += l.lanes[i].driving
	}
	return sum
}

// findRate goes through outcomes as cycles brought them, from number n−1 on, until the
// times of inferences repeat.
func (c *Chip) findRate(n int) {
	f := &c.flow
	if c.values != nil {
		return
	}
	for ; f.over == 0 && n <= len(f.out); n++ {
		if n < len(f.out) && f.out[n].at == f.out[n-1].at { // in the same cycle
			continue
		}
		if period := c.repeats(f.out[:n]); period > 0 {
			c.setRate(n-1-period, n-1)
			c.measured.Flow.Steady = true
		}
	}
}

// setRate takes the rate from what happened between two outcomes.
func (c *Chip) setRate(from, to int) {
	f := &c.flow
	first, last := &f.out[from], &f.out[to]
	f.lasted, f.over = last.at-first.at, int64(to-from)
	f.drove = f.drove[:0]
	for i := range c.lines {
		f.drove = append(f.drove, last.drove[i]-first.drove[i])
	}
	m := &c.measured.Flow
	m.Loaded = last.at - f.begun[to-1] + sim.Cycle(math.Round(float64(c.options.Batch-1)*float64(f.lasted)/float64(f.over)))
}

// repeats is the period with which inferences come out, 0 where there is none: as many
// as are in it took the times that those before them took, and left lines as far
// ahead. While a line fills what is between it and the next, inferences may take the
// same time for a while, and longer then. After a period the first vector of an
// inference is the same copy's again.
func (c *Chip) repeats(out []outcome) int {
	n := len(out)
	for period := 1; 2*period < n-1; period++ {
		same := c.inTurn(int64(period)) && slices.Equal(out[n-1].lead, out[n-1-period].lead)
		for i := n - period; i < n && same; i++ {
			same = out[i].at-out[i-1].at == out[i-period].at-out[i-period-1].at
		}
		if same {
			return period
		}
	}
	return 0
}

// inTurn reports whether so many inferences share out their vectors in whole rounds.
func (c *Chip) inTurn(inferences int64) bool {
	for i := range c.lines {
		l := &c.lines[i]
		if inferences*l.inference%int64(len(l.lanes)) > 0 {
			return false
		}
	}
	return true
}

// entered is how many inferences have begun.
func (c *Chip) entered() int64 { return (c.lines[0].asked()-1)/c.lines[0].inference + 1 }

// asked is behind the last vector that was asked for.
func (l *line) asked() (most int64) {
	for i := range l.lanes {
		if n := &l.lanes[i]; n.issued > 0 {
			most = max(most, n.global(n.issued-1)+1)
		}
	}
	return most
}

// takeCounts notes what the passes that are through have counted. Nothing is under way.
func (c *Chip) takeCounts() {
	f := &c.flow
	f.counts = c.counts(f.counts[:0], firstKernelPhase, c.ledger.Phases())
	for i := range c.components {
		p := &c.components[i]
		p.busy = c.busyNow(p) - p.total
	}
	f.busy = map[*sim.Resource]sim.Cycle{}
	for r, before := range f.before {
		f.busy[r] = r.BusyCycles() - before
	}
	for _, units := range []*tileUnits{&c.accumulator, &c.activation} {
		for _, r := range append(units.all(), units.alone) {
			f.busy[r] = r.BusyCycles()
		}
	}
	if c.hops != nil {
		for _, l := range c.hops.fabric.Used() {
			r := c.hops.fabric.Resource(l)
			f.busy[r] = r.BusyCycles() - c.hops.before[l]
		}
	}
}

// endPipeline settles what the measured passes took: the time between two that follow
// each other, for each. Where one pass was counted, they are as many like it as make
// that a whole number of cycles.
func (c *Chip) endPipeline() error {
	f, m := &c.flow, &c.measured
	c.describe()
	if f.over == 0 { // not steady: the mean of the later half
		n := len(f.out)
		c.setRate(n/2, n-1)
	}
	times := int64(1)
	if c.values == nil {
		times = f.over / gcd(f.over, c.options.Batch)
	} else {
		c.takeCounts()
	}
	m.Passes = f.passes * times
	inferences := m.Passes * c.options.Batch
	m.Cycles = sim.Cycle(math.Round(float64(f.lasted) / float64(f.over) * float64(inferences)))
	m.Flow.Latency, m.Flow.Inference = f.out[0].at-f.start, f.first-f.start
	m.Flow.Behind = f.most - c.options.Batch
	for i := range c.lines {
		l := &c.lines[i]
		each := float64(f.drove[i]) / float64(f.over) / float64(len(l.lanes))
		m.KernelCycles[i] = sim.Cycle(math.Ceil(each * float64(inferences)))
		m.RoundingSeconds += float64(m.Passes) * c.loss(l)
	}
	c.repeatCounts(times)
	c.settlePipeline()
	c.current = len(c.waves)
	return nil
}

// repeatCounts sets counts to those of so many times the passes that were counted.
func (c *Chip) repeatCounts(times int64) {
	f := &c.flow
	i := 0
	for phase := firstKernelPhase; phase < c.ledger.Phases(); phase++ {
		for id := range c.ledger.Accounts() {
			account := energy.AccountID(id)
			c.ledger.Add(phase, account, times*f.counts[i]-c.ledger.Count(phase, account))
			i++
		}
	}
	for i := range c.components {
		c.components[i].busy *= times
	}
	for r := range f.busy {
		f.busy[r] *= sim.Cycle(times)
	}
}

func gcd(a, b int64) int64 {
	for b > 0 {
		a, b = b, a%b
	}
	return a
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
		count := int64(c.measured.Cycles)
		if c.gated(p) {
			count = p.busy
		}
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
		if busy := share(c.flow.busy[r], servers); busy > most.Busy {
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
