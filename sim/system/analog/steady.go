package analog

import (
	"math"
	"slices"

	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/mapping"
)

// A wave's vectors all do the same, so after some of them the chip is in the
// state that it was in before, but for the numbers of the vectors:
//
//	state(v + p) = state(v), t cycles later  ⇒  state(v + k·p) = state(v), k·t cycles later
//
// where v is the number of vectors that are drained; of several copies, those of the
// first, and the others have drained as many more or less as before. From there the
// wave leaps k periods, as many as leave it a vector to ask for, with k times the
// counts of one. Brent's search finds p: the state is compared with one that is kept, and
// kept anew whenever twice as many vectors have gone by.
type steady struct {
	watching bool
	asked    bool    // the end of this cycle has been asked for
	edges    []int64 // vectors that differ from the one before
	low      int64   // the first that was not drained when the search began
	from     int64   // vectors drained then
	kept     int64   // vectors drained in the state that is kept; −1: none is
	renew    int64   // vectors drained when it is kept anew
	state    []int64
	now      []int64 // scratch
	tally    tally
	leaps    int // so far
}

// tally is what had been counted when a state was kept.
type tally struct {
	mark   sim.Mark
	counts []int64 // of some phases, by account
	busy   [5]sim.Cycle
}

// note takes down what has been counted in the phases from first up to end.
func (s *tally) note(c *Chip, first, end int) {
	c.engine.Mark(&s.mark)
	s.counts = c.counts(s.counts[:0], first, end)
	for i, busy := range c.busyStages() {
		s.busy[i] = *busy
	}
}

// repeat counts what has been counted since then so many times more.
func (s *tally) repeat(c *Chip, first, end int, times int64) {
	i := 0
	for phase := first; phase < end; phase++ {
		for id := range c.ledger.Accounts() {
			account := energy.AccountID(id)
			c.ledger.Add(phase, account, times*(c.ledger.Count(phase, account)-s.counts[i]))
			i++
		}
	}
	for i, busy := range c.busyStages() {
		*busy += sim.Cycle(times) * (*busy - s.busy[i])
	}
}

// counts appends those of the phases from first up to end.
func (c *Chip) counts(to []int64, first, end int) []int64 {
	for phase := first; phase < end; phase++ {
		for id := range c.ledger.Accounts() {
			to = append(to, c.ledger.Count(phase, energy.AccountID(id)))
		}
	}
	return to
}

// busyStages are the busy cycles that are summed over all of a stage.
func (c *Chip) busyStages() [5]*sim.Cycle {
	return [...]*sim.Cycle{&c.shifting, &c.reading, &c.converting, &c.adding, &c.operating}
}

const (
	fewVectors = 64      // of a wave, for which no search is made
	mostPeriod = 1 << 12 // vectors of a copy; a wave without such a period is gone through
)

// watch starts the search for a period in the wave that starts.
func (c *Chip) watch(l *line) {
	s, w := &c.steady, &l.lanes[0].wave
	s.watching = c.units == nil && c.values == nil && c.tracks == nil && w.count >= fewVectors
	s.edges = s.edges[:0]
	for _, spill := range []mapping.Spill{w.input, w.inSpill, w.outSpill, w.sumSpill, w.partSpill} {
		edges := spill.Edges()
		s.edges = append(s.edges, edges[:]...)
	}
	s.search(0, 0)
}

// search begins anew after so many vectors.
func (s *steady) search(from, low int64) { s.from, s.low, s.kept, s.renew = from, low, -1, from }

// rest lets the search be until vectors change.
func (s *steady) rest(issued, vectors int64) { s.kept, s.renew = -1, s.edge(issued, vectors) }

// edge is the first vector from v on that differs from the one before it, or the
// end.
func (s *steady) edge(v, end int64) int64 {
	for _, e := range s.edges {
		if v <= e {
			end = min(end, e)
		}
	}
	return end
}

// between are the first vector that is not drained, and the first after all those
// that have been asked for.
func (l *line) between() (low, high int64) {
	low = math.MaxInt64
	for i := range l.lanes {
		n := &l.lanes[i]
		low = min(low, n.global(n.drained))
		if n.issued > 0 {
			high = max(high, n.global(n.issued-1)+1)
		}
	}
	return low, high
}

// look compares the state at the end of a cycle in which the first copy drained
// vectors.
func (c *Chip) look() error {
	s, l := &c.steady, &c.lines[0]
	s.asked = false
	if !s.watching || c.loading > 0 {
		return nil
	}
	copies := int64(len(l.lanes))
	v := l.lanes[0].drained * copies
	low, high := l.between()
	if s.edge(s.low+1, high) < high { // vectors since then differ
		if s.edge(low+1, high) == high {
			s.search(v, low)
		}
		return nil
	}
	if s.kept < 0 && v < s.renew {
		return nil
	}
	s.now = c.state(s.now[:0])
	switch {
	case s.kept >= 0 && slices.Equal(s.now, s.state):
		c.leap()
		_, high = l.between()
		s.rest(high, l.vectors)
	case v >= s.renew && v-s.from > mostPeriod*copies:
		s.rest(high, l.vectors)
	case v >= s.renew:
		s.kept, s.renew = v, 2*v-s.from+1
		s.now, s.state = s.state, s.now
		s.tally.note(c, l.phase, l.phase+1)
	}
	return nil
}

// state is all that decides what the wave does from now on, vectors counted from
// those that the first copy has drained.
func (c *Chip) state(to []int64) []int64 {
	l := &c.lines[0]
	from := l.lanes[0].drained
	for i := range l.lanes {
		to = l.lanes[i].state(to, from, c.engine.Now())
	}
	first := l.lanes[0].global(from)
	return c.engine.State(to, func(id sim.ComponentID, a, _ int64) int64 {
		if c.ofVectors(id) {
			return a - first
		}
		return a
	})
}

// state is that of a copy, its own vectors counted from one of them.
func (n *lane) state(to []int64, from int64, now sim.Cycle) []int64 {
	to = append(to, n.issued-from, n.activated-from, n.driven-from, n.drained-from)
	for v := n.drained; v < n.issued; v++ {
		s := n.slot(v)
		arrived := int64(0)
		if s.arrived {
			arrived = 1
		}
		to = append(to, arrived, int64(s.driven), int64(s.results))
		if s.ends > 0 {
			to = append(to, int64(s.ends), int64(max(s.there-now, 0)), int64(s.then))
		}
	}
	for i := range n.groups {
		to = n.groups[i].pipeline.State(to, now)
	}
	return to
}

// leap repeats what happened since the state was kept.
func (c *Chip) leap() {
	s, l := &c.steady, &c.lines[0]
	copies := int64(len(l.lanes))
	period := l.lanes[0].drained*copies - s.kept
	_, issued := l.between()
	times := (s.edge(issued, l.vectors-1) - issued) / period
	if times < 1 {
		return
	}
	s.leaps++
	before := c.engine.Now()
	ahead := times * period
	c.engine.Leap(&s.tally.mark, times, func(id sim.ComponentID, a, _ int64, key uint64) (int64, uint64) {
		if !c.ofVectors(id) {
			return a, key
		}
		return a + ahead, key + 2*uint64(ahead) // see [line.key]
	})
	l.drained += ahead
	for i := range l.lanes {
		l.lanes[i].move(ahead/copies, c.engine.Now()-before)
	}
	s.tally.repeat(c, l.phase, l.phase+1, times)
}

// ofVectors reports whether events of a component are about vectors.
func (c *Chip) ofVectors(id sim.ComponentID) bool {
	return id == c.self || c.hops != nil && id == c.hops.vectors.ID()
}

// move is some cycles later, when so many vectors more have gone through.
func (n *lane) move(ahead int64, later sim.Cycle) {
	for i := range n.groups {
		n.groups[i].pipeline.Leap(later)
	}
	n.rename(ahead, later)
}

// rename gives the vectors that are asked for and not drained the numbers of those
// that are so, some cycles later.
func (r *running) rename(ahead int64, later sim.Cycle) {
	inside := make([]slot, 0, len(r.slots))
	for v := r.drained; v < r.issued; v++ {
		inside = append(inside, *r.slot(v))
	}
	r.issued += ahead
	r.activated += ahead
	r.driven += ahead
	r.drained += ahead
	r.free += later
	for i, s := range inside {
		s.activated += later
		s.there += later
		*r.slot(r.drained + int64(i)) = s
	}
}
