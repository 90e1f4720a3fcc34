package analog

import (
	"math"
	"slices"

	"xbar/sim"
)

// Inferences of a pipeline all do the same, so after some of them the chip may be in the
// state that it was in before, vectors of each kernel counted from those of the
// inferences that are through:
//
//	state(n + p) = state(n), t cycles later  ⇒  state(n + i·p) = state(n), i·t cycles later
//
// Copies are told apart, for they share their tiles with others: what a state needs to
// come again is that p inferences share out their vectors in whole rounds ([Chip.inTurn]).
// From there the chip leaps as far as no copy of the first kernel has asked for a vector
// that it was refused.

// watchFlow starts the search for a period among the inferences that may begin.
func (c *Chip) watchFlow() {
	f := &c.flow
	f.watching = c.units == nil && c.values == nil && c.tracks == nil
	f.steady.search(f.through, 0)
}

// lookAtFlow compares the state at the end of a cycle in which inferences came out. It
// reports whether the chip has leapt.
func (c *Chip) lookAtFlow() bool {
	f := &c.flow
	s, first := &f.steady, &c.lines[0]
	left := min(f.limit*first.inference, first.alikeUpTo()) - 1 - first.next()
	if left < first.inference {
		f.watching = false
		return false
	}
	n := f.through
	if s.kept < 0 && n < s.renew {
		return false
	}
	s.now = c.flowState(s.now[:0])
	switch {
	case s.kept >= 0 && slices.Equal(s.now, s.state):
		f.watching = false
		period := n - s.kept
		if times := left / (period * first.inference); times > 0 {
			c.leapFlow(period, times)
			return true
		}
	case n >= s.renew:
		s.kept, s.renew = n, 2*n-s.from+1
		s.now, s.state = s.state, s.now
		s.tally.note(c, firstKernelPhase, c.ledger.Phases())
		f.drivenThen = c.driving(f.drivenThen[:0])
	}
	return false
}

// alikeUpTo is behind the last vector from the second on that brings as much from outside
// as the one before it, of the pass that is alone; of those behind it inferences are alike.
func (l *line) alikeUpTo() int64 {
	up := int64(math.MaxInt64)
	for i := range l.lanes {
		w := &l.lanes[i].wave
		if l.lanes[i].global(l.lanes[i].issued) >= w.vectors {
			continue
		}
		for _, edge := range w.input.Edges() {
			if edge > 1 {
				up = min(up, edge)
			}
		}
	}
	return up
}

// next is the last of the vectors that copies ask for next.
func (l *line) next() (most int64) {
	for i := range l.lanes {
		most = max(most, l.lanes[i].global(l.lanes[i].issued))
	}
	return most
}

// driving appends for how long each copy has been at vectors.
func (c *Chip) driving(to []sim.Cycle) []sim.Cycle {
	for i := range c.lines {
		for j := range c.lines[i].lanes {
			to = append(to, c.lines[i].lanes[j].driving)
		}
	}
	return to
}

// flowState is all that decides what the pipeline does from now on, where no limit is
// in sight.
func (c *Chip) flowState(to []int64) []int64 {
	n, now := c.flow.through, c.engine.Now()
	for i := range c.lines {
		l := &c.lines[i]
		from, copies := n*l.inference, int64(len(l.lanes))
		to = append(to, from%copies)
		for j := range l.lanes {
			lane := &l.lanes[j]
			to = lane.state(to, lane.before(from), now)
			for v := lane.driven; v < lane.activated; v++ {
				to = append(to, int64(now-max(lane.slot(v).activated, lane.free)))
			}
		}
	}
	return c.engine.State(to, func(id sim.ComponentID, a, b int64) int64 {
		if c.ofVectors(id) {
			return a - n*c.lines[b].inference
		}
		return a
	})
}

// before is how many of the lane's vectors are among the first so many of all copies.
func (n *lane) before(v int64) int64 {
	copies := int64(len(n.line.lanes))
	return (v - n.copy + copies - 1) / copies
}

// leapFlow repeats what the last inferences did.
func (c *Chip) leapFlow(period, times int64) {
	f := &c.flow
	before := c.engine.Now()
	ahead := times * period
	inference := 4 * uint64(c.lines[0].lines) * uint64(c.lines[0].span) // see [line.key]
	c.engine.Leap(&f.steady.tally.mark, times, func(id sim.ComponentID, a, b int64, key uint64) (int64, uint64) {
		if !c.ofVectors(id) {
			return a, key
		}
		return a + ahead*c.lines[b].inference, key + uint64(ahead)*inference
	})
	f.steady.leaps++
	f.steady.tally.repeat(c, firstKernelPhase, c.ledger.Phases(), times)
	later := c.engine.Now() - before
	lane := 0
	for i := range c.lines {
		l := &c.lines[i]
		vectors := ahead * l.inference
		l.done, l.used, l.drained, l.allowed = l.done+vectors, l.used+vectors, l.drained+vectors, l.allowed+vectors
		for j := range l.lanes {
			n := &l.lanes[j]
			n.driving += sim.Cycle(times) * (n.driving - f.drivenThen[lane])
			n.move(vectors/int64(len(l.lanes)), later)
			lane++
		}
	}
	c.lines[0].allowed = min(c.lines[0].allowed, f.limit*c.lines[0].inference)
	f.through += ahead
	if len(f.out) == 0 {
		f.aloneLeaps++
	} else {
		f.goOn(period, times, later/sim.Cycle(times))
	}
}

// goOn adds what the inferences of the last period did, so many times more.
func (f *flowing) goOn(period, times int64, later sim.Cycle) {
	last := int64(len(f.out)) - 1
	drove := make([]sim.Cycle, len(f.out[last].drove))
	for i := range drove {
		drove[i] = f.out[last].drove[i] - f.out[last-period].drove[i]
	}
	for range times * period {
		f.begun = append(f.begun, f.begun[int64(len(f.begun))-period]+later)
		was := &f.out[int64(len(f.out))-period]
		o := outcome{at: was.at + later, inside: was.inside, lead: was.lead}
		for i := range drove {
			o.drove = append(o.drove, was.drove[i]+drove[i])
		}
		f.out = append(f.out, o)
	}
}
