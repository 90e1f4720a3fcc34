package sweep

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// randomResults are points of some inputs on axes x and y, in either order, some of them
// alike and some outputs not known.
func randomResults(t *rapid.T) *Results {
	r := &Results{Dir: "d", Header: Header{Axes: []string{"x", "y"}, Machines: []string{"m"}}}
	if rapid.Bool().Draw(t, "turned") {
		r.Header.Axes = []string{"y", "x"}
	}
	for i := range rapid.IntRange(0, 30).Draw(t, "points") {
		x, y := float64(rapid.IntRange(0, 3).Draw(t, "x")), rapid.SampledFrom([]string{"a", "b"}).Draw(t, "y")
		p := &Point{Point: int64(i), Values: []any{x, y}, Machines: []MachineOutput{{"m", map[string]float64{}}}}
		if r.Header.Axes[0] == "y" {
			p.Values = []any{y, x}
		}
		for j := range r.Points { // a point is what its inputs make of it
			if inputsOf(r.Points[j], nil) == inputsOf(p, nil) {
				p.Machines = r.Points[j].Machines
			}
		}
		if len(p.Machines[0].Outputs) == 0 {
			if e := rapid.IntRange(-1, 3).Draw(t, "energy"); e >= 0 {
				p.Machines[0].Outputs["energy_j"] = float64(e)
			}
			p.Machines[0].Outputs["latency_s"] = 1
		}
		r.Points = append(r.Points, p)
	}
	return r
}

// byInputs are energies by inputs; NaN: not known.
func byInputs(r *Results) map[string]float64 {
	all := map[string]float64{}
	for _, p := range r.Points {
		e := math.NaN()
		if x := p.Output("m", "energy_j"); x != nil {
			e = *x
		}
		all[fmt.Sprint(r.Header.Value(p, "x"), r.Header.Value(p, "y"))] = e
	}
	return all
}

func TestCompareEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := randomResults(t), randomResults(t)
		c, err := Compare(a, b)
		if err != nil {
			t.Fatal(err)
		}
		want := Ratio{}
		var both, onlyA, onlyB int64
		var ratios []float64
		in := byInputs(b)
		for key, x := range byInputs(a) {
			y, there := in[key]
			if !there {
				onlyA++
				continue
			}
			both++
			switch {
			case math.IsNaN(x) && math.IsNaN(y):
			case math.IsNaN(y):
				want.OnlyA++
			case math.IsNaN(x):
				want.OnlyB++
			default:
				want.Known++
				if x != y {
					want.Differ++
				}
				if x == 0 && y != 0 {
					want.Zero++
				} else if x == y {
					ratios = append(ratios, 1)
				} else {
					ratios = append(ratios, y/x)
				}
			}
		}
		for key := range in {
			if _, there := byInputs(a)[key]; !there {
				onlyB++
			}
		}
		if c.Both != both || int64(len(c.OnlyA)) != onlyA || int64(len(c.OnlyB)) != onlyB {
			t.Fatalf("%d in both, %d and %d in one; want %d, %d, %d", c.Both, len(c.OnlyA), len(c.OnlyB), both, onlyA, onlyB)
		}
		i := slices.IndexFunc(c.Ratios, func(r Ratio) bool { return r.Output.Name == "energy_j" })
		if i < 0 {
			if want.Known+want.OnlyA+want.OnlyB > 0 {
				t.Fatal("no energy")
			}
			return
		}
		got := c.Ratios[i]
		if got.Known != want.Known || got.OnlyA != want.OnlyA || got.OnlyB != want.OnlyB || got.Differ != want.Differ || got.Zero != want.Zero {
			t.Fatalf("%+v, want %+v", got, want)
		}
		if len(ratios) == 0 {
			return
		}
		slices.Sort(ratios)
		if got.Least != ratios[0] || got.Most != ratios[len(ratios)-1] || got.Median != ratios[(len(ratios)-1)/2] {
			t.Fatalf("%g, %g, %g of %v", got.Least, got.Median, got.Most, ratios)
		}
	})
}

// A study and itself at another price differ in energies alone.
func TestCompareStudies(t *testing.T) {
	dirs := []string{t.TempDir(), t.TempDir()}
	var all [2]*Results
	for i, dir := range dirs {
		s := openStudy(t, dir, strings.Replace(study, "[0, 4, 6, 8]", []string{"[0, 4, 6]", "[4, 6, 8]"}[i], 1))
		points := filepath.Join(dir, "r")
		for shard := int64(1); shard <= 2; shard++ {
			if _, err := s.Run(context.Background(), Options{Dir: points, Workers: 2, Shard: shard, Shards: 2}); err != nil {
				t.Fatal(err)
			}
		}
		var err error
		if all[i], err = ReadResults(points); err != nil {
			t.Fatal(err)
		}
		if len(all[i].Points) != 30 || !slices.IsSortedFunc(all[i].Points, func(p, q *Point) int { return int(p.Point - q.Point) }) {
			t.Fatalf("%d points", len(all[i].Points))
		}
	}
	c, err := Compare(all[0], all[1])
	if err != nil {
		t.Fatal(err)
	}
	if c.Both != 20 || len(c.OnlyA) != 10 || len(c.OnlyB) != 10 {
		t.Errorf("%d in both, %d and %d in one", c.Both, len(c.OnlyA), len(c.OnlyB))
	}
	for _, r := range c.Ratios {
		if r.Differ+r.OnlyA+r.OnlyB != 0 || r.Least != 1 || r.Most != 1 {
			t.Errorf("%s differs: %+v", r.Output.Name, r)
		}
	}
	if err := c.FindBest("reram.energy_j", false, []string{"reram.latency_s < core.latency_s"}); err != nil {
		t.Fatal(err)
	}
	for i, r := range all {
		best := math.Inf(1)
		for _, p := range r.Points {
			if x := p.Output("reram", "energy_j"); x != nil {
				best = min(best, *x)
			}
		}
		if got := *c.Best[0].Best[i].Output("reram", "energy_j"); got != best {
			t.Errorf("best of study %d: %g, not %g", i, got, best)
		}
	}
	if err := c.FindBest("energy", false, nil); err == nil {
		t.Error("no such output")
	}
	all[1].Header.Axes[1] = "M"
	if _, err := Compare(all[0], all[1]); err == nil || !strings.Contains(err.Error(), "has an axis L") {
		t.Errorf("other axes: %v", err)
	}
	if _, err := ReadResults(t.TempDir()); err == nil {
		t.Error("results in an empty folder")
	}
	if _, err := json.Marshal(c.Ratios[0].At); err != nil {
		t.Error(err)
	}
}
