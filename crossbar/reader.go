package crossbar

import (
	"xbar/adc"
	"xbar/crossbar/encode"
	"xbar/dac"
)

// Reader is how an array is read: everything that all arrays of a kernel have
// in common.
type Reader struct {
	scheme     encode.Scheme
	slicer     dac.Slicer
	activeRows int  // driven at once
	flip       bool // columns that hold more than half of full scale are stored inverted

	slices  []slice
	columns []float64 // σ_c of a weight's columns
}

// slice is what one input slice needs.
type slice struct {
	dac.Slice
	significance float64 // σ_t
	full         float64 // the largest digit, as a drive level
	bipolar      bool
	converter    adc.Converter
}

// NewReader prepares converters of so many bits; mode is "clip" or "scale".
func NewReader(scheme encode.Scheme, slicer dac.Slicer, activeRows int, flip bool, mode string, resolution int) *Reader {
	r := &Reader{scheme: scheme, slicer: slicer, activeRows: activeRows, flip: flip}
	for t := range slicer.Slices() {
		low, high := r.SumRange(t)
		from, to := slicer.DigitRange(t)
		r.slices = append(r.slices, slice{
			Slice:        slicer.Slice(t),
			significance: float64(slicer.Significance(t)),
			full:         float64(max(to, -from)),
			bipolar:      slicer.Bipolar(t),
			converter:    adc.New(mode, resolution, low, high),
		})
	}
	for c := range scheme.Columns() {
		r.columns = append(r.columns, float64(scheme.Significance(c)))
	}
	return r
}

// SumRange is the sums a column can give in input slice t.
func (r *Reader) SumRange(t int) (low, high int64) {
	weight := int64(r.activeRows) * r.scheme.MaxLevel()
	if r.flip {
		weight /= 2
	}
	from, to := r.slicer.DigitRange(t)
	return from * weight, to * weight
}

// LosslessBits is the resolution at which every sum has a code of its own.
func (r *Reader) LosslessBits() int {
	need := 0
	for t := range r.slices {
		low, high := r.SumRange(t)
		need = max(need, adc.LosslessBits(high-low))
	}
	return need
}

// Drive is a vector on its way through the row drivers: digits on bit planes,
// ready for every array that shares the rows.
type Drive struct {
	rows, words, groups int
	planes              []uint64  // [slice][group][digit bit][word]
	sums                []int64   // [slice][group], of the digits
	squares             []float64 // [row], Σ over slices of (digit / full scale)²
	driven              int64     // digits other than zero
	total               int64     // Σ x
}

// Load cuts the inputs x, one a row, into d. Inputs must be within the range
// of the slicer.
func (r *Reader) Load(x []int32, d *Drive) {
	d.rows, d.words = len(x), (len(x)+63)/64
	d.groups = (d.rows + r.activeRows - 1) / r.activeRows
	d.planes = cleared(d.planes, len(r.slices)*d.groups*r.slicer.Bits*d.words)
	d.sums = cleared(d.sums, len(r.slices)*d.groups)
	d.squares = cleared(d.squares, d.rows)
	d.driven, d.total = 0, 0
	for g := range d.groups {
		from, to := r.group(g, d.rows)
		for row := from; row < to; row++ {
			if x[row] != 0 {
				r.put(d, g, row, int64(x[row]))
			}
		}
	}
}

// put cuts one input.
func (r *Reader) put(d *Drive, g, row int, x int64) {
	d.total += x
	for t := range r.slices {
		slice := &r.slices[t]
		digit := slice.Digit(x)
		if digit == 0 {
			continue
		}
		level := float64(digit) / slice.full
		d.squares[row] += level * level
		d.driven++
		at := t*d.groups + g
		d.sums[at] += digit
		planes := d.planes[at*r.slicer.Bits*d.words:]
		for b := range r.slicer.Bits {
			planes[b*d.words+row/64] |= uint64(digit>>b&1) << (row % 64)
		}
	}
}

// group is the rows of a row group of an array that uses so many rows.
func (r *Reader) group(g, rows int) (from, to int) {
	from = g * r.activeRows
	return from, min(from+r.activeRows, rows)
}

// Driven is the digits other than zero, over all slices.
func (d *Drive) Driven() int64 { return d.driven }

// of is the bit planes of a slice and row group.
func (d *Drive) of(t, g, digitBits int) []uint64 {
	n := digitBits * d.words
	return d.planes[(t*d.groups+g)*n:][:n]
}

func cleared[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}
