package dac

import (
	"xbar/sim/model"
	"xbar/sim/unit"
)

// Config describes the converters that drive an array's rows. The tags are
// the schema of [machine.dac]; which keys belong together is in [Groups].
type Config struct {
	Bits          int     `toml:"bits" range:"1..16" doc:"bits of an input slice"`
	SignedInputs  string  `toml:"signed_inputs" enum:"twos-complement|sign-magnitude|signed-digits" default:"twos-complement" doc:"how signed inputs are sliced"`
	Rounding      string  `toml:"rounding" enum:"codes|mid-rise|none" default:"codes" doc:"of inputs that are real numbers, which xbar mvm has; codes: whole numbers, and zero among them; mid-rise: 2^bits levels beside zero where inputs are signed; none: they are driven as they are, at the energy of the nearest code; the latter two in one slice"`
	GateZeros     bool    `toml:"gate_zeros" default:"false" doc:"a zero slice neither converts nor drives its row"`
	Phases        int     `toml:"phases" range:"0..32" default:"0" doc:"input slices are accumulated in the analog domain and converted in so many groups; 0: a conversion for every slice"`
	OffsetError   float64 `toml:"offset_error" range:"0..1000" optional:"true" doc:"standard deviation, from row to row, of what each driver adds to its levels, in steps of its digits (LSB)"`
	GainError     float64 `toml:"gain_error" range:"0..0.3" optional:"true" doc:"the same of what each multiplies them by, over 1"`
	DNLError      float64 `toml:"dnl_error" range:"0..1" optional:"true" doc:"standard deviation of each step from one level of a driver to the next, over what it should be (differential nonlinearity, in LSB; levels are off by the sum of the steps below: integral nonlinearity)"`
	ResistorError float64 `toml:"resistor_error" range:"0..0.3" optional:"true" doc:"of model = r-2r, instead: standard deviation of a resistor R over its resistance; 2R is two of them"`
	Noise         float64 `toml:"noise" range:"0..1000" optional:"true" doc:"of each load by itself: standard deviation of a level, in steps (LSB)"`

	Model               string      `toml:"model" optional:"true" doc:"where the energy of a conversion comes from"`
	EnergyPerConversion unit.Joule  `toml:"energy_per_conversion" optional:"true" doc:"of one input slice on one row"`
	OneBitEnergy        unit.Joule  `toml:"one_bit_energy" optional:"true" doc:"of a conversion of one bit; every further bit doubles it"`
	Capacitance         unit.Farad  `toml:"capacitance" optional:"true" doc:"that the driver charges beside the row's own wire"`
	Voltage             unit.Volt   `toml:"voltage" optional:"true" doc:"supply of the converter"`
	EnergyPerPulse      unit.Joule  `toml:"energy_per_pulse" optional:"true" doc:"of one pulse on a row; a digit is that many pulses"`
	EnergyPerLoad       unit.Joule  `toml:"energy_per_load" optional:"true" doc:"of loading a digit, whatever it is"`
	EnergyPerUnit       unit.Joule  `toml:"energy_per_unit" optional:"true" doc:"of holding the pulse for one unit of its width"`
	Resistance          unit.Ohm    `toml:"resistance" optional:"true" check:"positive" doc:"R of an R-2R ladder"`
	HoldTime            unit.Second `toml:"hold_time" optional:"true" doc:"how long a ladder holds its level: settling and the read pulse"`
	Node                unit.Metre  `toml:"node" optional:"true" check:"positive" default:"22 nm" doc:"technology of an R-2R ladder, for its area"`

	Timing    string      `toml:"timing" optional:"true" doc:"where the time to load a slice comes from"`
	Latency   unit.Second `toml:"latency" optional:"true" doc:"load of one input slice, all rows at once"`
	PulseTime unit.Second `toml:"pulse_time" optional:"true" doc:"of one pulse, or of one unit of a pulse's width"`

	Leakage unit.Watt        `toml:"leakage" doc:"of one converter"`
	Area    unit.SquareMetre `toml:"area" optional:"true" doc:"of one converter"`
}

// Slicer cuts inputs of so many bits.
func (c *Config) Slicer(inputBits int, signed bool) Slicer {
	return Slicer{
		Bits: c.Bits, InputBits: inputBits, Signed: signed,
		SignMagnitude: c.SignedInputs == "sign-magnitude",
		SignedDigits:  c.SignedInputs == "signed-digits",
	}
}

// Real reports whether real numbers drive rows, and not codes of them.
func (c *Config) Real() bool { return c.Rounding == "mid-rise" || c.Rounding == "none" }

// Groups are the models of an input converter.
var Groups = []model.Group{
	{
		Key: "model", Subject: "a DAC needs the energy of a conversion",
		Choices: []model.Choice{
			{Name: "given", About: "one number for every conversion", Needs: []string{"energy_per_conversion"}},
			{Name: "driver", About: "an inverter that drives one bit: C·V²", Needs: []string{"capacitance", "voltage"}},
			{Name: "doubling", About: "one bit's energy, doubled by every further bit", Needs: []string{"one_bit_energy"}},
			{Name: "pulse-count", About: "a digit is that many pulses", Needs: []string{"energy_per_pulse", "energy_per_load"}},
			{Name: "pulse-width", About: "a digit is the width of one pulse", Needs: []string{"energy_per_unit", "capacitance", "voltage"}},
			{Name: "registers", About: "a flip-flop of ZigZag-IMC's 28 nm gates a bit, and no converter", Needs: []string{"voltage"}, Named: true, Gives: []string{"area"}},
			{Name: "capacitive", About: "50 fF a bit, as in ZigZag-IMC", Needs: []string{"voltage"}},
			{
				Name: "r-2r", About: "an R-2R ladder that holds its level",
				Needs: []string{"resistance", "voltage", "hold_time"}, Takes: []string{"node"}, Gives: []string{"area"},
			},
		},
	},
	{
		Key: "timing", Subject: "a DAC needs the time to load a slice",
		Choices: []model.Choice{
			{Name: "given", About: "one number for every slice", Needs: []string{"latency"}},
			{Name: "pulses", About: "as many pulses as the largest digit; the cells are read while they last", Needs: []string{"pulse_time"}},
		},
	},
}

// TimeCoded says whether a digit is driven as time at full level instead of as
// a level. A resistive cell then heats in proportion to the digit and not to
// its square.
func (c *Config) TimeCoded() bool { return c.Model == "pulse-count" || c.Model == "pulse-width" }

// Load is the time in seconds from one input slice to the next.
func (c *Config) Load() model.Figure {
	if c.Timing != "pulses" {
		return model.Given("time to load a slice", "t", float64(c.Latency), "s", "latency")
	}
	t := float64(c.PulseTime)
	return model.Figure{
		Name: "time to load a slice", Equation: "t = (2^{B} − 1)·{t_pulse}", Value: c.largest() * t, Unit: "s",
		Inputs: []model.Input{c.bits(), {Symbol: "t_pulse", Value: t, Unit: "s", Key: "pulse_time"}},
		Holds:  "all rows take the time of the largest digit, whatever theirs is",
	}
}

// LeakageEach is the power in watts that one converter draws at all times.
func (c *Config) LeakageEach(func(key string) bool) model.Figure {
	return model.Given("leakage of a converter", "P", float64(c.Leakage), "W", "leakage")
}

// AreaEach is the area in square metres of one converter: the number under
// area where that is written, or what the model makes of it.
func (c *Config) AreaEach(written func(key string) bool) model.Figure {
	switch {
	case c.Model == "registers" && !written("area"):
		return c.registerArea()
	case c.Model == "r-2r" && !written("area"):
		return c.ladderArea()
	}
	return model.Given("area of a converter", "A", float64(c.Area), "m2", "area")
}

func (c *Config) bits() model.Input {
	return model.Input{Symbol: "B", Value: float64(c.Bits), Key: "bits"}
}

// largest is 2^B − 1, the largest digit.
func (c *Config) largest() float64 { return float64(int64(1)<<c.Bits - 1) }
