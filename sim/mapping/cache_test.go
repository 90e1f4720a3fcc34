package mapping

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/workload"
)

// growing is kernels that attend, on small arrays.
type growing struct {
	kernels []workload.Kernel
	full    []Grid
	context int64
	steps   int64
	batch   int64
}

func randomGrowing(t *rapid.T) *growing {
	g := &growing{
		context: rapid.Int64Range(0, 9).Draw(t, "context"), steps: rapid.Int64Range(1, 9).Draw(t, "steps"), batch: rapid.Int64Range(1, 2).Draw(t, "batch"),
	}
	geometry := Geometry{Rows: rapid.IntRange(1, 5).Draw(t, "rows"), Weights: rapid.IntRange(1, 5).Draw(t, "weights")}
	for range rapid.IntRange(1, 3).Draw(t, "kernels") {
		k := workload.Kernel{
			L: 1, N: rapid.Int64Range(1, 7).Draw(t, "N"), M: rapid.Int64Range(1, 7).Draw(t, "M"), Groups: rapid.Int64Range(1, 3).Draw(t, "groups"), Dynamic: true,
			Cache: rapid.SampledFrom([]workload.Cache{workload.Columns, workload.Rows}).Draw(t, "grows"),
		}
		k = k.Attending(g.context + g.steps)
		g.kernels = append(g.kernels, k)
		g.full = append(g.full, NewGrid(k, geometry))
	}
	return g
}

// at is the grids of a step.
func (g *growing) at(step int64) (grids []Grid) {
	for i, k := range g.kernels {
		k = k.Attending(g.context + step)
		grids = append(grids, g.full[i].Of(k.N, k.M))
	}
	return grids
}

// held is what an array has of a tile: so many rows and columns of all its groups.
type held struct{ kernel, input, tile, rows, columns int }

// Every tile that computes has all that its kernel has by then, wherever it was loaded
// whole, and of what is appended no more is missing than that.
func TestCachesHoldWhatIsAttendedTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGrowing(t)
		chip := Chip{
			Arrays: rapid.IntRange(1, 60).Draw(t, "arrays"), Stream: 1, Overlap: rapid.Bool().Draw(t, "overlap"),
			Policy: rapid.SampledFrom([]Policy{LRU, Pin, Optimal}).Draw(t, "policy"),
		}
		p := NewPlanner(g.kernels, g.full, chip, g.batch)
		arrays := map[int]held{}
		for range 2 { // sessions
			p.Forget()
			clear(arrays)
			placed := 0
			for step := int64(1); step <= g.steps; step++ {
				grids := g.at(step)
				p.Grow(grids)
				waves, err := p.Pass(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				for _, w := range waves {
					grid := &grids[w.Kernel]
					now := func(tile int) held {
						r, c := grid.Place(tile)
						groups := grid.GroupsOf(r)
						return held{w.Kernel, w.Input, grid.In(&g.full[w.Kernel], tile), grid.RowsOf(r) / groups, grid.WeightsOf(c) / groups}
					}
					for _, l := range w.Loads {
						next := now(l.Tile)
						before, had := arrays[l.Array]
						if had && l.Placed == (before.kernel == next.kernel && before.input == next.input && before.tile == next.tile) {
							t.Fatalf("array %d has %+v, and %+v is placed: %v", l.Array, before, next, l.Placed)
						}
						if l.Placed {
							placed++
							before = next
							if g.kernels[w.Kernel].Cache == workload.Rows {
								before.rows = 0
							} else {
								before.columns = 0
							}
						}
						if l.Append {
							if g.kernels[w.Kernel].Cache == workload.Rows {
								before.rows++
							} else {
								before.columns++
							}
							if before != next {
								t.Fatalf("array %d has %+v with what is appended, and should have %+v", l.Array, before, next)
							}
						}
						arrays[l.Array] = next
					}
					for i, a := range w.Arrays {
						if want := now(w.First + i); arrays[a] != want {
							t.Fatalf("array %d computes with %+v, and has %+v", a, want, arrays[a])
						}
					}
				}
			}
			tiles := 0
			for k := range g.full {
				tiles += int(g.batch) * g.full[k].Tiles()
			}
			if p.Kept() != (tiles <= chip.Arrays) || p.Kept() && placed != tiles {
				t.Fatalf("%d tiles on %d arrays were placed %d times", tiles, chip.Arrays, placed)
			}
		}
	})
}

// The optimal policy places as few tiles of caches that grow as Belady's choice with
// all of the session before it.
func TestOptimalCachesEqualBelady(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := randomGrowing(t)
		arrays := rapid.IntRange(1, 12).Draw(t, "arrays")
		p := NewPlanner(g.kernels, g.full, Chip{Arrays: arrays, Policy: Optimal, Stream: 1}, g.batch)
		placed := 0
		var uses []int
		for step := int64(1); step <= g.steps; step++ {
			grids := g.at(step)
			p.Grow(grids)
			waves, err := p.Pass(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range waves {
				for _, l := range w.Loads {
					if l.Placed {
						placed++
					}
				}
				for i := range w.Arrays {
					uses = append(uses, p.id(w.Kernel, w.Input, w.First+i))
				}
			}
		}
		if least := belady(uses, arrays); placed != least {
			t.Fatalf("%d tiles were placed on %d arrays, and %d are enough for %v", placed, arrays, least, uses)
		}
	})
}

// belady counts the misses of evicting what is used again latest.
func belady(uses []int, arrays int) (misses int) {
	var in []int
	for i, id := range uses {
		if slices.Contains(in, id) {
			continue
		}
		misses++
		if len(in) < arrays {
			in = append(in, id)
			continue
		}
		victim, furthest := 0, -1
		for j, other := range in {
			next := slices.Index(uses[i:], other)
			if next < 0 {
				next = len(uses)
			}
			if next > furthest {
				victim, furthest = j, next
			}
		}
		in[victim] = id
	}
	return misses
}
