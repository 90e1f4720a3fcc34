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
// each G times for a kernel of G groups. Where p of them share an array and u of
// those are driven at once, they read each other's columns, too:
//
//	cell.read                           L · N · M · S · P · T_x · Σ u²,  p = min(⌊R/N⌋, ⌊C_l/M⌋),  u = min(p, ⌊R_a/N⌋) or 1
//
// Per MAC, for sizes that divide,
//
//	T_x·e_dac/min(M, C_l) + S·P·T_x·e_adc/min(N, R_a) + S·P·e_write·loads/L + S·P·T_x·e_cell
//
// and of a digital in-memory array, in whose place for converters are trees of N_FA
// full adders, of which a share α switches,
//
//	T_x·e_row/min(M, C_l) + S·P·T_x·(α·e_cell + (α·N_FA·e_FA + e_shift-add)/min(N, R_a)) with N_FA ≈ R_a·(b + 1)
//
// The forms hold without reload overlap and without data dependence. [Systolic]
// has those of a systolic array, for buffers that hold what is read again and for
// such that do not.
//
// [Session] has what is written in steps that each attend to a token more.
//
// A pipeline whose stages share nothing sends a pass on every
//
//	max over kernels of L·B·t/R  cycles ([Interval])
//
// and what is shared, such as the activation units of a tile ([Unit]), for no less than
// it is busy with a pass of all that share it
//
// A message of n bits over h hops of a network ([Mesh], [Tree]), of which nothing else
// wants a link, is there after
//
//	h·(router + τ) + (⌈n/flit⌉ − 1)·τ cycles ([Latency])
//
// For outputs as accurate as sums rounded to B bits of ±3σ a column of N rows asks
// its converter for
//
//	b = B + ½·log2 N effective bits
package theory
