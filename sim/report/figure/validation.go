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
	putIn     = mark{"the measurement that was put in", draw.GlyphStyle{Color: grey, Radius: vg.Points(1.8), Shape: draw.PlusGlyph{}}}
)

// place is a mark within the axis, or at the edge that its value is beyond.
type place struct {
	of   *mark
	edge draw.GlyphDrawer // nil: within
}

var (
	below draw.GlyphDrawer = arrow{-1}
	above draw.GlyphDrawer = arrow{1}
)

// style is how a mark is drawn at its place.
func (p place) style() draw.GlyphStyle {
	s := p.of.style
	if p.edge != nil {
		s.Shape = p.edge
	}
	return s
}

// arrow is a triangle that points up or down to where a value is.
type arrow struct{ up vg.Length }

func (a arrow) DrawGlyph(c *draw.Canvas, s draw.GlyphStyle, at vg.Point) {
	c.FillPolygon(s.Color, []vg.Point{
		{X: at.X - s.Radius, Y: at.Y - a.up*s.Radius}, {X: at.X + s.Radius, Y: at.Y - a.up*s.Radius}, {X: at.X, Y: at.Y + a.up*s.Radius},
	})
}

// Validation draws every figure of chips and architectures as simulated over
// published, rung beside rung; a band marks ten percent either way.
func Validation(r *validate.Result, path string) error {
	p := newPlot()
	p.Y.Scale = plot.LogScale{}
	p.Y.Min, p.Y.Max = leastRatio, mostRatio
	p.Y.Tick.Marker = ratios
	var names []plot.Tick
	points := map[place]plotter.XYs{}
	for i := range r.Rungs {
		rung := &r.Rungs[i]
		if rung.Level < 4 {
			continue
		}
		at := float64(len(names))
		names = append(names, plot.Tick{Value: at, Label: rung.ID})
		rungPoints(rung, at, points)
	}
	if len(names) == 0 {
		return fmt.Errorf("figure: no chip to draw")
	}
	p.X.Min, p.X.Max = -0.5, float64(len(names))-0.5
	p.X.Tick.Marker = plot.ConstantTicks(names)
	p.X.Tick.Length, p.X.LineStyle.Width = 0, 0
	p.Add(band{})
	for _, m := range []*mark{&putIn, &predicted, &owned} {
		for _, edge := range []draw.GlyphDrawer{nil, below, above} {
			at := place{m, edge}
			if err := scatter(p, points[at], at.style()); err != nil {
				return err
			}
		}
	}
	const key = 34
	return save(path, 7.05*vg.Inch, 3.4*vg.Inch+key, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		marksKey(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-key, 0))
		p.Draw(draw.Crop(c, 6, -10, 4, -key))
	})
}

// rungPoints spreads a rung's values over its place.
func rungPoints(rung *validate.Rung, at float64, points map[place]plotter.XYs) {
	figures, n := 0, 0
	for i := range rung.Tables {
		figures += len(rung.Tables[i].Figures)
	}
	for i := range rung.Tables {
		for j := range rung.Tables[i].Figures {
			x := at - 0.38 + 0.76*float64(n)/float64(max(figures-1, 1))
			n++
			for c, v := range rung.Tables[i].Figures[j].Values {
				m := markOf(rung.Columns[c].Name, v.Calibrated)
				y, edge := onAxis(1 + v.Error)
				points[place{m, edge}] = append(points[place{m, edge}], plotter.XY{X: x, Y: y})
			}
		}
	}
}

// onAxis keeps a ratio within the axis, a glyph away from the edge it is beyond.
func onAxis(ratio float64) (y float64, edge draw.GlyphDrawer) {
	const away = 1.08
	switch {
	case ratio < leastRatio:
		return leastRatio * away, below
	case ratio > mostRatio:
		return mostRatio / away, above
	}
	return ratio, nil
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

// marksKey says once, above the panel, what it shows and what the marks are.
func marksKey(c draw.Canvas) {
	title := text.Style{Color: black, Font: sans(8.5, true), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	style := text.Style{Color: black, Font: sans(7.5, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	x, quarter := c.Min.X+vg.Points(12), (c.Max.Y-c.Min.Y)/4
	c.FillText(title, vg.Point{X: x - 3, Y: c.Max.Y - quarter}, "simulated over published: energies, efficiencies, times and areas")
	y := c.Min.Y + quarter
	entry := func(glyph draw.GlyphStyle, name string) {
		c.DrawGlyph(glyph, vg.Point{X: x, Y: y})
		c.FillText(style, vg.Point{X: x + 7, Y: y}, name)
		x += 24 + vg.Length(len(name))*3.6
	}
	for _, m := range []*mark{&predicted, &owned, &putIn} {
		entry(m.style, m.name)
	}
	entry(draw.GlyphStyle{Color: black, Radius: vg.Points(2.1), Shape: below}, "beyond the axis")
}
