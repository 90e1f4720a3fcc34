package nonideal

import (
	"context"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"

	"xbar/crossbar/parasitic"
)

// Iterated reports whether wires are solved for every read: of cells that are not linear,
// or with the noise of each.
func (c *Config) Iterated() bool {
	return c.Resistive() && (c.Nonlinearity != 0 || c.ReadNoise != "" && c.WireNoise == "solved")
}

// iterated has an array solved for every read. Its levels are of cells, before wires.
func (c *Config) iterated(ctx context.Context, a *Array, top int64, l Layout) error {
	r := &iteration{
		config: c, array: a, wires: c.Wires(), cells: mat.DenseCopyOf(a.Levels), noise: a.Noise, floor: a.Floor,
		unit: (1 - c.Lowest()) / float64(top), kinds: 1,
	}
	leak := c.Leak(top)
	r.cells.Apply(func(_, _ int, level float64) float64 { return r.unit * (level + leak) }, r.cells)
	a.Noise, a.Floor = nil, nil
	if l.Wires == "interleaved" {
		r.kinds = 2
	}
	each := 1 // columns between two of the same wires' part
	if l.Wires == "apart" || l.Wires == "interleaved" {
		each = l.Columns
	}
	if c.Supply == "columns" {
		each = r.kinds
		r.readGated(each)
		return nil
	}
	for first := 0; first < each; first += r.kinds {
		p, err := r.part(ctx, first, each)
		if err != nil {
			return err
		}
		r.parts = append(r.parts, p)
	}
	a.Read = func(digits []float64, full float64, currents []float64) error {
		clear(currents)
		for i := range r.parts {
			if err := r.read(&r.parts[i], digits, full, currents); err != nil {
				return err
			}
		}
		return nil
	}
	return nil
}

// iteration is an array whose wires are solved for every read, in conductances.
type iteration struct {
	config       *Config
	array        *Array
	wires        *parasitic.Wires
	cells        *mat.Dense // rows × columns
	noise, floor *mat.Dense // of levels, squared; nil: none
	unit         float64    // of conductance, that a level is
	kinds        int        // of cells at a crossing
	parts        []part
}

// part is the columns that share wires, every so many from the first on.
type part struct {
	first, each int
	solver      *parasitic.Solver
	linear, now *parasitic.Cells // columns × rows; without noise, and of the read at hand
	volts, out  []float64
}

func (r *iteration) part(ctx context.Context, first, each int) (p part, err error) {
	rows, columns := r.cells.Dims()
	p = part{first: first, each: each, volts: make([]float64, rows), out: make([]float64, columns/each)}
	p.linear, p.now = &parasitic.Cells{Cubic: r.config.Nonlinearity}, &parasitic.Cells{Cubic: r.config.Nonlinearity}
	var base []mat.Matrix
	for kind := range r.kinds {
		g := columnsOf(r.cells, first+kind, each, 1)
		p.linear.Conductances = append(p.linear.Conductances, g)
		p.now.Conductances = append(p.now.Conductances, mat.DenseCopyOf(g))
		if r.floor != nil {
			p.now.Added = append(p.now.Added, mat.NewDense(columns/each, rows, nil))
		}
		base = append(base, g)
	}
	p.solver, err = r.wires.Solver(ctx, base...)
	return p, err
}

// read solves a part, and gives its columns' currents in levels times digits.
func (r *iteration) read(p *part, digits []float64, full float64, currents []float64) error {
	for i, digit := range digits {
		p.volts[i] = digit / full
	}
	cells := p.linear
	if random := r.array.Random; random != nil && (r.noise != nil || r.floor != nil) {
		cells = p.now
		for kind, g := range p.linear.Conductances {
			var added *mat.Dense
			if r.floor != nil {
				added = p.now.Added[kind]
			}
			r.disturb(random, p.first+kind, p.each, g, p.now.Conductances[kind], added)
		}
	}
	if err := p.solver.Solve(p.volts, cells, p.out); err != nil {
		return err
	}
	for o, current := range p.out {
		currents[p.first+o*p.each] = current * full / r.unit
	}
	return nil
}

// disturb draws what cells conduct in one read, and what noise adds to their currents
// whatever they do.
func (r *iteration) disturb(random *rand.Rand, first, each int, g, now, added *mat.Dense) {
	columns, rows := g.Dims()
	for o := range columns {
		for i := range rows {
			if r.noise != nil {
				now.Set(o, i, g.At(o, i)+r.unit*math.Sqrt(r.noise.At(i, first+o*each))*random.NormFloat64())
			}
			if added != nil {
				added.Set(o, i, r.unit*math.Sqrt(r.floor.At(i, first+o*each))*random.NormFloat64())
			}
		}
	}
}

// readGated has each column, or pair of them, solved with supply wires of its own.
func (r *iteration) readGated(each int) {
	rows, columns := r.cells.Dims()
	linear := mat.DenseCopyOf(r.cells.T())
	now, added := mat.DenseCopyOf(linear), (*mat.Dense)(nil)
	if r.floor != nil {
		added = mat.NewDense(columns, rows, nil)
	}
	quiet, noisy := r.gates(each, linear, nil), r.gates(each, now, added)
	solver, volts := r.wires.GatedSolver(rows, each), make([]float64, rows)
	r.array.Read = func(digits []float64, full float64, currents []float64) error {
		for i, digit := range digits {
			volts[i] = digit / full
		}
		cells := quiet
		if random := r.array.Random; random != nil && (r.noise != nil || r.floor != nil) {
			cells = noisy
			r.disturb(random, 0, 1, linear, now, added)
		}
		clear(currents)
		for o := range cells {
			current, err := solver.Solve(volts, &cells[o])
			if err != nil {
				return err
			}
			currents[o*each] = current * full / r.unit
		}
		return nil
	}
}

// gates is the cells of each column, or of so many together, columns × rows.
func (r *iteration) gates(each int, conductances, added *mat.Dense) (all []parasitic.Gates) {
	columns, _ := conductances.Dims()
	for o := 0; o < columns; o += each {
		g := parasitic.Gates{Cubic: r.config.Nonlinearity}
		for kind := range each {
			g.Conductances = append(g.Conductances, conductances.RawRowView(o+kind))
			if added != nil {
				g.Added = append(g.Added, added.RawRowView(o+kind))
			}
		}
		all = append(all, g)
	}
	return all
}
