package sweep

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

// A study that was begun in so many shards and stopped goes on in any other number of
// them: no point is computed twice, and the tally knows at any time what is left of each.
func TestAnotherNumberOfShards(t *testing.T) {
	s := openStudy(t, t.TempDir(), study)
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "sweep")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		for _, shards := range []int64{rapid.Int64Range(1, 3).Draw(t, "shards"), rapid.Int64Range(1, 3).Draw(t, "then")} {
			for shard := int64(1); shard <= shards; shard++ {
				opt := Options{Dir: dir, Workers: 2, Shard: shard, Shards: shards}
				stopAfter(t, s, opt, rapid.Int64Range(1, 20).Draw(t, "points"))
				checkTally(t, s, dir, shard, shards)
			}
		}
		if _, err := s.Run(context.Background(), Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		if n := checkTally(t, s, dir, 1, 1); n != 0 {
			t.Fatalf("%d points left", n)
		}
	})
}

// checkTally counts points in the journals by hand, and gives how many of the shard are
// missing.
func checkTally(t *rapid.T, s *Study, dir string, shard, shards int64) int64 {
	paths, err := filepath.Glob(filepath.Join(dir, "*.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		_, err = readJournal(file, func(Header) error { return nil }, func(p *Point, _, _ int64) error {
			if seen[p.Point] {
				t.Fatalf("point %d is there twice", p.Point)
			}
			seen[p.Point] = true
			return nil
		})
		if err != nil || file.Close() != nil {
			t.Fatal(path, err)
		}
	}
	missing := int64(0)
	for i := range s.Plan.Len() {
		if i%shards == shard-1 && !seen[i] {
			missing++
		}
	}
	tally, err := s.Tally(dir)
	if err != nil {
		t.Fatal(err)
	}
	if left := tally.Left(shard, shards); left != missing {
		t.Fatalf("%d points of shard %d of %d are left, not %d", missing, shard, shards, left)
	}
	return missing
}
