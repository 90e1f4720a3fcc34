package crossbar

import (
	"context"
	"math"

	"xbar/crossbar/kernel"
)

// summed is an array of whole numbers whose sums are a product of matrices: digits of
// phases times levels of outputs, output after output.
type summed struct {
	groups      []*kernel.Whole // [row group]
	signs, from []float64       // [row group][output][weight], what takes back that columns are inverted

	sums    []int32   // [row group][vector][phase][output · weight]
	one     []float64 // [weight], of one output
	values  []float64 // [weight]
	line    []float64 // [weight], of y, to the end of a block
	looked  []int16   // [output][weight], to the end of a block
	clipped []int16
	lookups []kernel.Lookup // [output]
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
	width := (p.weights + kernel.Vectors - 1) / kernel.Vectors * kernel.Vectors
	s.one, s.values, s.line = make([]float64, p.weights), make([]float64, p.weights), make([]float64, width)
	s.looked, s.clipped = make([]int16, width*len(r.outputs)), make([]int16, width)
	s.lookups = make([]kernel.Lookup, len(r.outputs))
	if r.Flip {
		s.signs, s.from = make([]float64, p.groups*len(s.looked)), make([]float64, len(s.looked))
		for k := range s.signs {
			g, o, j := k/len(s.looked), k%len(s.looked)/width, k%width
			s.signs[k] = 1
			if j < p.weights && p.flipped[g*len(p.samples)+j*columns+o] {
				s.signs[k] = -1
			}
		}
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
				if phases == 1 {
					for row, x := range index {
						of[v*each+row] = r.inputs.phases[x]
					}
					continue
				}
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
	size := min(together, b.vectors) * phases * width
	if n := p.groups * size; len(s.sums) < n {
		s.sums = make([]int32, n)
	}
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
			sums := func(i, g int) []int32 { return s.sums[g*size+(v*phases+i)*width:][:width] }
			s.convert(p, b, from+v, sums, y[(from+v)*stride:][:p.weights])
		}
	}
	return nil
}

// convert adds to y what the converters make of a vector's sums.
func (s *summed) convert(p *Programmed, b *Batch, v int, sums func(i, g int) []int32, y []float64) {
	r, activity := p.reader, &p.activities[v]
	tables := r.table()
	looked := r.values() != nil
	if looked {
		copy(s.line, y)
		clear(s.clipped)
	}
	for k := range len(r.phases) * p.groups {
		i, g := p.nth(k)
		base := float64(r.phases[i].base)
		switch rounding := tables.rounding[i]; {
		case looked:
			s.look(p, b, i, g, v, sums(i, g))
		case len(r.outputs) == 1 && !r.Flip && rounding[0].steps:
			activity.Clipped += int64(rounding[0].Add(y, sums(i, g), r.significances[0], base))
		default:
			activity.Clipped += s.convertAll(p, b, i, g, v, sums(i, g), y)
		}
	}
	if looked {
		copy(y, s.line)
		for _, clipped := range s.clipped[:len(y)] {
			activity.Clipped += int64(clipped)
		}
	}
}

// look adds to the line of y what the converters make of a phase's sums of a row group,
// of which there are few.
func (s *summed) look(p *Programmed, b *Batch, i, g, v int, sums []int32) {
	r, width := p.reader, len(s.line)
	for o := range r.outputs {
		to := s.looked[o*width:][:p.weights]
		for j, sum := range sums[o*p.weights:][:p.weights] {
			to[j] = int16(sum)
		}
	}
	var signs []float64
	if r.Flip {
		driven := b.phaseSums(i, g)[v]
		signs = s.signs[g*len(s.looked):][:len(s.looked)]
		for k, sign := range signs {
			s.from[k] = driven * (1 - sign) / 2
		}
	}
	for o, significance := range r.significances {
		t := &r.values()[i][o]
		s.lookups[o] = kernel.Lookup{Values: t.values, Zero: t.zero, Significance: significance, Lowest: t.lowest, Highest: t.highest}
	}
	for at := 0; at < width; at += kernel.Vectors {
		for o := range s.lookups {
			of := o*width + at
			s.lookups[o].Sums = s.looked[of:][:kernel.Vectors]
			if r.Flip {
				s.lookups[o].From, s.lookups[o].Signs = s.from[of:][:kernel.Vectors], signs[of:][:kernel.Vectors]
			}
		}
		kernel.Convert(s.line[at:], float64(r.phases[i].base), s.lookups, s.clipped[at:])
	}
}

// convertAll adds to y what the converters make of a phase's sums of a row group.
func (s *summed) convertAll(p *Programmed, b *Batch, i, g, v int, sums []int32, y []float64) (clipped int64) {
	r := p.reader
	clear(s.values)
	for o, significance := range r.significances {
		for j, sum := range sums[o*len(y):][:len(y)] {
			s.one[j] = float64(sum)
		}
		clipped += r.convertAll(i, o, s.one)
		if r.Flip {
			driven, signs := b.phaseSums(i, g)[v], s.signs[g*len(s.looked)+o*len(s.line):]
			for j, value := range s.one {
				s.one[j] = driven*(1-signs[j])/2 + signs[j]*value
			}
		}
		for j, value := range s.one {
			s.values[j] += significance * value
		}
	}
	base := float64(r.phases[i].base)
	for j, value := range s.values {
		y[j] += base * value
	}
	return clipped
}

// convertAll replaces sums by what converter o makes of them in a phase.
func (r *Reader) convertAll(i, o int, sums []float64) (clipped int64) {
	q := &r.table().rounding[i][o]
	switch {
	case q.steps:
		return int64(q.Convert(sums, sums))
	case q.whole:
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
		value, beyond := r.phases[i].real[o].ConvertReal(sum)
		if beyond {
			clipped++
		}
		sums[j] = value
	}
	return clipped
}
