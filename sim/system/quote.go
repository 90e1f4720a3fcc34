package system

import (
	"context"
	"errors"
	"reflect"
	"slices"

	"xbar/configs"
	"xbar/sim/system/analog"
)

// Quote is a config's result with the prices that it came from. Two quotes of the same
// runs, each with another price than a third, give the result at both prices:
//
//	E = Σ_a n_a·e_a,   e_a = that of the quote in which it is another
type Quote struct {
	Result *Result
	config *configs.Config
	found  []evidence
	other  []bool // machines that are others than in the quote that this one was asked beside
}

// priced is a machine's run of which prices decide what things cost, and nothing else.
type priced struct {
	job  job
	chip *analog.Chip
}

// NewQuote runs a config, as [Run] does with a memo. It errs if a machine fails.
func NewQuote(ctx context.Context, cfg *configs.Config, opt Options) (*Quote, error) {
	result, found, err := run(ctx, cfg, opt)
	if err != nil {
		return nil, err
	}
	return &Quote{result, cfg, found, make([]bool, len(cfg.Machines))}, nil
}

// ErrNotPrices is the error of a quote that is to differ from another in more than prices.
var ErrNotPrices = errors.New("the config differs in more than the prices of machines")

// Beside is the quote of another config. It errs with [ErrNotPrices] where that differs
// in more than prices of machines.
func (q *Quote) Beside(ctx context.Context, cfg *configs.Config, opt Options) (*Quote, error) {
	if !reflect.DeepEqual(withoutMachines(q.config), withoutMachines(cfg)) || len(q.config.Machines) != len(cfg.Machines) {
		return nil, ErrNotPrices
	}
	n, err := NewQuote(ctx, cfg, opt)
	if err != nil {
		return nil, err
	}
	for m := range cfg.Machines {
		own, other := q.config.Machines[m], cfg.Machines[m]
		own.Provenance, other.Provenance = nil, nil
		if n.other[m] = !reflect.DeepEqual(own, other); n.other[m] && q.config.Unpriced(m) != cfg.Unpriced(m) {
			return nil, ErrNotPrices
		}
	}
	return n, nil
}

func withoutMachines(c *configs.Config) configs.Config {
	n := *c
	n.Machines, n.Provenance = nil, nil
	return n
}

// Meet reports whether a price, or how far one is from its floor, depends on keys of more
// than one of some groups; quotes with keys of both groups changed say nothing of it then.
// Keys are counted from the machine: "adc.energy_per_conversion".
func (q *Quote) Meet(groups [][]string) bool {
	meet := func(keys []string) bool {
		touched := 0
		for _, group := range groups {
			if slices.ContainsFunc(group, func(key string) bool { return slices.Contains(keys, key) }) {
				touched++
			}
		}
		return touched > 1
	}
	for m := range q.config.Machines {
		for _, l := range q.config.Machines[m].Limits() {
			if !q.config.AllowBelowFloor && meet(l.Keys()) {
				return true
			}
		}
		if p := q.found[m].priced; p != nil && slices.ContainsFunc(p.chip.PriceKeys(), meet) {
			return true
		}
	}
	return false
}

// Mixed is the machines at the prices in which quotes beside this one differ from it, with
// their totals alone: no components, kernels, limits or notes. It is nil where that does
// not follow from the quotes.
func (q *Quote) Mixed(quotes []*Quote) []Machine {
	machines := make([]Machine, len(q.Result.Machines))
	chips := make([]*analog.Chip, 0, len(quotes))
	for m := range machines {
		chips = chips[:0]
		machines[m] = q.Result.Machines[m]
		known := q.found[m].priced != nil
		for _, o := range quotes {
			if !o.other[m] {
				continue
			}
			machines[m] = o.Result.Machines[m]
			if known = known && o.found[m].priced != nil; known {
				chips = append(chips, o.found[m].priced.chip)
			} else {
				chips = append(chips, nil)
			}
		}
		if len(chips) < 2 {
			continue
		}
		if !known {
			return nil
		}
		chip := q.found[m].priced.chip.Mixed(chips)
		if chip == nil {
			return nil
		}
		machines[m] = q.found[m].priced.job.repriced(chip, &q.Result.Machines[m])
	}
	return machines
}

// repriced is the totals of a run at other prices than those of a result.
func (j *job) repriced(chip *analog.Chip, at *Machine) Machine {
	m := Machine{Name: at.Name, Kind: at.Kind, Cycles: at.Cycles, Seconds: at.Seconds, MACs: at.MACs}
	j.analogBooks(chip).fill(&m, analogParts(chip))
	m.Programming = j.programming(chip, &m)
	m.rate(j.batch(), j.config.Inferences, m.Programming.OneTime.EnergyJ)
	m.LatencyS = at.LatencyS
	m.Components = nil
	return m
}
