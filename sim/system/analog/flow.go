package analog

import (
	"fmt"
	"math"

	"xbar/sim"
	"xbar/sim/mapping"
)

// In a pipeline every kernel is a line of its own, and all lines are at work at
// once. Vector v of kernel k is asked for when kernel k−1 has stored what it needs,
//
//	⌈(v+1)·L_{k−1}/L_k⌉ + h_k  vectors of the same inference, or all of them
//
// and when kernel k has room for its output: less than W_k of its vectors are on
// the way or wait for kernel k+1, of which a vector u holds back those from
// ⌊u·L_k/L_{k+1}⌋ − h_{k+1} on until it has been driven. W_k is what the copies of
// kernel k+1 work on, two vectors each, and what kernel k has inside:
//
//	W_k = ⌈2·R_{k+1}·L_k/L_{k+1}⌉ + 1 + 2·h_{k+1} + R_k·(slots + room)
//
// That is what the global buffer holds, not whole activations; what of ΣW it has
// no room for goes by way of the DRAM.

// flow is a line's part of a pipeline.
type flow struct {
	inference int64 // L: vectors
	pass      int64 // of a batch
	halo      int64 // h, of vectors of the kernel before
	window    int64 // W
	done      int64 // the first so many are stored
	used      int64 // the first so many have been driven
}

// flowing is a chip's pipeline.
type flowing struct {
	on     bool
	span   int64 // vectors of the longest inference
	began  sim.Cycle
	passes int64 // to be gone through
	begun  []sim.Cycle
	ended  []sim.Cycle
	first  sim.Cycle // end of the first inference
	steady bool      // two passes after each other took the same time
}

// mostSteady bounds the passes in which a pipeline is waited for to be steady.
const mostSteady = 32

func (c *Chip) pipelined() bool { return c.machine.Chip.Execution == "pipeline" }

// key orders vectors on shared media: older inferences first, of those later
// kernels.
func (l *line) key(v int64) uint64 {
	return uint64(v)
}

// startPipeline sets all kernels to work.
func (c *Chip) startPipeline() error {
	return fmt.Errorf("pipeline %v %v", math.Pi, mapping.Share{})
}

// begins notes the first vector of a pass.
func (c *Chip) begins(l *line, v int64) {}

// passOn follows a vector that has been stored.
func (c *Chip) passOn(l *line) error { return nil }

// makeRoom follows a vector that has been driven.
func (c *Chip) makeRoom(l *line) {}

// compute finds what a vector yields where values are exact.
func (c *Chip) compute(n *lane, v int64) error { return c.values.activate(&n.wave, v) }
