package crossbar

import (
	"fmt"
	"math/bits"
)

// Programmed is an array that holds a tile of weights.
type Programmed struct {
	reader  *Reader
	rows    int
	weights int // logical columns
	words   int // of 64 rows
	groups  int
	planes  []uint64 // [column][cell bit][word]
	flipped []bool   // [group][column]
	rowSums []int64  // Σ over columns of each row's levels, for the cells' energy
}

// Program stores rows×cols weights, given by at(row, col). A weight the
// scheme cannot hold is an error.
func (r *Reader) Program(rows, cols int, at func(row, col int) int64) (*Programmed, error) {
	perWeight := r.scheme.Columns()
	p := &Programmed{
		reader: r, rows: rows, weights: cols, words: (rows + 63) / 64,
		groups: (rows + r.activeRows - 1) / r.activeRows, rowSums: make([]int64, rows),
	}
	columns := cols * perWeight
	p.planes = make([]uint64, columns*r.scheme.CellBits*p.words)
	p.flipped = make([]bool, p.groups*columns)
	low, high := r.scheme.Range()
	stored := make([]uint8, rows*columns)
	for row := range rows {
		for col := range cols {
			w := at(row, col)
			if w < low || w > high {
				return nil, fmt.Errorf("weight %d in row %d, column %d does not fit %s encoding of %d bits (%d to %d)",
					w, row, col, r.scheme.Encoding, r.scheme.WeightBits, low, high)
			}
			first := row*columns + col*perWeight
			r.scheme.Levels(w, stored[first:first+perWeight])
		}
	}
	if r.flip {
		p.flip(stored, columns)
	}
	for row := range rows {
		for c, level := range stored[row*columns : (row+1)*columns] {
			p.rowSums[row] += int64(level)
			for b := range r.scheme.CellBits {
				if level>>b&1 == 1 {
					p.planes[(c*r.scheme.CellBits+b)*p.words+row/64] |= 1 << (row % 64)
				}
			}
		}
	}
	return p, nil
}

// flip inverts, within each row group, the columns whose levels add up to more
// than half of the group's full scale, so that no sum exceeds half.
func (p *Programmed) flip(stored []uint8, columns int) {
	top := p.reader.scheme.MaxLevel()
	half := int64(p.reader.activeRows) * top / 2
	for g := range p.groups {
		from, to := p.group(g)
		for c := range columns {
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
}

func (p *Programmed) group(g int) (from, to int) {
	from = g * p.reader.activeRows
	return from, min(from+p.reader.activeRows, p.rows)
}

// Activity is what an activation did that depends on its data.
type Activity struct {
	Clipped     int64   // conversions beyond the codes
	Square      float64 // Σ over reads and rows of (digit / full scale)²
	SquareLevel float64 // Σ over reads and cells of (digit / full scale)² · level / top level
}

// Activate reads the array with a loaded vector and adds the products to y,
// one a logical column.
func (p *Programmed) Activate(d *Drive, y []float64) Activity {
	if d.rows != p.rows || len(y) != p.weights {
		panic(fmt.Sprintf("crossbar: %d inputs and %d outputs for an array of %d×%d", d.rows, len(y), p.rows, p.weights))
	}
	r := p.reader
	activity := p.spend(d)
	for t := range r.slices {
		for g := range p.groups {
			activity.Clipped += p.read(d, t, g, y)
		}
	}
	if offset := r.scheme.Offset(); offset != 0 {
		for j := range y {
			y[j] -= float64(offset * d.total)
		}
	}
	return activity
}

// spend tallies what the cells' energy follows.
func (p *Programmed) spend(d *Drive) Activity {
	var a Activity
	for row, square := range d.squares {
		a.Square += square
		a.SquareLevel += square * float64(p.rowSums[row])
	}
	a.SquareLevel /= float64(p.reader.scheme.MaxLevel())
	return a
}

// read converts every column of a row group in one input slice.
func (p *Programmed) read(d *Drive, t, g int, y []float64) (clipped int64) {
	r := p.reader
	slice := &r.slices[t]
	planes := d.of(t, g, r.slicer.Bits)
	inverted := float64(r.scheme.MaxLevel()) * float64(d.sums[t*d.groups+g])
	perWeight := len(r.columns)
	flipped := p.flipped[g*p.weights*perWeight:]
	for j := range y {
		var product float64
		for s, significance := range r.columns {
			c := j*perWeight + s
			value, beyond := slice.converter.Convert(p.columnSum(c, planes, slice.bipolar))
			if beyond {
				clipped++
			}
			if flipped[c] {
				value = inverted - value
			}
			product += significance * value
		}
		y[j] += slice.significance * product
	}
	return clipped
}

// columnSum is Σ_i digit_i·level_ic over the loaded rows. In a bipolar slice
// the digits are two's complement: the last plane counts negative.
func (p *Programmed) columnSum(c int, planes []uint64, bipolar bool) (sum int64) {
	words := p.words
	cellBits := p.reader.scheme.CellBits
	cells := p.planes[c*cellBits*words:][:cellBits*words]
	for d := 0; len(planes) > 0; d++ {
		digits := planes[:words]
		planes = planes[words:]
		var weighted int64
		for b := range cellBits {
			ones := 0
			plane := cells[b*words:][:len(digits)]
			for w, x := range digits {
				ones += bits.OnesCount64(plane[w] & x)
			}
			weighted += int64(ones) << b
		}
		if bipolar && len(planes) == 0 {
			weighted = -weighted
		}
		sum += weighted << d
	}
	return sum
}
