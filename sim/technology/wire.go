package technology

import (
	"fmt"
	"slices"

	"xbar/sim/model"
	"xbar/sim/unit"
)

// Class is the layer of metal that a wire is drawn in.
type Class int

// The classes from the thinnest wires, inside an array, to the thickest.
const (
	Local Class = iota
	SemiGlobal
	Global
)

// Slack is how a repeated wire is driven: as fast as it goes, or up to 30 %
// slower for less energy.
type Slack int

// The drives of a repeated wire.
const (
	DelayOptimal Slack = iota
	ThirtyPercent
)

const (
	wireSource     = "CACTI 7 (commit 1ffd8df), conservative wires: capacitance formula evaluated"
	metalSource    = "CACTI 7 (commit 1ffd8df), conservative wires: ρ/((t − b)·(w − 2b)) evaluated"
	repeaterSource = "CACTI 7 (commit 1ffd8df) run, itrs-hp, global wire with repeaters, 350 K"
	wireHolds      = "nodes from 22 nm to 90 nm"
)

// The table in base units, by rising node.
var (
	wireNodes = []float64{22e-9, 32e-9, 45e-9, 65e-9, 90e-9}

	wireCapacitance = [...][]float64{ // F/m
		Local:      {239e-12, 246e-12, 258e-12, 274e-12, 293e-12},
		SemiGlobal: {247e-12, 254e-12, 265e-12, 282e-12, 302e-12},
		Global:     {260e-12, 267e-12, 281e-12, 298e-12, 315e-12},
	}
	wireResistance = [...][]float64{ // Ω/m
		Local:      {19.7e6, 8.40e6, 4.20e6, 2.03e6, 1.05e6},
		SemiGlobal: {6.81e6, 3.03e6, 1.52e6, 0.73e6, 0.38e6},
		Global:     {1.41e6, 0.65e6, 0.33e6, 0.16e6, 0.08e6},
	}
	repeaterEnergy = [...][]float64{ // J/m, of one bit
		DelayOptimal:  {0.28e-9, 0.35e-9, 0.438e-9, 0.622e-9, 0.766e-9},
		ThirtyPercent: {0.156e-9, 0.197e-9, 0.249e-9, 0.33e-9, 0.42e-9},
	}
)

// CapacitancePerMetre is a wire's capacitance per length, in F/m.
func CapacitancePerMetre(node unit.Metre, class Class) model.Figure {
	return wire(node, wireCapacitance[class], "c′", model.Figure{Name: "capacitance per length", Unit: "F/m", Source: wireSource})
}

// RepeatedEnergy is the energy per length of moving one bit over a global wire
// with repeaters, in J/m. Every bit counts as a change of the wire's level.
func RepeatedEnergy(node unit.Metre, slack Slack) model.Figure {
	return wire(node, repeaterEnergy[slack], "w", model.Figure{Name: "energy per length of a repeated wire", Unit: "J/m", Source: repeaterSource})
}

// ResistancePerMetre is a wire's resistance per length at a node in m, in Ω/m.
func ResistancePerMetre(node model.Input, class Class) model.Figure {
	return wireOf(named(node, "t"), wireResistance[class], "r′", model.Figure{Name: "resistance per length", Unit: "ohm/m", Source: metalSource})
}

func wire(node unit.Metre, values []float64, symbol string, f model.Figure) model.Figure {
	return wireOf(model.Input{Symbol: "t", Value: float64(node), Unit: "m", Key: "node"}, values, symbol, f)
}

func wireOf(node model.Input, values []float64, symbol string, f model.Figure) model.Figure {
	curve := Curve{X: wireNodes, Y: values}
	f.Holds = wireHolds
	if !curve.Covers(node.Value) {
		f.Outside = fmt.Sprintf("wires at %v are those of the nearest node; there are 90, 65, 45, 32 and 22 nm", unit.Metre(node.Value))
	}
	return curve.Within(node.Value).Figure(f, symbol, node)
}

// ThinnestWire is the least capacitance per length, in F/m, of a wire inside an
// array of that feature size: a local one's of its node, or where there is none the
// smallest of the table, for what is beyond its ends is not known.
func ThinnestWire(feature model.Input) model.Figure {
	curve := Curve{X: wireNodes, Y: wireCapacitance[Local]}
	f := model.Figure{Name: "capacitance per length of the thinnest wire", Unit: "F/m", Source: wireSource, Holds: wireHolds}
	if curve.Covers(feature.Value) {
		return curve.Within(feature.Value).Figure(f, "c′", named(feature, "t"))
	}
	least := slices.Min(curve.Y)
	f.Equation, f.Value = "{c′}", least
	f.Inputs = []model.Input{{Symbol: "c′", Value: least, Unit: f.Unit, Source: wireSource}}
	f.Outside = fmt.Sprintf("wires at %v are not known, and the smallest capacitance of 90, 65, 45, 32 and 22 nm is taken", unit.Metre(feature.Value))
	return f
}

// LineEnergy is that of charging a wire of so much capacitance per length once from
// its supply, c′·L·V² in joules: the floor of whatever drives the wire.
func LineEnergy(c model.Figure, length, v model.Input) model.Figure {
	return model.Figure{
		Name: "energy of charging a line", Equation: "E = {c′}·{L}·{V}²", Value: c.Value * length.Value * v.Value * v.Value, Unit: "J",
		Inputs: []model.Input{model.Derived("c′", c), named(length, "L"), named(v, "V")},
	}
}
