package systolic

import (
	"bytes"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"xbar/digital"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/trace"
	"xbar/sim/trace/tracetest"
)

// A trace changes nothing, and says what the pass says: busy cycles, joules, and that
// every cycle is busy or idle.
func TestTrace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kernels := drawKernels(t, 64)
		cfg := drawConfig(t)
		batch := rapid.Int64Range(1, 7).Draw(t, "batch")
		clock, _ := sim.NewClock(big.NewRat(1e9, 1))
		granularity := rapid.SampledFrom([]digital.Granularity{digital.Burst, digital.Step}).Draw(t, "granularity")
		plain, _ := New(cfg, clock)
		before := mustRun(t, plain, kernels, batch, granularity)
		m, _ := New(cfg, clock)
		r := trace.New("systolic", rapid.SampledFrom([]int{100, 1 << 20}).Draw(t, "limit"))
		r.Clock = clock
		if rapid.IntRange(0, 4).Draw(t, "short") == 0 {
			r.Most = rapid.Int64Range(0, 100).Draw(t, "most")
		}
		m.Trace(r)
		pass := mustRun(t, m, kernels, batch, granularity)
		same(t, plain, m, before, pass)
		var out bytes.Buffer
		if err := trace.Write(&out, r); err != nil {
			t.Fatal(err)
		}
		if _, err := tracetest.Check(out.Bytes()); err != nil {
			t.Fatal(err)
		}
		act := r.Acts()[0]
		for _, o := range act.Tracks {
			all := sim.Cycle(0)
			for _, s := range o.Shares {
				all += s.Cycles
			}
			if all != act.To-act.From {
				t.Fatalf("%s is busy or idle for %d of %d cycles", o.Path, all, act.To-act.From)
			}
		}
		if r.IsCut() {
			return
		}
		busy := map[string]int64{}
		for _, o := range act.Tracks {
			busy[o.Path] = o.Busy
		}
		for i, path := range map[int]string{peComponent: "pe", activationComponent: "activation", dramComponent: "dram"} {
			if busy[path] != int64(pass.Busy[i]) {
				t.Fatalf("%s is busy for %d cycles in the trace, and for %d", path, busy[path], pass.Busy[i])
			}
		}
		if act.To != pass.Cycles() {
			t.Fatalf("the trace ends at %d, the pass at %d", act.To, pass.Cycles())
		}
		var got, want energy.Sum
		for _, windows := range act.Power {
			for _, joules := range windows {
				got.Add(joules)
			}
		}
		for id := range m.Ledger().Accounts() {
			want.Add(m.Ledger().TotalJoules(energy.AccountID(id)))
		}
		if math.Abs(got.Value()-want.Value()) > 1e-9*want.Value() {
			t.Fatalf("%g J in the trace, and %g", got.Value(), want.Value())
		}
	})
}
