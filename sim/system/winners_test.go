package system_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/system"
)

// anyStudy turns some knobs of a study on machines of all four kinds.
func anyStudy(t *rapid.T) *configs.Config {
	bytes := make([]byte, len(knobs))
	for range rapid.IntRange(0, 12).Draw(t, "knobs") {
		bytes[rapid.IntRange(0, len(knobs)-1).Draw(t, "knob")] = byte(rapid.IntRange(0, 199).Draw(t, "byte"))
	}
	for i, k := range knobs {
		switch k.key {
		case "machine":
			bytes[i] = byte(1 + slices.Index(k.usual, "all"))
		case "a second one", "repeat", "batch":
			bytes[i] = byte(rapid.IntRange(0, 199).Draw(t, k.key))
		}
	}
	cfg, err := configs.Parse("any.toml", []byte(turned(bytes)), nil, nil)
	if err != nil || effort(cfg) > 1e5 {
		t.Skip()
	}
	return cfg
}

func anyRun(t *rapid.T) *system.Result {
	result, err := system.Run(context.Background(), anyStudy(t), system.Options{})
	if err != nil {
		t.Skip()
	}
	return result
}

// On every kind of machine kernels follow one another, each with all that
// leaks and waits meanwhile: their energies, times and cycles are the pass. In a
// pipeline only their energies are.
func TestKernelsAreThePass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		result := anyRun(t)
		for i := range result.Machines {
			m := &result.Machines[i]
			var joules, seconds float64
			var cycles int64
			for _, k := range m.Kernels {
				joules, seconds, cycles = joules+k.EnergyJ, seconds+k.Seconds, cycles+k.Cycles
			}
			if m.Pipeline != nil {
				seconds, cycles = m.Seconds, m.Cycles
			}
			if !close12(joules, m.EnergyJ) || !close12(seconds, m.Seconds) {
				t.Fatalf("%s: kernels take %g J and %g s, the pass %g J and %g s", m.Kind, joules, seconds, m.EnergyJ, m.Seconds)
			}
			slack := int64(0)
			if m.PassesMeasured > 1 { // means, each rounded
				slack = int64(len(m.Kernels))
			}
			if d := cycles - m.Cycles; d > slack || -d > slack {
				t.Fatalf("%s: kernels take %d cycles, the pass %d", m.Kind, cycles, m.Cycles)
			}
		}
	})
}

// Winners are what going through all machines finds, kernel by kernel, each in
// one entry; nothing else is in an entry than kernels that are alike.
func TestWinnersByBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		result := anyRun(t)
		first := &result.Machines[0]
		entries := map[string]*system.LayerWinners{}
		for i := range result.Winners.Layers {
			for _, name := range result.Winners.Layers[i].Kernels {
				if entries[name] != nil {
					t.Fatalf("%s is in two entries", name)
				}
				entries[name] = &result.Winners.Layers[i]
			}
		}
		if len(entries) != len(first.Kernels) {
			t.Fatalf("%d of %d kernels have winners", len(entries), len(first.Kernels))
		}
		mix := 0.0
		for k, kernel := range first.Kernels {
			entry := entries[kernel.Name]
			products := entry.L * entry.N * entry.M * max(entry.Groups, 1)
			if entry.L*first.Batch != kernel.L || entry.N != kernel.N || entry.M != kernel.M || entry.MACs != int64(len(entry.Kernels))*products {
				t.Fatalf("%+v is an entry of %+v", entry, kernel)
			}
			least := math.Inf(1)
			for i := range result.Machines {
				m := &result.Machines[i]
				own, inferences := &m.Kernels[k], float64(m.Batch)
				least = min(least, own.EnergyJ/inferences)
				macs := float64(products) * inferences
				checkWins(t, m.Name, entry.Energy, own.EnergyJ/macs, len(entry.Kernels) == 1)
				checkWins(t, m.Name, entry.Time, own.Seconds/inferences, len(entry.Kernels) == 1)
				checkWins(t, m.Name, entry.EnergyDelay, own.EnergyJ*own.Seconds/inferences/inferences, len(entry.Kernels) == 1)
			}
			mix += least
		}
		if w := result.Winners.Mix; !close12(w.EnergyPerInferenceJ, mix) || w.EnergyPerInferenceJ > w.BestEnergyPerInferenceJ {
			t.Fatalf("%+v, and the least of each kernel are %g J", w, mix)
		}
	})
}

// checkWins compares a machine's own number of a kernel with the winner's and
// the next best, which are means where an entry is of several kernels.
func checkWins(t *rapid.T, machine string, w system.Winner, own float64, alone bool) {
	if w.Machine == w.Next || (w.Times == nil) != (w.Value <= 0) || w.Times != nil && *w.Times < 1-1e-12 {
		t.Fatalf("%+v", w)
	}
	if !alone {
		return
	}
	if machine == w.Machine && !close12(own, w.Value) || own < w.Value*(1-1e-12) {
		t.Fatalf("%s takes %g, the winner is %+v", machine, own, w)
	}
	if w.Times == nil {
		return
	}
	next := w.Value * *w.Times
	if machine == w.Next && !close12(own, next) || machine != w.Machine && own < next*(1-1e-12) {
		t.Fatalf("%s takes %g, the next best of %+v takes %g", machine, own, w, next)
	}
}

// A core whose operands all come from one memory takes as much for each input
// of a batch as for one: so does its energy-delay product, and it wins as much.
func TestEnergyDelayIsOfAnInference(t *testing.T) {
	const flat = "machine.core.memory.flat=true"
	one, four := run(t, flat, "machine.core.batch=1"), run(t, flat, "machine.core.batch=4")
	a, b := &one.Machines[1], &four.Machines[1]
	if a.Batch != 1 || b.Batch != 4 || !close12(a.EnergyDelayJS, b.EnergyDelayJS) || a.EnergyDelayJS <= 0 {
		t.Errorf("energy-delay %g J·s alone, %g in a batch of four", a.EnergyDelayJS, b.EnergyDelayJS)
	}
	for k := range a.Kernels {
		if x, y := a.Kernels[k], b.Kernels[k]; !close12(x.EnergyDelayJS, y.EnergyDelayJS) || !close12(x.EnergyPerMACJ, y.EnergyPerMACJ) {
			t.Errorf("%s: %+v alone, %+v in a batch of four", x.Name, x, y)
		}
	}
	for i, layer := range one.Winners.Layers {
		if w := four.Winners.Layers[i]; layer.Time.Machine != w.Time.Machine || !close12(*layer.Time.Times, *w.Time.Times) || !close12(*layer.EnergyDelay.Times, *w.EnergyDelay.Times) {
			t.Errorf("%v: %+v, with a core in a batch of four %+v", layer.Kernels, layer, w)
		}
	}
}

// Kernels that are repeated stand together, unless others win some of them.
func TestAlikeKernelsStandTogether(t *testing.T) {
	kernels := func(sets ...string) (counts []int) {
		for _, layer := range run(t, sets...).Winners.Layers {
			counts = append(counts, len(layer.Kernels))
		}
		return counts
	}
	if got := kernels("workload.kernel[0].repeat=3", "machine.chip.chip.tiles=40"); !slices.Equal(got, []int{3, 1}) {
		t.Errorf("entries of %d kernels, want 3 and 1", got)
	}
	same := []string{"workload.kernel[1].N=300", "workload.kernel[1].M=200", "machine.chip.chip.tiles=40"}
	if got := kernels(same...); !slices.Equal(got, []int{2}) {
		t.Errorf("entries of %d kernels, want one of both", got)
	}
	if got := kernels(append(same, "workload.kernel[1].weight_bits=4")...); !slices.Equal(got, []int{1, 1}) {
		t.Errorf("entries of %d kernels, want one each", got)
	}
	// What is pinned costs a kernel little; the one that streams is dearer than on the core.
	split := []string{"workload.kernel[0].repeat=2", "workload.kernel[0].L=1", "workload.batch=1", "machine.chip.chip.reload=pin", "machine.chip.chip.tiles=6", "machine.chip.cell.write_energy=10 nJ"}
	result := run(t, split...)
	if n := len(result.Winners.Layers); n != 3 {
		t.Errorf("%d entries, want one each: %+v", n, result.Winners.Layers)
	}
}

// One machine has no rivals.
func TestNoWinnersAlone(t *testing.T) {
	cfg := parse(t, study)
	cfg.Machines = cfg.Machines[:1]
	result, err := system.Run(context.Background(), cfg, system.Options{})
	if err != nil || result.Winners != nil {
		t.Errorf("winners %+v, error %v", result.Winners, err)
	}
}
