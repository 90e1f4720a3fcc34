package analog

import (
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
// where v is the number of vectors that are drained. From there the wave leaps
// k periods, as many as leave it a vector to ask for, with k times the counts of
// one. Brent's search finds p: the state is compared with one that is kept, and
// kept anew whenever twice as many vectors have gone by.
type steady struct {
	watching bool
	asked    bool    // the end of this cycle has been asked for
	edges    []int64 // vectors that differ from the one before
	from     int64   // vectors drained when the search began
	kept     int64   // vectors drained in the state that is kept; −1: none is
	renew    int64   // vectors drained when it is kept anew
	state    []int64
	now      []int64 // scratch
	mark     sim.Mark
	counts   []int64 // of the wave's phase, by account
	busy     [4]sim.Cycle
	leaps    int // so far
}

const (
	fewVectors = 64      // of a wave, for which no search is made
	mostPeriod = 1 << 12 // vectors; a wave without such a period is gone through
)

// watch starts the search for a period in the wave that starts.
func (c *Chip) watch(w *wave) {
	s := &c.steady
	s.watching = c.units == nil && c.values == nil && c.options.Trace == nil && w.vectors >= fewVectors
	s.edges = s.edges[:0]
	for _, spill := range []mapping.Spill{w.inSpill, w.outSpill, w.sumSpill, w.partSpill} {
		first, last := spill.Edges()
		s.edges = append(s.edges, first, last)
	}
	s.search(0)
}

// search begins anew after so many vectors.
func (s *steady) search(from int64) { s.from, s.kept, s.renew = from, -1, from }

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

// look compares the state at the end of a cycle in which vectors were drained.
func (c *Chip) look() error {
	s, r := &c.steady, &c.run
	s.asked = false
	if !s.watching || c.loading > 0 {
		return nil
	}
	v := r.drained
	if s.edge(s.from+1, r.issued) < r.issued { // vectors since then differ
		if s.edge(v+1, r.issued) == r.issued {
			s.search(v)
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
		s.rest(r.issued, c.wave().vectors)
	case v >= s.renew && v-s.from > mostPeriod:
		s.rest(r.issued, c.wave().vectors)
	case v >= s.renew:
		s.kept, s.renew = v, 2*v-s.from+1
		s.now, s.state = s.state, s.now
		c.engine.Mark(&s.mark)
		s.counts = s.counts[:0]
		for id := range c.ledger.Accounts() {
			s.counts = append(s.counts, c.ledger.Count(c.wave().phase, energy.AccountID(id)))
		}
		s.busy = [4]sim.Cycle{c.shifting, c.reading, c.converting, c.adding}
	}
	return nil
}

// state is all that decides what the wave does from now on, vectors counted from
// those that are drained.
func (c *Chip) state(to []int64) []int64 {
	r := &c.run
	to = append(to, r.issued-r.drained, r.activated-r.drained, r.driven-r.drained)
	for v := r.drained; v < r.issued; v++ {
		s := r.slot(v)
		arrived := int64(0)
		if s.arrived {
			arrived = 1
		}
		to = append(to, arrived, int64(s.driven), int64(s.results))
	}
	w := c.wave()
	for i := range w.groups {
		to = w.groups[i].pipeline.State(to, c.engine.Now())
	}
	return c.engine.State(to, func(id sim.ComponentID, a int64) int64 {
		if id == c.self {
			return a - r.drained
		}
		return a
	})
}

// leap repeats what happened since the state was kept.
func (c *Chip) leap() {
	s, r, w := &c.steady, &c.run, c.wave()
	period := r.drained - s.kept
	times := (s.edge(r.issued, w.vectors-1) - r.issued) / period
	if times < 1 {
		return
	}
	s.leaps++
	before := c.engine.Now()
	ahead := times * period
	c.engine.Leap(&s.mark, times, func(id sim.ComponentID, kind int32, a int64, key uint64) (int64, uint64) {
		switch {
		case id != c.self:
			return a, key
		case kind == evPartials || kind == evSent: // two keys a vector
			return a + ahead, key + 2*uint64(ahead)
		}
		return a + ahead, key + uint64(ahead)
	})
	for i := range w.groups {
		w.groups[i].pipeline.Leap(c.engine.Now() - before)
	}
	for id := range c.ledger.Accounts() {
		account := energy.AccountID(id)
		c.ledger.Add(w.phase, account, times*(c.ledger.Count(w.phase, account)-s.counts[id]))
	}
	for i, busy := range []*sim.Cycle{&c.shifting, &c.reading, &c.converting, &c.adding} {
		*busy += sim.Cycle(times) * (*busy - s.busy[i])
	}
	r.move(ahead)
}

// move renames the vectors that are asked for and not drained.
func (r *running) move(ahead int64) {
	inside := make([]slot, 0, len(r.slots))
	for v := r.drained; v < r.issued; v++ {
		inside = append(inside, *r.slot(v))
	}
	r.issued += ahead
	r.activated += ahead
	r.driven += ahead
	r.drained += ahead
	for i, s := range inside {
		*r.slot(r.drained + int64(i)) = s
	}
}
