package report

import (
	"math"
	"strings"

	"xbar/sim/sweep"
)

// SweepHeatmap is an output over two axes.
type SweepHeatmap struct {
	Of     string         `json:"of"`
	Kept   []string       `json:"subject_to,omitempty"`
	X      SweepLabel     `json:"x"`
	Y      SweepLabel     `json:"y"`
	Others []string       `json:"best_over,omitempty"` // the other axes
	Pinned []string       `json:"where,omitempty"`     // those that have one value
	Cells  [][]sweep.Cell `json:"cells"`               // y × x

	m *sweep.Heatmap
}

// SweepLabel is an axis and its values.
type SweepLabel struct {
	Name   string   `json:"name"`
	Values []string `json:"values"`
}

func newSweepHeatmap(m *sweep.Heatmap) *SweepHeatmap {
	return &SweepHeatmap{m.Of.String(), kept(m.Constraints), SweepLabel(m.X), SweepLabel(m.Y), m.Others, m.Pinned, m.Cells, m}
}

// over says what cells are of.
func (h *SweepHeatmap) over() string {
	var parts []string
	if len(h.Pinned) > 0 {
		parts = append(parts, "at "+strings.Join(h.Pinned, ", "))
	}
	if len(h.Others) > 0 {
		word := "least"
		if h.m.Of.Output.More {
			word = "most"
		}
		parts = append(parts, "the "+word+" over "+strings.Join(h.Others, ", "))
	}
	return strings.Join(parts, ", ")
}

func (h *SweepHeatmap) scale() (unit string, factor float64) {
	var xs []float64
	for _, row := range h.Cells {
		for i := range row {
			if row[i].Value != nil {
				xs = append(xs, *row[i].Value)
			}
		}
	}
	return scaleOf(h.m.Of.Output, xs)
}

func (h *SweepHeatmap) tell(p page) {
	p.heading(h.Of + " over " + h.X.Name + " and " + h.Y.Name + subject(h.m.Constraints))
	unit, factor := h.scale()
	t := table{columns: []column{{head: h.Y.Name + " \\ " + h.X.Name}}, fixed: 1}
	for _, v := range h.X.Values {
		t.columns = append(t.columns, column{head: v})
	}
	barred, failed := false, false
	for y := len(h.Cells) - 1; y >= 0; y-- {
		row := []string{h.Y.Values[y]}
		for i := range h.Cells[y] {
			c := &h.Cells[y][i]
			switch {
			case c.Value != nil:
				row = append(row, digits(*c.Value/factor))
			case c.Barred > 0:
				row, barred = append(row, "×"), true
			default:
				row, failed = append(row, none), true
			}
		}
		t.add(row...)
	}
	p.table(t)
	text := "In " + unit
	if unit == "" {
		text = "Without a unit"
	}
	if over := h.over(); over != "" {
		text += "; " + over
	}
	if barred {
		text += "; ×: no point keeps the bounds"
	}
	if failed {
		text += "; " + none + ": not known"
	}
	p.paragraph(text + ".")
}

// Heat is a heat map in units of one prefix.
type Heat struct {
	Title, Caption string
	X, Y, Z        string // labels, with their units
	XTicks, YTicks []string
	Cells          [][]float64 // y × x; +Inf: no point keeps the bounds, NaN: not known
	Texts          [][]string
}

// Heat is that of the heat map, of which there must be one.
func (r *Sweep) Heat() *Heat {
	h := r.Heatmap
	unit, factor := h.scale()
	f := &Heat{Title: r.Study.Title, Caption: r.caption(), X: h.X.Name, Y: h.Y.Name, Z: axisLabel(r.short(h.m.Of), unit), XTicks: h.X.Values, YTicks: h.Y.Values}
	for _, line := range []string{strings.TrimPrefix(subject(h.m.Constraints), ", "), h.over()} {
		if line != "" {
			f.Title = strings.TrimSpace(f.Title + "\n" + line)
		}
	}
	for _, row := range h.Cells {
		zs, texts := make([]float64, len(row)), make([]string, len(row))
		for i := range row {
			switch c := &row[i]; {
			case c.Value != nil:
				zs[i], texts[i] = *c.Value/factor, digits(*c.Value/factor)
			case c.Barred > 0:
				zs[i] = math.Inf(1)
			default:
				zs[i] = math.NaN()
			}
		}
		f.Cells, f.Texts = append(f.Cells, zs), append(f.Texts, texts)
	}
	return f
}

// Range is the least and the most that a cell has; of none the least is more.
func (h *Heat) Range() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, row := range h.Cells {
		for _, z := range row {
			if !math.IsNaN(z) && !math.IsInf(z, 0) {
				low, high = min(low, z), max(high, z)
			}
		}
	}
	return low, high
}
