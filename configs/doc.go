// Package configs reads studies: which workload runs on which machines.
//
//	machine = defaults ◁ preset ◁ file ◁ --set
//
// where a ◁ b is a with b's keys laid over it. Tables merge key by key; a list
// such as memory.level is replaced as a whole. bandwidth = "unlimited" lifts a
// limit that a layer below sets.
//
// What a part costs comes from one of several models ([Choices]): named by a key
// such as model or timing, or meant by the keys beside it. A layer that gives
// keys of another model takes out those of the model below, so that no joule is
// charged twice. A section may have a preset of its own, [machine.cell] preset =
// "pcm-nvsim90": it brings all numbers of the part.
//
// No energy may be below what physics allows ([Machine.Limits]) unless the study
// says allow_below_floor = true.
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
