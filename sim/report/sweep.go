package report

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"xbar/sim/sweep"
)

// Sweep is what a study answers, schema xbar.answer/1.
type Sweep struct {
	Schema string       `json:"schema"`
	Study  sweep.Header `json:"study"`
	Failed int64        `json:"failed"` // points, some machine of which did not run
	First  string       `json:"first_error,omitempty"`
	Best   *SweepBest   `json:"best,omitempty"`
	Fronts []SweepFront `json:"fronts,omitempty"`

	Effects   *SweepEffects   `json:"effects,omitempty"`
	Tornado   *SweepTornado   `json:"tornado,omitempty"`
	Crossover *SweepCrossover `json:"crossover,omitempty"`
	Heatmap   *SweepHeatmap   `json:"heatmap,omitempty"`
	Curves    *SweepCurves    `json:"curves,omitempty"`

	asked *sweep.Questions
	cloud []*sweep.Point // some of all, for a figure
}

// SweepBest is the points that are best by one quantity.
type SweepBest struct {
	Goal    string         `json:"goal"`
	Kept    []string       `json:"subject_to,omitempty"`
	Allowed int64          `json:"allowed"` // points that keep the constraints
	Points  []*sweep.Point `json:"points"`
}

// SweepFront is the points that are best by one quantity for what they are by others.
type SweepFront struct {
	Goals  []string       `json:"goals"`
	Kept   []string       `json:"subject_to,omitempty"`
	Points []*sweep.Point `json:"points"`
}

// SweepEffects says which axes an output goes with.
type SweepEffects struct {
	Of          string         `json:"of"`
	Logarithmic bool           `json:"logarithmic"`
	Axes        []sweep.Effect `json:"axes"` // what does most first

	of sweep.Quantity
}

// NewSweep asks a study's points. Those that answers need beside them are computed aside.
func NewSweep(ctx context.Context, h sweep.Header, points *sweep.Journals, q *sweep.Questions, aside sweep.Computer) (*Sweep, error) {
	r := &Sweep{Schema: "xbar.answer/1", Study: h, asked: q}
	every := h.Points/mostInCloud + 1
	err := points.Points(func(p *sweep.Point) error {
		if p.Point%every == 0 {
			r.cloud = append(r.cloud, p)
		}
		if p.Error != "" {
			if r.Failed++; r.First == "" {
				r.First = p.Error
			}
		}
		q.Add(p)
		return nil
	})
	if err == nil {
		err = q.Solve(ctx, aside)
	}
	if err == nil && q.Effects != nil {
		err = r.solve(q.Effects)
	}
	if err != nil {
		return nil, err
	}
	if q.Best != nil {
		r.Best = &SweepBest{q.Best.Goal.String(), kept(q.Best.Constraints), q.Best.Allowed, q.Best.Points}
	}
	for _, f := range q.Fronts {
		front := SweepFront{Kept: kept(f.Constraints), Points: f.Points}
		for i := range f.Goals {
			front.Goals = append(front.Goals, f.Goals[i].String())
		}
		r.Fronts = append(r.Fronts, front)
	}
	if q.Tornado != nil {
		r.Tornado = newSweepTornado(q.Tornado)
	}
	if q.Crossings != nil {
		r.Crossover = newSweepCrossover(q.Crossings)
	}
	if q.Heatmap != nil {
		r.Heatmap = newSweepHeatmap(q.Heatmap)
	}
	if q.Curves != nil {
		r.Curves = r.newCurves(q.Curves)
	}
	return r, nil
}

// mostInCloud is how many points a figure shows beside those of a front.
const mostInCloud = 5000

// Cloud is points in two quantities of a front, in units of one prefix each.
type Cloud struct {
	Title      string
	Caption    string // which study it is of
	X, Y       string // labels, with their units
	MoreX      bool   // of it is better
	MoreY      bool
	Others     int          // outputs that the front is also best in
	All, Front [][2]float64 // those of the front in the order of x
	Barred     [][2]float64 // those that break bounds
	Bounds     string       // which those are
}

// Cloud is that of the first front, of which there must be one, and its first two
// quantities.
func (r *Sweep) Cloud() *Cloud {
	f := r.asked.Fronts[0]
	x, y := f.Goals[0].Quantity, f.Goals[1].Quantity
	c := &Cloud{Title: r.Study.Title, Caption: r.caption(), MoreX: f.Goals[0].More, MoreY: f.Goals[1].More, Others: len(f.Goals) - 2}
	var kept, barred []*sweep.Point
	for _, p := range r.cloud {
		if f.Keeps(p) {
			kept = append(kept, p)
		} else {
			barred = append(barred, p)
		}
	}
	c.All, c.Barred, c.Front = places(kept, x, y), places(barred, x, y), places(f.Points, x, y)
	c.Bounds = strings.TrimPrefix(subject(f.Constraints), ", ")
	slices.SortStableFunc(c.Front, func(a, b [2]float64) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	for axis, label := range []*string{&c.X, &c.Y} {
		q := []sweep.Quantity{x, y}[axis]
		var xs []float64
		for _, p := range append(slices.Clone(c.All), c.Barred...) {
			xs = append(xs, p[axis])
		}
		unit, factor := scaleOf(q.Output, xs)
		*label = r.short(q)
		if unit != "" {
			*label += " (" + unit + ")"
		}
		for _, all := range [][][2]float64{c.All, c.Barred, c.Front} {
			for i := range all {
				all[i][axis] /= factor
			}
		}
	}
	return c
}

// places are the points that are known in both quantities.
func places(points []*sweep.Point, x, y sweep.Quantity) (all [][2]float64) {
	for _, p := range points {
		if a, b := x.Of(p), y.Of(p); a != nil && b != nil {
			all = append(all, [2]float64{*a, *b})
		}
	}
	return all
}

func (r *Sweep) solve(effects *sweep.Effects) error {
	all, logarithmic, err := effects.Solve()
	if err != nil {
		return err
	}
	slices.SortStableFunc(all, func(a, b sweep.Effect) int { return cmp.Compare(b.All, a.All) })
	r.Effects = &SweepEffects{effects.Of.String(), logarithmic, all, effects.Of}
	return nil
}

func kept(all []sweep.Constraint) (texts []string) {
	for i := range all {
		texts = append(texts, all[i].String())
	}
	return texts
}

// SweepJSON writes schema xbar.answer/1.
func SweepJSON(w io.Writer, r *Sweep) error { return writeJSON(w, r) }

// SweepText writes a study's answers for a terminal.
func SweepText(w io.Writer, r *Sweep) error { return writeSweep(w, &textPage{}, r) }

// SweepMarkdown writes the same as GitHub-flavoured Markdown.
func SweepMarkdown(w io.Writer, r *Sweep) error { return writeSweep(w, &markdownPage{}, r) }

func writeSweep(w io.Writer, p page, r *Sweep) error {
	title := r.Study.Title
	if title == "" {
		title = "xbar sweep"
	}
	p.title(title)
	text := fmt.Sprintf("%s, axes: %s; on %s", amount(r.Study.Points, "points"), strings.Join(r.Study.Axes, ", "), strings.Join(r.Study.Machines, ", "))
	if r.Study.Search != "" {
		text += "; found by a search for the " + r.Study.Search
	}
	if r.Failed > 0 {
		text += fmt.Sprintf("; %s failed, the first because of: %s", count(float64(r.Failed)), r.First)
	}
	p.paragraph(text + ".")
	if r.Best != nil {
		r.tellBest(p)
	}
	for _, f := range r.asked.Fronts {
		r.tellFront(p, f)
	}
	if r.Effects != nil {
		r.Effects.tell(p)
	}
	if r.Tornado != nil {
		r.Tornado.tell(p)
	}
	if r.Crossover != nil {
		r.Crossover.tell(p)
	}
	if r.Heatmap != nil {
		r.Heatmap.tell(p)
	}
	if r.Curves != nil {
		r.Curves.tell(p)
	}
	_, err := w.Write(p.bytes())
	return err
}

func (e *SweepEffects) tell(p page) {
	p.heading("What " + e.of.String() + " goes with")
	var xs []float64
	for i := range e.Axes {
		xs = append(xs, e.Axes[i].Least, e.Axes[i].Most)
	}
	unit, factor := scaleOf(e.of.Output, xs)
	mean := strings.TrimSpace("mean " + unit)
	t := table{columns: []column{
		{head: "axis", left: true}, {head: "alone"}, {head: "in all"}, {left: true}, {head: "least at"}, {head: mean}, {head: "most at"}, {head: mean},
	}, fixed: 1}
	for i := range e.Axes {
		a := &e.Axes[i]
		t.put(words(a.Axis), shareOf(a.Alone), shareOf(a.All), drawn(a.All, 20), settingOf(a.LeastAt), measured(a.Least, factor), settingOf(a.MostAt), measured(a.Most, factor))
	}
	p.table(t)
	of, means := "its variance over the grid", "Means are over all other axes."
	if e.Logarithmic {
		of, means = "the variance of its logarithm over the grid", "Means are geometric, over all other axes."
	}
	p.paragraph("Shares of " + of + ": what an axis does alone, and with all that it does together with others. Axes that go together are named by the first. " + means)
}

func (r *Sweep) tellBest(p page) {
	goals := []sweep.Goal{r.asked.Best.Goal}
	p.heading("The " + r.asked.Best.Goal.String() + subject(r.asked.Best.Constraints))
	if len(r.asked.Best.Points) == 0 {
		p.paragraph("No point keeps that.")
		return
	}
	p.table(r.table(r.asked.Best.Points, columnsFor(goals, r.asked.Best.Constraints)))
	text := fmt.Sprintf("The best %d of %s", len(r.asked.Best.Points), amount(r.asked.Best.Allowed, "points"))
	if len(r.asked.Best.Constraints) > 0 {
		text += " that keep the bounds"
	}
	p.paragraph(text + ".")
}

const mostOfFront = 30

func (r *Sweep) tellFront(p page, f *sweep.Front) {
	names := make([]string, len(f.Goals))
	for i := range f.Goals {
		names[i] = f.Goals[i].String()
	}
	p.heading("Pareto front: " + strings.Join(names, ", ") + subject(f.Constraints))
	points := f.Points
	if len(points) == 0 {
		p.paragraph("No point has all of that.")
		return
	}
	if most := p.most(mostOfFront); len(points) > most {
		points = points[:most]
	}
	p.table(r.table(points, columnsFor(f.Goals, f.Constraints)))
	if rest := len(f.Points) - len(points); rest > 0 {
		p.paragraph(fmt.Sprintf("And %s more; --format json has them.", count(float64(rest))))
	}
}

func subject(all []sweep.Constraint) string {
	if len(all) == 0 {
		return ""
	}
	return ", where " + strings.Join(kept(all), " and ")
}

// columnsFor are the quantities that a table shows, each once.
func columnsFor(goals []sweep.Goal, constraints []sweep.Constraint) (all []sweep.Quantity) {
	add := func(q sweep.Quantity) {
		for _, have := range all {
			if have == q {
				return
			}
		}
		all = append(all, q)
	}
	for i := range goals {
		add(goals[i].Quantity)
	}
	for i := range constraints {
		add(constraints[i].Quantity)
	}
	return all
}

// table has a row for each point: its number, its values, and some quantities, each with
// one prefix for all rows.
func (r *Sweep) table(points []*sweep.Point, quantities []sweep.Quantity) table {
	t := table{columns: []column{{head: "point"}}, fixed: 1}
	for _, axis := range r.Study.Axes {
		t.columns = append(t.columns, column{head: axis})
	}
	factors := make([]float64, len(quantities))
	for i, q := range quantities {
		var xs []float64
		for _, p := range points {
			if x := q.Of(p); x != nil {
				xs = append(xs, *x)
			}
		}
		label := ""
		label, factors[i] = scaleOf(q.Output, xs)
		t.columns = append(t.columns, column{head: strings.TrimSpace(r.short(q) + " " + label)})
	}
	for _, p := range points {
		row := []cell{valued(fmt.Sprint(p.Point), float64(p.Point))}
		for _, v := range p.Values {
			row = append(row, settingOf(v))
		}
		for i, q := range quantities {
			if x := q.Of(p); x != nil {
				row = append(row, measured(*x, factors[i]))
			} else {
				row = append(row, words(none))
			}
		}
		t.put(row...)
	}
	return t
}

// scaleOf picks a prefix for what has one, and else the unit as it is.
func scaleOf(o *sweep.Output, xs []float64) (label string, factor float64) {
	switch o.Unit {
	case "J", "s", "J·s":
		return scale(o.Unit, xs...)
	case "m²":
		return scale("m2", xs...)
	}
	return o.Unit, 1
}

// caption says what a figure is of.
func (r *Sweep) caption() string {
	h := &r.Study
	return fmt.Sprintf("%s of %s: %s", amount(h.Points, "points"), h.Base, strings.Join(h.Axes, ", "))
}

// settingOf is a value of an axis, which may be a number with a unit.
func settingOf(v any) cell {
	c := words(sweep.Written(v))
	switch x := v.(type) {
	case float64:
		c.value = &x
	case int64:
		c.value = new(float64(x))
	}
	return c
}

// short is a quantity without the machine where there is one only.
func (r *Sweep) short(q sweep.Quantity) string {
	name := q.Output.Plain()
	if len(r.Study.Machines) > 1 {
		return q.Machine + " " + name
	}
	return name
}
