package analog

import (
	"xbar/sim"
	"xbar/sim/energy"
)

// meter reads the ledger from time to time, for a trace. What was booked since it was
// read last is spread over the time since then. Leakage is that of the time itself, for
// the ledger has it only when a kernel ends; what is computed beside a kernel's products,
// which the ledger has when the run ends, is spread over the time of the kernel.
type meter struct {
	from, at, next sim.Cycle // of the part of the run, when it was read, and when it will be
	done           bool
	joules         []float64 // by category, without leakage
	busy           []int64   // by component
	kernels        [][]float64
}

// perPart is how many times it is read at least while a part of the run gets twice as long.
const perPart = 256

// sample reads it.
func (m *meter) sample(t *tracks, now sim.Cycle) {
	if m.done {
		return
	}
	c := t.chip
	if m.joules == nil {
		m.joules, m.busy = make([]float64, len(energy.Categories())), make([]int64, len(c.components))
	}
	sums := make([]energy.Sum, len(m.joules))
	for id, a := range c.ledger.Accounts() {
		if a.Category != energy.Static {
			sums[a.Category].Add(c.ledger.TotalJoules(energy.AccountID(id)))
		}
	}
	for category := range sums {
		joules := sums[category].Value()
		if category == int(energy.Static) {
			joules = m.joules[category] + m.leaked(c, now)
		}
		t.Spend(category, m.at, now, joules-m.joules[category])
		m.joules[category] = joules
	}
	m.at, m.next = now, now+1+(now-m.from)/perPart
}

// leaked is the leakage since the meter was read.
func (m *meter) leaked(c *Chip, now sim.Cycle) float64 {
	var sum energy.Sum
	for i := range c.components {
		p := &c.components[i]
		busy := c.busyNow(p)
		count := int64(now - m.at)
		if c.gated(p) {
			count = busy - m.busy[i]
		}
		m.busy[i] = busy
		sum.Add(float64(count) * float64(c.ledger.Accounts()[p.leak].Each))
	}
	return sum.Value()
}

// note takes down what the ledger has of each kernel, by category.
func (m *meter) note(t *tracks) {
	c := t.chip
	m.kernels = make([][]float64, len(c.specs))
	for k := range c.specs {
		m.kernels[k] = c.dynamic(k)
	}
}

// dynamic is a kernel's joules by category, without leakage.
func (c *Chip) dynamic(kernel int) []float64 {
	joules := make([]float64, len(energy.Categories()))
	for id, a := range c.ledger.Accounts() {
		if a.Category != energy.Static {
			joules[a.Category] += c.ledger.Joules(c.KernelPhase(kernel), energy.AccountID(id))
		}
	}
	return joules
}

// beside spends what was booked since.
func (m *meter) beside(t *tracks) {
	c := t.chip
	all := float64(c.measured.Passes * c.options.Batch)
	for k := range m.kernels {
		for category, joules := range c.dynamic(k) {
			joules -= m.kernels[k][category]
			for _, x := range t.intervals {
				if x.kernel == k {
					t.Spend(category, x.from, x.to, joules*float64(x.inferences)/all)
				}
			}
		}
	}
}
