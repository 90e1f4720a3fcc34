// Package memory holds the memories of a crossbar chip: on-chip buffers and
// the DRAM behind them.
//
//	energy of a transfer = bits · energy per bit
//	time on a channel    = ⌈bits · f / bandwidth⌉ cycles
//
// A buffer's bandwidth is not limited; that of a DRAM channel is when given.
package memory
