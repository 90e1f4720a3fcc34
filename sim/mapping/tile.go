package mapping

import "xbar/sim/workload"

// Geometry is how much of a kernel one array holds.
type Geometry struct {
	Rows    int // R
	Weights int // C_l, logical columns
}

// Grid is the tiles of one kernel: row tiles cut the reduction, column tiles
// the outputs. Tiles are numbered down the rows of a column first, so that
// what must be summed comes together.
type Grid struct {
	geometry Geometry
	n, m     int64
	RowTiles int // ⌈N/R⌉
	ColTiles int // ⌈M/C_l⌉
	Copies   int // R, of all tiles
}

// NewGrid cuts a kernel.
func NewGrid(k workload.Kernel, g Geometry) Grid {
	return Grid{
		geometry: g, n: k.N, m: k.M,
		RowTiles: int(ceilDiv(k.N, int64(g.Rows))),
		ColTiles: int(ceilDiv(k.M, int64(g.Weights))),
		Copies:   1,
	}
}

// Tiles is K.
func (g Grid) Tiles() int { return g.RowTiles * g.ColTiles }

// Arrays is R·K: the tiles of one copy, then those of the next.
func (g Grid) Arrays() int { return g.Copies * g.Tiles() }

// Place is the row tile and column tile of tile i.
func (g Grid) Place(i int) (row, col int) { return i % g.RowTiles, i / g.RowTiles }

// RowsOf is the rows that row tile r uses.
func (g Grid) RowsOf(r int) int {
	return int(min(int64(g.geometry.Rows), g.n-int64(r)*int64(g.geometry.Rows)))
}

// WeightsOf is the logical columns that column tile c uses.
func (g Grid) WeightsOf(c int) int {
	return int(min(int64(g.geometry.Weights), g.m-int64(c)*int64(g.geometry.Weights)))
}

// FirstRow is the kernel row in which row tile r begins.
func (g Grid) FirstRow(r int) int { return r * g.geometry.Rows }

// FirstWeight is the kernel column in which column tile c begins.
func (g Grid) FirstWeight(c int) int { return c * g.geometry.Weights }

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
