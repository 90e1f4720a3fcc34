package network

import (
	"fmt"
	"math/bits"
)

// Buffer is the global buffer as an end of a message; tiles count from 0.
const Buffer = -1

// Link is a link of a graph in one direction, by number.
type Link int32

// Graph is tiles and the global buffer, with links between them. Between two of
// them there is one way, known beforehand.
//
// In a mesh the routers of so many columns stand in a grid, one for each tile or for
// several, and a message goes along its row first and then along its column. The
// buffer has a link to the router in a corner, in the middle of the first column, or
// to each of that column. In a tree each node has two below it, tiles are the leaves,
// and the buffer is at the root.
type Graph struct {
	columns, rows int   // of the grid of routers, or of leaves
	depth         int   // D of a tree; 0: a mesh
	share         int   // tiles of a router
	port          int   // the row of the buffer's router; −1: all of them
	seats         []int // place of each tile in the grid
}

// Graph is the network of so many tiles.
func (c *Config) Graph(tiles int) *Graph {
	g := &Graph{share: 1}
	if c.Kind == "htree" {
		g.depth = max(1, bits.Len(uint(tiles-1)))
		g.columns, g.rows = 1<<((g.depth+1)/2), 1<<(g.depth/2)
	} else {
		g.share = max(1, c.Concentration)
		routers := (tiles + g.share - 1) / g.share
		if g.columns = c.MeshColumns; g.columns == 0 {
			g.columns = 1
			for g.columns*g.columns < routers {
				g.columns++
			}
		}
		g.columns = min(g.columns, routers)
		g.rows = (routers + g.columns - 1) / g.columns
		switch c.BufferAt {
		case "middle":
			g.port = (g.rows - 1) / 2
		case "side":
			g.port = -1
		}
	}
	g.seats = g.place(c.Placement, tiles)
	return g
}

// Nodes is the routers of a mesh, or the nodes of a tree that have others below
// them.
func (g *Graph) Nodes() int {
	if g.depth > 0 {
		return 1<<g.depth - 1
	}
	return g.columns * g.rows
}

// The links out of a mesh's router, four to a router, and then those of the buffer,
// two to a router. A tree's node i has two of its own, with nodes counted from the
// root, 1, and those below node i being 2i and 2i + 1.
const (
	east = iota
	west
	south
	north
	directions
)

// Links is how many numbers links have; of those the graph has [Graph.Wires].
func (g *Graph) Links() int {
	if g.depth > 0 {
		return 4 << g.depth
	}
	return (directions + 2) * g.columns * g.rows
}

// Wires is the links that there are, each direction for itself.
func (g *Graph) Wires() int {
	if g.depth > 0 {
		return 2 * (2<<g.depth - 2)
	}
	ports := 1
	if g.port < 0 {
		ports = g.rows
	}
	return 2 * (g.rows*(g.columns-1) + g.columns*(g.rows-1) + ports)
}

// Levels is how many lengths links have, and Level a link's, from 0. In a tree it is
// by height: level 0 ends at leaves.
func (g *Graph) Levels() int { return max(1, g.depth) }

// Level is that of a link.
func (g *Graph) Level(l Link) int {
	if g.depth == 0 {
		return 0
	}
	return g.depth + 1 - bits.Len(uint(l)/2)
}

// Furthest is no less than the links between the buffer and any tile.
func (g *Graph) Furthest() int {
	if g.depth > 0 {
		return g.depth
	}
	return g.columns + g.rows
}

// Action names a hop over a link of a level.
func (g *Graph) Action(level int) string {
	if g.depth == 0 {
		return "hop"
	}
	return fmt.Sprintf("hop level %d", level)
}

// Length is that of a level's links over the distance of neighbouring tiles, or
// routers: of a tree ½·2^⌊level/2⌋, for every other level lies across the one before.
func (g *Graph) Length(level int) float64 {
	if g.depth == 0 {
		return 1
	}
	return float64(int(1)<<(level/2)) / 2
}

// Route appends the links from one end to another. Tiles at the same router have
// none between them.
func (g *Graph) Route(to []Link, from, dest int) []Link {
	if g.depth > 0 {
		return g.climb(to, from, dest)
	}
	var x, y, x1, y1 int
	switch {
	case from == Buffer:
		x1, y1 = g.router(dest)
		y = g.portTo(y1)
		to = append(to, g.bufferLink(y))
	case dest == Buffer:
		x, y = g.router(from)
		y1 = g.portTo(y)
	default:
		x, y = g.router(from)
		x1, y1 = g.router(dest)
	}
	for ; x < x1; x++ {
		to = append(to, g.out(x, y, east))
	}
	for ; x > x1; x-- {
		to = append(to, g.out(x, y, west))
	}
	for ; y < y1; y++ {
		to = append(to, g.out(x, y, south))
	}
	for ; y > y1; y-- {
		to = append(to, g.out(x, y, north))
	}
	if dest == Buffer {
		to = append(to, g.bufferLink(y)+1)
	}
	return to
}

// climb goes up to the node that both ends are below, and down from there.
func (g *Graph) climb(to []Link, from, dest int) []Link {
	a, b := g.node(from), g.node(dest)
	var down [64]Link
	n := 0
	for a != b {
		if bits.Len(uint(a)) >= bits.Len(uint(b)) {
			to = append(to, Link(2*a+1))
			a /= 2
		}
		if bits.Len(uint(b)) > bits.Len(uint(a)) {
			down[n] = Link(2 * b)
			n++
			b /= 2
		}
	}
	for n--; n >= 0; n-- {
		to = append(to, down[n])
	}
	return to
}

// node is that of an end of a tree's messages.
func (g *Graph) node(end int) int {
	if end == Buffer {
		return 1
	}
	return 1<<g.depth + g.leaf(g.seats[end])
}

// leaf is that at a place of the grid: column and row by turns decide which way to go
// up, and the column at the leaves.
func (g *Graph) leaf(place int) (leaf int) {
	x, y := place%g.columns, place/g.columns
	for level := range g.depth {
		bit := x
		if level%2 > 0 {
			bit = y
		}
		leaf |= bit >> (level / 2) & 1 << level
	}
	return leaf
}

// router is the place of a tile's router.
func (g *Graph) router(tile int) (x, y int) {
	place := g.seats[tile]
	return place % g.columns, place / g.columns
}

// portTo is the row in which the buffer's messages to a row leave it.
func (g *Graph) portTo(row int) int {
	if g.port < 0 {
		return row
	}
	return g.port
}

func (g *Graph) out(x, y, direction int) Link { return Link(directions*(y*g.columns+x) + direction) }

// bufferLink goes from the buffer to a row; the next goes back.
func (g *Graph) bufferLink(y int) Link {
	return Link(directions*g.columns*g.rows + 2*y*g.columns)
}

// Name says between what a link goes: "buffer>0,2", "0,2>1,2" of a mesh's columns and
// rows, "3.0>2.1" of a tree's nodes, by height.
func (g *Graph) Name(l Link) string {
	n := int(l)
	if g.depth > 0 {
		level := g.Level(l)
		below, above := n/2-1<<(g.depth-level), n/4-1<<(g.depth-level)/2
		if n%2 > 0 {
			below, above = above, below
			return fmt.Sprintf("%d.%d>%d.%d", level, above, level+1, below)
		}
		return fmt.Sprintf("%d.%d>%d.%d", level+1, above, level, below)
	}
	at := func(router int) string { return fmt.Sprintf("%d,%d", router%g.columns, router/g.columns) }
	if routers := g.columns * g.rows; n >= directions*routers {
		n -= directions * routers
		if n%2 > 0 {
			return at(n/2) + ">buffer"
		}
		return "buffer>" + at(n/2)
	}
	router := n / directions
	return at(router) + ">" + at(router+[...]int{east: 1, west: -1, south: g.columns, north: -g.columns}[n%directions])
}

// String is what the graph looks like.
func (g *Graph) String() string {
	tiles := "each of a tile"
	if g.share > 1 {
		tiles = fmt.Sprintf("each of %d tiles", g.share)
	}
	switch {
	case g.depth > 0:
		return fmt.Sprintf("network: a binary tree of %d levels, and the global buffer at its root", g.depth)
	case g.port < 0:
		return fmt.Sprintf("network: a mesh of %d×%d routers, %s, and links from the global buffer to all of the first column", g.columns, g.rows, tiles)
	}
	return fmt.Sprintf("network: a mesh of %d×%d routers, %s, and a link from the global buffer to that in row %d, column 0", g.columns, g.rows, tiles, g.port)
}
