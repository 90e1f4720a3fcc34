package technology

import (
	"fmt"
	"math"

	"xbar/sim/model"
	"xbar/sim/unit"
)

// ZigZag is the source of the gates.
const ZigZag = "ZigZag-IMC, imc_unit.py: 28 nm"

const gateNode = "28 nm"

// Gates is a property of the library's gates: that of a NAND of two inputs, in a
// base unit, and those of other gates over it. A NOR is taken to be a NAND.
type Gates struct {
	name, symbol, base  string
	nand, xor, flipFlop float64
}

// The library of ZigZag-IMC.
var (
	Capacitance = Gates{"capacitance", "C", "F", 0.7e-15, 1.5, 3}
	Area        = Gates{"area", "a", "m2", 0.614e-12, 2.4, 6}
)

func (g Gates) input(symbol, what string, value float64) model.Input {
	in := model.Input{Symbol: symbol, Value: value, Source: ZigZag + ", " + what}
	if symbol == "n" {
		in.Unit = g.base
	}
	return in
}

func (g Gates) figure(what, equation string, value float64, inputs ...model.Input) model.Figure {
	return model.Figure{
		Name: g.name + " of " + what, Equation: g.symbol + " = " + equation, Value: value, Unit: g.base, Source: ZigZag, Holds: gateNode,
		Inputs: append(inputs, g.input("n", "NAND of two inputs", g.nand)),
	}
}

// NAND is one NAND of two inputs, or a NOR.
func (g Gates) NAND() model.Figure { return g.figure("a NAND", "{n}", g.nand) }

// FlipFlop is one bit of a register.
func (g Gates) FlipFlop() model.Figure {
	return g.figure("a flip-flop", "{d}·{n}", g.flipFlop*g.nand, g.input("d", "flip-flop over NAND", g.flipFlop))
}

// FullAdder is three NAND and two XOR.
func (g Gates) FullAdder() model.Figure {
	return g.figure("a full adder", "(3 + 2·{x})·{n}", (3+2*g.xor)*g.nand, g.input("x", "XOR over NAND", g.xor))
}

// Accumulator is a full adder and the flip-flop of its sum.
func (g Gates) Accumulator() model.Figure {
	return g.figure("a full adder and a flip-flop", "(3 + 2·{x} + {d})·{n}", (3+2*g.xor+g.flipFlop)*g.nand,
		g.input("x", "XOR over NAND", g.xor), g.input("d", "flip-flop over NAND", g.flipFlop))
}

// TreeDelay is the time in seconds of a tree of ripple adders, so many levels of
// them over operands of so many bits: through the sums of all levels but one, to
// the carry of the last, and along its carries.
func TreeDelay(levels, operand model.Input, supply unit.Volt) model.Figure {
	const nand, xor = 47.8e-12, 2.4
	l, b := levels.Value, operand.Value
	levels.Symbol, operand.Symbol = "l", "b"
	f := model.Figure{
		Name:     "time of a sum",
		Equation: "t = (2·({l} − 1)·{x} + {x} + 2 + 2·({b} + {l} − 2))·{d}",
		Value:    (2*(l-1)*xor + xor + 2 + 2*(b+l-2)) * nand, Unit: "s", Source: ZigZag,
		Holds: gateNode + " and 0.9 V, without wires",
		Inputs: []model.Input{
			levels, operand,
			{Symbol: "x", Value: xor, Source: ZigZag + ", XOR over NAND"},
			{Symbol: "d", Value: nand, Unit: "s", Source: ZigZag + ", NAND of two inputs"},
		},
	}
	if math.Abs(float64(supply)-0.9) > 1e-9 {
		f.Outside = fmt.Sprintf("delays of gates are known at 0.9 V, not at %v", supply)
	}
	return f
}
