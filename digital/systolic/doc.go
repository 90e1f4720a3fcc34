// Package systolic is a systolic array of R×C processing elements (PEs)
// between three buffers and a DRAM, stepped cycle by cycle or chunk by chunk.
//
//	dataflow   held in PEs   rows  columns  streams over   cycles of a fold
//	ws         W             N     M        L              L + 2R + C − 2
//	is         X             N     L        M              M + 2R + C − 2
//	os         Y             L     M        N              N + R + C − 2
//
// A kernel Y[L×M] = X[L×N]·W[N×M] is cut into ⌈rows/R⌉·⌈columns/C⌉ folds; a
// fold that fills only part of the array takes as long as a full one. Folds
// run in sequence, for each column fold all row folds, as in SCALE-Sim v2.
// Step t of a stream reaches PE (i, j) in cycle t+i+j. Holding W or X costs R
// cycles at the head of a fold, as SCALE-Sim v2 has it; with OverlapWeightLoad the PEs hold two, and
// the next fold's is shifted in while this one streams. That leaves R cycles
// at the head of a kernel and L + R + C − 2 a fold (os holds nothing to load).
//
// # Buffers
//
//	         X read          W read          Y written       Y read back
//	ws       L·N·⌈M/C⌉       N·M             L·M·⌈N/R⌉       L·M·(⌈N/R⌉ − 1)
//	is       L·N             N·M·⌈L/C⌉       L·M·⌈N/R⌉       L·M·(⌈N/R⌉ − 1)
//	os       L·N·⌈M/C⌉       N·M·⌈L/R⌉       L·M             –
//
// in words. The partial sums of a row fold are read back and enter the next
// one at the top of their columns, in the place of zeros, so adding them costs
// no extra addition. A sum has InputBits + WeightBits + ⌈log2 N⌉ bits, an
// output that leaves for the DRAM OutputBits.
//
// PEs that a fold does not use are gated, but a partial sum goes through all R
// rows to reach its edge. An operand is charged for each PE that latches it.
//
// Between buffers and array there may be a network, as wide as the array's edges,
// that every word crosses which is read or written in this table. It takes energy
// and no time.
//
// # DRAM
//
// A buffer is two halves: one works while the other is filled or emptied. The
// stream of a fold is cut into chunks of as many steps as let each operand's
// part fit its half. All buffers swap together:
//
//	cycles = fetch(0) + Σ_k max(compute(k), apply(k−1), store(k−1) + fetch(k+1)) + max(apply(last), store(last))
//
// over a kernel's chunks k, where the DRAM first writes, then reads, one
// transfer at a time over all its channels, in ⌈bits·f/bandwidth⌉ cycles, and the
// outputs o of a chunk pass the activation unit on their way out,
//
//	apply = ⌈(o + ⌈o·operations/(L·M)⌉)/lanes⌉ · latency
//
// where without an activation the first o is none. What
// the array waits beyond compute(k) is a stall. A held tile can only be
// shifted in ahead when it has been fetched. One kernel follows the other, and
// each fetches what it reads and stores what it writes; with KeepActivations,
// outputs go to the input buffer instead and are not fetched, where it holds
// what a kernel reads and what it writes together. The first kernel's inputs
// and the last one's outputs are in DRAM always.
//
// L·N inputs are windows as they are unrolled, and with Im2col "off-chip" that is what
// crosses. With "on-chip" they are unrolled behind the input buffer, which fetches and
// holds the distinct inputs of [workload.Window] instead; each fold and chunk has its
// share of them, in whole words. Reads into the array, what a chunk takes of the buffer,
// and cycles but for stalls are the same.
//
// What crosses in a kernel, in words:
//
//	held operand            once
//	operand from the left   once if all of it fits its buffer, else in each fold
//	W in os                 once if all of it fits its buffer or the part of one
//	                        column fold a half, else in each fold
//	partial sums            never under the same condition, else
//	                        to the DRAM and back between row folds
//	outputs                 once
//
// # Granularity
//
// In step an event is a cycle of the array, and counts follow the wavefront.
// In burst it is a chunk, and where chunks, folds, column folds or products
// repeat, the run goes from the second to the last but one at once: with all
// buffers swapped and the DRAM idle, what happens next depends on nothing that
// happened before. Both give the same counts, joules and cycles.
//
// # Batch
//
// What is computed beside the products takes an operation of the activation unit for
// a step of arithmetic, shared out over a kernel's outputs, for pooling, sums, softmax
// and normalisation go on as these come. It reads its numbers from the input buffer and
// writes them there, in no time.
//
// The groups of a kernel follow one another, as the channels of a depthwise layer
// do in SCALE-Sim; each is a product with folds of its own.
//
// A batch runs kernel by kernel and multiplies L. If W is an activation, each
// input has its own, and the kernel is repeated instead; it is fetched from
// DRAM as weights are, for the weight buffer has no other way in.
package systolic
