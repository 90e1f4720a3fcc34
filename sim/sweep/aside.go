package sweep

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
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
	computed := make([]*Point, len(values))
	var todo []int
	for i := range values {
		configs[i] = a.study.configOf(values[i])
		if a.known[configs[i]] == nil && !slices.Contains(configs[:i], configs[i]) {
			todo = append(todo, i)
		}
	}
	err := batch(ctx, a.workers, todo, func(i int) {
		computed[i] = a.study.at(ctx, -1, values[i])
	}, func(i int) error {
		a.known[configs[i]] = computed[i]
		a.Done++
		return a.journal.add(computed[i])
	})
	points := make([]*Point, len(values))
	for i := range points {
		points[i] = a.known[configs[i]]
	}
	return points, err
}

// batch works on all of todo in parallel, and keeps what is done before ctx is, one at a time.
func batch(ctx context.Context, workers int, todo []int, work func(i int), keep func(i int) error) error {
	next := make(chan int, len(todo))
	for _, i := range todo {
		next <- i
	}
	close(next)
	var mu sync.Mutex
	var wait sync.WaitGroup
	var failed error
	for range min(max(1, workers), len(todo)) {
		wait.Go(func() {
			for i := range next {
				work(i)
				if ctx.Err() != nil {
					return
				}
				mu.Lock()
				err := keep(i)
				failed = errors.Join(failed, err)
				mu.Unlock()
				if err != nil {
					return
				}
			}
		})
	}
	wait.Wait()
	return errors.Join(context.Cause(ctx), failed)
}
