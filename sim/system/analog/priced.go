package analog

import (
	"slices"

	"xbar/configs"
	"xbar/sim/energy"
)

// Priced is the chip as it would be after its run if a machine's costs were others:
// what happened is the same, at other prices. The machine is the chip's own but for
// energies, powers and areas ([configs.Config.Unpriced]). It is nil where those decide
// what is counted at all, as a price of zero may. Values must not be exact, for
// joules then follow the data. It may be called from several goroutines.
func (c *Chip) Priced(m *configs.Machine) *Chip {
	n := *c
	n.machine, n.readout, n.ledger = m, newReadout(m), &energy.Ledger{}
	n.accounts, n.derivations, n.components = accounts{}, nil, nil
	n.specs = slices.Clone(c.specs)
	for k := range n.specs {
		n.specs[k].stages = slices.Clone(c.specs[k].stages)
	}
	n.openAccounts()
	n.openComponents()
	if !slices.EqualFunc(c.ledger.Accounts(), n.ledger.Accounts(), func(a, b energy.Account) bool {
		return a.Component == b.Component && a.Action == b.Action
	}) {
		return nil
	}
	n.openPhases()
	n.measured = c.measured
	n.price()
	for phase := range c.ledger.Phases() {
		for id := range c.ledger.Accounts() {
			account := energy.AccountID(id)
			n.ledger.Add(phase, account, c.ledger.Count(phase, account))
		}
	}
	for i := range n.components {
		n.components[i].busy, n.components[i].total = c.components[i].busy, c.components[i].total
	}
	return &n
}
