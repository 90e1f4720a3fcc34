package parasitic

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"
)

// Cells are what joins the wires of an array: cells that carry
//
//	I = g·(V − a·V³) + j
//
// of a voltage V across them.
type Cells struct {
	Conductances []*mat.Dense // g, columns × rows, as [Wires.Effective] and [Wires.Interleaved] have them
	Cubic        float64      // a
	Added        []*mat.Dense // j, the same; nil: none
}

func (c *Cells) carry(s, o, i int, volt float64) float64 {
	current := c.Conductances[s].At(o, i) * (volt - c.Cubic*volt*volt*volt)
	if c.Added != nil {
		current += c.Added[s].At(o, i)
	}
	return current
}

// Solver finds the currents of cells that are not linear, or not the same from one read
// to the next, on an array's wires. It may not be used by several goroutines at once.
//
// Its unknowns are what wires drop: d of a row's wire from its source to a node, c of a
// column's from a node to its ground. The voltage across a cell is u − d − c, and what
// is small is not the difference of what is large. From all of them zero it goes
//
//	x ← x + ω·J⁻¹·r,  r = cells' currents − wires' currents,  J that of linear cells
//
// first of linear cells, ω = 1 as long as that makes r half of what it was, and else the
// one that is best for the slopes that cells have; until Kirchhoff's current law holds at every node to 1e-10 of the
// currents that cells give to its wire, or as well as the last digit of its voltage
// allows. At the drop-free answer the law is off by all of them.
type Solver struct {
	network
	flipped  bool // lines are columns, from the far corner
	ladders  [][]*ladder
	through  []*blas64.General // (1 + r·K)⁻¹ behind each line; nil: r = 0
	drops    [][]float64       // d, by kind, line after line
	cross    []float64         // c
	currents [][]float64       // of cells
	off      [][]float64       // r at d's nodes, and last at c's
	sums     [][]float64       // F, of a line
	line     []float64         // voltages
	hop      []float64         // by which a line's columns move
	given    []float64         // to columns, by cells
}

// Solver readies the solution for arrays whose cells are near the linear ones that are
// given: of the matrices that [Wires.Effective], or of the two that [Wires.Interleaved]
// takes. It errs when ctx is done.
func (w *Wires) Solver(ctx context.Context, cells ...mat.Matrix) (*Solver, error) {
	columns, rows := cells[0].Dims()
	s := &Solver{network: network{
		cells: cells, rows: rows, columns: columns,
		source: w.Row, row: w.Row, column: w.Column, end: w.Column + w.Sense,
	}}
	if len(cells) == 1 && rows < columns {
		s.network, s.flipped = s.reversed(), true
	}
	n := s.rows * s.columns
	for range s.cells {
		s.drops = append(s.drops, make([]float64, n))
		s.currents, s.off = append(s.currents, make([]float64, n)), append(s.off, make([]float64, n))
	}
	s.cross, s.off = make([]float64, n), append(s.off, make([]float64, n))
	s.sums = make([][]float64, s.rows)
	for l := range s.sums {
		s.sums[l] = make([]float64, s.columns)
	}
	s.line, s.hop, s.given = make([]float64, s.columns), make([]float64, s.columns), make([]float64, s.columns)
	return s, s.factorise(ctx)
}

// factorise eliminates line after line, as [network.transfer] does, and keeps what it
// takes to go back.
func (s *Solver) factorise(ctx context.Context) error {
	m := s.columns
	k, x := mat.NewDense(m, m, nil), make([]float64, m)
	for l := range s.rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		if l > 0 && s.through[l-1] != nil {
			var next mat.Dense
			next.Mul(k, dense(s.through[l-1]))
			k.Copy(&next)
		}
		s.ladders = append(s.ladders, nil)
		for _, cells := range s.cells {
			of := make([]float64, m)
			for o := range of {
				of[o] = cells.At(o, l)
			}
			ladder := newLadder(of, s.source, s.row)
			s.ladders[l] = append(s.ladders[l], ladder)
			for o := range of {
				ladder.current(o, x)
				for p, current := range x {
					k.Set(p, o, k.At(p, o)+current)
				}
			}
		}
		r := s.column
		if l == s.rows-1 {
			r = s.end
		}
		s.through = append(s.through, behind(k, r))
	}
	return nil
}

func dense(g *blas64.General) *mat.Dense { return mat.NewDense(g.Rows, g.Cols, g.Data) }

// behind is (1 + r·K)⁻¹; nil where r is zero.
func behind(k *mat.Dense, r float64) *blas64.General {
	if r == 0 {
		return nil
	}
	var c mat.Cholesky
	m, _ := k.Dims()
	one := mat.NewSymDense(m, nil)
	for i := range m {
		for j := i; j < m; j++ {
			one.SetSym(i, j, r*(k.At(i, j)+k.At(j, i))/2)
		}
		one.SetSym(i, i, 1+one.At(i, i))
	}
	if !c.Factorize(one) {
		panic("parasitic: cells of a conductance below zero")
	}
	if err := c.InverseTo(one); err != nil {
		panic("parasitic: " + err.Error()) // 1 + r·K is far from singular
	}
	g := mat.DenseCopyOf(one).RawMatrix()
	return &g
}

// mostSteps is where a solution is taken not to converge.
const mostSteps = 500

// tolerance is how far Kirchhoff's law may be off at a node, over the currents that cells
// give to its wire.
const tolerance = 1e-10

// Solve gives the current into the ground of each column, for so many volts on each row.
// It errs where it does not converge.
func (s *Solver) Solve(u []float64, cells *Cells, out []float64) error {
	for kind := range s.drops {
		clear(s.drops[kind])
	}
	clear(s.cross)
	linear := *cells
	linear.Cubic, linear.Added = 0, nil
	s.carry(u, &linear)
	s.balance()
	s.correct(1)
	worst, whole := math.Inf(1), true
	for range mostSteps {
		before, ω := worst, s.carry(u, cells)
		if worst = s.balance(); worst <= tolerance {
			s.collect(out)
			return nil
		}
		if math.IsNaN(worst) || math.IsInf(worst, 0) {
			break
		}
		if whole = whole && worst < before/2; whole {
			ω = 1 // wires have more to say than slopes
		}
		s.correct(ω)
	}
	return fmt.Errorf("parasitic: voltages on the wires do not converge: Kirchhoff's current law is off by %.2g of a wire's currents after %d steps", worst, mostSteps)
}

// carry has the cells carry what they do of the voltages at hand, and gives the step that
// makes the least of what the steepest and the flattest of them are beside linear ones.
func (s *Solver) carry(u []float64, cells *Cells) (step float64) {
	at, most := 0, 0.0
	for l := range s.rows {
		for k := range s.columns {
			o, i := k, l
			if s.flipped {
				o, i = s.rows-1-l, s.columns-1-k
			}
			for kind := range s.currents {
				volt := float64(1-2*kind)*u[i] - s.drops[kind][at] - s.cross[at]
				s.currents[kind][at] = cells.carry(kind, o, i, volt)
				most = max(most, volt*volt)
			}
			at++
		}
	}
	slope := 1 - 3*cells.Cubic*most // and 1 where there is no voltage
	return 2 / (1 + max(slope, 0))
}

// balance finds what Kirchhoff's law is off by at every node, and gives the worst of it
// over what cells give to its wire.
func (s *Solver) balance() (worst float64) {
	m, n := s.columns, s.rows
	across := s.off[len(s.off)-1]
	clear(across)
	clear(s.given)
	most := 0.0
	for kind, currents := range s.currents {
		for at, current := range currents {
			across[at] += current
			s.given[at%m] += math.Abs(current)
		}
		for l := range n {
			most = max(most, blas64.Asum(vector(currents[l*m:][:m])))
		}
		copy(s.off[kind], currents)
	}
	for _, given := range s.given {
		most = max(most, given)
	}
	for kind, drops := range s.drops {
		for l := range n {
			given := blas64.Asum(vector(s.currents[kind][l*m:][:m]))
			off := path{s.source, s.row}.unbalance(drops, s.off[kind], l*m, 1, m)
			worst = max(worst, over(off, given, most))
		}
	}
	for k := range m { // grounded behind the last line
		off := path{s.end, s.column}.unbalance(s.cross, across, (n-1)*m+k, -m, n)
		worst = max(worst, over(off, s.given[k], most))
	}
	return worst
}

// over is how far a wire is off, over what is given to it; to next to nothing, over next
// to nothing of what others get.
func over(off, given, most float64) float64 {
	const nothing, least = 1e-4, 1e-250 // below, numbers lose their digits
	return off / max(given, nothing*most, least)
}

func vector(x []float64) blas64.Vector { return blas64.Vector{N: len(x), Inc: 1, Data: x} }

// path is a wire: the resistance from its ground to the first node, and between two.
type path struct{ first, between float64 }

// digit is the last one of a number of size 1, on either side of a difference.
const digit = 4.0 / (1 << 52)

// unbalance takes from the currents into n nodes what the wire takes away at the voltages
// x, and gives the most that is left over, beyond what the voltages' last digit makes. Of
// a wire that is one node, the first has all.
func (p path) unbalance(x, in []float64, at, step, n int) (most float64) {
	if p.between == 0 {
		total := 0.0
		for j := range n {
			total += in[at+j*step]
			in[at+j*step] = 0
		}
		if p.first > 0 {
			in[at] = total - x[at]/p.first
		}
		return math.Abs(in[at])
	}
	before := x[at] / p.first
	for j := range n {
		behind := 0.0
		if j < n-1 {
			behind = (x[at+step] - x[at]) / p.between
		}
		in[at] += behind - before
		most = max(most, math.Abs(in[at])-digit*math.Abs(x[at])/p.between)
		before = behind
		at += step
	}
	return most
}

// correct adds to the voltages so much of what linear cells would make of the currents
// that are left over.
func (s *Solver) correct(step float64) {
	m, n := s.columns, s.rows
	across := s.off[len(s.off)-1]
	for l := range n { // F ← F·(1 + r·K)⁻¹ + what the line adds
		f := s.sums[l]
		copy(f, across[l*m:][:m])
		for kind, ladder := range s.ladders[l] {
			ladder.solve(s.off[kind][l*m:][:m], s.line)
			for k, volt := range s.line {
				f[k] -= ladder.cells[k] * volt
			}
		}
		if l > 0 {
			s.pass(l-1, s.sums[l-1], 1, f)
		}
	}
	clear(s.hop)                  // of the ground
	for l := n - 1; l >= 0; l-- { // c ← (1 + r·K)⁻¹·(c + r·F)
		r := s.column
		if l == n-1 {
			r = s.end
		}
		blas64.Axpy(r, vector(s.sums[l]), vector(s.hop))
		copy(s.sums[l], s.hop)
		if s.through[l] != nil {
			clear(s.hop)
			s.pass(l, s.sums[l], 1, s.hop)
		}
		s.back(l, step)
	}
}

// pass adds what becomes of x behind a line.
func (s *Solver) pass(l int, x []float64, times float64, to []float64) {
	if s.through[l] == nil {
		blas64.Axpy(times, vector(x), vector(to))
		return
	}
	blas64.Gemv(blas.NoTrans, times, *s.through[l], vector(x), 1, vector(to))
}

// back moves the nodes of a line, whose columns move by what hop has.
func (s *Solver) back(l int, step float64) {
	m := s.columns
	for kind, ladder := range s.ladders[l] {
		left := s.off[kind][l*m:][:m]
		for k, volt := range s.hop {
			left[k] -= ladder.cells[k] * volt
		}
		ladder.solve(left, s.line)
		blas64.Axpy(step, vector(s.line), vector(s.drops[kind][l*m:][:m]))
	}
	blas64.Axpy(step, vector(s.hop), vector(s.cross[l*m:][:m]))
}

// solve is the voltages of a line's nodes for currents into them, its columns and its
// source held.
func (l *ladder) solve(in, out []float64) {
	last := len(in) - 1
	if l.source == 0 {
		clear(out)
		return
	}
	out[last] = 0
	for k := last - 1; k >= 0; k-- { // what those behind a node would send it at no voltage
		out[k] = (out[k+1] + in[k+1]) * l.to[k]
	}
	v := l.source * (out[0] + in[0]) / (1 + l.source*(l.cells[0]+l.forward[0]))
	for k := range out {
		sent := out[k]
		out[k] = v
		v = l.to[k]*v + l.row*sent
	}
}

// collect adds up the currents of each column.
func (s *Solver) collect(out []float64) {
	clear(out)
	at := 0
	for l := range s.rows {
		for k := range s.columns {
			o := k
			if s.flipped {
				o = s.rows - 1 - l
			}
			for _, currents := range s.currents {
				out[o] += currents[at]
			}
			at++
		}
	}
}
