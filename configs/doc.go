// Package configs reads studies: which workload runs on which machines.
//
//	machine = defaults ◁ preset ◁ file ◁ --set
//
// where a ◁ b is a with b's keys laid over it. Tables merge key by key; a list
// such as memory.level is replaced as a whole. A read of a cell is charged by
// read_energy, or by read_voltage, g_on and g_off, and a conversion by
// energy_per_conversion, or by enob and node: a layer that gives the one takes
// the place of the other below it. bandwidth = "unlimited" lifts a limit
// that a layer below sets.
//
// Reading is strict. The struct tags of [Config] are the schema: a key that is
// not in it, a key that is missing, a number out of range or a quantity
// without its unit is an [Error] with file, line, column and what is allowed,
// and all errors of a study are reported at once. Every value remembers where
// it was written and which publication vouches for it ([Machine.Provenance]):
//
//	[machine.adc]
//	source = "Shafiee et al., ISCA 2016, Table I"  # for the keys of this table
//	resolution = 8
//	energy_per_conversion = { value = "1.67 pJ", source = "from power and rate" }
package configs
