package system_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"xbar/sim/system"
)

// arrayByHand is a systolic machine without a preset: every required key, large
// buffers and no limit to the DRAM.
const arrayByHand = `
inferences = 1
[workload]
[[workload.kernel]]
name = "k"
L = %d
N = %d
M = %d
[[machine]]
name = "array"
kind = "systolic"
clock = "1 GHz"
[machine.array]
rows = %d
cols = %[4]d
dataflow = %q
[machine.pe]
energy_per_mac = "1 pJ"
register_energy = "1 fJ/bit"
leakage = "1 uW"
[machine.input_buffer]
capacity = "1 GiB"
read_energy = "1 pJ/bit"
write_energy = "1 pJ/bit"
leakage = "1 mW"
[machine.weight_buffer]
capacity = "1 GiB"
read_energy = "1 pJ/bit"
write_energy = "1 pJ/bit"
leakage = "1 mW"
[machine.output_buffer]
capacity = "1 GiB"
read_energy = "1 pJ/bit"
write_energy = "1 pJ/bit"
leakage = "1 mW"
[machine.activation]
energy_per_operation = "1 pJ"
leakage = "1 mW"
[machine.dram]
read_energy = "10 pJ/bit"
write_energy = "10 pJ/bit"
leakage = "1 mW"
`

// inJSON runs a config and reads the result as a script would.
func inJSON(t *testing.T, text string, sets ...string) *system.Result {
	t.Helper()
	result, err := system.Run(context.Background(), parse(t, text, sets...), system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	read := &system.Result{}
	if err := json.Unmarshal(out, read); err != nil {
		t.Fatal(err)
	}
	return read
}

// Every layer that SCALE-Sim v2 reported on, from a config to the JSON. Its
// report gives the last cycle's index, one less.
func TestSystolicTakesSCALESimsCycles(t *testing.T) {
	long(t)
	f, err := os.Open("../../digital/systolic/testdata/scalesim/systolic.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if rows = rows[1:]; len(rows) != 110 {
		t.Fatalf("%d layers", len(rows))
	}
	for _, row := range rows {
		number := func(column int) int64 {
			n, err := strconv.ParseInt(row[column], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		text := fmt.Sprintf(arrayByHand, number(2), number(3), number(4), number(5), row[6])
		want := number(7) + 1
		for _, granularity := range []string{"burst", "step"} {
			m := &inJSON(t, text, "granularity="+granularity).Machines[0]
			if m.Kernels[0].Cycles != want || m.Cycles != want || m.Seconds != float64(want)/1e9 {
				t.Errorf("%s %v: kernel %d cycles, pass %d in %g s; SCALE-Sim %d", granularity, row[:7], m.Kernels[0].Cycles, m.Cycles, m.Seconds, want)
			}
			noArea := "the area is not known: none is given for pe, input-buffer, weight-buffer, output-buffer, activation"
			if len(m.Notes) != 2 || !strings.HasPrefix(m.Notes[0], "no [machine.network]: ") || m.Notes[1] != noArea || m.RoundingSeconds != 0 {
				t.Errorf("%s %v: notes %q, rounding %g s", granularity, row[:7], m.Notes, m.RoundingSeconds)
			}
		}
	}
}

// So do the preset systolic-45nm with other rows, cols and dataflow, and tpu-v1
// without its second tile of weights and its limit to the DRAM, for all layers of a
// network one after the other.
func TestSystolicPresetsTakeSCALESimsCycles(t *testing.T) {
	ceil := func(a, b int64) int64 { return (a + b - 1) / b }
	layers := [][3]int64{{12544, 147, 64}, {3136, 576, 64}, {49, 4608, 512}, {1, 512, 1000}}
	const batch = 3
	text := "inferences = 1\n[workload]\nbatch = 3\n"
	for _, l := range layers {
		text += fmt.Sprintf("[[workload.kernel]]\nname = \"k\"\nL = %d\nN = %d\nM = %d\n", l[0], l[1], l[2])
	}
	for preset, set := range map[string]string{"systolic-45nm": "", "tpu-v1": "overlap_weight_load = false\n[machine.dram]\nbandwidth = \"unlimited\"\n"} {
		for _, array := range [][2]int64{{128, 128}, {1, 1}, {16, 64}, {256, 256}} {
			for _, dataflow := range []string{"ws", "os", "is"} {
				R, C := array[0], array[1]
				m := &inJSON(t, text+fmt.Sprintf("[[machine]]\nname = \"a\"\npreset = %q\n[machine.array]\nrows = %d\ncols = %d\ndataflow = %q\n", preset, R, C, dataflow)+set).Machines[0]
				var all, macs int64
				for i, l := range layers {
					L, N, M := l[0]*batch, l[1], l[2]
					want := map[string]int64{
						"ws": ceil(N, R) * ceil(M, C) * (L + 2*R + C - 2),
						"os": ceil(L, R) * ceil(M, C) * (N + R + C - 2),
						"is": ceil(N, R) * ceil(L, C) * (M + 2*R + C - 2),
					}[dataflow]
					if got := m.Kernels[i].Cycles; got != want {
						t.Errorf("%s, %d×%d %s, layer %v: %d cycles, SCALE-Sim %d", preset, R, C, dataflow, l, got, want)
					}
					all, macs = all+want, macs+L*N*M
				}
				pe := component(t, m, "pe")
				if want := float64(macs) / (float64(all) * float64(R*C)); m.Cycles != all || !close12(pe.Utilization, want) {
					t.Errorf("%s, %d×%d %s: %d cycles, want %d; utilization %g, want %g", preset, R, C, dataflow, m.Cycles, all, pe.Utilization, want)
				}
				for _, path := range []string{"pe", "input-buffer", "weight-buffer", "output-buffer", "network", "dram"} {
					if c := component(t, m, path); c.EnergyJ <= 0 {
						t.Errorf("%s of %s costs %g J", path, preset, c.EnergyJ)
					}
				}
				if !close12(m.Categories.Network, component(t, m, "network").EnergyJ) {
					t.Errorf("%g J of network are not %g", m.Categories.Network, component(t, m, "network").EnergyJ)
				}
			}
		}
	}
}

// systolicStudy runs the chain of study on a TPU.
func systolicStudy(t *testing.T, sets ...string) *system.Machine {
	t.Helper()
	text, core, _ := strings.Cut(study, `preset = "reram-small"`)
	return &inJSON(t, text+`preset = "tpu-v1"`+core, sets...).Machines[0]
}

func TestSystolicPartsAddUp(t *testing.T) {
	long(t)
	for _, sets := range [][]string{
		nil,
		{"granularity=step"},
		{"workload.values=exact"},
		{"machine.chip.array.dataflow=is"},
		{"machine.chip.array.dataflow=os", "machine.chip.array.rows=7", "machine.chip.array.cols=5"},
		{"machine.chip.dram.bandwidth=unlimited", "machine.chip.array.overlap_weight_load=false"},
	} {
		m := systolicStudy(t, sets...)
		checkResult(t, &system.Result{Machines: []system.Machine{*m}})
		if m.Kind != "systolic" || m.Batch != 4 || m.PassesMeasured != 1 || m.Events < 1 || m.Programming != nil {
			t.Errorf("%v: %+v", sets, m)
		}
	}
}

// 65,536 PEs of 1 µW and five other parts leak for all of the time; a PE is
// busy for a cycle with each MAC.
func TestSystolicLeakageAndUse(t *testing.T) {
	pe := fmt.Sprintf(arrayByHand, 64, 100, 300, 256, "ws")
	m := &inJSON(t, pe).Machines[0]
	if want := (65536e-6 + 5e-3) * m.Seconds; !close12(m.Categories.Static, want) {
		t.Errorf("%g J leak, want %g", m.Categories.Static, want)
	}
	c := component(t, m, "pe")
	if want := float64(m.MACs) / (65536 * float64(m.Cycles)); c.Instances != 65536 || c.BusyCycles != m.MACs || !close12(c.Utilization, want) {
		t.Errorf("utilization %g, want %g: %+v", c.Utilization, want, c)
	}
	if m.AreaM2 != nil {
		t.Errorf("an area of %g though none is given", *m.AreaM2)
	}
	// 754 µm² a PE, the other parts in mm².
	if area := systolicStudy(t).AreaM2; area == nil || math.Abs(*area*1e6-(65536*754e-6+50.83+0.5897+8.471+0.965)) > 1e-9 {
		t.Errorf("area %v", area)
	}
}

func TestSystolicNotes(t *testing.T) {
	if notes := systolicStudy(t, "workload.values=exact", "machine.chip.dram.bandwidth=1 GB/s").Notes; len(notes) != 2 ||
		notes[0] != "computes in integers: its outputs are the reference" || !strings.HasPrefix(notes[1], "bound by the DRAM: the array waits for the DRAM for ") {
		t.Errorf("%q", notes)
	}
	if notes := systolicStudy(t).Notes; len(notes) != 1 || !strings.HasPrefix(notes[0], "the array waits for the DRAM for ") {
		t.Errorf("%q", notes)
	}
	if v := systolicStudy(t, "workload.values=exact").Values; v == nil || v.RMSError != 0 || v.Inputs != 4 {
		t.Errorf("%+v", v)
	}
}

// What the loader cannot see, as with a network's kernels, names the machine,
// the kernel and the buffer.
func TestSystolicBuffersTooSmall(t *testing.T) {
	cfg := parse(t, fmt.Sprintf(arrayByHand, 9, 9, 9, 4, "ws"))
	cfg.Machines[0].WeightBuffer.Capacity = 31 * 8
	_, err := system.Run(context.Background(), cfg, system.Options{})
	const want = "machine array: systolic: kernel k: half of weight_buffer does not hold the 16 words of 8 bits that the array takes at once"
	if err == nil || err.Error() != want {
		t.Errorf("error %v", err)
	}
}

// Buffers of CACTI 7 at 32 nm, 64 KiB of 256 bits: 27.8387 pJ a read, 32.8153 pJ
// a write, 20.1453 mW, 0.114402667852 mm². O'Connor et al.'s HBM2: 3.9 pJ a bit.
// Horowitz's multiplier and two adders: 3495 and 137 µm². What is written, here
// no leakage and no area of the weights' buffer, goes before that.
func TestSystolicModels(t *testing.T) {
	var sets []string
	for section, keys := range map[string][]string{
		"pe":            {"area=100 um2"},
		"input_buffer":  {"capacity=64 KiB", "node=32 nm"},
		"weight_buffer": {"capacity=64 KiB", "node=32 nm", "leakage=0 W", "area=0 mm2"},
		"output_buffer": {"capacity=64 KiB", "node=32 nm"},
		"dram":          {"standard=hbm2-oconnor"},
		"activation":    {"node=45 nm", "voltage=0.9 V"},
	} {
		for _, key := range keys {
			sets = append(sets, "machine.array."+section+"."+key)
		}
	}
	m := &inJSON(t, fmt.Sprintf(arrayByHand, 1, 3, 2, 2, "ws"), sets...).Machines[0]

	const read, write, sum = 27.8387e-12 / 256, 32.8153e-12 / 256, 18 // 8 + 8 + ⌈log2 3⌉ bits
	for path, want := range map[string]float64{
		"input-buffer":  3*8*(read+write) + 20.1453e-3*m.Seconds,
		"weight-buffer": 6 * 8 * (read + write),
		"output-buffer": 4*sum*write + (2+2)*sum*read + 20.1453e-3*m.Seconds,
		"dram":          (3+6+2)*8*3.9e-12 + 1e-3*m.Seconds,
	} {
		if got := component(t, m, path).EnergyJ; math.Abs(got-want) > 1e-9*want {
			t.Errorf("%s: %g J, want %g", path, got, want)
		}
	}
	if want := 4*100e-12 + 2*0.114402667852e-6 + (3495+2*137)*1e-12; m.AreaM2 == nil || math.Abs(*m.AreaM2-want) > 1e-9*want {
		t.Errorf("area %v, want %g", m.AreaM2, want)
	}
}
