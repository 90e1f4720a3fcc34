package theory

import "math/big"

// Inputs is D, the distinct inputs of a kernel in one inference: L·G·N where no two
// vectors share any.
func (k Kernel) Inputs() int64 {
	if k.Distinct > 0 {
		return k.Distinct
	}
	return k.L * k.Products() * k.N
}

// Traffic is the bits of activations that cross to and from the DRAM in a pass of B
// inferences, kernel by kernel, on a chip where all weights stay and which keeps
// activations in C bits:
//
//	S_0 = D_0·B_x·B, S_k = L_{k−1}·G·M_{k−1}·B_out·B     an activation
//	kept_0 = min(S_0, C), kept_k = min(S_k, C − kept_{k−1})
//	read_0 = S_0, read_k = T_k − ⌊T_k·kept_k/S_k⌋        T_k = D_k·B_x·B, each input once
//	write_k = S_{k+1} − kept_{k+1}; of the last kernel, all
func Traffic(kernels []Kernel, batch, capacity int64) (read, write []int64) {
	size := kernels[0].Inputs() * kernels[0].InputBits * batch
	kept := min(size, capacity)
	for i, k := range kernels {
		all := k.Inputs() * k.InputBits * batch
		left := new(big.Int).Mul(big.NewInt(all), big.NewInt(kept))
		if i == 0 {
			left.SetInt64(0)
		}
		read = append(read, all-left.Div(left, big.NewInt(size)).Int64())
		size = k.L * k.Products() * k.M * k.OutputBits * batch
		kept = min(size, capacity-kept)
		if i == len(kernels)-1 {
			kept = 0
		}
		write = append(write, size-kept)
	}
	return read, write
}
