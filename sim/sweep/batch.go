package sweep

import (
	"context"
	"iter"
	"sync"
)

// batch computes points in parallel, begun in the order of their numbers, and keeps those
// that are done before ctx is, one at a time. One that cannot be kept ends it.
func batch(ctx context.Context, workers int, numbers iter.Seq[int64], compute func(ctx context.Context, i int64) *Point, keep func(i int64, p *Point) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan int64)
	go func() {
		defer close(todo)
		for i := range numbers {
			select {
			case todo <- i:
			case <-ctx.Done():
				return
			}
		}
	}()
	var mu sync.Mutex
	var wait sync.WaitGroup
	for range max(1, workers) {
		wait.Go(func() {
			for i := range todo {
				p := compute(ctx, i)
				if ctx.Err() != nil {
					return
				}
				mu.Lock()
				err := keep(i, p)
				mu.Unlock()
				if err != nil {
					cancel(err)
				}
			}
		})
	}
	wait.Wait()
	return context.Cause(ctx)
}
