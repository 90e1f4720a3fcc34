package validate

import (
	"context"
	"fmt"
	"math"

	"xbar/sim/system"
)

// sinangilOutputs is the outputs, and so the converters, of the macro.
const sinangilOutputs = 16

// sinangilAll is the components of the macro, which has no adders, sinangilParts
// those that the paper's areas are of.
var (
	sinangilAll   = []string{"tile/array/dac", "tile/array/row", "tile/array/cell", "tile/array/sample-hold", "tile/array/adc"}
	sinangilParts = map[string][]string{
		"converters": {"tile/array/dac", "tile/array/adc"}, "macro": {"tile/array", "tile/array/cell"}, "capacitors": {"tile/array/sample-hold"},
	}
)

// sinangilFitted is the outputs from whose energies, at 0.8 V, the measured machine
// has its own. Other figures are the same measurement again, to 0.3 percent.
var sinangilFitted = map[string]bool{"0": true, "4": true, "15": true}

// Tolerances: measured, library. Both have the times of the chip at 0.8 V, and the
// density of its capacitors.
var (
	sinangilSpeed  = map[string][2]bar{"0.8": {given(0.001), given(0.001)}, "1": {given(0.001), within(0.05)}}
	sinangilFit    = [2]bar{given(0.003), within(0.5)}
	sinangilEnergy = [2]bar{within(0.05), within(0.5)}
	sinangilSupply = [2]bar{within(0.15), within(0.5)}
	sinangilArea   = map[string][2]bar{
		"converters": {given(0.001), within(0.5)}, "macro": {given(0.001), within(0.5)}, "capacitors": {given(0.001), given(0.1)},
	}
)

// sinangil compares the macro of Sinangil et al., whose inputs are counts of pulses,
// with its paper: each of its numbers is a run of its own.
func sinangil(ctx context.Context, b *bench) (Rung, error) {
	rows, err := read("sinangil-2021")
	if err != nil {
		return Rung{}, err
	}
	outputs := Table{Title: "energy of an access, 0.8 V", Unit: "J", compared: true}
	supplies := Table{Title: "energy of an access, largest outputs", Unit: "J", compared: true}
	fast := Table{Title: "efficiency, 1 V", Unit: "op/J", compared: true}
	again := Table{Title: "efficiency, 0.8 V: energies again", Unit: "op/J"}
	speed, area := Table{Title: "throughput", Unit: "op/s"}, Table{Title: "area", Unit: "m2"}
	for _, r := range rows {
		s, err := b.run(ctx, "sinangil-2021", sinangilPoint(r)...)
		if err != nil {
			return Rung{}, err
		}
		switch q := r["quantity"]; {
		case q == "outputs":
			s.sinangil(&outputs, r, "mean output "+r["output"])
		case q == "supplies":
			s.sinangil(&supplies, r, r["voltage"]+" V")
		case q == "throughput":
			s.sinangil(&speed, r, r["voltage"]+" V")
		case q == "area":
			s.sinangil(&area, r, r["part"])
		case r["voltage"] == "0.8":
			s.sinangil(&again, r, "mean output "+r["output"])
		default:
			s.sinangil(&fast, r, "mean output "+r["output"])
		}
	}
	return Rung{
		Level: 5, Title: "Sinangil et al., JSSC 2021: SRAM, inputs as counts of pulses, 7 nm",
		Columns: []Column{
			{Name: "measured", Given: "three energies of an access at 0.8 V: of outputs 0 (what does not follow the data), 4 and 15 (pulses, and cells that discharge columns); the means of inputs and weights that CiMLoop takes for an output; throughput at both supplies; areas", Rest: "other outputs; other supplies, by V²"},
			{Name: "library", Given: "geometry; the same means; throughput at 0.8 V; capacitors of 16 fF for a weight's four columns, and their density", Rest: "all energies, by wires of 22 nm and the regression of converters; other supplies, and the throughput there, by the polynomials of Stillmaker and Baas; areas"},
		},
		Tables:   []Table{outputs, supplies, fast, again, speed, area},
		Compared: "energies, and efficiency at 1 V",
	}, nil
}

// sinangilPoint sets the supply, and what makes an output of y: inputs and weights
// of which both have a mean of ¼·√y of full scale.
func sinangilPoint(r row) []string {
	mean := 0.25 * math.Sqrt(r.number("output"))
	sets := []string{
		fmt.Sprintf("workload.statistics.input_mean=%.9f", mean), fmt.Sprintf("workload.statistics.weight_mean=%.9f", mean),
	}
	if v := r["voltage"]; v != "" {
		sets = append(sets, atSupply(v)...)
	}
	return sets
}

// sinangil adds a figure to a table.
func (s *study) sinangil(t *Table, r row, name string) {
	id := r["quantity"]
	switch {
	case r["part"] != "":
		id += "-" + r["part"]
	case r["output"] != "":
		id += "-" + r["voltage"] + "V-" + r["output"]
	default:
		id += "-" + r["voltage"] + "V"
	}
	simulated := s.each(func(m *system.Machine) float64 {
		switch r["quantity"] {
		case "throughput":
			return m.OpsPerSecond
		case "area":
			return squares(m, sinangilParts[r["part"]]...)
		case "efficiency":
			return 2 * float64(m.MACs) / joules(m, sinangilAll...)
		}
		return perAccess(m, sinangilOutputs, sinangilAll...)
	})
	t.add(id, name, "Sinangil et al., JSSC 2021, "+r["where"], r, simulated, sinangilBars(r))
}

func sinangilBars(r row) [2]bar {
	switch {
	case r["quantity"] == "throughput":
		return sinangilSpeed[r["voltage"]]
	case r["quantity"] == "area":
		return sinangilArea[r["part"]]
	case r["voltage"] != "0.8":
		return sinangilSupply
	case sinangilFitted[r["output"]]:
		return sinangilFit
	}
	return sinangilEnergy
}
