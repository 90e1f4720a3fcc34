package adc

import (
	"fmt"
	"math"

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
// E is the whole energy of a conversion: the authors' own wrapper charges a
// fifth of it as leakage at the full rate, here nothing is left for that. The
// step in ⌈b⌉ is the authors'.
type Regression struct {
	ENOB float64    // effective bits, 4 or more
	Node unit.Metre // technology
	Rate unit.Hertz // conversions a second of one converter
}

// Coefficients as published (hwcomponents-adc, adc_data/model.yaml).
const (
	rateIntercept = 213.7806687348118
	rateSlope     = -2.8719030399529957
	bitsIntercept = 128.3068287398817
	bitsSlope     = 3.22051151117745
	techIntercept = 26.0496215686518
	techNode      = 1.8800369206815004
	techENOB      = -2.8291256050594527
	bestFifth     = -1.4702022133784405
	areaIntercept = 1.3461916439910742
	areaNode      = 0.9932794744745022
	areaRate      = 0.18071538424508238
	areaEnergy    = 0.29912426192653485
)

// Check reports a converter outside the range of the fit.
func (r Regression) Check() error {
	switch {
	case r.ENOB < 4 || r.ENOB > 20:
		return fmt.Errorf("an ENOB of %g: the regression is of converters of 4 to 20 bits", r.ENOB)
	case r.Node < 3e-9 || r.Node > 1.5e-6:
		return fmt.Errorf("a node of %v: the regression is of nodes from 3 nm to 1.5 µm", r.Node)
	case r.Rate <= 0:
		return fmt.Errorf("no rate: a conversion must take some time")
	case r.Rate > 10e9:
		return fmt.Errorf("a rate of %v: the regression holds up to 10 GHz", r.Rate)
	}
	return nil
}

// Energy of one conversion.
func (r Regression) Energy() unit.Joule { return unit.Joule(r.picojoules() * 1e-12) }

func (r Regression) picojoules() float64 {
	sndr := 20*math.Log10(2)*r.ENOB + 10*math.Log10(1.5)
	merit := min(rateIntercept+rateSlope*math.Log(float64(r.Rate)), bitsIntercept+bitsSlope*math.Ceil(r.ENOB))
	technology := math.Exp(techIntercept + techNode*math.Log(float64(r.Node)*1e9) + techENOB*math.Log(r.ENOB) + bestFifth)
	return 0.5 * math.Pow(10, (sndr-merit)/10) * technology
}

// Area of one converter.
func (r Regression) Area() unit.SquareMetre {
	ln := areaIntercept + areaNode*math.Log(float64(r.Node)*1e9) + areaRate*math.Log(float64(r.Rate)) + areaEnergy*math.Log(r.picojoules())
	return unit.SquareMetre(math.Exp(ln) * 1e-12)
}
