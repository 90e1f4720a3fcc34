package dac

import (
	"math"

	"xbar/sim/model"
	"xbar/sim/technology"
)

const (
	baseName  = "energy of a conversion, whatever the digit"
	slopeName = "energy of a conversion, a unit of the digit"
)

// Convert is the energy in joules of one conversion, E = base + slope·|digit|,
// where digits run from 0 to 2^B − 1.
func (c *Config) Convert() (base, slope model.Figure) {
	switch c.Model {
	case "driver":
		return nothing(baseName), c.driver()
	case "doubling":
		return c.doubling(), nothing(slopeName)
	case "pulse-count":
		return model.Given(baseName, "E_load", float64(c.EnergyPerLoad), "J", "energy_per_load"),
			model.Given(slopeName, "E_pulse", float64(c.EnergyPerPulse), "J", "energy_per_pulse")
	case "pulse-width":
		return c.charge(baseName, "one pulse for every digit, zero included unless gate_zeros"),
			model.Given(slopeName, "E_unit", float64(c.EnergyPerUnit), "J", "energy_per_unit")
	case "capacitive":
		return c.capacitive(), nothing(slopeName)
	case "registers":
		return c.registers(), nothing(slopeName)
	case "r-2r":
		return c.ladder(), nothing(slopeName)
	default:
		return model.Given(baseName, "E", float64(c.EnergyPerConversion), "J", "energy_per_conversion"), nothing(slopeName)
	}
}

// nothing is the part of the energy that a model does not have.
func nothing(name string) model.Figure {
	return model.Figure{Name: name, Equation: "0", Unit: "J"}
}

// charge is what the supply gives to charge the load from empty.
func (c *Config) charge(name, holds string) model.Figure {
	capacitance, v := float64(c.Capacitance), float64(c.Voltage)
	return model.Figure{
		Name: name, Equation: "E = {C}·{V}²", Value: capacitance * v * v, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "C", Value: capacitance, Unit: "F", Key: "capacitance"},
			c.voltage(),
		},
		Holds: holds,
	}
}

func (c *Config) voltage() model.Input {
	return model.Input{Symbol: "V", Value: float64(c.Voltage), Unit: "V", Key: "voltage"}
}

func (c *Config) driver() model.Figure {
	f := c.charge(slopeName, "one bit; the load is emptied after every slice")
	if c.Bits > 1 {
		f.Outside = "an inverter drives one bit"
	}
	return f
}

// doubling is MNSIM's rule for a converter of more bits than the published one.
func (c *Config) doubling() model.Figure {
	e := float64(c.OneBitEnergy)
	return model.Figure{
		Name: baseName, Equation: "E = {E_1}·2^({B} − 1)", Value: e * math.Pow(2, float64(c.Bits-1)), Unit: "J",
		Inputs: []model.Input{{Symbol: "E_1", Value: e, Unit: "J", Key: "one_bit_energy"}, c.bits()},
		Source: "Zhu et al., MNSIM 2.0: the power of its DACs doubles with every bit",
		Holds:  "a rule of thumb without a circuit behind it",
	}
}

const zigzag = "ZigZag-IMC, KU Leuven: imc_array.py (28 nm)"

// capacitive counts nothing for one bit, for which a row needs no converter.
func (c *Config) capacitive() model.Figure {
	perBit := 50e-15
	if c.Bits <= 1 {
		perBit = 0
	}
	v := float64(c.Voltage)
	return model.Figure{
		Name: baseName, Equation: "E = {C}·{B}·{V}²", Value: perBit * float64(c.Bits) * v * v, Unit: "J",
		Inputs: []model.Input{{Symbol: "C", Value: perBit, Unit: "F", Source: zigzag}, c.bits(), c.voltage()},
		Source: zigzag,
		Holds:  "28 nm; one bit costs nothing, for its driver is charged with the row",
	}
}

// registers is what holds a digit where a row needs no converter: all bits of it
// are clocked, whatever they are.
func (c *Config) registers() model.Figure {
	each, v := technology.Capacitance.FlipFlop(), float64(c.Voltage)
	return model.Figure{
		Name: baseName, Equation: "E = {B}·{C}·{V}²", Value: float64(c.Bits) * each.Value * v * v, Unit: "J", Source: technology.ZigZag,
		Inputs: []model.Input{c.bits(), model.Derived("C", each), c.voltage()},
	}
}

func (c *Config) registerArea() model.Figure {
	each := technology.Area.FlipFlop()
	return model.Figure{
		Name: "area of a digit's register", Equation: "A = {B}·{a}", Value: float64(c.Bits) * each.Value, Unit: "m2", Source: technology.ZigZag,
		Inputs: []model.Input{c.bits(), model.Derived("a", each)},
	}
}

// ladder is the mean heat of an R-2R ladder while it holds a level: the charge
// of the C-2C ladder in package device with 1/2R for C, and charge by time for
// charge. Legs of 2R join the nodes to V or to ground, R joins nodes, and 2R
// ends the ladder.
func (c *Config) ladder() model.Figure {
	b, r, v, t := float64(c.Bits), float64(c.Resistance), float64(c.Voltage), float64(c.HoldTime)
	return model.Figure{
		Name: baseName, Equation: "E = ({B}/6 + (1 − 4^−{B})/9)·{V}²/(2·{R})·{t}",
		Value: (b/6 + (1-math.Pow(4, -b))/9) * v * v / (2 * r) * t, Unit: "J",
		Inputs: []model.Input{
			c.bits(), c.voltage(),
			{Symbol: "R", Value: r, Unit: "ohm", Key: "resistance"},
			{Symbol: "t", Value: t, Unit: "s", Key: "hold_time"},
		},
		Source: "derived: the mean over all digits of the power that the ladder takes from its supply",
		Holds:  "digits that are all equally likely, and a load that takes no current; registers and switches are left out",
	}
}

// ladderArea is that of the resistors: 3R a bit.
func (c *Config) ladderArea() model.Figure {
	const perOhm, at = 2.35e-15, 22e-9
	source := "hwcomponents-library, dac_c2c_r2r.py, after Wang et al., JSSC 2023"
	b, r, node := float64(c.Bits), float64(c.Resistance), float64(c.Node)
	return model.Figure{
		Name: "area of a converter", Equation: "A = {a}/ohm·3·{B}·{R}·({node}/{at})²",
		Value: perOhm * 3 * b * r * (node / at) * (node / at), Unit: "m2",
		Inputs: []model.Input{
			{Symbol: "a", Value: perOhm, Unit: "m2", Source: source},
			c.bits(),
			{Symbol: "R", Value: r, Unit: "ohm", Key: "resistance"},
			{Symbol: "node", Value: node, Unit: "m", Key: "node"},
			{Symbol: "at", Value: at, Unit: "m", Source: source},
		},
		Source: source,
		Holds:  "the resistors alone; a resistor shrinks with the square of the node",
	}
}
