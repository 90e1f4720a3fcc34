// Package tracetest holds files against the rules of the Chrome trace event format
// (docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU), as far as
// traces use it:
//
//	X  complete   name, cat, pid, tid, ts ≥ 0, dur ≥ 0    of a named process and thread; those of a thread do not overlap
//	C  counter    name, pid, ts, args of numbers
//	i  instant    name, pid, ts, s one of g, p, t
//	M  metadata   process_name, process_sort_index, thread_name, thread_sort_index, with their argument; before all others
//
// and times of a process ascend.
package tracetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
)

// Event is one of any phase.
type Event struct {
	Name  string
	Cat   string
	Ph    string
	Pid   *int
	Tid   *int
	Ts    *float64
	Dur   *float64
	Scope string `json:"s"`
	Args  map[string]any
}

// Trace is a file.
type Trace struct {
	TraceEvents     []Event
	DisplayTimeUnit string
	OtherData       map[string]map[string]string
}

// thread is one of a process.
type thread struct{ pid, tid int }

// Checked is what is known of a file while it is gone through.
type checked struct {
	names map[thread]string
	ended map[thread]float64
	last  map[int]float64 // by process
	body  bool            // metadata is over
}

// Check reads a trace, and says what is wrong with it.
func Check(data []byte) (*Trace, error) {
	t := &Trace{}
	in := json.NewDecoder(bytes.NewReader(data))
	in.DisallowUnknownFields()
	if err := in.Decode(t); err != nil {
		return nil, err
	}
	if u := t.DisplayTimeUnit; u != "ns" && u != "ms" {
		return nil, fmt.Errorf("times are displayed in %q", u)
	}
	c := checked{names: map[thread]string{}, ended: map[thread]float64{}, last: map[int]float64{}}
	for i := range t.TraceEvents {
		if err := c.event(&t.TraceEvents[i]); err != nil {
			return nil, fmt.Errorf("event %d, %s of phase %s: %w", i, t.TraceEvents[i].Name, t.TraceEvents[i].Ph, err)
		}
	}
	return t, nil
}

func (c *checked) event(e *Event) error {
	switch {
	case e.Name == "":
		return fmt.Errorf("no name")
	case e.Pid == nil || e.Tid == nil || e.Ts == nil:
		return fmt.Errorf("no pid, tid or ts")
	case *e.Ts < 0 || math.IsInf(*e.Ts, 0):
		return fmt.Errorf("at %g", *e.Ts)
	}
	if e.Ph == "M" {
		return c.metadata(e)
	}
	c.body = true
	if *e.Ts < c.last[*e.Pid] {
		return fmt.Errorf("at %g, behind one at %g", *e.Ts, c.last[*e.Pid])
	}
	c.last[*e.Pid] = *e.Ts
	if _, named := c.names[thread{*e.Pid, 0}]; !named {
		return fmt.Errorf("process %d has no name", *e.Pid)
	}
	switch e.Ph {
	case "X":
		return c.span(e)
	case "C":
		return counter(e)
	case "i":
		if e.Scope != "g" && e.Scope != "p" && e.Scope != "t" {
			return fmt.Errorf("of scope %q", e.Scope)
		}
		return nil
	}
	return fmt.Errorf("there is no such phase here")
}

func (c *checked) metadata(e *Event) error {
	key := map[string]string{"process_name": "name", "thread_name": "name", "process_sort_index": "sort_index", "thread_sort_index": "sort_index"}[e.Name]
	value := e.Args[key]
	_, text := value.(string)
	_, number := value.(float64)
	switch {
	case c.body:
		return fmt.Errorf("behind other events")
	case key == "":
		return fmt.Errorf("no such metadata")
	case len(e.Args) != 1 || key == "name" && !text || key == "sort_index" && !number:
		return fmt.Errorf("args are %v", e.Args)
	}
	if text {
		c.names[thread{*e.Pid, *e.Tid}] = value.(string)
	}
	return nil
}

// rounding is how far, relatively, sums of times in floating point may be off.
const rounding = 1e-12

func (c *checked) span(e *Event) error {
	at := thread{*e.Pid, *e.Tid}
	switch _, named := c.names[at]; {
	case !named:
		return fmt.Errorf("thread %d has no name", at.tid)
	case e.Dur == nil || *e.Dur < 0:
		return fmt.Errorf("no duration, or one below zero")
	case e.Cat == "":
		return fmt.Errorf("no category")
	case *e.Ts < c.ended[at]*(1-rounding):
		return fmt.Errorf("from %g on, where the one before it ends at %g", *e.Ts, c.ended[at])
	}
	c.ended[at] = *e.Ts + *e.Dur
	return nil
}

func counter(e *Event) error {
	if len(e.Args) == 0 {
		return fmt.Errorf("no values")
	}
	for name, value := range e.Args {
		if _, number := value.(float64); !number {
			return fmt.Errorf("%s is %v", name, value)
		}
	}
	return nil
}
