package analog

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/energy"
	"xbar/sim/theory"
)

// layout is where tiles are on a network of hops, as closed forms have it.
type layout struct {
	depth int // of a tree, or a mesh:
	mesh  theory.Mesh
	share int
	seats []int // place of each tile; nil: row by row
}

func layoutOf(c *Chip) (l layout) {
	n, tiles := &c.machine.Network, c.machine.Chip.Tiles
	if n.Kind == "htree" {
		for l.depth = 1; 1<<l.depth < tiles; l.depth++ {
		}
		return l
	}
	l.share = n.Concentration
	routers := (tiles + l.share - 1) / l.share
	for l.mesh.Columns*l.mesh.Columns < routers {
		l.mesh.Columns++
	}
	l.mesh.Rows = (routers + l.mesh.Columns - 1) / l.mesh.Columns
	l.mesh.Port = map[string]int{"corner": 0, "middle": (l.mesh.Rows - 1) / 2, "side": -1}[n.BufferAt]
	return l
}

func (l *layout) spot(tile int) theory.Spot {
	place := tile / l.share
	if l.seats != nil {
		place = l.seats[tile]
	}
	return theory.Spot{X: place % l.mesh.Columns, Y: place / l.mesh.Columns}
}

// leaf is a tile's, by the quarters and halves that it is in.
func (l *layout) leaf(tile int) (leaf int) {
	columns := 1 << ((l.depth + 1) / 2)
	x, y := tile%columns, tile/columns
	for level := 0; level < l.depth; level += 2 {
		leaf |= (x&1 | y&1<<1) << level
		x, y = x/2, y/2
	}
	return leaf
}

// spread is the links from the buffer to some tiles, by level, and hops those between
// two.
func (l *layout) spread(tiles map[int]bool) []int {
	if l.depth > 0 {
		var leaves []int
		for tile := range tiles {
			leaves = append(leaves, l.leaf(tile))
		}
		return theory.Tree{Depth: l.depth}.Multicast(leaves)
	}
	var spots []theory.Spot
	for tile := range tiles {
		spots = append(spots, l.spot(tile))
	}
	return []int{l.mesh.Multicast(spots)}
}

func (l *layout) between(a, b int) []int {
	if l.depth == 0 {
		return []int{l.mesh.Hops(l.spot(a), l.spot(b))}
	}
	levels := make([]int, l.depth)
	for level := range (theory.Tree{Depth: l.depth}).Hops(l.leaf(a), l.leaf(b)) / 2 {
		levels[level] = 2
	}
	return levels
}

// moved is what crosses links of each level.
type moved []int64

func (m moved) add(links []int, bits int64) {
	for level, n := range links {
		m[level] += int64(n) * bits
	}
}

// Where all weights stay, bits over links are those of the closed forms for where the
// arrays are: each row tile to all tiles that it drives, sums to the first tile of
// their column, outputs to the buffer, weights once to their arrays, and what is beside
// the products to all tiles of the kernel and back. Sent in flits of one bit, they are
// as many.
func TestHopsEqualTheory(t *testing.T) {
	thousands(t, func(t *rapid.T) {
		m := randomMachine(t)
		m.Network.Kind = rapid.SampledFrom([]string{"mesh", "htree"}).Draw(t, "routed")
		m.Network.Model, m.Network.Flit, m.Network.RouterLatency, m.Network.Placement = "given", 1, 1e-9, "row-major"
		m.Network.Concentration = rapid.IntRange(1, 3).Draw(t, "share")
		m.Network.BufferAt = rapid.SampledFrom([]string{"corner", "middle", "side"}).Draw(t, "port")
		m.Chip.Tiles, m.Chip.Replication = rapid.IntRange(30, 40).Draw(t, "many"), "none"
		m.InputBuffer.Capacity, m.OutputBuffer.Capacity = 1<<20, 1<<20
		w := randomChain(t, m)
		opt := options(t)
		c := simulate(t, m, w, opt)
		if !c.Resident() {
			t.Skip()
		}
		l := layoutOf(c)
		preload := make(moved, c.hops.fabric.Levels())
		next := 0
		for k := range w.Kernels {
			first := next
			next += c.specs[k].grid.Tiles()
			l.weights(preload, c, k, first)
			want := make(moved, len(preload))
			l.vectors(want, c, k, first, opt.Batch*c.measured.Passes)
			l.beside(want, c, k, first/m.Chip.ArraysPerTile, (next-1)/m.Chip.ArraysPerTile, opt.Batch*c.measured.Passes)
			want.check(t, c, c.KernelPhase(k), c.accounts.transfer, c.accounts.flit)
		}
		preload.check(t, c, preloadPhase, c.accounts.transferWeights, c.accounts.flitWeights)
	})
}

func (m moved) check(t *rapid.T, c *Chip, phase int, levels []energy.AccountID, flit energy.AccountID) {
	var flits int64
	for level, id := range levels {
		flits += m[level]
		if got := c.ledger.Count(phase, id); got != m[level] {
			t.Fatalf("%s: %d bits over links of level %d, want %d", c.ledger.PhaseName(phase), got, level, m[level])
		}
		if got, want := c.ledger.Joules(phase, id), float64(m[level])*71e-15; math.Abs(got-want) > 1e-12*want {
			t.Fatalf("%s: links of level %d cost %g J, want %g", c.ledger.PhaseName(phase), level, got, want)
		}
	}
	if got := c.ledger.Count(phase, flit); got != flits {
		t.Fatalf("%s: %d flits over links, want %d", c.ledger.PhaseName(phase), got, flits)
	}
}

// vectors adds what the vectors of so many inferences of a kernel move whose first
// array is known.
func (l *layout) vectors(to moved, c *Chip, k, first int, inferences int64) {
	grid, kernel := c.specs[k].grid, &c.specs[k].kernel
	all := kernel.L * inferences
	heard, homes, sent := map[int]map[int]bool{}, map[int]int{}, map[[2]int]bool{}
	for i := range grid.Tiles() {
		row, col := grid.Place(i)
		tile := (first + i) / c.machine.Chip.ArraysPerTile
		if heard[row] == nil {
			heard[row] = map[int]bool{}
		}
		heard[row][tile] = true
		outputs := all * int64(grid.WeightsOf(col))
		if _, known := homes[col]; !known {
			homes[col] = tile
			to.add(l.spread(map[int]bool{tile: true}), outputs*int64(kernel.OutputBits))
		}
		if at := [2]int{col, tile}; tile != homes[col] && !sent[at] {
			sent[at] = true
			to.add(l.between(tile, homes[col]), outputs*c.specs[k].sumBits)
		}
	}
	for row, tiles := range heard {
		to.add(l.spread(tiles), all*int64(grid.RowsOf(row)*kernel.InputBits))
	}
}

// weights adds a kernel's weights, which go to each array by itself.
func (l *layout) weights(to moved, c *Chip, k, first int) {
	grid, kernel := c.specs[k].grid, &c.specs[k].kernel
	for i := range grid.Tiles() {
		row, col := grid.Place(i)
		n := int64(grid.RowsOf(row) * grid.WeightsOf(col) / grid.GroupsOf(row) * kernel.WeightBits)
		to.add(l.spread(map[int]bool{(first + i) / c.machine.Chip.ArraysPerTile: true}), n)
	}
}

// beside adds what is computed beside a kernel's products, shared out among its tiles.
func (l *layout) beside(to moved, c *Chip, k, first, last int, inferences int64) {
	kernel := &c.specs[k].kernel
	for _, numbers := range []int64{kernel.Beside.Operands, kernel.Beside.Results} {
		bits, tiles := numbers*inferences*int64(kernel.OutputBits), int64(last-first+1)
		for tile := first; tile <= last; tile++ {
			n := bits / tiles
			if int64(tile-first) < bits%tiles {
				n++
			}
			to.add(l.spread(map[int]bool{tile: true}), n)
		}
	}
}

// permutations calls visit with each order of numbers, of which those from n on are
// settled.
func permutations(order []int, n int, visit func()) {
	if n == 0 {
		visit()
		return
	}
	for i := range n {
		order[i], order[n-1] = order[n-1], order[i]
		permutations(order, n-1, visit)
		order[i], order[n-1] = order[n-1], order[i]
	}
}

// On small meshes, how many more bit-hops than the best of all placements each of ours
// moves.
func TestPlacementsAgainstTheBest(t *testing.T) {
	placements := []string{"row-major", "snake", "hilbert", "nearest"}
	over, runs := map[string]float64{}, 0
	rapid.Check(t, func(t *rapid.T) {
		m := randomMachine(t)
		m.Network.Kind, m.Network.Model, m.Network.Flit, m.Network.Concentration = "mesh", "given", 8, 1
		m.Network.BufferAt = rapid.SampledFrom([]string{"corner", "middle", "side"}).Draw(t, "port")
		m.InputBuffer.Capacity, m.OutputBuffer.Capacity = 1<<20, 1<<20
		m.Chip.Tiles, m.Chip.ArraysPerTile, m.Chip.Replication = 200, 1, "none"
		w := randomChain(t, m)
		for k := range w.Kernels {
			w.Kernels[k].L = rapid.Int64Range(1, 40).Draw(t, "vectors")
		}
		opt := options(t)
		demand := simulate(t, m, w, opt).Demand()
		m.Chip.Tiles = min(6, demand)
		m.Chip.ArraysPerTile = (demand + m.Chip.Tiles - 1) / m.Chip.Tiles
		count := map[string]int64{}
		var c *Chip
		for _, placement := range placements {
			m.Network.Placement = placement
			c = simulate(t, m, w, opt)
			for k := range w.Kernels {
				count[placement] += c.ledger.Count(c.KernelPhase(k), c.accounts.transfer[0])
			}
		}
		l := layoutOf(c)
		order := make([]int, l.mesh.Columns*l.mesh.Rows)
		for i := range order {
			order[i] = i
		}
		best := int64(-1)
		permutations(order, len(order), func() {
			l.seats = order[:m.Chip.Tiles]
			all, next := make(moved, 1), 0
			for k := range w.Kernels {
				first := next
				next += c.specs[k].grid.Tiles()
				l.vectors(all, c, k, first, opt.Batch*c.measured.Passes)
				l.beside(all, c, k, first/m.Chip.ArraysPerTile, (next-1)/m.Chip.ArraysPerTile, opt.Batch*c.measured.Passes)
			}
			if best < 0 || all[0] < best {
				best = all[0]
			}
		})
		runs++
		for placement, n := range count {
			if n < best {
				t.Fatalf("%s moves %d bits over links, the best of all placements %d", placement, n, best)
			}
			over[placement] += float64(n) / float64(best)
		}
	})
	if mean := over["nearest"] / float64(runs); runs >= 100 && mean > 1.25 { // some 1.15
		t.Errorf("nearest moves %.3f times the bit-hops of the best placement, on average", mean)
	}
	for _, placement := range placements {
		t.Logf("%s moves %.3f times the bit-hops of the best placement, on average", placement, over[placement]/float64(runs))
	}
}
