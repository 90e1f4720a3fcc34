package digital

import (
	"context"
	"fmt"

	"xbar/sim"
	"xbar/sim/workload"
)

// run is one pass in progress. Its only event is "the core goes on": A is the
// kernel, B how far it is, in MACs (step) or in inner loops (burst).
type run struct {
	machine *Scalar
	engine  *sim.Engine
	id      sim.ComponentID
	plans   []plan
	step    bool
	pass    *Pass

	phase  int
	caches *caches // step
	before served  // burst: loads of the kernel served up to B
	served served  // loads of the pass
}

// newRun plans a pass and schedules its start.
func (s *Scalar) newRun(ctx context.Context, kernels []workload.Kernel, batch int64, granularity Granularity) (*run, error) {
	plans, err := s.plans(ctx, kernels, batch)
	if err != nil {
		return nil, err
	}
	if granularity == Step {
		if err := cacheable(plans); err != nil {
			return nil, err
		}
	}
	r := &run{
		machine: s,
		engine:  sim.New(),
		plans:   plans,
		step:    granularity == Step,
		pass:    &Pass{Kernels: make([]sim.Cycle, len(plans)), Busy: make([]sim.Cycle, len(s.components))},
		served:  make(served, len(s.memory.levels)),
	}
	r.id = r.engine.Register("core", r)
	r.engine.Schedule(0, r.id, 0, 0, 0)
	return r, nil
}

// mostLines bounds what the simulated caches of step mode take in memory.
const mostLines = 20_000_000

func cacheable(plans []plan) error {
	for i := range plans {
		p := &plans[i]
		lines := float64(p.products) * (float64(p.rows)*float64(p.x.lines) + float64(p.kernel.M)*float64(p.w.lines))
		if lines > mostLines {
			return fmt.Errorf("digital: kernel %s touches %.3g memory lines; granularity = \"step\" simulates caches for at most %d: take \"burst\"", p.kernel.Name, lines, mostLines)
		}
	}
	return nil
}

// Handle executes the next MAC or the next block of inner loops, and comes
// back when it is done.
func (r *run) Handle(e sim.Event) error {
	k, at := int(e.A), int64(e.B)
	if at == 0 {
		if err := r.turn(k); err != nil || k == len(r.plans) {
			return err
		}
	}
	p := &r.plans[k]
	var cycles sim.Cycle
	next, end := at+1, p.macs()
	if r.step {
		cycles = r.mac(p, at)
	} else {
		end = p.loops()
		next = min(at+ceilDiv(end, r.machine.blocks), end)
		cycles = r.block(p, at, next)
	}
	r.pass.Kernels[k] += cycles
	if next == end {
		k, next = k+1, 0
	}
	r.engine.Schedule(cycles, r.id, 0, int64(k), next)
	return nil
}

// turn ends kernel k−1 and begins kernel k.
func (r *run) turn(k int) error {
	s := r.machine
	if k > 0 && s.KernelDone != nil {
		if err := s.KernelDone(k-1, r.engine.Now()); err != nil {
			return err
		}
	}
	if k == len(r.plans) {
		return nil
	}
	r.phase = s.ledger.AddPhase(r.plans[k].kernel.Name)
	r.caches = newCaches(s.memory)
	r.before = make(served, len(s.memory.levels))
	return nil
}

// block executes the inner loops from begin to end.
func (r *run) block(p *plan, begin, end int64) sim.Cycle {
	after := p.upTo(end)
	loads := make(served, len(after))
	for k := range loads {
		loads[k] = after[k] - r.before[k]
	}
	r.before = after
	return r.book(p, (end-begin)*p.kernel.N, end-begin, loads)
}

// mac executes one MAC, and the store if it completes an output.
func (r *run) mac(p *plan, at int64) sim.Cycle {
	t, n := at/p.kernel.N, at%p.kernel.N
	product, t := t/(p.rows*p.kernel.M), t%(p.rows*p.kernel.M)
	l, m := t/p.kernel.M, t%p.kernel.M
	if r.machine.core.Order == "mln" {
		m, l = t/p.rows, t%p.rows
	}
	loads := make(served, len(r.machine.memory.levels))
	loads[r.caches.load(line{false, product*p.rows + l, n / p.x.words}, p.x.cold)]++
	loads[r.caches.load(line{true, product*p.kernel.M + m, n / p.w.words}, p.w.cold)]++
	var outputs int64
	if n == p.kernel.N-1 {
		outputs = 1
	}
	return r.book(p, 1, outputs, loads)
}

// book charges so many MACs and completed outputs of a kernel, whose loads
// were served as given, and returns the cycles they take.
func (r *run) book(p *plan, macs, outputs int64, loads served) sim.Cycle {
	activations := outputs
	if !p.kernel.Activation {
		activations = 0
	}
	issued := r.bookCore([instructions]int64{
		load:     2 * macs,
		multiply: macs,
		add:      macs,
		loop:     macs * r.machine.core.LoopInstructions,
		store:    outputs,
		activate: activations,
	})
	return issued + r.bookMemory(p, macs, outputs, loads)
}

// bookCore charges issue, registers and ALU, and returns the cycles of issue.
func (r *run) bookCore(count [instructions]int64) sim.Cycle {
	core, account, ledger := &r.machine.core, &r.machine.account, &r.machine.ledger
	var issued, reads, writes int64
	for kind, n := range count {
		issued += n
		reads += n * registers[kind].reads
		writes += n * registers[kind].writes
	}
	adds := count[add] + count[loop]
	ledger.Add(r.phase, account.issue, issued)
	ledger.Add(r.phase, account.read, reads)
	ledger.Add(r.phase, account.write, writes)
	ledger.Add(r.phase, account.multiply, count[multiply])
	ledger.Add(r.phase, account.add, adds)
	ledger.Add(r.phase, account.activate, count[activate])

	cycles := sim.Cycle(issued * core.CyclesPerInstruction)
	r.pass.Busy[coreComponent] += cycles
	r.pass.Busy[registersComponent] += cycles
	r.pass.Busy[aluComponent] += sim.Cycle((count[multiply] + adds + count[activate]) * core.CyclesPerInstruction)
	return cycles
}

// bookMemory charges loads, line moves and stores, and returns the stall.
func (r *run) bookMemory(p *plan, macs, outputs int64, loads served) sim.Cycle {
	s := r.machine
	account, ledger := s.account.levels, &s.ledger
	ledger.Add(r.phase, account[0].load, macs*(p.xAccess+p.wAccess))
	ledger.Add(r.phase, account[p.store].store, outputs*p.yAccess)
	var stall sim.Cycle
	var below int64 // loads served further down: each fills a line here
	for k := len(loads) - 1; k >= 0; k-- {
		level := &s.memory.levels[k]
		if k > 0 {
			ledger.Add(r.phase, account[k].lineRead, loads[k]*level.perLine)
		}
		ledger.Add(r.phase, account[k].lineFill, below*level.perLine)
		below += loads[k]
		wait := sim.Cycle(loads[k]) * level.latency
		stall += wait
		r.pass.Busy[levelComponent+k] += sim.Cycle(loads[k]*s.core.CyclesPerInstruction) + wait
		r.served[k] += loads[k]
	}
	r.pass.Busy[levelComponent+p.store] += sim.Cycle(outputs * s.core.CyclesPerInstruction)
	return stall
}
