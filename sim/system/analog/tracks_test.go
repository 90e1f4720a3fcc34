package analog

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/trace"
	"xbar/sim/trace/tracetest"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// Of layers, and of all that they may have, a trace says what the accounts do.
func TestTraceOfLayers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		exact := rapid.IntRange(0, 2).Draw(t, "exact") == 0
		for k := range w.Kernels {
			kernel := &w.Kernels[k]
			kernel.Dynamic = !exact && rapid.IntRange(0, 3).Draw(t, "dynamic") == 0
			kernel.Beside.Operations = rapid.Int64Range(0, 50).Draw(t, "beside")
			kernel.Beside.Operands, kernel.Beside.Results = rapid.Int64Range(0, 50).Draw(t, "operands"), rapid.Int64Range(0, 50).Draw(t, "results")
		}
		opt := options(t)
		switch {
		case exact:
			w.Values = exactValues(t, m, w, opt)
			m.DAC.GateZeros = rapid.Bool().Draw(t, "gate zeros")
		case rapid.Bool().Draw(t, "side"):
			opt.Digital = withSide(t, m, w)
		case rapid.IntRange(0, 3).Draw(t, "long") == 0:
			for k := range w.Kernels {
				w.Kernels[k].L *= 80
			}
		}
		checkTrace(t, m, w, opt)
	})
}

func TestTraceOfPipelines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 12)
		if rapid.IntRange(0, 3).Draw(t, "exact") == 0 {
			for k := range w.Kernels {
				w.Kernels[k].L = 3
			}
			drawWindows(t, w.Kernels)
			w.Values = randomValues(t, c, w, rapid.IntRange(1, 4).Draw(t, "inputs"))
		}
		checkTrace(t, c.machine, w, opt)
	})
}

func TestTraceOfSessions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := randomDecoding(t)
		d.opt.Step = rapid.Bool().Draw(t, "step")
		plain, _ := d.run(t, d.opt)
		opt := d.opt
		var err error
		if opt.Session, err = NewSession(context.Background(), d.machine, d.at(d.steps), opt); err != nil {
			t.Fatal(err)
		}
		for step := int64(1); step <= d.steps; step++ {
			opt.Trace = trace.New("session", 1<<20)
			c := simulate(t, d.machine, d.at(step), opt)
			checkSame(t, plain[step-1], c)
			checkActs(t, c, opt.Trace.Acts())
			checkFile(t, c, opt.Trace, 1<<20)
		}
	})
}

// exactValues draws values for a chain.
func exactValues(t *rapid.T, m *configs.Machine, w *workload.Workload, opt Options) *workload.Values {
	c, err := New(context.Background(), m, w, opt)
	if err != nil {
		t.Fatal(err)
	}
	return randomValues(t, c, w, rapid.IntRange(1, 4).Draw(t, "inputs"))
}

func checkTrace(t *rapid.T, m *configs.Machine, w *workload.Workload, opt Options) {
	opt.Step = rapid.Bool().Draw(t, "step")
	plain := simulate(t, m, w, opt)
	limit := rapid.SampledFrom([]int{300, 1 << 20}).Draw(t, "limit")
	opt.Trace = trace.New(`a "machine"`, limit)
	if rapid.IntRange(0, 4).Draw(t, "short") == 0 {
		opt.Trace.Most = rapid.Int64Range(0, 300).Draw(t, "most")
	}
	c := simulate(t, m, w, opt)
	checkSame(t, plain, c)
	if opt.Trace.IsCut() {
		acts := opt.Trace.Acts()
		for i := range acts {
			for _, o := range acts[i].Tracks {
				checkOccupancy(t, &acts[i], &o)
			}
		}
		checkFile(t, c, opt.Trace, limit)
		return
	}
	checkActs(t, c, opt.Trace.Acts())
	checkFile(t, c, opt.Trace, limit)
}

// checkActs holds profiles against the accounts.
func checkActs(t *rapid.T, c *Chip, acts []trace.Act) {
	at, joules := sim.Cycle(0), 0.0
	busy := map[string]int64{}
	for i := range acts {
		a := &acts[i]
		if a.From != at || a.To < a.From {
			t.Fatalf("%s is from %d to %d, the one before up to %d", a.Name, a.From, a.To, at)
		}
		at = a.To
		for _, o := range a.Tracks {
			busy[o.Path] += o.Busy
			checkOccupancy(t, a, &o)
		}
		for _, l := range a.Levels {
			for _, bytes := range l.Windows {
				if bytes < 0 || bytes > l.Capacity*(1+1e-12) {
					t.Fatalf("%s: %s holds %g of %g bytes", a.Name, l.Path, bytes, l.Capacity)
				}
			}
		}
		joules += joulesOf(a)
	}
	if at != c.engine.Now() {
		t.Fatalf("acts end at %d, the run at %d", at, c.engine.Now())
	}
	for i := range c.components {
		if p := &c.components[i]; p.extra != nil && busy[p.Path] != c.tracks.meter.busy[i] {
			t.Fatalf("%s is busy for %d cycles in the trace, and for %d", p.Path, busy[p.Path], c.tracks.meter.busy[i])
		}
	}
	if c.pipelined() {
		checkOnePass(t, c, acts)
		return
	}
	var all, measured energy.Sum
	for phase := range c.ledger.Phases() {
		for id := range c.ledger.Accounts() {
			x := c.ledger.Joules(phase, energy.AccountID(id))
			all.Add(x)
			if phase >= firstKernelPhase {
				measured.Add(x)
			}
		}
	}
	same(t, "all acts", joules, all.Value())
	if c.machine.Chip.OverlapReload { // a pass loads what the next one needs
		return
	}
	last := &acts[len(acts)-1]
	same(t, last.Name, joulesOf(last), measured.Value())
	for i := range c.components {
		p := &c.components[i]
		for _, o := range last.Tracks {
			if o.Path == p.Path && o.Busy != p.busy {
				t.Fatalf("%s is busy for %d cycles in %s, and for %d", p.Path, o.Busy, last.Name, p.busy)
			}
		}
	}
}

func same(t *rapid.T, what string, got, want float64) {
	if math.Abs(got-want) > 1e-9*want {
		t.Fatalf("%s take %g J in the trace, and %g J", what, got, want)
	}
}

func joulesOf(a *trace.Act) float64 {
	var sum energy.Sum
	for _, windows := range a.Power {
		for _, joules := range windows {
			sum.Add(joules)
		}
	}
	return sum.Value()
}

// checkOccupancy: every cycle of an act is busy or idle for one cause, in windows as in
// all.
func checkOccupancy(t *rapid.T, a *trace.Act, o *trace.Occupancy) {
	all := sim.Cycle(0)
	windows := make([]float64, (a.To-a.From+a.Width-1)/a.Width)
	for _, s := range o.Shares {
		all += s.Cycles
		sum := 0.0
		for i, cycles := range s.Windows {
			sum += cycles
			windows[i] += cycles
		}
		if s.Cycles < 0 || !o.Part && sum != float64(s.Cycles) {
			t.Fatalf("%s, %s: %d cycles of %s, %g in windows", a.Name, o.Path, s.Cycles, s.Name, sum)
		}
	}
	if all != a.To-a.From {
		t.Fatalf("%s: %s is busy or idle for %d of %d cycles: %+v", a.Name, o.Path, all, a.To-a.From, o.Shares)
	}
	for i, cycles := range windows {
		if want := float64(min(a.Width, a.To-a.From-sim.Cycle(i)*a.Width)); !o.Part && cycles != want {
			t.Fatalf("%s: %s is busy or idle for %g of %g cycles of window %d", a.Name, o.Path, cycles, want, i)
		}
	}
}

// checkOnePass: what the pass that is alone in a pipeline takes, without leakage, is what
// the result has of one; where values are exact, all passes are.
func checkOnePass(t *rapid.T, c *Chip, acts []trace.Act) {
	got, want := 0.0, 0.0
	for i := range acts {
		if acts[i].Name == "preload" || acts[i].Name != "one pass" && c.values == nil {
			continue
		}
		for category, windows := range acts[i].Power {
			for _, joules := range windows {
				if category != int(energy.Static) {
					got += joules
				}
			}
		}
	}
	i := 0
	for phase := firstKernelPhase; phase < c.ledger.Phases(); phase++ {
		for id, a := range c.ledger.Accounts() {
			if n := c.ledger.Count(phase, energy.AccountID(id)); n > 0 && a.Category != energy.Static {
				want += c.ledger.Joules(phase, energy.AccountID(id)) / float64(n) * float64(c.flow.counts[i])
			}
			i++
		}
	}
	passes := float64(1)
	if c.values != nil {
		passes = float64(c.measured.Passes)
	}
	for k := range c.specs { // what is beside the products is booked when all is over
		for category, joules := range c.dynamic(k) {
			want += (joules - c.tracks.meter.kernels[k][category]) * passes / float64(c.measured.Passes)
		}
	}
	same(t, "one pass", got, want)
}

// checkFile holds the file against the format, and its spans against the acts.
func checkFile(t *rapid.T, c *Chip, r *trace.Recorder, limit int) {
	var out bytes.Buffer
	if err := trace.Write(&out, r); err != nil {
		t.Fatal(err)
	}
	file, err := tracetest.Check(out.Bytes())
	if err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	spans, tracks := 0, map[int]float64{}
	joules, since, watts := 0.0, 0.0, 0.0
	for _, e := range file.TraceEvents {
		switch e.Ph {
		case "X":
			spans++
			tracks[*e.Tid] += *e.Dur
		case "C":
			if e.Name != "power (W)" {
				continue
			}
			joules += watts * (*e.Ts - since) * 1e-6
			since, watts = *e.Ts, 0
			for _, value := range e.Args {
				watts += value.(float64)
			}
		}
	}
	want, acts := 0.0, r.Acts()
	for _, a := range acts {
		if a.To > a.From { // else there is no power
			want += joulesOf(&a)
		}
	}
	end := c.clock.Seconds(acts[len(acts)-1].To) * 1e6
	if end > 0 {
		same(t, "power", joules, want)
	}
	for track, busy := range tracks {
		if math.Abs(busy-end) > 1e-9*end {
			t.Fatalf("spans of track %d take %g µs of %g", track, busy, end)
		}
	}
	if most := limit + 200*len(tracks); spans > most {
		t.Fatalf("%d spans, where %d are the most", spans, limit)
	}
}

// Arrays that are stepped one by one are busy when groups of them are, and do the same.
func TestTracesInStepsAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		opt := options(t)
		var busy [2]string
		for i := range busy {
			opt.Step, opt.Trace = i == 1, trace.New("machine", 1<<20)
			simulate(t, m, w, opt)
			whole := map[string]int64{}
			for _, a := range opt.Trace.Acts() {
				busy[i] += worked(&a, m.Chip.OverlapReload)
				for _, o := range a.Tracks {
					if !o.Part {
						whole[o.Path] += o.Busy
					}
				}
			}
			busy[i] += fmt.Sprintln(whole)
		}
		if busy[0] != busy[1] {
			t.Fatalf("burst:\n%sstep:\n%s", busy[0], busy[1])
		}
	})
}

// worked says for how long each component does something, and what; and how long the
// accounts have it busy: those of a load that overlaps are in the act in which it begins,
// at whose end others may begin first.
func worked(a *trace.Act, overlaps bool) (text string) {
	for _, o := range a.Tracks {
		if o.Part {
			continue
		}
		cycles, names := sim.Cycle(0), map[string]bool{}
		for _, s := range o.Shares {
			if s.Idle {
				continue
			}
			cycles += s.Cycles
			for _, name := range strings.Split(s.Name, " + ") { // where to cut work that overlaps is anybody's guess
				names[name] = true
			}
		}
		text += fmt.Sprintln(a.Name, o.Path, cycles, names)
		if !overlaps {
			text += fmt.Sprintln(o.Busy)
		}
	}
	return text
}

// The trace of a machine goes on where a chip has nothing to do in no time.
func TestTraceOfNoTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		m.Cell.ReadTime, m.DAC.Latency, m.SampleHold.Latency, m.SampleHold.IntegrationTime = 0, 0, 0, 0
		m.ADC.Latency, m.ADC.Every, m.ShiftAdd.Latency, m.Accumulator.Latency, m.Activation.Latency = 0, 0, 0, 0, 0
		m.AdderTree.Latency, m.AdderTree.Interval, m.Cell.WriteTime, m.Cell.VerifyTime = 0, 0, 0, 0
		m.Network.Bandwidth, m.Network.RouterLatency, m.DRAM.Bandwidth = 0, 0, unit.BitPerSecond(rapid.SampledFrom([]float64{0, 2e9}).Draw(t, "slow"))
		checkTrace(t, m, randomChain(t, m), options(t))
	})
}
