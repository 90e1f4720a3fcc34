package trace

import (
	"fmt"

	"xbar/sim"
)

// TrackID names a track of one recorder.
type TrackID int32

// Recorder collects spans and counters. Nil is a recorder that is off. It is
// not safe for concurrent use.
type Recorder struct {
	limit   int
	dropped int64
	tracks  []string // paths, by TrackID
	byPath  map[string]TrackID
	records []record
}

// record is a span, or a counter's value from start on.
type record struct {
	track      TrackID
	counter    bool
	name       string
	start, end sim.Cycle
	value      float64
}

// New is a recorder of at most limit spans and counter values.
func New(limit int) *Recorder {
	return &Recorder{limit: limit, byPath: make(map[string]TrackID)}
}

// Track is the track of a component's path; the same path has the same track.
func (r *Recorder) Track(path string) TrackID {
	if r == nil {
		return 0
	}
	t, known := r.byPath[path]
	if !known {
		t = TrackID(len(r.tracks))
		r.tracks = append(r.tracks, path)
		r.byPath[path] = t
	}
	return t
}

// Span records that the component did something from start until end. Spans
// of one track should follow one another or nest, as calls do: viewers draw
// no others. So each of several servers gets a track of its own. It panics if
// end is before start, or the track is not the recorder's.
func (r *Recorder) Span(t TrackID, name string, start, end sim.Cycle) {
	if r != nil {
		r.span(t, name, start, end)
	}
}

// Counter records a value that holds from a cycle on, such as a queue's
// length. It panics if the track is not the recorder's.
func (r *Recorder) Counter(t TrackID, name string, at sim.Cycle, value float64) {
	if r != nil {
		r.counter(t, name, at, value)
	}
}

// Dropped is the number of records that were beyond the limit.
func (r *Recorder) Dropped() int64 {
	if r == nil {
		return 0
	}
	return r.dropped
}

func (r *Recorder) span(t TrackID, name string, start, end sim.Cycle) {
	if end < start {
		panic(fmt.Sprintf("trace: span %s ends in cycle %d and starts in %d", name, end, start))
	}
	r.add(record{track: t, name: name, start: start, end: end})
}

// counter stays a call, so that Counter is small enough to be inlined.
//
//go:noinline
func (r *Recorder) counter(t TrackID, name string, at sim.Cycle, value float64) {
	r.add(record{track: t, counter: true, name: name, start: at, end: at, value: value})
}

func (r *Recorder) add(x record) {
	if x.track < 0 || int(x.track) >= len(r.tracks) {
		panic(fmt.Sprintf("trace: %s on track %d of %d", x.name, x.track, len(r.tracks)))
	}
	if len(r.records) >= r.limit {
		r.dropped++
		return
	}
	r.records = append(r.records, x)
}
