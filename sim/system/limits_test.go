package system_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"xbar/configs"
	"xbar/sim/system"
)

// What cannot be counted or held is refused in words that name the key.
func TestRefused(t *testing.T) {
	for _, test := range []struct {
		sets []string
		want []string
	}{
		{list("machine.chip.cell.read_time=1 Ms"), list("machine chip|cell.read_time|clock")},
		{list("machine.chip.adc.latency=2 ks"), list("adc.latency|at most 1099511627776")},
		{list("machine.chip.cell.write_time=1 ks|machine.chip.cell.pulses=1e6"), list("cell.write_time|cell.pulses")},
		{list("machine.chip.dram.bandwidth=1 bit/s|machine.chip.clock=10 THz|workload.batch=1000000|workload.kernel[0].L=500000|workload.kernel[1].L=500000"), list("longer|dram.bandwidth")},
		{list("machine.chip.network.bandwidth=1 bit/s|machine.chip.clock=10 THz|workload.batch=1000000|workload.kernel[0].L=500000"), list("longer|network.bandwidth")},
		{list("machine.chip.dram.bandwidth=1.1111111111111112 bit/s|machine.chip.clock=1.2345678901234567 GHz"), list("dram.bandwidth|too many digits")},
		{list("machine.chip.accumulator.latency=1 ks|machine.chip.accumulator.lanes=1|workload.kernel[0].L=100000"), list("longer|accumulator.latency")},
		{list("machine.chip.shift_add.latency=1 ks|workload.kernel[0].L=100000"), list("longer|shift_add.latency")},
		{list("machine.chip.cell.read_time=100 s|workload.kernel[0].L=10000000"), list("longer|cell.read_time")},
		{list("machine.chip.cell.read_time=1 s|machine.chip.cell.write_time=1 s|workload.kernel[0].L=10000|machine.chip.chip.tiles=100|machine.chip.crossbar.rows=4096|machine.chip.crossbar.cols=4096"), list("cycles of all cells|cell.read_time")},
		{list("workload.kernel[0].N=1000000000|workload.kernel[0].M=1000000000|workload.kernel[0].L=1|machine.chip.crossbar.rows=1|machine.chip.crossbar.cols=16|machine.chip.adc.per_array=1"), list("kernel a|N = 1000000000|crossbar.rows = 1 |crossbar.cols = 16|tiles")},
		{list("workload.kernel[0].N=1000000|workload.kernel[0].M=1000000|workload.kernel[0].L=1000|workload.batch=1000|machine.chip.crossbar.rows=65536|machine.chip.crossbar.cols=65536|machine.chip.chip.tiles=1|machine.chip.input_buffer.capacity=1MiB|machine.chip.output_buffer.capacity=1MiB"), list("actions|L·N·M × batch")},
		{list("machine.chip.accumulator.latency=1 ks|machine.chip.chip.tiles=1000|machine.chip.chip.arrays_per_tile=1|workload.kernel[0].L=4000|workload.kernel[0].N=100000|workload.kernel[0].M=2000|machine.chip.clock=1 GHz"), list("accumulator.latency")},
		{list("machine.chip.input_buffer.capacity=129B"), list("kernel a|input_buffer.capacity")},
		{list("machine.chip.input_buffer.capacity=64B"), list("kernel a|input_buffer.capacity")},
		{list("machine.chip.output_buffer.capacity=64B"), list("kernel a|output_buffer.capacity")},
		{list("workload.kernel[0].dynamic=true|workload.batch=1000000"), list("kernel a|at most 10000000")},
		{list("granularity=step|machine.chip.chip.tiles=1000000|machine.chip.chip.arrays_per_tile=4|workload.kernel[0].N=1000000|workload.kernel[0].M=10000"), list("granularity|burst")},
		{list("workload.values=exact|workload.kernel[1].M=10000000|workload.kernel[1].N=200"), list("exact values|numbers")},
		{list("workload.values=exact|workload.batch=1000000"), list("exact values|numbers")},
		{list("machine.core.memory.level[2].latency=1 Ms|machine.core.clock=10 THz"), list("machine core|latency of level DRAM")},
		{list("machine.core.memory.level[2].latency=100 s|workload.batch=1000000"), list("machine core|latency and line")},
		{list("granularity=step|workload.kernel[1].M=10000000|workload.kernel[1].N=2000|workload.kernel[1].L=1"), list("machine core|burst")},
	} {
		cfg := parse(t, study, test.sets...)
		if strings.HasPrefix(test.want[0], "machine core") {
			cfg.Machines = cfg.Machines[1:]
		}
		_, err := system.Run(context.Background(), cfg, system.Options{})
		if err == nil {
			t.Errorf("%v: accepted", test.sets)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%v:\n%v\nnames no %s", test.sets, err, want)
			}
		}
	}
}

// A run stops at once in every phase: in drawing numbers, planning, programming,
// reading, and in the reference.
func TestStops(t *testing.T) {
	const patience = 5 * time.Second // generous: what is caught here took minutes
	for name, sets := range map[string][]string{
		"drawing":          list("workload.values=exact|workload.kernel[0].L=1|workload.kernel[1].L=1|workload.kernel[0].N=200000|workload.kernel[0].M=200"),
		"planning":         list("workload.kernel[0].N=1000000|workload.kernel[0].M=30000|machine.chip.chip.tiles=1000"),
		"planning dynamic": list("workload.kernel[0].dynamic=true|workload.batch=30000|machine.chip.chip.tiles=10|machine.chip.chip.arrays_per_tile=10000|workload.kernel[1].M=1000000"),
		"preload":          list("workload.kernel[0].N=1000000|workload.kernel[0].M=30000|machine.chip.chip.tiles=1000000"),
		"reading":          list("workload.kernel[0].L=60|workload.kernel[0].N=1000000|workload.kernel[0].M=3000"), // too few vectors a wave to leap
		"stepping":         list("granularity=step|workload.kernel[0].L=1000000000"),
		"exact, few rows":  list("workload.values=exact|workload.kernel[0].N=4000|workload.kernel[0].M=4000|workload.kernel[1].N=4000|machine.chip.crossbar.rows=4096|machine.chip.crossbar.cols=32768|machine.chip.crossbar.active_rows=1|machine.chip.input_buffer.capacity=1MiB|machine.chip.output_buffer.capacity=1MiB"),
		"exact":            list("workload.values=exact|workload.batch=1|workload.kernel[0].L=4000|workload.kernel[1].L=4000|workload.kernel[0].N=4000|workload.kernel[0].M=2000|workload.kernel[1].N=2000"),
		"scalar":           list("granularity=step|workload.kernel[0].N=1000|workload.kernel[0].L=100000|workload.kernel[0].M=1000"),
		"reference":        list("workload.values=exact|workload.batch=1|workload.kernel[0].L=8000|workload.kernel[1].L=8000|workload.kernel[0].N=4000|workload.kernel[0].M=4000|workload.kernel[1].N=4000"),
	} {
		t.Run(name, func(t *testing.T) {
			cfg := parse(t, study, sets...)
			if name == "scalar" || name == "reference" {
				cfg.Machines = cfg.Machines[1:]
			}
			for _, after := range []time.Duration{0, 150 * time.Millisecond} {
				took := time.Hour
				for range 3 { // the processor may be busy with others
					ctx, cancel := context.WithTimeout(context.Background(), after)
					began := time.Now()
					_, err := system.Run(ctx, cfg, system.Options{})
					cancel()
					if err == nil || !errors.Is(err, context.DeadlineExceeded) {
						t.Fatalf("after %v: %v", after, err)
					}
					if took = min(took, time.Since(began)-after); took < patience {
						break
					}
				}
				if took > patience {
					t.Errorf("stopped %v after it was told to at %v", took, after)
				}
			}
		})
	}
}

// A panic while a machine runs is an error that says where it was.
func TestInternalError(t *testing.T) {
	cfg := &configs.Config{Inferences: 1, Machines: []configs.Machine{{Name: "broken", Kind: "analog", Clock: 1e9}}}
	cfg.Workload.Batch = 1
	cfg.Workload.Kernels = []configs.Kernel{{Name: "a", L: 1, N: 1, M: 1, InputBits: 8, WeightBits: 8, OutputBits: 8, Repeat: 1}}
	cfg.Machines[0].Crossbar.Encoding, cfg.Machines[0].Cell.Bits = "offset", 1
	cfg.Machines[0].DAC.Bits, cfg.Machines[0].Crossbar.Cols = 1, 8 // and no rows
	_, err := system.Run(context.Background(), cfg, system.Options{})
	var internal *system.InternalError
	if !errors.As(err, &internal) || !strings.Contains(internal.Where, "xbar/sim/mapping") || !strings.Contains(err.Error(), "divide by zero") {
		t.Errorf("%v", err)
	}
}

// A run that takes no time has no rates, and no holes.
func TestTimeless(t *testing.T) {
	var sets []string
	for _, key := range list("dac.latency|sample_hold.latency|adc.latency|shift_add.latency|accumulator.latency|cell.read_time|cell.write_time|cell.verify_time") {
		sets = append(sets, "machine.chip."+key+"=0 s")
	}
	m := run(t, append(sets, "machine.chip.adc.energy_per_conversion=3 pJ", "machine.chip.cell.read_energy=1 fJ", "machine.chip.network.bandwidth=unlimited", "machine.chip.dram.bandwidth=unlimited")...).Machines[0]
	if m.Cycles != 0 || m.Seconds != 0 || m.OpsPerSecond != 0 || m.EnergyJ == 0 {
		t.Errorf("%d cycles, %g s, %g operations a second, %g J", m.Cycles, m.Seconds, m.OpsPerSecond, m.EnergyJ)
	}
	for _, c := range m.Components {
		if c.Utilization != 0 || c.BusyCycles != 0 {
			t.Errorf("%+v", c)
		}
	}
}
