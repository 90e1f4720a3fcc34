package cim

import (
	"math/bits"

	"xbar/sim/model"
	"xbar/sim/unit"
)

// AdderTree describes the trees at the foot of an array's columns, the schema
// of [machine.adder_tree].
type AdderTree struct {
	PerArray     int              `toml:"per_array" range:"1..1048576" optional:"true" doc:"trees that the columns of one array share; one for each unless given"`
	Model        string           `toml:"model" optional:"true" doc:"where the energy of a sum comes from"`
	EnergyPerSum unit.Joule       `toml:"energy_per_sum" optional:"true" doc:"of a column, in one input slice"`
	Voltage      unit.Volt        `toml:"voltage" optional:"true" check:"positive" doc:"supply of the gates"`
	Toggle       float64          `toml:"toggle" range:"0..1" default:"0.5" doc:"share of the gates that switch in a sum"`
	Latency      unit.Second      `toml:"latency" doc:"from the digits to the sum"`
	Interval     unit.Second      `toml:"interval" optional:"true" check:"positive" doc:"from one sum to the next in a pipelined tree; the latency unless given"`
	Leakage      unit.Watt        `toml:"leakage" doc:"of one tree"`
	Area         unit.SquareMetre `toml:"area" optional:"true" doc:"of one tree"`
}

// Groups are the models of an adder tree.
var Groups = []model.Group{{
	Key: "model", Subject: "an adder tree needs the energy of a sum",
	Choices: []model.Choice{
		{Name: "given", About: "the energy of a sum stands in the config", Needs: []string{"energy_per_sum"}},
		{
			Name: "gates", About: "full adders of ZigZag-IMC's 28 nm gates",
			Needs: []string{"voltage"}, Takes: []string{"toggle"}, Gives: []string{"area"},
		},
	},
}}

const zigzag = "ZigZag-IMC, imc_unit.py: 28 nm"

// Gates of 28 nm, over a NAND of two inputs.
const (
	nandFarad      = 0.7e-15
	nandSquare     = 0.614e-12
	xorCapacitance = 1.5
	xorArea        = 2.4
)

// Sum is the energy, in J, of one sum of a column over so many rows, each of
// which gives an operand of so many bits.
func (t *AdderTree) Sum(rows, operand model.Input) model.Figure {
	const name = "energy of a sum"
	if t.Model != "gates" {
		return model.Given(name, "E", float64(t.EnergyPerSum), "J", "energy_per_sum")
	}
	n, c, v := adders(rows, operand), fullAdder("capacitance of a full adder", "C", "F", nandFarad, xorCapacitance), float64(t.Voltage)
	return model.Figure{
		Name: name, Equation: "E = {α}·{n}·{C}·{V}²", Value: t.Toggle * n.Value * c.Value * v * v, Unit: "J", Source: zigzag, Holds: "28 nm",
		Inputs: []model.Input{
			{Symbol: "α", Value: t.Toggle, Key: "toggle"}, model.Derived("n", n), model.Derived("C", c),
			{Symbol: "V", Value: v, Unit: "V", Key: "voltage"},
		},
	}
}

// AreaEach is the area, in m², of one tree: as written, or the model's.
func (t *AdderTree) AreaEach(rows, operand model.Input, written func(key string) bool) model.Figure {
	const name = "area of an adder tree"
	if t.Model != "gates" || written("area") {
		return model.Given(name, "A", float64(t.Area), "m2", "area")
	}
	n, a := adders(rows, operand), fullAdder("area of a full adder", "a", "m2", nandSquare, xorArea)
	return model.Figure{
		Name: name, Equation: "A = {n}·{a}", Value: n.Value * a.Value, Unit: "m2", Source: zigzag, Holds: "28 nm",
		Inputs: []model.Input{model.Derived("n", n), model.Derived("a", a)},
	}
}

// Time is from the digits to the sum, in s.
func (t *AdderTree) Time() model.Figure {
	return model.Given("time of a sum", "t", float64(t.Latency), "s", "latency")
}

// Every is from one sum to the next, in s.
func (t *AdderTree) Every() model.Figure {
	if t.Interval > 0 {
		return model.Given("time between sums", "t", float64(t.Interval), "s", "interval")
	}
	return t.Time()
}

// FullAdders is N_FA of a tree over rows that give so many bits each.
func FullAdders(rows, operand int) int {
	n := 0
	for left := rows; left > 1; left = (left + 1) / 2 {
		n += left / 2 * operand
		operand++
	}
	return n
}

// adders is the full adders of a tree. Rows that are no power of two leave some
// out, so the sum over the levels is a number of its own.
func adders(rows, operand model.Input) model.Figure {
	rows.Symbol, operand.Symbol = "R", "b"
	n := FullAdders(int(rows.Value), int(operand.Value))
	if r := int(rows.Value); r&(r-1) != 0 || r == 0 {
		return model.Figure{
			Name: "full adders of a tree", Equation: "n = {n_R}", Value: float64(n),
			Inputs: []model.Input{{Symbol: "n_R", Value: float64(n), Source: "counted level by level, for rows that are no power of two"}},
		}
	}
	levels := float64(bits.Len(uint(rows.Value)) - 1)
	return model.Figure{
		Name: "full adders of a tree", Equation: "n = {R}·({b} + 1) − {b} − {l} − 1", Value: float64(n),
		Inputs: []model.Input{rows, operand, {Symbol: "l", Value: levels, Source: "levels of the tree, log2 R"}},
	}
}

func fullAdder(name, symbol, base string, nand, xor float64) model.Figure {
	return model.Figure{
		Name: name, Equation: symbol + " = (3 + 2·{x})·{n}", Value: (3 + 2*xor) * nand, Unit: base, Source: zigzag, Holds: "28 nm",
		Inputs: []model.Input{
			{Symbol: "x", Value: xor, Source: zigzag + ", XOR over NAND"},
			{Symbol: "n", Value: nand, Unit: base, Source: zigzag + ", NAND of two inputs"},
		},
	}
}
