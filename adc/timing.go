package adc

import (
	"math"

	"xbar/sim/model"
)

// Kinds of converters, by definition.
const (
	ramps     = "definition of a single-slope converter: a counter runs until the ramp has passed the sample, 2^n codes at most"
	compares  = "definition of a flash converter: as many comparators as codes, all at once"
	pipelined = "definition of a pipeline of one-bit stages: a cycle for each"
)

const neurosimTime = "DNN+NeuroSim V1.4, SarADC.cpp: one cycle to sample, one for each bit"

// Time is from the sample to the code, for a conversion of so many bits, at
// most the resolution.
func (c *Config) Time(bits int) model.Figure {
	n, cycle := c.asked(bits), c.cycle()
	switch c.Timing {
	case "sar":
		return duration("t = ({n} + 1)·{T}", (n.Value+1)*cycle.Value, neurosimTime, n, cycle)
	case "ramp":
		return duration("t = 2^{n}·{T}", math.Exp2(n.Value)*cycle.Value, ramps, n, cycle)
	case "flash":
		return duration("t = {T}", cycle.Value, compares, cycle)
	case "pipeline":
		return duration("t = {n}·{T}", n.Value*cycle.Value, pipelined, n, cycle)
	case "stepped":
		over := model.Input{Symbol: "t_o", Value: float64(c.Overhead), Unit: "s", Key: "overhead"}
		return duration("t = {n}·{T} + {t_o}", n.Value*cycle.Value+over.Value, neurram, n, cycle, over)
	case "zigzag-28nm":
		return c.zigzagTime(n)
	}
	return model.Given("time of a conversion", "t", float64(c.Latency), "s", "latency")
}

// Interval is from one conversion to the next on the same converter. It is the
// time of a conversion but where conversions overlap.
func (c *Config) Interval(bits int) model.Figure {
	switch {
	case c.Timing == "pipeline":
		f := duration("t = {T}", float64(c.Cycle), pipelined, c.cycle())
		f.Name = "time between conversions"
		return f
	case c.Every > 0 && (c.Timing == "" || c.Timing == "given"):
		return model.Given("time between conversions", "t", float64(c.Every), "s", "interval")
	}
	return c.Time(bits)
}

// rate is what a converter does that is never idle and decides all its bits. It
// is zero where conversions take no time, which no model can use.
func (c *Config) rate() model.Figure {
	interval := c.Interval(c.Resolution)
	f := model.Figure{
		Name: "rate of a converter", Equation: "f = 1/{t}", Unit: "Hz",
		Inputs: []model.Input{model.Derived("t", interval)},
	}
	if interval.Value > 0 {
		f.Value = 1 / interval.Value
	}
	return f
}

func (c *Config) cycle() model.Input {
	return model.Input{Symbol: "T", Value: float64(c.Cycle), Unit: "s", Key: "cycle"}
}

func duration(equation string, value float64, source string, inputs ...model.Input) model.Figure {
	return model.Figure{Name: "time of a conversion", Equation: equation, Inputs: inputs, Value: value, Unit: "s", Source: source}
}
