package peripheral

import "xbar/sim/unit"

// ShiftAdd describes the digital stage behind an array's converters, the
// schema of [machine.shift_add].
type ShiftAdd struct {
	EnergyPerOperation  unit.Joule       `toml:"energy_per_operation" doc:"one code shifted and added"`
	EnergyPerCorrection unit.Joule       `toml:"energy_per_correction" doc:"one addition of the offset or flip correction"`
	Latency             unit.Second      `toml:"latency" doc:"from the last code of a group to its sum"`
	Pipelined           bool             `toml:"pipelined" default:"true" doc:"false: the converters wait until the sum is done"`
	Leakage             unit.Watt        `toml:"leakage" doc:"of one array's stage"`
	Area                unit.SquareMetre `toml:"area" optional:"true" doc:"of one array's stage"`
}

// Accumulator describes the adders that sum arrays stacked along the
// reduction, the schema of [machine.accumulator].
type Accumulator struct {
	Lanes        int              `toml:"lanes" range:"1..65536" doc:"additions at once in one tile"`
	EnergyPerAdd unit.Joule       `toml:"energy_per_add"`
	Latency      unit.Second      `toml:"latency" doc:"of one addition"`
	Leakage      unit.Watt        `toml:"leakage" doc:"of one tile's accumulator"`
	Area         unit.SquareMetre `toml:"area" optional:"true" doc:"of one tile's accumulator"`
}

// Activation describes the unit that adds the bias, rescales and clamps an
// output, the schema of [machine.activation].
type Activation struct {
	EnergyPerOperation unit.Joule       `toml:"energy_per_operation"`
	Leakage            unit.Watt        `toml:"leakage" doc:"of one unit, on an analog chip one a tile"`
	Area               unit.SquareMetre `toml:"area" optional:"true" doc:"of one unit, on an analog chip one a tile"`
}
