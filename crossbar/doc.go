// Package crossbar is one array: rows × columns of cells between row drivers
// and column converters.
//
//	sum_c = Σ_i digit_i · level_ic      one read: every used row, every used column
//	y_j   = Σ_t Σ_c σ_t · σ_c · ADC(sum_c) − o · Σ_i x_i
//
// Three things may happen before a conversion, all of them in the analog domain
// and all of them linear: the slices of a phase are accumulated ([Phase]), the
// columns of a weight are combined ([Reading.AnalogSum]), and the columns of a
// fold share one output ([Config.LogicalRows]):
//
//	sum = Σ_t∈phase σ_t/σ_min · Σ_c∈output σ_c/σ_min · Σ_i digit_i · level_ic
//
// [Programmed] computes what an activation yields, exactly, on bit planes: a
// sum of products of small integers is AND and popcount.
// [Pipeline] computes when: one read per row group and phase passes
//
//	front (load, drive, read, sample of each slice; integration) → convert → shift-add
//
// on resources that each hold one read at a time, with one or two sample
// banks between front and converters.
package crossbar
