package network_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/digital/network"
	"xbar/sim"
	"xbar/sim/theory"
)

// terminal is an end of messages, as a graph and as an oracle know it.
type terminal struct{ end, node int }

// fixture is a graph with what is known of it from elsewhere.
type fixture struct {
	*network.Graph
	next      func(at, to int) int
	terminals []terminal // the first is the buffer
	depth     int        // of a tree, or a mesh:
	mesh      theory.Mesh
	about     string
}

func (f *fixture) spot(t terminal) theory.Spot {
	return theory.Spot{X: t.node % f.mesh.Columns, Y: t.node / f.mesh.Columns}
}

func (f *fixture) leaf(t terminal) int { return t.node - 1<<f.depth }

// randomGraph draws a mesh or a tree. Tiles stand row by row: where they stand is
// [TestPlaces]'s.
func randomGraph(t *rapid.T) fixture {
	tiles := rapid.IntRange(1, 20).Draw(t, "tiles")
	c := network.Config{Kind: rapid.SampledFrom([]string{"mesh", "htree"}).Draw(t, "kind"), Placement: "row-major"}
	if c.Kind == "htree" {
		depth := 1
		for 1<<depth < tiles {
			depth++
		}
		f := fixture{Graph: c.Graph(tiles), next: treeNext, terminals: []terminal{{network.Buffer, 1}}, depth: depth, about: fmt.Sprint("tree of ", tiles)}
		columns := 1 << ((depth + 1) / 2)
		for tile := range tiles {
			leaf, x, y := 0, tile%columns, tile/columns
			for level := depth - 1; level >= 0; level-- { // from the root on, halves by turns
				leaf *= 2
				if level%2 == 0 {
					leaf += x >> (level / 2) % 2
				} else {
					leaf += y >> (level / 2) % 2
				}
			}
			f.terminals = append(f.terminals, terminal{tile, 1<<depth + leaf})
		}
		return f
	}
	c.Concentration = rapid.IntRange(1, 3).Draw(t, "concentration")
	routers := (tiles + c.Concentration - 1) / c.Concentration
	c.MeshColumns = rapid.IntRange(1, routers).Draw(t, "columns")
	rows := (routers + c.MeshColumns - 1) / c.MeshColumns
	c.BufferAt = rapid.SampledFrom([]string{"corner", "middle", "side"}).Draw(t, "buffer")
	port := map[string]int{"corner": 0, "middle": (rows - 1) / 2, "side": -1}[c.BufferAt]
	f := fixture{Graph: c.Graph(tiles), next: meshNext(c.MeshColumns, rows, port), terminals: []terminal{{network.Buffer, c.MeshColumns * rows}}, mesh: theory.Mesh{Columns: c.MeshColumns, Rows: rows, Port: port}, about: fmt.Sprintf("%+v", c)}
	for tile := range tiles {
		f.terminals = append(f.terminals, terminal{tile, tile / c.Concentration})
	}
	return f
}

// note is a message of a test.
type note struct {
	from  terminal
	to    []terminal
	bits  int64
	at    int64 // cycle
	lay   network.Message
	links int64
}

func (n *note) ends() (ends []int) {
	for _, to := range n.to {
		ends = append(ends, to.end)
	}
	return ends
}

func randomNotes(t *rapid.T, f *fixture) []note {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) note {
		n := note{bits: rapid.Int64Range(1, 100).Draw(t, "bits"), at: rapid.Int64Range(0, 40).Draw(t, "at")}
		n.from = rapid.SampledFrom(f.terminals).Draw(t, "from")
		n.to = rapid.SliceOfN(rapid.SampledFrom(f.terminals), 1, 5).Draw(t, "to")
		if slices.ContainsFunc(n.to, func(to terminal) bool { return to.end == network.Buffer }) {
			n.to = n.to[:1] // to the buffer go sums, of which each has an end of its own
		}
		if n.to[0].node == n.from.node {
			n.to = n.to[:0]
		}
		return n
	}), 1, 30).Draw(t, "messages")
}

// post sends notes over a fabric and hears of them.
type post struct {
	engine  *sim.Engine
	fabric  *network.Fabric
	traffic *network.Traffic
	notes   []note
	got     [][]int64
	alike   bool // messages have one key
}

func (p *post) Key(_ int32, a, _ int64) uint64 {
	if p.alike {
		return 0
	}
	return uint64(a)
}

func (p *post) Arrived(class int32, a, b int64, after sim.Cycle) error {
	if int64(class) != a || b != 7 {
		return fmt.Errorf("message %d of class %d with %d", a, class, b)
	}
	p.got[a] = append(p.got[a], int64(p.engine.Now()+after))
	return nil
}

func (p *post) Handle(ev sim.Event) error {
	p.traffic.Send(&p.notes[ev.A].lay, ev.A, 7)
	return nil
}

func newPost(f *fixture, notes []note, width sim.Link, flit int64, router sim.Cycle, before ...note) *post {
	p := &post{engine: sim.New(), notes: notes, got: make([][]int64, len(notes))}
	p.fabric = network.NewFabric(p.engine, f.Graph, width, flit, router)
	other := p.fabric.NewTraffic("messages before", p)
	for i := range before {
		other.Lay(0, before[i].from.end, before[i].ends(), before[i].bits, func(network.Link) {})
	}
	p.traffic = p.fabric.NewTraffic("messages", p)
	self := p.engine.Register("post", p)
	for i := range notes {
		n := &notes[i]
		n.links = 0
		n.lay = p.traffic.Lay(int32(i), n.from.end, n.ends(), n.bits, func(network.Link) { n.links++ })
		p.engine.Schedule(sim.Cycle(n.at), self, 0, int64(i), 0)
	}
	return p
}

// Messages arrive when an oracle that steps every flit in every tick has them arrive,
// over as many links, on meshes and trees, with links of any width.
func TestFabricIsTheOracles(t *testing.T) {
	property := func(t *rapid.T) {
		f := randomGraph(t)
		notes := randomNotes(t, &f)
		flit := rapid.Int64Range(1, 40).Draw(t, "flit")
		router := rapid.Int64Range(0, 4).Draw(t, "router")
		o := oracle{next: f.next, cycle: rapid.Int64Range(1, 4).Draw(t, "ticks a cycle"), flit: rapid.Int64Range(1, 7).Draw(t, "ticks a flit"), wires: map[[2]int]*wire{}}
		o.router = router * o.cycle
		clock, err := sim.NewClock(big.NewRat(o.flit, o.cycle)) // flit/cycle cycles a flit
		if err != nil {
			t.Fatal(err)
		}
		width, err := clock.Link(big.NewRat(flit, 1))
		if err != nil {
			t.Fatal(err)
		}
		p := newPost(&f, notes, width, flit, sim.Cycle(router))
		if err := p.engine.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for i := range notes {
			n := &notes[i]
			start := &packet{message: i, node: n.from.node, flits: int((n.bits + flit - 1) / flit)}
			for _, to := range n.to {
				if to.node != n.from.node {
					start.to = append(start.to, to.node)
				}
			}
			for range start.flits {
				start.here = append(start.here, n.at*o.cycle)
			}
			if len(start.to) > 0 {
				o.heads = append(o.heads, start)
			}
		}
		var want [][]int64
		for tick := int64(0); want == nil && tick < 1e6; tick++ {
			o.step(tick)
			want = o.arrivals(len(notes))
		}
		var passed int64
		for i := range notes {
			slices.Sort(p.got[i])
			if !slices.Equal(p.got[i], want[i]) {
				t.Fatalf("%s: message %d arrives at %v, flit by flit at %v", f.about, i, p.got[i], want[i])
			}
			if notes[i].links != int64(notes[i].lay.Hops) || len(want[i]) != notes[i].lay.Ends {
				t.Fatalf("%s: %d links of %d hops, %d ends of %d", f.about, notes[i].links, notes[i].lay.Hops, len(want[i]), notes[i].lay.Ends)
			}
			passed += notes[i].links * p.fabric.Flits(notes[i].bits)
		}
		if passed != o.passed {
			t.Fatalf("%s: %d flit-hops, flit by flit %d", f.about, passed, o.passed)
		}
		var busy, granted sim.Cycle
		for _, l := range p.fabric.Used() {
			granted += p.fabric.Resource(l).BusyCycles()
		}
		for i := range notes {
			busy += sim.Cycle(notes[i].links) * p.fabric.Cycles(notes[i].bits)
		}
		if busy != granted {
			t.Fatalf("links are busy for %d cycles, messages take %d", granted, busy)
		}
	}
	for range rounds(t) {
		rapid.Check(t, property)
	}
}

// Where messages tie for links, what went over the network before them in whatever order
// decides nothing.
func TestTiesHaveNoHistory(t *testing.T) {
	property := func(t *rapid.T) {
		f := randomGraph(t)
		notes, before := randomNotes(t, &f), randomNotes(t, &f)
		for i := range notes {
			notes[i].at %= 3
		}
		clock, _ := sim.NewClock(big.NewRat(rapid.Int64Range(1, 4).Draw(t, "tau"), 1))
		flit := rapid.Int64Range(1, 40).Draw(t, "flit")
		width, _ := clock.Link(big.NewRat(flit, 1))
		router := sim.Cycle(rapid.Int64Range(0, 4).Draw(t, "router"))
		fresh, old := newPost(&f, slices.Clone(notes), width, flit, router), newPost(&f, notes, width, flit, router, before...)
		for _, p := range []*post{fresh, old} {
			p.alike = true
			if err := p.engine.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
		}
		for i := range notes {
			if !slices.Equal(fresh.got[i], old.got[i]) {
				t.Fatalf("%s: message %d arrives at %v, on links that were used before at %v", f.about, i, fresh.got[i], old.got[i])
			}
		}
	}
	for range rounds(t) {
		rapid.Check(t, property)
	}
}

// rounds is how often a property is checked on a hundred random cases.
func rounds(t *testing.T) int {
	if testing.Short() {
		return 1
	}
	return 50
}

// A message alone takes what the closed form says, over as many links as it says.
func TestAloneIsClosedForm(t *testing.T) {
	property := func(t *rapid.T) {
		f := randomGraph(t)
		from := rapid.SampledFrom(f.terminals).Draw(t, "from")
		to := rapid.SampledFrom(f.terminals[1:]).Draw(t, "to")
		flit, bits := rapid.Int64Range(1, 64).Draw(t, "flit"), rapid.Int64Range(1, 1000).Draw(t, "bits")
		router, tau := rapid.Int64Range(0, 5).Draw(t, "router"), rapid.Int64Range(1, 5).Draw(t, "tau")
		clock, _ := sim.NewClock(big.NewRat(tau, 1))
		width, _ := clock.Link(big.NewRat(flit, 1))
		notes := []note{{from: from, to: []terminal{to}, bits: bits}}
		p := newPost(&f, notes, width, flit, sim.Cycle(router))
		if err := p.engine.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		hops := int64(f.hops(from, to))
		if notes[0].links != hops {
			t.Fatalf("%s: %d links from %v to %v, not %d", f.about, notes[0].links, from, to, hops)
		}
		want := theory.Latency(hops, p.fabric.Flits(bits), router, tau)
		if hops > 0 && (len(p.got[0]) != 1 || p.got[0][0] != want || int64(notes[0].lay.Latency) != want) {
			t.Fatalf("%s: arrives at %v, would with nothing waiting at %d, and should at %d", f.about, p.got[0], notes[0].lay.Latency, want)
		}
		free := newPost(&f, notes, sim.Link{}, flit, sim.Cycle(router))
		if got := int64(notes[0].lay.Latency); got != hops*router || notes[0].lay.Ends > 0 || len(free.fabric.Used()) > 0 {
			t.Fatalf("%s: %d cycles over %d links without a limit", f.about, got, hops)
		}
	}
	for range rounds(t) {
		rapid.Check(t, property)
	}
}

// hops is the closed form of a distance.
func (f *fixture) hops(from, to terminal) int {
	tree := f.depth > 0
	switch {
	case from.end == to.end:
		return 0
	case tree && from.end == network.Buffer:
		return f.depth
	case tree:
		return theory.Tree{Depth: f.depth}.Hops(f.leaf(from), f.leaf(to))
	case from.end == network.Buffer:
		return f.mesh.FromBuffer(f.spot(to))
	}
	return f.mesh.Hops(f.spot(from), f.spot(to))
}

// The links of a multicast are those of the closed form.
func TestMulticastIsClosedForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := randomGraph(t)
		to := rapid.SliceOfN(rapid.SampledFrom(f.terminals[1:]), 1, 12).Draw(t, "to")
		e := sim.New()
		traffic := network.NewFabric(e, f.Graph, sim.Link{}, 32, 1).NewTraffic("messages", &post{})
		levels := make([]int, f.Levels())
		var ends []int
		for _, end := range to {
			ends = append(ends, end.end)
		}
		traffic.Lay(0, network.Buffer, ends, 1, func(l network.Link) { levels[f.Level(l)]++ })
		var want []int
		if f.depth > 0 {
			var leaves []int
			for _, end := range to {
				leaves = append(leaves, f.leaf(end))
			}
			want = theory.Tree{Depth: f.depth}.Multicast(leaves)
		} else {
			var spots []theory.Spot
			for _, end := range to {
				spots = append(spots, f.spot(end))
			}
			want = []int{f.mesh.Multicast(spots)}
		}
		if !slices.Equal(levels, want) {
			t.Fatalf("%s: %v links to %v, not %v", f.about, levels, to, want)
		}
	})
}
