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
//
// In a mesh or a tree ([Graph]) a message of n bits goes as ⌈n/flit⌉ flits over h hops, a
// hop being a router and the link behind it:
//
//	energy               = n · Σ over links of e,  e = E/flit + w(node)·length of the link
//	time, nothing waits  = h·(router + τ) + (⌈n/flit⌉ − 1)·τ,  τ = flit/bandwidth
//
// in whole cycles for each hop and for all flits. What several tiles need goes once
// over each link of the tree of their ways. The head goes on as soon as it has a link,
// and keeps it for all flits (virtual cut-through: a router has room for messages that
// wait). Each direction of a link is a [sim.Resource] of its own, so messages wait for
// each other where they share one and nowhere else. A message has no head flit, for
// ways are known beforehand; a tile takes in what its router gets from all sides.
package network
