// Package cim is the readout of a digital in-memory array: an adder tree sums
// what the cells of a column make of an input slice, without a converter.
//
//	N_FA = Σ_{l=1}^{⌈log2 R⌉} ⌊⌈R/2^(l−1)⌉/2⌋·(b + l − 1)     full adders of a tree over R rows
//	E    = (α·N_FA·C_FA + N_FF·C_FF)·V²                      of one sum
//
// b is the width of what one cell gives, the product of an input digit and a
// stored level; N_FF is the flip-flops of a pipeline. Everything else of such a
// machine is as in an analog one: tiles, waves, reloads.
//
// # Toggle rate
//
// The share α of the gates that switch is typed, or it is the share of the bits
// of all products that are set,
//
//	α = Σ_{rows, bits} x_ib·w_ic / (R·B_d·B_c)
//
// which for inputs and weights that are independent is the density of the input
// bits times that of the weight bits, as ZigZag-IMC has it: a zero on either side
// stills its part of the tree, and so does a row without a weight. It stands for
// what changes between one sum and the next. Of the gates of a tree of 128 random
// bits, counted one by one in the package's tests, there change
//
//	α              0.05    0.125   0.25    0.5
//	of the gates   0.08    0.14    0.21    0.33
package cim
