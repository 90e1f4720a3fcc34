package adc

import (
	"fmt"
	"math"
	"strings"

	"xbar/sim/model"
)

const (
	ieee1241 = "IEEE Std 1241-2010: code transition levels, with gain and offset taken off so that the first and the last are where they should be"
	spear    = "circuits of Spear et al., IEEE JXCDC 2023, as in CrossSim 3.2.0"
)

// Errors are how far the converters are off, as standard deviations, and what noise
// leaves of the bits.
func (c *Config) Errors() (all []model.Figure) {
	given := func(name, symbol string, value float64, key string) {
		if value > 0 {
			all = append(all, model.Given(name, symbol, value, "", key))
		}
	}
	given("offset of an ADC, in steps", "σ", c.OffsetError, "adc.offset_error")
	given("gain error of an ADC", "σ", c.GainError, "adc.gain_error")
	if c.DNLError > 0 {
		all = append(all, c.inlFigure())
	}
	given("error of an ADC's unit capacitor", "σ", c.CapacitorError, "adc.capacitor_error")
	given("offset of an ADC's comparator, in steps", "σ", c.ComparatorError, "adc.comparator_error")
	if c.Noise > 0 {
		all = append(all, c.noiseFigure())
	}
	return all
}

// inlFigure is a walk of independent steps that ends where it should, at its middle.
func (c *Config) inlFigure() model.Figure {
	widths := math.Exp2(float64(c.Resolution)) - 2
	if c.Circuit == "symmetric" {
		widths--
	}
	widths = max(widths, 0)
	return model.Figure{
		Name: "integral nonlinearity of an ADC at its middle code, in steps", Equation: "σ = {d}·√({n})/2", Source: ieee1241,
		Value: c.DNLError * math.Sqrt(widths) / 2, Holds: "widths of codes that are independent and normal, few of them below zero, where the code is missing",
		Inputs: []model.Input{
			{Symbol: "d", Value: c.DNLError, Key: "adc.dnl_error"},
			{Symbol: "n", Value: widths, Source: "codes of adc.resolution between the first and the last"},
		},
	}
}

// noiseFigure adds the noise to that of rounding, which is 1/12 of a step squared.
func (c *Config) noiseFigure() model.Figure {
	return model.Figure{
		Name: "bits that noise leaves an ADC", Equation: "b = {B} − ln(1 + 12·{σ}²)/(2·ln(2))", Source: "IEEE Std 1241-2010: effective number of bits",
		Value: float64(c.Resolution) - math.Log(1+12*c.Noise*c.Noise)/(2*math.Ln2),
		Inputs: []model.Input{
			{Symbol: "B", Value: float64(c.Resolution), Key: "adc.resolution"},
			{Symbol: "σ", Value: c.Noise, Key: "adc.noise"},
		},
	}
}

// ErrorNotes say what errors converters have.
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
	add(c.DNLError, "widths of codes %.3g LSB, which makes %.3g LSB at the middle code (%s)", c.DNLError, c.inlFigure().Value, ieee1241)
	add(c.CapacitorError, "unit capacitors %.3g %% (%s)", 100*c.CapacitorError, spear)
	add(c.ComparatorError, "comparators %.3g LSB", c.ComparatorError)
	add(c.Noise, "each conversion %.3g LSB, which leaves %.1f of %d bits", c.Noise, c.noiseFigure().Value, c.Resolution)
	return []string{fmt.Sprintf("sum i of an array is read by ADC i modulo %d of the array's, each with errors of its own, of standard deviations of: %s; no energy follows",
		c.PerArray, strings.Join(parts, ", "))}
}
