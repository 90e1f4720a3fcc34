package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
)

// landscape is a function of where points are, with a valley that lies askew, with many of
// them, or with terraces.
func landscape(r *rand.Rand, dims, kind int) func(share []float64) float64 {
	middle, skew := make([]float64, dims), make([]float64, dims*dims)
	for i := range middle {
		middle[i] = r.Float64()
	}
	for i := range skew {
		skew[i] = 0.3 * r.NormFloat64()
	}
	return func(share []float64) float64 {
		y := 1.0
		for i := range share {
			u := share[i] - middle[i]
			for j := range i {
				u += skew[i*dims+j] * (share[j] - middle[j])
			}
			switch kind {
			case 0:
				y += 4 * u * u
			case 1:
				y += 3*math.Abs(u) + 0.3*(1-math.Cos(9*u))
			case 2:
				y += 2*math.Abs(math.Floor(4*u+0.5)) + u*u
			}
		}
		return y
	}
}

// lookFor searches axes of so many whole numbers for the least of a function, where another
// is not more than a bound.
func lookFor(t *testing.T, seed uint64, dims int, steps, budget int64, f, g func([]float64) float64, bound float64) *search {
	axes := make([]configs.Axis, dims)
	for i := range axes {
		axes[i] = configs.Axis{Key: fmt.Sprint("k", i), Scale: "linear", Range: &configs.Range{To: float64(steps - 1), Whole: true}}
	}
	plan, err := NewPlan(&configs.Sweep{Sampling: "search", Points: budget, Axes: axes})
	if err != nil {
		t.Fatal(err)
	}
	h := Header{Machines: []string{"m"}}
	q, errQ := h.Quantity("energy_j")
	c, errC := h.Constraint(fmt.Sprintf("latency_s <= %g", bound))
	if err := errors.Join(errQ, errC); err != nil {
		t.Fatal(err)
	}
	s := &search{plan: plan, goal: Goal{Quantity: q}, bounds: []Constraint{c}, budget: int(budget), seed: seed}
	err = s.run(context.Background(), func(v []any) string { return fmt.Sprint(v) }, func(_ context.Context, first int, values [][]any) (points []*Point, err error) {
		for i, v := range values {
			share := numbersOf(v)
			for a := range share {
				share[a] /= float64(steps - 1)
			}
			points = append(points, &Point{Point: int64(first + i), Values: v, Machines: []MachineOutput{{"m", map[string]float64{"energy_j": f(share), "latency_s": g(share)}}}})
		}
		return points, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// On grids that can be computed whole, with a bound that half of the points break, the best
// that the search finds in 400 points is within 5% of the best there is, nearly always.
func TestSearchFindsTheBest(t *testing.T) {
	const trials, budget = 40, 400
	for _, x := range []struct {
		dims  int
		steps int64
	}{{2, 64}, {4, 10}, {6, 5}} {
		for kind := range 3 {
			found := 0
			for trial := range uint64(trials) {
				r := rand.New(rand.NewPCG(trial, uint64(kind)))
				f, g := landscape(r, x.dims, kind), landscape(r, x.dims, 0)
				n := int64(math.Pow(float64(x.steps), float64(x.dims)))
				all, bounds := make([][2]float64, n), make([]float64, n)
				share := make([]float64, x.dims)
				for i := range n {
					at := i
					for a := range share {
						share[a] = float64(at%x.steps) / float64(x.steps-1)
						at /= x.steps
					}
					all[i] = [2]float64{f(share), g(share)}
					bounds[i] = all[i][1]
				}
				slices.Sort(bounds)
				bound, best := bounds[n/2], math.Inf(1)
				for _, y := range all {
					if y[1] <= bound {
						best = min(best, y[0])
					}
				}
				s := lookFor(t, trial, x.dims, x.steps, budget, f, g, bound)
				if len(s.points) != budget || len(s.known) != budget {
					t.Fatalf("%d points, %d of them different", len(s.points), len(s.known))
				}
				if c := s.cost(s.best); c <= 1.05*best {
					found++
				} else if c < best {
					t.Fatalf("%g is less than the least, %g", c, best)
				}
			}
			t.Logf("%d axes of %d values, kind %d: in %d of %d within 5%%", x.dims, x.steps, kind, found, trials)
			if found < trials*95/100 {
				t.Errorf("%d axes, kind %d: the best is found in %d of %d", x.dims, kind, found, trials)
			}
		}
	}
}

// Points that keep the bounds come before any that do not, these by how much they miss them,
// and last what is not known.
func TestCostsPutBoundsFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, points := randomPoints(t)
		c, err := h.Constraint("accuracy >= 3")
		if err != nil {
			t.Fatal(err)
		}
		s := &search{goal: Goal{quantity(t, h, "energy_j"), rapid.Bool().Draw(t, "more")}, bounds: []Constraint{c}}
		class := func(p *Point) int {
			switch {
			case s.goal.Quantity.Of(p) == nil || c.Quantity.Of(p) == nil:
				return 2
			case c.Holds(p):
				return 0
			}
			return 1
		}
		for _, p := range points {
			for _, q := range points {
				a, b := class(p), class(q)
				switch {
				case a < b && s.cost(p) >= s.cost(q):
					t.Fatalf("class %d costs %g and class %d %g", a, s.cost(p), b, s.cost(q))
				case a == 0 && b == 0 && s.goal.compare(*s.goal.Quantity.Of(p), *s.goal.Quantity.Of(q)) < 0 && s.cost(p) >= s.cost(q):
					t.Fatalf("the better costs %g, the worse %g", s.cost(p), s.cost(q))
				case a == 1 && b == 1 && *c.Quantity.Of(p) > *c.Quantity.Of(q) && s.cost(p) >= s.cost(q):
					t.Fatalf("the nearer costs %g, the farther %g", s.cost(p), s.cost(q))
				}
			}
		}
	})
}

func TestFold(t *testing.T) {
	for x, want := range map[float64]float64{0: 0, 0.3: 0.3, 1: 1, 1.25: 0.75, -0.25: 0.25, 2.5: 0.5, 3.25: 0.75, math.Inf(1): 0.5} {
		if got := fold(x); got != want {
			t.Errorf("%g folds to %g, not %g", x, got, want)
		}
	}
}

const searched = `
base = "base.toml"
sampling = "search"
points = 40
[[axis]]
key = "machine.reram.adc.resolution"
from = 0
to = 9
[[axis]]
key = "machine.reram.adc.per_array"
values = [1, 2, 4, 8]
[[axis]]
name = "clock"
key = "machine.reram.clock"
from = "0.1 GHz"
to = "2 GHz"
scale = "log"
[answers]
minimize = "reram.energy_delay_js"
subject_to = ["reram.latency_s > 2 us"]
`

// A search has the same bytes with any number of workers, and wherever it is stopped, torn and
// started again.
func TestSearchSameBytesAnyWay(t *testing.T) {
	s := openStudy(t, t.TempDir(), searched)
	once := t.TempDir()
	sum, err := s.Run(context.Background(), Options{Dir: once, Workers: 1})
	if err != nil || sum.Points != 40 || sum.Done != 40 {
		t.Fatalf("%+v, %v", sum, err)
	}
	want := merged(t, s, once)
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "search")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		opt := Options{Dir: dir, Workers: rapid.IntRange(1, 5).Draw(t, "workers")}
		for range rapid.IntRange(0, 2).Draw(t, "stops") {
			stopAfter(t, s, opt, rapid.Int64Range(1, 39).Draw(t, "points"))
			tear(t, filepath.Join(dir, "points-1-of-1.jsonl"), rapid.IntRange(0, 600).Draw(t, "torn"))
		}
		if _, err := s.Run(context.Background(), opt); err != nil {
			t.Fatal(err)
		}
		points, err := s.OpenJournals(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer points.Close()
		var jsonl, table bytes.Buffer
		if err := errors.Join(points.Complete(), points.WriteJSONL(&jsonl), points.WriteCSV(&table)); err != nil {
			t.Fatal(err)
		}
		if jsonl.String()+table.String() != want {
			t.Fatal("results differ")
		}
	})
	if _, err := s.Run(context.Background(), Options{Dir: t.TempDir(), Shard: 1, Shards: 2}); err == nil || !strings.Contains(err.Error(), "no shards") {
		t.Errorf("a shard of a search: %v", err)
	}
}

// Of machines, too, the search finds in an eighth of a grid's points what is no worse than the
// best of all of them: it may be between them.
func TestSearchOfMachines(t *testing.T) {
	grid := strings.NewReplacer("\"search\"\npoints = 40", "\"grid\"", "to = 9", "to = 9\nsteps = 10", "scale = \"log\"", "scale = \"log\"\nsteps = 30").Replace(searched)
	all := openStudy(t, t.TempDir(), grid)
	q, err := all.Ask(&configs.Answers{Minimize: "reram.energy_delay_js", SubjectTo: []string{"reram.latency_s > 2 us"}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range all.Plan.Len() {
		q.Add(all.Point(context.Background(), i))
	}
	s := openStudy(t, t.TempDir(), strings.Replace(searched, "points = 40", "points = 150", 1))
	if _, err := s.Run(context.Background(), Options{Dir: t.TempDir(), Workers: 2}); err != nil {
		t.Fatal(err)
	}
	best, found := *q.Best.Goal.Quantity.Of(q.Best.Points[0]), s.search.cost(s.search.best)
	t.Logf("%d of %d points keep the bound; the least is %g, and %g is found in %d", q.Best.Allowed, all.Plan.Len(), best, found, len(s.search.points))
	if found > best {
		t.Errorf("%g is found, and the least is %g", found, best)
	}
}

func TestSearchForNothing(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "base.toml"), []byte(base), 0o666); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		searched[:strings.Index(searched, "[answers]")]:           "say of what",
		strings.Replace(searched, "energy_delay_js", "energy", 1): `no output "energy"`,
		strings.Replace(searched, "latency_s > 2 us", "speed", 1): "is no constraint",
		searched: "",
	} {
		file, err := configs.ParseSweep("study.toml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		file.Base = filepath.Join(dir, file.Base)
		if _, err := Open(file, nil, "test"); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
