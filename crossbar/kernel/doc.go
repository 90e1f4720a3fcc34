// Package kernel has the loops that products of arrays spend their time in.
//
//	Counts   s_pv = Σ_i d_ipv·(plus_i − minus_i)      digits of a bit, levels of two
//	Whole    s_vc = Σ_i x_vi·w_ic                     whole numbers of 16 bits
//	Real     y_vc = y_vc + x_v0·w_0c + x_v1·w_1c + …  fused, in the order of rows
//	Convert  y_v  = y_v + b·Σ_o σ_o·table_o(s_ov)
//	Quantizer         rounds to the nearest of equal steps
//
// i counts rows, v vectors, c columns and p bit planes. Each loop is written twice: in Go,
// which says what it gives on any machine, and for processors that have AVX2, which gives
// the same bit for bit. The machine at hand decides once which is taken.
//
// Counts takes the rows by fours. The levels of four cells are a byte, for which a table has
// what each of the 16 ways to drive four rows adds up to; one shuffle looks 32 of them up.
// That is one instruction for 128 cells, where AND and count of bits take several for as many.
package kernel
