package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/report"
	"xbar/sim/system"
)

// machineColours are Tol's muted scheme (SRON technical note EPS/TN/09-002),
// so that no machine has the colour of a category.
var machineColours = []color.RGBA{
	{51, 34, 136, 255},   // indigo
	{204, 102, 119, 255}, // rose
	{17, 119, 51, 255},   // green
	{153, 153, 51, 255},  // olive
	{136, 204, 238, 255}, // cyan
	{136, 34, 85, 255},   // wine
	{68, 170, 153, 255},  // teal
	{170, 68, 153, 255},  // purple
	{221, 204, 119, 255}, // sand
}

var machineGlyphs = []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, draw.CrossGlyph{}}

// machineStyle tells machines apart: colours and shapes go round with
// different periods.
func machineStyle(i int) draw.GlyphStyle {
	return draw.GlyphStyle{Color: machineColours[i%len(machineColours)], Shape: machineGlyphs[i%len(machineGlyphs)], Radius: vg.Points(2)}
}

const (
	layersHeight     = vg.Length(150) // of the axes
	layerLabelHeight = vg.Length(66)  // of the longest name under them
	machineKeyLine   = vg.Length(12)
	machineKeyStep   = vg.Length(96) // a name
	machineKeyMargin = vg.Length(24)
	mostLayerLabels  = 64 // side by side
	longestLayerName = 22 // runes
	longestMachine   = 22
)

// layersOf draws each kernel's energy per MAC, in the order of the network, or
// is nil where there is nothing to tell apart.
func layersOf(machines []system.Machine) (*plot.Plot, error) {
	if len(machines) < 2 || len(machines[0].Kernels) < 2 {
		return nil, nil
	}
	p := newPlot()
	p.Title.Text = "energy per MAC, layer by layer"
	p.Y.Label.Text = "pJ/MAC"
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
	p.X.Tick.Marker = layerTicks(machines[0].Kernels)
	p.X.Tick.Label.Rotation = math.Pi / 2
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, draw.YCenter
	p.Add(decadeLines{})
	drawn := false
	for i := range machines {
		points := layerPoints(&machines[i])
		if len(points) == 0 {
			continue
		}
		line, scatter, err := plotter.NewLinePoints(points)
		if err != nil {
			return nil, err
		}
		scatter.GlyphStyle = machineStyle(i)
		line.LineStyle = draw.LineStyle{Color: scatter.Color, Width: vg.Points(0.6)}
		p.Add(line, scatter)
		drawn = true
	}
	if !drawn {
		return nil, nil
	}
	p.X.Min, p.X.Max = -0.5, float64(len(machines[0].Kernels))-0.5
	p.Y.Min, p.Y.Max = widen(p.Y.Min, p.Y.Max, 1)
	return p, nil
}

// layerPoints keeps what a log scale can show.
func layerPoints(m *system.Machine) plotter.XYs {
	var points plotter.XYs
	for i, k := range m.Kernels {
		if k.EnergyPerMACJ > 0 {
			points = append(points, plotter.XY{X: float64(i), Y: k.EnergyPerMACJ / pico})
		}
	}
	return points
}

// layerTicks name the layers, of very many every so many. The space keeps a
// name off the axis.
func layerTicks(kernels []system.Kernel) plot.ConstantTicks {
	every := (len(kernels) + mostLayerLabels - 1) / mostLayerLabels
	var ticks plot.ConstantTicks
	for i := 0; i < len(kernels); i += every {
		ticks = append(ticks, plot.Tick{Value: float64(i), Label: report.Shorten(kernels[i].Name, longestLayerName) + " "})
	}
	return ticks
}

func drawLayers(c draw.Canvas, layers *plot.Plot, machines []system.Machine) {
	key := machineKeyHeight(len(machines), c.Max.X-c.Min.X)
	machineKey(draw.Crop(c, 0, 0, c.Max.Y-c.Min.Y-key, 0), machines)
	layers.Draw(draw.Crop(c, 6, -10, 4, -key))
}

// layersFigureHeight is that of a figure so wide.
func layersFigureHeight(machines int, width vg.Length) vg.Length {
	return machineKeyHeight(machines, width) + layersHeight + layerLabelHeight
}

func machineKeyHeight(machines int, width vg.Length) vg.Length {
	const gap = 6 // above the title
	n := machinesPerLine(width)
	return machineKeyLine*vg.Length((machines+n-1)/n) + gap
}

// machinesPerLine is how many names stand side by side.
func machinesPerLine(width vg.Length) int {
	return max(1, int((width-machineKeyMargin)/machineKeyStep))
}

// machineKey says which mark is which machine.
func machineKey(c draw.Canvas, machines []system.Machine) {
	style := text.Style{Color: black, Font: sans(7, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	perLine := machinesPerLine(c.Max.X - c.Min.X)
	step := (c.Max.X - c.Min.X - machineKeyMargin) / vg.Length(perLine)
	for i := range machines {
		x := c.Min.X + 18 + vg.Length(i%perLine)*step
		y := c.Max.Y - machineKeyLine*(vg.Length(i/perLine)+0.5)
		mark := machineStyle(i)
		c.StrokeLine2(draw.LineStyle{Color: mark.Color, Width: vg.Points(0.6)}, x-6, y, x+6, y)
		c.DrawGlyph(mark, vg.Point{X: x, Y: y})
		c.FillText(style, vg.Point{X: x + 10, Y: y}, report.Shorten(machines[i].Name, longestMachine))
	}
}
