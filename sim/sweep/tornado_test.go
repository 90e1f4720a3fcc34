package sweep

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Of an output that is a product of powers of the axes' values, which are one in the base, an
// axis' swing is its own power's.
func TestTornadoOfAProduct(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, computer := twoMachines(t, randomAxes(t))
		powers := rapid.SliceOfN(rapid.Float64Range(-2, 2), len(s.Plan.axes), len(s.Plan.axes)).Draw(t, "powers")
		of := quantity(t, s.Header, "a.energy_j")
		tornado := s.NewTornado(of)
		err := tornado.Solve(context.Background(), computer(func(x []float64) [2]*float64 {
			y := 1.0
			for i, v := range x {
				if !math.IsNaN(v) {
					y *= math.Pow(v, powers[i])
				}
			}
			return [2]*float64{&y, nil}
		}))
		if err != nil {
			t.Fatal(err)
		}
		if tornado.Base != 1 || len(tornado.Swings) != len(s.Plan.groups) {
			t.Fatalf("base %g, %d swings of %d axes", tornado.Base, len(tornado.Swings), len(s.Plan.groups))
		}
		before := math.Inf(1)
		for _, swing := range tornado.Swings {
			g, err := s.Plan.groupOf(swing.Axis)
			if err != nil {
				t.Fatal(err)
			}
			want := [2]float64{1, 1} // over the values of the first axis, and of those with it
			for _, a := range s.Plan.groups[g] {
				axis := &s.Plan.axes[a]
				low, high := numbersOf([]any{axis.At(0)})[0], numbersOf([]any{axis.At(axis.Len() - 1)})[0]
				want[0] *= math.Pow(low, powers[a])
				want[1] *= math.Pow(high, powers[a])
			}
			if !near(*swing.AtLeast, want[0]) || !near(*swing.AtMost, want[1]) {
				t.Fatalf("%s: %g to %g, want %g to %g", swing.Axis, *swing.AtLeast, *swing.AtMost, want[0], want[1])
			}
			far := max(1, want[0], want[1]) / min(1, want[0], want[1])
			if far > before*(1+1e-9) {
				t.Fatalf("%s changes it %g times, and the one before %g times", swing.Axis, far, before)
			}
			before = far
		}
	})
}

func near(x, want float64) bool { return math.Abs(x-want) <= 1e-9*math.Abs(want) }

// The ends are what simulation says of the base with one key set.
func TestTornadoOfAMachine(t *testing.T) {
	dir := t.TempDir()
	s := openStudy(t, dir, `
base = "base.toml"
[[axis]]
key = "machine.reram.adc.resolution"
values = [8, 0, 4]
[[axis]]
name = "L"
key = "workload.kernel[0].L"
from = 1
to = 10
steps = 4
[[axis]]
name = "clock"
key = "machine.reram.clock"
from = "0.5 GHz"
to = "1 GHz"
steps = 2
`)
	of, err := s.Header.Quantity("reram.energy_j")
	if err != nil {
		t.Fatal(err)
	}
	aside, err := s.OpenAside(dir, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer aside.Close()
	tornado := s.NewTornado(of)
	if err := tornado.Solve(context.Background(), aside.At); err != nil {
		t.Fatal(err)
	}
	at := func(values ...any) float64 { return *of.Of(s.at(context.Background(), -1, values)) }
	i := slices.IndexFunc(tornado.Swings, func(s Swing) bool { return s.Axis == "L" })
	l := tornado.Swings[i]
	if tornado.Base != at(nil, nil, nil) || *l.AtLeast != at(nil, int64(1), nil) || *l.AtMost != at(nil, int64(10), nil) || l.Own != "2" {
		t.Errorf("base %g, %+v", tornado.Base, l)
	}
	last := tornado.Swings[2]
	if last.Axis != "machine.reram.adc.resolution" || last.AtLeast != nil || *last.AtMost != at(int64(8), nil, nil) || last.Least != int64(0) || last.Error == "" {
		t.Errorf("an end that fails: %+v", last)
	}
	if aside.Done != 7 {
		t.Errorf("%d points for three axes", aside.Done)
	}
}
