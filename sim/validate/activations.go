package validate

import (
	"context"

	"xbar/sim/system"
)

// activations times single products.
func activations(ctx context.Context, b *bench) (Rung, error) {
	puma, err := b.run(ctx, "puma")
	if err != nil {
		return Rung{}, err
	}
	pimsim, err := b.run(ctx, "pimsim")
	if err != nil {
		return Rung{}, err
	}
	times := puma.each(func(m *system.Machine) float64 { return m.Seconds })
	return Rung{
		Level: 3, Title: "Single activations: one matrix-vector product of 128×128",
		Columns: []Column{{Name: "simulated", Given: "latencies of the stages; the converter's energy", Rest: "how they overlap, and how long the converter is busy"}},
		Tables: []Table{
			{Title: "time", Unit: "s", Figures: []Figure{
				figure("puma", "PUMA, 16 bit", pumaSource, 1800e-9, times[:1], within(1e-9)),
				figure("puma-preset", "PUMA, 16 bit, the library's preset", pumaSource, 1800e-9, times[1:], within(1e-9)),
			}},
			{Title: "time", Unit: "cycles", Figures: []Figure{
				figure("pimsim", "PIMSIM-NN, 8 bit", "PIMSIM-NN, configuration as shipped, as run", 5168,
					pimsim.each(func(m *system.Machine) float64 { return float64(m.Cycles) }), within(0)),
			}},
			{Title: "power", Unit: "W", Figures: []Figure{
				figure("puma-converter", "converter of the library's PUMA, while busy", pumaSource, 2e-3,
					[]float64{powerWhileBusy(&puma.machines[1], "tile/array/adc")}, within(1e-9)),
			}},
		},
	}, nil
}

const pumaSource = "Ankit et al., ASPLOS 2019"

// powerWhileBusy is that of one component of a kind, on average over the time in
// which it works.
func powerWhileBusy(m *system.Machine, path string) float64 {
	for _, c := range m.Components {
		if c.Path == path && c.BusyCycles > 0 {
			return c.EnergyJ / (float64(c.BusyCycles) * m.Seconds / float64(m.Cycles))
		}
	}
	return 0
}
