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
		bound := Constraint{Quantity: of, Relation: "<", Bound: 5}
		c, err := s.NewCurves(of, names, []Constraint{bound}, make(Pins, len(plan.groups)))
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
		for l, row := range c.Cells {
			for i, x := range c.Xs {
				y, want := best[pair{file.Axes[each].At(int64(l)), int64(x)}]
				if got := row[i].Value; (got != nil) != want || want && *got != y {
					t.Fatalf("curve %d at %v: %v, not %v (%v)", l, x, got, y, want)
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

// A study of one axis has one curve.
func TestCurveOfOneAxis(t *testing.T) {
	file := &configs.Sweep{Sampling: "grid", Axes: []configs.Axis{{Key: "key", Values: []any{int64(3), int64(5)}}}}
	plan, err := NewPlan(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &Study{Plan: plan, Header: Header{Machines: []string{"m"}}}
	of, err := s.Header.Quantity("latency_s")
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.NewCurves(of, nil, nil, make(Pins, 1))
	if err != nil {
		t.Fatal(err)
	}
	for i := range plan.Len() {
		c.Add(&Point{Point: i, Machines: []MachineOutput{{"m", map[string]float64{"latency_s": float64(i)}}}})
	}
	if len(c.Cells) != 1 || c.Y.Name != "" || !slices.Equal(c.Xs, []float64{3, 5}) || *c.Cells[0][1].Value != 1 {
		t.Errorf("%v over %v, each of %q", c.Cells, c.Xs, c.Y.Name)
	}
	if _, err := s.NewHeatmap(of, nil, nil, make(Pins, 1)); err == nil {
		t.Error("a heat map of one axis")
	}
}
