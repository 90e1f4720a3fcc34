package analog

import (
	"strings"

	"xbar/sim"
	"xbar/sim/trace"
)

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
	if waits == &t.started {
		w.Until(now, t.waits.pes)
	} else {
		w.Until(now, t.waits.network)
	}
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
	if t.IsCut() {
		return
	}
	now, what := t.chip.engine.Now(), t.doing.stream
	if loading {
		what = t.doing.sideLoad
	}
	waits := t.started
	waits.Until(now, t.waits.dram)
	t.show(t.parts.pe, what, now, now+took, macs, t.chip.lines[0].spec.kernel.Name, 0, &waits)
}
