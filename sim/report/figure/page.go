package figure

import (
	"cmp"
	"fmt"
	"image/color"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"xbar/sim/energy"
	"xbar/sim/report"
	"xbar/sim/system"
	"xbar/sim/unit"
)

// phoneWidth is that of what a phone shows at a size at which it can be read.
const phoneWidth = 3.4 * vg.Inch

// OfRun draws what the page of a run shows, each figure for a section of
// [report.RunPage]. A figure that would show nothing is left out.
func OfRun(r *system.Result) (figures []report.Figure, err error) {
	for _, f := range []struct {
		section string
		draw    func([]system.Machine) (drawing, string, string, error)
	}{
		{"energy", energyOfPage},
		{"layers", layersOfPage},
	} {
		d, title, says, err := f.draw(r.Machines)
		if err != nil {
			return nil, err
		}
		if d.paint == nil {
			continue
		}
		if figures, err = d.onPage(figures, f.section, title, says); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

// OfStudy draws the first front of each answer that has one of points known in two
// outputs.
func OfStudy(answers []*report.Sweep) (figures []report.Figure, err error) {
	for _, a := range answers {
		if len(a.Fronts) == 0 || len(a.Fronts[0].Goals) < 2 {
			continue
		}
		c := a.Cloud()
		if len(c.Front) == 0 {
			continue
		}
		title := c.Y + " over " + c.X + ": rings are points, dots those of the front"
		if c.Bounds != "" {
			title += ", crosses those that break " + strings.TrimPrefix(c.Bounds, "where ")
		}
		c.Title, c.Bounds = "", "" // which stand beside it
		d, err := drawCloud(c, phoneWidth, 2.8*vg.Inch)
		if err != nil {
			return nil, err
		}
		says := fmt.Sprintf("A dot for each of %d points, and stairs through the %d that none is better than in both, from %s and %s to %s and %s.",
			len(c.All)+len(c.Barred), len(c.Front), unit.Digits(c.Front[0][0]), unit.Digits(c.Front[0][1]),
			unit.Digits(c.Front[len(c.Front)-1][0]), unit.Digits(c.Front[len(c.Front)-1][1]))
		if figures, err = d.onPage(figures, "fronts", title, says); err != nil {
			return nil, err
		}
	}
	return figures, nil
}

func (d drawing) onPage(figures []report.Figure, section, title, says string) ([]report.Figure, error) {
	svg, err := d.svg()
	return append(figures, report.Figure{Section: section, Title: title, Says: says, SVG: svg}), err
}

// energyOfPage has the panels of [Energy] below each other.
func energyOfPage(machines []system.Machine) (d drawing, title, says string, err error) {
	if len(machines) == 0 || slices.ContainsFunc(machines, func(m system.Machine) bool { return m.MACs <= 0 || sumOf(joules(&m)) <= 0 }) {
		return d, "", "", nil
	}
	absolute, shares, categories, err := energyPanels(machines)
	if err != nil {
		return d, "", "", err
	}
	const perLine = 3
	key := vg.Length(13*((len(categories)+perLine-1)/perLine) + 8)
	panel := rowHeight*vg.Length(len(machines)) + 54
	d = drawing{phoneWidth, key + 2*panel, func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		legend(draw.Crop(c, 0, 0, 2*panel, 0), categories, perLine)
		tiles := draw.Tiles{Rows: 2, Cols: 1, PadY: 8, PadTop: 2, PadBottom: 4, PadLeft: 4, PadRight: 12}
		canvases := plot.Align([][]*plot.Plot{{absolute}, {shares}}, tiles, draw.Crop(c, 0, 0, 0, -key))
		absolute.Draw(canvases[0][0])
		shares.Draw(canvases[1][0])
	}}
	var texts []string
	for i := range machines {
		texts = append(texts, barInWords(&machines[i]))
	}
	return d, "Energy per MAC by category", "A bar for each machine: " + strings.Join(texts, "; ") + ".", nil
}

func barInWords(m *system.Machine) string {
	all := joules(m)
	most := slices.MaxFunc(energy.Categories(), func(a, b energy.Category) int { return cmp.Compare(all[a], all[b]) })
	return fmt.Sprintf("%s %s pJ, %.0f%% of it %s", m.Name, unit.Digits(m.EnergyPerMACJ/pico), 100*all[most]/sumOf(all), most)
}

// layersOfPage is as wide as its layers need.
func layersOfPage(machines []system.Machine) (d drawing, title, says string, err error) {
	layers, err := layersOf(machines)
	if err != nil || layers == nil {
		return d, "", "", err
	}
	kernels := machines[0].Kernels
	const layerStep, axis = 7.1, 52 // points
	width := min(pageWidth, max(phoneWidth, axis+layerStep*vg.Length(len(kernels))))
	d = drawing{width, layersFigureHeight(len(machines), width), func(c draw.Canvas) {
		c.FillPolygon(color.White, corners(c.Rectangle))
		drawLayers(c, layers, machines)
	}}
	says = fmt.Sprintf("A line for each of %d machines over %d layers, from %s to %s, on a logarithmic axis.",
		len(machines), len(kernels), kernels[0].Name, kernels[len(kernels)-1].Name)
	return d, "Energy per MAC, layer by layer", says, nil
}
