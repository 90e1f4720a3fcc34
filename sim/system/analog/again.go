package analog

import (
	"slices"

	"xbar/sim"
)

// Where loads do not overlap with computing, those of a wave begin together and find the
// DRAM and the network idle. What they take then depends on their shapes alone: loads that
// came before in these shapes are not gone through row by row again.
type again struct {
	known map[loadShape][]*batch // by the first shape
	now   *batch                 // that is gone through for the first time; nil: none
	first int                    // its first load
	began sim.Cycle
	kept  int // shapes of all that is known
	times int // loads that were not gone through
}

// mostKept bounds the memory that what is known takes.
const mostKept = 1 << 18

// loadShape is all of a load that decides what it takes.
type loadShape struct {
	rows      int64
	row, last loadRow
	dram      bool // it comes from there
}

// batch is loads that begin together, when each of them is done, and how long media are
// busy with them.
type batch struct {
	shapes        []loadShape
	done          []sim.Cycle
	left          int
	dram, network sim.Cycle
}

// alone reports whether loads that begin now have the media for themselves, events for
// rows, and come one after the other. Links are no medium that all of them share, and in
// a session what is cached may be on its way to the DRAM.
func (c *Chip) alone(loads []int) bool {
	return len(loads) > 0 && c.units == nil && c.hops == nil && c.tracks == nil && c.options.Session == nil && !c.machine.Chip.OverlapReload && c.waves[c.loads[loads[0]].wave].pass >= 0 &&
		loads[len(loads)-1]-loads[0] == len(loads)-1
}

// loadAgain does what loads did that were like these, or takes down what they do; it
// reports whether there is nothing left to do.
func (c *Chip) loadAgain(loads []int) bool {
	a := &c.again
	shapes := make([]loadShape, len(loads))
	for n, i := range loads {
		l := &c.loads[i]
		shapes[n] = loadShape{l.rows, l.row, l.last, l.dram}
	}
	for _, b := range a.known[shapes[0]] {
		if !slices.Equal(b.shapes, shapes) {
			continue
		}
		for n, i := range loads {
			c.engine.Schedule(b.done[n], c.self, evLoaded, int64(i), 0)
		}
		c.dram.Skip(b.dram)
		c.network.Skip(b.network)
		a.times += len(loads)
		return true
	}
	if a.kept += len(shapes); a.kept > mostKept {
		return false
	}
	a.now, a.first, a.began = &batch{shapes: shapes, done: make([]sim.Cycle, len(loads)), left: len(loads)}, loads[0], c.engine.Now()
	a.now.dram, a.now.network = c.dram.BusyCycles(), c.network.BusyCycles()
	return false
}

// wasLoaded takes down when a load was done.
func (c *Chip) wasLoaded(i int) {
	a := &c.again
	b := a.now
	if b == nil {
		return
	}
	b.done[i-a.first] = c.engine.Now() - a.began
	if b.left--; b.left > 0 {
		return
	}
	b.dram, b.network = c.dram.BusyCycles()-b.dram, c.network.BusyCycles()-b.network
	if a.known == nil {
		a.known = map[loadShape][]*batch{}
	}
	a.known[b.shapes[0]] = append(a.known[b.shapes[0]], b)
	a.now = nil
}
