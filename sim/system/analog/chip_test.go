package analog

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/digital/kernel"
	"xbar/sim/energy"
	"xbar/sim/theory"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// randomMachine draws a machine with small arrays and every option that
// changes counts or time. Energies are distinct primes of femtojoules, so that
// no mistake cancels another.
func randomMachine(t *rapid.T) *configs.Machine {
	ns := func(name string, most int) unit.Second {
		return unit.Second(rapid.IntRange(0, most).Draw(t, name)) * 1e-9
	}
	m := &configs.Machine{Name: "random", Kind: "analog", Clock: 1e9, Provenance: map[string]configs.Origin{}}
	m.Chip.Tiles = rapid.IntRange(1, 3).Draw(t, "tiles")
	m.Chip.ArraysPerTile = rapid.IntRange(1, 4).Draw(t, "arrays per tile")
	m.Chip.Reload = rapid.SampledFrom([]string{"lru", "pin", "optimal"}).Draw(t, "reload")
	m.Chip.StreamArrays = rapid.IntRange(1, m.Chip.Tiles*m.Chip.ArraysPerTile).Draw(t, "stream")
	m.Chip.OverlapReload = rapid.Bool().Draw(t, "overlap")
	m.Chip.Replication = rapid.SampledFrom([]string{"none", "balance"}).Draw(t, "replication")
	m.Chip.PowerGating = rapid.Bool().Draw(t, "power gating")
	m.Chip.StaticPower = 1e-3
	m.Crossbar.Rows = rapid.IntRange(1, 12).Draw(t, "rows")
	m.Crossbar.Cols = rapid.IntRange(18, 40).Draw(t, "cols")
	m.Crossbar.GuardColumns = rapid.IntRange(0, 2).Draw(t, "guard columns")
	m.Crossbar.ActiveRows = rapid.IntRange(0, m.Crossbar.Rows).Draw(t, "active rows") // of a fold's rows, some
	m.Crossbar.Encoding = rapid.SampledFrom([]string{"offset", "differential", "twos-complement", "magnitude"}).Draw(t, "encoding")
	if m.Crossbar.Encoding == "offset" || m.Crossbar.Encoding == "magnitude" {
		m.Crossbar.ColumnFlip = rapid.Bool().Draw(t, "flip")
	}
	m.Crossbar.Fold = rapid.IntRange(1, 2).Draw(t, "fold")
	m.Crossbar.Cols *= m.Crossbar.Fold
	if !m.Crossbar.ColumnFlip {
		m.Crossbar.AnalogSum = rapid.SampledFrom([]string{"none", "polarity", "weight"}).Draw(t, "analog sum")
	}
	m.Crossbar.GateUnused = rapid.Bool().Draw(t, "gate unused")
	m.Crossbar.WriteParallelism = rapid.IntRange(1, 16).Draw(t, "write parallelism")
	m.Crossbar.RowCapacitance, m.Crossbar.DriveVoltage, m.Crossbar.Leakage = 7e-15, 1, 1e-6
	m.Crossbar.ControlEnergy = 5e-15
	m.Cell.Bits = rapid.IntRange(1, 3).Draw(t, "cell bits")
	m.Cell.ReadEnergy, m.Cell.ReadTime = 11e-15, ns("read", 4)
	m.Provenance["cell.read_energy"] = configs.Origin{Where: "test"}
	m.Cell.WriteEnergy, m.Cell.WriteTime, m.Cell.VerifyTime = 13e-15, ns("write", 3), ns("verify", 3)
	m.Cell.Pulses, m.Cell.VerifyReads, m.Cell.Endurance = 1.5, 2.5, 1e6
	m.DAC.Bits = rapid.IntRange(1, 3).Draw(t, "dac bits")
	m.DAC.SignedInputs = rapid.SampledFrom([]string{"twos-complement", "sign-magnitude", "signed-digits"}).Draw(t, "signed inputs")
	m.DAC.Phases = rapid.IntRange(0, 3).Draw(t, "phases")
	m.DAC.EnergyPerConversion, m.DAC.Latency, m.DAC.Leakage = 17e-15, ns("dac", 2), 1e-7
	m.SampleHold.Banks = rapid.IntRange(1, 2).Draw(t, "banks")
	m.SampleHold.EnergyPerSample, m.SampleHold.Latency = 19e-15, ns("sample", 2)
	m.SampleHold.EnergyPerIntegration, m.SampleHold.IntegrationTime = 83e-15, ns("integration", 2)
	m.ADC.Resolution = 24
	m.ADC.Range = rapid.SampledFrom([]string{"clip", "scale"}).Draw(t, "range")
	m.ADC.PerArray = rapid.IntRange(1, 8).Draw(t, "adcs")
	m.ADC.EnergyPerConversion, m.ADC.Latency, m.ADC.Leakage = 23e-15, ns("adc", 3), 1e-5
	m.ADC.Every = ns("interval", 3)
	if rapid.Bool().Draw(t, "digital") {
		m.Kind = "digital-cim"
		m.AdderTree.PerArray = rapid.IntRange(0, 8).Draw(t, "trees")
		m.AdderTree.EnergyPerSum, m.AdderTree.Latency, m.AdderTree.Interval = 23e-15, ns("tree", 3), ns("tree interval", 3)
	}
	m.ShiftAdd.EnergyPerOperation, m.ShiftAdd.EnergyPerCorrection, m.ShiftAdd.Latency = 29e-15, 31e-15, ns("shift-add", 4)
	m.ShiftAdd.Pipelined = rapid.Bool().Draw(t, "pipelined")
	m.Accumulator.Lanes = rapid.IntRange(1, 8).Draw(t, "lanes")
	m.Accumulator.EnergyPerAdd, m.Accumulator.Latency = 37e-15, ns("add", 2)
	m.Activation.EnergyPerOperation = 41e-15
	m.Activation.Lanes, m.Activation.Latency = rapid.IntRange(1, 8).Draw(t, "units"), ns("operation", 2)
	m.InputBuffer.ReadEnergy, m.InputBuffer.WriteEnergy = 43e-15, 47e-15
	m.InputBuffer.Capacity = unit.Bit(rapid.IntRange(240, 600).Draw(t, "input buffer"))
	m.OutputBuffer.Capacity = unit.Bit(rapid.IntRange(2400, 6000).Draw(t, "output buffer"))
	m.OutputBuffer.ReadEnergy, m.OutputBuffer.WriteEnergy = 53e-15, 59e-15
	if m.Chip.Replication == "balance" { // a vector for every copy in a tile
		m.InputBuffer.Capacity *= unit.Bit(m.Chip.ArraysPerTile)
		m.OutputBuffer.Capacity *= unit.Bit(m.Chip.ArraysPerTile)
	}
	m.GlobalBuffer.ReadEnergy, m.GlobalBuffer.WriteEnergy = 61e-15, 67e-15
	m.GlobalBuffer.Capacity = unit.Bit(rapid.IntRange(1, 2000).Draw(t, "buffer"))
	m.Network.Energy = 71e-15
	m.Network.Bandwidth = unit.BitPerSecond(rapid.SampledFrom([]float64{0, 3e9, 16e9, 200e9}).Draw(t, "network"))
	if m.Network.Kind = rapid.SampledFrom([]string{"bus", "bus", "mesh", "htree"}).Draw(t, "kind"); m.Network.Routed() {
		m.Network.Model = "given"
		m.Network.Flit = unit.Bit(rapid.IntRange(1, 40).Draw(t, "flit"))
		m.Network.RouterLatency = ns("router", 3)
		m.Network.Concentration = rapid.IntRange(1, 2).Draw(t, "concentration")
		m.Network.BufferAt = rapid.SampledFrom([]string{"corner", "middle", "side"}).Draw(t, "buffer at")
		m.Network.Placement = rapid.SampledFrom([]string{"row-major", "snake", "hilbert", "nearest"}).Draw(t, "placement")
	}
	m.DRAM.ReadEnergy, m.DRAM.WriteEnergy = 73e-15, 79e-15
	m.DRAM.Channels = rapid.IntRange(1, 3).Draw(t, "channels")
	m.DRAM.Bandwidth = unit.BitPerSecond(rapid.SampledFrom([]float64{0, 2e9, 12e9, 300e9}).Draw(t, "dram"))
	return m
}

// randomChain draws kernels whose outputs are the next one's inputs.
func randomChain(t *rapid.T, m *configs.Machine) *workload.Workload {
	w := &workload.Workload{}
	l := rapid.Int64Range(1, 4).Draw(t, "L")
	n := rapid.Int64Range(1, 30).Draw(t, "N")
	inputBits := rapid.IntRange(2, 5).Draw(t, "input bits")
	signed := rapid.Bool().Draw(t, "signed")
	for i := range rapid.IntRange(1, 3).Draw(t, "kernels") {
		groups := divisor(t, n)
		k := workload.Kernel{
			Name: fmt.Sprint("k", i), L: l, N: n / groups, M: rapid.Int64Range(1, max(1, min(9, 30/groups))).Draw(t, "M"), Groups: groups,
			InputBits: inputBits, WeightBits: rapid.IntRange(2, 5).Draw(t, "weight bits"), OutputBits: inputBits,
			SignedInput: signed, Activation: rapid.Bool().Draw(t, "activation"),
		}
		if rapid.Bool().Draw(t, "beside") {
			k.Beside = workload.Beside{Operations: 5, Operands: 7, Results: 3}
		}
		w.Kernels = append(w.Kernels, k)
		n = k.Outputs()
	}
	drawWindows(t, w.Kernels)
	return w
}

// drawWindows lets vectors of some kernels share inputs.
func drawWindows(t *rapid.T, kernels []workload.Kernel) {
	for i := range kernels {
		k := &kernels[i]
		if k.Window = (workload.Window{}); rapid.Bool().Draw(t, "window") {
			k.Window.Inputs = k.Products() * rapid.Int64Range(1, k.L*k.N).Draw(t, "distinct")
			k.Window.Ahead = rapid.Int64Range(0, k.Window.Inputs).Draw(t, "ahead")
			k.Window.Behind = rapid.Int64Range(0, k.Window.Inputs).Draw(t, "behind")
		}
	}
}

// divisor is one, or what a number of inputs can be divided by.
func divisor(t *rapid.T, n int64) int64 {
	d := []int64{1}
	for i := int64(2); i <= n; i++ {
		if n%i == 0 {
			d = append(d, i)
		}
	}
	return rapid.SampledFrom(d).Draw(t, "groups")
}

func options(t *rapid.T) Options {
	return Options{
		Batch:      rapid.Int64Range(1, 3).Draw(t, "batch"),
		Statistics: configs.Statistics{InputDensity: 0.5, InputMeanSquare: 0.4, WeightMean: 0.3},
	}
}

func simulate(t *rapid.T, m *configs.Machine, w *workload.Workload, opt Options) *Chip {
	c, err := New(context.Background(), m, w, opt)
	if err != nil {
		t.Fatalf("%v", err)
	}
	c.run(t)
	return c
}

func (c *Chip) run(t *rapid.T) {
	if err := c.Run(context.Background()); err != nil {
		t.Fatalf("%v", err)
	}
	c.checkReload(t)
	c.checkSpent(t)
}

// checkSpent holds what kernels spent against their time: loads, and beside them no
// part for longer than the rest of it.
func (c *Chip) checkSpent(t *rapid.T) {
	for k, cycles := range c.measured.KernelCycles {
		if c.pipelined() {
			return
		}
		spent := c.Spent(k)
		for p, busy := range spent[:Loading] {
			if busy < 0 || busy+spent[Loading] > cycles {
				t.Fatalf("kernel %d: %s is busy for %d of %d cycles, %d of which go to loads (%v)", k, c.Path(Part(p)), busy, cycles, spent[Loading], spent)
			}
		}
	}
}

// checkReload compares what loads took kernel by kernel with the category
// programming, and their time with the pass's.
func (c *Chip) checkReload(t *rapid.T) {
	for phase := range c.ledger.Phases() {
		var sum energy.Sum
		for id, account := range c.ledger.Accounts() {
			if account.Category == energy.Programming {
				sum.Add(c.ledger.Joules(phase, energy.AccountID(id)))
			}
		}
		if l := c.Loaded(phase); math.Abs(l.Joules()-sum.Value()) > 1e-12*sum.Value() {
			t.Fatalf("%s: %+v, the category programming has %g J", c.ledger.PhaseName(phase), l, sum.Value())
		}
	}
	m := &c.measured
	worst := 0.0
	for _, loads := range m.KernelWear {
		worst = max(worst, loads)
	}
	if worst != m.LoadsOfWorst {
		t.Fatalf("kernels load the array that wears out first %v times a pass, of which the most should be %g", m.KernelWear, m.LoadsOfWorst)
	}
	for k := range c.specs {
		if m.KernelExposed[k] > m.KernelLoading[k] || m.KernelExposed[k] > m.KernelCycles[k] || m.KernelLoads[k]+m.KernelAppends[k] == 0 && m.KernelLoading[k] > 0 {
			t.Fatalf("kernel %d: %d loads took %d cycles, waited for during %d of its %d", k, m.KernelLoads[k], m.KernelLoading[k], m.KernelExposed[k], m.KernelCycles[k])
		}
		if !c.machine.Chip.OverlapReload && m.KernelExposed[k] != m.KernelLoading[k] {
			t.Fatalf("kernel %d: of %d cycles of loading %d are hidden, and nothing computes meanwhile", k, m.KernelLoading[k], m.KernelLoading[k]-m.KernelExposed[k])
		}
	}
}

// checkSame fails unless two runs agree on every count, joule and cycle.
func checkSame(t *rapid.T, a, b *Chip) {
	ma, mb := a.Measured(), b.Measured()
	if fmt.Sprint(ma) != fmt.Sprint(mb) {
		t.Fatalf("measured\n%+v\n%+v", ma, mb)
	}
	for phase := range a.ledger.Phases() {
		for id, account := range a.ledger.Accounts() {
			id := energy.AccountID(id)
			if x, y := a.ledger.Count(phase, id), b.ledger.Count(phase, id); x != y {
				t.Fatalf("%s: %s %s counts %d and %d", a.ledger.PhaseName(phase), account.Component, account.Action, x, y)
			}
			if x, y := a.ledger.Joules(phase, id), b.ledger.Joules(phase, id); x != y {
				t.Fatalf("%s: %s %s costs %g and %g", a.ledger.PhaseName(phase), account.Component, account.Action, x, y)
			}
		}
	}
	for i := range a.components {
		if a.components[i].busy != b.components[i].busy {
			t.Fatalf("%s is busy for %d and %d", a.components[i].Path, a.components[i].busy, b.components[i].busy)
		}
	}
}

// hundreds checks a property on five times as many machines as rapid does by itself,
// unless tests are to be short: -rapid.checks=2000 looks at ten thousand.
func hundreds(t *testing.T, property func(*rapid.T)) {
	rounds := 5
	if testing.Short() {
		rounds = 1
	}
	for range rounds {
		rapid.Check(t, property)
	}
}

func TestStepAndBurstAgree(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		for k := range w.Kernels {
			w.Kernels[k].Dynamic = rapid.Bool().Draw(t, "dynamic")
		}
		opt := options(t)
		burst := simulate(t, m, w, opt)
		opt.Step = true
		checkSame(t, burst, simulate(t, m, w, opt))
	})
}

func theoryArray(m *configs.Machine) theory.Array {
	active := int64(m.Crossbar.ActiveRows)
	if active == 0 {
		active = int64(m.Crossbar.LogicalRows())
	}
	return theory.Array{
		R: int64(m.Crossbar.LogicalRows()), C: int64(m.Crossbar.LogicalCols()), ActiveRows: active,
		CellBits: int64(m.Cell.Bits), DACBits: int64(m.DAC.Bits), Encoding: m.Crossbar.Encoding,
		Phases: m.DAC.SignedInputs == "sign-magnitude", Digits: m.DAC.SignedInputs == "signed-digits",
		Flip: m.Crossbar.ColumnFlip, Ungated: !m.Crossbar.GateUnused,
		Converts: int64(m.DAC.Phases), AnalogSum: m.Crossbar.AnalogSum, Guard: int64(m.Crossbar.GuardColumns),
	}
}

// Where all weights stay, each distinct input comes from the DRAM once, or once more
// where it spilled.
func TestTrafficEqualsTheory(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		for k := range w.Kernels {
			w.Kernels[k].L = rapid.Int64Range(1, 100).Draw(t, "vectors")
		}
		drawWindows(t, w.Kernels)
		m.GlobalBuffer.Capacity = unit.Bit(rapid.Int64Range(1, 100_000).Draw(t, "room"))
		opt := options(t)
		c, err := New(context.Background(), m, w, opt)
		if err != nil {
			t.Fatal(err)
		}
		m.Chip.Tiles = max(m.Chip.Tiles, (c.Demand()+m.Chip.ArraysPerTile-1)/m.Chip.ArraysPerTile)
		c = simulate(t, m, w, opt)
		var kernels []theory.Kernel
		for _, k := range w.Kernels {
			kernels = append(kernels, theory.Kernel{
				L: k.L, N: k.N, M: k.M, Groups: k.Groups, Distinct: k.Window.Inputs, InputBits: int64(k.InputBits), OutputBits: int64(k.OutputBits),
			})
		}
		read, write := theory.Traffic(kernels, opt.Batch, int64(m.GlobalBuffer.Capacity))
		for i, k := range w.Kernels {
			phase, passes := c.KernelPhase(i), c.measured.Passes
			uses := k.L * k.Inputs() * int64(k.InputBits) * opt.Batch
			for _, x := range []struct {
				id   energy.AccountID
				want int64
			}{
				{c.accounts.dramRead, read[i]}, {c.accounts.dramWrite, write[i]},
				{c.accounts.bufferWrite, read[i] + k.L*k.Outputs()*int64(k.OutputBits)*opt.Batch + beside(&k, k.Beside.Results)*opt.Batch},
				{c.accounts.bufferRead, uses + write[i] + beside(&k, k.Beside.Operands)*opt.Batch},
			} {
				if got := c.ledger.Count(phase, x.id); got != x.want*passes {
					a := c.ledger.Accounts()[x.id]
					t.Fatalf("kernel %d: %s %s counts %d in %d passes, theory %d a pass", i, a.Component, a.Action, got, passes, x.want)
				}
			}
		}
	})
}

func beside(k *workload.Kernel, numbers int64) int64 { return numbers * int64(k.OutputBits) }

// Windows that share no input change nothing.
func TestWindowsSideBySideChangeNothing(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		opt := options(t)
		for k := range w.Kernels {
			w.Kernels[k].Window = workload.Window{}
		}
		without := simulate(t, m, w, opt)
		for k := range w.Kernels {
			w.Kernels[k].Window.Inputs = w.Kernels[k].L * w.Kernels[k].Inputs()
		}
		checkSame(t, without, simulate(t, m, w, opt))
	})
}

// The closed forms know nothing of waves, spills and contention; the counts
// must come out the same whatever those do.
func TestCountsEqualTheory(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		opt := options(t)
		c := simulate(t, m, w, opt)
		passes := c.measured.Passes
		for i, k := range w.Kernels {
			want := theory.Count(theory.Kernel{
				L: k.L * opt.Batch, N: k.N, M: k.M, Groups: k.Groups,
				InputBits: int64(k.InputBits), WeightBits: int64(k.WeightBits), SignedInput: k.SignedInput,
			}, theoryArray(m))
			check := func(id energy.AccountID, what string, n int64, each float64) {
				t.Helper()
				if got := c.ledger.Count(c.KernelPhase(i), id); got != n*passes {
					t.Fatalf("kernel %d: %s counts %d in %d passes, theory %d a pass", i, what, got, passes, n)
				}
				joules := c.ledger.Joules(c.KernelPhase(i), id)
				if exact := float64(n*passes) * each; math.Abs(joules-exact) > 1e-12*exact {
					t.Fatalf("kernel %d: %s costs %g J, theory %g J", i, what, joules, exact)
				}
			}
			check(c.accounts.load, "dac.convert", want.DACConvert, 17e-15)
			check(c.accounts.drive, "row.drive", want.DACConvert, 7e-15)
			check(c.accounts.read, "cell.read", want.CellRead, 11e-15)
			check(c.accounts.activate, "activate", want.Activate, 5e-15)
			if c.samples() {
				check(c.accounts.hold, "sample.hold", want.Sample, 19e-15)
			}
			if c.samples() && c.integrates() {
				check(c.accounts.integrate, "integrate", want.Integrate, 83e-15)
			}
			var converted int64
			for _, id := range c.accounts.converts {
				converted += c.ledger.Count(c.KernelPhase(i), id)
			}
			if converted != want.ADCConvert*passes {
				t.Fatalf("kernel %d: adc.convert counts %d in %d passes, theory %d a pass", i, converted, passes, want.ADCConvert)
			}
			check(c.accounts.shift, "shift-add", want.ADCConvert, 29e-15)
			check(c.accounts.correct, "correct", want.Correct, 31e-15)
			check(c.accounts.add, "accumulate", want.Accumulate, 37e-15)
			if n := c.ledger.Count(c.KernelPhase(i), c.accounts.operate); n != k.Beside.Operations*opt.Batch*passes {
				t.Fatalf("kernel %d: %d steps beside the products in %d passes of %d", i, n, passes, opt.Batch)
			}
			if c.Arrays(i) != int(want.Tiles)*c.Copies(i) {
				t.Fatalf("kernel %d: %d arrays, theory %d tiles", i, c.Arrays(i), want.Tiles)
			}
			if c.specs[i].grid.RowTiles != int(want.RowTiles) || c.specs[i].grid.ColTiles != int(want.ColTiles) {
				t.Fatalf("kernel %d: %d×%d tiles, theory %d×%d", i, c.specs[i].grid.RowTiles, c.specs[i].grid.ColTiles, want.RowTiles, want.ColTiles)
			}
			if c.Resident() {
				if n := c.ledger.Count(c.KernelPhase(i), c.accounts.program); n != 0 {
					t.Fatalf("kernel %d: %d cells reloaded though all fits", i, n)
				}
			}
		}
		c.checkLoads(t, w)
	})
}

// What is computed beside the products goes from the global buffer through the tiles
// and back, in every measured pass, and changes nothing else.
func TestBesideTheProducts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		m.Activation.Latency = 0
		w := randomChain(t, m)
		opt := options(t)
		for k := range w.Kernels {
			w.Kernels[k].Beside = workload.Beside{}
		}
		plain := simulate(t, m, w, opt)
		work := *w
		work.Kernels = slices.Clone(w.Kernels)
		last := len(work.Kernels) - 1
		work.Kernels[last].Beside = workload.Beside{Operations: 11, Operands: 13, Results: 17}
		c := simulate(t, m, &work, opt)
		if fmt.Sprint(plain.Measured()) != fmt.Sprint(c.Measured()) {
			t.Fatalf("measured\n%+v, with operators\n%+v", plain.Measured(), c.Measured())
		}
		inferences, width := opt.Batch*c.measured.Passes, int64(work.Kernels[last].OutputBits)
		a := &c.accounts
		more := map[energy.AccountID]int64{
			a.operate:    11,
			a.bufferRead: 13 * width, a.inWrite: 13 * width, a.inRead: 13 * width,
			a.outWrite: 17 * width, a.outRead: 17 * width, a.bufferWrite: 17 * width,
		}
		if c.hops == nil {
			more[a.transfer[0]] = (13 + 17) * width
		}
		for phase := range c.ledger.Phases() {
			for id, account := range c.ledger.Accounts() {
				if c.hops != nil && account.Component == "network" {
					continue // see TestHopsEqualTheory
				}
				id, want := energy.AccountID(id), int64(0)
				if phase == c.KernelPhase(last) {
					want = more[id] * inferences
				}
				if got := c.ledger.Count(phase, id) - plain.ledger.Count(phase, id); got != want {
					t.Fatalf("phase %d, %+v: %d more, want %d", phase, c.ledger.Accounts()[id], got, want)
				}
			}
		}
	})
}

// checkLoads compares programmed cells with theory where theory knows the
// loads: everything once when it fits, everything each pass under lru.
func (c *Chip) checkLoads(t *rapid.T, w *workload.Workload) {
	var cells, bits int64
	for i, k := range w.Kernels {
		copies := int64(c.Copies(i))
		n := theory.Count(theory.Kernel{L: 1, N: k.N, M: k.M, Groups: k.Groups, InputBits: 1, WeightBits: int64(k.WeightBits)}, theoryArray(c.machine))
		cells += copies * n.CellsPerLoad
		bits += copies * n.WeightBits
	}
	phase, passes := preloadPhase, int64(1)
	switch {
	case c.Resident():
	case c.machine.Chip.Reload == "lru":
		phase, passes = -1, c.measured.Passes+1
	default:
		return
	}
	count := func(id energy.AccountID) int64 {
		if phase < 0 {
			return c.ledger.Total(id)
		}
		return c.ledger.Count(phase, id)
	}
	if n := count(c.accounts.program); n != cells*passes {
		t.Fatalf("%d cells programmed, theory %d", n, cells*passes)
	}
	if n := count(c.accounts.dramWeights); n != bits*passes {
		t.Fatalf("%d bits of weights, theory %d", n, bits*passes)
	}
}

// randomValues fills a chain with numbers that the machine can hold.
func randomValues(t *rapid.T, c *Chip, w *workload.Workload, inputs int) *workload.Values {
	v := &workload.Values{Inputs: randomMatrix(t, inputs, int(w.Kernels[0].L*w.Kernels[0].Inputs()), c.specs[0].slicer.Range)}
	for i, s := range c.specs {
		v.Weights = append(v.Weights, randomMatrix(t, int(s.kernel.Inputs()), int(s.kernel.M), s.scheme.Range))
		var post workload.Requantize
		if i+1 < len(c.specs) {
			low, high := c.specs[i+1].slicer.Range()
			post = workload.Requantize{Multiplier: 1, Shift: 3, Low: low, High: high}
		}
		v.Post = append(v.Post, post)
	}
	return v
}

func randomMatrix(t *rapid.T, rows, cols int, bounds func() (low, high int64)) workload.Matrix {
	low, high := bounds()
	seed := rapid.Uint64().Draw(t, "seed")
	m := workload.Matrix{Rows: rows, Cols: cols, Data: make([]int32, rows*cols)}
	for i := range m.Data {
		seed = seed*6364136223846793005 + 1442695040888963407
		m.Data[i] = int32(low + int64(seed>>33)%(high-low+1))
	}
	return m
}

// With a lossless ADC the product through slices, columns, codes and shifts is
// the integer product, bit for bit; values change no count and no cycle.
func TestExactValuesEqualTheIntegerProduct(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		opt := options(t)
		plain, err := New(context.Background(), m, w, opt)
		if err != nil {
			t.Fatalf("%v", err)
		}
		m.ADC.Resolution = plain.LosslessBits()
		inputs := rapid.IntRange(1, 4).Draw(t, "inputs")
		exact := &workload.Workload{Kernels: w.Kernels, Values: randomValues(t, plain, w, inputs)}
		opt.Step = rapid.Bool().Draw(t, "step")
		c := simulate(t, m, exact, opt)
		outputs, clipped := c.Outputs()
		if clipped != 0 {
			t.Fatalf("%d conversions clipped at %d bits", clipped, m.ADC.Resolution)
		}
		for i, row := range outputs {
			want, err := kernel.Reference(context.Background(), exact.Values, w.Kernels, i)
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(row) != fmt.Sprint(want) {
				t.Fatalf("input %d gives %v, the integers %v", i, row, want)
			}
		}
	})
}

// Every cycle of the run belongs to a kernel, the preload or the warm-up.
func TestKernelCyclesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		c := simulate(t, m, w, options(t))
		var sum int64
		for _, n := range c.measured.KernelCycles {
			sum += int64(n)
		}
		if sum != int64(c.measured.Cycles) {
			t.Fatalf("kernels take %d cycles, the passes %d", sum, c.measured.Cycles)
		}
	})
}
