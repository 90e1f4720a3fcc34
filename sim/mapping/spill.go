package mapping

import "xbar/sim/workload"

// Share is a part of a tensor's bits.
type Share struct{ Part, Whole int64 }

// Of is the part of the bits of vector v out of so many that move the tensor
// in equal pieces: whole numbers that add up to the share of the total.
func (s Share) Of(bits, v int64) int64 {
	if s.Whole == 0 || s.Part == 0 {
		return 0
	}
	if s.Part == s.Whole {
		return bits
	}
	f := float64(s.Part) / float64(s.Whole) * float64(bits)
	return int64(f*float64(v+1)) - int64(f*float64(v))
}

// Spills says which share of each kernel's input is fetched from DRAM because
// the global buffer could not keep it: spills[k] for the input of kernel k,
// spills[len(kernels)] for the last output. External inputs and outputs
// live in DRAM; an activation between two kernels spills what lies beyond the
// capacity (in bits) that the kernel's own input leaves.
func Spills(kernels []workload.Kernel, batch, capacity int64) []Share {
	spills := make([]Share, len(kernels)+1)
	spills[0] = Share{1, 1}
	var kept int64
	for k, kernel := range kernels {
		size := kernel.L * kernel.M * int64(kernel.OutputBits) * batch
		spilled := max(0, min(size, kept+size-capacity))
		spills[k+1] = Share{spilled, size}
		kept = size - spilled
	}
	spills[len(kernels)] = Share{1, 1}
	return spills
}
