package analog

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/energy"
	"xbar/sim/mapping"
	"xbar/sim/workload"
)

// crowded is a machine of two to four arrays and a chain of more tiles than
// that, six at most.
type crowded struct {
	machine *configs.Machine
	work    *workload.Workload
	options Options
}

var anyCrowded = rapid.Custom(func(t *rapid.T) crowded {
	m := randomMachine(t)
	m.Chip.Tiles, m.Chip.ArraysPerTile = 1, rapid.IntRange(2, 4).Draw(t, "arrays")
	w := &workload.Workload{}
	for i := range rapid.IntRange(1, 3).Draw(t, "kernels") {
		rows := rapid.IntRange(1, 2*m.Crossbar.LogicalRows()).Draw(t, "N")
		w.Kernels = append(w.Kernels, workload.Kernel{
			Name: string(rune('a' + i)), L: rapid.Int64Range(1, 40).Draw(t, "L"), N: int64(rows), M: rapid.Int64Range(1, 20).Draw(t, "M"),
			InputBits: 4, WeightBits: 4, OutputBits: 4,
		})
	}
	opt := options(t)
	opt.Steady = true
	return crowded{m, w, opt}
}).Filter(func(c crowded) bool {
	tiles := 0
	for _, k := range c.work.Kernels {
		s, err := newSpec(c.machine, k)
		if err != nil {
			return false
		}
		tiles += s.grid.Tiles()
	}
	return tiles > c.machine.Chip.ArraysPerTile && tiles <= 6
})

// cost is the energy, the time and their product of a steady pass.
type cost [3]float64

func (c *Chip) cost(t *testing.T) cost {
	if err := c.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	joules, passes := 0.0, float64(c.measured.Passes)
	cycles := float64(c.measured.Cycles) / passes
	for k := range c.specs {
		for id := range c.ledger.Accounts() {
			joules += c.ledger.Joules(c.KernelPhase(k), energy.AccountID(id))
		}
	}
	joules /= passes
	return cost{joules, cycles, joules * cycles}
}

func (c cost) least(other cost) cost {
	for i := range c {
		c[i] = min(c[i], other[i])
	}
	return c
}

// chosen is what the best of the choices takes, by each measure.
func (c *crowded) chosen(t *testing.T) cost {
	best := cost{math.Inf(1), math.Inf(1), math.Inf(1)}
	choices, err := Choices(c.machine, c.work.Kernels, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, choice := range choices {
		for _, overlap := range []bool{false, c.machine.Chip.OverlapReload} {
			m := *c.machine
			if m.Chip.Waves = "full"; choice.Columns {
				m.Chip.Waves = "columns"
			}
			m.Chip.Reload, m.Chip.StreamArrays, m.Chip.OverlapReload = string(choice.Policy), choice.Stream, overlap
			if m.Chip.Keep = "vectors"; choice.Widen {
				m.Chip.Keep = "waves"
			}
			chip, err := New(context.Background(), &m, c.work, c.options)
			if err != nil {
				t.Fatal(err)
			}
			best = best.least(chip.cost(t))
		}
	}
	return best
}

// bruteForce is the least of all plans that every pass can repeat: each set of
// tiles that stay, each way to give the others arrays, each way to cut the tiles
// of a kernel into waves.
func (c *crowded) bruteForce(t *testing.T) (best cost, plans int) {
	best = cost{math.Inf(1), math.Inf(1), math.Inf(1)}
	m := *c.machine
	m.Chip.Reload = "lru"
	try := func(waves []mapping.Wave) {
		chip, err := New(context.Background(), &m, c.work, c.options)
		if err != nil {
			t.Fatal(err)
		}
		chip.plan.passes, chip.plan.waves = [][]mapping.Wave{waves}, len(waves)
		chip.loads, chip.budget = nil, budget{}
		if err := chip.layOut(); err != nil {
			t.Fatal(err)
		}
		best = best.least(chip.cost(t))
		plans++
	}
	var kernels []int // of each tile
	var first []int   // tile of each kernel
	for k, kernel := range c.work.Kernels {
		s, err := newSpec(&m, kernel)
		if err != nil {
			t.Fatal(err)
		}
		first = append(first, len(kernels))
		for range s.grid.Tiles() {
			kernels = append(kernels, k)
		}
	}
	arrays := m.Chip.ArraysPerTile
	// Arrays are alike: the next streaming tile takes one that streams, or one new one.
	var place func(stay uint, at []int, kept, streaming int)
	var cut func(stay uint, at []int, tile int, waves []mapping.Wave)
	cut = func(stay uint, at []int, tile int, waves []mapping.Wave) {
		if tile == len(at) {
			try(waves)
			return
		}
		k := kernels[tile]
		wave := mapping.Wave{Kernel: k, First: tile - first[k]}
		for ; tile < len(at) && kernels[tile] == k; tile++ {
			for _, a := range wave.Arrays {
				if a == at[tile] {
					return
				}
			}
			wave.Arrays = append(wave.Arrays[:len(wave.Arrays):len(wave.Arrays)], at[tile])
			if stay>>tile&1 == 0 {
				wave.Loads = append(wave.Loads[:len(wave.Loads):len(wave.Loads)], mapping.Load{Array: at[tile], Tile: tile - first[k]})
			}
			cut(stay, at, tile+1, append(waves[:len(waves):len(waves)], wave))
		}
	}
	place = func(stay uint, at []int, kept, streaming int) {
		if len(at) == len(kernels) {
			cut(stay, at, 0, nil)
			return
		}
		next := at[:len(at):len(at)]
		if stay>>len(at)&1 == 1 {
			place(stay, append(next, kept), kept+1, streaming)
			return
		}
		last := arrays - 1 // streaming arrays count down, those that keep their tile up
		for s := range min(streaming+1, arrays-ones(stay)) {
			place(stay, append(next, last-s), kept, max(streaming, s+1))
		}
	}
	for stay := uint(0); stay < 1<<len(kernels); stay++ {
		if ones(stay) < arrays {
			place(stay, nil, 0, 0)
		}
	}
	return best, plans
}

func ones(set uint) (n int) {
	for ; set > 0; set &= set - 1 {
		n++
	}
	return n
}

// The best choice is not always the best plan: it knows two ways to say which tiles
// stay, and cuts waves where arrays end or, on hops, where columns do. On most chips it is.
func TestChoicesAgainstBruteForce(t *testing.T) {
	d := distance{bound: cost{1.2, 1.25, 1.4}, average: 1.03}
	cases := 40
	if testing.Short() {
		cases = 6
	}
	plans := 0
	for i := range cases {
		c := anyCrowded.Example(3 * i)
		chosen := c.chosen(t)
		best, n := c.bruteForce(t)
		plans += n
		d.add(t, i, chosen, best.least(chosen)) // plans of several passes, too
	}
	t.Logf("%d plans", plans)
	d.report(t)
}

// distance is how far choices are from the best.
type distance struct {
	bound        cost // of each
	average      float64
	worst, sum   cost
	chips, equal int
}

func (d *distance) add(t *testing.T, chip int, chosen, best cost) {
	d.chips++
	if chosen == best {
		d.equal++
	}
	for j := range best {
		ratio := 1.0
		if chosen[j] > 0 {
			ratio = chosen[j] / best[j]
		}
		d.worst[j] = max(d.worst[j], ratio)
		d.sum[j] += ratio
		if ratio > d.bound[j] {
			t.Errorf("chip %d: measure %d is %g times the best", chip, j, ratio)
		}
	}
}

func (d *distance) report(t *testing.T) {
	mean := d.sum
	for j := range mean {
		mean[j] /= float64(max(1, d.chips))
		if !testing.Short() && mean[j] > d.average {
			t.Errorf("measure %d is %g times the best on average", j, mean[j])
		}
	}
	t.Logf("%d chips: energy, time and product at worst %.3f times the best, on average %.4f; on %d chips the best", d.chips, d.worst, mean, d.equal)
}

// roomy is a resident chain with a few arrays to spare.
var anyRoomy = rapid.Custom(func(t *rapid.T) crowded {
	m := randomMachine(t)
	m.Chip.Tiles, m.Chip.ArraysPerTile, m.Chip.Replication = 1, 64, "none"
	m.InputBuffer.Capacity, m.OutputBuffer.Capacity = 1<<16, 1<<16
	w := randomChain(t, m)
	for k := range w.Kernels {
		w.Kernels[k].L = rapid.Int64Range(1, 40).Draw(t, "vectors")
	}
	opt := options(t)
	opt.Steady = true
	c, err := New(context.Background(), m, w, opt)
	if err != nil {
		t.Fatalf("%v", err)
	}
	m.Chip.ArraysPerTile = c.Demand() + rapid.IntRange(0, 6).Draw(t, "spare")
	return crowded{m, w, opt}
})

// arranged is the least of layers and a pipeline, with copies as a way to make them has
// it, and how many ran.
func (c *crowded) arranged(t *testing.T, copies ...func(*configs.Machine, []workload.Kernel)) (best cost, runs int) {
	best = cost{math.Inf(1), math.Inf(1), math.Inf(1)}
	for _, execution := range []string{"layers", "pipeline"} {
		for _, set := range copies {
			m, w := *c.machine, &workload.Workload{Kernels: slices.Clone(c.work.Kernels)}
			m.Chip.Execution = execution
			set(&m, w.Kernels)
			chip, err := New(context.Background(), &m, w, c.options)
			if err != nil {
				t.Fatal(err)
			}
			best = best.least(chip.cost(t))
			runs++
		}
	}
	return best, runs
}

// everyCopies gives kernels every number of copies that the arrays are enough for.
func (c *crowded) everyCopies(t *testing.T) (all []func(*configs.Machine, []workload.Kernel)) {
	var tiles []int
	for _, k := range c.work.Kernels {
		s, err := newSpec(c.machine, k)
		if err != nil {
			t.Fatal(err)
		}
		tiles = append(tiles, s.grid.Tiles())
	}
	var give func(k, left int, copies []int64)
	give = func(k, left int, copies []int64) {
		if k == len(tiles) {
			all = append(all, func(_ *configs.Machine, kernels []workload.Kernel) {
				for k := range kernels {
					kernels[k].Replicas = copies[k]
				}
			})
			return
		}
		for n := 1; n*tiles[k] <= left; n++ {
			give(k+1, left-n*tiles[k], append(copies[:k:k], int64(n)))
		}
	}
	give(0, c.machine.Chip.ArraysPerTile, nil)
	return all
}

// What auto tries where weights stay, layers and a pipeline, each with balanced copies
// and without, against every number of copies of every kernel. Balancing knows the
// cycles of arrays, not those of media and units that kernels share.
func TestCopiesAgainstBruteForce(t *testing.T) {
	d := distance{bound: cost{1.1, 1.25, 1.35}, average: 1.01}
	cases := 150
	if testing.Short() {
		cases = 10
	}
	runs := 0
	for i := range cases {
		c := anyRoomy.Example(5 * i)
		auto, _ := c.arranged(t, func(m *configs.Machine, _ []workload.Kernel) { m.Chip.Replication = "none" },
			func(m *configs.Machine, _ []workload.Kernel) { m.Chip.Replication = "balance" })
		best, n := c.arranged(t, c.everyCopies(t)...)
		runs += n
		d.add(t, i, auto, best.least(auto))
	}
	t.Logf("%d ways", runs)
	d.report(t)
}
