package crossbar_test

import (
	"context"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"xbar/crossbar"
	"xbar/crossbar/encode"
)

// Real levels that are the programmed ones give what whole levels give, clipped
// conversions included, at any resolution.
func TestRealLevels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reader, scheme, slicer := randomReader(t)
		how := reader.Reading
		how.Real, how.Flip = true, false
		how.Resolution = rapid.IntRange(1, 12).Draw(t, "resolution")
		reader = crossbar.NewReader(how)
		rows, cols := rapid.IntRange(1, 140).Draw(t, "rows"), 2
		low, high := scheme.Range()
		w := draw(t, "w", rows*cols, low, high)
		low, high = slicer.Range()
		x := make([]int32, rows)
		for i, xi := range draw(t, "x", rows, low, high) {
			x[i] = int32(xi)
		}
		at := func(i, j int) int64 { return w[i*cols+j] }
		whole, err := reader.Program(context.Background(), rows, cols, at)
		if err != nil {
			t.Fatal(err)
		}
		real, _ := reader.Program(context.Background(), rows, cols, at)
		real.SetCells(real.Cells(), 0)
		var drive crossbar.Drive
		reader.Load(x, &drive)
		got, want := make([]float64, cols), make([]float64, cols)
		a, _ := whole.Activate(context.Background(), &drive, want)
		b, _ := real.Activate(context.Background(), &drive, got)
		if a != b {
			t.Errorf("activity %+v, want %+v", b, a)
		}
		for j := range got {
			if math.Abs(got[j]-want[j]) > 1e-9*(1+math.Abs(want[j])) {
				t.Errorf("output %d: %g, want %g", j, got[j], want[j])
			}
		}
	})
}

// What cells at level zero conduct is taken off again, as far as codes are fine
// enough.
func TestLeakIsTakenOff(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reader, scheme, slicer := randomReader(t)
		if scheme.Encoding == encode.TwosComplement || scheme.Encoding == encode.Magnitude {
			return // configs refuse a leak there: nothing takes it off
		}
		how := reader.Reading
		how.Real, how.Flip, how.Range, how.Resolution = true, false, "scale", 48
		how.Leak = rapid.Float64Range(0, 2).Draw(t, "leak")
		reader = crossbar.NewReader(how)
		const rows, cols = 30, 2
		low, high := scheme.Range()
		w := draw(t, "w", rows*cols, low, high)
		low, high = slicer.Range()
		x := make([]int32, rows)
		for i, xi := range draw(t, "x", rows, low, high) {
			x[i] = int32(xi)
		}
		array, err := reader.Program(context.Background(), rows, cols, func(i, j int) int64 { return w[i*cols+j] })
		if err != nil {
			t.Fatal(err)
		}
		var leak mat.Dense
		leak.Apply(func(_, _ int, level float64) float64 { return level + how.Leak }, array.Cells())
		array.SetCells(&leak, how.Leak)
		var drive crossbar.Drive
		reader.Load(x, &drive)
		y := make([]float64, cols)
		if a, err := array.Activate(context.Background(), &drive, y); err != nil || a.Clipped > 0 {
			t.Fatalf("%v, %d clipped", err, a.Clipped)
		}
		for j := range y {
			var want, size float64
			for i := range x {
				want += float64(int64(x[i]) * w[i*cols+j])
				size += math.Abs(float64(x[i])) * math.Exp2(float64(scheme.WeightBits)) * (1 + how.Leak)
			}
			// Sums near enough to whole numbers are read as these where codes allow.
			if math.Abs(y[j]-want) > 1e-6*(1+size) {
				t.Errorf("output %d: %g, want %g", j, y[j], want)
			}
		}
	})
}
