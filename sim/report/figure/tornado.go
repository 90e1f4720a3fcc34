package figure

import (
	"errors"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/report"
)

// Tornado draws two bars for each axis from the line of the base: to the output at the
// axis' greatest value, and below it to that at its least.
func Tornado(b *report.Bars, path string) error {
	d, err := drawBars(b, 5*vg.Inch)
	if err != nil {
		return err
	}
	return d.save(path)
}

func drawBars(b *report.Bars, width vg.Length) (d drawing, err error) {
	if len(b.Bars) == 0 {
		return d, errors.New("figure: no output is known at both ends of an axis")
	}
	p := newPlot()
	p.Title.Text, p.X.Label.Text = b.Title, b.X
	ends := [][2]float64{{b.Base}}
	ticks := make(plot.ConstantTicks, len(b.Bars))
	for i := range b.Bars {
		bar := &b.Bars[i]
		ends = append(ends, [2]float64{bar.At[0]}, [2]float64{bar.At[1]})
		ticks[i] = plot.Tick{Value: float64(-i), Label: bar.Name}
	}
	swingAxis(&p.X, ends)
	p.Y.Tick.Marker, p.Y.Tick.Length, p.Y.LineStyle.Width = ticks, 0, 0
	p.Y.Min, p.Y.Max = 0.4-float64(len(b.Bars)), 0.6
	p.Add(swings{b})
	const key = 18
	height := vg.Length(len(b.Bars))*24 + 80 + key
	return drawing{width, height, func(canvas draw.Canvas) {
		canvas.FillPolygon(color.White, corners(canvas.Rectangle))
		canvas = drawCaption(canvas, b.Caption)
		tornadoKey(draw.Crop(canvas, 0, 0, canvas.Max.Y-canvas.Min.Y-key, 0), b)
		drawAlone(p, draw.Crop(canvas, 6, -12, 4, -key-4))
	}}, nil
}

// swingAxis is logarithmic where all values are positive, so that factors are as long
// anywhere, and leaves room for labels beside the outermost bars.
func swingAxis(axis *plot.Axis, ends [][2]float64) {
	const room = 0.14
	low, high := math.Inf(1), math.Inf(-1)
	for _, x := range ends {
		low, high = min(low, x[0]), max(high, x[0])
	}
	if low <= 0 || low == high {
		frontAxis(axis, ends, nil, 0)
		more := room * (axis.Max - axis.Min)
		axis.Min, axis.Max = axis.Min-more, axis.Max+more
		return
	}
	axis.Scale, axis.Tick.Marker = plot.LogScale{}, steps{}
	switch {
	case high < 10*low:
		axis.Tick.Marker = plainTicks{}
	case high > 1000*low:
		axis.Tick.Marker = decades{}
	}
	more := math.Pow(high/low, room)
	axis.Min, axis.Max = low/more, high*more
}

// swings plots the bars, with the axis' values at their ends.
type swings struct{ *report.Bars }

// swingColours differ in print too: of the least values, and of the greatest.
var swingColours = [2]color.RGBA{{150, 205, 240, 255}, blue}

func (b swings) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := text.Style{Color: black, Font: sans(6, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	base := x(b.Base)
	const thick, gap = 8, 3
	for i := range b.Bars.Bars {
		bar := &b.Bars.Bars[i]
		for end, value := range [2]string{bar.Least, bar.Greatest} {
			to, low := x(bar.At[end]), y(float64(-i))-thick+vg.Length(end)*thick
			c.FillPolygon(swingColours[end], corners(vg.Rectangle{Min: vg.Point{X: base, Y: low}, Max: vg.Point{X: to, Y: low + thick}}))
			at := vg.Point{X: to + gap, Y: low + thick/2}
			style.XAlign = draw.XLeft
			if to < base {
				at.X, style.XAlign = to-gap, draw.XRight
			}
			c.FillText(style, at, value)
		}
	}
	c.StrokeLine2(draw.LineStyle{Color: black, Width: vg.Points(0.8)}, base, c.Min.Y, base, c.Max.Y)
}

func tornadoKey(c draw.Canvas, b *report.Bars) {
	style := text.Style{Color: black, Font: sans(6.5, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	y := c.Max.Y - 9
	for i, name := range []string{"at an axis' least value", "at its greatest", b.BaseText} {
		x := c.Min.X + 14 + vg.Length(i)*115
		if i < 2 {
			c.FillPolygon(swingColours[i], corners(vg.Rectangle{Min: vg.Point{X: x, Y: y - 4}, Max: vg.Point{X: x + 12, Y: y + 4}}))
		} else {
			c.StrokeLine2(draw.LineStyle{Color: black, Width: vg.Points(0.8)}, x+6, y-5, x+6, y+5)
		}
		c.FillText(style, vg.Point{X: x + 16, Y: y}, name)
	}
}
