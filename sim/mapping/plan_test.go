package mapping

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/workload"
)

// chain is kernels of one row tile and so many column tiles each.
func chain(tiles ...int) ([]workload.Kernel, []Grid) {
	var kernels []workload.Kernel
	var grids []Grid
	for i, n := range tiles {
		k := workload.Kernel{Name: fmt.Sprint(i), L: 1, N: 4, M: int64(4 * n)}
		kernels = append(kernels, k)
		grids = append(grids, NewGrid(k, Geometry{Rows: 4, Weights: 4}))
	}
	return kernels, grids
}

// Every weight of every group is in one block of one tile, next to those around it,
// and no block leaves the array that its tile is on.
func TestBlocksHoldEveryWeightOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := func(name string, most int) int { return rapid.IntRange(1, most).Draw(t, name) }
		k := workload.Kernel{L: 1, N: int64(size("N", 12)), M: int64(size("M", 12)), Groups: int64(size("G", 9))}
		array := Geometry{Rows: size("R", 30), Weights: size("C_l", 30)}
		grid := NewGrid(k, array)
		seen := make([]int, k.Inputs()*k.M)
		inputs := map[int][2]int{} // of each drive
		for tile := range grid.Tiles() {
			r, c := grid.Place(tile)
			rows, weights := 0, 0
			for j := range grid.GroupsOf(r) {
				b := grid.Block(tile, j)
				rows, weights = rows+b.Rows, weights+b.Weights
				if group := b.Row / int(k.N); b.Output != group*int(k.M)+b.Column || b.Row+b.Rows > (group+1)*int(k.N) || b.Column+b.Weights > int(k.M) {
					t.Fatalf("%+v is not of one group", b)
				}
				if x, known := inputs[b.Drive]; known && x != [2]int{b.Row, b.Rows} || b.Drive >= grid.Drives() {
					t.Fatalf("drive %d is of %v and of %+v", b.Drive, x, b)
				}
				inputs[b.Drive] = [2]int{b.Row, b.Rows}
				for i := range b.Rows {
					for j := range b.Weights {
						seen[(b.Row+i)*int(k.M)+b.Column+j]++
					}
				}
			}
			if rows != grid.RowsOf(r) || weights != grid.WeightsOf(c) || rows > array.Rows || weights > array.Weights {
				t.Fatalf("tile %d uses %d×%d, by its blocks %d×%d", tile, grid.RowsOf(r), grid.WeightsOf(c), rows, weights)
			}
		}
		for i, n := range seen {
			if n != 1 {
				t.Fatalf("weight %d is in %d tiles", i, n)
			}
		}
	})
}

func randomChain(t *rapid.T, most int) []int {
	return rapid.SliceOfN(rapid.IntRange(1, most), 1, 4).Draw(t, "tiles")
}

func planner(tiles []int, chip Chip) *Planner {
	kernels, grids := chain(tiles...)
	return NewPlanner(kernels, grids, chip, 1)
}

// preload and pass are the planner's, never interrupted.
func preload(p *Planner) []Wave {
	waves, err := p.Preload(context.Background())
	if err != nil {
		panic(err)
	}
	return waves
}

func pass(p *Planner) []Wave {
	waves, err := p.Pass(context.Background())
	if err != nil {
		panic(err)
	}
	return waves
}

func loads(waves []Wave) (n int) {
	for _, w := range waves {
		n += len(w.Loads)
	}
	return n
}

// A plan is honest when every wave's tile is in the wave's array at the time,
// each array once, and the waves run through all tiles in order.
func TestWavesComputeWhatTheArraysHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiles := randomChain(t, 9)
		chip := Chip{
			Arrays:  rapid.IntRange(1, 20).Draw(t, "arrays"),
			Policy:  rapid.SampledFrom([]Policy{LRU, Pin, Optimal}).Draw(t, "policy"),
			Overlap: rapid.Bool().Draw(t, "overlap"),
		}
		chip.Stream = rapid.IntRange(1, chip.Arrays).Draw(t, "stream")
		kernels, grids := chain(tiles...)
		for k := range kernels {
			kernels[k].Dynamic = rapid.Bool().Draw(t, "dynamic")
		}
		const batch = 2
		p := NewPlanner(kernels, grids, chip, batch)
		holds := map[int][3]int{}
		for i := range 3 {
			var waves []Wave
			if i == 0 {
				waves = preload(p)
			}
			preloaded := len(waves)
			waves = append(waves, pass(p)...)
			seen := map[[2]int]int{}
			for i, w := range waves {
				used := map[int]bool{}
				for _, l := range w.Loads {
					holds[l.Array] = [3]int{w.Kernel, w.Input, l.Tile}
				}
				for j, a := range w.Arrays {
					tile := w.First + j
					if used[a] {
						t.Fatalf("wave %d uses array %d twice", i, a)
					}
					used[a] = true
					if holds[a] != [3]int{w.Kernel, w.Input, tile} {
						t.Fatalf("wave %d computes tile %d of kernel %d on array %d, which holds %v", i, tile, w.Kernel, a, holds[a])
					}
					if i >= preloaded {
						seen[[2]int{w.Kernel, w.Input}]++
					}
				}
			}
			for k := range kernels {
				inputs := 1
				if kernels[k].Dynamic {
					inputs = batch
				}
				for input := range inputs {
					if n := seen[[2]int{k, input}]; n != tiles[k] {
						t.Fatalf("kernel %d ran %d of %d tiles", k, n, tiles[k])
					}
				}
			}
		}
	})
}

func steadyLoads(tiles []int, chip Chip, passes int) int {
	p := planner(tiles, chip)
	preload(p)
	pass(p)
	n := 0
	for range passes {
		n += loads(pass(p))
	}
	return n
}

func TestPoliciesOnACyclicPass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tiles := randomChain(t, 7)
		demand := 0
		for _, n := range tiles {
			demand += n
		}
		arrays := rapid.IntRange(1, demand+3).Draw(t, "arrays")
		stream := rapid.IntRange(1, arrays).Draw(t, "stream")
		passes := max(1, demand-1) // a whole period of the optimal policy
		count := func(policy Policy) int {
			return steadyLoads(tiles, Chip{Arrays: arrays, Policy: policy, Stream: stream}, passes)
		}
		lru, pin, optimal := count(LRU), count(Pin), count(Optimal)
		if arrays >= demand {
			if lru+pin+optimal != 0 {
				t.Fatalf("%d tiles fit on %d arrays, yet passes load %d, %d, %d", demand, arrays, lru, pin, optimal)
			}
			return
		}
		if want := passes * demand; lru != want {
			t.Errorf("lru loads %d, want every tile: %d", lru, want)
		}
		if want := passes * (demand - arrays + stream); pin != want {
			t.Errorf("pin loads %d, want D−A+s: %d", pin, want)
		}
		if want := demand * (demand - arrays); optimal != want {
			t.Errorf("optimal loads %d in D−1 passes, want D·(D−A): %d", optimal, want)
		}
		if optimal > pin || pin > lru {
			t.Errorf("loads: optimal %d, pin %d, lru %d", optimal, pin, lru)
		}
		fewer := steadyLoads(tiles, Chip{Arrays: arrays + 1, Policy: Optimal, Stream: 1}, passes)
		if fewer > optimal {
			t.Errorf("one array more, and optimal loads %d instead of %d", fewer, optimal)
		}
	})
}

// The fewest loads of any eviction order, by trying all of them.
func bruteForce(demand, arrays, passes int) int {
	type state struct {
		step  int
		holds string
	}
	memo := map[state]int{}
	var least func(step int, holds []byte) int
	least = func(step int, holds []byte) int {
		if step == demand*passes {
			return 0
		}
		key := state{step, string(holds)}
		if n, ok := memo[key]; ok {
			return n
		}
		tile := byte(step%demand + 1)
		best := -1
		for _, h := range holds {
			if h == tile {
				best = least(step+1, holds)
			}
		}
		hit := best >= 0
		for a := 0; !hit && a < len(holds); a++ {
			next := append([]byte(nil), holds...)
			next[a] = tile
			if n := 1 + least(step+1, next); best < 0 || n < best {
				best = n
			}
		}
		memo[key] = best
		return best
	}
	return least(0, make([]byte, arrays))
}

func TestOptimalEqualsBruteForce(t *testing.T) {
	for demand := 1; demand <= 5; demand++ {
		for arrays := 1; arrays <= 4; arrays++ {
			for passes := 1; passes <= 3; passes++ {
				p := planner([]int{demand}, Chip{Arrays: arrays, Policy: Optimal, Stream: 1})
				got := loads(preload(p))
				for range passes {
					got += loads(pass(p))
				}
				if want := bruteForce(demand, arrays, passes); got != want {
					t.Errorf("%d tiles, %d arrays, %d passes: %d loads, the least is %d", demand, arrays, passes, got, want)
				}
			}
		}
	}
}

// A plan that takes long stops when it is told to.
func TestPlanningStops(t *testing.T) {
	p := planner([]int{1000}, Chip{Arrays: 10, Policy: LRU, Stream: 1})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if waves, err := p.Preload(ctx); err != nil || waves != nil {
		t.Errorf("nothing to preload: %d waves, %v", len(waves), err)
	}
	if waves, err := p.Pass(ctx); err != context.Canceled {
		t.Errorf("%d waves, %v", len(waves), err)
	}
	if _, err := planner([]int{10}, Chip{Arrays: 10, Policy: LRU, Stream: 1}).Preload(ctx); err != context.Canceled {
		t.Errorf("preload: %v", err)
	}
}

func TestTooManyWaves(t *testing.T) {
	p := planner([]int{1, MostWaves}, Chip{Arrays: 1, Policy: LRU, Stream: 1})
	if waves, err := p.Pass(context.Background()); err == nil {
		t.Errorf("%d waves", len(waves))
	}
}

func TestSpills(t *testing.T) {
	kernels := []workload.Kernel{
		{L: 1, N: 10, M: 100, OutputBits: 8},
		{L: 1, N: 100, M: 50, OutputBits: 8},
		{L: 1, N: 50, M: 10, OutputBits: 8},
	}
	// A buffer of 1000 bits: beside the input's 80 bits 800 fit, beside those
	// only 200 of the next 400.
	for k := range kernels {
		kernels[k].InputBits = 8
	}
	got := Spills(kernels, 1, 1000)
	want := []Share{{0, 80}, {0, 800}, {200, 400}, {1, 1}}
	for k := range want {
		if got[k] != want[k] {
			t.Errorf("input of kernel %d: %v, want %v", k, got[k], want[k])
		}
	}
}

// Whole bits add up to the tensor and to what is not kept of it, in vectors that are
// alike from edge to edge, and none comes later than its share.
func TestSharesAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.Int64Range(1, 1e9).Draw(t, "whole")
		s := Share{rapid.Int64Range(0, whole).Draw(t, "part"), whole}
		bits := rapid.Int64Range(1, 1e6).Draw(t, "bits")
		vectors := rapid.Int64Range(1, 200).Draw(t, "vectors")
		all := bits * vectors
		if rapid.Bool().Draw(t, "distinct") {
			all = rapid.Int64Range(1, all).Draw(t, "all")
		}
		ahead := rapid.Int64Range(0, all).Draw(t, "ahead")
		spill, brought := s.Of(all, vectors, ahead), Whole.Of(all, vectors, ahead)
		edges := spill.Edges()
		var sum, fetched, before int64
		for v := range vectors {
			part := spill.Bits(v)
			if v > 0 && part != before && !slices.Contains(edges[:], v) {
				t.Fatalf("vector %d brings %d bits, the one before %d; edges %v", v, part, before, edges)
			}
			if part < 0 || part > brought.Bits(v) {
				t.Fatalf("vector %d: %d bits of %d are spilled", v, part, brought.Bits(v))
			}
			sum, fetched, before = sum+part, fetched+brought.Bits(v), part
			if share := (v + 1) * all / vectors; fetched < min(all, share+ahead) {
				t.Fatalf("%d bits have come with vector %d, which needs %d", fetched, v, min(all, share+ahead))
			}
		}
		exact := new(big.Int).Mul(big.NewInt(all), big.NewInt(s.Whole-s.Part))
		if kept := exact.Div(exact, big.NewInt(s.Whole)).Int64(); all-sum != kept || fetched != all {
			t.Fatalf("%d of %d bits are kept, want %d; %d are brought", all-sum, all, kept, fetched)
		}
	})
}

func ExamplePlanner() {
	kernels, grids := chain(2, 2)
	p := NewPlanner(kernels, grids, Chip{Arrays: 3, Policy: Pin, Stream: 1}, 1)
	fmt.Println("preload", loads(preload(p)), "then each pass", loads(pass(p)))
	// Output: preload 2 then each pass 2
}

// Waves that end with columns cut none that fits a wave, and load what the others load.
func TestWavesOfWholeColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var kernels []workload.Kernel
		var grids []Grid
		g := Geometry{Rows: 4, Weights: 4}
		for range rapid.IntRange(1, 3).Draw(t, "kernels") {
			k := workload.Kernel{L: 3, N: rapid.Int64Range(1, 20).Draw(t, "N"), M: rapid.Int64Range(1, 20).Draw(t, "M")}
			kernels, grids = append(kernels, k), append(grids, NewGrid(k, g))
		}
		chip := Chip{Arrays: rapid.IntRange(1, 8).Draw(t, "arrays"), Policy: LRU, Stream: 1}
		plan := func() (waves []Wave, loads int) {
			p := NewPlanner(kernels, grids, chip, 1)
			if _, err := p.Preload(t.Context()); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				var err error
				if waves, err = p.Pass(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			for i := range waves {
				loads += len(waves[i].Loads)
			}
			return waves, loads
		}
		_, usual := plan()
		chip.Columns = true
		waves, loads := plan()
		if loads != usual {
			t.Errorf("%d loads, %d in waves that end anywhere", loads, usual)
		}
		for _, w := range waves {
			if rows := grids[w.Kernel].RowTiles; w.First%rows > 0 && rows <= chip.Arrays {
				t.Errorf("a wave of kernel %d begins with tile %d, of columns of %d, on %d arrays", w.Kernel, w.First, rows, chip.Arrays)
			}
		}
	})
}
