package figure

import (
	"errors"
	"image/color"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/report"
)

// Crossing draws two curves over an axis, and where they cross.
func Crossing(c *report.Crossing, path string) error {
	d, err := drawCrossing(c, 4.4*vg.Inch)
	if err != nil {
		return err
	}
	return d.save(path)
}

func drawCrossing(c *report.Crossing, width vg.Length) (d drawing, err error) {
	if len(c.Curves[0]) == 0 {
		return d, errors.New("figure: nothing of the crossover is known")
	}
	p := newPlot()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = c.Title, c.X, c.Y
	both := append(slices.Clone(c.Curves[0]), c.Curves[1]...)
	frontAxis(&p.X, both, nil, 0)
	frontAxis(&p.Y, both, nil, 1)
	if c.Ticks != nil {
		ticks := make(plot.ConstantTicks, len(c.Ticks))
		for i, label := range c.Ticks {
			ticks[i] = plot.Tick{Value: float64(i), Label: label}
		}
		p.X.Tick.Marker = ticks
	}
	p.Add(marks{c})
	for i, curve := range c.Curves {
		line, points, err := plotter.NewLinePoints(xys(curve))
		if err != nil {
			return d, err
		}
		style := Curve{Colour: i, Dashed: i == 1}
		line.LineStyle, points.GlyphStyle = style.line(), style.glyph()
		p.Add(line, points)
	}
	const key = 18
	return drawing{width, 3.2*vg.Inch + key, func(canvas draw.Canvas) {
		canvas.FillPolygon(color.White, corners(canvas.Rectangle))
		canvas = drawCaption(canvas, c.Caption)
		drawCrossingKey(draw.Crop(canvas, 0, 0, canvas.Max.Y-canvas.Min.Y-key, 0), c)
		drawAlone(p, draw.Crop(canvas, 6, -14, 4, -key))
	}}, nil
}

func drawCrossingKey(c draw.Canvas, of *report.Crossing) {
	style := text.Style{Color: black, Font: sans(7, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	x, y := c.Min.X+14, c.Max.Y-9
	for i, name := range of.Names {
		curve := Curve{Colour: i, Dashed: i == 1}
		c.StrokeLine2(curve.line(), x, y, x+20, y)
		c.DrawGlyph(curve.glyph(), vg.Point{X: x + 10, Y: y})
		c.FillText(style, vg.Point{X: x + 25, Y: y}, name)
		x += 25 + style.Width(name) + 16
	}
}

// marks are lines through the crossings, with the axis' values above them.
type marks struct{ *report.Crossing }

func (m marks) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	style := text.Style{Color: black, Font: sans(6.5, false), YAlign: draw.YTop, Handler: plot.DefaultTextHandler}
	for i, at := range m.At {
		px := x(at[0])
		c.StrokeLine2(draw.LineStyle{Color: grey, Width: vg.Points(0.8), Dashes: []vg.Length{3, 2}}, px, c.Min.Y, px, c.Max.Y)
		to := vg.Point{X: px + 3, Y: c.Max.Y - 2}
		style.XAlign = draw.XLeft
		if px > c.Min.X+0.8*(c.Max.X-c.Min.X) {
			to.X, style.XAlign = px-3, draw.XRight
		}
		c.FillText(style, to, m.AtText[i])
	}
}
