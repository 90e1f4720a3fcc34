package digital

import (
	"context"
	"fmt"

	"xbar/sim"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// run is one pass in progress. Its only event is "the core goes on": A is the
// kernel, B how far it is, in steps (step) or not at all (burst).
type run struct {
	machine *Scalar
	engine  *sim.Engine
	id      sim.ComponentID
	plans   []plan
	step    bool
	pass    *Pass
	served  []int64 // loads that waited for each level

	phase    int
	walk     walk // step
	products int64
	caches   *caches
	now      activity
	back     func(level int)
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
		pass:    &Pass{Kernels: make([]sim.Cycle, len(plans)), Busy: make([]sim.Cycle, len(s.components)), Spent: make([][]sim.Cycle, len(plans)), Waited: make([]int64, len(plans))},
		served:  make([]int64, len(s.memory.levels)),
		now:     activity{levels: make([]levelActivity, len(s.memory.levels))},
	}
	for k := range r.pass.Spent {
		r.pass.Spent[k] = make([]sim.Cycle, 1+len(s.memory.levels))
	}
	r.back = func(level int) { s.memory.writeBack(&r.now, level, 1) }
	r.id = r.engine.Register("core", r)
	r.engine.Schedule(0, r.id, 0, 0, 0)
	return r, nil
}

// mostLines bounds what the simulated caches of step mode take in memory.
const mostLines = 20_000_000

func cacheable(plans []plan) error {
	for i := range plans {
		p := &plans[i]
		lines := 0.0
		for own := range p.operands {
			o := &p.operands[own]
			lines += float64(p.nest.size[o.full]) * float64(ceilDiv(p.nest.size[o.blocked], o.words))
		}
		if lines > mostLines {
			return fmt.Errorf("digital: kernel %s uses %.3g memory lines; granularity = \"step\" simulates caches for at most %d: take \"burst\"", p.kernel.Name, lines, mostLines)
		}
	}
	return nil
}

// Handle executes the next step or the whole kernel, and comes back when it is
// done.
func (r *run) Handle(e sim.Event) error {
	k, at := int(e.A), int64(e.B)
	if at == 0 {
		if err := r.turn(k); err != nil || k == len(r.plans) {
			return err
		}
	}
	p := &r.plans[k]
	done, activity := true, &p.whole
	if r.step {
		r.now.clear()
		if done, activity = r.advance(p), &r.now; done {
			p.operate(activity)
		}
	}
	cycles := r.book(activity, r.pass.Spent[k])
	r.pass.Kernels[k] += cycles
	r.pass.Waited[k] += activity.levels[len(activity.levels)-1].serves * r.machine.memory.line
	if at++; done {
		k, at = k+1, 0
	}
	r.engine.Schedule(cycles, r.id, 0, int64(k), at)
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
	p := &r.plans[k]
	r.phase = s.ledger.AddPhase(p.kernel.Name)
	if each, varied := s.In(&p.kernel, s.account.multiply); varied {
		s.ledger.Price(r.phase, s.account.multiply, unit.Joule(each.Value))
	}
	r.products = p.products
	if r.step {
		r.begin(p)
	}
	return nil
}

// begin starts a product: none of its lines has been used.
func (r *run) begin(p *plan) {
	r.walk = walk{nest: &p.nest}
	r.caches = newCaches(r.machine.memory)
}

// advance executes the next step of a kernel, with what its run does before and
// after it, and says whether it was the last.
func (r *run) advance(p *plan) (done bool) {
	w, n := &r.walk, p.nest.size[axisN]
	from, to, begins, ends := w.step()
	at := w.at
	summed, finished := at[axisN] > 0, at[axisN] == n-1
	held := p.held()
	if held == useY {
		start, end := p.nest.within(axisN, from)
		summed, finished = start > 0, end == n
	}
	if begins {
		p.begins(&r.now, 1, summed)
		if held != useY || summed {
			r.use(p, held, at, at, false)
		}
	}
	last := at
	last[w.inner()] = to - 1
	p.steps(&r.now, 1, to-from, summed, finished)
	for own := range useY {
		if own != held {
			r.use(p, own, at, last, false)
		}
	}
	if held != useY {
		if summed {
			r.use(p, useY, at, last, false)
		}
		r.use(p, useY, at, last, true)
	}
	if ends {
		start, _ := p.nest.within(w.inner(), from)
		p.ends(&r.now, 1, to-start, finished)
		if held == useY {
			r.use(p, useY, at, at, true)
		}
	}
	w.next()
	if w.done {
		r.flush(p)
		r.products--
		if r.products > 0 {
			r.begin(p)
		}
	}
	return w.done && r.products == 0
}

// use looks the lines of an operand up that hold its words from first to last.
func (r *run) use(p *plan, own int, first, last place, store bool) {
	o := &p.operands[own]
	if o.around {
		return
	}
	all := o.lines(p.nest.size)
	for index := first[o.blocked] / o.words; index <= last[o.blocked]/o.words; index++ {
		for row := first[o.full]; row <= last[o.full]; row++ {
			level := r.caches.use(line{own, row, index}, o, all, store, r.back)
			p.memory.serve(&r.now, level, 1)
			if !store {
				r.now.levels[level].serves++
			}
		}
	}
}

// flush writes sums back to the level that holds them all.
func (r *run) flush(p *plan) {
	for level := range p.home {
		if !p.operands[useY].around {
			p.memory.writeBack(&r.now, level, r.caches.levels[level].dirty())
		}
	}
}

// book charges an activity and returns the cycles it takes, which are added to what
// they are spent on.
func (r *run) book(a *activity, spent []sim.Cycle) sim.Cycle {
	s := r.machine
	account, ledger, perInstruction := &s.account, &s.ledger, s.core.CyclesPerInstruction
	ledger.Add(r.phase, account.issue, a.issued)
	ledger.Add(r.phase, account.read, a.reads)
	ledger.Add(r.phase, account.write, a.writes)
	ledger.Add(r.phase, account.multiply, a.multiplies)
	ledger.Add(r.phase, account.add, a.adds)
	ledger.Add(r.phase, account.activate, a.activations)
	busy := r.pass.Busy
	busy[coreComponent] += sim.Cycle(a.issued * perInstruction)
	spent[0] += sim.Cycle(a.issued * perInstruction)
	busy[registersComponent] += sim.Cycle(a.issued * perInstruction)
	busy[aluComponent] += sim.Cycle(a.computing * perInstruction)
	for k := range a.levels {
		level, account := &a.levels[k], &account.levels[k]
		ledger.Add(r.phase, account.load, level.loads)
		ledger.Add(r.phase, account.store, level.stores)
		ledger.Add(r.phase, account.lineRead, level.lineReads)
		ledger.Add(r.phase, account.lineFill, level.lineFills)
		ledger.Add(r.phase, account.back, level.backs)
		ledger.Add(r.phase, account.lineWrite, level.lineWrites)
		r.served[k] += level.serves
		spent[1+k] += sim.Cycle(level.serves) * s.memory.levels[k].latency
		busy[levelComponent+k] += sim.Cycle(level.instructions*perInstruction) + sim.Cycle(level.serves)*s.memory.levels[k].latency
	}
	return s.cycles(a)
}

// cycles is what an activity takes: issue, and the wait for loads.
func (s *Scalar) cycles(a *activity) sim.Cycle {
	cycles := sim.Cycle(a.issued * s.core.CyclesPerInstruction)
	for k := range a.levels {
		cycles += sim.Cycle(a.levels[k].serves) * s.memory.levels[k].latency
	}
	return cycles
}
