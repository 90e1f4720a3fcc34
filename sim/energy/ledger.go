package energy

import (
	"fmt"
	"math"
	"slices"

	"xbar/sim/unit"
)

// Category groups accounts in every table, in this order.
type Category uint8

// The categories of the model, in the order in which tables show them.
const (
	Input Category = iota
	Cells
	Output
	Accumulate
	Buffer
	Network
	DRAM
	Programming
	Compute
	Static
	numCategories
)

var categoryNames = [numCategories]string{
	"input", "cells", "output", "accumulate", "buffer", "network", "dram", "programming", "compute", "static",
}

func (c Category) String() string { return categoryNames[c] }

// Categories lists all of them in table order.
func Categories() []Category {
	all := make([]Category, numCategories)
	for i := range all {
		all[i] = Category(i)
	}
	return all
}

// AccountID names an account of one ledger.
type AccountID int

// Account is one (component, action) and what one such action costs.
type Account struct {
	Component string
	Action    string
	Category  Category
	Each      unit.Joule
}

// Ledger counts actions. The zero value has no accounts and no phases.
type Ledger struct {
	accounts []Account
	totals   []int64 // per account, kept beside the phases as a second tally
	phases   []phase
	index    map[[2]string]AccountID
}

type phase struct {
	name   string
	counts []int64
	joules []Sum
	each   []unit.Joule // what an action costs in this phase
}

// Open adds an account; opening the same (component, action) again is a
// programmer's error and panics.
func (l *Ledger) Open(component, action string, category Category, each unit.Joule) AccountID {
	mustCost(component, action, each)
	if len(l.phases) > 0 {
		panic("energy: accounts are opened before phases")
	}
	key := [2]string{component, action}
	if _, exists := l.index[key]; exists {
		panic(fmt.Sprintf("energy: account %s %s opened twice", component, action))
	}
	if l.index == nil {
		l.index = map[[2]string]AccountID{}
	}
	id := AccountID(len(l.accounts))
	l.index[key] = id
	l.accounts = append(l.accounts, Account{component, action, category, each})
	l.totals = append(l.totals, 0)
	return id
}

// AddPhase starts a new column of the ledger and returns its index.
func (l *Ledger) AddPhase(name string) int {
	each := make([]unit.Joule, len(l.accounts))
	for i := range each {
		each[i] = l.accounts[i].Each
	}
	l.phases = append(l.phases, phase{name, make([]int64, len(l.accounts)), make([]Sum, len(l.accounts)), each})
	return len(l.phases) - 1
}

// Price sets what an action costs in one phase, in place of the account's own
// price. Actions booked before cost that, too.
func (l *Ledger) Price(phase int, id AccountID, each unit.Joule) {
	mustCost(l.accounts[id].Component, l.accounts[id].Action, each)
	l.phases[phase].each[id] = each
}

// Repriced is a ledger of the same counts, whose prices are its own: [Ledger.TakePrice]
// may change them. Nothing is to be booked in either any more.
func (l *Ledger) Repriced() *Ledger {
	n := *l
	n.accounts, n.phases = slices.Clone(l.accounts), slices.Clone(l.phases)
	for i := range n.phases {
		n.phases[i].each = slices.Clone(l.phases[i].each)
	}
	return &n
}

// SamePrice reports whether an account costs the same in another ledger of the same
// accounts and phases, in each of them.
func (l *Ledger) SamePrice(other *Ledger, id AccountID) bool {
	if l.accounts[id].Each != other.accounts[id].Each {
		return false
	}
	for i := range l.phases {
		if l.phases[i].each[id] != other.phases[i].each[id] {
			return false
		}
	}
	return true
}

// TakePrice gives an account what it costs in another ledger of the same accounts and
// phases.
func (l *Ledger) TakePrice(other *Ledger, id AccountID) {
	l.accounts[id].Each = other.accounts[id].Each
	for i := range l.phases {
		l.phases[i].each[id] = other.phases[i].each[id]
	}
}

func mustCost(component, action string, each unit.Joule) {
	if each < 0 || math.IsNaN(float64(each)) || math.IsInf(float64(each), 0) {
		panic(fmt.Sprintf("energy: %s %s costs %v", component, action, float64(each)))
	}
}

// Add books n actions to a phase.
func (l *Ledger) Add(phase int, id AccountID, n int64) {
	l.phases[phase].counts[id] += n
	l.totals[id] += n
}

// AddData books joules that follow the data, beside the count's own.
func (l *Ledger) AddData(phase int, id AccountID, joules float64) {
	l.phases[phase].joules[id].Add(joules)
}

// Accounts lists the accounts in the order they were opened.
func (l *Ledger) Accounts() []Account { return l.accounts }

// Phases is the number of phases.
func (l *Ledger) Phases() int { return len(l.phases) }

// PhaseName is the name a phase was added under.
func (l *Ledger) PhaseName(phase int) string { return l.phases[phase].name }

// Count is how often an action happened in a phase.
func (l *Ledger) Count(phase int, id AccountID) int64 { return l.phases[phase].counts[id] }

// Total is how often an action happened in all phases.
func (l *Ledger) Total(id AccountID) int64 { return l.totals[id] }

// Lookup finds an account by name.
func (l *Ledger) Lookup(component, action string) (AccountID, bool) {
	id, ok := l.index[[2]string{component, action}]
	return id, ok
}

// Joules is the energy of an account in a phase.
func (l *Ledger) Joules(phase int, id AccountID) float64 {
	p := &l.phases[phase]
	return float64(p.counts[id])*float64(p.each[id]) + p.joules[id].Value()
}

// TotalJoules is the energy of an account over all phases.
func (l *Ledger) TotalJoules(id AccountID) float64 {
	var sum Sum
	rest := l.totals[id] // at the account's own price
	for i := range l.phases {
		p := &l.phases[i]
		sum.Add(p.joules[id].Value())
		if p.each[id] != l.accounts[id].Each {
			sum.Add(float64(p.counts[id]) * float64(p.each[id]))
			rest -= p.counts[id]
		}
	}
	sum.Add(float64(rest) * float64(l.accounts[id].Each))
	return sum.Value()
}

// Check asserts conservation: the phases' counts add up to the accounts', no
// count is negative, and the joules of the phases are those of the accounts.
func (l *Ledger) Check() error {
	var byAccount, byPhase Sum
	for id, account := range l.accounts {
		var count int64
		for p := range l.phases {
			n := l.phases[p].counts[id]
			if n < 0 {
				return fmt.Errorf("energy: %s %s counts %d in %s", account.Component, account.Action, n, l.phases[p].name)
			}
			count += n
			byPhase.Add(l.Joules(p, AccountID(id)))
		}
		if count != l.totals[id] {
			return fmt.Errorf("energy: %s %s: phases count %d, the account %d", account.Component, account.Action, count, l.totals[id])
		}
		byAccount.Add(l.TotalJoules(AccountID(id)))
	}
	a, p := byAccount.Value(), byPhase.Value()
	if math.IsNaN(a) || math.IsInf(a, 0) || math.Abs(a-p) > 1e-12*math.Max(math.Abs(a), math.Abs(p)) {
		return fmt.Errorf("energy: accounts hold %g J, phases %g J", a, p)
	}
	return nil
}

// Sum is Neumaier's compensated sum; the zero value is an empty sum.
type Sum struct{ sum, lost float64 }

// Add adds x.
func (s *Sum) Add(x float64) {
	t := s.sum + x
	if math.Abs(s.sum) >= math.Abs(x) {
		s.lost += (s.sum - t) + x
	} else {
		s.lost += (x - t) + s.sum
	}
	s.sum = t
}

// Value is the sum so far.
func (s *Sum) Value() float64 { return s.sum + s.lost }
