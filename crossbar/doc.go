// Package crossbar is one array: rows × columns of cells between row drivers
// and column converters.
//
//	sum_c = Σ_i digit_i · level_ic      one read: every used row, every used column
//	y_j   = Σ_t Σ_c σ_t · σ_c · ADC(sum_c) − o · Σ_i x_i
//
// [Programmed] computes what an activation yields, exactly, on bit planes: a
// sum of products of small integers is AND and popcount.
// [Pipeline] computes when: one read per row group and input slice passes
//
//	front (load, drive, read, sample) → convert → shift-add
//
// on resources that each hold one read at a time, with one or two sample
// banks between front and converters.
package crossbar
