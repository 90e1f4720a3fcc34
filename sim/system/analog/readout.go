package analog

import (
	"xbar/configs"
	"xbar/sim/energy"
	"xbar/sim/model"
)

// readout is what turns a column's sum into a number: an analog machine's
// converters, or a digital one's adder trees.
type readout struct {
	path     string // of the component
	section  string // of the config
	action   string
	category energy.Category
	event    string
	perArray int64 // that the columns of an array share
	bits     int   // of a number; more than any sum has in a digital machine
	energy   func(bits int) model.Figure
	time     func(bits int) model.Figure
	interval func(bits int) model.Figure
	leakage  model.Figure
	area     model.Figure
}

// exactBits is more than a sum can have.
const exactBits = 62

func newReadout(m *configs.Machine) readout {
	written := m.Written
	if m.Kind == "digital-cim" {
		rows, operand := m.TreeInputs()
		tree := &m.AdderTree
		perArray := int64(tree.PerArray)
		if perArray == 0 {
			perArray = int64(m.Crossbar.LogicalCols())
		}
		return readout{
			path: "tile/array/adder-tree", section: "adder_tree", action: "sum", category: energy.Compute,
			event: "a column's sum, in each input slice and row group", perArray: perArray, bits: exactBits,
			energy:   func(int) model.Figure { return tree.Sum(rows, operand) },
			time:     func(int) model.Figure { return tree.Time() },
			interval: func(int) model.Figure { return tree.Every() },
			leakage:  model.Given("leakage of an adder tree", "P", float64(tree.Leakage), "W", "leakage"),
			area:     tree.AreaEach(rows, operand, written("adder_tree")),
		}
	}
	return readout{
		path: "tile/array/adc", section: "adc", action: "convert", category: energy.Output,
		event: "a column's sum, in each conversion of an input and row group", perArray: int64(m.ADC.PerArray), bits: m.ADC.Resolution,
		energy: m.ADC.Conversion, time: m.ADC.Time, interval: m.ADC.Interval,
		leakage: m.ADC.LeakageEach(written("adc")), area: m.ADC.AreaEach(written("adc")),
	}
}
