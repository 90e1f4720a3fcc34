package sweep

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
)

// solve gives the effects on an output that is a function of a point's place on the axes.
func solve(t *rapid.T, lengths []int64, f func(at []int64) float64) ([]Effect, bool) {
	var axes []configs.Axis
	for _, n := range lengths {
		axes = append(axes, configs.Axis{Key: "k", Scale: "linear", Steps: n, Range: &configs.Range{To: float64(n - 1), Whole: true}})
	}
	plan, err := NewPlan(&configs.Sweep{Sampling: "grid", Axes: axes})
	if err != nil {
		t.Fatal(err)
	}
	s := &Study{Plan: plan, Header: Header{Machines: []string{"m"}}}
	of, err := s.Header.Quantity("energy_j")
	if err != nil {
		t.Fatal(err)
	}
	e, err := s.NewEffects(of)
	if err != nil {
		t.Fatal(err)
	}
	for i := range plan.Len() {
		var at []int64
		for _, v := range plan.Values(i) {
			at = append(at, v.(int64))
		}
		e.Add(&Point{Point: i, Machines: []MachineOutput{{Name: "m", Outputs: map[string]float64{"energy_j": f(at)}}}})
	}
	effects, logarithmic, err := e.Solve()
	if err != nil {
		t.Fatal(err)
	}
	return effects, logarithmic
}

// Where an output is a product of functions of one axis each, logarithms of which add up, each
// axis has the variance of its own, alone and in all.
func TestEffectsOfAProduct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lengths []int64
		var tables [][]float64
		var variances []float64
		sum := 0.0
		for range rapid.IntRange(1, 4).Draw(t, "axes") {
			table := rapid.SliceOfN(rapid.Float64Range(-2, 2), 2, 5).Draw(t, "table")
			lengths, tables = append(lengths, int64(len(table))), append(tables, table)
			variances = append(variances, varianceOf(table))
			sum += variances[len(variances)-1]
		}
		if sum < 1e-6 {
			t.Skip("nothing varies")
		}
		effects, logarithmic := solve(t, lengths, func(at []int64) float64 {
			y := 0.0
			for a, i := range at {
				y += tables[a][i]
			}
			return math.Exp(y)
		})
		if !logarithmic {
			t.Fatal("an output above zero, and no logarithm of it")
		}
		for a, f := range effects {
			if want := variances[a] / sum; math.Abs(f.Alone-want) > 1e-9 || math.Abs(f.All-want) > 1e-9 {
				t.Fatalf("axis %d: %g alone and %g in all, not %g", a, f.Alone, f.All, want)
			}
			if got := math.Log(f.Most / f.Least); math.Abs(got-(largest(tables[a])+largest(negated(tables[a])))) > 1e-9 {
				t.Fatalf("axis %d makes a factor of exp(%g)", a, got)
			}
		}
	})
}

func largest(xs []float64) float64 {
	most := math.Inf(-1)
	for _, x := range xs {
		most = max(most, x)
	}
	return most
}

func negated(xs []float64) (all []float64) {
	for _, x := range xs {
		all = append(all, -x)
	}
	return all
}

// Of what two axes do only together neither does anything alone, and both do all of it.
func TestEffectsOfAnInterplay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		effects, logarithmic := solve(t, []int64{2, 3, 2}, func(at []int64) float64 {
			if at[0] == at[2] {
				return 1
			}
			return -1
		})
		for a, want := range []float64{1, 0, 1} {
			if f := effects[a]; logarithmic || math.Abs(f.Alone) > 1e-12 || math.Abs(f.All-want) > 1e-12 {
				t.Fatalf("axis %d: %+v", a, f)
			}
		}
	})
}
