package parasitic_test

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"xbar/crossbar/parasitic"
)

// nodal is the network as Kirchhoff has it: a conductance between any two nodes, and
// a current into each.
type nodal struct {
	y *mat.Dense
	j *mat.Dense
}

func newNodal(nodes, drives int) *nodal {
	return &nodal{mat.NewDense(nodes, nodes, nil), mat.NewDense(nodes, drives, nil)}
}

const ground = -1

// join puts r between two nodes; of a resistance of zero there is none in these tests.
func (n *nodal) join(a, b int, r float64) { n.conduct(a, b, 1/r) }

func (n *nodal) conduct(a, b int, g float64) {
	for _, p := range [][2]int{{a, b}, {b, a}} {
		if p[0] == ground {
			continue
		}
		n.y.Set(p[0], p[0], n.y.At(p[0], p[0])+g)
		if p[1] != ground {
			n.y.Set(p[0], p[1], n.y.At(p[0], p[1])-g)
		}
	}
}

// push is a source of so many volts for drive k in series with g, from a to b.
func (n *nodal) push(a, b, k int, volt, g float64) {
	if a != ground {
		n.j.Set(a, k, n.j.At(a, k)-volt*g)
	}
	if b != ground {
		n.j.Set(b, k, n.j.At(b, k)+volt*g)
	}
}

func (n *nodal) solve(t *rapid.T) *mat.Dense {
	var v mat.Dense
	if err := v.Solve(n.y, n.j); err != nil {
		t.Fatal(err)
	}
	return &v
}

// brute is the transfer matrix by Kirchhoff, of one array or of a pair that share
// their column wires.
func brute(t *rapid.T, w parasitic.Wires, cells ...*mat.Dense) *mat.Dense {
	columns, rows := cells[0].Dims()
	per := rows * columns
	n := newNodal((len(cells)+1)*per, rows)
	column := func(i, o int) int { return len(cells)*per + i*columns + o }
	for s, g := range cells {
		row := func(i, o int) int { return s*per + i*columns + o }
		for i := range rows {
			n.join(ground, row(i, 0), w.Row)
			n.push(ground, row(i, 0), i, 1-2*float64(s), 1/w.Row)
			for o := range columns {
				if o > 0 {
					n.join(row(i, o-1), row(i, o), w.Row)
				}
				n.conduct(row(i, o), column(i, o), g.At(o, i))
			}
		}
	}
	for o := range columns {
		for i := 1; i < rows; i++ {
			n.join(column(i-1, o), column(i, o), w.Column)
		}
		n.join(column(rows-1, o), ground, w.Column+w.Sense)
	}
	v := n.solve(t)
	out := mat.NewDense(columns, rows, nil)
	for o := range columns {
		for i := range rows {
			out.Set(o, i, v.At(column(rows-1, o), i)/(w.Column+w.Sense))
		}
	}
	return out
}

// bruteGated is the currents of one output with supply wires, by Kirchhoff.
func bruteGated(t *rapid.T, w parasitic.Wires, u []float64, cells ...[]float64) float64 {
	rows := len(u)
	n := newNodal((len(cells)+1)*rows, 1)
	column := func(i int) int { return len(cells)*rows + i }
	for s, g := range cells {
		for i := range rows {
			before := ground
			if i > 0 {
				before = s*rows + i - 1
			}
			n.join(before, s*rows+i, w.Row)
			if u[i] != 0 {
				n.conduct(s*rows+i, column(i), g[i])
				n.push(s*rows+i, column(i), 0, u[i]*(1-2*float64(s)), g[i])
			}
		}
	}
	for i := 1; i < rows; i++ {
		n.join(column(i-1), column(i), w.Column)
	}
	n.join(column(rows-1), ground, w.Column+w.Sense)
	return n.solve(t).At(column(rows-1), 0) / (w.Column + w.Sense)
}

func conductances(t *rapid.T, columns, rows int, label string) *mat.Dense {
	g := mat.NewDense(columns, rows, nil)
	for o := range columns {
		for i := range rows {
			g.Set(o, i, rapid.Float64Range(0, 1).Draw(t, label))
		}
	}
	return g
}

func wires(t *rapid.T) parasitic.Wires {
	r := func(label string) float64 { return math.Pow(10, rapid.Float64Range(-5, 0.5).Draw(t, label)) }
	w := parasitic.Wires{Row: r("log row"), Column: r("log column")}
	if rapid.Bool().Draw(t, "sense") {
		w.Sense = r("log sense")
	}
	return w
}

// off is how far two matrices are apart at most, in parts of what is large.
func off(a, b *mat.Dense, large float64) float64 {
	var d mat.Dense
	d.Sub(a, b)
	return max(mat.Max(&d), -mat.Min(&d)) / large
}

func TestEffectiveIsKirchhoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := wires(t)
		columns, rows := rapid.IntRange(1, 9).Draw(t, "columns"), rapid.IntRange(1, 9).Draw(t, "rows")
		g := conductances(t, columns, rows, "g")
		g.Set(0, 0, 1) // not all of them zero
		want := brute(t, w, g)
		large := mat.Max(want)
		got, err := w.Effective(context.Background(), g)
		if err != nil {
			t.Fatal(err)
		}
		if d := off(got, want, large); d > 1e-9 {
			t.Errorf("%+v, %d×%d: %g off", w, columns, rows, d)
		}
		other := conductances(t, columns, rows, "other")
		if got, err = w.Interleaved(context.Background(), g, other); err != nil {
			t.Fatal(err)
		}
		if d := off(got, brute(t, w, g, other), large); d > 1e-9 {
			t.Errorf("%+v, %d×%d interleaved: %g off", w, columns, rows, d)
		}
	})
}

func TestGatedIsKirchhoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := wires(t)
		rows := rapid.IntRange(1, 12).Draw(t, "rows")
		u := make([]float64, rows)
		for i := range u {
			u[i] = float64(rapid.IntRange(-1, 1).Draw(t, "u"))
		}
		g, other := conductances(t, 1, rows, "g").RawRowView(0), conductances(t, 1, rows, "other").RawRowView(0)
		near := func(got, want float64) bool { return math.Abs(got-want) <= 1e-9*(1+math.Abs(want)) }
		if got, want := w.Gated(u, g), bruteGated(t, w, u, g); !near(got, want) {
			t.Errorf("%+v: %g, want %g", w, got, want)
		}
		if got, want := w.Gated(u, g, other), bruteGated(t, w, u, g, other); !near(got, want) {
			t.Errorf("%+v interleaved: %g, want %g", w, got, want)
		}
	})
}
