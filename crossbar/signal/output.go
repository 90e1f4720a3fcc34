package signal

import (
	"math"

	"xbar/adc"
)

// converter is that of a slice of the weights, in an array of so many rows.
func (c *Config) converter(slice, rows int) (adc.Transfer, error) {
	out := &c.Output
	if out.Converter == "ideal" {
		return adc.Exact{}, nil
	}
	low, high := c.limits(slice, rows)
	switch out.Converter {
	case "quantizer":
		return adc.NewQuantizer(low, high, 1<<out.Bits), nil
	case "sign-magnitude":
		return adc.NewQuantizer(low, high, 1<<out.Bits-1), nil
	}
	return adc.Circuit{
		Kind: out.Converter, Bits: out.Bits, Low: low, High: high,
		GainDB: out.GainDB, Split: out.Split, Symmetric: out.Symmetric,
	}.New()
}

// limits is the currents that a converter tells apart.
//
//	max       what all rows at full level give, and of offset slices the power of two
//	          times the step of a level that is next to it
//	granular  as many steps as there are codes: of a level of weights times one of inputs
func (c *Config) limits(slice, rows int) (low, high float64) {
	out := &c.Output
	switch out.Range {
	case "max":
		high = c.largest(float64(rows))
	case "granular":
		high = c.steps()
	default:
		l := out.Limits[min(slice, len(out.Limits)-1)]
		return l[0], l[1]
	}
	if c.Weights.Encoding == "differential" || c.Inputs.Signed {
		return -high, high
	}
	return 0, high
}

func (c *Config) largest(rows float64) float64 {
	w, in, out := &c.Weights, &c.Inputs, &c.Output
	if w.Slices == 0 || w.Encoding == "differential" {
		return rows
	}
	codes, inputs := math.Exp2(float64(out.Bits)), math.Exp2(float64(in.Bits))
	high := math.Exp2(math.RoundToEven(math.Log2(rows))) * w.perLevel()
	if in.Signed {
		return high * (codes - 2) / codes * signed(inputs)
	}
	return high * (codes - 1) / codes * inputs / (inputs - 1)
}

// perLevel is 2^B/(2^B − 1).
func (w *Weights) perLevel() float64 {
	levels := math.Exp2(float64(w.bits()))
	return levels / (levels - 1)
}

// signed is 2^(b−1)/(2^(b−1) − 1).
func signed(levels float64) float64 { return levels / 2 / (levels/2 - 1) }

func (c *Config) steps() float64 {
	w, in, out := &c.Weights, &c.Inputs, &c.Output
	codes, inputs := math.Exp2(float64(out.Bits)), math.Exp2(float64(in.Bits))
	step := w.perLevel() / math.Exp2(float64(w.bits()))
	if in.Signed {
		step *= signed(inputs)
	} else {
		step *= inputs / (inputs - 1)
	}
	if w.Encoding == "differential" || in.Signed {
		return step * (codes/2 - 1)
	}
	return step * (codes - 1)
}
