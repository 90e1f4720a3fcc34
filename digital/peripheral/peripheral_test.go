package peripheral_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/digital/peripheral"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/unit"
)

func none(string) bool { return false }

func equal(t modeltest.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Abs(want) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

func shiftAdd(nm float64, v unit.Volt, bits int) *peripheral.ShiftAdd {
	return &peripheral.ShiftAdd{Model: "adder", Node: unit.Metre(nm * 1e-9), Voltage: v, Flavour: "hp", Bits: bits}
}

// At 45 nm and 0.9 V the model is Horowitz's table itself.
func TestPublishedAdders(t *testing.T) {
	for _, test := range []struct {
		bits           int
		energy, area   float64
		multiply, both float64 // of the activation, energy and area
	}{
		{8, 0.03e-12, 36e-12, 0.2e-12, 282e-12},
		{16, 0.05e-12, 0, 0, 0},
		{32, 0.1e-12, 137e-12, 3.1e-12, 3495e-12},
	} {
		s := shiftAdd(45, 0.9, test.bits)
		a := &peripheral.Activation{Model: "multiplier", Node: 45e-9, Voltage: 0.9, Flavour: "hp", Bits: test.bits, Lanes: 1}
		for _, f := range []model.Figure{s.Operation(), s.Correction(), s.AreaEach(1, none), a.Operation(), a.AreaEach(none)} {
			modeltest.Check(t, f)
			if len(f.Warnings()) > 0 {
				t.Errorf("%s warns: %v", f.Name, f.Warnings())
			}
		}
		equal(t, "operation", s.Operation().Value, test.energy, 1e-9)
		equal(t, "correction", s.Correction().Value, test.energy, 1e-9)
		if test.area > 0 {
			equal(t, "area", s.AreaEach(1, none).Value, test.area, 1e-9)
			equal(t, "activation", a.Operation().Value, test.multiply+2*test.energy, 1e-9)
			equal(t, "area of an activation", a.AreaEach(none).Value, test.both+2*test.area, 1e-9)
		}
	}
}

func TestScaledAdder(t *testing.T) {
	s := shiftAdd(32, 0.9, 32)
	at45, at32 := 1.018*0.81-0.3107*0.9+0.1539, 0.8367*0.81-0.4341*0.9+0.1701
	equal(t, "energy", s.Operation().Value, 0.1e-12*at32/at45, 1e-9)
	equal(t, "area", s.AreaEach(1, none).Value, 137e-12*0.46, 1e-9)
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestUnpublishedNodes(t *testing.T) {
	s := shiftAdd(28, 0.9, 32)
	if err := s.Check(); err == nil || !strings.Contains(err.Error(), "28.0 nm hp; there is") {
		t.Errorf("28 nm: %v", err)
	}
	f := s.Operation()
	modeltest.Check(t, f)
	if len(f.Warnings()) != 1 || f.Value != shiftAdd(32, 0.9, 32).Operation().Value {
		t.Errorf("28 nm: %g, warnings %v", f.Value, f.Warnings())
	}
	if w := shiftAdd(32, 0.9, 4).Operation().Warnings(); len(w) != 1 {
		t.Errorf("4 bits: warnings %v", w)
	}
}

func TestGates(t *testing.T) {
	a := &peripheral.Accumulator{Model: "gates", Lanes: 16, Voltage: 0.9, Bits: 32, Toggle: 0.5}
	modeltest.Check(t, a.Add())
	modeltest.Check(t, a.AreaEach(none))
	equal(t, "energy", a.Add().Value, 0.5*32*(6+3)*0.7e-15*0.81, 1e-9)
	equal(t, "area", a.AreaEach(none).Value, 16*32*(7.8+6)*0.614e-12, 1e-9)
	if a.Check() != nil {
		t.Error("gates need no node")
	}
}

func TestGiven(t *testing.T) {
	written := func(key string) bool { return key == "area" }
	s := &peripheral.ShiftAdd{Model: "given", EnergyPerOperation: 1, EnergyPerCorrection: 2, Leakage: 3}
	a := &peripheral.Accumulator{Model: "given", EnergyPerAdd: 4, Leakage: 5, Area: 6}
	u := &peripheral.Activation{Model: "given", EnergyPerOperation: 7, Leakage: 8, Area: 9}
	for i, f := range []model.Figure{
		s.Operation(), s.Correction(), s.LeakageEach(none), a.Add(), a.LeakageEach(none), a.AreaEach(none), u.Operation(), u.LeakageEach(none), u.AreaEach(none),
	} {
		modeltest.Check(t, f)
		if f.Value != float64(i+1) {
			t.Errorf("%s is %g, want %d", f.Name, f.Value, i+1)
		}
	}
	zero := shiftAdd(45, 0.9, 32)
	if zero.AreaEach(1, written).Value != 0 {
		t.Error("the model goes before an area that is written")
	}
	lanes := &peripheral.Accumulator{Model: "adder", Lanes: 4, Node: 45e-9, Voltage: 0.9, Flavour: "hp", Bits: 32}
	equal(t, "area of 4 lanes", lanes.AreaEach(none).Value, 4*137e-12, 1e-9)
	equal(t, "area behind 16 converters", zero.AreaEach(16, none).Value, 16*137e-12, 1e-9)
	modeltest.Check(t, zero.AreaEach(16, none))
}

// Whatever the schema lets through has a finite energy that grows with width
// and supply.
func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]string{"adder", "gates"}).Draw(t, "model")
		flavour := rapid.SampledFrom([]string{"hp", "lp"}).Draw(t, "flavour")
		node := unit.Metre(math.Exp(rapid.Float64Range(-27, 6).Draw(t, "log node")))
		if rapid.Bool().Draw(t, "published") {
			node = unit.Metre(rapid.SampledFrom([]float64{130, 65, 45, 16, 7}).Draw(t, "node") * 1e-9)
		}
		// Closer to zero, an energy would lose digits as a subnormal number.
		toggle := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-200, 1)).Draw(t, "toggle")
		at := func(bits int, v float64) (operation, apply, area float64) {
			s := &peripheral.ShiftAdd{Model: kind, Node: node, Voltage: unit.Volt(v), Flavour: flavour, Bits: bits, Toggle: toggle}
			a := &peripheral.Activation{Model: "multiplier", Node: node, Voltage: unit.Volt(v), Flavour: flavour, Bits: bits, Lanes: 1}
			for _, f := range []model.Figure{s.Operation(), s.AreaEach(1, none), a.Operation(), a.AreaEach(none)} {
				modeltest.Check(t, f)
			}
			return s.Operation().Value, a.Operation().Value, s.AreaEach(1, none).Value
		}
		bits := rapid.IntRange(1, 64).Draw(t, "bits")
		wider := rapid.IntRange(bits, 64).Draw(t, "wider")
		low := rapid.Float64Range(0.6, 1e3).Draw(t, "V")
		high := rapid.Float64Range(low, 1e3).Draw(t, "more V")
		at(bits, math.Exp(rapid.Float64Range(-20, 0).Draw(t, "log V")))
		o, a, s := at(bits, low)
		ow, aw, sw := at(wider, low)
		oh, ah, _ := at(bits, high)
		const rounding = 1 + 1e-12
		if o > ow*rounding || a > aw*rounding || s > sw*rounding {
			t.Errorf("%d bits: %g, %g, %g; %d bits: %g, %g, %g", bits, o, a, s, wider, ow, aw, sw)
		}
		if o > oh*rounding || a > ah*rounding {
			t.Errorf("%g V: %g, %g; %g V: %g, %g", low, o, a, high, oh, ah)
		}
	})
}

func ExampleShiftAdd_Operation() {
	s := peripheral.ShiftAdd{Model: "adder", Node: 16e-9, Voltage: 0.8, Flavour: "hp", Bits: 24}
	e := s.Operation()
	for _, f := range []*model.Figure{e.Inputs[0].From, &e} {
		fmt.Println(f.Symbols(), "=", f.Numbers(), "=", f.Result())
	}
	// Output:
	// E = y₀ + (y₁ − y₀)·(B − B₀)/(B₁ − B₀) = 50.0 fJ + (100 fJ − 50.0 fJ)·(24 − 16)/(32 − 16) = 75.0 fJ
	// E = f·s = 75.0 fJ·0.172 = 12.9 fJ
}
