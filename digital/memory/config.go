package memory

import "xbar/sim/unit"

// Buffer describes an on-chip memory, the schema of [machine.input_buffer],
// [machine.weight_buffer], [machine.output_buffer] and [machine.global_buffer].
type Buffer struct {
	Capacity    unit.Bit         `toml:"capacity" check:"positive"`
	ReadEnergy  unit.JoulePerBit `toml:"read_energy"`
	WriteEnergy unit.JoulePerBit `toml:"write_energy"`
	Leakage     unit.Watt        `toml:"leakage"`
	Area        unit.SquareMetre `toml:"area" optional:"true"`
}

// DRAM describes the memory off the chip, the schema of [machine.dram].
type DRAM struct {
	Channels    int               `toml:"channels" range:"1..1024" default:"1"`
	Bandwidth   unit.BitPerSecond `toml:"bandwidth" optional:"true" unlimited:"true" check:"positive" doc:"of one channel; without a limit where it is 'unlimited' or not given"`
	ReadEnergy  unit.JoulePerBit  `toml:"read_energy"`
	WriteEnergy unit.JoulePerBit  `toml:"write_energy"`
	Leakage     unit.Watt         `toml:"leakage"`
}
