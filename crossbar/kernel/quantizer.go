package kernel

import "math"

// Quantizer rounds sums, in units of Unit, to the nearest of Steps + 1 levels from Low to
// High, the even one of two. Clipped is one below Below or above Above.
type Quantizer struct{ Unit, Low, High, Steps, Below, Above float64 }

// Convert gives the values of as many sums as there is room for, and counts the clipped ones.
// The two may be the same numbers.
func (q *Quantizer) Convert(values, sums []float64) (clipped int) {
	n, from := len(values), 0
	sums = sums[:n]
	if n >= 4 && fast {
		from = n &^ 3
		clipped = quantizeAVX2(&values[0], &sums[0], from, q)
	}
	return clipped + q.quantize(values[from:], sums[from:])
}

func (q *Quantizer) quantize(values, sums []float64) (clipped int) {
	span := q.High - q.Low
	for i, sum := range sums {
		sum /= q.Unit
		if sum < q.Below || sum > q.Above {
			clipped++
		}
		if !(sum > q.Low) {
			sum = q.Low
		}
		if !(sum < q.High) {
			sum = q.High
		}
		level := math.RoundToEven(float64((sum-q.Low)*q.Steps) / span)
		values[i] = (float64(level*span)/q.Steps + q.Low) * q.Unit
	}
	return clipped
}
