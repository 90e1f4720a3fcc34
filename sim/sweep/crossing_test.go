package sweep

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
)

// twoMachines is a study of machines a and b, whose energies are functions of the axes'
// values as numbers; a text's is its length.
func twoMachines(t *rapid.T, axes []configs.Axis) (*Study, func(f func(x []float64) [2]*float64) Computer) {
	plan, err := NewPlan(&configs.Sweep{Sampling: "grid", Axes: axes})
	if err != nil {
		t.Fatal(err)
	}
	s := &Study{Plan: plan, Header: Header{Machines: []string{"a", "b"}}, own: &configs.Config{}}
	return s, func(f func(x []float64) [2]*float64) Computer {
		return func(_ context.Context, values [][]any) (points []*Point, err error) {
			for _, v := range values {
				p := &Point{Point: -1, Values: v}
				for i, y := range f(numbersOf(v)) {
					m := MachineOutput{Name: s.Header.Machines[i], Outputs: map[string]float64{}}
					if y != nil {
						m.Outputs["energy_j"] = *y
					}
					p.Machines = append(p.Machines, m)
				}
				points = append(points, p)
			}
			return points, nil
		}
	}
}

// numbersOf are values as numbers, NaN of nil.
func numbersOf(values []any) []float64 {
	all := make([]float64, len(values))
	for i, v := range values {
		all[i] = math.NaN()
		if v == nil {
			continue
		}
		if xs, _, ok := (&configs.Axis{Values: []any{v}}).Numbers(); ok {
			all[i] = xs[0]
		} else {
			all[i] = float64(len(fmt.Sprint(v)))
		}
	}
	return all
}

// pointsOf are those of the whole grid.
func pointsOf(t *rapid.T, s *Study, at Computer) []*Point {
	values := make([][]any, s.Plan.Len())
	for i := range values {
		values[i] = s.Plan.Values(int64(i))
	}
	points, err := at(context.Background(), values)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range points {
		p.Point = int64(i)
	}
	return points
}

// randomCurves are two functions of the axes' values, of few values so that they touch and
// cross often, one of them with steps, and neither known everywhere.
func randomCurves(t *rapid.T, axes int) func(x []float64) [2]*float64 {
	weights := rapid.SliceOfN(rapid.Float64Range(-1, 1), 2*axes, 2*axes).Draw(t, "weights")
	holes := rapid.Float64Range(0, 40).Draw(t, "holes")
	return func(x []float64) [2]*float64 {
		f, g, sum := 3.0, 3.0, 0.0
		for i, v := range x {
			f += weights[2*i] * v
			g += math.Floor(weights[2*i+1] * v)
			sum += v
		}
		if math.Mod(math.Abs(sum), 50) < holes-38 {
			return [2]*float64{&f, nil}
		}
		return [2]*float64{&f, &g}
	}
}

// On every line a change is found for each two neighbours of the grid between which the
// relation changes, and within it two values, next to each other, between which it does.
func TestCrossingsEqualBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, computer := twoMachines(t, randomAxes(t))
		f := randomCurves(t, len(s.Plan.axes))
		relation, err := s.Header.Constraint("a.energy_j " + rapid.SampledFrom(relations).Draw(t, "relation") + " b.energy_j")
		if err != nil {
			t.Fatal(err)
		}
		g := rapid.IntRange(0, len(s.Plan.groups)-1).Draw(t, "along")
		c, err := s.NewCrossings(relation, s.Plan.nameOf(g), make(Pins, len(s.Plan.groups)))
		if err != nil {
			t.Fatal(err)
		}
		points := pointsOf(t, s, computer(f))
		for _, p := range points {
			c.Add(p)
		}
		if err := c.Solve(context.Background(), computer(f)); err != nil {
			t.Fatal(err)
		}
		if want := s.Plan.Len() / s.Plan.length(g); int64(len(c.Lines)) != want {
			t.Fatalf("%d lines, not %d", len(c.Lines), want)
		}
		for i := range c.Lines {
			checkLine(t, s, c, &c.Lines[i], points, f)
		}
	})
}

// holdsAt says whether a relation holds, and whether that is known.
func holdsAt(c *Crossings, y [2]*float64) (holds, known bool) {
	if y[0] == nil || y[1] == nil {
		return false, false
	}
	return c.Relation.holds(*y[0], *y[1]), true
}

func checkLine(t *rapid.T, s *Study, c *Crossings, l *Line, points []*Point, f func([]float64) [2]*float64) {
	stride, n := s.Plan.stride(c.group), s.Plan.length(c.group)
	first := s.Plan.groups[c.group][0]
	found := l.Changes
	for i := int64(1); i < n; i++ {
		p, q := points[l.First+(i-1)*stride], points[l.First+i*stride]
		before, was := holdsAt(c, f(numbersOf(p.Values)))
		after, is := holdsAt(c, f(numbersOf(q.Values)))
		if !was || !is || before == after {
			continue
		}
		if len(found) == 0 {
			t.Fatalf("no change between %v and %v", p.Values, q.Values)
		}
		change := found[0]
		found = found[1:]
		low, high := c.xs[i-1], c.xs[i]
		if change.Begins != after || change.X[0] < min(low, high) || change.X[1] > max(low, high) {
			t.Fatalf("%+v between %v and %v", change, p.Values, q.Values)
		}
		if c.fine == nil {
			continue
		}
		for end, want := range []bool{before, after} {
			values := append([]any{}, p.Values...)
			values[first] = []any{change.From, change.To}[end]
			if got, known := holdsAt(c, f(numbersOf(values))); !known || got != want {
				t.Fatalf("%+v: holds at %v: %v, %v", change, values, got, known)
			}
		}
		width := change.X[1] - change.X[0]
		switch {
		case change.Error != "":
		case c.fine.Range.Whole && width != 1:
			t.Fatalf("%+v is not between neighbours", change)
		case !c.fine.Range.Whole && width > Tolerance*change.X[1]:
			t.Fatalf("%+v is wider than a %gth", change, Tolerance)
		}
	}
	if len(found) > 0 {
		t.Fatalf("%+v where nothing changes", found)
	}
}

// Between a converter's energies and a processor's the crossing that halving finds is the
// first whole number at which simulation says so.
func TestCrossingOfMachines(t *testing.T) {
	dir := t.TempDir()
	s := openStudy(t, dir, `
base = "base.toml"
[[axis]]
name = "resolution"
key = "machine.reram.adc.resolution"
values = [4, 8]
[[axis]]
name = "N"
key = "workload.kernel[0].N"
from = 1
to = 512
steps = 4
`)
	points := filepath.Join(dir, "r")
	if _, err := s.Run(context.Background(), Options{Dir: points, Workers: 2}); err != nil {
		t.Fatal(err)
	}
	ask := func(aside *Aside) *Crossings {
		q, err := s.Ask(&configs.Answers{Crossover: "reram.energy_j < core.energy_j"})
		if err != nil {
			t.Fatal(err)
		}
		all, err := s.OpenJournals(points)
		if err != nil {
			t.Fatal(err)
		}
		defer all.Close()
		if err := all.Points(func(p *Point) error { q.Add(p); return nil }); err != nil {
			t.Fatal(err)
		}
		if err := q.Solve(context.Background(), aside.At); err != nil {
			t.Fatal(err)
		}
		return q.Crossings
	}
	aside, err := s.OpenAside(points, 2)
	if err != nil {
		t.Fatal(err)
	}
	c := ask(aside)
	if err := aside.Close(); err != nil {
		t.Fatal(err)
	}
	changes := 0
	for _, l := range c.Lines {
		for _, change := range l.Changes {
			changes++
			for end, want := range []bool{!change.Begins, change.Begins} {
				values := append([]any{}, l.values...)
				values[1] = []any{change.From, change.To}[end]
				if got := c.Relation.Holds(s.at(context.Background(), -1, values)); got != want {
					t.Errorf("at %v the relation holds: %v", values, got)
				}
			}
			if !change.Exact || change.X[1] != change.X[0]+1 {
				t.Errorf("%+v", change)
			}
		}
	}
	if changes == 0 || aside.Done == 0 {
		t.Fatalf("%d crossings, %d points", changes, aside.Done)
	}
	again, err := s.OpenAside(points, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if got := ask(again); again.Done != 0 || fmt.Sprintf("%+v", got.Lines) != fmt.Sprintf("%+v", c.Lines) {
		t.Errorf("asked again %d points were computed, for\n%+v\nafter\n%+v", again.Done, got.Lines, c.Lines)
	}
}

func TestQuestionsThatMakeNoSense(t *testing.T) {
	s := openStudy(t, t.TempDir(), study)
	drawn := openStudy(t, t.TempDir(), "base = \"base.toml\"\nsampling = \"random\"\npoints = 5\n[[axis]]\nkey = \"workload.kernel[0].L\"\nfrom = 1\nto = 9\n")
	const x = "core.energy_j"
	for _, q := range []struct {
		of     *Study
		asked  configs.Answers
		key    string
		index  int
		wanted string
	}{
		{s, configs.Answers{Minimize: "energy_j"}, "minimize", 0, "of which machine?"},
		{s, configs.Answers{Minimize: x, SubjectTo: []string{"core.latency_s < 1", "core.latency < 1"}}, "subject_to", 1, "did you mean"},
		{s, configs.Answers{Pareto: []string{x, "core.latency_s", "cor.latency_s"}}, "pareto", 2, `did you mean "core"`},
		{s, configs.Answers{Tornado: "x"}, "tornado", 0, `no output "x"`},
		{s, configs.Answers{Effects: "x"}, "effects", 0, `no output "x"`},
		{s, configs.Answers{Crossover: "core.energy_j < reram.latency_s"}, "crossover", 0, "energy_j is in J and latency_s in s"},
		{s, configs.Answers{Crossover: "core.energy_j < reram.energy_j", Along: "l"}, "along", 0, `no axis "l"`},
		{s, configs.Answers{Heatmap: x, Over: []string{"L", "M"}}, "over", 1, `no axis "M"`},
		{s, configs.Answers{Heatmap: x, Over: []string{"L"}}, "heatmap", 0, "two axes, not 1"},
		{s, configs.Answers{Heatmap: x, Over: []string{"L", "L"}}, "heatmap", 0, "go together"},
		{s, configs.Answers{Heatmap: x, Where: []string{"L=2", "L=2.5"}}, "where", 1, `no value "2.5"`},
		{s, configs.Answers{Heatmap: x, Where: []string{"L"}}, "where", 0, "write AXIS=VALUE"},
		{drawn, configs.Answers{Heatmap: x, Where: []string{"L=1"}}, "heatmap", 0, "of a grid"},
		{drawn, configs.Answers{Crossover: "core.energy_j < 1 nJ"}, "crossover", 0, "of a grid"},
		{drawn, configs.Answers{Effects: x}, "effects", 0, "of a grid"},
	} {
		_, err := q.of.Ask(&q.asked)
		m, ok := err.(*Mistake)
		if !ok || m.Key != q.key || m.Index != q.index || !strings.Contains(err.Error(), q.wanted) {
			t.Errorf("%+v: %#v, want %s of %s[%d]", q.asked, err, q.wanted, q.key, q.index)
		}
	}
}
