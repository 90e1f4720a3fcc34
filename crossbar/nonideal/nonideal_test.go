package nonideal_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"xbar/crossbar"
	"xbar/crossbar/encode"
	"xbar/crossbar/nonideal"
	"xbar/crossbar/signal"
	"xbar/dac"
)

// An array of levels that are real numbers is one of conductances and voltages, in
// other units: it gives what package signal does, which is held to CrossSim.
func TestLevelsAreConductances(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.IntRange(1, 4).Draw(t, "cell bits")
		s := encode.Scheme{Encoding: rapid.SampledFrom([]encode.Encoding{encode.Offset, encode.Differential}).Draw(t, "encoding"), CellBits: cells}
		s.WeightBits = cells * rapid.IntRange(1, 3).Draw(t, "slices")
		if s.Encoding == encode.Differential {
			s.WeightBits++
		}
		if s.WeightBits < 2 {
			return
		}
		d := nonideal.Config{OnConductance: 1}
		if rapid.Bool().Draw(t, "leaks") {
			d.OnOffRatio = rapid.Float64Range(2, 100).Draw(t, "on-off ratio")
		}
		if s.Columns() == 1 && rapid.Bool().Draw(t, "wires") {
			d.RowResistance, d.ColumnResistance, d.SenseResistance = 1e-3, 2e-3, 5e-3
		}
		const inputBits = 6
		slicer := dac.Slicer{Bits: rapid.SampledFrom([]int{1, 2, 3}).Draw(t, "dac bits"), InputBits: inputBits}
		reader := crossbar.NewReader(crossbar.Reading{
			Scheme: s, Slicer: slicer, ActiveRows: 1000, AnalogSum: "polarity", Range: "scale", Resolution: 44, Real: true, Leak: d.Leak(s.MaxLevel()),
		})
		rows, columns := rapid.IntRange(1, 20).Draw(t, "rows"), rapid.IntRange(1, 6).Draw(t, "columns")
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		high := int64(1)<<(s.WeightBits-1) - 1
		w, x := mat.NewDense(rows, columns, nil), mat.NewDense(1, rows, nil)
		w.Apply(func(int, int, float64) float64 { return float64(random.Int64N(2*high+1) - high) }, w)
		inputs := make([]int32, rows)
		for i := range inputs {
			inputs[i] = int32(random.IntN(1 << inputBits))
			x.Set(0, i, float64(inputs[i])/(1<<inputBits-1))
		}

		array, err := reader.Program(context.Background(), rows, columns, func(i, j int) int64 { return int64(w.At(i, j)) })
		if err != nil {
			t.Fatal(err)
		}
		seen, err := d.Program(context.Background(), array.Cells(), s.MaxLevel(), nonideal.Stream{})
		if err != nil {
			t.Fatal(err)
		}
		array.SetCells(seen.Levels, d.Leak(s.MaxLevel()))
		var drive crossbar.Drive
		reader.Load(inputs, &drive)
		got := make([]float64, columns)
		if _, err := array.Activate(context.Background(), &drive, got); err != nil {
			t.Fatal(err)
		}

		want := reference(t, s, &d, slicer, w, x)
		for j := range got {
			if y := want.At(0, j) * (1<<inputBits - 1); math.Abs(got[j]-y) > 1e-6*float64(int64(rows)*high<<inputBits) {
				t.Errorf("output %d: %g, want %g", j, got[j], y)
			}
		}
	})
}

// reference is the same array as package signal has it, which solves each slice and
// polarity as an array of its own.
func reference(t *rapid.T, s encode.Scheme, d *nonideal.Config, slicer dac.Slicer, w, x *mat.Dense) *mat.Dense {
	c := signal.Config{
		Weights: signal.Weights{
			Encoding: string(s.Encoding), Bits: s.WeightBits, Slices: s.Slices(),
			Largest: math.Exp2(float64(s.WeightBits-1)) - 1,
		},
		Inputs: signal.Inputs{Converter: "quantizer", Bits: slicer.InputBits, SliceBits: slicer.Bits},
		Output: signal.Output{Converter: "ideal", Range: "max"},
	}
	if d.OnOffRatio > 0 {
		c.Weights.Lowest = 1 / d.OnOffRatio
	}
	c.Wires.Wires = *d.Wires()
	a, err := c.Program(context.Background(), w)
	if err != nil {
		t.Fatal(err)
	}
	return a.Multiply(x)
}
