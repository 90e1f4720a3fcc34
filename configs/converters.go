package configs

// Random reports whether one chip of the machine differs from another, or a read from the
// next.
func (m *Machine) Random() bool {
	return m.Kind == "analog" && (m.Devices.Random() || m.ADC.Random() || m.DAC.Random())
}

// Converters is how many sums of an array are converted at once: its ADCs, or its adder
// trees.
func (m *Machine) Converters() int {
	if m.Kind != "digital-cim" {
		return m.ADC.PerArray
	}
	if m.AdderTree.PerArray > 0 {
		return m.AdderTree.PerArray
	}
	return m.Crossbar.LogicalCols()
}

// checkErrors reports errors that converters cannot have.
func (d *decoder) checkErrors(m *machine) {
	d.checkADCErrors(m)
	d.checkDACErrors(m)
}

func (d *decoder) checkADCErrors(m *machine) {
	a := &m.ADC
	levels := a.Circuit == "quantizer" || a.Circuit == "symmetric"
	for _, e := range []struct {
		key   string
		value float64
	}{
		{"offset_error", a.OffsetError}, {"gain_error", a.GainError}, {"dnl_error", a.DNLError},
		{"capacitor_error", a.CapacitorError}, {"comparator_error", a.ComparatorError}, {"noise", a.Noise},
	} {
		at := m.blame("adc."+e.key, "adc.circuit")
		switch {
		case e.value == 0:
		case a.Circuit == "ideal":
			d.errs.addf(at, "%s beside circuit = \"ideal\", which has no codes that it could be counted in", e.key)
		case e.key == "dnl_error" && !levels:
			d.errs.addf(at, "dnl_error beside circuit = %s, whose codes are as wide as its capacitors and comparators make them: give capacitor_error or comparator_error", quote(a.Circuit))
		case (e.key == "capacitor_error" || e.key == "comparator_error") && levels:
			d.errs.addf(at, "%s needs circuit = \"ramp\", \"sar\", \"pipeline\" or \"cyclic\", and it is %s", e.key, quote(a.Circuit))
		}
	}
}

func (d *decoder) checkDACErrors(m *machine) {
	c := &m.DAC
	if c.DNLError > 0 && c.ResistorError > 0 {
		d.errs.addf(m.blame("dac.dnl_error", "dac.resistor_error"), "dnl_error beside resistor_error, from which the steps of a ladder follow: leave one out")
	}
	if c.ResistorError > 0 && c.Model != "r-2r" {
		d.errs.addf(m.blame("dac.resistor_error"), "resistor_error needs model = \"r-2r\", and it is %s", quote(c.Model))
	}
	if (c.DNLError > 0 || c.ResistorError > 0) && c.Real() {
		d.errs.addf(m.blame("dac.dnl_error", "dac.resistor_error", "dac.rounding"), "errors of single levels beside rounding = %s: only codes have levels of their own", quote(c.Rounding))
	}
}

// checkSolved reports wires that cannot be solved for every read.
func (d *decoder) checkSolved(m *machine) {
	v := &m.Devices
	if v.WireNoise == "solved" && (v.ReadNoise == "" || !v.Resistive()) {
		d.errs.addf(m.blame("devices.wire_noise"), "wire_noise = \"solved\" needs read_noise, and wires with a resistance")
	}
	if v.Nonlinearity != 0 && v.Resistive() && m.DAC.TimeCoded() && m.DAC.Bits > 1 {
		d.errs.addf(m.blame("devices.nonlinearity", "dac.model", "dac.bits"), "nonlinearity beside resistive wires and digits of time (dac.model = %s): currents change while pulses of different lengths end; set dac.bits = 1", quote(m.DAC.Model))
	}
}
