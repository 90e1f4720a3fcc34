package adc

import (
	"fmt"
	"math"

	"xbar/sim/model"
	"xbar/sim/unit"
)

const (
	boltzmann       = 1.380649e-23 // J/K, exact
	siDefinition    = "SI, 9th brochure (2019), exact"
	roomTemperature = 300.0
	thermalSource   = "noise kT/C of a sampled sine of power V²/8, the capacitor charged once a sample: 8·kT·SNR with SNR = 1.5·4^b; 191.8 dB as a Schreier figure of merit"
)

// ThermalFloor is the least energy of a conversion of so many effective bits
// that samples on a capacitor, at so many kelvin: 12·kT·4^ENOB. It is 3.26 fJ
// at 8 bits and 0.83 pJ at 12, at 300 K.
func ThermalFloor(enob, kelvin float64) model.Figure {
	return floor(posed("b", enob, ""), posed("T", kelvin, "K"))
}

func floor(b, t model.Input) model.Figure {
	return model.Figure{
		Name: "thermal floor of a conversion", Equation: "E = 12·{k}·{T}·4^{b}",
		Value: 12 * boltzmann * t.Value * math.Pow(4, b.Value), Unit: "J",
		Inputs: []model.Input{published("k", boltzmann, "J/K", siDefinition), t, b},
		Source: thermalSource, Holds: "Nyquist converters that charge their sampling capacitor from the supply",
	}
}

// thermal charges a multiple of the floor.
func (c *Config) thermal() model.Figure {
	least := floor(c.enob(), c.temperature())
	return model.Figure{
		Name: conversion, Equation: "E = {x}·{E_min}", Value: c.Excess * least.Value, Unit: "J",
		Inputs: []model.Input{{Symbol: "x", Value: c.Excess, Key: "excess"}, model.Derived("E_min", least)},
		Source: thermalSource,
	}
}

func (c *Config) temperature() model.Input {
	return model.Input{Symbol: "T", Value: c.Kelvin, Unit: "K", Key: "temperature_k"}
}

// aboveFloor marks an energy that no converter at room temperature can reach.
func aboveFloor(f model.Figure, enob float64) model.Figure {
	if least := ThermalFloor(enob, roomTemperature); f.Value < least.Value {
		f.Outside = fmt.Sprintf("%v a conversion is below the thermal floor of %v for %g effective bits at 300 K",
			unit.Joule(f.Value), unit.Joule(least.Value), enob)
	}
	return f
}
