package figure

import (
	"fmt"
	"image/color"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/energy"
	"xbar/sim/report"
	"xbar/sim/system"
	"xbar/sim/unit"
)

// Energy draws energy per MAC by category, one bar per machine: on the left
// in pJ/MAC on one linear axis, on the right as shares, because the smaller
// machine's parts cannot be seen beside the larger's. Below, if there are
// several machines and layers, each layer's energy per MAC on each machine.
func Energy(r *system.Result, caption, path string) error {
	absolute, shares, categories, err := energyPanels(r.Machines, longestOnPaper)
	if err != nil {
		return err
	}
	layers, err := layersOf(r.Machines)
	if err != nil {
		return err
	}
	top, below := energyHeight(r.Machines), vg.Length(0)
	if layers != nil {
		below = layersFigureHeight(len(r.Machines), pageWidth)
	}
	d := drawing{pageWidth, top + below, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		upper := draw.Crop(c, 0, 0, below, 0)
		legend(draw.Crop(upper, 0, 0, top-legendHeight, 0), categories, 5)
		shares.Y.Tick.Marker = plot.ConstantTicks{}
		tiles := draw.Tiles{Rows: 1, Cols: 2, PadX: 10, PadTop: 2, PadBottom: 4, PadLeft: 4, PadRight: 10}
		canvases := plot.Align([][]*plot.Plot{{absolute, shares}}, tiles, draw.Crop(upper, 0, 0, 0, -legendHeight))
		absolute.Draw(canvases[0][0])
		shares.Draw(canvases[0][1])
		if layers != nil {
			drawLayers(draw.Crop(c, 0, 0, 0, -top), layers, r.Machines)
		}
	}}
	return d.over(caption).save(path)
}

// energyPanels are the bars in pJ/MAC and as shares, with names of so many letters at
// most, and the categories in them.
func energyPanels(machines []system.Machine, longest int) (absolute, shares *plot.Plot, categories []energy.Category, err error) {
	if len(machines) == 0 {
		return nil, nil, nil, fmt.Errorf("figure: no machines to draw")
	}
	absolute, shares = newPlot(), newPlot()
	absolute.Title.Text, shares.Title.Text = "energy per MAC, steady state", "by category"
	absolute.X.Label.Text, shares.X.Label.Text = "pJ/MAC", "% of the machine's energy"
	total := bars{width: rowHeight * 0.6, labels: true}
	parts := bars{width: rowHeight * 0.6}
	var names []plot.Tick
	largest := 0.0
	for i := range machines {
		m := &machines[i]
		sum := sumOf(joules(m))
		if m.MACs <= 0 || sum <= 0 {
			return nil, nil, nil, fmt.Errorf("figure: machine %q spent no energy on MACs", m.Name)
		}
		largest = max(largest, sum/float64(m.MACs)/pico)
		total.stacks = append(total.stacks, scaled(joules(m), 1/float64(m.MACs)/pico))
		parts.stacks = append(parts.stacks, scaled(joules(m), 100/sum))
		names = append(names, plot.Tick{Value: float64(-i), Label: report.Shorten(m.Name, longest)})
	}
	absolute.X.Min, absolute.X.Max = 0, 1.18*largest // room for the totals
	shares.X.Min, shares.X.Max = 0, 100
	shares.X.Tick.Marker = plot.ConstantTicks{{Value: 0, Label: "0"}, {Value: 25, Label: "25"}, {Value: 50, Label: "50"}, {Value: 75, Label: "75"}, {Value: 100, Label: "100"}}
	absolute.X.Tick.Marker = plainTicks{}
	absolute.Add(total)
	shares.Add(parts)
	for _, p := range []*plot.Plot{absolute, shares} {
		p.Y.Min, p.Y.Max = 0.5-float64(len(names)), 0.5
		p.Y.Tick.Marker = plot.ConstantTicks(names)
		p.Y.Tick.Length, p.Y.LineStyle.Width = 0, 0
	}
	return absolute, shares, used(total.stacks), nil
}

func energyHeight(machines []system.Machine) vg.Length {
	return rowHeight*vg.Length(len(machines)) + 90
}

const (
	pageWidth    = 7.05 * vg.Inch
	rowHeight    = vg.Length(26)
	legendHeight = vg.Length(36)

	longestOnPaper = 48 // name of a machine
)

// plainTicks are the usual ones, without zeros behind the point.
type plainTicks struct{}

func (plainTicks) Ticks(low, high float64) []plot.Tick {
	ticks := plot.DefaultTicks{}.Ticks(low, high)
	for i, t := range ticks {
		if t.Label != "" {
			ticks[i].Label = strconv.FormatFloat(t.Value, 'g', 4, 64)
		}
	}
	return ticks
}

// joules lists a machine's categories in table order.
func joules(m *system.Machine) []float64 { return byCategory(&m.Categories) }

func byCategory(c *system.Categories) []float64 {
	return []float64{c.Input, c.Cells, c.Output, c.Accumulate, c.Buffer, c.Network, c.DRAM, c.Programming, c.Compute, c.Static}
}

func sumOf(xs []float64) (sum float64) {
	for _, x := range xs {
		sum += x
	}
	return sum
}

func scaled(xs []float64, by float64) []float64 {
	out := make([]float64, len(xs))
	for i, x := range xs {
		out[i] = x * by
	}
	return out
}

// used tells which categories some machine spends energy on.
func used(stacks [][]float64) []energy.Category {
	var some []energy.Category
	for _, c := range energy.Categories() {
		for _, stack := range stacks {
			if stack[c] > 0 {
				some = append(some, c)
				break
			}
		}
	}
	return some
}

// bars draws machines × categories as horizontal stacks, the first on top.
type bars struct {
	stacks [][]float64
	width  vg.Length
	labels bool // the total behind each bar
}

func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	style := text.Style{Color: black, Font: sans(6.5, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	for i, stack := range b.stacks {
		sum, middle := 0.0, y(float64(-i))
		for category, value := range stack {
			if value > 0 {
				segment := vg.Rectangle{
					Min: vg.Point{X: x(sum), Y: middle - b.width/2},
					Max: vg.Point{X: x(sum + value), Y: middle + b.width/2},
				}
				fill(c, categoryColours[category], segment)
				sum += value
			}
		}
		if b.labels {
			c.FillText(style, vg.Point{X: x(sum) + 3, Y: middle}, unit.Digits(sum))
		}
	}
}

// fill paints a segment and, where it is wide enough, a white edge that keeps
// neighbours apart in print.
func fill(c draw.Canvas, colour color.Color, r vg.Rectangle) {
	c.FillPolygon(colour, corners(r))
	if r.Size().X > 2 {
		c.StrokeLine2(draw.LineStyle{Color: color.White, Width: vg.Points(0.5)}, r.Max.X, r.Min.Y, r.Max.X, r.Max.Y)
	}
}

// legend names the categories in their order.
func legend(c draw.Canvas, categories []energy.Category, perLine int) {
	style := text.Style{Color: black, Font: sans(7, false), YAlign: draw.YCenter, Handler: plot.DefaultTextHandler}
	step := (c.Max.X - c.Min.X - 24) / vg.Length(perLine)
	for i, category := range categories {
		x := c.Min.X + 12 + vg.Length(i%perLine)*step
		y := c.Max.Y - 11 - vg.Length(i/perLine)*13
		box := vg.Rectangle{Min: vg.Point{X: x, Y: y - 4}, Max: vg.Point{X: x + 12, Y: y + 4}}
		c.FillPolygon(categoryColours[category], corners(box))
		c.FillText(style, vg.Point{X: x + 16, Y: y}, category.String())
	}
}
