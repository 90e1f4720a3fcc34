package systolic

import (
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xbar/digital"
	"xbar/digital/memory"
	"xbar/digital/network"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/theory"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// oracle is what a kernel should take and move, worked out from closed forms
// for the counts and, for time, a plain loop over the folds and chunks.
type oracle struct {
	cfg     *Config
	k       workload.Kernel
	l, n, m int64
	batches int64
	batch   int64
	sumBits int64

	found, kept bool // inputs are on the chip, outputs stay there
}

func newOracle(cfg *Config, k workload.Kernel, batch int64) *oracle {
	o := &oracle{cfg: cfg, k: k, l: k.L * batch, n: k.N, m: k.M, batches: k.Products(), batch: batch, sumBits: int64(k.InputBits + k.WeightBits)}
	if k.Dynamic {
		o.l, o.batches = k.L, k.Products()*batch
	}
	for x := int64(1); x < k.N; x *= 2 {
		o.sumBits++
	}
	return o
}

func folds(x, size int64) int64 {
	n := x / size
	if x%size > 0 {
		n++
	}
	return n
}

// ideal is the time with an unlimited DRAM.
func (o *oracle) ideal() int64 {
	R, C := int64(o.cfg.Array.Rows), int64(o.cfg.Array.Cols)
	var n, stream int64
	switch o.cfg.Array.Dataflow {
	case "ws":
		n, stream = folds(o.n, R)*folds(o.m, C), o.l
	case "is":
		n, stream = folds(o.n, R)*folds(o.l, C), o.m
	case "os":
		return o.batches * folds(o.l, R) * folds(o.m, C) * (o.n + R + C - 2)
	}
	if o.cfg.Array.OverlapWeightLoad {
		return R + o.batches*n*(stream+R+C-2)
	}
	return o.batches * n * (stream + 2*R + C - 2)
}

// theory is the kernel and the machine in the closed forms' symbols.
func (o *oracle) theory() (theory.Kernel, theory.Systolic) {
	c := o.cfg
	return theory.Kernel{
			L: o.l, N: o.n, M: o.m, Groups: o.batches, Distinct: o.k.Distinct() * o.batch,
			InputBits: int64(o.k.InputBits), WeightBits: int64(o.k.WeightBits), OutputBits: int64(o.k.OutputBits),
		}, theory.Systolic{
			Distinct: c.Array.Im2col == "on-chip",
			R:        int64(c.Array.Rows), C: int64(c.Array.Cols), Dataflow: c.Array.Dataflow,
			Input: int64(c.InputBuffer.Capacity), Weight: int64(c.WeightBuffer.Capacity), Output: int64(c.OutputBuffer.Capacity),
		}
}

// counts are all counts of the ledger.
func (o *oracle) counts() map[string]int64 {
	k, a := o.theory()
	c := a.Count(k)
	got := map[string]int64{
		"pe mac": c.MACs, "pe move input": c.MoveInput, "pe move weight": c.MoveWeight, "pe move sum": c.MoveSum,
		"input-buffer read": c.ReadInput, "input-buffer fill": c.FetchInput,
		"weight-buffer read": c.ReadWeight, "weight-buffer fill": c.FetchWeight,
		"output-buffer write": c.WriteSum, "output-buffer read": c.ReadSum, "output-buffer store": c.Outputs,
		"output-buffer spill": c.Spill, "output-buffer fill": c.Spill, "dram read partial sums": c.Spill, "dram write partial sums": c.Spill,
		"dram write outputs": c.Outputs,
	}
	if o.found {
		got["input-buffer fill"] = 0
	}
	if o.kept {
		got["input-buffer keep"], got["dram write outputs"] = c.Outputs, 0
	}
	got["dram read inputs"], got["dram read weights"] = got["input-buffer fill"], got["weight-buffer fill"]
	if o.k.Activation {
		got["activation apply"] = c.Outputs
	}
	got["activation operate"] = o.batch * o.k.Beside.Operations
	got["input-buffer operand"], got["input-buffer result"] = o.batch*o.k.Beside.Operands, o.batch*o.k.Beside.Results
	for action, n := range got {
		if n == 0 {
			delete(got, action)
		}
	}
	return got
}

// part is a chunk as time sees it.
type part struct {
	compute, in, out int64 // cycles, bits, bits
	outputs          int64
	head             bool
}

// parts lists a kernel's chunks.
func (o *oracle) parts() []part {
	R, C := int64(o.cfg.Array.Rows), int64(o.cfg.Array.Cols)
	xBits, wBits := int64(o.k.InputBits), int64(o.k.WeightBits)
	counts := o.counts()
	spills := counts["output-buffer spill"] > 0
	var left, top memory.Buffer
	var rows, cols, stream, leftBits, topBits int64
	switch o.cfg.Array.Dataflow {
	case "ws":
		rows, cols, stream = o.n, o.m, o.l
		left, leftBits, top, topBits = o.cfg.InputBuffer, xBits, o.cfg.OutputBuffer, o.sumBits
	case "is":
		rows, cols, stream = o.n, o.l, o.m
		left, leftBits, top, topBits = o.cfg.WeightBuffer, wBits, o.cfg.OutputBuffer, o.sumBits
	case "os":
		rows, cols, stream = o.l, o.m, o.n
		left, leftBits, top, topBits = o.cfg.InputBuffer, xBits, o.cfg.WeightBuffer, wBits
	}
	steps := stream
	for steps*min(rows, R)*leftBits > int64(left.Capacity)/2 || steps*min(cols, C)*topBits > int64(top.Capacity)/2 {
		steps--
	}
	var list []part
	for range o.batches {
		for col := int64(0); col < cols; col += C {
			for row := int64(0); row < rows; row += R {
				r, c := min(R, rows-row), min(C, cols-col)
				for from := int64(0); from < stream; from += steps {
					list = append(list, o.part(row, col, from, r, c, min(steps, stream-from), rows, cols, stream, steps, spills, counts))
				}
			}
		}
	}
	return list
}

// distinct is the inputs of one product that cross.
func (o *oracle) distinct() int64 {
	if o.cfg.Array.Im2col == "off-chip" {
		return o.l * o.n
	}
	return o.k.Distinct() * o.batch / o.batches
}

// share is what the part from an index on of an extent has of so many words: full
// parts alike, and the last what is left.
func share(words, from, size, extent int64) int64 {
	if from+size < extent {
		return words * size / extent
	}
	return words - from/size*(words*size/extent)
}

func (o *oracle) part(row, col, from, r, c, s, rows, cols, stream, steps int64, spills bool, counts map[string]int64) part {
	R, C := int64(o.cfg.Array.Rows), int64(o.cfg.Array.Cols)
	xBits, wBits, yBits := int64(o.k.InputBits), int64(o.k.WeightBits), int64(o.k.OutputBits)
	if o.found {
		xBits = 0
	}
	if o.kept {
		yBits = 0
	}
	once := func(action string, words int64) bool { return counts[action] == o.batches*words } // compulsory, so later folds find it
	p := part{compute: s}
	if from+s == stream {
		p.compute += R + C - 2
	}
	tile, strip := r*c, r*s // inputs
	if o.cfg.Array.Im2col == "on-chip" {
		inRows := func(all int64) int64 { return share(all, row, R, rows) }
		tile = inRows(share(o.distinct(), col, C, cols))
		strip = share(inRows(o.distinct()), from, steps, stream)
	}
	xOnce, wOnce := once("input-buffer fill", o.distinct()), once("weight-buffer fill", o.n*o.m)
	switch o.cfg.Array.Dataflow {
	case "ws", "is":
		held, left, leftOnce := r*c*wBits, strip*xBits, xOnce
		if o.cfg.Array.Dataflow == "is" {
			held, left, leftOnce = tile*xBits, r*s*wBits, wOnce
		}
		if from == 0 {
			p.head = true
			p.in += held
			if !o.cfg.Array.OverlapWeightLoad {
				p.compute += R
			}
		}
		if col == 0 || !leftOnce {
			p.in += left
		}
		if spills && row > 0 {
			p.in += c * s * o.sumBits
		}
		if row+R >= rows {
			p.out, p.outputs = c*s*yBits, c*s
		} else if spills {
			p.out = c * s * o.sumBits
		}
	case "os":
		if col == 0 || !xOnce {
			p.in += strip * xBits
		}
		if row == 0 || !wOnce {
			p.in += c * s * wBits
		}
		if from+s == stream {
			p.out, p.outputs = r*c*yBits, r*c
		}
	}
	return p
}

// unit is the time that the activation unit takes for so many outputs.
func (o *oracle) unit(outputs int64) int64 {
	a := &o.cfg.Activation
	u := theory.Unit{Lanes: int64(a.Lanes), Cycles: int64(math.Round(float64(a.Latency) * 1e9))}
	return u.Busy(outputs, o.k.Activation, o.k.Beside.Operations, o.k.L*o.k.Outputs())
}

// cycles is the time of the pipeline that swaps all buffers at once.
func (o *oracle) cycles() int64 {
	transfer := func(bits int64) int64 {
		if o.cfg.DRAM.Bandwidth == 0 {
			return 0
		}
		const hertz = 1e9
		return folds(bits*hertz, int64(o.cfg.DRAM.Bandwidth)*int64(o.cfg.DRAM.Channels))
	}
	var total int64
	list := o.parts()
	for k := -1; k <= len(list); k++ {
		var compute, dram, loaded, unit int64
		if k > 0 {
			dram += transfer(list[k-1].out)
			unit = o.unit(list[k-1].outputs)
		}
		if k+1 < len(list) {
			if list[k+1].in > 0 {
				dram += transfer(list[k+1].in)
				loaded = dram
			}
			if o.cfg.Array.OverlapWeightLoad && list[k+1].head {
				loaded += int64(o.cfg.Array.Rows)
			}
		}
		if k >= 0 && k < len(list) {
			compute = list[k].compute
		}
		total += max(compute, dram, loaded, unit)
	}
	return total
}

// Random machines against the oracle, from stalled all the time to never.
func TestOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kernels := drawKernels(t, 64)
		cfg := drawConfig(t)
		batch := rapid.Int64Range(1, 4).Draw(t, "batch")
		clock, _ := sim.NewClock(big.NewRat(1e9, 1))
		m, _ := New(cfg, clock)
		pass := mustRun(t, m, kernels, batch, digital.Burst)
		kept := false
		for i, k := range kernels {
			o := newOracle(&cfg, k, batch)
			o.found = kept
			if i+1 < len(kernels) && cfg.Array.KeepActivations {
				reads := k.L * k.Inputs() * int64(k.InputBits)
				if cfg.Array.Im2col == "on-chip" {
					reads = k.Distinct() * int64(k.InputBits)
				}
				if kept {
					reads = kernels[i-1].L * kernels[i-1].Outputs() * int64(kernels[i-1].OutputBits)
				}
				o.kept = float64(batch*(reads+k.L*k.Outputs()*int64(k.OutputBits))) <= float64(cfg.InputBuffer.Capacity)
			}
			kept = o.kept
			if d := cmp.Diff(o.counts(), counted(m, i)); d != "" {
				t.Fatal(d)
			}
			if got, want := int64(pass.Kernels[i]), o.cycles(); got != want {
				t.Fatalf("kernel %d: %d cycles, want %d", i, got, want)
			}
			if got, want := int64(pass.Kernels[i]-pass.Stalls[i]), o.ideal(); got != want {
				t.Fatalf("kernel %d: %d cycles without stalls, want %d", i, got, want)
			}
			if cfg.DRAM.Bandwidth == 0 && cfg.Activation.Latency == 0 && pass.Stalls[i] != 0 {
				t.Fatalf("kernel %d: stalled for %d cycles by an unlimited DRAM", i, pass.Stalls[i])
			}
		}
	})
}

// What one kernel by itself costs is the closed form, joule by joule, whether
// or not its buffers hold what it reads again.
func TestEnergyIsTheClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cfg, k := drawConfig(t), drawKernels(t, 64)[0]
		k.Activation, k.Dynamic, k.Beside = false, false, workload.Beside{}
		cost := func(name string) float64 { return rapid.Float64Range(0.01, 10).Draw(t, name) * pJ }
		e := theory.SystolicCosts{
			MAC: cost("MAC"), Register: cost("register"), InputRead: cost("input read"), InputWrite: cost("input write"),
			WeightRead: cost("weight read"), WeightWrite: cost("weight write"), OutputRead: cost("output read"), OutputWrite: cost("output write"),
			DRAMRead: cost("DRAM read"), DRAMWrite: cost("DRAM write"),
			Network: cost("network"),
		}
		cfg.Network = &network.Config{Energy: unit.JoulePerBit(e.Network)}
		cfg.PE.EnergyPerMAC, cfg.PE.RegisterEnergy = unit.Joule(e.MAC), unit.JoulePerBit(e.Register)
		cfg.InputBuffer.ReadEnergy, cfg.InputBuffer.WriteEnergy = unit.JoulePerBit(e.InputRead), unit.JoulePerBit(e.InputWrite)
		cfg.WeightBuffer.ReadEnergy, cfg.WeightBuffer.WriteEnergy = unit.JoulePerBit(e.WeightRead), unit.JoulePerBit(e.WeightWrite)
		cfg.OutputBuffer.ReadEnergy, cfg.OutputBuffer.WriteEnergy = unit.JoulePerBit(e.OutputRead), unit.JoulePerBit(e.OutputWrite)
		cfg.DRAM.ReadEnergy, cfg.DRAM.WriteEnergy = unit.JoulePerBit(e.DRAMRead), unit.JoulePerBit(e.DRAMWrite)
		clock, _ := sim.NewClock(big.NewRat(1e9, 1))
		m, _ := New(cfg, clock)
		mustRun(t, m, []workload.Kernel{k}, 1, digital.Burst)

		kernel, array := newOracle(&cfg, k, 1).theory()
		counts := array.Count(kernel)
		per := counts.Energy(kernel, e)
		macs := float64(counts.MACs)
		var got theory.SystolicPerMAC
		var all int64 // bits over the DRAM
		for id, a := range m.Ledger().Accounts() {
			joules := m.Ledger().Joules(0, energy.AccountID(id)) / macs
			switch {
			case a.Component == "dram":
				got.DRAM += joules
				all += m.Ledger().Count(0, energy.AccountID(id)) * bitsOf(kernel, a.Action)
			case a.Component == "weight-buffer", a.Action == "move weight":
				got.Load += joules
			default:
				got.Floor += joules
			}
		}
		for _, part := range [][2]float64{{got.DRAM, per.DRAM}, {got.Load, per.Load}, {got.Floor, per.Floor}, {joules(m, 0) / macs, per.Total()}} {
			if math.Abs(part[0]-part[1]) > 1e-12*part[1] {
				t.Fatalf("simulated %+v, closed form %+v J/MAC", got, per)
			}
		}
		if want := counts.DRAMBits(kernel); all != want {
			t.Fatalf("%d bits cross, in closed form %d", all, want)
		}
	})
}

// bitsOf is the width of what an action of the DRAM moves.
func bitsOf(k theory.Kernel, action string) int64 {
	return map[string]int64{
		"read inputs": k.InputBits, "read weights": k.WeightBits, "write outputs": k.OutputBits,
		"read partial sums": k.SumBits(), "write partial sums": k.SumBits(),
	}[action]
}
