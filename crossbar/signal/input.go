package signal

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"xbar/adc"
)

// drive is what the rows of an array are driven with, a line an input.
type drive struct {
	volts   []*mat.Dense // of each slice of the inputs, the least first
	weights []float64    // of each slice in the input
	sums    []float64    // Σ u of an input
}

// drive converts inputs, one a line.
func (in *Inputs) drive(x mat.Matrix) *drive {
	lines, rows := x.Dims()
	u := mat.DenseCopyOf(x)
	if to := in.converter(); to != nil {
		u.Apply(func(_, _ int, v float64) float64 { return to.Convert(v) }, u)
	}
	d := &drive{sums: make([]float64, lines)}
	for l := range lines {
		for _, v := range u.RawRowView(l) {
			d.sums[l] += v
		}
	}
	if in.SliceBits == 0 {
		d.volts, d.weights = []*mat.Dense{u}, []float64{1}
		return d
	}
	full := math.Exp2(float64(in.magnitude())) - 1
	each := math.Exp2(float64(in.SliceBits)) - 1
	for k := range ceilDiv(in.magnitude(), in.SliceBits) {
		shift := in.SliceBits * k
		slice := mat.NewDense(lines, rows, nil)
		slice.Apply(func(_, _ int, v float64) float64 {
			digit := int64(math.RoundToEven(math.Abs(v)*full)) >> shift & (1<<in.SliceBits - 1)
			return math.Copysign(float64(digit)/each, v)
		}, u)
		d.volts = append(d.volts, slice)
		d.weights = append(d.weights, math.Exp2(float64(shift))*each/full)
	}
	return d
}

// magnitude is the bits of an input without its sign.
func (in *Inputs) magnitude() int {
	if in.Signed {
		return in.Bits - 1
	}
	return in.Bits
}

// converter is nil where inputs drive the rows as they are.
func (in *Inputs) converter() adc.Transfer {
	low := 0.0
	if in.Signed {
		low = -1
	}
	levels := int64(1) << in.Bits
	switch in.Converter {
	case "quantizer":
		return adc.NewQuantizer(low, 1, levels)
	case "sign-magnitude":
		return adc.NewQuantizer(-1, 1, levels-1)
	}
	return nil
}
