package adc

import "xbar/sim/unit"

// Config describes the converters at the foot of an array's columns. The tags
// are the schema of [machine.adc].
type Config struct {
	Resolution          int              `toml:"resolution" range:"1..24" doc:"bits of the output code"`
	Range               string           `toml:"range" enum:"clip|scale" default:"clip" doc:"what happens to sums beyond the codes: saturate, or widen the step"`
	PerArray            int              `toml:"per_array" range:"1..65536" doc:"converters sharing the columns of one array"`
	EnergyPerConversion unit.Joule       `toml:"energy_per_conversion"`
	Latency             unit.Second      `toml:"latency" doc:"time of one conversion"`
	Leakage             unit.Watt        `toml:"leakage" doc:"of one converter"`
	Area                unit.SquareMetre `toml:"area" optional:"true" doc:"of one converter"`
}
