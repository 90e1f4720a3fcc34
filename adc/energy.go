package adc

import (
	"fmt"
	"math"

	"xbar/sim/model"
	"xbar/sim/unit"
)

const conversion = "energy of a conversion"

// Publications of the models.
const (
	definition = "the figure of merit as B. Murmann, ADC Performance Survey 1997–2025, defines it"
	newton     = "Nag et al., IEEE Micro 2018 (Newton): X of 9 bits take X/9; read in hwcomponents-library, library/newton.py"
	neurram    = "Wan et al., Nature 2022 (NeuRRAM): a charge decrement decides each bit"
)

// Modelled reports whether energy and area follow from ENOB and node by
// [Regression].
func (c *Config) Modelled() bool { return c.Model == "regression" }

// ByENOB reports whether the energy follows the effective bits.
func (c *Config) ByENOB() bool {
	switch c.Model {
	case "regression", "survey", "walden", "schreier", "thermal":
		return true
	}
	return false
}

// Conversion is the energy of one conversion of so many bits, at most the
// resolution. The models are of whole conversions; one that stops early takes
// its part of the bits.
func (c *Config) Conversion(bits int) model.Figure {
	if c.Model == "stepped" {
		return c.steps(bits)
	}
	whole := c.whole()
	if bits >= c.Resolution {
		return whole
	}
	n := c.asked(bits)
	return model.Figure{
		Name: conversion, Equation: "E = {E_B}·{n}/{B}", Value: whole.Value * n.Value / float64(c.Resolution), Unit: "J",
		Inputs: []model.Input{model.Derived("E_B", whole), n, c.resolution()},
		Source: newton, Holds: "converters that decide one bit after the other", Outside: c.indivisible(),
	}
}

// whole is the energy of a conversion of all bits.
func (c *Config) whole() model.Figure {
	switch c.Model {
	case "regression":
		return c.convertShare()
	case "survey":
		return envelope(c.enob(), model.Derived("f", c.rate()))
	case "walden":
		return c.walden()
	case "schreier":
		return c.schreier()
	case "thermal":
		return c.thermal()
	case "zigzag-28nm":
		return c.zigzagEnergy()
	case "isaac-table":
		return c.isaacEnergy()
	case "neurosim-sar":
		return c.neurosim()
	}
	return model.Given(conversion, "E", float64(c.EnergyPerConversion), "J", "energy_per_conversion")
}

// What limits converters, by Murmann's survey, rev. 20250609: of its envelope Walden's
// figure of merit binds below about 12 bits, and of energy over noise the best designs
// have thousands of kT·4^b at 8 bits, some hundred at 9.
const (
	technologyTo = 12
	noiseFrom    = 9
)

// walden charges each of the 2^b steps.
func (c *Config) walden() model.Figure {
	f := model.Figure{
		Name: conversion, Equation: "E = {FOM}·2^{b}", Value: float64(c.FigureOfMerit) * math.Exp2(c.ENOB), Unit: "J",
		Inputs: []model.Input{{Symbol: "FOM", Value: float64(c.FigureOfMerit), Unit: "J", Key: "figure_of_merit"}, c.enob()},
		Source: definition, Holds: "converters of few bits, which technology limits",
	}
	switch {
	case c.FigureOfMerit < bestStep:
		f.Outside = fmt.Sprintf("a step of %v is better than the best published one, %v", c.FigureOfMerit, unit.Joule(bestStep))
	case c.ENOB > technologyTo:
		f.Outside = fmt.Sprintf("%g effective bits: from %d on noise limits the best published converters, and a bit costs fourfold", c.ENOB, technologyTo)
	}
	return aboveFloor(f, c.ENOB)
}

// schreier charges each bit fourfold, as noise does.
func (c *Config) schreier() model.Figure {
	ratio := sndr(c.enob())
	f := model.Figure{
		Name: conversion, Equation: "E = ½·10^(({SNDR} − {FOM})/10)", Value: merit(ratio.Value, c.FigureOfMeritDB), Unit: "J",
		Inputs: []model.Input{
			model.Derived("SNDR", ratio),
			{Symbol: "FOM", Value: c.FigureOfMeritDB, Unit: "dB", Key: "figure_of_merit_db"},
		},
		Source: definition, Holds: "converters of many bits, which noise limits",
	}
	switch {
	case c.FigureOfMeritDB > bestDecibels:
		f.Outside = fmt.Sprintf("a figure of merit of %g dB is better than the best published one, %g dB", c.FigureOfMeritDB, bestDecibels)
	case c.ENOB < noiseFrom:
		f.Outside = fmt.Sprintf("%g effective bits: below %d technology limits the best published converters, and a bit costs twofold", c.ENOB, noiseFrom)
	}
	return aboveFloor(f, c.ENOB)
}

// merit is the energy of a conversion at a Schreier figure of merit, both
// ratios in dB.
func merit(sndr, fom float64) float64 { return 0.5 * math.Pow(10, (sndr-fom)/10) }

// sndr is the ratio of a full-scale sine to noise and distortion that b
// effective bits stand for.
func sndr(b model.Input) model.Figure {
	return model.Figure{
		Name: "signal to noise and distortion", Equation: "SNDR = 20·log10(2)·{b} + 10·log10(1.5)",
		Value: 20*math.Log10(2)*b.Value + 10*math.Log10(1.5), Unit: "dB", Inputs: []model.Input{b},
	}
}

// steps charges a step for each bit that is asked for.
func (c *Config) steps(bits int) model.Figure {
	n := c.asked(bits)
	return model.Figure{
		Name: conversion, Equation: "E = {n}·{e}", Value: n.Value * float64(c.EnergyPerStep), Unit: "J",
		Inputs: []model.Input{n, {Symbol: "e", Value: float64(c.EnergyPerStep), Unit: "J", Key: "energy_per_step"}},
		Source: neurram,
	}
}

// indivisible says why a conversion of this kind cannot be stopped early.
func (c *Config) indivisible() string {
	if c.Timing == "ramp" || c.Timing == "flash" {
		return "a " + c.Timing + " converter does not decide its bits one after the other, so fewer bits need not take less energy in proportion"
	}
	return ""
}

func (c *Config) enob() model.Input { return model.Input{Symbol: "b", Value: c.ENOB, Key: "enob"} }

func (c *Config) node() model.Input {
	return model.Input{Symbol: "t", Value: float64(c.Node), Unit: "m", Key: "node"}
}

func (c *Config) resolution() model.Input {
	return model.Input{Symbol: "B", Value: float64(c.Resolution), Key: "resolution"}
}

// asked is the bits that a conversion decides: none of them less than zero, and
// none that the converter does not have.
func (c *Config) asked(bits int) model.Input {
	n := max(0, min(bits, c.Resolution))
	if n == c.Resolution {
		return model.Input{Symbol: "n", Value: float64(n), Key: "resolution"}
	}
	return model.Input{Symbol: "n", Value: float64(n), Source: "bits that this conversion is asked for"}
}

// posed is an input that the caller of a function asks about.
func posed(symbol string, value float64, base string) model.Input {
	return model.Input{Symbol: symbol, Value: value, Unit: base, Source: "as asked"}
}

func published(symbol string, value float64, base, source string) model.Input {
	return model.Input{Symbol: symbol, Value: value, Unit: base, Source: source}
}
