package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/system"
)

const (
	panelWidth   = 2.35 * vg.Inch
	panelHeight  = 2.05 * vg.Inch
	panelsInARow = 3
	axisLabel    = vg.Length(10) // beside a panel
	leastDecades = 3.0           // of a panel's y axis: what is flat looks flat
	pico         = 1e-12
)

// Laws draws every law as a panel, log-log but for bits: simulated points on the
// lines of the closed forms.
func Laws(r *system.LawsResult, path string) error {
	if len(r.Laws) == 0 {
		return fmt.Errorf("figure: no laws to draw")
	}
	cols := min(panelsInARow, len(r.Laws))
	rows := (len(r.Laws) + cols - 1) / cols
	panels := make([]*plot.Plot, len(r.Laws))
	for i := range r.Laws {
		p, err := lawPanel(&r.Laws[i])
		if err != nil {
			return err
		}
		panels[i] = p
	}
	const key = 18
	return save(path, panelWidth*vg.Length(cols), panelHeight*vg.Length(rows)+key, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		lawsKey(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-key, 0))
		drawPanels(draw.Crop(c, 0, 0, 0, -key), panels, draw.Tiles{
			Rows: rows, Cols: cols, PadX: 8, PadY: 10, PadTop: 4, PadBottom: 4, PadLeft: 4, PadRight: 8})
	})
}

// drawPanels lines the y axes of a column up (plot.Align would leave gaps
// under the titles) and labels axes beside the panels (labels of the plot's own
// would shorten its axes: it takes the middle of a log scale for far right).
func drawPanels(c draw.Canvas, panels []*plot.Plot, tiles draw.Tiles) {
	tile := func(i int) draw.Canvas {
		return draw.Crop(tiles.At(c, i%tiles.Cols, i/tiles.Cols), axisLabel, 0, axisLabel, 0)
	}
	xs, ys := make([]string, len(panels)), make([]string, len(panels))
	widest := make([]vg.Length, tiles.Cols)
	left := func(i int) vg.Length { return panels[i].DataCanvas(tile(i)).Min.X - tile(i).Min.X }
	for i, p := range panels {
		xs[i], p.X.Label.Text = p.X.Label.Text, ""
		ys[i], p.Y.Label.Text = p.Y.Label.Text, ""
		widest[i%tiles.Cols] = max(widest[i%tiles.Cols], left(i))
	}
	for i, p := range panels {
		own := draw.Crop(tile(i), widest[i%tiles.Cols]-left(i), 0, 0, 0)
		p.Draw(own)
		data := p.DataCanvas(own)
		style := p.X.Label.TextStyle
		style.XAlign, style.YAlign = draw.XCenter, draw.YTop
		c.FillText(style, vg.Point{X: data.Center().X, Y: own.Min.Y}, xs[i])
		style.Rotation = math.Pi / 2
		c.FillText(style, vg.Point{X: tile(i).Min.X - axisLabel, Y: data.Center().Y}, ys[i])
	}
}

// drawAlone is drawPanels of one.
func drawAlone(p *plot.Plot, c draw.Canvas) {
	drawPanels(c, []*plot.Plot{p}, draw.Tiles{Rows: 1, Cols: 1})
}

func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}

var (
	pointStyle = draw.GlyphStyle{Color: blue, Radius: vg.Points(2.2), Shape: draw.CircleGlyph{}}
	lineStyle  = draw.LineStyle{Color: orange, Width: vg.Points(1.4)}
	totalStyle = draw.LineStyle{Color: grey, Width: vg.Points(1), Dashes: []vg.Length{3, 2}}
)

// lawsKey says once, above all panels, what points and lines are.
func lawsKey(c draw.Canvas) {
	style := text.Style{Color: black, Font: sans(7.5, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	y, x := c.Center().Y, c.Min.X+vg.Points(12)
	c.DrawGlyph(pointStyle, vg.Point{X: x, Y: y})
	c.FillText(style, vg.Point{X: x + 7, Y: y}, "simulated")
	x += 60
	c.StrokeLine2(lineStyle, x, y, x+16, y)
	c.FillText(style, vg.Point{X: x + 21, Y: y}, "closed form")
	x += 80
	c.StrokeLine2(totalStyle, x, y, x+16, y)
	c.FillText(style, vg.Point{X: x + 21, Y: y}, "whole machine without static power")
}

func lawPanel(law *system.Law) (*plot.Plot, error) {
	p := newPlot()
	verdict := ""
	if !law.Holds {
		verdict = "   DOES NOT HOLD"
		p.Title.TextStyle.Color = red
	}
	slope := "slope"
	if law.SlopeIs != "" {
		slope = strings.Fields(law.SlopeIs)[0] + " slope"
	}
	p.Title.Text = fmt.Sprintf("%s%s\n%s %s, theory %s", law.ID, verdict, slope, signed(law.Slope), signed(law.SlopeTheory))
	p.X.Label.Text = law.X
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
	first, last := law.Points[0].X, law.Points[len(law.Points)-1].X
	linear := first > 0 && last < 10*first
	if !linear {
		p.X.Scale = plot.LogScale{}
	}
	p.X.Tick.Marker = decades{}
	if whole(law.Points) {
		p.X.Tick.Marker = ticksAt(law.Points)
	}
	p.Add(decadeLines{})
	symbol, joule := unitOf(law.Points)
	p.Y.Label.Text = "energy (" + symbol + "/MAC)"
	of := func(q func(system.LawPoint) float64) plotter.XYs { return series(law.Points, joule, q) }

	total := of(func(q system.LawPoint) float64 { return q.TotalJPerMAC })
	if law.CrossesAt > 0 {
		total = nil // several machines are compared, and what is around them is the same
	}
	theory := of(func(q system.LawPoint) float64 { return q.TheoryJPerMAC })
	measured := of(func(q system.LawPoint) float64 { return q.MeasuredJPerMAC })
	if len(theory)+len(measured) == 0 {
		return nil, fmt.Errorf("figure: law %s has no point that a log scale can show", law.ID)
	}
	if err := addCurve(p, total, totalStyle, nil, draw.GlyphStyle{}); err != nil {
		return nil, err
	}
	if err := addOthers(p, law, of); err != nil {
		return nil, err
	}
	if err := addCurve(p, theory, lineStyle, measured, pointStyle); err != nil {
		return nil, err
	}
	if law.Series != "" && len(measured) > 0 {
		p.Add(name{law.Series, measured, blue})
	}
	if law.CrossesAt > 0 {
		p.Add(crossing{at: law.CrossesAt, y: between(measured, law.CrossesAt), what: law.X})
	}
	p.Y.Min, p.Y.Max = widen(p.Y.Min, p.Y.Max, leastDecades)
	if linear {
		p.X.Min, p.X.Max = first-0.06*(last-first), last+0.06*(last-first)
	} else {
		p.X.Min, p.X.Max = widen(p.X.Min, p.X.Max, 0.1)
	}
	return p, nil
}

// addCurve adds a line of the closed form and the points simulated on it, what
// there is of them.
func addCurve(p *plot.Plot, line plotter.XYs, style draw.LineStyle, points plotter.XYs, glyph draw.GlyphStyle) error {
	if len(line) > 0 {
		l, err := plotter.NewLine(line)
		if err != nil {
			return err
		}
		l.LineStyle = style
		p.Add(l)
	}
	if len(points) > 0 {
		s, err := plotter.NewScatter(points)
		if err != nil {
			return err
		}
		s.GlyphStyle = glyph
		p.Add(s)
	}
	return nil
}

// otherStyles are those of a law's other series, in their order. Shapes tell them
// apart without colour.
var otherStyles = []struct {
	colour color.Color
	shape  draw.GlyphDrawer
}{
	{color.RGBA{0, 158, 115, 255}, draw.TriangleGlyph{}},
	{color.RGBA{204, 121, 167, 255}, draw.BoxGlyph{}},
	{color.RGBA{86, 180, 233, 255}, draw.PlusGlyph{}},
}

// besides says where the name of a series stands: how far along it, and on which
// side.
var besides = map[string]struct {
	along       float64
	below, left bool
}{
	"DRAM":               {along: 0.3},
	"floor":              {along: 0.65, below: true},
	"loading of weights": {along: 0.6, below: true, left: true},

	"analog, one conversion": {along: 0.9, left: true},
	"digital":                {along: 0.75, below: true},
	"analog, bit by bit":     {along: 0.4, left: true},
	"analog, amplified":      {along: 0.3, below: true},
}

// name writes what a curve is beside one of its points.
type name struct {
	text   string
	curve  plotter.XYs
	colour color.Color
}

func (n name) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	place := besides[n.text]
	point := n.curve[int(place.along*float64(len(n.curve)-1)+0.5)]
	style := text.Style{Color: n.colour, Font: sans(6.5, true), YAlign: draw.YBottom, Handler: plot.DefaultTextHandler}
	at := vg.Point{X: x(point.X) + 3, Y: y(point.Y) + 3}
	if place.below {
		style.YAlign, at.Y = draw.YTop, at.Y-6
	}
	if place.left {
		style.XAlign, at.X = draw.XRight, at.X-6
	}
	_, short, cut := strings.Cut(n.text, ", ") // what machine it is follows from the others
	if !cut {
		short = n.text
	}
	c.FillText(style, at, short)
}

func addOthers(p *plot.Plot, law *system.Law, of func(func(system.LawPoint) float64) plotter.XYs) error {
	for i, o := range law.Points[0].Others {
		style := otherStyles[i%len(otherStyles)]
		theory := of(func(q system.LawPoint) float64 { return q.Others[i].TheoryJPerMAC })
		measured := of(func(q system.LawPoint) float64 { return q.Others[i].MeasuredJPerMAC })
		if len(measured) == 0 {
			continue
		}
		err := addCurve(p, theory, draw.LineStyle{Color: style.colour, Width: vg.Points(1.1)}, measured, draw.GlyphStyle{Color: style.colour, Radius: vg.Points(1.9), Shape: style.shape})
		if err != nil {
			return err
		}
		p.Add(name{o.Name, measured, style.colour})
	}
	return nil
}

// crossing marks where two curves cross.
type crossing struct {
	at, y float64
	what  string
}

func (m crossing) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	at := vg.Point{X: x(m.at), Y: y(m.y)}
	c.StrokeLine2(draw.LineStyle{Color: black, Width: vg.Points(0.6), Dashes: []vg.Length{1, 2}}, at.X, c.Min.Y, at.X, at.Y)
	c.DrawGlyph(draw.GlyphStyle{Color: black, Radius: vg.Points(4), Shape: draw.RingGlyph{}}, at)
	style := text.Style{Color: black, Font: sans(6.5, true), XAlign: draw.XLeft, YAlign: draw.YBottom, Handler: plot.DefaultTextHandler}
	c.FillText(style, vg.Point{X: at.X + 3, Y: c.Min.Y + 3}, strconv.FormatFloat(m.at, 'f', 1, 64)+" "+m.what)
}

// between is the height of a curve at x, on the straight line of its logarithm.
func between(curve plotter.XYs, x float64) float64 {
	for i := 1; i < len(curve); i++ {
		if a, b := curve[i-1], curve[i]; x <= b.X {
			return a.Y * math.Pow(b.Y/a.Y, (x-a.X)/(b.X-a.X))
		}
	}
	return curve[len(curve)-1].Y
}

// unitOf is the unit in which a law's own energies are numbers that are read
// easily.
func unitOf(points []system.LawPoint) (symbol string, joule float64) {
	low, high := math.Inf(1), 0.0
	for _, q := range points {
		for _, x := range []float64{q.MeasuredJPerMAC, q.TotalJPerMAC} {
			if x > 0 {
				low, high = min(low, x), max(high, x)
			}
		}
	}
	switch middle := math.Sqrt(low * high); {
	case middle >= 300*pico:
		return "nJ", 1000 * pico
	case high >= pico:
		return "pJ", pico
	}
	return "fJ", pico / 1000
}

// series keeps what a log scale can show, in the unit.
func series(points []system.LawPoint, joule float64, of func(system.LawPoint) float64) plotter.XYs {
	var xys plotter.XYs
	for _, q := range points {
		if q.X > 0 && of(q) > 0 {
			xys = append(xys, plotter.XY{X: q.X, Y: of(q) / joule})
		}
	}
	return xys
}

// widen gives a log range a margin and at least so many decades.
func widen(low, high, least float64) (float64, float64) {
	const margin = 0.06 // of the range, on either side
	middle := (math.Log10(low) + math.Log10(high)) / 2
	half := max(least, (1+2*margin)*(math.Log10(high)-math.Log10(low))) / 2
	return math.Pow(10, middle-half), math.Pow(10, middle+half)
}

// signed prints a slope with a proper minus sign.
func signed(x float64) string {
	if math.Abs(x) < 0.005 {
		x = 0
	}
	return strings.Replace(strconv.FormatFloat(x, 'f', 2, 64), "-", "−", 1)
}

// whole reports whether every x is a whole number, and makes a tick.
func whole(points []system.LawPoint) bool {
	return !slices.ContainsFunc(points, func(q system.LawPoint) bool { return q.X != math.Trunc(q.X) })
}

const mostLabels = 5

// ticksAt puts a tick under every point and a label under at most five.
func ticksAt(points []system.LawPoint) plot.ConstantTicks {
	every := (len(points) + mostLabels - 1) / mostLabels
	if n := len(points); n > 2 && points[n-2].X+1 == points[n-1].X {
		every = 2 // and not 2, 5, 8
	}
	var ticks plot.ConstantTicks
	for i, q := range points {
		tick := plot.Tick{Value: q.X}
		if i%every == 0 {
			tick.Label = strconv.FormatFloat(q.X, 'g', -1, 64)
		}
		ticks = append(ticks, tick)
	}
	return ticks
}

// decades ticks powers of ten.
type decades struct{}

func (decades) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for e := int(math.Floor(math.Log10(low))); e <= int(math.Ceil(math.Log10(high))); e++ {
		for digit := 1; digit < 10; digit++ {
			tick := plot.Tick{Value: float64(digit) * math.Pow10(e)}
			if digit == 1 {
				tick.Label = strconv.FormatFloat(tick.Value, 'f', max(0, -e), 64)
			}
			if tick.Value >= low && tick.Value <= high {
				ticks = append(ticks, tick)
			}
		}
	}
	return ticks
}

// decadeLines is the grid behind the data, one line per power of ten.
type decadeLines struct{}

func (decadeLines) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if tick.Label != "" {
			c.StrokeLine2(draw.LineStyle{Color: faint, Width: vg.Points(0.5)}, c.Min.X, y(tick.Value), c.Max.X, y(tick.Value))
		}
	}
}
