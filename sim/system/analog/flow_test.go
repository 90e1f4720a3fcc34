package analog

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"xbar/digital/kernel"
	"xbar/digital/network"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/theory"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// randomPipeline draws a chain on a machine that holds it, with up to so many
// vectors in a kernel and some arrays to spare. Tiles that several kernels share have
// buffers for all of them.
func randomPipeline(t *rapid.T, vectors int64) (*Chip, *workload.Workload, Options) {
	m := randomMachine(t)
	w := randomChain(t, m)
	last := w.Kernels[len(w.Kernels)-1]
	w.Kernels = append(w.Kernels, workload.Kernel{
		Name: "last", L: last.L, N: last.Outputs(), M: rapid.Int64Range(1, 9).Draw(t, "M"), SignedInput: last.SignedInput,
		InputBits: last.InputBits, WeightBits: last.WeightBits, OutputBits: last.InputBits,
	})
	for k := range w.Kernels {
		w.Kernels[k].L = rapid.Int64Range(1, vectors).Draw(t, "vectors")
	}
	drawWindows(t, w.Kernels)
	m.InputBuffer.Capacity *= 16
	m.OutputBuffer.Capacity *= 4
	if rapid.Bool().Draw(t, "room") {
		m.GlobalBuffer.Capacity = unit.Bit(rapid.Int64Range(1, 100_000).Draw(t, "capacity"))
	}
	opt := options(t)
	m.Chip.Replication = "none"
	c, err := New(context.Background(), m, w, opt)
	if err != nil {
		t.Fatalf("%v", err)
	}
	spare := rapid.IntRange(0, 20).Draw(t, "spare")
	m.Chip.Tiles = (c.Demand() + spare + m.Chip.ArraysPerTile - 1) / m.Chip.ArraysPerTile
	m.Chip.Replication = rapid.SampledFrom([]string{"none", "balance"}).Draw(t, "copies")
	m.Chip.Execution = "pipeline"
	return c, w, opt
}

// Events of every stage of every read, and one event for a vector's reads, give the
// same pipeline.
func TestPipelineInStepsAgrees(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 12)
		burst := simulate(t, c.machine, w, opt)
		opt.Step = true
		checkSame(t, burst, simulate(t, c.machine, w, opt))
	})
}

// What a pass does does not depend on when: in a pipeline, and with copies, kernels do
// what they do layer by layer, but for leakage and for what waits where.
func TestPipelineCountsAreThoseOfLayers(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 12)
		m := c.machine
		m.GlobalBuffer.Capacity = 1 << 30
		pipe := simulate(t, m, w, opt)
		m.Chip.Execution, m.Chip.Replication = "layers", "none"
		layers := simulate(t, m, w, opt)
		passes := pipe.measured.Passes
		for phase := firstKernelPhase; phase < pipe.ledger.Phases(); phase++ {
			for id, account := range pipe.ledger.Accounts() {
				id := energy.AccountID(id)
				x, y := pipe.ledger.Count(phase, id), layers.ledger.Count(phase, id)*passes
				foreign := account.Component == "network" || account.Component == "tile/input-buffer" // copies lie otherwise on the tiles
				if account.Action != "leak" && !foreign && x != y {
					t.Fatalf("%s: %s %s counts %d in a pipeline, %d in layers", pipe.ledger.PhaseName(phase), account.Component, account.Action, x, y)
				}
			}
		}
		for i := range pipe.components {
			p := &pipe.components[i]
			var leaks int64
			for phase := firstKernelPhase; phase < pipe.ledger.Phases(); phase++ {
				leaks += pipe.ledger.Count(phase, p.leak)
			}
			want := int64(pipe.measured.Cycles)
			if pipe.gated(p) {
				want = p.busy
			}
			if leaks != want {
				t.Fatalf("%s leaks for %d cycles of %d", p.Path, leaks, want)
			}
		}
	})
}

// Where nothing is shared, neither the rate of a pipeline nor the latency of a pass
// alone in it is behind the same chip with the same copies layer by layer. Where kernels wait for each
// other's buses, one that goes ahead may hold up another that all wait for: one chip
// in a thousand loses by it, a tenth at most.
func TestPipelineIsNoSlower(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 40)
		m := c.machine
		m.GlobalBuffer.Capacity = 1 << 30
		slack := 1.5
		if rapid.Bool().Draw(t, "alone") {
			m.Network.Bandwidth, m.Network.RouterLatency, m.DRAM.Bandwidth, m.Accumulator.Latency, m.Activation.Latency = 0, 0, 0, 0, 0
			slack = 1
		}
		pipe := simulate(t, m, w, opt)
		m.Chip.Execution, m.Chip.Replication = "layers", "none"
		for k := range w.Kernels {
			w.Kernels[k].Replicas = int64(pipe.Copies(k))
		}
		layers := simulate(t, m, w, opt)
		each, flow := slack*float64(layers.measured.Cycles), pipe.measured.Flow
		if got := float64(pipe.measured.Cycles) / float64(pipe.measured.Passes); got > each {
			t.Fatalf("a pass takes %g cycles in a pipeline, %d in layers", got, layers.measured.Cycles)
		}
		if float64(flow.Latency) > each {
			t.Fatalf("a pass is through a pipeline after %d cycles, through layers after %d", flow.Latency, layers.measured.Cycles)
		}
		if flow.Inference > flow.Latency {
			t.Fatalf("the first inference is through after %d cycles, the pass after %d", flow.Inference, flow.Latency)
		}
	})
}

// Layer by layer, copies that share no medium make no pass longer, and what they
// read and convert is what one copy would.
func TestCopiesAreNoSlower(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 40)
		m := c.machine
		m.Network.Bandwidth, m.Network.RouterLatency, m.DRAM.Bandwidth, m.Accumulator.Latency, m.Activation.Latency = 0, 0, 0, 0, 0
		m.Chip.Execution, m.Chip.Replication = "layers", "none"
		one := simulate(t, m, w, opt)
		m.Chip.Replication = "balance"
		many := simulate(t, m, w, opt)
		if many.measured.Cycles > one.measured.Cycles {
			t.Fatalf("%d cycles with copies, %d without", many.measured.Cycles, one.measured.Cycles)
		}
		a := &many.accounts
		for phase := firstKernelPhase; phase < many.ledger.Phases(); phase++ {
			for _, id := range []energy.AccountID{a.load, a.read, a.shift, a.correct, a.add, a.dramRead, a.dramWrite, a.bufferRead} {
				if x, y := many.ledger.Count(phase, id), one.ledger.Count(phase, id); x != y {
					t.Fatalf("%s: %s counts %d with copies, %d without", many.ledger.PhaseName(phase), many.ledger.Accounts()[id].Action, x, y)
				}
			}
		}
	})
}

// Where nothing is shared a pipeline is as fast as its slowest stage: the closed
// form of its interval. Kernels that share a tile's activation unit may wait for each
// other, in one chip of thousands.
func TestPipelineIntervalEqualsTheory(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 40)
		m := c.machine
		m.Network.Bandwidth, m.Network.RouterLatency, m.DRAM.Bandwidth, m.Accumulator.Latency = 0, 0, 0, 0
		m.SampleHold.Banks, m.ShiftAdd.Pipelined = 2, true
		pipe := simulate(t, m, w, opt)
		var stages []theory.Stage
		for k := range w.Kernels {
			s := &pipe.specs[k]
			stages = append(stages, theory.Stage{
				Vectors: float64(s.kernel.L * opt.Batch), Copies: float64(s.grid.Copies), Cycles: float64(pipe.cyclesOfVector(s)),
			})
		}
		stages = append(stages, pipe.tileStages()...)
		want := theory.Interval(stages)
		passes := float64(pipe.measured.Passes)
		got := float64(pipe.measured.Cycles) / passes
		slack := 1 / passes // of rounding
		if !pipe.measured.Flow.Steady {
			for _, s := range stages { // a copy may have a vector more in one half
				slack = max(slack, 2*s.Cycles/math.Floor(passes/2))
			}
		}
		most := want + slack
		if m.Activation.Latency > 0 {
			most *= 2
		}
		if got < want-slack || got > most {
			t.Fatalf("a pass every %g cycles, theory %g (%+v, %+v)", got, want, stages, pipe.measured)
		}
	})
}

// tileStages is each tile's activation unit as a stage of its own: all of a pass's
// vectors go through it.
func (c *Chip) tileStages() (all []theory.Stage) {
	busy := map[*sim.Resource]float64{}
	for i := range c.lines {
		for n := range c.lines[i].lanes {
			w := &c.lines[i].lanes[n]
			busy[w.unit] += float64(c.lines[i].vectors) / float64(len(c.lines[i].lanes)) * float64(w.operateTime)
		}
	}
	for _, cycles := range busy {
		all = append(all, theory.Stage{Vectors: 1, Copies: 1, Cycles: cycles})
	}
	return all
}

// Values do not depend on time: what comes out of a pipeline, with copies or without,
// is the integer product, and costs what it costs layer by layer.
func TestPipelineOfExactValues(t *testing.T) {
	hundreds(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 4)
		m := c.machine
		l := rapid.Int64Range(1, 4).Draw(t, "L")
		for k := range w.Kernels {
			w.Kernels[k].L = l
		}
		drawWindows(t, w.Kernels)
		m.ADC.Resolution = c.LosslessBits()
		exact := &workload.Workload{Kernels: w.Kernels, Values: randomValues(t, c, w, rapid.IntRange(1, 4).Draw(t, "inputs"))}
		opt.Step = rapid.Bool().Draw(t, "step")
		pipe := simulate(t, m, exact, opt)
		outputs, _ := pipe.Outputs()
		for i, row := range outputs {
			want, err := kernel.Reference(context.Background(), exact.Values, w.Kernels, i)
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(row) != fmt.Sprint(want) {
				t.Fatalf("input %d gives %v, the integers %v", i, row, want)
			}
		}
		m.Chip.Execution, m.Chip.Replication = "layers", "none"
		layers := simulate(t, m, exact, opt)
		a := &pipe.accounts
		for phase := firstKernelPhase; phase < pipe.ledger.Phases(); phase++ {
			for _, id := range []energy.AccountID{a.load, a.drive, a.read, a.shift} {
				x := pipe.ledger.Joules(phase, id) / float64(pipe.measured.Passes)
				y := layers.ledger.Joules(phase, id) / float64(layers.measured.Passes)
				if math.Abs(x-y) > 1e-12*y {
					t.Fatalf("%s: %g J in a pipeline, %g in layers", pipe.ledger.PhaseName(phase), x, y)
				}
			}
		}
	})
}

// What does not fit is named.
func TestPipelineNeedsRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 4)
		c.machine.Chip.Tiles, c.machine.Chip.ArraysPerTile = 1, c.Demand()-1
		if c.Demand() < 2 {
			t.Skip("one array")
		}
		if _, err := New(context.Background(), c.machine, w, opt); err == nil {
			t.Fatalf("%d tiles run in a pipeline of %d arrays", c.Demand(), c.Capacity())
		}
	})
}

// plain is a pipeline as a plain loop over vectors, where nothing is shared and no
// engine steps anything: when each vector of a kernel has been driven and stored.
type plain struct {
	kernels        []workload.Kernel
	lines          []line // for groups, slots and room
	driven, stored [][]sim.Cycle
	activated      []sim.Cycle
}

// waits is what vector v of kernel k needs of the kernel before, and keeps is what it
// holds back from: whole inferences, and of the last one so much.
func (p *plain) waits(k int, v int64) int64 {
	is, was := &p.kernels[k], &p.kernels[k-1]
	share := new(big.Int).Mul(big.NewInt(v%is.L+1), big.NewInt(was.L))
	return v/is.L*was.L + min(was.L, roundUp(share, is.L)+p.reach(k, is.Window.Ahead))
}

func (p *plain) keeps(k int, v int64) int64 {
	is, was := &p.kernels[k], &p.kernels[k-1]
	return v/is.L*was.L + max(0, v%is.L*was.L/is.L-p.reach(k, is.Window.Behind))
}

// reach is inputs of kernel k in vectors of the one before.
func (p *plain) reach(k int, inputs int64) int64 {
	return roundUp(new(big.Int).Mul(big.NewInt(inputs), big.NewInt(p.kernels[k-1].L)), p.kernels[k].Distinct())
}

func roundUp(n *big.Int, by int64) int64 {
	n.Add(n, big.NewInt(by-1))
	return n.Div(n, big.NewInt(by)).Int64()
}

// until goes through the vectors of kernel k up to v.
func (p *plain) until(k int, v int64) {
	for int64(len(p.stored[k])) <= v {
		n := int64(len(p.stored[k]))
		l := &p.lines[k].lanes[0]
		at := p.activated[k]
		if k > 0 {
			before := p.waits(k, n) - 1
			p.until(k-1, before)
			at = max(at, p.stored[k-1][before])
		}
		if n >= l.inputSlots {
			at = max(at, p.driven[k][n-l.inputSlots])
		}
		if k+1 < len(p.kernels) && n >= p.lines[k].window {
			used := int64(0)
			for p.keeps(k+1, used)+p.lines[k].window <= n {
				used++
			}
			if used > 0 {
				p.until(k+1, used-1)
				at = max(at, p.driven[k+1][used-1])
			}
		}
		if n >= l.room {
			at = max(at, p.stored[k][n-l.room])
		}
		var driven, done sim.Cycle
		for i := range l.groups {
			d, s := l.groups[i].pipeline.Read(at, l.groups[i].reads)
			driven, done = max(driven, d), max(done, s)
		}
		p.activated[k] = at
		p.driven[k], p.stored[k] = append(p.driven[k], driven), append(p.stored[k], done)
	}
}

// A kernel starts when its window is there: a pass alone takes what a plain loop with
// that rule finds.
func TestPipelineStartsWhenItsWindowIsThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 40)
		m := c.machine
		m.Network = network.Config{Kind: "bus"}
		m.DRAM.Bandwidth, m.Accumulator.Latency, m.Activation.Latency, m.Chip.Replication = 0, 0, 0, "none"
		pipe := simulate(t, m, w, opt)
		fresh, err := New(context.Background(), m, w, opt)
		if err != nil {
			t.Fatal(err)
		}
		n := len(w.Kernels)
		p := plain{
			kernels: w.Kernels, lines: fresh.workOutPipeline(),
			driven: make([][]sim.Cycle, n), stored: make([][]sim.Cycle, n), activated: make([]sim.Cycle, n),
		}
		last := w.Kernels[n-1].L*opt.Batch - 1
		p.until(n-1, last)
		if got, want := pipe.measured.Flow.Latency, p.stored[n-1][last]; got != want {
			t.Fatalf("a pass is through after %d cycles, a plain loop finds %d", got, want)
		}
	})
}

// What copies count by where they stand is the mean of all of them, also where the pass
// that is counted gives some a vector more: it is what a batch counts that they share in
// whole rounds.
func TestCopiesShareEvenly(t *testing.T) {
	uneven := 0
	hundreds(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 12)
		m := c.machine
		m.Chip.Replication = "balance"
		for k := range w.Kernels {
			w.Kernels[k].Beside = workload.Beside{} // whose flits are counted of all passes together
		}
		opt.Batch = 1
		one := simulate(t, m, w, opt)
		whole := int64(1)
		for k := range w.Kernels {
			copies := int64(one.Copies(k))
			round := copies / gcd(copies, w.Kernels[k].L)
			whole *= round / gcd(whole, round)
		}
		if whole == 1 || whole > 60 {
			t.Skip("nothing to share, or too much")
		}
		uneven++
		opt.Batch = whole
		m.Chip.Replication = "none" // another batch may balance otherwise
		for k := range w.Kernels {
			w.Kernels[k].Replicas = int64(one.Copies(k))
		}
		all := simulate(t, m, w, opt)
		x, y := float64(one.measured.Passes), float64(all.measured.Passes*whole)
		for phase := firstKernelPhase; phase < one.ledger.Phases(); phase++ {
			for id, account := range one.ledger.Accounts() {
				if account.Action == "leak" {
					continue
				}
				a, b := float64(one.ledger.Count(phase, energy.AccountID(id)))/x, float64(all.ledger.Count(phase, energy.AccountID(id)))/y
				if math.Abs(a-b) > 1/x+1/y {
					t.Fatalf("%s %s counts %g an inference, %g where copies share %d in whole rounds", account.Component, account.Action, a, b, whole)
				}
			}
		}
		for i := range one.components {
			p, q := &one.components[i], &all.components[i]
			if p.Path == "dram" {
				continue // in whole cycles a vector, of which a batch's bring other bits
			}
			if a, b := float64(p.busy)/x, float64(q.busy)/y; math.Abs(a-b) > 20*(1/x+1/y) {
				t.Fatalf("%s is busy for %g cycles an inference, %g where copies share %d in whole rounds", p.Path, a, b, whole)
			}
		}
	})
	if uneven < 20 {
		t.Errorf("only %d pipelines with copies that share unevenly", uneven)
	}
}
