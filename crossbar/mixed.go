package crossbar

import (
	"context"
	"math"

	"gonum.org/v1/gonum/floats"

	"xbar/crossbar/kernel"
)

// mixed is an array of real numbers, whose currents and variances are products of matrices.
type mixed struct {
	levels    []*kernel.Real // [row group]
	variances []*kernel.Real // [row group]; nil: what noise there is has no variance of digits
	floor     bool           // there is noise whatever the digits are
}

// mixing is where currents are found, whatever the cells.
type mixing struct {
	currents []float64 // [row group][vector][slice][column]
	spreads  []float64 // the same, variances of them
	squares  []float64 // [vector][slice][row], of digits
}

func (p *Programmed) newMixed() *mixed {
	m := &mixed{}
	for g := range p.groups {
		from, to := p.reader.group(g, p.rows)
		pack := func(data []float64, stride int) *kernel.Real {
			return kernel.NewReal(to-from, len(p.samples), func(row, column int) float64 { return data[(from+row)*stride+column] })
		}
		m.levels = append(m.levels, pack(p.real.levels.Data, p.real.levels.Stride))
		if n := p.real.noise; n != nil && n.variances.Data != nil {
			m.variances = append(m.variances, pack(n.variances.Data, n.variances.Stride))
		}
	}
	m.floor = p.real.noise != nil && floats.Max(p.real.noise.floor) > 0
	return m
}

// numbers are the digits, [vector][slice][row].
func (b *Batch) numbers() []float64 {
	if len(b.levels) == 0 {
		n, t := len(b.reader.slices), b.reader.inputs
		b.levels = cleared(b.levels, b.vectors*n*b.rows)
		for v := range b.vectors {
			for k := range n {
				line, digits := b.levels[(v*n+k)*b.rows:][:b.rows], t.levels[k*t.size:][:t.size]
				for row, xi := range b.line(v) {
					line[row] = digits[xi-b.low]
				}
			}
		}
	}
	return b.levels
}

// read is [Programmed.readReal] of a batch.
func (m *mixed) read(ctx context.Context, p *Programmed, b *Batch, y []float64, stride int, seed func(v int)) error {
	w, slices, width, digits := &p.shape().mixing, len(p.reader.slices), m.levels[0].Stride(), b.numbers()
	size := min(together, b.vectors) * slices * width
	for from := 0; from < b.vectors; from += together {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(together, b.vectors-from)
		of := digits[from*slices*b.rows:][:n*slices*b.rows]
		w.currents = cleared(w.currents, p.groups*size)
		for g, levels := range m.levels {
			start, _ := p.reader.group(g, p.rows)
			levels.MulAdd(w.currents[g*size:], of[start:], b.rows, n*slices)
		}
		if p.real.noise != nil {
			m.spread(w, p, of, n, size)
		}
		for v := range n {
			if seed != nil {
				seed(from + v)
			}
			m.convert(w, p, v, size, y[(from+v)*stride:][:p.weights], &p.shape().activities[from+v])
		}
	}
	return nil
}

// spread finds the variances of the currents of n vectors.
func (m *mixed) spread(w *mixing, p *Programmed, digits []float64, n, size int) {
	noise, slices, width := p.real.noise, len(p.reader.slices), m.levels[0].Stride()
	w.spreads = cleared(w.spreads, p.groups*size)
	for at := 0; m.floor && at < p.groups*n*slices; at++ {
		g, line := at/n/slices, at%(n*slices)
		full := p.reader.slices[line%slices].full
		for c, v := range noise.floor[g*len(p.samples):][:len(p.samples)] {
			w.spreads[g*size+line*width+c] = v * full * full
		}
	}
	if m.variances == nil {
		return
	}
	w.squares = cleared(w.squares, len(digits))
	for i, digit := range digits {
		w.squares[i] = digit * digit
	}
	for g, variances := range m.variances {
		start, _ := p.reader.group(g, p.rows)
		variances.MulAdd(w.spreads[g*size:], w.squares[start:], p.rows, n*slices)
	}
}

// convert disturbs, accumulates and converts the currents of a vector.
func (m *mixed) convert(w *mixing, p *Programmed, v, size int, y []float64, activity *Activity) {
	r, width, columns := p.reader, m.levels[0].Stride(), len(p.samples)
	for g := range p.groups {
		at := g*size + v*len(r.slices)*width
		if p.real.noise != nil {
			for t := range r.slices {
				m.disturb(p, w.currents[at+t*width:][:columns], w.spreads[at+t*width:][:columns])
			}
		}
		for i := range r.phases {
			activity.Clipped += m.convertPhase(p, i, w.currents[at:], y)
		}
	}
}

// disturb adds noise to currents.
func (m *mixed) disturb(p *Programmed, currents, variances []float64) {
	random := p.real.noise.random
	for c, variance := range variances {
		currents[c] += math.Sqrt(variance) * random.NormFloat64()
	}
}

// convertPhase adds to y what converters make of currents, [slice][column].
func (m *mixed) convertPhase(p *Programmed, i int, currents, y []float64) (clipped int64) {
	r, samples, phase := p.reader, p.real.samples, &p.reader.phases[i]
	if width := m.levels[0].Stride(); len(phase.Weights) == 1 {
		copy(samples, currents[phase.From*width:])
	} else {
		clear(samples)
		for k, weight := range phase.Weights {
			for c, current := range currents[(phase.From+k)*width:][:len(samples)] {
				samples[c] += float64(weight) * current
			}
		}
	}
	if len(r.outputs) > 1 || p.real.units.of != nil {
		return p.convertReal(phase, y)
	}
	values := samples
	if of := &r.outputs[0]; len(of.columns) == 2 && of.weights[1] == -1 {
		values = p.real.sums[:len(y)]
		for j := range values {
			values[j] = samples[2*j] - samples[2*j+1]
		}
	} else {
		values = p.combineReal(len(y))[:len(y)]
	}
	clipped = r.convertAll(i, 0, values)
	base, significance := float64(phase.base), r.significances[0]
	for j, value := range values {
		y[j] += base * (significance * value)
	}
	return clipped
}
