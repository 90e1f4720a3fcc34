// Package crossbar is one array: rows × columns of cells between row drivers
// and column converters.
//
//	sum_c = Σ_i digit_i · level_ic      one read: every used row, every used column
//	y_j   = Σ_t Σ_c σ_t · σ_c · u · ADC(sum_c) − (o + u · Σ_c σ_c · leak) · Σ_i x_i
//
// Digits and levels are whole numbers where cells are ideal, weights are cut into slices
// (u = 1, leak = 0) and inputs are codes; everything else is the same equation in real
// numbers. A conductance G, in units of a cell's at the top level, and a voltage V, in
// units of full drive, are
//
//	level = G · top/(1 − g)     digit = V · full     leak = g · top/(1 − g)
//
// g that of level zero, 1/(on-off ratio), so that one cell at the top level and full drive
// adds full·(top + leak) to a sum: the unit of the currents that converters' ranges are
// in ([Reading.Limits]). Whole weights are levels of package encode; a unit column
// ([Reading.Unit]) is a weight of zero, whose y is taken off the others' instead of the
// last term. Wires replace levels by what columns see of them, as in package nonideal.
//
// Three things may happen before a conversion, all of them in the analog domain
// and all of them linear: the slices of a phase are accumulated ([Phase]), the
// columns of a weight are combined ([Reading.AnalogSum]), and the columns of a
// fold share one output ([Config.LogicalRows]):
//
//	sum = Σ_t∈phase σ_t/σ_min · Σ_c∈output σ_c/σ_min · Σ_i digit_i · level_ic
//
// [Programmed] computes what an activation yields: of whole numbers exactly, on bit
// planes, for a sum of products of small integers is AND and popcount; of real ones
// ([Programmed.SetCells]) as a matrix product, through any converter of package adc.
// Rows and columns have converters of their own ([Programmed.SetDrivers],
// [Programmed.SetConverters]): digits are what drivers make of them, and sums that take
// turns on a converter share its errors.
//
// Its definitions are those of CrossSim 3.2 (Sandia), but for its results from offset
// cells of c bits, which are low by (2^c − 2)/(2^c − 1), and from unit columns of slices
// that have room for more bits than weights have, which stand for more than zero; here
// they are not. A [Batch] is many vectors at once, on the loops of package kernel: it gives
// the same, bit for bit where numbers are whole, and where they are real within what
// rounding makes of their sums.
//
// [Pipeline] computes when: one read per row group and phase passes
//
//	front (load, drive, read, sample of each slice; integration) → convert → shift-add
//
// on resources that each hold one read at a time, with one or two sample
// banks between front and converters.
package crossbar
