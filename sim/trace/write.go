package trace

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"

	"xbar/sim"
)

// chromeEvent is an event of the Chrome trace format: ph is X for a span, C
// for a counter's value, M for a name. Times are microseconds.
type chromeEvent struct {
	Name string   `json:"name"`
	Ph   string   `json:"ph"`
	Pid  int      `json:"pid"`
	Tid  int      `json:"tid"`
	Ts   float64  `json:"ts"`
	Dur  *float64 `json:"dur,omitempty"`
	Args any      `json:"args,omitempty"`
}

type (
	nameArgs struct {
		Name string `json:"name"`
	}
	orderArgs struct {
		Order int `json:"sort_index"`
	}
	valueArgs struct {
		Value float64 `json:"value"`
	}
)

// WriteChrome writes the record as a Chrome trace: JSON, an event a line, in
// the order it was recorded, tracks in the order they were made. Perfetto
// shows whole nanoseconds, although the file has the fractions. It errs if w
// does, or a counter's value is not a finite number. A nil recorder writes an
// empty trace.
func (r *Recorder) WriteChrome(w io.Writer, clock sim.Clock) error {
	if r == nil {
		r = New(0)
	}
	out := bufio.NewWriter(w)
	out.WriteString("{\"traceEvents\":[\n") // the writer keeps its error for Flush
	separator := ""
	for ev := range r.chromeEvents(clock) {
		line, err := json.Marshal(ev)
		if err != nil {
			return err
		}
		out.WriteString(separator)
		out.Write(line)
		separator = ",\n"
	}
	out.WriteString("\n],\"displayTimeUnit\":\"ns\",\"otherData\":{\"dropped\":\"")
	out.WriteString(strconv.FormatInt(r.dropped, 10))
	out.WriteString("\"}}\n")
	return out.Flush()
}

// chromeEvents yields the names of the tracks, then the records.
func (r *Recorder) chromeEvents(clock sim.Clock) func(yield func(chromeEvent) bool) {
	const process = 1
	microseconds := clock.Times(1, 1_000_000).Seconds // of a clock a million times slower
	return func(yield func(chromeEvent) bool) {
		for i, path := range r.tracks {
			name := chromeEvent{Name: "thread_name", Ph: "M", Pid: process, Tid: i + 1, Args: nameArgs{path}}
			order := chromeEvent{Name: "thread_sort_index", Ph: "M", Pid: process, Tid: i + 1, Args: orderArgs{i}}
			if !yield(name) || !yield(order) {
				return
			}
		}
		for _, x := range r.records {
			ev := chromeEvent{Name: x.name, Ph: "X", Pid: process, Tid: int(x.track) + 1, Ts: microseconds(x.start)}
			if x.counter {
				// Counters belong to the process, so the path tells them apart.
				ev.Ph, ev.Name, ev.Args = "C", r.tracks[x.track]+" "+x.name, valueArgs{x.value}
			} else {
				duration := microseconds(x.end - x.start)
				ev.Dur = &duration
			}
			if !yield(ev) {
				return
			}
		}
	}
}

// WriteCSV writes the record as CSV, in the order it was recorded: kind
// (span, counter, dropped), track, name, start and end in cycles and in
// seconds, and a counter's value. A last row says how many records were
// dropped, if any. A nil recorder writes the header alone.
func (r *Recorder) WriteCSV(w io.Writer, clock sim.Clock) error {
	if r == nil {
		r = New(0)
	}
	out := csv.NewWriter(w) // it keeps its first error
	out.Write([]string{"kind", "track", "name", "start_cycle", "end_cycle", "start_s", "end_s", "value"})
	for _, x := range r.records {
		kind, value := "span", ""
		if x.counter {
			kind, value = "counter", number(x.value)
		}
		out.Write([]string{kind, r.tracks[x.track], x.name,
			strconv.FormatInt(int64(x.start), 10), strconv.FormatInt(int64(x.end), 10),
			number(clock.Seconds(x.start)), number(clock.Seconds(x.end)), value})
	}
	if r.dropped > 0 {
		out.Write([]string{"dropped", "", "", "", "", "", "", strconv.FormatInt(r.dropped, 10)})
	}
	out.Flush()
	return out.Error()
}

func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
