package analog

import (
	"math"
	"slices"

	"xbar/sim"
	"xbar/sim/energy"
)

// A pipeline's rate is that of inferences behind each other, once they come out in the same
// times again and again. Where that is not to be seen among those that it goes through, it
// is the mean over some of the last of them.

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
			if c.tracks != nil {
				c.tracks.followed()
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

// describe completes the outcomes of this cycle. How far ahead a line is, is what it has
// asked for: what it may ask for is less when the last inference is in sight, long before
// that makes it do anything else.
func (c *Chip) describe() {
	f := &c.flow
	for n := len(f.out) - 1; n >= 0 && f.out[n].lead == nil; n-- {
		through := f.through - int64(len(f.out)-1-n)
		f.out[n].inside = c.entered() - through
		for i := range c.lines {
			l := &c.lines[i]
			f.out[n].lead = append(f.out[n].lead, l.asked()-through*l.inference, l.done-through*l.inference)
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
			c.setDriving(n-1-period, n-1)
			c.measured.Flow.Steady = true
		}
	}
}

// setRate takes the rate from what happened between two outcomes.
func (c *Chip) setRate(from, to int) {
	f := &c.flow
	first, last := &f.out[from], &f.out[to]
	f.lasted, f.over = last.at-first.at, int64(to-from)
	m := &c.measured.Flow
	m.Loaded = last.at - f.begun[to-1] + sim.Cycle(math.Round(float64(c.options.Batch-1)*float64(f.lasted)/float64(f.over)))
}

// setDriving takes how long copies are at vectors from between two outcomes.
func (c *Chip) setDriving(from, to int) {
	f := &c.flow
	f.drove, f.of = f.drove[:0], int64(to-from)
	for i := range c.lines {
		f.drove = append(f.drove, f.out[to].drove[i]-f.out[from].drove[i])
	}
}

// laterHalf is as many of the last outcomes, about half of all, as share out the vectors
// of the kernel that is at work most in whole rounds.
func (c *Chip) laterHalf() int64 {
	f := &c.flow
	half := int64(len(f.out)-1) - int64(len(f.out)/2)
	busiest, longest := 0, 0.0
	for i := range c.lines {
		if each := float64(f.drove[i]) / float64(len(c.lines[i].lanes)); each > longest {
			busiest, longest = i, each
		}
	}
	copies := int64(len(c.lines[busiest].lanes))
	round := copies / gcd(copies, c.lines[busiest].inference)
	switch most := int64(len(f.out)-1) * 3 / 4; {
	case half >= round:
		return half - half%round
	case most >= round:
		return round
	}
	return half
}

// repeats is the period with which inferences come out, 0 where there is none: for as
// long as it takes those that are under way to come out, twice, and a period at least,
// they took the times of those a period before, and left lines as far ahead. What the
// pipeline does while it fills may repeat for a while, too. After a period the first
// vector of an inference is the same copy's again.
func (c *Chip) repeats(out []outcome) int {
	n := len(out)
	for period := 1; 2*period < n-1; period++ {
		from := n - max(period, 2*int(out[n-1].inside))
		same := c.inTurn(int64(period)) && from-period > 0
		for i := n - 1; i >= from && same; i-- {
			same = out[i].at-out[i-1].at == out[i-period].at-out[i-period-1].at && slices.Equal(out[i].lead, out[i-period].lead)
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
	if c.tracks != nil {
		c.tracks.ends()
	}
	c.describe()
	if f.over == 0 { // not steady
		n := len(f.out)
		c.setDriving(0, n-1)
		c.setRate(n-1-int(c.laterHalf()), n-1)
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
		each := float64(f.drove[i]) / float64(f.of) / float64(len(l.lanes))
		m.KernelCycles[i] = sim.Cycle(math.Ceil(each * float64(inferences)))
		m.RoundingSeconds += float64(m.Passes) * c.loss(l)
	}
	c.repeatCounts(times)
	if c.values == nil {
		for i := range c.lines {
			c.shareEvenly(&c.lines[i], times)
		}
	}
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

// shareEvenly sets what copies count in so many passes, each by where it stands, to what
// they do on average: each has its share of the vectors, where the pass that was counted
// gave some of them one more than others.
func (c *Chip) shareEvenly(l *line, passes int64) {
	counts, busy, parts := map[energy.AccountID]float64{}, map[*sim.Resource]float64{}, map[string]float64{}
	for i := range l.lanes {
		n := &l.lanes[i]
		more := float64(passes) * (float64(l.vectors)/float64(len(l.lanes)) - float64(n.count))
		if more == 0 {
			continue
		}
		counts[c.accounts.inWrite] += more * float64(n.tileWrite)
		c.moves(n, func(account energy.AccountID, count int64) { counts[account] += more * float64(count) })
		c.occupies(n, func(path string, r *sim.Resource, cycles sim.Cycle) {
			busy[r] += more * float64(cycles)
			parts[path] += more * float64(cycles)
		})
		parts["tile/accumulator"] += more * float64(n.adding)
		parts["tile/activation"] += more * float64(n.operating)
	}
	for id, count := range counts {
		c.ledger.Add(l.phase, id, int64(math.Round(count)))
	}
	for r, cycles := range busy {
		c.flow.busy[r] += sim.Cycle(math.Round(cycles))
	}
	for i := range c.components {
		if p := &c.components[i]; p.extra != nil {
			p.busy += int64(math.Round(parts[p.Path]))
		}
	}
}

// moves visits what a vector of a copy counts on the network.
func (c *Chip) moves(n *lane, visit func(account energy.AccountID, count int64)) {
	if c.hops == nil {
		visit(c.accounts.transfer[0], n.inBits+n.foreign+n.outBits+n.partBits)
		return
	}
	for i := range n.trips {
		t := &n.trips[i]
		for level, bits := range t.moved {
			visit(c.accounts.transfer[level], bits)
		}
		visit(c.accounts.flit, t.flits)
	}
}

// occupies visits what a vector of a copy keeps busy besides its arrays and the DRAM, by
// the component that it is.
func (c *Chip) occupies(n *lane, visit func(path string, r *sim.Resource, cycles sim.Cycle)) {
	visit("", n.adder, n.addTime)
	visit("", n.unit, n.operateTime)
	if c.hops == nil {
		for _, bits := range []int64{n.inBits, n.foreign, n.outBits + n.partBits} {
			visit("network", c.network, c.networkLink.Cycles(bits))
		}
		return
	}
	for i := range n.trips {
		for j := range n.trips[i].messages {
			c.hops.vectors.Busy(&n.trips[i].messages[j], func(link *sim.Resource, busy sim.Cycle) { visit("network/link", link, busy) })
		}
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
