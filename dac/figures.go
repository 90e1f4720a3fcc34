package dac

import (
	"fmt"
	"math"
	"strings"

	"xbar/sim/model"
)

const ieee1658 = "IEEE Std 1658-2011: nonlinearity, with gain and offset taken off so that the first and the last level are where they should be"

// Errors are how far the row drivers are off, as standard deviations.
func (c *Config) Errors() (all []model.Figure) {
	given := func(name, symbol string, value float64, key string) {
		if value > 0 {
			all = append(all, model.Given(name, symbol, value, "", key))
		}
	}
	given("offset of a DAC, in steps", "σ", c.OffsetError, "dac.offset_error")
	given("gain error of a DAC", "σ", c.GainError, "dac.gain_error")
	if c.DNLError > 0 {
		steps := c.largest()
		all = append(all, model.Figure{
			Name: "integral nonlinearity of a DAC at its middle level, in steps", Equation: "σ = {d}·√({n} − 1/{n})/2", Source: ieee1658,
			Value: c.DNLError * math.Sqrt(steps-1/steps) / 2, Holds: "steps that are independent and normal",
			Inputs: []model.Input{
				{Symbol: "d", Value: c.DNLError, Key: "dac.dnl_error"},
				{Symbol: "n", Value: steps, Source: "steps of dac.bits"},
			},
		})
	}
	given("error of a resistor of a DAC's ladder", "σ", c.ResistorError, "dac.resistor_error")
	given("noise of a DAC's level, in steps", "σ", c.Noise, "dac.noise")
	return all
}

// ErrorNotes say what errors row drivers have.
func (c *Config) ErrorNotes() []string {
	if !c.Random() {
		return nil
	}
	var parts []string
	add := func(value float64, format string, arguments ...any) {
		if value > 0 {
			parts = append(parts, fmt.Sprintf(format, arguments...))
		}
	}
	add(c.OffsetError, "offset %.3g LSB", c.OffsetError)
	add(c.GainError, "gain %.3g %%", 100*c.GainError)
	add(c.DNLError, "steps %.3g LSB (%s)", c.DNLError, ieee1658)
	add(c.ResistorError, "resistors of the ladder %.3g %%", 100*c.ResistorError)
	add(c.Noise, "each load %.3g LSB", c.Noise)
	return []string{fmt.Sprintf("the DAC of each row of an array has errors of its own, of standard deviations of: %s; no energy follows", strings.Join(parts, ", "))}
}
