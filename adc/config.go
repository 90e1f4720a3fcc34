package adc

import "xbar/sim/unit"

// Config describes the converters at the foot of an array's columns. The energy
// of a conversion is given, or follows from ENOB, node and rate by [Regression].
// The tags are the schema of [machine.adc].
type Config struct {
	Resolution          int              `toml:"resolution" range:"1..24" doc:"bits of the output code"`
	Range               string           `toml:"range" enum:"clip|scale" default:"clip" doc:"what happens to sums beyond the codes: saturate, or widen the step"`
	PerArray            int              `toml:"per_array" range:"1..65536" doc:"converters sharing the columns of one array"`
	EnergyPerConversion unit.Joule       `toml:"energy_per_conversion" optional:"true" doc:"or enob and node"`
	ENOB                float64          `toml:"enob" range:"4..20" optional:"true" doc:"effective bits, which the energy follows; the codes follow resolution"`
	Node                unit.Metre       `toml:"node" optional:"true" check:"positive" doc:"technology, for the energy of enob bits"`
	Latency             unit.Second      `toml:"latency" doc:"time of one conversion"`
	Interval            unit.Second      `toml:"interval" optional:"true" doc:"from one conversion to the next"`
	Leakage             unit.Watt        `toml:"leakage" doc:"of one converter"`
	Area                unit.SquareMetre `toml:"area" optional:"true" doc:"of one converter; with enob and node, that of the regression unless given"`
}

// Modelled reports whether energy and area follow from ENOB and node.
func (c *Config) Modelled() bool { return c.ENOB > 0 }

// Regression is the model of these converters, each busy all the time.
func (c *Config) Regression() Regression {
	r := Regression{ENOB: c.ENOB, Node: c.Node}
	if c.Latency > 0 {
		r.Rate = unit.Hertz(1 / c.Latency)
	}
	return r
}

// Conversion is the energy of one conversion.
func (c *Config) Conversion() unit.Joule {
	if c.Modelled() {
		return c.Regression().Energy()
	}
	return c.EnergyPerConversion
}
