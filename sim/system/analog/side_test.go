package analog

import (
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/energy"
	"xbar/sim/theory"
	"xbar/sim/workload"
)

// withSide gives a machine a small digital side, and says which kernels of a chain are
// dynamic, and of them which are computed there.
func withSide(t *rapid.T, m *configs.Machine, w *workload.Workload) (digital []bool) {
	m.Provenance["digital.rows"] = configs.Origin{Where: "test"}
	m.Digital.Rows = rapid.IntRange(1, 6).Draw(t, "PE rows")
	m.Digital.Cols = rapid.IntRange(1, 6).Draw(t, "PE columns")
	m.Digital.Dataflow = rapid.SampledFrom([]string{"ws", "os", "is"}).Draw(t, "dataflow")
	m.Digital.OverlapWeightLoad = rapid.Bool().Draw(t, "second tile")
	m.Digital.EnergyPerMAC, m.Digital.RegisterEnergy, m.Digital.LinkEnergy, m.Digital.Leakage = 89e-15, 97e-15, 101e-15, 1e-6
	for k := range w.Kernels {
		w.Kernels[k].Dynamic = rapid.IntRange(0, 2).Draw(t, "dynamic") > 0
		digital = append(digital, w.Kernels[k].Dynamic && rapid.IntRange(0, 3).Draw(t, "side") > 0)
	}
	if rapid.Bool().Draw(t, "roomy") {
		m.GlobalBuffer.Capacity = 1 << 20
	}
	return digital
}

func TestSideStepAndBurstAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		opt := options(t)
		opt.Digital = withSide(t, m, w)
		burst := simulate(t, m, w, opt)
		opt.Step = true
		checkSame(t, burst, simulate(t, m, w, opt))
	})
}

// What the digital side counts are the closed forms of a systolic array with room for
// all; what the global buffer has no room for comes on top.
func TestSideCountsEqualTheory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		opt := options(t)
		opt.Digital = withSide(t, m, w)
		c := simulate(t, m, w, opt)
		array := theory.Systolic{
			R: int64(m.Digital.Rows), C: int64(m.Digital.Cols), Dataflow: m.Digital.Dataflow,
			Input: 1 << 40, Weight: 1 << 40, Output: 1 << 40,
		}
		for i, k := range w.Kernels {
			if !opt.Digital[i] {
				continue
			}
			of := theory.Kernel{
				L: k.L, N: k.N, M: k.M, Groups: k.Groups,
				InputBits: int64(k.InputBits), WeightBits: int64(k.WeightBits), OutputBits: int64(k.OutputBits),
			}
			want, runs := array.Count(of), c.measured.Passes*opt.Batch
			count := func(id energy.AccountID) int64 { return c.ledger.Count(c.KernelPhase(i), id) }
			check := func(id energy.AccountID, what string, n int64) {
				t.Helper()
				if got := count(id); got != n*runs {
					t.Fatalf("kernel %d: %s counts %d in %d runs, theory %d each", i, what, got, runs, n)
				}
			}
			check(c.side.mac, "mac", want.MACs)
			check(c.side.latch, "move operand", want.MoveInput*of.InputBits+want.MoveWeight*of.WeightBits)
			check(c.side.latchSum, "move sum", want.MoveSum*of.SumBits())
			in := want.ReadInput*of.InputBits + want.ReadWeight*of.WeightBits + want.ReadSum*of.SumBits()
			out := want.Outputs*of.OutputBits + (want.WriteSum-want.Outputs)*of.SumBits()
			check(c.side.link, "transfer", in+out)
			spill := array.Outside(of, theory.Room{
				Input: c.room(i, k.L*k.Inputs()*int64(k.InputBits)), Output: c.room(i+1, k.L*k.Outputs()*int64(k.OutputBits)),
				Sum: int64(m.GlobalBuffer.Capacity), Fresh: i == 0,
			})
			beside := k.Beside
			width := int64(k.OutputBits)
			check(c.accounts.dramRead, "DRAM read", spill.In)
			check(c.accounts.dramWrite, "DRAM write", spill.Out)
			check(c.accounts.bufferRead, "buffer read", in+spill.Out+beside.Operands*width)
			check(c.accounts.bufferWrite, "buffer write", out+spill.In+beside.Results*width)
			if n := count(c.accounts.program) + count(c.accounts.load) + count(c.accounts.shift); n != 0 {
				t.Fatalf("kernel %d is on the digital side, and counts %d on arrays", i, n)
			}
			cycles := c.measured.KernelCycles[i]
			units := theory.Unit{Lanes: int64(m.Activation.Lanes) * int64(m.Chip.Tiles), Cycles: int64(c.timings.operation)}
			outputs := k.L * k.Outputs()
			compute := array.Cycles(of, m.Digital.OverlapWeightLoad) + units.Busy(outputs, k.Activation, k.Beside.Operations, outputs)
			if least := compute * runs; int64(cycles) < least {
				t.Fatalf("kernel %d takes %d cycles, its folds and operations %d", i, cycles, least)
			}
			if spill == (theory.Outside{}) && int64(cycles) != compute*runs || m.DRAM.Bandwidth == 0 && int64(cycles) != compute*runs {
				t.Fatalf("kernel %d takes %d cycles, its folds and operations %d in %d runs, and nothing crosses the DRAM", i, cycles, compute, runs)
			}
		}
	})
}

// room is what the buffer keeps of a tensor of so many bits.
func (c *Chip) room(spill int, bits int64) int64 {
	s := c.spills[spill]
	if s.Whole == 0 {
		return 0
	}
	return bits * (s.Whole - s.Part) / s.Whole
}

// A dynamic kernel on the digital side leaves its arrays to others.
func TestSideTakesNoArrays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		opt := options(t)
		opt.Digital = withSide(t, m, w)
		c := simulate(t, m, w, opt)
		for i := range w.Kernels {
			if opt.Digital[i] && (c.Arrays(i) != 0 || c.measured.KernelLoads[i] != 0) {
				t.Fatalf("kernel %d takes %d arrays and %d loads", i, c.Arrays(i), c.measured.KernelLoads[i])
			}
		}
	})
}
