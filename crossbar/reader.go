package crossbar

import (
	"math"

	"xbar/adc"
	"xbar/crossbar/encode"
	"xbar/dac"
)

// Reading says how an array is read.
type Reading struct {
	Scheme     encode.Scheme
	Slicer     dac.Slicer
	ActiveRows int     // driven at once
	Flip       bool    // columns that hold more than half of full scale are stored inverted
	Phases     int     // conversions of an input; 0: one a slice
	AnalogSum  string  // which columns of a weight are converted together: "none", "polarity" or "weight"
	TimeCoded  bool    // a digit is time at full level: cells heat with it and not with its square
	Range      string  // "clip" or "scale"; of other converters, as [adc.Config] has it
	Resolution int     // bits of a code
	Real       bool    // cells may hold other levels than whole ones, and converters are any
	Leak       float64 // levels that a cell at level zero has then
	Unit       bool    // a weight of zero before the others is read and taken off them

	Converter *adc.Config  // of sums that are real; nil: plain
	Limits    [][2]float64 // and the currents that it tells apart, by output, see [Reader.limits]

	Watch func(output int, current float64) // sees the currents instead, which pass as they are; nil: converters do
}

// Reader is how an array is read, worked out: everything that all arrays of a
// kernel have in common.
type Reader struct {
	Reading
	slices        []slice
	phases        []phase
	planes        int       // bits that hold a digit
	outputs       []output  // of a weight
	significances []float64 // of them

	inputs  *inputs              // that batches have met; nil: none yet
	tables  *tables              // of the converters, for them
	scratch map[shapeOf]*scratch // for them
}

// slice is what one input slice needs.
type slice struct {
	dac.Slice
	full    float64 // the digit that the converter drives at full scale
	bipolar bool
}

// phase is what the conversions after one phase need.
type phase struct {
	Phase
	converters []adc.Converter // by output of a weight
	real       []adc.Transfer  // the same of sums that are no whole numbers
	full       float64         // the sum of a cell at level 1 that is driven at full scale
	scales     []adc.Scale     // and of converters with errors of their own,
	unit       float64         // in units of so much
}

// output is the columns of a weight that one converter sees at once.
type output struct {
	columns      []int
	weights      []int64 // of each column in the sum
	significance float64 // σ of the sum
}

// NewReader works out how an array is read.
func NewReader(how Reading) *Reader {
	r := &Reader{Reading: how, planes: how.Slicer.Planes(), outputs: newOutputs(how.Scheme, how.AnalogSum)}
	for i := range r.outputs {
		r.significances = append(r.significances, r.outputs[i].significance*how.Scheme.Unit())
	}
	for t := range how.Slicer.Slices() {
		r.slices = append(r.slices, slice{
			Slice: how.Slicer.Slice(t), full: float64(how.Slicer.FullScale(t)), bipolar: how.Slicer.Bipolar(t),
		})
	}
	for _, p := range Phases(how.Slicer, how.Phases) {
		q := phase{Phase: p, full: r.fullScale(&p), unit: 1}
		if how.Converter != nil && !how.Converter.Counts() {
			q.unit = r.current(&q)
		}
		for i := range r.outputs {
			low, high := r.sumRange(&p, &r.outputs[i])
			bits := max(how.Resolution-p.Later, 1)
			q.converters = append(q.converters, adc.New(how.Range, bits, low, high))
			if how.Real {
				q.real = append(q.real, r.transfer(&q, i, bits, low, high))
				if how.Converter != nil {
					q.scales = append(q.scales, r.scale(&q, i, bits, low, high))
				}
			}
		}
		r.phases = append(r.phases, q)
	}
	return r
}

// newOutputs sorts the columns of a weight by the converter that sees them.
func newOutputs(s encode.Scheme, sum string) []output {
	var all []output
	for c := range s.Columns() {
		σ := s.Significance(c)
		joins := len(all) > 0 && (sum == "weight" || sum == "polarity" && abs(σ) == int64(all[len(all)-1].significance))
		if !joins {
			all = append(all, output{[]int{c}, []int64{1}, float64(σ)})
			continue
		}
		o := &all[len(all)-1]
		o.columns = append(o.columns, c)
		o.weights = append(o.weights, σ/int64(o.significance))
	}
	return all
}

// Outputs is how many conversions a weight takes in each phase.
func Outputs(s encode.Scheme, sum string) int { return len(newOutputs(s, sum)) }

// mostSum is where sums are taken to end: beyond any converter.
const mostSum = 1 << 62

// sumRange is the sums that an output can give in a phase.
func (r *Reader) sumRange(p *Phase, o *output) (low, high int64) {
	var from, to float64 // of the digits of a row
	for i, weight := range p.Weights {
		a, b := r.Slicer.DigitRange(p.From + i)
		from += min(float64(weight*a), float64(weight*b))
		to += max(float64(weight*a), float64(weight*b))
	}
	var up, down float64 // of the levels of a row
	top := float64(r.Scheme.MaxLevel()) + r.Leak
	for _, weight := range o.weights {
		up += float64(max(weight, 0)) * top
		down += float64(max(-weight, 0)) * top
	}
	rows := float64(r.ActiveRows)
	if r.Flip {
		up, rows = math.Floor(rows*up/2), 1
	}
	low = -int64(min(math.Ceil(rows*(to*down-from*up)), mostSum))
	return low, int64(min(math.Ceil(rows*(to*up-from*down)), mostSum))
}

// LosslessBits is the resolution at which every sum has a code of its own.
func (r *Reader) LosslessBits() int {
	need := 0
	for i := range r.phases {
		for j := range r.outputs {
			low, high := r.sumRange(&r.phases[i].Phase, &r.outputs[j])
			need = max(need, adc.LosslessBits(high-low)+r.phases[i].Later)
		}
	}
	return need
}

// Drive is a vector on its way through the row drivers: digits on bit planes,
// ready for every array that shares the rows.
type Drive struct {
	rows, words, groups int
	planes              []uint64  // [slice][group][digit bit][word]
	sums                []int64   // [slice][group], of the digits
	squares             []float64 // [row], Σ over slices of (digit / full scale)², or of its size where it is time
	bits                []int64   // [row], Σ over slices of the digit's bits that are set
	driven              int64     // digits other than zero
	digits              int64     // Σ|digit|
	total               float64   // Σ x
	nearest             []int32   // [row], of inputs that are no whole numbers
	levels              []float64 // [slice][row], the digits, where cells may hold real levels
}

// Load cuts the inputs x, one a row, into d. Inputs must be within the range
// of the slicer.
func (r *Reader) Load(x []int32, d *Drive) {
	d.rows, d.words = len(x), (len(x)+63)/64
	d.groups = (d.rows + r.ActiveRows - 1) / r.ActiveRows
	d.planes = cleared(d.planes, len(r.slices)*d.groups*r.planes*d.words)
	d.sums = cleared(d.sums, len(r.slices)*d.groups)
	d.squares = cleared(d.squares, d.rows)
	d.bits = cleared(d.bits, d.rows)
	d.driven, d.digits, d.total = 0, 0, 0
	if r.Real {
		d.levels = cleared(d.levels, len(r.slices)*d.rows)
	}
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
	d.total += float64(x)
	for t := range r.slices {
		slice := &r.slices[t]
		digit := slice.Digit(x)
		if digit == 0 {
			continue
		}
		level := float64(digit) / slice.full
		d.digits += abs(digit)
		d.squares[row] += Heat(level, r.TimeCoded)
		d.driven++
		if r.Real {
			d.levels[t*d.rows+row] = float64(digit)
		}
		at := t*d.groups + g
		d.sums[at] += digit
		planes := d.planes[at*r.planes*d.words:]
		for b := range r.planes {
			bit := digit >> b & 1
			d.bits[row] += bit
			planes[b*d.words+row/64] |= uint64(bit) << (row % 64)
		}
	}
}

// LoadReal is [Reader.Load] of inputs that are no whole numbers, in units of the
// least digit. They are driven as they are, in the one slice that there is; what
// follows the bits of a digit takes the nearest.
func (r *Reader) LoadReal(x []float64, d *Drive) {
	d.nearest = cleared(d.nearest, len(x))
	low, high := r.Slicer.Range()
	for row, v := range x {
		d.nearest[row] = int32(min(max(math.RoundToEven(v), float64(low)), float64(high)))
	}
	r.Load(d.nearest, d)
	d.driven, d.total = 0, 0
	for row, v := range x {
		d.total += v
		d.levels[row] = v
		if v != 0 {
			d.driven++
		}
		d.squares[row] = Heat(v/r.slices[0].full, r.TimeCoded)
	}
}

// Heat is what of a drive level over full scale the energy of a resistive cell
// follows: its square, or its size where it is time at full level.
func Heat(level float64, timeCoded bool) float64 {
	if timeCoded {
		return math.Abs(level)
	}
	return level * level
}

// group is the rows of a row group of an array that uses so many rows.
func (r *Reader) group(g, rows int) (from, to int) {
	from = g * r.ActiveRows
	return from, min(from+r.ActiveRows, rows)
}

// Driven is the digits other than zero, over all slices.
func (d *Drive) Driven() int64 { return d.driven }

// Digits is Σ|digit|, over all slices.
func (d *Drive) Digits() int64 { return d.digits }

// of is the bit planes of a slice and row group.
func (d *Drive) of(t, g, planes int) []uint64 {
	n := planes * d.words
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
