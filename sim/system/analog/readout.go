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
	tree     *tree // of which the energy follows the data; nil: it does not
	time     func(bits int) model.Figure
	interval func(bits int) model.Figure
	leakage  model.Figure
	area     model.Figure
}

// tree is the energy of a sum where the data decides how many gates switch: base +
// slope·α.
type tree struct {
	base, slope model.Figure
	sum         func(toggle model.Input) model.Figure
}

// exactBits is more than a sum can have.
const exactBits = 62

func newReadout(m *configs.Machine) readout {
	written := m.Written
	if m.Kind == "digital-cim" {
		return treeReadout(m)
	}
	return readout{
		path: "tile/array/adc", section: "adc", action: "convert", category: energy.Output,
		event: "a column's sum, in each conversion of an input and row group" + converted(m), perArray: int64(m.Converters()), bits: m.ADC.Resolution,
		energy: m.ADC.Conversion, time: m.ADC.Time, interval: m.ADC.Interval,
		leakage: m.ADC.LeakageEach(written("adc")), area: m.ADC.AreaEach(written("adc")),
	}
}

func treeReadout(m *configs.Machine) readout {
	in, written := m.TreeInputs(), m.Written("adder_tree")
	trees := &m.AdderTree
	r := readout{
		path: "tile/array/adder-tree", section: "adder_tree", action: "sum", category: energy.Compute,
		event: "a column's sum, in each input slice and row group", perArray: int64(m.Converters()), bits: exactBits,
		energy:   func(int) model.Figure { return trees.Sum(in, trees.Typed()) },
		time:     func(int) model.Figure { return trees.Time(in, written) },
		interval: func(int) model.Figure { return trees.Every(in, written) },
		leakage:  model.Given("leakage of an adder tree", "P", float64(trees.Leakage), "W", "leakage"),
		area:     trees.AreaEach(in, written),
	}
	if !trees.ByData(written) {
		return r
	}
	r.energy = func(int) model.Figure { return trees.Sum(in, in.OneRow()) }
	r.tree = &tree{base: trees.Registered(), slope: trees.Switched(in), sum: func(toggle model.Input) model.Figure { return trees.Sum(in, toggle) }}
	return r
}
