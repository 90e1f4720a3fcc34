package system_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

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
// fixed in advance do not: 28 % on average is what is reported of NeuroSim's.
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

// Guard columns are read and hold nothing, and a row group that is not full is
// hardly ever heavy enough to be stored inverted: histograms know both.
func TestStatisticsOfGuardColumnsAndPartialGroups(t *testing.T) {
	const numbers = `
inferences = 1
[workload]
kernel = [{ name = "k", L = 64, N = 72, M = 64 }]
[[machine]]
name = "guard"
preset = "reram-small"
crossbar = { column_flip = false, guard_columns = 4 }
[[machine]]
name = "partial"
preset = "reram-small"
[[machine]]
name = "partial after full"
preset = "reram-small"
crossbar = { active_rows = 56 }
`
	run := func(set string) *system.Result {
		result, err := system.Run(context.Background(), parse(t, numbers, set), system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	exact := run("workload.values=exact")
	for set, within := range map[string]float64{"workload.statistics.from=histogram": 0.02, "workload.statistics.from=assumed": 0.04} {
		result := run(set)
		for i := range result.Machines {
			m := &result.Machines[i]
			if m.Name != "guard" && within > 0.02 {
				continue // flipped columns are no half of full scale
			}
			const cell = "tile/array/cell read"
			if got, want := byAction(m)[cell], byAction(&exact.Machines[i])[cell]; math.Abs(got/want-1) > within {
				t.Errorf("%s, %s: cells cost %.4g J, with the data %.4g J", set, m.Name, got, want)
			}
		}
	}
}

// A chip runs at any supply, whatever digits its clock has there.
func TestEverySupplyHasAClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := func(key, unit string, low, high float64) string {
			return fmt.Sprintf("machine.chip.supply.%s=%q", key, fmt.Sprint(rapid.Float64Range(low, high).Draw(t, key), unit))
		}
		const chip = `
inferences = 1
[workload]
kernel = [{ name = "k", L = 1, N = 8, M = 8 }]
[[machine]]
name = "chip"
preset = "jia-2020"
`
		sets := []string{set("voltage", " V", 0.1, 1.3), fmt.Sprint("machine.chip.supply.delay_exponent=", rapid.Float64Range(0, 5).Draw(t, "exponent"))}
		if _, err := system.Run(context.Background(), parse(t, chip, sets...), system.Options{}); err != nil {
			t.Fatal(err)
		}
	})
}

// The network is on the chip: at another supply it takes as many cycles. Times are
// explained as they are at that supply.
func TestNetworkFollowsTheSupply(t *testing.T) {
	const chip = `
inferences = 1
[workload]
kernel = [{ name = "k", L = 64, N = 64, M = 16 }]
[[machine]]
name = "a"
preset = "reram-small"
network = { bandwidth = "1 Gbit/s" }
dram = { bandwidth = "unlimited" }
supply = { nominal = "1 V", voltage = "1 V", delay_exponent = 1.0 }
`
	why, err := system.Explain(context.Background(), parse(t, chip, `machine.a.supply.voltage="0.5 V"`), "", system.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range why.Machines[0].Time.Stages {
		if cycles := s.Derivation.Value * 500e6; cycles > float64(s.Cycles)*(1+1e-9) || cycles < float64(s.Cycles)-1 {
			t.Errorf("%s takes %g s and %d cycles of 500 MHz", s.Component, s.Derivation.Value, s.Cycles)
		}
	}
	at := func(sets ...string) *system.Machine {
		result, err := system.Run(context.Background(), parse(t, chip, sets...), system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return &result.Machines[0]
	}
	half, nominal := at(`machine.a.supply.voltage="0.5 V"`), at()
	if half.Cycles != nominal.Cycles || math.Abs(half.Seconds/nominal.Seconds-2) > 1e-9 {
		t.Errorf("%d cycles and %g s, at half of the supply %d and %g", nominal.Cycles, nominal.Seconds, half.Cycles, half.Seconds)
	}
	if half.RoundingSeconds != 2*nominal.RoundingSeconds {
		t.Errorf("rounding costs %g s, at half of the supply %g s", nominal.RoundingSeconds, half.RoundingSeconds)
	}
}
