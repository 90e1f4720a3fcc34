package analog

import (
	"fmt"

	"xbar/crossbar"
	"xbar/sim"
)

// arrays steps every array of a wave by itself, an event for each stage of
// each read: the granularity that traces show, and an account of time and
// counts that shares nothing with [crossbar.Pipeline].
type arrays struct {
	chip *Chip
	byID map[int]*array
}

func newArrays(c *Chip) *arrays { return &arrays{chip: c, byID: map[int]*array{}} }

const (
	evFront int32 = iota
	evConverted
	evCoded
	evShifted
)

// array is one array's read path. Reads are numbered through its copy's vectors:
// read r belongs to the copy's vector r / reads.
type array struct {
	chip   *Chip
	index  int
	spent  reads // since its wave began
	id     sim.ComponentID
	lane   *lane
	wave   *wave           // its
	timing crossbar.Timing // of a row group, a stage a phase
	group  group
	tile   tile

	allowed  int64 // reads of activated vectors
	started  int64 // fronts
	sampled  int64
	queued   int64 // samples that wait for the converters
	summed   int64
	banks    int
	driving  bool
	queue    int64 // reads that left the queue for the converters
	busy     bool  // the converters work, or hold a code that is not taken
	held     bool  // they hold one that is not taken
	codes    int64 // that wait for the shift-add
	shifting bool
	fronts   [2]sim.Cycle // when the last reads began, as many as there are banks at most; traced
}

// start readies the arrays of a copy.
func (as *arrays) start(n *lane) {
	w := &n.wave
	n.units = n.units[:0]
	for i, index := range w.arrays {
		a := as.byID[index]
		if a == nil {
			a = &array{chip: as.chip, index: index}
			a.id = as.chip.engine.Register(fmt.Sprintf("tile%d/array%d",
				index/as.chip.machine.Chip.ArraysPerTile, index%as.chip.machine.Chip.ArraysPerTile), a)
			as.byID[index] = a
		}
		t := w.shape(i)
		g := as.chip.newGroup(w.spec, t)
		path := as.chip.timings.stepped(as.chip.machine, &as.chip.readout, w.spec, g.converted)
		*a = array{chip: a.chip, index: a.index, id: a.id, lane: n, wave: w, timing: path, group: g, tile: t, banks: path.Banks}
		n.units = append(n.units, a)
	}
}

// activate lets every array of a copy read one more vector.
func (as *arrays) activate(n *lane) {
	for _, a := range n.units {
		a.allowed += a.group.reads
		a.advance()
	}
}

// Handle receives the end of a stage.
func (a *array) Handle(ev sim.Event) error {
	switch ev.Kind {
	case evFront:
		a.sample()
	case evConverted:
		a.converted(ev.A)
	case evCoded:
		a.codes++
	case evShifted:
		a.sum()
	}
	a.advance()
	return nil
}

// advance starts whatever stage has its input and its resource.
func (a *array) advance() {
	if a.codes > 0 && !a.shifting {
		a.codes--
		a.shifting = true
		if a.held {
			a.held, a.busy = false, !a.timing.Pipelined
		}
		a.spent.shifting += a.timing.ShiftAdd
		a.chip.engine.Schedule(a.timing.ShiftAdd, a.id, evShifted, 0, 0)
		if t := a.chip.tracks; t != nil {
			t.shifts(a, a.summed)
		}
	}
	if a.queued > 0 && !a.busy {
		a.queued--
		a.busy = true
		read := a.queue
		a.queue++
		convert := a.timing.Stages[read%int64(len(a.timing.Stages))].Convert
		a.spent.converting += convert
		a.chip.engine.Schedule(convert, a.id, evConverted, read, 0)
		if t := a.chip.tracks; t != nil {
			t.converts(a, read)
		}
	}
	if a.started < a.allowed && !a.driving && a.banks > 0 {
		a.driving = true
		front := a.timing.Stages[a.started%int64(len(a.timing.Stages))].Front
		a.chip.reading += front
		a.spent.driving += front
		a.banks--
		a.bookRead(a.started % a.group.reads)
		a.started++
		a.chip.engine.Schedule(front, a.id, evFront, 0, 0)
		if t := a.chip.tracks; t != nil {
			t.reads(a, a.started-1)
		}
	}
}

// bookRead charges read i of a vector: row groups outer, phases inner.
func (a *array) bookRead(i int64) {
	c := a.chip
	if c.exact(a.wave) {
		return // the data decides, when the vector is activated
	}
	phases := int64(len(a.wave.spec.stages))
	rows, b := a.group.at(i/phases, c.activeRows())
	slices := a.wave.spec.stages[i%phases].slices
	rows *= slices
	c.ledger.Add(a.wave.phase, c.accounts.load, rows)
	c.ledger.Add(a.wave.phase, c.accounts.drive, rows)
	c.ledger.Add(a.wave.phase, c.accounts.read, rows*b.columns)
	c.ledger.Add(a.wave.phase, c.accounts.activate, slices)
}

// sums is how many a read gives.
func (a *array) sums(read int64) int64 {
	_, b := a.group.at(read%a.group.reads/int64(len(a.wave.spec.stages)), 0)
	return b.converted
}

func (a *array) sample() {
	c := a.chip
	s := a.stage(a.sampled)
	sums := a.sums(a.sampled)
	c.bookSamples(a.wave, sums*s.slices)
	c.bookIntegration(a.wave, sums*s.steps)
	a.driving = false
	a.queued++
	a.sampled++
	if a.sampled%a.group.reads == 0 {
		c.engine.Schedule(0, c.self, evDriven, a.lane.global(a.sampled/a.group.reads-1), a.lane.line.index)
	}
}

func (a *array) converted(read int64) {
	c := a.chip
	s := a.stage(read)
	sums := a.sums(read)
	c.ledger.Add(a.wave.phase, s.account, sums)
	c.converting += times(sums, s.interval)
	if a.timing.Pipelined {
		a.banks++
	}
	if s.delay == 0 {
		a.codes, a.held = a.codes+1, true
		return
	}
	a.busy = !a.timing.Pipelined
	c.engine.Schedule(s.delay, a.id, evCoded, 0, 0)
}

// stage is that of a read.
func (a *array) stage(read int64) *stage {
	stages := a.wave.spec.stages
	return &stages[read%int64(len(stages))]
}

func (a *array) sum() {
	c := a.chip
	c.ledger.Add(a.wave.phase, c.accounts.shift, a.sums(a.summed))
	c.shifting += a.timing.ShiftAdd
	a.shifting = false
	if !a.timing.Pipelined {
		a.busy = false
		a.banks++
	}
	a.summed++
	if a.summed%a.group.reads == 0 {
		c.ledger.Add(a.wave.phase, c.accounts.correct, c.corrections(a.wave.spec, a.tile))
		c.engine.Schedule(0, c.self, evResult, a.lane.global(a.summed/a.group.reads-1), a.lane.line.index)
	}
}
