package eventq

import (
	"cmp"
	"math/bits"
	"slices"
)

// Each visits the values that are not handed out, in their order. All batches
// of the current time must have been taken.
func (w *Wheel[V]) Each(visit func(at int64, value *V)) {
	for d := w.ahead(0); d < Horizon; d = w.ahead(d + 1) {
		s := &w.slots[(w.now+d)&mask]
		for b := s.first; b != nil; b = b.next {
			n := uint(blockLen)
			if b == s.last {
				n = s.n
			}
			for i := range n {
				visit(w.now+d, &b.values[i])
			}
		}
	}
	w.overflow.Each(func(key uint64, value *V) { visit(int64(key), value) })
}

// ahead is how far ahead of now, d or more, an occupied slot is; Horizon if
// there is none.
func (w *Wheel[V]) ahead(d int64) int64 {
	for d < Horizon {
		i := uint(w.now+d) & mask
		if slots := w.occupied[i/64] >> (i % 64); slots != 0 {
			return min(d+int64(bits.TrailingZeros64(slots)), Horizon)
		}
		d += int64(64 - i%64)
	}
	return Horizon
}

// Leap moves now and every value ahead by so much, which keeps their order.
// Change sees each value on its way. All batches of the current time must have
// been taken.
func (w *Wheel[V]) Leap(by int64, change func(*V)) {
	type timed struct {
		at    int64
		value V
	}
	var all []timed
	w.Each(func(at int64, value *V) { all = append(all, timed{at, *value}) })
	now := w.now + by
	*w = *New[V]()
	w.now = now
	for i := range all {
		change(&all[i].value)
		*w.Push(all[i].at + by) = all[i].value
	}
}

// Each visits the values in the order in which they would be popped.
func (h *Heap[V]) Each(visit func(key uint64, value *V)) {
	h.sort()
	for i := range h.entries {
		visit(h.entries[i].key, &h.entries[i].value)
	}
}

// Change gives every value a new key, and may change the value. The keys keep
// their order.
func (h *Heap[V]) Change(change func(key uint64, value *V) uint64) {
	h.sort()
	for i := range h.entries {
		h.entries[i].key = change(h.entries[i].key, &h.entries[i].value)
	}
}

// sort leaves a heap, for a sorted slice is one.
func (h *Heap[V]) sort() {
	slices.SortFunc(h.entries, func(a, b entry[V]) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.n, b.n))
	})
}
