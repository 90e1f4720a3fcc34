package analog

import (
	"fmt"

	"xbar/sim"
	"xbar/sim/trace"
)

// tracks names what happens on a trace's tracks: waves on the chip's, stages
// and programming on each array's. Without a recorder it does nothing.
type tracks struct {
	recorder *trace.Recorder
	chip     trace.TrackID
	arrays   map[int]trace.TrackID
}

func newTracks(r *trace.Recorder) tracks {
	t := tracks{recorder: r}
	if r != nil {
		t.chip = r.Track("chip")
		t.arrays = map[int]trace.TrackID{}
	}
	return t
}

func (t *tracks) array(c *Chip, index int) trace.TrackID {
	id, ok := t.arrays[index]
	if !ok {
		perTile := c.machine.Chip.ArraysPerTile
		id = t.recorder.Track(fmt.Sprintf("tile%d/array%d", index/perTile, index%perTile))
		t.arrays[index] = id
	}
	return id
}

func (t *tracks) stage(a *array, name string, from, to sim.Cycle) {
	if t.recorder != nil {
		t.recorder.Span(t.array(a.chip, a.index), name, from, to)
	}
}

func (t *tracks) loaded(c *Chip, l *load) {
	if t.recorder != nil {
		t.recorder.Span(t.array(c, l.array), "program", l.began, c.engine.Now())
	}
}

func (t *tracks) endOfWave(c *Chip, w *planned, now sim.Cycle) {
	if t.recorder != nil && w.vectors > 0 {
		t.recorder.Span(t.chip, w.spec.kernel.Name, c.waveFrom, now)
	}
}
