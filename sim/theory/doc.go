// Package theory holds the closed forms that the machines are checked
// against. It imports no machine, nor anything a machine is built from.
//
//	dac.convert                         L · N · T_x · ⌈M/C_l⌉
//	sample.hold                         L · M · S · P · T_x · Σ over row tiles of G
//	adc.convert, shift-add              the same, with Q conversions for T_x where slices are accumulated in the analog domain,
//	                                    and with S or 1 for S·P where columns are
//	cell.read                           L · N · M · S · P · T_x
//	cells programmed per load           N · M · S · P
//
// Per MAC, for sizes that divide,
//
//	T_x·e_dac/min(M, C_l) + S·P·T_x·e_adc/min(N, R_a) + S·P·e_write·loads/L + S·P·T_x·e_cell
//
// The forms hold without reload overlap and without data dependence. [Systolic]
// has those of a systolic array, for buffers that hold what is read again and for
// such that do not.
//
// For outputs as accurate as sums rounded to B bits of ±3σ a column of N rows asks
// its converter for
//
//	b = B + ½·log2 N effective bits
package theory
