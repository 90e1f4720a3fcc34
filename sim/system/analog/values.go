package analog

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"

	"xbar/crossbar"
	"xbar/crossbar/nonideal"
	"xbar/digital/kernel"
	"xbar/sim/energy"
	"xbar/sim/mapping"
	"xbar/sim/workload"
)

// values are the real numbers that flow through a run: the inputs of the
// kernel at hand, the sums it builds up, and what came out in the end.
type values struct {
	chip      *Chip
	work      *workload.Values
	readers   []*crossbar.Reader
	arrays    [][][]*crossbar.Programmed // [kernel][tile][group]
	pass      int64
	inputs    []int32     // of the kernel, G·N a vector
	given     []int32     // by the kernel before it, of the inference at hand
	real      []float64   // the same, where they are no whole numbers
	sums      []float64   // of the kernel, G·M a vector
	outputs   [][]int64   // of the last kernel, one row an input
	unrounded [][]float64 // the sums that they are of, where they are kept
	clipped   int64
	drives    []drive   // by row tile and group in it
	yields    []yield   // of the wave at hand, by vector
	source    *rand.PCG // of the noise of the read at hand
	random    *rand.Rand
	noise     noises
	seed      func(vector int) // puts the sources at the noise of a vector that is computed
	ends      *converters
	exact     []int64       // inputs of the vector that is compared
	errors    []Discrepancy // by kernel; nil: sums are exact, or numbers are not whole
}

// Discrepancy is how a kernel's sums came out beside exact ones of the inputs that it
// got, which an earlier kernel's errors are in.
type Discrepancy struct{ Signal, Noise float64 } // sums of squares

// drive is a block's drivers and the vectors they are loaded with.
type drive struct {
	crossbar.Batch
	from, to int64 // of the kernel at hand; the same: none
}

// yield is what an activation for one vector did, over a wave's arrays.
type yield struct {
	known                           bool // it is computed
	driven, digits, reads, products int64
	joules                          energy.Sum
}

// noises is whose noise is drawn: an array's, of vectors from one of all passes on.
type noises struct {
	nonideal.Stream
	from int64
}

// together is how many vectors are computed at once.
const together = 64

func newValues(c *Chip, work *workload.Values) (*values, error) {
	if err := checkValues(c, work); err != nil {
		return nil, err
	}
	v := &values{chip: c, work: work, arrays: make([][][]*crossbar.Programmed, len(c.specs)), source: rand.NewPCG(0, 0)}
	v.random, v.ends = rand.New(v.source), newConverters(c)
	v.seed = func(vector int) {
		v.noise.Reads(v.noise.from + int64(vector)).Seed(v.source)
		v.ends.seed(v.noise.Stream, v.noise.from+int64(vector))
	}
	if whole := work.RealInputs == nil && work.RealWeights == nil; whole && c.errs() {
		v.errors = make([]Discrepancy, len(c.specs))
	}
	drives := 0
	looked, err := c.takeSample(work)
	if err != nil {
		return nil, err
	}
	for k := range c.specs {
		s := &c.specs[k]
		drives = max(drives, s.grid.Drives())
		how := c.howRead(s)
		if looked != nil {
			if how.Limits, err = c.calibrate(how, looked, work, k); err != nil {
				return nil, err
			}
		}
		reader := crossbar.NewReader(how)
		for _, earlier := range v.readers {
			reader.Share(earlier)
		}
		v.readers = append(v.readers, reader)
	}
	v.drives = make([]drive, drives)
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
	last := &c.specs[len(c.specs)-1].kernel
	v.outputs = make([][]int64, work.Inputs.Rows)
	for i := range v.outputs {
		v.outputs[i] = make([]int64, last.L*last.Outputs())
	}
	if work.Sums {
		v.unrounded = make([][]float64, len(v.outputs))
	}
	return v, nil
}

// What exact values may take in memory, in numbers and in cells.
const (
	mostNumbers = 50_000_000
	mostStored  = 1_000_000_000
)

// checkValues refuses values that would not fit into memory.
func checkValues(c *Chip, work *workload.Values) error {
	stored, digits := 0.0, 0.0
	for i := range c.specs {
		s := &c.specs[i]
		k := &s.kernel
		vectors := float64(c.options.Batch) * float64(k.L)
		if numbers := vectors * float64(max(k.Inputs(), k.Outputs())); numbers > mostNumbers {
			return fmt.Errorf("kernel %s: exact values of a batch of %d are %.3g numbers; at most %d are simulated: lower the batch", k.Name, c.options.Batch, numbers, mostNumbers)
		}
		if stored += float64(k.Inputs()) * float64(k.M) * float64(s.cells); stored > mostStored {
			return fmt.Errorf("kernel %s: exact values take %.3g cells; at most %d are simulated", k.Name, stored, mostStored)
		}
		rows := min(k.N, int64(c.machine.Crossbar.LogicalRows()))
		groups := ceilDiv(rows, c.activeRows())
		digits = max(digits, float64(s.grid.Drives())*float64(groups)*float64(s.slices)*float64(s.slicer.Planes())*float64((rows+63)/64))
	}
	if numbers := c.converterNumbers(); numbers > mostNumbers {
		return fmt.Errorf("converters with errors of their own are %.3g numbers; at most %d are simulated: lower adc.resolution or dac.bits", numbers, mostNumbers)
	}
	if factors := c.wireFactors(); factors > mostFactors {
		return fmt.Errorf("wires that are solved for every read take %.3g numbers; at most %d are simulated: lower crossbar.rows or crossbar.cols", factors, mostFactors)
	}
	if digits > mostNumbers {
		return fmt.Errorf("exact values are driven in %.3g pieces; at most %d are simulated: raise crossbar.active_rows", digits, mostNumbers)
	}
	return nil
}

// program stores every tile of a kernel as an array would hold it.
func (v *values) program(k int) (err error) {
	v.arrays[k], err = v.chip.hold(v.readers[k], v.work, k, v.random)
	return err
}

// hold programs the tiles of a kernel, with what columns see of them. The noise of
// reads is drawn from random; nil: there is none.
func (c *Chip) hold(reader *crossbar.Reader, work *workload.Values, k int, random *rand.Rand) ([][]*crossbar.Programmed, error) {
	s, devices := &c.specs[k], c.Devices()
	tiles, err := programTiles(c.ctx, reader, s, work.Weights[k])
	if err != nil || !reader.Real {
		return tiles, err
	}
	if devices.Resistive() && s.grid.Pack() > 1 {
		return tiles, fmt.Errorf("kernel %s: groups share an array, and its wires are resistive: what one group's inputs drop is in the way of another's", s.kernel.Name)
	}
	top := s.scheme.MaxLevel()
	layout := nonideal.Layout{Wires: c.machine.Crossbar.Layout, Columns: s.scheme.Columns()}
	for i, blocks := range tiles {
		for j, b := range blocks {
			levels := b.Cells()
			if s.scheme.Whole {
				c.whole(levels, s, work, k, s.grid.Block(i, j))
			}
			array, err := devices.Program(c.ctx, levels, top, layout, c.stream(k, i, j))
			if err != nil {
				return tiles, err
			}
			if array.Read != nil {
				array.Random = random
				b.SetSupplied(devices.Leak(top), array.Read)
				continue
			}
			b.SetCells(array.Levels, devices.Leak(top))
			if devices.Nonlinearity != 0 {
				b.SetCubic(devices.Nonlinearity)
			}
			if random != nil && devices.ReadNoise != "" {
				b.SetNoise(array.Noise, array.Floor, random)
			}
		}
	}
	return tiles, nil
}

// whole fills a block's levels with weights that are not cut.
func (c *Chip) whole(levels *mat.Dense, s *spec, work *workload.Values, k int, b mapping.Block) {
	w, devices, each := &work.Weights[k], c.Devices(), s.scheme.Columns()
	lowest := devices.Lowest()
	for row := range b.Rows {
		line := levels.RawRowView(row)
		for j := range b.Weights + int(s.unit) {
			weight := 0.0
			if column := j - int(s.unit); column >= 0 {
				at := (b.Row+row)*w.Cols + b.Column + column
				weight = float64(w.Data[at])
				if work.RealWeights != nil {
					weight = work.RealWeights[at]
				}
			}
			s.scheme.Real(weight, lowest, devices.Resistive(), line[j*each:][:each])
		}
	}
}

// stream is where an array's random numbers come from.
func (c *Chip) stream(kernel, tile, group int) nonideal.Stream {
	return c.options.Random.At(uint64(kernel)).At(uint64(tile)).At(uint64(group))
}

// Devices is what is not ideal about the arrays.
func (c *Chip) Devices() *nonideal.Config {
	d := c.machine.Devices
	if d.OnConductance == 0 {
		d.OnConductance = c.machine.Cell.GOn
	}
	d.Kelvin, d.ReadVoltage = c.machine.Kelvin, c.machine.Cell.ReadVoltage
	return &d
}

// programTiles stores a kernel's weights, tile by tile. What a tile holds of one
// group is an array by itself: the cells beside it are at level zero, and no sum
// changes with the rows that it does not have.
func programTiles(ctx context.Context, reader *crossbar.Reader, s *spec, w workload.Matrix) ([][]*crossbar.Programmed, error) {
	tiles := make([][]*crossbar.Programmed, s.grid.Tiles())
	for i := range tiles {
		for j := range tileOf(&s.grid, i).groups {
			b := s.grid.Block(i, int(j))
			p, err := reader.Program(ctx, b.Rows, b.Weights, func(row, column int) int64 {
				return int64(w.Data[(b.Row+row)*w.Cols+b.Column+column])
			})
			if err != nil {
				return nil, fmt.Errorf("kernel %s: %w", s.kernel.Name, err)
			}
			tiles[i] = append(tiles[i], p)
		}
	}
	return tiles, nil
}

// again reports whether a vector is of an input that fills up the last batch.
func (v *values) again(vector int64, w *wave) bool {
	input := v.pass*v.chip.options.Batch + vector/w.spec.kernel.L
	return input >= int64(v.work.Inputs.Rows)
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
	v.yields = v.yields[:0]
	if w.plan.First > 0 {
		return
	}
	if w.plan.Kernel == 0 {
		v.inputs, v.real = v.inputs[:0], v.real[:0]
		batch := v.chip.options.Batch
		for b := range batch {
			i := (v.pass*batch + b) % int64(v.work.Inputs.Rows)
			v.inputs = append(v.inputs, workload.Follow(v.work.Along(0), v.work.Inputs.Row(int(i)))...)
			if v.work.RealInputs != nil {
				v.real = append(v.real, v.work.RealInputs[int(i)*v.work.Inputs.Cols:][:v.work.Inputs.Cols]...)
			}
		}
	}
	for r := range v.drives {
		v.drives[r].to = v.drives[r].from
	}
	n := int(w.vectors * w.spec.kernel.Outputs())
	v.sums = slices.Grow(v.sums[:0], n)[:n]
	clear(v.sums)
}

// activate books the energies that follow the data of one vector in a wave's arrays, and
// computes what they yield for it and those behind it, unless one before it did. Where
// converters have errors, copies of the arrays yield what theirs make of it.
func (v *values) activate(w *wave, vector int64) error {
	c := v.chip
	if len(v.yields) == 0 {
		n := int(int64(len(v.inputs)) / w.spec.kernel.Inputs())
		v.yields = slices.Grow(v.yields, n)[:n]
		clear(v.yields)
	}
	if !v.yields[vector].known {
		to := vector + 1
		for c.exactConverters() && to < int64(len(v.yields)) && to < vector+together && !v.yields[to].known {
			to++
		}
		if err := v.compute(w, vector, to); err != nil {
			return err
		}
	}
	y := &v.yields[vector]
	if !c.machine.DAC.GateZeros {
		y.driven, y.reads = w.perVector.load, w.perVector.read
	}
	c.ledger.Add(w.phase, c.accounts.load, y.driven)
	c.ledger.Add(w.phase, c.accounts.drive, y.driven)
	c.ledger.Add(w.phase, c.accounts.read, y.reads)
	c.ledger.Add(w.phase, c.accounts.activate, w.perVector.activate)
	set := w.spec.share(y.products)
	if c.machine.Cell.ByBits() {
		y.joules.Add(set * c.cellSlope.Value)
	}
	c.ledger.AddData(w.phase, c.accounts.read, y.joules.Value())
	if c.readout.tree != nil {
		c.ledger.AddData(w.phase, w.spec.stages[0].account, set*c.treeSlope)
	}
	c.ledger.AddData(w.phase, c.accounts.load, c.dacSlope*float64(y.digits))
	return nil
}

// compute finds what a wave's arrays yield for some vectors. Arrays that share rows share
// the drive.
func (v *values) compute(w *wave, from, to int64) error {
	c := v.chip
	grid, kernel := &w.spec.grid, &w.spec.kernel
	yields, sums := v.yields[from:to], v.sums[from*kernel.Outputs():]
	for n := range yields {
		yields[n].known = true
	}
	for i := range w.arrays {
		tile := w.shape(i)
		shape := c.newGroup(w.spec, tile)
		v.fit(w.plan.Kernel, w.plan.First+i, w.arrays[i])
		for j, stored := range v.arrays[w.plan.Kernel][w.plan.First+i] {
			b := grid.Block(w.plan.First+i, j)
			d := v.drive(w, from, to, &b)
			v.noise = noises{c.stream(w.plan.Kernel, w.plan.First+i, j), v.pass*w.vectors + from}
			activities, err := stored.ActivateBatch(c.ctx, &d.Batch, sums[b.Output:], int(kernel.Outputs()), v.seed)
			if err != nil {
				return err
			}
			columns := shape.blocks[0].columns
			if once := c.atOnce(tile); int64(j)/once == tile.groups/once && shape.blocks[1].count > 0 {
				columns = shape.blocks[1].columns
			}
			for n, activity := range activities {
				if !v.again(from+int64(n), w) {
					v.clipped += activity.Clipped
				}
				y := &yields[n]
				y.driven += d.Driven(n)
				y.digits += d.Digits(n)
				y.reads += d.Driven(n) * columns
				y.products += activity.Products
				y.joules.Add(c.cellJoules(activity, columns))
			}
		}
	}
	return nil
}

// drive loads a block's rows of some vectors, unless the wave before left them there.
func (v *values) drive(w *wave, from, to int64, b *mapping.Block) *drive {
	d := &v.drives[b.Drive]
	if d.from == from && d.to == to {
		return d
	}
	d.from, d.to = from, to
	n, at := int(w.spec.kernel.Inputs()), int(from*w.spec.kernel.Inputs())+b.Row
	if w.plan.Kernel == 0 && v.work.RealInputs != nil {
		v.readers[0].LoadBatchReal(v.real[at:], int(to-from), n, b.Rows, &d.Batch)
	} else {
		v.readers[w.plan.Kernel].LoadBatch(v.inputs[at:], int(to-from), n, b.Rows, &d.Batch)
	}
	return d
}

// cellJoules is Σ base·x² + slope·x²·w over an activation: each cell at its own
// level.
func (c *Chip) cellJoules(a crossbar.Activity, columns int64) float64 {
	if _, lumped := c.machine.Cell.Lumped(); lumped || c.machine.Cell.ByBits() {
		return 0
	}
	return a.Square*float64(columns)*c.cellBase.Value + a.SquareLevel*c.cellSlope.Value
}

// end turns a finished kernel's sums into the next kernel's inputs, or into
// the outputs of the pass.
func (v *values) end(w *wave) error {
	k, m := w.plan.Kernel, w.spec.kernel.Outputs()
	if err := v.compare(w); err != nil {
		return err
	}
	if k == len(v.chip.specs)-1 {
		return v.keep(w)
	}
	next := &v.chip.specs[k+1]
	low, high := next.slicer.Range()
	v.inputs, v.given = v.inputs[:0], slices.Grow(v.given[:0], int(w.spec.kernel.L*m))
	for l := range w.vectors {
		if err := v.chip.ctx.Err(); err != nil {
			return err
		}
		for j, sum := range v.sums[l*m:][:m] {
			y := v.work.Post[k].Apply(j, int64(math.Round(sum)))
			if y < low || y > high {
				return fmt.Errorf("kernel %s gives %d, which is no input of kernel %s (%d to %d)", w.spec.kernel.Name, y, next.kernel.Name, low, high)
			}
			v.given = append(v.given, int32(y))
		}
		if (l+1)%w.spec.kernel.L == 0 { // all of an inference
			v.inputs = append(v.inputs, workload.Follow(v.work.Along(k+1), v.given)...)
			v.given = v.given[:0]
		}
	}
	return nil
}

// compare adds up how far a kernel's sums are from exact ones of the same inputs.
func (v *values) compare(w *wave) error {
	k := &w.spec.kernel
	for vector := int64(0); v.errors != nil && vector < w.vectors && !v.again(vector, w); vector++ {
		v.exact = v.exact[:0]
		for _, x := range v.inputs[vector*k.Inputs():][:k.Inputs()] {
			v.exact = append(v.exact, int64(x))
		}
		want, err := kernel.Sums(v.chip.ctx, v.exact, int(k.Products()), 1, v.work.Weights[w.plan.Kernel])
		if err != nil {
			return err
		}
		of := &v.errors[w.plan.Kernel]
		for j, sum := range v.sums[vector*k.Outputs():][:k.Outputs()] {
			d := sum - float64(want[j])
			of.Signal += float64(want[j]) * float64(want[j])
			of.Noise += d * d
		}
	}
	return nil
}

// keep stores the outputs of a batch, but not of the first inputs again that
// fill up the last one.
func (v *values) keep(w *wave) error {
	post, m := &v.work.Post[w.plan.Kernel], int(w.spec.kernel.Outputs())
	inputs := int64(len(v.outputs))
	first := min(v.pass*v.chip.options.Batch, inputs)
	v.pass++
	sums := v.sums
	for b, outputs := range v.outputs[first:min(first+v.chip.options.Batch, inputs)] {
		if err := v.chip.ctx.Err(); err != nil {
			return err
		}
		if v.unrounded != nil {
			v.unrounded[int(first)+b] = slices.Clone(sums[:len(outputs)])
		}
		for i := range outputs {
			outputs[i] = post.Apply(i%m, int64(math.Round(sums[i])))
		}
		sums = sums[len(outputs):]
	}
	return nil
}

// Outputs are the last kernel's outputs, one row an input; nil when values are
// statistical. Clipped counts conversions beyond the ADC's codes.
func (c *Chip) Outputs() (outputs [][]int64, clipped int64) {
	if c.values == nil {
		return nil, 0
	}
	return c.values.outputs, c.values.clipped
}

// errs says whether sums may be other than exact ones.
func (c *Chip) errs() bool {
	m := c.machine
	return m.Kind == "analog" && (!c.Devices().Ideal() || !c.exactConverters() || !m.ADC.Plain() || m.DAC.Real() || m.Crossbar.Weights != "sliced" || c.LosslessBits() > c.readout.bits)
}

// Discrepancies are those of the kernels; nil when values are statistical or sums
// exact.
func (c *Chip) Discrepancies() []Discrepancy {
	if c.values == nil {
		return nil
	}
	return c.values.errors
}

// Sums are the last kernel's sums before they are rounded; nil where they are not kept.
func (c *Chip) Sums() [][]float64 {
	if c.values == nil {
		return nil
	}
	return c.values.unrounded
}

// LosslessBits is the ADC resolution at which no kernel would lose a bit.
func (c *Chip) LosslessBits() int {
	need := 0
	for _, s := range c.specs {
		need = max(need, crossbar.NewReader(c.howRead(&s)).LosslessBits())
	}
	return need
}

// howRead is how this machine's arrays are read with a kernel's weights.
func (c *Chip) howRead(s *spec) crossbar.Reading {
	m, devices := c.machine, c.Devices()
	r := crossbar.Reading{
		Leak:   devices.Leak(s.scheme.MaxLevel()),
		Scheme: s.scheme, Slicer: s.slicer, ActiveRows: m.Crossbar.Driven(), Flip: m.Crossbar.ColumnFlip, Unit: m.Crossbar.UnitColumn,
		Phases: m.DAC.Phases, AnalogSum: m.Crossbar.AnalogSum, TimeCoded: m.DAC.TimeCoded(), Range: m.ADC.Range, Resolution: c.readout.bits,
	}
	if m.Kind == "analog" {
		r.Converter = &m.ADC
		r.Real = !devices.Ideal() || s.scheme.Whole || !m.ADC.Plain() || m.DAC.Real() || m.DAC.Random()
	}
	for i := 0; i+1 < len(m.ADC.Limits); i += 2 {
		r.Limits = append(r.Limits, [2]float64{m.ADC.Limits[i], m.ADC.Limits[i+1]})
	}
	return r
}
