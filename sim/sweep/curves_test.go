package sweep

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
)

// Curves hold the best of all points at each pair of values, found here by going through
// the points' own values.
func TestCurvesAgainstAllPoints(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		file := &configs.Sweep{Sampling: "grid"}
		for a := range rapid.IntRange(1, 4).Draw(t, "axes") {
			axis := configs.Axis{Key: fmt.Sprint("key", a)}
			for v := range rapid.IntRange(1, 4).Draw(t, "values") {
				axis.Values = append(axis.Values, int64(10*a+v))
			}
			file.Axes = append(file.Axes, axis)
		}
		if n := len(file.Axes); n > 1 && rapid.Bool().Draw(t, "zipped") && file.Axes[0].Len() == file.Axes[n-1].Len() {
			file.Axes[0].Zip, file.Axes[n-1].Zip = "z", "z"
		}
		plan, err := NewPlan(file)
		if err != nil {
			t.Fatal(err)
		}
		s := &Study{Plan: plan, Header: Header{Machines: []string{"m"}}}
		output := rapid.SampledFrom([]string{"latency_s", "ops_per_second"}).Draw(t, "output")
		of, err := s.Header.Quantity(output)
		if err != nil {
			t.Fatal(err)
		}
		x := rapid.IntRange(0, len(file.Axes)-1).Draw(t, "x")
		each := rapid.IntRange(0, len(file.Axes)-1).Draw(t, "each")
		names := []string{file.Axes[x].Key, file.Axes[each].Key}
		bound := Constraint{of, "<", 5}
		c, err := s.NewCurves(of, names, []Constraint{bound})
		if together := x == each || file.Axes[x].Zip != "" && file.Axes[x].Zip == file.Axes[each].Zip; together != (err != nil) {
			t.Fatalf("%v: %v", names, err)
		} else if together {
			return
		}
		type pair struct{ each, x any }
		best := map[pair]float64{}
		for i := range plan.Len() {
			y := float64(rapid.IntRange(0, 6).Draw(t, "y"))
			p := &Point{Point: i, Values: plan.Values(i), Machines: []MachineOutput{{"m", map[string]float64{output: y}}}}
			c.Add(p)
			at := pair{p.Values[each], p.Values[x]}
			before, known := best[at]
			if y < 5 && (!known || y < before != of.Output.More && y != before) {
				best[at] = y
			}
		}
		known := 0
		for l, value := range c.Values {
			for i, x := range c.Xs {
				y, want := best[pair{value, int64(x)}]
				if c.Known[l][i] != want || c.Ys[l][i] != y {
					t.Fatalf("at %v, %v: %v (%v), not %v (%v)", value, x, c.Ys[l][i], c.Known[l][i], y, want)
				}
				if want {
					known++
				}
			}
		}
		if known != len(best) || !slices.IsSorted(c.Xs) {
			t.Fatalf("%d of %d", known, len(best))
		}
	})
}
