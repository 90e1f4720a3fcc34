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
	wave []*array // of the current wave
}

func newArrays(c *Chip) *arrays { return &arrays{chip: c, byID: map[int]*array{}} }

const (
	evFront int32 = iota
	evConverted
	evShifted
)

// array is one array's read path. Reads are numbered through the wave: read r
// belongs to vector r / reads.
type array struct {
	chip    *Chip
	index   int
	id      sim.ComponentID
	wave    *wave
	timing  crossbar.Timing
	group   group
	rows    int64 // of the tile
	weights int64 // logical columns of the tile

	allowed  int64 // reads of activated vectors
	started  int64 // fronts
	sampled  int64
	queued   int64 // samples that wait for the converters
	summed   int64
	banks    int
	driving  bool
	busy     bool // the converters work, or hold a code that is not taken
	code     bool // they hold one
	shifting bool
}

// start readies the arrays of a wave.
func (as *arrays) start(w *wave) {
	as.wave = as.wave[:0]
	for i, index := range w.plan.Arrays {
		a := as.byID[index]
		if a == nil {
			a = &array{chip: as.chip, index: index}
			a.id = as.chip.engine.Register(fmt.Sprintf("tile%d/array%d",
				index/as.chip.machine.Chip.ArraysPerTile, index%as.chip.machine.Chip.ArraysPerTile), a)
			as.byID[index] = a
		}
		rows, weights := w.shape(i)
		g := as.chip.newGroup(w.spec, rows, weights)
		t := as.chip.timings.pipeline(as.chip.machine, g.columns)
		*a = array{chip: a.chip, index: a.index, id: a.id, wave: w, timing: t, group: g, rows: rows, weights: weights, banks: t.Banks}
		as.wave = append(as.wave, a)
	}
}

// activate lets every array of the wave read one more vector.
func (as *arrays) activate(*wave, int64) {
	for _, a := range as.wave {
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
		a.converted()
	case evShifted:
		a.sum()
	}
	a.advance()
	return nil
}

// advance starts whatever stage has its input and its resource.
func (a *array) advance() {
	now := a.chip.engine.Now()
	if a.code && !a.shifting {
		a.code, a.shifting = false, true
		a.busy = !a.timing.Pipelined
		a.chip.engine.Schedule(a.timing.ShiftAdd, a.id, evShifted, 0, 0)
		a.chip.tracks.stage(a, "shift-add", now, now+a.timing.ShiftAdd)
	}
	if a.queued > 0 && !a.busy {
		a.queued--
		a.busy = true
		a.chip.engine.Schedule(a.timing.Convert, a.id, evConverted, 0, 0)
		a.chip.tracks.stage(a, "convert", now, now+a.timing.Convert)
	}
	if a.started < a.allowed && !a.driving && a.banks > 0 {
		a.driving = true
		a.chip.reading += a.timing.Front
		a.banks--
		a.bookRead(a.started % a.group.reads)
		a.started++
		a.chip.engine.Schedule(a.timing.Front, a.id, evFront, 0, 0)
		a.chip.tracks.stage(a, "read", now, now+a.timing.Front)
	}
}

// bookRead charges read i of a vector: row groups outer, input slices inner.
func (a *array) bookRead(i int64) {
	c := a.chip
	if c.exact(a.wave) {
		return // the data decides, when the vector is activated
	}
	active := c.activeRows()
	rows := min(active, a.group.rows-i/a.wave.spec.slices*active)
	c.ledger.Add(a.wave.phase, c.accounts.load, rows)
	c.ledger.Add(a.wave.phase, c.accounts.drive, rows)
	c.ledger.Add(a.wave.phase, c.accounts.read, rows*a.group.columns)
}

func (a *array) sample() {
	c := a.chip
	c.ledger.Add(a.wave.phase, c.accounts.hold, a.group.columns)
	a.driving = false
	a.queued++
	a.sampled++
	if a.sampled%a.group.reads == 0 {
		c.engine.Schedule(0, c.self, evDriven, a.sampled/a.group.reads-1, 0)
	}
}

func (a *array) converted() {
	c := a.chip
	c.ledger.Add(a.wave.phase, c.accounts.convert, a.group.columns)
	a.code = true
	if a.timing.Pipelined {
		a.banks++
	}
}

func (a *array) sum() {
	c := a.chip
	c.ledger.Add(a.wave.phase, c.accounts.shift, a.group.columns)
	c.shifting += a.timing.ShiftAdd
	a.shifting = false
	if !a.timing.Pipelined {
		a.busy = false
		a.banks++
	}
	a.summed++
	if a.summed%a.group.reads == 0 {
		c.ledger.Add(a.wave.phase, c.accounts.correct, c.corrections(a.wave.spec, a.rows, a.weights))
		c.engine.Schedule(0, c.self, evResult, a.summed/a.group.reads-1, 0)
	}
}
