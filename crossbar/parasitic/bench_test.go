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

// What a column with a supply wire takes for each read, at half of its inputs.
func BenchmarkGated(b *testing.B) {
	const rows = 128
	for _, kinds := range []int{1, 2} {
		b.Run(fmt.Sprint(kinds), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 1))
			u := make([]float64, rows)
			cells := make([][]float64, kinds)
			for i := range u {
				u[i] = float64(random.IntN(2))
				for s := range cells {
					cells[s] = append(cells[s], random.Float64())
				}
			}
			w := parasitic.Wires{Row: 1e-4, Column: 1e-4}
			for b.Loop() {
				w.Gated(u, cells...)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}

// What an array's wires take for a read that is solved by itself, of cells that are not
// linear.
func BenchmarkSolve(b *testing.B) {
	for _, n := range []int{32, 64, 128} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			random := rand.New(rand.NewPCG(1, 1))
			g := mat.NewDense(n, n, nil)
			g.Apply(func(int, int, float64) float64 { return random.Float64() }, g)
			u := make([]float64, n)
			for i := range u {
				u[i] = random.Float64()
			}
			w := parasitic.Wires{Row: 1e-4, Column: 1e-4}
			s, err := w.Solver(context.Background(), g)
			if err != nil {
				b.Fatal(err)
			}
			cells, out := &parasitic.Cells{Conductances: []*mat.Dense{g}, Cubic: 0.25}, make([]float64, n)
			for b.Loop() {
				if err := s.Solve(u, cells, out); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
