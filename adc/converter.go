package adc

import (
	"math"
	"math/bits"
)

// Converter reads an integer column sum. The value is what the digital side
// takes the code to mean, in units of the sum; clipped says that the sum lay
// outside the codes.
type Converter interface {
	Convert(sum int64) (value float64, clipped bool)
}

// LosslessBits is ⌈log2(span + 1)⌉: the resolution that gives each of the
// sums 0..span a code of its own.
func LosslessBits(span int64) int { return bits.Len64(uint64(span)) }

// New returns a converter of so many bits for sums in low..high, which
// contains zero. mode is "clip" or "scale".
func New(mode string, resolution int, low, high int64) Converter {
	codes := int64(1)<<resolution - 1
	if mode == "scale" && high-low > codes {
		return scaling{low: float64(low), high: float64(high), step: float64(high-low) / float64(codes)}
	}
	if high-low > codes {
		low = max(low, -codes/2-1)
		high = min(high, low+codes)
	}
	return clipping{low: low, high: high}
}

type clipping struct{ low, high int64 }

func (c clipping) Convert(sum int64) (float64, bool) {
	if sum < c.low {
		return float64(c.low), true
	}
	if sum > c.high {
		return float64(c.high), true
	}
	return float64(sum), false
}

type scaling struct{ low, high, step float64 }

func (c scaling) Convert(sum int64) (float64, bool) {
	x := float64(sum)
	if x < c.low {
		return c.low, true
	}
	if x > c.high {
		return c.high, true
	}
	return c.low + math.RoundToEven((x-c.low)/c.step)*c.step, false
}
