package sweep

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"

	"xbar/configs"
)

// Plan is the points of a study.
type Plan struct {
	axes   []configs.Axis
	groups [][]int    // axes that go together, in the order of their first; on a grid
	order  []int      // groups as they are computed, the slowest first; nil: as they are
	n      int64      // points
	shares *mat.Dense // points × axes, where along each axis a point is; nil: a grid
}

// NewPlan lays out a study's points. It errs where a sampling cannot be had in so many
// dimensions.
func NewPlan(s *configs.Sweep) (*Plan, error) {
	p := &Plan{axes: s.Axes, n: s.Points}
	d := len(s.Axes)
	random := rand.NewPCG(uint64(s.Seed), 0)
	switch s.Sampling {
	case "grid":
		p.layGrid()
	case "random":
		p.shares = mat.NewDense(int(p.n), d, nil)
		samplemv.IID{Dist: distmv.NewUnitUniform(d, random)}.Sample(p.shares)
	case "latin":
		p.shares = mat.NewDense(int(p.n), d, nil)
		samplemv.LatinHypercube{Q: distmv.NewUnitUniform(d, random), Src: random}.Sample(p.shares)
	case "sobol":
		if d > mostSobol {
			return nil, fmt.Errorf("%d axes; Sobol points are known here for up to %d (sampling = \"latin\" has no such limit)", d, mostSobol)
		}
		p.shares = mat.NewDense(int(p.n), d, nil)
		sobol(p.shares)
	}
	return p, nil
}

// layGrid puts zipped axes together.
func (p *Plan) layGrid() {
	known := map[string]int{}
	p.n = 1
	for i := range p.axes {
		zip := p.axes[i].Zip
		if g, ok := known[zip]; ok && zip != "" {
			p.groups[g] = append(p.groups[g], i)
			continue
		}
		known[zip] = len(p.groups)
		p.groups = append(p.groups, []int{i})
		p.n *= p.axes[i].Len()
	}
}

// Len is the number of points.
func (p *Plan) Len() int64 { return p.n }

// drawnDigits is how many values have that are drawn: enough for each to stay in its layer.
const drawnDigits = 9

// Values is the value of each axis at point i, from 0 on: a text, a number, true or
// false. On a grid the last axis changes fastest.
func (p *Plan) Values(i int64) []any {
	values := make([]any, len(p.axes))
	if p.shares != nil {
		for a := range p.axes {
			values[a] = p.axes[a].Near(p.shares.At(int(i), a), drawnDigits)
		}
		return values
	}
	for g, at := range p.digits(i) {
		for _, a := range p.groups[g] {
			values[a] = p.axes[a].At(at)
		}
	}
	return values
}

// digits is where in each group of a grid's axes a point is, and number is the point
// there.
func (p *Plan) digits(i int64) []int64 {
	digits := make([]int64, len(p.groups))
	for g := len(p.groups) - 1; g >= 0; g-- {
		n := p.axes[p.groups[g][0]].Len()
		digits[g] = i % n
		i /= n
	}
	return digits
}

func (p *Plan) number(digits []int64) (i int64) {
	for g := range p.groups {
		i = i*p.axes[p.groups[g][0]].Len() + digits[g]
	}
	return i
}

// computeLast lets axes vary fastest among the points in the order in which they are
// computed: those that say nothing of what happens, so that points that are alike
// follow each other. On a grid; elsewhere no two points are alike.
func (p *Plan) computeLast(axes []bool) {
	p.order = nil
	for _, last := range []bool{false, true} {
		for g, group := range p.groups {
			if !slices.ContainsFunc(group, func(a int) bool { return !axes[a] }) == last {
				p.order = append(p.order, g)
			}
		}
	}
}

// computed is the number of the point that is computed as the kth, from 0 on.
func (p *Plan) computed(k int64) (point int64) {
	if p.order == nil {
		return k
	}
	digits := make([]int64, len(p.groups))
	for i := len(p.order) - 1; i >= 0; i-- {
		n := p.axes[p.groups[p.order[i]][0]].Len()
		digits[p.order[i]] = k % n
		k /= n
	}
	return p.number(digits)
}

// Names are the axes' names.
func (p *Plan) Names() []string {
	names := make([]string, len(p.axes))
	for i := range p.axes {
		names[i] = p.axes[i].Name
		if names[i] == "" {
			names[i] = p.axes[i].Key
		}
	}
	return names
}

// Settings are --set arguments that give the axes their values, but for those of nil.
func (p *Plan) Settings(values []any) []string {
	sets := make([]string, 0, len(values))
	for i := range values {
		if values[i] != nil {
			sets = append(sets, configs.Setting(p.axes[i].Key, values[i]))
		}
	}
	return sets
}
