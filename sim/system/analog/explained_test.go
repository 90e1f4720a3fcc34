package analog

import (
	"testing"

	"pgregory.net/rapid"

	"xbar/sim"
	"xbar/sim/model/modeltest"
	"xbar/sim/workload"
)

// holdsFor fails unless a time is what its equation gives, and its cycles no fewer.
func (c *Chip) holdsFor(t *rapid.T, all ...Time) {
	for _, part := range all {
		modeltest.Check(t, part.Latency)
		if cycles := float64(part.Cycles); cycles < part.Latency.Value*float64(c.machine.Rate())*(1-1e-9) {
			t.Fatalf("%s, %s: %g s in %g cycles", part.Component, part.Latency.Name, part.Latency.Value, cycles)
		}
	}
}

// What a vector is said to take of each part is what the simulation had the part busy
// for, vector by vector.
func TestVectorTimesAreThoseOfTheRun(t *testing.T) {
	var compared [Parts]int
	hundreds(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := &workload.Workload{Kernels: randomChain(t, m).Kernels[:1]}
		m.Chip.Tiles *= 20 // no reload
		c := simulate(t, m, w, options(t))
		vectors, _ := c.KernelTimes()
		v := vectors[0]
		c.holdsFor(t, v.Parts...)
		if v.Waves != 1 {
			return // of which each may have other arrays
		}
		said := map[string]sim.Cycle{}
		for _, part := range v.Parts {
			said[part.Component] += part.Cycles * sim.Cycle(v.Vectors)
		}
		spent := c.Spent(0)
		parts := []Part{Converters, Drivers, ShiftAdds}
		if v.Copies == 1 {
			parts = append(parts, Accumulators, Activations)
			if c.hops == nil {
				parts = append(parts, Network)
			}
		}
		for _, p := range parts {
			if got := said[c.Path(p)]; got != spent[p] {
				t.Fatalf("%s: %d vectors take %d cycles, and it was busy for %d", c.Path(p), v.Vectors, got, spent[p])
			}
			if spent[p] > 0 {
				compared[p]++
			}
		}
	})
	for _, p := range []Part{Converters, Drivers, ShiftAdds, Accumulators, Activations, Network} {
		if !testing.Short() && compared[p] < 20 {
			t.Errorf("part %d was compared %d times", p, compared[p])
		}
	}
}

// A tile that is alone takes the cycles that are said to load, and so does a row of it.
func TestLoadTimesAreThoseOfTheRun(t *testing.T) {
	var alone, media int
	hundreds(t, func(t *rapid.T) {
		m := randomMachine(t)
		w := &workload.Workload{Kernels: randomChain(t, m).Kernels[:1]}
		m.Chip.Tiles *= 20
		m.Chip.Replication = "none"
		c := simulate(t, m, w, options(t))
		_, loads := c.KernelTimes()
		l := loads[0]
		c.holdsFor(t, l.Fetch, l.Carry, l.Write, l.Tile)
		pass := float64(c.measured.KernelLoads[0]) / float64(c.measured.Passes)
		if once := float64(c.measured.PreloadTiles) + max(0, float64(c.measured.WarmUpTiles)-pass); l.Once != once || l.Tiles != pass {
			t.Fatalf("%g tiles once and %g in a pass; %g and %g were loaded", l.Once, l.Tiles, once, pass)
		}
		if l.Once != 1 || pass > 0 || c.loads[0].row != c.loads[0].last {
			return
		}
		alone++
		if l.Fetch.Cycles+l.Carry.Cycles > l.Write.Cycles {
			media++
		}
		if l.Tile.Cycles != c.measured.PreloadCycles {
			t.Fatalf("%d rows of %d + %d + %d cycles take %d, simulated %d", l.Rows, l.Fetch.Cycles, l.Carry.Cycles, l.Write.Cycles, l.Tile.Cycles, c.measured.PreloadCycles)
		}
	})
	if !testing.Short() && (alone < 50 || media < 5) {
		t.Errorf("%d tiles alone, %d of them bound by media", alone, media)
	}
}
