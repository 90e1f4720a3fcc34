package analog

import (
	"fmt"
	"strings"

	"xbar/crossbar"
	"xbar/sim"
	"xbar/sim/trace"
)

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

// of is what an event's vector waits for.
func (t *tracks) of(ev *sim.Event) *trace.Waits { return &t.vector(t.chip.lane(ev), ev.A).waits }

func (t *tracks) lane(n *lane) *tracedLane { return &t.lines[n.line.index][n.copy] }

func (t *tracks) vector(n *lane, v int64) *traced {
	l := t.lane(n)
	return &l.slots[n.local(v)%int64(len(l.slots))]
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
	a.fronts[read%2] = now
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
	waits.Until(a.fronts[read%2], t.waits.readout)
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
