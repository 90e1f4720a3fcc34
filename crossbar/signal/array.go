package signal

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"xbar/adc"
)

// Array is one that holds weights.
type Array struct {
	config  Config
	rows    int
	outputs int
	slices  []programmed
	largest float64
	bias    float64
}

// programmed is a slice that is read and converted.
type programmed struct {
	slice

	effective *mat.Dense // rows × columns; nil where cells are gated by their input
	converter adc.Transfer
}

// Program puts weights, rows × outputs, into an array.
func (c Config) Program(ctx context.Context, weights mat.Matrix) (*Array, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	a := &Array{config: c}
	a.rows, a.outputs = weights.Dims()
	largest := c.Weights.Largest
	if largest == 0 {
		largest = max(mat.Max(weights), -mat.Min(weights))
	}
	if !(largest > 0) {
		return nil, fmt.Errorf("signal: the largest weight is %g", largest)
	}
	a.largest = largest
	var slices []slice
	slices, a.bias = c.Weights.conduct(weights, largest)
	for s := range slices {
		p := programmed{slice: slices[s]}
		if !c.Wires.Supplied {
			effective, err := c.effective(ctx, &p.slice)
			if err != nil {
				return nil, err
			}
			p.effective = mat.DenseCopyOf(effective.T())
		}
		var err error
		if p.converter, err = c.converter(s, a.rows); err != nil {
			return nil, err
		}
		a.slices = append(a.slices, p)
	}
	return a, nil
}

// Largest is W_max: weights beyond it were clipped.
func (a *Array) Largest() float64 { return a.largest }

// effective is the currents of columns by the volts of rows.
func (c *Config) effective(ctx context.Context, s *slice) (*mat.Dense, error) {
	w := &c.Wires
	positive, negative := s.cells[0], s.cells[1]
	switch {
	case w.Ideal() && negative == nil:
		return positive, nil
	case w.Ideal():
		var d mat.Dense
		d.Sub(positive, negative)
		if s.single {
			d.Apply(func(_, _ int, g float64) float64 { return float64(float32(g)) }, &d)
		}
		return &d, nil
	case negative == nil:
		return w.Effective(ctx, positive)
	case w.Interleaved:
		return w.Wires.Interleaved(ctx, positive, negative)
	}
	d, err := w.Effective(ctx, positive)
	if err != nil {
		return nil, err
	}
	n, err := w.Effective(ctx, negative)
	if err != nil {
		return nil, err
	}
	d.Sub(d, n)
	return d, nil
}

// Multiply is inputs, one a line, times the weights.
func (a *Array) Multiply(inputs mat.Matrix) *mat.Dense {
	d := a.config.Inputs.drive(inputs)
	lines, rows := inputs.Dims()
	if rows != a.rows {
		panic(fmt.Sprintf("signal: inputs of %d numbers for an array of %d rows", rows, a.rows))
	}
	y := mat.NewDense(lines, a.outputs, nil)
	for s := range a.slices {
		codes := a.read(&a.slices[s], d)
		a.decode(&a.slices[s], codes, d, y)
	}
	for l := range lines {
		for o := range a.outputs {
			y.Set(l, o, y.At(l, o)-a.bias*d.sums[l])
		}
	}
	return y
}

// read is what the converters make of the currents, a line an input.
func (a *Array) read(s *programmed, d *drive) *mat.Dense {
	var total *mat.Dense
	convert := func(_, _ int, current float64) float64 { return s.converter.Convert(current) }
	for k, u := range d.volts {
		current := a.currents(s, u)
		if a.config.Output.EachSlice {
			current.Apply(convert, current)
		}
		current.Scale(d.weights[k], current)
		if total == nil {
			total = current
		} else {
			total.Add(total, current)
		}
	}
	if !a.config.Output.EachSlice {
		total.Apply(convert, total)
	}
	return total
}

// currents are those of the columns, a line an input.
func (a *Array) currents(s *programmed, u *mat.Dense) *mat.Dense {
	if s.effective != nil {
		var i mat.Dense
		i.Mul(u, s.effective)
		return &i
	}
	lines, _ := u.Dims()
	columns, _ := s.cells[0].Dims()
	i := mat.NewDense(lines, columns, nil)
	for l := range lines {
		for o := range columns {
			i.Set(l, o, a.gated(s, u.RawRowView(l), o))
		}
	}
	return i
}

// gated is the current of a column, or the difference of a pair of them, whose cells are gated.
func (a *Array) gated(s *programmed, u []float64, o int) float64 {
	w := &a.config.Wires
	positive := s.cells[0].RawRowView(o)
	if s.cells[1] == nil {
		return w.Gated(u, positive)
	}
	negative := s.cells[1].RawRowView(o)
	if w.Interleaved {
		return w.Gated(u, positive, negative)
	}
	return w.Gated(u, positive) - w.Gated(u, negative)
}

// decode adds a slice's share of the products.
func (a *Array) decode(s *programmed, codes *mat.Dense, d *drive, y *mat.Dense) {
	lines, outputs := y.Dims()
	unit := a.config.Weights.unit()
	for l := range lines {
		line := codes.RawRowView(l)
		reference := s.constant * d.sums[l]
		if unit {
			reference, line = line[0], line[1:]
		} else if s.cells[1] != nil {
			reference = 0
		}
		for o := range outputs {
			y.Set(l, o, y.At(l, o)+s.scale*(line[o]-reference))
		}
	}
}
