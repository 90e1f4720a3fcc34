package system_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"xbar/sim/system"
)

// clothes is the quickstart's network on machines whose energies follow the
// data in different ways.
const clothes = `
inferences = 1_000_000
[workload]
network = "../../examples/01-fashion-mlp/model/net.toml"
inputs = "../../examples/01-fashion-mlp/data/images.idx.gz"
[[machine]]
name = "offset, columns flipped, zeros gated"
preset = "reram-small"
chip = { tiles = 17 }
dac = { gate_zeros = true }
[[machine]]
name = "differential"
preset = "reram-small"
chip = { tiles = 40 }
crossbar = { encoding = "differential", column_flip = false }
dac = { gate_zeros = true }
[[machine]]
name = "pulse counts of four bits"
preset = "reram-small"
chip = { tiles = 17 }
dac = { bits = 4, energy_per_pulse = "20 fJ", energy_per_load = "5 fJ" }
adc = { resolution = 12 }
[[machine]]
name = "charge domain"
preset = "sram-charge"
chip = { tiles = 40 }
`

// byAction is a machine's joules by component and action.
func byAction(m *system.Machine) map[string]float64 {
	joules := map[string]float64{}
	for _, c := range m.Components {
		for _, a := range c.Actions {
			joules[c.Path+" "+a.Action] = a.EnergyJ
		}
	}
	return joules
}

func runClothes(t *testing.T, sets ...string) *system.Result {
	t.Helper()
	cfg := parse(t, clothes, append(sets, "workload.limit=300")...)
	result, err := system.Run(context.Background(), cfg, system.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// Histograms of 100 inputs, and moments of their rows, give every component's
// energy within 5 % of what 300 images cost digit by digit. Energies that are
// fixed in advance do not: NeuroSim's authors report 28 % on average.
func TestStatisticalEnergiesAreThoseOfTheData(t *testing.T) {
	long(t)
	exact := runClothes(t, "workload.values=exact")
	for _, test := range []struct {
		from   string
		within float64
	}{{"rows", 0.02}, {"histogram", 0.05}} {
		result := runClothes(t, "workload.statistics.from="+test.from)
		for i := range result.Machines {
			m := &result.Machines[i]
			got := byAction(m)
			for action, want := range byAction(&exact.Machines[i]) {
				if off := math.Abs(got[action] - want); off > test.within*want {
					t.Errorf("%s, %s: %s costs %.4g J, with the data %.4g J: off by %.2f %%", test.from, m.Name, action, got[action], want, 100*off/want)
				}
			}
		}
	}
	fixed := runClothes(t, "workload.statistics.from=assumed")
	for i := range fixed.Machines {
		cell := "tile/array/cell read"
		if got, want := byAction(&fixed.Machines[i])[cell], byAction(&exact.Machines[i])[cell]; math.Abs(got/want-1) < 0.28 {
			t.Errorf("%s: half of full scale is off by %.0f %% only: then moments need not be measured", fixed.Machines[i].Name, 100*(got/want-1))
		}
	}
}

// A network's inputs are looked at unless the config says otherwise.
func TestStatisticsByDefault(t *testing.T) {
	silent, rows := runClothes(t), runClothes(t, "workload.statistics.from=rows")
	for i := range silent.Machines {
		if silent.Machines[i].EnergyJ != rows.Machines[i].EnergyJ {
			t.Errorf("%s: %g J, and %g J row by row", silent.Machines[i].Name, silent.Machines[i].EnergyJ, rows.Machines[i].EnergyJ)
		}
	}
	cfg := parse(t, study, "workload.statistics.input_histogram=[8,4,2,1]")
	result, err := system.Run(context.Background(), cfg, system.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if notes := result.Machines[0].Notes; !strings.Contains(strings.Join(notes, "\n"), "histograms of inputs and weights") {
		t.Errorf("a histogram went unnoticed: %q", notes)
	}
}

// The moments of a histogram are those of the numbers that it spreads, slice by
// slice: 0, 85, 170 and 255 with shares 8, 4, 2 and 1 have 0, 4, 4
// and 8 ones among their 8 slices.
func TestHistogramThroughSlices(t *testing.T) {
	cfg := parse(t, study, "workload.statistics.input_histogram=[8,4,2,1]", "machine.chip.dac.gate_zeros=true", "machine.chip.dac.energy_per_conversion=1 pJ")
	result, err := system.Run(context.Background(), cfg, system.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dac := component(t, &result.Machines[0], "tile/array/dac").Actions[0]
	want := (4*4 + 2*4 + 1*8) / (15.0 * 8) * 1e-12
	if each := dac.EnergyJ / float64(dac.Count); math.Abs(each-want) > 1e-9*want {
		t.Errorf("a conversion costs %g J, by hand %g J", each, want)
	}
}
