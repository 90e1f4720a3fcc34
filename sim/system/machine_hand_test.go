package system_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"xbar/configs"
	"xbar/sim/system"
)

// byHand is a chip of one 4×8 array whose numbers are small enough for pencil
// and paper: an action costs 1 pJ, a bit moved 1 pJ, a cycle lasts 1 ns.
//
// Weights of 4 bits are two 2-bit cells (S·P = 2, C_l = 4), inputs of 4 bits
// four slices (T_x = 4). A read has a front of 1 + 10 + 1 = 12 cycles and
// converts ⌈columns/2⌉ · 3 cycles; one sample bank keeps the next front waiting
// for the conversion.
const byHand = `
inferences = 10
[workload]
kernel = [{ name = "k", L = 1, N = 3, M = 2, input_bits = 4, weight_bits = 4, output_bits = 8 }]
[[machine]]
name = "c"
kind = "analog"
clock = "1 GHz"
chip = { tiles = 1, arrays_per_tile = 1, reload = "lru", static_power = "0 W" }
crossbar = { rows = 4, cols = 8, encoding = "offset", write_parallelism = 3, row_capacitance = "1 pF", drive_voltage = "1 V", leakage = "0 W" }
cell = { bits = 2, read_energy = "1 pJ", read_time = "10 ns", write_energy = "3 pJ", write_time = "5 ns", verify_time = "2 ns", pulses = 2.0, verify_reads = 2.0, endurance = 1e6, leakage = "0 W" }
dac = { bits = 1, energy_per_conversion = "1 pJ", latency = "1 ns", leakage = "0 W" }
sample_hold = { banks = 1, energy_per_sample = "1 pJ", latency = "1 ns", leakage = "0 W" }
adc = { resolution = 8, per_array = 2, energy_per_conversion = "1 pJ", latency = "3 ns", leakage = "0 W" }
shift_add = { energy_per_operation = "1 pJ", energy_per_correction = "1 pJ", latency = "2 ns", leakage = "0 W" }
accumulator = { lanes = 1, energy_per_add = "1 pJ", latency = "1 ns", leakage = "0 W" }
activation = { energy_per_operation = "1 pJ", leakage = "0 W" }
input_buffer = { capacity = "1 KiB", read_energy = "1 pJ/bit", write_energy = "1 pJ/bit", leakage = "0 W" }
output_buffer = { capacity = "1 KiB", read_energy = "1 pJ/bit", write_energy = "1 pJ/bit", leakage = "0 W" }
global_buffer = { capacity = "1 KiB", read_energy = "1 pJ/bit", write_energy = "1 pJ/bit", leakage = "0 W" }
network = { bandwidth = "4 Gbit/s", energy = "1 pJ/bit", leakage = "0 W" }
dram = { bandwidth = "2 Gbit/s", read_energy = "1 pJ/bit", write_energy = "1 pJ/bit", leakage = "0 W" }
`

// pencil runs a study after replacements ("old → new"), in both granularities,
// which must not differ.
func pencil(t *testing.T, study string, replace ...string) *system.Machine {
	t.Helper()
	for _, r := range replace {
		from, to, _ := strings.Cut(r, " → ")
		if !strings.Contains(study, from) {
			t.Fatalf("no %q in the study", from)
		}
		study = strings.Replace(study, from, to, 1)
	}
	b, s := simulated(t, study, "burst"), simulated(t, study, "step")
	if b.Cycles != s.Cycles || b.EnergyJ != s.EnergyJ {
		t.Errorf("burst takes %d cycles and %g J, step %d and %g", b.Cycles, b.EnergyJ, s.Cycles, s.EnergyJ)
	}
	return b
}

// simulated is a study's only machine.
func simulated(t *testing.T, study, granularity string) *system.Machine {
	t.Helper()
	cfg, err := configs.Parse("hand.toml", []byte(study), []string{"granularity=" + granularity}, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := system.Run(context.Background(), cfg, system.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &r.Machines[0]
}

// account is an action's count and its joules, in pJ.
type account struct {
	count int64
	pJ    float64
}

// expect compares accounts that the map names, and demands that no other
// account spends anything.
func expect(t *testing.T, m *system.Machine, want map[string]account) {
	t.Helper()
	seen := 0
	for _, c := range m.Components {
		for _, a := range c.Actions {
			w, named := want[c.Path+" "+a.Action]
			switch {
			case named:
				seen++
				if a.Count != w.count || !same(a.EnergyJ, w.pJ*1e-12) {
					t.Errorf("%s %s: %d and %g J, by hand %d and %g pJ", c.Path, a.Action, a.Count, a.EnergyJ, w.count, w.pJ)
				}
			case a.EnergyJ != 0:
				t.Errorf("%s %s spends %g J, by hand nothing", c.Path, a.Action, a.EnergyJ)
			}
		}
	}
	if seen != len(want) {
		t.Errorf("%d of %d accounts exist", seen, len(want))
	}
}

func same(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Abs(b) }

// One vector of 3 through 3×2 weights.
//
//	input   3·4 = 12 bits: DRAM 12/2 = 6, network 12/4 = 3                  9
//	reads   4 slices, 4 columns on 2 converters: (12 + 2·3) each           72
//	sum     shift-add of the last                                           2
//	output  2·8 = 16 bits: network 4, DRAM 8                               12
//	                                                                       95
//
// Before it, once: a row is 2·4 = 8 bits (DRAM 4, network 2) and 4 cells, of
// which 3 are written at once: 2 · 2 pulses · (5 + 2) = 28 cycles. The next row
// is fetched meanwhile: 6 + 3·28 = 90.
func TestOneVectorByHand(t *testing.T) {
	m := pencil(t, byHand)
	if m.Cycles != 95 || m.Kernels[0].Cycles != 95 || !same(m.Seconds, 95e-9) {
		t.Errorf("%d cycles, %g s; by hand 95", m.Cycles, m.Seconds)
	}
	expect(t, m, map[string]account{
		"dram read":                      {12, 12},
		"dram write":                     {16, 16},
		"global-buffer write":            {28, 28}, // inputs on their way in, outputs on their way out
		"global-buffer read":             {28, 28},
		"network transfer":               {28, 28},
		"tile/input-buffer write":        {12, 12},
		"tile/input-buffer read":         {12, 12},
		"tile/output-buffer write":       {16, 16},
		"tile/output-buffer read":        {16, 16},
		"tile/array/dac convert":         {12, 12}, // 3 rows · 4 slices
		"tile/array/row drive":           {12, 12}, // 1 pF · 1 V²
		"tile/array/cell read":           {48, 48}, // 3 · 4 cells · 4 slices
		"tile/array/sample-hold hold":    {16, 16}, // 4 columns · 4 slices
		"tile/array/adc convert":         {16, 16},
		"tile/array/shift-add shift-add": {16, 16},
		"tile/array/shift-add correct":   {5, 5}, // Σx over 3 rows, off 2 outputs
		"tile/accumulator add":           {0, 0},
	})
	// 24 bits through DRAM, global buffer twice, network; 12 cells of 2 pulses
	// of 3 pJ, each verified twice by a read and a conversion.
	const oneTime = 24 + 2*24 + 24 + 12*2*3 + 12*2*1 + 12*2*1
	p := m.Programming
	if p.OneTime.Tiles != 1 || p.OneTime.Cells != 12 || !same(p.OneTime.EnergyJ, oneTime*1e-12) || !same(p.OneTime.Seconds, 90e-9) {
		t.Errorf("once: %+v, by hand 1 tile, 12 cells, %d pJ, 90 ns", p.OneTime, oneTime)
	}
	if p.PerPass != (system.Loads{}) || p.InferencesToWearOut != nil {
		t.Errorf("a resident tile is loaded again: %+v", p)
	}
	const pass = 12 + 16 + 28 + 28 + 28 + 12 + 12 + 16 + 16 + 12 + 12 + 48 + 16 + 16 + 16 + 5
	if !same(m.EnergyJ, pass*1e-12) || !same(m.EnergyPerInferenceJ, (pass+oneTime/10.)*1e-12) {
		t.Errorf("%g J a pass, %g an inference; by hand %d pJ, and a tenth of %d more", m.EnergyJ, m.EnergyPerInferenceJ, pass, oneTime)
	}
}

// Two vectors. With one sample bank v1's first front waits for v0's last
// conversion:
//
//	v0  DRAM 0–6, network 6–9, reads 9–81, sum 83, network 87, DRAM 95
//	v1  DRAM 6–12, network 12–15, reads 81–153, sum 155, network 159, DRAM 167
//
// With two banks a front follows the other, 12 cycles each:
//
//	v0  fronts 9–57, last conversion 63, sum 65, network 69, DRAM 77
//	v1  fronts 57–105, last conversion 111, sum 113, network 117, DRAM 125
//
// Slow converters (6 ns) then set the pace, 12 + 12 at first, then 12 a read; a
// third vector is fetched when the first has left its input slot:
//
//	v0  fronts 9–57, conversions 21–69, sum 71
//	v1  fronts 57–105, conversions 69–117; v2 the same 48 cycles later: 165, sum 167, network 171, DRAM 179
func TestVectorsFollowEachOtherByHand(t *testing.T) {
	for _, test := range []struct {
		replace []string
		cycles  int64
	}{
		{[]string{"L = 1 → L = 2"}, 167},
		{[]string{"L = 1 → L = 2", "banks = 1 → banks = 2"}, 125},
		{[]string{"L = 1 → L = 3", "banks = 1 → banks = 2", `"3 ns" → "6 ns"`}, 179},
	} {
		m := pencil(t, byHand, test.replace...)
		if m.Cycles != test.cycles {
			t.Errorf("%v: %d cycles, by hand %d", test.replace, m.Cycles, test.cycles)
		}
	}
}

// 8×4 weights are two row tiles in one tile's two arrays.
//
//	input   8·4 = 32 bits: DRAM 16, network 8                24
//	reads   both arrays at once: 4 · (12 + 8/2·3) + 2        98
//	add     4 outputs, one lane                               4
//	output  4·8 = 32 bits: network 8, DRAM 16                24
//	                                                        150
//
// Rows of 4·4 = 16 bits (DRAM 8, network 4) take ⌈8/3⌉·2·7 = 42 cycles to
// write. The second array's first row leaves the DRAM at 16 and arrives at 20;
// 20 + 4·42 = 188.
func TestRowTilesByHand(t *testing.T) {
	m := pencil(t, byHand, "N = 3 → N = 8", "M = 2 → M = 4", "arrays_per_tile = 1 → arrays_per_tile = 2")
	if m.Cycles != 150 || !same(m.Programming.OneTime.Seconds, 188e-9) {
		t.Errorf("%d cycles after %g s; by hand 150 after 188 ns", m.Cycles, m.Programming.OneTime.Seconds)
	}
	expect(t, m, map[string]account{
		"dram read":                      {32, 32},
		"dram write":                     {32, 32},
		"global-buffer write":            {64, 64},
		"global-buffer read":             {64, 64},
		"network transfer":               {64, 64}, // sums stay in the tile
		"tile/input-buffer write":        {32, 32},
		"tile/input-buffer read":         {32, 32},
		"tile/output-buffer write":       {32, 32},
		"tile/output-buffer read":        {32, 32},
		"tile/array/dac convert":         {32, 32}, // 8 rows · 4 slices
		"tile/array/row drive":           {32, 32},
		"tile/array/cell read":           {256, 256}, // 8 · 8 cells · 4
		"tile/array/sample-hold hold":    {64, 64},   // 8 columns · 4 slices · 2 arrays
		"tile/array/adc convert":         {64, 64},
		"tile/array/shift-add shift-add": {64, 64},
		"tile/array/shift-add correct":   {16, 16}, // 2 · (4 rows + 4 outputs)
		"tile/accumulator add":           {4, 4},
	})
}

// 3×12 weights are three column tiles for two arrays. A row of a tile arrives
// after 8 + 4 cycles and is written in 42; a tile alone is in place after
// 12 + 3·42 = 138, the second of two after 20 + 126 = 146. A wave of c column
// tiles computes 9 + 98 + c·(32/4 + 32/2) cycles: 131 for one, 155 for two. The
// input comes from DRAM once; the second wave of a pass finds it in the global
// buffer, 6 cycles sooner: 125 and 149.
//
//	lru  [0 1] [2]: all three are reloaded      146 + 155 + 138 + 125 = 564
//	pin  0 stays: [0 1] [2], two are reloaded   138 + 155 + 138 + 125 = 556
//
// The optimal plan takes the array used last, and so repeats after two passes:
//
//	first      [0→A 1→B] [2→B]                                 3 loads, once
//	then       [0] [1→A 2]    131 + 138 + 149       = 418      1
//	           [0→B 1] [2→A]  138 + 155 + 138 + 125 = 556      2, and A, B have changed places
//
// A pass takes 487 cycles on average, 207 of them waiting for 1.5 loads.
func TestReloadsByHand(t *testing.T) {
	for _, test := range []struct {
		policy         string
		cycles, waited int64
		tiles          float64
	}{
		{"lru", 564, 284, 3},
		{"pin", 556, 276, 2},
		{"optimal", 487, 207, 1.5},
	} {
		m := pencil(t, byHand, "M = 2 → M = 12", "arrays_per_tile = 1 → arrays_per_tile = 2", `"lru" → "`+test.policy+`"`)
		p := m.Programming
		if m.Cycles != test.cycles || !same(p.PerPass.Seconds, float64(test.waited)*1e-9) {
			t.Errorf("%s: %d cycles, %g s of them waiting; by hand %d and %d", test.policy, m.Cycles, p.PerPass.Seconds, test.cycles, test.waited)
		}
		// A tile is 3·4·4 = 48 bits and 24 cells.
		cost := test.tiles * (48*4 + 24*(2*3+2*1+2*1)) * 1e-12
		if p.PerPass.Tiles != test.tiles || p.PerPass.Cells != 24*test.tiles || !same(p.PerPass.EnergyJ, cost) || !same(m.Categories.Programming, cost) {
			t.Errorf("%s: %+v and %g J of programming; by hand %g tiles, %g cells, %g J", test.policy, p.PerPass, m.Categories.Programming, test.tiles, 24*test.tiles, cost)
		}
		// Both of pin's loads go to the one array that streams.
		if test.policy == "pin" && (p.WritesPerCellPerInference != 2 || *p.InferencesToWearOut != 0.5e6) {
			t.Errorf("pin: %g writes a cell, worn out after %g; by hand 2 and 500,000", p.WritesPerCellPerInference, *p.InferencesToWearOut)
		}
	}
}

// Leakage of one watt a component instance is one nanojoule a cycle. Idle
// converters leak throughout, 95 cycles; gated, only while they work:
//
//	DAC        4 instances: 95·4 = 380;  12 conversions, each a front of 12:    144
//	ADC        2 instances: 95·2 = 190;  16 conversions of 3:                    48
//	shift-add  1 instance:  95;           4 reads of 2:                           8
func TestLeakageByHand(t *testing.T) {
	leaky := []string{
		`energy_per_conversion = "1 pJ", latency = "1 ns", leakage = "0 W" → energy_per_conversion = "1 pJ", latency = "1 ns", leakage = "1 W"`,
		`latency = "3 ns", leakage = "0 W" → latency = "3 ns", leakage = "1 W"`,
		`latency = "2 ns", leakage = "0 W" → latency = "2 ns", leakage = "1 W"`,
	}
	for gated, want := range map[bool]float64{false: 380 + 190 + 95, true: 144 + 48 + 8} {
		replace := leaky
		if gated {
			replace = append(replace, `reload = "lru" → reload = "lru", power_gating = true`)
		}
		if m := pencil(t, byHand, replace...); !same(m.Categories.Static, want*1e-9) {
			t.Errorf("gated %v: %g J leak, by hand %g nJ", gated, m.Categories.Static, want)
		}
	}
}

// A cell between 1 µS and 3 µS has 2 µS on average: 1 V for 10 ns are 20 fJ at
// full drive, half of that at a mean square of 0.5.
func TestDeviceEnergyByHand(t *testing.T) {
	m := pencil(t, byHand, `read_energy = "1 pJ" → read_voltage = "1 V", g_on = "3 uS", g_off = "1 uS"`)
	if !same(m.Categories.Cells, 48*10e-15) {
		t.Errorf("cells spend %g J, by hand 48 · 10 fJ", m.Categories.Cells)
	}
	// 12 cells verified twice at full drive, instead of 1 pJ each time.
	if want := (216 - 24 + 24*0.02) * 1e-12; !same(m.Programming.OneTime.EnergyJ, want) {
		t.Errorf("programming spends %g J, by hand %g", m.Programming.OneTime.EnergyJ, want)
	}
}

// The same product on a core with one flat memory, an action 1 pJ, a load
// stalling 5 cycles. A MAC is two loads, a multiply, an add, a loop: 5
// instructions; 6 of them and 2 stores are 32.
//
//	cycles      32 + 12·5 = 92
//	registers   reads 6·(1+1+2+2+1) + 2·2 = 46, writes 6·5 = 30
//	ALU         6 multiplies; 6 adds and 6 loops
//	memory      12 loads, 2 stores
func TestScalarByHand(t *testing.T) {
	kernel := byHand[:strings.Index(byHand, "[[machine]]")]
	m := pencil(t, kernel+`
[[machine]]
name = "s"
kind = "scalar"
clock = "1 GHz"
core = { cycles_per_instruction = 1, loop_instructions = 1, energy_per_instruction = "1 pJ", energy_per_register_access = "1 pJ", energy_per_multiply = "1 pJ", energy_per_add = "1 pJ", energy_per_activation = "1 pJ", leakage = "0 W" }
[machine.memory]
flat = true
level = [{ name = "DRAM", line = "64 B", access_bits = 64, energy_per_access = "1 pJ", latency = "5 ns", leakage = "0 W" }]
`)
	if m.Cycles != 92 {
		t.Errorf("%d cycles, by hand 92", m.Cycles)
	}
	expect(t, m, map[string]account{
		"core issue":           {32, 32},
		"core/registers read":  {46, 46},
		"core/registers write": {30, 30},
		"core/alu multiply":    {6, 6},
		"core/alu add":         {12, 12},
		"memory/DRAM load":     {12, 12},
		"memory/DRAM store":    {2, 2},
	})
	if c := m.Categories; !same(c.Compute, 126e-12) || !same(c.DRAM, 14e-12) || c.Buffer != 0 {
		t.Errorf("compute %g J, DRAM %g J; by hand 126 and 14 pJ", c.Compute, c.DRAM)
	}
}

// Two outputs that are activated and three steps beside them are 5 operations, 3
// rounds of two lanes: between sum and network one vector takes 3·10 cycles more. Of
// six steps two vectors have three each; at 40 ns a round the second waits for the unit:
//
//	v0  sum 83, unit 83–203, network 207, DRAM 215
//	v1  sum 155, unit 203–323, network 327, DRAM 335
func TestActivationUnitByHand(t *testing.T) {
	operations := func(vectors, steps, latency string) []string {
		return []string{
			"L = 1, → L = " + vectors + ", activation = true, operations = " + steps + ",",
			"activation = { → activation = { lanes = 2, latency = \"" + latency + "\", ",
		}
	}
	for _, want := range []struct {
		replace []string
		cycles  int64
		busy    int64
	}{
		{operations("1", "3", "10 ns"), 95 + 30, 30},
		{operations("1", "0", "10 ns"), 95 + 10, 10},
		{operations("2", "6", "10 ns"), 167 + 30, 60},
		{operations("2", "5", "10 ns"), 167 + 30, 60}, // whole steps for each vector
		{operations("2", "6", "40 ns"), 335, 240},
	} {
		m := pencil(t, byHand, want.replace...)
		if m.Cycles != want.cycles {
			t.Errorf("%q: %d cycles, by hand %d", want.replace, m.Cycles, want.cycles)
		}
		for _, c := range m.Components {
			if c.Path == "tile/activation" && c.BusyCycles != want.busy {
				t.Errorf("%q: the unit is busy for %d cycles, by hand %d", want.replace, c.BusyCycles, want.busy)
			}
		}
	}
}

// The parts of the 95 cycles, and the same where two kernels share the array: each then
// waits 90 cycles for its load, and the second one's inputs are in the buffer.
//
//	reads   4 · 12 of the row drivers, 4 · 2 · 3 of the converters, 4 · 2 of the shift-add
//	moved   6 + 8 of the DRAM, 3 + 4 of the network
func TestBoundsByHand(t *testing.T) {
	check := func(what string, got, want []system.Busy) {
		t.Helper()
		ok := len(got) == len(want)
		for i := 0; ok && i < len(got); i++ {
			ok = got[i].Component == want[i].Component && same(got[i].Share, want[i].Share)
		}
		if !ok {
			t.Errorf("%s: %v, by hand %v", what, got, want)
		}
	}
	m := pencil(t, byHand)
	check("resident", m.Kernels[0].Busy, []system.Busy{
		{Component: "tile/array/row", Share: 48. / 95}, {Component: "tile/array/adc", Share: 24. / 95}, {Component: "dram", Share: 14. / 95},
		{Component: "tile/array/shift-add", Share: 8. / 95}, {Component: "network", Share: 7. / 95},
	})
	check("resident pass", m.CriticalPath, []system.Busy{{Component: "tile/array/row", Share: 48. / 95}})

	m = pencil(t, byHand, "output_bits = 8 }] → output_bits = 8, repeat = 2 }]")
	const first, second = 90 + 9 + 74 + 4, 90 + 3 + 74 + 12
	if m.Kernels[0].Cycles != first || m.Kernels[1].Cycles != second {
		t.Fatalf("kernels take %d and %d cycles, by hand %d and %d", m.Kernels[0].Cycles, m.Kernels[1].Cycles, first, second)
	}
	for k, cycles := range []float64{first, second} {
		if x := &m.Kernels[k]; x.Bound != "weight loads" || !same(x.BoundShare, 90/cycles) {
			t.Errorf("kernel %d is bound by %s for %g of its time, by hand by loads for %g", k, x.Bound, x.BoundShare, 90/cycles)
		}
	}
	check("reloading pass", m.CriticalPath, []system.Busy{
		{Component: "weight loads", Share: 180. / (first + second)}, {Component: "tile/array/row", Share: 96. / (first + second)},
	})
}

// A systolic array of 2×2 has 3 vectors through 2×2 weights: 2 cycles of loading and
// 3 + 2 + 2 − 2 of streaming. Six outputs then take a unit of one lane 6·2 cycles.
func TestBoundsOfSystolicByHand(t *testing.T) {
	study := strings.Replace(fmt.Sprintf(arrayByHand, 3, 2, 2, 2, "ws"), `name = "k"`, `name = "k"`+"\nactivation = true", 1)
	for _, want := range []struct {
		lanes, cycles int64
		bound         string
		busy          []system.Busy
	}{
		{1, 7 + 12, "activation", []system.Busy{{Component: "activation", Share: 12. / 19}, {Component: "pe", Share: 5. / 19}, {Component: "weight loads", Share: 2. / 19}}},
		{4, 7 + 4, "pe", []system.Busy{{Component: "pe", Share: 5. / 11}, {Component: "activation", Share: 4. / 11}, {Component: "weight loads", Share: 2. / 11}}},
	} {
		m := pencil(t, study, fmt.Sprintf("[machine.activation] → [machine.activation]\nlatency = \"2 ns\"\nlanes = %d", want.lanes))
		k := &m.Kernels[0]
		if k.Cycles != want.cycles || k.Bound != want.bound || k.BoundShare != want.busy[0].Share || !slices.Equal(k.Busy, want.busy) {
			t.Errorf("%d lanes: %d cycles, bound by %s for %g, %v; by hand %+v", want.lanes, k.Cycles, k.Bound, k.BoundShare, k.Busy, want)
		}
	}
}
