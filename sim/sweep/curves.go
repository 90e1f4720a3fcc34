package sweep

import (
	"errors"
	"fmt"
)

// Curves is an output over the numbers of an axis of a grid, a curve for each value of
// another: a heat map's rows.
type Curves struct {
	*Heatmap           // without a Y where the study has one axis
	Xs       []float64 // values of X
}

// NewCurves errs where the points are no grid, and on axes that are not there or, the first
// of them, have no numbers. Of none it takes the first two, or the only one.
func (s *Study) NewCurves(of Quantity, over []string, constraints []Constraint, pins Pins) (*Curves, error) {
	p := s.Plan
	switch {
	case p.groups == nil:
		return nil, errors.New("curves are over the axes of a grid; points that are drawn have none")
	case len(over) > 2:
		return nil, fmt.Errorf("curves are over one axis, for each value of another, and here are %d", len(over))
	case len(over) == 0:
		for _, g := range p.groups[:min(2, len(p.groups))] {
			over = append(over, p.Names()[g[0]])
		}
	}
	groups, err := p.apart(over)
	if err != nil {
		return nil, err
	}
	c := &Curves{Heatmap: s.over(of, groups[0], append(groups, -1)[1], constraints, pins)}
	axis := &p.axes[p.axisOf(over[0])]
	for i := range axis.Len() {
		switch x := axis.At(i).(type) {
		case int64:
			c.Xs = append(c.Xs, float64(x))
		case float64:
			c.Xs = append(c.Xs, x)
		default:
			return nil, fmt.Errorf("axis %s: %v is no number, and curves go over numbers", over[0], x)
		}
	}
	return c, nil
}
