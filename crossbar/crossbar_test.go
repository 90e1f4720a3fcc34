package crossbar_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xbar/crossbar"
	"xbar/crossbar/encode"
	"xbar/dac"
	"xbar/sim"
)

// draw gives n numbers from a range.
func draw(t *rapid.T, name string, n int, low, high int64) []int64 {
	return rapid.SliceOfN(rapid.Int64Range(low, high), n, n).Draw(t, name)
}

func randomReader(t *rapid.T) (*crossbar.Reader, encode.Scheme, dac.Slicer) {
	scheme := encode.Scheme{
		Encoding:   rapid.SampledFrom(encode.Encodings()).Draw(t, "encoding"),
		WeightBits: rapid.IntRange(2, 9).Draw(t, "weight bits"),
		CellBits:   rapid.IntRange(1, 4).Draw(t, "cell bits"),
	}
	slicer := dac.Slicer{
		Bits:          rapid.IntRange(1, 4).Draw(t, "dac bits"),
		InputBits:     rapid.IntRange(2, 9).Draw(t, "input bits"),
		Signed:        rapid.Bool().Draw(t, "signed"),
		SignMagnitude: rapid.Bool().Draw(t, "sign-magnitude"),
		SignedDigits:  rapid.Bool().Draw(t, "signed digits"),
	}
	how := crossbar.Reading{
		Scheme: scheme, Slicer: slicer, Resolution: 1,
		ActiveRows: rapid.IntRange(1, 150).Draw(t, "active rows"),
		Phases:     rapid.IntRange(0, 4).Draw(t, "phases"),
		AnalogSum:  rapid.SampledFrom([]string{"none", "polarity", "weight"}).Draw(t, "analog sum"),
		Range:      rapid.SampledFrom([]string{"clip", "scale"}).Draw(t, "mode"),
	}
	how.Flip = scheme.Encoding == encode.Offset && how.AnalogSum == "none" && rapid.Bool().Draw(t, "flip")
	how.Resolution = crossbar.NewReader(how).LosslessBits()
	return crossbar.NewReader(how), scheme, slicer
}

// An array with a lossless converter multiplies integers, across word
// boundaries, row groups and every encoding.
func TestActivateMultiplies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		reader, scheme, slicer := randomReader(t)
		rows := rapid.IntRange(1, 140).Draw(t, "rows")
		const cols = 2
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
		var drive crossbar.Drive
		y := make([]float64, cols)
		for range 2 { // the scratch space of the first product must not leak into the second
			clear(y)
			reader.Load(x, &drive)
			if a, err := array.Activate(context.Background(), &drive, y); err != nil || a.Clipped != 0 {
				t.Fatalf("%d conversions clipped, %v", a.Clipped, err)
			}
		}
		for j := range y {
			var want int64
			for i := range x {
				want += int64(x[i]) * w[i*cols+j]
			}
			if y[j] != float64(want) {
				t.Fatalf("column %d reads %g, the integers give %d", j, y[j], want)
			}
		}
	})
}

// The cells' energy follows Σ digit²·level, cell by cell, or the bits that are set.
func TestActivityCountsEveryCell(t *testing.T) {
	scheme := encode.Scheme{Encoding: encode.Magnitude, WeightBits: 4, CellBits: 2}
	slicer := dac.Slicer{Bits: 2, InputBits: 4}
	reader := crossbar.NewReader(crossbar.Reading{Scheme: scheme, Slicer: slicer, ActiveRows: 3, Range: "clip", Resolution: 24})
	x, w := []int32{0b1101, 0, 0b0110}, []int64{0b0111, 0b1111, 0b1001}
	array, err := reader.Program(context.Background(), 3, 1, func(i, _ int) int64 { return w[i] })
	if err != nil {
		t.Fatal(err)
	}
	var drive crossbar.Drive
	reader.Load(x, &drive)
	got, err := array.Activate(context.Background(), &drive, make([]float64, 1))
	if err != nil {
		t.Fatal(err)
	}
	// Digits of row 0 are 1 and 3, of row 2 they are 2 and 1, of 3 at most;
	// levels of row 0 are 3 and 1, of row 2 they are 1 and 2, of 3 at most.
	square := (1.0+9)/9 + (4.0+1)/9
	level := (1.0+9)/9*(3+1)/3 + (4.0+1)/9*(1+2)/3
	const products = (1+2)*(2+1) + (1+1)*(1+1) // bits of digits times bits of levels
	if math.Abs(got.Square-square) > 1e-12 || math.Abs(got.SquareLevel-level) > 1e-12 || got.Products != products || drive.Driven() != 4 {
		t.Errorf("activity %+v with %d drives, want square %g, level %g, %d products and 4 drives", got, drive.Driven(), square, level, products)
	}
}

func TestWeightOutOfRange(t *testing.T) {
	reader := crossbar.NewReader(crossbar.Reading{
		Scheme: encode.Scheme{Encoding: encode.Differential, WeightBits: 8, CellBits: 2},
		Slicer: dac.Slicer{Bits: 1, InputBits: 8}, ActiveRows: 4, Range: "clip", Resolution: 8,
	})
	if _, err := reader.Program(context.Background(), 1, 1, func(int, int) int64 { return -128 }); err == nil {
		t.Error("a differential pair of 7-bit magnitudes took −128")
	}
}

// A column whose levels exceed half of full scale is stored inverted, so one
// bit less reads it without loss (ISAAC: 8 bits for 128 rows of 2-bit cells).
func TestFlipSavesABit(t *testing.T) {
	how := crossbar.Reading{
		Scheme: encode.Scheme{Encoding: encode.Offset, WeightBits: 8, CellBits: 2},
		Slicer: dac.Slicer{Bits: 1, InputBits: 8}, ActiveRows: 128, Range: "clip", Resolution: 1,
	}
	plain := crossbar.NewReader(how).LosslessBits()
	how.Flip = true
	flipped := crossbar.NewReader(how).LosslessBits()
	if plain != 9 || flipped != 8 {
		t.Errorf("%d bits, flipped %d; want 9 and 8", plain, flipped)
	}
}

// naive is the pipeline's formula without its jump.
func naive(t crossbar.Timing, starts []sim.Cycle, reads int64) (driven, done sim.Cycle) {
	var front, converter, shiftAdd []sim.Cycle
	at := func(s []sim.Cycle, back int) sim.Cycle {
		if back > len(s) {
			return 0
		}
		return s[len(s)-back]
	}
	var banks []sim.Cycle // when the sample of each read left its bank
	for _, start := range starts {
		for i := range reads {
			stage := t.Stages[i%int64(len(t.Stages))]
			f := max(start, at(front, 1), at(banks, t.Banks)) + stage.Front
			c := max(f, at(converter, 1)) + stage.Convert
			taken := max(c+stage.Delay, at(shiftAdd, 1))
			s := taken + t.ShiftAdd
			held, free := taken, c
			if stage.Delay > 0 {
				held = c
			}
			if !t.Pipelined {
				held, free = s, s
			}
			front, converter, shiftAdd, banks = append(front, f), append(converter, held), append(shiftAdd, s), append(banks, free)
		}
	}
	return at(front, 1), at(shiftAdd, 1)
}

func TestPipelineJumpsAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cycles := func(name string) sim.Cycle { return sim.Cycle(rapid.IntRange(0, 12).Draw(t, name)) }
		timing := crossbar.Timing{
			ShiftAdd: cycles("shift-add"),
			Banks:    rapid.IntRange(1, 2).Draw(t, "banks"), Pipelined: rapid.Bool().Draw(t, "pipelined"),
		}
		for range rapid.IntRange(1, 4).Draw(t, "stages") {
			timing.Stages = append(timing.Stages, crossbar.Stage{
				Front: cycles("front"), Convert: cycles("convert"), Delay: cycles("delay") * sim.Cycle(rapid.IntRange(0, 1).Draw(t, "delayed")),
			})
		}
		reads := rapid.Int64Range(1, 40).Draw(t, "row groups") * int64(len(timing.Stages))
		p := crossbar.NewPipeline(timing)
		var starts []sim.Cycle
		var start sim.Cycle
		for range rapid.IntRange(1, 5).Draw(t, "vectors") {
			start += cycles("gap") * 5
			starts = append(starts, start)
			driven, done := p.Read(start, reads)
			wantDriven, wantDone := naive(timing, starts, reads)
			if driven != wantDriven || done != wantDone {
				t.Fatalf("%+v: driven %d, done %d; read by read %d and %d", timing, driven, done, wantDriven, wantDone)
			}
		}
	})
}

// ISAAC's stages: 16 reads of one cycle each, then one to convert, one to add.
func ExamplePipeline() {
	p := crossbar.NewPipeline(crossbar.Timing{
		Stages: []crossbar.Stage{{Front: 100, Convert: 100}}, ShiftAdd: 100, Banks: 2, Pipelined: true,
	})
	_, done := p.Read(0, 16)
	fmt.Println(done, "ns")
	// Output: 1800 ns
}

// An activation of many row groups stops when it is told to.
func TestActivateStops(t *testing.T) {
	reader := crossbar.NewReader(crossbar.Reading{
		Scheme: encode.Scheme{Encoding: encode.Magnitude, WeightBits: 4, CellBits: 2},
		Slicer: dac.Slicer{Bits: 2, InputBits: 4}, ActiveRows: 1, Range: "clip", Resolution: 24,
	})
	array, err := reader.Program(context.Background(), 3, 1, func(int, int) int64 { return 1 })
	if err != nil {
		t.Fatal(err)
	}
	var drive crossbar.Drive
	reader.Load([]int32{1, 2, 3}, &drive)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := array.Activate(ctx, &drive, make([]float64, 1)); err != context.Canceled {
		t.Errorf("%v", err)
	}
}
