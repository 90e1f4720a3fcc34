package analog

import (
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/trace"
)

// tracks tells a recorder what the chip's components do. It looks on: nothing of a run
// depends on it, but that a chip which is looked at goes through all vectors, loads and
// folds, where another leaps over those that are alike.
//
// Every vector takes down what it waits for, place by place. What ends a component's
// idleness is a vector, or a row of weights, and the component was idle for what that
// waited for meanwhile.
type tracks struct {
	*trace.Recorder
	chip  *Chip
	now   sim.Cycle
	doing doing
	waits causes
	parts placed

	media     map[*sim.Resource]trace.TrackID
	lines     [][]tracedLane // by line and copy
	outOf     []trace.What   // what a line lacks that may not ask for vectors
	wayOf     []kernelWay    // of a pipeline's inferences
	loads     map[int]*trace.Waits
	started   trace.Waits // of the wave at work, up to its start
	kernelAt  sim.Cycle   // when the kernel at work began
	intervals []interval  // of kernels in the measured passes
	buffers   buffers
	meter     meter
}

// doing names what components do, causes what they wait for.
type doing struct {
	load, drive, read, hold, convert, shift, add, activate, program, stream trace.What
	toTiles, sums, outputs, weights, fetch, store, fetchWeights, storeCache trace.What
	sideLoad, sideMove                                                      trace.What
}

type causes struct {
	input, reload, dram, network, room, drivers, readout, shift, adder, unit, arrays, write, pes, nothing, unknown trace.What
}

// placed are the tracks of components that have a time of their own; −1: it has none.
type placed struct {
	dram, network, adder, unit, array, dac, row, cell, hold, readout, shift, pe, kernels trace.TrackID
}

// kernelWay is a pipeline's kernel and its inferences.
type kernelWay struct {
	track trace.TrackID
	begun []sim.Cycle // of those that are not stored
	ended sim.Cycle   // the last that was
}

// interval is time in which a kernel had so many inferences at work.
type interval struct {
	kernel     int
	from, to   sim.Cycle
	inferences int64
}

func newTracks(c *Chip) *tracks {
	t := &tracks{Recorder: c.options.Trace, chip: c, media: map[*sim.Resource]trace.TrackID{}, loads: map[int]*trace.Waits{}}
	t.Clock = c.clock
	t.name()
	t.parts = t.components()
	var categories []string
	for _, category := range energy.Categories() {
		categories = append(categories, category.String())
	}
	t.Power(categories)
	t.buffers.open(t)
	t.act(t.actOf(0))
	c.engine.OnGrant(t.granted)
	if c.side != nil {
		c.side.unit.Watch(t.computes)
	}
	return t
}

func (t *tracks) name() {
	d, w := &t.doing, &t.waits
	for _, x := range []struct {
		to   *trace.What
		name string
	}{
		{&d.load, "load"}, {&d.drive, "drive"}, {&d.read, "read"}, {&d.hold, "hold"}, {&d.convert, t.chip.readout.action}, {&d.shift, "shift-add"},
		{&d.add, "add"}, {&d.activate, "activate"}, {&d.program, "program"}, {&d.stream, "stream"},
		{&d.toTiles, "transfer inputs"}, {&d.sums, "transfer sums"}, {&d.outputs, "transfer outputs"}, {&d.weights, "transfer weights"},
		{&d.fetch, "fetch"}, {&d.store, "store"}, {&d.fetchWeights, "fetch weights"}, {&d.storeCache, "store cache"},
		{&d.sideLoad, "load operand"}, {&d.sideMove, "move operands"},
	} {
		*x.to = t.Doing(x.name)
	}
	readout := "ADC"
	if !t.chip.samples() {
		readout = "adder trees"
	}
	network := "bus"
	if t.chip.hops != nil {
		network = "links"
	}
	for _, x := range []struct {
		to   *trace.What
		name string
	}{
		{&w.input, "input"}, {&w.reload, "reload"}, {&w.dram, "DRAM"}, {&w.network, network}, {&w.room, "room for outputs"},
		{&w.drivers, "drivers"}, {&w.readout, readout}, {&w.shift, "shift-adders"}, {&w.adder, "accumulators"}, {&w.unit, "activation units"},
		{&w.arrays, "arrays at work"}, {&w.write, "writes"}, {&w.pes, "PEs"}, {&w.nothing, "nothing left"}, {&w.unknown, "end of the trace"},
	} {
		*x.to = t.Waiting(x.name)
	}
}

// components makes the tracks, in the order of the components.
func (t *tracks) components() placed {
	at := map[string]trace.TrackID{}
	kernels := trace.TrackID(-1)
	if !t.chip.pipelined() {
		kernels = t.Track("kernels", false)
	}
	for i := range t.chip.components {
		if p := &t.chip.components[i]; p.extra != nil {
			at[p.Path] = t.Track(p.Path, false)
		}
	}
	of := func(path string) trace.TrackID {
		if track, timed := at[path]; timed {
			return track
		}
		return -1
	}
	p := placed{
		kernels: kernels, dram: of("dram"), network: of("network"), adder: of("tile/accumulator"), unit: of("tile/activation"),
		array: of("tile/array"), dac: of("tile/array/dac"), row: of("tile/array/row"), cell: of("tile/array/cell"),
		hold: of("tile/array/sample-hold"), readout: of(t.chip.readout.path), shift: of("tile/array/shift-add"), pe: of("digital/pe"),
	}
	if t.chip.hops != nil {
		p.network = of("network/link")
	}
	return p
}

// show announces work on a track, if there is one.
func (t *tracks) show(track trace.TrackID, what trace.What, from, to sim.Cycle, busy int64, of string, number int64, waits *trace.Waits) {
	if track >= 0 {
		t.Busy(track, &trace.Work{What: what, Start: from, End: to, Busy: busy, Of: of, Number: number}, waits)
	}
}

// actOf is the part of the run that a wave is of.
func (t *tracks) actOf(wave int) string {
	switch w := t.chip.waves; {
	case wave < len(w) && w[wave].pass < 0:
		return "preload"
	case wave < len(w) && w[wave].phase == warmUpPhase:
		return "warm-up"
	}
	return "measured passes"
}

// act begins a part of the run.
func (t *tracks) act(name string) {
	now := t.chip.engine.Now()
	t.meter.sample(t, now)
	t.Act(name, now)
	t.meter.from = now
}

// event hears of every event of the chip before it is handled.
func (t *tracks) event(ev *sim.Event) {
	w := &t.waits
	if ev.At > t.now {
		t.now = ev.At
		t.Now(ev.At)
		if ev.At >= t.meter.next {
			t.meter.sample(t, ev.At)
		}
		if t.Full() {
			t.end()
			return
		}
	}
	switch ev.Kind {
	case evRowFetched:
		t.loads[int(ev.A)].Until(ev.At, w.dram)
	case evRowArrived:
		t.loads[int(ev.A)].Until(ev.At, w.network)
	case evFetched:
		t.of(ev).Until(ev.At, w.dram)
	case evDelivered, evPartials, evSent:
		t.of(ev).Until(ev.At, w.network)
	case evSummed:
		t.of(ev).Until(ev.At, w.adder)
	case evApplied:
		t.of(ev).Until(ev.At, w.unit)
	case evComputed:
		t.started.Until(ev.At, w.unit)
	case evRowWritten:
		if l := &t.chip.loads[ev.A]; l.written+1 == l.rows {
			delete(t.loads, int(ev.A))
		}
	}
}

// start readies the copies of a line.
func (t *tracks) start(l *line) {
	c := t.chip
	for int64(len(t.lines)) <= l.index {
		t.lines = append(t.lines, nil)
		t.outOf = append(t.outOf, t.waits.input)
	}
	t.lines[l.index] = make([]tracedLane, len(l.lanes))
	for i := range l.lanes {
		n := &l.lanes[i]
		t.lines[l.index][i].slots = make([]traced, n.room+n.inputSlots)
	}
	if c.flow.on {
		return
	}
	t.started = trace.Waits{}
	t.waitForLoads(&t.started)
	t.buffers.wave(t, l)
}

// waitForLoads adds what the wave at work waited for before it began: the kernels before
// it, and then its tiles.
func (t *tracks) waitForLoads(w *trace.Waits) {
	c := t.chip
	if c.current > 0 && c.waves[c.current-1].pass >= 0 {
		w.Until(c.lastWaveEnd, t.waits.input)
	}
	w.Until(c.engine.Now(), t.waits.reload)
}

// endOfWave shows a wave that is done, and begins the next part of the run where it is
// the last of one.
func (t *tracks) endOfWave(l *line) {
	c, w := t.chip, l.planned
	now := c.engine.Now()
	if w.vectors > 0 {
		t.Lay(t.parts.kernels, &trace.Work{What: t.Doing(w.spec.kernel.Name), Start: c.waveFrom, End: now, Busy: int64(now - c.waveFrom)}, &t.started)
	}
	if w.spec.digital && w.vectors > 0 {
		t.buffers.done(t)
	}
	if w.last {
		if w.phase >= firstKernelPhase {
			t.intervals = append(t.intervals, interval{w.plan.Kernel, t.kernelAt, now, c.options.Batch})
		}
		t.kernelAt = now
	}
	if c.current+1 < len(c.waves) && !(c.pipelined() && c.waves[c.current+1].pass >= 0) && t.actOf(c.current+1) != t.actOf(c.current) {
		t.act(t.actOf(c.current + 1))
		t.kernelAt = now
	}
}

// pipeline hears that all kernels are at work at once.
func (t *tracks) pipeline() {
	c := t.chip
	t.act("one pass")
	t.kernelAt = c.engine.Now()
	t.started = trace.Waits{}
	t.waitForLoads(&t.started)
	for i := range c.lines {
		t.wayOf = append(t.wayOf, kernelWay{track: t.Track("kernels/"+c.lines[i].spec.kernel.Name, false)})
	}
	t.buffers.between = make([]float64, len(c.lines))
}

// followed hears that the pass that was alone is through.
func (t *tracks) followed() {
	t.goesOn(t.chip.options.Batch)
	t.act("passes behind each other")
}

// bound hears what a line of a pipeline that may ask for no more vectors lacks.
func (t *tracks) bound(l *line, room bool) {
	t.outOf[l.index] = t.waits.input
	if room {
		t.outOf[l.index] = t.waits.room
	}
}

// stored shows the inferences that a line of a pipeline has stored since.
func (t *tracks) stored(l *line, before int64) {
	t.buffers.keep(t, l)
	way := &t.wayOf[l.index]
	for i := before / l.inference; i < l.done/l.inference; i++ {
		from := max(way.begun[0], way.ended)
		way.begun = way.begun[1:]
		way.ended = t.chip.engine.Now()
		waits := t.started
		waits.Until(from, t.waits.input)
		t.Lay(way.track, &trace.Work{What: t.Doing(l.spec.kernel.Name), Start: from, End: way.ended, Busy: int64(way.ended - from), Number: i}, &waits)
	}
}

// ends hears that nothing more will be booked for what is under way.
func (t *tracks) ends() {
	if f := &t.chip.flow; f.on && !t.meter.done {
		t.goesOn(f.through - min(f.through, t.chip.options.Batch))
	}
	t.meter.sample(t, t.chip.engine.Now())
	t.meter.done = true
	t.meter.note(t)
}

// goesOn notes that so many inferences went through a pipeline since it began, or since
// the pass that was alone.
func (t *tracks) goesOn(inferences int64) {
	now := t.chip.engine.Now()
	for i := range t.chip.lines {
		t.intervals = append(t.intervals, interval{t.chip.lines[i].plan.Kernel, t.kernelAt, now, inferences})
	}
	t.kernelAt = now
}

// end cuts the recording: the rest of the run is as others are.
func (t *tracks) end() {
	c := t.chip
	t.meter.sample(t, t.now)
	t.Cut(t.now, t.waits.unknown)
	c.tracks = nil
	c.engine.OnGrant(nil)
	if c.flow.on {
		c.watchFlow()
	}
}

// finish closes the recording.
func (t *tracks) finish() error {
	t.meter.beside(t)
	return t.Finish(t.chip.engine.Now(), t.waits.nothing)
}
