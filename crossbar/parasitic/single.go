package parasitic

// single is [Wires.Gated] of one cell at a crossing. Of what drops, d of the supply and c
// of the column, a row with all before it takes
//
//	F − K·(d, c),   K = (a h; h e),   D = a·e − h²,   q = a + e − 2h
//
// A cell adds g to a, h and e, and g·q to D; wires to the next row leave K·(1 + R·K)⁻¹,
// whose a, h, e, D and q are sums of those before over one number, without a difference.
// Rows whose input is zero are passed at once.
func (w *Wires) single(u, conductances []float64) float64 {
	if w.Row == 0 {
		return w.held(u, conductances)
	}
	a, h, e, det, q := 1/w.Row, 0.0, 0.0, 0.0, 1/w.Row
	var supply, column, passed float64
	for i, volt := range u {
		if volt == 0 {
			passed++
			continue
		}
		if passed > 0 {
			r, c := passed*w.Row, passed*w.Column
			of := 1 / (1 + a*r + e*c + r*c*det)
			supply, column = ((1+e*c)*supply-h*c*column)*of, ((1+a*r)*column-h*r*supply)*of
			a, h, e, det, q = (a+c*det)*of, h*of, (e+r*det)*of, det*of, (q+(r+c)*det)*of
		}
		g := conductances[i]
		det += g * q
		a, h, e = a+g, h+g, e+g
		supply, column = supply+g*volt, column+g*volt
		passed = 1
	}
	end := w.Sense + passed*w.Column
	return (column - h/a*supply) / (1 + end*det/a)
}

// held is the same of supplies that drop nothing.
func (w *Wires) held(u, conductances []float64) float64 {
	var e, column, passed float64
	for i, volt := range u {
		if volt == 0 {
			passed++
			continue
		}
		of := 1 / (1 + passed*w.Column*e)
		e, column = e*of+conductances[i], column*of+conductances[i]*volt
		passed = 1
	}
	return column / (1 + (w.Sense+passed*w.Column)*e)
}
