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
		{"machines", roofsOfPage},
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

// OfStudy draws what the page of a study shows: of each answer the first front, if that is
// one of two outputs or more, the tornado, the crossover and the heat map. Captions stand
// beside figures, and so do titles.
func OfStudy(answers []*report.Sweep) (figures []report.Figure, err error) {
	for _, a := range answers {
		for _, f := range []struct {
			section string
			draw    func(*report.Sweep) (drawing, string, string, error)
		}{
			{"fronts", frontOfPage}, {"tornado", tornadoOfPage}, {"crossover", crossingOfPage}, {"heatmap", heatOfPage}, {"curves", curvesOfPage},
		} {
			d, title, says, err := f.draw(a)
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
	}
	return figures, nil
}

func frontOfPage(a *report.Sweep) (d drawing, title, says string, err error) {
	if len(a.Fronts) == 0 || len(a.Fronts[0].Goals) < 2 {
		return d, "", "", nil
	}
	c := a.Cloud()
	if len(c.Front) == 0 {
		return d, "", "", nil
	}
	title = c.Y + " over " + c.X + ": rings are points, dots those of the front"
	if c.Bounds != "" {
		title += ", crosses those that break " + strings.TrimPrefix(c.Bounds, "where ")
	}
	first, last := c.Front[0], c.Front[len(c.Front)-1]
	says = fmt.Sprintf("A mark for each of %d points, and the %d that none is better than in both, from %s and %s to %s and %s.",
		len(c.All)+len(c.Barred), len(c.Front), unit.Digits(first[0]), unit.Digits(first[1]), unit.Digits(last[0]), unit.Digits(last[1]))
	c.Title, c.Bounds, c.Caption = "", "", ""
	d, err = drawCloud(c, phoneWidth, 2.8*vg.Inch)
	return d, title, says, err
}

func tornadoOfPage(a *report.Sweep) (d drawing, title, says string, err error) {
	if a.Tornado == nil {
		return d, "", "", nil
	}
	b := a.Bars()
	if len(b.Bars) == 0 {
		return d, "", "", nil
	}
	var swings []string
	for _, bar := range b.Bars {
		swings = append(swings, fmt.Sprintf("%s from %s to %s: %s to %s", bar.Name, bar.Least, bar.Greatest, unit.Digits(bar.At[0]), unit.Digits(bar.At[1])))
	}
	says = "A bar for each axis, the longest first: " + strings.Join(swings, "; ") + "."
	title = b.X + " as one axis goes from end to end, all else as in the base"
	b.Title, b.Caption = "", ""
	d, err = drawBars(b, 4.4*vg.Inch)
	return d, title, says, err
}

func crossingOfPage(a *report.Sweep) (d drawing, title, says string, err error) {
	if a.Crossover == nil {
		return d, "", "", nil
	}
	c := a.Crossing()
	if len(c.Curves[0]) == 0 || len(c.Curves[1]) == 0 {
		return d, "", "", nil
	}
	title = fmt.Sprintf("%s over %s: %s and %s", c.Y, c.X, c.Names[0], c.Names[1])
	says = "Two curves"
	if len(c.AtText) > 0 {
		says += " that cross at " + strings.Join(c.AtText, ", ")
	}
	c.Title, c.Caption = subtitle(c.Title, a), ""
	d, err = drawCrossing(c, phoneWidth)
	return d, title, says + ".", err
}

func heatOfPage(a *report.Sweep) (d drawing, title, says string, err error) {
	if a.Heatmap == nil {
		return d, "", "", nil
	}
	h := a.Heat()
	low, high := h.Range()
	if low > high {
		return d, "", "", nil
	}
	title = fmt.Sprintf("%s over %s and %s", h.Z, h.X, h.Y)
	says = fmt.Sprintf("%d by %d cells with values from %s to %s, which the table below has.", len(h.XTicks), len(h.YTicks), unit.Digits(low), unit.Digits(high))
	h.Title, h.Caption = subtitle(h.Title, a), ""
	d, err = drawHeatMap(h)
	return d, title, says, err
}

// subtitle is what a title says beside that of the study.
func subtitle(title string, a *report.Sweep) string {
	return strings.TrimSpace(strings.TrimPrefix(title, a.Study.Title))
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
	absolute, shares, categories, err := energyPanels(machines, longestMachine)
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
