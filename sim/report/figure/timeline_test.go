package figure_test

import (
	"math/big"
	"path/filepath"
	"strings"
	"testing"

	"xbar/sim"
	"xbar/sim/report/figure"
	"xbar/sim/trace"
)

// traced is a machine whose converters work for three quarters of so many cycles of a
// nanosecond, a piece at a time, and wait for the bus in between.
func traced(t testing.TB, name string, pieces sim.Cycle) *trace.Recorder {
	t.Helper()
	r := trace.New(name, 1000)
	var err error
	if r.Clock, err = sim.NewClock(big.NewRat(1_000_000_000, 1)); err != nil {
		t.Fatal(err)
	}
	r.Act("preload", 0)
	r.Act("measured passes", 10)
	kernels, adc := r.Track("kernels", false), r.Track("tile/array/adc", false)
	r.Track("tile/array/dac", false)           // does nothing
	array := r.Track("tile0/array0/adc", true) // a part
	convert, bus := r.Doing("convert"), r.Waiting("bus")
	for i := range pieces {
		at := 10 + 4*i
		r.Now(at)
		var waits trace.Waits
		waits.Until(at+1, bus)
		for _, track := range []trace.TrackID{adc, array} {
			r.Busy(track, &trace.Work{What: convert, Start: at + 1, End: at + 4, Busy: 3}, &waits)
		}
	}
	r.Lay(kernels, &trace.Work{What: r.Doing("a & b"), Start: 10, End: 10 + 4*pieces}, &trace.Waits{})
	if err := r.Finish(10+4*pieces, r.Waiting("nothing left")); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestTimeline(t *testing.T) {
	draw := func(pieces sim.Cycle) string {
		return string(drawn(t, "t.svg", func(path string) error {
			return figure.Timeline("what & when", []*trace.Recorder{traced(t, "small", pieces), traced(t, "large", 10*pieces)}, "", path)
		}))
	}
	short, long := draw(4), draw(250_000)
	for _, text := range []string{">what &amp; when<", "small: measured passes, 16.0 ns", "large: measured passes, 160 ns", ">kernels<", ">a &amp; b<", ">tile/array/adc<", ">75 %<", ">time (ns)<", ">convert<", ">bus<", ">idle: waits for<"} {
		if !strings.Contains(short, text) {
			t.Errorf("no %s", text)
		}
	}
	for _, text := range []string{"small: measured passes, 1.00 ms", ">time (ms)<", ">75 %<"} {
		if !strings.Contains(long, text) {
			t.Errorf("a long run: no %s", text)
		}
	}
	for _, text := range []string{"tile/array/dac", "tile0", "preload"} {
		if strings.Contains(short, text) {
			t.Errorf("%s is drawn", text)
		}
	}
	if short != draw(4) {
		t.Error("two pictures of the same differ")
	}
	if len(long) > 60_000 {
		t.Errorf("a long run takes %d bytes", len(long))
	}
	// Of a row, three quarters are in the colour of conversions and one in that of the bus.
	if n := strings.Count(short, "fill:#0072B2"); n < 4 {
		t.Errorf("conversions are drawn %d times", n)
	}
}

func TestTimelineRefuses(t *testing.T) {
	r := trace.New("idle", 10)
	r.Act("measured passes", 0)
	if err := r.Finish(0, r.Waiting("nothing left")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "t.svg")
	for what, recorders := range map[string][]*trace.Recorder{"nobody": nil, "no time": {r}} {
		if err := figure.Timeline("x", recorders, "", path); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if err := figure.Timeline("x", []*trace.Recorder{traced(t, "m", 3)}, "", path+".pdf"); err == nil {
		t.Error("a picture in no known format")
	}
	if len(drawn(t, "t.png", func(path string) error { return figure.Timeline("x", []*trace.Recorder{traced(t, "m", 3)}, "", path) })) == 0 {
		t.Error("nothing is drawn")
	}
}
