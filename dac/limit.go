package dac

import "xbar/sim/model"

// Action is what a converter is charged for, as its limit sees it.
type Action struct {
	Name    string
	Energy  model.Figure // J
	Bits    model.Input  // that it sets
	Voltage bool         // as one of 2^bits voltages on a capacitor, and not bit by bit
}

// Actions are those of the model. A voltage that is one of many is sampled, with
// the noise kT/C of what holds it; a driver, a register, a pulse and its length set
// bits.
func (c *Config) Actions() []Action {
	base, slope := c.Convert()
	bit := model.Input{Symbol: "B", Value: 1, Source: "a level, high or low"}
	switch c.Model {
	case "driver":
		return []Action{{"convert", slope, bit, false}}
	case "registers":
		return []Action{{"convert", base, c.bits(), false}}
	case "pulse-count":
		return []Action{{"load", base, c.bits(), false}, {"pulse", slope, bit, false}}
	case "pulse-width":
		return []Action{{"pulse", base, bit, false}, {"unit of a pulse", slope, bit, false}}
	default:
		return []Action{{"convert", base, c.bits(), c.Bits > 1}}
	}
}
