package report

import (
	"fmt"
	"io"
	"strings"

	"xbar/sim/sweep"
)

// Comparison is how two studies compare, schema xbar.comparison/1.
type Comparison struct {
	Schema   string            `json:"schema"`
	A        ComparedStudy     `json:"a"`
	B        ComparedStudy     `json:"b"`
	Both     int64             `json:"both"` // inputs that both have
	Outputs  []ComparedOutput  `json:"outputs"`
	Best     []ComparedBest    `json:"best"`
	Unpaired ComparedUnmatched `json:"machines_of_one"`

	c *sweep.Comparison
}

// ComparedStudy is one of the two.
type ComparedStudy struct {
	Dir    string         `json:"dir"`
	Study  sweep.Header   `json:"study"`
	Points int64          `json:"points"` // that are there
	Only   int64          `json:"only"`   // inputs that the other has not
	First  []*sweep.Point `json:"only_first,omitempty"`
}

// ComparedUnmatched is machines that one study has only.
type ComparedUnmatched struct {
	A []string `json:"a,omitempty"`
	B []string `json:"b,omitempty"`
}

// ComparedOutput is an output's ratios, B over A.
type ComparedOutput struct {
	MachineA string         `json:"machine_a"`
	MachineB string         `json:"machine_b"`
	Output   string         `json:"output"`
	Known    int64          `json:"known"` // inputs at which both know it
	OnlyA    int64          `json:"known_in_a_only"`
	OnlyB    int64          `json:"known_in_b_only"`
	Differ   int64          `json:"differ"`
	Zero     int64          `json:"zero_in_a"` // of those that differ; they have no ratio
	Ratio    *ComparedRatio `json:"ratio,omitempty"`
}

// ComparedRatio is the distribution of ratios, and the inputs of the ends of it.
type ComparedRatio struct {
	Least   float64 `json:"least"`
	Median  float64 `json:"median"`
	Most    float64 `json:"most"`
	LeastAt []any   `json:"least_at"`
	MostAt  []any   `json:"most_at"`
}

// ComparedBest is the best points of both by one goal.
type ComparedBest struct {
	Goal string       `json:"goal"`
	A    *sweep.Point `json:"a"`
	B    *sweep.Point `json:"b"`
}

// mostOfOne is how many points are shown that only one study has.
const mostOfOne = 5

// NewComparison reports a comparison.
func NewComparison(c *sweep.Comparison) *Comparison {
	r := &Comparison{
		Schema: "xbar.comparison/1", Both: c.Both, c: c,
		A: compared(c.A, c.OnlyA), B: compared(c.B, c.OnlyB), Unpaired: ComparedUnmatched{c.Unpaired[0], c.Unpaired[1]},
	}
	for i := range c.Ratios {
		x := &c.Ratios[i]
		o := ComparedOutput{x.Machines[0], x.Machines[1], x.Output.Name, x.Known, x.OnlyA, x.OnlyB, x.Differ, x.Zero, nil}
		if x.At[0] != nil {
			o.Ratio = &ComparedRatio{x.Least, x.Median, x.Most, x.At[0].Values, x.At[1].Values}
		}
		r.Outputs = append(r.Outputs, o)
	}
	for i := range c.Best {
		b := &c.Best[i]
		r.Best = append(r.Best, ComparedBest{b.Goals[0].String(), b.Best[0], b.Best[1]})
	}
	return r
}

func compared(r *sweep.Results, only []*sweep.Point) ComparedStudy {
	return ComparedStudy{r.Dir, r.Header, int64(len(r.Points)), int64(len(only)), only[:min(len(only), mostOfOne)]}
}

// ComparisonJSON writes schema xbar.comparison/1.
func ComparisonJSON(w io.Writer, r *Comparison) error { return writeJSON(w, r) }

// ComparisonText writes a comparison for a terminal.
func ComparisonText(w io.Writer, r *Comparison) error { return r.write(w, &textPage{}) }

// ComparisonMarkdown writes the same as GitHub-flavoured Markdown.
func ComparisonMarkdown(w io.Writer, r *Comparison) error { return r.write(w, &markdownPage{}) }

func (r *Comparison) write(w io.Writer, p page) error {
	p.title("Two studies compared")
	p.list([]string{r.A.tell("A", "B"), r.B.tell("B", "A")})
	for _, alone := range []struct {
		study string
		names []string
	}{{"A", r.Unpaired.A}, {"B", r.Unpaired.B}} {
		if len(alone.names) > 0 {
			p.paragraph("Machines of " + alone.study + " only: " + strings.Join(alone.names, ", ") + ".")
		}
	}
	p.paragraph(fmt.Sprintf("%s have the same inputs in both.", amount(r.Both, "points")))
	for _, m := range r.c.Machines {
		r.tellRatios(p, m)
	}
	for i := range r.c.Best {
		r.tellBest(p, &r.c.Best[i])
	}
	_, err := w.Write(p.bytes())
	return err
}

func (s *ComparedStudy) tell(name, other string) string {
	text := fmt.Sprintf("%s: %s, %s of %d, on %s over %s", name, s.Dir, amount(s.Points, "points"), s.Study.Points, strings.Join(s.Study.Machines, ", "), s.Study.Base)
	if s.Study.Title != "" {
		text += fmt.Sprintf(" (%s)", s.Study.Title)
	}
	if s.Only == 0 {
		return text
	}
	return fmt.Sprintf("%s; %s of them are not in %s, the first at %s", text, count(float64(s.Only)), other, s.Study.Inputs(s.First[0]))
}

func (r *Comparison) tellRatios(p page, machines [2]string) {
	name := machines[0]
	if machines[1] != name {
		name += " and " + machines[1]
	}
	p.heading("Outputs of " + name + ", B over A")
	t := table{columns: []column{{head: "output", left: true}, {head: "points"}, {head: "differ"}, {head: "least"}, {head: "median"}, {head: "most"}, {head: "least at"}, {head: "most at"}}}
	var same []string
	for i := range r.c.Ratios {
		x := &r.c.Ratios[i]
		switch {
		case x.Machines != machines:
		case x.Differ+x.OnlyA+x.OnlyB == 0:
			same = append(same, x.Output.Name)
		default:
			t.add(ratioRow(x)...)
		}
	}
	if len(t.rows) > 0 {
		p.table(t)
	}
	if len(t.rows) > 0 {
		p.paragraph("Least and most are at points of A.")
	}
	if len(same) > 0 {
		p.paragraph("The same at all points: " + strings.Join(same, ", ") + ".")
	}
}

func ratioRow(x *sweep.Ratio) []string {
	points := count(float64(x.Known))
	if x.OnlyA+x.OnlyB > 0 {
		points += fmt.Sprintf(" (and %d in A only, %d in B)", x.OnlyA, x.OnlyB)
	}
	row := []string{x.Output.Name, points, count(float64(x.Differ))}
	if x.At[0] == nil {
		return append(row, none, none, none, none, none)
	}
	at := func(p *sweep.Point) string { return fmt.Sprintf("point %d", p.Point) }
	return append(row, ratioOfStudies(x.Least), ratioOfStudies(x.Median), ratioOfStudies(x.Most), at(x.At[0]), at(x.At[1]))
}

// ratioOfStudies has as many digits as it takes to tell it from one.
func ratioOfStudies(x float64) string {
	text := digits(x)
	for places := 4; text == "1.00" && x != 1 && places < 16; places++ {
		if s := fmt.Sprintf("%.*g", places, x); s != "1" {
			text = s
		}
	}
	return text
}

func (r *Comparison) tellBest(p page, b *sweep.Pair) {
	p.heading("The " + b.Goals[0].String() + " of each")
	var xs []float64
	for i, q := range b.Best {
		if q != nil {
			xs = append(xs, *b.Goals[i].Quantity.Of(q))
		}
	}
	unit, factor := scaleOf(b.Goals[0].Quantity.Output, xs)
	t := table{columns: []column{{head: "", left: true}, {head: strings.TrimSpace(b.Goals[0].Quantity.Output.Plain() + " " + unit)}, {head: "point"}}, fixed: 1}
	for _, axis := range r.A.Study.Axes {
		t.columns = append(t.columns, column{head: axis})
	}
	for i, study := range []*sweep.Header{&r.A.Study, &r.B.Study} {
		row := []string{[]string{"A", "B"}[i]}
		q := b.Best[i]
		if q == nil {
			t.add(append(row, make([]string, len(t.columns)-1)...)...)
			continue
		}
		row = append(row, digits(*b.Goals[i].Quantity.Of(q)/factor), fmt.Sprint(q.Point))
		for _, axis := range r.A.Study.Axes {
			row = append(row, sweep.Written(study.Value(q, axis)))
		}
		t.add(row...)
	}
	p.table(t)
	if b.Best[0] != nil && b.Best[1] != nil {
		p.paragraph("B's is " + ratio(xs[1], xs[0], "less", "more") + ".")
	}
}
