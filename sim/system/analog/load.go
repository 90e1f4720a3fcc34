package analog

import (
	"xbar/sim"
	"xbar/sim/mapping"
)

// load is one tile on its way into an array, row by row: while one row is
// written the next is fetched.
type load struct {
	wave    int
	array   int
	rows    int64
	rowBits int64
	cells   int64     // of a row
	write   sim.Cycle // of a row
	began   sim.Cycle
	written int64
	busy    bool // the write drivers have a row
	waiting bool // the next row has arrived
}

// addLoad lays out a load that may start once so many waves are done.
func (c *Chip) addLoad(i int, p mapping.Load, after int) error {
	w := &c.waves[i]
	s := w.spec
	r, col := s.grid.Place(p.Tile)
	weights := int64(s.grid.WeightsOf(col))
	l := load{
		wave: i, array: p.Array, rows: int64(s.grid.RowsOf(r)),
		rowBits: weights * int64(s.kernel.WeightBits), cells: weights * s.cells,
	}
	row, err := c.rowWrite(l.cells)
	if err != nil {
		return err
	}
	l.write = row.cycles
	w.late += float64(l.rows) * row.lost
	c.budget.addLoad(c, &l)
	c.triggered[after] = append(c.triggered[after], len(c.loads))
	c.loads = append(c.loads, l)
	return nil
}

// startLoads begins the loads that waited for so many waves to be done.
func (c *Chip) startLoads(done int) error {
	for _, i := range c.triggered[done] {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		l := &c.loads[i]
		w := &c.waves[l.wave]
		l.began = c.engine.Now()
		c.bookLoad(w, l)
		if c.units == nil && c.dramLink.Unlimited() && c.networkLink.Unlimited() {
			c.engine.Schedule(sim.Cycle(l.rows)*l.write, c.self, evLoaded, int64(i), 0)
			continue
		}
		c.fetchRow(i, 0)
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

// bookLoad charges all that moves and writes a tile. Weights come from DRAM, an
// activation is in the global buffer already.
func (c *Chip) bookLoad(w *planned, l *load) {
	a := &c.accounts
	bits, cells := l.rows*l.rowBits, l.rows*l.cells
	if !w.spec.kernel.Dynamic {
		c.ledger.Add(w.phase, a.dramWeights, bits)
		c.ledger.Add(w.phase, a.bufferFill, bits)
	}
	c.ledger.Add(w.phase, a.bufferLoad, bits)
	c.ledger.Add(w.phase, a.transferWeights, bits)
	c.ledger.Add(w.phase, a.program, cells)
	c.ledger.Add(w.phase, a.verify, cells)
	c.ledger.Add(w.phase, a.verifyConvert, cells)
	c.writing += sim.Cycle(l.rows) * l.write
	switch w.phase {
	case preloadPhase:
		c.measured.PreloadTiles++
	case warmUpPhase:
		c.measured.WarmUpTiles++
	default:
		c.measured.KernelLoads[w.plan.Kernel]++
	}
}

func loadKey(i int, row int64) uint64 { return weights | uint64(i)<<21 | uint64(row) }

func (c *Chip) fetchRow(i int, row int64) {
	l := &c.loads[i]
	if n := c.dramLink.Cycles(l.rowBits); n > 0 && !c.waves[l.wave].spec.kernel.Dynamic {
		c.dram.Request(loadKey(i, row), n, c.self, evRowFetched, int64(i), row)
		return
	}
	c.rowFetched(i, row)
}

func (c *Chip) rowFetched(i int, row int64) {
	if n := c.networkLink.Cycles(c.loads[i].rowBits); n > 0 {
		c.network.Request(loadKey(i, row), n, c.self, evRowArrived, int64(i), row)
		return
	}
	c.rowArrived(i, row)
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
	c.engine.Schedule(l.write, c.self, evRowWritten, int64(i), row)
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
	c.tracks.loaded(c, l)
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
		c.measured.Exposed += waited
	}
}
