package system

import (
	"math"
	"strings"

	"xbar/sim/energy"
)

// part is a kind of component as every machine describes it.
type part struct {
	path      string
	instances int64
	busy      int64 // cycles in the measured passes, over all instances
	area      float64
	areaKnown bool
}

// books reads a ledger's kernel phases, first to last, as the mean of so many
// passes.
type books struct {
	ledger      *energy.Ledger
	first, last int
	passes      int64
}

func (b books) joules(id energy.AccountID) float64 {
	var sum energy.Sum
	for p := b.first; p <= b.last; p++ {
		sum.Add(b.ledger.Joules(p, id))
	}
	return sum.Value() / float64(b.passes)
}

func (b books) count(id energy.AccountID) int64 { return int64(math.Round(b.mean(id))) }

// mean is how often something happened in a pass.
func (b books) mean(id energy.AccountID) float64 {
	var n int64
	for p := b.first; p <= b.last; p++ {
		n += b.ledger.Count(p, id)
	}
	return float64(n) / float64(b.passes)
}

// phaseJoules is the energy of one kernel in one pass.
func (b books) phaseJoules(phase int) float64 {
	var sum energy.Sum
	for id := range b.ledger.Accounts() {
		sum.Add(b.ledger.Joules(phase, energy.AccountID(id)))
	}
	return sum.Value() / float64(b.passes)
}

// phaseCategories are those joules by category.
func (b books) phaseCategories(phase int) *Categories {
	var sums [10]energy.Sum
	for id, account := range b.ledger.Accounts() {
		sums[account.Category].Add(b.ledger.Joules(phase, energy.AccountID(id)))
	}
	c := &Categories{}
	for i := range sums {
		*c.of(energy.Category(i)) = sums[i].Value() / float64(b.passes)
	}
	return c
}

// of is the joules of a category.
func (c *Categories) of(category energy.Category) *float64 {
	return [...]*float64{
		&c.Input, &c.Cells, &c.Output, &c.Accumulate, &c.Buffer, &c.Network, &c.DRAM, &c.Programming, &c.Compute, &c.Static,
	}[category]
}

// fill writes a pass's energy into a result: by category, by component, in
// total. The total is the sum of the categories.
func (b books) fill(m *Machine, parts []part) {
	var sums [10]energy.Sum
	byPath := map[string]*Component{}
	most := map[*Component]float64{} // joules of its costliest action
	for i := range parts {
		p := &parts[i]
		m.Components = append(m.Components, Component{Path: p.path, Instances: p.instances, AreaM2: totalArea(parts[i : i+1]), BusyCycles: p.busy / b.passes})
	}
	for i := range m.Components {
		c := &m.Components[i]
		byPath[c.Path] = c
		if m.Cycles > 0 {
			c.Utilization = float64(c.BusyCycles) / float64(m.Cycles) / float64(c.Instances)
		}
	}
	for id, account := range b.ledger.Accounts() {
		joules := b.joules(energy.AccountID(id))
		sums[account.Category].Add(joules)
		c := byPath[account.Component]
		if c.Category == "" || joules > most[c] {
			c.Category, most[c] = account.Category.String(), joules
		}
		c.EnergyJ += joules
		c.Actions = append(c.Actions, Action{
			Action: account.Action, Category: account.Category.String(),
			Count: b.count(energy.AccountID(id)), EnergyJ: joules,
		})
	}
	var total energy.Sum
	for _, category := range energy.Categories() {
		*m.Categories.of(category) = sums[category].Value()
		total.Add(sums[category].Value())
	}
	m.EnergyJ = total.Value()
	m.AreaM2 = totalArea(parts)
}

// totalArea is nil unless every part's area is known.
func totalArea(parts []part) *float64 {
	var sum energy.Sum
	for _, p := range parts {
		if !p.areaKnown {
			return nil
		}
		sum.Add(p.area * float64(p.instances))
	}
	area := sum.Value()
	return &area
}

// rate fills in what follows from energy, time and work.
func (m *Machine) rate(batch, inferences int64, oneTime float64) {
	m.Batch = batch
	m.LatencyS = m.Seconds
	m.EnergyPerInferenceJ = m.EnergyJ/float64(batch) + oneTime/float64(inferences)
	m.EnergyPerMACJ = m.EnergyJ / float64(m.MACs)
	m.EnergyDelayJS = m.EnergyPerInferenceJ * m.Seconds / float64(batch)
	if m.EnergyJ > 0 {
		m.OpsPerJoule = 2 * float64(m.MACs) / m.EnergyJ
	}
	if m.Seconds > 0 {
		m.OpsPerSecond = 2 * float64(m.MACs) / m.Seconds
	}
	if m.AreaM2 != nil && *m.AreaM2 > 0 {
		density := m.OpsPerSecond / *m.AreaM2
		m.OpsPerSecondPerM2 = &density
	}
	for i := range m.Kernels {
		k := &m.Kernels[i]
		k.EnergyPerMACJ = k.EnergyJ / k.MACs()
		k.EnergyDelayJS = k.EnergyJ / float64(batch) * k.Seconds / float64(batch)
	}
}

// areaNote says why the area is not known; "" where it is.
func (m *Machine) areaNote() string {
	var without []string
	for _, c := range m.Components {
		if c.AreaM2 == nil {
			without = append(without, c.Path)
		}
	}
	switch len(without) {
	case 0:
		return ""
	case len(m.Components):
		return "the area is not known: no component has one"
	}
	return "the area is not known: none is given for " + strings.Join(without, ", ")
}
