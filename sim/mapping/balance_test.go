package mapping

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func randomStages(t *rapid.T) (stages []Stage, tiles int) {
	for range rapid.IntRange(1, 3).Draw(t, "stages") {
		s := Stage{
			Tiles: rapid.IntRange(1, 4).Draw(t, "tiles"), Vectors: rapid.Int64Range(1, 12).Draw(t, "vectors"),
			Cycles: float64(rapid.IntRange(1, 5).Draw(t, "cycles")), Copies: rapid.IntRange(1, 2).Draw(t, "copies"),
		}
		stages = append(stages, s)
		tiles += s.Tiles * s.Copies
	}
	return stages, tiles
}

// slowest is the largest stage time.
func slowestOf(stages []Stage, copies []int) (most float64) {
	for k := range stages {
		most = max(most, stages[k].time(copies[k]))
	}
	return most
}

// least is the least that any number of copies makes of the slowest stage's time.
func least(stages []Stage, copies []int, arrays int) float64 {
	k := len(copies)
	if k == len(stages) {
		return slowestOf(stages, copies)
	}
	best := -1.0
	for r := stages[k].Copies; r == stages[k].Copies || r*stages[k].Tiles <= arrays; r++ {
		x := least(stages, append(copies[:k:k], r), arrays-r*stages[k].Tiles)
		if fits := arrays >= r*stages[k].Tiles; fits && x >= 0 && (best < 0 || x < best) {
			best = x
		}
	}
	return best
}

// The slowest stage is as fast as any copies make it, and no array is left over
// that would make one faster.
func TestBalanceEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		stages, tiles := randomStages(t)
		arrays := tiles + rapid.IntRange(0, 16).Draw(t, "spare")
		copies := Balance(stages, arrays)
		used := 0
		for k := range stages {
			used += copies[k] * stages[k].Tiles
			if copies[k] < stages[k].Copies || int64(copies[k]) > max(stages[k].Vectors, int64(stages[k].Copies)) {
				t.Fatalf("stage %d of %+v has %d copies", k, stages, copies[k])
			}
		}
		if used > arrays {
			t.Fatalf("%v copies of %+v take %d of %d arrays", copies, stages, used, arrays)
		}
		if got, want := slowestOf(stages, copies), least(stages, nil, arrays); got != want {
			t.Fatalf("%v copies of %+v on %d arrays: the slowest takes %g, the least is %g", copies, stages, arrays, got, want)
		}
		for k := range stages {
			if more := stages[k].more(copies[k]); more > 0 && (more-copies[k])*stages[k].Tiles <= arrays-used {
				t.Fatalf("%v copies of %+v leave %d arrays, of which stage %d could use some", copies, stages, arrays-used, k)
			}
		}
	})
}

func ExampleBalance() {
	stages := []Stage{{Tiles: 1, Vectors: 400, Cycles: 8}, {Tiles: 4, Vectors: 100, Cycles: 8}}
	fmt.Println(Balance(stages, 12))
	// Output: [8 1]
}

// Copies are more tiles, in arrays of their own: they count as demand and are
// loaded as often.
func TestCopiesTakeArrays(t *testing.T) {
	kernels, grids := chain(2, 3)
	grids[0].Copies = 3
	p := NewPlanner(kernels, grids, Chip{Arrays: 9, Policy: Optimal, Stream: 1}, 1)
	if p.Demand() != 9 || !p.Resident() {
		t.Fatalf("3 copies of 2 tiles and 3 tiles: demand %d, resident %v", p.Demand(), p.Resident())
	}
	waves := preload(p)
	if n := loads(waves); n != 9 {
		t.Errorf("%d loads", n)
	}
	for i, l := range waves[0].Loads {
		if l.Tile != i%2 || l.Array != i {
			t.Errorf("load %d brings tile %d to array %d", i, l.Tile, l.Array)
		}
	}
	if waves = pass(p); len(waves) != 2 || len(waves[0].Arrays) != 6 || loads(waves) != 0 {
		t.Errorf("a pass is %+v", waves)
	}
}

// Windows that fit keep their outputs on the chip; what does not fit is shared by
// all.
func TestWindowSpills(t *testing.T) {
	for _, x := range []struct {
		capacity int64
		want     string
	}{
		{400, "[{0 0} {0 400} {0 400} {1 1}]"},
		{100, "[{0 0} {300 400} {300 400} {1 1}]"},
	} {
		if got := fmt.Sprint(WindowSpills([]int64{100, 300}, x.capacity)); got != x.want {
			t.Errorf("%d bits: %s, want %s", x.capacity, got, x.want)
		}
	}
}
