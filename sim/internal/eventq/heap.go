package eventq

// Heap is a priority queue of values: smallest key first, equal keys in the
// order they were pushed. The zero Heap is empty and ready for use.
type Heap[V any] struct {
	entries []entry[V]
	pushed  uint64
}

type entry[V any] struct {
	key, n uint64
	value  V
}

func (e *entry[V]) before(f *entry[V]) bool {
	return e.key < f.key || e.key == f.key && e.n < f.n
}

// Len is the number of values held.
func (h *Heap[V]) Len() int { return len(h.entries) }

// MinKey is the smallest key; the heap must not be empty.
func (h *Heap[V]) MinKey() uint64 { return h.entries[0].key }

// Push makes room for a value and gives the place, zeroed. The place is good
// until the heap is used again.
func (h *Heap[V]) Push(key uint64) *V {
	x := entry[V]{key: key, n: h.pushed}
	h.pushed++
	h.entries = append(h.entries, x)
	i := len(h.entries) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !x.before(&h.entries[parent]) {
			break
		}
		h.entries[i] = h.entries[parent]
		i = parent
	}
	h.entries[i] = x
	return &h.entries[i].value
}

// Pop removes the first value; the heap must not be empty.
func (h *Heap[V]) Pop() V {
	first := h.entries[0].value
	last := len(h.entries) - 1
	x := h.entries[last]
	h.entries = h.entries[:last]
	if last > 0 {
		h.sink(x)
	}
	return first
}

// sink puts x where the root was and restores the order below it.
func (h *Heap[V]) sink(x entry[V]) {
	i := 0
	for {
		child := 2*i + 1
		if child >= len(h.entries) {
			break
		}
		if right := child + 1; right < len(h.entries) && h.entries[right].before(&h.entries[child]) {
			child = right
		}
		if !h.entries[child].before(&x) {
			break
		}
		h.entries[i] = h.entries[child]
		i = child
	}
	h.entries[i] = x
}
