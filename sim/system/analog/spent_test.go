package analog

import (
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim"
	"xbar/sim/workload"
)

// bound is the busiest part of a kernel, how long it is busy, and the others' time
// one after the other.
func (s *Spent) bound() (most Part, busy, others sim.Cycle) {
	for p, cycles := range s[:Loading] {
		others += cycles
		if cycles > busy {
			most, busy = Part(p), cycles
		}
	}
	return most, busy, others - busy
}

// faster is the machine with a part twice as fast, and whether it is.
func faster(m *configs.Machine, p Part) (*configs.Machine, bool) {
	fast := *m
	switch p {
	case Network:
		fast.Network.Bandwidth *= 2
	case DRAM:
		fast.DRAM.Bandwidth *= 2
	case Accumulators:
		fast.Accumulator.Lanes *= 2
	case Activations:
		fast.Activation.Lanes *= 2
	default:
		return nil, false
	}
	return &fast, true
}

// A part that is not the bound may be twice as fast, and a kernel takes as long as its
// bound is busy at least. A bound that is busy nearly all the time gives time back, if
// the others could do without it even one after the other.
func TestBoundsMatter(t *testing.T) {
	others, bounds := 0, 0
	hundreds(t, func(t *rapid.T) {
		m := randomMachine(t)
		m.Network.Bandwidth, m.DRAM.Bandwidth = max(m.Network.Bandwidth, 1e9), max(m.DRAM.Bandwidth, 1e9)
		w := randomChain(t, m)
		k := w.Kernels[0]
		k.L, k.Dynamic = 200, false
		w = &workload.Workload{Kernels: []workload.Kernel{k}}
		opt := options(t)
		opt.Steady = true
		m.Chip.Tiles *= 20 // no reload
		slow := simulate(t, m, w, opt)
		spent, cycles := slow.Spent(0), slow.measured.Cycles
		most, busy, rest := spent.bound()
		for p := range Loading {
			fast, ok := faster(m, p)
			if !ok || spent[p] == 0 {
				continue
			}
			got := simulate(t, fast, w, opt).measured.Cycles
			if p != most {
				others++
				if got < busy {
					t.Fatalf("%d cycles with a faster %s; %s is busy for %d, and was for that long of %d", got, slow.Path(p), slow.Path(most), busy, cycles)
				}
				continue
			}
			halved := simulate(t, fast, w, opt).Spent(0)[p] // less is saved of what is rounded up
			if float64(busy) > 0.95*float64(cycles) && float64(halved+rest) < 0.8*float64(cycles) {
				bounds++
				if float64(got) > 0.9*float64(cycles) {
					t.Fatalf("%d cycles with a faster %s, which was busy for %d of %d and all others for %d", got, slow.Path(p), busy, cycles, rest)
				}
			}
		}
	})
	t.Logf("%d parts that were no bound, %d that were nearly all of one", others, bounds)
	if !testing.Short() && (others < 400 || bounds < 30) { // of some 1000 and 100
		t.Errorf("%d parts that were no bound, %d that were nearly all of one", others, bounds)
	}
}
