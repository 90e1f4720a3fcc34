package nonideal_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"xbar/crossbar/nonideal"
)

func randomLevels(random *rand.Rand, rows, columns, top int) *mat.Dense {
	m := mat.NewDense(rows, columns, nil)
	m.Apply(func(int, int, float64) float64 { return float64(random.IntN(top + 1)) }, m)
	return m
}

func program(t interface{ Fatal(...any) }, c *nonideal.Config, levels *mat.Dense, top int64, l nonideal.Layout) *nonideal.Array {
	a, err := c.Program(context.Background(), mat.DenseCopyOf(levels), top, l, nonideal.NewStream(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Cells that are all but linear, solved for every read, carry what is solved once, in
// every layout.
func TestSolvedForEveryReadIsSolvedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := nonideal.Config{OnConductance: 1, RowResistance: 1e-3, ColumnResistance: 2e-3, OnOffRatio: rapid.SampledFrom([]float64{0, 10}).Draw(t, "ratio")}
		if rapid.Bool().Draw(t, "sense") {
			c.SenseResistance = 0.01
		}
		l := nonideal.Layout{Wires: rapid.SampledFrom([]string{"adjacent", "apart", "interleaved"}).Draw(t, "layout")}
		c.Supply = rapid.SampledFrom([]string{"rows", "columns"}).Draw(t, "supply")
		const top = 3
		l.Columns = 2 * rapid.IntRange(1, 2).Draw(t, "columns of a weight")
		rows, columns := rapid.IntRange(1, 12).Draw(t, "rows"), l.Columns*rapid.IntRange(1, 4).Draw(t, "weights")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		levels := randomLevels(random, rows, columns, top)
		digits := make([]float64, rows)
		for i := range digits {
			digits[i] = float64(random.IntN(7) - 3)
		}
		want := currents(t, &c, levels, mat.NewDense(1, rows, digits), top, l)
		c.Nonlinearity = 1e-14
		got := make([]float64, columns)
		if err := program(t, &c, levels, top, l).Read(digits, 3, got); err != nil {
			t.Fatal(err)
		}
		for o := range got {
			if math.Abs(got[o]-want[o]) > 1e-8*(1+math.Abs(want[o])) {
				t.Errorf("%+v, %+v: column %d carries %g, want %g", c, l, o, got[o], want[o])
			}
		}
	})
}

// Cells of a cubic law on wires that drop next to nothing carry what the law says.
func TestCubicOnWires(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := nonideal.Config{OnConductance: 1, RowResistance: 1e-9, ColumnResistance: 1e-9, Nonlinearity: rapid.Float64Range(-0.3, 0.3).Draw(t, "a")}
		c.Supply = rapid.SampledFrom([]string{"rows", "columns"}).Draw(t, "supply")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		const rows, columns, top, full = 7, 5, 7, 15
		levels := randomLevels(random, rows, columns, top)
		digits, got := make([]float64, rows), make([]float64, columns)
		for i := range digits {
			digits[i] = float64(random.IntN(full + 1))
		}
		if c.Nonlinearity == 0 {
			return
		}
		if err := program(t, &c, levels, top, nonideal.Layout{Wires: "adjacent", Columns: 1}).Read(digits, full, got); err != nil {
			t.Fatal(err)
		}
		for o := range got {
			want := 0.0
			for i, digit := range digits {
				v := digit / full
				want += full * (v - c.Nonlinearity*v*v*v) * levels.At(i, o)
			}
			if math.Abs(got[o]-want) > 1e-6*(1+want) {
				t.Errorf("column %d carries %g, want %g", o, got[o], want)
			}
		}
	})
}

// Noise of reads through wires: solved cell by cell, it is distributed as what an array
// of the disturbed cells carries that is solved once; damped, it is within some percent
// of that where wires drop little.
func TestSolvedNoiseThroughWires(t *testing.T) {
	const rows, columns, top, reads, σ = 12, 4, 3, 1500, 0.02
	l := nonideal.Layout{Wires: "adjacent", Columns: 1}
	c := nonideal.Config{OnConductance: 1, RowResistance: 2e-3, ColumnResistance: 2e-3, OnOffRatio: 10, ReadNoise: "normal", ReadError: σ}
	random := rand.New(rand.NewPCG(3, 0))
	levels, digits := randomLevels(random, rows, columns, top), make([]float64, rows)
	for i := range digits {
		digits[i] = float64(1 + random.IntN(3))
	}
	damped := program(t, &c, levels, top, l)
	c.WireNoise = "solved"
	solved := program(t, &c, levels, top, l)
	out := make([]float64, columns)
	if err := solved.Read(digits, 3, out); err != nil {
		t.Fatal(err)
	}
	quiet := slices.Clone(out)
	solved.Random = random
	wires, unit := nonideal.Config{OnConductance: 1, RowResistance: 2e-3, ColumnResistance: 2e-3}, (1-0.1)/top
	var got, want []float64
	for range reads {
		if err := solved.Read(digits, 3, out); err != nil {
			t.Fatal(err)
		}
		got = append(got, out[columns-1]-quiet[columns-1])
		noisy := mat.DenseCopyOf(levels)
		noisy.Apply(func(_, _ int, level float64) float64 { return level + c.Leak(top) + σ/unit*random.NormFloat64() }, noisy)
		noisy.Scale(unit, noisy) // conductances, of levels up to 1
		if err := wires.Levels(context.Background(), noisy, 1); err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for i, digit := range digits {
			sum += digit * noisy.At(i, columns-1) / unit
		}
		want = append(want, sum-quiet[columns-1])
	}
	slices.Sort(got)
	slices.Sort(want)
	if d, most := stat.KolmogorovSmirnov(got, nil, want, nil), math.Sqrt(math.Log(2e6)/reads); d > most {
		t.Errorf("distributions differ by %g, at most %g", d, most)
	}
	variance := 0.0
	for i, digit := range digits {
		variance += digit * digit * damped.Noise.At(i, columns-1)
	}
	if ratio := stat.StdDev(got, nil) / math.Sqrt(variance); math.Abs(ratio-1) > 0.15 {
		t.Errorf("solved, a deviation %g times the damped one", ratio)
	}
}

// Thermal noise is there whatever digits are, none among them, and adds to what wires let
// through: without a drop, the floor of all cells.
func TestThermalNoiseThroughWires(t *testing.T) {
	const rows, top, reads = 10, 3, 3000
	c := nonideal.Config{
		OnConductance: 5e-5, RowResistance: 1e-4, ColumnResistance: 1e-4, ReadNoise: "thermal", ReadBandwidth: 1e14, Kelvin: 300, ReadVoltage: 0.2, WireNoise: "solved",
	}
	random := rand.New(rand.NewPCG(9, 0))
	levels, digits, out := randomLevels(random, rows, 1, top), make([]float64, rows), make([]float64, 1)
	l := nonideal.Layout{Wires: "adjacent", Columns: 1}
	a := program(t, &c, levels, top, l)
	a.Random = random
	var got []float64
	for range reads {
		if err := a.Read(digits, 3, out); err != nil {
			t.Fatal(err)
		}
		got = append(got, out[0])
	}
	c.WireNoise = "damped"
	floor := 3 * math.Sqrt(mat.Sum(program(t, &c, levels, top, l).Floor))
	if ratio := stat.StdDev(got, nil) / floor; math.Abs(ratio-1) > 0.06 {
		t.Errorf("a deviation %g times that of the cells", ratio)
	}
}
