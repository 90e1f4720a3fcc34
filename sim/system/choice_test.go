package system_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"xbar/sim/system"
)

// Auto is the best of what a study that names each policy finds, by each measure.
func TestAutoIsTheBestPolicy(t *testing.T) {
	for _, minimize := range []string{"energy", "latency", "energy-delay"} {
		for _, tiles := range []int{1, 2, 4, 6} {
			for _, overlap := range []bool{false, true} {
				sets := []string{
					fmt.Sprint("machine.chip.chip.tiles=", tiles), fmt.Sprint("machine.chip.chip.overlap_reload=", overlap),
					"machine.chip.minimize=" + minimize, "inferences=1000000000000",
				}
				auto := chip(t, append(sets, "machine.chip.chip.reload=auto")...)
				c := auto.Choice
				if c == nil || c.Minimize != minimize || len(c.Candidates) < 4 {
					t.Fatalf("%v: %+v", sets, c)
				}
				for i := range c.Candidates {
					k := &c.Candidates[i]
					if i > 0 && k.Measure(minimize) < c.Candidates[i-1].Measure(minimize) {
						t.Errorf("%v: candidate %d is better than the one before: %+v", sets, i, c.Candidates)
					}
					named := []string{"machine.chip.chip.reload=" + k.Reload, fmt.Sprint("machine.chip.chip.overlap_reload=", k.OverlapReload)}
					if k.StreamArrays > 0 {
						named = append(named, fmt.Sprint("machine.chip.chip.stream_arrays=", k.StreamArrays))
					}
					if k.Keep != "" {
						named = append(named, "machine.chip.chip.keep="+k.Keep)
					}
					m := chip(t, append(sets, named...)...)
					if i == 0 && (m.EnergyJ != auto.EnergyJ || m.Cycles != auto.Cycles || m.Programming.Policy != auto.Programming.Policy) {
						t.Errorf("%v: auto takes %g J and %d cycles, %s by its name %g J and %d", sets, auto.EnergyJ, auto.Cycles, k.Policy(), m.EnergyJ, m.Cycles)
					}
					// Loads of optimal differ by one from pass to pass, and a steady pass does not
					// know which loads the pass before would have hidden.
					if k.Reload == "optimal" || k.OverlapReload {
						continue
					}
					if !close12(k.EnergyJ*float64(m.Batch), m.EnergyJ) || !close12(k.Seconds*float64(m.Batch), m.Seconds) {
						t.Errorf("%v: %s took %g J and %g s when it was tried, %g J and %g s by its name", sets, k.Policy(), k.EnergyJ*float64(m.Batch), k.Seconds*float64(m.Batch), m.EnergyJ, m.Seconds)
					}
				}
			}
		}
	}
}

// Where weights fit there is nothing to choose.
func TestNothingToChoose(t *testing.T) {
	for _, sets := range [][]string{
		{"machine.chip.chip.reload=auto", "machine.chip.chip.tiles=7"},
		{"machine.chip.chip.reload=auto", "machine.chip.chip.tiles=6", "workload.kernel[1].dynamic=true"},
		{"machine.chip.chip.reload=lru"},
	} {
		if m := chip(t, sets...); m.Choice != nil {
			t.Errorf("%v: %+v", sets, m.Choice)
		}
	}
}

// The batch that is chosen is no worse than any power of two, nor than the
// batches beside it, on every kind of machine.
func TestBatchIsChosen(t *testing.T) {
	for _, minimize := range []string{"energy", "latency", "energy-delay"} {
		r := run(t, "machine.*.batch_up_to=12", "machine.*.minimize="+minimize, "machine.chip.chip.reload=auto")
		for _, m := range r.Machines {
			c := m.Choice
			best := c.Candidates[0]
			if best.Batch != m.Batch {
				t.Errorf("%s runs in batches of %d, and %d was best", m.Name, m.Batch, best.Batch)
			}
			tried := map[int64]bool{}
			for _, k := range c.Candidates {
				tried[k.Batch] = true
				if k.Measure(minimize) < best.Measure(minimize) {
					t.Errorf("%s, %s: %+v is better than %+v", m.Name, minimize, k, best)
				}
			}
			for _, batch := range []int64{1, 2, 4, 8, 12, max(1, best.Batch-1), min(12, best.Batch+1)} {
				if !tried[batch] {
					t.Errorf("%s, %s: %d is best, and %d was not tried: %v", m.Name, minimize, best.Batch, batch, tried)
				}
			}
		}
	}
}

func TestChoiceDoesNotDependOnWorkers(t *testing.T) {
	text := func(workers int) string {
		cfg := parse(t, study, "machine.chip.chip.reload=auto", "machine.*.batch_up_to=8", "machine.chip.chip.overlap_reload=true")
		r, err := system.Run(context.Background(), cfg, system.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if a, b := text(1), text(8); a != b {
		t.Errorf("one worker:\n%s\neight:\n%s", a, b)
	}
}

// A choice is made with statistical values, and then run with exact ones.
func TestChoiceOfExactValues(t *testing.T) {
	m := chip(t, "workload.values=exact", "machine.chip.chip.reload=auto")
	if m.Choice == nil || m.Values == nil || m.Values.RMSError != 0 {
		t.Errorf("%+v, %+v", m.Choice, m.Values)
	}
}

// Where weights stay, auto is the best of layers and a pipeline, each with copies and
// without, by each measure; where they do not, it is layers without copies.
func TestAutoIsTheBestArrangement(t *testing.T) {
	open := []string{"machine.chip.chip.replication=auto", "machine.chip.chip.execution=auto"}
	for _, minimize := range []string{"energy", "latency", "energy-delay"} {
		sets := []string{"machine.chip.chip.tiles=12", "machine.chip.minimize=" + minimize, "workload.batch=4"}
		auto := chip(t, append(sets, open...)...)
		if auto.Choice == nil || len(auto.Choice.Candidates) != 4 {
			t.Fatalf("%s: %+v", minimize, auto.Choice)
		}
		for i, k := range auto.Choice.Candidates {
			m := chip(t, append(sets, "machine.chip.chip.replication="+k.Replication, "machine.chip.chip.execution="+k.Execution)...)
			got := system.Candidate{EnergyJ: m.EnergyPerInferenceJ, Seconds: m.Seconds / float64(m.Batch), EnergyDelayJS: m.EnergyDelayJS}
			best := system.Candidate{EnergyJ: auto.EnergyPerInferenceJ, Seconds: auto.Seconds / float64(auto.Batch), EnergyDelayJS: auto.EnergyDelayJS}
			if got.Measure(minimize) < best.Measure(minimize) || i == 0 && got != best {
				t.Errorf("%s: %s takes %+v, auto %+v", minimize, k.Policy(), got, best)
			}
		}
	}
	tight := chip(t, append(open, "machine.chip.chip.tiles=1")...)
	if tight.Choice != nil || tight.Pipeline != nil {
		t.Errorf("weights do not fit, and %+v was chosen of %+v", tight.Pipeline, tight.Choice)
	}
	both := chip(t, append(open, "machine.chip.chip.tiles=1", "machine.chip.chip.reload=auto")...)
	if both.Choice == nil || both.Choice.Candidates[0].Execution != "layers" || both.Pipeline != nil {
		t.Errorf("weights do not fit, and %+v was chosen of %+v", both.Pipeline, both.Choice)
	}
}
