package digital

import "math/bits"

// activity is what some of a kernel's steps do.
type activity struct {
	issued, computing             int64 // instructions, and those of the ALU
	reads, writes                 int64 // of registers
	multiplies, adds, activations int64
	levels                        []levelActivity
}

// levelActivity is accesses of one level, but for what its instructions and
// serves count.
type levelActivity struct {
	instructions int64 // loads and stores that go to it
	serves       int64 // loads that wait for it, one for each line
	loads        int64
	stores       int64
	lineReads    int64
	lineFills    int64
	backs        int64
	lineWrites   int64
}

func (a *activity) clear() {
	levels := a.levels
	clear(levels)
	*a = activity{levels: levels}
}

// times is the activity so many times over.
func (a *activity) times(n int64) {
	for _, count := range []*int64{&a.issued, &a.computing, &a.reads, &a.writes, &a.multiplies, &a.adds, &a.activations} {
		*count *= n
	}
	for i := range a.levels {
		l := &a.levels[i]
		for _, count := range []*int64{&l.instructions, &l.serves, &l.loads, &l.stores, &l.lineReads, &l.lineFills, &l.backs, &l.lineWrites} {
			*count *= n
		}
	}
}

// The instructions, and what each does to the register file: once, and in every
// lane that it uses.
const (
	load = iota
	multiply
	multiplyHeld // by an operand that a scalar register holds over the run
	add
	loop
	store
	activate
	instructions
)

var registers = [instructions]struct{ reads, laneReads, writes, laneWrites int64 }{
	load:         {reads: 1, laneWrites: 1},
	multiply:     {laneReads: 2, laneWrites: 1},
	multiplyHeld: {reads: 1, laneReads: 1, laneWrites: 1},
	add:          {laneReads: 2, laneWrites: 1},
	loop:         {reads: 1, writes: 1},
	store:        {reads: 1, laneReads: 1},
	activate:     {laneReads: 2, laneWrites: 1},
}

// do executes instructions of a kind in so many lanes altogether.
func (a *activity) do(kind int, times, lanes int64) {
	each := &registers[kind]
	a.issued += times
	a.reads += each.reads*times + each.laneReads*lanes
	a.writes += each.writes*times + each.laneWrites*lanes
	switch kind {
	case multiply, multiplyHeld:
		a.multiplies += lanes
	case add:
		a.adds += lanes
	case loop:
		a.adds += times
	case activate:
		a.activations += lanes
	default:
		return
	}
	a.computing += times
}

// begins is what so many runs do before their first step: load what stays in a
// register. There is no sum to load yet where n starts.
func (p *plan) begins(a *activity, runs int64, summed bool) {
	held := p.held()
	if held == useY && !summed {
		return
	}
	a.do(load, runs, runs)
	p.loads(a, held, runs, 1)
}

// steps is so many steps of some lanes, in which the sum is loaded if there is
// one, and is finished or not.
func (p *plan) steps(a *activity, steps, lanes int64, summed, finished bool) {
	all, held := steps*lanes, p.held()
	for own := range useY {
		if own != held {
			a.do(load, steps, all)
			p.loads(a, own, steps, lanes)
		}
	}
	product := multiply
	if held != useY {
		product = multiplyHeld
	}
	a.do(product, steps, all)
	a.do(add, steps, all)
	a.do(loop, steps*p.loopInstructions, 0)
	if held == useY {
		return
	}
	if summed {
		a.do(load, steps, all)
		p.loads(a, useY, steps, lanes)
	}
	p.stores(a, steps, lanes, finished)
}

// ends is what so many runs of a length do after their last step, if it was the
// sum that stayed in a register: add up its lanes, and store it.
func (p *plan) ends(a *activity, runs, length int64, finished bool) {
	if p.held() != useY {
		return
	}
	lanes := min(p.nest.lanes, length)
	a.do(add, runs*int64(bits.Len64(uint64(lanes-1))), runs*(lanes-1))
	p.stores(a, runs, 1, finished)
}

// stores writes sums, or outputs once they are finished.
func (p *plan) stores(a *activity, steps, lanes int64, finished bool) {
	word := p.word[useY]
	if finished {
		word = p.output
		if p.kernel.Activation {
			a.do(activate, steps, steps*lanes)
		}
	}
	a.do(store, steps, steps*lanes)
	level := 0
	if p.operands[useY].around {
		level = p.home
	}
	a.levels[level].instructions += steps
	a.levels[level].stores += steps * p.memory.levels[level].accesses(word*lanes)
}

// loads reads words of an operand into registers.
func (p *plan) loads(a *activity, own int, steps, lanes int64) {
	level := 0
	if own == useY && p.operands[useY].around {
		level = p.home
		a.levels[level].serves += steps
	}
	a.levels[level].instructions += steps
	a.levels[level].loads += steps * p.memory.levels[level].accesses(p.word[own]*lanes)
}

// operate is what is computed beside the products: an instruction of the adder for a
// step, and loads and stores of numbers that are where the outputs are, one line
// after the other. Lanes work side by side.
func (p *plan) operate(a *activity) {
	beside := &p.kernel.Beside
	lanes := p.nest.lanes
	steps := func(n int64) int64 { return ceilDiv(n, lanes) }
	width := lanes * p.output
	if n := p.batch * beside.Operations; n > 0 {
		a.do(add, steps(n), n)
	}
	if n := p.batch * beside.Operands; n > 0 {
		lines := ceilDiv(n, p.wordsPerLine())
		a.do(load, steps(n), n)
		a.levels[0].instructions += steps(n)
		a.levels[0].loads += steps(n) * p.memory.levels[0].accesses(width)
		a.levels[0].serves += max(steps(n)-lines, 0)
		a.levels[p.home].serves += lines
		p.memory.serve(a, p.home, lines)
	}
	if n := p.batch * beside.Results; n > 0 {
		level := 0
		if p.operands[useY].around {
			level = p.home
		}
		a.do(store, steps(n), n)
		a.levels[level].instructions += steps(n)
		a.levels[level].stores += steps(n) * p.memory.levels[level].accesses(width)
		for above := level; above < p.home; above++ {
			p.memory.writeBack(a, above, ceilDiv(n, p.wordsPerLine()))
		}
	}
}

// wordsPerLine is how many outputs a line holds; without lines, one.
func (p *plan) wordsPerLine() int64 { return max(p.memory.line/p.output, 1) }

// product is all steps of one product.
func (p *plan) product(a *activity) {
	n := p.nest.size[axisN]
	p.nest.eachRun(func(runs, from, to int64) {
		if p.nest.inner() == axisN {
			p.runs(a, runs, to-from, from > 0, to == n)
			return
		}
		each := runs / n
		p.runs(a, each, to-from, false, n == 1)
		if n > 1 {
			p.runs(a, each*(n-2), to-from, true, false)
			p.runs(a, each, to-from, true, true)
		}
	})
}

func (p *plan) runs(a *activity, runs, length int64, summed, finished bool) {
	lanes := p.nest.lanes
	p.begins(a, runs, summed)
	p.steps(a, runs*(length/lanes), lanes, summed, finished)
	if rest := length % lanes; rest > 0 {
		p.steps(a, runs, rest, summed, finished)
	}
	p.ends(a, runs, length, finished)
}

// serve moves lines that a level serves, to all levels above it.
func (h *hierarchy) serve(a *activity, level int, lines int64) {
	if level > 0 {
		a.levels[level].lineReads += lines * h.levels[level].perLine
	}
	for k := range level {
		a.levels[k].lineFills += lines * h.levels[k].perLine
	}
}

// writeBack moves dirty lines from a level to the one below it.
func (h *hierarchy) writeBack(a *activity, level int, lines int64) {
	a.levels[level].backs += lines * h.levels[level].perLine
	a.levels[level+1].lineWrites += lines * h.levels[level+1].perLine
}

// lines is what the traffic of a product moves.
func (p *plan) lines(a *activity, t *traffic) {
	for kind := range accesses {
		for reason := range reasons {
			for level := range t.levels {
				count := t.at(kind, reason, level).count
				p.memory.serve(a, level, count)
				if kind != storeSum {
					a.levels[level].serves += count
				}
			}
		}
	}
	for level := range t.levels {
		for above := range level {
			p.memory.writeBack(a, above, t.dirty[level])
		}
	}
	if !p.operands[useY].around {
		for level := range p.home {
			p.memory.writeBack(a, level, p.operands[useY].lines(p.nest.size))
		}
	}
}
