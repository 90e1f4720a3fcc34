package analog

import (
	"fmt"
	"slices"

	"xbar/crossbar"
	"xbar/sim"
	"xbar/sim/mapping"
	"xbar/sim/unit"
)

// planned is a wave of the plan.
type planned struct {
	plan    mapping.Wave
	spec    *spec
	phase   int
	pass    int  // −1: preload
	last    bool // of its kernel in the pass
	vectors int64
	loads   int     // still missing
	late    float64 // seconds that rounding can have added to its loads
}

// wave is a planned wave, or one copy's part of it, with what each of its
// vectors moves and counts. Only what computes is worked out, so that a plan of
// many waves is small.
type wave struct {
	*planned

	arrays    []int // of the copy
	count     int64 // vectors of the copy in a pass
	groups    []group
	rowGroups int64 // of the array that has most, for the rounding bound
	perVector counts
	inBits    int64 // over the network, old partial sums included
	rowBits   int64 // of the inputs alone
	newBits   int64 // of those, what comes from outside for the first time
	sumBits   int64 // old partial sums, read back
	tileWrite int64 // into input buffers
	tileRead  int64 // out of them
	foreign   int64 // partial-sum bits between tiles
	adds      int64
	addTime   sim.Cycle // of the tile that adds most
	adder     int       // that tile
	adding    sim.Cycle // of all tiles
	outBits   int64     // finished outputs
	partBits  int64     // partial sums that a later wave continues
	applied   int64
	inSpill   mapping.Spill // of inputs that are not new
	outSpill  mapping.Spill
	sumSpill  mapping.Spill
	partSpill mapping.Spill

	takes, gives            map[int]int64 // bits of a vector in each tile's buffers
	inputSlots, outputSlots int64         // vectors that the tiles' buffers hold at once
	room                    int64         // vectors between activation and the end: in sample banks, converters and output buffers
}

// group is arrays of a wave that use the same rows and columns: they do the
// same at the same time.
type group struct {
	rows, columns int64 // driven and read
	converted     int64 // sums of columns
	rowGroups     int64 // G
	reads         int64 // phases · G
	pipeline      crossbar.Pipeline
}

// counts are the actions of one vector on all arrays of a wave.
type counts struct {
	load, read, hold, integrate   int64
	convert                       int64 // in each phase
	correct                       int64
	shifting, reading, converting sim.Cycle
}

// newPlanned is a wave of a pass, or of the preload, which has no vectors.
func (c *Chip) newPlanned(p mapping.Wave, pass int) planned {
	s := &c.specs[p.Kernel]
	w := planned{plan: p, spec: s, pass: pass, loads: len(p.Loads), phase: firstKernelPhase + p.Kernel}
	switch {
	case pass < 0:
		w.phase = preloadPhase
		return w
	case pass == 0 && c.plan.warmUp:
		w.phase = warmUpPhase
	}
	w.vectors = s.kernel.L
	if !s.kernel.Dynamic {
		w.vectors *= c.options.Batch
	}
	return w
}

// workOut makes planned waves the ones that compute, each on a line of its own.
func (c *Chip) workOut(all ...*planned) []line {
	c.lines = slices.Grow(c.lines[:0], len(all))[:len(all)]
	for i, p := range all {
		l := &c.lines[i]
		copies := p.copies()
		*l = line{planned: p, index: int64(i), lanes: slices.Grow(l.lanes[:0], copies)[:copies]}
		l.alone()
		for n := range l.lanes {
			c.workOutLane(l, n)
		}
	}
	c.shareBuffers()
	return c.lines
}

// copies is the copies that compute in a wave; of a preload, none.
func (p *planned) copies() int {
	if p.vectors == 0 {
		return 0
	}
	return p.spec.grid.Copies
}

// workOutLane readies copy n of a line.
func (c *Chip) workOutLane(l *line, n int) {
	lane := &l.lanes[n]
	of := int64(len(l.lanes))
	each := len(l.plan.Arrays) / len(l.lanes)
	lane.line, lane.copy = l, int64(n)
	lane.wave = wave{
		planned: l.planned, arrays: l.plan.Arrays[n*each:][:each], groups: lane.groups[:0],
		count: (l.vectors - int64(n) + of - 1) / of,
	}
	w := &lane.wave
	c.groupArrays(w)
	c.routeInputs(w)
	c.routeOutputs(w)
	w.inSpill = c.spills[w.plan.Kernel].Of(w.rowBits-w.newBits, w.vectors)
	w.outSpill = c.spills[w.plan.Kernel+1].Of(w.outBits, w.vectors)
	w.sumSpill = c.overflow(w.sumBits, w.vectors)
	w.partSpill = c.overflow(w.partBits, w.vectors)
}

// shareBuffers gives each copy its slots of the tiles' buffers: what computes at
// the same time in a tile has as many there.
func (c *Chip) shareBuffers() {
	takes, gives := map[int]int64{}, map[int]int64{}
	for i := range c.lines {
		for n := range c.lines[i].lanes {
			w := &c.lines[i].lanes[n].wave
			for tile, bits := range w.takes {
				takes[tile] += bits
			}
			for tile, bits := range w.gives {
				gives[tile] += bits
			}
		}
	}
	for i := range c.lines {
		for n := range c.lines[i].lanes {
			w := &c.lines[i].lanes[n].wave
			w.inputSlots = slots(w.takes, takes, c.machine.InputBuffer.Capacity)
			w.outputSlots = slots(w.gives, gives, c.machine.OutputBuffer.Capacity)
			w.room = int64(banks(c.machine)) + w.outputSlots + c.inside(w)
			c.lines[i].lanes[n].adder = c.adderOf(w)
		}
	}
}

// adderOf is the accumulators of the tile in which a vector takes longest to add
// up. Copies and kernels that meet there share them; a kernel alone has all its
// tiles for itself.
func (c *Chip) adderOf(w *wave) *sim.Resource {
	if len(c.lines) == 1 && len(c.lines[0].lanes) == 1 {
		return c.accumulator
	}
	r := c.adders[w.adder]
	if r == nil {
		r = c.engine.NewResource(fmt.Sprintf("tile%d/accumulator", w.adder), 1)
		c.adders[w.adder] = r
	}
	return r
}

// inside is the vectors that are in a readout which takes the next sum before it
// has given the last.
func (c *Chip) inside(w *wave) int64 {
	most := int64(0)
	for i := range w.groups {
		g := &w.groups[i]
		var delay, between sim.Cycle
		for j := range w.spec.stages {
			s := &w.spec.stages[j]
			delay = max(delay, s.delay)
			between = plus(between, times(ceilDiv(g.converted, c.readout.perArray), s.interval))
		}
		if delay > 0 {
			most = max(most, ceilDiv(int64(delay), max(int64(between)*g.rowGroups, 1)))
		}
	}
	return min(most, mostInside)
}

// overflow is what of a wave's partial sums that the global buffer cannot
// hold. Activations that are kept beside them are not counted: sums and
// activations are each given the whole buffer.
func (c *Chip) overflow(bits, vectors int64) mapping.Spill {
	all := bits * vectors
	return mapping.Share{Part: max(0, all-int64(c.machine.GlobalBuffer.Capacity)), Whole: all}.Of(bits, vectors)
}

// groupArrays sorts the arrays by shape and counts one vector's actions.
func (c *Chip) groupArrays(w *wave) {
	m, s := c.machine, w.spec
	for i := range w.arrays {
		rows, weights := w.shape(i)
		g := c.newGroup(s, rows, weights)
		w.perVector.load += g.rows * s.slices
		w.perVector.read += g.rows * g.columns * s.slices
		w.perVector.convert += g.converted * g.rowGroups
		w.perVector.shifting = plus(w.perVector.shifting, times(g.reads, c.timings.shiftAdd))
		for j := range s.stages {
			st := &s.stages[j]
			w.perVector.hold += g.converted * g.rowGroups * st.slices
			w.perVector.integrate += g.converted * g.rowGroups * st.steps
			w.perVector.reading = plus(w.perVector.reading, times(g.rowGroups, st.front))
			w.perVector.converting = plus(w.perVector.converting, times(g.rowGroups*g.converted, st.interval))
		}
		w.perVector.correct += c.corrections(s, rows, weights)
		w.rowGroups = max(w.rowGroups, g.rowGroups)
		w.addToGroup(g)
	}
	for i := range w.groups {
		w.groups[i].pipeline = crossbar.NewPipeline(c.timings.pipeline(m, &c.readout, s, w.groups[i].converted))
	}
}

// newGroup is an array that uses so many rows and weights; ungated, all of the
// array works all the time.
func (c *Chip) newGroup(s *spec, rows, weights int64) group {
	m := c.machine
	g := group{rows: rows, columns: c.columnsRead(s, weights)}
	if !m.Crossbar.GateUnused {
		g.rows = int64(m.Crossbar.LogicalRows())
	}
	g.converted = g.columns * s.outputs / s.columns
	g.rowGroups = ceilDiv(g.rows, c.activeRows())
	g.reads = int64(len(s.stages)) * g.rowGroups
	return g
}

// columnsRead is the columns that an array of so many weights reads.
func (c *Chip) columnsRead(s *spec, weights int64) int64 {
	if !c.machine.Crossbar.GateUnused {
		return int64(c.machine.Crossbar.LogicalCols())
	}
	return weights * s.columns
}

func (c *Chip) activeRows() int64 { return int64(c.machine.Crossbar.Driven()) }

// corrections are the additions that biased weights or flipped columns need:
// the sum of the inputs, and its product with what an output's columns hold too
// much or inverted. Columns are inverted by row group, so each group's sum is
// taken off by itself; a bias alone is the same for all of them.
func (c *Chip) corrections(s *spec, rows, weights int64) int64 {
	switch {
	case c.machine.Crossbar.ColumnFlip:
		return rows + weights*ceilDiv(rows, c.activeRows())
	case s.scheme.Offset() != 0:
		return rows + weights
	}
	return 0
}

func (w *wave) addToGroup(g group) {
	for i := range w.groups {
		if w.groups[i].rows == g.rows && w.groups[i].columns == g.columns {
			return
		}
	}
	w.groups = append(w.groups, g)
}

// shape is the rows and logical columns that the wave's array i uses.
func (w *wave) shape(i int) (rows, weights int64) {
	r, col := w.spec.grid.Place(w.plan.First + i)
	return int64(w.spec.grid.RowsOf(r)), int64(w.spec.grid.WeightsOf(col))
}

// routeInputs counts the bits that a vector brings: each row tile crosses the
// network once, every tile that needs it listens.
func (c *Chip) routeInputs(w *wave) {
	perTile := c.machine.Chip.ArraysPerTile
	heard := map[[2]int]bool{}
	w.takes = map[int]int64{}
	bits := int64(w.spec.kernel.InputBits)
	for i, a := range w.arrays {
		r, _ := w.spec.grid.Place(w.plan.First + i)
		rows := int64(w.spec.grid.RowsOf(r)) * bits
		w.tileRead += rows
		if key := [2]int{a / perTile, r}; !heard[key] {
			heard[key] = true
			w.tileWrite += rows
			w.takes[a/perTile] += rows
		}
		if i < w.spec.grid.RowTiles { // a row tile comes again after all others
			w.rowBits += rows
		}
		if w.plan.Kernel == 0 && w.plan.First+i < w.spec.grid.RowTiles {
			w.newBits += rows
		}
	}
}

// slots is how many vectors at once the fullest of some tiles' buffers holds: two,
// one that fills while one is used, or one, or none.
func slots(tiles, holds map[int]int64, capacity unit.Bit) int64 {
	most := int64(1)
	for tile := range tiles {
		most = max(most, holds[tile])
	}
	return min(mostSlots, int64(capacity)/most)
}

// routeOutputs counts what happens to the sums of each column tile in the
// wave: added within a tile, sent to the tile that finishes them, continued
// from or left to another wave.
func (c *Chip) routeOutputs(w *wave) {
	lanes := int64(c.machine.Accumulator.Lanes)
	perTile := map[int]int64{} // additions
	w.gives = map[int]int64{}
	for from := 0; from < len(w.arrays); {
		to := w.endOfColumn(from)
		before := w.outBits + w.partBits
		w.adds += c.sumColumn(w, from, to, perTile)
		w.gives[w.arrays[from]/c.machine.Chip.ArraysPerTile] += w.outBits + w.partBits - before
		from = to
	}
	for tile, n := range perTile {
		t := times(ceilDiv(n, lanes), c.timings.addition)
		if t > w.addTime || t == w.addTime && tile < w.adder {
			w.addTime, w.adder = t, tile
		}
		w.adding = plus(w.adding, t)
	}
	w.inBits = w.rowBits + w.sumBits
}

func (w *wave) endOfColumn(from int) int {
	_, col := w.spec.grid.Place(w.plan.First + from)
	to := from
	for to < len(w.arrays) {
		if _, next := w.spec.grid.Place(w.plan.First + to); next != col {
			break
		}
		to++
	}
	return to
}

func (c *Chip) sumColumn(w *wave, from, to int, perTile map[int]int64) (adds int64) {
	s := w.spec
	firstRow, col := s.grid.Place(w.plan.First + from)
	lastRow, _ := s.grid.Place(w.plan.First + to - 1)
	weights := int64(s.grid.WeightsOf(col))
	home := w.arrays[from] / c.machine.Chip.ArraysPerTile
	tiles := map[int]bool{}
	for i := from; i < to; i++ {
		tile := w.arrays[i] / c.machine.Chip.ArraysPerTile
		if i > from {
			adds += weights
			at := tile
			if !tiles[tile] {
				at = home // the tile's first sum is added where it arrives
			}
			perTile[at] += weights
		}
		if !tiles[tile] && tile != home {
			w.foreign += weights * s.sumBits
		}
		tiles[tile] = true
	}
	if firstRow > 0 {
		adds += weights
		perTile[home] += weights
		w.sumBits += weights * s.sumBits
	}
	if lastRow == s.grid.RowTiles-1 {
		w.outBits += weights * int64(s.kernel.OutputBits)
		if s.kernel.Activation {
			w.applied += weights
		}
	} else {
		w.partBits += weights * s.sumBits
	}
	return adds
}
