package analog

import (
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/unit"
)

// Loads that are known from before take what they take row by row, as step mode has
// them: every count, joule, cycle and busy time.
func TestLoadsAgainChangeNothing(t *testing.T) {
	runs, again := 0, 0
	property := func(t *rapid.T) {
		m := randomMachine(t)
		m.Chip.OverlapReload = false
		m.Network.Bandwidth = unit.BitPerSecond(rapid.SampledFrom([]float64{1e9, 3e9, 16e9, 200e9}).Draw(t, "slow network"))
		w := randomChain(t, m)
		for k := range w.Kernels {
			w.Kernels[k].Dynamic = rapid.IntRange(0, 3).Draw(t, "dynamic") == 0
		}
		opt := options(t)
		burst := simulate(t, m, w, opt)
		opt.Step = true
		checkSame(t, burst, simulate(t, m, w, opt))
		runs++
		if burst.again.times > 0 {
			again++
		}
	}
	for range 5 {
		rapid.Check(t, property)
	}
	t.Logf("%d of %d runs loaded what was known", again, runs)
	if again < runs/10 {
		t.Errorf("%d of %d runs loaded what was known", again, runs)
	}
}
