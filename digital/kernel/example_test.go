package kernel_test

import (
	"context"
	"fmt"
	"log"

	"xbar/digital/kernel"
	"xbar/sim/workload"
)

func ExampleProduct() {
	x := workload.Matrix{Rows: 2, Cols: 3, Data: []int32{
		1, 2, 3,
		0, -1, 4,
	}}
	w := workload.Matrix{Rows: 3, Cols: 2, Data: []int32{
		1, 0,
		0, 1,
		2, -2,
	}}
	fmt.Println(kernel.Product(x, w))
	// Output: [[7 -4] [8 -9]]
}

func ExampleReference() {
	kernels := []workload.Kernel{
		{Name: "hidden", L: 1, N: 2, M: 2, Activation: true},
		{Name: "logits", L: 1, N: 2, M: 1},
	}
	values := &workload.Values{
		Inputs: workload.Matrix{Rows: 1, Cols: 2, Data: []int32{3, 5}},
		Weights: []workload.Matrix{
			{Rows: 2, Cols: 2, Data: []int32{2, -1, 1, -1}},
			{Rows: 2, Cols: 1, Data: []int32{10, 100}},
		},
		Post: []workload.Requantize{
			{Bias: []int64{1, 0}, Multiplier: 1, Shift: 2, Low: 0, High: 255}, // (11+1)/4, and -8/4 clamped to 0
			{Bias: []int64{7}},
		},
	}
	outputs, err := kernel.Reference(context.Background(), values, kernels, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(outputs)
	// Output: [37]
}
