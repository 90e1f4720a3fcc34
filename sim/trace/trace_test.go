package trace_test

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"xbar/sim"
	"xbar/sim/trace"
	"xbar/sim/trace/tracetest"
)

func clock(hz int64) sim.Clock {
	c, err := sim.NewClock(big.NewRat(hz, 1))
	if err != nil {
		panic(err)
	}
	return c
}

// recorder is one with an act that begins at cycle 0.
func recorder(limit int) *trace.Recorder {
	r := trace.New("machine", limit)
	r.Clock = clock(1_000_000_000)
	r.Power([]string{"output"})
	r.Act("pass", 0)
	return r
}

func write(t testing.TB, r *trace.Recorder) *tracetest.Trace {
	t.Helper()
	var out bytes.Buffer
	if err := trace.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	file, err := tracetest.Check(out.Bytes())
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	return file
}

func Example() {
	r := recorder(1000)
	adc := r.Track("tile/adc", false)
	var waits trace.Waits
	waits.Until(2, r.Waiting("bus"))
	waits.Until(3, r.Waiting("drivers"))
	r.Busy(adc, &trace.Work{What: r.Doing("convert"), Start: 3, End: 8, Busy: 20, Of: "fc1", Number: 7}, &waits)
	r.Spend(0, 0, 10, 5e-12)
	_ = r.Finish(10, r.Waiting("nothing left"))
	_ = trace.Write(os.Stdout, r)
	// Output:
	// {"traceEvents":[
	// {"name":"process_name","ph":"M","pid":1,"tid":0,"ts":0,"args":{"name":"machine"}},
	// {"name":"process_sort_index","ph":"M","pid":1,"tid":0,"ts":0,"args":{"sort_index":1}},
	// {"name":"thread_name","ph":"M","pid":1,"tid":1,"ts":0,"args":{"name":"tile/adc"}},
	// {"name":"thread_sort_index","ph":"M","pid":1,"tid":1,"ts":0,"args":{"sort_index":0}},
	// {"name":"pass","ph":"i","pid":1,"tid":0,"ts":0,"s":"p"},
	// {"name":"power (W)","ph":"C","pid":1,"tid":0,"ts":0,"args":{"output":0.0005}},
	// {"name":"idle: bus","cat":"idle","ph":"X","pid":1,"tid":1,"ts":0,"dur":0.002},
	// {"name":"idle: drivers","cat":"idle","ph":"X","pid":1,"tid":1,"ts":0.002,"dur":0.001},
	// {"name":"convert","cat":"busy","ph":"X","pid":1,"tid":1,"ts":0.003,"dur":0.005,"args":{"kernel":"fc1","number":7,"busy_cycles":20}},
	// {"name":"idle: nothing left","cat":"idle","ph":"X","pid":1,"tid":1,"ts":0.008,"dur":0.002},
	// {"name":"power (W)","ph":"C","pid":1,"tid":0,"ts":0.01,"args":{"output":0}}
	// ],"displayTimeUnit":"ns","otherData":{"process 1":{"machine":"machine","pass":"all spans"}}}
}

// job is work that a test announces.
type job struct {
	at sim.Cycle // when it is announced
	trace.Work
}

func drawJobs(t *rapid.T, most int) []job {
	jobs := make([]job, rapid.IntRange(0, most).Draw(t, "jobs"))
	now := sim.Cycle(0)
	for i := range jobs {
		now += sim.Cycle(rapid.IntRange(0, 20).Draw(t, "later"))
		start := now + sim.Cycle(rapid.IntRange(0, 60).Draw(t, "ahead"))
		jobs[i] = job{now, trace.Work{Start: start, End: start + sim.Cycle(rapid.IntRange(0, 40).Draw(t, "for")), Busy: rapid.Int64Range(0, 100).Draw(t, "busy"), Number: int64(i)}}
	}
	return jobs
}

// What is announced in any order is laid like a sweep over all cycles lays it: a cycle is
// busy with what works in it, and else idle.
func TestLaysAsASweepDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		jobs := drawJobs(t, 40)
		r := recorder(rapid.SampledFrom([]int{40, 1 << 20}).Draw(t, "limit"))
		track, doing := r.Track("adc", false), []trace.What{r.Doing("convert"), r.Doing("hold")}
		busy, all, end := map[sim.Cycle]bool{}, int64(0), sim.Cycle(0)
		for i := range jobs {
			x := &jobs[i]
			x.What = doing[i%2]
			r.Now(x.at)
			if rapid.IntRange(0, 15).Draw(t, "act") == 0 {
				r.Act("next", x.at)
			}
			var waits trace.Waits
			waits.Until(x.at, r.Waiting("bus"))
			waits.Until(x.Start, r.Waiting("cells"))
			r.Busy(track, &x.Work, &waits)
			for c := x.Start; c < x.End; c++ {
				busy[c] = true
			}
			if x.End > x.Start {
				all += x.Busy
			}
			end = max(end, x.End, x.at)
		}
		if err := r.Finish(end, r.Waiting("nothing left")); err != nil {
			t.Fatal(err)
		}
		got, cycles, total := int64(0), sim.Cycle(0), sim.Cycle(0)
		for _, a := range r.Acts() {
			for _, o := range a.Tracks {
				got += o.Busy
				for _, s := range o.Shares {
					total += s.Cycles
					if !s.Idle {
						cycles += s.Cycles
					}
				}
			}
		}
		if got != all || cycles != sim.Cycle(len(busy)) || total != end {
			t.Fatalf("busy for %d cycles of instances, %d of the track's %d; sweep: %d, %d, %d", got, cycles, total, all, len(busy), end)
		}
		spans := 0.0
		var out bytes.Buffer
		if err := trace.Write(&out, r); err != nil {
			t.Fatal(err)
		}
		file, err := tracetest.Check(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range file.TraceEvents {
			if e.Ph == "X" {
				spans += *e.Dur
			}
		}
		if math.Abs(spans*1000-float64(end)) > 1e-6 {
			t.Fatalf("spans take %g cycles of %d", spans*1000, end)
		}
	})
}

// However long a run, there are so many spans and so many windows, and nothing is lost of
// how time went by.
func TestLongRunsAreSampled(t *testing.T) {
	const limit, jobs = 2000, 300_000
	r := recorder(limit)
	track, doing, idle := r.Track("adc", false), r.Doing("convert"), r.Waiting("bus")
	level := r.Level("buffer", 8)
	for i := range sim.Cycle(jobs) {
		at := 10 * i
		r.Now(at)
		var waits trace.Waits
		waits.Until(at, idle)
		r.Busy(track, &trace.Work{What: doing, Start: at, End: at + 7, Busy: 3}, &waits)
		r.Set(level, at, float64(i%8))
		r.Spend(0, at, at+10, 1e-12)
		if r.Full() != (int64(i)+1 >= r.Most) {
			t.Fatal("full after", i)
		}
	}
	if err := r.Finish(10*jobs, idle); err != nil {
		t.Fatal(err)
	}
	a := r.Acts()[0]
	o := a.Tracks[0]
	if o.Busy != 3*jobs || len(o.Shares) != 2 || o.Shares[0].Cycles != 7*jobs || o.Shares[1].Cycles != 3*jobs {
		t.Errorf("%+v", o)
	}
	if n := len(o.Shares[0].Windows); n > 512 || n <= 256 {
		t.Errorf("%d windows", n)
	}
	if !strings.HasPrefix(a.Sampled, "the first ") {
		t.Errorf("sampled: %q", a.Sampled)
	}
	spans, summed, whole := 0, 0.0, 0.0
	file := write(t, r)
	for _, e := range file.TraceEvents {
		if e.Ph != "X" {
			continue
		}
		spans++
		whole += *e.Dur
		if e.Cat == "sampled" {
			cycles := e.Args["cycles"].(map[string]any)
			summed += cycles["convert"].(float64) + cycles["idle: bus"].(float64)
		}
	}
	if spans > limit+2 || spans < limit/4 {
		t.Errorf("%d spans of at most %d", spans, limit)
	}
	if math.Abs(whole-10*jobs/1000) > 1e-6 || summed > 10*jobs || summed < 10*jobs*0.9 {
		t.Errorf("spans take %g µs, %g cycles are summed up", whole, summed)
	}
	if note := file.OtherData["process 1"]["pass"]; note != a.Sampled {
		t.Errorf("the file says %q", note)
	}
}

// Names may be anything.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"tile/array", "a \"b\"\\", "</script>", "\x00\x1f\u2028", "é\xff", strings.Repeat("x", 5000)} {
		f.Add(name, name)
	}
	f.Fuzz(func(t *testing.T, machine, name string) {
		if name == "" {
			name = "x"
		}
		r := trace.New(machine, 100)
		r.Clock = clock(2_500_000_000)
		r.Power([]string{name})
		r.Act(name, 0)
		track := r.Track(name, false)
		r.Set(r.Level(name, 1), 0, 1)
		var waits trace.Waits
		waits.Until(5, r.Waiting(name))
		r.Busy(track, &trace.Work{What: r.Doing(name), Start: 5, End: 9, Of: name}, &waits)
		r.Busy(track, &trace.Work{What: r.Doing(name + "2"), Start: 6, End: 9, Of: name}, &waits)
		if err := r.Finish(10, r.Waiting("nothing")); err != nil {
			t.Fatal(err)
		}
		file := write(t, r)
		if got := file.TraceEvents[2].Args["name"]; utf8.ValidString(name) && got != name {
			t.Errorf("%q is written as %q", name, got)
		}
	})
}

// What is announced too late is not laid, and said.
func TestLate(t *testing.T) {
	r := recorder(10)
	r.Now(5)
	r.Busy(r.Track("adc", false), &trace.Work{What: r.Doing("convert"), Start: 4, End: 6}, &trace.Waits{})
	if err := r.Finish(10, r.Waiting("nothing")); err == nil {
		t.Error("no error")
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrors(t *testing.T) {
	r := recorder(10)
	r.Spend(0, 0, 1, math.NaN())
	if err := r.Finish(1, r.Waiting("nothing")); err != nil {
		t.Fatal(err)
	}
	if err := trace.Write(&bytes.Buffer{}, r); err == nil {
		t.Error("NaN was written, which is not JSON")
	}
	if err := trace.Write(full{}, recorder(10)); !errors.Is(err, errFull) {
		t.Errorf("%v", err)
	}
}

// The format's rules are rules: files that break them are refused.
func TestCheckRefuses(t *testing.T) {
	const process = `{"name":"process_name","ph":"M","pid":1,"tid":0,"ts":0,"args":{"name":"m"}},{"name":"thread_name","ph":"M","pid":1,"tid":1,"ts":0,"args":{"name":"t"}},`
	file := func(events string) []byte {
		return []byte(`{"traceEvents":[` + events + `],"displayTimeUnit":"ns","otherData":{}}`)
	}
	if _, err := tracetest.Check(file(process + `{"name":"x","cat":"busy","ph":"X","pid":1,"tid":1,"ts":1,"dur":1}`)); err != nil {
		t.Fatal(err)
	}
	for what, events := range map[string]string{
		"no duration":    process + `{"name":"x","cat":"c","ph":"X","pid":1,"tid":1,"ts":1}`,
		"negative":       process + `{"name":"x","cat":"c","ph":"X","pid":1,"tid":1,"ts":1,"dur":-1}`,
		"no category":    process + `{"name":"x","ph":"X","pid":1,"tid":1,"ts":1,"dur":1}`,
		"no thread name": process + `{"name":"x","cat":"c","ph":"X","pid":1,"tid":2,"ts":1,"dur":1}`,
		"no process":     `{"name":"x","ph":"C","pid":1,"tid":0,"ts":1,"args":{"a":1}}`,
		"no tid":         process + `{"name":"x","cat":"c","ph":"X","pid":1,"ts":1,"dur":1}`,
		"overlap":        process + `{"name":"x","cat":"c","ph":"X","pid":1,"tid":1,"ts":1,"dur":2},{"name":"x","cat":"c","ph":"X","pid":1,"tid":1,"ts":2,"dur":2}`,
		"going back":     process + `{"name":"x","ph":"C","pid":1,"tid":0,"ts":2,"args":{"a":1}},{"name":"x","ph":"C","pid":1,"tid":0,"ts":1,"args":{"a":1}}`,
		"text counter":   process + `{"name":"x","ph":"C","pid":1,"tid":0,"ts":2,"args":{"a":"1"}}`,
		"empty counter":  process + `{"name":"x","ph":"C","pid":1,"tid":0,"ts":2,"args":{}}`,
		"phase":          process + `{"name":"x","ph":"B","pid":1,"tid":0,"ts":2}`,
		"late metadata":  process + `{"name":"x","ph":"C","pid":1,"tid":0,"ts":2,"args":{"a":1}},` + strings.TrimSuffix(process, ","),
		"instant":        process + `{"name":"x","ph":"i","pid":1,"tid":0,"ts":2}`,
		"unknown field":  process + `{"name":"x","ph":"i","s":"p","pid":1,"tid":0,"ts":2,"what":1}`,
	} {
		if _, err := tracetest.Check(file(events)); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
