// Package adc holds the output converters: they read a column's sum as one of
// 2^B codes.
//
//	lossless when 2^B > R_a·(2^B_d − 1)·(2^B_c − 1)
//
// With fewer bits a converter either clips (one code a unit, sums beyond the
// last code saturate) or scales (the step widens until the last code reaches
// the largest sum). Energies are counted by the machine; this package is about
// values.
package adc
