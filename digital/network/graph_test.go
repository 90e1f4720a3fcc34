package network_test

import (
	"context"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/digital/network"
	"xbar/sim"
	"xbar/sim/theory"
)

// The mean distance in a k×k mesh is ⅔·(k − 1/k) (Dally and Towles, Principles and
// Practices of Interconnection Networks, 2004), and with uniform traffic and even k
// the busiest link carries k/4 of what a node sends.
func TestMeanHopsAndBusiestLink(t *testing.T) {
	for k := 1; k <= 12; k++ {
		g := (&network.Config{Kind: "mesh"}).Graph(k * k)
		hops, load := 0, map[network.Link]int{}
		for a := range k * k {
			for b := range k * k {
				route := g.Route(nil, a, b)
				hops += len(route)
				for _, l := range route {
					load[l]++
				}
			}
		}
		n := float64(k * k)
		mean := theory.Mesh{Columns: k, Rows: k}.MeanHops()
		if want := 2. / 3 * (float64(k) - 1/float64(k)); math.Abs(float64(hops)/n/n-want) > 1e-12 || math.Abs(mean-want) > 1e-12 {
			t.Errorf("%d×%d: %g hops on average, closed form %g, want %g", k, k, float64(hops)/n/n, mean, want)
		}
		if k%2 > 0 {
			continue
		}
		most := 0
		for _, n := range load {
			most = max(most, n)
		}
		if got := float64(most) / n; got != float64(k)/4 {
			t.Errorf("%d×%d: the busiest link carries %g of what a node sends, not %g", k, k, got, float64(k)/4)
		}
	}
}

// Links that are used are links that there are, each of another name, and all are used
// when everybody sends to everybody.
func TestLinksAreThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := randomGraph(t)
		names := map[string]network.Link{}
		for _, from := range f.terminals {
			for _, to := range f.terminals {
				if from.end == to.end {
					continue
				}
				for _, l := range f.Route(nil, from.end, to.end) {
					if l < 0 || int(l) >= f.Links() || f.Level(l) < 0 || f.Level(l) >= f.Levels() {
						t.Fatalf("%s: link %d of %d, level %d of %d", f.about, l, f.Links(), f.Level(l), f.Levels())
					}
					if m, known := names[f.Name(l)]; known && m != l {
						t.Fatalf("%s: links %d and %d are both %s", f.about, l, m, f.Name(l))
					}
					names[f.Name(l)] = l
				}
			}
		}
		if len(names) > f.Wires() {
			t.Fatalf("%s: %d links of %d", f.about, len(names), f.Wires())
		}
		nodes := map[int]bool{}
		for _, end := range f.terminals[1:] {
			nodes[end.node] = true
		}
		if full := len(nodes) == max(1<<f.depth, f.mesh.Rows*f.mesh.Columns); full && len(names) != f.Wires() {
			t.Fatalf("%s: %d links of %d", f.about, len(names), f.Wires())
		}
	})
}

// An H-tree's lengths are those of the grid that its leaves stand in: a node is in the
// middle of what is below it, and the leaves of a pair are next to each other.
func TestTreeLiesInTheGrid(t *testing.T) {
	for tiles := 2; tiles <= 256; tiles *= 2 {
		g := (&network.Config{Kind: "htree"}).Graph(tiles)
		depth := g.Levels()
		columns := 1 << ((depth + 1) / 2)
		total := 0.0
		for level := range depth {
			if got, want := g.Length(level), (theory.Tree{Depth: depth}).Length(level); got != want {
				t.Errorf("%d tiles, level %d: %g long, not %g", tiles, level, got, want)
			}
			total += g.Length(level)
		}
		for tile := range tiles {
			x, y := float64(tile%columns), float64(tile/columns)
			toX, toY := math.Abs(x-float64(columns-1)/2), math.Abs(y-float64(tiles/columns-1)/2)
			way := 0.0
			for _, l := range g.Route(nil, network.Buffer, tile) {
				way += g.Length(g.Level(l))
			}
			if way != total || way < toX+toY { // wires turn, and are never shorter than the way
				t.Errorf("%d tiles: %g to tile %d, which is %g and %g from the middle", tiles, way, tile, toX, toY)
			}
		}
		if corner := float64(columns-1)/2 + float64(tiles/columns-1)/2; corner != total {
			t.Errorf("%d tiles: %g to a corner that is %g away", tiles, total, corner)
		}
	}
}

// Every tile has a place of its own, tiles that share a router the same; curves go
// from a place to one beside it.
func TestPlaces(t *testing.T) {
	for _, placement := range []string{"row-major", "snake", "hilbert", "nearest"} {
		for _, tiles := range []int{1, 2, 5, 16, 42, 64, 168} {
			for _, share := range []int{1, 4} {
				c := network.Config{Kind: "mesh", Placement: placement, Concentration: share, BufferAt: "middle"}
				g := c.Graph(tiles)
				at := map[string]int{}
				before := 0
				for tile := range tiles {
					route := g.Route(nil, network.Buffer, tile)
					at[g.Name(route[len(route)-1])]++
					if placement == "nearest" && len(route) < before {
						t.Errorf("%+v: tile %d of %d is %d hops away, the one before %d", c, tile, tiles, len(route), before)
					}
					before = len(route)
					if tile == 0 {
						continue
					}
					step := len(g.Route(nil, tile-1, tile))
					apart := 1
					if tile%share > 0 {
						apart = 0
					}
					square := tiles == 16*share || tiles == 64*share
					if (placement == "snake" || placement == "hilbert" && square) && step != apart {
						t.Errorf("%+v: tiles %d and %d of %d are %d hops apart", c, tile-1, tile, tiles, step)
					}
				}
				if share == 1 && len(at) != tiles || share > 1 && len(at) != (tiles+share-1)/share {
					t.Errorf("%+v: %d tiles are at %d routers", c, tiles, len(at))
				}
			}
		}
	}
}

// ISAAC's concentrated mesh has a router for four of its 168 tiles, 42 in all (Shafiee
// et al., ISCA 2016, Table I), which cover what its preset says: 42 · 0.151 mm².
func TestISAACsMesh(t *testing.T) {
	g := (&network.Config{Kind: "mesh", Concentration: 4, BufferAt: "middle"}).Graph(168)
	if g.Nodes() != 42 || math.Abs(float64(g.Nodes())*0.151-6.342) > 1e-12 {
		t.Errorf("%d routers cover %g mm²", g.Nodes(), float64(g.Nodes())*0.151)
	}
}

// Three messages of four flits on a row of three routers, a flit a cycle behind a
// router of one cycle:
//
//	A  buffer to 2  first link 0–4, second 2–6, third 4–8, there at 3·2 + 3 = 9
//	B  buffer to 0  asks at 1, waits for A until 4, there at 4 + 2 + 3 = 9
//	C  1 to 2       asks for the third link at 3, and has it until 7: A waits from 4 to 7,
//	                C is there at 3 + 2 + 3 = 8 and A at 7 + 2 + 3 = 12
//	D  2 to 0       goes the other way and waits for nobody: there at 2·2 + 3 = 7
func TestContentionByHand(t *testing.T) {
	g := (&network.Config{Kind: "mesh", MeshColumns: 3, BufferAt: "corner", Placement: "row-major"}).Graph(3)
	clock, _ := sim.NewClock(big.NewRat(1, 1))
	width, _ := clock.Link(big.NewRat(8, 1))
	f := fixture{Graph: g}
	end := func(n int) terminal { return terminal{end: n} }
	p := newPost(&f, []note{
		{from: end(network.Buffer), to: []terminal{end(2)}, bits: 32, at: 0},
		{from: end(network.Buffer), to: []terminal{end(0)}, bits: 25, at: 1},
		{from: end(1), to: []terminal{end(2)}, bits: 32, at: 3},
		{from: end(2), to: []terminal{end(0)}, bits: 32, at: 0},
	}, width, 8, 1)
	if err := p.engine.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if want := [][]int64{{12}, {9}, {8}, {7}}; !slices.EqualFunc(p.got, want, slices.Equal) {
		t.Errorf("arrive at %v, want %v", p.got, want)
	}
	var waited sim.Cycle
	for _, l := range p.fabric.Used() {
		waited += p.fabric.Resource(l).Waited()
	}
	if waited != 3+3 {
		t.Errorf("waited for %d cycles, want 6", waited)
	}
}

// Messages that all start at once keep the link that most of them need busy all the
// time, and it alone sets the rate.
func TestBottleneckSetsTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := randomGraph(t)
		notes := randomNotes(t, &f)
		load := map[network.Link]int64{}
		const flit = 8
		for i := range notes {
			notes[i].from, notes[i].at = f.terminals[0], 0
			notes[i].to = []terminal{f.terminals[1+i%(len(f.terminals)-1)]}
			for _, l := range f.Route(nil, network.Buffer, notes[i].to[0].end) {
				load[l] += (notes[i].bits + flit - 1) / flit
			}
		}
		var most, end int64
		for _, n := range load {
			most = max(most, n)
		}
		clock, _ := sim.NewClock(big.NewRat(1, 1))
		width, _ := clock.Link(big.NewRat(flit, 1))
		p := newPost(&f, notes, width, flit, 0)
		if err := p.engine.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		deepest := int64(0)
		for i, got := range p.got {
			end = max(end, got[0])
			deepest = max(deepest, notes[i].links)
		}
		if end < most || end > most+deepest { // what the last of them has yet to go
			t.Fatalf("%s: the busiest link passes %d flits, and all are there at %d", f.about, most, end)
		}
	})
}
