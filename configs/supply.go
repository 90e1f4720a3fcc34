package configs

import (
	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// Supply is the voltage that a chip runs at, where that is not the one which its
// numbers are of:
//
//	E = E₀·(V/V₀)^a,  t = t₀·(V₀/V)^b,  P_leak = P₀·V/V₀
//
// It holds for all that is on the chip; the DRAM is not. The energy of a
// resistive cell, V²·G·t, follows a like every other: where its pulse grows with
// the delays, a has to be less.
type Supply struct {
	Voltage        unit.Volt `toml:"voltage" optional:"true" check:"positive" doc:"of the chip as it runs"`
	Nominal        unit.Volt `toml:"nominal" optional:"true" check:"positive" doc:"of the chip that the machine's energies and times are of"`
	EnergyExponent float64   `toml:"energy_exponent" range:"0..10" default:"2" doc:"energies follow this power of the voltage"`
	DelayExponent  float64   `toml:"delay_exponent" range:"0..10" default:"0" doc:"times follow this power of its inverse, the clock with them"`
}

// Other says whether there is a supply to scale to.
func (s *Supply) Other() bool { return s.Voltage > 0 && s.Nominal > 0 }

func (s *Supply) input(symbol string, v unit.Volt, key string) model.Input {
	return model.Input{Symbol: symbol, Value: float64(v), Unit: "V", Key: "supply." + key}
}

func (s *Supply) exponent(value float64, key string) model.Input {
	return model.Input{Symbol: "a", Value: value, Key: "supply." + key}
}

// Energy is an energy at this supply.
func (s *Supply) Energy(f model.Figure) model.Figure {
	return s.scale(f, "E = {E₀}·{r}", "E₀", s.exponent(s.EnergyExponent, "energy_exponent"), technology.SupplyEnergy)
}

// Leakage is a leakage at this supply: the current is taken to stay.
func (s *Supply) Leakage(f model.Figure) model.Figure {
	return s.scale(f, "P = {P₀}·{r}", "P₀", model.Input{Value: 1, Source: "assumption: the current stays"}, technology.SupplyEnergy)
}

// Time is a time at this supply.
func (s *Supply) Time(f model.Figure) model.Figure {
	return s.scale(f, "t = {t₀}·{r}", "t₀", s.exponent(s.DelayExponent, "delay_exponent"), technology.SupplyDelay)
}

// clock is a frequency at this supply.
func (s *Supply) clock(f model.Figure) model.Figure {
	return s.scale(f, "f = {f₀}·{r}", "f₀", s.exponent(s.DelayExponent, "delay_exponent"), technology.SupplySpeed)
}

// volts is what a voltage of the machine is at this supply.
func (s *Supply) volts(v model.Input) model.Input {
	if !s.Other() {
		return v
	}
	v.Symbol = "V₀"
	return model.Derived("V", model.Figure{
		Name: "voltage at this supply", Equation: "V = {V₀}·{V_s}/{V_n}", Value: v.Value * float64(s.Voltage/s.Nominal), Unit: "V",
		Inputs: []model.Input{v, s.input("V_s", s.Voltage, "voltage"), s.input("V_n", s.Nominal, "nominal")},
	})
}

func (s *Supply) scale(f model.Figure, equation, symbol string, exponent model.Input, law func(v, v0, n model.Input) (model.Figure, error)) model.Figure {
	if !s.Other() || f.Value == 0 || exponent.Value == 0 {
		return f
	}
	ratio, err := law(s.input("V", s.Voltage, "voltage"), s.input("V₀", s.Nominal, "nominal"), exponent)
	if err != nil {
		return f // the two voltages are more than zero
	}
	return scaled(f, equation, symbol, ratio)
}

func scaled(f model.Figure, equation, symbol string, ratio model.Figure) model.Figure {
	return model.Figure{
		Name: f.Name, Equation: equation, Value: f.Value * ratio.Value, Unit: f.Unit,
		Inputs: []model.Input{model.Derived(symbol, f), model.Derived("r", ratio)},
	}
}

// RateFigure is the clock at this machine's supply.
func (m *Machine) RateFigure() model.Figure {
	f := model.Given("clock", "f", float64(m.Clock), "Hz", "clock")
	f.Inputs[0].Key = "machine.clock"
	return m.Supply.clock(f)
}

// Rate is the frequency of [Machine.RateFigure].
func (m *Machine) Rate() unit.Hertz { return unit.Hertz(m.RateFigure().Value) }

// Written says of a section's keys whether they were written, by the user or in
// a preset, and not left to their default.
func (m *Machine) Written(section string) func(key string) bool {
	return func(key string) bool {
		o, ok := m.Provenance[section+"."+key]
		return ok && o.Where != "default"
	}
}

// Knows says whether a number of a section was written or follows from the model
// that is chosen there.
func (m *Machine) Knows(section, key string) bool {
	if m.Written(section)(key) {
		return true
	}
	for _, g := range groups[section] {
		c := g.Find(m.Provenance[section+"."+g.Key].Text)
		if c != nil && c.Supplies(key) {
			return true
		}
	}
	return false
}
