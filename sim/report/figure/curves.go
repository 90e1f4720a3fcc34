package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Curve is one machine over one quantity. Curves of one name share a colour in
// all panels; curves of one machine in two ways share the colour, and one of
// them is dashed.
type Curve struct {
	Name   string
	Colour int // of six, taken in turn
	Dashed bool
	X, Y   []float64 // equally many; what a log scale cannot show is left out
}

// CurvePanel is one pair of axes. Y is logarithmic, and X unless Linear.
type CurvePanel struct {
	Title, X string
	Linear   bool
	Curves   []Curve
}

var curveColours = []draw.GlyphStyle{
	{Color: blue, Radius: vg.Points(2), Shape: draw.CircleGlyph{}},
	{Color: red, Radius: vg.Points(2), Shape: draw.SquareGlyph{}},
	{Color: color.RGBA{0, 158, 115, 255}, Radius: vg.Points(2.3), Shape: draw.PyramidGlyph{}},
	{Color: black, Radius: vg.Points(2), Shape: draw.PlusGlyph{}},
	{Color: orange, Radius: vg.Points(2), Shape: draw.CrossGlyph{}},
	{Color: color.RGBA{204, 121, 167, 255}, Radius: vg.Points(2), Shape: draw.RingGlyph{}},
}

// Curves draws panels side by side, with one y axis, label y, and one key above
// them.
func Curves(panels []CurvePanel, y, path string) error {
	d, err := drawCurves(panels, y, "", leastDecades)
	if err != nil {
		return err
	}
	return d.save(path)
}

func drawCurves(panels []CurvePanel, y, caption string, least float64) (d drawing, err error) {
	if len(panels) == 0 {
		return d, fmt.Errorf("figure: no panels to draw")
	}
	plots := make([]*plot.Plot, len(panels))
	low, high := math.Inf(1), math.Inf(-1)
	for i := range panels {
		p, err := curvePanel(&panels[i])
		if err != nil {
			return d, err
		}
		plots[i] = p
		low, high = min(low, p.Y.Min), max(high, p.Y.Max)
	}
	for _, p := range plots {
		p.Y.Label.Text = y
		p.Y.Min, p.Y.Max = widen(low, high, least)
		if p.Y.Max < 100*p.Y.Min {
			p.Y.Tick.Marker = steps{}
		}
	}
	entries := curveKey(panels)
	lines := (len(entries) + keyColumns - 1) / keyColumns
	key := vg.Length(12*lines + 6)
	const height = 2.7 * vg.Inch
	return drawing{max(3.6*vg.Length(len(plots)), 5.2) * vg.Inch, height + key, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		c = drawCaption(c, caption)
		drawCurveKey(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-key, 0), entries)
		drawPanels(draw.Crop(c, 0, 0, 0, -key), plots, draw.Tiles{
			Rows: 1, Cols: len(plots), PadX: 10, PadTop: 4, PadBottom: 4, PadLeft: 4, PadRight: 8})
	}}, nil
}

func curvePanel(panel *CurvePanel) (*plot.Plot, error) {
	p := newPlot()
	p.Title.Text, p.X.Label.Text = panel.Title, panel.X
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
	if !panel.Linear {
		p.X.Scale = plot.LogScale{}
	}
	p.Add(decadeLines{})
	var all []float64
	for i := range panel.Curves {
		c := &panel.Curves[i]
		xys := c.points(panel.Linear)
		if len(xys) == 0 {
			continue
		}
		line, points, err := plotter.NewLinePoints(xys)
		if err != nil {
			return nil, err
		}
		line.LineStyle, points.GlyphStyle = c.line(), c.glyph()
		p.Add(line, points)
		for _, xy := range xys {
			all = append(all, xy.X)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("figure: panel %q has no point that a log scale can show", panel.Title)
	}
	slices.Sort(all)
	p.X.Tick.Marker = curveTicks(slices.Compact(all))
	if panel.Linear {
		margin := 0.04 * (p.X.Max - p.X.Min)
		p.X.Min, p.X.Max = p.X.Min-margin, p.X.Max+margin
	} else {
		p.X.Min, p.X.Max = widen(p.X.Min, p.X.Max, 0.1)
	}
	return p, nil
}

func (c *Curve) points(linear bool) (xys plotter.XYs) {
	for i, x := range c.X {
		if (linear || x > 0) && c.Y[i] > 0 && !math.IsInf(c.Y[i], 0) {
			xys = append(xys, plotter.XY{X: x, Y: c.Y[i]})
		}
	}
	return xys
}

func (c *Curve) glyph() draw.GlyphStyle { return curveColours[c.Colour%len(curveColours)] }

func (c *Curve) line() draw.LineStyle {
	style := draw.LineStyle{Color: c.glyph().Color, Width: vg.Points(1.2)}
	if c.Dashed {
		style.Dashes = []vg.Length{4, 2.5}
	}
	return style
}

// curveTicks puts a tick under every point and a label under at most seven.
func curveTicks(xs []float64) plot.ConstantTicks {
	every := (len(xs) + 6) / 7
	ticks := make(plot.ConstantTicks, len(xs))
	for i, x := range xs {
		ticks[i].Value = x
		if i%every == 0 {
			ticks[i].Label = strconv.FormatFloat(x, 'g', 6, 64)
		}
	}
	return ticks
}

// curveKey is each name once, in the order of the panels.
func curveKey(panels []CurvePanel) (entries []*Curve) {
	for i := range panels {
		for j := range panels[i].Curves {
			c := &panels[i].Curves[j]
			if !slices.ContainsFunc(entries, func(e *Curve) bool { return e.Name == c.Name }) {
				entries = append(entries, c)
			}
		}
	}
	return entries
}

const keyColumns = 3

func drawCurveKey(c draw.Canvas, entries []*Curve) {
	style := text.Style{Color: black, Font: sans(7, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	step := (c.Max.X - c.Min.X - 24) / keyColumns
	for i, e := range entries {
		x := c.Min.X + 20 + vg.Length(i%keyColumns)*step
		y := c.Max.Y - 9 - vg.Length(i/keyColumns)*12
		c.StrokeLine2(e.line(), x, y, x+20, y)
		c.DrawGlyph(e.glyph(), vg.Point{X: x + 10, Y: y})
		c.FillText(style, vg.Point{X: x + 25, Y: y}, e.Name)
	}
}
