package adc_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"xbar/adc"
	"xbar/adc/adctest"
)

func TestConvertersConform(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resolution := rapid.IntRange(1, 14).Draw(t, "resolution")
		low := rapid.Int64Range(-5000, 0).Draw(t, "low")
		high := rapid.Int64Range(1, 5000).Draw(t, "high")
		mode := rapid.SampledFrom([]string{"clip", "scale"}).Draw(t, "mode")
		c := adc.New(mode, resolution, low, high)
		adctest.Check(t, &c, resolution, low, high, mode == "scale")
	})
}

// ISAAC: 128 rows, 1-bit inputs, 2-bit cells need 9 bits.
func TestLosslessBits(t *testing.T) {
	for span, want := range map[int64]int{1: 1, 3: 2, 4: 3, 128 * 3: 9, 255: 8, 256: 9} {
		if got := adc.LosslessBits(span); got != want {
			t.Errorf("sums 0..%d need %d bits, want %d", span, got, want)
		}
	}
}

func ExampleNew() {
	clip := adc.New("clip", 8, 0, 384)
	scale := adc.New("scale", 8, 0, 384)
	a, clipped := clip.Convert(300)
	b, _ := scale.Convert(300)
	fmt.Printf("%g %v %.2f\n", a, clipped, b)
	// Output: 255 true 299.67
}
