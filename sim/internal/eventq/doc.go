// Package eventq holds values in one total order: by time, and at one time by
// the order in which they were pushed.
//
//	x before y  ⇔  (at(x), n(x)) < (at(y), n(y)),   n(x) = pushes before x
//
// A [Wheel] of H slots keeps the near future and a heap the rest:
//
//	slot i   = { x : now ≤ at(x) < now + H,  at(x) mod H = i },  first in, first out
//	overflow = { x : at(x) ≥ now + H },                         ordered by (at, n)
//
// Whatever the overflow holds for a time t was pushed while now ≤ t − H, and
// whatever is pushed straight into t's slot comes when now > t − H. When now
// moves, the overflow is moved into the slots first, before anyone can push:
// so a slot is always in push order, without a number to sort it by.
//
// A slot is a chain of fixed blocks from one pool. Memory follows the number
// of values pending, not the sum of what each slot once held, and a time with
// millions of values copies none of them to make room.
package eventq
