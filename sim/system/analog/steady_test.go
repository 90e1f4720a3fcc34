package analog

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/mapping"
	"xbar/sim/unit"
)

// A leap over steady vectors gives what going through all of them does: every
// count, joule, cycle and busy time. Step mode has an event for every stage of
// every read and never leaps.
func TestLeapsChangeNothing(t *testing.T) {
	runs, leaps, overHops := 0, 0, 0
	property := func(t *rapid.T) {
		m := randomMachine(t)
		w := randomChain(t, m)
		l := rapid.Int64Range(1, 400).Draw(t, "many")
		for k := range w.Kernels {
			w.Kernels[k].L = l
			w.Kernels[k].Dynamic = rapid.IntRange(0, 3).Draw(t, "dynamic") == 0
		}
		drawWindows(t, w.Kernels)
		m.GlobalBuffer.Capacity = unit.Bit(rapid.Int64Range(1, 100_000).Draw(t, "room")) // for some of the vectors' bits
		opt := options(t)
		burst := simulate(t, m, w, opt)
		opt.Step = true
		checkSame(t, burst, simulate(t, m, w, opt))
		runs++
		if burst.steady.leaps > 0 {
			leaps++
			if burst.hops != nil && !burst.networkLink.Unlimited() {
				overHops++
			}
		}
	}
	rounds, least := 5, 100 // of 500; some 220 do
	if testing.Short() {
		rounds, least = 1, 1
	}
	for range rounds {
		rapid.Check(t, property)
	}
	t.Logf("%d of %d runs leapt, %d with messages on links", leaps, runs, overHops)
	if leaps < least {
		t.Errorf("%d of %d runs leapt", leaps, runs)
	}
	if !testing.Short() && overHops < 20 { // some 70 do
		t.Errorf("%d runs leapt with messages on links", overHops)
	}
}

// The same where messages of other lengths are on many links when a wave leaps.
func TestLeapsOverHopsChangeNothing(t *testing.T) {
	leaps := 0
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		m.Network.Kind, m.Network.Model = rapid.SampledFrom([]string{"mesh", "htree"}).Draw(t, "routed"), "given"
		m.Network.Flit, m.Network.RouterLatency = unit.Bit(rapid.IntRange(1, 8).Draw(t, "narrow")), unit.Second(rapid.IntRange(0, 3).Draw(t, "stages"))*1e-9
		m.Network.Bandwidth = unit.BitPerSecond(rapid.SampledFrom([]float64{1e9, 3e9, 7e9, 32e9}).Draw(t, "link"))
		m.Network.Concentration = 1
		m.Chip.Tiles, m.Chip.ArraysPerTile, m.Chip.Replication = rapid.IntRange(6, 24).Draw(t, "more"), rapid.IntRange(1, 2).Draw(t, "few"), "none"
		m.InputBuffer.Capacity, m.OutputBuffer.Capacity = 1<<20, 1<<20
		w := randomChain(t, m)
		l := rapid.Int64Range(60, 300).Draw(t, "many")
		for k := range w.Kernels {
			w.Kernels[k].L = l
		}
		opt := options(t)
		burst := simulate(t, m, w, opt)
		opt.Step = true
		checkSame(t, burst, simulate(t, m, w, opt))
		leaps += burst.steady.leaps
	})
	if leaps < 100 && !testing.Short() { // of some 400 in a hundred runs
		t.Errorf("%d leaps", leaps)
	}
}

// A pipeline that leaps over inferences, of the pass that is alone and of those behind
// it, does what one does that goes through all of them, also where it finds its rate when
// the last of them are about to begin.
func TestPipelineLeapsChangeNothing(t *testing.T) {
	runs, leaps, alone, hops, spills, copies := 0, 0, 0, 0, 0, 0
	hundreds(t, func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 12)
		opt.Batch = rapid.Int64Range(1, 60).Draw(t, "inferences")
		behind := rapid.Int64Range(fewFlowInferences, mostFlowInferences).Draw(t, "behind")
		through := func() *Chip {
			c, err := New(context.Background(), c.machine, w, opt)
			if err != nil {
				t.Fatalf("%v", err)
			}
			c.flow.most = min(c.flow.most, opt.Batch+behind)
			c.run(t)
			return c
		}
		burst := through()
		opt.Step = true
		checkSame(t, burst, through())
		runs++
		f := &burst.flow
		if f.steady.leaps == 0 {
			return
		}
		leaps++
		count := func(n *int, has bool) {
			if has {
				*n++
			}
		}
		count(&alone, f.aloneLeaps > 0)
		count(&hops, burst.hops != nil && !burst.networkLink.Unlimited())
		count(&spills, slices.ContainsFunc(burst.spills[:len(burst.spills)-1], func(s mapping.Share) bool { return s.Part > 0 }))
		count(&copies, slices.ContainsFunc(burst.lines, func(l line) bool { return len(l.lanes) > 1 }))
	})
	t.Logf("%d of %d runs leapt: %d in the pass that is alone, %d with messages on links, %d that spill, %d with copies", leaps, runs, alone, hops, spills, copies)
}

// A vector whose messages are on their way keeps the time of those that are there.
func TestLeapMovesTails(t *testing.T) {
	r := running{issued: 3, drained: 1, slots: make([]slot, 4)}
	*r.slot(1), *r.slot(2) = slot{ends: 2, there: 17}, slot{ends: 1, there: 19}
	r.rename(5, 100)
	if a, b := *r.slot(6), *r.slot(7); r.drained != 6 || a.ends != 2 || a.there != 117 || b.ends != 1 || b.there != 119 {
		t.Errorf("%+v, %+v", a, b)
	}
}
