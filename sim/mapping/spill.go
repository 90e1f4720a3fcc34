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

// Uniform reports whether the part of so many bits is that of every vector.
func (s Share) Uniform(bits int64) bool { return s.Part == 0 || s.Part == s.Whole || bits == 0 }

// Spills says which share of each kernel's input the global buffer could not
// keep, so that it is fetched from DRAM whenever it is used: spills[k] for the
// input of kernel k, spills[len(kernels)] for the last output, which goes to
// DRAM whole. An activation spills what lies beyond the capacity (in bits) that
// the kernel's own input leaves; the first kernel's input comes from DRAM and
// stays as far as it fits.
func Spills(kernels []workload.Kernel, batch, capacity int64) []Share {
	spills := make([]Share, len(kernels)+1)
	first := kernels[0].L * kernels[0].Inputs() * int64(kernels[0].InputBits) * batch
	spills[0] = Share{max(0, first-capacity), first}
	kept := first - spills[0].Part
	for k, kernel := range kernels {
		size := kernel.L * kernel.Outputs() * int64(kernel.OutputBits) * batch
		spilled := max(0, min(size, kept+size-capacity))
		spills[k+1] = Share{spilled, size}
		kept = size - spilled
	}
	spills[len(kernels)] = Share{1, 1}
	return spills
}
