package eventq

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type item struct{ at, n int64 }

// TestWheelOrder drives a wheel and a sorted slice with the same pushes.
func TestWheelOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := New[item]()
		var pending []item // in push order
		var pushed int64
		push := func(at int64) {
			x := item{at, pushed}
			pushed++
			*w.Push(at) = x
			pending = append(pending, x)
		}
		take := func() bool {
			batch := w.Batch()
			for _, got := range batch {
				i := first(pending)
				if want := pending[i]; got != want || got.at != w.Now() {
					t.Fatalf("at %d: got %v, want %v", w.Now(), got, want)
				}
				pending = slices.Delete(pending, i, i+1)
			}
			return len(batch) > 0
		}
		ahead := rapid.OneOf(
			rapid.Just(int64(0)),
			rapid.Int64Range(0, 3),
			rapid.Int64Range(Horizon-2, Horizon+2),
			rapid.Int64Range(0, 5*Horizon),
			rapid.Int64Range(0, 1<<40),
		)
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) { push(w.Now() + ahead.Draw(t, "ahead")) },
			"burst": func(t *rapid.T) {
				at := w.Now() + ahead.Draw(t, "ahead")
				for range rapid.IntRange(1, 4*blockLen).Draw(t, "size") {
					push(at)
				}
			},
			"batch": func(t *rapid.T) { take() },
			"next": func(t *rapid.T) {
				for take() {
				}
				if more := w.Next(); more != (len(pending) > 0) {
					t.Fatalf("Next is %v with %d items pending", more, len(pending))
				}
				if len(pending) > 0 && w.Now() != pending[first(pending)].at {
					t.Fatalf("now %d, first item %v", w.Now(), pending[first(pending)])
				}
			},
			"": func(t *rapid.T) {
				due := slices.ContainsFunc(pending, func(x item) bool { return x.at < w.Now() })
				if due {
					t.Fatalf("now %d has passed a pending item", w.Now())
				}
			},
		})
	})
}

// first is the index of the earliest item, the first pushed of its time.
func first(pending []item) int {
	best := 0
	for i, x := range pending {
		if x.at < pending[best].at {
			best = i
		}
	}
	return best
}

// TestPool checks that memory follows what is pending, not what was: a burst
// that moves through every slot uses the same blocks all the way.
func TestPool(t *testing.T) {
	const burst = 10 * blockLen
	w := New[item]()
	for at := range int64(3 * Horizon) {
		for range burst {
			*w.Push(at) = item{}
		}
		w.Next()
		for len(w.Batch()) > 0 {
		}
	}
	blocks := 0
	for b := w.pool; b != nil; b = b.next {
		blocks++
	}
	if want := burst / blockLen; blocks != want {
		t.Errorf("%d blocks in the pool, want %d", blocks, want)
	}
}

func TestHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h Heap[item]
		var model []item // in push order
		var pushed int64
		t.Repeat(map[string]func(*rapid.T){
			"push": func(t *rapid.T) {
				x := item{rapid.Int64Range(0, 9).Draw(t, "key"), pushed}
				pushed++
				*h.Push(uint64(x.at)) = x
				model = append(model, x)
			},
			"pop": func(t *rapid.T) {
				if len(model) == 0 {
					t.Skip()
				}
				i := first(model)
				if key := h.MinKey(); key != uint64(model[i].at) {
					t.Fatalf("smallest key %d, want %d", key, model[i].at)
				}
				if got := h.Pop(); got != model[i] {
					t.Fatalf("got %v, want %v", got, model[i])
				}
				model = slices.Delete(model, i, i+1)
			},
			"": func(t *rapid.T) {
				if h.Len() != len(model) {
					t.Fatalf("length %d, want %d", h.Len(), len(model))
				}
			},
		})
	})
}
