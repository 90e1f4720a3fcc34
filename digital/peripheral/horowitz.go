package peripheral

import (
	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// Horowitz is the integer units of Horowitz's table in a process, for a machine
// whose widths are no keys of its own.
type Horowitz struct {
	Node    unit.Metre
	Voltage unit.Volt
	Flavour string // "" is high performance
}

func (h *Horowitz) logic(bits int, widthOf string) *logic {
	return &logic{multiplier, h.Node, h.Voltage, h.Flavour, bits, 0, widthOf}
}

// Check reports a process to which the table cannot be scaled.
func (h *Horowitz) Check() error {
	_, err := technology.EnergyRatio(h.logic(0, "").from(), h.logic(0, "").process())
	return err
}

// Multiply is the energy of a multiplication of so many bits, in J; widthOf says
// of what.
func (h *Horowitz) Multiply(bits int, widthOf string) model.Figure {
	l := h.logic(bits, widthOf)
	f := multiplyEnergy.At(float64(bits)).Figure(l.tabled("of a multiplication", "J"), "E", l.width("B"))
	return h.Scale("energy of a multiplication", f)
}

// Add is the energy of an addition of so many bits, in J.
func (h *Horowitz) Add(bits int, widthOf string) model.Figure {
	return h.Scale("energy of an addition", h.logic(bits, widthOf).linear("of an addition", "E", "J", addEnergy))
}

// Activate is the energy of a multiplication and two additions, in J.
func (h *Horowitz) Activate(bits int, widthOf string) model.Figure {
	return h.logic(bits, widthOf).energy("energy of an activation")
}

// Scale carries an energy of the same publication to the process.
func (h *Horowitz) Scale(name string, f model.Figure) model.Figure {
	return h.logic(0, "").scaled(name, "E", f, technology.EnergyRatio)
}
