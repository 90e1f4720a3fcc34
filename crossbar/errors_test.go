package crossbar_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"xbar/adc"
	"xbar/crossbar"
	"xbar/crossbar/encode"
	"xbar/dac"
)

func streams(seed uint64) func(uint64) *rand.Rand {
	return func(k uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, k)) }
}

// Converters and drivers without errors change nothing, whatever the reading.
func TestConvertersWithoutErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reader, scheme, slicer := randomReader(t)
		how := reader.Reading
		how.Real, how.Flip, how.Resolution = true, false, rapid.IntRange(2, 12).Draw(t, "resolution")
		how.Converter = &adc.Config{
			Circuit: rapid.SampledFrom([]string{"quantizer", "symmetric", "sar", "pipeline"}).Draw(t, "circuit"),
			Range:   rapid.SampledFrom([]string{"clip", "scale", "max"}).Draw(t, "range"), Resolution: how.Resolution, GainDB: 200,
		}
		how.Range = how.Converter.Range
		reader = crossbar.NewReader(how)
		rows, cols := rapid.IntRange(1, 40).Draw(t, "rows"), 2
		low, high := scheme.Range()
		w := draw(t, "w", rows*cols, low, high)
		x := make([]int32, rows)
		low, high = slicer.Range()
		for i, xi := range draw(t, "x", rows, low, high) {
			x[i] = int32(xi)
		}
		array, err := reader.Program(context.Background(), rows, cols, func(i, j int) int64 { return w[i*cols+j] })
		if err != nil {
			t.Fatal(err)
		}
		cells, random := array.Cells(), rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		cells.Apply(func(_, _ int, level float64) float64 { return level + 0.1*random.Float64() }, cells) // no sum is on an edge
		array.SetCells(cells, 0)
		var drive crossbar.Drive
		reader.Load(x, &drive)
		want, got := make([]float64, cols), make([]float64, cols)
		a, _ := array.Activate(context.Background(), &drive, want)
		var units []*adc.Unit
		for u := range rapid.IntRange(1, 3).Draw(t, "units") {
			units = append(units, how.Converter.NewUnit(streams(uint64(u)), streams(99)))
		}
		var drivers []*dac.Driver
		for row := range rows {
			drivers = append(drivers, (&dac.Config{Bits: slicer.Bits}).NewDriver(streams(uint64(row))))
		}
		array.SetConverters(units, 1, nil)
		array.SetDrivers(drivers, rapid.Bool().Draw(t, "gated"), nil)
		b, _ := array.Activate(context.Background(), &drive, got)
		for j := range got {
			if math.Abs(got[j]-want[j]) > 1e-6*(1+math.Abs(want[j])) || a.Clipped != b.Clipped {
				t.Errorf("output %d: %g with %d clipped, want %g with %d", j, got[j], b.Clipped, want[j], a.Clipped)
			}
		}
	})
}

// Columns that share a converter have its errors, and others have others': of columns
// that are all alike, those of the same converter read alike.
func TestColumnsShareConverters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const rows, cols = 20, 12
		units, first := rapid.IntRange(1, 6).Draw(t, "units"), rapid.IntRange(0, 5).Draw(t, "first")
		config := adc.Config{Circuit: "quantizer", Range: "scale", Resolution: 20, OffsetError: 1000, GainError: 0.1}
		how := crossbar.Reading{
			Scheme: encode.Scheme{Encoding: encode.Magnitude, WeightBits: 2, CellBits: 2}, Slicer: dac.Slicer{Bits: 1, InputBits: 4},
			ActiveRows: rows, Range: "scale", Resolution: 20, Real: true, Converter: &config,
		}
		reader := crossbar.NewReader(how)
		array, err := reader.Program(context.Background(), rows, cols, func(i, _ int) int64 { return int64(i % 4) })
		if err != nil {
			t.Fatal(err)
		}
		array.SetCells(array.Cells(), 0)
		var all []*adc.Unit
		for u := range units {
			all = append(all, config.NewUnit(streams(uint64(u)), streams(99)))
		}
		array.SetConverters(all, first, nil)
		var drive crossbar.Drive
		x := make([]int32, rows)
		for i := range x {
			x[i] = int32(i) % 16
		}
		reader.Load(x, &drive)
		y := activate(t, array, &drive, cols)
		for j := range y {
			for k := range j {
				if same := (j-k)%units == 0; same != (y[j] == y[k]) {
					t.Errorf("%d converters: outputs %d and %d read %g and %g", units, j, k, y[j], y[k])
				}
			}
		}
		array.SetConverters(all[:1], 0, nil)
		if alone := activate(t, array, &drive, cols); alone[0] != y[(units-first%units)%units] {
			t.Errorf("converter 0 reads %g, and %g at another column", alone[0], y[(units-first%units)%units])
		}
	})
}

// Noise of conversions and of loads adds to outputs what the sum of its parts has as
// deviation, and is normal.
func TestNoiseOfConverters(t *testing.T) {
	const rows, reads = 30, 5000
	config := adc.Config{Circuit: "quantizer", Range: "scale", Resolution: 24, Noise: 50}
	how := crossbar.Reading{
		Scheme: encode.Scheme{Encoding: encode.Magnitude, WeightBits: 4, CellBits: 2}, Slicer: dac.Slicer{Bits: 2, InputBits: 4},
		ActiveRows: 12, Range: "scale", Resolution: 24, Real: true, Converter: &config,
	}
	reader := crossbar.NewReader(how)
	array, err := reader.Program(context.Background(), rows, 1, func(i, _ int) int64 { return int64(i % 16) })
	if err != nil {
		t.Fatal(err)
	}
	array.SetCells(array.Cells(), 0)
	var drive crossbar.Drive
	x := make([]int32, rows)
	for i := range x {
		x[i] = int32(3*i) % 16
	}
	reader.Load(x, &drive)
	exact := activate(t, array, &drive, 1)[0]
	measure := func() (errors []float64) {
		for range reads {
			errors = append(errors, activate(t, array, &drive, 1)[0]-exact)
		}
		slices.Sort(errors)
		return errors
	}
	normal := func(what string, errors []float64, σ float64) {
		t.Helper()
		worst := 0.0
		for i, e := range errors {
			worst = max(worst, math.Abs(distuv.Normal{Sigma: σ}.CDF(e)-(float64(i)+0.5)/reads))
		}
		if worst > 1.95/math.Sqrt(reads) {
			t.Errorf("%s: σ = %g, want %g; %g off a normal distribution", what, stat.StdDev(errors, nil), σ, worst)
		}
	}
	// Three row groups, two slices of σ 1 and 4, two columns of 1 and 4; a step is that of
	// all sums, 12·3·3, over as many codes as are a whole number of them.
	step := 108 / (math.Floor((math.Exp2(24)-1)/108) * 108)
	array.SetConverters([]*adc.Unit{config.NewUnit(streams(1), streams(99))}, 0, rand.New(rand.NewPCG(1, 1)))
	normal("conversions", measure(), 50*step*math.Sqrt(3*17*17))

	// Each row's loads are its own, and reach all columns: W² of its weight.
	loads := dac.Config{Bits: 2, Noise: 0.1}
	var drivers []*dac.Driver
	for row := range rows {
		drivers = append(drivers, loads.NewDriver(streams(uint64(row))))
	}
	array.SetCells(array.Cells(), 0)
	array.SetDrivers(drivers, false, rand.New(rand.NewPCG(2, 1)))
	weights := 0.0
	for i := range rows {
		weights += float64(i%16) * float64(i%16)
	}
	normal("loads", measure(), 0.1*math.Sqrt(17*weights))
}

// Noise of reads goes with what cells carry: of cubic ones, with what their law leaves of
// a digit.
func TestNoiseOfCubicCells(t *testing.T) {
	const rows, reads, a = 20, 4000, 0.25
	how := crossbar.Reading{
		Scheme: encode.Scheme{Encoding: encode.Magnitude, WeightBits: 2, CellBits: 2}, Slicer: dac.Slicer{Bits: 4, InputBits: 4},
		ActiveRows: rows, Range: "scale", Resolution: 44, Real: true,
	}
	reader := crossbar.NewReader(how)
	array, err := reader.Program(context.Background(), rows, 1, func(int, int) int64 { return 3 })
	if err != nil {
		t.Fatal(err)
	}
	variances := array.Cells()
	array.SetCells(array.Cells(), 0)
	array.SetCubic(a)
	array.SetNoise(variances, nil, rand.New(rand.NewPCG(4, 4)))
	var drive crossbar.Drive
	x, want, variance := make([]int32, rows), 0.0, 0.0
	for i := range x {
		x[i] = int32(i) % 16
		v := float64(x[i]) / 15
		carried := 15 * (v - a*v*v*v)
		want, variance = want+3*carried, variance+3*carried*carried
	}
	reader.Load(x, &drive)
	var got []float64
	for range reads {
		got = append(got, activate(t, array, &drive, 1)[0])
	}
	mean, σ := stat.MeanStdDev(got, nil)
	if math.Abs(mean-want) > 5*math.Sqrt(variance/reads) || math.Abs(σ/math.Sqrt(variance)-1) > 0.06 {
		t.Errorf("%g ± %g, want %g ± %g", mean, σ, want, math.Sqrt(variance))
	}
}

// Cells of a cubic law carry, without wires, what the law says of each row's voltage; of
// one bit, that is a factor.
func TestCubicCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const rows = 10
		bits, timeCoded := rapid.IntRange(1, 4).Draw(t, "bits"), rapid.Bool().Draw(t, "time")
		a := rapid.Float64Range(-0.3, 0.3).Draw(t, "a")
		how := crossbar.Reading{
			Scheme: encode.Scheme{Encoding: encode.Magnitude, WeightBits: 4, CellBits: 4}, Slicer: dac.Slicer{Bits: bits, InputBits: 4},
			ActiveRows: 4, Range: "scale", Resolution: 44, Real: true, TimeCoded: timeCoded,
		}
		reader := crossbar.NewReader(how)
		x := make([]int32, rows)
		for i := range x {
			x[i] = int32(rapid.IntRange(0, 15).Draw(t, "x"))
		}
		array, err := reader.Program(context.Background(), rows, 1, func(i, _ int) int64 { return int64(i) })
		if err != nil {
			t.Fatal(err)
		}
		array.SetCells(array.Cells(), 0)
		array.SetCubic(a)
		var drive crossbar.Drive
		reader.Load(x, &drive)
		want, linear := 0.0, 0.0
		full := float64(how.Slicer.FullScale(0))
		for i, xi := range x {
			for s := range how.Slicer.Slices() {
				digit := float64(how.Slicer.Digit(int64(xi), s))
				v := digit / full
				carried := full * (v - a*v*v*v)
				if timeCoded {
					carried = digit * (1 - a)
				}
				want += float64(how.Slicer.Significance(s)) * carried * float64(i)
			}
			linear += float64(xi) * float64(i)
		}
		got := activate(t, array, &drive, 1)[0]
		if math.Abs(got-want) > 1e-6*(1+want) {
			t.Errorf("%g, want %g", got, want)
		}
		if bits == 1 && math.Abs(got-(1-a)*linear) > 1e-6*(1+linear) {
			t.Errorf("bits carry %g of %g", got, linear)
		}
	})
}
