package system_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"xbar/sim/system"
)

// drawMatrix has numbers of a seed: a library of shrinking examples draws them too
// slowly one by one.
func drawMatrix(t *rapid.T, rows, columns int, draw func(*rand.Rand) float64, label string) *mat.Dense {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, label), 0))
	m := mat.NewDense(rows, columns, nil)
	m.Apply(func(int, int, float64) float64 { return draw(random) }, m)
	return m
}

// Whole numbers through lossless converters are multiplied exactly, and others as
// exactly as they are rounded, on as many arrays as it takes.
func TestMultiply(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := system.Operands{
			InputBits: rapid.IntRange(2, 10).Draw(t, "input bits"), WeightBits: rapid.IntRange(2, 9).Draw(t, "weight bits"),
		}
		sets := []string{
			"machine.chip.crossbar.column_flip=false", "machine.chip.adc.resolution=20",
			"machine.chip.adc.energy_per_conversion=1 nJ", // above the floor of so many bits
			"machine.chip.crossbar.encoding=" + rapid.SampledFrom([]string{"offset", "differential", "twos-complement"}).Draw(t, "encoding"),
			"machine.chip.dac.signed_inputs=" + rapid.SampledFrom([]string{"twos-complement", "sign-magnitude"}).Draw(t, "signed inputs"),
			fmt.Sprintf("machine.chip.crossbar.rows=%d", rapid.IntRange(8, 64).Draw(t, "rows")),
			fmt.Sprintf("machine.chip.dac.bits=%d", rapid.IntRange(1, 3).Draw(t, "dac bits")),
		}
		cfg, err := parseStudy(sets)
		if err != nil {
			t.Fatal(err)
		}
		lines, n, m := rapid.IntRange(1, 6).Draw(t, "L"), rapid.IntRange(1, 150).Draw(t, "N"), rapid.IntRange(1, 40).Draw(t, "M")
		whole := rapid.Bool().Draw(t, "whole")
		number := func(high float64) func(*rand.Rand) float64 {
			if whole {
				return func(r *rand.Rand) float64 { return math.Round((2*r.Float64() - 1) * high) }
			}
			return func(r *rand.Rand) float64 { return r.NormFloat64() }
		}
		o.W = drawMatrix(t, n, m, number(math.Exp2(float64(o.WeightBits-1))-1), "w")
		o.X = drawMatrix(t, lines, n, number(math.Exp2(float64(o.InputBits-1))-1), "x")
		p, err := system.Multiply(context.Background(), cfg, "", o, system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if macs := p.Result.Machines[0].MACs; macs != int64(lines*n*m) {
			t.Errorf("%d MACs", macs)
		}
		if whole {
			if p.SNRdB != nil || p.RMSError != 0 || p.InputScale != 1 || p.WeightScale != 1 {
				t.Errorf("%g off, scales %g and %g", p.RMSError, p.InputScale, p.WeightScale)
			}
			return
		}
		if (p.SNRdB == nil) != (p.RoundedDB == nil) || p.SNRdB != nil && math.Abs(*p.SNRdB-*p.RoundedDB) > 1e-9 {
			t.Errorf("off by more than rounding: %v, %v", p.SNRdB, p.RoundedDB)
		}
		// A step of each operand at most half wrong bounds every sum.
		var want, d mat.Dense
		want.Mul(o.X, o.W)
		d.Sub(p.Y, &want)
		largest := max(mat.Max(o.X), -mat.Min(o.X))*p.WeightScale + max(mat.Max(o.W), -mat.Min(o.W))*p.InputScale
		bound := float64(n) * (largest/2 + p.InputScale*p.WeightScale/4) * (1 + 1e-9)
		if off := max(mat.Max(&d), -mat.Min(&d)); off > bound {
			t.Errorf("an output is %g off, at most %g by rounding", off, bound)
		}
	})
}

func TestMultiplyRefuses(t *testing.T) {
	cfg := parse(t, study)
	x, w := mat.NewDense(2, 3, nil), mat.NewDense(3, 4, nil)
	bad := mat.NewDense(3, 4, nil)
	bad.Set(1, 2, math.NaN())
	for _, test := range []struct {
		machine string
		x, w    *mat.Dense
		want    string
	}{
		{"chop", x, w, `no machine "chop" in the config; did you mean "chip"? (it has ["chip" "core"])`},
		{"core", x, w, "machine core is of kind scalar, and has no arrays"},
		{"", w, w, "the inputs X are 3×4 and the weights W 3×4: the columns of X are not the rows of W"},
		{"", x, bad, "W has NaN in row 2, column 3"},
	} {
		_, err := system.Multiply(context.Background(), cfg, test.machine, system.Operands{X: test.x, W: test.w, InputBits: 8, WeightBits: 8}, system.Options{})
		if err == nil || err.Error() != test.want {
			t.Errorf("%v, want %s", err, test.want)
		}
	}
}
