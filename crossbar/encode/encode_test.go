package encode

import (
	"fmt"
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
		sum := -s.Offset()
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

func TestColumns(t *testing.T) {
	for _, c := range []struct {
		scheme Scheme
		want   int
	}{
		{Scheme{Offset, 16, 2}, 8}, // ISAAC: 8 columns a weight
		{Scheme{Offset, 8, 2}, 4},
		{Scheme{Differential, 8, 2}, 8},
		{Scheme{Differential, 8, 8}, 2},
		{Scheme{TwosComplement, 8, 1}, 8},
		{Scheme{TwosComplement, 8, 2}, 5},
		{Scheme{Magnitude, 4, 4}, 1},
	} {
		if got := c.scheme.Columns(); got != c.want {
			t.Errorf("%+v: %d columns, want %d", c.scheme, got, c.want)
		}
	}
}

func TestOneBitHasNoDifferentialForm(t *testing.T) {
	if (Scheme{Differential, 1, 1}).Check() == nil {
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
