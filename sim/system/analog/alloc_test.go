package analog

import (
	"context"
	"slices"
	"testing"

	"xbar/configs"
	"xbar/sim/workload"
)

// Two kernels on a chip too small for them, whose DRAM, network and
// accumulators are contended for.
const busyStudy = `
inferences = 1
[workload]
kernel = [{ name = "first", L = 1, N = 150, M = 40 }, { name = "second", L = 1, N = 40, M = 10 }]
[[machine]]
name = "chip"
kind = "analog"
preset = "reram-small"
chip = { tiles = 1, arrays_per_tile = 3, overlap_reload = true }
`

// runBusy runs the study's kernels with so many vectors each.
func runBusy(t *testing.T, cfg *configs.Config, vectors int64, step, exact bool) {
	matrix := func(rows, cols int64) workload.Matrix {
		return workload.Matrix{Rows: int(rows), Cols: int(cols), Data: make([]int32, rows*cols)}
	}
	w := &workload.Workload{}
	v := &workload.Values{Inputs: matrix(1, vectors*cfg.Workload.Kernels[0].N)}
	for _, k := range cfg.Workload.Kernels {
		w.Kernels = append(w.Kernels, workload.Kernel{
			Name: k.Name, L: vectors, N: k.N, M: k.M, InputBits: k.InputBits, WeightBits: k.WeightBits, OutputBits: k.OutputBits,
		})
		v.Weights = append(v.Weights, matrix(k.N, k.M))
		v.Post = append(v.Post, workload.Requantize{})
	}
	if exact {
		w.Values = v
	}
	c, err := New(context.Background(), &cfg.Machines[0], w, Options{Batch: 1, Step: step})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// Vectors allocate nothing: not their events, not their values, not the hooks
// of a trace that is off. What a run allocates follows waves and components.
func TestVectorsAllocateNothing(t *testing.T) {
	pipeline := []string{"machine.chip.chip.execution=pipeline", "machine.chip.chip.arrays_per_tile=40", "machine.chip.chip.replication=balance"}
	hops := []string{"machine.chip.network.kind=mesh", "machine.chip.network.flit=32 bit", "machine.chip.network.router_latency=1 ns"}
	tiles := []string{"machine.chip.chip.tiles=3", "machine.chip.chip.arrays_per_tile=1"}
	for _, set := range [][]string{nil, pipeline, slices.Concat(hops, tiles), slices.Concat(hops, pipeline)} {
		cfg, err := configs.Parse("busy", []byte(busyStudy), set, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range []bool{false, true} {
			for _, exact := range []bool{false, true} {
				leaps := !step && !exact && !slices.Contains(set, pipeline[0])
				allocations := func(vectors int64) float64 {
					return testing.AllocsPerRun(1, func() { runBusy(t, cfg, vectors, step, exact) })
				}
				short, long := int64(100), int64(1100)
				if leaps {
					short, long = 20_000, 60_000 // all waves leap, which takes a few
				}
				if few, many := allocations(short), allocations(long); many > few+20 {
					t.Errorf("%v, step %v, exact %v: %d vectors take %v allocations, %d vectors %v", set, step, exact, short, few, long, many)
				}
			}
		}
	}
}
