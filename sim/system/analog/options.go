package analog

import (
	"fmt"

	"xbar/configs"
)

// held says of an event of cells what they are beside slices of weights.
func (c *Chip) held() (of string) {
	x := &c.machine.Crossbar
	switch {
	case x.Weights == "levels" || x.Weights == "continuous":
		of = fmt.Sprintf(", of whole weights (crossbar.weights = %q), at the energy of the nearest level", x.Weights)
	case x.Slices > 0:
		of = fmt.Sprintf(", of %d slices of a weight", x.Slices)
	}
	if x.UnitColumn {
		of += ", those of unit columns among them"
	}
	if d := &c.machine.Devices; d.Resistive() {
		of += fmt.Sprintf("; on resistive wires (crossbar.layout = %q, devices.supply = %q), which no energy follows", x.Layout, d.Supply)
	}
	return of
}

// converted says of the event of a conversion which sums it is of and how it is made.
func converted(m *configs.Machine) (how string) {
	if m.Crossbar.UnitColumn {
		how = ", those of unit columns among them"
	}
	if m.ADC.Random() {
		how += "; by converters with errors of their own, which no energy follows"
	}
	if m.ADC.Counts() {
		return how
	}
	return how + fmt.Sprintf("; by circuit = %q over range = %q, at the energy of adc.model", m.ADC.Circuit, m.ADC.Range)
}
