package figure

import (
	"errors"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/energy"
	"xbar/sim/system"
)

const stackPanel = vg.Length(112) // a machine, without the names of layers

// Layers draws each layer's energy per MAC by category, a panel for each machine, in the
// order of the network. A machine's scale is its own.
func Layers(r *system.Result, caption, path string) error {
	var panels []*plot.Plot
	var stacks [][]float64
	for i := range r.Machines {
		p, all, err := stackedLayers(&r.Machines[i])
		if err != nil {
			return err
		}
		if p != nil {
			panels, stacks = append(panels, p), append(stacks, all...)
		}
	}
	if len(panels) == 0 {
		return errors.New("figure: no layer spent energy on MACs")
	}
	for _, p := range panels[:len(panels)-1] {
		unlabelled(p)
	}
	height := legendHeight + stackPanel*vg.Length(len(panels)) + layerLabelHeight
	d := drawing{pageWidth, height, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		legend(draw.Crop(c, 0, 0, height-legendHeight, 0), used(stacks), 5)
		left := vg.Length(0)
		for _, p := range panels {
			left = max(left, p.DataCanvas(c).Min.X-c.Min.X)
		}
		top := c.Max.Y - legendHeight
		for i, p := range panels {
			bottom := top - stackPanel
			if i == len(panels)-1 {
				bottom = c.Min.Y
			}
			own := p.DataCanvas(c).Min.X - c.Min.X
			p.Draw(draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: c.Min.X + 6 + left - own, Y: bottom + 4}, Max: vg.Point{X: c.Max.X - 10, Y: top - 2},
			}})
			top = bottom
		}
	}}
	return d.over(caption).save(path)
}

// unlabelled leaves the names of layers to the panel below.
func unlabelled(p *plot.Plot) {
	ticks := p.X.Tick.Marker.(plot.ConstantTicks)
	bare := make(plot.ConstantTicks, len(ticks))
	for i := range ticks {
		bare[i] = plot.Tick{Value: ticks[i].Value}
	}
	p.X.Tick.Marker = bare
}

// stackedLayers is a machine's panel and what stands in it, in pJ/MAC; nil where no layer
// has energy of which it is known what it went to.
func stackedLayers(m *system.Machine) (p *plot.Plot, stacks [][]float64, err error) {
	p = newPlot()
	p.Title.Text, p.Y.Label.Text = m.Name, "pJ/MAC"
	p.X.Tick.Marker = layerTicks(m.Kernels)
	p.X.Tick.Label.Rotation = math.Pi / 2
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XRight, draw.YCenter
	highest := 0.0
	for i := range m.Kernels {
		k := &m.Kernels[i]
		stack := make([]float64, len(energy.Categories()))
		if k.Categories != nil && k.MACs() > 0 {
			stack = scaled(byCategory(k.Categories), 1/k.MACs()/pico)
		}
		stacks = append(stacks, stack)
		highest = max(highest, sumOf(stack))
	}
	if highest == 0 {
		return nil, nil, nil
	}
	width := min(20, 0.75*(pageWidth-60)/vg.Length(len(m.Kernels)))
	var below *plotter.BarChart
	for _, category := range used(stacks) {
		values := make(plotter.Values, len(stacks))
		for i := range stacks {
			values[i] = stacks[i][category]
		}
		bars, err := plotter.NewBarChart(values, width)
		if err != nil {
			return nil, nil, err
		}
		bars.Color, bars.LineStyle.Width = categoryColours[category], 0
		if below != nil {
			bars.StackOn(below)
		}
		p.Add(bars)
		below = bars
	}
	p.X.Min, p.X.Max = -0.5, float64(len(m.Kernels))-0.5
	p.Y.Min, p.Y.Max = 0, 1.05*highest
	return p, stacks, nil
}
