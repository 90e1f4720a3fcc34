package mapping

import "xbar/sim/workload"

// Geometry is how much of a kernel one array holds.
type Geometry struct {
	Rows    int // R
	Weights int // C_l, logical columns
	Unit    int // columns beside them that every group takes, whatever it holds
}

// Grid is the tiles of one kernel: row tiles cut the reduction, column tiles
// the outputs. Tiles are numbered down the rows of a column first, so that
// what must be summed comes together, and group after group. Groups that fit
// share an array, each with rows and columns of its own: blocks on a diagonal.
type Grid struct {
	geometry Geometry
	n, m     int64 // of a group
	groups   int64
	pack     int64 // p, groups that share an array
	bands    int   // ⌈G/p⌉, arrays or grids of arrays
	RowTiles int   // ⌈N/R⌉ of a group
	ColTiles int   // ⌈M/C_l⌉
	Copies   int   // R, of all tiles; 0: what is computed takes no array
}

// NewGrid cuts a kernel.
func NewGrid(k workload.Kernel, g Geometry) Grid {
	grid := Grid{
		geometry: g, n: k.N, m: k.M, groups: k.Products(), pack: 1,
		RowTiles: int(ceilDiv(k.N, int64(g.Rows))),
		ColTiles: int(ceilDiv(k.M, int64(g.Weights))),
		Copies:   1,
	}
	if grid.RowTiles == 1 && grid.ColTiles == 1 {
		grid.pack = min(int64(g.Rows)/k.N, int64(g.Weights+g.Unit)/(k.M+int64(g.Unit)), grid.groups)
	}
	grid.bands = int(ceilDiv(grid.groups, grid.pack))
	return grid
}

// Of is the grid of a kernel whose groups have fewer inputs or outputs, n×m, cut and
// packed as this one is, so that a tile stays where it is when the kernel grows.
func (g Grid) Of(n, m int64) Grid {
	g.n, g.m = n, m
	g.RowTiles = int(ceilDiv(n, int64(g.geometry.Rows)))
	g.ColTiles = int(ceilDiv(m, int64(g.geometry.Weights)))
	return g
}

// In is what tile i is called in the full grid that this one is a part of.
func (g Grid) In(full *Grid, i int) int {
	band, i := i/g.band(), i%g.band()
	return band*full.band() + i/g.RowTiles*full.RowTiles + i%g.RowTiles
}

// Grown reports whether tile i has the kernel's last column, or its last row, and
// whether that is all that it has of a group.
func (g Grid) Grown(i int, by workload.Cache) (grown, alone bool) {
	r, c := g.Place(i)
	if by == workload.Rows {
		return g.Last(r), g.RowsOf(r) == g.GroupsOf(r)
	}
	return (c+1)%g.ColTiles == 0, g.WeightsOf(c) == g.GroupsOf(r)
}

// band is the tiles of a group, or of the groups of an array.
func (g Grid) band() int { return g.RowTiles * g.ColTiles }

// Tiles is K.
func (g Grid) Tiles() int { return g.bands * g.band() }

// Arrays is R·K: the tiles of one copy, then those of the next.
func (g Grid) Arrays() int { return g.Copies * g.Tiles() }

// Place is the row tile and column tile of tile i, over all groups.
func (g Grid) Place(i int) (row, col int) {
	band, i := i/g.band(), i%g.band()
	return band*g.RowTiles + i%g.RowTiles, band*g.ColTiles + i/g.RowTiles
}

// Fresh reports whether tile i is the first that its row tile's inputs go to.
func (g Grid) Fresh(i int) bool { return i%g.band() < g.RowTiles }

// First reports whether the sums of a group begin in row tile r, and Last
// whether they end there.
func (g Grid) First(r int) bool { return r%g.RowTiles == 0 }

// Last is the other end.
func (g Grid) Last(r int) bool { return (r+1)%g.RowTiles == 0 }

// Rows is the row tiles of all groups.
func (g Grid) Rows() int { return g.bands * g.RowTiles }

// GroupsOf is the groups in row tile r, which are as many as in the column
// tiles beside it.
func (g Grid) GroupsOf(r int) int {
	return int(min(g.pack, g.groups-int64(r/g.RowTiles)*g.pack))
}

// RowsOf is the rows that row tile r uses.
func (g Grid) RowsOf(r int) int {
	rest := g.n - int64(r%g.RowTiles)*int64(g.geometry.Rows)
	return g.GroupsOf(r) * int(min(int64(g.geometry.Rows), rest))
}

// WeightsOf is the logical columns that column tile c uses.
func (g Grid) WeightsOf(c int) int {
	rest := g.m - int64(c%g.ColTiles)*int64(g.geometry.Weights)
	return g.GroupsOf(c/g.ColTiles*g.RowTiles) * int(min(int64(g.geometry.Weights), rest))
}

// Pack is p, the groups that share an array where there are enough of them.
func (g Grid) Pack() int { return int(g.pack) }

// Block is what a tile holds of one group: so many weights, from a row and a
// column of the kernel's matrix on, and the output of a vector to which the
// first of its columns belongs. The row is also the input of a vector that
// drives it.
type Block struct {
	Row, Column, Output int
	Rows, Weights       int
	Drive               int // which of the kernel's drives, see [Grid.Drives]
}

// Block is block j of tile i, one of as many as there are groups in it.
func (g Grid) Block(i, j int) Block {
	r, c := g.Place(i)
	band, q := r/g.RowTiles, g.GroupsOf(r)
	group := band*int(g.pack) + j
	b := Block{
		Row: group*int(g.n) + r%g.RowTiles*g.geometry.Rows, Column: c % g.ColTiles * g.geometry.Weights,
		Rows: g.RowsOf(r) / q, Weights: g.WeightsOf(c) / q, Drive: r*int(g.pack) + j,
	}
	b.Output = group*int(g.m) + b.Column
	return b
}

// Drives is how many blocks of a vector's inputs there are. Blocks side by side
// share one.
func (g Grid) Drives() int { return g.Rows() * int(g.pack) }

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
