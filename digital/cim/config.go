package cim

import (
	"math/bits"

	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// AdderTree describes the trees at the foot of an array's columns, the schema
// of [machine.adder_tree].
type AdderTree struct {
	PerArray     int              `toml:"per_array" range:"1..1048576" optional:"true" doc:"trees that the columns of one array share; one for each unless given"`
	Model        string           `toml:"model" optional:"true" doc:"where the energy of a sum comes from"`
	EnergyPerSum unit.Joule       `toml:"energy_per_sum" optional:"true" doc:"of a column, in one input slice"`
	Voltage      unit.Volt        `toml:"voltage" optional:"true" check:"positive" doc:"supply of the gates"`
	Toggle       float64          `toml:"toggle" range:"0..1" optional:"true" doc:"share of the gates that switch in a sum; unless given, the share of the bits of all products that are set, by the workload's statistics or its exact values"`
	Registers    int              `toml:"registers" range:"0..1048576" default:"0" doc:"flip-flops within one tree, all of which switch in every sum: those of a pipeline"`
	Latency      unit.Second      `toml:"latency" optional:"true" doc:"from the digits to the sum"`
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
			Name: "gates", About: "full adders and flip-flops of ZigZag-IMC's 28 nm gates",
			Needs: []string{"voltage"}, Takes: []string{"toggle", "registers"}, Gives: []string{"latency", "area"},
		},
	},
}}

// Inputs are the operands of a tree.
type Inputs struct {
	Rows    model.Input // how many there are
	Operand model.Input // the bits of each
}

// OneRow is the toggle of a sum to which one row gives something.
func (in Inputs) OneRow() model.Input {
	rows := in.Rows
	rows.Symbol = "R"
	return model.Derived("α", model.Figure{Name: "share of one row in a sum", Equation: "1/{R}", Value: 1 / rows.Value, Inputs: []model.Input{rows}})
}

// ByData says whether the energy of a sum follows the data: a tree of gates of
// which nobody has written how many switch.
func (t *AdderTree) ByData(written func(key string) bool) bool {
	return t.Model == "gates" && !written("toggle")
}

// Typed is the toggle that the config gives.
func (t *AdderTree) Typed() model.Input { return model.Input{Value: t.Toggle, Key: "toggle"} }

// Sum is the energy, in J, of one sum of a column with such a share of the gates
// switching.
func (t *AdderTree) Sum(in Inputs, toggle model.Input) model.Figure {
	const name = "energy of a sum"
	if t.Model != "gates" {
		return model.Given(name, "E", float64(t.EnergyPerSum), "J", "energy_per_sum")
	}
	base, slope := t.Registered(), t.Switched(in)
	toggle.Symbol = "α"
	f := model.Figure{
		Name: name, Equation: "E = {α}·{E_1}", Value: toggle.Value * slope.Value, Unit: "J", Source: technology.ZigZag,
		Inputs: []model.Input{toggle, model.Derived("E_1", slope)},
	}
	if t.Registers > 0 {
		f.Equation += " + {E_r}"
		f.Value += base.Value
		f.Inputs = append(f.Inputs, model.Derived("E_r", base))
	}
	return f
}

// Registered is the part of a sum's energy, in J, that no data changes: that of
// the flip-flops.
func (t *AdderTree) Registered() model.Figure {
	c, v := technology.Capacitance.FlipFlop(), float64(t.Voltage)
	return model.Figure{
		Name: "energy of a tree's flip-flops", Equation: "E = {m}·{C}·{V}²", Value: float64(t.Registers) * c.Value * v * v, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "m", Value: float64(t.Registers), Key: "registers"}, model.Derived("C", c),
			{Symbol: "V", Value: v, Unit: "V", Key: "voltage"},
		},
	}
}

// Switched is the energy, in J, of a sum in which all full adders switch.
func (t *AdderTree) Switched(in Inputs) model.Figure {
	n, c, v := adders(in), technology.Capacitance.FullAdder(), float64(t.Voltage)
	return model.Figure{
		Name: "energy of a sum in which all gates switch", Equation: "E = {n}·{C}·{V}²", Value: n.Value * c.Value * v * v, Unit: "J",
		Inputs: []model.Input{model.Derived("n", n), model.Derived("C", c), {Symbol: "V", Value: v, Unit: "V", Key: "voltage"}},
	}
}

// AreaEach is the area, in m², of one tree: as written, or the model's.
func (t *AdderTree) AreaEach(in Inputs, written func(key string) bool) model.Figure {
	const name = "area of an adder tree"
	if t.Model != "gates" || written("area") {
		return model.Given(name, "A", float64(t.Area), "m2", "area")
	}
	n, a := adders(in), technology.Area.FullAdder()
	f := model.Figure{
		Name: name, Equation: "A = {n}·{a}", Value: n.Value * a.Value, Unit: "m2", Source: technology.ZigZag,
		Inputs: []model.Input{model.Derived("n", n), model.Derived("a", a)},
	}
	if t.Registers > 0 {
		d := technology.Area.FlipFlop()
		f.Equation += " + {m}·{d}"
		f.Value += float64(t.Registers) * d.Value
		f.Inputs = append(f.Inputs, model.Input{Symbol: "m", Value: float64(t.Registers), Key: "registers"}, model.Derived("d", d))
	}
	return f
}

// Time is from the digits to the sum, in s: as written, or the gates' own.
func (t *AdderTree) Time(in Inputs, written func(key string) bool) model.Figure {
	if t.Model != "gates" || written("latency") {
		return model.Given("time of a sum", "t", float64(t.Latency), "s", "latency")
	}
	if in.Rows.Value < 2 {
		return model.Figure{Name: "time of a sum", Equation: "0", Unit: "s"}
	}
	return technology.TreeDelay(levels(in), in.Operand, t.Voltage)
}

// Every is from one sum to the next, in s.
func (t *AdderTree) Every(in Inputs, written func(key string) bool) model.Figure {
	if t.Interval > 0 {
		return model.Given("time between sums", "t", float64(t.Interval), "s", "interval")
	}
	return t.Time(in, written)
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

// levels is those of a tree.
func levels(in Inputs) model.Input {
	l := float64(bits.Len(uint(in.Rows.Value) - 1))
	return model.Input{Symbol: "l", Value: l, Source: "levels of the tree, log2 of its rows, rounded up"}
}

// adders is the full adders of a tree. Rows that are no power of two leave some
// out, so the sum over the levels is a number of its own.
func adders(in Inputs) model.Figure {
	rows, operand := in.Rows, in.Operand
	rows.Symbol, operand.Symbol = "R", "b"
	n := FullAdders(int(rows.Value), int(operand.Value))
	if r := int(rows.Value); r&(r-1) != 0 || r == 0 {
		return model.Figure{
			Name: "full adders of a tree", Equation: "n = {n_R}", Value: float64(n),
			Inputs: []model.Input{{Symbol: "n_R", Value: float64(n), Source: "counted level by level, for rows that are no power of two"}},
		}
	}
	return model.Figure{
		Name: "full adders of a tree", Equation: "n = {R}·({b} + 1) − {b} − {l} − 1", Value: float64(n),
		Inputs: []model.Input{rows, operand, levels(in)},
	}
}
