// Package dactest is the conformance suite of input converters.
//
//	x = Σ_t σ_t · digit_t(x),  low_t ≤ digit_t(x) ≤ high_t
package dactest

import "pgregory.net/rapid"

// Slicer is what the suite checks; [xbar/dac.Slicer] is one.
type Slicer interface {
	Slices() int
	Range() (low, high int64)
	Significance(t int) int64
	DigitRange(t int) (low, high int64)
	Digit(x int64, t int) int64
}

// Check fails t unless s cuts a random input into digits that are in range
// and add up to it again.
func Check(t *rapid.T, s Slicer) {
	low, high := s.Range()
	x := rapid.Int64Range(low, high).Draw(t, "x")
	var sum int64
	for i := range s.Slices() {
		digit := s.Digit(x, i)
		from, to := s.DigitRange(i)
		if digit < from || digit > to {
			t.Fatalf("slice %d of %d is %d, outside %d..%d", i, x, digit, from, to)
		}
		sum += s.Significance(i) * digit
	}
	if sum != x {
		t.Fatalf("the slices of %d add up to %d", x, sum)
	}
}
