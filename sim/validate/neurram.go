package validate

import (
	"context"
	"fmt"

	"xbar/sim/system"
)

// neurramParts says which components the paper's three kinds of energy are.
var neurramParts = map[string][]string{
	"word-lines":   {"tile/array/row"},
	"neurons":      {"tile/array/sample-hold", "tile/array/adc", "tile/array/shift-add"},
	"input-pulses": {"tile/array/dac", "tile/array/cell"},
}

// neurramArray is all that the paper's efficiency counts.
var neurramArray = []string{
	"tile/array/row", "tile/array/dac", "tile/array/cell", "tile/array/sample-hold", "tile/array/adc", "tile/array/shift-add",
}

// neurramFitted is the figures from which the calibrated machine's numbers come.
var neurramFitted = map[string]bool{
	"throughput-1-6-8": true, "word-lines-2-4-6": true, "input-pulses-2-4-6": true,
}

// neurramBars is the tolerances by quantity: calibrated, library.
var neurramBars = map[string][2]bar{
	"throughput":   {within(0.035), within(0.10)},
	"efficiency":   {within(0.09), within(0.10)},
	"word-lines":   {within(0.15), within(0.30)},
	"neurons":      {within(0.06), within(0.06)},
	"input-pulses": {within(0.15), within(0.15)},
}

// neurram compares NeuRRAM with its paper, at all precisions in both modes.
func neurram(ctx context.Context, b *bench) (Rung, error) {
	rows, err := read("neurram")
	if err != nil {
		return Rung{}, err
	}
	tables := map[string]*Table{
		"throughput": {Title: "throughput of 48 cores", Unit: "op/s"}, "efficiency": {Title: "efficiency", Unit: "op/J"},
		"word-lines": {Title: "energy an operation: switching word lines", Unit: "J"}, "neurons": {Title: "energy an operation: neurons", Unit: "J"},
		"input-pulses": {Title: "energy an operation: input pulses", Unit: "J"},
	}
	for _, point := range where(rows, "quantity", "throughput") {
		s, err := b.run(ctx, "neurram", neurramPoint(point)...)
		if err != nil {
			return Rung{}, err
		}
		for _, r := range rows {
			if r["phases"] == point["phases"] && r["output_bits"] == point["output_bits"] {
				t := tables[r["quantity"]]
				t.Figures = append(t.Figures, s.neurramFigure(r))
			}
		}
	}
	tables["throughput"].compared, tables["efficiency"].compared = true, true
	return Rung{
		Level: 5, Title: "NeuRRAM (Wan et al., Nature 2022): ReRAM, 130 nm",
		Columns: []Column{
			{Name: "calibrated", Given: "the neuron's energies; the time of a bit; one throughput (unit of integration), one energy of word lines and one of input pulses", Rest: "every other precision, both modes"},
			{Name: "library", Given: "the neuron's energies and times; capacitance of word lines; drivers as CiMLoop has them; conductances", Rest: "all throughputs, efficiencies and energies"},
		},
		Tables:   []Table{*tables["throughput"], *tables["efficiency"], *tables["word-lines"], *tables["neurons"], *tables["input-pulses"]},
		Compared: "throughput and efficiency at all precisions",
		Peers: []Measure{
			peers("CiMLoop, from what its notebook keeps", "cimloop", rows),
			{Of: "CiMLoop, with its calibration factors", Mean: 0.053, Max: 0.117, N: 28},
		},
	}, nil
}

// neurramPoint sets a precision. A ternary input is one of two bits here, a sign
// and a magnitude; the paper's single bit is the same on the word lines.
func neurramPoint(r row) []string {
	bits := r["input_bits"]
	if bits == "1" {
		bits = "2"
	}
	phases := r["phases"]
	if r.number("input_bits") < 5 { // less than 4 bits of magnitude are not cut
		phases = "1"
	}
	sets := []string{"workload.kernel.cores.input_bits=" + bits, "workload.kernel.cores.output_bits=" + r["output_bits"]}
	for _, machine := range []string{"calibrated", "library"} {
		sets = append(sets, "machine."+machine+".dac.phases="+phases, "machine."+machine+".adc.resolution="+r["output_bits"])
	}
	return sets
}

func (s *study) neurramFigure(r row) Figure {
	q := r["quantity"]
	id := fmt.Sprintf("%s-%s-%s-%s", q, r["phases"], r["input_bits"], r["output_bits"])
	name := fmt.Sprintf("%s b in, %s b out, one phase", r["input_bits"], r["output_bits"])
	if r["phases"] == "2" {
		name = fmt.Sprintf("%s b in, %s b out, two phases", r["input_bits"], r["output_bits"])
	}
	bars := neurramBars[q]
	bars[0].calibrated = neurramFitted[id]
	simulated := s.each(func(m *system.Machine) float64 {
		operations := 2 * float64(m.MACs)
		switch q {
		case "throughput":
			return m.OpsPerSecond
		case "efficiency":
			return operations / joules(m, neurramArray...)
		}
		return joules(m, neurramParts[q]...) / operations
	})
	return figure(id, name, "Wan et al., Nature 2022, "+r["where"]+" (as cited by CiMLoop)", r.number("value"), simulated, bars[:]...)
}

// peers is how far another simulator, whose numbers are in a column, is off on the
// same figures.
func peers(of, column string, rows []row) Measure {
	var errors []float64
	for _, r := range rows {
		if r[column] != "" {
			errors = append(errors, deviation(r.number(column), r.number("value")))
		}
	}
	m := measure(errors)
	m.Of = of
	return m
}
