package adc

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"xbar/sim/model"
	"xbar/sim/unit"
)

// Regression is the model of Andrulis et al., arXiv 2404.06553 (2024), fitted
// on Murmann's survey of published converters so that a fifth of them are
// better. With f the sample rate, t the node in nanometres, b the ENOB:
//
//	SNDR = 20·log10(2)·b + 10·log10(1.5) dB
//	F    = min(213.781 − 2.87190·ln f, 128.307 + 3.22051·⌈b⌉) dB
//	E    = ½·10^((SNDR − F)/10) · exp(26.0496 + 1.88004·ln t − 2.82913·ln b − 1.47020) pJ
//	A    = exp(1.34619 + 0.993279·ln t + 0.180715·ln f + 0.299124·ln(E/pJ)) µm²
//
// E is the whole energy of a conversion. The authors' own wrapper charges 0.8·E
// for the conversion and the rest as a leakage of 0.2·E·f; the key
// leakage_share says how much is left for leakage here, nothing by default. The
// step in ⌈b⌉ is the authors'. Half of the survey's Nyquist converters at 16 to
// 65 nm take more than 3.2·E, a fifth less than 1.05·E.
type Regression struct {
	ENOB float64    // effective bits
	Node unit.Metre // technology
	Rate unit.Hertz // conversions a second of one converter
}

const (
	andrulis = "Andrulis et al., arXiv 2404.06553 (2024); coefficients from hwcomponents-adc, adc_data/model.yaml"
	wrapper  = "hwcomponents-adc, main.py, whose share is 0.2"
)

// Coefficients as published; signs stand in the equations.
const (
	rateIntercept = 213.7806687348118
	rateSlope     = 2.8719030399529957
	bitsIntercept = 128.3068287398817
	bitsSlope     = 3.22051151117745
	techIntercept = 26.0496215686518
	techNode      = 1.8800369206815004
	techENOB      = 2.8291256050594527
	bestFifth     = 1.4702022133784405
	areaIntercept = 1.3461916439910742
	areaNode      = 0.9932794744745022
	areaRate      = 0.18071538424508238
	areaEnergy    = 0.29912426192653485
)

// Check reports a converter of which the equations have no value.
func (r Regression) Check() error {
	if r.Rate <= 0 {
		return errors.New("no rate: a conversion must take some time")
	}
	return nil
}

// Outside says why a converter is outside the range of the fit, whose equations go
// on there; "" if it is inside.
func (r Regression) Outside() string {
	var all []string
	if r.ENOB < 4 || r.ENOB > 20 {
		all = append(all, fmt.Sprintf("an ENOB of %g: the regression is of converters of 4 to 20 bits", r.ENOB))
	}
	if r.Node < 3e-9 || r.Node > 1.5e-6 {
		all = append(all, fmt.Sprintf("a node of %v: the regression is of nodes from 3 nm to 1.5 µm", r.Node))
	}
	if r.Rate > 10e9 {
		all = append(all, fmt.Sprintf("a rate of %v: the regression holds up to 10 GHz", r.Rate))
	}
	return strings.Join(all, "; ")
}

// Energy of one conversion.
func (r Regression) Energy() unit.Joule { return unit.Joule(regressionEnergy(r.inputs()).Value) }

// Area of one converter.
func (r Regression) Area() unit.SquareMetre {
	return unit.SquareMetre(regressionArea(r.inputs()).Value)
}

func (r Regression) inputs() (b, t, f model.Input) {
	return posed("b", r.ENOB, ""), posed("t", float64(r.Node), "m"), posed("f", float64(r.Rate), "Hz")
}

// Regression is the model of these converters, each busy all the time.
func (c *Config) Regression() Regression {
	return Regression{ENOB: c.ENOB, Node: c.Node, Rate: unit.Hertz(c.rate().Value)}
}

// convertShare is what the regression leaves for the conversion itself.
func (c *Config) convertShare() model.Figure {
	all := regressionEnergy(c.enob(), c.node(), model.Derived("f", c.rate()))
	if c.LeakageShare == 0 {
		return all
	}
	return model.Figure{
		Name: conversion, Equation: "E = (1 − {s})·{E_all}", Value: (1 - c.LeakageShare) * all.Value, Unit: "J",
		Inputs: []model.Input{c.share(), model.Derived("E_all", all)}, Source: wrapper,
	}
}

// leakageShare is the power of an idle converter, so that one which is never
// idle takes the regression's energy a conversion in all.
func (c *Config) leakageShare() model.Figure {
	rate := c.rate()
	all := regressionEnergy(c.enob(), c.node(), model.Derived("f", rate))
	return model.Figure{
		Name: "leakage of a converter", Equation: "P = {s}·{E_all}·{f}", Value: c.LeakageShare * all.Value * rate.Value, Unit: "W",
		Inputs: []model.Input{c.share(), model.Derived("E_all", all), model.Derived("f", rate)}, Source: wrapper,
	}
}

func (c *Config) share() model.Input {
	return model.Input{Symbol: "s", Value: c.LeakageShare, Key: "leakage_share"}
}

func regressionEnergy(b, t, f model.Input) model.Figure {
	ratio, best, tech := sndr(b), bestMerit(b, f), technology(b, t)
	e := model.Figure{
		Name: conversion, Equation: "E = ½·10^(({SNDR} − {F})/10)·{g} pJ",
		Value: merit(ratio.Value, best.Value) * tech.Value * 1e-12, Unit: "J",
		Inputs: []model.Input{model.Derived("SNDR", ratio), model.Derived("F", best), model.Derived("g", tech)},
		Source: andrulis, Holds: "4 to 20 effective bits, 3 nm to 1.5 µm, up to 10 GHz; a fifth of published converters are better",
	}
	r := Regression{ENOB: b.Value, Node: unit.Metre(t.Value), Rate: unit.Hertz(f.Value)}
	if err := r.Check(); err != nil {
		e.Outside = err.Error()
		return e
	}
	e = aboveFloor(e, b.Value)
	e.Outside = strings.Join(slices.DeleteFunc([]string{r.Outside(), e.Outside}, func(s string) bool { return s == "" }), "; ")
	return e
}

// bestMerit is the figure of merit that rate and bits allow. Without a rate it
// is that of the bits.
func bestMerit(b, f model.Input) model.Figure {
	byBits := model.Figure{
		Name: "figure of merit that the bits allow", Equation: "F_b = {c_0} + {c_1}·⌈{b}⌉",
		Value: bitsIntercept + bitsSlope*math.Ceil(b.Value), Unit: "dB",
		Inputs: []model.Input{published("c_0", bitsIntercept, "dB", andrulis), published("c_1", bitsSlope, "dB", andrulis), b},
		Source: andrulis,
	}
	if f.Value <= 0 {
		return byBits
	}
	byRate := model.Figure{
		Name: "figure of merit that the rate allows", Equation: "F_f = {r_0} − {r_1}·ln({f}/Hz)",
		Value: rateIntercept - rateSlope*math.Log(f.Value), Unit: "dB",
		Inputs: []model.Input{published("r_0", rateIntercept, "dB", andrulis), published("r_1", rateSlope, "dB", andrulis), f},
		Source: andrulis,
	}
	return model.Figure{
		Name: "figure of merit", Equation: "F = min({F_f}, {F_b})", Value: min(byRate.Value, byBits.Value), Unit: "dB",
		Inputs: []model.Input{model.Derived("F_f", byRate), model.Derived("F_b", byBits)}, Source: andrulis,
	}
}

// technology holds the factor 10¹² of joules to picojoules in its intercept.
func technology(b, t model.Input) model.Figure {
	return model.Figure{
		Name: "factor of the technology", Equation: "g = exp({g_0} + {g_1}·ln({t}/nm) − {g_2}·ln({b}) − {g_3})",
		Value: math.Exp(techIntercept + techNode*math.Log(t.Value*1e9) - techENOB*math.Log(b.Value) - bestFifth),
		Inputs: []model.Input{
			published("g_0", techIntercept, "", andrulis), published("g_1", techNode, "", andrulis), t,
			published("g_2", techENOB, "", andrulis), b, published("g_3", bestFifth, "", andrulis),
		},
		Source: andrulis,
	}
}

func regressionArea(b, t, f model.Input) model.Figure {
	e := regressionEnergy(b, t, f)
	ln := areaIntercept + areaNode*math.Log(t.Value*1e9) + areaRate*math.Log(f.Value) + areaEnergy*math.Log(e.Value*1e12)
	return model.Figure{
		Name: "area of a converter", Equation: "A = exp({a_0} + {a_1}·ln({t}/nm) + {a_2}·ln({f}/Hz) + {a_3}·ln({E}/pJ)) µm²",
		Value: math.Exp(ln) * 1e-12, Unit: "m2",
		Inputs: []model.Input{
			published("a_0", areaIntercept, "", andrulis), published("a_1", areaNode, "", andrulis), t,
			published("a_2", areaRate, "", andrulis), f, published("a_3", areaEnergy, "", andrulis), model.Derived("E", e),
		},
		Source: andrulis,
	}
}
