package configs

import (
	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// Supply is the voltage that a chip runs at, where that is not the one which its
// numbers are of:
//
//	power       E = E₀·(V/V₀)^a,        t = t₀·(V₀/V)^b
//	stillmaker  E = E₀·e(V)/e(V₀),      t = t₀·d(V)/d(V₀)
//	both        P_leak = P₀·V/V₀
//
// e and d are the polynomials of a node. It holds for all that is on the chip; the
// DRAM is not. The energy of a resistive cell, V²·G·t, follows like every other:
// where its pulse grows with the delays, a has to be less.
type Supply struct {
	Model          string     `toml:"model" optional:"true" doc:"how energies and times follow the voltage"`
	Voltage        unit.Volt  `toml:"voltage" optional:"true" check:"positive" doc:"of the chip as it runs"`
	Nominal        unit.Volt  `toml:"nominal" optional:"true" check:"positive" doc:"of the chip that the machine's energies and times are of"`
	EnergyExponent float64    `toml:"energy_exponent" range:"0..10" default:"2" doc:"energies follow this power of the voltage"`
	DelayExponent  float64    `toml:"delay_exponent" range:"0..10" default:"0" doc:"times follow this power of its inverse, the clock with them"`
	Node           unit.Metre `toml:"node" optional:"true" doc:"technology of the chip"`
	Flavour        string     `toml:"flavour" enum:"hp|lp" default:"hp" doc:"technology: high performance or low power"`
}

// supplyGroups are the laws of a supply.
var supplyGroups = []model.Group{{
	Key: "model", Subject: "energies and times follow the supply",
	Choices: []model.Choice{
		{Name: "power", About: "powers of the voltage", Takes: []string{"energy_exponent", "delay_exponent"}},
		{
			Name: "stillmaker", About: "the polynomials of a node for energy and delay (Stillmaker & Baas, 2017)",
			Needs: []string{"node"}, Takes: []string{"flavour"},
		},
	},
}}

// Other says whether there is a supply to scale to.
func (s *Supply) Other() bool { return s.Voltage > 0 && s.Nominal > 0 }

// Energy is an energy at this supply.
func (s *Supply) Energy(f model.Figure) model.Figure { return s.scale(f, "E", s.energyRatio) }

// Leakage is a leakage at this supply: the current is taken to stay.
func (s *Supply) Leakage(f model.Figure) model.Figure {
	return s.scale(f, "P", func() (model.Figure, error) {
		return technology.SupplyEnergy(s.at(), s.of(), model.Input{Value: 1, Source: "assumption: the current stays"})
	})
}

// Time is a time at this supply.
func (s *Supply) Time(f model.Figure) model.Figure { return s.scale(f, "t", s.delayRatio) }

// clock is a frequency at this supply, to ten digits: cycles are counted by its ratio
// to the bandwidths beside it, which all digits of a float64 leave without a short one.
func (s *Supply) clock(f model.Figure) model.Figure {
	if !s.Other() {
		return f
	}
	f = s.scale(f, "f", s.speedRatio)
	f.Value = RoundTo(f.Value, 10)
	return f
}

// volts is what a voltage of the machine is at this supply.
func (s *Supply) volts(v model.Input) model.Input {
	if !s.Other() {
		return v
	}
	v.Symbol = "V₀"
	at, of := s.at(), s.of()
	at.Symbol, of.Symbol = "V_s", "V_n"
	return model.Derived("V", model.Figure{
		Name: "voltage at this supply", Equation: "V = {V₀}·{V_s}/{V_n}", Value: v.Value * at.Value / of.Value, Unit: "V",
		Inputs: []model.Input{v, at, of},
	})
}

// check says why there is no way from one supply to the other.
func (s *Supply) check() error {
	if _, err := s.energyRatio(); err != nil {
		return err
	}
	_, err := s.delayRatio()
	return err
}

func (s *Supply) at() model.Input {
	return model.Input{Symbol: "V", Value: float64(s.Voltage), Unit: "V", Key: "supply.voltage"}
}

func (s *Supply) of() model.Input {
	return model.Input{Symbol: "V₀", Value: float64(s.Nominal), Unit: "V", Key: "supply.nominal"}
}

func (s *Supply) energyRatio() (model.Figure, error) {
	if s.Model == "stillmaker" {
		ratio, err := technology.EnergyRatio(s.processes())
		return ratio.Under("supply"), err
	}
	return technology.SupplyEnergy(s.at(), s.of(), model.Input{Value: s.EnergyExponent, Key: "supply.energy_exponent"})
}

func (s *Supply) delayRatio() (model.Figure, error) {
	if s.Model == "stillmaker" {
		ratio, err := technology.DelayRatio(s.processes())
		return ratio.Under("supply"), err
	}
	return technology.SupplyDelay(s.at(), s.of(), model.Input{Value: s.DelayExponent, Key: "supply.delay_exponent"})
}

func (s *Supply) speedRatio() (model.Figure, error) {
	if s.Model != "stillmaker" {
		return technology.SupplySpeed(s.at(), s.of(), model.Input{Value: s.DelayExponent, Key: "supply.delay_exponent"})
	}
	delay, err := s.delayRatio()
	return model.Figure{
		Name: "speed at another supply", Equation: "1/{d}", Value: 1 / delay.Value, Inputs: []model.Input{model.Derived("d", delay)},
	}, err
}

// processes are the node at the two supplies.
func (s *Supply) processes() (of, at technology.Process) {
	at = technology.Process{Node: s.Node, Flavour: s.Flavour, Supply: s.Voltage}
	of = at
	of.Supply, of.SupplyKey = s.Nominal, "nominal"
	return of, at
}

// scale multiplies by what the supply does; what it leaves as it is stays as it was.
func (s *Supply) scale(f model.Figure, symbol string, law func() (model.Figure, error)) model.Figure {
	if !s.Other() || f.Value == 0 {
		return f
	}
	ratio, err := law()
	if err != nil || ratio.Value == 1 { // checkSupply has reported the error
		return f
	}
	return scaled(f, symbol+" = {"+symbol+"₀}·{r}", symbol+"₀", ratio)
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
