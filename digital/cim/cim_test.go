package cim_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"xbar/digital/cim"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
)

// counted builds the tree: operands meet in pairs, each pair in an adder as wide
// as the wider one, whose sum has a bit more; one without a partner goes up as
// if it had met nothing.
func counted(rows, operand int) (adders int) {
	widths := make([]int, rows)
	for i := range widths {
		widths[i] = operand
	}
	for len(widths) > 1 {
		var next []int
		for i := 0; i+1 < len(widths); i += 2 {
			adders += max(widths[i], widths[i+1])
			next = append(next, max(widths[i], widths[i+1])+1)
		}
		if len(widths)%2 == 1 {
			next = append(next, widths[len(widths)-1]+1)
		}
		widths = next
	}
	return adders
}

func TestFullAdders(t *testing.T) {
	if n := cim.FullAdders(32, 9); n != 16*9+8*10+4*11+2*12+13 {
		t.Errorf("a tree of 32 operands of 9 bits has %d full adders", n)
	}
	rapid.Check(t, func(t *rapid.T) {
		rows, operand := rapid.IntRange(1, 300).Draw(t, "rows"), rapid.IntRange(1, 12).Draw(t, "bits")
		if got, want := cim.FullAdders(rows, operand), counted(rows, operand); got != want {
			t.Fatalf("%d rows of %d bits: %d full adders, counted %d", rows, operand, got, want)
		}
	})
}

func inputs(rows, operand int) cim.Inputs {
	return cim.Inputs{
		Rows:    model.Input{Symbol: "R", Value: float64(rows), Key: "crossbar.rows"},
		Operand: model.Input{Symbol: "b", Value: float64(operand), Key: "cell.bits"},
	}
}

func never(string) bool { return false }

func TestFiguresAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := inputs(rapid.IntRange(1, 1024).Draw(t, "rows"), rapid.IntRange(1, 12).Draw(t, "bits"))
		toggle := in.OneRow()
		for _, tree := range []cim.AdderTree{
			{Model: "gates", Voltage: 0.9, Registers: rapid.IntRange(0, 99).Draw(t, "registers"), Interval: 5e-10},
			{Model: "given", EnergyPerSum: 1e-12, Latency: 1e-9, Area: 1e-12},
		} {
			for _, f := range []model.Figure{
				tree.Sum(in, toggle), tree.Registered(), tree.Switched(in), tree.AreaEach(in, never), tree.Time(in, never), tree.Every(in, never),
			} {
				modeltest.Check(t, f)
			}
		}
	})
}

// A tree of 32 operands of 10 bits at 0.9 V: 336 full adders of 6 NAND of 0.7 fF,
// or 7.8 of 0.614 µm²; 5 levels, of which the first four take two XOR of 2.4·47.8 ps
// each, the last a XOR and two NAND, and 13 more carries two NAND each.
func TestGatesByHand(t *testing.T) {
	tree := cim.AdderTree{Model: "gates", Voltage: 0.9, Registers: 100}
	in := inputs(32, 10)
	near(t, "energy", tree.Sum(in, model.Input{Value: 0.25, Key: "toggle"}).Value, 0.25*336*6*0.7e-15*0.81+100*3*0.7e-15*0.81)
	near(t, "area", tree.AreaEach(in, never).Value, 336*7.8*0.614e-12+100*6*0.614e-12)
	near(t, "time", tree.Time(in, never).Value, (4*2*2.4+2.4+2+13*2)*47.8e-12)
	if w := tree.Time(in, never).Warnings(); len(w) != 0 {
		t.Errorf("%q", w)
	}
	tree.Voltage = 0.8
	if w := tree.Time(in, never).Warnings(); len(w) != 1 {
		t.Errorf("at 0.8 V: %q", w)
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*want {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// adders is a tree of ripple adders, gate by gate, for one bit a row: each full
// adder is two XOR and three NAND, whose outputs are kept to see which change.
type adders struct {
	outputs []bool
	next    int
	changed int
}

func (a *adders) gate(out bool) bool {
	if a.next == len(a.outputs) {
		a.outputs = append(a.outputs, false)
	}
	if a.outputs[a.next] != out {
		a.changed++
	}
	a.outputs[a.next] = out
	a.next++
	return out
}

func (a *adders) full(x, y, carry bool) (sum, out bool) {
	half := a.gate(x != y)
	sum = a.gate(half != carry)
	p := a.gate(!(x && y))
	q := a.gate(!(half && carry))
	return sum, a.gate(!(p && q))
}

func (a *adders) add(x, y []bool) (sum []bool) {
	carry := false
	for i := range x {
		var s bool
		s, carry = a.full(x[i], y[i], carry)
		sum = append(sum, s)
	}
	return append(sum, carry)
}

// sum adds what the rows give, and returns it as a number.
func (a *adders) sum(rows []bool) (n int) {
	a.next = 0
	var level [][]bool
	for _, row := range rows {
		level = append(level, []bool{row})
	}
	for len(level) > 1 {
		var up [][]bool
		for i := 0; i < len(level); i += 2 {
			up = append(up, a.add(level[i], level[i+1]))
		}
		level = up
	}
	for i, bit := range level[0] {
		if bit {
			n |= 1 << i
		}
	}
	return n
}

// What the toggle rate stands for: of the outputs of a tree's gates, on random bits
// of inputs and weights, so many change from one sum to the next. The density of the
// products is near it, too low where few are set and too high where many are. The
// tree also adds right, has the full adders that it is charged for, and stands still
// where the inputs or the weights are zeros.
func TestToggleRateOfRandomBits(t *testing.T) {
	const rows, sums = 128, 200
	random := rand.New(rand.NewPCG(1, 2))
	for _, test := range []struct {
		inputs, weights float64
		changed         float64 // share of the gates, as counted here
	}{
		{0, 0.5, 0}, {0.5, 0, 0}, {0.1, 0.5, 0.08}, {0.25, 0.5, 0.14}, {0.5, 0.25, 0.13}, {0.5, 0.5, 0.21}, {0.5, 1, 0.33},
	} {
		tree := adders{}
		weights, product := make([]bool, rows), make([]bool, rows)
		for i := range weights {
			weights[i] = random.Float64() < test.weights
		}
		tree.sum(product)
		tree.changed = 0
		for range sums {
			want := 0
			for i := range product {
				product[i] = weights[i] && random.Float64() < test.inputs
				if product[i] {
					want++
				}
			}
			if got := tree.sum(product); got != want {
				t.Fatalf("%d rows give %d", want, got)
			}
		}
		gates := 5 * cim.FullAdders(rows, 1)
		if len(tree.outputs) != gates {
			t.Fatalf("%d gates, charged for %d", len(tree.outputs), gates)
		}
		changed := float64(tree.changed) / float64(sums*gates)
		t.Logf("density %g × %g = %g: %.3f of the gates change", test.inputs, test.weights, test.inputs*test.weights, changed)
		if math.Abs(changed-test.changed) > 0.02 {
			t.Errorf("density %g × %g: %.3f of the gates change, counted before %g", test.inputs, test.weights, changed, test.changed)
		}
	}
}
