package crossbar

import (
	"math/rand/v2"

	"xbar/adc"
)

// units are an array's converters, which have errors of their own.
type units struct {
	of     []*adc.Unit // nil: they have none
	first  int         // unit of the array's first sum
	random *rand.Rand  // nil: conversions have no noise
}

// SetConverters has an array's sums converted by units with errors of their own, which
// take turns: the sum at hand, of all outputs of the first weight, of the next and so on,
// goes to unit (first + its number) mod their number. What noise they have is drawn from
// random, conversion after conversion. Cells must have been set ([Programmed.SetCells]).
func (p *Programmed) SetConverters(of []*adc.Unit, first int, random *rand.Rand) {
	p.real.units = units{of, first, random}
}

// Sums is how many sums an array has that are converted in each phase.
func (p *Programmed) Sums() int { return p.weights * len(p.reader.outputs) }

// convert is what the converter of sum i of a phase makes of it, which is output o of a
// weight.
func (r *real) convert(phase *phase, o, i int, sum float64) (value float64, clipped bool) {
	u := &r.units
	if u.of == nil {
		return phase.real[o].ConvertReal(sum)
	}
	unit, scale, noise := u.of[(u.first+i)%len(u.of)], &phase.scales[o], 0.0
	if σ := unit.Noise(scale); σ > 0 && u.random != nil {
		noise = σ * u.random.NormFloat64()
	}
	value, clipped = unit.Convert(scale, sum/phase.unit, noise) // divided first, as ideal ones do: ties are theirs
	return value * phase.unit, clipped
}

// scale is the sums that the codes of output i of a weight are for in a phase, in the
// phase's unit.
func (r *Reader) scale(p *phase, i, bits int, low, high int64) adc.Scale {
	if r.Converter.Counts() {
		return adc.New(r.Range, bits, low, high).Finer(r.Range, bits).Scale(bits, r.Resolution-bits)
	}
	from, to := r.limits(p, i, bits, low, high)
	return r.Converter.Scale(bits, r.Resolution-bits, from, to)
}
