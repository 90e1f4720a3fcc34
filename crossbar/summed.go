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
	signs  []float64       // [row group][output][weight], −1 where the column is inverted; empty: none is
}

// summing is what it takes to convert the sums, whatever the cells. Weights go to the end
// of a block.
type summing struct {
	sums        []int32   // [row group][vector][phase][output · weight]
	one, values []float64 // [weight], of one output and of all
	line        []float64 // [weight], of y
	looked      []int16   // [read][output][weight], where there are few sums
	from        []float64 // the same, what inverted columns' values are taken from
	clipped     []int16
	lookups     []kernel.Lookup // [read][output], of a block of weights
	bases       []float64       // [read]
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
	if r.Flip {
		width := blocksOf(p.weights)
		s.signs = make([]float64, p.groups*len(r.outputs)*width)
		for k := range s.signs {
			g, o, j := k/width/len(r.outputs), k/width%len(r.outputs), k%width
			s.signs[k] = 1
			if j < p.weights && p.flipped[g*len(p.samples)+j*columns+o] {
				s.signs[k] = -1
			}
		}
	}
	return s
}

// blocksOf is n, to the end of a block.
func blocksOf(n int) int { return (n + kernel.Vectors - 1) / kernel.Vectors * kernel.Vectors }

// sum says what converters make of sums.
func (p *Programmed) sum(s *summing) {
	r, reads, width := p.reader, len(p.reader.phases)*p.groups, blocksOf(p.weights)
	s.one, s.values, s.line = make([]float64, p.weights), make([]float64, p.weights), make([]float64, width)
	if r.values() == nil {
		return
	}
	s.clipped, s.looked = make([]int16, width), make([]int16, reads*len(r.outputs)*width)
	if r.Flip {
		s.from = make([]float64, len(s.looked))
	}
	for k := range reads {
		i, _ := p.nth(k)
		s.bases = append(s.bases, float64(r.phases[i].base))
		for o, significance := range r.significances {
			t := &r.values()[i][o]
			s.lookups = append(s.lookups, kernel.Lookup{
				Values: t.values, Zero: t.zero, Significance: significance, Lowest: t.lowest, Highest: t.highest,
			})
		}
	}
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
				x := b.line(v)[from:to]
				for i := range phases {
					line, digits := of[(v*phases+i)*each:][:len(x)], r.inputs.phases[i*r.inputs.size:][:r.inputs.size]
					for row, xi := range x {
						line[row] = digits[xi-b.low]
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
	width := blocksOf(b.vectors)
	if len(b.sums) == 0 {
		groups := (b.rows + r.ActiveRows - 1) / r.ActiveRows
		b.sums = cleared(b.sums, groups*phases*width)
		for g := range groups {
			from, to := r.group(g, b.rows)
			for v := range b.vectors {
				x := b.line(v)[from:to]
				for i := range phases {
					digits, sum := r.inputs.phases[i*r.inputs.size:][:r.inputs.size], int64(0)
					for _, xi := range x {
						sum += int64(digits[xi-b.low])
					}
					b.sums[(g*phases+i)*width+v] = top * float64(sum)
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
	w := &p.shape().summing
	if w.line == nil {
		p.sum(w)
	}
	phases, width := len(p.reader.phases), s.groups[0].Stride()
	size := min(together, b.vectors) * phases * width
	if n := p.groups * size; len(w.sums) < n {
		w.sums = make([]int32, n)
	}
	for from := 0; from < b.vectors; from += together {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(together, b.vectors-from)
		for g, of := range s.groups {
			x := b.phases(g, of.Inputs())[from*phases*of.Inputs():][:n*phases*of.Inputs()]
			of.Mul(w.sums[g*size:][:n*phases*width], x)
		}
		for v := range n {
			s.convert(w, p, b, from+v, w.sums[v*phases*width:], size, y[(from+v)*stride:][:p.weights])
		}
	}
	return nil
}

// convert adds to y what the converters make of a vector's sums, those of a row group size
// numbers after those of the one before.
func (s *summed) convert(w *summing, p *Programmed, b *Batch, v int, sums []int32, size int, y []float64) {
	r, activity, width := p.reader, &p.shape().activities[v], s.groups[0].Stride()
	for k := range len(r.phases) * p.groups {
		i, g := p.nth(k)
		sums := sums[g*size+i*width:][:width]
		switch rounding := r.table().rounding[i]; {
		case w.lookups != nil:
			s.see(w, p, b, k, v, sums)
		case len(r.outputs) == 1 && !r.Flip && rounding[0].steps:
			activity.Clipped += int64(rounding[0].Add(y, sums, r.significances[0], float64(r.phases[i].base)))
		default:
			activity.Clipped += s.convertAll(w, p, b, i, g, v, sums, y)
		}
	}
	if w.lookups != nil {
		activity.Clipped += s.lookUp(w, p, y)
	}
}

// see has converters see a vector's sums in read k.
func (s *summed) see(w *summing, p *Programmed, b *Batch, k, v int, sums []int32) {
	outputs, width := len(p.reader.outputs), len(w.line)
	for o := range outputs {
		to := w.looked[(k*outputs+o)*width:][:p.weights]
		for j, sum := range sums[o*p.weights:][:p.weights] {
			to[j] = int16(sum)
		}
	}
	if len(s.signs) > 0 {
		i, g := p.nth(k)
		half := b.phaseSums(i, g)[v] / 2
		from := w.from[k*outputs*width:][:outputs*width]
		for at, sign := range s.signs[g*len(from):][:len(from)] {
			from[at] = half - half*sign
		}
	}
}

// lookUp adds to y what converters make of the sums that they see.
func (s *summed) lookUp(w *summing, p *Programmed, y []float64) (clipped int64) {
	width, outputs := len(w.line), len(p.reader.outputs)
	copy(w.line, y)
	clear(w.clipped)
	for at := 0; at < width; at += kernel.Vectors {
		for k := range w.lookups {
			l := &w.lookups[k]
			l.Sums = w.looked[k*width+at:][:kernel.Vectors]
			if len(s.signs) > 0 {
				_, g := p.nth(k / outputs)
				l.From = w.from[k*width+at:][:kernel.Vectors]
				l.Signs = s.signs[(g*outputs+k%outputs)*width+at:][:kernel.Vectors]
			}
		}
		kernel.Convert(w.line[at:], w.bases, w.lookups, w.clipped[at:])
	}
	copy(y, w.line)
	for _, n := range w.clipped[:len(y)] {
		clipped += int64(n)
	}
	return clipped
}

// convertAll adds to y what the converters make of a phase's sums of a row group.
func (s *summed) convertAll(w *summing, p *Programmed, b *Batch, i, g, v int, sums []int32, y []float64) (clipped int64) {
	r := p.reader
	clear(w.values)
	for o, significance := range r.significances {
		for j, sum := range sums[o*len(y):][:len(y)] {
			w.one[j] = float64(sum)
		}
		clipped += r.convertAll(i, o, w.one)
		if r.Flip {
			half, signs := b.phaseSums(i, g)[v]/2, s.signs[(g*len(r.outputs)+o)*len(w.line):]
			for j, value := range w.one {
				w.one[j] = half - half*signs[j] + signs[j]*value
			}
		}
		for j, value := range w.one {
			w.values[j] += significance * value
		}
	}
	base := float64(r.phases[i].base)
	for j, value := range w.values {
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
