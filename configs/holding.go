package configs

import "xbar/crossbar/encode"

// checkHolding reports ways of holding weights that do not go together.
func (d *decoder) checkHolding(m *machine) {
	x := &m.Crossbar
	if !m.given("crossbar.encoding", "crossbar.weights", "crossbar.layout", "crossbar.analog_sum") {
		return
	}
	pairs := x.Encoding == string(encode.Differential)
	whole := x.Weights != "sliced"
	if m.Kind == "digital-cim" {
		d.checkDigitalHolding(m)
		return
	}
	switch {
	case whole && !pairs && x.Encoding != string(encode.Offset):
		d.errs.addf(m.blame("crossbar.weights", "crossbar.encoding"), "weights = %s needs encoding offset or differential, and it is %s: one cell holds no other sign", quote(x.Weights), x.Encoding)
	case whole && m.given("crossbar.slices"):
		d.errs.addf(m.blame("crossbar.slices", "crossbar.weights"), "slices = %d of weights = %s, which are not cut: leave it out", x.Slices, quote(x.Weights))
	case x.TwoSided && (!whole || !pairs):
		d.errs.addf(m.blame("crossbar.two_sided", "crossbar.weights", "crossbar.encoding"), "two_sided needs weights = \"levels\" or \"continuous\" in encoding differential, and they are %s in %s", quote(x.Weights), x.Encoding)
	case x.UnitColumn && x.Encoding != string(encode.Offset):
		d.errs.addf(m.blame("crossbar.unit_column", "crossbar.encoding"), "unit_column needs encoding offset, and it is %s: its columns hold nothing when weights are zero", x.Encoding)
	case x.Layout == "interleaved" && (!pairs || x.AnalogSum == "none"):
		d.errs.addf(m.blame("crossbar.layout", "crossbar.encoding", "crossbar.analog_sum"), "layout = \"interleaved\" needs encoding differential with analog_sum polarity or weight, and it is %s with %s: pairs on one wire are one current", x.Encoding, x.AnalogSum)
	case x.ColumnFlip && (whole || x.UnitColumn):
		d.errs.addf(m.blame("crossbar.column_flip"), "column_flip beside whole weights or a unit column, which cannot be inverted; set it to false")
	case x.ColumnFlip && (m.ADC.Random() || m.DAC.Random()):
		d.errs.addf(m.blame("crossbar.column_flip"), "column_flip beside errors of adc or dac: of sums that are no whole numbers none is inverted exactly; set it to false")
	case x.ColumnFlip && (!m.ADC.Plain() || m.DAC.Real()):
		d.errs.addf(m.blame("crossbar.column_flip"), "column_flip beside adc.range = %s, adc.circuit = %s and dac.rounding = %s: of sums that are no whole numbers none is inverted exactly; set it to false",
			quote(m.ADC.Range), quote(m.ADC.Circuit), quote(m.DAC.Rounding))
	}
}

// checkDigitalHolding reports what only currents can do, asked of a digital machine.
func (d *decoder) checkDigitalHolding(m *machine) {
	x := &m.Crossbar
	for _, option := range []struct {
		key   string
		asked bool
	}{
		{"crossbar.weights", x.Weights != "sliced"}, {"crossbar.two_sided", x.TwoSided}, {"crossbar.unit_column", x.UnitColumn},
		{"crossbar.layout", x.Layout != "adjacent"}, {"dac.rounding", m.DAC.Real()},
		{"dac.offset_error", m.DAC.OffsetError > 0}, {"dac.gain_error", m.DAC.GainError > 0}, {"dac.dnl_error", m.DAC.DNLError > 0},
		{"dac.resistor_error", m.DAC.ResistorError > 0}, {"dac.noise", m.DAC.Noise > 0},
	} {
		if option.asked {
			d.errs.addf(m.blame(option.key), "%s = %s is of currents in cells, and a %s machine has none", option.key, m.written(option.key), m.Kind)
		}
	}
}

// mostLadder is the bits of a converter whose levels are held one by one.
const mostLadder = 16

// checkConverter reports ranges and circuits that converters cannot have.
func (d *decoder) checkConverter(m *machine) {
	a := &m.ADC
	if m.Kind != "analog" || !m.given("adc.range", "adc.circuit", "adc.resolution", "adc.gain_db") {
		return
	}
	switch given := m.given("adc.limits"); {
	case given && a.Range != "limits":
		d.errs.addf(m.blame("adc.limits", "adc.range"), "limits beside range = %s: they are those of range = \"limits\"", quote(a.Range))
	case !given && a.Range == "limits":
		d.errs.addf(m.blame("adc.range"), "range = \"limits\" needs limits, as [-8, 8], in currents of one cell at the top level and full drive")
	case given && len(a.Limits)%2 > 0:
		d.errs.addf(m.blame("adc.limits"), "limits has %d numbers: the lowest and the highest current, of all conversions or of each of a weight's", len(a.Limits))
	}
	for i := 0; i+1 < len(a.Limits); i += 2 {
		if a.Limits[i] >= a.Limits[i+1] {
			d.errs.addf(m.blame("adc.limits"), "limits goes from %g to %g, which is no range", a.Limits[i], a.Limits[i+1])
			break
		}
	}
	if a.Range == "granular" && m.Crossbar.Weights == "continuous" {
		d.errs.addf(m.blame("adc.range", "crossbar.weights"), "range = \"granular\" is steps of one level, and weights = \"continuous\" have none")
	}
	switch a.Circuit {
	case "ramp", "sar":
		if a.Resolution > mostLadder {
			d.errs.addf(m.blame("adc.circuit", "adc.resolution"), "circuit = %s of resolution = %d: at most %d bits of levels are simulated", quote(a.Circuit), a.Resolution, mostLadder)
		}
	case "symmetric":
		if a.Resolution < 2 {
			d.errs.addf(m.blame("adc.circuit", "adc.resolution"), "circuit = \"symmetric\" of resolution = %d has no level but zero", a.Resolution)
		}
	}
}
