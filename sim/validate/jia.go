package validate

import (
	"context"
	"fmt"

	"xbar/configs"
	"xbar/sim/system"
)

// The macro of Jia et al.: 256 outputs of 2304 inputs each.
const (
	jiaRows    = 2304
	jiaOutputs = 256
)

// Tolerances: measured, library. Both have the times of the chip: its cycles an
// activation, its clock, and the exponent that was fitted to its two clocks.
var (
	jiaSpeed  = [2]bar{given(0.005), given(0.005)}   // inputs of one bit
	jiaBits   = [2]bar{within(0.005), within(0.005)} // wider ones
	jiaAreas  = [2]bar{given(0.005), within(0.5)}
	jiaDense  = [2]bar{within(0.08), within(0.5)}
	jiaEnergy = map[string][2]bar{
		"0.85": {given(0.005), within(0.5)},
		"1.2":  {within(0.15), within(0.5)},
	}
)

// jia compares the charge-domain SRAM macro of Jia et al. with its paper.
func jia(ctx context.Context, b *bench) (Rung, error) {
	rows, err := read("jia-2020")
	if err != nil {
		return Rung{}, err
	}
	speed := Table{Title: "throughput, weights of 1 bit", Unit: "op/s", compared: true}
	dense := Table{Title: "throughput per area of array and converters", Unit: "op/s/m2", compared: true}
	for _, r := range where(rows, "quantity", "throughput") {
		s, err := b.run(ctx, "jia-2020", jiaSingleBit(r)...)
		if err != nil {
			return Rung{}, err
		}
		bars := jiaSpeed
		if r["input_bits"] != "1" {
			bars = jiaBits
		}
		name := fmt.Sprintf("%s V, inputs of %s bit", r["voltage"], r["input_bits"])
		rate := s.each(func(m *system.Machine) float64 { return m.OpsPerSecond })
		speed.add(fmt.Sprintf("throughput-%sV-%sb", r["voltage"], r["input_bits"]), name, jiaSource(r), r, rate, bars)
		if r["input_bits"] == "1" {
			s.addDensity(where(where(rows, "quantity", "density"), "voltage", r["voltage"])[0], rate, &dense)
		}
	}
	efficiency := Table{Title: "efficiency, array and converters", Unit: "op/J", compared: true}
	energy := Table{Title: "energy of an output and activation", Unit: "J", compared: true}
	areas := Table{Title: "area", Unit: "m2"}
	for _, voltage := range []string{"0.85", "1.2"} {
		s, err := b.run(ctx, "jia-2020", atSupply(voltage)...)
		if err != nil {
			return Rung{}, err
		}
		s.addEnergies(where(rows, "voltage", voltage), &efficiency, &energy)
		if voltage == "0.85" {
			s.addAreas(rows, &areas)
		}
	}
	return Rung{
		Level: 5, Title: "Jia et al., JSSC 2020: charge-domain SRAM, 65 nm",
		Columns: []Column{
			{Name: "measured", Given: "energies of array, converters and datapath at 0.85 V; 54 cycles an activation; its clocks; areas", Rest: "1.2 V, wider inputs, throughput per area"},
			{Name: "library", Given: "geometry; the cell's 2 fF; 54 cycles an activation; its clocks; that models are of 1.2 V", Rest: "all energies, at both supplies, and areas"},
		},
		Tables:   []Table{speed, dense, efficiency, energy, areas},
		Compared: "throughput, density, efficiency and energy",
		Peers:    []Measure{{Of: "CiMLoop, with its calibration factors", Mean: 0.05}},
	}, nil
}

func jiaSource(r row) string { return "Jia et al., JSSC 2020, " + r["where"] }

func (t *Table) add(id, name, source string, r row, simulated []float64, bars [2]bar) {
	t.Figures = append(t.Figures, figure(id, name, source, r.number("value"), simulated, bars[:]...))
}

// jiaSingleBit sets weights of one bit, which have no sign, for a throughput.
func jiaSingleBit(r row) []string {
	return append(atSupply(r["voltage"]),
		"machine.measured.crossbar.encoding=magnitude", "machine.library.crossbar.encoding=magnitude",
		"workload.kernel.macro.M=256", "workload.kernel.macro.weight_bits=1",
		"workload.kernel.macro.signed_input=false", "workload.kernel.macro.input_bits="+r["input_bits"])
}

// addEnergies shares the energy of a pass between its activations and outputs.
func (s *study) addEnergies(rows []row, efficiency, energy *Table) {
	parts := map[string]func(m *system.Machine) float64{
		"adc": func(m *system.Machine) float64 { return joules(m, "tile/array/adc") },
		"array": func(m *system.Machine) float64 {
			return joules(m, "tile/array/dac", "tile/array/row", "tile/array/cell", "tile/array/sample-hold")
		},
		"datapath": func(m *system.Machine) float64 {
			_, e := action(m, "tile/array/shift-add", "shift-add")
			return e
		},
	}
	each := func(m *system.Machine, part string) float64 {
		outputs, _ := action(m, "tile/array/adc", "convert")
		return parts[part](m) / float64(outputs)
	}
	names := map[string]string{"adc": "converter", "array": "array, with its drivers", "datapath": "datapath"}
	for _, r := range rows {
		q, at := r["quantity"], r["voltage"]+" V"
		switch {
		case q == "efficiency":
			efficiency.add("efficiency-"+r["voltage"]+"V", at+", 1 bit × 1 bit", jiaSource(r), r,
				s.each(func(m *system.Machine) float64 { return 2 * jiaRows / (each(m, "adc") + each(m, "array")) }), jiaEnergy[r["voltage"]])
		case names[q] != "":
			energy.add(q+"-"+r["voltage"]+"V", names[q]+", "+at, jiaSource(r), r,
				s.each(func(m *system.Machine) float64 { return each(m, q) }), jiaEnergy[r["voltage"]])
		}
	}
}

// jiaParts is what the parts of a machine cover, by their names in the table.
var jiaParts = map[string]func(m *configs.Machine) float64{
	"area-adc": func(m *configs.Machine) float64 {
		return float64(m.ADC.PerArray) * m.ADC.AreaEach(m.Written("adc")).Value
	},
	"area-array": func(m *configs.Machine) float64 {
		cells := float64(m.Crossbar.Rows * m.Crossbar.Cols)
		return cells*m.Cell.AreaEach(m.Written("cell")).Value + float64(m.Crossbar.Area) + cells/jiaOutputs*m.DAC.AreaEach(m.Written("dac")).Value
	},
	"area-datapath": func(m *configs.Machine) float64 {
		return m.ShiftAdd.AreaEach(m.Converters(), m.Written("shift_add")).Value
	},
}

// covered is what a part covers, one a column.
func (s *study) covered(part string) []float64 {
	all := make([]float64, len(s.config.Machines))
	for i := range all {
		all[i] = jiaParts[part](&s.config.Machines[i])
	}
	return all
}

// addDensity divides a throughput by the area of array and converters.
func (s *study) addDensity(r row, rate []float64, dense *Table) {
	adc, array := s.covered("area-adc"), s.covered("area-array")
	simulated := make([]float64, len(rate))
	for i := range rate {
		simulated[i] = rate[i] / (adc[i] + array[i])
	}
	dense.add("density-"+r["voltage"]+"V", r["voltage"]+" V, inputs of 1 bit", jiaSource(r), r, simulated, jiaDense)
}

// addAreas adds up what the parts cover.
func (s *study) addAreas(rows []row, areas *Table) {
	for _, r := range rows {
		if jiaParts[r["quantity"]] != nil {
			areas.add(r["quantity"], r["quantity"][len("area-"):], jiaSource(r), r, s.covered(r["quantity"]), jiaAreas)
		}
	}
}
