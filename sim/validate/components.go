package validate

import (
	"context"
	"fmt"
	"strings"

	"xbar/adc"
	"xbar/configs"
	"xbar/crossbar/device"
	"xbar/dac"
	"xbar/digital/memory"
	"xbar/digital/network"
	"xbar/digital/peripheral"
	"xbar/sim/technology"
	"xbar/sim/unit"
)

// components compares the models of single parts with numbers that their
// publications or their authors' own programs give.
func components(context.Context, *bench) (Rung, error) {
	energy := Table{Title: "energy", Unit: "J"}
	areas := Table{Title: "area", Unit: "m2"}
	times := Table{Title: "time", Unit: "s"}
	power := Table{Title: "power", Unit: "W"}
	ratios := Table{Title: "ratios between processes", Unit: "1"}
	for _, collect := range []func() error{
		func() error { return regressionPoints(&energy, &areas) },
		func() error { return cactiPoints(&energy, &areas, &times, &power) },
		func() error { return scalingRatios(&ratios) },
		func() error { return cellPower(&power) },
	} {
		if err := collect(); err != nil {
			return Rung{}, err
		}
	}
	limits := Table{Title: "physical limits", Unit: "J"}
	for _, g := range golden {
		t := &energy
		if strings.HasPrefix(g.source, "physics") {
			t = &limits
		}
		t.Figures = append(t.Figures, figure(g.id, g.name, g.source, g.published, []float64{g.model()}, within(g.tolerance)))
	}
	return Rung{
		Level: 2, Title: "Single components: models beside the numbers that they are of",
		Columns: []Column{{Name: "model", Given: "coefficients, tables", Rest: "evaluation, interpolation, units"}},
		Tables:  []Table{energy, limits, areas, times, power, ratios},
	}, nil
}

// regressionPoints has six digits of each number.
func regressionPoints(energy, areas *Table) error {
	rows, err := parse("adc_model_points", adc.RegressionPoints(), "energy_pj_per_convert")
	if err != nil {
		return err
	}
	var joules, squares [2][]float64
	for _, r := range rows {
		model := adc.Regression{
			Node: unit.Metre(r.number("node_nm") * 1e-9), ENOB: r.number("enob"), Rate: unit.Hertz(r.number("freq_per_adc_hz")),
		}
		joules[0], joules[1] = append(joules[0], r.number("energy_pj_per_convert")*1e-12), append(joules[1], float64(model.Energy()))
		squares[0], squares[1] = append(squares[0], r.number("area_um2_per_adc")*1e-12), append(squares[1], float64(model.Area()))
	}
	const source = "Andrulis et al., arXiv 2404.06553, coefficients of hwcomponents-adc"
	energy.Figures = append(energy.Figures, worst("adc-regression", "ADC regression", source, joules[0], joules[1:], 1e-5))
	areas.Figures = append(areas.Figures, worst("adc-regression-area", "ADC regression", source, squares[0], squares[1:], 1e-5))
	return nil
}

func cactiPoints(energy, areas, times, power *Table) error {
	rows, err := read("cacti")
	if err != nil {
		return err
	}
	quantities := []struct {
		table  *Table
		id     string
		name   string
		column string
		scale  float64
		model  func(b *memory.Buffer) float64
	}{
		{energy, "cacti-read", "SRAM, reading a word", "value", 1e-9, func(b *memory.Buffer) float64 { return b.Read().Value * float64(b.Word) }},
		{energy, "cacti-write", "SRAM, writing a word", "write_nj", 1e-9, func(b *memory.Buffer) float64 { return b.Write().Value * float64(b.Word) }},
		{times, "cacti-access", "SRAM, access", "access_ns", 1e-9, func(b *memory.Buffer) float64 { f, _ := b.Access(); return f.Value }},
		{power, "cacti-leakage", "SRAM, leakage", "leak_mw", 1e-3, func(b *memory.Buffer) float64 { return b.LeakageEach(nothing).Value }},
		{areas, "cacti-area", "SRAM", "area_mm2", 1e-6, func(b *memory.Buffer) float64 { return b.AreaEach(nothing).Value }},
	}
	for _, q := range quantities {
		var published, simulated []float64
		for _, r := range rows {
			b := memory.Buffer{
				Model: "cacti", Flavour: r["design"], Node: unit.Metre(r.number("node_nm") * 1e-9),
				Word: int(r.number("word_bits")), Capacity: unit.Bit(r.number("capacity_kib") * 8192),
			}
			published = append(published, r.number(q.column)*q.scale)
			simulated = append(simulated, q.model(&b))
		}
		q.table.Figures = append(q.table.Figures, worst(q.id, q.name, "CACTI 7, commit 1ffd8df, as run", published, [][]float64{simulated}, 1e-6))
	}
	return nil
}

// nothing is written in a config but the model's own keys.
func nothing(string) bool { return false }

func scalingRatios(ratios *Table) error {
	rows, err := read("scaling")
	if err != nil {
		return err
	}
	for _, r := range rows {
		from, to := process(r, "from"), process(r, "to")
		ratio := technology.EnergyRatio
		switch r["quantity"] {
		case "delay":
			ratio = technology.DelayRatio
		case "area":
			ratio = technology.AreaRatio
		}
		f, err := ratio(from, to)
		if err != nil {
			return err
		}
		id := fmt.Sprintf("%s-%s%s-%s%s", r["quantity"], r["from_nm"], r["from_flavour"], r["to_nm"], r["to_flavour"])
		name := fmt.Sprintf("%s, %s nm %s at %s V to %s nm at %s V", r["quantity"], r["from_nm"], r["from_flavour"], r["from_volt"], r["to_nm"], r["to_volt"])
		if r["quantity"] == "area" {
			name = fmt.Sprintf("area, %s nm to %s nm", r["from_nm"], r["to_nm"])
		}
		ratios.Figures = append(ratios.Figures, figure(id, name, technology.Stillmaker, r.number("value"), []float64{f.Value}, within(2e-3)))
	}
	return nil
}

func process(r row, end string) technology.Process {
	return technology.Process{Node: unit.Metre(r.number(end+"_nm") * 1e-9), Flavour: r[end+"_flavour"], Supply: unit.Volt(r.number(end + "_volt"))}
}

// cellPower reads the library's NVSim cell at its lowest resistance.
func cellPower(power *Table) error {
	cfg, err := configs.Parse("cell.toml", []byte(`
inferences = 1
[[workload.kernel]]
name = "any"
L = 1
N = 1
M = 1
[[machine]]
name = "cell"
preset = "reram-small"
[machine.cell]
preset = "reram-nvsim"
`), nil, nil)
	if err != nil {
		return err
	}
	cell := &cfg.Machines[0].Cell
	base, slope := cell.Read()
	power.Figures = append(power.Figures, figure("nvsim-read", "ReRAM cell, reading its lowest resistance", "NVSim/NVMExplorer, RRAM.cell",
		0.16e-6, []float64{(base.Value + slope.Value) / float64(cell.ReadTime)}, within(1e-9)))
	return nil
}

// golden is single numbers; tolerances are what their digits allow.
var golden = []struct {
	id, name, source     string
	published, tolerance float64
	model                func() float64
}{
	{"envelope-8b-10M", "best published ADC, 8 bit at 10 MS/s", envelopeSource, 171e-15, 0.003, envelope(8, 10e6)},
	{"envelope-8b-1G", "best published ADC, 8 bit at 1 GS/s", envelopeSource, 221e-15, 0.003, envelope(8, 1e9)},
	{"envelope-10b-1G", "best published ADC, 10 bit at 1 GS/s", envelopeSource, 3.25e-12, 0.003, envelope(10, 1e9)},
	{"envelope-12b-1G", "best published ADC, 12 bit at 1 GS/s", envelopeSource, 52e-12, 0.01, envelope(12, 1e9)},
	{"thermal-8b", "floor of an ADC, 8 bit", "physics: 12·kT·4^b at 300 K", 3.257e-15, 0.001, func() float64 { return adc.ThermalFloor(8, 300).Value }},
	{"thermal-12b", "floor of an ADC, 12 bit", "physics: 12·kT·4^b at 300 K", 0.83e-12, 0.01, func() float64 { return adc.ThermalFloor(12, 300).Value }},
	{"column-8b", "floor of a resistive column, 8 bit", "physics: 2·kT·SNR at 300 K", 0.81e-15, 0.01, func() float64 {
		return technology.ResistiveColumn(technology.SineSNR(8), 300).Value
	}},
	{"landauer", "Landauer's limit of a bit", "physics: kT·ln 2 at 300 K", 2.870979e-21, 1e-6, func() float64 { return technology.Landauer(300).Value }},
	{"zigzag-adc-8b", "SAR of ZigZag-IMC, 8 bit, 28 nm, 0.9 V", "ZigZag-IMC, imc_array.py", 0.70e-12, 0.01, func() float64 {
		return (&adc.Config{Model: "zigzag-28nm", Resolution: 8, Voltage: 0.9}).Conversion(8).Value
	}},
	{"zigzag-dac-8b", "DAC of ZigZag-IMC, 8 bit, 28 nm, 0.9 V", "ZigZag-IMC, imc_array.py", 324e-15, 0.002, func() float64 {
		base, _ := (&dac.Config{Model: "capacitive", Bits: 8, Voltage: 0.9}).Convert()
		return base.Value
	}},
	{"neurosim-adc-45", "SAR of NeuroSim, 8 bit, 45 nm, 6.25 kΩ", "DNN+NeuroSim V1.4, SarADC.cpp", 451e-15, 0.005, neurosim(45e-9)},
	{"neurosim-adc-32", "SAR of NeuroSim, 8 bit, 32 nm, 6.25 kΩ", "DNN+NeuroSim V1.4, SarADC.cpp", 278e-15, 0.005, neurosim(32e-9)},
	{"isaac-adc-8b", "ADC of ISAAC, 8 bit", "Shafiee et al., ISCA 2016, Table I: 2 mW at 1.2 GS/s", 1.6667e-12, 0.005, isaacADC(8)},
	{"isaac-adc-10b", "ADC of ISAAC rescaled to 10 bit", "ISAAC after Saberi et al. (2011), Accelergy library", 2.379022742e-12, 0.001, isaacADC(10)},
	{"add-8b", "integer addition, 8 bit, 45 nm", "Horowitz, ISSCC 2014", 0.03e-12, 1e-9, addition(8)},
	{"add-16b", "integer addition, 16 bit, 45 nm", "Horowitz, ISSCC 2014", 0.05e-12, 1e-9, addition(16)},
	{"add-32b", "integer addition, 32 bit, 45 nm", "Horowitz, ISSCC 2014", 0.1e-12, 1e-9, addition(32)},
	{"isaac-router", "router of ISAAC, a flit of 32 bit", "Shafiee et al., ISCA 2016, Table I: 42 mW, 8 ports at 1.2 GHz", 4.375e-12, 1e-9, func() float64 {
		return 32 * (&network.Config{Model: "router", Hops: 1, Standard: "isaac"}).Transfer().Value
	}},
	{"wire-45", "repeated wire, 45 nm, 1 mm", "CACTI 7, commit 1ffd8df, as run", 0.438e-12, 1e-9, func() float64 {
		return technology.RepeatedEnergy(45e-9, technology.DelayOptimal).Value * 1e-3
	}},
	{"puma-edram", "eDRAM of PUMA, 64 KB, a word of 256 bit", "PUMA simulator, include/constants.py", 17.2e-12, 1e-6, func() float64 {
		return 256 * (&memory.Buffer{Model: "edram", Design: "puma", Capacity: 64 * 8192}).Read().Value
	}},
	{"neurram-write", "writing a cell of NeuRRAM, 8.52 pulses", "computed: 8.52 · 1 µs · (1.75 V)² · 20 µS", 522e-12, 0.001, func() float64 {
		return 8.52 * (&device.Config{WriteModel: "pulse", WriteVoltage: 1.75, WriteConductance: 20e-6, WriteTime: 1e-6}).Write().Value
	}},
}

const envelopeSource = "B. Murmann, ADC Performance Survey 1997–2025, rev. 20250609"

func envelope(enob float64, rate unit.Hertz) func() float64 {
	return func() float64 { return adc.BestPublished(enob, rate).Value }
}

func neurosim(node unit.Metre) func() float64 {
	return func() float64 {
		c := adc.Config{Model: "neurosim-sar", Resolution: 8, Node: node, ColumnResistance: 6250, ReadVoltage: 0.5, Kelvin: 300}
		return c.Conversion(8).Value
	}
}

func isaacADC(bits int) func() float64 {
	return func() float64 { return (&adc.Config{Model: "isaac-table", Resolution: bits}).Conversion(bits).Value }
}

func addition(bits int) func() float64 {
	return func() float64 {
		s := peripheral.ShiftAdd{Model: "adder", Node: 45e-9, Voltage: 0.9, Bits: bits}
		return s.Operation().Value
	}
}
