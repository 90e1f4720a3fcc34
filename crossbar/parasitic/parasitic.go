package parasitic

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Wires are the resistances of an array's wires, in units of one over that of the
// conductances.
type Wires struct {
	Row    float64 // of a segment of a row wire, the one from the source to the first cell among them
	Column float64 // of a segment of a column wire, the one behind the last cell among them
	Sense  float64 // of a column's end, beside the last segment
}

// Check errs where a resistance is no resistance.
func (w *Wires) Check() error {
	for _, r := range []float64{w.Row, w.Column, w.Sense} {
		if !(r >= 0) || math.IsInf(r, 1) {
			return fmt.Errorf("%g is no resistance of a wire", r)
		}
	}
	return nil
}

// Ideal reports whether no wire drops a voltage.
func (w *Wires) Ideal() bool { return w.Row == 0 && w.Column == 0 && w.Sense == 0 }

// Effective is the current into the ground of each column for a volt on each row:
// columns × rows, as is g, the conductances of the cells. It errs when ctx is done.
func (w *Wires) Effective(ctx context.Context, g mat.Matrix) (*mat.Dense, error) {
	return w.solve(ctx, g)
}

// Interleaved is the same for a pair of cells at each crossing whose column wire is
// one: the positive ones hang on a row wire driven by u_i, the negative ones on
// another driven by −u_i.
func (w *Wires) Interleaved(ctx context.Context, positive, negative mat.Matrix) (*mat.Dense, error) {
	return w.solve(ctx, positive, negative)
}

// solve eliminates from the side that leaves the smaller blocks.
func (w *Wires) solve(ctx context.Context, cells ...mat.Matrix) (*mat.Dense, error) {
	columns, rows := cells[0].Dims()
	n := network{
		cells: cells, rows: rows, columns: columns,
		source: w.Row, row: w.Row, column: w.Column, end: w.Column + w.Sense,
	}
	if len(cells) == 1 && rows < columns {
		r := n.reversed()
		transfer, err := r.transfer(ctx)
		if err != nil {
			return nil, err
		}
		return mat.DenseCopyOf(flip{transfer}), nil
	}
	return n.transfer(ctx)
}

// network is an array whose wires may have other resistances at their ends. Of two
// matrices of cells the second is driven by the negative sources.
type network struct {
	cells         []mat.Matrix
	rows, columns int
	source, row   float64 // to the first cell, and between two
	column, end   float64 // between two cells, and from the last to the ground
}

// reversed is the network with the grounds for sources and the sources for grounds:
// by reciprocity, its currents are the same.
func (n *network) reversed() network {
	return network{
		cells: []mat.Matrix{flip{n.cells[0]}}, rows: n.columns, columns: n.rows,
		source: n.end, row: n.column, column: n.row, end: n.source,
	}
}

// flip is a matrix mirrored at its other diagonal: that of an array seen from the
// far corner.
type flip struct{ of mat.Matrix }

func (f flip) Dims() (r, c int) {
	r, c = f.of.Dims()
	return c, r
}

func (f flip) At(i, j int) float64 {
	r, c := f.of.Dims()
	return f.of.At(r-1-j, c-1-i)
}

func (f flip) T() mat.Matrix { return mat.Transpose{Matrix: f} }

// transfer is the matrix of currents by sources. The unknowns stand side by side: K
// in the first columns, F in those behind.
func (n *network) transfer(ctx context.Context) (*mat.Dense, error) {
	m := n.columns
	all := mat.NewDense(m, m+n.rows, nil)
	for i := range n.rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if i > 0 {
			pass(all, m+i, n.column)
		}
		for s, cells := range n.cells {
			n.addRow(all, cells, i, 1-2*float64(s))
		}
	}
	pass(all, m+n.rows, n.end)
	return mat.DenseCopyOf(all.Slice(0, m, m, m+n.rows)), nil
}

// pass goes through a resistance on each of the wires: (1 + r·K)⁻¹ on the used
// columns.
func pass(all *mat.Dense, used int, r float64) {
	if r == 0 {
		return
	}
	m, _ := all.Dims()
	one := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			one.SetSym(i, j, r*(all.At(i, j)+all.At(j, i))/2)
		}
		one.SetSym(i, i, 1+one.At(i, i))
	}
	var c mat.Cholesky
	if !c.Factorize(one) {
		panic("parasitic: cells of a conductance below zero")
	}
	of := all.Slice(0, m, 0, used).(*mat.Dense)
	if err := c.SolveTo(of, of); err != nil {
		panic("parasitic: " + err.Error()) // 1 + r·K is far from singular
	}
}

// addRow joins the cells of row i and its wire, driven by sign times its source.
func (n *network) addRow(all *mat.Dense, cells mat.Matrix, i int, sign float64) {
	m := n.columns
	d := make([]float64, m)
	for o := range d {
		d[o] = cells.At(o, i)
	}
	l := newLadder(d, n.source, n.row)
	x := make([]float64, m)
	for o := range d {
		l.current(o, x)
		for p, current := range x {
			all.Set(p, o, all.At(p, o)+current)
		}
	}
	l.driven(x)
	for o, volt := range x {
		all.Set(o, m+i, sign*d[o]*volt+all.At(o, m+i))
	}
}

// ladder is a row wire with its cells, whose other ends are held.
type ladder struct {
	cells         []float64
	source, row   float64
	back, forward []float64 // admittance of all that lies before a node, and behind it
	from, to      []float64 // of the voltage of a node: what is left at the one before, and at the one behind
}

func newLadder(cells []float64, source, row float64) *ladder {
	m := len(cells)
	l := &ladder{cells: cells, source: source, row: row}
	l.back, l.forward = make([]float64, m), make([]float64, m)
	l.from, l.to = make([]float64, m), make([]float64, m)
	l.back[0] = 1 / source // of an ideal wire, infinite
	for k := 1; k < m; k++ {
		y := l.back[k-1] + cells[k-1]
		l.from[k] = 1 / (1 + row*y)
		l.back[k] = y * l.from[k]
	}
	for k := m - 2; k >= 0; k-- {
		y := l.forward[k+1] + cells[k+1]
		l.to[k] = 1 / (1 + row*y)
		l.forward[k] = y * l.to[k]
	}
	return l
}

// current is what flows out of each column into the row wire for a volt on column o.
func (l *ladder) current(o int, out []float64) {
	d := l.cells[o]
	if l.source == 0 {
		clear(out)
		out[o] = d
		return
	}
	others := l.back[o] + l.forward[o]
	volt := d / (d + others) // of the row's node
	out[o] = others * volt
	v := volt
	for k := o; k > 0; k-- {
		v *= l.from[k]
		out[k-1] = -l.cells[k-1] * v
	}
	v = volt
	for k := o + 1; k < len(out); k++ {
		v *= l.to[k-1]
		out[k] = -l.cells[k] * v
	}
}

// driven is the voltages of the row's nodes for a volt at the source.
func (l *ladder) driven(out []float64) {
	v := 1 / (1 + l.source*(l.cells[0]+l.forward[0]))
	for k := range out {
		if k > 0 {
			v *= l.to[k-1]
		}
		out[k] = v
	}
}
