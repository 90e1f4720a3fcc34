package analog

import (
	"testing"

	"pgregory.net/rapid"

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
