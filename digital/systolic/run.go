package systolic

import (
	"xbar/digital"
	"xbar/sim"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// run is one pass in progress. Between two swaps of the buffers the array
// computes chunk now, while the DRAM stores what behind left and fetches what
// ahead needs.
type run struct {
	machine *Machine
	engine  *sim.Engine
	id      sim.ComponentID
	dram    *sim.Resource
	unit    *sim.Resource // that activates
	plans   []plan
	step    bool
	pass    *Pass

	kernel             int
	from               sim.Cycle // start of the kernel
	tally              tally     // of the kernel
	behind, now, ahead chunk
	pending            int // what the next swap waits for
	marks              [len(position{})]mark
}

// mark is the state at the start of a loop's second round.
type mark struct {
	at    sim.Cycle
	tally tally
}

// The events: the swap of the buffers, and the ends of what goes on between
// two. A of the latter two is how many cycles of loading and streaming are
// done.
const (
	swapped = iota
	storeDone
	fetchDone
	loadDone
	streamDone
	operateDone
)

// newRun plans a pass and schedules its start.
func (m *Machine) newRun(kernels []workload.Kernel, batch int64, granularity digital.Granularity) (*run, error) {
	plans, err := m.plans(kernels, batch)
	if err != nil {
		return nil, err
	}
	r := &run{
		machine: m, plans: plans, engine: sim.New(), step: granularity == digital.Step,
		pass: &Pass{
			Kernels: make([]sim.Cycle, len(kernels)), Stalls: make([]sim.Cycle, len(kernels)),
			Spent: make([]Spent, len(kernels)),
			Busy:  make([]sim.Cycle, len(m.components)),
		},
	}
	r.id = r.engine.Register("array", r)
	r.dram = r.engine.NewResource("dram", 1)
	r.unit = r.engine.NewResource("activation", 1)
	r.start()
	return r, nil
}

// start begins the next kernel, if there is one.
func (r *run) start() {
	if r.kernel == len(r.plans) {
		return
	}
	r.from, r.tally = r.engine.Now(), tally{}
	r.behind, r.now, r.ahead = chunk{}, chunk{}, r.plans[r.kernel].chunk(position{})
	r.engine.Schedule(0, r.id, swapped, 0, 0)
}

// Handle goes on with what has just ended.
func (r *run) Handle(e sim.Event) error {
	p := &r.plans[r.kernel]
	switch {
	case e.Kind == swapped && (r.behind.live || r.now.live || r.ahead.live):
		r.begin(p)
	case e.Kind == swapped:
		r.finish(p)
	case e.Kind == fetchDone && r.machine.loadsAhead() && r.ahead.first:
		r.load(p, &r.ahead, 0)
	case e.Kind == loadDone && e.A < p.R:
		r.load(p, r.loading(), e.A)
	case e.Kind == loadDone && !r.machine.loadsAhead():
		r.stream(p, 0)
	case e.Kind == streamDone && e.A < p.cycles(&r.now):
		r.stream(p, e.A)
	default:
		r.done(p)
	}
	return nil
}

// begin starts all that happens up to the next swap. The DRAM writes first, so
// that spilled partial sums are there when they are fetched.
func (r *run) begin(p *plan) {
	r.pending = 1
	if r.behind.live {
		r.store(p, &r.behind)
	}
	if a := &r.ahead; a.live {
		var bits int64
		for t := range tensors {
			r.tally[fetched+t] += a.fetch[t]
			bits += a.fetch[t] * p.width[t]
		}
		r.transfer(fetchDone, bits)
	}
	if r.now.live {
		r.pending++
		if r.now.first && p.loads() && !r.machine.loadsAhead() {
			r.load(p, &r.now, 0)
		} else {
			r.stream(p, 0)
		}
	}
	r.done(p)
}

// store sends what a chunk left through the activation unit to the DRAM, or to where
// the next kernel finds it.
func (r *run) store(p *plan, c *chunk) {
	if p.kernel.Activation {
		r.tally[applied] += c.store
	}
	if cycles := r.machine.operating(p, c); cycles > 0 {
		r.pending++
		r.tally[operateCycles] += int64(cycles)
		r.unit.Request(0, cycles, r.id, operateDone, 0, 0)
	}
	r.tally[taken] += c.store
	r.tally[spilled] += c.spill
	bits := c.spill * p.width[sum]
	if p.kept {
		r.tally[kept] += c.store
	} else {
		r.tally[stored] += c.store
		bits += c.store * p.width[output]
	}
	if bits > 0 {
		r.transfer(storeDone, bits)
	}
}

// transfer moves bits over the DRAM's channels.
func (r *run) transfer(kind int32, bits int64) {
	r.pending++
	cycles := r.machine.channel.Cycles(bits)
	r.tally[dramBits] += bits
	r.tally[dramCycles] += int64(cycles)
	if cycles == 0 {
		r.engine.Schedule(0, r.id, kind, 0, 0)
		return
	}
	r.dram.Request(0, cycles, r.id, kind, 0, 0)
}

// loading is the chunk whose tile is shifted in.
func (r *run) loading() *chunk {
	if r.machine.loadsAhead() {
		return &r.ahead
	}
	return &r.now
}

// load shifts in a tile from cycle x on: one row, or all of them.
func (r *run) load(p *plan, c *chunk, x int64) {
	end := p.R
	if r.step {
		end = x + 1
		r.tally.loadCycle(p, c, x)
	} else {
		r.tally.loadAll(p, c)
	}
	r.engine.Schedule(sim.Cycle(end-x), r.id, loadDone, end, 0)
}

// stream runs chunk now from its cycle x on: one cycle, or all of them.
func (r *run) stream(p *plan, x int64) {
	end := p.cycles(&r.now)
	if r.step {
		end = x + 1
		r.tally.streamCycle(p, &r.now, r.now.start+x)
	} else {
		r.tally.streamAll(p, &r.now)
	}
	r.engine.Schedule(sim.Cycle(end-x), r.id, streamDone, end, 0)
}

// done notes that one thing has ended, and swaps the buffers after the last.
func (r *run) done(p *plan) {
	r.pending--
	if r.pending > 0 {
		return
	}
	r.behind, r.now = r.now, r.ahead
	wait := r.skip(p)
	r.ahead = p.after(&r.now)
	r.engine.Schedule(wait, r.id, swapped, 0, 0)
}

// skip goes over rounds of a loop that would repeat its second one, and
// returns the cycles they take. The last two rounds are left: one may be
// smaller, and the other fetches for it.
func (r *run) skip(p *plan) sim.Cycle {
	loop := chunkLoop // the one of which a round starts here
	for loop > productLoop && r.now.at[loop] == 0 {
		loop--
	}
	round, alike := r.now.at[loop], p.count[loop]-4
	if r.step || r.machine.unskipped || alike < 1 {
		return 0
	}
	before := &r.marks[loop]
	switch round {
	case 1:
		*before = mark{r.engine.Now(), r.tally}
	case 2:
		at := r.now.at
		at[loop] += alike
		r.now = p.chunk(at)
		r.tally.addTimes(alike, &before.tally)
		return sim.Cycle(alike) * (r.engine.Now() - before.at)
	}
	return 0
}

// exposedLoads is how long the array would load, and not stream, if neither the DRAM
// nor the activation unit were ever late.
func (r *run) exposedLoads(p *plan) sim.Cycle {
	if r.machine.loadsAhead() {
		return sim.Cycle(p.R)
	}
	return sim.Cycle(r.tally[loadCycles])
}

// finish books a kernel and starts the next.
func (r *run) finish(p *plan) {
	m, t := r.machine, &r.tally
	took := r.engine.Now() - r.from
	r.pass.Kernels[r.kernel] = took
	r.pass.Stalls[r.kernel] = took - sim.Cycle(t[streamCycles]) - r.exposedLoads(p)
	r.pass.Spent[r.kernel] = Spent{
		Streaming: sim.Cycle(t[streamCycles]), Loading: r.exposedLoads(p),
		DRAM: sim.Cycle(t[dramCycles]), Activation: sim.Cycle(t[operateCycles]),
	}
	r.pass.Busy[peComponent] += sim.Cycle(t[macs])
	r.pass.Busy[activationComponent] += sim.Cycle(t[operateCycles])
	r.pass.Busy[dramComponent] += sim.Cycle(t[dramCycles]) * sim.Cycle(m.cfg.DRAM.Channels)
	if b := m.cfg.DRAM.Bandwidth; b > 0 {
		exact := float64(t[dramBits]) / (float64(b) * float64(m.cfg.DRAM.Channels))
		r.pass.Rounding += unit.Second(max(0, m.clock.Seconds(sim.Cycle(t[dramCycles]))-exact))
	}
	r.pass.Rounding += unit.Second(float64(t[operateCycles]) * m.late)
	t[operated] = p.batch * p.kernel.Beside.Operations
	t[operands] = p.batch * p.kernel.Beside.Operands
	t[results] = p.batch * p.kernel.Beside.Results
	m.book(p, t)
	r.kernel++
	r.start()
}
