package analog

import (
	"fmt"
	"slices"

	"xbar/sim"
	"xbar/sim/mapping"
)

// Kinds of event that reach the chip. A is the vector and B its line, or A the load
// and B the row.
const (
	evRowFetched int32 = iota
	evRowArrived
	evRowWritten
	evLoaded
	evFetched
	evDelivered
	evDriven
	evResult
	evPartials
	evSummed
	evApplied
	evSent
	evStored
	evCached
	evComputed
)

// Priorities on shared media: what frees a resource goes before what takes one,
// and weights come last.
const (
	results int64 = iota
	inputs
)

const weights uint64 = 1 << 62

const (
	mostSlots  = 2       // of an input or output buffer: one fills while one is used
	mostInside = 1 << 12 // vectors in a readout that works on several at once
)

// line is a kernel at work. Its copies share its vectors out among them: of R
// copies, copy c takes vectors c, c + R, c + 2R and so on.
type line struct {
	*planned

	index   int64 // among the lines at work
	lanes   []lane
	allowed int64 // vectors that may be asked for
	drained int64 // in whatever order
	flow
}

// lane is a copy of a kernel at work.
type lane struct {
	wave
	running

	line  *line
	copy  int64
	adder *sim.Resource // of the tile that adds most
	unit  *sim.Resource // that activates, of the tile that has most to do
	units []*array      // step granularity: its arrays
}

// running is how far a lane is: counts of its own vectors.
type running struct {
	issued    int64 // asked for
	activated int64
	driven    int64 // whose input slot is free again
	drained   int64
	parts     int       // reports that make a vector driven or joined
	slots     []slot    // ring of vectors that are asked for and not drained
	free      sim.Cycle // when the drivers were done with the last vector
	driving   sim.Cycle // that they were at vectors, all together
}

type slot struct {
	arrived         bool
	driven, results int
	activated       sim.Cycle

	ends  int       // of messages that are on their way
	there sim.Cycle // tails of the others
	then  int32     // the event that follows
}

func (r *running) slot(i int64) *slot { return &r.slots[i%int64(len(r.slots))] }

// global is the number of the lane's vector i among those of all copies, local
// the reverse.
func (n *lane) global(i int64) int64 { return i*int64(len(n.line.lanes)) + n.copy }
func (n *lane) local(v int64) int64  { return v / int64(len(n.line.lanes)) }

// lane is that of an event's vector.
func (c *Chip) lane(ev *sim.Event) *lane {
	l := &c.lines[ev.B]
	return &l.lanes[ev.A%int64(len(l.lanes))]
}

// layOut turns the plan into waves and sorts loads by what they wait for.
func (c *Chip) layOut() error {
	c.waves = make([]planned, 0, len(c.plan.preload)+c.plan.waves)
	add := func(p mapping.Wave, pass int) error {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		c.waves = append(c.waves, c.newPlanned(p, pass))
		return c.checkLines(c.workOut(&c.waves[len(c.waves)-1]))
	}
	for _, p := range c.plan.preload {
		if err := add(p, -1); err != nil {
			return err
		}
	}
	for pass, waves := range c.plan.passes {
		for i, p := range waves {
			if err := add(p, pass); err != nil {
				return err
			}
			w := &c.waves[len(c.waves)-1]
			w.last = i == len(waves)-1 || waves[i+1].Kernel != p.Kernel
		}
	}
	c.triggered = make([][]int, len(c.waves)+1)
	lastUse := map[int]int{} // array → 1 + the wave that used it last
	operand := 0             // waves until the kernel's inputs are there
	for i := range c.waves {
		w := &c.waves[i]
		if i > 0 && c.waves[i-1].last {
			operand = i
		}
		after := i
		for _, l := range w.plan.Loads {
			if w.pass < 0 {
				after = 0
			} else if c.machine.Chip.OverlapReload {
				after = max(lastUse[l.Array], len(c.plan.preload))
			}
			if w.spec.kernel.Dynamic { // what is loaded is computed first
				after = max(after, operand)
			}
			if err := c.addLoad(i, l, after); err != nil {
				return err
			}
		}
		for _, a := range w.plan.Arrays {
			lastUse[a] = i + 1
		}
	}
	if c.pipelined() {
		return c.layOutPipeline()
	}
	return nil
}

// checkLines refuses what the tiles' buffers or the counters cannot hold.
func (c *Chip) checkLines(lines []line) error {
	for i := range lines {
		for n := range lines[i].lanes {
			w := &lines[i].lanes[n].wave
			if w.inputSlots == 0 || w.outputSlots == 0 {
				return c.overfull(w)
			}
			if err := c.budget.addWave(c, w); err != nil {
				return err
			}
		}
	}
	if c.hops != nil && c.hops.vectors.Full() {
		return fmt.Errorf("kernel %s: a vector goes over more links to its tiles than are simulated (chip.tiles, network.kind)", lines[0].spec.kernel.Name)
	}
	return nil
}

// Handle receives every event of the chip.
func (c *Chip) Handle(ev sim.Event) error {
	if c.tracks != nil {
		c.tracks.event(&ev)
	}
	switch ev.Kind {
	case evRowFetched:
		c.rowFetched(int(ev.A), ev.B)
	case evRowArrived:
		c.rowArrived(int(ev.A), ev.B)
	case evRowWritten:
		return c.rowWritten(int(ev.A))
	case evLoaded:
		return c.loaded(int(ev.A))
	case evFetched:
		c.fetched(c.lane(&ev), ev.A)
	case evDelivered:
		return c.delivered(c.lane(&ev), ev.A)
	case evDriven:
		c.wasDriven(c.lane(&ev), ev.A)
	case evResult:
		return c.result(c.lane(&ev), ev.A)
	case evPartials:
		return c.accumulate(c.lane(&ev), ev.A)
	case evSummed:
		return c.apply(c.lane(&ev), ev.A)
	case evApplied:
		return c.send(c.lane(&ev), ev.A)
	case evSent:
		return c.store(c.lane(&ev), ev.A)
	case evStored:
		return c.drained(c.lane(&ev), ev.A)
	case evComputed:
		return c.side.computed()
	case evCached:
		return c.stored()
	default:
		return fmt.Errorf("event of kind %d", ev.Kind)
	}
	return nil
}

// tryStart starts the current wave when its tiles are in place.
func (c *Chip) tryStart() error {
	for c.current < len(c.waves) && c.waves[c.current].loads == 0 {
		if c.pipelined() && c.waves[c.current].pass >= 0 {
			if !c.flow.on {
				return c.startPipeline()
			}
			return nil
		}
		l := &c.workOut(&c.waves[c.current])[0]
		if l.vectors > 0 {
			c.start(l)
			return nil
		}
		if err := c.finish(l); err != nil {
			return err
		}
	}
	return nil
}

func (c *Chip) start(l *line) {
	c.waveFrom = c.engine.Now()
	c.since.note(c)
	c.startLanes(l)
	c.storeCache(l.planned)
	if !l.spec.digital && c.exact(&l.lanes[0].wave) {
		c.values.begin(&l.lanes[0].wave)
	}
	if l.spec.digital {
		c.side.start(l)
		return
	}
	l.allowed = l.vectors
	c.watch(l)
	for n := range l.lanes {
		c.issue(&l.lanes[n])
	}
}

func (c *Chip) startLanes(l *line) {
	if c.tracks != nil {
		c.tracks.start(l)
	}
	for i := range l.lanes {
		n := &l.lanes[i]
		room := int(n.room + n.inputSlots)
		n.running = running{parts: 1, slots: slices.Grow(n.slots[:0], room)[:room]}
		if c.units != nil {
			c.units.start(n)
			n.parts = len(n.units)
		}
	}
}

// issue asks for vectors while input slots are free.
func (c *Chip) issue(n *lane) {
	for n.issued-n.driven < n.inputSlots {
		v := n.global(n.issued)
		if v >= n.line.allowed {
			return
		}
		*n.slot(n.issued) = slot{}
		n.issued++
		if c.tracks != nil {
			c.tracks.issued(n, v)
		}
		c.begins(n.line, v)
		c.fetch(n, v)
	}
}

// fetch brings from DRAM into the global buffer what of a vector is new to the
// chip or was spilled: what its window shares with those before it is there.
func (c *Chip) fetch(n *lane, v int64) {
	w := &n.wave
	bits := w.fromOutside(v) + w.inSpill.Bits(v%n.line.alike) + w.sumSpill.Bits(v)
	c.ledger.Add(w.phase, c.accounts.dramRead, bits)
	c.ledger.Add(w.phase, c.accounts.bufferWrite, bits)
	if busy := c.dramLink.Cycles(bits); busy > 0 {
		c.dram.Request(n.line.key(inputs, v), busy, c.self, evFetched, v, n.line.index)
		return
	}
	c.fetched(n, v)
}

// fromOutside is what of a vector is new to the chip: of the pass that is alone, and of
// inferences behind it, which each bring their own while those before them are at work.
func (w *wave) fromOutside(v int64) int64 {
	if v < w.vectors {
		return w.input.Bits(v)
	}
	return w.behind.Bits(v % w.spec.kernel.L)
}

// fetched sends a vector from the global buffer to the tiles.
func (c *Chip) fetched(n *lane, v int64) {
	w := &n.wave
	c.ledger.Add(w.phase, c.accounts.bufferRead, w.inBits)
	c.ledger.Add(w.phase, c.accounts.inWrite, w.tileWrite)
	if !c.carry(n, v, toTiles, w.inBits) {
		c.engine.Schedule(0, c.self, evDelivered, v, n.line.index)
	}
}

func (c *Chip) delivered(n *lane, v int64) error {
	n.slot(n.local(v)).arrived = true
	return c.activate(n)
}

// activate starts vectors in order while the sample banks and output registers
// can take their results.
func (c *Chip) activate(n *lane) error {
	w := &n.wave
	for n.activated < n.issued && n.slot(n.activated).arrived && n.activated-n.drained < w.room {
		v := n.global(n.activated)
		n.slot(n.activated).activated = c.engine.Now()
		n.activated++
		if c.tracks != nil {
			c.tracks.activated(n, v)
		}
		c.ledger.Add(w.phase, c.accounts.inRead, w.tileRead)
		if c.exact(w) {
			if err := c.compute(n, v); err != nil {
				return err
			}
		} else if c.units == nil {
			c.bookReads(w)
		}
		if c.tracks != nil {
			c.tracks.booked(n, v)
		}
		if c.units != nil {
			c.units.activate(n)
			continue
		}
		c.bookConversions(w)
		c.readAll(n, v)
	}
	return nil
}

// readAll passes a vector's reads through every group of arrays at once.
func (c *Chip) readAll(n *lane, v int64) {
	now := c.engine.Now()
	var driven, done sim.Cycle
	for i := range n.groups {
		g := &n.groups[i]
		var d, s sim.Cycle
		if c.tracks != nil {
			d, s = c.tracks.follow(n, v, g)
		} else {
			d, s = g.pipeline.Read(now, g.reads)
		}
		driven, done = max(driven, d), max(done, s)
	}
	c.engine.Schedule(driven-now, c.self, evDriven, v, n.line.index)
	c.engine.Schedule(done-now, c.self, evResult, v, n.line.index)
}

func (c *Chip) bookReads(w *wave) {
	c.ledger.Add(w.phase, c.accounts.load, w.perVector.load)
	c.ledger.Add(w.phase, c.accounts.drive, w.perVector.load)
	c.ledger.Add(w.phase, c.accounts.read, w.perVector.read)
	c.ledger.Add(w.phase, c.accounts.activate, w.perVector.activate)
}

func (c *Chip) bookConversions(w *wave) {
	c.bookSamples(w, w.perVector.hold)
	c.bookIntegration(w, w.perVector.integrate)
	for i := range w.spec.stages {
		c.ledger.Add(w.phase, w.spec.stages[i].account, w.perVector.convert)
		c.ledger.Add(w.phase, c.accounts.shift, w.perVector.convert)
	}
	c.ledger.Add(w.phase, c.accounts.correct, w.perVector.correct)
	c.shifting += w.perVector.shifting
	c.reading += w.perVector.reading
	c.converting += w.perVector.converting
}

// wasDriven hears that the drivers of a part are done with a vector.
func (c *Chip) wasDriven(n *lane, v int64) {
	s := n.slot(n.local(v))
	s.driven++
	if s.driven < n.parts {
		return
	}
	now := c.engine.Now()
	n.driving += now - max(s.activated, n.free)
	n.free = now
	n.driven++
	if c.tracks != nil {
		c.tracks.driven(n, v)
	}
	c.makeRoom(n.line)
	c.issue(n)
}

// result hears that a part has a vector's sums; the last part joins them.
func (c *Chip) result(n *lane, v int64) error {
	s := n.slot(n.local(v))
	s.results++
	if s.results < n.parts {
		return nil
	}
	if c.tracks != nil {
		c.tracks.joined(n, v)
	}
	if c.carry(n, v, betweenTiles, n.foreign) {
		return nil
	}
	return c.accumulate(n, v)
}

func (c *Chip) accumulate(n *lane, v int64) error {
	c.ledger.Add(n.phase, c.accounts.add, n.adds)
	c.adding += n.adding
	if n.addTime > 0 {
		n.adder.Request(n.line.key(results, v), n.addTime, c.self, evSummed, v, n.line.index)
		return nil
	}
	return c.apply(n, v)
}

// apply passes the outputs through the activation units.
func (c *Chip) apply(n *lane, v int64) error {
	c.ledger.Add(n.phase, c.accounts.apply, n.applied)
	c.operating += n.operating
	if n.operateTime > 0 {
		n.unit.Request(n.line.key(results, v), n.operateTime, c.self, evApplied, v, n.line.index)
		return nil
	}
	return c.send(n, v)
}

// send moves finished outputs and open partial sums to the global buffer.
func (c *Chip) send(n *lane, v int64) error {
	bits := n.outBits + n.partBits
	c.ledger.Add(n.phase, c.accounts.outWrite, bits)
	c.ledger.Add(n.phase, c.accounts.outRead, bits)
	c.ledger.Add(n.phase, c.accounts.bufferWrite, bits)
	if c.carry(n, v, toBuffer, bits) {
		return nil
	}
	return c.store(n, v)
}

// store spills what the global buffer cannot keep.
func (c *Chip) store(n *lane, v int64) error {
	bits := n.outSpill.Bits(v%n.line.alike) + n.partSpill.Bits(v)
	c.ledger.Add(n.phase, c.accounts.bufferRead, bits)
	c.ledger.Add(n.phase, c.accounts.dramWrite, bits)
	if busy := c.dramLink.Cycles(bits); busy > 0 {
		c.dram.Request(n.line.key(results, v), busy, c.self, evStored, v, n.line.index)
		return nil
	}
	return c.drained(n, v)
}

func (c *Chip) drained(n *lane, v int64) error {
	l := n.line
	n.drained++
	l.drained++
	if c.tracks != nil {
		c.tracks.drained(n, v)
	}
	if c.flow.on {
		if err := c.passOn(l); err != nil {
			return err
		}
		return c.activate(n)
	}
	if l.drained == l.vectors {
		return c.ended(l)
	}
	if c.steady.watching && !c.steady.asked && n.copy == 0 {
		c.steady.asked = true
		c.engine.AfterCycle(c.lookAgain)
	}
	return c.activate(n)
}

// finish closes a wave: it frees its arrays for loading and, at a kernel's
// end, settles time and leakage.
func (c *Chip) finish(l *line) error {
	w := l.planned
	if c.values != nil && w.last && w.phase >= firstKernelPhase {
		if err := c.values.end(&l.lanes[0].wave); err != nil {
			return err
		}
	}
	c.steady.watching = false
	now := c.engine.Now()
	if w.phase >= firstKernelPhase {
		c.measured.RoundingSeconds += c.loss(l)
		c.spend(l)
	}
	if w.last || w.pass < 0 {
		c.settle(w, now)
	}
	if c.tracks != nil {
		c.tracks.endOfWave(l)
	}
	c.lastWaveEnd = now
	c.current++
	if err := c.startLoads(c.current); err != nil {
		return err
	}
	if c.options.Progress != nil && w.last {
		c.options.Progress(float64(c.current) / float64(len(c.waves)))
	}
	return nil
}

// settle books the leakage and the time since the last kernel ended.
func (c *Chip) settle(w *planned, now sim.Cycle) {
	elapsed := now - c.kernelFrom
	c.kernelFrom = now
	for i := range c.components {
		p := &c.components[i]
		busy := c.busyNow(p)
		count := int64(elapsed)
		if c.gated(p) {
			count = busy - p.total
		}
		c.ledger.Add(w.phase, p.leak, count)
		if w.phase >= firstKernelPhase {
			p.busy += busy - p.total
		}
		p.total = busy
	}
	if c.hops != nil && w.phase < firstKernelPhase {
		c.hops.mark()
	}
	switch {
	case w.pass < 0:
		c.measured.PreloadCycles += elapsed
	case w.phase >= firstKernelPhase:
		c.measured.Cycles += elapsed
		c.measured.KernelCycles[w.plan.Kernel] += elapsed
	}
}

// loss bounds what rounding latencies up to cycles costs a wave: every read of
// every vector late by all of it, and every row of its loads, one load after
// another. Latencies are of the nominal supply, the loss is of this one.
func (c *Chip) loss(l *line) float64 {
	nominal := l.late
	if len(l.lanes) > 0 {
		w := &l.lanes[0].wave // of the copy that has most vectors
		perGroup := c.timings.groupLoss(&c.readout, w)
		each := func(key string, took, of sim.Cycle) float64 {
			return c.timings.lost[key] * float64(took) / max(1, float64(of))
		}
		nominal += float64(w.count) * (float64(w.rowGroups)*perGroup +
			each("accumulator.latency", w.addTime, c.timings.addition) + each("activation.latency", w.operateTime, c.timings.operation))
		nominal += float64(w.count) * c.hops.loss(w)
	}
	return nominal * (c.clock.Seconds(1) / c.timings.clock.Seconds(1))
}
