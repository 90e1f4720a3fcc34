package system

import (
	"cmp"
	"slices"

	"xbar/digital/systolic"
	"xbar/sim"
	"xbar/sim/system/analog"
)

// Busy is what was busy, and for what share of the time.
type Busy struct {
	Component string  `json:"component"` // or "weight loads", for which the arrays wait
	Share     float64 `json:"share"`
}

// weightLoads is time in which arrays are loaded and do not compute.
const weightLoads = "weight loads"

// worked is cycles in which something was busy.
type worked struct {
	by     string
	cycles float64
}

// going is what a kernel's time went to. What is on its path follows one upon the
// other; what is beside was at work at the same time.
type going struct{ path, beside []worked }

// slower is the one with more cycles, of equals the first.
func slower(a, b worked) worked {
	if b.cycles > a.cycles {
		return b
	}
	return a
}

// analogGoing is what a kernel of a chip of arrays, layer by layer, spent its time on:
// loads, and what was busiest while it computed.
func analogGoing(chip *analog.Chip, k int) (g going) {
	cycles := chip.Spent(k)
	var busiest worked
	for p := range analog.Loading {
		s := worked{chip.Path(p), float64(cycles[p])}
		g.beside = append(g.beside, s)
		busiest = slower(busiest, s)
	}
	g.path = []worked{busiest, {weightLoads, float64(cycles[analog.Loading])}}
	return g
}

// systolicGoing is the same of a systolic array, which streams or is loaded, unless the
// DRAM or the activation unit have more to do than that.
func systolicGoing(s *systolic.Spent) (g going) {
	array := []worked{{"pe", float64(s.Streaming)}, {weightLoads, float64(s.Loading)}}
	beside := []worked{{"dram", float64(s.DRAM)}, {"activation", float64(s.Activation)}}
	if most := slower(beside[0], beside[1]); most.cycles > array[0].cycles+array[1].cycles {
		return going{path: []worked{most}, beside: append(array, beside...)}
	}
	return going{path: array, beside: beside}
}

// scalarGoing is the same of a core, which issues an instruction or waits for a level.
func scalarGoing(cycles []sim.Cycle, levels []string) (g going) {
	g.path = []worked{{"core", float64(cycles[0])}}
	for i, level := range levels {
		g.path = append(g.path, worked{level, float64(cycles[1+i])})
	}
	return g
}

// bind says of each kernel what its time went to, and of the pass what it went to in
// all of them; of says what a kernel's did, in so many cycles.
func (m *Machine) bind(of func(k int) (g going, cycles float64)) {
	var all []worked
	var pass float64
	for i := range m.Kernels {
		k := &m.Kernels[i]
		g, cycles := of(i)
		pass += cycles
		if cycles == 0 {
			continue
		}
		var bound worked
		for _, s := range g.path {
			bound = slower(bound, s)
			all = add(all, s)
		}
		k.Bound, k.BoundShare = bound.by, bound.cycles/cycles
		parts := slices.Clone(g.path)
		for _, s := range g.beside {
			if !slices.ContainsFunc(parts, func(p worked) bool { return p.by == s.by }) {
				parts = append(parts, s)
			}
		}
		k.Busy = shares(parts, cycles)
	}
	if pass > 0 {
		m.CriticalPath = shares(all, pass)
	}
}

// add adds to what something spent before.
func add(all []worked, s worked) []worked {
	i := slices.IndexFunc(all, func(a worked) bool { return a.by == s.by })
	if i < 0 {
		return append(all, s)
	}
	all[i].cycles += s.cycles
	return all
}

// shares is what was busy at all, the most first.
func shares(all []worked, cycles float64) (busy []Busy) {
	slices.SortStableFunc(all, func(a, b worked) int { return cmp.Compare(b.cycles, a.cycles) })
	for _, s := range all {
		if s.cycles > 0 {
			busy = append(busy, Busy{s.by, s.cycles / cycles})
		}
	}
	return busy
}
