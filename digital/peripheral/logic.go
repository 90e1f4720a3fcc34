package peripheral

import (
	"fmt"

	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// The models that compute.
const (
	adder      = "adder"
	gates      = "gates"
	multiplier = "multiplier"
)

const horowitz = "Horowitz, ISSCC 2014: integers at 45 nm and 0.9 V"

// reference is the process of Horowitz's table.
var reference = technology.Process{Node: 45e-9, Flavour: technology.HighPerformance, Supply: 0.9, Source: horowitz}

// Horowitz's table, in joules and square metres over bits.
var (
	addEnergy      = technology.Curve{X: []float64{8, 16, 32}, Y: []float64{0.03e-12, 0.05e-12, 0.1e-12}}
	addArea        = technology.Curve{X: []float64{8, 32}, Y: []float64{36e-12, 137e-12}}
	multiplyEnergy = technology.Curve{X: []float64{8, 32}, Y: []float64{0.2e-12, 3.1e-12}}
	multiplyArea   = technology.Curve{X: []float64{8, 32}, Y: []float64{282e-12, 3495e-12}}
)

// logic is what the three sections have in common.
type logic struct {
	model   string
	node    unit.Metre
	voltage unit.Volt
	flavour string
	bits    int
	toggle  float64
	widthOf string // what the bits are the width of, where that is not a key
}

func (l *logic) process() technology.Process {
	flavour := l.flavour
	if flavour == "" {
		flavour = technology.HighPerformance
	}
	return technology.Process{Node: l.node, Flavour: flavour, Supply: l.voltage}
}

// check reports a process to which the table cannot be scaled.
func (l *logic) check() error {
	if l.model != adder && l.model != multiplier {
		return nil
	}
	from := l.from()
	if _, err := technology.EnergyRatio(from, l.process()); err != nil {
		return err
	}
	_, err := technology.AreaRatio(from, l.process())
	return err
}

// from is the reference in the flavour of the config. Horowitz does not say
// which his is, and the two are not to be mixed.
func (l *logic) from() technology.Process {
	from := reference
	from.Flavour = l.process().Flavour
	return from
}

// scaled is a figure of the reference carried to the process of the config, or
// to the nearest that is published.
func (l *logic) scaled(name, symbol string, f model.Figure, ratio func(from, to technology.Process) (model.Figure, error)) model.Figure {
	s, err := ratio(l.from(), l.process())
	outside := ""
	if err != nil {
		outside = err.Error()
		s, _ = ratio(l.from(), l.process().Nearest())
	}
	return model.Figure{
		Name: name, Equation: symbol + " = {f}·{s}", Value: f.Value * s.Value, Unit: f.Unit, Source: horowitz + "; " + technology.Stillmaker,
		Inputs:  []model.Input{model.Derived("f", f), model.Derived("s", s)},
		Outside: outside,
	}
}

// energy is that of one operation, in J.
func (l *logic) energy(name string) model.Figure {
	switch l.model {
	case gates:
		return l.gateEnergy(name)
	case multiplier:
		return l.scaled(name, "E", l.multiplyAdd("E", "J", multiplyEnergy, addEnergy), technology.EnergyRatio)
	}
	return l.scaled(name, "E", l.linear("energy of an addition", "E", "J", addEnergy), technology.EnergyRatio)
}

// area is that of one unit, in m².
func (l *logic) area() model.Figure {
	switch l.model {
	case gates:
		return l.gateArea()
	case multiplier:
		return l.scaled("area of a multiplier and two adders", "A", l.multiplyAdd("A", "m2", multiplyArea, addArea), technology.AreaRatio)
	}
	return l.scaled("area of an adder", "A", l.linear("area of an adder", "A", "m2", addArea), technology.AreaRatio)
}

func (l *logic) width(symbol string) model.Input {
	if l.widthOf != "" {
		return model.Input{Symbol: symbol, Value: float64(l.bits), Source: l.widthOf}
	}
	return model.Input{Symbol: symbol, Value: float64(l.bits), Key: "bits"}
}

// tabled is an unfinished figure of Horowitz's table.
func (l *logic) tabled(name, base string) model.Figure {
	f := model.Figure{Name: name, Unit: base, Source: horowitz, Holds: "8 to 32 bits"}
	if l.bits < 8 || l.bits > 32 {
		f.Outside = fmt.Sprintf("a width of %d bits is not within the table's 8 to 32", l.bits)
	}
	return f
}

// linear is a straight line between the widths of the table, and beyond them.
func (l *logic) linear(name, symbol, base string, table technology.Curve) model.Figure {
	i := 1
	for i < len(table.X)-1 && float64(l.bits) > table.X[i] {
		i++
	}
	b, b0, b1, y0, y1 := float64(l.bits), table.X[i-1], table.X[i], table.Y[i-1], table.Y[i]
	f := l.tabled(name, base)
	f.Equation = symbol + " = {y₀} + ({y₁} − {y₀})·({B} − {B₀})/({B₁} − {B₀})"
	f.Value = y0 + (y1-y0)*(b-b0)/(b1-b0)
	f.Inputs = []model.Input{
		{Symbol: "y₀", Value: y0, Unit: base, Source: horowitz},
		{Symbol: "y₁", Value: y1, Unit: base, Source: horowitz},
		l.width("B"),
		{Symbol: "B₀", Value: b0, Source: horowitz},
		{Symbol: "B₁", Value: b1, Source: horowitz},
	}
	return f
}

// multiplyAdd is a multiplication, a power law between the widths of the table,
// and two additions.
func (l *logic) multiplyAdd(symbol, base string, multiply, add technology.Curve) model.Figure {
	m := multiply.At(float64(l.bits)).Figure(l.tabled("of a multiplication", base), symbol, l.width("B"))
	a := l.linear("of an addition", symbol, base, add)
	return model.Figure{
		Name: "of a multiplication and two additions", Equation: symbol + " = {m} + 2·{a}", Value: m.Value + 2*a.Value, Unit: base,
		Inputs: []model.Input{model.Derived("m", m), model.Derived("a", a)}, Source: horowitz,
	}
}

// gateEnergy is that of a full adder and the flip-flop of its sum, a bit.
func (l *logic) gateEnergy(name string) model.Figure {
	c, v := technology.Capacitance.Accumulator(), float64(l.voltage)
	return model.Figure{
		Name: name, Equation: "E = {α}·{B}·{C}·{V}²", Value: l.toggle * float64(l.bits) * c.Value * v * v, Unit: "J", Source: technology.ZigZag,
		Inputs: []model.Input{
			{Symbol: "α", Value: l.toggle, Key: "toggle"}, l.width("B"), model.Derived("C", c),
			{Symbol: "V", Value: v, Unit: "V", Key: "voltage"},
		},
		Holds: "28 nm",
	}
}

func (l *logic) gateArea() model.Figure {
	a := technology.Area.Accumulator()
	return model.Figure{
		Name: "area of an adder", Equation: "A = {B}·{a}", Value: float64(l.bits) * a.Value, Unit: "m2", Source: technology.ZigZag,
		Inputs: []model.Input{l.width("B"), model.Derived("a", a)}, Holds: "28 nm",
	}
}
