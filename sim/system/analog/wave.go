package analog

import (
	"math/bits"
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

	arrays      []int // of the copy
	count       int64 // vectors of the copy in a pass
	groups      []group
	rowGroups   int64 // of the array that has most, for the rounding bound
	perVector   counts
	inBits      int64 // over the network, old partial sums included
	rowBits     int64 // of the inputs alone
	fresh       int64 // distinct inputs of an inference that come from outside for the first time
	known       int64 // and those that have come before
	sumBits     int64 // old partial sums, read back
	tileWrite   int64 // into input buffers
	tileRead    int64 // out of them
	foreign     int64 // partial-sum bits between tiles
	adds        int64
	addTime     sim.Cycle // of the tile that adds most
	addMost     int64     // its additions
	adder       int       // that tile
	adding      sim.Cycle // of all tiles
	operateTime sim.Cycle // of the activation unit that has most to do
	operateMost int64     // its operations
	operator    int       // its tile
	operating   sim.Cycle // of all of them
	outBits     int64     // finished outputs
	partBits    int64     // partial sums that a later wave continues
	applied     int64
	input       mapping.Spill // of inputs that come from outside
	behind      mapping.Spill // of those of an inference in a pipeline, where others go before it
	inSpill     mapping.Spill // of the others
	outSpill    mapping.Spill
	sumSpill    mapping.Spill
	partSpill   mapping.Spill
	trips       [allTrips]trip // on a network of hops

	takes, gives            map[int]int64 // bits of a vector in each tile's buffers
	inputSlots, outputSlots int64         // vectors that the tiles' buffers hold at once
	room                    int64         // vectors between activation and the end: in sample banks, converters and output buffers
}

// group is arrays of a wave that use the same rows and columns: they do the
// same at the same time.
type group struct {
	arrays    int64
	blocks    [2]block // read one after the other; the second may be of no rows
	converted int64    // sums of columns that the reads leave time for
	rowGroups int64    // G of all blocks
	reads     int64    // phases · G
	each      reads    // what a vector takes
	pipeline  crossbar.Pipeline
}

// block is rows and columns that are read together: a tile, or as many of the
// groups on its diagonal as may be driven at once. There are so many alike.
type block struct {
	count, rows, columns int64 // driven and read
	converted            int64 // sums of columns
	rowGroups            int64
}

// at is the rows that row group i drives, and the block that they are of.
func (g *group) at(i, active int64) (rows int64, b *block) {
	b = &g.blocks[0]
	if i >= b.count*b.rowGroups {
		b = &g.blocks[1]
	}
	return max(min(active, b.rows-i%g.blocks[0].rowGroups*active), 0), b
}

// tile is what an array uses: rows and logical columns of so many groups.
type tile struct{ rows, weights, groups int64 }

// counts are the actions of one vector on all arrays of a wave.
type counts struct {
	load, read, hold, integrate   int64
	activate                      int64 // reads of arrays, slice by slice
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
	if c.hops != nil {
		c.hops.vectors.Reset()
	}
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
		planned: l.planned, arrays: l.plan.Arrays[n*each:][:each], groups: lane.groups[:0], trips: lane.trips,
		count: (l.vectors - int64(n) + of - 1) / of,
	}
	w := &lane.wave
	c.groupArrays(w)
	c.routeInputs(w)
	c.routeOutputs(w)
	w.input = w.stream(mapping.Whole, w.fresh)
	w.inSpill = w.stream(c.spills[w.plan.Kernel], w.known)
	w.outSpill = c.spills[w.plan.Kernel+1].Of(w.outBits*w.vectors, w.vectors, 0)
	if c.hops != nil {
		c.hops.lay(w)
	}
	w.sumSpill = c.overflow(w.sumBits, w.vectors)
	w.partSpill = c.overflow(w.partBits, w.vectors)
}

// stream is so many distinct inputs of an inference, each of which comes once. A
// vector's have all come when it is sent to the tiles: with the first come those that
// its window reaches ahead.
func (w *wave) stream(of mapping.Share, inputs int64) mapping.Spill {
	k := &w.spec.kernel
	bits := int64(k.InputBits)
	ahead := scaled(inputs, k.Window.Ahead, k.Distinct())
	return of.Of(inputs*bits*(w.vectors/k.L), w.vectors, ahead*bits)
}

// distinct is the distinct inputs of tile i's rows, a share of all: a vector holds
// its channels one after the other, each with all places of the window.
func (s *spec) distinct(i int) int64 {
	r, _ := s.grid.Place(i)
	from := int64(s.grid.Block(i, 0).Row)
	to := from + int64(s.grid.RowsOf(r))
	all, of := s.kernel.Distinct(), s.kernel.Inputs()
	return scaled(to, all, of) - scaled(from, all, of)
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
			alone := len(c.lines) == 1 && len(c.lines[0].lanes) == 1
			c.lines[i].lanes[n].adder = c.accumulator.of(w.adder, alone)
			c.lines[i].lanes[n].unit = c.activation.of(w.operator, alone)
		}
	}
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
	return mapping.Share{Part: max(0, all-int64(c.machine.GlobalBuffer.Capacity)), Whole: all}.Of(all, vectors, 0)
}

// groupArrays sorts the arrays by shape and counts one vector's actions.
func (c *Chip) groupArrays(w *wave) {
	m, s := c.machine, w.spec
	for i := range w.arrays {
		t := w.shape(i)
		g := c.newGroup(s, t)
		converted := int64(0)
		for _, b := range g.blocks {
			w.perVector.load += b.count * b.rows * s.slices
			w.perVector.read += b.count * b.rows * b.columns * s.slices
			converted += b.count * b.converted * b.rowGroups
		}
		w.perVector.convert += converted
		w.perVector.activate += g.rowGroups * s.slices
		w.perVector.shifting = plus(w.perVector.shifting, times(g.reads, c.timings.shiftAdd))
		for j := range s.stages {
			st := &s.stages[j]
			w.perVector.hold += converted * st.slices
			w.perVector.integrate += converted * st.steps
			w.perVector.reading = plus(w.perVector.reading, times(g.rowGroups, st.front))
			w.perVector.converting = plus(w.perVector.converting, times(converted, st.interval))
		}
		w.perVector.correct += c.corrections(s, t)
		w.rowGroups = max(w.rowGroups, g.rowGroups)
		w.addToGroup(g)
	}
	for i := range w.groups {
		w.groups[i].each = c.readsOf(s, &w.groups[i])
		w.groups[i].pipeline = crossbar.NewPipeline(c.timings.pipeline(m, &c.readout, s, w.groups[i].converted))
	}
}

// newGroup is an array that uses so many rows and weights; ungated, all of the
// array works all the time. Of groups on its diagonal, as many are driven at once
// as active rows allow, and only their columns are read, each of them on all rows
// that are driven.
func (c *Chip) newGroup(s *spec, t tile) group {
	m := c.machine
	var g group
	once := c.atOnce(t)
	rows, weights := t.rows/t.groups, t.weights/t.groups
	weights += s.unit
	g.blocks[0] = c.newBlock(s, t.groups/once, once*rows, once*weights)
	if rest := t.groups % once; rest > 0 {
		g.blocks[1] = c.newBlock(s, 1, rest*rows, rest*weights)
	}
	g.rowGroups = g.blocks[0].count*g.blocks[0].rowGroups + g.blocks[1].rowGroups
	if !m.Crossbar.GateUnused {
		all := c.newBlock(s, 1, int64(m.Crossbar.LogicalRows()), 0)
		all.columns = int64(m.Crossbar.LogicalCols())
		all.converted = all.columns * s.outputs / s.columns
		all.rowGroups = max(all.rowGroups, g.rowGroups)
		g.blocks, g.rowGroups = [2]block{all}, all.rowGroups
	}
	g.converted = g.blocks[0].converted
	g.reads = int64(len(s.stages)) * g.rowGroups
	return g
}

func (c *Chip) newBlock(s *spec, count, rows, weights int64) block {
	return block{
		count: count, rows: rows, columns: weights * s.columns, converted: weights * s.outputs,
		rowGroups: ceilDiv(rows, c.activeRows()),
	}
}

// atOnce is how many groups of a tile are driven at once.
func (c *Chip) atOnce(t tile) int64 {
	return max(1, min(t.groups, c.activeRows()/(t.rows/t.groups)))
}

func (c *Chip) activeRows() int64 { return int64(c.machine.Crossbar.Driven()) }

// corrections are the additions that biased weights or flipped columns need:
// the sum of the inputs, and its product with what an output's columns hold too
// much or inverted. Columns are inverted by row group, so each group's sum is
// taken off by itself; a bias alone is the same for all of them. A group's outputs have
// the sum of its own inputs. A unit column has read it, and is only taken off.
func (c *Chip) corrections(s *spec, t tile) int64 {
	switch {
	case c.machine.Crossbar.ColumnFlip:
		return t.rows + t.weights*ceilDiv(t.rows/t.groups, c.activeRows())
	case s.unit > 0:
		return t.weights
	case s.scheme.Offset() != 0:
		return t.rows + t.weights
	}
	return 0
}

func (w *wave) addToGroup(g group) {
	for i := range w.groups {
		if w.groups[i].blocks == g.blocks {
			w.groups[i].arrays++
			return
		}
	}
	g.arrays = 1
	w.groups = append(w.groups, g)
}

// shape is what the wave's array i uses.
func (w *wave) shape(i int) tile { return tileOf(&w.spec.grid, w.plan.First+i) }

func tileOf(grid *mapping.Grid, i int) tile {
	r, col := grid.Place(i)
	return tile{int64(grid.RowsOf(r)), int64(grid.WeightsOf(col)), int64(grid.GroupsOf(r))}
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
		fresh := w.spec.grid.Fresh(w.plan.First + i)
		if fresh || i < w.spec.grid.RowTiles { // a row tile comes again after all others of its group
			w.rowBits += rows
			n := w.spec.distinct(w.plan.First + i)
			if w.plan.Kernel == 0 && fresh {
				w.fresh += n
			} else {
				w.known += n
			}
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
	perTile := map[int]int64{}  // additions
	finished := map[int]int64{} // outputs
	w.gives = map[int]int64{}
	for from := 0; from < len(w.arrays); {
		to := w.endOfColumn(from)
		before := w.outBits + w.partBits
		w.adds += c.sumColumn(w, from, to, perTile, finished)
		w.gives[w.arrays[from]/c.machine.Chip.ArraysPerTile] += w.outBits + w.partBits - before
		from = to
	}
	w.addTime, w.adder, w.adding = longest(perTile, func(n int64) sim.Cycle {
		return times(ceilDiv(n, lanes), c.timings.addition)
	})
	w.operateTime, w.operator, w.operating = longest(finished, func(n int64) sim.Cycle {
		return times(ceilDiv(w.spec.operations(n), int64(c.machine.Activation.Lanes)), c.timings.operation)
	})
	w.addMost, w.operateMost = perTile[w.adder], w.spec.operations(finished[w.operator])
	w.inBits = w.rowBits + w.sumBits
}

// longest is what the tile takes that has most to do, which that is, and what all of
// them take together.
func longest(perTile map[int]int64, takes func(n int64) sim.Cycle) (most sim.Cycle, at int, all sim.Cycle) {
	for tile, n := range perTile {
		t := takes(n)
		if t > most || t == most && tile < at {
			most, at = t, tile
		}
		all = plus(all, t)
	}
	return most, at, all
}

// operations is what the activation units do for so many outputs of a vector: one
// for each where the kernel has an activation, and their share, in whole steps, of
// what is computed beside the products.
func (s *spec) operations(outputs int64) (n int64) {
	k := &s.kernel
	if k.Activation {
		n = outputs
	}
	hi, lo := bits.Mul64(uint64(outputs), uint64(k.Beside.Operations))
	share, rest := bits.Div64(hi, lo, uint64(k.L*k.Outputs()))
	if rest > 0 {
		share++
	}
	return n + int64(share)
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

func (c *Chip) sumColumn(w *wave, from, to int, perTile, finished map[int]int64) (adds int64) {
	sums := w.column(from, to)
	weights := sums.weights
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
			w.foreign += sums.each
		}
		tiles[tile] = true
	}
	if sums.old > 0 {
		adds += weights
		perTile[home] += weights
		w.sumBits += sums.old
	}
	w.outBits += sums.out
	w.partBits += sums.part
	if sums.out > 0 {
		finished[home] += weights
		if w.spec.kernel.Activation {
			w.applied += weights
		}
	}
	return adds
}

// column is the bits that a vector moves for a column tile of a wave.
type column struct {
	weights        int64
	each           int64 // sums of an array
	old, part, out int64 // sums of a wave before, sums for a later one, outputs
}

func (w *wave) column(from, to int) column {
	s := w.spec
	firstRow, col := s.grid.Place(w.plan.First + from)
	lastRow, _ := s.grid.Place(w.plan.First + to - 1)
	c := column{weights: int64(s.grid.WeightsOf(col))}
	c.each = c.weights * s.sumBits
	if !s.grid.First(firstRow) {
		c.old = c.each
	}
	if s.grid.Last(lastRow) {
		c.out = c.weights * int64(s.kernel.OutputBits)
	} else {
		c.part = c.each
	}
	return c
}
