package workload_test

import (
	"fmt"

	"xbar/sim/workload"
)

// A network file holds layers with their integer tensors.
func ExampleLoadNetwork() {
	w, err := workload.LoadNetwork("../../examples/01-fashion-mlp/model/net.toml", "", "", 0)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, k := range w.Kernels {
		fmt.Printf("%s: %d×%d weights of %d bits, %d MACs\n", k.Name, k.N, k.M, k.WeightBits, k.MACs())
	}
	// Output:
	// fc1: 784×256 weights of 8 bits, 200704 MACs
	// fc2: 256×128 weights of 8 bits, 32768 MACs
	// fc3: 128×10 weights of 8 bits, 1280 MACs
}

// A sum of 40,000 becomes an input of 8 bits for the next layer.
func ExampleRequantize() {
	r := workload.Requantize{Bias: []int64{-500}, Multiplier: 205, Shift: 16, Low: 0, High: 255}
	fmt.Println(r.Apply(0, 40_000), r.Apply(0, 400), r.Apply(0, 400_000))
	// Output:
	// 124 0 255
}
