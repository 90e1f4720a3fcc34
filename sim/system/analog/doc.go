// Package analog steps a chip of crossbars through a workload.
//
//	DRAM → global buffer → network → input buffer → array → accumulator → output buffer → network → global buffer
//
// The plan of [xbar/sim/mapping] is a sequence of waves. A wave computes when
// its tiles are loaded and the wave before it is done; a vector of a wave
//
//	is fetched     when the input buffers have room for it (two vectors at most)
//	is activated   when it has arrived and the sample banks and output buffers have room
//	is joined      when all arrays have its sums
//	is drained     when it has been accumulated, sent and stored
//
// Groups of a kernel that share an array are blocks on its diagonal. As many of
// them are driven at once as active rows allow, and then all their columns are read
// on all their rows: an array has one input at a time for a row, and one sum for a
// column. The cells beside the blocks are at level zero and not programmed, change
// no sum, and are read with the rest. Of a read of so many groups one in as many
// cells is a weight's; converters, samples and rows do no more for it than groups by
// themselves would.
//
// What is computed beside the products takes an operation of the activation units for
// a step of arithmetic. Its numbers are in the global buffer and go the way of inputs
// to the tiles, and that of outputs back. It takes no time.
//
// What turns a column's sum into a number is the readout: converters, or the
// adder trees of a digital in-memory machine; waves and reloads do not know which.
//
// Each account is opened with the figure that it is charged by, so that a run can
// explain itself. Energies that follow the data are summed from it where values
// are exact, and follow from moments of inputs and weights where they are not:
//
//	E(cell) = base·⟨x²⟩ + slope·⟨x²·w⟩,  E(DAC) = base·ρ + slope·⟨|digit|⟩
//
// Everything shared (DRAM channels, network, accumulators) is a
// [sim.Resource]: contention is decided at the end of a cycle by priority,
// results before inputs before weights, so it does not depend on how events
// are grouped. That is why the two granularities agree: `burst` passes a
// vector's reads through an array by [crossbar.Pipeline] in one event, `step`
// has an event for every stage of every read of every array.
package analog
