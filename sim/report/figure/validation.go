package figure

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/validate"
)

// The ratios that a validation shows; what lies beyond is drawn at the edge.
const (
	leastRatio = 0.02
	mostRatio  = 4.0
	bandRatio  = 0.1
)

// mark is how a value of a validation is drawn.
type mark struct {
	name  string
	style draw.GlyphStyle
}

var (
	predicted = mark{"models alone", draw.GlyphStyle{Color: red, Radius: vg.Points(2.1), Shape: draw.SquareGlyph{}}}
	owned     = mark{"with the chip's own measurements", draw.GlyphStyle{Color: blue, Radius: vg.Points(2.1), Shape: draw.CircleGlyph{}}}
	putIn     = mark{"that very measurement", draw.GlyphStyle{Color: grey, Radius: vg.Points(1.8), Shape: draw.PlusGlyph{}}}
	beyond    = draw.GlyphStyle{Color: black, Radius: vg.Points(2), Shape: draw.PyramidGlyph{}}
)

// Validation draws every figure of chips and architectures as simulated over
// published, rung beside rung; a band marks ten percent either way.
func Validation(r *validate.Result, path string) error {
	p := newPlot()
	p.Title.Text = "simulated over published"
	p.Y.Scale = plot.LogScale{}
	p.Y.Min, p.Y.Max = leastRatio, mostRatio
	p.Y.Tick.Marker = ratios
	var names []plot.Tick
	points := map[*mark]plotter.XYs{}
	var low plotter.XYs
	for i := range r.Rungs {
		rung := &r.Rungs[i]
		if rung.Level < 4 {
			continue
		}
		at := float64(len(names))
		names = append(names, plot.Tick{Value: at, Label: rung.ID})
		low = append(low, rungPoints(rung, at, points)...)
	}
	if len(names) == 0 {
		return fmt.Errorf("figure: no chip to draw")
	}
	p.X.Min, p.X.Max = -0.5, float64(len(names))-0.5
	p.X.Tick.Marker = plot.ConstantTicks(names)
	p.X.Tick.Length, p.X.LineStyle.Width = 0, 0
	p.Add(band{})
	for _, m := range []*mark{&putIn, &predicted, &owned} {
		if err := scatter(p, points[m], m.style); err != nil {
			return err
		}
	}
	if err := scatter(p, low, beyond); err != nil {
		return err
	}
	const key = 18
	return save(path, 7.05*vg.Inch, 3.4*vg.Inch+key, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		marksKey(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-key, 0))
		p.Draw(draw.Crop(c, 6, -10, 4, -key))
	})
}

// rungPoints spreads a rung's values over its place, and gives those below the
// axis apart.
func rungPoints(rung *validate.Rung, at float64, points map[*mark]plotter.XYs) (low plotter.XYs) {
	figures, n := 0, 0
	for i := range rung.Tables {
		figures += len(rung.Tables[i].Figures)
	}
	for i := range rung.Tables {
		for j := range rung.Tables[i].Figures {
			x := at - 0.38 + 0.76*float64(n)/float64(max(figures-1, 1))
			n++
			for c, v := range rung.Tables[i].Figures[j].Values {
				y := 1 + v.Error
				if y < leastRatio {
					low = append(low, plotter.XY{X: x, Y: leastRatio * 1.08})
					continue
				}
				m := markOf(rung.Columns[c].Name, v.Calibrated)
				points[m] = append(points[m], plotter.XY{X: x, Y: min(y, mostRatio)})
			}
		}
	}
	return low
}

func markOf(column string, calibrated bool) *mark {
	switch {
	case calibrated:
		return &putIn
	case column == "library" || column == "as counted":
		return &predicted
	}
	return &owned
}

func scatter(p *plot.Plot, xys plotter.XYs, style draw.GlyphStyle) error {
	if len(xys) == 0 {
		return nil
	}
	s, err := plotter.NewScatter(xys)
	if err != nil {
		return err
	}
	s.GlyphStyle = style
	p.Add(s)
	return nil
}

// ratios are the ticks of a ratio around one.
var ratios = plot.ConstantTicks{
	{Value: 0.02, Label: "1/50"}, {Value: 0.05, Label: "1/20"}, {Value: 0.1, Label: "1/10"}, {Value: 0.2, Label: "1/5"},
	{Value: 0.5, Label: "1/2"}, {Value: 1, Label: "1"}, {Value: 2, Label: "2"}, {Value: 4, Label: "4"},
}

// band is ten percent either way of a line at one, and a line between rungs.
type band struct{}

func (band) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	c.FillPolygon(faint, corners(vg.Rectangle{
		Min: vg.Point{X: x(p.X.Min), Y: y(1 - bandRatio)}, Max: vg.Point{X: x(p.X.Max), Y: y(1 + bandRatio)},
	}))
	c.StrokeLine2(draw.LineStyle{Color: grey, Width: vg.Points(0.5)}, x(p.X.Min), y(1), x(p.X.Max), y(1))
	for at := math.Ceil(p.X.Min) + 0.5; at < p.X.Max; at++ {
		c.StrokeLine2(draw.LineStyle{Color: faint, Width: vg.Points(0.7)}, x(at), y(p.Y.Min), x(at), y(p.Y.Max))
	}
}

// marksKey says once, above the panel, what the marks are.
func marksKey(c draw.Canvas) {
	style := text.Style{Color: black, Font: sans(7.5, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	y, x := c.Center().Y, c.Min.X+vg.Points(12)
	for _, m := range []mark{predicted, owned, putIn} {
		c.DrawGlyph(m.style, vg.Point{X: x, Y: y})
		c.FillText(style, vg.Point{X: x + 7, Y: y}, m.name)
		x += 24 + vg.Length(len(m.name))*3.9
	}
	c.DrawGlyph(beyond, vg.Point{X: x, Y: y})
	c.FillText(style, vg.Point{X: x + 7, Y: y}, "below the axis")
}
