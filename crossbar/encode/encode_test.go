package encode

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func randomScheme(t *rapid.T) Scheme {
	s := Scheme{
		Encoding:   rapid.SampledFrom(Encodings()).Draw(t, "encoding"),
		WeightBits: rapid.IntRange(1, 16).Draw(t, "weight bits"),
		CellBits:   rapid.IntRange(1, 8).Draw(t, "cell bits"),
	}
	if s.Check() != nil {
		s.WeightBits = 2
	}
	return s
}

func TestLevelsReconstructTheWeight(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := randomScheme(t)
		low, high := s.Range()
		w := rapid.Int64Range(low, high).Draw(t, "w")
		levels := make([]uint8, s.Columns())
		s.Levels(w, levels)
		sum := -int64(s.Offset())
		for c, level := range levels {
			if int64(level) > s.MaxLevel() {
				t.Fatalf("column %d holds level %d of %d", c, level, s.MaxLevel())
			}
			sum += s.Significance(c) * int64(level)
		}
		if sum != w {
			t.Fatalf("%+v stores %d as %v, which reads %d", s, w, levels, sum)
		}
	})
}

// A whole weight's levels, read with its columns' significance, are the weight: exactly
// at any conductance, but for the 32 bits of pairs, and to half a level else.
func TestWholeWeights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Scheme{
			Encoding: rapid.SampledFrom([]Encoding{Offset, Differential}).Draw(t, "encoding"), Whole: true,
			WeightBits: rapid.IntRange(2, 12).Draw(t, "weight bits"), CellBits: rapid.IntRange(2, 8).Draw(t, "cell bits"),
			Continuous: rapid.Bool().Draw(t, "continuous"),
		}
		s.TwoSided = s.Encoding == Differential && rapid.Bool().Draw(t, "two-sided")
		lowest := rapid.SampledFrom([]float64{0, 0.01, 0.3}).Draw(t, "lowest")
		_, high := s.Range()
		w := rapid.Float64Range(-float64(high), float64(high)).Draw(t, "w")
		levels := make([]float64, s.Columns())
		s.Real(w, lowest, rapid.Bool().Draw(t, "wired"), levels)
		sum, top := 0.0, float64(s.MaxLevel())
		for c, level := range levels {
			if level < -1e-5 || level > top*(1+1e-6) {
				t.Fatalf("%+v: level %g of %g", s, level, top)
			}
			if !s.Continuous && math.Abs(level-math.Round(level)) > 1e-4 {
				t.Fatalf("%+v: level %g is none", s, level)
			}
			sum += float64(s.Significance(c)) * level
		}
		read := sum*s.Unit() - s.Offset()
		tolerance := 1e-6 * float64(high)
		if !s.Continuous {
			tolerance += s.Unit() / 2 * float64(len(levels))
		}
		if math.Abs(read-w) > tolerance {
			t.Fatalf("%+v holds %g as %v, which reads %g", s, w, levels, read)
		}
	})
}

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		scheme Scheme
		want   int
	}{
		{Scheme{Encoding: Offset, WeightBits: 16, CellBits: 2}, 8}, // ISAAC: 8 columns a weight
		{Scheme{Encoding: Offset, WeightBits: 8, CellBits: 2}, 4},
		{Scheme{Encoding: Differential, WeightBits: 8, CellBits: 2}, 8},
		{Scheme{Encoding: Differential, WeightBits: 8, CellBits: 8}, 2},
		{Scheme{Encoding: TwosComplement, WeightBits: 8, CellBits: 1}, 8},
		{Scheme{Encoding: TwosComplement, WeightBits: 8, CellBits: 2}, 5},
		{Scheme{Encoding: Magnitude, WeightBits: 4, CellBits: 4}, 1},
	} {
		if got := c.scheme.Columns(); got != c.want {
			t.Errorf("%+v: %d columns, want %d", c.scheme, got, c.want)
		}
	}
}

func TestOneBitHasNoDifferentialForm(t *testing.T) {
	if (Scheme{Encoding: Differential, WeightBits: 1, CellBits: 1}).Check() == nil {
		t.Error("a sign without a magnitude was accepted")
	}
}

func ExampleScheme_Levels() {
	s := Scheme{Encoding: Offset, WeightBits: 8, CellBits: 2}
	levels := make([]uint8, s.Columns())
	s.Levels(-100, levels) // stored as 28 = 0b00011100
	fmt.Println(levels)
	// Output: [0 3 1 0]
}
