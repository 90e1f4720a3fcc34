package sweep

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"xbar/configs"
)

// randomAxes draws axes of lists and ranges, some of which go together.
func randomAxes(t *rapid.T) (axes []configs.Axis) {
	lengths := map[string]int64{}
	for i := range rapid.IntRange(1, 4).Draw(t, "axes") {
		a := configs.Axis{Key: fmt.Sprintf("k%d", i), Scale: "linear", Zip: rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(t, "zip")}
		n := rapid.Int64Range(2, 5).Draw(t, "length")
		if have, known := lengths[a.Zip]; known && a.Zip != "" {
			n = have
		}
		lengths[a.Zip] = n
		switch rapid.IntRange(0, 3).Draw(t, "kind") {
		case 0:
			for j := range n {
				a.Values = append(a.Values, fmt.Sprint("v", j))
			}
		case 1:
			a.Range, a.Steps = &configs.Range{From: 1, To: 9.5}, n
		case 2:
			a.Range, a.Steps, a.Scale = &configs.Range{From: 0.5, To: 64, Unit: "pJ"}, n, "log"
		case 3:
			a.Range, a.Scale = &configs.Range{From: 3, To: 3 * math.Ldexp(1, int(n-1)), Whole: true}, "powers"
		}
		axes = append(axes, a)
	}
	return axes
}

// A grid is nested loops, the last axis innermost; axes that go together are in the loop of
// the first of them.
func TestGridIsNestedLoops(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		axes := randomAxes(t)
		p, err := NewPlan(&configs.Sweep{Sampling: "grid", Axes: axes})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		index := map[string]int64{}
		values := make([]any, len(axes))
		var loop func(i int)
		loop = func(i int) {
			if i == len(axes) {
				want = append(want, fmt.Sprint(values))
				return
			}
			a := &axes[i]
			if j, inside := index[a.Zip]; inside && a.Zip != "" {
				values[i] = a.At(j)
				loop(i + 1)
				return
			}
			for j := range a.Len() {
				index[a.Zip] = j
				values[i] = a.At(j)
				loop(i + 1)
			}
			delete(index, a.Zip)
		}
		loop(0)
		if p.Len() != int64(len(want)) {
			t.Fatalf("%d points, loops have %d", p.Len(), len(want))
		}
		seen := map[string]int{}
		for i := range p.Len() {
			seen[fmt.Sprint(p.Values(i))]++
		}
		for _, v := range want {
			if seen[v]--; seen[v] < 0 {
				t.Fatalf("the plan has %s less often than loops", v)
			}
		}
		zipped := false
		for i := range axes {
			zipped = zipped || axes[i].Zip != ""
		}
		for i := range want {
			if got := fmt.Sprint(p.Values(int64(i))); !zipped && got != want[i] {
				t.Fatalf("point %d is %s, in loops %s", i, got, want[i])
			}
		}
	})
}

// In the order in which points are computed each comes once, and what is to vary fastest
// does.
func TestOrderOfComputing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		axes := randomAxes(t)
		p, err := NewPlan(&configs.Sweep{Sampling: "grid", Axes: axes})
		if err != nil {
			t.Fatal(err)
		}
		last := make([]bool, len(axes))
		for i := range last {
			last[i] = rapid.Bool().Draw(t, "last")
		}
		p.computeLast(last)
		slow := func(point int64) (values []any) {
			for _, g := range p.groups {
				for _, a := range g {
					if !last[a] { // then those that it goes with are slow, too
						for _, b := range g {
							values = append(values, p.Values(point)[b])
						}
						break
					}
				}
			}
			return values
		}
		seen, blocks := map[int64]bool{}, map[string]bool{}
		before := "none"
		for k := range p.Len() {
			i := p.computed(k)
			if seen[i] || i < 0 || i >= p.Len() {
				t.Fatalf("point %d comes twice, or is none", i)
			}
			seen[i] = true
			now := fmt.Sprint(slow(i))
			if now != before && blocks[now] {
				t.Fatalf("%s comes again", now)
			}
			blocks[now], before = true, now
		}
	})
}

// The ends of a range are its values, and those between are evenly apart, or so are
// their logarithms.
func TestRanges(t *testing.T) {
	for _, x := range []struct {
		axis configs.Axis
		want string
	}{
		{configs.Axis{Range: &configs.Range{From: 4, To: 8, Whole: true}, Steps: 5, Scale: "linear"}, "[4 5 6 7 8]"},
		{configs.Axis{Range: &configs.Range{From: 1, To: 2}, Steps: 3, Scale: "linear"}, "[1 1.5 2]"},
		{configs.Axis{Range: &configs.Range{From: 1, To: 100}, Steps: 3, Scale: "log"}, "[1 10 100]"},
		{configs.Axis{Range: &configs.Range{From: 0.5, To: 2, Unit: "pJ"}, Steps: 3, Scale: "log"}, "[0.5 pJ 1 pJ 2 pJ]"},
		{configs.Axis{Range: &configs.Range{From: 64, To: 1100, Whole: true}, Scale: "powers"}, "[64 128 256 512 1024]"},
	} {
		var all []any
		for i := range x.axis.Len() {
			all = append(all, x.axis.At(i))
		}
		if got := fmt.Sprint(all); got != x.want {
			t.Errorf("%+v: %s, want %s", *x.axis.Range, got, x.want)
		}
	}
}

// Of the first 2^d points of Sobol's sequence in d dimensions, with the corner at zero, each
// is in an orthant of its own (Sobol's property A, which these directions have), and along
// each axis in an interval of its own.
func TestSobol(t *testing.T) {
	points := mat.NewDense(1<<mostSobol-1, mostSobol, nil)
	sobol(points)
	orthants := map[int]bool{0: true}
	for i := range 1<<mostSobol - 1 {
		orthant := 0
		for d := range mostSobol {
			orthant = orthant<<1 | int(2*points.At(i, d))
		}
		if orthants[orthant] {
			t.Fatalf("a second point in orthant %b", orthant)
		}
		orthants[orthant] = true
	}
	for d := range mostSobol {
		intervals := map[int]bool{0: true}
		for i := range 255 {
			intervals[int(256*points.At(i, d))] = true
		}
		if len(intervals) != 256 {
			t.Errorf("along axis %d, 256 points are in %d of 256 intervals", d, len(intervals))
		}
	}
	if _, err := NewPlan(&configs.Sweep{Sampling: "sobol", Points: 1, Axes: make([]configs.Axis, mostSobol+1)}); err == nil {
		t.Error("a Sobol sequence of more dimensions than there are directions for")
	}
}

// A Latin hypercube has a point in each of as many layers along every axis.
func TestLatin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(1, 50).Draw(t, "points")
		axes := []configs.Axis{{Scale: "linear", Range: &configs.Range{To: 1}}, {Scale: "linear", Range: &configs.Range{From: 5, To: 7}}}
		p, err := NewPlan(&configs.Sweep{Sampling: "latin", Points: n, Seed: rapid.Int64().Draw(t, "seed"), Axes: axes})
		if err != nil {
			t.Fatal(err)
		}
		for a := range axes {
			layers := map[int64]bool{}
			for i := range n {
				r := axes[a].Range
				x := (p.Values(i)[a].(float64) - r.From) / (r.To - r.From)
				layers[min(int64(x*float64(n)), n-1)] = true
			}
			if int64(len(layers)) != n {
				t.Fatalf("%d points in %d layers of axis %d", n, len(layers), a)
			}
		}
	})
}
