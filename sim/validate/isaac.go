package validate

import (
	"context"
	"slices"

	"xbar/sim/system"
)

// isaacParts says which components of the simulator a row of the paper's table
// is.
var isaacParts = map[string][]string{
	"power-adc":        {"tile/array/adc"},
	"power-dac":        {"tile/array/dac"},
	"power-hold":       {"tile/array/sample-hold"},
	"power-array":      {"tile/array/cell"},
	"power-shift-add":  {"tile/array/shift-add"},
	"power-input":      {"tile/input-buffer", "global-buffer"},
	"power-output":     {"tile/output-buffer"},
	"power-router":     {"network"},
	"power-activation": {"tile/activation"},
	"power-sum":        {"tile/accumulator"},
	"power-link":       {"chip"},
}

// isaacGiven is the figures that go into a column: what the paper rates by
// bandwidth at full use goes into the second alone.
var isaacGiven = [2][]string{
	{"power-link", "area"},
	{"power-link", "area", "power-input", "power-output", "power-router", "power-activation", "power-sum"},
}

// isaacBars is the tolerances of a figure.
func isaacBars(id string) []bar {
	bars := []bar{within(0.01), within(0.01)}
	for c := range bars {
		bars[c].calibrated = slices.Contains(isaacGiven[c], id)
	}
	return bars
}

// isaac compares ISAAC at its peak with the tables of its paper.
func isaac(ctx context.Context, b *bench) (Rung, error) {
	s, err := b.run(ctx, "isaac")
	if err != nil {
		return Rung{}, err
	}
	rows, err := read("isaac")
	if err != nil {
		return Rung{}, err
	}
	tables := map[string]*Table{
		"op/s": {Title: "throughput, 16 bit", Unit: "op/s"}, "op/J": {Title: "operations per energy", Unit: "op/J"},
		"W": {Title: "power by part", Unit: "W"}, "m2": {Title: "area", Unit: "m2"}, "op/s/m2": {Title: "throughput per area", Unit: "op/s/m2"},
	}
	for _, r := range rows {
		t, id := tables[r["unit"]], r["quantity"]
		simulated := s.each(func(m *system.Machine) float64 { return isaacFigure(m, id) })
		t.Figures = append(t.Figures, figure(id, r["name"], "Shafiee et al., ISCA 2016, "+r["where"], r.number("value"), simulated, isaacBars(id)...))
	}
	return Rung{
		Level: 4, Title: "ISAAC (Shafiee et al., ISCA 2016), all 16,128 arrays busy",
		Columns: []Column{
			{Name: "as counted", Given: "energy of each action, by Table I; areas; HyperTransport", Rest: "how often each action happens, and how long it all takes"},
			{Name: "nameplate", Given: "the same, and the power of what Table I rates by bandwidth: eDRAM, bus, registers, routers, activation, adders of the tiles", Rest: "converters, arrays, sample and hold, shift and add of the IMAs, time"},
		},
		Tables: []Table{*tables["op/s"], *tables["op/J"], *tables["W"], *tables["m2"], *tables["op/s/m2"]},
	}, nil
}

func isaacFigure(m *system.Machine, id string) float64 {
	switch id {
	case "throughput":
		return m.OpsPerSecond
	case "efficiency":
		return m.OpsPerJoule
	case "power-chip":
		return m.EnergyJ / m.Seconds
	case "area":
		return area(m)
	case "density":
		return m.OpsPerSecond / area(m)
	}
	return joules(m, isaacParts[id]...) / m.Seconds
}

// area is that of a machine whose parts' areas are all known, or nothing.
func area(m *system.Machine) float64 {
	if m.AreaM2 == nil {
		return 0
	}
	return *m.AreaM2
}
