package system_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/system"
)

// study is a chain of two kernels on reram-small, for overrides to vary.
const study = `
inferences = 1000
[workload]
batch = 4
[[workload.kernel]]
name = "a"
L = 6
N = 300
M = 200
[[workload.kernel]]
name = "b"
L = 6
N = 200
M = 70
[[machine]]
name = "chip"
preset = "reram-small"
[[machine]]
name = "core"
preset = "scalar-45nm"
`

func parseStudy(sets []string) (*configs.Config, error) {
	return configs.Parse("study.toml", []byte(study), sets, nil)
}

// fataler is a test, or a draw of a property.
type fataler interface {
	Helper()
	Fatal(args ...any)
}

func parse(t fataler, text string, sets ...string) *configs.Config {
	t.Helper()
	cfg, err := configs.Parse("study.toml", []byte(text), sets, nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func run(t *testing.T, sets ...string) *system.Result {
	t.Helper()
	r, err := system.Run(context.Background(), parse(t, study, sets...), system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func close12(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Max(math.Abs(a), math.Abs(b)) }

// The parts of a result are the whole, however it is cut.
func TestPartsAddUp(t *testing.T) {
	for _, sets := range [][]string{
		nil,
		{"machine.chip.chip.reload=lru"},
		{"machine.chip.chip.reload=pin", "machine.chip.chip.overlap_reload=true", "machine.chip.chip.stream_arrays=4"},
		{"machine.chip.chip.tiles=20"},
		{"workload.values=exact"},
		{"machine.chip.chip.power_gating=true"},
		{"machine.chip.chip.reload=auto", "machine.chip.chip.overlap_reload=true"},
		{"machine.*.batch_up_to=5"},
		{"workload.kernel[1].dynamic=true"},
	} {
		for _, m := range run(t, sets...).Machines {
			var kernels, components, actions float64
			var cycles int64
			for _, k := range m.Kernels {
				kernels += k.EnergyJ
				cycles += k.Cycles
			}
			for _, c := range m.Components {
				components += c.EnergyJ
				for _, a := range c.Actions {
					actions += a.EnergyJ
				}
			}
			c := m.Categories
			categories := c.Input + c.Cells + c.Output + c.Accumulate + c.Buffer + c.Network + c.DRAM + c.Programming + c.Compute + c.Static
			for what, sum := range map[string]float64{"kernels": kernels, "components": components, "actions": actions, "categories": categories} {
				if !close12(sum, m.EnergyJ) {
					t.Errorf("%v, %s: %s add up to %g J, the pass takes %g", sets, m.Name, what, sum, m.EnergyJ)
				}
			}
			checkReload(t, &m)
			if d := cycles - m.Cycles; d < -2 || d > 2 { // each is a rounded mean over passes
				t.Errorf("%v, %s: kernels take %d cycles, the pass %d", sets, m.Name, cycles, m.Cycles)
			}
		}
	}
}

// checkReload adds what reloads take up, part by part and kernel by kernel.
func checkReload(t *testing.T, m *system.Machine) {
	t.Helper()
	if m.Programming == nil {
		return
	}
	var sum system.Loads
	worst := 0.0
	for _, k := range m.Kernels {
		r := k.Reload
		if (r != nil) != (k.Reloads+k.Appends > 0) {
			t.Errorf("%s %s: %g loads, and %+v", m.Name, k.Name, k.Reloads, r)
		}
		if r == nil {
			continue
		}
		if parts := r.DRAMJ + r.NetworkJ + r.ArraysJ; !close12(parts, r.EnergyJ) {
			t.Errorf("%s %s: the parts of a reload take %g J of %g", m.Name, k.Name, parts, r.EnergyJ)
		}
		if r.HiddenS < 0 || r.ExposedS < 0 || r.ExposedS > k.Seconds*(1+1e-12) {
			t.Errorf("%s %s: %g s of loading are hidden, %g s are waited for, in a kernel of %g s", m.Name, k.Name, r.HiddenS, r.ExposedS, k.Seconds)
		}
		sum.Tiles += k.Reloads
		sum.Cells += r.Cells
		sum.EnergyJ += r.EnergyJ
		sum.Seconds += r.ExposedS
		worst = max(worst, r.WritesPerCellPerInference)
	}
	p := m.Programming
	if !close12(sum.Tiles, p.PerPass.Tiles) || !close12(sum.Cells, p.PerPass.Cells) || !close12(sum.EnergyJ, p.PerPass.EnergyJ) ||
		math.Abs(sum.Seconds-p.PerPass.Seconds) > 1e-11*m.Seconds || !close12(sum.EnergyJ, m.Categories.Programming) {
		t.Errorf("%s: kernels reload %+v, the pass %+v", m.Name, sum, p.PerPass)
	}
	if worst != p.WritesPerCellPerInference {
		t.Errorf("%s: cells are written %g times an inference, kernel by kernel at most %g", m.Name, p.WritesPerCellPerInference, worst)
	}
}

func TestResultDoesNotDependOnWorkers(t *testing.T) {
	text := func(workers int) []byte {
		r, err := system.Run(context.Background(), parse(t, study, "workload.values=exact", "seed=7"), system.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if a, b := text(1), text(8); !bytes.Equal(a, b) {
		t.Errorf("one worker:\n%s\neight:\n%s", a, b)
	}
}

func chip(t *testing.T, sets ...string) *system.Machine { return &run(t, sets...).Machines[0] }

// 300×200 and 200×70 weights are 3·7 + 2·3 = 27 tiles of 128×32, on 16 arrays.
func TestReloadPolicies(t *testing.T) {
	loads := func(policy string) float64 {
		m := chip(t, "machine.chip.chip.reload="+policy)
		if p := m.Programming; p.DemandArrays != 27 || p.CapacityArrays != 16 || p.Resident {
			t.Errorf("%s: %+v", policy, p)
		}
		return m.Programming.PerPass.Tiles
	}
	lru, pin, optimal := loads("lru"), loads("pin"), loads("optimal")
	if lru != 27 || pin != 12 || !close12(optimal, 27*11/26.0) {
		t.Errorf("loads a pass: lru %g, pin %g, optimal %g; want D = 27, D−A+1 = 12, D(D−A)/(D−1) = 11.42", lru, pin, optimal)
	}
}

func TestResidentChipWritesOnce(t *testing.T) {
	p := chip(t, "machine.chip.chip.tiles=7").Programming
	if !p.Resident || p.OneTime.Tiles != 27 || p.PerPass != (system.Loads{}) || p.InferencesToWearOut != nil {
		t.Errorf("%+v", p)
	}
	if cells := 4.0 * (300*200 + 200*70); p.OneTime.Cells != cells {
		t.Errorf("%g cells programmed, want 4 for each weight: %g", p.OneTime.Cells, cells)
	}
	m := chip(t, "machine.chip.chip.tiles=7")
	if want := m.EnergyJ/4 + p.OneTime.EnergyJ/1000; !close12(m.EnergyPerInferenceJ, want) {
		t.Errorf("an inference costs %g J, want a quarter of a pass and a thousandth of the programming: %g", m.EnergyPerInferenceJ, want)
	}
}

// Loading while others compute hides time, never energy or loads.
func TestOverlapHidesTime(t *testing.T) {
	sets := []string{"machine.chip.chip.reload=lru", "workload.batch=64"}
	plain, overlapped := chip(t, sets...), chip(t, append(sets, "machine.chip.chip.overlap_reload=true")...)
	if overlapped.Programming.PerPass.Seconds >= plain.Programming.PerPass.Seconds {
		t.Errorf("exposed reload: %g s overlapped, %g s without", overlapped.Programming.PerPass.Seconds, plain.Programming.PerPass.Seconds)
	}
	if a, b := overlapped.Programming.PerPass, plain.Programming.PerPass; a.Tiles != b.Tiles || a.EnergyJ != b.EnergyJ {
		t.Errorf("overlapping changed what is loaded: %+v, %+v", a, b)
	}
}

// A batch shares each reload; its activations beyond the buffer go to DRAM.
func TestBatchSharesReloadsAndSpills(t *testing.T) {
	one, many := chip(t, "workload.batch=1"), chip(t, "workload.batch=256")
	if a, b := one.Categories.Programming, many.Categories.Programming/256; b > a/200 {
		t.Errorf("programming an inference: %g J alone, %g J in a batch of 256", a, b)
	}
	spilled := func(m *system.Machine) (bits int64) {
		for _, a := range component(t, m, "dram").Actions {
			if a.Action == "write" {
				bits = a.Count
			}
		}
		return bits / m.Batch
	}
	if a, b := spilled(one), spilled(many); a != 6*70*8 || b <= a {
		t.Errorf("bits written to DRAM an inference: %d alone (the outputs are %d), %d in a batch", a, 6*70*8, b)
	}
}

func TestExactValuesOnBothMachines(t *testing.T) {
	for _, m := range run(t, "workload.values=exact").Machines {
		if m.Values == nil || m.Values.RMSError != 0 || m.Values.SNRdB != nil {
			t.Errorf("%s: %+v", m.Name, m.Values)
		}
	}
	if v := chip(t, "workload.values=exact", "machine.chip.adc.resolution=5").Values; v.RMSError == 0 || v.Clipped == 0 || v.SNRdB == nil {
		t.Errorf("a 5-bit ADC went unnoticed: %+v", v)
	}
}

func TestExactValuesNeedAChain(t *testing.T) {
	cfg := parse(t, study, "workload.values=exact", "workload.kernel[1].N=201")
	_, err := system.Run(context.Background(), cfg, system.Options{})
	if err == nil || !strings.Contains(err.Error(), "a gives L·M = 1200 numbers and b takes L·N = 1206") {
		t.Errorf("error %v", err)
	}
}

// An activation that is written into arrays comes from the global buffer, for
// every input of the batch; weights come from DRAM.
func TestDynamicKernelsAreWrittenForEveryInput(t *testing.T) {
	m := chip(t, "workload.kernel[1].dynamic=true", "machine.chip.chip.tiles=7")
	if p := m.Programming; !p.Resident || p.DemandArrays != 21 || p.PerPass.Tiles != 4*6 || p.OneTime.Tiles != 21 {
		t.Errorf("%+v", p)
	}
	weights := map[string]int64{}
	for _, path := range []string{"dram", "global-buffer", "network"} {
		for _, a := range component(t, m, path).Actions {
			weights[path+" "+a.Action] = a.Count
		}
	}
	bits := int64(4 * 200 * 70 * 8)
	if weights["dram read weights"] != 0 || weights["global-buffer read weights"] != bits || weights["network transfer weights"] != bits {
		t.Errorf("bits moved in a pass: %v; want %d from the buffer over the network, none from DRAM", weights, bits)
	}
}

// What leaks while the weights are loaded is no cost of loading them.
func TestOneTimeProgrammingLeaksNothing(t *testing.T) {
	leaky := []string{"machine.chip.chip.tiles=7", "machine.chip.chip.static_power=100 W"}
	if a, b := chip(t, leaky[:1]...).Programming.OneTime, chip(t, leaky...).Programming.OneTime; a != b {
		t.Errorf("one-time programming %+v, with 100 W of static power %+v", a, b)
	}
}

// Under lru every array is written alike in the long run; pin wears out the one
// that streams.
func TestWear(t *testing.T) {
	wear := func(policy string) float64 {
		return chip(t, "machine.chip.chip.reload="+policy).Programming.WritesPerCellPerInference * 4
	}
	if lru := wear("lru"); lru < 27.0/16 || lru > 1.01*27/16 {
		t.Errorf("lru writes the worst array %g times a pass, 27 tiles through 16 arrays are %g", lru, 27.0/16)
	}
	if pin := wear("pin"); pin != 12 {
		t.Errorf("pin writes the array that streams %g times a pass, want all 12 loads", pin)
	}
}

// An activation cannot be written into arrays before it is computed, however
// many of them are free.
func TestOverlapWaitsForTheOperand(t *testing.T) {
	sets := []string{"workload.kernel[1].dynamic=true", "machine.chip.chip.tiles=20", "workload.batch=1"}
	overlapped := append(sets, "machine.chip.chip.overlap_reload=true")
	if a, b := chip(t, sets...), chip(t, overlapped...); a.Cycles != b.Cycles || b.Programming.PerPass.Seconds == 0 {
		t.Errorf("%d cycles, overlapped %d, of them %g s waiting", a.Cycles, b.Cycles, b.Programming.PerPass.Seconds)
	}
}

// What has no time of its own is never idle for sure: gating spares it nothing.
func TestGatingSparesTheIdleOnly(t *testing.T) {
	leak := func(sets ...string) float64 {
		return chip(t, append(sets, "machine.chip.network.leakage=1 W", "machine.chip.chip.tiles=7")...).Categories.Static
	}
	const gated, unlimited = "machine.chip.chip.power_gating=true", "machine.chip.network.bandwidth=unlimited"
	if idle, always := leak(gated), leak(); idle >= always {
		t.Errorf("a gated bus leaks %g J, ungated %g", idle, always)
	}
	if a, b := leak(gated, unlimited), leak(unlimited); a != b {
		t.Errorf("a bus without a limit leaks %g J gated, %g ungated", a, b)
	}
}

func component(t *testing.T, m *system.Machine, path string) system.Component {
	t.Helper()
	for _, c := range m.Components {
		if c.Path == path {
			return c
		}
	}
	t.Fatalf("no component %s", path)
	return system.Component{}
}

// long leaves a test out where only races are looked for: it computes much, side
// by side with nothing.
func long(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("long, and nothing to race")
	}
}

// Columns that a fold leaves over are on the chip all the same.
func TestCellsOfAFold(t *testing.T) {
	cfg := parse(t, study, "machine.chip.crossbar.fold=3")
	x := &cfg.Machines[0]
	result, err := system.Run(context.Background(), cfg, system.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := int64(x.Chip.Tiles*x.Chip.ArraysPerTile) * int64(x.Crossbar.Rows*x.Crossbar.Cols)
	if got := component(t, &result.Machines[0], "tile/array/cell").Instances; got != want {
		t.Errorf("%d cells, want %d", got, want)
	}
}

// Cells that are written together are verified together: read at once, and converted
// one after the other by as many converters as the array has. Without verify_reads there
// is nothing to wait for.
func TestVerifyWaitsForConverters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		together, converters := rapid.IntRange(1, 128).Draw(t, "cells written together"), rapid.IntRange(1, 128).Draw(t, "converters")
		columns, reads := rapid.IntRange(1, 16).Draw(t, "outputs")*4, rapid.SampledFrom([]float64{0, 2}).Draw(t, "reads")
		text := fmt.Sprintf(`
inferences = 1
workload.kernel = [{ name = "k", L = 1, N = 1, M = %d }]
[[machine]]
name = "a"
preset = "reram-small"
crossbar = { write_parallelism = %d }
cell = { pulses = 3.0, verify_reads = %g }
adc = { per_array = %d }
dram = { bandwidth = "unlimited" }
network = { bandwidth = "unlimited" }
`, columns/4, together, reads, converters)
		result, err := system.Run(context.Background(), parse(t, text), system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		verify := 0.0
		if reads > 0 {
			verify = 10 + 10*math.Ceil(float64(min(columns, together))/float64(converters))
		}
		want := math.Ceil(float64(columns)/float64(together)) * 3 * (10 + verify) * 1e-9
		if got := result.Machines[0].Programming.OneTime.Seconds; math.Abs(got-want) > 1e-15 {
			t.Errorf("a row of %d cells takes %g s, want %g", columns, got, want)
		}
	})
}

// A row of cells holds as many rows of weights as its columns share an output,
// so a fold shortens programming where a row is written at once. The last row
// may be narrower, and every cell is written once all the same.
func TestProgrammingOfAFold(t *testing.T) {
	const small = `
inferences = 1
workload.kernel = [{ name = "k", L = 1, N = 100, M = 8 }]
machine = [{ name = "a", preset = "reram-small" }]
`
	programmed := func(sets ...string) *system.Machine {
		result, err := system.Run(context.Background(), parse(t, small, sets...), system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return &result.Machines[0]
	}
	const verify = "machine.a.cell.verify_time=90 ns" // which else grows with the cells that are written together
	plain := programmed(verify)
	folded := programmed(verify, "machine.a.crossbar.fold=3", "machine.a.crossbar.cols=384", "machine.a.crossbar.write_parallelism=384", "machine.a.crossbar.active_rows=128")
	const rows, foldedRows = 100., 34. // 33 of three, and one
	a, b := plain.Programming.OneTime, folded.Programming.OneTime
	if got := a.Seconds / b.Seconds; math.Abs(got*foldedRows/rows-1) > 1e-3 { // the first row is fetched before any is written
		t.Errorf("programming is %v times as fast, want %v", got, rows/foldedRows)
	}
	if a.Cells != b.Cells || a.Cells == 0 {
		t.Errorf("%g cells written, %g where folded", a.Cells, b.Cells)
	}
}

// The pulses that load a digit are what reads its cells: the read is not waited
// for again.
func TestPulsesAreTheRead(t *testing.T) {
	cycles := func(read string) int64 {
		cfg := parse(t, `
inferences = 1
workload.kernel = [{ name = "k", L = 1, N = 100, M = 8 }]
[[machine]]
name = "a"
preset = "reram-small"
[machine.dac]
bits = 4
model = "pulse-width"
energy_per_unit = "1 fJ"
capacitance = "1 fF"
voltage = "1 V"
timing = "pulses"
pulse_time = "10 ns"
`, "machine.a.cell.read_time="+read)
		result, err := system.Run(context.Background(), cfg, system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return result.Machines[0].Cycles
	}
	if a, b := cycles("10 ns"), cycles("150 ns"); a != b {
		t.Errorf("a read within the 150 ns of 15 pulses takes %d or %d cycles", a, b)
	}
	if a, b := cycles("150 ns"), cycles("300 ns"); a >= b {
		t.Errorf("a longer read than the pulses takes %d cycles, not more than %d", b, a)
	}
}

// An array that grows without its fan-in, or the load of its converters, says so.
func TestOtherRows(t *testing.T) {
	for rows, noted := range map[string]bool{"64": false, "128": true} {
		cfg := parse(t, `
inferences = 1
workload.kernel = [{ name = "k", L = 1, N = 64, M = 8 }]
machine = [{ name = "a", preset = "photonic" }]
`, "machine.a.crossbar.rows="+rows, "machine.a.adc.timing=zigzag-28nm", "machine.a.adc.rows_loaded=64")
		result, err := system.Run(context.Background(), cfg, system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range list("cell.fan_in = 64|adc.rows_loaded = 64") {
			if got := strings.Contains(strings.Join(result.Machines[0].Notes, "\n"), key); got != noted {
				t.Errorf("%s rows, %s: a note is %v, want %v", rows, key, got, noted)
			}
		}
	}
}

// What a kernel's energy goes to is all of it, and what a pass's goes to is that of its
// kernels, on every kind of machine.
func TestCategoriesOfKernels(t *testing.T) {
	others := ""
	for _, preset := range []string{"systolic-45nm", "digital-cim-28nm", "isaac-8b"} {
		others += fmt.Sprintf("[[machine]]\nname = %q\npreset = %[1]q\n", preset)
	}
	r, err := system.Run(context.Background(), parse(t, study+others, "machine.chip.chip.tiles=1", "machine.chip.chip.reload=optimal"), system.Options{})
	if err != nil {
		t.Fatal(err)
	}
	of := func(c *system.Categories) []float64 {
		return []float64{c.Input, c.Cells, c.Output, c.Accumulate, c.Buffer, c.Network, c.DRAM, c.Programming, c.Compute, c.Static}
	}
	if r.Machines[0].PassesMeasured < 2 {
		t.Error("a chip that reloads is measured in one pass")
	}
	for _, m := range r.Machines {
		sums := make([]float64, len(of(&m.Categories)))
		for _, k := range m.Kernels {
			all := 0.0
			for i, x := range of(k.Categories) {
				all, sums[i] = all+x, sums[i]+x
			}
			if math.Abs(all-k.EnergyJ) > 1e-12*k.EnergyJ {
				t.Errorf("%s, %s: %g J by category, %g J", m.Name, k.Name, all, k.EnergyJ)
			}
		}
		for i, x := range of(&m.Categories) {
			if math.Abs(sums[i]-x) > 1e-12*m.EnergyJ {
				t.Errorf("%s, category %d: %g J of kernels, %g J", m.Name, i, sums[i], x)
			}
		}
	}
}
