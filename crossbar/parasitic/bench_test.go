package parasitic_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"xbar/crossbar/parasitic"
)

// What it takes to solve an array once; every product is then one of matrices.
func BenchmarkEffective(b *testing.B) {
	for _, n := range []int{64, 128, 256} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 1))
			g := mat.NewDense(n, n, nil)
			g.Apply(func(int, int, float64) float64 { return random.Float64() }, g)
			w := parasitic.Wires{Row: 1e-4, Column: 1e-4}
			for b.Loop() {
				if _, err := w.Effective(context.Background(), g); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
