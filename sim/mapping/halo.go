package mapping

import (
	"math"

	"xbar/sim/workload"
)

// Halo is how many vectors of the kernel before, beside its share of them, a
// vector of a kernel needs on either side. A kernel says only how long its vectors
// are, so it is taken for a convolution with a window of f×f over a square image
// where its shape is that of one:
//
//	G·N = f²·(G·M)_before, f odd, L_before = w²  ⇒  h = (f−1)/2 · (w+1)
//
// that is the rows and pixels from the middle of the window to its end. Else it
// is none: a pooling between two kernels, whose window is not known, is taken to
// take what it is given.
func Halo(before, k workload.Kernel) int64 {
	inputs, outputs := k.Inputs(), before.Outputs()
	f, w := root(inputs/outputs), root(before.L)
	if inputs%outputs > 0 || f*f != inputs/outputs || f%2 == 0 || w*w != before.L {
		return 0
	}
	return (f - 1) / 2 * (w + 1)
}

func root(n int64) int64 { return int64(math.Round(math.Sqrt(float64(n)))) }
