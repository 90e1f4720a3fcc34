package crossbar

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// real is what columns see of cells that hold no whole levels.
type real struct {
	levels   blas64.General // rows × columns
	leak     float64        // of them, that a cell at level zero has
	currents blas64.General // slices × columns
	samples  []float64      // [column], of the phase at hand
	sums     []float64      // [output], where columns are combined
	noise    *noise         // nil: reads have none
	units    units
	drivers  *drivers // nil: digits are driven as they are

	supplied Read      // of all rows and columns; nil: levels are all that it takes
	digits   []float64 // [row]
}

// noise is what makes one read of real levels differ from the next.
type noise struct {
	variances blas64.General // rows × columns, of a digit of one
	floor     []float64      // [group][column], of a slice whose full scale is one
	squares   blas64.General // slices × rows, of the digits at hand
	spreads   blas64.General // slices × columns
	random    *rand.Rand
}

// Cells gives the levels that were programmed, rows × physical columns.
func (p *Programmed) Cells() *mat.Dense {
	cells := mat.NewDense(p.rows, len(p.samples), nil)
	for row := range p.rows {
		line := cells.RawRowView(row)
		for b := range p.reader.Scheme.CellBits {
			for c, word := range p.plane(row/64, b) {
				line[c] += float64(word >> (row % 64) & 1 << b)
			}
		}
	}
	return cells
}

// SetCells has columns see other levels than the programmed ones: real numbers, rows ×
// physical columns, of which leak is what a cell at level zero has. The digital side
// knows the leak, and takes it off with the inputs' sum. The reader must be of real
// numbers ([Reading.Real]).
func (p *Programmed) SetCells(levels *mat.Dense, leak float64) {
	slices := len(p.reader.slices)
	columns := len(p.samples)
	p.ways, p.scratch = ways{}, nil
	p.real = &real{
		levels: levels.RawMatrix(), leak: leak,
		currents: blas64.General{Rows: slices, Cols: columns, Stride: columns, Data: make([]float64, slices*columns)},
		samples:  make([]float64, columns),
		sums:     make([]float64, p.weights*len(p.reader.outputs)),
	}
}

// SetNoise has every read of real levels vary by itself: a column's sum is normal, of a
// variance that is Σ digit²·variances, and Σ floor times the square of the slice's full
// scale, over the rows that are driven together. Both are rows × physical columns;
// nil is zero. Numbers are drawn from random, slice after slice.
func (p *Programmed) SetNoise(variances, floor *mat.Dense, random *rand.Rand) {
	slices, columns := len(p.reader.slices), len(p.samples)
	n := &noise{random: random, floor: make([]float64, p.groups*columns)}
	if variances != nil {
		n.variances = variances.RawMatrix()
	}
	for row := 0; floor != nil && row < p.rows; row++ {
		of := n.floor[row/p.reader.ActiveRows*columns:][:columns]
		for c, v := range floor.RawRowView(row) {
			of[c] += v
		}
	}
	n.squares = blas64.General{Rows: slices, Cols: p.rows, Stride: p.rows, Data: make([]float64, slices*p.rows)}
	n.spreads = blas64.General{Rows: slices, Cols: columns, Stride: columns, Data: make([]float64, slices*columns)}
	p.real.noise, p.ways = n, ways{}
}

// disturb adds the noise of a row group's reads to its currents.
func (p *Programmed) disturb(digits blas64.General, g int) {
	n, from := p.real.noise, g*p.reader.ActiveRows
	for t := range p.reader.slices {
		full := p.reader.slices[t].full
		for c, v := range n.floor[g*n.spreads.Cols:][:n.spreads.Cols] {
			n.spreads.Data[t*n.spreads.Stride+c] = v * full * full
		}
	}
	if n.variances.Data != nil {
		squares, variances := n.squares, n.variances
		squares.Cols, variances.Rows, variances.Data = digits.Cols, digits.Cols, variances.Data[from*variances.Stride:]
		for t := range digits.Rows {
			of := squares.Data[t*squares.Stride:][:digits.Cols]
			for row, digit := range digits.Data[t*digits.Stride:][:digits.Cols] {
				of[row] = digit * digit
			}
		}
		blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, squares, variances, 1, n.spreads)
	}
	for i, variance := range n.spreads.Data {
		p.real.currents.Data[i] += math.Sqrt(variance) * n.random.NormFloat64()
	}
}

// Read is what columns carry of the digits of a row group and slice, one a row and zero of
// rows that are not driven, where full is the digit at full drive.
type Read func(digits []float64, full float64, currents []float64) error

// SetSupplied has columns carry what read makes of digits, instead of sums of levels.
func (p *Programmed) SetSupplied(leak float64, read Read) {
	p.SetCells(mat.NewDense(p.rows, len(p.samples), nil), leak)
	p.real.supplied, p.real.digits = read, make([]float64, p.rows)
}

// readReal is [Programmed.readLevels] of real levels.
func (p *Programmed) readReal(ctx context.Context, d *Drive, y []float64) (clipped int64, err error) {
	for g := range p.groups {
		if err := ctx.Err(); err != nil {
			return clipped, err
		}
		if err := p.current(d, g); err != nil {
			return clipped, err
		}
		for i := range p.reader.phases {
			phase := &p.reader.phases[i]
			p.accumulate(phase)
			clipped += p.convertReal(phase, y)
		}
	}
	return clipped, nil
}

// current is what the columns of a row group carry in each slice of the inputs.
func (p *Programmed) current(d *Drive, g int) error {
	from, to := p.reader.group(g, p.rows)
	digits := p.drive(d, from, to)
	if p.real.supplied != nil {
		for t := range p.reader.slices {
			clear(p.real.digits)
			copy(p.real.digits[from:to], digits.Data[t*digits.Stride:])
			currents := p.real.currents.Data[t*p.real.currents.Stride:][:len(p.samples)]
			if err := p.real.supplied(p.real.digits, p.reader.slices[t].full, currents); err != nil {
				return err
			}
		}
		return nil
	}
	levels := p.real.levels
	levels.Rows, levels.Data = to-from, levels.Data[from*levels.Stride:]
	blas64.Gemm(blas.NoTrans, blas.NoTrans, 1, digits, levels, 0, p.real.currents)
	if p.real.noise != nil {
		p.disturb(digits, g)
	}
	return nil
}

// accumulate adds up the slices of a phase.
func (p *Programmed) accumulate(phase *phase) {
	samples := p.real.samples
	clear(samples)
	for k, weight := range phase.Weights {
		for c, current := range p.real.currents.Data[(phase.From+k)*len(samples):][:len(samples)] {
			samples[c] += float64(weight) * current
		}
	}
}

// convertReal adds what the converters make of a phase's sums.
func (p *Programmed) convertReal(phase *phase, y []float64) (clipped int64) {
	r := p.reader
	sums, i := p.combineReal(len(y)), 0
	for j := range y {
		var product float64
		for o, significance := range r.significances {
			value, beyond := p.real.convert(phase, o, i, sums[i])
			if beyond {
				clipped++
			}
			product += significance * value
			i++
		}
		y[j] += float64(phase.base) * product
	}
	return clipped
}

// combineReal is [Programmed.combine] of real sums.
func (p *Programmed) combineReal(weights int) []float64 {
	r := p.reader
	columns := r.Scheme.Columns()
	if len(r.outputs) == columns {
		return p.real.samples
	}
	i := 0
	for j := range weights {
		of := p.real.samples[j*columns:][:columns]
		for o := range r.outputs {
			var sum float64
			for k, c := range r.outputs[o].columns {
				sum += float64(r.outputs[o].weights[k]) * of[c]
			}
			p.real.sums[i] = sum
			i++
		}
	}
	return p.real.sums
}

// leaked is what the leak of all cells of a weight adds to each unit of input.
func (p *Programmed) leaked() float64 {
	if p.real == nil {
		return 0
	}
	var significance float64
	for c := range p.reader.Scheme.Columns() {
		significance += float64(p.reader.Scheme.Significance(c))
	}
	return p.real.leak * significance * p.reader.Scheme.Unit()
}
