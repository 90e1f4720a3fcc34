package figure

import (
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/report"
	"xbar/sim/system"
	"xbar/sim/unit"
)

// Roofline draws each machine's roofs, and its layers under them:
//
//	operations per second ≤ min(peak, bandwidth · operations per byte)
//
// Of a machine that runs its layers at once there is one point, the pass. What moves
// nothing over the DRAM stands at the right edge. Names are given to each machine's
// outermost layers, where there is room.
func Roofline(r *system.Result, caption, path string) error {
	f := newRoofs(r.Machines)
	if len(f.machines) == 0 {
		return errors.New("figure: no machine has a roofline")
	}
	return drawRoofs(f, r.Machines, r.Title, 6*vg.Inch).over(caption).save(path)
}

func roofsOfPage(machines []system.Machine) (d drawing, title, says string, err error) {
	f := newRoofs(machines)
	if len(f.machines) == 0 {
		return d, "", "", nil
	}
	title = "Layers under the peak of arrays, PEs or lanes and the DRAM's bandwidth"
	var names []string
	for i := range machines {
		if roof := machines[i].Roofline; roof != nil {
			names = append(names, fmt.Sprintf("%s with a peak of %s", machines[i].Name, unit.Format(roof.PeakOpsPerSecond, "OPS")))
		}
	}
	return drawRoofs(f, machines, "", phoneWidth), title, "A roofline of " + strings.Join(names, ", ") + ".", nil
}

func drawRoofs(f *roofs, machines []system.Machine, title string, width vg.Length) drawing {
	p := newPlot()
	p.Title.Text = title
	p.Y.Label.Text = "GOPS"
	below := "operations per byte of DRAM"
	if f.edge > 0 {
		below += " (∞: none crosses it)"
	}
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = f.ticks(), decades{}
	p.Add(decadeLines{}, f)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = f.xMin, f.xMax, f.yMin, f.yMax
	key := machineKeyHeight(len(machines), width)
	return drawing{width, width*0.65 + key, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		machineKey(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-key, 0), machines)
		axes := draw.Crop(c, 6, -roofMargin-4, 18, -key)
		p.Draw(axes)
		inner := p.DataCanvas(axes)
		// The plot's own label would take the room that it wants on a linear axis.
		style := p.X.Label.TextStyle
		style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
		c.FillText(style, vg.Point{X: inner.Center().X, Y: c.Min.Y + 6}, below)
	}}
}

// roofs is what a roofline shows, in GOPS and operations per byte.
type roofs struct {
	machines               []roof
	xMin, xMax, yMin, yMax float64
	edge                   float64 // where layers stand that move nothing; 0: there are none
}

type roof struct {
	style  draw.GlyphStyle
	peak   float64
	slope  float64 // infinite: no limit
	layers []roofed
}

// roofed is a layer under a roof; its x is infinite where nothing moves.
type roofed struct {
	name string
	x, y float64
}

const giga = 1e9

const roofMargin = vg.Length(42) // right of the axes, for the names of peaks

func newRoofs(machines []system.Machine) *roofs {
	f := &roofs{}
	for i := range machines {
		m := &machines[i]
		if m.Roofline == nil {
			continue
		}
		one := roof{style: machineStyle(i), peak: m.Roofline.PeakOpsPerSecond / giga, slope: math.Inf(1), layers: layersUnder(m)}
		if b := m.Roofline.BytesPerSecond; b != nil {
			one.slope = *b / giga
		}
		f.machines = append(f.machines, one)
	}
	f.limit()
	return f
}

func layersUnder(m *system.Machine) (layers []roofed) {
	add := func(name string, macs, bytes, seconds float64) {
		if seconds > 0 {
			layers = append(layers, roofed{name, 2 * macs / bytes, 2 * macs / seconds / giga})
		}
	}
	all := 0.0
	for k := range m.Kernels {
		all += m.Roofline.Bytes[k]
		if kernel := &m.Kernels[k]; m.Pipeline == nil {
			add(kernel.Name, kernel.MACs(), m.Roofline.Bytes[k], kernel.Seconds)
		}
	}
	if m.Pipeline != nil {
		add("all layers", float64(m.MACs), all, m.Seconds)
	}
	return layers
}

// limit finds ranges that show every layer and the ridge of every roof.
func (f *roofs) limit() {
	x, y := span{math.Inf(1), math.Inf(-1)}, span{math.Inf(1), math.Inf(-1)}
	for i := range f.machines {
		m := &f.machines[i]
		y.add(m.peak)
		if !math.IsInf(m.slope, 1) {
			x.add(m.peak / m.slope)
		}
		for _, l := range m.layers {
			y.add(l.y)
			if !math.IsInf(l.x, 1) {
				x.add(l.x)
			}
		}
	}
	if x.low > x.high { // nothing moves, and there is no bandwidth
		x = span{1, 1}
	}
	f.xMin, f.xMax = widen(x.low, x.high, 1.5)
	f.yMin, f.yMax = widen(y.low, y.high, 1.5)
	if slices.ContainsFunc(f.machines, func(m roof) bool {
		return slices.ContainsFunc(m.layers, func(l roofed) bool { return math.IsInf(l.x, 1) })
	}) {
		const column = 0.09 // of the width, for what moves nothing
		decades := math.Log10(f.xMax / f.xMin)
		f.edge = f.xMax * math.Pow(10, column*decades/2)
		f.xMax *= math.Pow(10, column*decades)
	}
}

type span struct{ low, high float64 }

func (s *span) add(x float64) { s.low, s.high = min(s.low, x), max(s.high, x) }

// ticks are decades, and one where no byte moves.
func (f *roofs) ticks() plot.Ticker {
	if f.edge == 0 {
		return decades{}
	}
	var ticks plot.ConstantTicks
	for _, t := range (decades{}).Ticks(f.xMin, f.xMax) {
		if t.Value < f.edge*f.edge/f.xMax {
			ticks = append(ticks, t)
		}
	}
	return append(ticks, plot.Tick{Value: f.edge, Label: "∞"})
}

// Plot draws roofs, then layers, then names where they cover neither layers nor each
// other.
func (f *roofs) Plot(c draw.Canvas, p *plot.Plot) {
	toX, toY := p.Transforms(&c)
	at := func(x, y float64) vg.Point { return vg.Point{X: toX(x), Y: toY(y)} }
	labels := lettering{within: c.Rectangle}
	labels.within.Max.X += roofMargin
	for i := range f.machines {
		m := &f.machines[i]
		line := draw.LineStyle{Color: m.style.Color, Width: vg.Points(1)}
		if f.repeats(i) {
			line.Dashes = []vg.Length{4, 4} // that which it lies on is seen as well
		}
		ridge := max(f.xMin, m.peak/m.slope)
		labels.stroke(c, line, at(ridge, m.peak), at(f.xMax, m.peak))
		if foot := max(f.xMin, f.yMin/m.slope); foot < ridge {
			labels.stroke(c, line, at(foot, foot*m.slope), at(ridge, m.peak))
		}
	}
	for i := range f.machines {
		m := &f.machines[i]
		for _, l := range m.layers {
			spot := at(f.column(l.x), l.y)
			c.DrawGlyph(m.style, spot)
			labels.cover(spot, m.style.Radius)
		}
	}
	for i := range f.machines {
		if !f.repeats(i) {
			f.nameRoofs(c, &labels, &f.machines[i], at)
		}
	}
	for i := range f.machines {
		m := &f.machines[i]
		for _, l := range m.outermost() {
			labels.beside(c, at(f.column(l.x), l.y), report.Shorten(l.name, longestRoofed), labelStyle(m.style.Color))
		}
	}
}

const longestRoofed = 20

// repeats says whether a machine before has the same roofs.
func (f *roofs) repeats(i int) bool {
	m := &f.machines[i]
	return slices.ContainsFunc(f.machines[:i], func(b roof) bool { return b.peak == m.peak && b.slope == m.slope })
}

// column is where a layer's x is drawn.
func (f *roofs) column(x float64) float64 {
	if math.IsInf(x, 1) {
		return f.edge
	}
	return x
}

// nameRoofs writes a peak at the end of its line, and a bandwidth beside its own, from
// the foot on.
func (f *roofs) nameRoofs(c draw.Canvas, labels *lettering, m *roof, at func(x, y float64) vg.Point) {
	style := labelStyle(m.style.Color)
	height := style.FontExtents().Ascent
	name := unit.Format(m.peak*giga, "OPS")
	ridge := at(max(f.xMin, m.peak/m.slope), m.peak)
	var spots []vg.Point
	for shift := vg.Length(0); shift < 4*height; shift += height / 4 {
		spots = append(spots, vg.Point{X: c.Max.X + 4, Y: ridge.Y - height/2 + shift}, vg.Point{X: c.Max.X + 4, Y: ridge.Y - height/2 - shift})
	}
	labels.first(c, spots, name, style)
	if math.IsInf(m.slope, 1) {
		return
	}
	name = unit.Format(m.slope*giga, "B/s")
	width := style.Width(name)
	foot := at(f.xMin, f.xMin*m.slope)
	spots = spots[:0]
	const steps = 40
	for i := range steps {
		share := vg.Length(i) / steps
		x, y := foot.X+share*(ridge.X-foot.X), foot.Y+share*(ridge.Y-foot.Y)
		spots = append(spots, vg.Point{X: x - width - 4, Y: y}, vg.Point{X: x + 4, Y: y - height})
	}
	labels.first(c, spots, name, style)
}

// outermost are the layers with the least and the most of x and of y.
func (m *roof) outermost() (all []roofed) {
	x := func(a, b roofed) int { return cmp.Compare(a.x, b.x) }
	y := func(a, b roofed) int { return cmp.Compare(a.y, b.y) }
	if len(m.layers) == 0 {
		return nil
	}
	for _, l := range []roofed{slices.MinFunc(m.layers, y), slices.MaxFunc(m.layers, y), slices.MinFunc(m.layers, x), slices.MaxFunc(m.layers, x)} {
		if !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	return all
}

// labelStyle darkens a colour: words are thinner than marks.
func labelStyle(colour color.Color) text.Style {
	r, g, b, _ := colour.RGBA()
	const share = 0.7 / 256
	dark := color.RGBA{uint8(float64(r) * share), uint8(float64(g) * share), uint8(float64(b) * share), 255}
	return text.Style{Color: dark, Font: sans(6, false), Handler: plot.DefaultTextHandler}
}

// lettering is words that must cover neither each other nor what was drawn before.
type lettering struct {
	within vg.Rectangle
	boxes  []vg.Rectangle
}

// cover keeps words away from a mark.
func (l *lettering) cover(at vg.Point, radius vg.Length) {
	l.boxes = append(l.boxes, vg.Rectangle{Min: vg.Point{X: at.X - radius, Y: at.Y - radius}, Max: vg.Point{X: at.X + radius, Y: at.Y + radius}})
}

// stroke draws a line, and keeps words away from it.
func (l *lettering) stroke(c draw.Canvas, style draw.LineStyle, a, b vg.Point) {
	for _, line := range c.ClipLinesXY([]vg.Point{a, b}) {
		c.StrokeLines(style, line)
		from, to := line[0], line[len(line)-1]
		way := to.Sub(from)
		steps := max(1, int(math.Hypot(float64(way.X), float64(way.Y))/2))
		for i := range steps + 1 {
			l.cover(from.Add(way.Scale(vg.Length(i)/vg.Length(steps))), 0.8)
		}
	}
}

// first writes a word at the first of some spots, its lower left corner, where there is
// room; if there is at none, it does not.
func (l *lettering) first(c draw.Canvas, spots []vg.Point, word string, style text.Style) {
	for _, at := range spots {
		box := vg.Rectangle{Min: at, Max: vg.Point{X: at.X + style.Width(word), Y: at.Y + style.FontExtents().Ascent}}
		if box.Min.X < l.within.Min.X || box.Min.Y < l.within.Min.Y || box.Max.X > l.within.Max.X || box.Max.Y > l.within.Max.Y ||
			slices.ContainsFunc(l.boxes, func(b vg.Rectangle) bool {
				return box.Min.X < b.Max.X && b.Min.X < box.Max.X && box.Min.Y < b.Max.Y && b.Min.Y < box.Max.Y
			}) {
			continue
		}
		l.boxes = append(l.boxes, box)
		c.FillText(style, at, word)
		return
	}
}

// beside writes a word next to a mark.
func (l *lettering) beside(c draw.Canvas, mark vg.Point, word string, style text.Style) {
	const gap = 4
	width, height := style.Width(word), style.FontExtents().Ascent
	l.first(c, []vg.Point{
		{X: mark.X + gap, Y: mark.Y - height/2}, {X: mark.X - gap - width, Y: mark.Y - height/2},
		{X: mark.X - width/2, Y: mark.Y - gap - height}, {X: mark.X - width/2, Y: mark.Y + gap},
		{X: mark.X + gap, Y: mark.Y - gap - height}, {X: mark.X - gap - width, Y: mark.Y - gap - height},
		{X: mark.X + gap, Y: mark.Y + gap}, {X: mark.X - gap - width, Y: mark.Y + gap},
	}, word, style)
}
