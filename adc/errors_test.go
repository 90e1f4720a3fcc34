package adc

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
	"pgregory.net/rapid"

	"xbar/sim/model/modeltest"
)

// streams gives a source for each stream of a seed.
func newStreams(seed uint64) func(uint64) *rand.Rand {
	return func(k uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, k)) }
}

// both are those of a converter, and of its array.
func both(seed uint64) (unit, array func(uint64) *rand.Rand) {
	return newStreams(seed), newStreams(seed + 1<<32)
}

var circuits = []string{"quantizer", "symmetric", "ramp", "sar", "pipeline", "cyclic"}

// Units without errors are the ideal converters, in all circuits and ranges.
func TestUnitsWithoutErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{
			Circuit: rapid.SampledFrom(circuits).Draw(t, "circuit"), Resolution: rapid.IntRange(2, 10).Draw(t, "bits"),
			GainDB: rapid.Float64Range(20, 120).Draw(t, "gain"), SplitCapacitors: rapid.Bool().Draw(t, "split"), SymmetricCapacitors: rapid.Bool().Draw(t, "symmetric"),
		}
		low, high := rapid.Float64Range(-50, 0).Draw(t, "low"), rapid.Float64Range(0.1, 50).Draw(t, "high")
		later := rapid.IntRange(0, c.Resolution-2).Draw(t, "later")
		bits := c.Resolution - later
		want, err := c.NewTransfer(bits, low, high)
		if err != nil {
			t.Fatal(err)
		}
		got, scale := c.NewUnit(both(1)), c.Scale(bits, later, low, high)
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		for range 200 {
			sum := low + (1.4*r.Float64()-0.2)*(high-low)
			a, clippedA := want.ConvertReal(sum)
			b, clippedB := got.Convert(&scale, sum, 0)
			if math.Abs(a-b) > 1e-9*(high-low) || clippedA != clippedB {
				t.Fatalf("%+v: %g reads %g, %v; without errors %g, %v", c, sum, b, clippedB, a, clippedA)
			}
		}
	})
}

// The same of converters that count whole sums.
func TestUnitsCountWholeSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mode := rapid.SampledFrom([]string{"clip", "scale"}).Draw(t, "mode")
		bits := rapid.IntRange(1, 12).Draw(t, "bits")
		low, high := rapid.Int64Range(-300, 0).Draw(t, "low"), rapid.Int64Range(1, 300).Draw(t, "high")
		want := New(mode, bits, low, high).Finer(mode, bits)
		c := Config{Circuit: "quantizer", Range: mode, Resolution: bits}
		got, scale := c.NewUnit(both(1)), want.Scale(bits, 0)
		sum := rapid.Float64Range(float64(low)-5, float64(high)+5).Draw(t, "sum")
		a, clippedA := want.ConvertReal(sum)
		b, clippedB := got.Convert(&scale, sum, 0)
		if math.Mod(math.Abs(sum), 1) == 0.5 {
			return // of two codes, the even one; which is that depends on where they begin
		}
		if math.Abs(a-b) > 1e-9 || clippedA != clippedB {
			t.Fatalf("%g reads %g, %v; without errors %g, %v", sum, b, clippedB, a, clippedA)
		}
	})
}

// Codes of widths that differ are in order, and the first and the last edge are where
// they should be; with an error of none the whole range is straight.
func TestEdges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{Circuit: rapid.SampledFrom(circuits[:2]).Draw(t, "circuit"), Resolution: rapid.IntRange(2, 10).Draw(t, "bits"), DNLError: rapid.Float64Range(0.01, 1).Draw(t, "dnl")}
		later := rapid.IntRange(0, c.Resolution-2).Draw(t, "later")
		u, scale := c.NewUnit(both(rapid.Uint64().Draw(t, "seed"))), c.Scale(c.Resolution-later, later, -1, 1)
		last := math.Inf(-1)
		for k := range 2000 {
			value, _ := u.Convert(&scale, -1.2+2.4*float64(k)/2000, 0)
			if value < last {
				t.Fatalf("a larger sum reads %g, after %g", value, last)
			}
			last = value
		}
		if later > 0 {
			return
		}
		for _, edge := range []int{1, scale.Last} {
			below, _ := u.Convert(&scale, scale.First+(float64(edge)-0.5-1e-6)*scale.Step(), 0)
			above, _ := u.Convert(&scale, scale.First+(float64(edge)-0.5+1e-6)*scale.Step(), 0)
			if !(below < above) {
				t.Errorf("the edge of code %d is not where it should be: %g and %g", edge, below, above)
			}
		}
	})
}

// ks is how far draws are from a normal of standard deviation σ at most, over what one
// in a thousand exceeds.
func ks(draws []float64, σ float64) float64 {
	slices.Sort(draws)
	n, worst := float64(len(draws)), 0.0
	for i, x := range draws {
		p := distuv.Normal{Sigma: σ}.CDF(x)
		worst = max(worst, math.Abs(p-float64(i)/n), math.Abs(p-float64(i+1)/n))
	}
	return worst * math.Sqrt(n) / 1.95
}

// Errors of many converters are as their standard deviations have them; the middle of a
// walk of widths as its figure does.
func TestErrorsAreDistributed(t *testing.T) {
	c := Config{Circuit: "quantizer", Resolution: 6, OffsetError: 0.7, GainError: 0.02, DNLError: 0.05}
	var offsets, gains, middles, walks []float64
	for seed := range uint64(3000) {
		u := c.NewUnit(both(seed))
		offsets, gains = append(offsets, u.offset), append(gains, u.gain-1)
		middles, walks = append(middles, u.inl[32]), append(walks, u.inl[16])
	}
	if r := stat.Correlation(offsets, gains, nil); math.Abs(r) > 0.09 {
		t.Errorf("offsets and gains go together: %g", r)
	}
	middle := c.inlFigure()
	for what, d := range map[string]float64{
		"offset": ks(offsets, 0.7), "gain": ks(gains, 0.02), "middle": ks(middles, middle.Value),
		"quarter": ks(walks, 0.05*math.Sqrt(15.0*47/62)),
	} {
		if d > 1 {
			t.Errorf("%s: %g times as far from normal as one in a thousand is", what, d)
		}
	}
	for _, f := range c.Errors() {
		modeltest.Check(t, f)
	}
	c.Noise = 0.5
	modeltest.Check(t, c.noiseFigure())
}

// A gain error multiplies sums, and an offset and noise add steps to them, of the
// resolution where there are fewer codes.
func TestGainAndOffset(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{Circuit: rapid.SampledFrom([]string{"quantizer", "symmetric", "pipeline"}).Draw(t, "circuit"), Resolution: 20, GainDB: 400, OffsetError: 500, GainError: 0.1}
		u := c.NewUnit(both(rapid.Uint64().Draw(t, "seed")))
		later := rapid.IntRange(0, 4).Draw(t, "later")
		s := c.Scale(20-later, later, -4, 4)
		sum, noise := rapid.Float64Range(-2, 2).Draw(t, "sum"), rapid.Float64Range(-50, 50).Draw(t, "noise")
		value, clipped := u.Convert(&s, sum, noise)
		want := sum*u.gain + (u.offset/math.Exp2(float64(later))+noise)*s.Step()
		if math.Abs(value-want) > 0.51*s.Step() || clipped {
			t.Errorf("%g reads %g, want %g", sum, value, want)
		}
	})
}

// What one error draws does not depend on the others.
func TestErrorsAreIndependent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := Config{Circuit: rapid.SampledFrom(circuits).Draw(t, "circuit"), Resolution: 6, GainDB: 80, OffsetError: 0.5, GainError: 0.1}
		if all.Circuit == "quantizer" || all.Circuit == "symmetric" {
			all.DNLError = 0.2
		} else {
			all.CapacitorError, all.ComparatorError = 0.05, 0.3
		}
		seed := rapid.Uint64().Draw(t, "seed")
		u := all.NewUnit(both(seed))
		some := all
		for _, e := range []*float64{&some.OffsetError, &some.GainError, &some.DNLError, &some.CapacitorError, &some.ComparatorError} {
			if rapid.Bool().Draw(t, "without") {
				*e = 0
			}
		}
		v := some.NewUnit(both(seed))
		same := func(what string, on float64, a, b []float64) {
			if on > 0 && !slices.Equal(a, b) {
				t.Errorf("%s: %v, and beside others %v", what, b, a)
			}
		}
		same("offset", some.OffsetError, []float64{u.offset}, []float64{v.offset})
		same("gain", some.GainError, []float64{u.gain}, []float64{v.gain})
		same("widths", some.DNLError, u.inl, v.inl)
		if u.circuit != nil {
			same("capacitors", some.CapacitorError, append(u.circuit.fractions, u.circuit.ratios...), append(v.circuit.fractions, v.circuit.ratios...))
			same("comparators", some.ComparatorError, u.circuit.comparators, v.circuit.comparators)
		}
	})
}

// Two banks of capacitors give what charge does that is shared out over a network: the
// voltages of the two nodes, where the capacitors of bits that are set are at one volt
// and all others at none.
func TestBanksAreCharges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(2, 9).Draw(t, "bits of a size")
		c := Config{Circuit: "sar", SplitCapacitors: true, Resolution: bits + 1, CapacitorError: 0.1, GainDB: 400}
		seed := rapid.Uint64().Draw(t, "seed")
		u := c.NewUnit(both(seed)).circuit
		r := newStreams(seed)(capacitorStream)
		of := func(units float64) float64 { return units + math.Sqrt(units)*(0.1*r.NormFloat64()) }
		low := (bits + 1) / 2
		ends, each := of(1), make([]float64, bits)
		for b := range each {
			each[b] = of(math.Exp2(float64(b % low)))
		}
		codes := math.Exp2(float64(low))
		bridge := of(codes / (codes - 1))
		k := rapid.IntRange(0, 1<<bits-1).Draw(t, "number")
		lower, upper := ends, 0.0
		var q [2]float64
		for b, cap := range each {
			set := float64(k >> b & 1)
			if b < low {
				lower += cap
				q[0] += set * cap
			} else {
				upper += cap
				q[1] += set * cap
			}
		}
		y := mat.NewDense(2, 2, []float64{lower + bridge, -bridge, -bridge, upper + bridge})
		var v mat.VecDense
		if err := v.SolveVec(y, mat.NewVecDense(2, q[:])); err != nil {
			t.Fatal(err)
		}
		if got, want := u.fractions[k], v.AtVec(1); math.Abs(got-want) > 1e-12 {
			t.Errorf("number %d of %d bits gives %g, and charge %g", k, bits, got, want)
		}
	})
}

// The redundancy of stages takes in what their comparators are off by: only the last one's
// offset is seen.
func TestStagesForgiveComparators(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Config{Circuit: rapid.SampledFrom([]string{"pipeline", "cyclic"}).Draw(t, "circuit"), Resolution: 8, GainDB: 400, ComparatorError: 4}
		u := c.NewUnit(both(rapid.Uint64().Draw(t, "seed")))
		last := len(u.circuit.comparators) - 1
		for _, offset := range u.circuit.comparators {
			if math.Abs(offset) > 30 { // a quarter of the reference is 32 steps
				return
			}
		}
		u.circuit.comparators[last] = 0
		scale := c.Scale(8, 0, -1, 1)
		sum := rapid.Float64Range(-0.999, 0.999).Draw(t, "sum")
		value, clipped := u.Convert(&scale, sum, 0)
		if math.Abs(value-sum) > scale.Step()/2*(1+1e-9) || clipped {
			t.Errorf("%g reads %g, more than half a step of %g away", sum, value, scale.Step())
		}
	})
}

// A unit capacitor's error makes, of binary ones, a step at the middle code whose
// deviation is c·√(2^B − 1).
func TestMiddleStepOfCapacitors(t *testing.T) {
	c := Config{Circuit: "sar", Resolution: 6, CapacitorError: 0.002, GainDB: 400}
	var steps []float64
	for seed := range uint64(3000) {
		f := c.NewUnit(both(seed)).circuit.fractions
		steps = append(steps, (f[32]-f[31])*64-1)
	}
	if σ, want := stat.StdDev(steps, nil), 0.002*math.Sqrt(63); math.Abs(σ/want-1) > 0.06 {
		t.Errorf("σ = %g, want %g", σ, want)
	}
}

// A ramp is one for all converters of an array, whose comparators differ; other circuits
// have capacitors of their own.
func TestRampsAreShared(t *testing.T) {
	for _, circuit := range circuits[2:] {
		c := Config{Circuit: circuit, Resolution: 5, GainDB: 100, CapacitorError: 0.02, ComparatorError: 0.5}
		one, other := c.NewUnit(newStreams(1), newStreams(9)).circuit, c.NewUnit(newStreams(2), newStreams(9)).circuit
		same := slices.Equal(one.fractions, other.fractions) && slices.Equal(one.ratios, other.ratios)
		if same != (circuit == "ramp") || one.comparators[0] == other.comparators[0] {
			t.Errorf("%s: capacitors are the same: %v", circuit, same)
		}
	}
}
