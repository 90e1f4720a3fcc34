package system_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"testing"

	"xbar/configs"
	"xbar/sim/system"
	"xbar/sim/trace"
	"xbar/sim/trace/tracetest"
)

const tracedStudy = `
seed = 1
inferences = 10
[workload]
batch = 3
kernel = [{ name = "first", L = 90, N = 150, M = 40 }, { name = "second", L = 20, N = 40, M = 10 }]
[[machine]]
name = "layers"
kind = "analog"
preset = "reram-small"
[[machine]]
name = "reloads"
kind = "analog"
preset = "reram-small"
chip = { tiles = 1, arrays_per_tile = 2, reload = "auto" }
[[machine]]
name = "pipeline"
kind = "analog"
preset = "reram-small"
chip = { tiles = 6, execution = "pipeline", replication = "balance" }
[[machine]]
name = "trees"
kind = "digital-cim"
preset = "digital-cim-28nm"
[[machine]]
name = "systolic"
kind = "systolic"
preset = "systolic-45nm"
[[machine]]
name = "core"
kind = "scalar"
preset = "scalar-45nm"
`

// A traced study gives the same bytes, on any number of processors, and what its trace
// says of components and energy is what the result says.
func TestTracesChangeNothing(t *testing.T) {
	cfg, err := configs.Parse("traced", []byte(tracedStudy), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var first []byte
	for _, workers := range []int{1, 4} {
		var all, traced []*trace.Recorder
		for i := range cfg.Machines {
			r := trace.New(cfg.Machines[i].Name, 1<<20)
			all = append(all, r)
			if system.Traced(&cfg.Machines[i]) {
				traced = append(traced, r)
			}
		}
		plain, err := system.Run(context.Background(), cfg, system.Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		looked, err := system.Run(context.Background(), cfg, system.Options{Workers: workers, Traces: all})
		if err != nil {
			t.Fatal(err)
		}
		if x, y := encoded(t, plain), encoded(t, looked); !bytes.Equal(x, y) {
			t.Fatalf("a trace changes\n%s\nto\n%s", x, y)
		}
		var out bytes.Buffer
		if err := trace.Write(&out, traced...); err != nil {
			t.Fatal(err)
		}
		if _, err := tracetest.Check(out.Bytes()); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = out.Bytes()
		} else if !bytes.Equal(first, out.Bytes()) {
			t.Error("traces of one and of four workers differ")
		}
		for i := range looked.Machines {
			if m := &looked.Machines[i]; m.Name != "pipeline" && m.Name != "core" {
				checkTraced(t, m, all[i])
			}
		}
	}
}

func encoded(t *testing.T, r *system.Result) []byte {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// checkTraced holds the last act, of the measured passes, against the result.
func checkTraced(t *testing.T, m *system.Machine, r *trace.Recorder) {
	t.Helper()
	acts := r.Acts()
	a := &acts[len(acts)-1]
	if cycles := int64(a.To - a.From); cycles != m.Cycles*m.PassesMeasured {
		t.Errorf("%s: the trace takes %d cycles, %d passes of %d", m.Name, cycles, m.PassesMeasured, m.Cycles)
	}
	joules := 0.0
	for _, windows := range a.Power {
		for _, x := range windows {
			joules += x
		}
	}
	if want := m.EnergyJ * float64(m.PassesMeasured); math.Abs(joules-want) > 1e-9*want {
		t.Errorf("%s: %g J in the trace, %g in the result", m.Name, joules, want)
	}
	seen := 0
	for _, c := range m.Components {
		for _, o := range a.Tracks {
			if o.Path != c.Path {
				continue
			}
			seen++
			if o.Busy/m.PassesMeasured != c.BusyCycles {
				t.Errorf("%s: %s is busy for %d cycles in the trace, %d in a pass", m.Name, c.Path, o.Busy, c.BusyCycles)
			}
		}
	}
	if seen < 2 {
		t.Errorf("%s: %d components have tracks", m.Name, seen)
	}
}

// Of a session the last step is traced, whose numbers the result has.
func TestTraceOfASession(t *testing.T) {
	cfg := parse(t, decoder)
	var all []*trace.Recorder
	for i := range cfg.Machines {
		all = append(all, trace.New(cfg.Machines[i].Name, 1<<20))
	}
	r, err := system.Run(context.Background(), cfg, system.Options{Workers: 2, Traces: all})
	if err != nil {
		t.Fatal(err)
	}
	if x, y := encoded(t, decode(t)), encoded(t, r); !bytes.Equal(x, y) {
		t.Errorf("a trace changes\n%s\nto\n%s", x, y)
	}
	for i := range r.Machines {
		if system.Traced(&cfg.Machines[i]) {
			checkTraced(t, &r.Machines[i], all[i])
		}
	}
}
