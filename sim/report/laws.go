package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"xbar/sim/system"
)

// LawsText writes the laws for a terminal: first which of them hold, then
// each with its points.
func LawsText(w io.Writer, r *system.LawsResult) error { return writeLaws(w, &textPage{}, r) }

// LawsMarkdown writes the laws as GitHub-flavoured Markdown.
func LawsMarkdown(w io.Writer, r *system.LawsResult) error {
	return writeLaws(w, &markdownPage{}, r)
}

// LawsCSV writes one row per law and point, joules per MAC, and one for each of
// its other series.
func LawsCSV(w io.Writer, r *system.LawsResult) error {
	if err := finite(r); err != nil {
		return err
	}
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.Write([]string{"law", "x_is", "x", "measured_j_per_mac", "theory_j_per_mac", "total_j_per_mac", "series"})
	for _, law := range r.Laws {
		for _, p := range law.Points {
			out.Write([]string{law.ID, law.X, plain(p.X), plain(p.MeasuredJPerMAC), plain(p.TheoryJPerMAC), plain(p.TotalJPerMAC), law.Series})
			for _, o := range p.Others {
				out.Write([]string{law.ID, law.X, plain(p.X), plain(o.MeasuredJPerMAC), plain(o.TheoryJPerMAC), "", o.Name})
			}
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
	p.paragraph(fmt.Sprintf("%d of %s. Slopes are of log energy per MAC over log x%s.", held, plural(len(laws), "law")+" hold", otherSlopes(laws)) +
		" The whole machine adds what a law leaves out, but for static power.")
	p.table(t)
	for i := range left {
		why := left[i].Why
		if why == "" {
			why = left[i].Measures + " cost nothing on this machine"
		}
		p.paragraph(fmt.Sprintf("%s is left out: %s.", left[i].ID, why))
	}
}

// otherSlopes names the slopes that are of something else.
func otherSlopes(laws []system.Law) (text string) {
	for i := range laws {
		if laws[i].SlopeIs != "" {
			text += fmt.Sprintf("; %s: %s", laws[i].ID, laws[i].SlopeIs)
		}
	}
	return text
}

// lawsMachines says whose energies these are where a config brought some.
func lawsMachines(p page, r *system.LawsResult) {
	if r.Analog == "" && r.Scalar == "" && r.Systolic == "" {
		return
	}
	machine := func(kind, own string) string {
		if own == "" {
			return "the library's " + kind + " machine"
		}
		return "the " + kind + " machine " + strconv.Quote(own)
	}
	p.paragraph(fmt.Sprintf("Energies are those of %s, of %s and of %s; sizes are the laws' own, and so are both machines of precision-crossover.",
		machine("analog", r.Analog), machine("scalar", r.Scalar), machine("systolic", r.Systolic)))
}

func slope(x float64) string {
	if math.Abs(x) < 0.005 {
		x = 0
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// apart is how far the simulation is from the closed form, relative to it.
func apart(measured, theory float64) float64 {
	if theory == 0 {
		return measured
	}
	return measured/theory - 1
}

// furthest is the largest of them, of a law's own series and of others.
func furthest(points []system.LawPoint) (most float64) {
	further := func(x float64) {
		if math.Abs(x) > math.Abs(most) {
			most = x
		}
	}
	for _, p := range points {
		further(apart(p.MeasuredJPerMAC, p.TheoryJPerMAC))
		for _, o := range p.Others {
			further(apart(o.MeasuredJPerMAC, o.TheoryJPerMAC))
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
	joules, low, high := spread(law.Points)
	symbol, factor := scale("J", joules...)
	t := table{columns: []column{{head: law.X}, {head: "simulated " + symbol + "/MAC"}, {head: "closed form"}, {head: "apart"}, {head: "whole machine"}, {head: "log scale", left: true}}}
	for _, point := range law.Points {
		t.add(count(point.X), digits(point.MeasuredJPerMAC/factor), digits(point.TheoryJPerMAC/factor), deviation(apart(point.MeasuredJPerMAC, point.TheoryJPerMAC)),
			digits(point.TotalJPerMAC/factor), bar(logPosition(point.MeasuredJPerMAC, low, high), 24))
	}
	p.table(t)
	beside(p, law, symbol, factor)
	if f := law.Floor; f != nil {
		p.paragraph(fmt.Sprintf("The %s is %s %s/MAC, in closed form %s, and varies by %s over all of these.",
			f.FloorOf, digits(f.FloorJPerMAC/factor), symbol, digits(f.FloorTheoryJPerMAC/factor), strings.TrimPrefix(deviation(f.FloorVaries), "+")))
	}
	for _, e := range law.Exponents {
		p.paragraph(fmt.Sprintf("Slope of the %s: %s, in theory %s.", e.Of, slope(e.Slope), slope(e.Theory)))
	}
	crossings(p, law)
}

// spread lists the energies of a law's points for one prefix, and the range of
// those measured.
func spread(points []system.LawPoint) (joules []float64, low, high float64) {
	low = math.Inf(1)
	for _, point := range points {
		joules = append(joules, point.MeasuredJPerMAC, point.TheoryJPerMAC, point.TotalJPerMAC)
		if point.MeasuredJPerMAC > 0 {
			low, high = min(low, point.MeasuredJPerMAC), max(high, point.MeasuredJPerMAC)
		}
	}
	return joules, low, high
}

// beside shows a law's other series, each with how far it is from its closed
// form at most.
func beside(p page, law *system.Law, symbol string, factor float64) {
	first := law.Points[0].Others
	if len(first) == 0 {
		return
	}
	p.paragraph("Beside it, simulated " + symbol + "/MAC. " + law.Beside + ".")
	t := table{columns: []column{{head: law.X}}}
	last := []string{"apart at most"}
	for i, o := range first {
		t.columns = append(t.columns, column{head: o.Name})
		most := 0.0
		for _, point := range law.Points {
			if off := apart(point.Others[i].MeasuredJPerMAC, point.Others[i].TheoryJPerMAC); math.Abs(off) > math.Abs(most) {
				most = off
			}
		}
		last = append(last, deviation(most))
	}
	for _, point := range law.Points {
		row := []string{count(point.X)}
		for _, o := range point.Others {
			row = append(row, digits(o.MeasuredJPerMAC/factor))
		}
		t.add(row...)
	}
	t.rule()
	t.add(last...)
	p.table(t)
}

// crossings shows, converter by converter, where curves cross on arrays of each
// size.
func crossings(p page, law *system.Law) {
	if len(law.Crossings) == 0 {
		return
	}
	p.paragraph("Crossings, simulated and in closed form: " + law.CrossingsOf + ".")
	t := table{columns: []column{{head: "energy of a conversion", left: true}}}
	rows := map[string][]string{}
	var names []string
	seen := map[int64]bool{}
	for _, c := range law.Crossings {
		if !seen[c.N] {
			seen[c.N] = true
			t.columns = append(t.columns, column{head: fmt.Sprintf("N = M = %d", c.N)}, column{head: "closed form"})
		}
		if rows[c.Converter] == nil {
			names = append(names, c.Converter)
		}
		rows[c.Converter] = append(rows[c.Converter], crossing(c.X), crossing(c.Theory))
	}
	for _, name := range names {
		t.add(append([]string{name}, rows[name]...)...)
	}
	p.table(t)
}

func crossing(x float64) string {
	if x == 0 {
		return none
	}
	return strconv.FormatFloat(x, 'f', 2, 64)
}

// logPosition places x for a bar: an eighth is the lowest, at least a decade
// fills the rest, so that what is flat looks flat.
func logPosition(x, low, high float64) float64 {
	if x <= 0 {
		return 0
	}
	return 0.125 + 0.875*math.Log10(x/low)/max(1, math.Log10(high/low))
}
