package analog

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/theory"
)

// theoryUnit is a machine's activation unit in the closed form.
func (c *Chip) theoryUnit() theory.Unit {
	a := &c.machine.Activation
	return theory.Unit{Lanes: int64(a.Lanes), Cycles: int64(math.Round(float64(a.Latency) * 1e9))}
}

// In a chip of one tile its unit works for each kernel as long as the closed form has
// it, and no pass is shorter than that.
func TestActivationUnitsEqualTheory(t *testing.T) {
	property := func(t *rapid.T) {
		c, w, opt := randomPipeline(t, 12)
		m := c.machine
		m.Chip.Tiles, m.Chip.ArraysPerTile = 1, m.Chip.Tiles*m.Chip.ArraysPerTile
		m.InputBuffer.Capacity, m.OutputBuffer.Capacity = 1<<20, 1<<20
		m.Chip.Execution = rapid.SampledFrom([]string{"layers", "pipeline"}).Draw(t, "execution")
		opt.Step = rapid.Bool().Draw(t, "step")
		for k := range w.Kernels {
			w.Kernels[k].Beside.Operations = rapid.Int64Range(0, 1000).Draw(t, "operations")
		}
		c = simulate(t, m, w, opt)
		unit, want := c.theoryUnit(), int64(0)
		for k := range w.Kernels {
			k := &w.Kernels[k]
			want += k.L * opt.Batch * unit.Busy(k.Outputs(), k.Activation, k.Beside.Operations, k.L*k.Outputs())
		}
		i := slices.IndexFunc(c.components, func(p Component) bool { return p.Path == "tile/activation" })
		if got := c.components[i].busy; got != want*c.measured.Passes {
			t.Fatalf("the unit works for %d cycles in %d passes, theory %d a pass", got, c.measured.Passes, want)
		}
		exact := !c.pipelined() || c.measured.Flow.Steady
		if slack := c.measured.Passes; exact && int64(c.measured.Cycles)+slack < want*c.measured.Passes {
			t.Fatalf("%d passes take %d cycles, in which the unit works for %d each", c.measured.Passes, c.measured.Cycles, want)
		}
	}
	for range 5 {
		rapid.Check(t, property)
	}
}
