package figure

import (
	"errors"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/report"
)

// linearUpTo is the ratio of the largest to the smallest value that is still shown on a
// linear axis.
const linearUpTo = 20

// Cloud draws the points of a study in two outputs, and those of a front on the stairs
// that no point is beyond.
func Cloud(c *report.Cloud, path string) error {
	d, err := drawCloud(c, 4.4*vg.Inch, 3.2*vg.Inch)
	if err != nil {
		return err
	}
	return d.save(path)
}

func drawCloud(c *report.Cloud, width, height vg.Length) (d drawing, err error) {
	if len(c.Front) == 0 {
		return d, errors.New("figure: no point is known in both outputs")
	}
	p := newPlot()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = c.Title, c.X, c.Y
	if c.Bounds != "" {
		p.Title.Text += "\n" + c.Bounds + ": rings; else crosses"
	}
	all, front := xys(c.All), xys(c.Front)
	for i, axis := range []*plot.Axis{&p.X, &p.Y} {
		frontAxis(axis, append(slices.Clone(c.All), c.Barred...), c.Front, i)
	}
	if err := scatter(p, xys(c.Barred), draw.GlyphStyle{Color: grey, Radius: vg.Points(1.3), Shape: draw.CrossGlyph{}}); err != nil {
		return d, err
	}
	if err := scatter(p, all, draw.GlyphStyle{Color: grey, Radius: vg.Points(1.1), Shape: draw.RingGlyph{}}); err != nil {
		return d, err
	}
	if c.Others == 0 {
		stairs, err := plotter.NewLine(stairsOf(c))
		if err != nil {
			return d, err
		}
		stairs.LineStyle = draw.LineStyle{Color: blue, Width: vg.Points(1)}
		p.Add(stairs)
	}
	if err := scatter(p, front, draw.GlyphStyle{Color: blue, Radius: vg.Points(2.2), Shape: draw.CircleGlyph{}}); err != nil {
		return d, err
	}
	return drawing{width, height, func(canvas draw.Canvas) {
		canvas.FillPolygon(color.White, corners(canvas.Rectangle))
		drawAlone(p, draw.Crop(drawCaption(canvas, c.Caption), 6, -12, 6, -6))
	}}, nil
}

func xys(points [][2]float64) (all plotter.XYs) {
	for _, p := range points {
		all = append(all, plotter.XY{X: p[0], Y: p[1]})
	}
	return all
}

// frontAxis makes an axis linear from zero on, or logarithmic where values are far apart.
func frontAxis(axis *plot.Axis, all, front [][2]float64, i int) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, points := range [][][2]float64{all, front} {
		for _, p := range points {
			low, high = min(low, p[i]), max(high, p[i])
		}
	}
	if low > 0 && high > linearUpTo*low {
		axis.Scale, axis.Tick.Marker = plot.LogScale{}, decades{}
		if high < 1000*low {
			axis.Tick.Marker = steps{}
		}
		axis.Min, axis.Max = widen(low, high, 0.1)
		return
	}
	margin := 0.05 * (high - low)
	if margin == 0 {
		margin = 0.05*math.Abs(high) + 1e-300
	}
	axis.Min, axis.Max = low-margin, high+margin
}

// steps ticks 1, 2 and 5 in each decade.
type steps struct{}

func (steps) Ticks(low, high float64) (ticks []plot.Tick) {
	for decade := math.Pow(10, math.Floor(math.Log10(low))); decade <= high; decade *= 10 {
		for _, step := range []float64{1, 2, 5} {
			if x := decade * step; x >= low && x <= high {
				ticks = append(ticks, plot.Tick{Value: x, Label: strconv.FormatFloat(x, 'f', -1, 64)})
			}
		}
	}
	return ticks
}

// stairsOf is the edge between what the front's points are no worse than and the rest.
func stairsOf(c *report.Cloud) (line plotter.XYs) {
	for i, p := range c.Front {
		if i > 0 {
			before := c.Front[i-1]
			corner := plotter.XY{X: p[0], Y: before[1]}
			if c.MoreX {
				corner = plotter.XY{X: before[0], Y: p[1]}
			}
			line = append(line, corner)
		}
		line = append(line, plotter.XY{X: p[0], Y: p[1]})
	}
	return line
}
