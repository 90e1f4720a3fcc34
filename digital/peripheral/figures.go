package peripheral

import "xbar/sim/model"

func (s *ShiftAdd) logic() *logic {
	return &logic{s.Model, s.Node, s.Voltage, s.Flavour, s.Bits, s.Toggle, ""}
}

func (s *ShiftAdd) modelled() bool { return s.Model == adder || s.Model == gates }

// Check reports a process that the model does not know.
func (s *ShiftAdd) Check() error { return s.logic().check() }

// Operation is the energy of shifting and adding one code, in J. Shifting is a
// matter of wires or of when, and costs the model nothing.
func (s *ShiftAdd) Operation() model.Figure {
	const name = "energy of a shift and addition"
	if s.modelled() {
		return s.logic().energy(name)
	}
	return model.Given(name, "E", float64(s.EnergyPerOperation), "J", "energy_per_operation")
}

// Correction is the energy of one addition of the offset or flip correction,
// in J.
func (s *ShiftAdd) Correction() model.Figure {
	const name = "energy of a correction"
	if s.modelled() {
		return s.logic().energy(name)
	}
	return model.Given(name, "E", float64(s.EnergyPerCorrection), "J", "energy_per_correction")
}

// LeakageEach is the power that one array's stage leaks, in W: no model knows it.
func (s *ShiftAdd) LeakageEach(func(key string) bool) model.Figure {
	return leakage(float64(s.Leakage))
}

// AreaEach is the area of one array's stage behind so many converters or adder trees,
// in m². An area that is written in the config goes before the model's, which is an
// adder behind each.
func (s *ShiftAdd) AreaEach(converters int, written func(key string) bool) model.Figure {
	if !s.modelled() || written("area") {
		return area(float64(s.Area))
	}
	adders := model.Input{Symbol: "n", Value: float64(converters), Source: "an adder behind each converter, or each adder tree, of an array"}
	return times(adders, "area of the adders", s.logic().area())
}

func (a *Accumulator) logic() *logic {
	return &logic{a.Model, a.Node, a.Voltage, a.Flavour, a.Bits, a.Toggle, ""}
}

func (a *Accumulator) modelled() bool { return a.Model == adder || a.Model == gates }

// Check reports a process that the model does not know.
func (a *Accumulator) Check() error { return a.logic().check() }

// Add is the energy of one addition, in J.
func (a *Accumulator) Add() model.Figure {
	const name = "energy of an accumulation"
	if a.modelled() {
		return a.logic().energy(name)
	}
	return model.Given(name, "E", float64(a.EnergyPerAdd), "J", "energy_per_add")
}

// LeakageEach is the power that one tile's accumulator leaks, in W: no model
// knows it.
func (a *Accumulator) LeakageEach(func(key string) bool) model.Figure {
	return leakage(float64(a.Leakage))
}

// AreaEach is the area of one tile's accumulator, in m². An area that is written
// in the config goes before the model's, which is an adder a lane.
func (a *Accumulator) AreaEach(written func(key string) bool) model.Figure {
	if !a.modelled() || written("area") {
		return area(float64(a.Area))
	}
	return ofLanes(a.Lanes, a.logic().area())
}

func (a *Activation) logic() *logic {
	return &logic{a.Model, a.Node, a.Voltage, a.Flavour, a.Bits, 0, ""}
}

func (a *Activation) modelled() bool { return a.Model == multiplier }

// Check reports a process that the model does not know.
func (a *Activation) Check() error { return a.logic().check() }

// Operation is the energy of one output, in J: modelled, a multiplication that
// rescales, an addition of the bias and one more to clamp.
func (a *Activation) Operation() model.Figure {
	const name = "energy of an activation"
	if a.modelled() {
		return a.logic().energy(name)
	}
	return model.Given(name, "E", float64(a.EnergyPerOperation), "J", "energy_per_operation")
}

// LeakageEach is the power that one unit leaks, in W: no model knows it.
func (a *Activation) LeakageEach(func(key string) bool) model.Figure {
	return leakage(float64(a.Leakage))
}

// AreaEach is the area of one unit, in m². An area that is written in the config
// goes before the model's, which is a multiplier and two adders a lane.
func (a *Activation) AreaEach(written func(key string) bool) model.Figure {
	if !a.modelled() || written("area") {
		return area(float64(a.Area))
	}
	return ofLanes(a.Lanes, a.logic().area())
}

// ofLanes is the area of so many lanes, each of which has a given one.
func ofLanes(lanes int, each model.Figure) model.Figure {
	return times(model.Input{Symbol: "l", Value: float64(lanes), Key: "lanes"}, "area of the lanes", each)
}

func times(n model.Input, name string, each model.Figure) model.Figure {
	return model.Figure{
		Name: name, Equation: "A = {" + n.Symbol + "}·{a}", Value: n.Value * each.Value, Unit: "m2",
		Inputs: []model.Input{n, model.Derived("a", each)},
	}
}

func leakage(watts float64) model.Figure {
	return model.Given("leakage power", "P", watts, "W", "leakage")
}

func area(squareMetres float64) model.Figure {
	return model.Given("area", "A", squareMetres, "m2", "area")
}
