package digital

import "context"

// reuse decides, without simulating it, which level serves each load of one
// product. Two operands, A of the outer loop and B of the inner one, are read
// a word each, A or B first, in
//
//	for o in 0..outer: for i in 0..inner: for n in 0..N: load A[o][n], B[i][n]
//
// (order lmn: A = x, B = w; order mln: A = w, B = x; x comes first in both).
// A row is λ lines of b words, λ = ⌈N/b⌉. Stack distances, in distinct other
// lines since the line's last use:
//
//	next word of a line             1: the other operand's line lies between
//	A[o] line j again, i > 0        λA − 1 + tail of B[i−1] + head of B[i]
//	B[i] line j again, o > 0        inner·λB − 1 + (i < inner−1 ? λA : tail of A[o−1]) + (i > 0 ? λA : head of A[o])
//
// where tail is the other operand's lines from the last use of line j to the
// end of the row, and head those from the start of the row to the use at
// hand. Distances thus depend on o only through o = 0 and on i only through
// being first or last: one inner loop is one of a handful of kinds, each
// evaluated once in O(λ), and the counts up to any point are sums of them.
type reuse struct {
	memory       *hierarchy
	n            int64
	a, b         operand
	aFirst       bool // A is loaded before B
	outer, inner int64

	loops [2][3]served // [o = 0, o > 0][opening, middle, closing i]
}

// operand is how one operand lies in memory.
type operand struct {
	words int64 // a line
	lines int64 // a row, λ
	cold  int   // level that serves a line's first use
}

// served is how many loads each level serves.
type served []int64

func (s served) add(times int64, other served) {
	for k, n := range other {
		s[k] += times * n
	}
}

const (
	opening = iota
	middle
	closing
)

func newReuse(ctx context.Context, memory *hierarchy, n int64, a, b operand, aFirst bool, outer, inner int64) (*reuse, error) {
	r := &reuse{memory: memory, n: n, a: a, b: b, aFirst: aFirst, outer: outer, inner: inner}
	for o := range min(outer, 2) {
		r.loops[o][opening] = r.loop(ctx, o == 0, true, inner == 1)
		if inner > 1 {
			r.loops[o][middle] = r.loop(ctx, o == 0, false, false)
			r.loops[o][closing] = r.loop(ctx, o == 0, false, true)
		}
	}
	return r, ctx.Err()
}

// upTo is how many loads each level serves in the first t of the product's
// outer·inner inner loops.
func (r *reuse) upTo(t int64) served {
	total := make(served, len(r.memory.levels))
	rows, rest := t/r.inner, t%r.inner
	if rows > 0 {
		r.addRow(total, 1, 0, r.inner)
		r.addRow(total, rows-1, 1, r.inner)
	}
	r.addRow(total, 1, min(rows, 1), rest)
	return total
}

// addRow adds, so many times, the first count inner loops of an outer one.
func (r *reuse) addRow(total served, times, o, count int64) {
	total.add(times*min(count, 1), r.loops[o][opening])
	if count == r.inner && count > 1 {
		total.add(times, r.loops[o][closing])
		count--
	}
	total.add(times*max(count-1, 0), r.loops[o][middle])
}

// loop is one inner loop: the N loads of a row of A and of a row of B. It stops
// early when ctx is done.
func (r *reuse) loop(ctx context.Context, firstOuter, firstInner, lastInner bool) served {
	s := make(served, len(r.memory.levels))
	s[r.memory.serving(1)] += (r.n - r.a.lines) + (r.n - r.b.lines)
	if firstInner {
		s[r.a.cold] += r.a.lines
	} else {
		for j := range r.a.lines {
			if j%(1<<16) == 0 && ctx.Err() != nil {
				break
			}
			s[r.memory.serving(r.distanceA(j))]++
		}
	}
	if firstOuter {
		s[r.b.cold] += r.b.lines
	} else {
		for j := range r.b.lines {
			if j%(1<<16) == 0 && ctx.Err() != nil {
				break
			}
			s[r.memory.serving(r.distanceB(j, firstInner, lastInner))]++
		}
	}
	return s
}

// distanceA is the distance of line j of A's row, which the inner loop before
// read as well.
func (r *reuse) distanceA(j int64) int64 {
	tail, head := r.across(r.a, r.b, j, r.aFirst)
	return r.a.lines - 1 + tail + head
}

// distanceB is the distance of line j of B's row, which the outer loop before
// read as well.
func (r *reuse) distanceB(j int64, firstInner, lastInner bool) int64 {
	tail, head := r.across(r.b, r.a, j, !r.aFirst)
	if !lastInner {
		tail = r.a.lines
	}
	if !firstInner {
		head = r.a.lines
	}
	return r.inner*r.b.lines - 1 + tail + head
}

// across counts the other operand's lines between the last use of line j in
// one sweep over n and its first use in another: the tail of the one and the
// head of the other. The operand loaded first in each step has the other's
// word of that step after it.
func (r *reuse) across(own, other operand, j int64, ownFirst bool) (tail, head int64) {
	begin := j * own.words           // of the other's words so many come before the first use,
	end := min(begin+own.words, r.n) // and those from this one on after the last
	if ownFirst {
		end--
	} else {
		begin++
	}
	if end < r.n {
		tail = other.lines - end/other.words
	}
	return tail, ceilDiv(begin, other.words)
}
