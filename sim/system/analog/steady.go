package analog

import (
	"math"
	"slices"

	"xbar/sim"
	"xbar/sim/energy"
)

// A wave's vectors all do the same, so after some of them the chip is in the
// state that it was in before, but for the numbers of the vectors:
//
//	state(v + p) = state(v), t cycles later  ⇒  state(v + k·p) = state(v), k·t cycles later
//
// each of
// the others has drained as many more or less as before. From there the wave leaps
// k periods, as many as leave each copy a vector to ask for, with k times the counts of
// one. Brent's search finds p: the state is compared with one that is kept, and
// kept anew whenever twice as many vectors have gone by.
type steady struct {
	watching bool
	asked    bool  // the end of this cycle has been asked for
	kept     int64 // vectors that the first copy drained in the state that is kept
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
	mostPeriod = 1 << 12 // vectors of a copy; a wave without such a period is gone through
)

// watch starts the search for a period in the wave that starts.
func (c *Chip) watch(l *line) {
	w := &l.lanes[0].wave
	c.steady.watching = c.units == nil && c.values == nil && c.options.Trace == nil && w.count >= fewVectors &&
		c.spills[w.plan.Kernel].Uniform(w.rowBits-w.newBits) && w.sumSpill.Uniform(w.sumBits) &&
		c.spills[w.plan.Kernel+1].Uniform(w.outBits) && w.partSpill.Uniform(w.partBits)
	c.steady.kept, c.steady.renew = -1, 0
}

// look compares the state at the end of a cycle in which the first copy drained
// vectors.
func (c *Chip) look() error {
	s := &c.steady
	s.asked = false
	if !s.watching || c.loading > 0 {
		return nil
	}
	l := &c.lines[0]
	v := l.lanes[0].drained
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
			s.counts = append(s.counts, c.ledger.Count(l.phase, energy.AccountID(id)))
		}
		s.busy = [4]sim.Cycle{c.shifting, c.reading, c.converting, c.adding}
	}
	return nil
}

// state is all that decides what the wave does from now on, vectors counted from
// those that the first copy has drained.
func (c *Chip) state(to []int64) []int64 {
	l := &c.lines[0]
	from := l.lanes[0].drained
	for i := range l.lanes {
		n := &l.lanes[i]
		to = append(to, n.issued-from, n.activated-from, n.driven-from, n.drained-from)
		for v := n.drained; v < n.issued; v++ {
			s := n.slot(v)
			arrived := int64(0)
			if s.arrived {
				arrived = 1
			}
			to = append(to, arrived, int64(s.driven), int64(s.results))
		}
		for i := range n.groups {
			to = n.groups[i].pipeline.State(to, c.engine.Now())
		}
	}
	first := l.lanes[0].global(from)
	return c.engine.State(to, func(id sim.ComponentID, a int64) int64 {
		if id == c.self {
			return a - first
		}
		return a
	})
}

// leap repeats what happened since the state was kept.
func (c *Chip) leap() {
	s, l := &c.steady, &c.lines[0]
	period := l.lanes[0].drained - s.kept
	times := int64(math.MaxInt64)
	for i := range l.lanes {
		n := &l.lanes[i]
		times = min(times, (n.count-1-n.issued)/period)
	}
	if times < 1 {
		return
	}
	s.leaps++
	before := c.engine.Now()
	ahead := times * period * int64(len(l.lanes))
	c.engine.Leap(&s.mark, times, func(id sim.ComponentID, _ int32, a int64, key uint64) (int64, uint64) {
		if id != c.self {
			return a, key
		}
		return a + ahead, key + 2*uint64(ahead) // see [line.key]
	})
	l.drained += ahead
	for i := range l.lanes {
		n := &l.lanes[i]
		for j := range n.groups {
			n.groups[j].pipeline.Leap(c.engine.Now() - before)
		}
		n.move(times * period)
	}
	for id := range c.ledger.Accounts() {
		account := energy.AccountID(id)
		c.ledger.Add(l.phase, account, times*(c.ledger.Count(l.phase, account)-s.counts[id]))
	}
	for i, busy := range []*sim.Cycle{&c.shifting, &c.reading, &c.converting, &c.adding} {
		*busy += sim.Cycle(times) * (*busy - s.busy[i])
	}
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
