package trace

import (
	"fmt"

	"xbar/sim"
	"xbar/sim/unit"
)

// Act is what a recorder knows of a part of the run as a whole.
type Act struct {
	Name     string
	From, To sim.Cycle
	Width    sim.Cycle // of the windows, from From on; the last ends with the act
	Tracks   []Occupancy
	Power    [][]float64 // joules, by category and window; one where no time passes
	Levels   []Level
	Sampled  string // which spans were kept; "" all
}

// Occupancy is how a track's time went by.
type Occupancy struct {
	Path   string
	Part   bool  // of a component: there are no windows
	Busy   int64 // cycles of all instances, of what began in the act
	Shares []Share
}

// Share is time with something.
type Share struct {
	Name    string
	Idle    bool
	Cycles  sim.Cycle
	Windows []float64 // of them, in cycles
}

// Level is the use of a buffer.
type Level struct {
	Path     string
	Capacity float64   // bytes
	Windows  []float64 // the most in each, in bytes
}

// Acts lists what a finished recording has of each act.
func (r *Recorder) Acts() []Act {
	acts := make([]Act, len(r.acts))
	for i := range r.acts {
		acts[i] = r.view(&r.acts[i])
	}
	return acts
}

func (r *Recorder) view(a *act) Act {
	v := Act{Name: a.name, From: a.from, To: a.to, Width: 1, Sampled: r.sampled(a)}
	length := a.to - a.from
	for windows*v.Width < length {
		v.Width *= 2
	}
	n := int((length + v.Width - 1) / v.Width)
	for t := range r.tracks {
		v.Tracks = append(v.Tracks, r.occupancy(a, TrackID(t), v.Width, n))
	}
	for i := range a.power {
		v.Power = append(v.Power, a.power[i].at(v.Width, max(1, n), sum))
	}
	for i := range r.levels {
		l := &r.levels[i]
		var p profile
		if i < len(a.levels) {
			p = a.levels[i]
		}
		v.Levels = append(v.Levels, Level{l.path, l.capacity, p.at(v.Width, n, largest)})
	}
	return v
}

func (r *Recorder) occupancy(a *act, t TrackID, width sim.Cycle, n int) Occupancy {
	track, rec := &r.tracks[t], a.of(t)
	o := Occupancy{Path: track.path, Part: track.part, Busy: rec.busy}
	for w, cycles := range rec.cycles {
		if cycles == 0 {
			continue
		}
		s := Share{Name: r.whats[w].name, Idle: r.whats[w].idle, Cycles: cycles}
		if !track.part {
			s.Windows = rec.profiles[w].at(width, n, sum)
		}
		o.Shares = append(o.Shares, s)
	}
	return o
}

// at is the profile in so many windows of some width.
func (p *profile) at(width sim.Cycle, n int, join func(a, b float64) float64) []float64 {
	c := profile{max(p.width, 1), append([]float64(nil), p.values...)}
	for c.width < width {
		c.double(join)
	}
	values := make([]float64, n)
	copy(values, c.values)
	return values
}

// sampled says which spans of an act were kept.
func (r *Recorder) sampled(a *act) string {
	if a.period == 0 {
		return ""
	}
	seconds := func(n sim.Cycle) unit.Second { return unit.Second(r.Clock.Seconds(n)) }
	if a.period >= a.to-a.from {
		return fmt.Sprintf("the first %v of %v", seconds(a.window), seconds(a.to-a.from))
	}
	return fmt.Sprintf("the first %v of every %v", seconds(a.window), seconds(a.period))
}
