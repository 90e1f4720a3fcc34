package digital

import (
	"context"
	"errors"
)

// The operands of a kernel. In every step they are used in this order.
const (
	useX = iota
	useW
	useY // the sums
	operands
)

// operand is how one operand lies in memory: rows along one axis for every
// index of another, each row starting on a line. The third axis reuses it.
type operand struct {
	full, blocked int   // axes: one row an index, words along a row
	words         int64 // a line
	cold          int   // level that serves a line's first use
	shared        int64 // so many of the lines have come with windows before them, and
	near          int   // the level that serves their first use
	around        bool  // does not go through the caches
}

// third is the axis that the operand does not depend on.
func (o *operand) third() int { return axisL + axisN + axisM - o.full - o.blocked }

// lines is what an operand takes, its rows padded.
func (o *operand) lines(size place) int64 {
	return size[o.full] * ceilDiv(size[o.blocked], o.words)
}

// reuse decides, without simulating it, which level serves each use of a line.
//
// A use is served by the first level that holds more lines than its distance,
// the other lines used since the line's own last use. In a run (one passage of
// the innermost loop through a tile) a line's further uses follow at once; its
// first one follows from an earlier run. Of the loops around the run, let q be
// the innermost that the line's last use was an iteration of earlier: by then
// every deeper loop stood at the line's last place, P, and now stands at its
// first, C. What was used between the two is
//
//	the rest of P's run,  ∪ over loops deeper than q: later iterations, from P
//	the start of C's run, ∪ over loops deeper than q: earlier iterations, to C
//
// each a box of places; an operand's lines in a box are a rectangle of rows and
// lines, and the distance is the area that the rectangles cover. It depends on
// loops outside of q only by how their tiles lie in lines. In a deeper loop, all
// places but the first and the last are alike, or alike where they lie alike in
// their lines: along these the distance is affine, for a box that shrinks at P
// has one that grows at C. So each class of places is evaluated once, and once
// more for each of its strides; where its extremes lie in one level, so do all.
type reuse struct {
	nest
	memory   *hierarchy
	operands [operands]operand
	traffic  *traffic

	choice  [3][]option
	rects   [operands][]rect
	crowded bool // there are too many classes
}

// The kinds of access that a traffic counts.
const (
	loadX = iota
	loadW
	loadSum
	storeSum
	accesses
)

// Why a line is used again: because of a loop (0 to 4), or
const (
	again = innermost + iota // in the same run
	first                    // it is not
	reasons
)

// traffic is how many uses of lines each level serves, and why.
type traffic struct {
	levels int
	uses   []use
	dirty  []int64 // lines of sums that each level brings back; they were written back before
}

// use is so many uses of one kind, for one reason, from one level.
type use struct{ count, near, far int64 } // distances from near to far

func newTraffic(levels int) *traffic {
	return &traffic{levels: levels, uses: make([]use, accesses*reasons*levels), dirty: make([]int64, levels)}
}

func (t *traffic) at(kind, reason, level int) *use {
	return &t.uses[(kind*reasons+reason)*t.levels+level]
}

func (t *traffic) add(kind, reason, level int, count, near, far int64) {
	if count == 0 {
		return
	}
	u := t.at(kind, reason, level)
	if u.count == 0 {
		*u = use{count, near, far}
		return
	}
	u.count, u.near, u.far = u.count+count, min(u.near, near), max(u.far, far)
}

// count follows the lines of a product from its first use to its last.
func (r *reuse) count(ctx context.Context, t *traffic) error {
	r.traffic = t
	for own := range r.operands {
		o := &r.operands[own]
		if o.around {
			continue
		}
		r.firstUses(own)
		if o.blocked == r.inner() {
			r.repeats(own)
		}
		for loop := range innermost {
			if axis := r.axis(loop); axis != o.full {
				if err := r.carried(ctx, own, loop); err != nil {
					return err
				}
			}
		}
	}
	return ctx.Err()
}

// firstUses are the lines' first; those of sums are stores and bring nothing.
func (r *reuse) firstUses(own int) {
	o := &r.operands[own]
	kind := own
	if own == useY {
		kind = storeSum
	}
	r.traffic.add(kind, first, o.cold, o.lines(r.size)-o.shared, 0, 0)
	r.traffic.add(kind, first, o.near, o.shared, 0, 0)
}

// repeats are the uses of a line in a run that follow its first one. Between
// them lies a line of the other operand that changes from step to step, unless
// that is a sum around the caches; of vectors there may be more, as many as the
// first level is sure to hold.
func (r *reuse) repeats(own int) {
	o, inner := &r.operands[own], r.inner()
	distance := int64(1)
	if inner == axisM && r.operands[useY].around {
		distance = 0
	}
	level := r.memory.serving(distance)
	if r.lanes > 1 {
		level = 0
	}
	runs := r.size[axisL] * r.size[axisN] * r.size[axisM] / r.size[inner]
	for _, c := range r.tilesOf(nil, inner, false) {
		from, to := r.within(inner, c.first)
		uses := c.weight * (touches(from, to, o.words, r.lanes) - o.inRun(from, to))
		if own != useY {
			r.traffic.add(own, again, level, uses*runs, distance, distance)
			continue
		}
		stores := runs / r.size[axisN] // of n = 0
		r.traffic.add(storeSum, again, level, uses*stores, distance, distance)
		r.traffic.add(loadSum, again, level, uses*(runs-stores), distance, distance)
		r.traffic.dirty[level] += uses * runs
	}
}

// touches is how often steps of so many lanes from the index on use a line.
func touches(from, to, words, lanes int64) int64 {
	if lanes == 1 {
		return to - from
	}
	boundary := (from/words + 1) * words
	if boundary >= to {
		return ceilDiv(to-from, lanes)
	}
	// A boundary of lines within a step makes it use one more. Those between
	// steps recur.
	boundaries := (to-1-boundary)/words + 1
	period := lanes / gcd(lanes, words)
	between := int64(0)
	for k := range min(period, boundaries) {
		if (boundary+k*words-from)%lanes == 0 {
			between = (boundaries-k-1)/period + 1
			break
		}
	}
	return ceilDiv(to-from, lanes) + boundaries - between
}

// mostClasses bounds the time that a loop takes to count.
const mostClasses = 1 << 20

// carried adds the uses that follow one in the iteration of a loop before.
func (r *reuse) carried(ctx context.Context, own, loop int) error {
	classes := 1
	for axis := range r.choice {
		r.choice[axis] = r.choices(r.choice[axis][:0], own, axis, loop)
		if classes *= len(r.choice[axis]); classes > mostClasses || r.crowded {
			return errors.New("tiles lie in lines in more ways than can be counted: take tiles of whole lines")
		}
	}
	for i := range r.choice[axisL] {
		for j := range r.choice[axisN] {
			if err := ctx.Err(); err != nil {
				return err
			}
			for k := range r.choice[axisM] {
				r.class(own, loop, [3]*option{&r.choice[axisL][i], &r.choice[axisN][j], &r.choice[axisM][k]})
			}
		}
	}
	return nil
}

// class adds the uses of one class of places.
func (r *reuse) class(own, loop int, of [3]*option) {
	c := class{reuse: r, own: own, loop: loop, weight: 1}
	var last, next place
	for axis, o := range of {
		last[axis], next[axis] = o.last, o.first
		c.weight *= o.weight
	}
	base := r.distance(own, loop, last, next)
	for axis, o := range of {
		for _, s := range o.strides[:o.n] {
			last[axis], next[axis] = o.last+s.step, o.first+s.step
			slope := r.distance(own, loop, last, next) - base
			last[axis], next[axis] = o.last, o.first
			if slope == 0 {
				c.weight *= s.count
				continue
			}
			c.slopes[c.n], c.counts[c.n] = slope, s.count
			c.n++
		}
	}
	c.sum = next[axisN] > 0
	if own == useY && r.inner() == axisN && c.sum {
		from, to := r.within(axisN, next[axisN])
		c.run = r.operands[useX].inRun(from, to) + r.operands[useW].inRun(from, to)
		c.store = r.memory.serving(c.run)
	}
	c.add(base, c.counts)
}

// inRun is how many lines an operand has from one word to another.
func (o *operand) inRun(from, to int64) int64 { return (to-1)/o.words - from/o.words + 1 }

// class is places that differ by a few strides, along which the distance grows
// by a slope.
type class struct {
	*reuse
	own, loop int
	weight    int64
	slopes    [9]int64
	counts    [9]int64
	n         int
	sum       bool  // n > 0: a sum is loaded
	run       int64 // lines that a run of n uses between load and store of its sum
	store     int   // level that serves the store
}

// add counts the places from a distance on, halving them until one level serves
// all.
func (c *class) add(base int64, counts [9]int64) {
	near, far, steepest, places := base, base, 0, c.weight
	for i, slope := range c.slopes[:c.n] {
		reach := slope * (counts[i] - 1)
		near, far = near+min(reach, 0), far+max(reach, 0)
		places *= counts[i]
		if abs(reach) > abs(c.slopes[steepest]*(counts[steepest]-1)) {
			steepest = i
		}
	}
	level := c.memory.serving(near)
	if level == c.memory.serving(far) {
		c.served(level, places, near, far)
		return
	}
	half := counts[steepest] / 2
	rest := counts
	counts[steepest], rest[steepest] = half, rest[steepest]-half
	c.add(base, counts)
	c.add(base+half*c.slopes[steepest], rest)
}

// served adds uses that one level serves. A line of sums that comes back was
// written back when it left; at a run of n, when it left before the load or
// before the store.
func (c *class) served(level int, count, near, far int64) {
	t, kind := c.traffic, c.own
	if c.own == useY {
		kind = storeSum
		if c.sum {
			kind = loadSum
		}
		t.dirty[max(level, c.store)] += count
		if c.sum && c.inner() == axisN {
			t.add(storeSum, again, c.store, count, c.run, c.run)
		}
	}
	t.add(kind, c.loop, level, count, near, far)
}

// distance is the lines used between a use of one of own's lines at last and
// its next at next, in the following iteration of a loop.
func (r *reuse) distance(own, loop int, last, next place) (lines int64) {
	for i := range r.rects {
		r.rects[i] = r.rects[i][:0]
	}
	for q := loop + 1; q < innermost; q++ {
		r.use(r.after(last, q))
		r.use(r.before(next, q))
	}
	r.run(own, last, true)
	r.run(own, next, false)
	for i := range r.rects {
		lines += covered(r.rects[i])
	}
	return lines
}

// use adds the lines of all operands in a box.
func (r *reuse) use(b box) {
	for axis := range b.from {
		if b.from[axis] >= b.to[axis] {
			return
		}
	}
	for own := range r.operands {
		r.rectangle(own, b)
	}
}

func (r *reuse) rectangle(own int, b box) {
	if o := &r.operands[own]; !o.around {
		r.rects[own] = append(r.rects[own], rect{
			b.from[o.full], b.to[o.full],
			b.from[o.blocked] / o.words, (b.to[o.blocked]-1)/o.words + 1,
		})
	}
}

// run adds the lines that p's run uses after own's line, or before it.
func (r *reuse) run(own int, p place, after bool) {
	inner := r.inner()
	from, to := r.within(inner, p[inner])
	for other := range r.operands {
		b := box{p, p}
		for axis := range b.to {
			b.to[axis]++
		}
		b.from[inner], b.to[inner] = r.beside(own, other, p[inner], from, to, after)
		if b.from[inner] < b.to[inner] {
			r.rectangle(other, b)
		}
	}
}

// beside is the innermost indices of a run [from, to) for which another operand
// is used after own's line is at an index, or before. What does not depend on
// them is used at any: x and w are loaded when the run begins; a sum is loaded
// then, if there is one, and stored when the run ends.
func (r *reuse) beside(own, other int, index, from, to int64, after bool) (int64, int64) {
	inner := r.inner()
	begins := func(o int) bool { return o != useY || from > 0 }
	switch ownHeld, otherHeld := r.operands[own].third() == inner, r.operands[other].third() == inner; {
	case own == other && ownHeld:
		return 0, 0
	case otherHeld && after == (other == useY), otherHeld && !after && begins(other):
		return from, to
	case otherHeld:
		return 0, 0
	case ownHeld && own != useY && after, ownHeld && !after && !begins(own):
		return from, to
	case ownHeld:
		return 0, 0
	}
	step := from + (index-from)/r.lanes*r.lanes
	switch {
	case own == other && after:
		return index + 1, to
	case own == other:
		return from, index
	case after && other < own:
		return step + r.lanes, to
	case after:
		return step, to
	case other < own:
		return from, min(step+r.lanes, to)
	}
	return from, step
}

// rect is rows from top on, before bottom, of lines from left to right.
type rect struct{ top, bottom, left, right int64 }

// covered is how many lines at least one of the rectangles has.
func covered(all []rect) (area int64) {
	if len(all) == 1 {
		return (all[0].bottom - all[0].top) * (all[0].right - all[0].left)
	}
	for i := 1; i < len(all); i++ { // by the left
		for j := i; j > 0 && all[j].left < all[j-1].left; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	for top, more := lowest(all, -1); more; {
		bottom, next := lowest(all, top)
		if !next {
			break
		}
		area += (bottom - top) * length(all, top)
		top = bottom
	}
	return area
}

// lowest is the first edge between rows beyond one.
func lowest(all []rect, beyond int64) (edge int64, ok bool) {
	for i := range all {
		for _, e := range [2]int64{all[i].top, all[i].bottom} {
			if e > beyond && (!ok || e < edge) {
				edge, ok = e, true
			}
		}
	}
	return edge, ok
}

// length is how many lines of a row are covered.
func length(all []rect, row int64) (lines int64) {
	var to int64
	for i := range all {
		if c := &all[i]; c.top <= row && row < c.bottom && c.right > to {
			lines += c.right - max(c.left, to)
			to = c.right
		}
	}
	return lines
}

func abs(a int64) int64 { return max(a, -a) }

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
