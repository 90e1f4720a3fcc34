package systolic

import (
	"xbar/digital/memory"
	"xbar/digital/network"
	"xbar/digital/peripheral"
	"xbar/sim/unit"
)

// Config describes a systolic machine.
type Config struct {
	Array        Array
	PE           PE
	InputBuffer  memory.Buffer
	WeightBuffer memory.Buffer
	OutputBuffer memory.Buffer
	DRAM         memory.DRAM
	Activation   peripheral.Activation
	Network      *network.Config // between buffers and array; nil: they adjoin

	// Written says of a key of a section ("input_buffer", "leakage") whether
	// its value was written and so goes before that of the section's model;
	// Knows, whether it was written or follows from the model. Nil stands for
	// no key at all.
	Written, Knows func(section, key string) bool
}

// written says of a section's keys whether they were written.
func (c *Config) written(section string) func(key string) bool {
	return func(key string) bool { return c.Written != nil && c.Written(section, key) }
}

// knowsArea says whether a section's area is more than an unwritten zero.
func (c *Config) knowsArea(section string) bool { return c.Knows != nil && c.Knows(section, "area") }

// Array is the grid of PEs, the schema of [machine.array].
type Array struct {
	Rows              int    `toml:"rows" range:"1..65536"`
	Cols              int    `toml:"cols" range:"1..65536"`
	Dataflow          string `toml:"dataflow" enum:"ws|os|is" doc:"what the PEs hold: weights (ws), outputs (os) or inputs (is)"`
	OverlapWeightLoad bool   `toml:"overlap_weight_load" default:"false" doc:"PEs hold two weights (is: inputs), and the next fold's is loaded while this one streams; SCALE-Sim's cycles are without it, and without a dram.bandwidth"`
	Im2col            string `toml:"im2col" enum:"off-chip|on-chip" default:"off-chip" doc:"where windows of a convolution are unrolled: off-chip, and what they share crosses the DRAM with each, or on-chip, from the distinct inputs of a kernel; SCALE-Sim's cycles and buffer reads are the same with both"`
	KeepActivations   bool   `toml:"keep_activations" default:"false" doc:"outputs stay in the input buffer as the next kernel's inputs where it holds a kernel's inputs and outputs together"`
}

// PE is one processing element, the schema of [machine.pe].
type PE struct {
	EnergyPerMAC   unit.Joule       `toml:"energy_per_mac" doc:"one multiplication and the addition to a partial sum"`
	RegisterEnergy unit.JoulePerBit `toml:"register_energy" doc:"of an operand that a PE latches as it passes from its neighbour"`
	Leakage        unit.Watt        `toml:"leakage" doc:"of one PE"`
	Area           unit.SquareMetre `toml:"area" optional:"true" doc:"of one PE"`
}

// Side is an array of PEs beside the arrays of an in-memory machine, fed by its global
// buffer, the schema of [machine.digital].
type Side struct {
	Rows              int              `toml:"rows" range:"1..65536"`
	Cols              int              `toml:"cols" range:"1..65536"`
	Dataflow          string           `toml:"dataflow" enum:"ws|os|is" doc:"what the PEs hold: weights (ws), outputs (os) or inputs (is)"`
	OverlapWeightLoad bool             `toml:"overlap_weight_load" default:"false" doc:"PEs hold two weights (is: inputs), and the next fold's is loaded while this one streams"`
	EnergyPerMAC      unit.Joule       `toml:"energy_per_mac" doc:"one multiplication and the addition to a partial sum"`
	RegisterEnergy    unit.JoulePerBit `toml:"register_energy" doc:"of an operand that a PE latches as it passes from its neighbour"`
	LinkEnergy        unit.JoulePerBit `toml:"link_energy" doc:"of a bit on its wires between the global buffer and the PEs"`
	Leakage           unit.Watt        `toml:"leakage" doc:"of one PE"`
	Area              unit.SquareMetre `toml:"area" optional:"true" doc:"of one PE"`
}

// Array is its grid.
func (s *Side) Array() Array {
	return Array{Rows: s.Rows, Cols: s.Cols, Dataflow: s.Dataflow, OverlapWeightLoad: s.OverlapWeightLoad}
}
