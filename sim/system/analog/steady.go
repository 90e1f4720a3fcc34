package analog

import (
	"slices"

	"xbar/sim"
	"xbar/sim/energy"
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
	asked    bool  // the end of this cycle has been asked for
	kept     int64 // vectors drained in the state that is kept
	renew    int64 // vectors drained when it is kept anew
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
	c.steady.watching = c.units == nil && c.values == nil && c.options.Trace == nil && w.vectors >= fewVectors &&
		c.spills[w.plan.Kernel].Uniform(w.rowBits-w.newBits) && w.sumSpill.Uniform(w.sumBits) &&
		c.spills[w.plan.Kernel+1].Uniform(w.outBits) && w.partSpill.Uniform(w.partBits)
	c.steady.kept, c.steady.renew = -1, 0
}

// look compares the state at the end of a cycle in which vectors were drained.
func (c *Chip) look() error {
	s := &c.steady
	s.asked = false
	if !s.watching || c.loading > 0 {
		return nil
	}
	v := c.run.drained
	s.now = c.state(s.now[:0])
	switch {
	case s.kept >= 0 && slices.Equal(s.now, s.state):
		s.watching = false
		c.leap()
	case v >= s.renew && v > mostPeriod:
		s.watching = false
	case v >= s.renew:
		s.kept, s.renew = v, 2*v+1
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
	times := (w.vectors - 1 - r.issued) / period
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
