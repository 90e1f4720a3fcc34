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
	if !n.countsAs(c) {
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

// countsAs reports whether both chips count the same.
func (c *Chip) countsAs(o *Chip) bool {
	return slices.EqualFunc(c.ledger.Accounts(), o.ledger.Accounts(), func(a, b energy.Account) bool {
		return a.Component == b.Component && a.Action == b.Action
	})
}

// Mixed is the chip at prices each of which is its own or, where one of the others
// differs from it there, that one's. The others are chips to which the same happened, and
// no two of them differ from it in the same price. It is nil where prices decide what is
// counted at all.
func (c *Chip) Mixed(others []*Chip) *Chip {
	n := *c
	n.ledger, n.components = c.ledger.Repriced(), slices.Clone(c.components)
	for _, o := range others {
		if !c.countsAs(o) {
			return nil
		}
		for i := range c.ledger.Accounts() {
			if id := energy.AccountID(i); !o.ledger.SamePrice(c.ledger, id) {
				n.ledger.TakePrice(o.ledger, id)
			}
		}
		for i := range c.components {
			own, other := &c.components[i], &o.components[i]
			if other.Area.Value != own.Area.Value || other.AreaKnown != own.AreaKnown {
				n.components[i].Area, n.components[i].AreaKnown = other.Area, other.AreaKnown
			}
		}
	}
	return &n
}

// PriceKeys lists, for every price of the chip, the config keys that it depends on: of
// each account in each kernel, and of each component's area.
func (c *Chip) PriceKeys() (keys [][]string) {
	for i := range c.derivations {
		d := &c.derivations[i]
		for k := range c.specs {
			keys = append(keys, d.figure(k).Keys())
			if !d.varied {
				break
			}
		}
	}
	for i := range c.components {
		keys = append(keys, c.components[i].Area.Keys())
	}
	return keys
}
