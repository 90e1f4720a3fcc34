package kernel

import (
	"context"
	"fmt"

	"xbar/sim/workload"
)

// Product is X·W for x of L×N and w of N×M, as L rows of M sums. It panics
// when the inner dimensions differ.
func Product(x, w workload.Matrix) [][]int64 {
	y, _ := multiply(context.Background(), widen(x.Data), x.Rows, w) // errs only when told to stop
	rows := make([][]int64, x.Rows)
	for l := range rows {
		rows[l] = y[l*w.Cols : (l+1)*w.Cols]
	}
	return rows
}

// Reference sends input i through the chain of kernels and returns the last
// one's L·G·M outputs, row by row, each kernel's sums having passed its
// Requantize. A kernel reads the L×G·M outputs of the one before as its own L×G·N
// inputs, in row-major order, so the two sizes must be equal, unless there are routes
// from one to the other. It errs when ctx
// is done, and panics when kernels and values do not fit each other.
func Reference(ctx context.Context, v *workload.Values, kernels []workload.Kernel, i int) ([]int64, error) {
	return chain(ctx, v, kernels, i, func(int, []int64) {})
}

// Trace does the same, and shows the L·G·N inputs that each kernel is given.
func Trace(ctx context.Context, v *workload.Values, kernels []workload.Kernel, i int, show func(kernel int, x []int64)) error {
	_, err := chain(ctx, v, kernels, i, show)
	return err
}

func chain(ctx context.Context, v *workload.Values, kernels []workload.Kernel, i int, show func(kernel int, x []int64)) ([]int64, error) {
	x := widen(v.Inputs.Row(i))
	for k, kernel := range kernels {
		x = workload.Follow(v.Along(k), x)
		show(k, x)
		w := v.Weights[k]
		if int64(w.Rows) != kernel.Inputs() || int64(w.Cols) != kernel.M {
			panic(fmt.Sprintf("kernel: %s is %d×%d, its weights are %d×%d", kernel.Name, kernel.Inputs(), kernel.M, w.Rows, w.Cols))
		}
		y, err := Sums(ctx, x, int(kernel.Products()), int(kernel.L), w)
		if err != nil {
			return nil, err
		}
		outputs := int(kernel.Outputs())
		for j := range y {
			y[j] = v.Post[k].Apply(j%outputs, y[j])
		}
		x = y
	}
	return x, nil
}

// Sums are the L·G·M sums of so many vectors, L×G·N numbers: each group's part of
// them is multiplied with its part of w, and the results are side by side. It errs
// when ctx is done.
func Sums(ctx context.Context, x []int64, count, rows int, w workload.Matrix) ([]int64, error) {
	if count == 1 {
		return multiply(ctx, x, rows, w)
	}
	y := make([]int64, rows*count*w.Cols)
	n := w.Rows / count
	part := make([]int64, rows*n)
	for g := range count {
		for l := range rows {
			copy(part[l*n:][:n], x[(l*count+g)*n:])
		}
		own := workload.Matrix{Rows: n, Cols: w.Cols, Data: w.Data[g*n*w.Cols:][:n*w.Cols]}
		sums, err := multiply(ctx, part, rows, own)
		if err != nil {
			return nil, err
		}
		for l := range rows {
			copy(y[(l*count+g)*w.Cols:], sums[l*w.Cols:][:w.Cols])
		}
	}
	return y, nil
}

// multiply is x·w for x of rows×w.Rows in row-major order.
func multiply(ctx context.Context, x []int64, rows int, w workload.Matrix) ([]int64, error) {
	if len(x) != rows*w.Rows {
		panic(fmt.Sprintf("kernel: %d inputs for %d vectors of length %d", len(x), rows, w.Rows))
	}
	y := make([]int64, rows*w.Cols)
	for l := range rows {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sums := y[l*w.Cols:][:w.Cols]
		for n, xn := range x[l*w.Rows:][:w.Rows] { // along W as it is stored
			if xn == 0 {
				continue
			}
			for m, weight := range w.Data[n*w.Cols:][:w.Cols] {
				sums[m] += xn * int64(weight)
			}
		}
	}
	return y, nil
}

func widen(x []int32) []int64 {
	wide := make([]int64, len(x))
	for i, value := range x {
		wide[i] = int64(value)
	}
	return wide
}
