package theory

import "math/bits"

// Mesh is a grid of routers. Messages go along their row first, and then along their
// column. The buffer has a link to the router of row Port in the first column, or,
// where Port < 0, to each of that column.
type Mesh struct{ Columns, Rows, Port int }

// Spot is a router of a mesh.
type Spot struct{ X, Y int }

// Hops is the links between two routers.
func (m Mesh) Hops(a, b Spot) int { return apart(a.X, b.X) + apart(a.Y, b.Y) }

// FromBuffer is the links between the buffer and a router.
func (m Mesh) FromBuffer(s Spot) int {
	if m.Port < 0 {
		return 1 + s.X
	}
	return 1 + s.X + apart(s.Y, m.Port)
}

// Multicast is the links of the tree from the buffer to routers: one to the mesh, the
// row to the furthest column, and of each column both ways to the furthest router;
// with a link to each row, the rows alone.
func (m Mesh) Multicast(to []Spot) (links int) {
	if m.Port < 0 {
		reach := map[int]int{}
		for _, s := range to {
			reach[s.Y] = max(reach[s.Y], 1+s.X)
		}
		for _, n := range reach {
			links += n
		}
		return links
	}
	up, down, row := map[int]int{}, map[int]int{}, 0
	for _, s := range to {
		row = max(row, 1+s.X)
		up[s.X] = max(up[s.X], m.Port-s.Y)
		down[s.X] = max(down[s.X], s.Y-m.Port)
	}
	for x := range up {
		links += up[x] + down[x]
	}
	return links + row
}

// MeanHops is the mean of [Mesh.Hops] over all pairs, of a router with itself too:
//
//	(c − 1/c)/3 + (r − 1/r)/3,  of a k×k mesh ⅔·(k − 1/k)
func (m Mesh) MeanHops() float64 {
	c, r := float64(m.Columns), float64(m.Rows)
	return (c-1/c)/3 + (r-1/r)/3
}

func apart(a, b int) int { return max(a-b, b-a) }

// Tree is a binary tree of so many levels, tiles its leaves and the buffer its root.
type Tree struct{ Depth int }

// Hops is the links between two leaves: up to where their numbers begin to differ,
// and down again.
func (t Tree) Hops(a, b int) int { return 2 * bits.Len(uint(a^b)) }

// Multicast is the links of the tree from the root to leaves, by height of their lower
// end: as many as there are different numbers after so many bits are cut off.
func (t Tree) Multicast(to []int) []int {
	links := make([]int, t.Depth)
	for level := range links {
		seen := map[int]bool{}
		for _, leaf := range to {
			seen[leaf>>level] = true
		}
		links[level] = len(seen)
	}
	return links
}

// Length is that of links whose lower end has such a height, in distances of leaves
// that stand in a square grid: ½, ½, 1, 1, 2, 2 and so on.
func (t Tree) Length(level int) float64 { return float64(int(1)<<(level/2)) / 2 }

// Latency is the cycles until the last flit of a message is there that waits for
// nothing: h·(router + τ) + (flits − 1)·τ with τ cycles a flit.
func Latency(hops, flits, router, tau int64) int64 { return hops*(router+tau) + (flits-1)*tau }
