package network

import (
	"cmp"
	"slices"
)

// Placements of tiles, which the plan of a chip fills in their order.
const (
	rowMajor = "row-major" // row after row
	snake    = "snake"     // every other row backwards
	hilbert  = "hilbert"   // along Hilbert's curve, quarter after quarter
	nearest  = "nearest"   // by hops from the buffer, along Hilbert's curve where they are alike
)

// place gives each tile a place of the grid. Tiles that share a router have the same.
func (g *Graph) place(placement string, tiles int) []int {
	order := make([]int, g.columns*g.rows)
	for i := range order {
		order[i] = i
	}
	switch placement {
	case snake:
		for i := range order {
			if y := i / g.columns; y%2 > 0 {
				order[i] = y*g.columns + g.columns - 1 - i%g.columns
			}
		}
	case hilbert, nearest:
		side := 1
		for side < max(g.columns, g.rows) {
			side *= 2
		}
		along := make([]int, len(order))
		for i := range along {
			along[i] = alongHilbert(side, i%g.columns, i/g.columns)
		}
		slices.SortFunc(order, func(a, b int) int {
			if placement == nearest {
				if n := cmp.Compare(g.hopsTo(a), g.hopsTo(b)); n != 0 {
					return n
				}
			}
			return cmp.Compare(along[a], along[b])
		})
	}
	seats := make([]int, tiles)
	for tile := range seats {
		seats[tile] = order[tile/g.share]
	}
	return seats
}

// hopsTo is the links from the buffer to a place.
func (g *Graph) hopsTo(place int) int {
	if g.depth > 0 {
		return g.depth
	}
	x, y := place%g.columns, place/g.columns
	from := g.portTo(y)
	return 1 + x + max(y-from, from-y)
}

// alongHilbert is how far along the curve through a square of so many places a side,
// a power of two, a place is.
func alongHilbert(side, x, y int) (along int) {
	for s := side / 2; s > 0; s /= 2 {
		right, lower := 0, 0
		if x&s > 0 {
			right = 1
		}
		if y&s > 0 {
			lower = 1
		}
		along += s * s * (3*right ^ lower)
		if lower == 0 { // the quarters at both ends lie across
			if right == 1 {
				x, y = side-1-x, side-1-y
			}
			x, y = y, x
		}
	}
	return along
}
