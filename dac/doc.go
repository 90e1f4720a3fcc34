// Package dac holds the input converters: they cut an integer into slices of
// B_d bits and drive one slice at a time onto a row.
//
//	x = Σ_t σ_t · digit_t(x),  T_x = ⌈B_x/B_d⌉
//
// Digits are non-negative but for one: the top slice of a two's complement
// input wider than one bit, which is driven as a signed level. A top slice of
// one bit is driven as 0 or 1 and subtracted (σ = −2^(B_x−1)). Sign-magnitude
// inputs take two phases of ⌈(B_x−1)/B_d⌉ slices, positive ones first; the
// second phase is subtracted. Signed digits all have the input's sign, in
// ⌈(B_x−1)/B_d⌉ slices: the rows are driven both ways at once.
//
// Drivers of one kind are not alike. Of a digit x in steps ([Driver]), with ξ anew in each
// load and all else drawn once,
//
//	level = sign(x)·L(|x|)·(1 + g) + o + σ·ξ
//
// L a walk of steps that are independent and normal, and ends where it should, as IEEE
// Std 1658 has nonlinearity; or what a ladder of resistors that are not alike gives.
//
// A conversion costs E = base + slope·|digit|. What both are is a choice of the
// config, see [Config.Convert].
package dac
