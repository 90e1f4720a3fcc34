package analog

import (
	"fmt"
	"slices"

	"xbar/sim"
	"xbar/sim/mapping"
)

// Kinds of event that reach the chip. A is the vector or the load, B the row.
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
	evSent
	evStored
)

// Priorities on shared media: what frees a resource goes before what takes one.
const (
	results uint64 = iota << 60
	inputs
	weights
)

const (
	mostSlots  = 2       // of an input or output buffer: one fills while one is used
	mostInside = 1 << 12 // vectors in a readout that works on several at once
)

// running is the state of the wave that computes.
type running struct {
	issued    int64 // vectors asked for
	activated int64
	driven    int64 // whose input slot is free again
	drained   int64
	parts     int    // reports that make a vector driven or joined
	slots     []slot // ring of vectors that are asked for and not drained
}

type slot struct {
	arrived         bool
	driven, results int
}

func (r *running) slot(v int64) *slot { return &r.slots[v%int64(len(r.slots))] }

// layOut turns the plan into waves and sorts loads by what they wait for.
func (c *Chip) layOut() error {
	c.waves = make([]planned, 0, len(c.plan.preload)+c.plan.waves)
	add := func(p mapping.Wave, pass int) error {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		c.waves = append(c.waves, c.newPlanned(p, pass))
		w := c.workOut(&c.waves[len(c.waves)-1])
		if w.vectors > 0 && (w.inputSlots == 0 || w.outputSlots == 0) {
			return c.overfull(w)
		}
		return c.budget.addWave(c, w)
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
	return nil
}

// Handle receives every event of the chip.
func (c *Chip) Handle(ev sim.Event) error {
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
		c.fetched(ev.A)
	case evDelivered:
		return c.delivered(ev.A)
	case evDriven:
		c.wasDriven(ev.A)
	case evResult:
		return c.result(ev.A)
	case evPartials:
		return c.accumulate(ev.A)
	case evSummed:
		return c.send(ev.A)
	case evSent:
		return c.store(ev.A)
	case evStored:
		return c.drained()
	default:
		return fmt.Errorf("event of kind %d", ev.Kind)
	}
	return nil
}

// tryStart starts the current wave when its tiles are in place.
func (c *Chip) tryStart() error {
	for c.current < len(c.waves) && c.waves[c.current].loads == 0 {
		w := c.workOut(&c.waves[c.current])
		if w.vectors > 0 {
			c.start(w)
			return nil
		}
		if err := c.finish(w); err != nil {
			return err
		}
	}
	return nil
}

func (c *Chip) start(w *wave) {
	c.run = running{parts: 1, slots: slices.Grow(c.run.slots[:0], int(w.room+w.inputSlots))[:w.room+w.inputSlots]}
	c.waveFrom = c.engine.Now()
	if c.units != nil {
		c.units.start(w)
		c.run.parts = len(w.plan.Arrays)
	}
	if c.exact(w) {
		c.values.begin(w)
	}
	c.watch(w)
	c.issue()
}

func (c *Chip) wave() *wave { return &c.computing }

// issue asks for vectors while input slots are free.
func (c *Chip) issue() {
	w, r := c.wave(), &c.run
	for r.issued < w.vectors && r.issued-r.driven < w.inputSlots {
		v := r.issued
		r.issued++
		*r.slot(v) = slot{}
		c.fetch(w, v)
	}
}

// fetch brings from DRAM into the global buffer what of a vector is new to the
// chip or was spilled.
func (c *Chip) fetch(w *wave, v int64) {
	bits := w.newBits + w.inSpill.Bits(v) + w.sumSpill.Bits(v)
	c.ledger.Add(w.phase, c.accounts.dramRead, bits)
	c.ledger.Add(w.phase, c.accounts.bufferWrite, bits)
	if n := c.dramLink.Cycles(bits); n > 0 {
		c.dram.Request(inputs|uint64(v), n, c.self, evFetched, v, 0)
		return
	}
	c.fetched(v)
}

// fetched sends a vector from the global buffer to the tiles.
func (c *Chip) fetched(v int64) {
	w := c.wave()
	c.ledger.Add(w.phase, c.accounts.bufferRead, w.inBits)
	c.ledger.Add(w.phase, c.accounts.transfer, w.inBits)
	c.ledger.Add(w.phase, c.accounts.inWrite, w.tileWrite)
	if n := c.networkLink.Cycles(w.inBits); n > 0 {
		c.network.Request(inputs|uint64(v), n, c.self, evDelivered, v, 0)
		return
	}
	c.engine.Schedule(0, c.self, evDelivered, v, 0)
}

func (c *Chip) delivered(v int64) error {
	c.run.slot(v).arrived = true
	return c.activate()
}

// activate starts vectors in order while the sample banks and output registers
// can take their results.
func (c *Chip) activate() error {
	w, r := c.wave(), &c.run
	for r.activated < r.issued && r.slot(r.activated).arrived && r.activated-r.drained < w.room {
		v := r.activated
		r.activated++
		c.ledger.Add(w.phase, c.accounts.inRead, w.tileRead)
		if c.exact(w) {
			if err := c.values.activate(w, v); err != nil {
				return err
			}
		} else if c.units == nil {
			c.bookReads(w)
		}
		if c.units != nil {
			c.units.activate(w, v)
			continue
		}
		c.bookConversions(w)
		c.readAll(w, v)
	}
	return nil
}

// readAll passes a vector's reads through every group of arrays at once.
func (c *Chip) readAll(w *wave, v int64) {
	now := c.engine.Now()
	var driven, done sim.Cycle
	for i := range w.groups {
		g := &w.groups[i]
		d, s := g.pipeline.Read(now, g.reads)
		driven, done = max(driven, d), max(done, s)
	}
	c.engine.Schedule(driven-now, c.self, evDriven, v, 0)
	c.engine.Schedule(done-now, c.self, evResult, v, 0)
}

func (c *Chip) bookReads(w *wave) {
	c.ledger.Add(w.phase, c.accounts.load, w.activated.load)
	c.ledger.Add(w.phase, c.accounts.drive, w.activated.load)
	c.ledger.Add(w.phase, c.accounts.read, w.activated.read)
}

func (c *Chip) bookConversions(w *wave) {
	c.bookSamples(w, w.activated.hold)
	c.bookIntegration(w, w.activated.integrate)
	for i := range w.spec.stages {
		c.ledger.Add(w.phase, w.spec.stages[i].account, w.activated.convert)
		c.ledger.Add(w.phase, c.accounts.shift, w.activated.convert)
	}
	c.ledger.Add(w.phase, c.accounts.correct, w.activated.correct)
	c.shifting += w.activated.shifting
	c.reading += w.activated.reading
	c.converting += w.activated.converting
}

// wasDriven hears that the drivers of a part are done with a vector.
func (c *Chip) wasDriven(v int64) {
	s := c.run.slot(v)
	s.driven++
	if s.driven == c.run.parts {
		c.run.driven++
		c.issue()
	}
}

// result hears that a part has a vector's sums; the last part joins them.
func (c *Chip) result(v int64) error {
	s := c.run.slot(v)
	s.results++
	if s.results < c.run.parts {
		return nil
	}
	w := c.wave()
	c.ledger.Add(w.phase, c.accounts.transfer, w.foreign)
	if n := c.networkLink.Cycles(w.foreign); n > 0 {
		c.network.Request(results|uint64(v)<<1, n, c.self, evPartials, v, 0)
		return nil
	}
	return c.accumulate(v)
}

func (c *Chip) accumulate(v int64) error {
	w := c.wave()
	c.ledger.Add(w.phase, c.accounts.add, w.adds)
	c.adding += w.adding
	c.ledger.Add(w.phase, c.accounts.apply, w.applied)
	if w.addTime > 0 {
		c.accumulator.Request(uint64(v), w.addTime, c.self, evSummed, v, 0)
		return nil
	}
	return c.send(v)
}

// send moves finished outputs and open partial sums to the global buffer.
func (c *Chip) send(v int64) error {
	w := c.wave()
	bits := w.outBits + w.partBits
	c.ledger.Add(w.phase, c.accounts.outWrite, bits)
	c.ledger.Add(w.phase, c.accounts.outRead, bits)
	c.ledger.Add(w.phase, c.accounts.transfer, bits)
	c.ledger.Add(w.phase, c.accounts.bufferWrite, bits)
	if n := c.networkLink.Cycles(bits); n > 0 {
		c.network.Request(results|uint64(v)<<1|1, n, c.self, evSent, v, 0)
		return nil
	}
	return c.store(v)
}

// store spills what the global buffer cannot keep.
func (c *Chip) store(v int64) error {
	w := c.wave()
	bits := w.outSpill.Bits(v) + w.partSpill.Bits(v)
	c.ledger.Add(w.phase, c.accounts.bufferRead, bits)
	c.ledger.Add(w.phase, c.accounts.dramWrite, bits)
	if n := c.dramLink.Cycles(bits); n > 0 {
		c.dram.Request(results|uint64(v), n, c.self, evStored, v, 0)
		return nil
	}
	return c.drained()
}

func (c *Chip) drained() error {
	w := c.wave()
	c.run.drained++
	if c.run.drained == w.vectors {
		if err := c.finish(w); err != nil {
			return err
		}
		return c.tryStart()
	}
	if c.steady.watching && !c.steady.asked {
		c.steady.asked = true
		c.engine.AfterCycle(c.lookAgain)
	}
	return c.activate()
}

// finish closes a wave: it frees its arrays for loading and, at a kernel's
// end, settles time and leakage.
func (c *Chip) finish(w *wave) error {
	if c.values != nil && w.last && w.phase >= firstKernelPhase {
		if err := c.values.end(w); err != nil {
			return err
		}
	}
	c.steady.watching = false
	now := c.engine.Now()
	if w.phase >= firstKernelPhase {
		c.measured.RoundingSeconds += c.loss(w)
	}
	if w.last || w.pass < 0 {
		c.settle(w, now)
	}
	c.lastWaveEnd = now
	c.current++
	if err := c.startLoads(c.current); err != nil {
		return err
	}
	if c.options.Progress != nil && w.last {
		c.options.Progress(float64(c.current) / float64(len(c.waves)))
	}
	c.tracks.endOfWave(c, w, now)
	return nil
}

// settle books the leakage and the time since the last kernel ended.
func (c *Chip) settle(w *wave, now sim.Cycle) {
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
func (c *Chip) loss(w *wave) float64 {
	perGroup := c.timings.groupLoss(&c.readout, w)
	nominal := w.late + float64(w.vectors)*(float64(w.rowGroups)*perGroup+c.timings.lost["accumulator.latency"]*float64(w.addTime)/max(1, float64(c.timings.addition)))
	return nominal * (c.clock.Seconds(1) / c.timings.clock.Seconds(1))
}
