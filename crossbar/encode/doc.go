// Package encode turns signed weights into cell levels and column sums back
// into products.
//
//	Σ_i x_i·w_i = Σ_c σ_c · (Σ_i x_i·level_ic) − o · Σ_i x_i
//
// Column c of a weight's S·P physical columns holds a slice of B_c bits and
// counts with significance σ_c; the offset o is zero except where weights are
// stored biased:
//
//	magnitude        S = ⌈B_w/B_c⌉       P = 1   σ = 2^(B_c·s)                     o = 0
//	offset           S = ⌈B_w/B_c⌉       P = 1   σ = 2^(B_c·s)                     o = 2^(B_w−1)
//	differential     S = ⌈(B_w−1)/B_c⌉   P = 2   σ = ±2^(B_c·s)                    o = 0
//	twos-complement  S = 1+⌈(B_w−1)/B_c⌉ P = 1   σ = 2^(B_c·s), sign −2^(B_w−1)    o = 0
//
// Whole weights are not cut: a cell or a pair of 2^B_c levels, or of any conductance,
// holds w/w_max, and a level counts u:
//
//	offset                level = m + h·w/w_max                         u = w_max/h     o = m·u
//	differential          level⁺ = top·max(w, 0)/w_max,  level⁻ of −w    u = w_max/top   o = 0
//	two-sided             level± = top·(1 ± w/w_max)/2                   u = w_max/top   o = 0
//
// with h = top/2 where it is any conductance, and (top − 1)/2 of levels, of which m = top − h
// is one. A one-sided pair whose weight is less than half a level is none.
//
// In two's complement the sign bit has a column of its own, for a cell cannot
// hold a negative level.
package encode
