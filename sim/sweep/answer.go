package sweep

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"xbar/configs"
	"xbar/sim/unit"
)

// Quantity is an output of a machine of the study.
type Quantity struct {
	Machine string
	Output  *Output
}

func (q Quantity) String() string { return q.Machine + "." + q.Output.Name }

// Of is its value at a point, nil if it is not known.
func (q Quantity) Of(p *Point) *float64 { return p.Output(q.Machine, q.Output.Name) }

// Quantity reads machine.output, or the output alone where there is one machine.
func (h *Header) Quantity(text string) (Quantity, error) {
	text = strings.TrimSpace(text)
	machine, name := "", text
	if at := strings.LastIndexByte(text, '.'); at >= 0 {
		machine, name = text[:at], text[at+1:]
	}
	i := slices.IndexFunc(Outputs, func(o Output) bool { return o.Name == name })
	if i < 0 {
		return Quantity{}, unknown("output", name, OutputNames())
	}
	switch {
	case machine == "" && len(h.Machines) > 1:
		return Quantity{}, fmt.Errorf("%s of which machine? Write %s.%s (machines: %s)", name, h.Machines[0], name, strings.Join(h.Machines, ", "))
	case machine == "":
		machine = h.Machines[0]
	case !slices.Contains(h.Machines, machine):
		return Quantity{}, unknown("machine", machine, h.Machines)
	}
	return Quantity{machine, &Outputs[i]}, nil
}

func unknown(kind, name string, all []string) error {
	hint := ""
	if near := configs.Nearest(name, all); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("no %s %q%s (allowed: %s)", kind, name, hint, strings.Join(all, ", "))
}

// Constraint is a bound that a quantity keeps: a number, or another quantity.
type Constraint struct {
	Quantity Quantity
	Relation string // one of relations
	Bound    float64
	Than     *Quantity // nil: the number
}

func (c *Constraint) String() string {
	if c.Than != nil {
		return fmt.Sprintf("%v %s %v", c.Quantity, c.Relation, c.Than)
	}
	return strings.TrimSpace(fmt.Sprintf("%v %s %g %s", c.Quantity, c.Relation, c.Bound, c.Quantity.Output.Unit))
}

var relations = []string{"<=", ">=", "<", ">"}

// Constraint reads one: "accuracy >= 0.88", "isaac.latency_s < 1 ms",
// "isaac.energy_j < cpu.energy_j".
func (h *Header) Constraint(text string) (Constraint, error) {
	for _, relation := range relations {
		left, right, found := strings.Cut(text, relation)
		if !found {
			continue
		}
		q, err := h.Quantity(left)
		if err != nil {
			return Constraint{}, err
		}
		c := Constraint{Quantity: q, Relation: relation}
		if c.Than, err = h.than(q, right); c.Than == nil && err == nil {
			c.Bound, err = q.Output.parse(strings.TrimSpace(right))
		}
		if err != nil {
			return Constraint{}, fmt.Errorf("%q: %w", text, err)
		}
		return c, nil
	}
	return Constraint{}, fmt.Errorf("%q is no constraint: write one like \"latency_s <= 1 ms\", with one of %s", text, strings.Join(relations, " "))
}

// than is the quantity that another is compared with, nil of what is a number.
func (h *Header) than(q Quantity, text string) (*Quantity, error) {
	text = strings.TrimSpace(text)
	if text == "" || !unicode.IsLetter(rune(text[0])) {
		return nil, nil
	}
	than, err := h.Quantity(text)
	switch {
	case err != nil && !strings.Contains(text, "."):
		return nil, nil // a slip of a number rather
	case err != nil:
		return nil, err
	case than.Output.Unit != q.Output.Unit:
		return nil, fmt.Errorf("%s is in %s and %s in %s", q.Output.Name, q.Output.unitNamed(), than.Output.Name, than.Output.unitNamed())
	}
	return &than, nil
}

// parse reads a number in the output's SI unit, or one with a unit behind it.
func (o *Output) parse(text string) (float64, error) {
	if x, err := strconv.ParseFloat(text, 64); err == nil {
		return x, nil
	}
	symbol := strings.ReplaceAll(o.Unit, "²", "2")
	x, err := unit.Parse(text, symbol)
	if err != nil {
		return 0, fmt.Errorf("%s is in %s: %w", o.Name, o.unitNamed(), err)
	}
	return x, nil
}

func (o *Output) unitNamed() string {
	if o.Unit == "" {
		return "no unit"
	}
	return o.Unit
}

// Sides are what is compared at a point, nil where it is not known.
func (c *Constraint) Sides(p *Point) (left, right *float64) {
	if c.Than != nil {
		return c.Quantity.Of(p), c.Than.Of(p)
	}
	return c.Quantity.Of(p), &c.Bound
}

// Holds reports whether a point keeps the bound; one that does not know the quantity
// does not.
func (c *Constraint) Holds(p *Point) bool {
	left, right := c.Sides(p)
	return left != nil && right != nil && c.holds(*left, *right)
}

func (c *Constraint) holds(left, right float64) bool {
	switch c.Relation {
	case "<=":
		return left <= right
	case ">=":
		return left >= right
	case "<":
		return left < right
	}
	return left > right
}

// keeps reports whether a point keeps all of some constraints.
func keeps(all []Constraint, p *Point) bool {
	return !slices.ContainsFunc(all, func(c Constraint) bool { return !c.Holds(p) })
}

// Goal is a quantity of which less is better, or more.
type Goal struct {
	Quantity Quantity
	More     bool
}

func (g *Goal) String() string {
	if g.More {
		return "most " + g.Quantity.String()
	}
	return "least " + g.Quantity.String()
}

// compare is less than zero where a is better than b.
func (g *Goal) compare(a, b float64) int {
	switch {
	case a == b:
		return 0
	case (a < b) != g.More:
		return -1
	}
	return 1
}

// Best keeps the points that keep constraints and are best by one goal; of equal ones the
// first.
type Best struct {
	Goal        Goal
	Constraints []Constraint
	Most        int // so many points

	Points  []*Point // the best first
	Allowed int64    // points that keep the constraints
	values  []float64
}

// Add considers a point.
func (b *Best) Add(p *Point) {
	x := b.Goal.Quantity.Of(p)
	if x == nil || !keeps(b.Constraints, p) {
		return
	}
	b.Allowed++
	at, _ := slices.BinarySearchFunc(b.values, *x, func(have, x float64) int {
		if b.Goal.compare(have, x) <= 0 {
			return -1
		}
		return 1
	})
	if at >= b.Most {
		return
	}
	b.values, b.Points = slices.Insert(b.values, at, *x), slices.Insert(b.Points, at, p)
	if len(b.Points) > b.Most {
		b.values, b.Points = b.values[:b.Most], b.Points[:b.Most]
	}
}

// Front keeps the points that no other is better than by any of the goals without being
// worse by another. Of points that are equal in all of them it keeps the first.
type Front struct {
	Goals       []Goal
	Constraints []Constraint

	Points []*Point // by the first goal, the best first
}

// Add considers a point.
func (f *Front) Add(p *Point) {
	if slices.ContainsFunc(f.Goals, func(g Goal) bool { return g.Quantity.Of(p) == nil }) ||
		!f.Keeps(p) ||
		slices.ContainsFunc(f.Points, func(q *Point) bool { return f.noWorse(q, p) }) {
		return
	}
	f.Points = slices.DeleteFunc(f.Points, func(q *Point) bool { return f.noWorse(p, q) })
	at, _ := slices.BinarySearchFunc(f.Points, p, f.compare)
	f.Points = slices.Insert(f.Points, at, p)
}

// Keeps reports whether a point keeps the constraints.
func (f *Front) Keeps(p *Point) bool {
	return keeps(f.Constraints, p)
}

func (f *Front) compare(p, q *Point) int {
	for i := range f.Goals {
		g := &f.Goals[i]
		if c := g.compare(*g.Quantity.Of(p), *g.Quantity.Of(q)); c != 0 {
			return c
		}
	}
	return 0
}

// noWorse reports whether p is no worse than q by any goal.
func (f *Front) noWorse(p, q *Point) bool {
	for i := range f.Goals {
		g := &f.Goals[i]
		if g.compare(*g.Quantity.Of(p), *g.Quantity.Of(q)) > 0 {
			return false
		}
	}
	return true
}
