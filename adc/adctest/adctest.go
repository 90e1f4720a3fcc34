// Package adctest is the conformance suite of output converters.
//
//	monotonic; inside the range |value − sum| ≤ step/2; lossless when every sum has a code
package adctest

import (
	"math"

	"pgregory.net/rapid"
)

// Converter is what the suite checks; [xbar/adc.Converter] is one.
type Converter interface {
	Convert(sum int64) (value float64, clipped bool)
}

// Check fails t unless c, a converter of so many bits for sums in low..high,
// behaves. widens says that the step grows instead of the range shrinking.
func Check(t *rapid.T, c Converter, resolution int, low, high int64, widens bool) {
	a := rapid.Int64Range(low-5, high+5).Draw(t, "a")
	b := rapid.Int64Range(a, high+5).Draw(t, "b")
	va, clippedA := c.Convert(a)
	vb, _ := c.Convert(b)
	if va > vb {
		t.Fatalf("%d reads %g but %d reads %g", a, va, b, vb)
	}
	if again, _ := c.Convert(int64(math.Round(va))); va == math.Trunc(va) && math.Abs(again-va) > 1e-9*(1+math.Abs(va)) {
		t.Fatalf("%d reads %g, which itself reads %g", a, va, again)
	}
	inside := a >= low && a <= high
	if !inside && !clippedA {
		t.Fatalf("%d lies outside %d..%d and was not reported as clipped", a, low, high)
	}
	codes := math.Pow(2, float64(resolution)) - 1
	span := float64(high - low)
	switch {
	case inside && span <= codes && (va != float64(a) || clippedA):
		t.Fatalf("%d bits hold %g sums, yet %d reads %g", resolution, span+1, a, va)
	case inside && widens && math.Abs(va-float64(a)) > span/codes/2*(1+1e-9) && span > codes:
		t.Fatalf("%d reads %g, more than half a step of %g away", a, va, span/codes)
	case inside && !clippedA && !widens && va != float64(a):
		t.Fatalf("%d reads %g without being clipped", a, va)
	}
}
