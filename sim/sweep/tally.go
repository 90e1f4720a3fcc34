package sweep

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Tally knows which points of a study are in the journals of a folder.
type Tally struct {
	study *Study
	dir   string
	there []bool // by point
}

func journalPath(dir string, shard, shards int64) string {
	return filepath.Join(dir, fmt.Sprintf("points-%d-of-%d.jsonl", shard, shards))
}

// journalPaths are the journals in a folder, none if there is no folder.
func journalPaths(dir string) (paths []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		if found, _ := filepath.Match("points-*-of-*.jsonl", e.Name()); found {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, nil
}

// Tally reads the journals of a folder, of which there may be none yet. It errs if some
// are of another study.
func (s *Study) Tally(dir string) (*Tally, error) { return s.tally(dir, 0) }

// tally leaves out the journals of so many shards: each of these has its own points, and
// reads its own journal.
func (s *Study) tally(dir string, but int64) (*Tally, error) {
	t := &Tally{s, dir, make([]bool, s.Plan.Len())}
	paths, err := journalPaths(dir)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if strings.HasSuffix(path, fmt.Sprintf("-of-%d.jsonl", but)) {
			continue
		}
		if err := t.read(path); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *Tally) read(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = readJournal(file, t.study.Header.same, func(p *Point, _, _ int64) error {
		t.add(p)
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (t *Tally) add(p *Point) {
	if p.Point >= 0 && p.Point < int64(len(t.there)) {
		t.there[p.Point] = true
	}
}

func (t *Tally) has(point int64) bool { return t.there[point] }

// Read reads the journal of a shard again, to which points may have been added.
func (t *Tally) Read(shard, shards int64) error {
	return t.read(journalPath(t.dir, shard, shards))
}

// Left is how many points of a shard are missing; of shard 1 of 1, of all.
func (t *Tally) Left(shard, shards int64) (points int64) {
	for i := shard - 1; i < int64(len(t.there)); i += shards {
		if !t.there[i] {
			points++
		}
	}
	return points
}
