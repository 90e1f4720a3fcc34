package system_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/system"
	"xbar/sim/theory"
)

// Shafiee et al., ISCA 2016, Table I: 41,288 GOPS of ISAAC's 16,128 arrays; Jouppi et
// al., ISCA 2017: 92 TOPS of 65,536 PEs at 700 MHz, 34 GB/s. A scalar instruction of the
// core at 1 GHz takes a cycle, and a MAC five or more.
func TestPeaks(t *testing.T) {
	for preset, want := range map[string]struct{ gops, bytes float64 }{
		"isaac": {41288, 25.6e9}, "tpu-v1": {2 * 65536 * 0.7, 34e9}, "systolic-45nm": {0, 0}, "scalar-45nm": {0.4, 64 / 60e-9},
	} {
		m := simulated(t, `
inferences = 1
[workload]
kernel = [{ name = "k", L = 1, N = 128, M = 128, input_bits = 16, weight_bits = 16, output_bits = 16 }]
[[machine]]
name = "m"
preset = "`+preset+`"
`, "burst")
		r := m.Roofline
		if gops := r.PeakOpsPerSecond / 1e9; want.gops > 0 && math.Abs(gops/want.gops-1) > 0.001 {
			t.Errorf("%s: %.5g GOPS, not %.5g", preset, gops, want.gops)
		}
		if want.bytes == 0 && r.BytesPerSecond != nil || want.bytes > 0 && (r.BytesPerSecond == nil || math.Abs(*r.BytesPerSecond/want.bytes-1) > 1e-12) {
			t.Errorf("%s: %v bytes/s, not %.5g", preset, r.BytesPerSecond, want.bytes)
		}
	}
}

const roofed = `
inferences = 1
[workload]
batch = %d
kernel = [
	{ name = "a", L = %d, N = %d, M = %d, input_bits = %d, weight_bits = 8 },
	{ name = "b", L = %d, N = %d, M = %d, groups = %d },
]
[[machine]]
name = "m"
preset = "%s"
`

// No kernel is faster than its machine's roofs, and its bytes are those that its machine
// counts, whatever the shapes, chips and bandwidths.
func TestNothingIsAboveTheRoofs(t *testing.T) {
	nearest := map[string]float64{}
	rapid.Check(t, func(t *rapid.T) {
		size := func(name string, most int) int { return rapid.IntRange(1, most).Draw(t, name) }
		preset := rapid.SampledFrom([]string{"reram-small", "isaac", "digital-cim-28nm", "tpu-v1", "systolic-45nm", "scalar-45nm"}).Draw(t, "preset")
		text := fmt.Sprintf(roofed, size("batch", 4), size("La", 40), size("Na", 300), size("Ma", 300), size("bits", 8),
			size("Lb", 40), size("Nb", 40), size("Mb", 40), size("groups", 3), preset)
		var sets []string
		set := func(key string, values ...any) {
			sets = append(sets, fmt.Sprintf("machine.m.%s=%v", key, rapid.SampledFrom(values).Draw(t, key)))
		}
		switch preset {
		case "scalar-45nm":
			set("core.lanes", 1, 4, 16)
			set("core.loop_instructions", 0, 2)
			set("core.order", "auto", "nml", "lmn", "mnl", "lnm")
			set("memory.flat", true, false)
		case "tpu-v1", "systolic-45nm":
			set("dram.bandwidth", "1 GB/s", "34 GB/s", "unlimited")
			set("dram.channels", 1, 2)
			set("array.rows", 8, 32)
			set("array.cols", 8, 40)
			set("array.dataflow", "ws", "os", "is")
			set("array.keep_activations", false) // the closed form has each kernel alone
		default:
			set("dram.bandwidth", "1 GB/s", "30 GB/s", "unlimited")
			set("dram.channels", 1, 3)
			set("chip.tiles", 1, 2, 5)
			set("chip.reload", "lru", "pin", "optimal")
			set("chip.replication", "none", "balance")
		}
		if preset == "reram-small" {
			set("adc.per_array", 1, 3, 8)
			set("crossbar.active_rows", 16, 50)
		}
		cfg, err := configs.Parse("study.toml", []byte(text), sets, nil)
		if err != nil {
			t.Skip(err)
		}
		result, err := system.Run(context.Background(), cfg, system.Options{})
		if err != nil {
			t.Skip(err)
		}
		m := &result.Machines[0]
		bytes := 0.0
		for k := range m.Kernels {
			bytes += m.Roofline.Bytes[k]
			roof := m.Roofline.PeakOpsPerSecond
			if b := m.Roofline.BytesPerSecond; b != nil && m.Roofline.Bytes[k] > 0 {
				roof = min(roof, *b*2*m.Kernels[k].MACs()/m.Roofline.Bytes[k])
			}
			share := 2 * m.Kernels[k].MACs() / m.Kernels[k].Seconds / roof
			nearest[preset] = max(nearest[preset], share)
			if share > 1+1e-9 {
				t.Fatalf("kernel %s reaches %g of its roof: %v, %+v", m.Kernels[k].Name, share, sets, m.Roofline)
			}
		}
		const rounding = 3 * 0.5 / 8 // of the counts of three actions, means of passes
		if want := countedBytes(m, cfg); math.Abs(bytes-want) > 1e-9*want+rounding {
			t.Fatalf("%g bytes, and %g by the machine's counts", bytes, want)
		}
	})
	t.Logf("shares of the roof that kernels come to: %v", nearest)
}

// countedBytes is what crosses the DRAM by the counts of actions; of a systolic array, by
// the closed form; of a scalar core, by the loads that its report has.
func countedBytes(m *system.Machine, cfg *configs.Config) (bytes float64) {
	machine := &cfg.Machines[0]
	switch m.Kind {
	case "scalar":
		last := machine.Memory.Levels[len(machine.Memory.Levels)-1]
		for _, l := range m.Loads {
			if l.Level == last.Name {
				bytes += float64(l.Loads) * float64(last.Line) / 8
			}
		}
	case "systolic":
		array := theory.Systolic{
			R: int64(machine.Array.Rows), C: int64(machine.Array.Cols), Dataflow: machine.Array.Dataflow,
			Input: int64(machine.InputBuffer.Capacity), Weight: int64(machine.WeightBuffer.Capacity), Output: int64(machine.OutputBuffer.Capacity),
		}
		for _, k := range cfg.Workload.Kernels {
			one := theory.Kernel{L: k.L * cfg.Workload.Batch, N: k.N, M: k.M, InputBits: int64(k.InputBits), WeightBits: int64(k.WeightBits), OutputBits: int64(k.OutputBits), Groups: k.Groups}
			bytes += float64(array.Count(one).DRAMBits(one)) / 8
		}
	default:
		for _, c := range m.Components {
			for _, a := range c.Actions {
				if c.Path == "dram" && a.Action != "leak" {
					bytes += float64(a.Count) / 8
				}
			}
		}
	}
	return bytes
}
