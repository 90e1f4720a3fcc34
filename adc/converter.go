package adc

import (
	"math"
	"math/bits"
)

// Converter reads an integer column sum between two ends.
type Converter struct {
	low, high int64
	codes     float64 // number of the last code; 0: every sum has a code of its own
}

// LosslessBits is ⌈log2(span + 1)⌉: the resolution that gives each of the
// sums 0..span a code of its own.
func LosslessBits(span int64) int { return bits.Len64(uint64(span)) }

// New returns a converter of so many bits for sums in low..high, which
// contains zero. mode is "clip" or "scale".
func New(mode string, resolution int, low, high int64) Converter {
	codes := int64(1)<<resolution - 1
	switch {
	case high-low <= codes:
		return Converter{low: low, high: high}
	case mode == "scale":
		return Converter{low: low, high: high, codes: float64(codes)}
	}
	low = max(low, -codes/2-1)
	return Converter{low: low, high: min(high, low+codes)}
}

// Convert gives what the digital side takes the code to mean, in units of the
// sum; clipped says that the sum lay outside the codes.
func (c *Converter) Convert(sum int64) (value float64, clipped bool) {
	switch {
	case sum < c.low:
		return float64(c.low), true
	case sum > c.high:
		return float64(c.high), true
	case c.codes == 0:
		return float64(sum), false
	}
	return c.scaled(sum), false
}

// scaled rounds to the nearest of the widened codes; the last one is exact.
func (c *Converter) scaled(sum int64) float64 {
	span := float64(c.high - c.low)
	code := math.RoundToEven(float64(sum-c.low) * c.codes / span)
	return float64(c.low) + code*span/c.codes
}

// Ends are the lowest and the highest sum that has a code.
func (c Converter) Ends() (low, high float64) { return float64(c.low), float64(c.high) }

// Finer is the converter for sums that are no whole numbers, where mode is "scale": if
// there are more codes than sums, the step is the smallest whole fraction of one.
func (c Converter) Finer(mode string, resolution int) Converter {
	span := c.high - c.low
	if times := (int64(1)<<resolution - 1) / max(span, 1); mode == "scale" && c.codes == 0 && times > 1 {
		c.codes = float64(span * times)
	}
	return c
}

// ConvertReal is [Converter.Convert] of a sum that is no whole number: the nearest
// code, the even one of two.
func (c *Converter) ConvertReal(sum float64) (value float64, clipped bool) {
	switch low, high := float64(c.low), float64(c.high); {
	case sum < low-0.5:
		return low, true
	case sum > high+0.5:
		return high, true
	case c.codes == 0:
		return min(max(math.RoundToEven(sum), low), high), false
	default:
		code := math.RoundToEven((sum - low) * c.codes / (high - low))
		return low + min(max(code, 0), c.codes)*(high-low)/c.codes, false
	}
}
