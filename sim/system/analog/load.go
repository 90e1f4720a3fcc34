package analog

import (
	"xbar/sim"
	"xbar/sim/mapping"
	"xbar/sim/workload"
)

// load is one tile on its way into an array, row by row: while one row is
// written the next is fetched.
type load struct {
	wave    int
	array   int
	appends bool  // to what the array has
	dram    bool  // weights come from there; an activation is in the global buffer already
	rows    int64 // of cells: one holds as many of the weights' rows as columns share an output
	row     loadRow
	last    loadRow // the last may hold fewer
	began   sim.Cycle
	written int64
	busy    bool // the write drivers have a row
	waiting bool // the next row has arrived
}

// loadRow is one row of cells.
type loadRow struct {
	bits  int64 // of its weights
	cells int64
	write sim.Cycle
}

func (l *load) at(row int64) *loadRow {
	if row == l.rows-1 {
		return &l.last
	}
	return &l.row
}

// rows is so many alike.
type rows struct {
	n   int64
	row *loadRow
}

// parts are the load's rows.
func (l *load) parts() [2]rows { return [2]rows{{l.rows - 1, &l.row}, {1, &l.last}} }

// bits and cells are those of the tile.
func (l *load) bits() int64  { return (l.rows-1)*l.row.bits + l.last.bits }
func (l *load) cells() int64 { return (l.rows-1)*l.row.cells + l.last.cells }

// writing is how long all rows take.
func (l *load) writing() sim.Cycle { return sim.Cycle(l.rows-1)*l.row.write + l.last.write }

// addLoad lays out a load that may start once so many waves are done.
func (c *Chip) addLoad(i int, p mapping.Load, after int) error {
	w := &c.waves[i]
	s := w.spec
	t := tileOf(&s.grid, p.Tile)
	inputs, weights := t.rows, t.weights/t.groups // a row holds weights of its own group
	fold := min(int64(c.machine.Crossbar.Fold), inputs)
	if p.Append {
		inputs, weights, fold = appended(s.kernel.Cache, t, fold)
	}
	l := load{wave: i, array: p.Array, appends: p.Append, rows: ceilDiv(inputs, fold)}
	l.dram = !s.kernel.Dynamic || s.kernel.Cache != workload.NoCache && !p.Append
	var err error
	var lost, lastLost float64
	unit := s.unit
	if p.Append && s.kernel.Cache == workload.Columns {
		unit = 0
	}
	if l.row, lost, err = c.loadRow(s, fold, weights, unit); err != nil {
		return err
	}
	if l.last, lastLost, err = c.loadRow(s, inputs-(l.rows-1)*fold, weights, unit); err != nil {
		return err
	}
	w.late += float64(l.rows-1)*lost + lastLost
	c.budget.addLoad(c, &l)
	c.triggered[after] = append(c.triggered[after], len(c.loads))
	c.loads = append(c.loads, l)
	return nil
}

// appended is what is written of a tile that a column or a row is added to: a weight of
// each of its rows, or a row of each of its groups.
func appended(by workload.Cache, t tile, fold int64) (inputs, weights, each int64) {
	if by == workload.Rows {
		return t.groups, t.weights / t.groups, 1
	}
	return t.rows, 1, fold
}

// loadRow is a row of so many weights of each of its inputs and a cell more where there
// is a unit column, and the seconds of its time that are rounding.
func (c *Chip) loadRow(s *spec, inputs, weights, unit int64) (loadRow, float64, error) {
	row := loadRow{bits: inputs * weights * int64(s.kernel.WeightBits), cells: inputs * (weights + unit) * s.cells}
	write, err := c.rowWrite(row.cells)
	row.write = write.cycles
	return row, write.lost, err
}

// fetching is a kernel's loads that have begun and are not done, and since when
// there are any.
type fetching struct {
	loads int
	since sim.Cycle
}

// startLoads begins the loads that waited for so many waves to be done.
func (c *Chip) startLoads(done int) error {
	unlimited := c.units == nil && c.instant()
	for _, i := range c.triggered[done] {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		l := &c.loads[i]
		w := &c.waves[l.wave]
		l.began = c.engine.Now()
		c.loading++
		if w.phase >= firstKernelPhase {
			f := &c.fetching[w.plan.Kernel]
			if f.loads == 0 {
				f.since = l.began
			}
			f.loads++
		}
		c.bookLoad(w, l)
		if unlimited {
			if c.tracks != nil {
				c.tracks.program(l, i, l.writing())
			}
			c.engine.Schedule(l.writing(), c.self, evLoaded, int64(i), 0)
		}
	}
	if loads := c.triggered[done]; !unlimited && !(c.alone(loads) && c.loadAgain(loads)) {
		for _, i := range loads {
			c.fetchRow(i, 0)
		}
	}
	return nil
}

// rowWrite is [timings.rowWrite], worked out once for each width of a row.
func (c *Chip) rowWrite(cells int64) (rowWrite, error) {
	if r, known := c.rowWrites[cells]; known {
		return r, nil
	}
	r, err := c.timings.rowWrite(c.machine, cells)
	c.rowWrites[cells] = r
	return r, err
}

// bookLoad charges all that moves and writes a tile.
func (c *Chip) bookLoad(w *planned, l *load) {
	a := &c.accounts
	bits, cells := l.bits(), l.cells()
	if l.dram {
		c.ledger.Add(w.phase, a.dramWeights, bits)
		c.ledger.Add(w.phase, a.bufferFill, bits)
	}
	c.ledger.Add(w.phase, a.bufferLoad, bits)
	c.bookWeights(w, l)
	c.ledger.Add(w.phase, a.program, cells)
	c.ledger.Add(w.phase, a.verify, cells)
	c.ledger.Add(w.phase, a.verifyConvert, cells)
	c.writing += l.writing()
	switch {
	case w.phase == preloadPhase:
		c.measured.PreloadTiles++
	case w.phase == warmUpPhase:
		c.measured.WarmUpTiles++
	case l.appends:
		c.measured.KernelAppends[w.plan.Kernel]++
	default:
		c.measured.KernelLoads[w.plan.Kernel]++
	}
}

func loadKey(i int, row int64) uint64 { return weights | uint64(i)<<21 | uint64(row) }

func (c *Chip) fetchRow(i int, row int64) {
	l := &c.loads[i]
	if c.tracks != nil {
		c.tracks.asked(l, i)
	}
	if n := c.dramLink.Cycles(l.at(row).bits); n > 0 && l.dram {
		c.dram.Request(loadKey(i, row), n, c.self, evRowFetched, int64(i), row)
		return
	}
	c.rowFetched(i, row)
}

func (c *Chip) rowFetched(i int, row int64) {
	if !c.carryRow(i, row) {
		c.rowArrived(i, row)
	}
}

func (c *Chip) rowArrived(i int, row int64) {
	l := &c.loads[i]
	l.waiting = true
	if !l.busy {
		c.writeRow(i, row)
	}
}

func (c *Chip) writeRow(i int, row int64) {
	l := &c.loads[i]
	l.busy, l.waiting = true, false
	if c.tracks != nil {
		c.tracks.program(l, i, l.at(row).write)
	}
	c.engine.Schedule(l.at(row).write, c.self, evRowWritten, int64(i), row)
	if row+1 < l.rows {
		c.fetchRow(i, row+1)
	}
}

func (c *Chip) rowWritten(i int) error {
	l := &c.loads[i]
	l.written++
	l.busy = false
	if l.written == l.rows {
		return c.loaded(i)
	}
	if l.waiting {
		c.writeRow(i, l.written)
	}
	return nil
}

// loaded reports a tile in place; the wave that computes next may have waited
// for it.
func (c *Chip) loaded(i int) error {
	l := &c.loads[i]
	w := &c.waves[l.wave]
	w.loads--
	c.loading--
	c.wasLoaded(i)
	if w.phase >= firstKernelPhase {
		f := &c.fetching[w.plan.Kernel]
		if f.loads--; f.loads == 0 {
			c.measured.KernelLoading[w.plan.Kernel] += c.engine.Now() - f.since
		}
	}
	if l.wave != c.current || w.loads > 0 {
		return nil
	}
	c.expose(w)
	return c.tryStart()
}

// expose books the time since the last wave ended: all of it went by waiting
// for this wave's loads.
func (c *Chip) expose(w *planned) {
	waited := c.engine.Now() - c.lastWaveEnd
	switch {
	case w.phase == warmUpPhase:
		c.measured.WarmUpExposed += waited
	case w.phase >= firstKernelPhase:
		c.measured.KernelExposed[w.plan.Kernel] += waited
	}
}
