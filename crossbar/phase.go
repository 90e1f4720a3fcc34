package crossbar

import "xbar/dac"

// Phase is the input slices that an array accumulates in the analog domain and
// converts at once.
type Phase struct {
	From, To int     // slices, the last one not included
	Weights  []int64 // of each slice in the sum; that of the least significant one is 1
	Steps    int64   // Σ|weight|, the units of integration that it takes
	Later    int     // bits of the input that the phases behind it bring; the sum lacks them
	base     int64   // σ of the slice whose weight is 1
}

// Phases cuts the slices of an input into so many phases of about equal length,
// the shorter ones first; 0 converts every slice by itself, at full resolution.
func Phases(s dac.Slicer, phases int) []Phase {
	slices := s.Slices()
	n := min(phases, slices)
	if phases == 0 {
		n = slices
	}
	all := make([]Phase, n)
	for p := range all {
		all[p] = newPhase(s, p*slices/n, (p+1)*slices/n)
		if phases > 0 {
			all[p].Later = s.Bits * (slices - all[p].To)
		}
	}
	return all
}

func newPhase(s dac.Slicer, from, to int) Phase {
	p := Phase{From: from, To: to, base: s.Significance(from)}
	for t := from; t < to; t++ {
		if σ := s.Significance(t); abs(σ) < abs(p.base) {
			p.base = σ
		}
	}
	for t := from; t < to; t++ {
		weight := s.Significance(t) / p.base
		p.Weights = append(p.Weights, weight)
		p.Steps += abs(weight)
	}
	return p
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}
