package analog

import (
	"fmt"
	"strings"

	"xbar/crossbar"
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
	input, reload, dram, network, room, drivers, readout, shift, adder, unit, arrays, write, nothing trace.What
}

// placed are the tracks of components that have a time of their own; −1: it has none.
type placed struct {
	dram, network, adder, unit, array, dac, row, cell, hold, readout, shift, pe, kernels trace.TrackID
}

// tracedLane is a copy's vectors on their way.
type tracedLane struct {
	slots   []traced // ring, as that of running
	joined  int64    // vectors whose sums are all there
	in, out float64  // bits in the tiles' buffers
}

// traced is a vector on its way.
type traced struct {
	waits         trace.Waits
	driven, cells int64 // rows and cells that it books
	rows, read    int64 // of all of its rows and cells, those that have been shown
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
		{&w.arrays, "arrays at work"}, {&w.write, "row being written"}, {&w.nothing, "nothing left"},
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
	case evLoaded:
		delete(t.loads, int(ev.A))
	}
}

// of is what an event's vector waits for.
func (t *tracks) of(ev *sim.Event) *trace.Waits { return &t.vector(t.chip.lane(ev), ev.A).waits }

func (t *tracks) lane(n *lane) *tracedLane { return &t.lines[n.line.index][n.copy] }

func (t *tracks) vector(n *lane, v int64) *traced {
	l := t.lane(n)
	return &l.slots[n.local(v)%int64(len(l.slots))]
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
	if l.spec.digital {
		t.started.Until(c.engine.Now()+1, t.waits.dram)
	}
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

// issued hears of a vector that is asked for.
func (t *tracks) issued(n *lane, v int64) {
	c, s := t.chip, t.vector(n, v)
	now := c.engine.Now()
	*s = traced{waits: t.started}
	if !c.flow.on {
		s.waits.Until(now, t.waits.drivers)
		t.buffers.takes(t, n)
		t.buffers.comes(t, n, v)
		return
	}
	s.waits.Until(n.free, t.waits.drivers)
	s.waits.Until(now, t.outOf[n.line.index])
	t.buffers.takes(t, n)
	if way := &t.wayOf[n.line.index]; v%n.line.inference == 0 {
		way.begun = append(way.begun, now)
	}
}

// activated hears of a vector that starts in the arrays, before anything is booked.
func (t *tracks) activated(n *lane, v int64) {
	a, l, s := &t.chip.accounts, t.chip.ledger, t.vector(n, v)
	s.waits.Until(t.chip.engine.Now(), t.waits.room)
	s.driven, s.cells = -l.Total(a.load), -l.Total(a.read)
}

// booked hears of it when what it reads is booked, if that is not done read by read.
func (t *tracks) booked(n *lane, v int64) {
	c, s := t.chip, t.vector(n, v)
	if c.units != nil && !c.exact(&n.wave) {
		s.driven, s.cells = n.perVector.load, n.perVector.read
		return
	}
	s.driven += c.ledger.Total(c.accounts.load)
	s.cells += c.ledger.Total(c.accounts.read)
}

// follow passes a vector's reads through a group of arrays, and shows each.
func (t *tracks) follow(n *lane, v int64, g *group) (driven, done sim.Cycle) {
	c, s := t.chip, t.vector(n, v)
	phases := int64(len(n.spec.stages))
	name := n.spec.kernel.Name
	return g.pipeline.Follow(c.engine.Now(), g.reads, func(read int64, at crossbar.Passage) {
		stage := &n.spec.stages[read%phases]
		rows, b := g.at(read/phases, c.activeRows())
		waits := s.waits
		waits.Until(at.Front.From, t.waits.readout)
		t.front(n, s, stage, at.Front.From, rows, b, g.arrays, name, v, &waits)
		waits.Until(at.Convert.From, t.waits.drivers)
		t.show(t.parts.readout, t.doing.convert, at.Convert.From, at.Convert.To, g.arrays*b.converted*int64(stage.interval), name, v, &waits)
		waits.Until(at.ShiftAdd.From, t.waits.readout)
		t.show(t.parts.shift, t.doing.shift, at.ShiftAdd.From, at.ShiftAdd.To, g.arrays*int64(c.timings.shiftAdd), name, v, &waits)
	})
}

// front shows what comes before a conversion, in so many arrays at once: converters of
// the rows that are driven, cells, samples.
func (t *tracks) front(n *lane, s *traced, stage *stage, from sim.Cycle, rows int64, b *block, arrays int64, name string, v int64, waits *trace.Waits) {
	c, p, d := t.chip, &t.parts, &t.doing
	tm := &c.timings
	show := func(track trace.TrackID, what trace.What, from, took sim.Cycle, busy int64, waits *trace.Waits) {
		t.show(track, what, from, from+took, busy, name, v, waits)
	}
	show(p.array, d.read, from, stage.front, arrays*int64(stage.front), waits)
	later := *waits
	for range stage.slices {
		driven := s.share(&s.rows, arrays*rows, s.driven, n.perVector.load)
		cells := s.share(&s.read, arrays*rows*b.columns, s.cells, n.perVector.read)
		show(p.dac, d.load, from, tm.front(), driven*int64(tm.front()), waits)
		pulse := from
		if !tm.pulsed {
			pulse += tm.load
		}
		later.Until(pulse, t.waits.drivers)
		show(p.row, d.drive, pulse, tm.read, driven*int64(tm.read), &later)
		show(p.cell, d.read, pulse, tm.read, cells*int64(tm.read), &later)
		later.Until(from+tm.front()-tm.sample, t.waits.drivers)
		show(p.hold, d.hold, from+tm.front()-tm.sample, tm.sample, arrays*b.converted*int64(tm.sample), &later)
		from += tm.front()
	}
	show(p.hold, d.hold, from, sim.Cycle(stage.steps)*tm.integrate, arrays*b.converted*stage.steps*int64(tm.integrate), &later)
}

// share is of what a vector books the part of so many of all of its rows or cells.
func (s *traced) share(shown *int64, n, booked, all int64) int64 {
	if all == 0 {
		return 0
	}
	before := scaled(*shown, booked, all)
	*shown += n
	return scaled(*shown, booked, all) - before
}

// reads shows a read of an array that is stepped by itself, converts its conversions and
// shifts what is added.
func (t *tracks) reads(a *array, read int64) {
	n, v, s := t.read(a, read)
	now := t.chip.engine.Now()
	phases := int64(len(n.spec.stages))
	rows, b := a.group.at(read%a.group.reads/phases, t.chip.activeRows())
	waits := s.waits
	waits.Until(now, t.waits.readout)
	stage := a.stage(read)
	t.front(n, s, stage, now, rows, b, 1, n.spec.kernel.Name, v, &waits)
	t.show(t.part(a.index, "/row"), t.doing.drive, now, now+stage.front, int64(stage.front), n.spec.kernel.Name, v, &waits)
}

func (t *tracks) converts(a *array, read int64) {
	n, v, s := t.read(a, read)
	now, stage := t.chip.engine.Now(), a.stage(read)
	took := a.timing.Stages[read%int64(len(a.timing.Stages))].Convert
	waits := s.waits
	waits.Until(now, t.waits.drivers)
	busy := a.sums(read) * int64(stage.interval)
	for _, track := range [...]trace.TrackID{t.parts.readout, t.part(a.index, strings.TrimPrefix(t.chip.readout.path, "tile/array"))} {
		t.show(track, t.doing.convert, now, now+took, busy, n.spec.kernel.Name, v, &waits)
	}
}

func (t *tracks) shifts(a *array, read int64) {
	n, v, s := t.read(a, read)
	now, took := t.chip.engine.Now(), a.timing.ShiftAdd
	waits := s.waits
	waits.Until(now, t.waits.readout)
	for _, track := range [...]trace.TrackID{t.parts.shift, t.part(a.index, "/shift-add")} {
		t.show(track, t.doing.shift, now, now+took, int64(took), n.spec.kernel.Name, v, &waits)
	}
}

// read is the vector that a read of an array is of.
func (t *tracks) read(a *array, read int64) (n *lane, v int64, s *traced) {
	n = a.lane
	v = n.global(read / a.group.reads)
	return n, v, t.vector(n, v)
}

// part is the track of a part of one array.
func (t *tracks) part(array int, name string) trace.TrackID {
	perTile := t.chip.machine.Chip.ArraysPerTile
	return t.Track(fmt.Sprintf("tile%d/array%d%s", array/perTile, array%perTile, name), true)
}

// driven hears that the drivers of all parts are done with a vector, joined that all of
// its sums are there, and drained that it is stored.
func (t *tracks) driven(n *lane, v int64) {
	t.vector(n, v).waits.Until(t.chip.engine.Now(), t.waits.drivers)
	t.buffers.takes(t, n)
}

func (t *tracks) joined(n *lane, v int64) {
	t.vector(n, v).waits.Until(t.chip.engine.Now(), t.waits.readout)
	t.lane(n).joined++
	t.buffers.gives(t, n)
}

func (t *tracks) drained(n *lane, v int64) {
	t.buffers.gives(t, n)
	t.buffers.goes(t, n, v)
}

// granted hears of time on a shared medium or unit.
func (t *tracks) granted(g *sim.Grant) {
	track, known := t.media[g.Resource]
	if !known {
		track = t.trackOf(g.Resource)
		t.media[g.Resource] = track
	}
	now := t.chip.engine.Now()
	what, waits, name, busy := t.request(g)
	w := *waits
	w.Until(now, t.waits.network)
	t.show(track, what, now, now+g.Busy, busy, name, g.A, &w)
}

// trackOf is the track of a resource.
func (t *tracks) trackOf(r *sim.Resource) trace.TrackID {
	path := r.Path()
	switch {
	case r == t.chip.dram:
		return t.parts.dram
	case strings.HasPrefix(path, "network"):
		return t.parts.network
	case strings.HasSuffix(path, t.chip.accumulator.name):
		return t.parts.adder
	}
	return t.parts.unit
}

// request says of a grant what it is for, what that waited for, whose it is, and for how
// long it keeps instances busy.
func (t *tracks) request(g *sim.Grant) (what trace.What, waits *trace.Waits, name string, busy int64) {
	c, d := t.chip, &t.doing
	busy = int64(g.Busy)
	switch {
	case g.To == c.self:
	case c.hops != nil && g.To == c.hops.weights.ID():
		return d.weights, t.loads[int(g.A)], c.waves[c.loads[g.A].wave].spec.kernel.Name, busy
	case c.hops != nil && g.To == c.hops.vectors.ID():
		n := &c.lines[g.B].lanes[g.A%int64(len(c.lines[g.B].lanes))]
		return t.trip(n, g.A), &t.vector(n, g.A).waits, n.spec.kernel.Name, busy
	default: // of the digital side
		return d.sideMove, &t.started, c.lines[0].spec.kernel.Name, busy
	}
	switch g.Kind {
	case evRowFetched, evRowArrived:
		name = c.waves[c.loads[g.A].wave].spec.kernel.Name
		if g.Kind == evRowFetched {
			return d.fetchWeights, t.loads[int(g.A)], name, busy
		}
		return d.weights, t.loads[int(g.A)], name, busy
	case evCached:
		return d.storeCache, &t.started, c.lines[0].spec.kernel.Name, busy
	case evComputed:
		return d.activate, &t.started, c.lines[0].spec.kernel.Name, int64(c.side.operated)
	}
	ev := sim.Event{A: g.A, B: g.B}
	n := c.lane(&ev)
	switch g.Kind {
	case evFetched:
		what = d.fetch
	case evDelivered:
		what = d.toTiles
	case evPartials:
		what = d.sums
	case evSummed:
		what, busy = d.add, int64(n.adding)
	case evApplied:
		what, busy = d.activate, int64(n.operating)
	case evSent:
		what = d.outputs
	default:
		what = d.store
	}
	return what, &t.vector(n, g.A).waits, n.spec.kernel.Name, busy
}

// trip is what of a vector is on links.
func (t *tracks) trip(n *lane, v int64) trace.What {
	switch n.slot(n.local(v)).then {
	case evDelivered:
		return t.doing.toTiles
	case evPartials:
		return t.doing.sums
	}
	return t.doing.outputs
}

// asked hears that a load's next row is fetched.
func (t *tracks) asked(l *load, i int) {
	w := &trace.Waits{}
	w.Until(l.began, t.waits.arrays)
	w.Until(t.chip.engine.Now(), t.waits.write)
	t.loads[i] = w
}

// program shows a row, or all of a load's, being written.
func (t *tracks) program(l *load, i int, took sim.Cycle) {
	now, c := t.chip.engine.Now(), t.chip
	waits := trace.Waits{}
	waits.Until(l.began, t.waits.arrays)
	if w := t.loads[i]; w != nil {
		waits = *w
	}
	waits.Until(now, t.waits.write)
	name := c.waves[l.wave].spec.kernel.Name
	t.show(t.parts.array, t.doing.program, now, now+took, int64(took), name, int64(i), &waits)
	if c.units != nil {
		t.show(t.part(l.array, ""), t.doing.program, now, now+took, int64(took), name, int64(i), &waits)
	}
}

// computes shows what the digital side begins.
func (t *tracks) computes(loading bool, took sim.Cycle, macs int64) {
	now, what := t.chip.engine.Now(), t.doing.stream
	if loading {
		what = t.doing.sideLoad
	}
	waits := t.started
	waits.Until(now, t.waits.dram)
	t.show(t.parts.pe, what, now, now+took, macs, t.chip.lines[0].spec.kernel.Name, 0, &waits)
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
	if c.current+1 < len(c.waves) && t.actOf(c.current+1) != t.actOf(c.current) {
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

// finish closes the recording.
func (t *tracks) finish() error {
	t.meter.beside(t)
	return t.Finish(t.chip.engine.Now(), t.waits.nothing)
}
