// Package network holds the interconnect between global buffer and tiles.
//
//	energy of a transfer = bits · energy per bit
//	time on the bus      = ⌈bits · f / bandwidth⌉ cycles, one transfer at a time
//
// What several tiles need crosses the bus once. The energy of a bit is given,
// or that of a wire with repeaters, or of the routers on the way:
//
//	e = w(node)·length
//	e = E/flit·hops
package network
