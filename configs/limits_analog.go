package configs

import (
	"math"

	"xbar/adc"
	"xbar/crossbar/encode"
	"xbar/sim/model"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// combined says whether a conversion takes in more than one column's read of one slice
// of the inputs, with weights of two to some power.
func (m *Machine) combined() bool { return m.Crossbar.AnalogSum == "weight" || m.DAC.Phases > 0 }

// subtracted says whether both columns of a pair meet before their conversion.
func (m *Machine) subtracted() bool {
	return m.Crossbar.Encoding == string(encode.Differential) && m.Crossbar.AnalogSum != "none"
}

// rowsAtOnce are the rows whose cells a column sums, those of all columns of a fold
// among them.
func (m *Machine) rowsAtOnce() model.Input {
	x := &m.Crossbar
	switch {
	case x.ActiveRows > 0:
		return model.Input{Symbol: "R", Value: float64(x.ActiveRows), Key: "crossbar.active_rows"}
	case x.Fold <= 1:
		return model.Input{Symbol: "R", Value: float64(x.Rows), Key: "crossbar.rows"}
	}
	return model.Derived("R", model.Figure{
		Name: "rows of a fold", Equation: "R = {r}·{f}", Value: float64(x.LogicalRows()),
		Inputs: []model.Input{{Symbol: "r", Value: float64(x.Rows), Key: "crossbar.rows"}, {Symbol: "f", Value: float64(x.Fold), Key: "crossbar.fold"}},
	})
}

// effectiveBits is what a conversion is taken to resolve: its ENOB where that is
// known, or the bits of its code, as far as its sums need them. How many those of
// several slices need is a question of the kernel. An ENOB that energy does not follow
// is that of the converter as published, and no more than the bits which are left of its
// code where the resolution is another.
func (m *Machine) effectiveBits() model.Input {
	if m.ADC.ENOB > 0 && (m.ADC.ByENOB() || m.ADC.ENOB <= float64(m.ADC.Resolution)) {
		return model.Input{Symbol: "b", Value: m.ADC.ENOB, Key: "adc.enob"}
	}
	resolution := model.Input{Symbol: "b", Value: float64(m.ADC.Resolution), Key: "adc.resolution"}
	if m.combined() {
		return resolution
	}
	if need := m.neededBits(); need.Value < resolution.Value {
		return model.Derived("b", need)
	}
	return resolution
}

// neededBits give every sum of a column, or difference of two, a code.
func (m *Machine) neededBits() model.Figure {
	rows, signs := m.rowsAtOnce(), 1.0
	f := model.Figure{
		Name: "bits that a column's sums need, for the resolution has more", Equation: "b = ⌈log2({R}·(2^{B_d} − 1)·(2^{B_c} − 1) + 1)⌉",
		Inputs: []model.Input{
			rows, {Symbol: "B_d", Value: float64(m.DAC.Bits), Key: "dac.bits"}, {Symbol: "B_c", Value: float64(m.Cell.Bits), Key: "cell.bits"},
		},
	}
	if m.subtracted() {
		signs, f.Equation = 2, "b = ⌈log2(2·{R}·(2^{B_d} − 1)·(2^{B_c} − 1) + 1)⌉"
	}
	levels := signs * rows.Value * float64(int64(1)<<m.DAC.Bits-1) * float64(int64(1)<<m.Cell.Bits-1)
	f.Value = math.Ceil(math.Log2(levels + 1))
	return f
}

// conversionLimit is of all that a converter takes which is never idle, as surveys
// count it: what it leaks in the time of a conversion is part of it.
func (m *Machine) conversionLimit() Limit {
	bits := m.effectiveBits()
	value := m.Supply.Energy(m.ADC.Conversion(m.ADC.Resolution).Under("adc"))
	interval := m.Supply.Time(m.ADC.Interval(m.ADC.Resolution).Under("adc"))
	leakage := m.Supply.Leakage(m.ADC.LeakageEach(m.Written("adc")).Under("adc"))
	if leakage.Value > 0 && interval.Value > 0 {
		value = model.Figure{
			Name: "energy of a conversion with what leaks meanwhile", Equation: "E = {E_c} + {P}·{t}", Value: value.Value + leakage.Value*interval.Value, Unit: "J",
			Inputs: []model.Input{model.Derived("E_c", value), model.Derived("P", leakage), model.Derived("t", interval)},
			Holds:  "a converter that is never idle",
		}
	}
	l := Limit{
		Component: "tile/array/adc", Action: "convert", Value: value, bits: true,
		Floor: m.sampled(bits, "thermal floor of a conversion"),
	}
	if leakage.Value == 0 {
		l.nothing = leakage.Keys()
	}
	if interval.Value > 0 {
		rate := model.Figure{
			Name: "rate of a converter", Equation: "f = 1/{t}", Value: 1 / interval.Value, Unit: "Hz",
			Inputs: []model.Input{model.Derived("t", interval)},
		}
		best := with(with(adc.BestPublished(bits.Value, unit.Hertz(rate.Value)), bits), model.Derived("f", rate))
		l.Best = &best
	}
	return l
}

// columnLimit is what the cells spend on a full-scale sum against the noise that it is
// told from: of resistive cells their own, of capacitors that of a sample, of light
// that of its photons. Of cells of which only an energy is known it is the least of
// these that a current has, the resistive one.
//
// Full scale is that of all rows which are driven at once: a converter's range is made
// for them. Kernels or groups with fewer rows fill less of it and spend less, at the
// same noise.
//
// A range that takes in a part of the sums only (adc.range) asks for no more than this.
// A sample-and-hold has no floor of its own: the charge that it holds comes from the
// column, which is charged for it. ISAAC's published 0.98 fJ are below 12·k·T·4^8.
func (m *Machine) columnLimit() Limit {
	bits := m.effectiveBits()
	l := Limit{Component: "tile/array/cell", Action: "read of a column", Value: m.fullScale(), bits: true}
	switch {
	case m.Cell.Sampled():
		l.Action = "charge of a column"
		l.Floor = m.sampled(bits, "thermal noise of a column's charge")
	case m.Cell.Model == "photonic":
		if m.Cell.SNRBits > bits.Value { // what the light is asked for
			bits, l.bits = model.Input{Symbol: "b", Value: m.Cell.SNRBits, Key: "cell.snr_bits"}, false
		}
		l.Floor = with(technology.ShotNoise(technology.SineSNR(bits.Value)), model.Derived("SNR", signalToNoise(bits)))
	default:
		snr := signalToNoise(bits)
		l.Floor = with(at(technology.ResistiveColumn(snr.Value, m.Kelvin), m.Kelvin), model.Derived("SNR", snr))
	}
	return l
}

// sampled is the floor of a sample that is told from others to so many bits.
func (m *Machine) sampled(bits model.Input, name string) model.Figure {
	bits.Symbol = "b"
	f := with(at(adc.ThermalFloor(bits.Value, m.Kelvin), m.Kelvin), bits)
	if f.Name != name {
		f.Name, f.Holds = name, "a capacitor that is charged from the supply"
	}
	return f
}

func signalToNoise(bits model.Input) model.Figure {
	return model.Figure{
		Name: "signal-to-noise ratio of a column", Equation: "SNR = 1.5·4^{b}", Value: technology.SineSNR(bits.Value),
		Inputs: []model.Input{bits},
	}
}

// fullScale is the energy of all cells and reads that one conversion takes in, as far
// as its signal gains from them.
//
// Of two columns that are subtracted one is at its top level and the other at its
// lowest. Columns of a weight, and reads of the slices of an input, that are summed
// with weights of two to some power before the conversion spend alike, and the ratio
// of signal to noise is not as many times that of one as there are: with r from one
// to the next, (Σ r^k)²/Σ r^2k, less than (1 + r)/(1 − r) times (κ).
func (m *Machine) fullScale() model.Figure {
	top, bottom := m.Cell.FullScale()
	top, bottom = m.Supply.Energy(top.Under("cell")), m.Supply.Energy(bottom.Under("cell"))
	rows := m.rowsAtOnce()
	f := model.Figure{
		Name: "a full-scale read of a column", Equation: "{R}·{e}", Value: rows.Value * top.Value, Unit: "J",
		Inputs: []model.Input{rows, model.Derived("e", top)},
	}
	if m.subtracted() {
		f.Name, f.Equation, f.Value = "a full-scale read of two columns", "{R}·({e} + {e₀})", rows.Value*(top.Value+bottom.Value)
		f.Inputs = append(f.Inputs, model.Derived("e₀", bottom))
	}
	if m.Crossbar.AnalogSum == "weight" && m.Crossbar.Weights == "sliced" {
		f = gained(f, "κ_w", "columns of a weight", model.Input{Symbol: "B", Value: float64(m.Cell.Bits), Key: "cell.bits"})
	}
	if m.DAC.Phases > 0 {
		f = gained(f, "κ_x", "slices of an input", model.Input{Symbol: "B", Value: float64(m.DAC.Bits), Key: "dac.bits"})
	}
	f.Equation = "E = " + f.Equation
	return f
}

func gained(f model.Figure, symbol, of string, bits model.Input) model.Figure {
	r := math.Exp2(-bits.Value)
	gain := model.Figure{
		Name: of + " that a signal gains from at most", Equation: "κ = (1 + 2^−{B})/(1 − 2^−{B})", Value: (1 + r) / (1 - r), Inputs: []model.Input{bits},
		Source: "derived: signals add up with weights of two to some power, and noise with their squares",
	}
	f.Equation, f.Value = "{"+symbol+"}·"+f.Equation, gain.Value*f.Value
	f.Inputs = append([]model.Input{model.Derived(symbol, gain)}, f.Inputs...)
	return f
}

// feature is the feature size of the cells, or the node of their wires. Of both, which
// may be of two sources, the smaller one is certain.
func (m *Machine) feature() (f model.Input, known bool) {
	cell, node := m.Cell.Feature, m.Crossbar.Node
	if cell > 0 && (node == 0 || cell <= node) {
		return model.Input{Symbol: "F", Value: float64(cell), Unit: "m", Key: "cell.feature"}, true
	}
	return model.Input{Symbol: "F", Value: float64(node), Unit: "m", Key: "crossbar.node"}, node > 0
}

// driveLimits are of what drives rows: converters and wires.
func (m *Machine) driveLimits() (limits []Limit) {
	const path = "tile/array/dac"
	for _, a := range m.DAC.Actions() {
		value, bits := m.Supply.Energy(a.Energy.Under("dac")), a.Bits
		if bits.Key != "" {
			bits.Key = "dac." + bits.Key
		}
		if !a.Voltage || m.Kind != "analog" {
			limits = append(limits, m.setBits(path, a.Name, value, bits))
			continue
		}
		limits = append(limits, Limit{Component: path, Action: a.Name, Value: value, Floor: m.sampled(bits, "thermal noise of an input's voltage")})
	}
	if l, known := m.wireLimit(); known {
		limits = append(limits, l)
	}
	return limits
}

// wireLimit is of a row's wire, charged to the voltage that the machine runs at, whatever
// its energies are said to follow: at least as long as a row of the smallest cells, or
// as the config has it where even that takes more than is charged.
func (m *Machine) wireLimit() (l Limit, known bool) {
	feature, known := m.feature()
	if !known || m.Crossbar.DriveVoltage == 0 {
		return l, false
	}
	volts := m.Supply.volts(model.Input{Symbol: "V", Value: float64(m.Crossbar.DriveVoltage), Unit: "V", Key: "crossbar.drive_voltage"})
	l = Limit{
		Component: "tile/array/row", Action: "drive", Value: m.Supply.Energy(m.Crossbar.Drive().Under("crossbar")),
		Floor: m.Crossbar.DriveFloor(feature, volts).Under("crossbar"),
	}
	if own, stated := m.Crossbar.OwnLine(volts); stated && l.Value.Value < own.Value*(1-rounding) {
		l.Floor = own.Under("crossbar")
	}
	return l, true
}

// treeLimits are of what takes the place of converters in a digital machine: cells
// that multiply bits, and adder trees.
func (m *Machine) treeLimits() []Limit {
	toggle := m.AdderTree.Typed()
	if m.AdderTree.ByData(m.Written("adder_tree")) {
		toggle = model.Input{Value: 1, Source: "a sum in which all gates switch"}
	}
	product, _ := m.Cell.FullScale()
	return []Limit{
		m.setBit("tile/array/adder-tree", "sum", m.Supply.Energy(m.AdderTree.Sum(m.TreeInputs(), toggle).Under("adder_tree"))),
		m.setBit("tile/array/cell", "read", m.Supply.Energy(product.Under("cell"))),
	}
}
