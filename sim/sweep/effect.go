package sweep

import (
	"errors"
	"fmt"
	"math"
)

// Effect is how much of an output's variation over a grid goes with an axis, or with axes
// that go together.
type Effect struct {
	Axis  string  `json:"axis"` // of several that go together, the first
	Alone float64 `json:"alone"`
	All   float64 `json:"all"`

	// The axis' values with the least and the most of the output, and what it is there, the
	// mean over all others: geometric, where variation is that of logarithms.
	LeastAt any     `json:"least_at"`
	MostAt  any     `json:"most_at"`
	Least   float64 `json:"least"`
	Most    float64 `json:"most"`
}

// Effects are those of all axes of a grid on an output y: Sobol's indices, exactly, for
// on a grid every mean is a sum,
//
//	alone_a = Var(E[y | a]) / Var(y)     all_a = 1 − Var(E[y | all but a]) / Var(y)
//
// the first of what an axis does by itself, the second with all it does together with
// others. Where y is positive throughout it is its logarithm, so that a factor counts as
// much wherever it is.
type Effects struct {
	Of   Quantity
	plan *Plan
	y    []float64
	n    int64
}

// NewEffects errs where the points are no grid.
func (s *Study) NewEffects(of Quantity) (*Effects, error) {
	if s.Plan.groups == nil {
		return nil, errors.New("effects are those of a grid; points that are drawn have none")
	}
	return &Effects{Of: of, plan: s.Plan, y: make([]float64, s.Plan.Len())}, nil
}

// Add takes a point; all are needed.
func (e *Effects) Add(p *Point) {
	if x := e.Of.Of(p); x != nil {
		e.y[p.Point] = *x
		e.n++
	}
}

// Solve gives the effects in the order of the axes. It errs if the output is not known at
// all points, or is the same at all of them.
func (e *Effects) Solve() (effects []Effect, logarithmic bool, err error) {
	if missing := int64(len(e.y)) - e.n; missing > 0 {
		return nil, false, fmt.Errorf("%v is not known at %d of %d points, and effects need all", e.Of, missing, len(e.y))
	}
	y := e.y
	logarithmic = true
	for _, x := range y {
		logarithmic = logarithmic && x > 0
	}
	if logarithmic {
		y = make([]float64, len(e.y))
		for i, x := range e.y {
			y[i] = math.Log(x)
		}
	}
	variance := varianceOf(y)
	if variance == 0 {
		return nil, false, fmt.Errorf("%v is the same at all points", e.Of)
	}
	for g := range e.plan.groups {
		means, others := e.plan.means(y, g)
		f := Effect{Axis: e.plan.nameOf(g), Alone: varianceOf(means) / variance, All: 1 - varianceOf(others)/variance}
		least, most := 0, 0
		for i, m := range means {
			if m < means[least] {
				least = i
			}
			if m > means[most] {
				most = i
			}
		}
		a := &e.plan.axes[e.plan.groups[g][0]]
		f.LeastAt, f.MostAt, f.Least, f.Most = a.At(int64(least)), a.At(int64(most)), means[least], means[most]
		if logarithmic {
			f.Least, f.Most = math.Exp(f.Least), math.Exp(f.Most)
		}
		effects = append(effects, f)
	}
	return effects, logarithmic, nil
}

// means are those at each value of a group of axes over all others, and at each point of
// all others over the group.
func (p *Plan) means(y []float64, group int) (at, others []float64) {
	inner := int64(1) // points between two values of the group
	for g := group + 1; g < len(p.groups); g++ {
		inner *= p.axes[p.groups[g][0]].Len()
	}
	n := p.axes[p.groups[group][0]].Len()
	at, others = make([]float64, n), make([]float64, int64(len(y))/n)
	for i, x := range y {
		within := int64(i) % (inner * n)
		at[within/inner] += x / float64(int64(len(y))/n)
		others[int64(i)/(inner*n)*inner+within%inner] += x / float64(n)
	}
	return at, others
}

func (p *Plan) nameOf(group int) string {
	a := &p.axes[p.groups[group][0]]
	if a.Name != "" {
		return a.Name
	}
	return a.Key
}

// varianceOf is that of all of some numbers, about their mean.
func varianceOf(xs []float64) (variance float64) {
	mean := 0.0
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		variance += (x - mean) * (x - mean) / float64(len(xs))
	}
	return variance
}
