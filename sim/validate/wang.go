package validate

import (
	"context"

	"xbar/sim/system"
)

// wangOutputs is the outputs, and so the converters, of the macro.
const wangOutputs = 16

// wangParts says which components the parts are of which the paper has shares of
// energy, wangPlaces those of area, and wangAll is all of them.
var (
	wangParts = map[string][]string{
		"ADC": {"tile/array/adc"}, "DAC": {"tile/array/dac"}, "products": {"tile/array/row", "tile/array/cell"}, "control": {"tile/array"},
	}
	wangPlaces = map[string][]string{
		"ADC": {"tile/array/adc"}, "DAC": {"tile/array/dac"}, "products": {"tile/array", "tile/array/row", "tile/array/cell"}, "control": {"tile/array/shift-add"},
	}
	wangAll = []string{"tile/array", "tile/array/dac", "tile/array/row", "tile/array/cell", "tile/array/adc"}
)

// wangClocks is the supplies from whose throughput both machines have their times.
var wangClocks = map[string]bool{"0.7": true, "1": true}

// Tolerances: measured, library.
var (
	wangClock      = [2]bar{given(0.001), given(0.001)}
	wangSpeed      = [2]bar{within(0.05), within(0.05)}
	wangEfficiency = [2]bar{within(0.15), within(0.5)}
	wangPart       = [2]bar{given(0.001), within(0.5)}
)

// wang compares the macro of Wang et al., whose words switch C-2C ladders, with its
// paper: each of its numbers is a run of its own.
func wang(ctx context.Context, b *bench) (Rung, error) {
	rows, err := read("wang-2022")
	if err != nil {
		return Rung{}, err
	}
	tables := map[string]*Table{
		"throughput": {Title: "throughput", Unit: "op/s", compared: true}, "efficiency": {Title: "efficiency", Unit: "op/J", compared: true},
		"energy": {Title: "energy of an analog cycle at 1 V", Unit: "J"}, "area": {Title: "area", Unit: "m2"},
	}
	for _, r := range rows {
		s, err := b.run(ctx, "wang-2022", wangPoint(r)...)
		if err != nil {
			return Rung{}, err
		}
		s.wang(tables[r["quantity"]], r)
	}
	return Rung{
		Level: 5, Title: "Wang et al., VLSI 2022: SRAM words that switch C-2C ladders, 22 nm",
		Columns: []Column{
			{Name: "measured", Given: "efficiency at 1 V, with its shares; throughput at 0.7 and 1 V; areas", Rest: "efficiency at other supplies by V², throughput there by the power of V that the two have"},
			{Name: "library", Given: "geometry; ladders of 5 kΩ and 2 fF; throughput at 0.7 and 1 V; uniform inputs and weights; that models are of 1 V", Rest: "all energies, at all supplies, and areas, without control, drivers and word lines"},
		},
		Tables:   []Table{*tables["throughput"], *tables["efficiency"], *tables["energy"], *tables["area"]},
		Compared: "throughput and efficiency",
	}, nil
}

func wangPoint(r row) []string {
	if r["voltage"] == "" {
		return nil
	}
	return atSupply(r["voltage"])
}

// wang adds a figure to a table.
func (s *study) wang(t *Table, r row) {
	id, name := r["quantity"]+"-"+r["part"], r["part"]
	if name == "" {
		id, name = r["quantity"]+"-"+r["voltage"]+"V", r["voltage"]+" V"
	}
	simulated := s.each(func(m *system.Machine) float64 {
		switch r["quantity"] {
		case "throughput":
			return m.OpsPerSecond
		case "efficiency":
			return 2 * float64(m.MACs) / joules(m, wangAll...)
		case "area":
			return squares(m, wangPlaces[r["part"]]...)
		}
		return perAccess(m, wangOutputs, wangParts[r["part"]]...)
	})
	t.add(id, name, "Wang et al., JSSC 2023, "+r["where"], r, simulated, wangBars(r))
}

func wangBars(r row) [2]bar {
	bars := wangPart
	switch r["quantity"] {
	case "throughput":
		if bars = wangSpeed; wangClocks[r["voltage"]] {
			bars = wangClock
		}
	case "efficiency":
		if bars = wangEfficiency; r["voltage"] == "1" {
			bars = wangPart
		}
	}
	return bars
}
