package digital

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/theory"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

const pJ = 1e-12

func core() Config {
	return Config{
		Order: "lmn", CyclesPerInstruction: 2, LoopInstructions: 1,
		EnergyPerInstruction: 10 * pJ, EnergyPerRegister: 1 * pJ, EnergyPerMultiply: 3 * pJ,
		EnergyPerAdd: 2 * pJ, EnergyPerActivation: 5 * pJ, Leakage: 1e-3, Area: 1e-6,
	}
}

// twoLevels is a cache of so many 16-bit lines before a DRAM.
func twoLevels(lines float64) Memory {
	return Memory{Levels: []Level{
		{Name: "L1", Capacity: unit.Bit(16 * lines), Line: 16, AccessBits: 8, EnergyPerAccess: 4 * pJ},
		{Name: "DRAM", Line: 16, AccessBits: 16, EnergyPerAccess: 100 * pJ, Latency: 2.5e-9},
	}}
}

func gigahertz(t testing.TB) sim.Clock {
	clock, err := sim.NewClock(big.NewRat(1e9, 1))
	if err != nil {
		t.Fatal(err)
	}
	return clock
}

func machine(t testing.TB, core Config, mem Memory) *Scalar {
	s, err := NewScalar(core, mem, gigahertz(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func kernel(l, n, m int64) workload.Kernel {
	return workload.Kernel{Name: fmt.Sprintf("%d×%d×%d", l, n, m), L: l, N: n, M: m, InputBits: 8, WeightBits: 8, OutputBits: 8}
}

// counts is the ledger of a phase, without what never happened.
func counts(s *Scalar, phase int) map[string]int64 {
	all := map[string]int64{}
	for id, a := range s.Ledger().Accounts() {
		if n := s.Ledger().Count(phase, energy.AccountID(id)); n != 0 {
			all[a.Component+" "+a.Action] = n
		}
	}
	return all
}

func joules(s *Scalar) float64 {
	var sum energy.Sum
	for id := range s.Ledger().Accounts() {
		sum.Add(s.Ledger().TotalJoules(energy.AccountID(id)))
	}
	return sum.Value()
}

// Rows of four words are two lines. The cache of three lines can hold x (two
// lines), so its first use is served there; not w (four), which comes from
// DRAM. For the second output x's lines are three others away and come from
// DRAM as well: 4 + 2 of 16 loads. 2.5 ns are three cycles, 0.5 ns too many.
func TestByHand(t *testing.T) {
	for _, granularity := range []Granularity{Burst, Step} {
		s := machine(t, core(), twoLevels(3))
		k := kernel(1, 4, 2)
		k.Activation = true
		pass, err := s.Run(context.Background(), []workload.Kernel{k}, 1, granularity)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int64{
			"core issue":            8*(4+1) + 2 + 2,
			"core/registers read":   16*1 + 8*2 + 8*2 + 8*1 + 2*2 + 2*2,
			"core/registers write":  16 + 8 + 8 + 8 + 2,
			"core/alu multiply":     8,
			"core/alu add":          8 + 8,
			"core/alu activate":     2,
			"memory/L1 load":        16,
			"memory/L1 store":       2,
			"memory/L1 line-fill":   6 * 2,
			"memory/DRAM line-read": 6,
		}
		if d := cmp.Diff(want, counts(s, 0)); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]sim.Cycle{44*2 + 6*3}, pass.Kernels); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]sim.Cycle{88, 88, 26 * 2, 16*2 + 2*2, 6 * 3}, pass.Busy); d != "" {
			t.Error(d)
		}
		if got, want := float64(pass.Rounding), 3e-9; math.Abs(got-want) > 1e-15*want {
			t.Errorf("rounding %g s, want %g", got, want)
		}
		if got, want := joules(s), 1332*pJ; math.Abs(got-want) > 1e-12*want {
			t.Errorf("%g J, want %g", got, want)
		}
	}
}

// With m innermost x stays in its register: two loads of x, four of w, two of
// sums (once n > 0). Sums have 8 + 8 + 1 bits, so three bytes each and one a
// line. The cache of two lines can hold x (one line), w (two, packed) and the
// sums (two), so first uses are served there, and sums stay there in the end.
//
//	n = 0   x; w0, store y0; w0, store y1      n = 1   x; w1, load and store y0; w1, load and store y1
//
// x comes back after w0, y0 and y1; y0 after w0, y1, x and w1; y1 after x, w1 and
// y0: from DRAM all three, y0 and y1 after they were written there. w0 and w1 are
// used again after one sum, in the cache.
func TestWriteAllocateByHand(t *testing.T) {
	c := core()
	c.Order = "lnm"
	mem := Memory{WriteAllocate: true, Levels: []Level{
		{Name: "L1", Capacity: 2 * 24, Line: 24, AccessBits: 8, EnergyPerAccess: 4 * pJ},
		{Name: "DRAM", Line: 24, AccessBits: 24, EnergyPerAccess: 100 * pJ, Latency: 2.5e-9},
	}}
	for _, granularity := range []Granularity{Burst, Step} {
		s := machine(t, c, mem)
		pass, err := s.Run(context.Background(), []workload.Kernel{kernel(1, 2, 2)}, 1, granularity)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]int64{
			"core issue":             2 + 4*(1+1+1+1+1) + 2,
			"core/registers read":    2 + 4*(1+2+2+1+2) + 2,
			"core/registers write":   2 + 4*(1+1+1+1) + 2,
			"core/alu multiply":      4,
			"core/alu add":           4 + 4,
			"memory/L1 load":         2 + 4 + 2*3,
			"memory/L1 store":        2*3 + 2, // partial sums of three bytes, outputs of one
			"memory/L1 line-fill":    3 * 3,
			"memory/L1 write-back":   3 * 2,
			"memory/DRAM line-read":  3,
			"memory/DRAM line-write": 2,
		}
		if d := cmp.Diff(want, counts(s, 0)); d != "" {
			t.Error(d)
		}
		if got, want := pass.Cycles(), sim.Cycle(2*want["core issue"]+3*3); got != want {
			t.Errorf("%d cycles, want %d", got, want)
		}
		loads := []Served{
			{"x", "DRAM", 1, "in the next n", 3, 3, "L1", 2},
			{"x", "L1", 1, "first use of x", 1, 1, "", 0},
			{"w", "L1", 2, "in the same run", 1, 1, "", 0},
			{"w", "L1", 2, "first use of the weights", 2, 2, "", 0},
			{"sum", "DRAM", 2, "in the next n", 3, 4, "L1", 2},
		}
		if d := cmp.Diff(loads, pass.Loops[0].Loads); d != "" {
			t.Error(d)
		}
		if got, want := pass.Loops[0].Loads[4].Why(), "in the next n after 3 to 4 others; L1 holds 2"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Five outputs of five, in steps of two lanes: a run of n is three steps, then
// an addition of one lane to the other.
func TestLanesByHand(t *testing.T) {
	c := core()
	c.Lanes = 2
	for _, granularity := range []Granularity{Burst, Step} {
		s := machine(t, c, twoLevels(32))
		if _, err := s.Run(context.Background(), []workload.Kernel{kernel(1, 5, 5)}, 1, granularity); err != nil {
			t.Fatal(err)
		}
		want := map[string]int64{
			"core issue":           5 * (3*5 + 1 + 1),
			"core/registers read":  5 * (3*(2+1) + 5*(2+2) + 2 + 2),
			"core/registers write": 5 * (3*1 + 5*(2+1+1) + 1),
			"core/alu multiply":    5 * 5,
			"core/alu add":         5 * (5 + 3 + 1),
			"memory/L1 load":       5 * 2 * (2 + 2 + 1), // bytes
			"memory/L1 store":      5,
		}
		if d := cmp.Diff(want, counts(s, 0)); d != "" {
			t.Error(d)
		}
	}
}

// A line's first use is served by the first level that holds all of x, all
// weights of the model, or all of a W that is an activation.
func TestFirstUse(t *testing.T) {
	mem := twoLevels(4)
	mem.Levels = append(mem.Levels[:1:1], Level{Name: "L2", Capacity: 16 * 8, Line: 16, AccessBits: 16}, mem.Levels[1])
	dynamic := kernel(1, 4, 4)
	dynamic.Dynamic = true
	narrow := kernel(1, 4, 2)
	narrow.Dynamic = true
	for _, c := range []struct {
		name    string
		kernels []workload.Kernel
		batch   int64
		l2, mem int64 // lines read in the first kernel
	}{
		{"weights fit L1", []workload.Kernel{kernel(1, 4, 1)}, 1, 0, 0},
		{"weights fit L2", []workload.Kernel{kernel(1, 4, 4)}, 1, 8, 0},
		{"of the model, they do not", []workload.Kernel{kernel(1, 4, 4), kernel(1, 4, 1)}, 1, 0, 8},
		{"an activation is not in the model", []workload.Kernel{dynamic, kernel(1, 4, 4)}, 1, 8, 0},
		{"every input brings its own", []workload.Kernel{narrow}, 3, 6, 12}, // x fits L2, three times w does not
		{"x fits L2", []workload.Kernel{kernel(4, 4, 1)}, 1, 8, 0},
		{"with the batch it does not", []workload.Kernel{kernel(4, 4, 1)}, 2, 0, 16},
	} {
		s := machine(t, core(), mem)
		if _, err := s.Run(context.Background(), c.kernels, c.batch, Burst); err != nil {
			t.Fatal(err)
		}
		got := counts(s, 0)
		if got["memory/L2 line-read"] != c.l2 || got["memory/DRAM line-read"] != c.mem {
			t.Errorf("%s: %d lines from L2, %d from DRAM; want %d, %d", c.name, got["memory/L2 line-read"], got["memory/DRAM line-read"], c.l2, c.mem)
		}
	}
}

func drawMachine(t *rapid.T) (Config, Memory) {
	c := core()
	c.Order = rapid.SampledFrom(append(orders[:], auto)).Draw(t, "order")
	if c.Order != auto {
		tile := rapid.Int64Range(0, 9) // 0 is none
		c.TileL, c.TileN, c.TileM = tile.Draw(t, "tile l"), tile.Draw(t, "tile n"), tile.Draw(t, "tile m")
	}
	c.Lanes = rapid.SampledFrom([]int64{1, 1, 2, 3, 4}).Draw(t, "lanes")
	c.LoopInstructions = rapid.Int64Range(0, 3).Draw(t, "loop instructions")
	line := 8 * float64(rapid.IntRange(9, 24).Draw(t, "bytes a line")) // of sums of up to 68 bits
	mem := Memory{WriteAllocate: rapid.Bool().Draw(t, "write allocate")}
	var lines float64
	if c.Lanes > 1 {
		lines = 3 * float64(c.Lanes)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "caches") {
		lines += float64(rapid.IntRange(1, 40).Draw(t, "lines"))
		mem.Levels = append(mem.Levels, Level{Name: fmt.Sprintf("L%d", i+1), Capacity: unit.Bit(lines * line)})
	}
	mem.Levels = append(mem.Levels, Level{Name: "DRAM"})
	for i := range mem.Levels {
		mem.Levels[i].Line = unit.Bit(line)
		mem.Levels[i].AccessBits = rapid.Int64Range(1, 64).Draw(t, "access bits")
		mem.Levels[i].EnergyPerAccess = unit.Joule(float64(i+1) * 3.3 * pJ)
		mem.Levels[i].Latency = unit.Second(rapid.IntRange(0, 99).Draw(t, "latency")) * 1e-10
	}
	mem.Flat = rapid.Bool().Draw(t, "flat")
	return c, mem
}

func drawKernels(t *rapid.T) []workload.Kernel {
	size := rapid.Int64Range(1, 9)
	bits := rapid.IntRange(1, 32)
	var kernels []workload.Kernel
	for range rapid.IntRange(1, 3).Draw(t, "kernels") {
		k := kernel(size.Draw(t, "L"), size.Draw(t, "N"), size.Draw(t, "M"))
		k.InputBits, k.WeightBits, k.OutputBits = bits.Draw(t, "input bits"), bits.Draw(t, "weight bits"), bits.Draw(t, "output bits")
		k.Groups = rapid.Int64Range(0, 3).Draw(t, "groups")
		if rapid.Bool().Draw(t, "beside") {
			k.Beside = workload.Beside{Operations: 5, Operands: 70, Results: 30}
		}
		if rapid.Bool().Draw(t, "window") {
			k.Window.Inputs = k.Products() * rapid.Int64Range(1, k.L*k.N).Draw(t, "distinct")
			k.Window.Ahead = rapid.Int64Range(0, k.Window.Inputs).Draw(t, "ahead")
		}
		k.Dynamic, k.Activation = rapid.Bool().Draw(t, "dynamic"), rapid.Bool().Draw(t, "activation")
		kernels = append(kernels, k)
	}
	return kernels
}

// What is computed beside a product, by hand: 5 additions, 70 loads and 30 stores of
// bytes, in lines of 16 bytes where the second level holds the outputs.
func TestBesideTheProducts(t *testing.T) {
	clock, _ := sim.NewClock(big.NewRat(1e9, 1))
	mem := Memory{WriteAllocate: true, Levels: []Level{
		{Name: "L1", Capacity: 2 * 16 * 8, Line: 16 * 8, AccessBits: 64, Latency: 1e-9},
		{Name: "DRAM", Line: 16 * 8, AccessBits: 128, Latency: 10e-9},
	}}
	k := kernel(4, 4, 16) // outputs of 4 lines
	with := k
	with.Beside = workload.Beside{Operations: 5, Operands: 70, Results: 30}
	for _, granularity := range []Granularity{Burst, Step} {
		var all []map[string]int64
		var cycles []sim.Cycle
		for _, k := range []workload.Kernel{k, with} {
			s, err := NewScalar(Config{Order: "lmn", CyclesPerInstruction: 2}, mem, clock)
			if err != nil {
				t.Fatal(err)
			}
			pass, err := s.Run(context.Background(), []workload.Kernel{k}, 1, granularity)
			if err != nil {
				t.Fatal(err)
			}
			all, cycles = append(all, counts(s, 0)), append(cycles, pass.Kernels[0])
		}
		more := map[string]int64{}
		for action, n := range all[1] {
			if n != all[0][action] {
				more[action] = n - all[0][action]
			}
		}
		want := map[string]int64{
			"core issue": 5 + 70 + 30, "core/registers read": 2*5 + 70 + 2*30, "core/registers write": 5 + 70, "core/alu add": 5,
			"memory/L1 load": 70, "memory/L1 store": 30,
			"memory/DRAM line-read": 5, "memory/L1 line-fill": 5 * 2, // 70 bytes in lines of 16
			"memory/L1 write-back": 2 * 2, "memory/DRAM line-write": 2, // 30 bytes
		}
		if d := cmp.Diff(want, more); d != "" {
			t.Error("- by hand, + machine", d)
		}
		if took, want := cycles[1]-cycles[0], sim.Cycle(2*(5+70+30)+(70-5)*1+5*10); took != want {
			t.Errorf("%d cycles, by hand %d", took, want)
		}
	}
}

// An event a step with simulated caches and an event a kernel with the closed
// form book the same counts, joules and cycles.
func TestBurstIsStep(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, mem := drawMachine(t)
		kernels := drawKernels(t)
		batch := rapid.Int64Range(1, 3).Draw(t, "batch")
		clock, _ := sim.NewClock(big.NewRat(1e9, 1))
		var machines [2]*Scalar
		var passes [2]*Pass
		for i, granularity := range []Granularity{Burst, Step} {
			s, err := NewScalar(c, mem, clock)
			if err != nil {
				t.Fatal(err)
			}
			if passes[i], err = s.Run(context.Background(), kernels, batch, granularity); err != nil {
				t.Fatal(err)
			}
			if err := s.Ledger().Check(); err != nil {
				t.Fatal(err)
			}
			machines[i] = s
		}
		if d := cmp.Diff(passes[0], passes[1]); d != "" {
			t.Fatal(d)
		}
		for phase := range kernels {
			if d := cmp.Diff(counts(machines[0], phase), counts(machines[1], phase)); d != "" {
				t.Fatal(d)
			}
		}
		if a, b := joules(machines[0]), joules(machines[1]); a != b {
			t.Fatalf("burst %g J, step %g J", a, b)
		}
		for k, cycles := range passes[0].Kernels {
			for _, spent := range passes[0].Spent[k] {
				cycles -= spent
			}
			if cycles != 0 {
				t.Fatalf("kernel %d: instructions and waits leave %d cycles of %d", k, cycles, passes[0].Kernels[k])
			}
		}
		for i, busy := range passes[0].Busy {
			if busy > passes[0].Cycles() {
				t.Fatalf("%s is busy for %d of %d cycles", machines[0].Components()[i].Path, busy, passes[0].Cycles())
			}
		}
	})
}

// The machine executes what the closed forms of sim/theory say, which know
// nothing of it. From a memory of one bit an access, accesses are bits.
func TestInstructionsAreTheory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, _ := drawMachine(t)
		if c.Order == auto {
			c.Order = "lmn"
		}
		k := drawKernels(t)[0]
		k.Activation, k.Dynamic, k.Beside = false, false, workload.Beside{}
		mem := Memory{Levels: []Level{{Name: "bits", Line: 96, AccessBits: 1}}}
		clock, _ := sim.NewClock(big.NewRat(1e9, 1))
		s, err := NewScalar(c, mem, clock)
		if err != nil {
			t.Fatal(err)
		}
		pass, err := s.Run(context.Background(), []workload.Kernel{k}, 1, Burst)
		if err != nil {
			t.Fatal(err)
		}
		inner := c.Order[2:]
		run := map[string]int64{"l": c.TileL, "n": c.TileN, "m": c.TileM}[inner]
		if run == 0 {
			run = math.MaxInt64
		}
		want := theory.Loops{Inner: inner, Run: run, Lanes: c.Lanes, Overhead: c.LoopInstructions}.
			Count(theory.Kernel{L: k.L, N: k.N, M: k.M, Groups: k.Groups})
		output := wordBits(k.OutputBits)
		sum := output
		if want.LoadSum > 0 || inner != "n" {
			sum = max(output, wordBits(k.InputBits+k.WeightBits+bits.Len64(uint64(k.N-1))))
		}
		finished := k.L * k.Outputs()
		all := map[string]int64{
			"core issue": want.Issued, "core/registers read": want.Reads, "core/registers write": want.Writes,
			"core/alu multiply": want.Multiplies, "core/alu add": want.Adds,
			"memory/bits load":  want.LoadX*wordBits(k.InputBits) + want.LoadW*wordBits(k.WeightBits) + want.LoadSum*sum,
			"memory/bits store": (want.StoreSum-finished)*sum + finished*output,
		}
		if d := cmp.Diff(all, counts(s, 0)); d != "" {
			t.Fatal("- theory, + machine", d)
		}
		if got := pass.Cycles(); got != sim.Cycle(2*want.Issued) {
			t.Fatalf("%d cycles, in theory %d", got, 2*want.Issued)
		}
	})
}

// The textbook bound: from a flat memory a MAC costs the same at any size, to
// the last count, beside what each output costs.
func TestFlatIsConstantPerMAC(t *testing.T) {
	c := core()
	mem := twoLevels(64)
	mem.Flat = true
	for _, size := range []int64{1, 2, 3, 16, 100, 1000, 30000} {
		s := machine(t, c, mem)
		pass, err := s.Run(context.Background(), []workload.Kernel{kernel(2, size, size)}, 1, Burst)
		if err != nil {
			t.Fatal(err)
		}
		macs, outputs := 2*size*size, 2*size
		want := map[string]int64{
			"core issue":           5*macs + outputs,
			"core/registers read":  7*macs + 2*outputs,
			"core/registers write": 5 * macs,
			"core/alu multiply":    macs,
			"core/alu add":         2 * macs,
			"memory/DRAM load":     2 * macs,
			"memory/DRAM store":    outputs,
		}
		if d := cmp.Diff(want, counts(s, 0)); d != "" {
			t.Errorf("size %d: %s", size, d)
		}
		if got, want := pass.Kernels[0], sim.Cycle((5*2+2*3)*macs+2*outputs); got != want {
			t.Errorf("size %d: %d cycles, want %d", size, got, want)
		}
	}
}

// The events of a kernel stay few, however large it is.
func TestBurstEvents(t *testing.T) {
	for _, k := range []workload.Kernel{kernel(1, 1, 4096), kernel(1, 1, 4097), kernel(1000, 1000, 1000), kernel(1, 1e9, 1), kernel(3, 1e6, 3), kernel(1e6, 1, 1e6)} {
		s := machine(t, core(), twoLevels(3))
		r, err := s.newRun(context.Background(), []workload.Kernel{k}, 1, Burst)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.engine.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := r.engine.Events(); got > 10000 {
			t.Errorf("%s: %d events", k.Name, got)
		}
	}
}

// The loops that cost least cost no more than any order without tiles, through
// the caches or, of runs that finish a sum, around them; and whatever the order
// and the tiles, nothing goes below the bound.
func TestAutoIsCheapest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, mem := drawMachine(t)
		c.Order, c.TileL, c.TileN, c.TileM = auto, 0, 0, 0
		kernels, batch := drawKernels(t)[:1], rapid.Int64Range(1, 3).Draw(t, "batch")
		cost := func(c Config, around bool) (float64, *Loops) {
			mem := mem
			mem.WriteAllocate = mem.WriteAllocate && !around
			clock, _ := sim.NewClock(big.NewRat(1e9, 1))
			s, err := NewScalar(c, mem, clock)
			if err != nil {
				t.Fatal(err)
			}
			pass, err := s.Run(context.Background(), kernels, batch, Burst)
			if err != nil {
				t.Fatal(err)
			}
			return joules(s) + s.leakage*s.clock.Seconds(pass.Cycles()), &pass.Loops[0]
		}
		least, loops := cost(c, false)
		bound := float64(loops.Bound)
		if math.Abs(least-float64(loops.Joules)) > 1e-12*least || bound > least*(1+1e-12) {
			t.Fatalf("%v costs %g J, said to be %v, at least %g", loops, least, loops.Joules, bound)
		}
		tile := rapid.Int64Range(1, 9)
		for _, c.Order = range orders {
			for _, around := range []bool{false, c.Order[2] == 'n'} {
				c.TileL, c.TileN, c.TileM = 0, 0, 0
				if other, _ := cost(c, around); other < least*(1-1e-12) {
					t.Fatalf("%s costs %g J, less than %v of %g", c.Order, other, loops, least)
				}
				c.TileL, c.TileN, c.TileM = tile.Draw(t, "tile l"), tile.Draw(t, "tile n"), tile.Draw(t, "tile m")
				if other, _ := cost(c, around); other < bound*(1-1e-12) {
					t.Fatalf("%s costs %g J, below the bound %g", c.Order, other, bound)
				}
			}
		}
	})
}

// At Horowitz's own node the model's energies are those he gives.
func TestHorowitz(t *testing.T) {
	c := Config{Order: "lmn", Model: horowitz, Node: 45e-9, Voltage: 0.9, CyclesPerInstruction: 1}
	k := func(bits int) *workload.Kernel { return &workload.Kernel{InputBits: bits, WeightBits: 8} }
	for _, f := range []struct {
		model.Figure
		want float64
	}{
		{c.Instruction(), 64}, {c.Register(), 2}, {c.Add(), 0.1}, {c.Multiply(k(8)), 0.2}, {c.Multiply(k(32)), 3.1}, {c.Activate(), 3.3},
	} {
		modeltest.Check(t, f.Figure)
		if math.Abs(f.Value/pJ-f.want) > 1e-12*f.want || len(f.Warnings()) > 0 {
			t.Errorf("%s: %g pJ, want %g; %v", f.Name, f.Value/pJ, f.want, f.Warnings())
		}
	}
	if m := c.Multiply(k(16)).Value / pJ; m < 0.2*3.5 || m > 0.2*4.5 {
		t.Errorf("16 bits: %g pJ, not about four times 8 bits", m)
	}

	s := machine(t, c, twoLevels(3))
	wide := workload.Kernel{Name: "wide", L: 1, N: 1, M: 1, InputBits: 16, WeightBits: 8, OutputBits: 8}
	if _, err := s.Run(context.Background(), []workload.Kernel{wide}, 1, Burst); err != nil {
		t.Fatal(err)
	}
	id, _ := s.Ledger().Lookup("core/alu", "multiply")
	if got, want := float64(s.Ledger().TotalJoules(id)), c.Multiply(k(16)).Value; got != want {
		t.Errorf("a multiplication is charged %g J, want %g", got, want)
	}
	if each, varied := s.In(&wide, id); !varied || each.Value != c.Multiply(k(16)).Value {
		t.Errorf("it is explained as %v", each)
	}

	c.Node, c.Voltage = 7e-9, 0.7
	if ratio := c.Instruction().Value / (64 * pJ); c.Check() != nil || math.Abs(ratio-0.0684) > 1e-4 {
		t.Errorf("7 nm takes %g of 45 nm", ratio)
	}
	c.Node = 28e-9
	if err := c.Check(); err == nil {
		t.Error("28 nm has no published scaling")
	}
}

// KernelDone sees every kernel at the cycle in which it ends, and can stop
// the run.
func TestKernelDone(t *testing.T) {
	s := machine(t, core(), twoLevels(3))
	kernels := []workload.Kernel{kernel(2, 3, 4), kernel(2, 4, 5), kernel(2, 5, 1)}
	var at []sim.Cycle
	s.KernelDone = func(k int, now sim.Cycle) error {
		if k != len(at) {
			t.Errorf("kernel %d after %d", k, len(at)-1)
		}
		at = append(at, now)
		return nil
	}
	pass, err := s.Run(context.Background(), kernels, 1, Burst)
	if err != nil {
		t.Fatal(err)
	}
	var end sim.Cycle
	for k, cycles := range pass.Kernels {
		end += cycles
		if k >= len(at) || at[k] != end {
			t.Fatalf("kernels took %v and ended at %v", pass.Kernels, at)
		}
	}
	stop := errors.New("enough")
	s.KernelDone = func(int, sim.Cycle) error { return stop }
	if _, err := s.Run(context.Background(), kernels, 1, Step); !errors.Is(err, stop) {
		t.Errorf("error %v, want %v", err, stop)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := machine(t, core(), twoLevels(3))
	if _, err := s.Run(ctx, []workload.Kernel{kernel(2, 3, 4)}, 1, Step); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// summary is a component in plain numbers.
type summary struct {
	path          string
	category      energy.Category
	leakage, area float64
	known         bool
}

func summaries(s *Scalar) []summary {
	var all []summary
	for _, c := range s.Components() {
		all = append(all, summary{c.Path, c.Category, c.Instances.Value * c.Leakage.Value, c.Instances.Value * c.Area.Value, c.AreaKnown})
	}
	return all
}

func TestComponents(t *testing.T) {
	mem := twoLevels(3)
	mem.Levels[0].Leakage, mem.Levels[1].Area = 2e-3, 3e-6
	want := []summary{
		{"core", energy.Compute, 1e-3, 1e-6, true},
		{"core/registers", energy.Compute, 0, 0, true}, // within the core
		{"core/alu", energy.Compute, 0, 0, true},
		{"memory/L1", energy.Buffer, 2e-3, 0, false},
		{"memory/DRAM", energy.DRAM, 0, 3e-6, true},
	}
	if got := summaries(machine(t, core(), mem)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	mem.Flat = true
	mem.Levels[1].Capacity = 1 << 20
	want = append(want[:3:3], summary{"memory/DRAM", energy.Buffer, 0, 3e-6, true})
	if got := summaries(machine(t, core(), mem)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	mem.Levels[1].Capacity, mem.Levels[1].Area = 0, 0
	want[3] = summary{"memory/DRAM", energy.DRAM, 0, 0, true} // off the chip
	if got := summaries(machine(t, core(), mem)); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Every account is charged what its figure says, and the figure names the key
// of the config: of a flat memory, that of the last level.
func TestCharges(t *testing.T) {
	flat := twoLevels(3)
	flat.Flat = true
	for _, c := range []struct {
		mem  Memory
		want map[string]string
	}{
		{twoLevels(3), map[string]string{"memory/L1": "memory.level[0].energy_per_access", "memory/DRAM": "memory.level[1].energy_per_access"}},
		{flat, map[string]string{"memory/DRAM": "memory.level[1].energy_per_access"}},
	} {
		s := machine(t, core(), c.mem)
		want := map[string]string{
			"core": "core.energy_per_instruction", "core/registers": "core.energy_per_register_access",
			"core/alu multiply": "core.energy_per_multiply", "core/alu add": "core.energy_per_add", "core/alu activate": "core.energy_per_activation",
		}
		maps.Copy(want, c.want)
		for id, a := range s.Ledger().Accounts() {
			d := s.Derivation(energy.AccountID(id))
			modeltest.Check(t, d.Each)
			key, ok := want[a.Component]
			if !ok {
				key = want[a.Component+" "+a.Action]
			}
			if keys := d.Each.Keys(); d.Event == "" || len(keys) != 1 || keys[0] != key || d.Each.Unit != "J" || d.Each.Value != float64(a.Each) || a.Each == 0 {
				t.Errorf("%s %s: %v of %v for %q, charged %v; want the key %s", a.Component, a.Action, d.Each.Result(), keys, d.Event, a.Each, key)
			}
		}
		for _, c := range s.Components() {
			for _, f := range []model.Figure{c.Instances, c.Leakage, c.Area} {
				modeltest.Check(t, f)
			}
		}
	}
}

func TestRefusedMemories(t *testing.T) {
	for _, c := range []struct {
		message string
		spoil   func(*Memory)
	}{
		{"at least one level", func(m *Memory) { m.Levels = nil }},
		{"at least one level", func(m *Memory) { m.Levels, m.Flat = nil, true }},
		{"lines of 0 bit", func(m *Memory) { m.Levels[0].Line = 0 }},
		{"must be equal", func(m *Memory) { m.Levels[1].Line = 32 }},
		{`two levels are called "L1"`, func(m *Memory) { m.Levels[1].Name = "L1" }},
		{"only the last level needs no capacity", func(m *Memory) { m.Levels[0].Capacity = 0 }},
		{"not larger than L1", func(m *Memory) { m.Levels = append(m.Levels[:1:1], twoLevels(3).Levels...); m.Levels[1].Name = "L2" }},
		{"negative", func(m *Memory) { m.Levels[1].Latency = -1 }},
	} {
		mem := twoLevels(3)
		c.spoil(&mem)
		if _, err := NewScalar(core(), mem, gigahertz(t)); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v, want one with %q", err, c.message)
		}
	}
}

func TestRefusedPasses(t *testing.T) {
	wide, none := kernel(1, 1, 1), kernel(1, 1, 1)
	wide.WeightBits, none.OutputBits = 17, 0
	awkward, vector := core(), core()
	awkward.Order, awkward.TileN, awkward.TileM, vector.Lanes = "mnl", 999_999_937, 1, 4
	for _, c := range []struct {
		message string
		core    Config
		kernel  workload.Kernel
		batch   int64
	}{
		{"a batch of 0", core(), kernel(1, 1, 1), 0},
		{"no size", core(), kernel(1, 0, 1), 1},
		{"no size", core(), none, 1},
		{"holds no word of 24", core(), wide, 1},
		{"more than can be counted", core(), kernel(1e9, 1e9, 1e9), 1},
		{"take tiles of whole lines", awkward, kernel(1, 1e9, 2), 1},
		{"a step of 4 lanes uses up to 6 lines, and the first level holds 3", vector, kernel(1, 8, 8), 1},
	} {
		mem := twoLevels(3)
		if c.core.Order == "mnl" { // sums of 48 bits
			mem.Levels[0].Line, mem.Levels[1].Line, mem.Levels[0].Capacity = 48, 48, 3*48
		}
		s := machine(t, c.core, mem)
		if _, err := s.Run(context.Background(), []workload.Kernel{c.kernel}, c.batch, Burst); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("error %v, want one with %q", err, c.message)
		}
	}
	unknown := core()
	unknown.Order = "nmm"
	if _, err := NewScalar(unknown, twoLevels(3), gigahertz(t)); err == nil || !strings.Contains(err.Error(), `no loop order "nmm"`) {
		t.Errorf("error %v", err)
	}
}

// A billion MACs through three levels of memory.
func BenchmarkBillionMACs(b *testing.B) {
	const line = 512
	mem := Memory{Levels: []Level{
		{Name: "L1", Capacity: 32 << 13, Line: line, AccessBits: 64, EnergyPerAccess: 10 * pJ},
		{Name: "L2", Capacity: 256 << 13, Line: line, AccessBits: 64, EnergyPerAccess: 50 * pJ, Latency: 5e-9},
		{Name: "DRAM", Line: line, AccessBits: 64, EnergyPerAccess: 1000 * pJ, Latency: 60e-9},
	}}
	s := machine(b, core(), mem)
	kernels := []workload.Kernel{kernel(1000, 1000, 1000)}
	for b.Loop() {
		if _, err := s.Run(context.Background(), kernels, 1, Burst); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1e9*float64(b.N)/b.Elapsed().Seconds(), "MAC/s")
	b.ReportMetric(joules(s)/float64(s.Ledger().Phases())/1e9/pJ, "pJ/MAC")
}

// The loops of a model are chosen: of five of ResNet-50's kernels.
func BenchmarkAuto(b *testing.B) {
	const line = 512
	mem := Memory{WriteAllocate: true, Levels: []Level{
		{Name: "L1", Capacity: 32 << 13, Line: line, AccessBits: 64, EnergyPerAccess: 20 * pJ},
		{Name: "L2", Capacity: 1 << 23, Line: line, AccessBits: 64, EnergyPerAccess: 100 * pJ, Latency: 2e-9},
		{Name: "DRAM", Line: line, AccessBits: 64, EnergyPerAccess: 1300 * pJ, Latency: 60e-9},
	}}
	c := core()
	c.Order = auto
	s := machine(b, c, mem)
	kernels := []workload.Kernel{kernel(12544, 147, 64), kernel(3136, 576, 64), kernel(784, 1152, 128), kernel(196, 2304, 256), kernel(49, 4608, 512)}
	for b.Loop() {
		if _, err := s.plans(context.Background(), kernels, 1); err != nil {
			b.Fatal(err)
		}
	}
}

// An event a step, each use looked up in two simulated caches.
func BenchmarkStep(b *testing.B) {
	mem := twoLevels(64)
	mem.Levels = append(mem.Levels[:1:1], Level{Name: "L2", Capacity: 16 * 1024, Line: 16, AccessBits: 16}, mem.Levels[1])
	s := machine(b, core(), mem)
	kernels := []workload.Kernel{kernel(10, 100, 100)}
	for b.Loop() {
		if _, err := s.Run(context.Background(), kernels, 1, Step); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(1e5*float64(b.N)/b.Elapsed().Seconds(), "MAC/s")
}

// Laying out a long row stops when it is told to, and step mode refuses caches
// that would not fit into memory.
func TestStopsAndRefuses(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s := machine(t, core(), twoLevels(3))
	if _, err := s.plans(ctx, []workload.Kernel{kernel(1, 1e9, 2)}, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("planned with %v", err)
	}
	_, err := s.Run(context.Background(), []workload.Kernel{kernel(1, 1e4, 1e5)}, 1, Step)
	if err == nil || !strings.Contains(err.Error(), "burst") {
		t.Errorf("step mode: %v", err)
	}
}
