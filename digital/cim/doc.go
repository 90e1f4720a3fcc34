// Package cim is the readout of a digital in-memory array: an adder tree sums
// what the cells of a column make of an input slice, without a converter.
//
//	N_FA = Σ_{l=1}^{⌈log2 R⌉} ⌈R/2^l⌉·(b + l − 1)     full adders of a tree over R rows
//	E    = α·N_FA·C_FA·V²                              of one sum
//
// b is the width of what one cell gives, the product of an input digit and a
// stored level. Everything else of such a machine is as in an analog one:
// tiles, waves, reloads.
package cim
