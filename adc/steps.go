package adc

// Steps is a transfer function that rounds a sum to the nearest of Codes + 1 equal steps
// from Low to High, the even one of two, and clips one that is below Below or above Above.
// Without codes, sums are whole numbers and have one each.
type Steps struct{ Low, High, Codes, Below, Above float64 }

// Steps is what the converter does to sums that are no whole numbers. Those that are fare
// the same as with [Converter.Convert].
func (c *Converter) Steps() Steps {
	low, high := c.Ends()
	return Steps{low, high, c.codes, low - 0.5, high + 0.5}
}

// Steps is what the quantiser does.
func (q *Quantizer) Steps() Steps {
	half := (q.high - q.low) / q.steps / 2
	return Steps{q.low, q.high, q.steps, q.low - half, q.high + half}
}

// Memoryless reports whether a transfer function is one: a sum has the same value each time.
func Memoryless(t Transfer) bool {
	switch t.(type) {
	case Exact, *Quantizer, *circuit, *Converter:
		return true
	}
	return false
}
