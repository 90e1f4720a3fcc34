package figure

import (
	"xbar/sim/report"
)

// StudyCurves draws an output of a study over an axis, a line for each value of another.
func StudyCurves(title string, c *report.SweepCurves, path string) error {
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
	return drawCurves([]CurvePanel{panel}, label, path, decades)
}
