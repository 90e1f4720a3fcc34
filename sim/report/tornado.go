package report

import (
	"fmt"
	"strings"

	"xbar/sim/sweep"
)

// SweepTornado is what an output does as each axis goes from end to end by itself.
type SweepTornado struct {
	Of   string        `json:"of"`
	Base float64       `json:"base"`
	Axes []sweep.Swing `json:"axes"` // what does most first

	of sweep.Quantity
}

func newSweepTornado(t *sweep.Tornado) *SweepTornado {
	return &SweepTornado{t.Of.String(), t.Base, t.Swings, t.Of}
}

// known are the swings that are.
func (t *SweepTornado) known() (all []*sweep.Swing) {
	for i := range t.Axes {
		if s := &t.Axes[i]; s.AtLeast != nil && s.AtMost != nil {
			all = append(all, s)
		}
	}
	return all
}

// scale is the output's unit and factor for all that is known.
func (t *SweepTornado) scale() (label string, factor float64) {
	xs := []float64{t.Base}
	for _, s := range t.known() {
		xs = append(xs, *s.AtLeast, *s.AtMost)
	}
	return scaleOf(t.of.Output, xs)
}

func (t *SweepTornado) tell(p page) {
	p.heading("What " + t.Of + " does as one axis goes from end to end")
	unit, factor := t.scale()
	head := strings.TrimSpace(t.of.Output.Plain() + " " + unit)
	table := table{columns: []column{
		{head: "axis", left: true}, {head: "in the base"}, {head: "least"}, {head: head}, {head: "greatest"}, {head: head}, {head: "change", left: true},
	}, fixed: 1}
	var failed []string
	show := func(x *float64) string {
		if x == nil {
			return none
		}
		return digits(*x / factor)
	}
	for i := range t.Axes {
		s := &t.Axes[i]
		own, change := s.Own, none
		if own == "" {
			own = none
		}
		if s.AtLeast != nil && s.AtMost != nil {
			change = ratio(*s.AtMost, *s.AtLeast, "less", "more")
		}
		if s.Error != "" {
			failed = append(failed, s.Axis+": "+s.Error)
		}
		table.add(s.Axis, own, sweep.Written(s.Least), show(s.AtLeast), sweep.Written(s.Greatest), show(s.AtMost), change)
	}
	p.table(table)
	p.paragraph(fmt.Sprintf("All other axes are as the base config has them, where it is %s. Axes that go together are named by the first.",
		strings.TrimSpace(digits(t.Base/factor)+" "+unit)))
	if len(failed) > 0 {
		p.list(failed)
	}
}

// Bars are the swings of a tornado in units of one prefix.
type Bars struct {
	Title, Caption string
	X              string // label, with its unit
	Base           float64
	BaseText       string // with its unit
	Bars           []Bar
}

// Bar is an axis' two ends.
type Bar struct {
	Name            string
	Least, Greatest string     // the axis' values
	At              [2]float64 // the output at them
}

// Bars is those of the tornado, of which there must be one.
func (r *Sweep) Bars() *Bars {
	t := r.Tornado
	unit, factor := t.scale()
	b := &Bars{Title: r.Study.Title, Caption: r.caption(), X: axisLabel(r.short(t.of), unit), Base: t.Base / factor}
	b.BaseText = strings.TrimSpace("base: " + digits(b.Base) + " " + unit)
	for _, s := range t.known() {
		name := s.Axis
		if s.Own != "" {
			name += " (" + s.Own + ")"
		}
		b.Bars = append(b.Bars, Bar{name, sweep.Written(s.Least), sweep.Written(s.Greatest), [2]float64{*s.AtLeast / factor, *s.AtMost / factor}})
	}
	return b
}

// axisLabel is the label of an axis.
func axisLabel(name, unit string) string {
	if unit == "" {
		return name
	}
	return name + " (" + unit + ")"
}
