package system_test

import (
	"math"
	"strings"
	"testing"
)

// Two vectors on two copies. Each has an array of its own, and they meet at the
// media, where the earlier goes first:
//
//	v0  DRAM 0–6, network 6–9,   reads 9–81,  sum 83, network 83–87, DRAM 87–95
//	v1  DRAM 6–12, network 12–15, reads 15–87, sum 89, network 89–93, DRAM 95–103
//
// Both tiles are written once, 12 cells each.
func TestCopiesByHand(t *testing.T) {
	m := pencil(t, byHand, "L = 1 → replicas = 2, L = 2", "arrays_per_tile = 1 → arrays_per_tile = 2")
	if m.Cycles != 103 {
		t.Errorf("%d cycles, by hand 103", m.Cycles)
	}
	if k := m.Kernels[0]; k.Replicas != 2 || k.Arrays != 2 || m.Programming.DemandArrays != 2 {
		t.Errorf("%d replicas on %d arrays, demand %d", k.Replicas, k.Arrays, m.Programming.DemandArrays)
	}
	if p := m.Programming.OneTime; p.Tiles != 2 || p.Cells != 24 {
		t.Errorf("once: %+v, by hand 2 tiles and 24 cells", p)
	}
	expect(t, m, map[string]account{ // twice those of one vector
		"dram read":                      {24, 24},
		"dram write":                     {32, 32},
		"global-buffer write":            {56, 56},
		"global-buffer read":             {56, 56},
		"network transfer":               {56, 56},
		"tile/input-buffer write":        {24, 24},
		"tile/input-buffer read":         {24, 24},
		"tile/output-buffer write":       {32, 32},
		"tile/output-buffer read":        {32, 32},
		"tile/array/dac convert":         {24, 24},
		"tile/array/row drive":           {24, 24},
		"tile/array/cell read":           {96, 96},
		"tile/array/sample-hold hold":    {32, 32},
		"tile/array/adc convert":         {32, 32},
		"tile/array/shift-add shift-add": {32, 32},
		"tile/array/shift-add correct":   {10, 10},
		"tile/accumulator add":           {0, 0},
	})
}

// Three vectors through two kernels, a (3×2) and b (2×2), over a network of a bit a
// cycle. Moving takes
//
//	a  in  12 bits: DRAM 6, network 12    out  16 bits: network 16
//	b  in   8 bits: network 8             out  16 bits: network 16, DRAM 8
//
// and a read 18 cycles, of which the drivers need the first 12; four reads leave
// them free after 66 and the converters after 72, and the sum is there after 74. A
// vector is asked for when one of two slots is free: the third of a when the first
// has been driven, at 84. Its input takes the network at 90, and the first result,
// there at 92, waits for it.
//
//	a0  DRAM 0–6,   network 6–18,    reads 18–90,   sum 92,  network 102–118
//	a1  DRAM 6–12,  network 18–30,   reads 90–162,  sum 164, network 164–180
//	a2  DRAM 84–90, network 90–102,  reads 162–234, sum 236, network 236–252
//	b0              network 118–126, reads 126–198, sum 200, network 200–216, DRAM 216–224
//	b1              network 180–188, reads 198–270, sum 272, network 272–288, DRAM 288–296
//	b2              network 252–260, reads 270–342, sum 344, network 344–360, DRAM 360–368
//
// Behind each other, passes keep the arrays of both kernels busy: 3·72 cycles each. In
// those the network is busy for 3·(12 + 16 + 8 + 16) = 156; no input waits for it as
// long as the vector before it is read, so it does not hold them up. What passes from a
// to b stays in the global buffer.
func TestPipelineByHand(t *testing.T) {
	m := pencil(t, byHand, "kernel = [{ name = \"k\", L = 1, N = 3, M = 2, input_bits = 4, weight_bits = 4, output_bits = 8 }] → "+
		"kernel = [{ name = \"a\", L = 3, N = 3, M = 2, input_bits = 4, weight_bits = 4, output_bits = 8 }, { name = \"b\", L = 3, N = 2, M = 2, input_bits = 4, weight_bits = 4, output_bits = 8 }]",
		"arrays_per_tile = 1 → execution = \"pipeline\", arrays_per_tile = 2", "4 Gbit/s → 1 Gbit/s")
	if !same(m.LatencyS, 368e-9) || !same(m.Pipeline.InferenceLatencyS, 368e-9) {
		t.Errorf("a pass is through after %g s, by hand 368 ns", m.LatencyS)
	}
	if m.Cycles != 216 || !same(m.Seconds, 216e-9) {
		t.Errorf("a pass every %d cycles, by hand 216", m.Cycles)
	}
	if p := m.Pipeline; p.Bottleneck != "a" && p.Bottleneck != "b" || p.BottleneckVectors != 3 || p.BottleneckBusy < 0.95 || p.BottleneckBusy > 1 {
		t.Errorf("%+v", *p)
	}
	for _, c := range m.Components {
		switch c.Path {
		case "network":
			if c.BusyCycles != 156 {
				t.Errorf("the network is busy for %d cycles, by hand 156", c.BusyCycles)
			}
		case "dram":
			if c.BusyCycles != 3*6+3*8 {
				t.Errorf("the DRAM is busy for %d cycles, by hand 42", c.BusyCycles)
			}
		}
	}
}

// Shafiee et al., ISCA 2016, Table I: 41,288 GOPS of ISAAC's 16,128 arrays. Three
// kernels that share them reach as much in a pipeline, when the DRAM keeps up: the
// paper's peak is that of its arrays.
func TestPipelineReachesIsaacsPeak(t *testing.T) {
	kernel := func(name string) string {
		return `{ name = "` + name + `", L = 6720, N = 128, M = 128, input_bits = 16, weight_bits = 16, output_bits = 16 }`
	}
	m := simulated(t, `
inferences = 1
[workload]
kernel = [`+strings.Join([]string{kernel("a"), kernel("b"), kernel("c")}, ", ")+`]
[[machine]]
name = "isaac"
preset = "isaac"
chip = { execution = "pipeline", replication = "balance" }
dram = { bandwidth = "unlimited" }
`, "burst")
	if m.Programming.DemandArrays != 16128 || m.Kernels[1].Replicas != 672 {
		t.Errorf("%d arrays, %d copies of b", m.Programming.DemandArrays, m.Kernels[1].Replicas)
	}
	if gops := m.OpsPerSecond / 1e9; math.Abs(gops/41288-1) > 0.001 {
		t.Errorf("%.0f GOPS, ISAAC's peak is 41,288", gops)
	}
}
