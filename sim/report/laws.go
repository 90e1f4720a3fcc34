package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"xbar/sim/system"
)

// LawsText writes the laws for a terminal: first which of them hold, then
// each with its points.
func LawsText(w io.Writer, r *system.LawsResult) error { return writeLaws(w, &textPage{}, r) }

// LawsMarkdown writes the laws as GitHub-flavoured Markdown.
func LawsMarkdown(w io.Writer, r *system.LawsResult) error {
	return writeLaws(w, &markdownPage{}, r)
}

// LawsCSV writes one row per law and point, joules per MAC.
func LawsCSV(w io.Writer, r *system.LawsResult) error {
	if err := finite(r); err != nil {
		return err
	}
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.Write([]string{"law", "x_is", "x", "measured_j_per_mac", "theory_j_per_mac", "total_j_per_mac"})
	for _, law := range r.Laws {
		for _, p := range law.Points {
			out.Write([]string{law.ID, law.X, plain(p.X), plain(p.MeasuredJPerMAC), plain(p.TheoryJPerMAC), plain(p.TotalJPerMAC)})
		}
	}
	out.Flush()
	_, err := w.Write(b.Bytes())
	return err
}

func plain(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func writeLaws(w io.Writer, p page, r *system.LawsResult) error {
	if err := finite(r); err != nil {
		return err
	}
	p.title("Scaling laws: energy per MAC, simulated and in closed form")
	lawsSummary(p, r.Laws, r.Left)
	lawsMachines(p, r)
	for i := range r.Laws {
		law(p, &r.Laws[i])
	}
	_, err := w.Write(p.bytes())
	return err
}

func lawsSummary(p page, laws []system.Law, left []system.Left) {
	t := table{columns: []column{{head: "law", left: true}, {head: "", left: true}, {head: "slope"}, {head: "theory"}, {head: "apart at most"}}}
	held := 0
	for i := range laws {
		verdict := "DOES NOT HOLD"
		if laws[i].Holds {
			verdict = "holds"
			held++
		}
		t.add(laws[i].ID, verdict, slope(laws[i].Slope), slope(laws[i].SlopeTheory), deviation(furthest(laws[i].Points)))
	}
	p.paragraph(fmt.Sprintf("%d of %s. Slopes are of log energy per MAC over log x.", held, plural(len(laws), "law")+" hold") +
		" The whole machine adds what a law leaves out, but for static power.")
	p.table(t)
	for i := range left {
		p.paragraph(fmt.Sprintf("%s is left out: %s cost nothing on this machine.", left[i].ID, left[i].Measures))
	}
}

// lawsMachines says whose energies these are where a config brought some.
func lawsMachines(p page, r *system.LawsResult) {
	if r.Analog == "" && r.Scalar == "" {
		return
	}
	machine := func(kind, own string) string {
		if own == "" {
			return "the library's " + kind + " machine"
		}
		return "the " + kind + " machine " + strconv.Quote(own)
	}
	p.paragraph(fmt.Sprintf("Energies are those of %s and of %s; sizes are the laws' own.", machine("analog", r.Analog), machine("scalar", r.Scalar)))
}

func slope(x float64) string {
	if math.Abs(x) < 0.005 {
		x = 0
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// apart is how far the simulation is from the closed form, relative to it.
func apart(p system.LawPoint) float64 {
	if p.TheoryJPerMAC == 0 {
		return p.MeasuredJPerMAC
	}
	return p.MeasuredJPerMAC/p.TheoryJPerMAC - 1
}

func furthest(points []system.LawPoint) float64 {
	most := 0.0
	for _, p := range points {
		if math.Abs(apart(p)) > math.Abs(most) {
			most = apart(p)
		}
	}
	return most
}

// deviation shows what floating point leaves over as nothing.
func deviation(x float64) string {
	if math.Abs(x) < 1e-9 {
		return "0%"
	}
	if math.Abs(x) < 5e-5 {
		return "<0.01%"
	}
	return fmt.Sprintf("%+.2f%%", 100*x)
}

func law(p page, law *system.Law) {
	p.heading(law.ID)
	text := law.Statement
	if law.Measures != "" {
		text += " · energy of " + law.Measures
	}
	p.paragraph(text)
	if len(law.Points) == 0 {
		return
	}
	var joules []float64
	low, high := math.Inf(1), 0.0
	for _, point := range law.Points {
		joules = append(joules, point.MeasuredJPerMAC, point.TheoryJPerMAC, point.TotalJPerMAC)
		if point.MeasuredJPerMAC > 0 {
			low, high = min(low, point.MeasuredJPerMAC), max(high, point.MeasuredJPerMAC)
		}
	}
	symbol, factor := scale("J", joules...)
	t := table{columns: []column{{head: law.X}, {head: "simulated " + symbol + "/MAC"}, {head: "closed form"}, {head: "apart"}, {head: "whole machine"}, {head: "log scale", left: true}}}
	for _, point := range law.Points {
		t.add(count(point.X), digits(point.MeasuredJPerMAC/factor), digits(point.TheoryJPerMAC/factor), deviation(apart(point)), digits(point.TotalJPerMAC/factor),
			bar(logPosition(point.MeasuredJPerMAC, low, high), 24))
	}
	p.table(t)
}

// logPosition places x for a bar: an eighth is the lowest, at least a decade
// fills the rest, so that what is flat looks flat.
func logPosition(x, low, high float64) float64 {
	if x <= 0 {
		return 0
	}
	return 0.125 + 0.875*math.Log10(x/low)/max(1, math.Log10(high/low))
}
