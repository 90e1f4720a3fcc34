package figure

import (
	"strings"

	"xbar/sim/report"
)

// StudyCurves draws an output of a study over an axis, a line for each value of another.
func StudyCurves(c *report.SweepCurves, path string) error {
	title, caption := c.About()
	d, err := drawStudyCurves(c, title, caption)
	if err != nil {
		return err
	}
	return d.save(path)
}

func drawStudyCurves(c *report.SweepCurves, title, caption string) (drawing, error) {
	label, factor := c.Scale()
	panel := CurvePanel{Title: title, X: c.X}
	for _, x := range c.Xs {
		panel.Linear = panel.Linear || x <= 0
	}
	for i := range c.Curves {
		curve := Curve{Name: c.Name(i), Colour: i}
		for x, y := range c.Curves[i].Ys {
			if y != nil {
				curve.X, curve.Y = append(curve.X, c.Xs[x]), append(curve.Y, *y/factor)
			}
		}
		panel.Curves = append(panel.Curves, curve)
	}
	const decades = 1 // at least: values of a study tend to be close
	return drawCurves([]CurvePanel{panel}, label, caption, decades)
}

func curvesOfPage(a *report.Sweep) (d drawing, title, says string, err error) {
	c := a.Curves
	if c == nil || !c.Drawable() {
		return d, "", "", nil
	}
	label, _ := c.Scale()
	title = label + " over " + c.X
	says = "Curves of the table below"
	if c.Each != "" {
		var names []string
		for i := range c.Curves {
			names = append(names, c.Name(i))
		}
		says += ": " + strings.Join(names, ", ")
	}
	d, err = drawStudyCurves(c, "", "")
	return d, title, says + ".", err
}
