package trace

import (
	"fmt"

	"xbar/sim"
)

// TrackID names a track of one recorder, What what a track does or waits for, and
// LevelID a counter of bytes.
type (
	TrackID int32
	What    int32
	LevelID int32
)

// Recorder collects what one machine does. It is not safe for concurrent use.
type Recorder struct {
	Name  string // of the machine
	Clock sim.Clock
	Most  int64 // pieces of work, with which the recording is full

	work   int64
	cut    bool
	slow   sim.Clock // a million times slower
	limit  int       // of spans
	now    sim.Cycle
	whats  []what
	byName map[what]What
	both   map[[2]What]What
	tracks []track
	byPath map[string]TrackID
	power  []string // categories
	levels []level
	acts   []act
	ended  sim.Cycle
}

// what is a kind of span.
type what struct {
	name string
	idle bool
}

// perSpan is how much work there may be for every span that is kept.
const perSpan = 100

// New is a recorder of a machine, of at most limit spans, and of 100 times as much work.
func New(name string, limit int) *Recorder {
	return &Recorder{Name: name, Most: perSpan * int64(limit), limit: limit, byName: map[what]What{}, both: map[[2]What]What{}, byPath: map[string]TrackID{}}
}

// Doing is a name for work.
func (r *Recorder) Doing(name string) What { return r.what(name, false) }

// Waiting is a name for idling for a cause.
func (r *Recorder) Waiting(cause string) What { return r.what(cause, true) }

func (r *Recorder) what(name string, idle bool) What {
	w, known := r.byName[what{name, idle}]
	if !known {
		w = What(len(r.whats))
		r.byName[what{name, idle}] = w
		r.whats = append(r.whats, what{name, idle})
	}
	return w
}

// together is a name for two kinds of work at once.
func (r *Recorder) together(a, b What) What {
	if a == b {
		return a
	}
	key := [2]What{min(a, b), max(a, b)}
	w, known := r.both[key]
	if !known {
		w = r.what(union(r.whats[key[0]].name, r.whats[key[1]].name), false)
		r.both[key] = w
	}
	return w
}

// Track is the track of a component's path; the same path has the same track. Of parts
// of a component, such as one of many arrays, profiles are not kept.
func (r *Recorder) Track(path string, part bool) TrackID {
	t, known := r.byPath[path]
	if !known {
		t = TrackID(len(r.tracks))
		r.tracks = append(r.tracks, track{path: path, part: part, from: r.began()})
		r.byPath[path] = t
	}
	return t
}

// began is the start of the first act.
func (r *Recorder) began() sim.Cycle {
	if len(r.acts) == 0 {
		return 0
	}
	return r.acts[0].from
}

// Power names the categories of energy.
func (r *Recorder) Power(categories []string) { r.power = categories }

// Level is a counter of the bytes that a buffer holds, of a capacity.
func (r *Recorder) Level(path string, capacity float64) LevelID {
	r.levels = append(r.levels, level{path: path, capacity: capacity})
	return LevelID(len(r.levels) - 1)
}

// Act begins an act, which ends the one before it. There must be one before anything
// else is recorded.
func (r *Recorder) Act(name string, at sim.Cycle) {
	r.hold(at)
	r.closeAct(at)
	r.acts = append(r.acts, act{name: name, from: at, to: sim.Forever, power: make([]profile, len(r.power))})
}

func (r *Recorder) closeAct(at sim.Cycle) {
	if n := len(r.acts); n > 0 {
		r.acts[n-1].to = at
	}
}

// Now says that all that will be announced starts at this cycle or later.
func (r *Recorder) Now(at sim.Cycle) { r.now = at }

// Spend books joules of a category, evenly from one cycle up to another.
func (r *Recorder) Spend(category int, from, to sim.Cycle, joules float64) {
	if joules == 0 {
		return
	}
	a := r.actAt(from)
	a.power[category].add(from-a.from, to-a.from, joules)
}

// actAt is the act of a cycle: where one ends and another begins, the later one.
func (r *Recorder) actAt(at sim.Cycle) *act {
	for i := len(r.acts) - 1; i > 0; i-- {
		if at >= r.acts[i].from {
			return &r.acts[i]
		}
	}
	return &r.acts[0]
}

// level is a counter.
type level struct {
	path     string
	capacity float64
	value    float64
	since    sim.Cycle
}

// Set says what a counter is from a cycle on.
func (r *Recorder) Set(id LevelID, at sim.Cycle, bytes float64) {
	l := &r.levels[id]
	r.holdLevel(id, at)
	l.value = bytes
}

// hold notes what all counters have been up to a cycle.
func (r *Recorder) hold(at sim.Cycle) {
	for id := range r.levels {
		r.holdLevel(LevelID(id), at)
	}
}

func (r *Recorder) holdLevel(id LevelID, at sim.Cycle) {
	l := &r.levels[id]
	if at > l.since && len(r.acts) > 0 {
		a := &r.acts[len(r.acts)-1]
		for len(a.levels) <= int(id) {
			a.levels = append(a.levels, profile{})
		}
		if from := max(l.since, a.from); from < at {
			a.levels[id].raise(from-a.from, at-a.from, l.value)
		}
	}
	l.since = at
}

// Full reports whether there is so much work that the recording should be cut.
func (r *Recorder) Full() bool { return r.work >= r.Most }

// Cut ends the recording before the run ends: what goes on is cut off. What tracks wait
// for then may not be known.
func (r *Recorder) Cut(at sim.Cycle, unknown What) {
	for t := range r.tracks {
		r.layUpTo(TrackID(t), at)
		track := &r.tracks[t]
		track.open.end = min(track.open.end, at)
		r.close(TrackID(t))
		if x := track.pending.first(); x != nil {
			x.start = at
			r.idle(TrackID(t), x)
		}
		r.emit(TrackID(t), span{start: track.from, end: at, what: unknown, of: -1})
	}
	r.hold(at)
	r.closeAct(at)
	r.ended, r.cut = at, true
}

// IsCut reports whether the run went on after the recording.
func (r *Recorder) IsCut() bool { return r.cut }

// Length is how long the recording is, in seconds.
func (r *Recorder) Length() float64 { return r.Clock.Seconds(r.ended) }

// Finish ends the recording: all that was announced is laid, and the rest of every
// track up to the end is idle, for nothing is left to do. It returns an error if
// something was announced to start before it was announced.
func (r *Recorder) Finish(at sim.Cycle, nothing What) error {
	for t := range r.tracks {
		r.layUpTo(TrackID(t), sim.Forever)
		at = max(at, r.tracks[t].open.end)
	}
	for t := range r.tracks {
		track := &r.tracks[t]
		r.close(TrackID(t))
		r.emit(TrackID(t), span{start: track.from, end: at, what: nothing, of: -1})
		if track.late > 0 {
			return fmt.Errorf("trace: %d spans of %s were announced too late", track.late, track.path)
		}
	}
	r.hold(at)
	r.closeAct(at)
	r.ended = at
	return nil
}
