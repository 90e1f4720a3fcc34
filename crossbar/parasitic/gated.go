package parasitic

// Gated is the current of an output that has a supply wire in parallel to its
// column wire, and cells that are open where their input is zero:
//
//	0 V – R – S(0) – R – S(1) – …      supply wire of the output
//	S(i) – G_i – u_i – (i)             the cell, in series with its drive
//
// Of several cells at a crossing, each has a supply wire of its own, and the second
// is driven by −u_i into the same column wire. It has for each of the cells at a
// crossing the conductances of the output's rows.
func (w *Wires) Gated(u []float64, conductances ...[]float64) float64 {
	if len(conductances) == 1 {
		return w.single(u, conductances[0])
	}
	p := newPort(len(conductances), w)
	passed := 0.0
	for i, volt := range u {
		if volt == 0 {
			passed++
			continue
		}
		if passed > 0 {
			p.pass(passed*w.Row, passed*w.Column)
		}
		passed = 1
		for s, g := range conductances {
			p.join(s, g[i], volt*float64(1-2*s))
		}
	}
	return p.ground(passed*w.Column + w.Sense)
}

// port is the wires of an output at one of its rows, the supplies first and the
// column last. What flows out of them for voltages v is F − K·v.
type port struct {
	wires int
	held  bool          // the supplies are at 0 V everywhere, and left out
	k     [3][4]float64 // K, and F behind it
}

func newPort(supplies int, w *Wires) *port {
	p := &port{wires: supplies + 1, held: w.Row == 0}
	if p.held {
		p.wires = 1
	}
	for s := range p.wires - 1 {
		p.k[s][s] = 1 / w.Row
	}
	return p
}

// join puts a cell between a supply and the column.
func (p *port) join(s int, g, volt float64) {
	c := p.wires - 1
	p.k[c][c] += g
	p.k[c][3] += g * volt
	if p.held {
		return
	}
	p.k[s][s] += g
	p.k[s][c] -= g
	p.k[c][s] -= g
	p.k[s][3] -= g * volt
}

// pass goes to the next row: K and F become (1 + K·R)⁻¹ times what they were. No
// pivoting is needed, for 1 + K·R is like a positive definite matrix.
func (p *port) pass(row, column float64) {
	n := p.wires
	var a [3][3]float64
	for i := range n {
		for j := range n {
			r := row
			if j == n-1 {
				r = column
			}
			a[i][j] = p.k[i][j] * r
		}
		a[i][i]++
	}
	for i := range n {
		for j := range n {
			if j == i {
				continue
			}
			f := a[j][i] / a[i][i]
			for k := range a {
				a[j][k] -= f * a[i][k]
			}
			for k := range p.k[j] {
				p.k[j][k] -= f * p.k[i][k]
			}
		}
	}
	for i := range n {
		for k := range p.k[i] {
			p.k[i][k] /= a[i][i]
		}
	}
}

// ground is the current through a resistance at the column's end, with the ends of
// the supplies open.
func (p *port) ground(end float64) float64 {
	c := p.wires - 1
	for s := range c {
		for j := s + 1; j <= c; j++ {
			f := p.k[j][s] / p.k[s][s]
			for k := range p.k[j] {
				p.k[j][k] -= f * p.k[s][k]
			}
		}
	}
	return p.k[c][3] / (1 + end*p.k[c][c])
}
