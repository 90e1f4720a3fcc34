package figure

import (
	"cmp"
	"errors"
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

// Measured is what came of a chip: accuracies in percent, with where they are with
// 95 % confidence, and the joules of an inference.
type Measured struct {
	X              float64 // of a study
	Accuracy       float64
	Low, High      float64
	EnergyJ        float64
	Group, Caption string // of a front: what it is, and what stands beside it there
}

// AccuracySeries is chips along one quantity. Series of one name share a colour.
type AccuracySeries struct {
	Name   string
	Colour int // of six, taken in turn
	Points []Measured
}

// AccuracyPanel is one quantity, above which stands the accuracy and below it the energy.
type AccuracyPanel struct {
	X      string
	Linear bool
	Series []AccuracySeries
}

const (
	multiples      = 4
	multipleWidth  = 2.1 * vg.Inch
	multipleHeight = 1.55 * vg.Inch
)

// Accuracy draws panels in rows of four: accuracy with its confidence, against that of
// a reference, and energy of an inference.
func Accuracy(panels []AccuracyPanel, reference Measured, path string) error {
	if len(panels) == 0 {
		return errors.New("figure: no panels to draw")
	}
	blocks := (len(panels) + multiples - 1) / multiples
	least, most, joules := reference.Low, reference.High, 0.0
	for _, p := range panels {
		for _, s := range p.Series {
			for _, q := range s.Points {
				least, most, joules = min(least, q.Low), max(most, q.High), max(joules, q.EnergyJ)
			}
		}
	}
	symbol, factor := unitOfJoules(joules)
	plots := make([]*plot.Plot, 2*blocks*multiples)
	for i := range panels {
		above, below, err := panels[i].draw(reference, factor)
		if err != nil {
			return err
		}
		above.Y.Min, above.Y.Max = math.Max(0, 10*math.Floor(least/10)), math.Min(100, 10*math.Ceil(most/10))
		above.Y.Tick.Marker = every(20)
		below.Y.Min, below.Y.Max = 0, 1.08*joules/factor
		if i%multiples == 0 {
			above.Y.Label.Text, below.Y.Label.Text = "accuracy (%)", "energy of an image ("+symbol+")"
		}
		at := i/multiples*2*multiples + i%multiples
		plots[at], plots[at+multiples] = above, below
	}
	for i := range plots { // places of a last row without a panel
		if plots[i] == nil {
			plots[i] = newPlot()
			plots[i].HideAxes()
		}
	}
	const key = 20
	return save(path, multiples*multipleWidth, vg.Length(2*blocks)*multipleHeight+key, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		accuracyKey(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-key, 0), panels, reference)
		drawPanels(draw.Crop(c, 0, 0, 0, -key), plots, draw.Tiles{
			Rows: 2 * blocks, Cols: multiples, PadX: 8, PadY: 8, PadTop: 4, PadBottom: 4, PadLeft: 4, PadRight: 8})
	})
}

// unitOfJoules is the prefix in which an energy is written, and what it stands for.
func unitOfJoules(joules float64) (symbol string, factor float64) {
	for _, u := range []struct {
		symbol string
		factor float64
	}{{"mJ", 1e-3}, {"µJ", 1e-6}, {"nJ", 1e-9}} {
		if joules >= u.factor {
			return u.symbol, u.factor
		}
	}
	return "pJ", 1e-12
}

func (panel *AccuracyPanel) draw(reference Measured, factor float64) (above, below *plot.Plot, err error) {
	above, below = newPlot(), newPlot()
	below.X.Label.Text = panel.X
	var xs []float64
	for _, p := range []*plot.Plot{above, below} {
		if !panel.Linear {
			p.X.Scale = plot.LogScale{}
		}
		p.Add(tickLines{})
	}
	above.Add(level{reference})
	for i := range panel.Series {
		s := &panel.Series[i]
		style := curveColours[s.Colour%len(curveColours)]
		var accuracy, energy plotter.XYs
		for _, q := range s.Points {
			if !panel.Linear && q.X <= 0 {
				return nil, nil, fmt.Errorf("figure: panel %q has a point at %g, which a log scale cannot show", panel.X, q.X)
			}
			xs = append(xs, q.X)
			accuracy = append(accuracy, plotter.XY{X: q.X, Y: q.Accuracy})
			energy = append(energy, plotter.XY{X: q.X, Y: q.EnergyJ / factor})
		}
		above.Add(confidence{s.Points, style.Color})
		line := draw.LineStyle{Color: style.Color, Width: vg.Points(1.2)}
		if err := addCurve(above, accuracy, line, accuracy, style); err != nil {
			return nil, nil, err
		}
		if err := addCurve(below, energy, line, energy, style); err != nil {
			return nil, nil, err
		}
	}
	slices.Sort(xs)
	xs = slices.Compact(xs)
	for _, p := range []*plot.Plot{above, below} {
		p.X.Tick.Marker = prefixed(xs)
		if panel.Linear {
			margin := 0.06 * (p.X.Max - p.X.Min)
			p.X.Min, p.X.Max = p.X.Min-margin, p.X.Max+margin
		} else {
			p.X.Min, p.X.Max = widen(p.X.Min, p.X.Max, 0.1)
		}
	}
	return above, below, nil
}

// prefixed puts a tick under every point, of which thousands and millions are short.
func prefixed(xs []float64) plot.ConstantTicks {
	ticks := make(plot.ConstantTicks, len(xs))
	for i, x := range xs {
		ticks[i] = plot.Tick{Value: x, Label: strconv.FormatFloat(x, 'g', 3, 64)}
		for _, u := range []struct {
			of     float64
			symbol string
		}{{1e6, "M"}, {1e3, "k"}} {
			if x >= u.of {
				ticks[i].Label = strconv.FormatFloat(x/u.of, 'g', 3, 64) + u.symbol
				break
			}
		}
	}
	return ticks
}

// tickLines is a grid behind the data, one line a labelled tick.
type tickLines struct{}

func (tickLines) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if tick.Label != "" {
			c.StrokeLine2(draw.LineStyle{Color: faint, Width: vg.Points(0.5)}, c.Min.X, y(tick.Value), c.Max.X, y(tick.Value))
		}
	}
}

// level is a reference's accuracy, across.
type level struct{ Measured }

var levelStyle = draw.LineStyle{Color: grey, Width: vg.Points(0.9), Dashes: []vg.Length{3, 2}}

func (l level) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	c.StrokeLine2(levelStyle, c.Min.X, y(l.Accuracy), c.Max.X, y(l.Accuracy))
}

// confidence is the band in which a series is.
type confidence struct {
	points []Measured
	colour color.Color
}

func (b confidence) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var outline []vg.Point
	for _, q := range b.points {
		outline = append(outline, vg.Point{X: x(q.X), Y: y(q.High)})
	}
	for _, q := range slices.Backward(b.points) {
		outline = append(outline, vg.Point{X: x(q.X), Y: y(q.Low)})
	}
	c.FillPolygon(pale(b.colour), outline)
}

func pale(of color.Color) color.Color {
	r, g, b, _ := of.RGBA()
	return color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 50}
}

// accuracyKey says once, above all panels, what lines and bands are.
func accuracyKey(c draw.Canvas, panels []AccuracyPanel, reference Measured) {
	style := text.Style{Color: black, Font: sans(7, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	x, y := c.Min.X+vg.Points(14), c.Center().Y
	var named []string
	for _, p := range panels {
		for _, s := range p.Series {
			if slices.Contains(named, s.Name) {
				continue
			}
			named = append(named, s.Name)
			glyph := curveColours[s.Colour%len(curveColours)]
			c.FillPolygon(pale(glyph.Color), corners(vg.Rectangle{Min: vg.Point{X: x, Y: y - 4}, Max: vg.Point{X: x + 20, Y: y + 4}}))
			c.StrokeLine2(draw.LineStyle{Color: glyph.Color, Width: vg.Points(1.2)}, x, y, x+20, y)
			c.DrawGlyph(glyph, vg.Point{X: x + 10, Y: y})
			c.FillText(style, vg.Point{X: x + 25, Y: y}, s.Name)
			x += 25 + style.Width(s.Name) + 16
		}
	}
	c.StrokeLine2(levelStyle, x, y, x+20, y)
	c.FillText(style, vg.Point{X: x + 25, Y: y}, reference.Caption)
}

// Front draws the accuracies of chips against their energies, and connects those that
// no other is better than in both. It captions these.
func Front(points []Measured, reference Measured, path string) error {
	if len(points) == 0 {
		return errors.New("figure: no points to draw")
	}
	p := newPlot()
	joules := 0.0
	var groups []string
	for _, q := range points {
		joules = max(joules, q.EnergyJ)
		if !slices.Contains(groups, q.Group) {
			groups = append(groups, q.Group)
		}
	}
	symbol, factor := unitOfJoules(joules)
	p.Add(tickLines{}, level{reference})
	front := Best(points)
	var steps plotter.XYs
	for i, q := range front {
		if i > 0 {
			steps = append(steps, plotter.XY{X: q.EnergyJ / factor, Y: front[i-1].Accuracy})
		}
		steps = append(steps, plotter.XY{X: q.EnergyJ / factor, Y: q.Accuracy})
	}
	line, err := plotter.NewLine(steps)
	if err != nil {
		return err
	}
	line.LineStyle = draw.LineStyle{Color: grey, Width: vg.Points(1)}
	p.Add(line)
	for i, name := range groups {
		var xys plotter.XYs
		style := curveColours[i%len(curveColours)]
		for _, q := range points {
			if q.Group == name {
				xys = append(xys, plotter.XY{X: q.EnergyJ / factor, Y: q.Accuracy})
				p.Add(whisker{q, factor, style.Color})
			}
		}
		if err := scatter(p, xys, style); err != nil {
			return err
		}
	}
	p.Add(captions{front, factor})
	p.X.Min, p.X.Max = 0, 1.12*p.X.Max
	p.Y.Tick.Marker = every(5)
	p.X.Label.Text, p.Y.Label.Text = "energy of an image ("+symbol+")", "accuracy (%)"
	p.Y.Min, p.Y.Max = max(0, p.Y.Min-6), min(100, max(p.Y.Max, reference.Accuracy)+3)
	var series []AccuracySeries
	for i, name := range groups {
		series = append(series, AccuracySeries{Name: name, Colour: i})
	}
	const key = 20
	return save(path, 5.6*vg.Inch, 3.6*vg.Inch+key, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		accuracyKey(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-key, 0), []AccuracyPanel{{Series: series}}, reference)
		drawPanels(draw.Crop(c, 0, 0, 0, -key), []*plot.Plot{p}, draw.Tiles{Rows: 1, Cols: 1, PadTop: 4, PadBottom: 4, PadLeft: 4, PadRight: 8})
	})
}

// every ticks percents, so many apart.
type every float64

func (step every) Ticks(low, high float64) (ticks []plot.Tick) {
	for x := float64(step) * math.Ceil(low/float64(step)); x <= high; x += float64(step) {
		ticks = append(ticks, plot.Tick{Value: x, Label: strconv.FormatFloat(x, 'f', 0, 64)})
	}
	return ticks
}

// Best are the points than which none takes less energy and is as accurate, or more, by
// energy.
func Best(points []Measured) (front []Measured) {
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b Measured) int {
		return cmp.Or(cmp.Compare(a.EnergyJ, b.EnergyJ), cmp.Compare(b.Accuracy, a.Accuracy))
	})
	for _, q := range sorted {
		if len(front) == 0 || q.Accuracy > front[len(front)-1].Accuracy {
			front = append(front, q)
		}
	}
	return front
}

// whisker is a point's confidence.
type whisker struct {
	Measured
	factor float64
	colour color.Color
}

func (w whisker) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	at := x(w.EnergyJ / w.factor)
	low, high := max(c.Min.Y, y(w.Low)), min(c.Max.Y, y(w.High))
	c.StrokeLine2(draw.LineStyle{Color: pale(w.colour), Width: vg.Points(1.2)}, at, low, at, high)
}

// captions stand above and to the left of the points of a front, where no others are,
// and clear of each other; a line leads to those that had to give way.
type captions struct {
	front  []Measured
	factor float64
}

func (t captions) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := text.Style{Color: black, Font: sans(6, false), XAlign: draw.XRight, YAlign: draw.YBottom, Handler: plot.DefaultTextHandler}
	const line = 7.5
	below := c.Min.Y - line
	for _, q := range t.front {
		point := vg.Point{X: x(q.EnergyJ / t.factor), Y: y(q.Accuracy)}
		below = max(point.Y+2, below+line)
		c.FillText(style, vg.Point{X: point.X - 5, Y: below}, q.Caption)
		if below > point.Y+line {
			c.StrokeLine2(draw.LineStyle{Color: grey, Width: vg.Points(0.4)}, point.X-4, below+2, point.X, point.Y)
		}
	}
}
