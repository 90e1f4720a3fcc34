package report

import (
	"fmt"
	"strings"

	"xbar/sim/sweep"
)

// SweepCrossover is where along an axis a relation begins or ceases to hold.
type SweepCrossover struct {
	Relation  string       `json:"relation"`
	Axis      string       `json:"axis"`
	Others    []string     `json:"others"`    // the other axes
	Tolerance float64      `json:"tolerance"` // share that the two ends of a change are apart, where values are not whole
	Lines     []sweep.Line `json:"lines"`     // one for each combination of the others
	Coarse    int          `json:"coarse"`    // changes that are known to the grid's points only, beyond so many

	c *sweep.Crossings
}

func newSweepCrossover(c *sweep.Crossings) *SweepCrossover {
	return &SweepCrossover{c.Relation.String(), c.Axis.Name, c.Others, sweep.Tolerance, c.Lines, c.Left, c}
}

// mostLines is how many rows a table has.
const mostLines = 40

func (x *SweepCrossover) tell(p page) {
	p.heading("Along " + x.Axis + ": where " + x.Relation)
	t := table{fixed: len(x.Others)}
	for _, name := range x.Others {
		t.columns = append(t.columns, column{head: name})
	}
	unit, factor := scaleOf(x.c.Relation.Quantity.Output, x.sides())
	t.columns = append(t.columns, column{head: "holds", left: true}, column{head: "not yet or no more at"}, column{head: "holds at"},
		column{head: strings.TrimSpace("left " + unit)}, column{head: strings.TrimSpace("right " + unit)})
	rows, rest, counts := 0, 0, map[string]int{}
	var failed []string
	for i := range x.Lines {
		l := &x.Lines[i]
		counts[l.Holds]++
		if rows >= mostLines {
			rest++
			continue
		}
		if len(l.Changes) == 0 {
			t.add(append(append([]string{}, l.Others...), l.Holds, "", "", "", "")...)
			rows++
		}
		for j := range l.Changes {
			change := &l.Changes[j]
			t.add(append(append([]string{}, l.Others...), changeRow(change, factor)...)...)
			rows++
			if change.Error != "" {
				failed = append(failed, strings.Join(append(append([]string{}, l.Others...), change.Error), ", "))
			}
		}
	}
	p.table(t)
	if rest > 0 {
		p.paragraph(fmt.Sprintf("And %s more lines; --format json has them.", count(float64(rest))))
	}
	p.paragraph(x.summary(counts))
	if len(failed) > 0 {
		p.list(failed)
	}
}

func changeRow(c *sweep.Change, factor float64) []string {
	word, out, in, end := "from", c.From, c.To, 1
	if !c.Begins {
		word, out, in, end = "until", c.To, c.From, 0
	}
	return []string{word, sweep.Written(out), sweep.Written(in), digits(c.Left[end] / factor), digits(c.Right[end] / factor)}
}

// sides are what is compared at all changes.
func (x *SweepCrossover) sides() (xs []float64) {
	for i := range x.Lines {
		for j := range x.Lines[i].Changes {
			c := &x.Lines[i].Changes[j]
			xs = append(xs, c.Left[0], c.Left[1], c.Right[0], c.Right[1])
		}
	}
	return xs
}

func (x *SweepCrossover) summary(counts map[string]int) string {
	changes, points, coarse := 0, 0, 0
	for i := range x.Lines {
		for j := range x.Lines[i].Changes {
			c := &x.Lines[i].Changes[j]
			changes++
			points += c.Points
			if !c.Exact {
				coarse++
			}
		}
	}
	var b strings.Builder
	if changes == 0 {
		b.WriteString("There is no crossing between points of the grid. ")
	}
	var parts []string
	for _, word := range []string{"always", "never", "from", "until", "in parts", "unknown"} {
		if n := counts[word]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", word, n))
		}
	}
	if len(x.Lines) > 1 {
		fmt.Fprintf(&b, "Of %d combinations of the other axes the relation holds: %s.", len(x.Lines), strings.Join(parts, ", "))
	}
	if points > 0 {
		fmt.Fprintf(&b, " Crossings are found to neighbouring whole numbers, others to %g%%, by %s beside the grid's.", 100*sweep.Tolerance, amount(int64(points), "points"))
	}
	if coarse > 0 {
		fmt.Fprintf(&b, " %d of them are known less closely than that.", coarse)
	}
	b.WriteString(" A relation that changes twice between two points of the grid is not seen.")
	return strings.TrimSpace(b.String())
}

// Crossing is two curves over an axis, in units of one prefix, and where they cross.
type Crossing struct {
	Title, Caption string
	X, Y           string // labels, with their units
	Names          [2]string
	Curves         [2][][2]float64
	Ticks          []string     // of an axis whose values are no numbers
	At             [][2]float64 // crossings
	AtText         []string     // their values on the axis
}

// Crossing is that of the first line that has one, else of the first; there must be a
// crossover.
func (r *Sweep) Crossing() *Crossing {
	x := r.Crossover
	var line *sweep.Line
	for i := range x.Lines {
		if l := &x.Lines[i]; line == nil || len(l.Changes) > 0 && len(line.Changes) == 0 {
			line = l
		}
	}
	c := &Crossing{Title: r.Study.Title, Caption: r.caption()}
	var at []string
	for i, name := range x.Others {
		at = append(at, name+" = "+line.Others[i])
	}
	if len(at) > 0 {
		c.Title = strings.TrimSpace(c.Title + "\n" + strings.Join(at, ", "))
	}
	relation := x.c.Relation
	c.Names[0], c.Names[1] = relation.Quantity.Machine+" "+relation.Quantity.Output.Plain(), "bound"
	if relation.Than != nil {
		c.Names[1] = relation.Than.Machine + " " + relation.Than.Output.Plain()
	}
	curve := x.c.Curve(line)
	var ys []float64
	for _, s := range curve {
		ys = append(ys, s.Left, s.Right)
	}
	unit, factor := scaleOf(relation.Quantity.Output, ys)
	if relation.Than == nil {
		c.Names[1] = strings.TrimSpace("bound: " + digits(relation.Bound/factor) + " " + unit)
	}
	c.Y = axisLabel(relation.Quantity.Output.Plain(), unit)
	if relation.Than != nil && relation.Than.Output != relation.Quantity.Output {
		c.Y = axisLabel(relation.Quantity.Output.Plain()+", "+relation.Than.Output.Plain(), unit)
	}
	c.X, c.Ticks = axisLabel(x.Axis, x.c.Unit), x.c.Ticks
	for _, s := range curve {
		c.Curves[0] = append(c.Curves[0], [2]float64{s.X, s.Left / factor})
		c.Curves[1] = append(c.Curves[1], [2]float64{s.X, s.Right / factor})
	}
	for i := range line.Changes {
		change := &line.Changes[i]
		end := 1
		if !change.Begins {
			end = 0
		}
		c.At = append(c.At, [2]float64{change.X[end], change.Left[end] / factor})
		c.AtText = append(c.AtText, sweep.Written([]any{change.From, change.To}[end]))
	}
	return c
}
