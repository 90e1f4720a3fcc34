// Package memory holds the memories of a crossbar chip: on-chip buffers and
// the DRAM behind them.
//
//	energy of a transfer = bits · energy per bit
//	time on a channel    = ⌈bits · f / bandwidth⌉ cycles
//
// A buffer's bandwidth is not limited; that of a DRAM channel is when given.
//
// Energy, leakage and area of a buffer are given, or follow from its capacity n
// by a power law between the capacities n₀ that were published:
//
//	energy per bit = E₀·(n/n₀)^p / word
//
// The points are in points.csv: static RAM by CACTI 7, embedded DRAM of ISAAC
// and PUMA. CACTI's own embedded DRAM (lp-dram) is left out, for it writes at 34
// times the energy of a read, which no such memory does.
package memory
