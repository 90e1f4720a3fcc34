package system_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"xbar/sim/system"
)

// decoder attends with two kernels that grow, on every kind of machine.
const decoder = `
inferences = 1000
[workload]
context = 60
steps = 8
kernel = [
  { name = "qkv", L = 1, N = 64, M = 192 },
  { name = "qk", L = 1, N = 16, M = 40, groups = 4, dynamic = true, cache = "columns", operations = 800, operands = 160 },
  { name = "av", L = 1, N = 40, M = 16, groups = 4, dynamic = true, cache = "rows" },
  { name = "out", L = 1, N = 64, M = 64 },
]
[[machine]]
name = "reram"
preset = "reram-small"
[machine.chip]
tiles = 8
arrays_per_tile = 8
[machine.digital]
preset = "macs-45nm"
[[machine]]
name = "sram"
preset = "digital-cim-28nm"
[machine.digital]
preset = "macs-45nm"
[[machine]]
name = "tpu"
preset = "tpu-v1"
[[machine]]
name = "core"
preset = "scalar-45nm"
`

func decode(t *testing.T, sets ...string) *system.Result {
	t.Helper()
	r, err := system.Run(context.Background(), parse(t, decoder, sets...), system.Options{Workers: 2})
	if err != nil {
		t.Fatalf("%v: %v", sets, err)
	}
	return r
}

// A step of a session on a machine that keeps nothing is the network attending to so
// many tokens, and on any the last is what the result is of.
func TestSessionStepsAreInferences(t *testing.T) {
	for _, sets := range [][]string{
		nil,
		{"machine.*.batch=3"},
		{"machine.reram.chip.dynamic=digital", "machine.sram.chip.dynamic=digital"},
		{"machine.reram.chip.cache=rewrite", "machine.sram.chip.tiles=1", "granularity=step"},
		{"machine.reram.chip.tiles=1", "machine.reram.chip.reload=optimal", "machine.sram.chip.reload=pin"},
	} {
		r := decode(t, sets...)
		for _, m := range r.Machines {
			s := m.Session
			last := s.Steps[len(s.Steps)-1]
			if len(s.Steps) != 8 || last.Tokens != 68 || last.EnergyJ != m.EnergyJ || last.Seconds != m.Seconds {
				t.Errorf("%v, %s: %d steps, the last %+v of %g J and %g s", sets, m.Name, len(s.Steps), last, m.EnergyJ, m.Seconds)
			}
			var joules, seconds float64
			for _, step := range s.Steps {
				joules += step.EnergyJ
				seconds += step.Seconds
			}
			if n := float64(8 * m.Batch); !close12(s.EnergyJ, joules) || !close12(s.MeanEnergyJ*n, joules) || !close12(s.MeanSeconds*n, seconds) {
				t.Errorf("%v, %s: %+v, and the steps add up to %g J and %g s", sets, m.Name, s, joules, seconds)
			}
		}
		for _, i := range []int{2, 3} { // without a session, attending to as many
			for t1, step := range r.Machines[i].Session.Steps {
				tokens := 61 + t1
				one := decode(t, append([]string{
					"workload.steps=1", fmt.Sprint("workload.context=", tokens-1)}, sets...)...)
				if m := one.Machines[i]; m.EnergyJ != step.EnergyJ || m.Seconds != step.Seconds {
					t.Errorf("%v, %s attending to %d: %g J in the session, %g by itself", sets, m.Name, tokens, step.EnergyJ, m.EnergyJ)
				}
			}
		}
	}
}

// Keeping a cache never writes more cells than rewriting it, and the digital side none.
func TestKeptCachesWriteLess(t *testing.T) {
	cells := func(sets ...string) float64 { return decode(t, sets...).Machines[0].Session.Cells }
	kept, rewritten, digital := cells(), cells("machine.reram.chip.cache=rewrite"), cells("machine.reram.chip.dynamic=digital")
	if !(kept < rewritten) || digital != 0 {
		t.Errorf("%g cells are written where the cache stays, %g where it is rewritten, %g on the digital side", kept, rewritten, digital)
	}
}

// In a session auto is no worse than either side.
func TestAutoSidesInASession(t *testing.T) {
	for _, minimize := range []string{"energy", "latency", "energy-delay"} {
		last := func(dynamic string) (m system.Machine) {
			return decode(t, "machine.*.minimize="+minimize, "machine.reram.chip.dynamic="+dynamic).Machines[0]
		}
		auto := last("auto")
		chosen := auto.Choice.Candidates[0].Measure(minimize)
		for _, side := range []string{"array", "digital"} {
			m := last(side)
			c := system.Candidate{EnergyJ: m.EnergyJ, Seconds: m.Seconds, EnergyDelayJS: m.EnergyJ * m.Seconds}
			if of := c.Measure(minimize); chosen > of*(1+1e-12) {
				t.Errorf("%s: auto takes %g, %s %g", minimize, chosen, side, of)
			}
		}
		if len(auto.Choice.Candidates) != 4 || math.IsNaN(chosen) {
			t.Errorf("%s: %d candidates", minimize, len(auto.Choice.Candidates))
		}
	}
}

func TestSessionDoesNotDependOnWorkers(t *testing.T) {
	text := func(workers int) string {
		r, err := system.Run(context.Background(), parse(t, decoder, "machine.reram.chip.dynamic=auto"), system.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if a, b := text(1), text(4); a != b {
		t.Errorf("one worker:\n%s\nfour:\n%s", a, b)
	}
}
