package system

import (
	"context"
	"fmt"
	"math"
	"testing"

	"xbar/adc"
	"xbar/configs"
	"xbar/sim/theory"
)

// equalStudy draws numbers of both signs for the analog machine of the precision
// law.
const equalStudy = `
inferences = 1
[workload]
values = "exact"
kernel = [{ name = "k", L = 10, N = %d, M = 400, input_bits = %d, weight_bits = %[2]d }]
[[machine]]
name = "words"
preset = "c2c-28nm"
`

// Equal accuracy, number by number: the analog outputs are as near to the exact
// sums as those that are rounded to B bits of ±3σ, saturated or not.
func TestPrecisionIsOfEqualAccuracy(t *testing.T) {
	ctx := context.Background()
	s, err := newLawStudy(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int64{64, 256} {
		for bits := 3; bits <= mostBits; bits++ {
			cfg, err := configs.Parse("study.toml", fmt.Appendf(nil, equalStudy, n, bits), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			cfg.Machines[0] = *s.machine(whole, bits, n)
			cfg.Machines[0].Chip.ArraysPerTile = 8 // 400 outputs
			result, err := Run(ctx, cfg, Options{})
			if err != nil {
				t.Fatal(err)
			}
			analog := result.Machines[0].Values.RMSError
			work, err := newWorkload(ctx, cfg)
			if err != nil {
				t.Fatal(err)
			}
			sums, err := newReference(work).outputs(ctx)
			if err != nil {
				t.Fatal(err)
			}
			top := math.Exp2(float64(bits)) - 1
			step := math.Sqrt(float64(n)) * top * top / math.Exp2(float64(bits))
			rounded, saturated, signal := roundedTo(sums[0], step, math.Exp2(float64(bits)))
			if analog > 1.05*rounded || analog > saturated*1.05 {
				t.Errorf("%d rows, %d bits: analog outputs are off by %.3g, those of %d bits by %.3g, saturated by %.3g", n, bits, analog, bits, rounded, saturated)
			}
			if analog < 0.9*rounded {
				t.Errorf("%d rows, %d bits: analog outputs are off by %.3g, better than %.3g: they pay for bits that nobody asked for", n, bits, analog, rounded)
			}
			if got := math.Pow(signal/analog, 2) / theory.RoundingSNR(bits); bits > 4 && math.Abs(got-1) > 0.15 {
				t.Errorf("%d rows, %d bits: a signal-to-noise ratio of %.3g times the closed form's", n, bits, got)
			}
		}
	}
}

// roundedTo is the root mean squares of what rounding sums to a step takes away,
// without and with an end to the codes, and of the sums.
func roundedTo(sums []int64, step, codes float64) (rounded, saturated, signal float64) {
	for _, sum := range sums {
		y := float64(sum)
		code := math.Round(y / step)
		held := min(max(code, -codes/2), codes/2-1)
		rounded += (y - step*code) * (y - step*code)
		saturated += (y - step*held) * (y - step*held)
		signal += y * y
	}
	n := float64(len(sums))
	return math.Sqrt(rounded / n), math.Sqrt(saturated / n), math.Sqrt(signal / n)
}

// Each series is a machine of its own, and the closed form is that of all of
// them, with any converter.
func TestPrecisionIsTheClosedForm(t *testing.T) {
	s, err := newLawStudy(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, how := range []manner{whole, matched, sliced, trees} {
		for _, n := range crossingSides {
			for _, model := range precisionADCs {
				for _, bits := range []int{2, 7, 12} {
					m := s.machine(how, bits, n)
					model.set(&m.ADC)
					m.ADC.ENOB = max(m.ADC.ENOB, 4)
					r, err := s.run(context.Background(), m, bits)
					if err != nil {
						t.Fatal(err)
					}
					if math.Abs(r.measured/r.theory-1) > 1e-12 || r.readout <= 0 || r.readout >= r.measured || r.measured >= r.total {
						t.Errorf("%d, %d rows, %s, %d bits: %+v", how, n, model.name, bits, r)
					}
				}
			}
		}
	}
}

// Converting bit by bit, each sum exactly, costs more than summing digitally at
// any bits and on any of the arrays; amplified sums cost less where curves are drawn.
func TestPrecisionBitByBit(t *testing.T) {
	s, err := newLawStudy(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range crossingSides {
		var spent [4][]float64
		for _, how := range []manner{matched, sliced, trees} {
			if spent[how], _, err = s.curve(context.Background(), how, n, func(*adc.Config) {}); err != nil {
				t.Fatal(err)
			}
		}
		for i, digital := range spent[trees] {
			if spent[sliced][i] <= digital {
				t.Errorf("%d rows, %d bits: %g J by bits, %g digitally", n, fewestBits+i, spent[sliced][i], digital)
			}
			if n == side && spent[matched][i] >= digital {
				t.Errorf("%d rows, %d bits: %g J amplified, %g digitally", n, fewestBits+i, spent[matched][i], digital)
			}
		}
	}
}

// No machine of the law costs less than physics allows.
func TestPrecisionIsAboveTheFloors(t *testing.T) {
	s, err := newLawStudy(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, how := range []manner{whole, matched, sliced, trees} {
		for _, n := range crossingSides {
			for bits := fewestBits; bits <= mostBits; bits++ {
				m := s.machine(how, bits, n)
				for _, l := range m.Limits() {
					if l.Below() {
						t.Errorf("%d, %d rows, %d bits: %s %s takes %s, less than %s", how, n, bits, l.Component, l.Action, l.Value.Result(), l.Floor.Result())
					}
				}
				least := theory.LadderCapacitance(float64(m.ADC.Resolution), n, float64(m.Cell.Voltage))
				if how != trees && float64(m.Cell.UnitCapacitance) < least {
					t.Errorf("%d rows, %d bits: ladders of %v, noise asks for %g F", n, bits, m.Cell.UnitCapacitance, least)
				}
			}
		}
	}
}

// Converters that do not feel noise in the range of the law do not meet it.
func TestPrecisionCanFail(t *testing.T) {
	s, err := newLawStudy(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.words.ADC = adc.Config{
		Model: "walden", FigureOfMerit: 1e-15, PerArray: 1, Timing: "given", Latency: 1e-9, Range: "scale", ENOB: 8,
	}
	l := s.precision()
	out := Law{ID: l.id, SlopeTheory: l.slope, Points: make([]LawPoint, len(l.xs))}
	if err := l.measure(context.Background(), &out, nil); err != nil {
		t.Fatal(err)
	}
	if out.Holds || out.Slope > 0.1 {
		t.Errorf("converters of any bits at one price: slope %g, holds %v", out.Slope, out.Holds)
	}
}
