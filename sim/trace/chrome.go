package trace

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"xbar/sim"
)

// event is an event of the Chrome trace format: ph is X for a span, C for the values of
// a counter, i for an instant, M for a name. Times are microseconds.
type event struct {
	Name  string   `json:"name"`
	Cat   string   `json:"cat,omitempty"`
	Ph    string   `json:"ph"`
	Pid   int      `json:"pid"`
	Tid   int      `json:"tid"`
	Ts    float64  `json:"ts"`
	Dur   *float64 `json:"dur,omitempty"`
	Scope string   `json:"s,omitempty"`
	Args  any      `json:"args,omitempty"`
}

// spanArgs are what a span is of: a kernel and the number of a vector there, or a load,
// how many spans that overlapped became this one, and for how many cycles instances were
// busy.
type spanArgs struct {
	Of     string           `json:"kernel,omitempty"`
	Number *int64           `json:"number,omitempty"`
	Busy   *int64           `json:"busy_cycles,omitempty"`
	Joined int32            `json:"joined,omitempty"`
	Cycles map[string]int64 `json:"cycles,omitempty"`
}

// Write writes finished recordings as one Chrome trace: JSON, an event a line, names
// first and then all else by time, a process for each recorder. Perfetto shows whole
// nanoseconds, although the file has the fractions. It errs if w does, or a number is
// not finite.
func Write(w io.Writer, recorders ...*Recorder) error {
	out := bufio.NewWriter(w)
	out.WriteString("{\"traceEvents\":[\n") // the writer keeps its error for Flush
	separator := ""
	write := func(ev *event) error {
		line, err := json.Marshal(ev)
		if err != nil {
			return err
		}
		out.WriteString(separator)
		out.Write(line)
		separator = ",\n"
		return nil
	}
	for i, r := range recorders {
		r.slow = r.Clock.Times(1, 1_000_000)
		for _, ev := range r.names(i + 1) {
			if err := write(&ev); err != nil {
				return err
			}
		}
	}
	for i, r := range recorders {
		if err := r.writeEvents(i+1, write); err != nil {
			return err
		}
	}
	notes, err := json.Marshal(notes(recorders))
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n],\"displayTimeUnit\":\"ns\",\"otherData\":%s}\n", notes)
	return out.Flush()
}

// names are the events that name a process and its threads, in the order of the tracks.
func (r *Recorder) names(pid int) []event {
	meta := func(name string, tid int, key string, value any) event {
		return event{Name: name, Ph: "M", Pid: pid, Tid: tid, Args: map[string]any{key: value}}
	}
	all := []event{meta("process_name", 0, "name", r.Name), meta("process_sort_index", 0, "sort_index", pid)}
	for t := range r.tracks {
		all = append(all, meta("thread_name", t+1, "name", r.tracks[t].path), meta("thread_sort_index", t+1, "sort_index", t))
	}
	return all
}

// notes say of each machine's acts which spans are there.
func notes(recorders []*Recorder) map[string]map[string]string {
	all := map[string]map[string]string{}
	for i, r := range recorders {
		of := map[string]string{"machine": r.Name}
		for a := range r.acts {
			of[r.acts[a].name] = cmp.Or(r.sampled(&r.acts[a]), "all spans")
		}
		if r.cut {
			of["end"] = "the run goes on"
		}
		all[fmt.Sprintf("process %d", i+1)] = of
	}
	return all
}

// place is where an event of an act is found.
type place struct {
	at    sim.Cycle
	track int // −1: a window's counters
	index int
}

// writeEvents writes all that happened, by time.
func (r *Recorder) writeEvents(pid int, write func(*event) error) error {
	for i := range r.acts {
		a := &r.acts[i]
		v := r.view(a)
		var places []place
		for t := range a.tracks {
			for n := range a.tracks[t].spans {
				places = append(places, place{a.tracks[t].spans[n].start, t, n})
			}
		}
		for n := sim.Cycle(0); n*v.Width < a.to-a.from; n++ {
			places = append(places, place{a.from + n*v.Width, -1, int(n)})
		}
		slices.SortFunc(places, func(x, y place) int {
			return cmp.Or(cmp.Compare(x.at, y.at), cmp.Compare(x.track, y.track))
		})
		begin := event{Name: a.name, Ph: "i", Pid: pid, Scope: "p", Ts: r.microseconds(a.from)}
		if err := write(&begin); err != nil {
			return err
		}
		for _, p := range places {
			if p.track < 0 {
				if err := r.writeCounters(pid, &v, p.index, write); err != nil {
					return err
				}
				continue
			}
			ev := r.spanEvent(pid, p.track, &a.tracks[p.track], p.index)
			if err := write(&ev); err != nil {
				return err
			}
		}
	}
	if len(r.power) == 0 || len(r.acts) == 0 {
		return nil
	}
	ev := event{Name: powerName, Ph: "C", Pid: pid, Ts: r.microseconds(r.ended), Args: r.watts(func(int) float64 { return 0 })}
	return write(&ev)
}

// microseconds is the time of a cycle.
func (r *Recorder) microseconds(at sim.Cycle) float64 { return r.slow.Seconds(at) }

func (r *Recorder) spanEvent(pid, track int, rec *record, index int) event {
	s := &rec.spans[index]
	duration := r.microseconds(s.end - s.start)
	ev := event{Name: r.whats[s.what].name, Cat: "busy", Ph: "X", Pid: pid, Tid: track + 1, Ts: r.microseconds(s.start), Dur: &duration}
	args := spanArgs{}
	switch {
	case s.sums > 0:
		ev.Name, ev.Cat = "summed up", "sampled"
		args.Busy, args.Joined, args.Cycles = &s.busy, s.count, map[string]int64{}
		for _, x := range rec.sums[s.sums] {
			args.Cycles[r.label(x.what)] = int64(x.cycles)
		}
	case r.whats[s.what].idle:
		ev.Name, ev.Cat = r.label(s.what), "idle"
		return ev
	default:
		args.Busy = &s.busy
		if s.of >= 0 {
			args.Of, args.Number = r.whats[s.of].name, &s.number
		}
		if s.count > 1 {
			args.Joined = s.count
		}
	}
	ev.Args = args
	return ev
}

// label is a name as it stands in a trace.
func (r *Recorder) label(w What) string {
	if r.whats[w].idle {
		return "idle: " + r.whats[w].name
	}
	return r.whats[w].name
}

const powerName = "power (W)"

// writeCounters writes the power of a window, and the use of buffers, where they are not
// those of the window before.
func (r *Recorder) writeCounters(pid int, v *Act, window int, write func(*event) error) error {
	from := v.From + sim.Cycle(window)*v.Width
	if len(r.power) > 0 && (window == 0 || !r.samePower(v, window)) {
		ev := event{Name: powerName, Ph: "C", Pid: pid, Ts: r.microseconds(from), Args: r.watts(func(c int) float64 { return r.powerOf(v, c, window) })}
		if err := write(&ev); err != nil {
			return err
		}
	}
	for i := range v.Levels {
		l := &v.Levels[i]
		if window > 0 && l.Windows[window] == l.Windows[window-1] {
			continue
		}
		ev := event{Name: l.Path + " (bytes)", Ph: "C", Pid: pid, Ts: r.microseconds(from), Args: map[string]float64{"bytes": l.Windows[window]}}
		if err := write(&ev); err != nil {
			return err
		}
	}
	return nil
}

// powerOf is the power of a category in a window, in watts.
func (r *Recorder) powerOf(v *Act, category, window int) float64 {
	from := v.From + sim.Cycle(window)*v.Width
	return v.Power[category][window] / r.Clock.Seconds(min(v.To, from+v.Width)-from)
}

func (r *Recorder) samePower(v *Act, window int) bool {
	for c := range r.power {
		if r.powerOf(v, c, window) != r.powerOf(v, c, window-1) {
			return false
		}
	}
	return true
}

func (r *Recorder) watts(of func(category int) float64) map[string]float64 {
	all := map[string]float64{}
	for i, name := range r.power {
		all[name] = of(i)
	}
	return all
}
