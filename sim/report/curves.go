package report

import "xbar/sim/sweep"

// SweepCurves is an output over an axis of a study, a curve for each value of another.
type SweepCurves struct {
	Of     string       `json:"of"`
	Kept   []string     `json:"subject_to,omitempty"`
	X      string       `json:"x"`
	Each   string       `json:"each,omitempty"`
	Others []string     `json:"best_over,omitempty"` // the other axes
	Pinned []string     `json:"where,omitempty"`     // those that have one value
	Xs     []float64    `json:"xs"`
	Curves []SweepCurve `json:"curves"`

	cells *SweepHeatmap // the same, of which curves are the rows
	head  string        // of the output, without a unit
	about [2]string     // title and caption of a figure
}

// SweepCurve is one of them.
type SweepCurve struct {
	Value string     `json:"value,omitempty"`
	Ys    []*float64 `json:"ys"` // SI units; nil: no point is known that keeps the bounds
}

func (r *Sweep) newCurves(c *sweep.Curves) *SweepCurves {
	s := &SweepCurves{
		Of: c.Of.String(), Kept: kept(c.Constraints), X: c.X.Name, Each: c.Y.Name, Others: c.Others, Pinned: c.Pinned, Xs: c.Xs,
		cells: newSweepHeatmap(c.Heatmap), head: r.short(c.Of), about: [2]string{r.Study.Title, r.caption()},
	}
	for i, row := range c.Cells {
		var curve SweepCurve
		if s.Each != "" {
			curve.Value = c.Y.Values[i]
		}
		for x := range row {
			curve.Ys = append(curve.Ys, row[x].Value)
		}
		s.Curves = append(s.Curves, curve)
	}
	return s
}

// About is the title and the caption of a figure.
func (c *SweepCurves) About() (title, caption string) { return c.about[0], c.about[1] }

// Drawable reports whether there is a point that a logarithmic axis can show.
func (c *SweepCurves) Drawable() bool {
	for i := range c.Curves {
		for _, y := range c.Curves[i].Ys {
			if y != nil && *y > 0 {
				return true
			}
		}
	}
	return false
}

// Name is that of a curve: the axis and its value.
func (c *SweepCurves) Name(i int) string {
	if c.Each == "" {
		return c.head
	}
	return c.Each + " " + c.Curves[i].Value
}

// Scale is the label of the output with a unit, and what that is in SI units.
func (c *SweepCurves) Scale() (label string, factor float64) {
	unit, factor := c.cells.scale()
	return axisLabel(c.head, unit), factor
}

func (c *SweepCurves) tell(p page) {
	label, factor := c.Scale()
	p.heading("Over " + c.X + ": " + label + subject(c.cells.m.Constraints))
	t := table{columns: []column{{head: c.X}}, fixed: 1}
	for i := range c.Curves {
		t.columns = append(t.columns, column{head: c.Name(i)})
	}
	for x := range c.Xs {
		row := []cell{settingOf(c.Xs[x])}
		for i := range c.Curves {
			if y := c.Curves[i].Ys[x]; y != nil {
				row = append(row, measured(*y, factor))
			} else {
				row = append(row, words(none))
			}
		}
		t.put(row...)
	}
	p.table(t)
	if over := c.cells.over(); over != "" {
		p.paragraph("Values are " + over + ".")
	}
}
