package parasitic_test

import (
	"context"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"xbar/crossbar/parasitic"
)

// newton is the currents of an array by Kirchhoff's law at all of its nodes at once: a
// dense matrix of their conductances, and Newton's steps from no voltage anywhere. Of
// two kinds of cells, the second hangs on wires of its own, that are driven by −u.
func newton(t *rapid.T, w parasitic.Wires, u []float64, c *parasitic.Cells) []float64 {
	columns, rows := c.Conductances[0].Dims()
	per, kinds := rows*columns, len(c.Conductances)
	column := func(i, o int) int { return kinds*per + i*columns + o }
	fixed := newNodal((kinds+1)*per, 1)
	for s := range kinds {
		row := func(i, o int) int { return s*per + i*columns + o }
		for i := range rows {
			fixed.join(ground, row(i, 0), w.Row)
			fixed.push(ground, row(i, 0), 0, u[i]*float64(1-2*s), 1/w.Row)
			for o := 1; o < columns; o++ {
				fixed.join(row(i, o-1), row(i, o), w.Row)
			}
		}
	}
	for o := range columns {
		for i := 1; i < rows; i++ {
			fixed.join(column(i-1, o), column(i, o), w.Column)
		}
		fixed.join(column(rows-1, o), ground, w.Column+w.Sense)
	}
	v := mat.NewVecDense((kinds+1)*per, nil)
	for range 100 {
		now := &nodal{mat.DenseCopyOf(fixed.y), mat.DenseCopyOf(fixed.j)}
		for s := range kinds {
			for i := range rows {
				for o := range columns {
					a, b, g := s*per+i*columns+o, column(i, o), c.Conductances[s].At(o, i)
					volt := v.AtVec(a) - v.AtVec(b)
					slope := g * (1 - 3*c.Cubic*volt*volt)
					current := g * (volt - c.Cubic*volt*volt*volt)
					if c.Added != nil {
						current += c.Added[s].At(o, i)
					}
					now.conduct(a, b, slope)
					now.push(a, b, 0, 1, current-slope*volt) // what is not of the slope, from a to b
				}
			}
		}
		var next mat.VecDense
		if err := next.SolveVec(now.y, now.j.ColView(0)); err != nil {
			t.Fatal(err)
		}
		var moved mat.VecDense
		moved.SubVec(&next, v)
		v = &next
		if mat.Norm(&moved, math.Inf(1)) < 1e-14 {
			break
		}
	}
	out := make([]float64, columns)
	for o := range out {
		out[o] = v.AtVec(column(rows-1, o)) / (w.Column + w.Sense)
	}
	return out
}

func drawCells(t *rapid.T, columns, rows int) (*parasitic.Cells, []mat.Matrix) {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	noise := rapid.SampledFrom([]float64{0, 0.02}).Draw(t, "noise")
	c := &parasitic.Cells{Cubic: rapid.SampledFrom([]float64{0, 0.25, -0.3, 0.08}).Draw(t, "cubic")}
	added := rapid.Bool().Draw(t, "added")
	var base []mat.Matrix
	for range rapid.IntRange(1, 2).Draw(t, "kinds") {
		near, now, j := mat.NewDense(columns, rows, nil), mat.NewDense(columns, rows, nil), mat.NewDense(columns, rows, nil)
		near.Apply(func(int, int, float64) float64 { return random.Float64() * float64(random.IntN(4)) / 3 }, near)
		now.Apply(func(o, i int, _ float64) float64 { return max(near.At(o, i)+noise*random.NormFloat64(), 0) }, now)
		j.Apply(func(int, int, float64) float64 { return 0.01 * random.NormFloat64() }, j)
		base, c.Conductances = append(base, near), append(c.Conductances, now)
		if added {
			c.Added = append(c.Added, j)
		}
	}
	return c, base
}

func drawVolts(t *rapid.T, rows int) []float64 {
	u := make([]float64, rows)
	for i := range u {
		u[i] = rapid.SampledFrom([]float64{0, 1, -1, 0.5, rapid.Float64Range(-1, 1).Draw(t, "volt")}).Draw(t, "u")
	}
	return u
}

// cubicWires keeps resistances low where else cells would see voltages at which they
// carry less of more, and there were several answers.
func cubicWires(t *rapid.T, c *parasitic.Cells) parasitic.Wires {
	w := wires(t)
	if c.Cubic > 1.0/12 { // 1 − 3a·2² > 0
		w.Row, w.Column, w.Sense = min(w.Row, 0.03), min(w.Column, 0.03), min(w.Sense, 0.03)
	}
	return w
}

// What cells of a cubic law, of noise and of currents of their own carry through wires
// is what Newton's steps find on all nodes.
func TestSolverIsKirchhoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns, rows := rapid.IntRange(1, 7).Draw(t, "columns"), rapid.IntRange(1, 7).Draw(t, "rows")
		c, base := drawCells(t, columns, rows)
		w := cubicWires(t, c)
		u := drawVolts(t, rows)
		solver, err := w.Solver(context.Background(), base...)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]float64, columns)
		if err := solver.Solve(u, c, got); err != nil {
			t.Fatalf("%+v, a = %g: %v", w, c.Cubic, err)
		}
		want := newton(t, w, u, c)
		for o := range got {
			if math.Abs(got[o]-want[o]) > 1e-9 {
				t.Errorf("%+v, a = %g, %d×%d, output %d: %g, want %g", w, c.Cubic, columns, rows, o, got[o], want[o])
			}
		}
	})
}

// Without a cubic, noise and added currents it is the product with the effective matrix.
func TestSolverIsExactOfLinearCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := parasitic.Wires{}
		r := func(label string) float64 {
			return rapid.SampledFrom([]float64{0, 0, math.Pow(10, rapid.Float64Range(-9, 0).Draw(t, "log"))}).Draw(t, label)
		}
		w.Row, w.Column, w.Sense = r("row"), r("column"), r("sense")
		columns, rows := rapid.IntRange(1, 20).Draw(t, "columns"), rapid.IntRange(1, 20).Draw(t, "rows")
		u := drawVolts(t, rows)
		g, other := conductances(t, columns, rows, "g"), conductances(t, columns, rows, "other")
		check := func(effective *mat.Dense, cells ...*mat.Dense) {
			var of []mat.Matrix
			for _, c := range cells {
				of = append(of, c)
			}
			solver, err := w.Solver(context.Background(), of...)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]float64, columns)
			if err := solver.Solve(u, &parasitic.Cells{Conductances: cells}, got); err != nil {
				t.Fatal(err)
			}
			var want mat.VecDense
			want.MulVec(effective, mat.NewVecDense(rows, u))
			for o := range got {
				if math.Abs(got[o]-want.AtVec(o)) > 1e-10*float64(rows) {
					t.Errorf("%+v, output %d: %g, want %g", w, o, got[o], want.AtVec(o))
				}
			}
		}
		effective, err := w.Effective(context.Background(), g)
		if err != nil {
			t.Fatal(err)
		}
		check(effective, g)
		if effective, err = w.Interleaved(context.Background(), g, other); err != nil {
			t.Fatal(err)
		}
		check(effective, g, other)
	})
}

// However small wires are, what they drop is found to 1e-8 of it, and the answer without
// them is none: of linear cells beside the effective matrix, of others beside Newton's
// steps.
func TestDropIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, least := rapid.SampledFrom([]float64{0, 0.25, -0.3}).Draw(t, "cubic"), -7.0
		if a != 0 {
			least = -4 // and below, a dense matrix has not the digits
		}
		r := math.Pow(10, rapid.Float64Range(least, -2).Draw(t, "log"))
		w := parasitic.Wires{Row: r, Column: rapid.Float64Range(0.1, 1).Draw(t, "column") * r}
		columns, rows := rapid.IntRange(1, 6).Draw(t, "columns"), rapid.IntRange(1, 6).Draw(t, "rows")
		g := conductances(t, columns, rows, "g")
		u := make([]float64, rows)
		for i := range u {
			u[i] = rapid.Float64Range(0.3, 1).Draw(t, "u")
		}
		for o := range columns {
			g.Set(o, 0, 1)
		}
		solver, err := w.Solver(context.Background(), g)
		if err != nil {
			t.Fatal(err)
		}
		cells := &parasitic.Cells{Conductances: []*mat.Dense{g}, Cubic: a}
		got := make([]float64, columns)
		if err := solver.Solve(u, cells, got); err != nil {
			t.Fatal(err)
		}
		var want []float64
		if a == 0 {
			effective, err := w.Effective(context.Background(), g)
			if err != nil {
				t.Fatal(err)
			}
			var y mat.VecDense
			y.MulVec(effective, mat.NewVecDense(rows, u))
			want = y.RawVector().Data
		} else {
			want = newton(t, w, u, cells)
		}
		for o := range got {
			ideal := 0.0
			for i, v := range u {
				ideal += g.At(o, i) * (v - a*v*v*v)
			}
			if drop := ideal - want[o]; math.Abs(got[o]-want[o]) > 1e-8*math.Abs(drop) || drop == 0 {
				t.Errorf("%+v: output %d drops %g, want %g", w, o, ideal-got[o], drop)
			}
		}
	})
}

// Wires that drop more than cells of a cubic stand are no number, but an error.
func TestNoAnswerIsAnError(t *testing.T) {
	w := parasitic.Wires{Row: 1e-3, Column: 1e-3}
	g := mat.NewDense(4, 4, nil)
	g.Apply(func(int, int, float64) float64 { return 1 }, g)
	solver, err := w.Solver(context.Background(), g)
	if err != nil {
		t.Fatal(err)
	}
	cells := &parasitic.Cells{Conductances: []*mat.Dense{g}, Cubic: -1e6}
	u := []float64{1, 1, 1, 1}
	if err := solver.Solve(u, cells, make([]float64, 4)); err == nil || !strings.Contains(err.Error(), "do not converge") {
		t.Errorf("%v", err)
	}
	if _, err := w.GatedSolver(4, 1).Solve(u, &parasitic.Gates{Conductances: [][]float64{{1, 1, 1, 1}}, Cubic: 1e6}); err == nil {
		t.Error("gated cells converge")
	}
}

// Gated cells: the same, beside Newton's steps on all nodes, and [parasitic.Wires.Gated]
// of linear ones.
func TestGatedSolverIsKirchhoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(1, 12).Draw(t, "rows")
		u := drawVolts(t, rows)
		c, _ := drawCells(t, 1, rows)
		w := cubicWires(t, c)
		g := &parasitic.Gates{Cubic: c.Cubic}
		for s, of := range c.Conductances {
			of.Apply(func(_, _ int, v float64) float64 { return math.Abs(v) }, of)
			g.Conductances = append(g.Conductances, of.RawRowView(0))
			if c.Added != nil {
				g.Added = append(g.Added, c.Added[s].RawRowView(0))
			}
		}
		got, err := w.GatedSolver(rows, len(g.Conductances)).Solve(u, g)
		if err != nil {
			t.Fatalf("%+v, a = %g: %v", w, c.Cubic, err)
		}
		if want := newtonGated(t, w, u, g); math.Abs(got-want) > 1e-9 {
			t.Errorf("%+v, a = %g: %g, want %g", w, g.Cubic, got, want)
		}
		if rapid.Bool().Draw(t, "held") {
			w.Row = 0
		}
		g.Cubic, g.Added = 0, nil
		if got, err = w.GatedSolver(rows, len(g.Conductances)).Solve(u, g); err != nil {
			t.Fatal(err)
		}
		if want := w.Gated(u, g.Conductances...); math.Abs(got-want) > 1e-10 {
			t.Errorf("%+v, linear: %g, want %g", w, got, want)
		}
	})
}

func newtonGated(t *rapid.T, w parasitic.Wires, u []float64, g *parasitic.Gates) float64 {
	rows, kinds := len(u), len(g.Conductances)
	column := func(i int) int { return kinds*rows + i }
	fixed := newNodal((kinds+1)*rows, 1)
	for s := range kinds {
		for i := range rows {
			before := ground
			if i > 0 {
				before = s*rows + i - 1
			}
			fixed.join(before, s*rows+i, w.Row)
		}
	}
	for i := 1; i < rows; i++ {
		fixed.join(column(i-1), column(i), w.Column)
	}
	fixed.join(column(rows-1), ground, w.Column+w.Sense)
	v := mat.NewVecDense((kinds+1)*rows, nil)
	for range 100 {
		now := &nodal{mat.DenseCopyOf(fixed.y), mat.DenseCopyOf(fixed.j)}
		for s, conductances := range g.Conductances {
			for i, volt := range u {
				if volt == 0 {
					continue
				}
				a, b := s*rows+i, column(i)
				across := volt*float64(1-2*s) + v.AtVec(a) - v.AtVec(b)
				slope := conductances[i] * (1 - 3*g.Cubic*across*across)
				current := conductances[i] * (across - g.Cubic*across*across*across)
				if g.Added != nil {
					current += g.Added[s][i]
				}
				now.conduct(a, b, slope)
				now.push(a, b, 0, 1, current-slope*(v.AtVec(a)-v.AtVec(b)))
			}
		}
		var next, moved mat.VecDense
		if err := next.SolveVec(now.y, now.j.ColView(0)); err != nil {
			t.Fatal(err)
		}
		moved.SubVec(&next, v)
		v = &next
		if mat.Norm(&moved, math.Inf(1)) < 1e-14 {
			break
		}
	}
	return v.AtVec(column(rows-1)) / (w.Column + w.Sense)
}

// Solving takes nothing from the heap.
func TestSolvingAllocatesNothing(t *testing.T) {
	w := parasitic.Wires{Row: 1e-2, Column: 1e-2}
	g := mat.NewDense(8, 8, nil)
	g.Apply(func(o, i int, _ float64) float64 { return float64(o*i%5) / 4 }, g)
	solver, err := w.Solver(context.Background(), g)
	if err != nil {
		t.Fatal(err)
	}
	u, out := []float64{1, 0, 1, 1, 0.5, 0, 1, 1}, make([]float64, 8)
	cells, column := &parasitic.Cells{Conductances: []*mat.Dense{g}, Cubic: 0.25}, &parasitic.Gates{Conductances: [][]float64{g.RawRowView(3)}, Cubic: 0.25}
	gated := w.GatedSolver(8, 1)
	for what, solve := range map[string]func() error{
		"rows":    func() error { return solver.Solve(u, cells, out) },
		"columns": func() error { _, err := gated.Solve(u, column); return err },
	} {
		if n := testing.AllocsPerRun(10, func() {
			if err := solve(); err != nil {
				t.Fatal(err)
			}
		}); n > 0 {
			t.Errorf("%s: %g allocations", what, n)
		}
	}
}
