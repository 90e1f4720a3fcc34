// Package theory holds the closed forms that the machines are checked
// against. It imports no machine, nor anything a machine is built from.
//
//	dac.convert                         L · N · T_x · ⌈M/C_l⌉
//	adc.convert, sample.hold, shift-add L · M · S · P · T_x · Σ over row tiles of G
//	cell.read                           L · N · M · S · P · T_x
//	cells programmed per load           N · M · S · P
//
// Per MAC, for sizes that divide,
//
//	T_x·e_dac/min(M, C_l) + S·P·T_x·e_adc/min(N, R_a) + S·P·e_write·loads/L + S·P·T_x·e_cell
//
// The forms hold without reload overlap and without data dependence.
package theory
