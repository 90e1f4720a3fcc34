package crossbar

import (
	"math/rand/v2"

	"xbar/adc"
)

// units are an array's converters, which have errors of their own.
type units struct {
	phases [][][]*adc.Conversions // [phase][output of a weight][unit]
	first  int                    // unit of the array's first sum
	random *rand.Rand             // nil: conversions have no noise
}

// SetConverters has an array's sums converted by units with errors of their own, which
// take turns: the sum at hand, of all outputs of the first weight, of the next and so on,
// goes to unit (first + its number) mod their number. What noise they have is drawn from
// random, conversion after conversion. Cells must have been set ([Programmed.SetCells]).
func (p *Programmed) SetConverters(of []*adc.Unit, first int, random *rand.Rand) {
	u := &units{first: first, random: random}
	for i := range p.reader.phases {
		outputs := make([][]*adc.Conversions, len(p.reader.outputs))
		for o := range outputs {
			for _, unit := range of {
				outputs[o] = append(outputs[o], unit.On(p.reader.scale(&p.reader.phases[i], o)))
			}
		}
		u.phases = append(u.phases, outputs)
	}
	p.real.units = u
}

// Sums is how many sums an array has that are converted in each phase.
func (p *Programmed) Sums() int { return p.weights * len(p.reader.outputs) }

// convert is what the converter of sum i of a phase makes of it, which is output o of a
// weight.
func (r *real) convert(phase *phase, o, i int, sum float64) (value float64, clipped bool) {
	if r.units == nil {
		return phase.real[o].ConvertReal(sum)
	}
	of := r.units.phases[phase.number][o]
	c, noise := of[(r.units.first+i)%len(of)], 0.0
	if σ := c.Noise(); σ > 0 && r.units.random != nil {
		noise = σ * r.units.random.NormFloat64()
	}
	return c.Convert(sum, noise)
}

// scale is the sums that the codes of output i of a weight are for in a phase.
func (r *Reader) scale(p *phase, i int) adc.Scale {
	low, high := r.sumRange(&p.Phase, &r.outputs[i])
	bits := max(r.Resolution-p.Later, 1)
	if r.Converter.Counts() {
		return adc.New(r.Range, bits, low, high).Finer(r.Range, bits).Scale(bits, r.Resolution-bits)
	}
	from, to := r.limits(p, i, bits, low, high)
	return r.Converter.Scale(bits, r.Resolution-bits, from*r.current(p), to*r.current(p))
}
