package crossbar_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"

	"xbar/adc"
	"xbar/crossbar"
	"xbar/crossbar/encode"
	"xbar/crossbar/nonideal"
	"xbar/dac"
)

// crossSim is what CrossSim 3.2 (Sandia) reaches with batches of 256 vectors on a machine
// of two cores, in vectors a second: measured for this project, with NumPy.
var crossSim = map[string]map[int]float64{
	"plain":  {64: 2.6e6, 128: 1.25e6, 256: 483e3, 512: 153e3, 1024: 40e3},
	"noise":  {64: 4245, 128: 1089, 256: 262, 512: 58, 1024: 14},
	"sliced": {64: 40e3, 128: 18.8e3, 256: 7.8e3, 512: 2.9e3, 1024: 962},
	"wires":  {64: 638, 128: 68, 256: 2.4},
}

// BenchmarkSpeed multiplies vectors by N×N weights of 8 bits, with what an array does
// beside: converters' codes, their clipping, and what the cells' energy follows.
//
//	plain    a pair of cells a weight, inputs whole, one conversion of 8 bits an output
//	sliced   four pairs a weight and eight slices an input, a conversion of each by each
//	noise    plain, and every read of every cell errs by 1 % of a cell at the top level
//	wires    plain, and a wire's segment has 1e-4 of a cell's resistance; solved before
//
// In turn with it, gonum's blas32.Gemm multiplies numbers of the same shape. Rates are of
// the quickest round. x-CrossSim is over CrossSim's rate for 256 vectors, also where
// vectors come one by one: for those there is no rate of it.
func BenchmarkSpeed(b *testing.B) {
	for _, mode := range []string{"plain", "sliced", "noise", "wires"} {
		for _, vectors := range []int{256, 1} {
			for _, n := range []int{64, 128, 256, 512, 1024} {
				if mode == "wires" && n > 256 {
					continue // CrossSim does not get there
				}
				b.Run(fmt.Sprintf("%s/batch=%d/N=%d", mode, vectors, n), func(b *testing.B) { benchmarkSpeed(b, mode, n, vectors) })
			}
		}
	}
}

func benchmarkSpeed(b *testing.B, mode string, n, vectors int) {
	read := speedArray(b, mode, n, vectors)
	gemm := speedGemm(n, vectors)
	times := max(1, 1<<16/(n*vectors)) // a round is long beside the clock's ticks
	quickest := func(best time.Duration, do func()) time.Duration {
		start := time.Now()
		for range times {
			do()
		}
		return min(best, time.Since(start))
	}
	ours, theirs := time.Hour, time.Hour
	read()
	for b.Loop() {
		ours = quickest(ours, read)
		theirs = quickest(theirs, gemm)
	}
	rate := float64(times*vectors) / ours.Seconds()
	b.ReportMetric(rate, "vectors/s")
	b.ReportMetric(float64(times*vectors)/theirs.Seconds(), "Gemm-vectors/s")
	b.ReportMetric(theirs.Seconds()/ours.Seconds(), "x-Gemm")
	b.ReportMetric(rate/crossSim[mode][n], "x-CrossSim")
	b.ReportMetric(0, "ns/op") // of both
}

func speedGemm(n, vectors int) func() {
	random := rand.New(rand.NewPCG(2, 2))
	matrix := func(rows int) blas32.General {
		m := blas32.General{Rows: rows, Cols: n, Stride: n, Data: make([]float32, rows*n)}
		for i := range m.Data {
			m.Data[i] = random.Float32()
		}
		return m
	}
	x, w, y := matrix(vectors), matrix(n), matrix(vectors)
	return func() { blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, x, w, 0, y) }
}

// speedArray loads and reads a batch each time.
func speedArray(b *testing.B, mode string, n, vectors int) func() {
	how := crossbar.Reading{
		Scheme:     encode.Scheme{Encoding: encode.Differential, WeightBits: 8, CellBits: 7},
		Slicer:     dac.Slicer{Bits: 7, InputBits: 8, Signed: true, SignedDigits: true},
		ActiveRows: n, AnalogSum: "polarity", Real: true, Resolution: 8,
		Converter: &adc.Config{Circuit: "quantizer", Range: "limits"}, Range: "limits",
	}
	if mode == "sliced" {
		how.Scheme.CellBits, how.Slicer = 2, dac.Slicer{Bits: 1, InputBits: 8}
	}
	spread := math.Sqrt(float64(n)) // three of the sums' standard deviations or so
	how.Limits = [][2]float64{{-spread, spread}}
	reader, random, ctx := crossbar.NewReader(how), rand.New(rand.NewPCG(1, 1)), b.Context()
	low, high := how.Scheme.Range()
	array, err := reader.Program(ctx, n, n, func(_, _ int) int64 { return low + random.Int64N(high-low+1) })
	if err != nil {
		b.Fatal(err)
	}
	devices := nonideal.Config{OnConductance: 1}
	switch mode {
	case "noise":
		devices.ReadNoise, devices.ReadError = "normal", 0.01
	case "wires":
		devices.RowResistance, devices.ColumnResistance = 1e-4, 1e-4
	}
	seen, err := devices.Program(ctx, array.Cells(), how.Scheme.MaxLevel(), nonideal.Layout{Wires: "apart", Columns: how.Scheme.Columns()}, nonideal.NewStream(1, 1))
	if err != nil {
		b.Fatal(err)
	}
	array.SetCells(seen.Levels, 0)
	if mode == "noise" {
		array.SetNoise(seen.Noise, seen.Floor, random)
	}
	low, high = how.Slicer.Range()
	x := make([]int32, n*vectors)
	for i := range x {
		x[i] = int32(low + random.Int64N(high-low+1))
	}
	y := make([]float64, n*vectors)
	var batch crossbar.Batch
	return func() {
		reader.LoadBatch(x, vectors, n, n, &batch)
		if _, err := array.ActivateBatch(context.Background(), &batch, y, n, nil); err != nil {
			b.Fatal(err)
		}
	}
}
