package report

import (
	"fmt"
	"strings"

	"xbar/sim/sweep"
)

// SweepCurves is an output over an axis of a study, a curve for each value of another.
type SweepCurves struct {
	Of     string       `json:"of"`
	Kept   []string     `json:"subject_to,omitempty"`
	X      string       `json:"x"`
	Each   string       `json:"each,omitempty"`
	Others []string     `json:"best_over,omitempty"` // axes
	Xs     []float64    `json:"xs"`
	Curves []SweepCurve `json:"curves"`

	of   sweep.Quantity
	head string // of the output, without a unit
}

// SweepCurve is one of them.
type SweepCurve struct {
	Value any        `json:"value,omitempty"`
	Ys    []*float64 `json:"ys"` // SI units; nil: no point is known that keeps the bounds
}

// AddCurves asks a study's points for curves.
func (r *Sweep) AddCurves(points *sweep.Journals, c *sweep.Curves) error {
	err := points.Points(func(p *sweep.Point) error {
		c.Add(p)
		return nil
	})
	if err != nil {
		return err
	}
	r.Curves = &SweepCurves{Of: c.Of.String(), Kept: kept(c.Constraints), X: c.X, Each: c.Each, Others: c.Others, Xs: c.Xs, of: c.Of, head: r.short(c.Of)}
	for i, value := range c.Values {
		curve := SweepCurve{Value: value, Ys: make([]*float64, len(c.Xs))}
		for x, known := range c.Known[i] {
			if known {
				curve.Ys[x] = &c.Ys[i][x]
			}
		}
		r.Curves.Curves = append(r.Curves.Curves, curve)
	}
	return nil
}

// Name is that of a curve: the axis and its value.
func (c *SweepCurves) Name(i int) string {
	if c.Each == "" {
		return c.head
	}
	return fmt.Sprintf("%s %s", c.Each, asWritten(c.Curves[i].Value))
}

// Scale is the label of the output with a unit, and what that is in SI units.
func (c *SweepCurves) Scale() (label string, factor float64) {
	var ys []float64
	for i := range c.Curves {
		for _, y := range c.Curves[i].Ys {
			if y != nil {
				ys = append(ys, *y)
			}
		}
	}
	unit, factor := scaleOf(c.of.Output, ys)
	if unit == "" {
		return c.head, factor
	}
	return c.head + " (" + unit + ")", factor
}

func (c *SweepCurves) tell(p page) {
	label, factor := c.Scale()
	heading := "Over " + c.X + ": " + label
	if len(c.Kept) > 0 {
		heading += ", where " + strings.Join(c.Kept, " and ")
	}
	p.heading(heading)
	t := table{columns: []column{{head: c.X}}, fixed: 1}
	for i := range c.Curves {
		t.columns = append(t.columns, column{head: c.Name(i)})
	}
	for x := range c.Xs {
		row := []string{asWritten(c.Xs[x])}
		for i := range c.Curves {
			cell := "–"
			if y := c.Curves[i].Ys[x]; y != nil {
				cell = digits(*y / factor)
			}
			row = append(row, cell)
		}
		t.add(row...)
	}
	p.table(t)
	if len(c.Others) > 0 {
		p.paragraph("The best over " + strings.Join(c.Others, ", ") + ".")
	}
}
