// Package signal passes real numbers through one array: a matrix of weights and
// vectors of inputs, between −1 and 1, become voltages, conductances, currents and
// codes, and a product again.
//
//	y_o = Σ_s σ_s · (ADC(Σ_i u_i·G_s,io) − reference_s,o) − bias · Σ_i u_i,   u = DAC(x)
//
// Conductances are in units of the largest, which is that of a cell at the top level;
// the lowest is g = 1/(on-off ratio), and r = 1 − g is what carries weight. A weight
// w = W/W_max is one cell, or a pair, or one for each slice of B bits of a whole
// number q = rint(w·(2^(b−1) − 1)):
//
//	differential, one-sided   G⁺ = g + r·max(w, 0)     G⁻ = g + r·max(−w, 0)
//	differential, two-sided   G⁺ = g + r·(1 + w)/2     G⁻ = g + r·(1 − w)/2
//	offset                    G  = g₀ + r₀·(w + 1)/2
//	differential, slice s     the same as one-sided with w = ±(|q| div 2^(B·s) mod 2^B)/(2^B − 1)
//	offset, slice s           G  = g + r·w,  w = ((q + 2^(b−1)) div 2^(B·s) mod 2^B)/(2^B − 1)
//
// A pair's currents are subtracted before they are converted. Offsets are taken off
// by the inputs' sum, or by the current of a unit column that stands for w = 0.
//
// A cell of c bits has 2^c levels. Unsliced, one-sided pairs whose weight is below half a
// level stay at g on both sides, and of offset cells, of which no weight should be
// a level that an odd number of levels needs, r₀ = r·(2^c − 2)/(2^c − 1) and g₀ = 1 − r₀.
//
// Inputs are driven whole, or in slices of k bits of their magnitude, each of which
// is a level of full scale; an ADC converts each slice, or what they add up to.
//
// The definitions are those of CrossSim 3.2 (Sandia), except that its results from
// offset cells of c bits are low by (2^c − 2)/(2^c − 1), which here they are not.
package signal
