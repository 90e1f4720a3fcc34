package theory

import "math"

// EffectiveBits is what a converter at the foot of a column of n rows must
// resolve for an output to be as accurate as a sum that is rounded to so many
// bits:
//
//	b = B + ½·log2 n
//
// For uniform inputs and weights of both signs the range of a sum is n times
// that of a product, and ±3σ of it √n times. A digital machine rounds the
// latter to B bits; a converter that takes in the whole range needs ½·log2 n
// more for the same step.
func EffectiveBits(bits int, n int64) float64 { return float64(bits) + math.Log2(float64(n))/2 }

// RoundingSNR is the signal-to-noise power ratio of such a sum so rounded:
// σ² = n/36 over a step of √n/2^B, 4^B/3.
func RoundingSNR(bits int) float64 { return math.Pow(4, float64(bits)) / 3 }

// LadderCapacitance is the least unit, in farad, of C-2C ladders whose column of
// n keeps the noise of its own capacitance, kT/(2·C·n), below what a full-scale
// sine of so many effective bits leaves room for, V²/8 over 1.5·4^b, at 300 K.
func LadderCapacitance(effective float64, n int64, volts float64) float64 {
	const kT = 1.380649e-23 * 300
	return 6 * kT * math.Pow(4, effective) / (float64(n) * volts * volts)
}

// Crossing is where one curve comes to exceed another for good, both positive
// and given at the same rising xs: between two of them log a/b is a straight
// line. It reports false if a does not end above b, or never lies below.
func Crossing(xs, a, b []float64) (x float64, ok bool) {
	over := func(i int) float64 { return math.Log(a[i] / b[i]) }
	for i := len(xs) - 1; i > 0 && over(i) > 0; i-- {
		if over(i-1) <= 0 {
			return xs[i-1] + (xs[i]-xs[i-1])*over(i-1)/(over(i-1)-over(i)), true
		}
	}
	return 0, false
}
