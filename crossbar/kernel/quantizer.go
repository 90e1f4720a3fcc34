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
	for i, sum := range sums {
		value, beyond := q.value(sum)
		values[i] = value
		clipped += beyond
	}
	return clipped
}

// Add adds base·(significance·value) of as many sums as there are, and counts the clipped
// ones.
func (q *Quantizer) Add(y []float64, sums []int32, significance, base float64) (clipped int) {
	n, from := len(y), 0
	sums = sums[:n]
	if n >= 4 && fast {
		from = n &^ 3
		clipped = addAVX2(&y[0], &sums[0], from, q, significance, base)
	}
	return clipped + q.add(y[from:], sums[from:], significance, base)
}

func (q *Quantizer) add(y []float64, sums []int32, significance, base float64) (clipped int) {
	for i, sum := range sums {
		value, beyond := q.value(float64(sum))
		y[i] += float64(base * float64(significance*value))
		clipped += beyond
	}
	return clipped
}

func (q *Quantizer) value(sum float64) (value float64, beyond int) {
	sum /= q.Unit
	if sum < q.Below || sum > q.Above {
		beyond = 1
	}
	if !(sum > q.Low) {
		sum = q.Low
	}
	if !(sum < q.High) {
		sum = q.High
	}
	span := q.High - q.Low
	level := math.RoundToEven(float64((sum-q.Low)*q.Steps) / span)
	return (float64(level*span)/q.Steps + q.Low) * q.Unit, beyond
}
