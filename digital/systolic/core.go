package systolic

import "xbar/sim"

// core runs a kernel on the array. Between two swaps of the buffers the array
// computes chunk now, while the DRAM stores what behind left and fetches what
// ahead needs.
type core struct {
	engine     *sim.Engine
	id         sim.ComponentID
	dram       *sim.Resource
	channel    sim.Link // of its servers
	step       bool
	loadsAhead bool
	unskipped  bool
	watch      func(loading bool, took sim.Cycle, macs int64) // hears of all that the array begins, and has rounds gone through; nil: nobody
	done       func() error                                   // hears that the kernel is
	unit       *sim.Resource                                  // that activates; nil: it is not the array's
	operating  func(p *plan, c *chunk) sim.Cycle              // it works on what leaves with a chunk

	plan               *plan
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

// start begins a kernel.
func (r *core) start(p *plan) {
	r.plan, r.from, r.tally = p, r.engine.Now(), tally{}
	r.behind, r.now, r.ahead = chunk{}, chunk{}, p.chunk(position{})
	r.engine.Schedule(0, r.id, swapped, 0, 0)
}

// Handle goes on with what has just ended.
func (r *core) Handle(e sim.Event) error {
	p := r.plan
	switch {
	case e.Kind == swapped && (r.behind.live || r.now.live || r.ahead.live):
		r.begin(p)
	case e.Kind == swapped:
		return r.done()
	case e.Kind == fetchDone && r.loadsAhead && r.ahead.first:
		r.load(p, &r.ahead, 0)
	case e.Kind == loadDone && e.A < p.R:
		r.load(p, r.loading(), e.A)
	case e.Kind == loadDone && !r.loadsAhead:
		r.stream(p, 0)
	case e.Kind == streamDone && e.A < p.cycles(&r.now):
		r.stream(p, e.A)
	default:
		r.ended(p)
	}
	return nil
}

// begin starts all that happens up to the next swap. The DRAM writes first, so
// that spilled partial sums are there when they are fetched.
func (r *core) begin(p *plan) {
	r.pending = 1
	if r.behind.live {
		r.store(p, &r.behind)
	}
	if a := &r.ahead; a.live {
		for t := range tensors {
			r.tally[fetched+t] += a.fetch[t]
		}
		r.tally[bitsIn] += a.in
		r.transfer(fetchDone, a.in)
	}
	if r.now.live {
		r.pending++
		if r.now.first && p.loads() && !r.loadsAhead {
			r.load(p, &r.now, 0)
		} else {
			r.stream(p, 0)
		}
	}
	r.ended(p)
}

// store sends what a chunk left through the activation unit to the DRAM, or to where
// the next kernel finds it.
func (r *core) store(p *plan, c *chunk) {
	if p.kernel.Activation {
		r.tally[applied] += c.store
	}
	r.operate(p, c)
	r.tally[taken] += c.store
	r.tally[spilled] += c.spill
	if p.kept {
		r.tally[kept] += c.store
	} else {
		r.tally[stored] += c.store
	}
	r.tally[bitsOut] += c.out
	if c.out > 0 {
		r.transfer(storeDone, c.out)
	}
}

// operate has the activation unit at what leaves with a chunk.
func (r *core) operate(p *plan, c *chunk) {
	if r.unit == nil {
		return
	}
	if cycles := r.operating(p, c); cycles > 0 {
		r.pending++
		r.tally[operateCycles] += int64(cycles)
		r.unit.Request(0, cycles, r.id, operateDone, 0, 0)
	}
}

// transfer moves bits over the DRAM's channels.
func (r *core) transfer(kind int32, bits int64) {
	r.pending++
	cycles := r.channel.Cycles(bits)
	r.tally[dramCycles] += int64(cycles)
	if cycles == 0 {
		r.engine.Schedule(0, r.id, kind, 0, 0)
		return
	}
	r.dram.Request(0, cycles, r.id, kind, 0, 0)
}

// loading is the chunk whose tile is shifted in.
func (r *core) loading() *chunk {
	if r.loadsAhead {
		return &r.ahead
	}
	return &r.now
}

// load shifts in a tile from cycle x on: one row, or all of them.
func (r *core) load(p *plan, c *chunk, x int64) {
	end := p.R
	if r.step {
		end = x + 1
		r.tally.loadCycle(p, c, x)
	} else {
		r.tally.loadAll(p, c)
	}
	if r.watch != nil {
		r.watch(true, sim.Cycle(end-x), 0)
	}
	r.engine.Schedule(sim.Cycle(end-x), r.id, loadDone, end, 0)
}

// stream runs chunk now from its cycle x on: one cycle, or all of them.
func (r *core) stream(p *plan, x int64) {
	end, before := p.cycles(&r.now), r.tally[macs]
	if r.step {
		end = x + 1
		r.tally.streamCycle(p, &r.now, r.now.start+x)
	} else {
		r.tally.streamAll(p, &r.now)
	}
	if r.watch != nil {
		r.watch(false, sim.Cycle(end-x), r.tally[macs]-before)
	}
	r.engine.Schedule(sim.Cycle(end-x), r.id, streamDone, end, 0)
}

// ended notes that one thing has ended, and swaps the buffers after the last.
func (r *core) ended(p *plan) {
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
func (r *core) skip(p *plan) sim.Cycle {
	loop := chunkLoop // the one of which a round starts here
	for loop > productLoop && r.now.at[loop] == 0 {
		loop--
	}
	round, alike := r.now.at[loop], p.count[loop]-4
	if r.step || r.unskipped || p.outside.crosses() || alike < 1 {
		return 0
	}
	before := &r.marks[loop]
	switch {
	case round == 1:
		*before = mark{r.engine.Now(), r.tally}
	case round == 2 && r.watch == nil:
		at := r.now.at
		at[loop] += alike
		r.now = p.chunk(at)
		r.tally.addTimes(alike, &before.tally)
		return sim.Cycle(alike) * (r.engine.Now() - before.at)
	}
	return 0
}
