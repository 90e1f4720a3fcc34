package kernel_test

import (
	"context"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/digital/kernel"
	"xbar/sim/workload"
)

func matrix(t *rapid.T, label string, rows, cols int) workload.Matrix {
	data := rapid.SliceOfN(rapid.Int32Range(-1<<15, 1<<15), rows*cols, rows*cols).Draw(t, label)
	return workload.Matrix{Rows: rows, Cols: cols, Data: data}
}

// Each output is a dot product in arbitrary precision, whatever the shape.
func TestProductIsExact(t *testing.T) {
	size := rapid.IntRange(1, 6)
	rapid.Check(t, func(t *rapid.T) {
		L, N, M := size.Draw(t, "L"), size.Draw(t, "N"), size.Draw(t, "M")
		x, w := matrix(t, "x", L, N), matrix(t, "w", N, M)
		y := kernel.Product(x, w)
		for l := range L {
			for m := range M {
				want := new(big.Int)
				for n, xn := range x.Row(l) {
					want.Add(want, new(big.Int).Mul(big.NewInt(int64(xn)), big.NewInt(int64(w.Row(n)[m]))))
				}
				if want.Cmp(big.NewInt(y[l][m])) != 0 {
					t.Fatalf("y[%d][%d] = %d, want %v", l, m, y[l][m], want)
				}
			}
		}
	})
}

// Without rescaling, two kernels in a row are the product of three matrices:
// (X·A)·B = X·(A·B).
func TestReferenceIsAssociative(t *testing.T) {
	size := rapid.IntRange(1, 5)
	rapid.Check(t, func(t *rapid.T) {
		L, N, M, P := size.Draw(t, "L"), size.Draw(t, "N"), size.Draw(t, "M"), size.Draw(t, "P")
		x, a, b := matrix(t, "x", L, N), matrix(t, "a", N, M), matrix(t, "b", M, P)
		values := &workload.Values{
			Inputs:  workload.Matrix{Rows: 1, Cols: L * N, Data: x.Data},
			Weights: []workload.Matrix{a, b},
			Post:    make([]workload.Requantize, 2),
		}
		chain := []workload.Kernel{
			{L: int64(L), N: int64(N), M: int64(M)},
			{L: int64(L), N: int64(M), M: int64(P)},
		}
		ab := kernel.Product(a, b)
		var want []int64
		for l := range L {
			for p := range P {
				var sum int64
				for n, xn := range x.Row(l) {
					sum += int64(xn) * ab[n][p]
				}
				want = append(want, sum)
			}
		}
		if got, err := kernel.Reference(context.Background(), values, chain, 0); err != nil || !slices.Equal(got, want) {
			t.Fatalf("(X·A)·B = %v, X·(A·B) = %v", got, want)
		}
	})
}

// Groups are one product with a matrix that is zero off its diagonal of blocks.
func TestGroupsAreBlocksOfAMatrix(t *testing.T) {
	size := rapid.IntRange(1, 4)
	rapid.Check(t, func(t *rapid.T) {
		G, L, N, M := size.Draw(t, "G"), size.Draw(t, "L"), size.Draw(t, "N"), size.Draw(t, "M")
		x, w := matrix(t, "x", L, G*N), matrix(t, "w", G*N, M)
		whole := workload.Matrix{Rows: G * N, Cols: G * M, Data: make([]int32, G*N*G*M)}
		for n := range G * N {
			copy(whole.Row(n)[n/N*M:], w.Row(n))
		}
		values := &workload.Values{
			Inputs:  workload.Matrix{Rows: 1, Cols: L * G * N, Data: x.Data},
			Weights: []workload.Matrix{w}, Post: make([]workload.Requantize, 1),
		}
		chain := []workload.Kernel{{L: int64(L), N: int64(N), M: int64(M), Groups: int64(G)}}
		want := slices.Concat(kernel.Product(x, whole)...)
		if got, err := kernel.Reference(context.Background(), values, chain, 0); err != nil || !slices.Equal(got, want) {
			t.Fatalf("in groups %v, as one matrix %v", got, want)
		}
	})
}

// The 2×2 outputs of one kernel are the 1×4 inputs of the next, row by row;
// biases belong to columns; each input of the batch is its own.
func TestReferenceReshapes(t *testing.T) {
	values := &workload.Values{
		Inputs: workload.Matrix{Rows: 2, Cols: 2, Data: []int32{0, 0, 1, 2}},
		Weights: []workload.Matrix{
			{Rows: 1, Cols: 2, Data: []int32{1, 10}},
			{Rows: 4, Cols: 1, Data: []int32{1, 100, 10000, 1000000}},
		},
		Post: []workload.Requantize{{Bias: []int64{3, 4}, Multiplier: 1, Low: -9, High: 20}, {}},
	}
	chain := []workload.Kernel{{L: 2, N: 1, M: 2}, {L: 1, N: 4, M: 1}}
	for i, want := range []int64{4030403, 20051404} { // second: rows (1,10) and (2,20) + bias, 24 clamped to 20
		if got, err := kernel.Reference(context.Background(), values, chain, i); err != nil || !slices.Equal(got, []int64{want}) {
			t.Errorf("input %d: %v, want %d", i, got, want)
		}
	}
}

func TestMisuse(t *testing.T) {
	two := workload.Matrix{Rows: 2, Cols: 1, Data: []int32{1, 1}}
	values := &workload.Values{
		Inputs:  workload.Matrix{Rows: 1, Cols: 2, Data: []int32{1, 1}},
		Weights: []workload.Matrix{two},
		Post:    make([]workload.Requantize, 1),
	}
	for name, call := range map[string]func(){
		"inner dimensions differ": func() { kernel.Product(two, two) },
		"weights of other shape":  func() { kernel.Reference(context.Background(), values, []workload.Kernel{{L: 1, N: 1, M: 2}}, 0) },
		"inputs of other length":  func() { kernel.Reference(context.Background(), values, []workload.Kernel{{L: 2, N: 2, M: 1}}, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			call()
		})
	}
}
