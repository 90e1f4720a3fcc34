package figure

import (
	"fmt"
	"image/color"
	"math"
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
	panelHeight  = 2.0 * vg.Inch
	panelsInARow = 3
	leastDecades = 3.0 // of a panel's y axis: what is flat looks flat
	pico         = 1e-12
)

// Laws draws every law as a log-log panel: simulated points on the line of
// the closed form, pJ/MAC.
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
			Rows: rows, Cols: cols, PadX: 8, PadY: 10, PadTop: 4, PadBottom: 4, PadLeft: 18, PadRight: 8}, "energy (pJ/MAC)")
	})
}

// drawPanels lines the y axes of a column up (plot.Align would leave gaps
// under the titles) and labels them once a row (a label of the plot's own
// would shorten its axis).
func drawPanels(c draw.Canvas, panels []*plot.Plot, tiles draw.Tiles, y string) {
	tile := func(i int) draw.Canvas { return tiles.At(c, i%tiles.Cols, i/tiles.Cols) }
	left := func(i int) vg.Length { return panels[i].DataCanvas(tile(i)).Min.X - tile(i).Min.X }
	widest := make([]vg.Length, tiles.Cols)
	for i := range panels {
		widest[i%tiles.Cols] = max(widest[i%tiles.Cols], left(i))
	}
	for i, p := range panels {
		p.Draw(draw.Crop(tile(i), widest[i%tiles.Cols]-left(i), 0, 0, 0))
		if i%tiles.Cols == 0 {
			middle := p.DataCanvas(tile(i))
			style := p.Y.Label.TextStyle
			style.Rotation = math.Pi / 2
			style.YAlign = draw.YTop
			c.FillText(style, vg.Point{X: c.Min.X + 4, Y: middle.Center().Y}, y)
		}
	}
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
	p.Title.Text = fmt.Sprintf("%s%s\nslope %s, closed form %s", law.ID, verdict, signed(law.Slope), signed(law.SlopeTheory))
	p.X.Label.Text = law.X
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}

	measured := series(law.Points, func(q system.LawPoint) float64 { return q.MeasuredJPerMAC })
	theory := series(law.Points, func(q system.LawPoint) float64 { return q.TheoryJPerMAC })
	p.X.Tick.Marker = ticksAt(law.Points)
	p.Y.Tick.Marker = decades{}
	p.Add(decadeLines{})
	if total := series(law.Points, func(q system.LawPoint) float64 { return q.TotalJPerMAC }); len(total) > 0 {
		line, err := plotter.NewLine(total)
		if err != nil {
			return nil, err
		}
		line.LineStyle = totalStyle
		p.Add(line)
	}
	if len(theory) > 0 {
		line, err := plotter.NewLine(theory)
		if err != nil {
			return nil, err
		}
		line.LineStyle = lineStyle
		p.Add(line)
	}
	if len(measured) > 0 {
		points, err := plotter.NewScatter(measured)
		if err != nil {
			return nil, err
		}
		points.GlyphStyle = pointStyle
		p.Add(points)
	}
	if len(theory)+len(measured) == 0 {
		return nil, fmt.Errorf("figure: law %s has no point that a log scale can show", law.ID)
	}
	p.X.Min, p.X.Max = widen(p.X.Min, p.X.Max, 0.1)
	p.Y.Min, p.Y.Max = widen(p.Y.Min, p.Y.Max, leastDecades)
	return p, nil
}

// series keeps what a log scale can show, in pJ/MAC.
func series(points []system.LawPoint, of func(system.LawPoint) float64) plotter.XYs {
	var xys plotter.XYs
	for _, q := range points {
		if q.X > 0 && of(q) > 0 {
			xys = append(xys, plotter.XY{X: q.X, Y: of(q) / pico})
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

const mostLabels = 5

// ticksAt puts a tick under every point and a label under at most five.
func ticksAt(points []system.LawPoint) plot.ConstantTicks {
	every := (len(points) + mostLabels - 1) / mostLabels
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
