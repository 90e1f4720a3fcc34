package peripheral

import (
	"xbar/sim/model"
	"xbar/sim/unit"
)

// ShiftAdd describes the digital stage behind an array's converters, the
// schema of [machine.shift_add].
type ShiftAdd struct {
	Model               string           `toml:"model" optional:"true" doc:"given, adder or gates; what the other keys mean unless written"`
	EnergyPerOperation  unit.Joule       `toml:"energy_per_operation" optional:"true" doc:"one code shifted and added"`
	EnergyPerCorrection unit.Joule       `toml:"energy_per_correction" optional:"true" doc:"one addition of the offset or flip correction"`
	Node                unit.Metre       `toml:"node" optional:"true" check:"positive" doc:"technology of the adder"`
	Voltage             unit.Volt        `toml:"voltage" optional:"true" check:"positive" doc:"supply of the adder"`
	Flavour             string           `toml:"flavour" enum:"hp|lp" default:"hp" doc:"technology: high performance or low power"`
	Bits                int              `toml:"bits" range:"1..64" default:"32" doc:"width of the adder"`
	Toggle              float64          `toml:"toggle" range:"0..1" default:"0.5" doc:"share of the gates that switch in an operation"`
	Latency             unit.Second      `toml:"latency" doc:"from the last code of a group to its sum"`
	Pipelined           bool             `toml:"pipelined" default:"true" doc:"false: the converters wait until the sum is done"`
	Leakage             unit.Watt        `toml:"leakage" doc:"of one array's stage"`
	Area                unit.SquareMetre `toml:"area" optional:"true" doc:"of one array's stage; modelled, it is that of an adder behind each converter or adder tree"`
}

// Accumulator describes the adders that sum arrays stacked along the
// reduction, the schema of [machine.accumulator].
type Accumulator struct {
	Model        string           `toml:"model" optional:"true" doc:"given, adder or gates; what the other keys mean unless written"`
	Lanes        int              `toml:"lanes" range:"1..65536" doc:"additions at once in one tile"`
	EnergyPerAdd unit.Joule       `toml:"energy_per_add" optional:"true"`
	Node         unit.Metre       `toml:"node" optional:"true" check:"positive" doc:"technology of the adders"`
	Voltage      unit.Volt        `toml:"voltage" optional:"true" check:"positive" doc:"supply of the adders"`
	Flavour      string           `toml:"flavour" enum:"hp|lp" default:"hp" doc:"technology: high performance or low power"`
	Bits         int              `toml:"bits" range:"1..64" default:"32" doc:"width of an adder"`
	Toggle       float64          `toml:"toggle" range:"0..1" default:"0.5" doc:"share of the gates that switch in an addition"`
	Latency      unit.Second      `toml:"latency" doc:"of one addition"`
	Leakage      unit.Watt        `toml:"leakage" doc:"of one tile's accumulator"`
	Area         unit.SquareMetre `toml:"area" optional:"true" doc:"of one tile's accumulator; modelled, it is that of an adder a lane"`
}

// Activation describes the units that add the bias, rescale and clamp an output,
// and compute beside the products, the schema of [machine.activation].
type Activation struct {
	Model              string           `toml:"model" optional:"true" doc:"given or multiplier; what the other keys mean unless written"`
	EnergyPerOperation unit.Joule       `toml:"energy_per_operation" optional:"true"`
	Node               unit.Metre       `toml:"node" optional:"true" check:"positive" doc:"technology of multiplier and adders"`
	Voltage            unit.Volt        `toml:"voltage" optional:"true" check:"positive" doc:"supply of multiplier and adders"`
	Flavour            string           `toml:"flavour" enum:"hp|lp" default:"hp" doc:"technology: high performance or low power"`
	Bits               int              `toml:"bits" range:"1..64" default:"32" doc:"width of multiplier and adders"`
	Lanes              int              `toml:"lanes" range:"1..65536" default:"1" doc:"operations at once: in one tile, of a systolic machine in all"`
	Latency            unit.Second      `toml:"latency" default:"0 s" doc:"of one operation of a lane; of a pipelined one, from an operation to its next"`
	Leakage            unit.Watt        `toml:"leakage" doc:"of one unit, with all its lanes; on a chip of arrays one a tile"`
	Area               unit.SquareMetre `toml:"area" optional:"true" doc:"of one unit; modelled, it is that of a multiplier and two adders a lane"`
}

// adders is the models of whatever adds.
func adders(needs ...string) []model.Choice {
	return []model.Choice{
		{Name: "given", About: "the energies stand in the config", Needs: needs},
		{Name: adder, About: "Horowitz (ISSCC 2014), scaled to node and supply by Stillmaker & Baas (2017)",
			Needs: []string{"node", "voltage"}, Takes: []string{"flavour", "bits"}, Gives: []string{"area"}},
		{Name: gates, About: "gate capacitances of ZigZag-IMC at 28 nm",
			Needs: []string{"voltage"}, Takes: []string{"bits", "toggle"}, Gives: []string{"area"}},
	}
}

// ShiftAddGroups is the models of the shift-add stage.
var ShiftAddGroups = []model.Group{{
	Key: "model", Subject: "a shift-add stage needs the energy of an operation and of a correction",
	Choices: adders("energy_per_operation", "energy_per_correction"),
}}

// AccumulatorGroups is the models of the accumulator.
var AccumulatorGroups = []model.Group{{
	Key: "model", Subject: "an accumulator needs the energy of an addition",
	Choices: adders("energy_per_add"),
}}

// ActivationGroups is the models of the activation unit.
var ActivationGroups = []model.Group{{
	Key: "model", Subject: "an activation unit needs the energy of an operation",
	Choices: []model.Choice{
		{Name: "given", About: "the energy stands in the config", Needs: []string{"energy_per_operation"}},
		{Name: multiplier, About: "one multiplication and two additions of Horowitz (ISSCC 2014), scaled by Stillmaker & Baas (2017)",
			Needs: []string{"node", "voltage"}, Takes: []string{"flavour", "bits"}, Gives: []string{"area"}},
	},
}}
