package crossbar

import (
	"context"
	"math"

	"xbar/crossbar/kernel"
)

// summed is an array of whole numbers whose sums are a product of matrices: digits of
// phases times levels of outputs, output after output.
type summed struct {
	groups []*kernel.Whole // [row group]

	sums   []int32   // [row group][vector][phase][output · weight]
	values []float64 // [weight]
	one    []float64 // of one output
	flips  [][]int   // [row group][…], outputs · weights that are inverted
}

// newSummed is nil where digits, levels or sums are too large.
func (p *Programmed) newSummed() *summed {
	r := p.reader
	top, digit, level := r.Scheme.MaxLevel(), r.mostDigit(), 0.0
	for o := range r.outputs {
		most := 0.0
		for _, weight := range r.outputs[o].weights {
			most += math.Abs(float64(weight * top))
		}
		level = max(level, most)
	}
	if digit > math.MaxInt16 || level > math.MaxInt16 || digit*level*float64(min(r.ActiveRows, p.rows)) > math.MaxInt32 {
		return nil
	}
	for i := range r.phases {
		for o := range r.outputs {
			if !r.phases[i].memoryless(o) {
				return nil
			}
		}
	}
	s, cells, columns := &summed{}, p.Cells(), r.Scheme.Columns()
	for g := range p.groups {
		from, to := r.group(g, p.rows)
		s.groups = append(s.groups, kernel.NewWhole(to-from, p.weights*len(r.outputs), func(row, at int) int16 {
			o, j, sum := &r.outputs[at/p.weights], at%p.weights, int64(0)
			for k, c := range o.columns {
				sum += o.weights[k] * int64(cells.At(from+row, j*columns+c))
			}
			return int16(sum)
		}))
	}
	return s
}

// phases are the digits of a row group's phases, [vector][phase][row], as pairs of rows
// fill up.
func (b *Batch) phases(g, each int) []int16 {
	r := b.reader
	phases := len(r.phases)
	groups := (b.rows + r.ActiveRows - 1) / r.ActiveRows
	size := b.vectors * phases * ((min(r.ActiveRows, b.rows) + 1) &^ 1)
	if len(b.whole) == 0 {
		b.whole = cleared(b.whole, groups*size)
		for g := range groups {
			from, to := r.group(g, b.rows)
			each := (to - from + 1) &^ 1
			of := b.whole[g*size:]
			for v := range b.vectors {
				index := b.index[v*b.rows+from : v*b.rows+to]
				for i := range phases {
					line := of[(v*phases+i)*each:][:len(index)]
					for row, x := range index {
						line[row] = r.inputs.phases[int(x)*phases+i]
					}
				}
			}
		}
	}
	return b.whole[g*size:][:b.vectors*phases*each]
}

// phaseSums is the sum of a phase's digits of a row group times the top level, by vector;
// zero of those that fill up the last block.
func (b *Batch) phaseSums(i, g int) []float64 {
	r := b.reader
	phases, top := len(r.phases), float64(r.Scheme.MaxLevel())
	width := (b.vectors + kernel.Vectors - 1) / kernel.Vectors * kernel.Vectors
	if len(b.sums) == 0 {
		groups := (b.rows + r.ActiveRows - 1) / r.ActiveRows
		b.sums = cleared(b.sums, groups*phases*width)
		for g := range groups {
			from, to := r.group(g, b.rows)
			for v := range b.vectors {
				for _, x := range b.index[v*b.rows+from : v*b.rows+to] {
					for i, digit := range r.inputs.phases[int(x)*phases:][:phases] {
						b.sums[(g*phases+i)*width+v] += top * float64(digit)
					}
				}
			}
		}
	}
	return b.sums[(g*phases+i)*width:][:width]
}

// together is how many vectors' sums are found before they are converted.
const together = 32

// read is [Programmed.readLevels] of a batch, or [Programmed.readReal].
func (s *summed) read(ctx context.Context, p *Programmed, b *Batch, y []float64, stride int, _ func(int)) error {
	phases, width := len(p.reader.phases), s.groups[0].Stride()
	size := together * phases * width
	s.sums = cleared(s.sums, p.groups*size)
	s.values, s.one = cleared(s.values, p.weights), cleared(s.one, p.weights)
	for from := 0; from < b.vectors; from += together {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(together, b.vectors-from)
		for g, of := range s.groups {
			x := b.phases(g, of.Inputs())[from*phases*of.Inputs():][:n*phases*of.Inputs()]
			of.Mul(s.sums[g*size:][:n*phases*width], x)
		}
		for v := range n {
			to, activity := y[(from+v)*stride:][:p.weights], &p.activities[from+v]
			for k := range phases * p.groups {
				i, g := p.nth(k)
				activity.Clipped += s.convert(p, b, i, g, from+v, s.sums[g*size+(v*phases+i)*width:][:width], to)
			}
		}
	}
	return nil
}

// convert adds to y what the converters make of a vector's sums in a phase of a row group.
func (s *summed) convert(p *Programmed, b *Batch, i, g, v int, sums []int32, y []float64) (clipped int64) {
	r := p.reader
	phase := &r.phases[i]
	if len(r.outputs) == 1 && !r.Flip {
		if q, codes, steps := phase.round(0); codes && steps {
			return int64(q.Add(y, sums, r.significances[0], float64(phase.base)))
		}
	}
	values := s.values[:len(y)]
	clear(values)
	for o, significance := range r.significances {
		one := s.one[:len(y)]
		for j, sum := range sums[o*len(y):][:len(y)] {
			one[j] = float64(sum)
		}
		clipped += phase.convertAll(o, one)
		if r.Flip {
			p.invert(one, o, g, b.phaseSums(i, g)[v])
		}
		for j, value := range one {
			values[j] += significance * value
		}
	}
	base := float64(phase.base)
	for j, value := range values {
		y[j] += base * value
	}
	return clipped
}

// invert takes back that columns were.
func (p *Programmed) invert(values []float64, o, g int, driven float64) {
	columns := len(p.reader.outputs)
	flipped := p.flipped[g*len(p.samples):][:len(p.samples)]
	for j := range values {
		if flipped[j*columns+o] {
			values[j] = driven - values[j]
		}
	}
}

// round is what converter o makes of sums in units of a current, where that is steps;
// codes: there are fewer of them than sums.
func (p *phase) round(o int) (q kernel.Quantizer, codes, ok bool) {
	if p.real == nil {
		return rounds(&p.converters[o])
	}
	return rounds(p.real[o])
}

// convertAll replaces sums by what converter o makes of them.
func (p *phase) convertAll(o int, sums []float64) (clipped int64) {
	q, codes, steps := p.round(o)
	switch {
	case steps && codes:
		return int64(q.Convert(sums, sums))
	case steps:
		for j, sum := range sums {
			sum /= q.Unit
			if sum < q.Below || sum > q.Above {
				clipped++
			}
			sums[j] = min(max(math.RoundToEven(sum), q.Low), q.High) * q.Unit
		}
		return clipped
	}
	for j, sum := range sums {
		value, beyond := p.real[o].ConvertReal(sum)
		if beyond {
			clipped++
		}
		sums[j] = value
	}
	return clipped
}
