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
	return Rung{
		Level: 3, Title: "Single activations: one matrix-vector product of 128×128",
		Columns: []Column{{Name: "simulated", Given: "latencies of the stages", Rest: "how they overlap"}},
		Tables: []Table{
			{Title: "time", Unit: "s", Figures: []Figure{
				figure("puma", "PUMA, 16 bit", "Ankit et al., ASPLOS 2019", 1800e-9,
					puma.each(func(m *system.Machine) float64 { return m.Seconds }), within(1e-9)),
			}},
			{Title: "time", Unit: "cycles", Figures: []Figure{
				figure("pimsim", "PIMSIM-NN, 8 bit", "PIMSIM-NN, configuration as shipped, as run", 5168,
					pimsim.each(func(m *system.Machine) float64 { return float64(m.Cycles) }), within(0)),
			}},
		},
	}, nil
}
