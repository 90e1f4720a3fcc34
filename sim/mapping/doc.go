// Package mapping lays kernels on arrays. It is the only place that knows
// "does not fit".
//
//	K = ⌈N/R⌉·⌈M/C_l⌉ tiles a kernel,  D = ΣK (static kernels),  A = arrays of the chip
//
// A kernel of G groups takes G·K, or where a group fits an array
//
//	K = ⌈G/p⌉,  p = min(⌊R/N⌋, ⌊C_l/M⌋)
//
// with p groups on the diagonal of an array: no two share a row or a column, and
// the cells beside the diagonal are not programmed.
//
// D ≤ A: every tile is resident. D > A: tiles compete, and a pass reloads what
// the policy evicted. A pass uses every static tile once, so the sequence of
// uses is a cycle, on which
//
//	lru      loads D            (the next tile needed is always the one just evicted)
//	pin      loads D − A + s    (s arrays stream, the other A − s keep their tile)
//	optimal  loads D − A or D − A + 1, on average D·(D−A)/(D−1): Belady's rule
//	         evicts the furthest next use, which on a cycle is the tile used last
//
// Arrays that are left may hold copies: R of a kernel take R·K arrays, count as
// demand, and share out its L vectors, so that it takes ⌈L/R⌉·t. [Balance] makes the
// slowest kernel as fast as the arrays allow. Tiles that are reloaded have no copies.
//
// A wave that ends within a column of tiles sends their sums to the global buffer and
// back; it may end before the column instead.
//
// Fewer loads are narrower waves: optimal and pin load through one array, or s,
// after each other. Which is best is for a simulation to say ([Choices]).
//
// A kernel with a cache has a column or a row more in every pass. Its grid is cut and
// packed as that of its largest size, so a tile keeps its place, and competes as a
// static one does. Of one that is in an array only the new part is written.
//
// The plan of a pass is a sequence of waves: tiles of one kernel, in different
// arrays, that compute together.
package mapping
