package digital

import "xbar/sim/unit"

// Config describes the core of a scalar machine: one instruction stream, in
// order, of scalars or of vectors. The tags are the schema of [machine.core].
type Config struct {
	Order                string           `toml:"order" enum:"auto|lmn|lnm|mln|mnl|nlm|nml" default:"auto" doc:"loop order, outermost first; auto: of each kernel, with its tiles, what costs it least"`
	TileL                int64            `toml:"tile_l" range:"1..1000000000000000" optional:"true" doc:"vectors of a tile; without it, all. The loops over tiles have the same order"`
	TileN                int64            `toml:"tile_n" range:"1..1000000000" optional:"true" doc:"length of a tile along the reduction"`
	TileM                int64            `toml:"tile_m" range:"1..1000000000" optional:"true" doc:"outputs of a tile"`
	Lanes                int64            `toml:"lanes" range:"1..1024" default:"1" doc:"steps of an innermost n or m that one vector instruction does"`
	CyclesPerInstruction int64            `toml:"cycles_per_instruction" range:"1..1000"`
	LoopInstructions     int64            `toml:"loop_instructions" range:"0..1000" doc:"loop overhead of one step"`
	Model                string           `toml:"model" optional:"true" doc:"given or horowitz; where the energies come from"`
	Node                 unit.Metre       `toml:"node" optional:"true" check:"positive" doc:"technology that Horowitz's energies are scaled to"`
	Voltage              unit.Volt        `toml:"voltage" optional:"true" check:"positive" doc:"supply that they are scaled to"`
	Flavour              string           `toml:"flavour" enum:"hp|lp" default:"hp" doc:"technology: high performance or low power"`
	EnergyPerInstruction unit.Joule       `toml:"energy_per_instruction" optional:"true" doc:"fetch, decode and issue, of a scalar or of a vector"`
	EnergyPerRegister    unit.Joule       `toml:"energy_per_register_access" optional:"true" doc:"one read or write of the register file, in one lane"`
	EnergyPerMultiply    unit.Joule       `toml:"energy_per_multiply" optional:"true" doc:"in one lane"`
	EnergyPerAdd         unit.Joule       `toml:"energy_per_add" optional:"true" doc:"in one lane"`
	EnergyPerActivation  unit.Joule       `toml:"energy_per_activation" optional:"true" doc:"bias, rescale and clamp of one output"`
	Leakage              unit.Watt        `toml:"leakage"`
	Area                 unit.SquareMetre `toml:"area" optional:"true"`
}

// Memory describes what serves a scalar machine's loads: one memory of given
// energy (flat), or levels from the smallest to the one that holds all. The
// tags are the schema of [machine.memory].
type Memory struct {
	Flat          bool    `toml:"flat" default:"false" doc:"every operand comes from the last level, as in the textbook bound"`
	WriteAllocate bool    `toml:"write_allocate" default:"true" doc:"a store brings its line into the caches; false: it goes around them"`
	Levels        []Level `toml:"level"`
}

// Level is one level of the hierarchy, the schema of [[machine.memory.level]].
type Level struct {
	Name            string           `toml:"name"`
	Capacity        unit.Bit         `toml:"capacity" optional:"true" check:"positive" doc:"the last level holds everything and needs none"`
	Line            unit.Bit         `toml:"line" check:"positive" doc:"bits fetched at once on a miss above; the same on every level"`
	AccessBits      int64            `toml:"access_bits" range:"1..65536" doc:"bits one access moves"`
	EnergyPerAccess unit.Joule       `toml:"energy_per_access"`
	Latency         unit.Second      `toml:"latency" doc:"stall of a load this level serves"`
	Leakage         unit.Watt        `toml:"leakage"`
	Area            unit.SquareMetre `toml:"area" optional:"true"`
}
