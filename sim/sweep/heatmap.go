package sweep

import (
	"errors"
	"fmt"
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
	p := s.Plan
	m := &Heatmap{Of: of, Constraints: constraints, plan: p, x: 0, y: 1}
	switch {
	case p.groups == nil:
		return nil, errors.New("a heat map is of two axes of a grid; points that are drawn have none")
	case len(p.groups) < 2:
		return nil, errors.New("a heat map is of two axes, and this study has one")
	case len(over) > 0:
		if len(over) != 2 {
			return nil, fmt.Errorf("a heat map is over two axes, not %d", len(over))
		}
		for i, to := range []*int{&m.x, &m.y} {
			g, err := p.groupOf(over[i])
			if err != nil {
				return nil, &element{i, err}
			}
			*to = g
		}
		if m.x == m.y {
			return nil, fmt.Errorf("%s and %s go together: a heat map is over two axes that do not", over[0], over[1])
		}
	}
	m.X, m.Y = p.label(m.x), p.label(m.y)
	m.pins = pins.but(m.x).but(m.y)
	for g := range p.groups {
		if g == m.x || g == m.y {
			continue
		}
		l := p.label(g)
		if i, one := m.pins.only(p, g); one {
			m.Pinned = append(m.Pinned, l.Name+" = "+l.Values[i])
		} else {
			m.Others = append(m.Others, l.Name)
		}
	}
	m.Cells = make([][]Cell, p.length(m.y))
	for y := range m.Cells {
		m.Cells[y] = make([]Cell, p.length(m.x))
		for x := range m.Cells[y] {
			m.Cells[y][x].Point = -1
		}
	}
	return m, nil
}

// Add takes a point.
func (m *Heatmap) Add(p *Point) {
	if !m.pins.hold(m.plan, p.Point) {
		return
	}
	c := &m.Cells[m.plan.digit(m.y, p.Point)][m.plan.digit(m.x, p.Point)]
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
