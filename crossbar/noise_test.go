package crossbar_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"xbar/adc"
	"xbar/crossbar"
	"xbar/crossbar/encode"
	"xbar/dac"
)

// One normal number a column and read is distributed as one a cell and read is: mean,
// deviation and all of the distribution (Kolmogorov–Smirnov, as two samples of one
// distribution pass but once in a million times).
func TestNoiseOfAColumnIsThatOfItsCells(t *testing.T) {
	const rows, cols, reads = 50, 3, 4000
	scheme := encode.Scheme{Encoding: encode.Differential, WeightBits: 4, CellBits: 3}
	for _, how := range []crossbar.Reading{
		{Slicer: dac.Slicer{Bits: 1, InputBits: 3}, ActiveRows: rows},
		{Slicer: dac.Slicer{Bits: 3, InputBits: 6}, ActiveRows: 20},
		{Slicer: dac.Slicer{Bits: 2, InputBits: 6, Signed: true}, ActiveRows: 20, Phases: 1, AnalogSum: "polarity"},
	} {
		how.Scheme, how.Range, how.Resolution, how.Real = scheme, "scale", 44, true
		reader := crossbar.NewReader(how)
		random := rand.New(rand.NewPCG(5, uint64(how.ActiveRows)))
		low, high := how.Slicer.Range()
		x := make([]int32, rows)
		for i := range x {
			x[i] = int32(low + random.Int64N(high-low+1))
		}
		array, err := reader.Program(context.Background(), rows, cols, func(i, j int) int64 { return int64((i*5+j*3)%15 - 7) })
		if err != nil {
			t.Fatal(err)
		}
		columns := cols * scheme.Columns()
		variances, floor := mat.NewDense(rows, columns, nil), mat.NewDense(rows, columns, nil)
		variances.Apply(func(i, j int, _ float64) float64 { return 0.01 * float64(1+(i+j)%4) }, variances)
		floor.Apply(func(i, j int, _ float64) float64 { return 0.002 * float64((i*j)%3) }, floor)
		array.SetCells(array.Cells(), 0)
		var drive crossbar.Drive
		reader.Load(x, &drive)
		exact := activate(t, array, &drive, cols)
		array.SetNoise(variances, floor, random)
		got, want := make([][]float64, cols), make([][]float64, cols)
		for range reads {
			for j, y := range activate(t, array, &drive, cols) {
				got[j] = append(got[j], y-exact[j])
			}
			for j := range cols {
				want[j] = append(want[j], cellByCell(&how, x, variances, floor, j, random))
			}
		}
		for j := range cols {
			slices.Sort(got[j])
			slices.Sort(want[j])
			σ := stat.StdDev(want[j], nil)
			if most := math.Sqrt(math.Log(2e6) / reads); stat.KolmogorovSmirnov(got[j], nil, want[j], nil) > most {
				t.Errorf("output %d: distributions differ", j)
			}
			if mean := stat.Mean(got[j], nil); math.Abs(mean) > 5*σ/math.Sqrt(reads) {
				t.Errorf("output %d: a mean of %g beside a deviation of %g", j, mean, σ)
			}
			if ratio := stat.StdDev(got[j], nil) / σ; math.Abs(ratio-1) > 0.08 {
				t.Errorf("output %d: a deviation %g times that of its cells", j, ratio)
			}
		}
	}
}

func activate(t interface{ Fatal(...any) }, p *crossbar.Programmed, d *crossbar.Drive, outputs int) []float64 {
	y := make([]float64, outputs)
	if _, err := p.Activate(context.Background(), d, y); err != nil {
		t.Fatal(err)
	}
	return y
}

// cellByCell is the error of an output when each cell draws for each slice.
func cellByCell(how *crossbar.Reading, x []int32, variances, floor *mat.Dense, output int, random *rand.Rand) (y float64) {
	columns := how.Scheme.Columns()
	for s := range how.Slicer.Slices() {
		slice, full := how.Slicer.Slice(s), float64(how.Slicer.FullScale(s))
		for i, xi := range x {
			digit := float64(slice.Digit(int64(xi)))
			for c := range columns {
				at := output*columns + c
				current := digit*math.Sqrt(variances.At(i, at))*random.NormFloat64() + full*math.Sqrt(floor.At(i, at))*random.NormFloat64()
				y += float64(how.Slicer.Significance(s)) * float64(how.Scheme.Significance(c)) * current
			}
		}
	}
	return y
}

// Noise takes nothing from the heap.
func TestNoiseAllocatesNothing(t *testing.T) {
	reader := crossbar.NewReader(crossbar.Reading{
		Scheme: encode.Scheme{Encoding: encode.Offset, WeightBits: 8, CellBits: 2}, Slicer: dac.Slicer{Bits: 1, InputBits: 8},
		ActiveRows: 64, Range: "clip", Resolution: 8, Real: true,
	})
	array, err := reader.Program(context.Background(), 128, 8, func(i, j int) int64 { return int64((i*j)%256 - 128) })
	if err != nil {
		t.Fatal(err)
	}
	array.SetCells(array.Cells(), 0)
	var batch crossbar.Batch
	variances, x := array.Cells(), make([]int32, 5*128)
	y, ctx := make([]float64, 5*8), context.Background()
	count := func() float64 {
		return testing.AllocsPerRun(10, func() {
			reader.LoadBatch(x, 5, 128, 128, &batch)
			if _, err := array.ActivateBatch(ctx, &batch, y, 8, nil); err != nil {
				t.Fatal(err)
			}
		})
	}
	without := count()
	array.SetNoise(variances, variances, rand.New(rand.NewPCG(1, 1)))
	if with := count(); with > 0 || without > 0 {
		t.Errorf("%g allocations with noise, %g without", with, without)
	}
	converter, driver := adc.Config{Circuit: "sar", Resolution: 8, CapacitorError: 0.01, GainDB: 100, Noise: 1}, dac.Config{Bits: 1, Noise: 0.1}
	how := reader.Reading
	how.Converter = &converter
	if array, err = crossbar.NewReader(how).Program(context.Background(), 128, 8, func(i, j int) int64 { return int64((i*j)%256 - 128) }); err != nil {
		t.Fatal(err)
	}
	array.SetCells(array.Cells(), 0)
	random := rand.New(rand.NewPCG(1, 1))
	var drivers []*dac.Driver
	for row := range uint64(128) {
		drivers = append(drivers, driver.NewDriver(streams(row)))
	}
	array.SetConverters([]*adc.Unit{converter.NewUnit(streams(1), streams(99)), converter.NewUnit(streams(2), streams(99))}, 0, random)
	array.SetDrivers(drivers, false, random)
	if with := count(); with > without {
		t.Errorf("%g allocations with errors of converters, %g without", with, without)
	}
}
