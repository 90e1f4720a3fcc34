// Package network holds the interconnect between global buffer and tiles.
//
//	energy of a transfer = bits · energy per bit
//	time on the bus      = ⌈bits · f / bandwidth⌉ cycles, one transfer at a time
//
// What several tiles need crosses the bus once.
package network
