package analog

import (
	"fmt"
	"math"

	"xbar/crossbar"
	"xbar/sim/energy"
	"xbar/sim/workload"
)

// values are the real numbers that flow through a run: the inputs of the
// kernel at hand, the sums it builds up, and what came out in the end.
type values struct {
	chip    *Chip
	work    *workload.Values
	readers []*crossbar.Reader
	arrays  [][]*crossbar.Programmed // [kernel][tile]
	pass    int64
	inputs  [][]int32   // of the kernel, one row a vector
	sums    [][]float64 // of the kernel, one row a vector
	outputs [][]int64   // of the last kernel, one row an input
	clipped int64
	drives  []crossbar.Drive // of the vector at hand, by row tile
	loaded  []bool
}

func newValues(c *Chip, work *workload.Values) (*values, error) {
	m := c.machine
	v := &values{chip: c, work: work, arrays: make([][]*crossbar.Programmed, len(c.specs))}
	active := int(c.activeRows())
	for _, s := range c.specs {
		v.readers = append(v.readers, crossbar.NewReader(s.scheme, s.slicer, active, m.Crossbar.ColumnFlip, m.ADC.Range, m.ADC.Resolution))
	}
	for k := range c.specs {
		if err := v.program(k); err != nil {
			return nil, err
		}
	}
	low, high := c.specs[0].slicer.Range()
	for i, x := range work.Inputs.Data {
		if int64(x) < low || int64(x) > high {
			return nil, fmt.Errorf("input %d, element %d is %d, outside %d to %d", i/work.Inputs.Cols, i%work.Inputs.Cols, x, low, high)
		}
	}
	v.outputs = make([][]int64, work.Inputs.Rows)
	return v, nil
}

// program stores every tile of a kernel as an array would hold it.
func (v *values) program(k int) error {
	grid, w := v.chip.specs[k].grid, v.work.Weights[k]
	for tile := range grid.Tiles() {
		r, col := grid.Place(tile)
		row, weight := grid.FirstRow(r), grid.FirstWeight(col)
		p, err := v.readers[k].Program(grid.RowsOf(r), grid.WeightsOf(col), func(i, j int) int64 {
			return int64(w.Data[(row+i)*w.Cols+weight+j])
		})
		if err != nil {
			return fmt.Errorf("kernel %s: %w", v.chip.specs[k].kernel.Name, err)
		}
		v.arrays[k] = append(v.arrays[k], p)
	}
	return nil
}

// passes is how many batches it takes to see every input once; the last one
// is filled up with the first inputs again.
func (v *values) passes() int64 {
	return ceilDiv(int64(v.work.Inputs.Rows), v.chip.options.Batch)
}

func (c *Chip) exact(w *wave) bool { return c.values != nil && w.phase != warmUpPhase }

// begin readies a wave: the first of a pass takes the next batch, the first of
// a kernel starts its sums.
func (v *values) begin(w *wave) {
	if v.inputs == nil {
		batch := v.chip.options.Batch
		for b := range batch {
			i := (v.pass*batch + b) % int64(v.work.Inputs.Rows)
			v.inputs = split(v.inputs, v.work.Inputs.Row(int(i)), int(w.spec.kernel.N))
		}
	}
	if v.sums == nil {
		v.sums = make([][]float64, w.vectors)
		for i := range v.sums {
			v.sums[i] = make([]float64, w.spec.kernel.M)
		}
	}
}

func split(rows [][]int32, data []int32, n int) [][]int32 {
	for ; len(data) >= n; data = data[n:] {
		rows = append(rows, data[:n])
	}
	return rows
}

// activate computes what a wave's arrays yield for one vector, and books the
// energies that follow the data. Arrays that share rows share the drive.
func (v *values) activate(w *wave, vector int64) {
	c := v.chip
	grid := &w.spec.grid
	var driven, reads int64
	var joules energy.Sum
	clear(v.loaded)
	for i := range w.plan.Arrays {
		tile := w.plan.First + i
		r, col := grid.Place(tile)
		d := v.drive(w, vector, r)
		y := v.sums[vector][grid.FirstWeight(col):][:grid.WeightsOf(col)]
		activity := v.arrays[w.plan.Kernel][tile].Activate(d, y)
		v.clipped += activity.Clipped
		columns := int64(len(y)) * w.spec.columns
		driven += d.Driven()
		reads += d.Driven() * columns
		joules.Add(c.cellJoules(activity, columns))
	}
	if !c.machine.DAC.GateZeros {
		driven, reads = w.activated.load, w.activated.read
	}
	c.ledger.Add(w.phase, c.accounts.load, driven)
	c.ledger.Add(w.phase, c.accounts.drive, driven)
	c.ledger.Add(w.phase, c.accounts.read, reads)
	c.ledger.AddData(w.phase, c.accounts.read, joules.Value())
}

// drive loads row tile r of a vector, once a vector.
func (v *values) drive(w *wave, vector int64, r int) *crossbar.Drive {
	for len(v.drives) <= r {
		v.drives = append(v.drives, crossbar.Drive{})
		v.loaded = append(v.loaded, false)
	}
	if !v.loaded[r] {
		v.loaded[r] = true
		x := v.inputs[vector][w.spec.grid.FirstRow(r):][:w.spec.grid.RowsOf(r)]
		v.readers[w.plan.Kernel].Load(x, &v.drives[r])
	}
	return &v.drives[r]
}

// cellJoules is Σ v²·G·t over an activation: each cell at its own level.
func (c *Chip) cellJoules(a crossbar.Activity, columns int64) float64 {
	if lumped(c.machine) {
		return 0
	}
	cell := &c.machine.Cell
	return a.Square*float64(columns)*c.fullReadEnergy(cell.GOff) + a.SquareLevel*c.fullReadEnergy(cell.GOn-cell.GOff)
}

// end turns a finished kernel's sums into the next kernel's inputs, or into
// the outputs of the pass.
func (v *values) end(w *wave) error {
	k := w.plan.Kernel
	post := &v.work.Post[k]
	last := k == len(v.chip.specs)-1
	flat := make([]int32, 0, len(v.sums)*int(w.spec.kernel.M))
	batch := int(v.chip.options.Batch)
	perInput := len(v.sums) / batch
	for i, sums := range v.sums {
		out := make([]int64, len(sums))
		for j, s := range sums {
			out[j] = post.Apply(j, int64(math.Round(s)))
		}
		if last {
			v.keep(i/perInput, out)
			continue
		}
		for _, y := range out {
			flat = append(flat, int32(y))
		}
	}
	v.sums = nil
	v.inputs = nil
	if last {
		v.pass++
		return nil
	}
	next := v.chip.specs[k+1]
	low, high := next.slicer.Range()
	for _, y := range flat {
		if int64(y) < low || int64(y) > high {
			return fmt.Errorf("kernel %s gives %d, which is no input of kernel %s (%d to %d)", w.spec.kernel.Name, y, next.kernel.Name, low, high)
		}
	}
	v.inputs = split(nil, flat, int(next.kernel.N))
	return nil
}

// keep stores the outputs of input b of the batch, unless it is one of the
// first again that fill up the last batch.
func (v *values) keep(b int, out []int64) {
	i := v.pass*v.chip.options.Batch + int64(b)
	if i < int64(len(v.outputs)) {
		v.outputs[i] = append(v.outputs[i], out...)
	}
}

// Outputs are the last kernel's outputs, one row an input; nil when values are
// statistical. Clipped counts conversions beyond the ADC's codes.
func (c *Chip) Outputs() (outputs [][]int64, clipped int64) {
	if c.values == nil {
		return nil, 0
	}
	return c.values.outputs, c.values.clipped
}

// LosslessBits is the ADC resolution at which no kernel would lose a bit.
func (c *Chip) LosslessBits() int {
	need := 0
	for _, s := range c.specs {
		r := crossbar.NewReader(s.scheme, s.slicer, int(c.activeRows()), c.machine.Crossbar.ColumnFlip, c.machine.ADC.Range, c.machine.ADC.Resolution)
		need = max(need, r.LosslessBits())
	}
	return need
}
