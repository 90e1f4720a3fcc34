package dac

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"xbar/sim/model/modeltest"
)

func streamsOf(seed uint64) func(uint64) *rand.Rand {
	return func(k uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, k)) }
}

// Drivers without errors give digits as they are, and those of a walk of steps end where
// they should, both signs alike.
func TestDriversEndWhereTheyShould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{Bits: rapid.IntRange(1, 10).Draw(t, "bits")}
		top := 1<<c.Bits - 1
		digit := float64(rapid.IntRange(-top, top).Draw(t, "digit"))
		seed := rapid.Uint64().Draw(t, "seed")
		if got := c.NewDriver(streamsOf(seed)).Level(digit, 0); got != digit {
			t.Errorf("%g without errors is %g", digit, got)
		}
		c.DNLError = rapid.Float64Range(0.001, 1).Draw(t, "dnl")
		d := c.NewDriver(streamsOf(seed))
		if d.Level(0, 0) != 0 || math.Abs(d.Level(float64(top), 0)-float64(top)) > 1e-9 {
			t.Errorf("levels go from %g to %g", d.Level(0, 0), d.Level(float64(top), 0))
		}
		if d.Level(digit, 0) != -d.Level(-digit, 0) {
			t.Errorf("%g and %g", d.Level(digit, 0), d.Level(-digit, 0))
		}
	})
}

// A ladder's bits give what Kirchhoff's law does at all of its nodes.
func TestLadderIsKirchhoff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{Bits: rapid.IntRange(1, 10).Draw(t, "bits"), Model: "r-2r", ResistorError: rapid.SampledFrom([]float64{1e-9, 0.05, 0.2}).Draw(t, "error")}
		seed := rapid.Uint64().Draw(t, "seed")
		d := c.NewDriver(streamsOf(seed))
		random := streamsOf(seed)(resistorStream)
		r := func() float64 { return 1 + c.ResistorError*random.NormFloat64() }
		size := rapid.IntRange(0, 1<<c.Bits-1).Draw(t, "size")
		y, j := mat.NewDense(c.Bits, c.Bits, nil), mat.NewVecDense(c.Bits, nil)
		y.Set(0, 0, 1/(r()+r()))
		for b := range c.Bits {
			if b > 0 {
				g := 1 / r()
				y.Set(b, b, y.At(b, b)+g)
				y.Set(b-1, b-1, y.At(b-1, b-1)+g)
				y.Set(b, b-1, -g)
				y.Set(b-1, b, -g)
			}
			leg := 1 / (r() + r())
			y.Set(b, b, y.At(b, b)+leg)
			j.SetVec(b, leg*float64(size>>b&1))
		}
		var v mat.VecDense
		if err := v.SolveVec(y, j); err != nil {
			t.Fatal(err)
		}
		want := v.AtVec(c.Bits-1) * math.Exp2(float64(c.Bits))
		if got := d.Level(float64(size), 0); math.Abs(got-want) > 1e-9*(1+want) {
			t.Errorf("%d of %d bits gives %g, and Kirchhoff %g", size, c.Bits, got, want)
		}
		if c.ResistorError < 1e-8 && math.Abs(d.Level(float64(size), 0)-float64(size)) > 1e-5 {
			t.Errorf("%d without errors gives %g", size, d.Level(float64(size), 0))
		}
	})
}

// What one error draws does not depend on the others, and is as its figure has it.
func TestErrorsOfDrivers(t *testing.T) {
	all := Config{Bits: 4, OffsetError: 0.3, GainError: 0.02, DNLError: 0.1, Noise: 0.2}
	var offsets, gains, middles []float64
	for seed := range uint64(3000) {
		d := all.NewDriver(streamsOf(seed))
		offsets, gains, middles = append(offsets, d.offset), append(gains, d.gain-1), append(middles, d.levels[7]-7)
		alone := Config{Bits: 4, DNLError: 0.1}
		if !slices.Equal(alone.NewDriver(streamsOf(seed)).levels, d.levels) {
			t.Fatal("other errors change the steps")
		}
		if alone = (Config{Bits: 4, GainError: 0.02}); alone.NewDriver(streamsOf(seed)).gain != d.gain {
			t.Fatal("other errors change the gain")
		}
	}
	figures := all.Errors()
	for _, f := range figures {
		modeltest.Check(t, f)
	}
	for what, pair := range map[string][2]float64{
		"offset": {stat.StdDev(offsets, nil), 0.3}, "gain": {stat.StdDev(gains, nil), 0.02}, "middle": {stat.StdDev(middles, nil), figures[2].Value},
	} {
		if math.Abs(pair[0]/pair[1]-1) > 0.06 {
			t.Errorf("%s: σ = %g, want %g", what, pair[0], pair[1])
		}
	}
}
