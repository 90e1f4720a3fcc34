package parasitic

import (
	"fmt"
	"math"
)

// Gates are the cells of an output that has supply wires, as [Wires.Gated] has them,
// where they carry what [Cells] do.
type Gates struct {
	Conductances [][]float64 // of each of the cells at a crossing, by row
	Cubic        float64
	Added        [][]float64 // nil: none
}

// GatedSolver is what [Solver] is, of outputs that have supply wires. After a first step
// of linear cells, each goes where cells would that were as steep as they are now. It may
// not be used by several goroutines at once.
type GatedSolver struct {
	*Wires
	rows, column   int
	held           bool        // supplies drop nothing
	x, in          [][]float64 // [wire][row], voltages and the currents that are left over; the column last
	steep, current [][]float64 // of cells, by kind
	given          []float64   // to each wire
	blocks         []block     // by row
}

// GatedSolver readies the solution for outputs of so many rows, of one or two cells at a
// crossing.
func (w *Wires) GatedSolver(rows, kinds int) *GatedSolver {
	g := &GatedSolver{Wires: w, rows: rows, column: kinds, held: w.Row == 0, given: make([]float64, kinds+1), blocks: make([]block, rows)}
	lines := func(n int) (all [][]float64) {
		for range n {
			all = append(all, make([]float64, rows))
		}
		return all
	}
	g.x, g.in, g.steep, g.current = lines(kinds+1), lines(kinds+1), lines(kinds), lines(kinds)
	return g
}

// Solve is the current of an output. It errs where it does not converge.
func (g *GatedSolver) Solve(u []float64, cells *Gates) (current float64, err error) {
	for _, x := range g.x {
		clear(x)
	}
	g.carry(u, cells, true)
	g.balance()
	g.correct()
	worst := math.Inf(1)
	for range mostSteps {
		current = g.carry(u, cells, false)
		if worst = g.balance(); worst <= tolerance {
			return current, nil
		}
		if math.IsNaN(worst) || math.IsInf(worst, 0) {
			break
		}
		g.correct()
	}
	return 0, fmt.Errorf("parasitic: voltages on the wires of a column do not converge: Kirchhoff's current law is off by %.2g of a wire's currents after %d steps", worst, mostSteps)
}

// block is a row as seen from the next one.
type block struct {
	w [3][3]float64 // (1 + R·K)⁻¹
	f [3]float64
}

// carry has the cells that are not open carry what they do, or linear ones would, and
// gives their sum.
func (g *GatedSolver) carry(u []float64, cells *Gates, linear bool) (total float64) {
	cubic := cells.Cubic
	if linear {
		cubic = 0
	}
	for kind, conductances := range cells.Conductances {
		clear(g.current[kind])
		clear(g.steep[kind])
		for i, volt := range u {
			if volt == 0 {
				continue
			}
			v := volt*float64(1-2*kind) - g.x[kind][i] - g.x[g.column][i]
			current := conductances[i] * (v - cubic*v*v*v)
			if cells.Added != nil && !linear {
				current += cells.Added[kind][i]
			}
			const least = 0.1 // so that it stays an ascent
			g.steep[kind][i] = max(conductances[i], 0) * max(1-3*cubic*v*v, least)
			g.current[kind][i] = current
			total += current
		}
	}
	return total
}

// balance is that of [Solver].
func (g *GatedSolver) balance() (worst float64) {
	clear(g.in[g.column])
	clear(g.given)
	given := g.given
	for kind, currents := range g.current {
		copy(g.in[kind], currents)
		for i, current := range currents {
			g.in[g.column][i] += current
			given[kind] += math.Abs(current)
		}
		given[g.column] += given[kind]
	}
	most := given[g.column]
	for kind := range g.current {
		worst = max(worst, over(path{g.Row, g.Row}.unbalance(g.x[kind], g.in[kind], 0, 1, g.rows), given[kind], most))
	}
	off := path{g.Column + g.Sense, g.Column}.unbalance(g.x[g.column], g.in[g.column], g.rows-1, -1, g.rows)
	return max(worst, over(off, given[g.column], most))
}

// correct eliminates row after row, and goes back.
func (g *GatedSolver) correct() {
	first, n := 0, g.column+1
	if g.held {
		first = g.column
	}
	var k [3][3]float64
	var f, r [3]float64
	for s := first; s < g.column; s++ {
		k[s][s], r[s] = 1/g.Row, g.Row
	}
	r[g.column] = g.Column
	for i := range g.rows {
		for s, steep := range g.steep {
			for _, at := range [][2]int{{s, s}, {s, g.column}, {g.column, s}, {g.column, g.column}} {
				if min(at[0], at[1]) >= first {
					k[at[0]][at[1]] += steep[i]
				}
			}
		}
		for s := first; s < n; s++ {
			f[s] += g.in[s][i]
		}
		b := &g.blocks[i]
		if i == g.rows-1 {
			b.w, b.f = g.ends(k, f, first), f
			break
		}
		b.w, b.f = inverse(k, r, first, n), f
		k, f = b.onward(k, r, first, n)
	}
	x := g.blocks[g.rows-1].f
	for i := g.rows - 1; i >= 0; i-- {
		b := &g.blocks[i]
		if i < g.rows-1 {
			for s := first; s < n; s++ {
				x[s] += r[s] * b.f[s]
			}
		}
		x = times(b.w, x, first, n)
		for s := first; s < n; s++ {
			g.x[s][i] += x[s]
		}
	}
}

// ends is what makes voltages of the currents at the last row, where the supplies are
// open and the column is grounded.
func (g *GatedSolver) ends(k [3][3]float64, f [3]float64, first int) [3][3]float64 {
	end := g.Column + g.Sense
	n := g.column + 1
	for s := first; s < g.column; s++ {
		k[s][s]-- // of 1 + R·K, which inverse makes of it
	}
	var r [3]float64
	for s := first; s < g.column; s++ {
		r[s] = 1
	}
	r[g.column] = end
	w := inverse(k, r, first, n)
	for i := first; i < n; i++ {
		w[i][g.column] *= end
	}
	return w
}

// inverse is (1 + R·K)⁻¹ of the wires from first on. No pivoting is needed, for it is
// like a positive definite matrix.
func inverse(k [3][3]float64, r [3]float64, first, n int) (w [3][3]float64) {
	var a [3][3]float64
	for i := first; i < n; i++ {
		for j := first; j < n; j++ {
			a[i][j] = r[i] * k[i][j]
		}
		a[i][i]++
		w[i][i] = 1
	}
	for i := first; i < n; i++ {
		pivot := a[i][i]
		for j := first; j < n; j++ {
			a[i][j] /= pivot
			w[i][j] /= pivot
		}
		for o := first; o < n; o++ {
			if f := a[o][i]; o != i {
				for j := first; j < n; j++ {
					a[o][j] -= f * a[i][j]
					w[o][j] -= f * w[i][j]
				}
			}
		}
	}
	return w
}

// onward is K and F as the next row sees them: K·W, and F − K·W·R·F.
func (b *block) onward(k [3][3]float64, r [3]float64, first, n int) (next [3][3]float64, f [3]float64) {
	for i := first; i < n; i++ {
		f[i] = b.f[i]
		for j := first; j < n; j++ {
			for o := first; o < n; o++ {
				next[i][j] += k[i][o] * b.w[o][j]
			}
			f[i] -= next[i][j] * r[j] * b.f[j]
		}
	}
	return next, f
}

func times(a [3][3]float64, x [3]float64, first, n int) (y [3]float64) {
	for i := first; i < n; i++ {
		for j := first; j < n; j++ {
			y[i] += a[i][j] * x[j]
		}
	}
	return y
}
