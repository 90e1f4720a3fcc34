package trace

import "xbar/sim"

// windows is how many a profile has at most.
const windows = 512

// profile is amounts over an act's time, in windows of equal length from its start on.
type profile struct {
	width  sim.Cycle // of a window, a power of two
	values []float64
}

// reach doubles windows until the profile reaches so many cycles from its start.
func (p *profile) reach(to sim.Cycle, join func(a, b float64) float64) {
	p.width = max(p.width, 1)
	for to > windows*p.width {
		p.double(join)
	}
	for n := int((to + p.width - 1) / p.width); len(p.values) < n; {
		p.values = append(p.values, 0)
	}
}

func (p *profile) double(join func(a, b float64) float64) {
	p.width *= 2
	half := p.values[:0]
	for i := 0; i < len(p.values); i += 2 {
		if i+1 < len(p.values) {
			half = append(half, join(p.values[i], p.values[i+1]))
		} else {
			half = append(half, join(p.values[i], 0))
		}
	}
	p.values = half
}

func sum(a, b float64) float64     { return a + b }
func largest(a, b float64) float64 { return max(a, b) }

// add spreads an amount evenly from one cycle up to another; where they are the same, it
// is of the cycle before.
func (p *profile) add(from, to sim.Cycle, amount float64) {
	if from == to {
		from = max(from-1, 0)
		to = from + 1
	}
	p.reach(to, sum)
	each := amount / float64(to-from)
	for at := from; at < to; {
		i := at / p.width
		next := min(to, (i+1)*p.width)
		p.values[i] += each * float64(next-at)
		at = next
	}
}

// raise notes that an amount was there from one cycle up to another.
func (p *profile) raise(from, to sim.Cycle, amount float64) {
	p.reach(to, largest)
	for i := from / p.width; i <= (to-1)/p.width; i++ {
		p.values[i] = max(p.values[i], amount)
	}
}
