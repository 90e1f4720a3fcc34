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
//	is drained     when it has been accumulated, activated, sent and stored
//
// Inputs that windows of a convolution share ([workload.Window]) are in the global
// buffer once, and come from the DRAM once: with a vector comes its share of the
// distinct ones, with the first also what its window reaches ahead. There is no line
// buffer nearer to the arrays: each vector is read from the global buffer whole, crosses
// the network whole and is written to the tiles' buffers whole, G·N numbers, as often
// as windows use them. In the waves of a kernel's row tiles each brings its share of the
// channels.
//
// Copies of a kernel each have their tiles' arrays, slots and sums to themselves, and
// take its vectors in turn. In a pipeline (chip.execution) all kernels are at work at
// once, each a wave of its own; vector v of kernel k
//
//	is fetched     when, besides, kernel k−1 has stored ⌈(v+1)·L_{k−1}/L_k⌉ + a_k vectors of that inference,
//	               and of kernel k less than W_k vectors are on the way or wait for kernel k+1
//
// where a_k is what its window needs beyond its share and W_k what the kernels work on.
// So a kernel goes on as the one before does, inferences and passes follow each other
// without a gap, and what waits between two kernels is W_k, not an activation. That
// knows no graph: kernels are a chain, so residual branches follow each other and what
// skips a layer waits for nothing, as in layers.
//
// A pipeline's rate is that of inferences behind each other, from when their times
// repeat; its latency is that of a pass alone, whose counts are those of any. Leakage is charged for the time between
// passes, and shared among the kernels by what their own arrays take: the cycles for
// which the row drivers of a copy are at its vectors, which are also a kernel's time,
// and do not add up to the pass's.
//
// On a network of hops ([network.Fabric]) a vector's bits are messages: what a set of
// tiles needs of the inputs goes to all of them at once, what a tile sends another one,
// or the global buffer, is one. They have a tile's place in the plan for an address;
// network.placement says where it stands. On a bus they are one transfer. Tiles send each
// other partial sums and nothing else: outputs go by way of the global buffer, as those
// of a bus do, and the links beside it are the first to be full.
//
// Groups of a kernel that share an array are blocks on its diagonal. As many of
// them are driven at once as active rows allow, and then all their columns are read
// on all their rows: an array has one input at a time for a row, and one sum for a
// column. The cells beside the blocks are at level zero and not programmed, change
// no sum, and are read with the rest. Of a read of so many groups one in as many
// cells is a weight's; converters, samples and rows do no more for it than groups by
// themselves would.
//
// A dynamic kernel (chip.dynamic) writes its arrays for every input, or is computed on
// the digital side, and takes none: a systolic array of PEs at the global buffer, a wave
// for each input, that takes
//
//	Σ_k max(compute(k), store(k−1) + fetch(k+1))  over the folds k of [xbar/digital/systolic]
//
// where only what the global buffer cannot keep is fetched and stored, in each fold that
// needs it. Its operands cross wires of their own, and not the network. What comes of a
// kernel then passes the activation units of all tiles, each as much of it.
//
// A vector's outputs pass the activation units of the tiles that they are finished in,
// which have so many lanes each. What is computed beside the products takes an
// operation for a step of arithmetic, and is shared out over a kernel's outputs, for
// pooling, sums, softmax and normalisation go on as these come, in a pipeline too. Of a
// vector's M outputs, m in the tile that has most of them,
//
//	t(unit) = ⌈(m + ⌈m·operations/(L·M)⌉)/lanes⌉ · latency
//
// where without an activation the first m is none. Its numbers are in the global buffer
// and go the way of inputs to the tiles, and that of outputs back, in no time.
//
// Layer by layer, a kernel's time goes to loads that its waves wait for, and then to what
// is busiest while they compute: busy cycles are counted as they pass, in an array, a
// medium or a unit, of many alike in the busiest one ([Spent]).
//
// What turns a column's sum into a number is the readout: converters, or the
// adder trees of a digital in-memory machine; waves and reloads do not know which.
//
// Loads that begin together on idle media take what they took before, where they have
// the same shapes: they are gone through row by row once.
//
// A chip that is traced goes through all vectors, loads and folds, with the same numbers,
// where another leaps; of each vector it takes down where it waits, and a component is
// idle for what the vector that ends its idleness was waiting for meanwhile.
//
// Each account is opened with the figure that it is charged by, so that a run can
// explain itself. Energies that follow the data are summed from it where values
// are exact, and follow from moments of inputs and weights where they are not:
//
//	E(cell) = base·⟨x²⟩ + slope·⟨x²·w⟩,  E(DAC) = base·ρ + slope·⟨|digit|⟩
//
// Everything shared (DRAM channels, network or each of its links, accumulators, activation units) is a
// [sim.Resource]: contention is decided at the end of a cycle by priority,
// results before inputs before weights, and in a pipeline older inferences first, so it does not depend on how events
// are grouped. That is why the two granularities agree: `burst` passes a
// vector's reads through an array by [crossbar.Pipeline] in one event, `step`
// has an event for every stage of every read of every array.
package analog
