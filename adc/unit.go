package adc

import (
	"math"
	"math/rand/v2"
)

// Unit is one converter of a chip, with errors of its own that stay as they are, beside
// the noise that every conversion has anew.
type Unit struct {
	gain, offset float64 // by which sums are multiplied, and steps of the resolution
	noise        float64 // in such steps
	inl          []float64
	circuit      *unitCircuit // nil: a quantiser
}

// The errors, each of which has a stream of its own.
const (
	offsetStream = iota
	gainStream
	dnlStream
	capacitorStream
	comparatorStream
	streams
)

// NewUnit draws a converter's errors, of which each has random numbers of its own: those
// of stream k come from random(k), so that none changes another. The capacitors of a ramp
// are the same for all converters of an array, and come from array(k).
func (c *Config) NewUnit(random, array func(stream uint64) *rand.Rand) *Unit {
	u := &Unit{gain: 1, noise: c.Noise}
	if c.OffsetError > 0 {
		u.offset = c.OffsetError * random(offsetStream).NormFloat64()
	}
	if c.GainError > 0 {
		u.gain += c.GainError * random(gainStream).NormFloat64()
	}
	switch c.Circuit {
	case "", "quantizer":
		u.inl = c.edges(1<<c.Resolution, random)
	case "symmetric":
		u.inl = c.edges(1<<c.Resolution-1, random)
	default:
		if c.Circuit != "ramp" {
			array = random
		}
		u.circuit = c.newUnitCircuit(random, array)
	}
	return u
}

// edges is by how many steps the lower edge of each of so many codes is off: the sum of
// what the widths of the codes below it are. The first and the last edge are where they
// should be; a width below zero is none, and its code missing.
func (c *Config) edges(codes int, random func(stream uint64) *rand.Rand) []float64 {
	if c.DNLError == 0 || codes < 3 {
		return nil
	}
	r, inl, total := random(dnlStream), make([]float64, codes), 0.0
	for k := 2; k < codes; k++ {
		total += max(1+c.DNLError*r.NormFloat64(), 0)
		inl[k] = total
	}
	if total == 0 {
		return nil
	}
	scale := float64(codes-2) / total
	for k := 2; k < codes; k++ {
		inl[k] = inl[k]*scale - float64(k-1)
	}
	return inl
}

// Numbers is how many a unit holds.
func (c *Config) Numbers() int64 {
	ladder := c.Circuit == "ramp" || c.Circuit == "sar"
	if ladder || c.DNLError > 0 {
		return 1 << c.Resolution
	}
	return 0
}

// unitCircuit is a circuit whose capacitors and comparators are not what they should be:
// one of Spear et al.
type unitCircuit struct {
	kind        string
	bits        int
	gain        float64
	fractions   []float64   // what the capacitors of number k give, over the reference
	feedback    []float64   // and the share of it that is fed back
	symmetric   bool        // numbers are sizes, from the middle code
	comparators []float64   // offsets, in steps of the resolution; of stages, two each, and the last
	ratios      []float64   // of a stage's capacitors
	levels      [][]float64 // of codes of so many bits less; nil: not asked for yet
}

func (c *Config) newUnitCircuit(random, array func(stream uint64) *rand.Rand) *unitCircuit {
	u := &unitCircuit{kind: c.Circuit, bits: c.Resolution, gain: math.Pow(10, c.GainDB/20), levels: make([][]float64, c.Resolution)}
	draw := func(from func(stream uint64) *rand.Rand, stream uint64, σ float64) func() float64 {
		if σ == 0 {
			return func() float64 { return 0 }
		}
		r := from(stream)
		return func() float64 { return σ * r.NormFloat64() }
	}
	capacitor, comparator := draw(array, capacitorStream, c.CapacitorError), draw(random, comparatorStream, c.ComparatorError)
	stages := 0
	switch c.Circuit {
	case "pipeline":
		stages = u.bits - 1
	case "cyclic":
		stages = min(u.bits-1, 1)
	default:
		u.capacitors(c, capacitor)
	}
	for range stages {
		first, second := 1+capacitor(), 1+capacitor()
		u.ratios = append(u.ratios, second/first)
	}
	for range 2*stages + 1 {
		u.comparators = append(u.comparators, comparator())
	}
	return u
}

// capacitors works out what a DAC of capacitors gives of each number, where one of so
// many units has an error that goes with the root of them.
func (u *unitCircuit) capacitors(c *Config, draw func() float64) {
	of := func(units float64) float64 { return max(units+math.Sqrt(units)*draw(), 0) }
	split := c.Circuit == "sar" && c.SplitCapacitors
	u.symmetric = split || c.SymmetricCapacitors
	all := u.bits
	if u.symmetric {
		all-- // bits of a size
	}
	u.fractions, u.feedback = make([]float64, 1<<all+1), make([]float64, 1<<all+1)
	if split {
		u.bridged(all, of)
		return
	}
	each := make([]float64, all)
	for b := range each {
		each[b] = of(math.Exp2(float64(b)))
	}
	feedback := of(math.Exp2(float64(all)))
	for k := range u.fractions {
		total := feedback // of the one number that has no bits beside its top
		if k < 1<<all {
			total = sum(each, k)
		}
		u.fractions[k] = total / feedback
		u.feedback[k] = feedback / (feedback + total)
	}
}

// bridged is two banks of capacitors, of the lower and of the upper bits, with one
// between them that makes less of the lower.
func (u *unitCircuit) bridged(bits int, of func(units float64) float64) {
	low := min((bits+1)/2, bits)
	lower, upper := make([]float64, low), make([]float64, bits-low)
	ends := of(1)
	last := ends
	for b := range lower {
		lower[b] = of(math.Exp2(float64(b)))
		last += lower[b]
	}
	first := 0.0
	for b := range upper {
		upper[b] = of(math.Exp2(float64(b)))
		first += upper[b]
	}
	for k := range u.fractions {
		u.fractions[k], u.feedback[k] = 1, 1
	}
	if low == 0 {
		u.fractions[0] = 0
		return
	}
	codes := math.Exp2(float64(low))
	bridge := of(codes / (codes - 1))
	for k := range 1 << bits {
		a, b := sum(lower, k), sum(upper, k>>low)
		u.fractions[k] = (a*bridge + b*(last+bridge)) / ((last+bridge)*(first+bridge) - bridge*bridge)
	}
}

// sum is the capacitors of the bits that are set.
func sum(of []float64, bits int) (total float64) {
	for b, c := range of {
		total += float64(bits>>b&1) * c
	}
	return total
}

// less is the levels of codes of so many bits less than all over the reference: of a ramp,
// or the thresholds of a SAR converter. The lowest capacitors are left alone.
func (u *unitCircuit) less(later int) []float64 {
	if u.fractions == nil || u.levels[later] != nil {
		return u.levels[later]
	}
	codes := 1 << (u.bits - later)
	levels := make([]float64, codes)
	for k := range levels {
		level, feedback := u.level(k-codes/2, codes, later)
		levels[k] = (level + 1/float64(codes)) / (1 + 1/(u.gain*feedback))
		if u.kind == "sar" {
			levels[k] -= 1 / float64(codes)
		} else if k > 0 {
			levels[k] = max(levels[k], levels[k-1]) // a ramp that falls was there before
		}
	}
	u.levels[later] = levels
	return levels
}

// level is what the capacitors give of n steps from the middle, from −1 to 1.
func (u *unitCircuit) level(n, codes, later int) (level, feedback float64) {
	if !u.symmetric {
		k := (n + codes/2) << later
		return 2*u.fractions[k] - 1, u.feedback[k]
	}
	if n < 0 {
		k := -n << later
		return -u.fractions[k], u.feedback[k]
	}
	k := n << later
	return u.fractions[k], u.feedback[k]
}

// decide is the code of a sum.
func (u *unitCircuit) decide(s *Scale, sum float64) int {
	step := 2 / math.Exp2(float64(u.bits)) // of the resolution, over the reference
	switch u.kind {
	case "ramp", "sar":
		w := circuit{levels: u.less(s.Later)}
		v := sum/s.Reference + u.comparators[0]*step
		if u.kind == "ramp" {
			return w.nearest(v)
		}
		return w.search(v)
	}
	// In the reference's own unit, as [circuit.redundant] is: sums of zero are on an edge.
	v, reference := sum, s.Reference
	step *= reference
	code, last := 0, u.comparators[len(u.comparators)-1]
	for stage := range s.Bits - 1 {
		of := stage % len(u.ratios)
		ratio, add := u.ratios[of], 0.0
		switch {
		case v > reference/4+u.comparators[2*of]*step:
			code += 1 << (s.Bits - 1 - stage)
			add = -reference
		case v < -reference/4+u.comparators[2*of+1]*step:
			add = reference
		default:
			code += 1 << (s.Bits - 2 - stage)
		}
		v = ((1+ratio)*v + add*ratio) / (1 + (1+ratio)/u.gain)
	}
	if v > last*step {
		code++
	}
	return code
}
