package adc

import (
	"fmt"
	"math"

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
func (c *Config) ErrorNotes() (notes []string) {
	if !c.Random() {
		return nil
	}
	note := fmt.Sprintf("each of the %d converters of an array has errors of its own, drawn once: sum i of an array goes to converter i modulo their number", c.PerArray)
	for _, f := range c.Errors() {
		note += fmt.Sprintf("; %s %.3g", f.Name, f.Value)
	}
	notes = append(notes, note+" (standard deviations)")
	if c.DNLError > 0 {
		notes = append(notes, "widths of codes are independent of each other, and end codes where they should ("+ieee1241+")")
	}
	if c.CapacitorError > 0 || c.ComparatorError > 0 {
		notes = append(notes, "capacitors and comparators of circuit = \""+c.Circuit+"\" are those of the "+spear)
	}
	return append(notes, "energies are those of adc.model, whatever the errors are")
}
