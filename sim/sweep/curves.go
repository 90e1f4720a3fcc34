package sweep

import (
	"errors"
	"fmt"
	"slices"
)

// Curves is an output over an axis of a grid, a curve for each value of another: the best
// of what it is over all other axes, of points that keep constraints.
type Curves struct {
	Of          Quantity
	Constraints []Constraint
	X, Each     string      // names of the axes; Each is "" in a study of one
	Xs          []float64   // values of X
	Values      []any       // values of Each, one curve each
	Ys          [][]float64 // by value and x
	Known       [][]bool    // whether there is one
	Others      []string    // axes over which it is the best

	x, each walked
}

// walked is how an axis of a grid goes along its points: in steps of so many, over so many
// values.
type walked struct{ step, values int64 }

func (w walked) at(point int64) int64 { return point / w.step % w.values }

// NewCurves errs where the points are no grid, and on axes that are not there or have no
// numbers along x. Without names they are the first two.
func (s *Study) NewCurves(of Quantity, names []string, bounds []Constraint) (*Curves, error) {
	p := s.Plan
	if p.groups == nil {
		return nil, errors.New("curves are over the axes of a grid; points that are drawn have none")
	}
	var groups []int
	var axes []int
	if len(names) == 0 {
		for g := range min(2, len(p.groups)) {
			groups, axes = append(groups, g), append(axes, p.groups[g][0])
		}
	}
	for _, name := range names {
		a, g, err := p.findAxis(name)
		if err != nil {
			return nil, err
		}
		if slices.Contains(groups, g) {
			return nil, fmt.Errorf("%s and %s go together: curves are over axes that do not", names[0], name)
		}
		groups, axes = append(groups, g), append(axes, a)
	}
	c := &Curves{Of: of, Constraints: bounds, X: p.Names()[axes[0]], x: p.walk(groups[0]), each: walked{1, 1}, Values: []any{nil}}
	for i := range c.x.values {
		x, err := number(p.axes[axes[0]].At(i))
		if err != nil {
			return nil, fmt.Errorf("axis %s: %w", c.X, err)
		}
		c.Xs = append(c.Xs, x)
	}
	if len(axes) > 1 {
		c.Each, c.each, c.Values = p.Names()[axes[1]], p.walk(groups[1]), nil
		for i := range c.each.values {
			c.Values = append(c.Values, p.axes[axes[1]].At(i))
		}
	}
	for g, group := range p.groups {
		if !slices.Contains(groups, g) && p.axes[group[0]].Len() > 1 {
			c.Others = append(c.Others, p.Names()[group[0]])
		}
	}
	for range c.Values {
		c.Ys, c.Known = append(c.Ys, make([]float64, len(c.Xs))), append(c.Known, make([]bool, len(c.Xs)))
	}
	return c, nil
}

func number(value any) (float64, error) {
	switch v := value.(type) {
	case int64:
		return float64(v), nil
	case float64:
		return v, nil
	}
	return 0, fmt.Errorf("%v is no number, and curves go over numbers", value)
}

// findAxis is an axis by its name or its key, and its group.
func (p *Plan) findAxis(name string) (axis, group int, err error) {
	names := p.Names()
	for g, all := range p.groups {
		for _, a := range all {
			if names[a] == name || p.axes[a].Key == name {
				return a, g, nil
			}
		}
	}
	return 0, 0, unknown("axis", name, names)
}

// walk is how a group of axes goes along the points, of which the last goes fastest.
func (p *Plan) walk(group int) walked {
	w := walked{1, p.axes[p.groups[group][0]].Len()}
	for _, later := range p.groups[group+1:] {
		w.step *= p.axes[later[0]].Len()
	}
	return w
}

// Add takes a point.
func (c *Curves) Add(p *Point) {
	y := c.Of.Of(p)
	if y == nil || slices.ContainsFunc(c.Constraints, func(b Constraint) bool { return !b.Holds(p) }) {
		return
	}
	line, x := c.each.at(p.Point), c.x.at(p.Point)
	goal := Goal{c.Of, c.Of.Output.More}
	if !c.Known[line][x] || goal.compare(*y, c.Ys[line][x]) < 0 {
		c.Ys[line][x], c.Known[line][x] = *y, true
	}
}
