package adc

import (
	"fmt"
	"math"

	"xbar/sim/model"
	"xbar/sim/unit"
)

const murmann = `B. Murmann, ADC Performance Survey 1997–2025, rev. 20250609, sheet "Jitter and FOM lines"`

// The envelope of the survey. Each level is the power average of the five best
// designs, and each corner is where the average of the five fastest takes over.
const (
	envelopeDecibels = 186.723      // Schreier figure of merit at low rates
	envelopeCorner   = 51.44e6      // Hz, beyond it 263.836 dB − 10·log10(f/Hz)
	envelopeStep     = 0.66936e-15  // J, Walden figure of merit at low rates
	stepCorner       = 1.2211e9     // Hz, beyond it the step grows with the rate
	bestDecibels     = 189.17       // ISSCC 2025, 18.1, at 2 kS/s
	bestStep         = 0.353518e-15 // J
)

// Range of the survey's 724 designs.
const (
	surveyENOB    = 19.75
	surveySlowest = unit.Hertz(25)
	surveyFastest = unit.Hertz(200e9)
)

// BestPublished is the energy of a conversion on the envelope of the best
// published converters at so many effective bits and conversions a second:
//
//	E = max(FOM_W·2^b, ½·10^((SNDR − FOM_S)/10))
//	FOM_W = 0.66936 fJ·√(1 + (f/1.2211 GHz)²)
//	FOM_S = 186.723 dB − 10·log10 √(1 + (f/51.44 MHz)²)
//
// It is 171 fJ for 8 bits at 10 MS/s and 52.1 pJ for 12 bits at 1 GS/s. Of the
// survey's 724 designs 7 lie below, by a factor of at most 2.86.
func BestPublished(enob float64, rate unit.Hertz) model.Figure {
	return envelope(posed("b", enob, ""), posed("f", float64(rate), "Hz"))
}

func envelope(b, f model.Input) model.Figure {
	walden, schreier := envelopeWalden(b, f), envelopeSchreier(b, f)
	return model.Figure{
		Name: conversion, Equation: "E = max({E_W}, {E_S})", Value: max(walden.Value, schreier.Value), Unit: "J",
		Inputs: []model.Input{model.Derived("E_W", walden), model.Derived("E_S", schreier)},
		Source: murmann, Holds: "the best published converters of each rate, whatever their technology; 7 of 724 are better, by at most 2.86 times",
		Outside: unsurveyed(b.Value, unit.Hertz(f.Value)),
	}
}

func envelopeWalden(b, f model.Input) model.Figure {
	step := model.Figure{
		Name: "best published energy of a conversion step", Equation: "FOM_W = {w}·√(1 + ({f}/{f_w})²)",
		Value: envelopeStep * math.Hypot(1, f.Value/stepCorner), Unit: "J",
		Inputs: []model.Input{published("w", envelopeStep, "J", murmann), f, published("f_w", stepCorner, "Hz", murmann)},
		Source: murmann,
	}
	return model.Figure{
		Name: "energy that technology asks for", Equation: "E_W = {FOM_W}·2^{b}", Value: step.Value * math.Exp2(b.Value), Unit: "J",
		Inputs: []model.Input{model.Derived("FOM_W", step), b}, Source: definition,
	}
}

func envelopeSchreier(b, f model.Input) model.Figure {
	best := model.Figure{
		Name: "best published Schreier figure of merit", Equation: "FOM_S = {s} − 10·log10(√(1 + ({f}/{f_s})²))",
		Value: envelopeDecibels - 10*math.Log10(math.Hypot(1, f.Value/envelopeCorner)), Unit: "dB",
		Inputs: []model.Input{published("s", envelopeDecibels, "dB", murmann), f, published("f_s", envelopeCorner, "Hz", murmann)},
		Source: murmann,
	}
	ratio := sndr(b)
	return model.Figure{
		Name: "energy that noise asks for", Equation: "E_S = ½·10^(({SNDR} − {FOM_S})/10)", Value: merit(ratio.Value, best.Value), Unit: "J",
		Inputs: []model.Input{model.Derived("SNDR", ratio), model.Derived("FOM_S", best)}, Source: definition,
	}
}

// unsurveyed says why the survey has no converters of this kind.
func unsurveyed(enob float64, rate unit.Hertz) string {
	switch {
	case enob > surveyENOB:
		return fmt.Sprintf("an ENOB of %g: the survey has none above %g", enob, surveyENOB)
	case rate <= 0:
		return "no rate: a conversion must take some time; the envelope of slow converters is taken"
	case rate < surveySlowest || rate > surveyFastest:
		return fmt.Sprintf("a rate of %v: the survey's are from %v to %v", rate, surveySlowest, surveyFastest)
	}
	return ""
}
