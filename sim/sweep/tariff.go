package sweep

import (
	"context"
	"slices"
	"sync"

	"xbar/configs"
	"xbar/sim/system"
)

// tariffs are what is known of points that differ in prices alone. Where k groups of axes
// are prices, n_1 to n_k values of them take Σn_i runs at other prices and not Πn_i:
//
//	E(p_1 … p_k) = Σ_a n_a·e_a,   e_a as in the run where the one p_i that it depends on
//	                              has its value, and all other prices their first
type tariffs struct {
	groups []int      // of axes, that are prices
	keys   [][]string // of each, counted from the machine
	mu     sync.Mutex
	open   []*tariff   // the one that was used last comes last
	mixed  int64       // points that did not have to be run
	memo   system.Memo // of the runs that these are put together from
}

// mostTariffs bounds how many are open: one or two are, for their points follow each other.
const mostTariffs = 4

// mostQuotes bounds the memory of a tariff.
const mostQuotes = 1000

// tariff is that of the points which have a first one's values on all axes but prices.
type tariff struct {
	first  int64
	once   sync.Once
	base   *system.Quote // of the first; nil: its points are run one by one
	quotes [][]quoted    // by group, by value
}

type quoted struct {
	once sync.Once
	at   *system.Quote // nil: it failed
}

// newTariffs is nil where there is nothing to gain.
func newTariffs(p *Plan, price []bool) *tariffs {
	t := &tariffs{}
	sum, product := int64(0), int64(1)
	for g, group := range p.groups {
		var keys []string
		for _, a := range group {
			key, below := configs.BelowMachine(p.axes[a].Key)
			if !price[a] || !below {
				keys = nil
				break
			}
			keys = append(keys, key)
		}
		if keys == nil {
			continue
		}
		n := p.axes[group[0]].Len()
		sum, product = sum+n, product*n
		t.groups, t.keys = append(t.groups, g), append(t.keys, keys)
	}
	if len(t.groups) < 2 || product < 2*sum || sum > mostQuotes {
		return nil
	}
	return t
}

// of is the tariff of a point, and what its place is in each group of prices.
func (t *tariffs) of(p *Plan, point int64) (own *tariff, at []int64) {
	digits := p.digits(point)
	for _, g := range t.groups {
		at = append(at, digits[g])
		digits[g] = 0
	}
	first := p.number(digits)
	t.mu.Lock()
	defer t.mu.Unlock()
	i := slices.IndexFunc(t.open, func(o *tariff) bool { return o.first == first })
	if i < 0 {
		own = &tariff{first: first}
		for _, g := range t.groups {
			own.quotes = append(own.quotes, make([]quoted, p.axes[p.groups[g][0]].Len()))
		}
		if t.open = append(t.open, own); len(t.open) > mostTariffs {
			t.open = t.open[1:]
		}
		return own, at
	}
	own = t.open[i]
	t.open = append(slices.Delete(t.open, i, i+1), own)
	return own, at
}

// mixed is a point out of a tariff; nil where that is not to be had.
func (s *Study) mixed(ctx context.Context, i int64) []MachineOutput {
	if s.tariffs == nil {
		return nil
	}
	t, at := s.tariffs.of(s.Plan, i)
	t.once.Do(func() { s.openTariff(ctx, t) })
	if t.base == nil {
		return nil
	}
	out := s.mix(ctx, t, at)
	if out != nil && i != t.first {
		s.tariffs.mu.Lock()
		s.tariffs.mixed++
		s.tariffs.mu.Unlock()
	}
	return out
}

// openTariff runs the first of its points. Where two groups of prices decide one figure it
// stays closed.
func (s *Study) openTariff(ctx context.Context, t *tariff) {
	config, err := s.config(s.Plan.Values(t.first))
	if err != nil {
		return
	}
	base, err := system.NewQuote(ctx, config, s.options(&s.tariffs.memo))
	if err == nil && !base.Meet(s.tariffs.keys) {
		t.base = base
	}
}

// pointOf is the point of a tariff at a place in each group of prices.
func (s *Study) pointOf(t *tariff, at []int64) int64 {
	digits := s.Plan.digits(t.first)
	for i, g := range s.tariffs.groups {
		digits[g] = at[i]
	}
	return s.Plan.number(digits)
}

// mix is the outputs at a place in each group of prices.
func (s *Study) mix(ctx context.Context, t *tariff, at []int64) (out []MachineOutput) {
	var quotes []*system.Quote
	for g, n := range at {
		if n == 0 {
			continue
		}
		q := &t.quotes[g][n]
		q.once.Do(func() {
			alone := make([]int64, len(at))
			alone[g] = n
			if config, err := s.config(s.Plan.Values(s.pointOf(t, alone))); err == nil {
				q.at, _ = t.base.Beside(ctx, config, s.options(&s.tariffs.memo))
			}
		})
		if q.at == nil {
			return nil
		}
		quotes = append(quotes, q.at)
	}
	machines := t.base.Mixed(quotes)
	for m := range machines {
		out = append(out, MachineOutput{machines[m].Name, outputsOf(&machines[m])})
	}
	return out
}
