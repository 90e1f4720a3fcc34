package trace_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xbar/sim"
	"xbar/sim/trace"
)

func clock(hz int64) sim.Clock {
	c, err := sim.NewClock(big.NewRat(hz, 1))
	if err != nil {
		panic(err)
	}
	return c
}

func recorded() *trace.Recorder {
	r := trace.New(4)
	adc := r.Track("chip/tile0/adc")
	bus := r.Track(`chip/"bus"`)
	r.Span(adc, "convert", 3, 8)
	r.Counter(bus, "queue", 4, 2.5)
	r.Span(r.Track("chip/tile0/adc"), "convert", 8, 8)
	r.Counter(bus, "queue", 5, 0)
	r.Span(bus, "too many", 9, 10)
	r.Counter(bus, "too many", 9, 1)
	return r
}

// chrome is the format as its readers know it.
type chrome struct {
	TraceEvents []struct {
		Name string
		Ph   string
		Pid  *int
		Tid  *int
		Ts   *float64
		Dur  *float64
		Args map[string]any
	}
	DisplayTimeUnit string
	OtherData       map[string]string
}

func TestWriteChrome(t *testing.T) {
	var out bytes.Buffer
	if err := recorded().WriteChrome(&out, clock(2_500_000_000)); err != nil {
		t.Fatal(err)
	}
	var got chrome
	in := json.NewDecoder(bytes.NewReader(out.Bytes()))
	in.DisallowUnknownFields()
	if err := in.Decode(&got); err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	pid, adc, bus := 1, 1, 2
	us := func(x float64) *float64 { return &x }
	want := chrome{DisplayTimeUnit: "ns", OtherData: map[string]string{"dropped": "2"}}
	type events = []struct {
		Name string
		Ph   string
		Pid  *int
		Tid  *int
		Ts   *float64
		Dur  *float64
		Args map[string]any
	}
	want.TraceEvents = events{
		{"thread_name", "M", &pid, &adc, us(0), nil, map[string]any{"name": "chip/tile0/adc"}},
		{"thread_sort_index", "M", &pid, &adc, us(0), nil, map[string]any{"sort_index": 0.0}},
		{"thread_name", "M", &pid, &bus, us(0), nil, map[string]any{"name": `chip/"bus"`}},
		{"thread_sort_index", "M", &pid, &bus, us(0), nil, map[string]any{"sort_index": 1.0}},
		{"convert", "X", &pid, &adc, us(0.0012), us(0.002), nil},
		{`chip/"bus" queue`, "C", &pid, &bus, us(0.0016), nil, map[string]any{"value": 2.5}},
		{"convert", "X", &pid, &adc, us(0.0032), us(0), nil},
		{`chip/"bus" queue`, "C", &pid, &bus, us(0.002), nil, map[string]any{"value": 0.0}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestWriteCSV(t *testing.T) {
	var out bytes.Buffer
	if err := recorded().WriteCSV(&out, clock(1_000_000_000)); err != nil {
		t.Fatal(err)
	}
	got, err := csv.NewReader(&out).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{
		{"kind", "track", "name", "start_cycle", "end_cycle", "start_s", "end_s", "value"},
		{"span", "chip/tile0/adc", "convert", "3", "8", "3e-09", "8e-09", ""},
		{"counter", `chip/"bus"`, "queue", "4", "4", "4e-09", "4e-09", "2.5"},
		{"span", "chip/tile0/adc", "convert", "8", "8", "8e-09", "8e-09", ""},
		{"counter", `chip/"bus"`, "queue", "5", "5", "5e-09", "5e-09", "0"},
		{"dropped", "", "", "", "", "", "", "2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestDropped(t *testing.T) {
	if n := recorded().Dropped(); n != 2 {
		t.Errorf("%d records dropped, want 2", n)
	}
}

func TestNilRecorder(t *testing.T) {
	var r *trace.Recorder
	track := r.Track("chip")
	r.Span(track, "x", 0, 1)
	r.Counter(track, "y", 0, 1)
	if r.Dropped() != 0 {
		t.Error("a recorder that is off drops records")
	}
	var out bytes.Buffer
	if err := r.WriteChrome(&out, clock(1)); err != nil || !json.Valid(out.Bytes()) {
		t.Errorf("%v, wrote %s", err, out.String())
	}
	out.Reset()
	if err := r.WriteCSV(&out, clock(1)); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("%v, wrote %s", err, out.String())
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	if err := recorded().WriteChrome(full{}, clock(1)); !errors.Is(err, errFull) {
		t.Errorf("chrome: %v", err)
	}
	if err := recorded().WriteCSV(full{}, clock(1)); !errors.Is(err, errFull) {
		t.Errorf("csv: %v", err)
	}
	r := trace.New(1)
	r.Counter(r.Track("chip"), "x", 0, math.NaN())
	if err := r.WriteChrome(&bytes.Buffer{}, clock(1)); err == nil {
		t.Error("NaN was written, which is not JSON")
	}
}

func TestMisusePanics(t *testing.T) {
	r := trace.New(1)
	track := r.Track("chip")
	for name, misuse := range map[string]func(){
		"span that ends first": func() { r.Span(track, "x", 2, 1) },
		"unknown track":        func() { r.Span(track+1, "x", 1, 2) },
		"negative track":       func() { r.Counter(-1, "x", 1, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			misuse()
		})
	}
}

func Example() {
	c, _ := sim.NewClock(big.NewRat(1_000_000_000, 1))
	r := trace.New(1000)
	adc := r.Track("tile/adc")
	r.Span(adc, "convert", 0, 1500)
	_ = r.WriteChrome(os.Stdout, c)
	// Output:
	// {"traceEvents":[
	// {"name":"thread_name","ph":"M","pid":1,"tid":1,"ts":0,"args":{"name":"tile/adc"}},
	// {"name":"thread_sort_index","ph":"M","pid":1,"tid":1,"ts":0,"args":{"sort_index":0}},
	// {"name":"convert","ph":"X","pid":1,"tid":1,"ts":0,"dur":1.5}
	// ],"displayTimeUnit":"ns","otherData":{"dropped":"0"}}
}

// ticker schedules an event a cycle for itself. With tracing on or off it
// calls its recorder, plain does not.
type ticker struct {
	engine   *sim.Engine
	recorder *trace.Recorder
	self     sim.ComponentID
	track    trace.TrackID
}

func (c *ticker) tick(ev sim.Event) error {
	if ev.A > 0 {
		c.engine.Schedule(1, c.self, ev.Kind, ev.A-1, 0)
	}
	return nil
}

type traced struct{ ticker }

func (c *traced) Handle(ev sim.Event) error {
	c.recorder.Span(c.track, "tick", ev.At, ev.At+1)
	return c.tick(ev)
}

type plain struct{ ticker }

func (c *plain) Handle(ev sim.Event) error { return c.tick(ev) }

// BenchmarkOff compares, in turn, an event loop that calls a nil recorder
// with one that does not call any: x-off is the price of tracing that is off.
func BenchmarkOff(b *testing.B) {
	const rounds, pending = 31, 1000
	cycles := max(b.N/(rounds*pending), 10)
	engine := sim.New()
	with, without := &traced{ticker{engine: engine}}, &plain{ticker{engine: engine}}
	with.self = engine.Register("traced", with)
	without.self = engine.Register("plain", without)
	perEvent := func(to sim.ComponentID) float64 {
		for range pending {
			engine.Schedule(1, to, 0, int64(cycles)-1, 0)
		}
		start := time.Now()
		if err := engine.Run(context.Background()); err != nil {
			b.Fatal(err)
		}
		return float64(time.Since(start).Nanoseconds()) / float64(pending*cycles)
	}
	var off, none []float64
	for range rounds {
		off = append(off, perEvent(with.self))
		none = append(none, perEvent(without.self))
	}
	b.ReportMetric(median(off), "off-ns/event")
	b.ReportMetric(median(none), "none-ns/event")
	b.ReportMetric(median(off)/median(none), "x-off")
	b.ReportMetric(0, "ns/op") // the sum of the two says nothing
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
