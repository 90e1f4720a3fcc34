package crossbar

import (
	"fmt"
	"math/bits"

	"xbar/adc"
	"xbar/crossbar/encode"
	"xbar/dac"
)

// Reader is how an array is read: everything that all arrays of a kernel have
// in common.
type Reader struct {
	Scheme     encode.Scheme
	Slicer     dac.Slicer
	ActiveRows int  // rows driven at once
	Flip       bool // columns that hold more than half of full scale are stored inverted

	converters []adc.Converter // per input slice
}

// NewReader prepares converters of so many bits; mode is "clip" or "scale".
func NewReader(scheme encode.Scheme, slicer dac.Slicer, activeRows int, flip bool, mode string, resolution int) *Reader {
	r := &Reader{Scheme: scheme, Slicer: slicer, ActiveRows: activeRows, Flip: flip}
	for t := range slicer.Slices() {
		low, high := r.SumRange(t)
		r.converters = append(r.converters, adc.New(mode, resolution, low, high))
	}
	return r
}

// SumRange is the sums a column can give in input slice t.
func (r *Reader) SumRange(t int) (low, high int64) {
	weight := int64(r.ActiveRows) * r.Scheme.MaxLevel()
	if r.Flip {
		weight /= 2
	}
	from, to := r.Slicer.DigitRange(t)
	return from * weight, to * weight
}

// LosslessBits is the resolution at which every sum has a code of its own.
func (r *Reader) LosslessBits() int {
	need := 0
	for t := range r.Slicer.Slices() {
		low, high := r.SumRange(t)
		need = max(need, adc.LosslessBits(high-low))
	}
	return need
}

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
	perWeight := r.Scheme.Columns()
	p := &Programmed{
		reader: r, rows: rows, weights: cols, words: (rows + 63) / 64,
		groups: (rows + r.ActiveRows - 1) / r.ActiveRows, rowSums: make([]int64, rows),
	}
	columns := cols * perWeight
	p.planes = make([]uint64, columns*r.Scheme.CellBits*p.words)
	p.flipped = make([]bool, p.groups*columns)
	low, high := r.Scheme.Range()
	stored := make([]uint8, rows*columns)
	for row := range rows {
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
		p.flip(stored, columns)
	}
	for row := range rows {
		for c, level := range stored[row*columns : (row+1)*columns] {
			p.rowSums[row] += int64(level)
			for b := range r.Scheme.CellBits {
				if level>>b&1 == 1 {
					p.planes[(c*r.Scheme.CellBits+b)*p.words+row/64] |= 1 << (row % 64)
				}
			}
		}
	}
	return p, nil
}

// flip inverts, within each row group, the columns whose levels add up to more
// than half of the group's full scale, so that no sum exceeds half.
func (p *Programmed) flip(stored []uint8, columns int) {
	top := p.reader.Scheme.MaxLevel()
	half := int64(p.reader.ActiveRows) * top / 2
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
	from = g * p.reader.ActiveRows
	return from, min(from+p.reader.ActiveRows, p.rows)
}

// Activity is what an activation did that depends on its data.
type Activity struct {
	Driven      int64   // row drives with a digit other than zero
	Clipped     int64   // conversions beyond the codes
	SquareLevel float64 // Σ over reads and cells of (digit / full scale)² · level / top level
	Square      float64 // Σ over reads and rows of (digit / full scale)²
}

// Activation is the scratch space of [Programmed.Activate].
type Activation struct {
	digits []int64
	planes []uint64 // [digit bit][word]
}

// Activate reads the array with the inputs x, one a row, and adds the products
// to y, one a logical column.
func (p *Programmed) Activate(x []int32, y []float64, scratch *Activation) Activity {
	r := p.reader
	if len(x) != p.rows || len(y) != p.weights {
		panic(fmt.Sprintf("crossbar: %d inputs and %d outputs for an array of %d×%d", len(x), len(y), p.rows, p.weights))
	}
	var activity Activity
	scratch.digits = resized(scratch.digits, p.rows)
	scratch.planes = resized(scratch.planes, r.Slicer.Bits*p.words)
	for t := range r.Slicer.Slices() {
		p.account(t, x, scratch.digits, &activity)
		for g := range p.groups {
			sum := p.load(t, g, scratch)
			p.convert(t, g, sum, y, scratch.planes, &activity)
		}
	}
	p.correct(x, y)
	return activity
}

// account cuts slice t of the inputs and tallies what drives and cells spend.
func (p *Programmed) account(t int, x []int32, digits []int64, activity *Activity) {
	r := p.reader
	low, high := r.Slicer.DigitRange(t)
	full := float64(max(high, -low))
	top := float64(r.Scheme.MaxLevel())
	var square, squareLevel float64
	for i, xi := range x {
		digit := r.Slicer.Digit(int64(xi), t)
		digits[i] = digit
		if digit == 0 {
			continue
		}
		activity.Driven++
		a := float64(digit) / full
		square += a * a
		squareLevel += a * a * float64(p.rowSums[i])
	}
	activity.Square += square
	activity.SquareLevel += squareLevel / top
}

// load puts a row group's digits on bit planes and returns their sum.
func (p *Programmed) load(t, g int, scratch *Activation) (sum int64) {
	planes := scratch.planes
	clear(planes)
	from, to := p.group(g)
	for row := from; row < to; row++ {
		digit := scratch.digits[row]
		sum += digit
		for b := 0; digit != 0 && b < p.reader.Slicer.Bits; b++ {
			planes[b*p.words+row/64] |= uint64(digit>>b&1) << (row % 64)
		}
	}
	return sum
}

// convert reads every column of a row group and books what its code means.
func (p *Programmed) convert(t, g int, digitSum int64, y []float64, planes []uint64, activity *Activity) {
	r := p.reader
	perWeight := r.Scheme.Columns()
	columns := p.weights * perWeight
	converter := r.converters[t]
	significance := float64(r.Slicer.Significance(t))
	top := float64(r.Scheme.MaxLevel())
	for j := range p.weights {
		var product float64
		for s := range perWeight {
			c := j*perWeight + s
			value, clipped := converter.Convert(p.columnSum(t, c, planes))
			if clipped {
				activity.Clipped++
			}
			if p.flipped[g*columns+c] {
				value = top*float64(digitSum) - value
			}
			product += float64(r.Scheme.Significance(s)) * value
		}
		y[j] += significance * product
	}
}

// columnSum is Σ_i digit_i·level_ic over the loaded rows. In a bipolar slice
// the digits are two's complement: the last plane counts negative.
func (p *Programmed) columnSum(t, c int, planes []uint64) (sum int64) {
	cellBits := p.reader.Scheme.CellBits
	digitBits := len(planes) / p.words
	signBit := -1
	if p.reader.Slicer.Bipolar(t) {
		signBit = digitBits - 1
	}
	for b := range cellBits {
		cells := p.planes[(c*cellBits+b)*p.words:][:p.words]
		for d := range digitBits {
			ones := 0
			digits := planes[d*p.words:][:p.words]
			for w, cell := range cells {
				ones += bits.OnesCount64(cell & digits[w])
			}
			if d == signBit {
				ones = -ones
			}
			sum += int64(ones) << (b + d)
		}
	}
	return sum
}

// correct takes off what biased weights added.
func (p *Programmed) correct(x []int32, y []float64) {
	offset := p.reader.Scheme.Offset()
	if offset == 0 {
		return
	}
	var sum int64
	for _, xi := range x {
		sum += int64(xi)
	}
	for j := range y {
		y[j] -= float64(offset * sum)
	}
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
