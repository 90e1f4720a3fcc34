package memory

import (
	"xbar/sim/model"
	"xbar/sim/unit"
)

// Buffer describes an on-chip memory, the schema of [machine.input_buffer],
// [machine.weight_buffer], [machine.output_buffer] and [machine.global_buffer].
type Buffer struct {
	Model       string           `toml:"model" optional:"true" doc:"given, cacti (static RAM), edram or registers; what the other keys mean unless written"`
	Capacity    unit.Bit         `toml:"capacity" check:"positive"`
	ReadEnergy  unit.JoulePerBit `toml:"read_energy" optional:"true"`
	WriteEnergy unit.JoulePerBit `toml:"write_energy" optional:"true"`
	Node        unit.Metre       `toml:"node" optional:"true" check:"positive" doc:"technology: 45, 32 or 22 nm"`
	Flavour     string           `toml:"flavour" enum:"itrs-hp|itrs-lop" default:"itrs-hp" doc:"transistors: high performance or low operating power"`
	Word        int              `toml:"word" range:"1..65536" default:"256" doc:"bits of one access: 256 or 64"`
	Design      string           `toml:"design" enum:"isaac|puma" optional:"true" doc:"the published embedded DRAM, at 32 nm"`
	Leakage     unit.Watt        `toml:"leakage" optional:"true"`
	Area        unit.SquareMetre `toml:"area" optional:"true"`
}

// BufferGroups is the models of a buffer.
var BufferGroups = []model.Group{{
	Key: "model", Subject: "a buffer needs the energy of reading and writing a bit",
	Choices: []model.Choice{
		{Name: "given", About: "the energies of a bit stand in the config", Needs: []string{"read_energy", "write_energy"}},
		{Name: "cacti", About: "static RAM by CACTI 7 at 350 K, interpolated in capacity",
			Needs: []string{"node"}, Takes: []string{"flavour", "word"}, Gives: []string{"leakage", "area"}},
		{Name: "edram", About: "embedded DRAM of ISAAC (ISCA 2016) or PUMA, scaled in capacity",
			Needs: []string{"design"}, Gives: []string{"leakage", "area"}},
		{Name: registers, About: "registers of Aladdin (ISCA 2014), 40 nm, as many as the capacity has bits",
			Named: true, Gives: []string{"area"}},
	},
}}

// DRAM describes the memory off the chip, the schema of [machine.dram].
type DRAM struct {
	Model       string            `toml:"model" optional:"true" doc:"given or standard; what the other keys mean unless written"`
	Channels    int               `toml:"channels" range:"1..1024" default:"1"`
	Bandwidth   unit.BitPerSecond `toml:"bandwidth" optional:"true" unlimited:"true" check:"positive" doc:"of one channel; without a limit where it is 'unlimited' or not given"`
	ReadEnergy  unit.JoulePerBit  `toml:"read_energy" optional:"true"`
	WriteEnergy unit.JoulePerBit  `toml:"write_energy" optional:"true"`
	Standard    string            `toml:"standard" enum:"lpddr4|lpddr|ddr3|hbm2|hbm2-oconnor|hbm3|hbm4|timeloop|ucie-standard|ucie-advanced" optional:"true" doc:"the published energy of a bit; UCIe is the link alone, without the memory behind it"`
	Leakage     unit.Watt         `toml:"leakage"`
}

// DRAMGroups is the models of the memory off the chip.
var DRAMGroups = []model.Group{{
	Key: "model", Subject: "a DRAM needs the energy of reading and writing a bit",
	Choices: []model.Choice{
		{Name: "given", About: "the energies of a bit stand in the config", Needs: []string{"read_energy", "write_energy"}},
		{Name: "standard", About: "the published energy of a bit by standard, reads and writes alike", Needs: []string{"standard"}},
	},
}}
