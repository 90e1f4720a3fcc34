package trace

import (
	"slices"

	"xbar/sim"
)

// act is a part of the run.
type act struct {
	name           string
	from, to       sim.Cycle
	window, period sim.Cycle // spans that start in the first window cycles of every period are kept; 0: all are
	kept           int       // spans
	tracks         []record  // by TrackID
	power          []profile // joules, by category
	levels         []profile // bytes, by LevelID
}

// record is what an act holds of a track.
type record struct {
	busy     int64 // cycles of all instances
	cycles   []sim.Cycle
	profiles []profile // cycles, by What
	spans    []span
	sums     [][]share // of stretches that are summed up; the first is none
}

// share is how long a stretch went by with something.
type share struct {
	what   What
	cycles sim.Cycle
}

// of is the act's record of a track.
func (a *act) of(t TrackID) *record {
	for len(a.tracks) <= int(t) {
		a.tracks = append(a.tracks, record{sums: make([][]share, 1)})
	}
	return &a.tracks[t]
}

// take adds a span that lies in the act.
func (a *act) take(r *Recorder, t TrackID, s span) {
	rec := a.of(t)
	for len(rec.cycles) <= int(s.what) {
		rec.cycles = append(rec.cycles, 0)
	}
	if !r.tracks[t].part {
		for len(rec.profiles) <= int(s.what) {
			rec.profiles = append(rec.profiles, profile{})
		}
		rec.profiles[s.what].add(s.start-a.from, s.end-a.from, float64(s.end-s.start))
	}
	rec.cycles[s.what] += s.end - s.start
	rec.busy += s.busy
	if a.keeps(s.start) {
		rec.spans = append(rec.spans, s)
		a.kept++
	} else {
		a.kept += rec.sumUp(s)
	}
	if a.kept > r.limit/4 {
		r.thin()
	}
}

// keeps reports whether a span that starts then is kept.
func (a *act) keeps(start sim.Cycle) bool {
	return a.period == 0 || (start-a.from)%a.period < a.window
}

// sumUp adds a span to the stretch that ends where it starts, or begins one. It returns
// how many spans there are more.
func (rec *record) sumUp(s span) int {
	last := len(rec.spans) - 1
	if last < 0 || rec.spans[last].sums == 0 {
		first := s
		first.sums, first.of = int32(len(rec.sums)), -1
		rec.sums = append(rec.sums, []share{{s.what, s.end - s.start}})
		rec.spans = append(rec.spans, first)
		return 1
	}
	to := &rec.spans[last]
	to.end, to.busy, to.count = s.end, to.busy+s.busy, to.count+s.count
	sums := &rec.sums[to.sums]
	if i := slices.IndexFunc(*sums, func(x share) bool { return x.what == s.what }); i >= 0 {
		(*sums)[i].cycles += s.end - s.start
	} else {
		*sums = append(*sums, share{s.what, s.end - s.start})
	}
	return 0
}

// thin drops spans where there are more than the limit, from the act that has most.
func (r *Recorder) thin() {
	for {
		all, most := 0, &r.acts[0]
		for i := range r.acts {
			a := &r.acts[i]
			all += a.kept
			if a.kept > most.kept {
				most = a
			}
		}
		if all <= r.limit || !most.thin() {
			return
		}
	}
}

// parts is into how many an act is divided that is thinned out for the first time.
const parts = 16

// thin keeps half as many windows as before, or, where there is but one, half of it. It
// reports whether anything is left to drop.
func (a *act) thin() bool {
	var reach sim.Cycle
	for t := range a.tracks {
		if n := len(a.tracks[t].spans); n > 0 {
			reach = max(reach, a.tracks[t].spans[n-1].end-a.from)
		}
	}
	switch {
	case a.period == 0:
		a.window = max(1, reach/parts)
		a.period = 2 * a.window
	case a.period < reach:
		a.period *= 2
	case a.window > 1:
		a.window /= 2
	default:
		return false
	}
	a.kept = 0
	for t := range a.tracks {
		a.kept += a.again(&a.tracks[t])
	}
	return true
}

// again drops what is not kept any more.
func (a *act) again(rec *record) int {
	old, sums := rec.spans, rec.sums
	rec.spans, rec.sums = old[:0], make([][]share, 1)
	for _, s := range old {
		switch {
		case s.sums > 0:
			rec.join(s, sums[s.sums])
		case a.keeps(s.start):
			rec.spans = append(rec.spans, s)
		default:
			rec.sumUp(s)
		}
	}
	return len(rec.spans)
}

// join adds a stretch that is summed up already.
func (rec *record) join(s span, shares []share) {
	for i, x := range shares {
		piece := s
		piece.what, piece.sums = x.what, 0
		piece.end = piece.start + x.cycles
		if i > 0 {
			piece.busy, piece.count = 0, 0
		}
		rec.sumUp(piece)
		s.start = piece.end
	}
}
