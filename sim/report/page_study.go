package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"xbar/sim/sweep"
)

// StudyPage is a study as one HTML file: its axes, what [SweepText] says of each of some
// questions, and the points that failed.
type StudyPage struct {
	Study   sweep.Header
	Answers []*Sweep
	Figures []Figure
	Source  Source
	Remarks []string // why some question has no answer

	// Explain is the command that says where the numbers of a point come from; nil: the
	// study is not at hand.
	Explain func(*sweep.Point) string

	axes   []settings
	known  map[sweep.Quantity]bool
	errors []string // each once
	failed map[string]*failures
}

// failures are the points that failed for one reason.
type failures struct {
	n     int64
	first []int64 // some of them
}

// NewStudyPage looks at all points of a study.
func NewStudyPage(h sweep.Header, points *sweep.Journals) (*StudyPage, error) {
	r := &StudyPage{Study: h, axes: make([]settings, len(h.Axes)), failed: map[string]*failures{}, known: map[sweep.Quantity]bool{}}
	err := points.Points(func(p *sweep.Point) error {
		for i, v := range p.Values {
			r.axes[i].add(v)
		}
		for i := range p.Machines {
			for j := range sweep.Outputs {
				if _, ok := p.Machines[i].Outputs[sweep.Outputs[j].Name]; ok {
					r.known[sweep.Quantity{Machine: p.Machines[i].Name, Output: &sweep.Outputs[j]}] = true
				}
			}
		}
		if p.Error != "" {
			r.addFailure(p)
		}
		return nil
	})
	return r, err
}

// Knows reports whether a quantity is known at some point.
func (r *StudyPage) Knows(q sweep.Quantity) bool { return r.known[q] }

func (r *StudyPage) addFailure(p *sweep.Point) {
	f := r.failed[p.Error]
	if f == nil {
		f = &failures{}
		r.failed[p.Error], r.errors = f, append(r.errors, p.Error)
	}
	const few = 12
	if f.n++; f.n <= few {
		f.first = append(f.first, p.Point)
	}
}

// settings are the values that an axis takes.
type settings struct {
	all         []any // each once, up to a number
	more        bool  // than that
	least, most any   // of numbers
}

const mostSettings = 100

func (s *settings) add(v any) {
	if x, ok := asNumber(v); ok {
		if least, ok := asNumber(s.least); !ok || x < least {
			s.least = v
		}
		if most, ok := asNumber(s.most); !ok || x > most {
			s.most = v
		}
	}
	switch {
	case slices.Contains(s.all, v):
	case len(s.all) == mostSettings:
		s.more = true
	default:
		s.all = append(s.all, v)
	}
}

func asNumber(v any) (x float64, ok bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// list is all of few values, and the range of many.
func (s *settings) list() string {
	const few = 16
	if len(s.all) > few && s.least != nil {
		return sweep.Written(s.least) + " to " + sweep.Written(s.most)
	}
	var texts []string
	for _, v := range s.all[:min(len(s.all), few)] {
		texts = append(texts, sweep.Written(v))
	}
	if len(s.all) > few {
		return strings.Join(texts, ", ") + ", …"
	}
	return strings.Join(texts, ", ")
}

func (s *settings) count() cell {
	if s.more {
		return words(fmt.Sprintf("more than %d", mostSettings))
	}
	return counted(float64(len(s.all)))
}

// studySections are those of the page of a study, in their order.
var studySections = []section[*StudyPage]{
	{"brief", "In short", func(p *htmlPage, r *StudyPage) { r.brief(p) }},
	{"axes", "Axes", func(p *htmlPage, r *StudyPage) { r.tellAxes(p) }},
	{"best", "Best points", func(p *htmlPage, r *StudyPage) { r.tellBest(p) }},
	{"fronts", "Pareto fronts", func(p *htmlPage, r *StudyPage) { r.tellFronts(p) }},
	{"effects", "What matters most", tellEach("effects", func(a *Sweep) *SweepEffects { return a.Effects })},
	{"tornado", "One axis at a time", tellEach("tornado", func(a *Sweep) *SweepTornado { return a.Tornado })},
	{"crossover", "Crossovers", tellEach("crossover", func(a *Sweep) *SweepCrossover { return a.Crossover })},
	{"heatmap", "Over two axes", tellEach("heatmap", func(a *Sweep) *SweepHeatmap { return a.Heatmap })},
	{"curves", "Over one axis", tellEach("curves", func(a *Sweep) *SweepCurves { return a.Curves })},
	{"failed", "Points that failed", func(p *htmlPage, r *StudyPage) { r.tellFailed(p) }},
	{"config", "The study and its base", func(p *htmlPage, r *StudyPage) { files(p, &r.Source) }},
	{"again", "To write it again", func(p *htmlPage, r *StudyPage) { reproduce(p, &r.Source, r.Study.Version, "") }},
}

// StudyHTML writes the page of a study, one file that loads nothing.
func StudyHTML(w io.Writer, r *StudyPage) error {
	title := r.Study.Title
	if title == "" {
		title = "xbar sweep"
	}
	facts := fmt.Sprintf("%s · axes: %s · on %s", amount(r.Study.Points, "points"), strings.Join(r.Study.Axes, ", "), strings.Join(r.Study.Machines, ", "))
	from := r.Source.Config + ", xbar " + r.Study.Version
	d := document{Title: title, Version: r.Study.Version, Facts: facts, Foot: from}
	return writeDocument(w, d, studySections, r.Figures, r)
}

// brief says the best of every goal, and how much of the study there is.
func (r *StudyPage) brief(p *htmlPage) {
	var items []string
	for _, a := range r.Answers {
		if a.asked.Best == nil || len(a.asked.Best.Points) == 0 {
			continue
		}
		q := a.asked.Best.Goal.Quantity
		best := a.asked.Best.Points[0]
		unit, factor := scaleOf(q.Output, []float64{*q.Of(best)})
		items = append(items, fmt.Sprintf("%s%s: %s at point %d, %s", a.asked.Best.Goal.String(), subject(a.asked.Best.Constraints),
			strings.TrimSpace(digits(*q.Of(best)/factor)+" "+unit), best.Point, r.settingsOf(best)))
	}
	if n := r.failures(); n > 0 {
		items = append(items, fmt.Sprintf("%s of %s failed", count(float64(n)), amount(r.Study.Points, "points")))
	}
	if items = append(items, r.Remarks...); len(items) > 0 {
		p.list(items)
	}
}

func (r *StudyPage) failures() (n int64) {
	for _, f := range r.failed {
		n += f.n
	}
	return n
}

// settingsOf are the axes' values at a point.
func (r *StudyPage) settingsOf(point *sweep.Point) string {
	texts := make([]string, len(point.Values))
	for i, v := range point.Values {
		texts[i] = r.Study.Axes[i] + " " + sweep.Written(v)
	}
	return strings.Join(texts, ", ")
}

func (r *StudyPage) tellAxes(p *htmlPage) {
	t := table{columns: []column{{head: "axis", left: true}, {head: "values"}, {head: "which", left: true}}}
	for i := range r.axes {
		t.put(words(r.Study.Axes[i]), r.axes[i].count(), words(r.axes[i].list()))
	}
	p.table(t)
}

func (r *StudyPage) tellBest(p *htmlPage) {
	for _, a := range r.Answers {
		if a.asked.Best == nil {
			continue
		}
		a.tellBest(p)
		if r.Explain != nil && len(a.asked.Best.Points) > 0 {
			p.paragraph("Where the numbers of the best come from:")
			p.code(r.Explain(a.asked.Best.Points[0]))
		}
	}
}

func (r *StudyPage) tellFronts(p *htmlPage) {
	p.draw("fronts")
	for _, a := range r.Answers {
		for _, f := range a.asked.Fronts {
			a.tellFront(p, f)
		}
	}
}

// tellEach tells an answer of those who have it, below their figures.
func tellEach[T interface {
	comparable
	tell(page)
}](id string, of func(*Sweep) T) func(*htmlPage, *StudyPage) {
	return func(p *htmlPage, r *StudyPage) {
		p.draw(id)
		var none T
		for _, a := range r.Answers {
			if answer := of(a); answer != none {
				answer.tell(p)
			}
		}
	}
}

// tellFailed groups points by what went wrong.
func (r *StudyPage) tellFailed(p *htmlPage) {
	if len(r.errors) == 0 {
		return
	}
	t := table{columns: []column{{head: "error", left: true}, {head: "points"}, {head: "which", left: true}}}
	for _, text := range r.errors {
		f := r.failed[text]
		which := strings.Trim(fmt.Sprint(f.first), "[]")
		if f.n > int64(len(f.first)) {
			which += " …"
		}
		t.put(words(text), counted(float64(f.n)), words(which))
	}
	p.table(t)
}
