package trace

import (
	"slices"
	"strings"

	"xbar/sim"
)

// Waits says what work was waiting for before it began: each cause up to a cycle. From
// the last cycle on it waited for what its track calls for.
type Waits struct {
	n     int
	marks [14]mark
}

type mark struct {
	until sim.Cycle
	cause What
}

// Until adds a cause. A cycle before that of the one before it adds nothing.
func (w *Waits) Until(at sim.Cycle, cause What) {
	if w.n > 0 && at <= w.marks[w.n-1].until {
		return
	}
	if w.n > 0 && w.marks[w.n-1].cause == cause {
		w.marks[w.n-1].until = at
		return
	}
	if w.n == len(w.marks) {
		w.marks[w.n-1].until = at
		return
	}
	w.marks[w.n] = mark{at, cause}
	w.n++
}

// Work is something that a component's instances do from one cycle up to another.
type Work struct {
	What       What
	Start, End sim.Cycle
	Busy       int64  // cycles of all instances together
	Of         string // the kernel that it is for, and the number of what it does there
	Number     int64
}

// track is a component's time: laid up to where open ends, and announced beyond.
type track struct {
	path    string
	part    bool
	from    sim.Cycle // the end of what has been emitted
	open    span      // laid and not closed; none where it ends before it starts
	laying  bool
	pending queue
	late    int
}

// announced is work that is not laid.
type announced struct {
	span
	waits Waits
	order int64 // of its announcement
}

func (x *announced) before(y *announced) bool {
	return x.start < y.start || x.start == y.start && x.order < y.order
}

// queue is a heap of what is announced, first the first that starts.
type queue struct {
	all   []announced // in any order
	free  []int32     // of them
	heap  []int32
	order int64
}

// push is room for one more, of a start.
func (q *queue) push(x *announced) {
	i := int32(len(q.all))
	if n := len(q.free); n > 0 {
		i, q.free = q.free[n-1], q.free[:n-1]
		q.all[i] = *x
	} else {
		q.all = append(q.all, *x)
	}
	q.order++
	q.all[i].order = q.order
	q.heap = append(q.heap, i)
	for at := len(q.heap) - 1; at > 0; {
		up := (at - 1) / 2
		if !q.all[q.heap[at]].before(&q.all[q.heap[up]]) {
			return
		}
		q.heap[at], q.heap[up] = q.heap[up], q.heap[at]
		at = up
	}
}

// first is what starts first; nil: there is nothing.
func (q *queue) first() *announced {
	if len(q.heap) == 0 {
		return nil
	}
	return &q.all[q.heap[0]]
}

// drop drops it.
func (q *queue) drop() {
	last := len(q.heap) - 1
	q.free = append(q.free, q.heap[0])
	q.heap[0] = q.heap[last]
	q.heap = q.heap[:last]
	for at := 0; ; {
		next := at
		for down := 2*at + 1; down <= 2*at+2 && down < last; down++ {
			if q.all[q.heap[down]].before(&q.all[q.heap[next]]) {
				next = down
			}
		}
		if next == at {
			return
		}
		q.heap[at], q.heap[next] = q.heap[next], q.heap[at]
		at = next
	}
}

// span is what a track did from start up to end.
type span struct {
	start, end sim.Cycle
	busy       int64
	what       What
	of         What  // of whom; −1: nobody
	number     int64 // of the first
	count      int32 // how many became one
	sums       int32 // what a stretch that is summed up holds; 0: it is not
}

// Busy announces work. The gap before it, if there is one, is idle for what it waits
// for. Work of no length is none.
func (r *Recorder) Busy(t TrackID, x *Work, waits *Waits) {
	if x.Start == x.End {
		return
	}
	track := &r.tracks[t]
	if x.Start < r.now || x.End < x.Start {
		track.late++
		return
	}
	r.work++
	r.layUpTo(t, r.now)
	p := r.announced(x, waits)
	track.pending.push(&p)
}

func (r *Recorder) announced(x *Work, waits *Waits) announced {
	of := What(-1)
	if x.Of != "" {
		of = r.what(x.Of, false)
	}
	return announced{span{start: x.Start, end: x.End, busy: x.Busy, what: x.What, of: of, number: x.Number, count: 1}, *waits, 0}
}

// Lay lays work that is done on a track on which nothing is announced, behind all that
// was laid there.
func (r *Recorder) Lay(t TrackID, x *Work, waits *Waits) {
	if x.Start < x.End {
		p := r.announced(x, waits)
		r.lay(t, &p)
	}
}

// layUpTo lays what starts before a cycle.
func (r *Recorder) layUpTo(t TrackID, at sim.Cycle) {
	q := &r.tracks[t].pending
	for x := q.first(); x != nil && x.start < at; x = q.first() {
		r.lay(t, x)
		q.drop()
	}
}

// lay puts work on a track, behind all that starts before it.
func (r *Recorder) lay(t TrackID, x *announced) {
	track := &r.tracks[t]
	if o := &track.open; track.laying && x.start < o.end {
		o.end = max(o.end, x.end)
		o.busy += x.busy
		o.count++
		o.what = r.together(o.what, x.what)
		if o.of != x.of {
			o.of = -1
		}
		return
	}
	r.close(t)
	r.idle(t, x)
	track.open, track.laying = x.span, true
}

// close emits what is laid.
func (r *Recorder) close(t TrackID) {
	track := &r.tracks[t]
	if track.laying {
		r.emit(t, track.open)
		track.laying = false
	}
}

// idle emits the gap before work, cut by what it waited for.
func (r *Recorder) idle(t TrackID, x *announced) {
	track := &r.tracks[t]
	for i := range x.waits.n {
		m := &x.waits.marks[i]
		until := min(m.until, x.start)
		if i == x.waits.n-1 {
			until = x.start
		}
		if until > track.from {
			r.emit(t, span{start: track.from, end: until, what: m.cause, of: -1})
		}
	}
}

// emit appends a span to the acts in which it lies. What it kept instances busy for is
// of the first of them.
func (r *Recorder) emit(t TrackID, s span) {
	for s.start < s.end {
		a := r.actAt(s.start)
		piece := s
		piece.end = min(s.end, a.to)
		a.take(r, t, piece)
		s.start, s.busy, s.count = piece.end, 0, 0
	}
	r.tracks[t].from = max(r.tracks[t].from, s.end)
}

// union is the names in either of two lists of them, in the order of the alphabet: which
// of two began first in a cycle says nothing.
func union(a, b string) string {
	const and = " + "
	names := strings.Split(a, and)
	for _, name := range strings.Split(b, and) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, and)
}
