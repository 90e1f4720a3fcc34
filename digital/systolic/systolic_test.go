package systolic

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xbar/digital"
	"xbar/digital/memory"
	"xbar/digital/network"
	"xbar/digital/peripheral"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

const pJ = 1e-12

// config has ample buffers, an unlimited DRAM, and energies that are distinct
// primes, so that no mistake cancels another.
func config(rows, cols int, dataflow string) Config {
	buffer := func(read, write unit.JoulePerBit) memory.Buffer {
		return memory.Buffer{Capacity: 1e12, ReadEnergy: read * pJ, WriteEnergy: write * pJ, Leakage: 1e-3, Area: 1e-6}
	}
	return Config{
		Array:        Array{Rows: rows, Cols: cols, Dataflow: dataflow},
		PE:           PE{EnergyPerMAC: 2 * pJ, RegisterEnergy: 3 * pJ, Leakage: 1e-6, Area: 1e-9},
		InputBuffer:  buffer(5, 7),
		WeightBuffer: buffer(11, 13),
		OutputBuffer: buffer(17, 19),
		DRAM:         memory.DRAM{Channels: 1, ReadEnergy: 23 * pJ, WriteEnergy: 29 * pJ, Leakage: 0.1},
		Activation:   peripheral.Activation{EnergyPerOperation: 31 * pJ},
	}
}

func kernel(l, n, m int64) workload.Kernel {
	return workload.Kernel{Name: fmt.Sprintf("%d×%d×%d", l, n, m), L: l, N: n, M: m, InputBits: 8, WeightBits: 8, OutputBits: 8}
}

func machine(t testing.TB, cfg Config) *Machine {
	clock, err := sim.NewClock(big.NewRat(1e9, 1))
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(cfg, clock)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func mustRun(t fataler, m *Machine, kernels []workload.Kernel, batch int64, granularity digital.Granularity) *Pass {
	t.Helper()
	pass, err := m.Run(context.Background(), kernels, batch, granularity)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Ledger().Check(); err != nil {
		t.Fatal(err)
	}
	return pass
}

// counts is the ledger of a phase, without what never happened.
func counted(m *Machine, phase int) map[string]int64 {
	all := map[string]int64{}
	for id, a := range m.Ledger().Accounts() {
		if n := m.Ledger().Count(phase, energy.AccountID(id)); n != 0 {
			all[a.Component+" "+a.Action] = n
		}
	}
	return all
}

func joules(m *Machine, phase int) float64 {
	var sum energy.Sum
	for id := range m.Ledger().Accounts() {
		sum.Add(m.Ledger().Joules(phase, energy.AccountID(id)))
	}
	return sum.Value()
}

// table reads a CSV file without its header.
func table(t testing.TB, path string) [][]string {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func number(t testing.TB, text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Every row of SCALE-Sim v2's reports: cycles and SRAM accesses, in burst and,
// where it does not take long, in step. See testdata/scalesim/README.md for
// where the reference differs.
func TestScaleSim(t *testing.T) {
	rows := table(t, "testdata/scalesim/systolic.csv")
	if len(rows) != 110 {
		t.Fatalf("%d rows", len(rows))
	}
	for _, row := range rows {
		l, n, o, size := number(t, row[2]), number(t, row[3]), number(t, row[4]), number(t, row[5])
		dataflow, cycles := row[6], number(t, row[7])+1
		outputs := number(t, row[11])
		if dataflow == "os" {
			outputs -= (l + size - 1) / size * ((o + size - 1) / size) * 2 * size // the reference's bug: each fold's rows + columns on top
		}
		granularities := []digital.Granularity{digital.Burst}
		if cycles < 40000 && size < 64 {
			granularities = append(granularities, digital.Step)
		}
		for _, granularity := range granularities {
			m := machine(t, config(int(size), int(size), dataflow))
			pass := mustRun(t, m, []workload.Kernel{kernel(l, n, o)}, 1, granularity)
			if got := int64(pass.Cycles()); got != cycles || pass.Stalls[0] != 0 {
				t.Errorf("%s: %d cycles, %d stalled; want %d", row, got, pass.Stalls[0], cycles)
			}
			got := counted(m, 0)
			want := [4]int64{number(t, row[9]), number(t, row[10]), outputs, l * n * o}
			if got := [4]int64{got["input-buffer read"], got["weight-buffer read"], got["output-buffer write"], got["pe mac"]}; got != want {
				t.Errorf("%s: accesses %v, want %v", row, got, want)
			}
		}
	}
}

// One vector of three against 3×2 weights on a 2×2 array: two row folds of 1 +
// 2·2 + 2 − 2 cycles. At 8 bits a cycle the DRAM brings 2 inputs and 4 weights
// in 6 cycles, then, while the first fold computes for 5, 1 and 2 in 3; the
// outputs leave at the end in 2.
func TestByHand(t *testing.T) {
	for _, granularity := range []digital.Granularity{digital.Burst, digital.Step} {
		cfg := config(2, 2, "ws")
		cfg.DRAM.Bandwidth = 8e9
		m := machine(t, cfg)
		k := kernel(1, 3, 2)
		k.Activation = true
		pass := mustRun(t, m, []workload.Kernel{k}, 1, granularity)
		want := map[string]int64{
			"pe mac":              6,
			"pe move input":       6,
			"pe move weight":      2*3 + 2*1, // rows 0 and 1 pass 1 and 2 PEs, then row 0 alone
			"pe move sum":         2 * 2 * 2, // also through the second fold's empty row
			"input-buffer read":   3,
			"input-buffer fill":   3,
			"weight-buffer read":  6,
			"weight-buffer fill":  6,
			"output-buffer write": 4,
			"output-buffer read":  2,
			"output-buffer store": 2,
			"activation apply":    2,
			"dram read inputs":    3,
			"dram read weights":   6,
			"dram write outputs":  2,
		}
		if d := cmp.Diff(want, counted(m, 0)); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]sim.Cycle{6 + 5 + 5 + 2}, pass.Kernels); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]sim.Cycle{6 + 2}, pass.Stalls); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]sim.Cycle{6, 0, 0, 0, 0, 6 + 3 + 2}, pass.Busy); d != "" {
			t.Error(d)
		}
		const sum = 18 // bits: 8 + 8 and ⌈log2 3⌉
		pe := 6*2 + 3*(6*8+8*8+8*sum)
		buffers := 8*3*(5+7) + 8*6*(11+13) + sum*(4*19+2*17+2*17)
		dram := 8*9*23 + 8*2*29
		if got, want := joules(m, 0), float64(pe+buffers+dram+2*31)*pJ; math.Abs(got-want) > 1e-12*want {
			t.Errorf("%g J, want %g", got, want)
		}
	}
}

// drawConfig draws a machine whose buffers just hold what they must, or more.
func drawConfig(t *rapid.T) Config {
	size := rapid.IntRange(1, 6)
	cfg := config(size.Draw(t, "rows"), size.Draw(t, "cols"), rapid.SampledFrom([]string{"ws", "os", "is"}).Draw(t, "dataflow"))
	cfg.Array.OverlapWeightLoad = rapid.Bool().Draw(t, "overlap")
	cfg.Array.KeepActivations = rapid.Bool().Draw(t, "keep")
	cfg.Array.Im2col = rapid.SampledFrom([]string{"off-chip", "on-chip"}).Draw(t, "im2col")
	for _, b := range []*memory.Buffer{&cfg.InputBuffer, &cfg.WeightBuffer, &cfg.OutputBuffer} {
		words := rapid.OneOf(rapid.IntRange(72, 200), rapid.IntRange(200, 4000)).Draw(t, "words")
		b.Capacity = unit.Bit(24 * words)
	}
	cfg.Activation.Lanes = rapid.IntRange(1, 8).Draw(t, "lanes")
	cfg.Activation.Latency = unit.Second(rapid.IntRange(0, 2).Draw(t, "operation")) * 1e-9
	cfg.DRAM.Channels = rapid.IntRange(1, 3).Draw(t, "channels")
	cfg.DRAM.Bandwidth = unit.BitPerSecond(rapid.SampledFrom([]float64{0, 3e9, 17e9, 64e9, 1e12}).Draw(t, "bandwidth"))
	return cfg
}

func drawKernels(t *rapid.T, most int64) []workload.Kernel {
	size := rapid.Int64Range(1, most)
	bits := rapid.IntRange(1, 9) // a sum has at most 24 with N up to 64
	var kernels []workload.Kernel
	for range rapid.IntRange(1, 3).Draw(t, "kernels") {
		k := kernel(size.Draw(t, "L"), size.Draw(t, "N"), size.Draw(t, "M"))
		k.InputBits, k.WeightBits, k.OutputBits = bits.Draw(t, "input bits"), bits.Draw(t, "weight bits"), bits.Draw(t, "output bits")
		k.Groups = rapid.Int64Range(0, 6).Draw(t, "groups")
		if rapid.Bool().Draw(t, "beside") {
			k.Beside = workload.Beside{Operations: 5, Operands: 7, Results: 3}
		}
		if rapid.Bool().Draw(t, "window") {
			k.Window.Inputs = k.Products() * rapid.Int64Range(1, k.L*k.N).Draw(t, "distinct")
		}
		k.Dynamic, k.Activation = rapid.Bool().Draw(t, "dynamic"), rapid.Bool().Draw(t, "activation")
		kernels = append(kernels, k)
	}
	return kernels
}

// same fails unless two machines ran the same passes.
func same(t *rapid.T, a, b *Machine, pa, pb *Pass) {
	t.Helper()
	if d := cmp.Diff(pa, pb); d != "" {
		t.Fatal(d)
	}
	for phase := range pa.Kernels {
		if d := cmp.Diff(counted(a, phase), counted(b, phase)); d != "" {
			t.Fatal(d)
		}
		if x, y := joules(a, phase), joules(b, phase); x != y {
			t.Fatalf("%g J and %g J", x, y)
		}
	}
	for i, c := range a.Components() {
		if pa.Busy[i] > pa.Cycles()*sim.Cycle(c.Instances.Value) {
			t.Fatalf("%s is busy for %d of %d cycles", c.Path, pa.Busy[i], pa.Cycles())
		}
	}
}

// An event a cycle that counts along the wavefront, an event a chunk, and
// chunks with repetitions gone over at once: all book the same.
func TestBurstIsStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kernels := drawKernels(t, 24)
		cfg := drawConfig(t)
		batch := rapid.Int64Range(1, 7).Draw(t, "batch")
		clock, _ := sim.NewClock(big.NewRat(1e9, 1))
		var machines [2]*Machine
		for i := range machines {
			machines[i], _ = New(cfg, clock)
		}
		burst := mustRun(t, machines[0], kernels, batch, digital.Burst)
		step := mustRun(t, machines[1], kernels, batch, digital.Step)
		same(t, machines[0], machines[1], burst, step)
	})
}

func TestSkippingIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kernels := drawKernels(t, 64)
		cfg := drawConfig(t)
		batch := rapid.Int64Range(1, 7).Draw(t, "batch")
		clock, _ := sim.NewClock(big.NewRat(1e9, 1))
		var machines [2]*Machine
		var passes [2]*Pass
		for i := range machines {
			machines[i], _ = New(cfg, clock)
			machines[i].unskipped = i == 1
			passes[i] = mustRun(t, machines[i], kernels, batch, digital.Burst)
		}
		same(t, machines[0], machines[1], passes[0], passes[1])
	})
}

// The events of a kernel stay few, however many folds and chunks it has.
func TestBurstEvents(t *testing.T) {
	tiny := config(1, 1, "ws")
	tiny.InputBuffer.Capacity, tiny.WeightBuffer.Capacity, tiny.OutputBuffer.Capacity = 64, 64, 4096
	tiny.DRAM.Bandwidth = 3e9
	dynamic := kernel(3000, 3001, 3002)
	dynamic.Dynamic = true
	for _, dataflow := range []string{"ws", "is", "os"} {
		tiny.Array.Dataflow = dataflow
		for _, cfg := range []Config{tiny, config(3, 7, dataflow), config(128, 128, dataflow)} {
			m := machine(t, cfg)
			mustRun(t, m, []workload.Kernel{dynamic}, 1000, digital.Burst)
			if got := m.Events(); got < 1 || got > 2000 {
				t.Errorf("%s: %d events", dataflow, got)
			}
		}
	}
}

// A DRAM too slow by far sets the time, one fast enough does not show.
func TestBandwidth(t *testing.T) {
	k := kernel(512, 512, 512)
	var before sim.Cycle
	for _, bandwidth := range []unit.BitPerSecond{1e7, 1e9, 1e11, 1e13, 1e15, 0} {
		cfg := config(32, 32, "ws")
		cfg.InputBuffer.Capacity = 1 << 19 // inputs are fetched again for every column fold
		cfg.DRAM.Bandwidth = bandwidth
		m := machine(t, cfg)
		pass := mustRun(t, m, []workload.Kernel{k}, 1, digital.Burst)
		cycles, dram := pass.Cycles(), pass.Busy[dramComponent]
		if before != 0 && cycles > before {
			t.Errorf("%v: %d cycles, %d with less", bandwidth, cycles, before)
		}
		if cycles < dram || cycles > dram+16*16*(512+94) {
			t.Errorf("%v: %d cycles, the DRAM is busy for %d", bandwidth, cycles, dram)
		}
		if bandwidth == 1e7 && float64(cycles) > 1.001*float64(dram) {
			t.Errorf("%d cycles though the DRAM needs only %d", cycles, dram)
		}
		before = cycles
	}
	if before != 16*16*(512+94) {
		t.Errorf("%d cycles without a limit", before)
	}
}

// Activations stay where the input buffer holds what a kernel reads and what it
// writes together: 5, 9 and 6 words here.
func TestKeepActivations(t *testing.T) {
	kernels := []workload.Kernel{kernel(1, 1, 4), kernel(1, 4, 5), kernel(1, 5, 1)}
	for _, c := range []struct {
		words     float64
		kept      [3]int64 // of each kernel's outputs
		read, put [3]int64 // from and to DRAM
	}{
		{8, [3]int64{4, 0, 0}, [3]int64{1, 0, 5}, [3]int64{0, 5, 1}},
		{9, [3]int64{4, 5, 0}, [3]int64{1, 0, 0}, [3]int64{0, 0, 1}},
	} {
		cfg := config(4, 4, "ws")
		cfg.Array.KeepActivations = true
		cfg.InputBuffer.Capacity = unit.Bit(8 * c.words)
		m := machine(t, cfg)
		mustRun(t, m, kernels, 1, digital.Burst)
		for k := range kernels {
			got := counted(m, k)
			if got["input-buffer keep"] != c.kept[k] || got["dram read inputs"] != c.read[k] || got["dram write outputs"] != c.put[k] {
				t.Errorf("%g words, kernel %d: %v", c.words, k, got)
			}
		}
	}
}

// Two channels of half the bandwidth are as fast, and as busy between them.
func TestChannels(t *testing.T) {
	var passes [2]*Pass
	for i := range passes {
		cfg := config(4, 4, "os")
		cfg.DRAM.Channels = i + 1
		cfg.DRAM.Bandwidth = unit.BitPerSecond(8e9 / float64(i+1))
		passes[i] = mustRun(t, machine(t, cfg), []workload.Kernel{kernel(10, 20, 30)}, 1, digital.Burst)
	}
	if passes[0].Cycles() != passes[1].Cycles() || 2*passes[0].Busy[dramComponent] != passes[1].Busy[dramComponent] {
		t.Errorf("one channel %+v, two %+v", passes[0], passes[1])
	}
}

// 24 bits in, 16 out at 7 bits a cycle: 4 and 3 cycles, of which 28 − 24 and
// 21 − 16 bits are idle.
func TestRounding(t *testing.T) {
	cfg := config(1, 1, "os")
	cfg.DRAM.Bandwidth = 7e9
	k := kernel(1, 1, 1)
	k.InputBits, k.OutputBits = 16, 16
	pass := mustRun(t, machine(t, cfg), []workload.Kernel{k}, 1, digital.Burst)
	if got, want := float64(pass.Rounding), 9/7e9; math.Abs(got-want) > 1e-9*want {
		t.Errorf("rounding %g s, want %g", got, want)
	}
}

func TestComponents(t *testing.T) {
	type summary struct {
		path                     string
		category                 energy.Category
		instances, leakage, area float64
		known                    bool
	}
	want := []summary{
		{"pe", energy.Compute, 6, 1e-6, 1e-9, true},
		{"input-buffer", energy.Buffer, 1, 1e-3, 1e-6, false},
		{"weight-buffer", energy.Buffer, 1, 1e-3, 1e-6, false},
		{"output-buffer", energy.Buffer, 1, 1e-3, 1e-6, false},
		{"activation", energy.Compute, 1, 0, 0, false},
		{"dram", energy.DRAM, 1, 0.1, 0, true},
	}
	cfg := config(2, 3, "ws")
	cfg.Knows = func(section, key string) bool { return section == "pe" && key == "area" }
	var got []summary
	for _, c := range machine(t, cfg).Components() {
		got = append(got, summary{c.Path, c.Category, c.Instances.Value, c.Leakage.Value, c.Area.Value, c.AreaKnown})
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	cfg.Network = &network.Config{Leakage: 0.2, Area: 1e-7}
	c := machine(t, cfg).Components()[len(want)]
	if c.Path != "network" || c.Category != energy.Network || c.Leakage.Value != 0.2 || c.Area.Value != 1e-7 {
		t.Errorf("network %+v", c)
	}
}

// What crosses a network is what the buffers give to the array and take from it, in
// every dataflow, and it takes no time.
func TestNetworkIsBetweenBuffersAndArray(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kernels := drawKernels(t, 24)
		cfg := drawConfig(t)
		clock, _ := sim.NewClock(big.NewRat(1e9, 1))
		plain, _ := New(cfg, clock)
		cfg.Network = &network.Config{Energy: 1}
		wired, _ := New(cfg, clock)
		granularity := rapid.SampledFrom([]digital.Granularity{digital.Burst, digital.Step}).Draw(t, "granularity")
		a, b := mustRun(t, plain, kernels, 2, granularity), mustRun(t, wired, kernels, 2, granularity)
		if !slices.Equal(a.Kernels, b.Kernels) {
			t.Fatalf("%v cycles, with a network %v", a.Kernels, b.Kernels)
		}
		for phase := range wired.Ledger().Phases() {
			n := counted(wired, phase)
			for crossed, accessed := range map[string]string{
				"network move input": "input-buffer read", "network move weight": "weight-buffer read",
				"network move sum": "output-buffer write", "network return sum": "output-buffer read",
			} {
				if n[crossed] != n[accessed] {
					t.Fatalf("%s %d, %s %d", crossed, n[crossed], accessed, n[accessed])
				}
				delete(n, crossed)
			}
			if without := counted(plain, phase); !maps.Equal(n, without) {
				t.Fatalf("beside the network %v, without it %v", n, without)
			}
		}
	})
}

// Every account is charged what its figure says: a price, or where it counts
// words, joules for their bits. Buffers, DRAM and activation may be modelled.
func TestCharges(t *testing.T) {
	const in, weight, sum, out = 5, 7, 14, 11 // 5 + 7 + ⌈log2 4⌉
	width := map[string]float64{
		"pe move input": in, "pe move weight": weight, "pe move sum": sum,
		"input-buffer read": in, "input-buffer fill": in, "input-buffer keep": out, "input-buffer operand": out, "input-buffer result": out,
		"weight-buffer read": weight, "weight-buffer fill": weight,
		"output-buffer write": sum, "output-buffer read": sum, "output-buffer store": sum, "output-buffer spill": sum, "output-buffer fill": sum,
		"network move input": in, "network move weight": weight, "network move sum": sum, "network return sum": sum,
		"dram read inputs": in, "dram read weights": weight, "dram read partial sums": sum, "dram write partial sums": sum, "dram write outputs": out,
	}
	k := kernel(40, 4, 3)
	k.InputBits, k.WeightBits, k.OutputBits, k.Activation = in, weight, out, true
	k.Beside = workload.Beside{Operations: 5, Operands: 7, Results: 3}

	given := config(2, 3, "ws")
	given.Array.KeepActivations = true
	given.Network = &network.Config{Energy: 37 * pJ}
	given.OutputBuffer.Capacity = 200 // less than the partial sums between two row folds
	modelled := given
	static := memory.Buffer{Model: "cacti", Capacity: 64 << 13, Node: 32e-9, Flavour: "itrs-hp", Word: 256}
	modelled.InputBuffer, modelled.WeightBuffer = static, static
	modelled.OutputBuffer = memory.Buffer{Model: "edram", Design: "puma", Capacity: 200}
	modelled.Network = &network.Config{Model: "wire", Node: 45e-9, Length: 1e-3, Wires: "slack"}
	modelled.DRAM = memory.DRAM{Model: "standard", Standard: "lpddr4", Channels: 1}
	modelled.Activation = peripheral.Activation{Model: "multiplier", Node: 45e-9, Voltage: 0.9, Flavour: "hp", Bits: 32, Lanes: 1}
	for _, cfg := range []Config{given, modelled} {
		m := machine(t, cfg)
		mustRun(t, m, []workload.Kernel{k, k}, 1, digital.Burst)
		for id, a := range m.Ledger().Accounts() {
			id, name := energy.AccountID(id), a.Component+" "+a.Action
			d := m.Derivation(id)
			modeltest.Check(t, d.Each)
			bits, words := width[name]
			base := "J/bit"
			if !words {
				bits, base = 1, "J"
			}
			if d.Each.Unit != base || strings.Contains(d.Event, "each of its bits") != words {
				t.Errorf("%s: %s for %q", name, d.Each.Result(), d.Event)
			}
			want := float64(m.Ledger().Total(id)) * bits * d.Each.Value
			if got := m.Ledger().TotalJoules(id); want == 0 || math.Abs(got-want) > 1e-12*want {
				t.Errorf("%s: %g J, want %g", name, got, want)
			}
		}
		for _, c := range m.Components() {
			for _, f := range []model.Figure{c.Instances, c.Leakage, c.Area} {
				modeltest.Check(t, f)
			}
		}
	}
}

// A key that is written goes before what the section's model says.
func TestWrittenLeakageAndArea(t *testing.T) {
	cfg := config(1, 1, "ws")
	cfg.InputBuffer = memory.Buffer{Model: "cacti", Capacity: 64 << 13, Node: 32e-9, Flavour: "itrs-hp", Word: 256, Leakage: 1}
	modelled := machine(t, cfg).Components()[1]
	cfg.Written = func(section, key string) bool { return section == "input_buffer" && key == "leakage" }
	written := machine(t, cfg).Components()[1]
	if modelled.Leakage.Value != 20.1453e-3 || written.Leakage.Value != 1 || modelled.Area.Value != written.Area.Value || written.Area.Value == 0 {
		t.Errorf("modelled %g W and %g m², written %g W and %g m²", modelled.Leakage.Value, modelled.Area.Value, written.Leakage.Value, written.Area.Value)
	}
}

func TestRefused(t *testing.T) {
	none := kernel(1, 1, 1)
	none.OutputBits = 0
	for _, c := range []struct {
		message string
		kernel  workload.Kernel
		batch   int64
		spoil   func(*Config)
	}{
		{"a batch of 0", kernel(1, 1, 1), 0, func(*Config) {}},
		{"no size", kernel(1, 0, 1), 1, func(*Config) {}},
		{"no size", none, 1, func(*Config) {}},
		{"more than can be counted", kernel(1e8, 1e8, 1e8), 1, func(*Config) {}},
		{"more than can be counted", kernel(1e4, 1e4, 1e4), 1, func(c *Config) { c.DRAM.Bandwidth = 1 }},
		{"half of input_buffer does not hold the 4 words of 8 bits", kernel(9, 9, 9), 1, func(c *Config) { c.InputBuffer.Capacity = 63 }},
		{"half of weight_buffer does not hold the 16 words of 8 bits", kernel(9, 9, 9), 1, func(c *Config) { c.WeightBuffer.Capacity = 255 }},
		{"half of output_buffer does not hold the 4 words of 20 bits", kernel(9, 9, 9), 1, func(c *Config) { c.OutputBuffer.Capacity = 159 }},
		{"half of output_buffer does not hold the 16 words of 20 bits", kernel(9, 9, 9), 1, func(c *Config) { c.OutputBuffer.Capacity, c.Array.Dataflow = 639, "os" }},
	} {
		cfg := config(4, 4, "ws")
		c.spoil(&cfg)
		_, err := machine(t, cfg).Run(context.Background(), []workload.Kernel{c.kernel}, c.batch, digital.Burst)
		if err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v, want one with %q", err, c.message)
		}
	}
	cfg := config(4, 4, "ws")
	cfg.DRAM.Bandwidth = 1.2345678901234567e-3
	clock, _ := sim.NewClock(big.NewRat(1234567891234567, 7654321))
	if _, err := New(cfg, clock); err == nil || !strings.Contains(err.Error(), "too many digits") {
		t.Errorf("error %v", err)
	}
}

// What just fits is taken, word for word.
func TestSmallestBuffers(t *testing.T) {
	cfg := config(4, 4, "ws")
	cfg.InputBuffer.Capacity, cfg.WeightBuffer.Capacity, cfg.OutputBuffer.Capacity = 64, 256, 160
	pass := mustRun(t, machine(t, cfg), []workload.Kernel{kernel(9, 9, 9)}, 1, digital.Burst)
	if pass.Cycles() != 9*(9+10) {
		t.Errorf("%d cycles", pass.Cycles())
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m := machine(t, config(4, 4, "ws"))
	if _, err := m.Run(ctx, []workload.Kernel{kernel(2, 3, 4)}, 1, digital.Step); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// resnet50 is SCALE-Sim's topology as kernels.
func resnet50(t testing.TB) []workload.Kernel {
	var kernels []workload.Kernel
	for _, row := range table(t, "testdata/scalesim/Resnet50.csv") {
		if row[0] == "" {
			continue
		}
		var v [7]int64
		for i := range v {
			v[i] = number(t, row[i+1])
		}
		height, width, fh, fw, channels, filters, stride := v[0], v[1], v[2], v[3], v[4], v[5], v[6]
		out := func(size, filter int64) int64 { return (size - filter + stride + stride - 1) / stride }
		k := kernel(out(height, fh)*out(width, fw), fh*fw*channels, filters)
		k.Name = row[0]
		kernels = append(kernels, k)
	}
	return kernels
}

// Simulated cycles a second on ResNet-50 at 128×128: without DRAM limits, and
// with buffers of half a megabyte at 30 GB/s.
func BenchmarkResNet50(b *testing.B) {
	finite := config(128, 128, "ws")
	finite.InputBuffer.Capacity, finite.WeightBuffer.Capacity, finite.OutputBuffer.Capacity = 1<<22, 1<<22, 1<<22
	finite.DRAM.Bandwidth = 240e9
	for name, cfg := range map[string]Config{
		"ws": config(128, 128, "ws"), "os": config(128, 128, "os"), "is": config(128, 128, "is"), "ws-finite": finite,
	} {
		b.Run(name, func(b *testing.B) {
			kernels := resnet50(b)
			var pass *Pass
			for b.Loop() {
				pass = mustRun(b, machine(b, cfg), kernels, 1, digital.Burst)
			}
			b.ReportMetric(float64(pass.Cycles())*float64(b.N)/b.Elapsed().Seconds(), "cycles/s")
			b.ReportMetric(float64(pass.Cycles()), "cycles")
		})
	}
}

// An event a cycle of a 32×32 array.
func BenchmarkStep(b *testing.B) {
	kernels := []workload.Kernel{kernel(100, 100, 100)}
	var cycles sim.Cycle
	for b.Loop() {
		cycles = mustRun(b, machine(b, config(32, 32, "ws")), kernels, 1, digital.Step).Cycles()
	}
	b.ReportMetric(float64(cycles)*float64(b.N)/b.Elapsed().Seconds(), "cycles/s")
}
