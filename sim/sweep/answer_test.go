package sweep

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// randomPoints draws points of few values, so that many are equal.
func randomPoints(t *rapid.T) (h Header, all []*Point) {
	h = Header{Machines: []string{"m"}}
	for i := range rapid.IntRange(0, 40).Draw(t, "points") {
		p := &Point{Point: int64(i), Machines: []MachineOutput{{Name: "m", Outputs: map[string]float64{}}}}
		for _, name := range []string{"energy_j", "latency_s", "accuracy"} {
			if x := rapid.IntRange(-1, 6).Draw(t, name); x >= 0 { // else it is not known
				p.Machines[0].Outputs[name] = float64(x)
			}
		}
		all = append(all, p)
	}
	return h, all
}

func quantity(t *rapid.T, h Header, text string) Quantity {
	q, err := h.Quantity(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestBestEqualsSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, all := randomPoints(t)
		c, err := h.Constraint("accuracy >= 3")
		if err != nil {
			t.Fatal(err)
		}
		b := Best{Goal: Goal{quantity(t, h, "energy_j"), rapid.Bool().Draw(t, "more")}, Constraints: []Constraint{c}, Most: 4}
		var want []*Point
		for _, p := range all {
			b.Add(p)
			x, y := p.Output("m", "energy_j"), p.Output("m", "accuracy")
			if x != nil && y != nil && *y >= 3 {
				want = append(want, p)
			}
		}
		if b.Allowed != int64(len(want)) {
			t.Fatalf("%d points keep the bound, not %d", len(want), b.Allowed)
		}
		slices.SortStableFunc(want, func(p, q *Point) int {
			c := cmp.Compare(*p.Output("m", "energy_j"), *q.Output("m", "energy_j"))
			if b.Goal.More {
				return -c
			}
			return c
		})
		if want = want[:min(4, len(want))]; !slices.Equal(b.Points, want) {
			t.Fatalf("best %v, sorted %v", numbers(b.Points), numbers(want))
		}
	})
}

func numbers(points []*Point) (all []int64) {
	for _, p := range points {
		all = append(all, p.Point)
	}
	return all
}

// A point is on the front if no other is at least as good in all and better in one, and
// no earlier one is equal.
func TestFrontEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, all := randomPoints(t)
		f := Front{Goals: []Goal{{quantity(t, h, "energy_j"), false}, {quantity(t, h, "m.latency_s"), false}, {quantity(t, h, "accuracy"), true}}}
		goods := func(p *Point) (x [3]float64, ok bool) { // less is better
			for i, name := range []string{"energy_j", "latency_s", "accuracy"} {
				y := p.Output("m", name)
				if y == nil {
					return x, false
				}
				x[i] = *y
			}
			x[2] = -x[2]
			return x, true
		}
		var want []int64
		for _, p := range all {
			f.Add(p)
			x, ok := goods(p)
			on := ok
			for _, q := range all {
				y, ok := goods(q)
				if ok && y[0] <= x[0] && y[1] <= x[1] && y[2] <= x[2] && (y != x || q.Point < p.Point) {
					on = false
				}
			}
			if on {
				want = append(want, p.Point)
			}
		}
		got := numbers(f.Points)
		for i := 1; i < len(f.Points); i++ {
			x, _ := goods(f.Points[i-1])
			y, _ := goods(f.Points[i])
			if slices.Compare(x[:], y[:]) > 0 {
				t.Fatalf("%v stands before %v", x, y)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("front %v, brute force %v", got, want)
		}
	})
}

func TestConstraints(t *testing.T) {
	h := Header{Machines: []string{"a", "b.c"}}
	for text, want := range map[string]string{
		"a.latency_s <= 1 ms":     "a.latency_s <= 0.001 s",
		"b.c.accuracy>0.88":       "b.c.accuracy > 0.88",
		"a.area_m2 < 3 mm2":       "a.area_m2 < 3e-06 m²",
		"a.energy_j >= 2e-6":      "a.energy_j >= 2e-06 J",
		"a.days_to_wear_out > 10": "a.days_to_wear_out > 10 d",
	} {
		c, err := h.Constraint(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if c.String() != want {
			t.Errorf("%s is %s, not %s", text, c.String(), want)
		}
	}
	for text, want := range map[string]string{
		"latency_s <= 1":       "latency_s of which machine? Write a.latency_s (machines: a, b.c)",
		"a.latency <= 1":       `no output "latency"; did you mean "latency_s"? (allowed: `,
		"c.latency_s <= 1":     `no machine "c"`,
		"a.latency_s = 1":      `"a.latency_s = 1" is no constraint`,
		"a.latency_s <= 1 pJ":  `latency_s is in s`,
		"a.accuracy >= a lot":  `accuracy is in no unit`,
		"":                     `"" is no constraint`,
		"a.latency_s <= 1 <= ": `"a.latency_s <= 1 <= "`,
	} {
		if _, err := h.Constraint(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}
