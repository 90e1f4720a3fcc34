package dac_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"xbar/dac"
	"xbar/dac/dactest"
)

func anySlicer(t *rapid.T) dac.Slicer {
	return dac.Slicer{
		Bits:          rapid.IntRange(1, 8).Draw(t, "bits"),
		InputBits:     rapid.IntRange(2, 16).Draw(t, "input bits"),
		Signed:        rapid.Bool().Draw(t, "signed"),
		SignMagnitude: rapid.Bool().Draw(t, "sign-magnitude"),
		SignedDigits:  rapid.Bool().Draw(t, "signed digits"),
	}
}

func TestSlicerConforms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { dactest.Check(t, anySlicer(t)) })
}

func TestSlices(t *testing.T) {
	for _, c := range []struct {
		slicer dac.Slicer
		want   int
	}{
		{dac.Slicer{Bits: 1, InputBits: 16}, 16},
		{dac.Slicer{Bits: 2, InputBits: 7}, 4},
		{dac.Slicer{Bits: 8, InputBits: 8, Signed: true}, 1},
		{dac.Slicer{Bits: 1, InputBits: 8, Signed: true, SignMagnitude: true}, 14},
		{dac.Slicer{Bits: 1, InputBits: 8, Signed: true, SignedDigits: true}, 7},
		{dac.Slicer{Bits: 8, InputBits: 4}, 1},
	} {
		if got := c.slicer.Slices(); got != c.want {
			t.Errorf("%+v takes %d slices, want %d", c.slicer, got, c.want)
		}
	}
}

func ExampleSlicer_Digit() {
	s := dac.Slicer{Bits: 1, InputBits: 4, Signed: true}
	for t := range s.Slices() {
		fmt.Print(s.Digit(-3, t), "·", s.Significance(t), " ")
	}
	// Output: 1·1 0·2 1·4 1·-8
}

// A slice narrower than the converter does not use its whole range: -2 of the
// top two bits of 8 is half of what a converter of 3 bits drives.
func TestFullScale(t *testing.T) {
	if got := (dac.Slicer{Bits: 3, InputBits: 8, Signed: true}).FullScale(2); got != 4 {
		t.Errorf("a signed converter of 3 bits drives up to %d", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := anySlicer(t)
		for i := range s.Slices() {
			low, high := s.DigitRange(i)
			switch full := s.FullScale(i); {
			case max(high, -low) > full:
				t.Fatalf("slice %d goes from %d to %d, over the full scale of %d", i, low, high, full)
			case s.InputBits%s.Bits == 0 && !s.SignMagnitude && !s.SignedDigits && max(high, -low) != full:
				t.Fatalf("slice %d goes from %d to %d, and full scale is %d", i, low, high, full)
			}
		}
	})
}
