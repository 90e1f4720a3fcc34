package validate

import (
	"context"

	"xbar/sim/system"
)

// dimcBars is the tolerances by quantity. A throughput is the clock, which was
// given, and how many cycles an input takes.
var dimcBars = map[string]bar{"clock": given(1e-6), "throughput": given(1e-6), "efficiency": within(0.08), "area": within(0.16)}

// dimc compares two digital macros of 28 nm, those of the library's presets with
// nothing around them, with what was published of them. Nothing is calibrated.
func dimc(ctx context.Context, b *bench) (Rung, error) {
	rows, err := read("dimc")
	if err != nil {
		return Rung{}, err
	}
	tables := map[string]*Table{
		"clock":      {Title: "clock", Unit: "Hz"},
		"throughput": {Title: "throughput, 8 bit", Unit: "op/s"}, "efficiency": {Title: "efficiency, 8 bit", Unit: "op/J", compared: true},
		"area": {Title: "area", Unit: "m2", compared: true},
	}
	names := map[string]string{"dimc1": "ISSCC 2022, 15.5", "dimc3": "ISSCC 2023, 7.2"}
	for _, chip := range []string{"dimc1", "dimc3"} {
		s, err := b.run(ctx, chip)
		if err != nil {
			return Rung{}, err
		}
		for _, r := range where(rows, "chip", chip) {
			q, t := r["quantity"], tables[r["quantity"]]
			simulated := s.each(func(m *system.Machine) float64 { return dimcFigure(m, q) })
			t.Figures = append(t.Figures, figure(q+"-"+chip, names[chip], r["where"]+" (as read by ZigZag-IMC)", r.number("value"), simulated, dimcBars[q]))
		}
	}
	return Rung{
		Level: 5, Title: "Two digital SRAM macros with adder trees, 28 nm: DIMC1 and DIMC3 of ZigZag-IMC's validation",
		Columns: []Column{{
			Name: "library", Given: "clock, supply, geometry, bits of the inputs a cycle, widths of the accumulators; half of the inputs switch and half of the weight bits are set, so a quarter of the trees' gates; gates of ZigZag-IMC, whose authors checked them on these chips",
			Rest: "energy and area, without wires, clock tree, input registers and, in the first, the adders for floating point",
		}},
		Tables:   []Table{*tables["clock"], *tables["throughput"], *tables["efficiency"], *tables["area"]},
		Compared: "efficiency and area",
		Peers:    []Measure{peers("ZigZag-IMC, its equations evaluated", "zigzag", rows)},
	}, nil
}

func dimcFigure(m *system.Machine, quantity string) float64 {
	switch quantity {
	case "clock":
		return m.ClockHz
	case "throughput":
		return m.OpsPerSecond
	case "efficiency":
		return m.OpsPerJoule
	}
	return area(m)
}
