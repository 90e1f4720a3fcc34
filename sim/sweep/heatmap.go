package sweep

import (
	"errors"
	"fmt"
	"slices"
)

// Heatmap is an output over two axes of a grid: at each combination of their values the
// best of what it is over all others, of points that keep constraints.
type Heatmap struct {
	Of          Quantity
	Constraints []Constraint
	X, Y        Label
	Others      []string // names of the other axes that have several values
	Pinned      []string // "axis = value" of those that have one
	Cells       [][]Cell // Y × X

	plan *Plan
	x, y int // groups
	pins Pins
}

// Cell is what is known of a combination.
type Cell struct {
	Value  *float64 `json:"value"` // nil: none is known of a point that keeps the constraints
	Point  int64    `json:"point"` // which it is of; −1: none
	Points int64    `json:"points"`
	Failed int64    `json:"failed,omitempty"` // of those, not known
	Barred int64    `json:"barred,omitempty"` // of those, known but not within the bounds
}

// NewHeatmap errs where the points are no grid, and on axes that are not there; of none it
// takes the first two.
func (s *Study) NewHeatmap(of Quantity, over []string, constraints []Constraint, pins Pins) (*Heatmap, error) {
	x, y := 0, 1
	switch {
	case s.Plan.groups == nil:
		return nil, errors.New("a heat map is of two axes of a grid; points that are drawn have none")
	case len(s.Plan.groups) < 2:
		return nil, errors.New("a heat map is of two axes, and this study has one")
	case len(over) > 0:
		if len(over) != 2 {
			return nil, fmt.Errorf("a heat map is over two axes, not %d", len(over))
		}
		groups, err := s.Plan.apart(over)
		if err != nil {
			return nil, err
		}
		x, y = groups[0], groups[1]
	}
	return s.over(of, x, y, constraints, pins), nil
}

// apart is the groups of some axes. It errs where two of them go together.
func (p *Plan) apart(axes []string) (groups []int, err error) {
	for i, name := range axes {
		g, err := p.groupOf(name)
		if err != nil {
			return nil, &element{i, err}
		}
		if slices.Contains(groups, g) {
			return nil, fmt.Errorf("%s and %s go together: take two axes that do not", axes[0], name)
		}
		groups = append(groups, g)
	}
	return groups, nil
}

// over lays out two groups, or with y < 0 one.
func (s *Study) over(of Quantity, x, y int, constraints []Constraint, pins Pins) *Heatmap {
	p := s.Plan
	m := &Heatmap{Of: of, Constraints: constraints, plan: p, x: x, y: y, X: p.label(x), pins: pins.but(x), Cells: make([][]Cell, 1)}
	if y >= 0 {
		m.Y, m.pins, m.Cells = p.label(y), m.pins.but(y), make([][]Cell, p.length(y))
	}
	for g := range p.groups {
		if g == x || g == y || p.length(g) == 1 {
			continue
		}
		l := p.label(g)
		if i, one := m.pins.only(p, g); one {
			m.Pinned = append(m.Pinned, l.Name+" = "+l.Values[i])
		} else {
			m.Others = append(m.Others, l.Name)
		}
	}
	for y := range m.Cells {
		m.Cells[y] = make([]Cell, p.length(x))
		for x := range m.Cells[y] {
			m.Cells[y][x].Point = -1
		}
	}
	return m
}

// Add takes a point.
func (m *Heatmap) Add(p *Point) {
	if !m.pins.hold(m.plan, p.Point) {
		return
	}
	y := int64(0)
	if m.y >= 0 {
		y = m.plan.digit(m.y, p.Point)
	}
	c := &m.Cells[y][m.plan.digit(m.x, p.Point)]
	c.Points++
	x := m.Of.Of(p)
	switch goal := (Goal{m.Of, m.Of.Output.More}); {
	case x == nil:
		c.Failed++
	case !keeps(m.Constraints, p):
		c.Barred++
	case c.Value == nil || goal.compare(*x, *c.Value) < 0:
		c.Value, c.Point = x, p.Point
	}
}
