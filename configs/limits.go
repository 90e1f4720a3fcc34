package configs

import (
	"fmt"
	"math"
	"slices"

	"xbar/adc"
	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// Limit holds what one action of a component costs against what physics lets it
// cost, and against the best part that has been published.
type Limit struct {
	Component string // path, as results name it
	Action    string
	Value     model.Figure  // joules of the action; of a column of cells, of a full-scale read
	Floor     model.Figure  // joules, the least that physics allows
	Best      *model.Figure // joules of the best published part; nil: no survey of such parts
	keys      []string      // whose values decide it
}

// Below says whether the action costs less than physics allows. What costs
// nothing is not modelled, or is charged elsewhere, and is below no floor.
func (l *Limit) Below() bool {
	return l.Value.Value > 0 && l.Value.Value < l.Floor.Value*(1-rounding)
}

// Keys lists the machine's keys that decide it.
func (l *Limit) Keys() []string { return slices.Concat(l.keys, l.Value.Keys(), l.Floor.Keys()) }

// rounding is what the last digits of floating point may take from a number that
// is at its floor, such as a line without gates.
const rounding = 1e-9

// Limits lists how far a machine's parts are from their floors. Scalar and
// systolic machines have none yet.
func (m *Machine) Limits() []Limit {
	var limits []Limit
	switch m.Kind {
	case "analog":
		limits = []Limit{m.conversionLimit()}
		if m.Cell.Model == "conductance" {
			limits = append(limits, m.columnLimit())
		}
	case "digital-cim":
		toggle := m.AdderTree.Typed()
		if m.AdderTree.ByData(m.Written("adder_tree")) {
			toggle = model.Input{Value: 1, Source: "a sum in which all gates switch"}
		}
		value := m.Supply.Energy(m.AdderTree.Sum(m.TreeInputs(), toggle).Under("adder_tree"))
		limits = []Limit{{Component: "tile/array/adder-tree", Action: "sum", Value: value, Floor: m.landauer(), keys: value.Keys()}}
	default:
		return nil
	}
	if floor, ok := m.Crossbar.DriveFloor(); ok {
		limits = append(limits, Limit{
			Component: "tile/array/row", Action: "drive", Value: m.Supply.Energy(m.Crossbar.Drive().Under("crossbar")),
			Floor: m.Supply.Energy(floor.Under("crossbar")), keys: []string{"crossbar.gate_capacitance"},
		})
	}
	move, each := m.Network.Least()
	for _, d := range []struct {
		component, action, section string
		value                      model.Figure
	}{
		{"tile/array/shift-add", "shift-add", "shift_add", m.ShiftAdd.Operation()},
		{"tile/accumulator", "add", "accumulator", m.Accumulator.Add()},
		{"tile/activation", "apply", "activation", m.Activation.Operation()},
		{"tile/input-buffer", "read", "input_buffer", m.InputBuffer.Read()},
		{"tile/output-buffer", "write", "output_buffer", m.OutputBuffer.Write()},
		{"global-buffer", "read", "global_buffer", m.GlobalBuffer.Read()},
		{"network", move, "network", each},
	} {
		value := m.Supply.Energy(d.value.Under(d.section))
		limits = append(limits, Limit{
			Component: d.component, Action: d.action, Value: value, Floor: m.landauer(), keys: value.Keys(),
		})
	}
	return limits
}

// landauer is the floor of whatever sets a bit anew.
func (m *Machine) landauer() model.Figure { return at(technology.Landauer(m.Kelvin), m.Kelvin) }

// at lets the temperature of a floor be that of the machine.
func at(f model.Figure, kelvin float64) model.Figure {
	for i := range f.Inputs {
		if f.Inputs[i].Symbol == "T" && f.Inputs[i].Value == kelvin {
			f.Inputs[i].Key, f.Inputs[i].Source = "machine.temperature_k", ""
		}
	}
	return f
}

// effectiveBits is what a conversion is taken to resolve: its ENOB where that is
// known, or the bits of its code, as far as a column's sums need them.
func (m *Machine) effectiveBits() model.Input {
	if m.ADC.ENOB > 0 {
		return model.Input{Symbol: "b", Value: m.ADC.ENOB, Key: "adc.enob"}
	}
	levels := float64(m.Crossbar.Driven()) * float64(int64(1)<<m.DAC.Bits-1) * float64(int64(1)<<m.Cell.Bits-1)
	need := math.Ceil(math.Log2(levels + 1))
	if need < float64(m.ADC.Resolution) {
		return model.Input{Symbol: "b", Value: need, Source: "the bits that a column's sums need, for the resolution has more"}
	}
	return model.Input{Symbol: "b", Value: float64(m.ADC.Resolution), Key: "adc.resolution"}
}

func (m *Machine) conversionLimit() Limit {
	bits := m.effectiveBits()
	value := m.Supply.Energy(m.ADC.Conversion(m.ADC.Resolution).Under("adc"))
	l := Limit{
		Component: "tile/array/adc", Action: "convert", Value: value,
		Floor: with(at(adc.ThermalFloor(bits.Value, m.Kelvin), m.Kelvin), bits), keys: append(value.Keys(), "adc.resolution"),
	}
	if interval := m.Supply.Time(m.ADC.Interval(m.ADC.Resolution).Under("adc")); interval.Value > 0 {
		rate := model.Figure{
			Name: "rate of a converter", Equation: "f = 1/{t}", Value: 1 / interval.Value, Unit: "Hz",
			Inputs: []model.Input{model.Derived("t", interval)},
		}
		rate = m.Supply.clock(rate)
		best := with(with(adc.BestPublished(bits.Value, unit.Hertz(rate.Value)), bits), model.Derived("f", rate))
		l.Best = &best
	}
	return l
}

// with puts the input that a figure was asked about in its place, in all that it
// is derived from.
func with(f model.Figure, in model.Input) model.Figure {
	f.Inputs = slices.Clone(f.Inputs)
	for i := range f.Inputs {
		own := &f.Inputs[i]
		switch {
		case own.Symbol == in.Symbol && own.Value == in.Value:
			*own = in
		case own.From != nil:
			from := with(*own.From, in)
			own.From = &from
		}
	}
	return f
}

// columnLimit is the heat that the resistive cells of a column turn a full-scale
// read into, against the noise that they make.
func (m *Machine) columnLimit() Limit {
	base, slope := m.Cell.Read()
	base, slope = m.Supply.Energy(base.Under("cell")), m.Supply.Energy(slope.Under("cell"))
	rows := model.Input{Symbol: "R", Value: float64(m.Crossbar.Driven()), Key: "crossbar.rows"}
	bits := m.effectiveBits()
	snr := model.Figure{
		Name: "signal-to-noise ratio of a column", Equation: "SNR = 1.5·4^{b}", Value: technology.SineSNR(bits.Value),
		Inputs: []model.Input{bits},
	}
	value := model.Figure{
		Name: "a full-scale read of a column", Equation: "E = {R}·({base} + {slope})", Value: rows.Value * (base.Value + slope.Value), Unit: "J",
		Inputs: []model.Input{rows, model.Derived("base", base), model.Derived("slope", slope)},
	}
	return Limit{
		Component: "tile/array/cell", Action: "read of a column", Value: value,
		Floor: with(at(technology.ResistiveColumn(snr.Value, m.Kelvin), m.Kelvin), model.Derived("SNR", snr)),
		keys:  append(value.Keys(), "adc.resolution"),
	}
}

// checkLimits refuses a machine that physics does not allow, unless that is
// meant.
func (d *decoder) checkLimits(m *machine, allowed bool) {
	if allowed || !m.complete() {
		return
	}
	for _, l := range m.Limits() {
		if !l.Below() {
			continue
		}
		d.errs.add(m.blame(l.keys...), Error{
			Message: fmt.Sprintf("%s %s: %s is below the floor: %s = %s = %s (%s)",
				l.Component, l.Action, l.Value.Result(), l.Floor.Symbols(), l.Floor.Numbers(), l.Floor.Result(), l.Floor.Name),
			Allowed: "more than that, or allow_below_floor = true above the first table, for a thought experiment",
		})
	}
}

// complete says whether all that limits depend on was read without an error.
func (m *machine) complete() bool {
	readout := []string{"adc.resolution", "adc.model", "adc.timing"}
	switch m.Kind {
	case "analog":
	case "digital-cim":
		readout = []string{"adder_tree.model"}
	default:
		return false
	}
	return m.given(readout...) && m.given("crossbar.rows", "crossbar.cols", "cell.bits", "cell.model", "cell.read_time", "dac.bits", "crossbar.model", "shift_add.model", "accumulator.model", "activation.model", "input_buffer.model", "output_buffer.model", "global_buffer.model", "network.model")
}
