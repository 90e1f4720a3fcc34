package analog

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/energy"
	"xbar/sim/theory"
	"xbar/sim/workload"
)

// decoding is a random chain some of whose kernels grow with the tokens, on a random
// machine, with the workload of each step.
type decoding struct {
	machine *configs.Machine
	chain   *workload.Workload
	opt     Options
	context int64
	steps   int64
}

func randomDecoding(t *rapid.T) *decoding {
	d := &decoding{machine: randomMachine(t), opt: options(t), context: rapid.Int64Range(0, 25).Draw(t, "context"), steps: rapid.Int64Range(1, 14).Draw(t, "steps")}
	d.chain = randomChain(t, d.machine)
	digital := withSide(t, d.machine, d.chain)
	for k := range d.chain.Kernels {
		kernel := &d.chain.Kernels[k]
		kernel.Cache = workload.NoCache
		if kernel.Dynamic {
			kernel.Cache = rapid.SampledFrom([]workload.Cache{workload.Columns, workload.Rows}).Draw(t, "grows")
		}
	}
	if rapid.Bool().Draw(t, "digital side") {
		d.opt.Digital = digital
	}
	d.machine.Chip.Cache = rapid.SampledFrom([]string{"keep", "rewrite"}).Draw(t, "cache")
	d.machine.InputBuffer.Capacity, d.machine.OutputBuffer.Capacity = 1<<20, 1<<20
	return d
}

func (d *decoding) at(t int64) *workload.Workload {
	w := &workload.Workload{}
	for _, k := range d.chain.Kernels {
		if k.Cache != workload.NoCache {
			k = k.Attending(d.context + t)
		}
		w.Kernels = append(w.Kernels, k)
	}
	return w
}

// run simulates all steps.
func (d *decoding) run(t *rapid.T, opt Options) (steps []*Chip, s *Session) {
	ctx := context.Background()
	s, err := NewSession(ctx, d.machine, d.at(d.steps), opt)
	if err != nil {
		t.Fatal(err)
	}
	opt.Session = s
	part := opt.Part && s.Separate()
	for step := int64(1); step <= d.steps; step++ {
		opt.Part = part && step < d.steps
		steps = append(steps, simulate(t, d.machine, d.at(step), opt))
	}
	return steps, s
}

func TestSessionStepAndBurstAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := randomDecoding(t)
		burst, _ := d.run(t, d.opt)
		d.opt.Step = true
		step, _ := d.run(t, d.opt)
		for i := range burst {
			checkSame(t, burst[i], step[i])
		}
	})
}

// A step of which only the kernels that grow are simulated has all that a whole one has
// of them, and its other kernels do what they do in the last.
func TestSessionInParts(t *testing.T) {
	separate := 0
	rapid.Check(t, func(t *rapid.T) {
		d := randomDecoding(t)
		d.machine.GlobalBuffer.Capacity = 1 << 20
		d.machine.Chip.Tiles = 100
		if rapid.Bool().Draw(t, "slow") { // what is added to a cache takes longer to store than to compute with
			d.machine.DRAM.Bandwidth, d.machine.DRAM.Channels = 1e8, 1
		}
		whole, s := d.run(t, d.opt)
		if !s.Separate() {
			return
		}
		separate++
		d.opt.Part = true
		parts, _ := d.run(t, d.opt)
		last := whole[len(whole)-1]
		for i := range whole {
			for k := range d.chain.Kernels {
				of := parts[i]
				if of.Leaves(k) {
					of = last
				}
				if got, want := of.measured.KernelCycles[k], whole[i].measured.KernelCycles[k]; got != want {
					t.Fatalf("step %d, kernel %d: %d cycles in parts, %d as a whole", i+1, k, got, want)
				}
				for id := range last.ledger.Accounts() {
					account := energy.AccountID(id)
					if got, want := of.ledger.Joules(of.KernelPhase(k), account), whole[i].ledger.Joules(last.KernelPhase(k), account); got != want {
						t.Fatalf("step %d, kernel %d, %v: %g J in parts, %g as a whole", i+1, k, last.ledger.Accounts()[id], got, want)
					}
				}
			}
		}
	})
	if separate < 5 && !testing.Short() { // some 40 are
		t.Errorf("%d sessions were simulated in parts", separate)
	}
}

// Where all caches have arrays, a session writes every cell once; where they are
// rewritten, all of them in each step.
func TestSessionEqualsTheory(t *testing.T) {
	kept, rewritten := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		d := randomDecoding(t)
		d.machine.Chip.Tiles, d.machine.GlobalBuffer.Capacity = 100, 1<<30
		steps, s := d.run(t, d.opt)
		if d.machine.Chip.Cache == "keep" && !s.Kept() {
			return
		}
		for i, k := range d.chain.Kernels {
			if k.Cache == workload.NoCache || d.opt.Digital != nil && d.opt.Digital[i] {
				continue
			}
			of := theory.Kernel{
				L: k.L, N: k.N, M: k.M, Groups: k.Groups, InputBits: int64(k.InputBits), WeightBits: int64(k.WeightBits), SignedInput: k.SignedInput,
			}
			session := theory.Session{P: d.context, T: d.steps, Inputs: k.Cache == workload.Rows}
			want := session.Kept(of, theoryArray(d.machine))
			if d.machine.Chip.Cache == "rewrite" {
				want = session.Rewritten(of, theoryArray(d.machine))
				rewritten++
			} else {
				kept++
			}
			var got theory.SessionCounts
			for _, c := range steps {
				phase, a := c.KernelPhase(i), &c.accounts
				got.Cells += c.ledger.Count(phase, a.program)
				got.Moved += c.ledger.Count(phase, a.bufferLoad)
				got.Loaded += c.ledger.Count(phase, a.dramWeights)
				spilled := outputSpill(c, i)
				got.Stored += c.ledger.Count(phase, a.dramWrite) - spilled
			}
			for _, n := range []*int64{&want.Cells, &want.Moved, &want.Loaded, &want.Stored} {
				*n *= d.opt.Batch
			}
			if got != want {
				t.Fatalf("kernel %d, %s: %+v, theory %+v", i, d.machine.Chip.Cache, got, want)
			}
		}
		if d.machine.Chip.Cache == "keep" && s.Worst() > 1 {
			t.Fatalf("cells were written %d times", s.Worst())
		}
	})
	if (kept < 5 || rewritten < 5) && !testing.Short() { // some 30 are
		t.Errorf("%d kernels kept and %d rewritten", kept, rewritten)
	}
}

// outputSpill is what a kernel writes to the DRAM beside its cache, where the global
// buffer has room: the last outputs.
func outputSpill(c *Chip, kernel int) int64 {
	if kernel < len(c.specs)-1 {
		return 0
	}
	k := &c.specs[kernel].kernel
	return c.options.Batch * k.L * k.Outputs() * int64(k.OutputBits)
}
