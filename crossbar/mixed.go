package crossbar

import (
	"context"
	"math"

	"xbar/crossbar/kernel"
)

// mixed is an array of real numbers, whose currents and variances are products of matrices.
type mixed struct {
	levels    []*kernel.Real // [row group]
	variances []*kernel.Real // [row group]; nil: what noise there is has no variance of digits

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
	return m
}

// digits are [vector][slice][row].
func (b *Batch) digitsOf() []float64 {
	if len(b.levels) == 0 {
		slices := len(b.reader.slices)
		b.levels = cleared(b.levels, b.vectors*slices*b.rows)
		for v := range b.vectors {
			for row, i := range b.index[v*b.rows:][:b.rows] {
				for t, digit := range b.reader.inputs.levels[int(i)*slices:][:slices] {
					b.levels[(v*slices+t)*b.rows+row] = digit
				}
			}
		}
	}
	return b.levels
}

// read is [Programmed.readReal] of a batch.
func (m *mixed) read(ctx context.Context, p *Programmed, b *Batch, y []float64, stride int, seed func(v int)) error {
	slices, width, digits := len(p.reader.slices), m.levels[0].Stride(), b.digitsOf()
	size := together * slices * width
	m.currents = cleared(m.currents, p.groups*size)
	for from := 0; from < b.vectors; from += together {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(together, b.vectors-from)
		of := digits[from*slices*b.rows:][:n*slices*b.rows]
		clear(m.currents)
		for g, levels := range m.levels {
			start, _ := p.reader.group(g, p.rows)
			levels.MulAdd(m.currents[g*size:], of[start:], b.rows, n*slices)
		}
		m.spread(p, of, n)
		for v := range n {
			if seed != nil {
				seed(from + v)
			}
			m.convert(p, v, size, y[(from+v)*stride:][:p.weights], &p.activities[from+v])
		}
	}
	return nil
}

// spread finds the variances of the currents of n vectors.
func (m *mixed) spread(p *Programmed, digits []float64, n int) {
	noise, slices, width := p.real.noise, len(p.reader.slices), m.levels[0].Stride()
	if noise == nil {
		return
	}
	size := together * slices * width
	m.spreads = cleared(m.spreads, p.groups*size)
	for g := range p.groups {
		floor := noise.floor[g*len(p.samples):][:len(p.samples)]
		for line := range n * slices {
			full := p.reader.slices[line%slices].full
			for c, v := range floor {
				m.spreads[g*size+line*width+c] = v * full * full
			}
		}
	}
	if m.variances == nil {
		return
	}
	m.squares = cleared(m.squares, len(digits))
	for i, digit := range digits {
		m.squares[i] = digit * digit
	}
	for g, variances := range m.variances {
		start, _ := p.reader.group(g, p.rows)
		variances.MulAdd(m.spreads[g*size:], m.squares[start:], p.rows, n*slices)
	}
}

// convert disturbs, accumulates and converts the currents of a vector.
func (m *mixed) convert(p *Programmed, v, size int, y []float64, activity *Activity) {
	r, width, columns := p.reader, m.levels[0].Stride(), len(p.samples)
	for g := range p.groups {
		for t := range r.slices {
			at := g*size + (v*len(r.slices)+t)*width
			currents := m.currents[at:][:columns]
			if p.real.noise != nil {
				random := p.real.noise.random
				for c, variance := range m.spreads[at:][:columns] {
					currents[c] += math.Sqrt(variance) * random.NormFloat64()
				}
			}
			copy(p.real.currents.Data[t*columns:], currents)
		}
		for i := range r.phases {
			p.accumulate(&r.phases[i])
			activity.Clipped += p.convertLine(&r.phases[i], y)
		}
	}
}

// convertLine is [Programmed.convertReal], all weights at once where each has one converter.
func (p *Programmed) convertLine(phase *phase, y []float64) int64 {
	if len(p.reader.outputs) > 1 {
		return p.convertReal(phase, y)
	}
	values := p.combineReal(len(y))[:len(y)]
	clipped := phase.convertAll(0, values)
	base, significance := float64(phase.base), p.reader.significances[0]
	for j, value := range values {
		y[j] += base * (significance * value)
	}
	return clipped
}
