package figure

import (
	"cmp"
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim"
	"xbar/sim/report"
	"xbar/sim/trace"
	"xbar/sim/unit"
)

// Timeline draws what the components of machines did in the last part of their runs, a
// row a component, over time. A window of time is divided from bottom to top: in full
// colours what a component did, in pale ones what it waited for; behind a row stands for
// which part of the time it was busy.
func Timeline(title string, recorders []*trace.Recorder, caption, path string) error {
	var panels []panel
	for _, r := range recorders {
		acts := r.Acts()
		for len(acts) > 0 && acts[len(acts)-1].To == acts[len(acts)-1].From {
			acts = acts[:len(acts)-1]
		}
		if len(acts) == 0 {
			return fmt.Errorf("figure: no time passes on machine %q", r.Name)
		}
		panels = append(panels, newPanel(r, &acts[len(acts)-1]))
	}
	if len(panels) == 0 {
		return errors.New("figure: no machines to draw")
	}
	key := newKey(panels)
	height := key.height() + 22
	for i := range panels {
		height += panels[i].height()
	}
	d := drawing{pageWidth, height, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		c.FillText(text.Style{Color: black, Font: sans(8, true), XAlign: draw.XCenter, YAlign: draw.YTop, Handler: plot.DefaultTextHandler},
			vg.Point{X: (c.Min.X + c.Max.X) / 2, Y: c.Max.Y - 5}, report.Shorten(title, 110))
		top := c.Max.Y - 18
		for i := range panels {
			p := &panels[i]
			p.draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: c.Min.X, Y: top - p.height()}, Max: vg.Point{X: c.Max.X, Y: top},
			}})
			top -= p.height()
		}
		key.draw(draw.Crop(c, 0, 0, 0, top-c.Max.Y))
	}}
	return d.over(caption).save(path)
}

const (
	timelineRow    = vg.Length(13)
	timelineTop    = vg.Length(16) // title
	timelineBottom = vg.Length(28) // axis
	timelineLeft   = vg.Length(106)
	timelineRight  = vg.Length(34)
	timelineFull   = 0.78 // of a row's height
	mostColumns    = 256
	unseen         = 0.03 // of a row
)

// panel is one machine.
type panel struct {
	title  string
	length float64 // seconds
	rows   []timeRow
}

// timeRow is a component.
type timeRow struct {
	name    string
	kernels bool // what it does are kernels, by their names
	busy    float64
	shares  []timeShare // what it did, then what it waited for
}

// timeShare is what part of each column went by with something.
type timeShare struct {
	name   string
	idle   bool
	rank   sim.Cycle
	colour color.Color
	of     []float64
}

func newPanel(r *trace.Recorder, a *trace.Act) panel {
	p := panel{length: r.Clock.Seconds(a.To - a.From)}
	p.title = fmt.Sprintf("%s: %s, %v", r.Name, a.Name, unit.Second(p.length))
	if r.IsCut() {
		p.title += ", as far as the trace goes"
	}
	for _, o := range a.Tracks {
		if o.Part {
			continue
		}
		row := timeRow{name: o.Path, kernels: strings.HasPrefix(o.Path, "kernels")}
		for _, s := range o.Shares {
			if !s.Idle {
				row.busy += float64(s.Cycles) / float64(a.To-a.From)
			}
			rank := sim.Cycle(-1)
			if s.Idle { // what is waited for most goes on top
				rank = s.Cycles
			}
			row.shares = append(row.shares, timeShare{s.Name, s.Idle, rank, timeColour(&s, row.kernels, len(row.shares)), columns(s.Windows, float64(a.Width), float64(a.To-a.From))})
		}
		slices.SortStableFunc(row.shares, func(x, y timeShare) int { return cmp.Compare(x.rank, y.rank) })
		if row.busy > 0 {
			p.rows = append(p.rows, row)
		}
	}
	return p
}

// columns are windows, joined until there are few enough, as parts of their time.
func columns(windows []float64, width, length float64) []float64 {
	all := slices.Clone(windows)
	for len(all) > mostColumns {
		for i := 0; i < len(all); i += 2 {
			all[i/2] = all[i]
			if i+1 < len(all) {
				all[i/2] += all[i+1]
			}
		}
		all, width = all[:(len(all)+1)/2], 2*width
	}
	for i := range all {
		all[i] /= min(width, length-float64(i)*width)
	}
	return all
}

func (p *panel) height() vg.Length {
	return timelineTop + timelineRow*vg.Length(len(p.rows)) + timelineBottom
}

// prefixes of seconds that an axis may have.
var timePrefixes = []struct {
	name  string
	value float64
}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}, {"ns", 1e-9}, {"ps", 1e-12}}

func (p *panel) draw(c draw.Canvas) {
	area := draw.Crop(c, timelineLeft, -timelineRight, timelineBottom, -timelineTop)
	style := text.Style{Color: black, Font: sans(7, true), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	c.FillText(style, vg.Point{X: area.Min.X, Y: c.Max.Y - timelineTop/2}, p.title)
	style.Font = sans(6.5, false)
	for i := range p.rows {
		row := draw.Crop(area, 0, 0, 0, 0)
		row.Max.Y = area.Max.Y - timelineRow*vg.Length(i) - timelineRow*(1-timelineFull)/2
		row.Min.Y = row.Max.Y - timelineRow*timelineFull
		p.rows[i].draw(row)
		if p.rows[i].name == "kernels" {
			p.rows[i].label(row)
		}
		middle := (row.Min.Y + row.Max.Y) / 2
		style.XAlign = draw.XRight
		c.FillText(style, vg.Point{X: area.Min.X - 4, Y: middle}, report.Shorten(p.rows[i].name, 26))
		style.XAlign = draw.XLeft
		c.FillText(style, vg.Point{X: area.Max.X + 4, Y: middle}, percent(p.rows[i].busy))
	}
	p.axis(area)
}

func percent(x float64) string {
	if x > 0 && x < 0.01 {
		return "< 1 %"
	}
	return fmt.Sprintf("%.0f %%", 100*x)
}

// axis draws that of time below the rows.
func (p *panel) axis(area draw.Canvas) {
	prefix := timePrefixes[len(timePrefixes)-1]
	for _, x := range timePrefixes {
		if p.length >= x.value {
			prefix = x
			break
		}
	}
	most := p.length / prefix.value
	line := draw.LineStyle{Color: black, Width: vg.Points(0.5)}
	area.StrokeLine2(line, area.Min.X, area.Min.Y, area.Max.X, area.Min.Y)
	style := text.Style{Color: black, Font: sans(6.5, false), XAlign: draw.XCenter, YAlign: draw.YTop, Handler: plot.DefaultTextHandler}
	for i, step := 0, tickStep(most); float64(i)*step <= most; i++ {
		x := area.Min.X + vg.Length(float64(i)*step/most)*(area.Max.X-area.Min.X)
		area.StrokeLine2(line, x, area.Min.Y, x, area.Min.Y-3)
		area.FillText(style, vg.Point{X: x, Y: area.Min.Y - 4}, strconv.FormatFloat(float64(i)*step, 'g', 4, 64))
	}
	style.Font = sans(7, false)
	area.FillText(style, vg.Point{X: (area.Min.X + area.Max.X) / 2, Y: area.Min.Y - 13}, "time ("+prefix.name+")")
}

// tickStep is 1, 2 or 5 times a power of ten, of which the axis has ten at most.
func tickStep(most float64) float64 {
	step := math.Pow(10, math.Ceil(math.Log10(most/10)))
	for _, part := range []float64{5, 2} {
		if step/part >= most/10 {
			return step / part
		}
	}
	return step
}

// draw paints the row's shares, those on top first, each down to the bottom.
func (r *timeRow) draw(c draw.Canvas) {
	if len(r.shares) == 0 {
		return
	}
	up := make([][]float64, len(r.shares)) // sums from the bottom
	for i := range r.shares {
		up[i] = slices.Clone(r.shares[i].of)
		for j := range up[i] {
			if i > 0 {
				up[i][j] += up[i-1][j]
			}
		}
	}
	for i := len(up) - 1; i >= 0; i-- {
		if slices.Max(r.shares[i].of) >= unseen {
			under(c, up[i], r.shares[i].colour)
		}
	}
	c.StrokeLines(draw.LineStyle{Color: color.RGBA{170, 170, 170, 255}, Width: vg.Points(0.3)}, append(corners(c.Rectangle), c.Min))
}

// under fills what lies under heights between 0 and 1, one a column.
func under(c draw.Canvas, heights []float64, colour color.Color) {
	size := c.Size()
	tenths := func(x vg.Length) vg.Length { return vg.Length(math.Round(10*float64(x)) / 10) } // of a point: short, and not to be seen
	x := func(i int) vg.Length { return tenths(c.Min.X + size.X*vg.Length(i)/vg.Length(len(heights))) }
	y := func(h float64) vg.Length { return tenths(c.Min.Y + size.Y*vg.Length(min(h, 1))) }
	for from := 0; from < len(heights); {
		if heights[from] < unseen {
			from++
			continue
		}
		points := []vg.Point{{X: x(from), Y: y(0)}}
		to := from
		for to < len(heights) && heights[to] >= unseen {
			next := to
			for next < len(heights) && heights[next] >= unseen && math.Abs(heights[next]-heights[to]) < unseen {
				next++
			}
			points = append(points, vg.Point{X: x(to), Y: y(heights[to])}, vg.Point{X: x(next), Y: y(heights[to])})
			to = next
		}
		points = append(points, vg.Point{X: x(to), Y: y(0)})
		c.FillPolygon(colour, points)
		from = to
	}
}

// label names kernels where there is room for it: on each stretch of columns that are
// its alone.
func (r *timeRow) label(c draw.Canvas) {
	style := text.Style{Color: color.White, Font: sans(5.5, false), XAlign: draw.XCenter, YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	for _, s := range r.shares {
		if s.idle {
			continue
		}
		each := c.Size().X / vg.Length(len(s.of))
		for from := 0; from < len(s.of); from++ {
			to := from
			for to < len(s.of) && s.of[to] > 0.9 {
				to++
			}
			if name := report.Shorten(s.name, 26); to > from && style.Width(name) < each*vg.Length(to-from)-2 {
				c.FillText(style, vg.Point{X: c.Min.X + each*vg.Length(from+to)/2, Y: (c.Min.Y + c.Max.Y) / 2}, name)
			}
			from = to
		}
	}
}

// timeColours are those of what components do, by the first word of its name, and of
// what others wait for, which are the same but pale.
var timeColours = []struct {
	name   string
	colour color.RGBA
}{
	{"input", color.RGBA{130, 120, 30, 255}}, {"arrays", categoryColours[1]},
	{"load", categoryColours[0]}, {"drivers", categoryColours[0]}, {"drive", color.RGBA{0, 90, 140, 255}},
	{"read", categoryColours[1]}, {"hold", categoryColours[4]}, {"room", categoryColours[4]},
	{"convert", blue}, {"sum", blue}, {"ADC", blue}, {"adder", blue},
	{"shift-add", categoryColours[3]}, {"shift-adders", categoryColours[3]}, {"add", color.RGBA{0, 110, 80, 255}}, {"accumulators", color.RGBA{0, 110, 80, 255}},
	{"activate", black}, {"activation", black}, {"stream", black},
	{"program", orange}, {"reload", orange}, {"writes", orange}, {"end", color.RGBA{120, 120, 120, 255}},
	{"transfer", color.RGBA{150, 150, 150, 255}}, {"bus", color.RGBA{150, 150, 150, 255}}, {"links", color.RGBA{150, 150, 150, 255}}, {"move", color.RGBA{150, 150, 150, 255}},
	{"fetch", red}, {"store", color.RGBA{150, 60, 0, 255}}, {"DRAM", red},
}

func timeColour(s *trace.Share, kernel bool, number int) color.Color {
	switch {
	case kernel && !s.Idle:
		return []color.Color{color.RGBA{110, 110, 110, 255}, color.RGBA{150, 150, 150, 255}}[number%2]
	case s.Name == "nothing left":
		return color.White
	}
	first := strings.Fields(s.Name)[0]
	colour := grey
	for _, x := range timeColours {
		if x.name == first {
			colour = x.colour
		}
	}
	if s.Idle {
		return faded(colour)
	}
	return colour
}

// faded is a colour on white, of which a quarter is left.
func faded(c color.RGBA) color.RGBA {
	mix := func(x uint8) uint8 { return uint8(255 - (255-int(x))/4) }
	return color.RGBA{mix(c.R), mix(c.G), mix(c.B), 255}
}

// timeKey names what is on the panels.
type timeKey struct{ does, waits []timeShare }

func newKey(panels []panel) timeKey {
	var k timeKey
	for _, p := range panels {
		for _, row := range p.rows {
			for _, s := range row.shares {
				switch {
				case s.idle:
					k.waits = add(k.waits, s)
				case !row.kernels: // they are named where they are
					s.name, _, _ = strings.Cut(s.name, " ")
					k.does = add(k.does, s)
				}
			}
		}
	}
	return k
}

// add adds what is not there; of one colour are one.
func add(all []timeShare, s timeShare) []timeShare {
	i := slices.IndexFunc(all, func(x timeShare) bool { return x.colour == s.colour })
	switch {
	case i < 0:
		return append(all, s)
	case !slices.Contains(strings.Split(all[i].name, ", "), s.name):
		all[i].name += ", " + s.name
	}
	return all
}

const (
	keyPerLine = 5
	keyLine    = vg.Length(12)
)

func (k *timeKey) lines(n int) vg.Length { return vg.Length((n + keyPerLine - 1) / keyPerLine) }

func (k *timeKey) height() vg.Length {
	return keyLine*(k.lines(len(k.does))+k.lines(len(k.waits))) + 14
}

func (k *timeKey) draw(c draw.Canvas) {
	style := text.Style{Color: black, Font: sans(7, true), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	top := c.Max.Y - 8
	for _, part := range []struct {
		name string
		all  []timeShare
	}{{"busy", k.does}, {"idle: waits for", k.waits}} {
		style.Font = sans(7, true)
		c.FillText(style, vg.Point{X: c.Min.X + 8, Y: top}, part.name)
		style.Font = sans(7, false)
		left := c.Min.X + 72
		step := (c.Max.X - left - 4) / keyPerLine
		for i := range part.all {
			x, y := left+vg.Length(i%keyPerLine)*step, top-vg.Length(i/keyPerLine)*keyLine
			box := vg.Rectangle{Min: vg.Point{X: x, Y: y - 4}, Max: vg.Point{X: x + 11, Y: y + 4}}
			c.FillPolygon(part.all[i].colour, corners(box))
			c.StrokeLines(draw.LineStyle{Color: grey, Width: vg.Points(0.3)}, append(corners(box), box.Min))
			c.FillText(style, vg.Point{X: x + 14, Y: y}, report.Shorten(part.all[i].name, 24))
		}
		top -= k.lines(len(part.all))*keyLine + 3
	}
}
