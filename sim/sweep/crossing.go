package sweep

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"xbar/configs"
)

// Tolerance is how near to each other the ends of a crossing come on an axis of numbers that
// are not whole, as a share of the larger.
const Tolerance = 1e-3

// mostCrossings bounds those that are looked for between the points of a grid.
const mostCrossings = 1000

// Crossings are where on an axis x of a grid a relation begins to hold, or ceases to,
//
//	y(x) < z(x) and not y(x′) < z(x′),  x and x′ neighbours
//
// for every combination of the other axes. Between neighbours of the grid it goes on by
// halves, with simulations of its own, up to whole numbers that follow each other, or
// numbers as near as [Tolerance]. Of values that are listed, and of axes that go together,
// it knows those of the grid alone.
type Crossings struct {
	Relation Constraint
	Axis     Label
	Unit     string   // of the axis' values, as it is written
	Ticks    []string // the axis' values, where they are no numbers
	Others   []string // names of the other axes
	Lines    []Line
	Left     int // crossings that were not looked for more closely, beyond so many

	plan   *Plan
	group  int
	pins   Pins
	fine   *configs.Axis // between whose values others are; nil: none
	sides  [][2]float64  // of each point; NaN: not known
	xs     []float64     // of the axis' values
	others []Label
}

// Line is the points along the axis for a combination of the others.
type Line struct {
	Others  []string `json:"others"`
	Holds   string   `json:"holds"` // always, never, from or until somewhere, in parts, or unknown
	Changes []Change `json:"changes,omitempty"`
	Unknown int64    `json:"unknown,omitempty"` // points of the grid
	First   int64    `json:"first"`             // point of the grid
	values  []any    // of all axes, at the first point
}

// Sides are what a relation compares at a value of the axis.
type Sides struct{ X, Left, Right float64 }

// Change is two values of the axis, the relation holding at one of them.
type Change struct {
	From   any        `json:"from"`
	To     any        `json:"to"`
	Begins bool       `json:"begins"` // to hold, at the second
	Left   [2]float64 `json:"left"`   // at both
	Right  [2]float64 `json:"right"`
	Exact  bool       `json:"exact"`  // no value is between them, or they are within tolerance
	Points int        `json:"points"` // that it took
	Error  string     `json:"error,omitempty"`

	X    [2]float64 `json:"-"` // the values as numbers
	line int
}

// NewCrossings errs where the points are no grid, and on an axis that is not there; of "" it
// takes the first that is a range, or else the first.
func (s *Study) NewCrossings(relation Constraint, along string, pins Pins) (*Crossings, error) {
	p := s.Plan
	if p.groups == nil {
		return nil, errors.New("a crossing is looked for along an axis of a grid; points that are drawn have none")
	}
	c := &Crossings{Relation: relation, plan: p, pins: pins, sides: make([][2]float64, p.Len())}
	switch i := slices.IndexFunc(p.groups, func(g []int) bool { return len(g) == 1 && p.axes[g[0]].Range != nil }); {
	case along != "":
		var err error
		if c.group, err = p.groupOf(along); err != nil {
			return nil, err
		}
	case i >= 0:
		c.group = i
	}
	group := p.groups[c.group]
	if a := &p.axes[group[0]]; len(group) == 1 && a.Range != nil {
		c.fine = a
	}
	var ok bool
	c.Axis = p.label(c.group)
	if c.xs, c.Unit, ok = p.axes[group[0]].Numbers(); !ok || len(group) > 1 {
		c.xs, c.Unit, c.Ticks = nil, "", c.Axis.Values
		for i := range c.Axis.Values {
			c.xs = append(c.xs, float64(i))
		}
	}
	for g := range p.groups {
		if g != c.group {
			l := p.label(g)
			c.others, c.Others = append(c.others, l), append(c.Others, l.Name)
		}
	}
	for i := range c.sides {
		c.sides[i] = [2]float64{math.NaN(), math.NaN()}
	}
	return c, nil
}

// Add takes a point.
func (c *Crossings) Add(p *Point) {
	if left, right := c.Relation.Sides(p); left != nil && right != nil {
		c.sides[p.Point] = [2]float64{*left, *right}
	}
}

// Solve finds the crossings of the points that were added, and computes points between them.
func (c *Crossings) Solve(ctx context.Context, at Computer) error {
	stride, n := c.plan.stride(c.group), c.plan.length(c.group)
	var all []Change
	for first := range c.plan.Len() {
		if c.plan.digit(c.group, first) != 0 || !c.pins.but(c.group).hold(c.plan, first) {
			continue
		}
		line := Line{First: first, values: c.plan.Values(first)}
		for g := range c.plan.groups {
			if g != c.group {
				line.Others = append(line.Others, c.others[len(line.Others)].Values[c.plan.digit(g, first)])
			}
		}
		all = append(all, c.follow(&line, len(c.Lines), first, stride, n)...)
		c.Lines = append(c.Lines, line)
	}
	if c.fine != nil {
		c.Left = max(0, len(all)-mostCrossings)
		if err := c.refine(ctx, at, all[:len(all)-c.Left]); err != nil {
			return err
		}
	}
	for _, change := range all {
		l := &c.Lines[change.line]
		l.Changes = append(l.Changes, change)
	}
	return nil
}

// Curve is what is compared along a line, where it is known: of the grid's points and of the
// ends of changes, by the axis' values.
func (c *Crossings) Curve(l *Line) (all []Sides) {
	stride := c.plan.stride(c.group)
	for i, x := range c.xs {
		if s := c.sides[l.First+int64(i)*stride]; !math.IsNaN(s[0]) {
			all = append(all, Sides{x, s[0], s[1]})
		}
	}
	for i := range l.Changes {
		change := &l.Changes[i]
		all = append(all, Sides{change.X[0], change.Left[0], change.Right[0]}, Sides{change.X[1], change.Left[1], change.Right[1]})
	}
	slices.SortStableFunc(all, func(a, b Sides) int { return cmp.Compare(a.X, b.X) })
	return slices.Compact(all)
}

// follow goes along a line of n points.
func (c *Crossings) follow(line *Line, index int, first, stride, n int64) (changes []Change) {
	a := &c.plan.axes[c.plan.groups[c.group][0]]
	holds, known, before := false, false, false
	for i := range n {
		s := c.sides[first+i*stride]
		if math.IsNaN(s[0]) {
			line.Unknown++
			before = false
			continue
		}
		now := c.Relation.holds(s[0], s[1])
		if before && now != holds {
			b := c.sides[first+(i-1)*stride]
			changes = append(changes, Change{
				From: a.At(i - 1), To: a.At(i), Begins: now, Left: [2]float64{b[0], s[0]}, Right: [2]float64{b[1], s[1]},
				X: [2]float64{c.xs[i-1], c.xs[i]}, Exact: c.fine == nil, line: index,
			})
		}
		holds, known, before = now, true, true
	}
	switch {
	case !known:
		line.Holds = "unknown"
	case len(changes) > 1:
		line.Holds = "in parts"
	case len(changes) == 1 && changes[0].Begins:
		line.Holds = "from"
	case len(changes) == 1:
		line.Holds = "until"
	case holds:
		line.Holds = "always"
	default:
		line.Holds = "never"
	}
	return changes
}

// refine halves all changes together, until none can be halved.
func (c *Crossings) refine(ctx context.Context, at Computer, all []Change) error {
	for {
		var open []*Change
		var asked [][]any
		for i := range all {
			change := &all[i]
			x, ok := c.between(change)
			if !ok || change.Error != "" {
				continue
			}
			values := slices.Clone(c.Lines[change.line].values)
			values[c.plan.groups[c.group][0]] = c.fine.Range.Value(x)
			open, asked = append(open, change), append(asked, values)
		}
		if len(open) == 0 {
			return nil
		}
		points, err := at(ctx, asked)
		if err != nil {
			return err
		}
		for i, p := range points {
			c.halve(open[i], p, asked[i][c.plan.groups[c.group][0]])
		}
	}
}

// between is a value between those of a change, if they are not near enough.
func (c *Crossings) between(change *Change) (x float64, open bool) {
	low, high := change.X[0], change.X[1]
	switch {
	case c.fine.Range.Whole:
		change.Exact = high-low <= 1
		x = math.Floor((low + high) / 2)
		if c.fine.Scale != "linear" {
			x = min(max(low+1, math.Floor(math.Sqrt(low*high))), high-1)
		}
		return x, !change.Exact
	case c.fine.Scale != "linear":
		x = math.Sqrt(low) * math.Sqrt(high)
	default:
		x = low + (high-low)/2
	}
	if rounded := configs.RoundTo(x, 5); low < rounded && rounded < high {
		x = rounded
	}
	near := Tolerance * max(math.Abs(low), math.Abs(high))
	change.Exact = high-low <= near || x <= low || x >= high
	return x, !change.Exact
}

// halve takes the half of a change in which the relation changes.
func (c *Crossings) halve(change *Change, p *Point, value any) {
	change.Points++
	left, right := c.Relation.Sides(p)
	if left == nil || right == nil {
		change.Error = fmt.Sprintf("not known at %s", Written(value))
		if p.Error != "" {
			change.Error += ": " + p.Error
		}
		return
	}
	xs, _, _ := (&configs.Axis{Values: []any{value}}).Numbers()
	end := 0
	if c.Relation.holds(*left, *right) == change.Begins {
		end = 1
	}
	*[]*any{&change.From, &change.To}[end] = value
	change.X[end], change.Left[end], change.Right[end] = xs[0], *left, *right
}
