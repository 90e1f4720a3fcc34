package adc

import (
	"fmt"
	"math"
	"sort"
)

// Transfer is what the digital side takes for a sum that a converter sees: the
// converter's transfer function from a real number to the number that the code
// stands for, in the same unit, and whether the sum lay beyond the codes.
type Transfer interface {
	ConvertReal(sum float64) (value float64, clipped bool)
}

// NewTransfer is a converter of so many bits for sums from low to high. It
// errs where its amplifiers' gain is too low for that.
func (c *Config) NewTransfer(bits int, low, high float64) (Transfer, error) {
	switch c.Circuit {
	case "ideal":
		return Exact{}, nil
	case "quantizer":
		return NewQuantizer(low, high, int64(1)<<bits), nil
	case "symmetric":
		return NewQuantizer(low, high, max(int64(1)<<bits-1, 2)), nil // a phase may leave it one bit
	}
	return Circuit{
		Kind: c.Circuit, Bits: bits, Low: low, High: high,
		GainDB: c.GainDB, Split: c.SplitCapacitors, Symmetric: c.SymmetricCapacitors,
	}.New()
}

// Exact passes a sum as it is.
type Exact struct{}

// ConvertReal returns the sum.
func (Exact) ConvertReal(sum float64) (float64, bool) { return sum, false }

// Quantizer rounds to the nearest of so many levels from low to high, ties to the
// even one, and clips what is beyond.
type Quantizer struct{ low, high, steps float64 }

// NewQuantizer is a quantiser of at least two levels between two ends.
func NewQuantizer(low, high float64, levels int64) *Quantizer {
	return &Quantizer{low, high, float64(levels - 1)}
}

// ConvertReal gives the level of a sum. One is clipped that is more than half a step
// beyond the last.
func (q *Quantizer) ConvertReal(sum float64) (float64, bool) {
	span := q.high - q.low
	half := span / q.steps / 2
	value := math.RoundToEven((min(max(sum, q.low), q.high)-q.low)*q.steps/span)*span/q.steps + q.low
	return value, sum < q.low-half || sum > q.high+half
}

// Circuit is a converter whose amplifiers have a finite gain. Codes k = 0 … 2^B − 1
// stand for V·(2k + 1 − 2^B)/2^B, and V is the larger end of its range.
type Circuit struct {
	Kind      string  // "ramp", "sar", "pipeline" or "cyclic"
	Bits      int     // of the code, 1 … 24
	Low, High float64 // sums beyond are clipped
	GainDB    float64 // of the amplifiers
	Split     bool    // of a SAR converter: its capacitors are split, and the feedback factor is 1
	Symmetric bool    // of a ramp, or a SAR converter that is not split: the capacitors work from the middle code
}

// circuit is a converter at work.
type circuit struct {
	Circuit
	reference float64
	codes     float64   // 2^B
	levels    []float64 // of a ramp; thresholds of a SAR converter
	residue   float64   // by what gain is short, of a pipeline
}

// New is the transfer function of a circuit.
func (c Circuit) New() (Transfer, error) {
	w := &circuit{Circuit: c, reference: max(math.Abs(c.Low), math.Abs(c.High)), codes: math.Exp2(float64(c.Bits))}
	gain := math.Pow(10, c.GainDB/20)
	switch c.Kind {
	case "ramp":
		w.levels = c.ladder(w.reference, gain, 0)
	case "sar":
		w.levels = c.ladder(w.reference, gain, 1)
	case "pipeline", "cyclic":
		w.residue = 1 + 2/gain
	default:
		return nil, fmt.Errorf("adc: no circuit %q", c.Kind)
	}
	if !sort.Float64sAreSorted(w.levels) {
		return nil, fmt.Errorf("adc: a gain of %g dB leaves the levels of a %s converter of %d bits in no order", c.GainDB, c.Kind, c.Bits)
	}
	return w, nil
}

// ladder is V·(2n + 1)/2^B, n counted from the middle code, less what the gain is
// short by, and less so many halves of a step.
func (c *Circuit) ladder(reference, gain, halves float64) []float64 {
	codes := math.Exp2(float64(c.Bits))
	levels := make([]float64, int(codes))
	for k := range levels {
		n := float64(k) - codes/2
		feedback := codes / (codes + float64(k))
		switch {
		case c.Kind == "sar" && c.Split:
			feedback = 1
		case c.Symmetric:
			feedback = codes / 2 / (codes/2 + math.Abs(n))
		}
		levels[k] = reference*(2*n+1)/codes/(1+1/(gain*feedback)) - halves*reference/codes
	}
	return levels
}

// ConvertReal finds the code of a sum and gives what it stands for.
func (c *circuit) ConvertReal(sum float64) (float64, bool) {
	v := min(max(sum, c.Low), c.High)
	var k int
	switch c.Kind {
	case "ramp":
		k = c.nearest(v)
	case "sar":
		k = c.search(v)
	default:
		k = c.redundant(v)
	}
	half := c.reference / c.codes
	return c.reference * (2*float64(k) + 1 - c.codes) / c.codes, sum < c.Low-half || sum > c.High+half
}

// nearest is the level that a ramp is closest to, the lower one of two.
func (c *circuit) nearest(v float64) int {
	k := sort.SearchFloat64s(c.levels, v)
	if k == len(c.levels) || k > 0 && v-c.levels[k-1] <= c.levels[k]-v {
		k--
	}
	return k
}

// search decides bit by bit, the highest first.
func (c *circuit) search(v float64) (k int) {
	for bit := len(c.levels) / 2; bit > 0; bit /= 2 {
		if v > c.levels[k+bit] {
			k += bit
		}
	}
	return k
}

// redundant decides one and a half bits a stage and passes the doubled residue on.
func (c *circuit) redundant(v float64) (k int) {
	for s := range c.Bits - 1 {
		add := 0.0
		switch {
		case v > c.reference/4:
			k += 1 << (c.Bits - 1 - s)
			add = -c.reference
		case v < -c.reference/4:
			add = c.reference
		default:
			k += 1 << (c.Bits - 2 - s)
		}
		v = (2*v + add) / c.residue
	}
	if v > 0 {
		k++
	}
	return k
}
