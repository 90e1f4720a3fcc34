package digital

import (
	"context"
	"errors"
	"math"
	"math/bits"
	"slices"

	"xbar/sim/workload"
)

// auto is the order of loops that is none: each kernel has the one that costs
// it least.
const auto = "auto"

var orders = [...]string{"lmn", "mln", "lnm", "nlm", "mnl", "nml"}

// candidates are the loops that cheapest compares: all six orders; the innermost
// loop whole, or in runs of which sixteen fill the first cache; the loop around
// it whole, or in tiles that a cache holds beside the run; the outermost whole,
// or in tiles that the next cache holds as well. Tiles are powers of two. Stores
// go as the config says; where a run finishes the sum, also around the caches,
// for which processors have an instruction.
func (s *Scalar) candidates(k workload.Kernel, rows int64) (all []loops) {
	add := func(l loops) {
		if !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	for _, order := range orders {
		whole := newNest(order, place{rows, k.N, k.M}, place{}, 1)
		for _, run := range s.memory.runs(&whole, &k) {
			for _, tile := range s.memory.tilings(&whole, &k, run) {
				add(loops{order, tile, s.around})
				if whole.inner() == axisN && tile[axisN] == k.N {
					add(loops{order, tile, true})
				}
			}
		}
	}
	return all
}

// alongLines is how many lines so many indices of an axis take in an operand's
// row or column: roughly, as it is only to choose tiles by.
func (h *hierarchy) alongLines(k *workload.Kernel, count int64) int64 {
	return max(1, count*wordBits(max(k.InputBits, k.WeightBits))/h.line)
}

// runs are the lengths of a run: whole, and one of which sixteen fill the first
// cache.
func (h *hierarchy) runs(v *nest, k *workload.Kernel) []int64 {
	whole := v.size[v.inner()]
	if len(h.levels) == 1 {
		return []int64{whole}
	}
	short := power(h.levels[0].lines * h.line / 16 / wordBits(max(k.InputBits, k.WeightBits)))
	if short >= whole {
		return []int64{whole}
	}
	return []int64{whole, short}
}

// tilings are the tiles around a run.
func (h *hierarchy) tilings(v *nest, k *workload.Kernel, run int64) (all []place) {
	outer, middle := v.order[0], v.order[1]
	add := func(tileOuter, tileMiddle int64) {
		tile := v.size
		tile[v.inner()], tile[middle], tile[outer] = run, min(tileMiddle, v.size[middle]), min(tileOuter, v.size[outer])
		all = append(all, tile)
	}
	lines := h.alongLines(k, run)
	add(v.size[outer], v.size[middle])
	for c, cache := range h.levels[:len(h.levels)-1] {
		held := power(cache.lines/lines - 3)
		add(v.size[outer], held)
		if c+2 < len(h.levels) {
			add(power(h.levels[c+1].lines/lines-held), held)
		}
	}
	return all
}

// power is the largest power of two up to n, at least 1.
func power(n int64) int64 {
	if n < 1 {
		return 1
	}
	return 1 << (bits.Len64(uint64(n)) - 1)
}

// cheapest is the candidate that takes the least energy, and of those that take
// as little, the one that takes the fewest cycles. What a kernel costs if every
// line is brought once is a bound: candidates are counted in its order, as long
// as it can be met.
func (s *Scalar) cheapest(ctx context.Context, k workload.Kernel, batch, weights int64) (*plan, error) {
	rows := k.L * batch
	if k.Dynamic {
		rows = k.L
	}
	multiply := s.core.Multiply(&k).Value
	type bounded struct {
		plan *plan
		cost float64
	}
	var all []bounded
	var refused error
	for _, l := range s.candidates(k, rows) {
		p, err := s.layOut(k, batch, weights, l)
		if err != nil {
			refused = errors.Join(refused, err)
			continue
		}
		a := p.least()
		all = append(all, bounded{p, s.joules(&a, multiply)})
	}
	if len(all) == 0 {
		return nil, refused
	}
	slices.SortStableFunc(all, func(a, b bounded) int {
		switch {
		case a.cost < b.cost:
			return -1
		case a.cost > b.cost:
			return 1
		}
		return 0
	})
	var best *plan
	least, fastest := math.Inf(1), int64(math.MaxInt64)
	for _, c := range all {
		if c.cost > least {
			break
		}
		if err := c.plan.count(ctx); err != nil {
			return nil, err
		}
		cost, cycles := s.joules(&c.plan.whole, multiply), int64(s.cycles(&c.plan.whole))
		if cost < least || cost == least && cycles < fastest {
			best, least, fastest = c.plan, cost, cycles
		}
	}
	best.bound = all[0].cost // tiles only add to it
	return best, nil
}

// least is what a kernel does at least: every line is brought once, and once
// the sums are written back.
func (p *plan) least() activity {
	a := activity{levels: make([]levelActivity, len(p.memory.levels))}
	p.product(&a)
	for own := range p.operands {
		if o := &p.operands[own]; own != useY {
			for _, first := range []struct {
				level int
				lines int64
			}{{o.cold, o.lines(p.nest.size) - o.shared}, {o.near, o.shared}} {
				p.memory.serve(&a, first.level, first.lines)
				a.levels[first.level].serves += first.lines
			}
		}
	}
	if !p.operands[useY].around {
		for level := range p.home {
			p.memory.writeBack(&a, level, p.operands[useY].lines(p.nest.size))
		}
	}
	a.times(p.products)
	p.operate(&a)
	return a
}

// joules is what an activity costs, what leaks in its time included; a
// multiplication costs so much.
func (s *Scalar) joules(a *activity, multiply float64) float64 {
	joules := float64(a.multiplies)*multiply + s.clock.Seconds(s.cycles(a))*s.leakage
	for i, count := range [...]int64{a.issued, a.reads + a.writes, a.adds, a.activations} {
		joules += float64(count) * s.price[i]
	}
	for k := range a.levels {
		l := &a.levels[k]
		joules += float64(l.loads+l.stores+l.lineReads+l.lineFills+l.backs+l.lineWrites) * s.access[k]
	}
	return joules
}
