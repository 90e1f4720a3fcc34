package crossbar_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"xbar/adc"
	"xbar/crossbar"
)

// batchOf is some vectors for an array of so many rows.
func batchOf(t *rapid.T, rows int, low, high int64) []int32 {
	n := rapid.SampledFrom([]int{1, 2, 5, 31, 33, 70}).Draw(t, "vectors")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "inputs"), 0))
	zeros := rapid.Float64Range(0, 1).Draw(t, "zeros")
	x := make([]int32, n*rows)
	for i := range x {
		if r.Float64() >= zeros {
			x[i] = int32(low + r.Int64N(high-low+1))
		}
	}
	return x
}

// sameAsOneByOne compares a batch with vectors by themselves, bit for bit where cells are
// whole, and otherwise within what the order of sums makes of them.
func sameAsOneByOne(t *rapid.T, reader *crossbar.Reader, array *crossbar.Programmed, x []int32, rows int, within float64, seed func(v int)) {
	n, outputs := len(x)/rows, array.Outputs()
	stride := outputs + rapid.IntRange(0, 2).Draw(t, "beside")
	got := make([]float64, n*stride)
	for i := range got {
		got[i] = float64(i) / 3
	}
	want := slices.Clone(got)
	var batch crossbar.Batch
	var drive crossbar.Drive
	reader.LoadBatch(x, len(x)/rows, rows, rows, &batch)
	activities, err := array.ActivateBatch(context.Background(), &batch, got, stride, seed)
	if err != nil {
		t.Fatal(err)
	}
	activities = slices.Clone(activities)
	for v := range n {
		reader.Load(x[v*rows:][:rows], &drive)
		if seed != nil {
			seed(v)
		}
		a, err := array.Activate(context.Background(), &drive, want[v*stride:][:outputs])
		if err != nil {
			t.Fatal(err)
		}
		if a != activities[v] || batch.Driven(v) != drive.Driven() || batch.Digits(v) != drive.Digits() {
			t.Fatalf("vector %d: activity %+v, by itself %+v", v, activities[v], a)
		}
	}
	for i := range got {
		if math.Float64bits(got[i]) != math.Float64bits(want[i]) && !(math.Abs(got[i]-want[i]) <= within*(1+math.Abs(want[i]))) {
			t.Fatalf("vector %d, output %d: %g, by itself %g", i/stride, i%stride, got[i], want[i])
		}
	}
}

func randomArray(t *rapid.T, how crossbar.Reading) (reader *crossbar.Reader, array *crossbar.Programmed, rows int) {
	reader = crossbar.NewReader(how)
	rows = rapid.IntRange(1, 150).Draw(t, "rows")
	cols := rapid.SampledFrom([]int{1, 2, 9}).Draw(t, "columns")
	low, high := how.Scheme.Range()
	w := draw(t, "w", rows*cols, low, high)
	array, err := reader.Program(context.Background(), rows, cols, func(i, j int) int64 { return w[i*cols+j] })
	if err != nil {
		t.Fatal(err)
	}
	return reader, array, rows
}

func TestBatchIsVectors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reader, _, slicer := randomReader(t)
		how := reader.Reading
		how.TimeCoded = rapid.Bool().Draw(t, "time-coded")
		how.Resolution = rapid.IntRange(1, how.Resolution+1).Draw(t, "resolution")
		how.Unit = !how.Flip && how.Scheme.Encoding == "offset" && rapid.Bool().Draw(t, "unit column")
		how.Real = !how.Flip && rapid.Bool().Draw(t, "real")
		if how.Real && rapid.Bool().Draw(t, "converters") {
			how.Range = rapid.SampledFrom([]string{"max", "granular", "limits"}).Draw(t, "range")
			how.Limits = [][2]float64{{-3, 2}}
			how.Converter = &adc.Config{Range: how.Range, Circuit: rapid.SampledFrom([]string{"quantizer", "symmetric", "ideal", "ramp", "sar", "pipeline"}).Draw(t, "circuit"), GainDB: 60}
			how.Resolution = rapid.IntRange(2, 9).Draw(t, "bits")
		}
		reader, array, rows := randomArray(t, how)
		if how.Real {
			array.SetCells(array.Cells(), 0)
		}
		low, high := slicer.Range()
		sameAsOneByOne(t, reader, array, batchOf(t, rows, low, high), rows, 0, nil)
	})
}

func TestBatchOfRealLevels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reader, _, slicer := randomReader(t)
		how := reader.Reading
		how.Real, how.Flip, how.Range = true, false, "limits"
		how.Limits = [][2]float64{{-3, 2}}
		how.Converter = &adc.Config{Range: "limits", Circuit: "ideal"}
		err := rapid.Bool().Draw(t, "converters err")
		if err { // by codes that are far finer than how far off they may be
			how.Resolution = 24
			how.Converter.Circuit, how.Converter.Resolution, how.Converter.Noise = "quantizer", 24, 1000
		}
		reader, array, rows := randomArray(t, how)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "levels"), 0))
		levels, leak := array.Cells(), rapid.SampledFrom([]float64{0, 0.3}).Draw(t, "leak")
		levels.Apply(func(_, _ int, level float64) float64 { return level + leak + 0.1*random.NormFloat64() }, levels)
		array.SetCells(levels, leak)
		within := 1e-9
		var seed func(v int)
		if rapid.Bool().Draw(t, "noise") {
			source := rand.NewPCG(0, 0)
			positive := func() *mat.Dense {
				var m mat.Dense
				m.Apply(func(_, _ int, _ float64) float64 { return random.Float64() }, levels)
				return &m
			}
			var variances, floor *mat.Dense
			if rapid.Bool().Draw(t, "variances") {
				variances = positive()
			}
			if rapid.Bool().Draw(t, "floor") {
				floor = positive()
			}
			array.SetNoise(variances, floor, rand.New(source))
			seed = func(v int) { source.Seed(1, uint64(v)) }
		}
		if err {
			within = 2e-6 * math.Exp2(float64(how.Scheme.WeightBits+slicer.InputBits))
			source := rand.NewPCG(0, 0)
			stream := func(id uint64) *rand.Rand { return rand.New(rand.NewPCG(7, id)) }
			array.SetConverters([]*adc.Unit{how.Converter.NewUnit(stream, stream), how.Converter.NewUnit(stream, stream)}, 1, rand.New(source))
			before := seed
			seed = func(v int) {
				source.Seed(2, uint64(v))
				if before != nil {
					before(v)
				}
			}
		}
		if rapid.Bool().Draw(t, "cubic cells") {
			array.SetCubic(0.1)
		}
		low, high := slicer.Range()
		sameAsOneByOne(t, reader, array, batchOf(t, rows, low, high), rows, within, seed)
	})
}

// Nothing is left behind by a batch that the next one would find, and nothing is taken
// from the heap.
func TestBatchesInTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reader, _, slicer := randomReader(t)
		reader, array, rows := randomArray(t, reader.Reading)
		low, high := slicer.Range()
		var batch, other crossbar.Batch
		ctx := context.Background()
		for range 3 {
			x := batchOf(t, rows, low, high)
			n := len(x) / rows
			reader.LoadBatch(x, len(x)/rows, rows, rows, &batch)
			got, want := make([]float64, n*array.Outputs()), make([]float64, n*array.Outputs())
			if _, err := array.ActivateBatch(ctx, &batch, got, array.Outputs(), nil); err != nil {
				t.Fatal(err)
			}
			for v := range n {
				reader.LoadBatch(x[v*rows:], 1, rows, rows, &other)
				if _, err := array.ActivateBatch(ctx, &other, want[v*array.Outputs():], array.Outputs(), nil); err != nil {
					t.Fatal(err)
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%v, one by one %v", got, want)
			}
			y := make([]float64, len(got))
			if n := testing.AllocsPerRun(3, func() {
				reader.LoadBatch(x, len(x)/rows, rows, rows, &batch)
				_, _ = array.ActivateBatch(ctx, &batch, y, array.Outputs(), nil)
			}); n > 0 {
				t.Fatalf("%g allocations a batch", n)
			}
		}
	})
}
