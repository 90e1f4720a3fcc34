package nonideal_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"xbar/crossbar/nonideal"
)

// Levels are conductances in another unit: columns carry of digits what Ohm's law makes
// of volts and conductances, whose lowest is that of level zero, and wires in any layout
// whose resistance is next to nothing take nothing of it.
func TestLevelsAreConductances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := nonideal.Config{OnConductance: 1}
		lowest := 0.0
		if rapid.Bool().Draw(t, "leaks") {
			d.OnOffRatio = rapid.Float64Range(2, 100).Draw(t, "on-off ratio")
			lowest = 1 / d.OnOffRatio
		}
		wires := rapid.SampledFrom([]string{"adjacent", "apart", "interleaved"}).Draw(t, "layout")
		d.Supply = rapid.SampledFrom([]string{"rows", "columns"}).Draw(t, "supply")
		if rapid.Bool().Draw(t, "resistive") {
			d.RowResistance, d.ColumnResistance = 1e-12, 1e-12
		}
		const top = 15
		each := 2 * rapid.IntRange(1, 3).Draw(t, "columns of a weight")
		rows, columns := rapid.IntRange(1, 20).Draw(t, "rows"), each*rapid.IntRange(1, 4).Draw(t, "weights")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		levels, digits := mat.NewDense(rows, columns, nil), mat.NewDense(1, rows, nil)
		levels.Apply(func(int, int, float64) float64 { return float64(random.IntN(top + 1)) }, levels)
		digits.Apply(func(int, int, float64) float64 { return float64(random.IntN(7) - 3) }, digits)
		conductances := mat.DenseCopyOf(levels)
		conductances.Apply(func(_, _ int, level float64) float64 { return lowest + (1-lowest)*level/top }, levels)
		var want mat.Dense
		want.Mul(digits, conductances)

		got := currents(t, &d, levels, digits, top, nonideal.Layout{Wires: wires, Columns: each})
		for c := 0; c < columns; c++ {
			i, w := got[c], want.At(0, c)
			if wires == "interleaved" && d.Resistive() {
				w -= want.At(0, c+1)
				if c++; got[c] != 0 {
					t.Fatalf("column %d carries %g of its own", c, got[c])
				}
			}
			if i *= (1 - lowest) / top; math.Abs(i-w) > 1e-7*float64(rows) {
				t.Fatalf("column %d: %g, want %g", c, i, w)
			}
		}
	})
}

// currents is what columns see of digits.
func currents(t *rapid.T, d *nonideal.Config, levels, digits *mat.Dense, top int64, l nonideal.Layout) []float64 {
	seen := mat.DenseCopyOf(levels)
	read, err := d.Wired(context.Background(), seen, top, l)
	if err != nil {
		t.Fatal(err)
	}
	_, columns := levels.Dims()
	if read != nil {
		all := make([]float64, columns)
		read(digits.RawRowView(0), all)
		return all
	}
	var all mat.Dense
	all.Mul(digits, seen)
	return all.RawRowView(0)
}

// What is apart does not drop what another part drives: each part is an array of its own.
func TestPartsAreArrays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := nonideal.Config{OnConductance: 1, RowResistance: 1e-2, ColumnResistance: 2e-2, SenseResistance: 5e-2}
		d.Supply = rapid.SampledFrom([]string{"rows", "columns"}).Draw(t, "supply")
		const top = 3
		each, weights, rows := rapid.IntRange(1, 4).Draw(t, "columns of a weight"), rapid.IntRange(1, 5).Draw(t, "weights"), rapid.IntRange(1, 12).Draw(t, "rows")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		levels, digits := mat.NewDense(rows, each*weights, nil), mat.NewDense(1, rows, nil)
		levels.Apply(func(int, int, float64) float64 { return float64(random.IntN(top + 1)) }, levels)
		digits.Apply(func(int, int, float64) float64 { return float64(random.IntN(2)) }, digits)
		got := currents(t, &d, levels, digits, top, nonideal.Layout{Wires: "apart", Columns: each})
		for c := range each {
			alone := mat.NewDense(rows, weights, nil)
			alone.Apply(func(i, o int, _ float64) float64 { return levels.At(i, o*each+c) }, alone)
			want := currents(t, &d, alone, digits, top, nonideal.Layout{Wires: "adjacent", Columns: 1})
			for o := range weights {
				if math.Abs(got[o*each+c]-want[o]) > 1e-9*(1+math.Abs(want[o])) {
					t.Fatalf("part %d, output %d: %g, want %g", c, o, got[o*each+c], want[o])
				}
			}
		}
	})
}
