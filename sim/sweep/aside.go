package sweep

import (
	"context"
	"os"
	"path/filepath"
	"slices"
)

// Computer gives the points where the axes have some values; nil leaves the base's own.
type Computer func(ctx context.Context, values [][]any) ([]*Point, error)

// Aside computes points that are none of a study's plan, of which answers need a few. A
// journal of their own holds them, so that each is computed once; their number is −1.
type Aside struct {
	Done int // points computed now

	study   *Study
	journal *journal
	workers int
	known   map[string]*Point // by config
}

// OpenAside opens the journal of points aside in a folder. So many are computed at once.
func (s *Study) OpenAside(dir string, workers int) (*Aside, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	a := &Aside{study: s, workers: max(1, workers), known: map[string]*Point{}}
	header := s.Header
	header.Shard = "aside"
	var err error
	a.journal, err = openJournal(filepath.Join(dir, "aside.jsonl"), header, func(p *Point) { a.known[p.Config] = p })
	return a, err
}

// Close closes the journal.
func (a *Aside) Close() error { return a.journal.close() }

// At is a [Computer].
func (a *Aside) At(ctx context.Context, values [][]any) ([]*Point, error) {
	configs := make([]string, len(values))
	var todo []int64
	for i := range values {
		configs[i] = a.study.configOf(values[i])
		if a.known[configs[i]] == nil && !slices.Contains(configs[:i], configs[i]) {
			todo = append(todo, int64(i))
		}
	}
	err := batch(ctx, a.workers, slices.Values(todo), func(ctx context.Context, i int64) *Point {
		return a.study.at(ctx, -1, values[i])
	}, func(i int64, p *Point) error {
		a.known[configs[i]] = p
		a.Done++
		return a.journal.add(p)
	})
	points := make([]*Point, len(values))
	for i := range points {
		points[i] = a.known[configs[i]]
	}
	return points, err
}
