package dac

import "xbar/sim/unit"

// Config describes the converters that drive an array's rows. The tags are
// the schema of [machine.dac].
type Config struct {
	Bits                int              `toml:"bits" range:"1..16" doc:"bits of an input slice"`
	SignedInputs        string           `toml:"signed_inputs" enum:"twos-complement|sign-magnitude|signed-digits" default:"twos-complement" doc:"how signed inputs are sliced"`
	Phases              int              `toml:"phases" range:"0..32" default:"0" doc:"conversions of an input, each of slices that are accumulated in the analog domain; 0: one a slice"`
	GateZeros           bool             `toml:"gate_zeros" default:"false" doc:"a zero slice neither converts nor drives its row"`
	EnergyPerConversion unit.Joule       `toml:"energy_per_conversion"`
	Latency             unit.Second      `toml:"latency" doc:"load of one input slice, all rows at once"`
	Leakage             unit.Watt        `toml:"leakage" doc:"of one converter"`
	Area                unit.SquareMetre `toml:"area" optional:"true" doc:"of one converter"`
}
