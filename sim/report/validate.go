package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"xbar/sim/validate"
)

// ValidateJSON writes a validation as schema xbar.validate/1.
func ValidateJSON(w io.Writer, r *validate.Result) error { return writeJSON(w, r) }

// ValidateText writes a validation for a terminal: first how each rung stands,
// then every figure.
func ValidateText(w io.Writer, r *validate.Result) error { return writeValidate(w, &textPage{}, r) }

// ValidateMarkdown writes a validation as GitHub-flavoured Markdown.
func ValidateMarkdown(w io.Writer, r *validate.Result) error {
	return writeValidate(w, &markdownPage{}, r)
}

// ValidateCSV writes one row per figure and column, in SI base units.
func ValidateCSV(w io.Writer, r *validate.Result) error {
	if err := finite(r); err != nil {
		return err
	}
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.Write([]string{"figure", "column", "unit", "points", "published", "simulated", "error", "tolerance", "calibrated", "verdict", "source", "reason"})
	for i := range r.Rungs {
		rung := &r.Rungs[i]
		for _, t := range rung.Tables {
			for _, f := range t.Figures {
				for c, v := range f.Values {
					out.Write([]string{
						f.ID, rung.Columns[c].Name, t.Unit, strconv.Itoa(f.Points), plain(f.Published), plain(v.Simulated), plain(v.Error), plain(v.Tolerance),
						strconv.FormatBool(v.Calibrated), string(v.Verdict), f.Source, v.Reason,
					})
				}
			}
		}
	}
	out.Flush()
	_, err := w.Write(b.Bytes())
	return err
}

func writeValidate(w io.Writer, p page, r *validate.Result) error {
	if err := finite(r); err != nil {
		return err
	}
	p.title("Validation: simulated beside published")
	ladderSummary(p, r)
	for i := range r.Rungs {
		writeRung(p, &r.Rungs[i])
	}
	_, err := w.Write(p.bytes())
	return err
}

func ladderSummary(p page, r *validate.Result) {
	t := table{columns: []column{{head: "level"}, {head: "rung", left: true}, {head: "numbers"}, {head: "within"}, {head: "explained"}, {head: "off"}}}
	var all tally
	for i := range r.Rungs {
		rung := &r.Rungs[i]
		n := tallied(rung)
		t.add(strconv.Itoa(rung.Level), rung.ID, strconv.Itoa(n.within+n.accepted+n.off), strconv.Itoa(n.within), strconv.Itoa(n.accepted), strconv.Itoa(n.off))
		all.within, all.accepted, all.off = all.within+n.within, all.accepted+n.accepted, all.off+n.off
	}
	t.rule()
	t.add("", "all", strconv.Itoa(all.within+all.accepted+all.off), strconv.Itoa(all.within), strconv.Itoa(all.accepted), strconv.Itoa(all.off))
	p.paragraph("An error is simulated/published − 1. Behind it stands c where the figure is calibrated: it, or what it is made of, " +
		"was given; a letter in brackets where it is outside its tolerance, for the reason below; OFF where it is outside and nobody knows why.")
	p.table(t)
}

type tally struct{ within, accepted, off int }

func tallied(r *validate.Rung) (n tally) {
	for _, t := range r.Tables {
		for _, f := range t.Figures {
			for _, v := range f.Values {
				switch v.Verdict {
				case validate.Within:
					n.within++
				case validate.Accepted:
					n.accepted++
				default:
					n.off++
				}
			}
		}
	}
	return n
}

func writeRung(p page, r *validate.Rung) {
	p.heading(r.ID)
	p.paragraph(r.Title)
	var columns []string
	for _, c := range r.Columns {
		columns = append(columns, fmt.Sprintf("%s. Given: %s. Predicted: %s.", c.Name, c.Given, c.Rest))
	}
	p.list(columns)
	notes := &footnotes{}
	for i := range r.Tables {
		writeFigures(p, r, &r.Tables[i], notes)
	}
	if len(notes.reasons) > 0 {
		p.list(notes.list())
	}
	if len(r.Totals) > 0 {
		p.subheading("Errors of what was predicted: " + r.Compared)
		p.table(totals(r))
	}
}

// totals compares the columns with other simulators.
func totals(r *validate.Rung) table {
	t := table{columns: []column{{head: "by", left: true}, {head: "mean"}, {head: "at most"}, {head: "figures"}}}
	add := func(by string, m validate.Measure) {
		most, n := none, none
		if m.Max > 0 {
			most = fmt.Sprintf("%.1f%%", 100*m.Max)
		}
		if m.N > 0 {
			n = strconv.Itoa(m.N)
		}
		t.add(by, fmt.Sprintf("%.1f%%", 100*m.Mean), most, n)
	}
	for _, total := range r.Totals {
		add("xbar, "+total.Column, total.Measure)
		if total.WithGiven != nil {
			add("  with the figures that were given", *total.WithGiven)
		}
	}
	for _, peer := range r.Peers {
		add(peer.Of, peer)
	}
	return t
}

// footnotes letters reasons, equal ones alike.
type footnotes struct{ reasons []string }

func (n *footnotes) mark(reason string) string {
	for i, r := range n.reasons {
		if r == reason {
			return letter(i)
		}
	}
	n.reasons = append(n.reasons, reason)
	return letter(len(n.reasons) - 1)
}

func letter(i int) string { return "(" + string(rune('a'+i%26)) + ")" }

func (n *footnotes) list() []string {
	items := make([]string, len(n.reasons))
	for i, r := range n.reasons {
		items[i] = letter(i) + " " + r
	}
	return items
}

func writeFigures(p page, r *validate.Rung, figures *validate.Table, notes *footnotes) {
	var xs []float64
	for _, f := range figures.Figures {
		xs = append(xs, f.Published)
		for _, v := range f.Values {
			xs = append(xs, v.Simulated)
		}
	}
	label, factor := figureScale(figures.Unit, xs)
	show := significant
	if figures.Unit == "cycles" || figures.Unit == "1" && whole(xs) {
		show = count
	}
	t := table{columns: []column{{head: figures.Title, left: true}, {head: strings.TrimSpace("published " + label)}}}
	for _, c := range r.Columns {
		t.columns = append(t.columns, column{head: c.Name}, column{head: "error"}, column{left: true})
	}
	for _, f := range figures.Figures {
		name := f.Name
		if f.Points > 1 {
			name += fmt.Sprintf(", worst of %d", f.Points)
		}
		row := []string{name, show(f.Published / factor)}
		for _, v := range f.Values {
			row = append(row, show(v.Simulated/factor), validate.Percent(v.Error), verdict(&v, notes))
		}
		t.add(row...)
	}
	p.table(t)
}

func verdict(v *validate.Value, notes *footnotes) string {
	switch {
	case v.Verdict == validate.Off:
		return "OFF"
	case v.Verdict == validate.Accepted:
		return notes.mark(v.Reason)
	case v.Calibrated:
		return "c"
	}
	return ""
}

// figureScale picks the one prefix of a table, by the names that architects use.
func figureScale(symbol string, xs []float64) (label string, factor float64) {
	switch symbol {
	case "1":
		return "", 1
	case "cycles":
		return symbol, 1
	case "op/s":
		return scale("OPS", xs...)
	case "op/J":
		return scale("OPS/W", xs...)
	case "op/s/m2":
		return "GOPS/mm²", 1e15
	}
	return scale(symbol, xs...)
}

// whole says whether all numbers are integers, as counts are.
func whole(xs []float64) bool {
	return !slices.ContainsFunc(xs, func(x float64) bool { return x != math.Trunc(x) })
}

// significant prints x with four significant digits.
func significant(x float64) string {
	a := math.Abs(x)
	if a == 0 {
		return "0"
	}
	if a < 1e-3 || a >= 1e9 {
		return strconv.FormatFloat(x, 'g', 4, 64)
	}
	decimals := max(0, 3-int(math.Floor(math.Log10(a))))
	return thousands(strconv.FormatFloat(x, 'f', decimals, 64))
}
