package dac

import (
	"math"
	"math/rand/v2"
)

// Random reports whether one driver differs from another, or a load from the next.
func (c *Config) Random() bool {
	return c.OffsetError > 0 || c.GainError > 0 || c.DNLError > 0 || c.ResistorError > 0 || c.Noise > 0
}

// Driver is one row's converter, with errors of its own that stay as they are, beside
// the noise that every load has anew.
type Driver struct {
	gain, offset float64   // by which levels are multiplied, and steps
	noise        float64   // in steps
	levels       []float64 // of each size of a digit; nil: as they should be
	bits         []float64 // what each bit adds instead, of a ladder; nil: there is none
}

// The errors, each of which has a stream of its own.
const (
	offsetStream = iota
	gainStream
	dnlStream
	resistorStream
)

// NewDriver draws a driver's errors, of which each has random numbers of its own: those
// of stream k come from random(k), so that none changes another.
func (c *Config) NewDriver(random func(stream uint64) *rand.Rand) *Driver {
	d := &Driver{gain: 1, noise: c.Noise}
	if c.OffsetError > 0 {
		d.offset = c.OffsetError * random(offsetStream).NormFloat64()
	}
	if c.GainError > 0 {
		d.gain += c.GainError * random(gainStream).NormFloat64()
	}
	if c.DNLError > 0 {
		d.levels = c.steps(random(dnlStream))
	}
	if c.ResistorError > 0 {
		d.bits = c.ladderBits(random(resistorStream))
	}
	return d
}

// steps is the levels of all sizes of a digit: sums of steps that are not alike, but end
// where they should.
func (c *Config) steps(random *rand.Rand) []float64 {
	levels, total := make([]float64, 1<<c.Bits), 0.0
	for k := 1; k < len(levels); k++ {
		total += c.DNLError * random.NormFloat64()
		levels[k] = total
	}
	last := float64(len(levels) - 1)
	for k := range levels {
		levels[k] += float64(k) * (1 - total/last)
	}
	return levels
}

// ladderBits is what each bit of an R-2R ladder adds to its level, in steps. Seen from a
// node, what lies below is a source behind a resistance: the node's leg of 2R divides
// both, and R leads to the next.
func (c *Config) ladderBits(random *rand.Rand) []float64 {
	r := func() float64 { return max(1+c.ResistorError*random.NormFloat64(), 0) }
	bits, below := make([]float64, c.Bits), r()+r()
	for b := range bits {
		if b > 0 {
			below += r()
		}
		leg := r() + r()
		for lower := range b {
			bits[lower] *= leg / (below + leg)
		}
		bits[b] = math.Exp2(float64(c.Bits)) * below / (below + leg)
		below *= leg / (below + leg)
	}
	return bits
}

// Noise is the standard deviation of a load, in steps.
func (d *Driver) Noise() float64 { return d.noise }

// Level is what a driver makes of a digit, to which so many steps are added.
func (d *Driver) Level(digit, steps float64) float64 {
	level := digit
	switch size := int(math.Abs(digit)); {
	case d.levels != nil:
		level = math.Copysign(d.levels[size], digit)
	case d.bits != nil:
		level = 0
		for b, of := range d.bits {
			level += float64(size>>b&1) * of
		}
		level = math.Copysign(level, digit)
	}
	return level*d.gain + d.offset + steps
}

// Numbers is how many a driver holds.
func (c *Config) Numbers() int64 {
	if c.DNLError > 0 {
		return 1 << c.Bits
	}
	return 0
}
