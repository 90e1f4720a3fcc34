package crossbar

import (
	"math"

	"xbar/adc"
)

// transfer is what output i of a weight is converted with in a phase whose sums go from
// low to high.
func (r *Reader) transfer(p *phase, i, bits int, low, high int64) adc.Transfer {
	if r.Watch != nil {
		return watch{r, i, r.current(p)}
	}
	if r.Converter == nil || r.Converter.Counts() {
		c := adc.New(r.Range, bits, low, high).Finer(r.Range, bits)
		return &c
	}
	from, to := r.limits(p, i, bits, low, high)
	t, err := r.Converter.NewTransfer(bits, from, to)
	if err != nil {
		panic("crossbar: " + err.Error()) // 20 dB, the least that configs allow, leave all levels in order
	}
	return inCurrents{t, r.current(p)}
}

// inCurrents reads sums of levels times digits as currents.
type inCurrents struct {
	adc.Transfer
	current float64
}

func (c inCurrents) ConvertReal(sum float64) (float64, bool) {
	value, clipped := c.Transfer.ConvertReal(sum / c.current)
	return value * c.current, clipped
}

// watch passes sums on.
type watch struct {
	*Reader
	output  int
	current float64
}

func (w watch) ConvertReal(sum float64) (float64, bool) {
	w.Watch(w.output, sum/w.current)
	return sum, false
}

// current is what one cell at the top level and full drive adds to the sums of a phase.
func (r *Reader) current(p *phase) float64 {
	return p.full * (float64(r.Scheme.MaxLevel()) + r.Leak)
}

// fullScale is the digits of a row at full scale, in a phase. A slice by itself drives
// the range of its converter; of several together, the top one may be narrower.
func (r *Reader) fullScale(p *Phase) (full float64) {
	if len(p.Weights) == 1 {
		return float64(r.Slicer.FullScale(p.From))
	}
	for i, weight := range p.Weights {
		full += float64(abs(weight) * r.Slicer.FullDigit(p.From+i))
	}
	return full
}

// limits is the currents that a converter tells apart, in those of one cell at the top
// level and full drive:
//
//	max       ±R_a, what all rows give; of slices of offset weights, the power of two
//	          next to R_a times the step of a level beside the last
//	granular  as many steps as there are codes: of a level of weights times one of inputs
//
// without the half below zero where no sum is.
func (r *Reader) limits(p *phase, i, bits int, low, high int64) (from, to float64) {
	switch r.Range {
	case "clip":
		c := adc.New("clip", bits, low, high)
		from, to = c.Ends()
		return from / r.current(p), to / r.current(p)
	case "scale":
		return float64(low) / r.current(p), float64(high) / r.current(p)
	case "max":
		to = r.largest(bits, low < 0)
	case "granular":
		to = r.steps(bits, low < 0)
	default:
		if len(r.Limits) == 0 { // not calibrated: nothing is read with it but its counts
			return -1, 1
		}
		l := r.Limits[min(i, len(r.Limits)-1)]
		return l[0], l[1]
	}
	if low < 0 {
		return -to, to
	}
	return 0, to
}

func (r *Reader) largest(bits int, signed bool) float64 {
	rows := float64(r.ActiveRows)
	if r.Scheme.Whole || r.Scheme.Encoding != "offset" {
		return rows
	}
	codes, levels := math.Exp2(float64(bits)), float64(r.Scheme.MaxLevel())
	high := math.Exp2(math.RoundToEven(math.Log2(rows))) * (levels + 1) / levels
	if signed {
		return high * (codes - 2) / codes * r.perInput()
	}
	return high * (codes - 1) / codes * r.perInput()
}

func (r *Reader) steps(bits int, signed bool) float64 {
	codes, levels := math.Exp2(float64(bits)), float64(r.Scheme.MaxLevel())
	step := r.perInput() / levels
	if signed {
		return step * (codes/2 - 1)
	}
	return step * (codes - 1)
}

// perInput is 2^b/(2^b − 1), b the bits of an input's size. An input of a sign alone is
// zero, whatever its steps.
func (r *Reader) perInput() float64 {
	bits := r.Slicer.InputBits
	if r.Slicer.Signed {
		bits--
	}
	if bits == 0 {
		return 1
	}
	levels := math.Exp2(float64(bits))
	return levels / (levels - 1)
}
