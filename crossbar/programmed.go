package crossbar

import (
	"context"
	"fmt"
	"math/bits"
)

// Programmed is an array that holds a tile of weights.
type Programmed struct {
	reader  *Reader
	rows    int
	weights int // logical columns, a unit column among them
	words   int // of 64 rows
	groups  int
	planes  []uint64  // [word][cell bit][column]
	flipped []bool    // [group][column]
	rowSums []int64   // Σ over columns of each row's levels, for the cells' energy
	rowBits []int64   // Σ over columns of the bits of each row's levels that are set
	samples []int64   // [column], of the read at hand
	sums    []int64   // [output], where columns are combined
	product []float64 // [logical column], where there is a unit column
	real    *real     // nil: cells hold whole levels

	ways      ways      // to read batches
	scratch   *scratch  // for them; nil: see [Programmed.shape]
	levelSums []float64 // rowSums
}

// Program stores rows×cols weights, given by at(row, col). A weight the
// scheme cannot hold is an error, and so is a ctx that is done.
func (r *Reader) Program(ctx context.Context, rows, cols int, at func(row, col int) int64) (*Programmed, error) {
	if r.Unit {
		weight := at
		at = func(row, col int) int64 {
			if col == 0 {
				return 0
			}
			return weight(row, col-1)
		}
		cols++
	}
	perWeight := r.Scheme.Columns()
	p := &Programmed{
		reader: r, rows: rows, weights: cols, words: (rows + 63) / 64,
		groups: (rows + r.ActiveRows - 1) / r.ActiveRows, rowSums: make([]int64, rows), rowBits: make([]int64, rows),
	}
	columns := cols * perWeight
	p.planes = make([]uint64, columns*r.Scheme.CellBits*p.words)
	p.flipped = make([]bool, p.groups*columns)
	p.samples = make([]int64, columns)
	p.sums = make([]int64, cols*len(r.outputs))
	if r.Unit {
		p.product = make([]float64, cols)
	}
	low, high := r.Scheme.Range()
	stored := make([]uint8, rows*columns)
	for row := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for col := range cols {
			w := at(row, col)
			if w < low || w > high {
				return nil, fmt.Errorf("weight %d in row %d, column %d does not fit %s encoding of %d bits (%d to %d)",
					w, row, col, r.Scheme.Encoding, r.Scheme.WeightBits, low, high)
			}
			first := row*columns + col*perWeight
			r.Scheme.Levels(w, stored[first:first+perWeight])
		}
	}
	if r.Flip {
		if err := p.flip(ctx, stored, columns); err != nil {
			return nil, err
		}
	}
	for row := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for c, level := range stored[row*columns : (row+1)*columns] {
			p.rowSums[row] += int64(level)
			p.rowBits[row] += int64(bits.OnesCount8(level))
			for b := range r.Scheme.CellBits {
				p.plane(row/64, b)[c] |= uint64(level>>b&1) << (row % 64)
			}
		}
	}
	for _, levels := range p.rowSums {
		p.levelSums = append(p.levelSums, float64(levels))
	}
	return p, nil
}

// flip inverts, within each row group, the columns whose levels add up to more
// than half of the group's full scale, so that no sum exceeds half.
func (p *Programmed) flip(ctx context.Context, stored []uint8, columns int) error {
	top := p.reader.Scheme.MaxLevel()
	half := int64(p.reader.ActiveRows) * top / 2
	for g := range p.groups {
		from, to := p.reader.group(g, p.rows)
		for c := range columns {
			if err := ctx.Err(); err != nil {
				return err
			}
			var sum int64
			for row := from; row < to; row++ {
				sum += int64(stored[row*columns+c])
			}
			if sum <= half {
				continue
			}
			p.flipped[g*columns+c] = true
			for row := from; row < to; row++ {
				stored[row*columns+c] = uint8(top) - stored[row*columns+c]
			}
		}
	}
	return nil
}

// Activity is what an activation did that depends on its data.
type Activity struct {
	Clipped     int64   // conversions beyond the codes
	Square      float64 // Σ over reads and rows of (digit / full scale)²
	SquareLevel float64 // Σ over reads and cells of (digit / full scale)² · level / top level
	Products    int64   // bits of the products of digits and levels that are set, over reads and cells: a bit of each makes one
}

// Activate reads the array with a loaded vector and adds the products to y,
// one a logical column. It errs when ctx is done, and has then added a part.
func (p *Programmed) Activate(ctx context.Context, d *Drive, y []float64) (Activity, error) {
	if outputs := p.Outputs(); d.rows != p.rows || len(y) != outputs {
		panic(fmt.Sprintf("crossbar: %d inputs and %d outputs for an array of %d×%d", d.rows, len(y), p.rows, outputs))
	}
	activity := p.Activity(d)
	read, into := p.readLevels, y
	if p.real != nil {
		read = p.readReal
	}
	if p.product != nil {
		clear(p.product)
		into = p.product
	}
	var err error
	if activity.Clipped, err = read(ctx, d, into); err != nil {
		return activity, err
	}
	if p.product != nil {
		for j := range y {
			y[j] += p.product[j+1] - p.product[0]
		}
		return activity, nil
	}
	if offset := p.reader.Scheme.Offset() + p.leaked(); offset != 0 {
		for j := range y {
			y[j] -= offset * d.total
		}
	}
	return activity, nil
}

// Outputs is how many products there are: the logical columns without a unit column.
func (p *Programmed) Outputs() int {
	if p.product != nil {
		return p.weights - 1
	}
	return p.weights
}

// readLevels reads all phases and row groups of cells that hold whole levels.
func (p *Programmed) readLevels(ctx context.Context, d *Drive, y []float64) (clipped int64, err error) {
	for i := range p.reader.phases {
		for g := range p.groups {
			if err := ctx.Err(); err != nil {
				return clipped, err
			}
			clipped += p.read(d, &p.reader.phases[i], g, y)
		}
	}
	return clipped, nil
}

// Levels is Σ over the cells of level / top level.
func (p *Programmed) Levels() float64 {
	var sum int64
	for _, levels := range p.rowSums {
		sum += levels
	}
	return float64(sum) / float64(p.reader.Scheme.MaxLevel())
}

// Activity tallies what the cells' energy follows in an activation.
func (p *Programmed) Activity(d *Drive) Activity {
	var a Activity
	for row, square := range d.squares {
		a.Square += square
		a.SquareLevel += square * float64(p.rowSums[row])
		a.Products += d.bits[row] * p.rowBits[row]
	}
	a.SquareLevel /= float64(p.reader.Scheme.MaxLevel())
	return a
}

// plane is one bit of the cells of 64 rows, a word a column.
func (p *Programmed) plane(word, bit int) []uint64 {
	columns := len(p.samples)
	return p.planes[(word*p.reader.Scheme.CellBits+bit)*columns:][:columns]
}

// read accumulates a row group's sums over the slices of a phase, and converts
// them.
func (p *Programmed) read(d *Drive, phase *phase, g int, y []float64) (clipped int64) {
	r := p.reader
	clear(p.samples)
	var driven int64 // Σ of the digits
	for i, weight := range phase.Weights {
		t := phase.From + i
		p.sample(weight, d.of(t, g, r.planes), r.slices[t].bipolar)
		driven += weight * d.sums[t*d.groups+g]
	}
	inverted := float64(r.Scheme.MaxLevel()) * float64(driven)
	flipped := p.flipped[g*len(p.samples):][:len(p.samples)]
	sums, i := p.combine(len(y)), 0
	for j := range y {
		var product float64
		for o, significance := range r.significances {
			value, beyond := phase.converters[o].Convert(sums[i])
			if beyond {
				clipped++
			}
			if r.Flip && flipped[i] { // then every column is converted by itself
				value = inverted - value
			}
			product += significance * value
			i++
		}
		y[j] += float64(phase.base) * product
	}
	return clipped
}

// combine is what the converters see of so many weights: their columns, or the
// sums of those that are combined.
func (p *Programmed) combine(weights int) []int64 {
	r := p.reader
	columns := r.Scheme.Columns()
	if len(r.outputs) == columns {
		return p.samples
	}
	i := 0
	for j := range weights {
		of := p.samples[j*columns:][:columns]
		for o := range r.outputs {
			var sum int64
			for k, c := range r.outputs[o].columns {
				sum += r.outputs[o].weights[k] * of[c]
			}
			p.sums[i] = sum
			i++
		}
	}
	return p.sums
}

// sample adds Σ_i digit_i·level_ic, so many times, to every column c. In a
// bipolar slice the digits are two's complement: the last plane counts
// negative. Words without a digit, such as those of other row groups, are
// passed over.
func (p *Programmed) sample(times int64, digits []uint64, bipolar bool) {
	for i, x := range digits {
		if x == 0 {
			continue
		}
		bit, word := i/p.words, i%p.words
		weight := times << bit
		if bipolar && i >= len(digits)-p.words {
			weight = -weight
		}
		for b := range p.reader.Scheme.CellBits {
			p.add(weight<<b, x, p.plane(word, b))
		}
	}
}

// add is what one bit of the digits and one bit of the cells of 64 rows give.
func (p *Programmed) add(weight int64, digits uint64, cells []uint64) {
	samples := p.samples[:len(cells)]
	for c, cell := range cells {
		samples[c] += weight * int64(bits.OnesCount64(cell&digits))
	}
}
