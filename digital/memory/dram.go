package memory

import "xbar/sim/model"

// standards is the energy of moving one bit, in J/bit, and who says so.
var standards = map[string]struct {
	energy float64
	source string
	holds  string
}{
	"lpddr4":        {8e-12, "hwcomponents-cacti, from public data", ""},
	"lpddr":         {40e-12, "Malladi et al., ISCA 2012", ""},
	"ddr3":          {70e-12, "Chatterjee et al., MICRO 2017", ""},
	"hbm2":          {6.25e-12, "hwcomponents-cacti", ""},
	"hbm2-oconnor":  {3.9e-12, "O'Connor et al., MICRO 2017", ""},
	"hbm3":          {4.05e-12, "hwcomponents-cacti", ""},
	"hbm4":          {3.2e-12, "hwcomponents-cacti: 20 % below HBM3", ""},
	"timeloop":      {12.5e-12, "Timeloop, pat-public: 200 pJ per 16 bits", ""},
	"ucie-standard": {0.5e-12, "UCIe 1.0, standard package", "the link between two dies, without the memory behind it"},
	"ucie-advanced": {0.25e-12, "UCIe 1.0, advanced package", "the link between two dies, without the memory behind it"},
}

// Read is the energy of reading one bit, in J/bit.
func (d *DRAM) Read() model.Figure {
	return d.bit("energy of reading a bit", float64(d.ReadEnergy), "read_energy")
}

// Write is the energy of writing one bit, in J/bit.
func (d *DRAM) Write() model.Figure {
	return d.bit("energy of writing a bit", float64(d.WriteEnergy), "write_energy")
}

// bit is the figure given under a key, or that of the standard, which does not
// tell reads from writes.
func (d *DRAM) bit(name string, value float64, key string) model.Figure {
	if d.Model != "standard" {
		return model.Given(name, "e", value, "J/bit", key)
	}
	s := standards[d.Standard]
	return model.Figure{
		Name: name + " of " + d.Standard, Equation: "{e}", Value: s.energy, Unit: "J/bit", Source: s.source, Holds: s.holds,
		Inputs: []model.Input{{Symbol: "e", Value: s.energy, Unit: "J/bit", Source: s.source}},
	}
}
