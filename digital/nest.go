package digital

// The axes of a kernel Y[L×M] = X[L×N]·W[N×M], as indices of a place.
const (
	axisL = iota
	axisN
	axisM
)

const axes = "lnm"

// place is one multiply-accumulate: its l, n and m.
type place [3]int64

// nest is six loops, outermost first: one over the tiles of each axis, and in
// the same order one within the tile. The innermost goes by lanes, and its
// passage through one tile is a run.
type nest struct {
	size, tile place
	order, at  [3]int // the axes, outermost first, and where each stands
	lanes      int64
}

const (
	tiles     = 3 // loops over tiles; those within follow
	innermost = 5
)

// newNest has the loops in an order such as "lmn". A tile of zero, or one
// larger than its axis, is the whole axis. Only n and m are vectorised: x is not
// contiguous along l.
func newNest(order string, size, tile place, lanes int64) nest {
	v := nest{size: size, tile: tile, lanes: lanes}
	for i := range order {
		for axis := range axes {
			if order[i] == axes[axis] {
				v.order[i], v.at[axis] = axis, i
			}
		}
	}
	for axis := range v.tile {
		if v.tile[axis] < 1 || v.tile[axis] > size[axis] {
			v.tile[axis] = size[axis]
		}
	}
	if v.inner() == axisL {
		v.lanes = 1
	}
	return v
}

// inner is the axis of the innermost loop.
func (v *nest) inner() int { return v.order[2] }

// axis is the one that a loop goes along.
func (v *nest) axis(loop int) int { return v.order[loop%tiles] }

// within is the tile [from, to) that an index lies in.
func (v *nest) within(axis int, index int64) (from, to int64) {
	from = index / v.tile[axis] * v.tile[axis]
	return from, min(from+v.tile[axis], v.size[axis])
}

// box is a range of places, from included.
type box struct{ from, to place }

// after is the places of loop q's later iterations, all that surrounds it being
// where it is at p; before is those of its earlier ones.
func (v *nest) after(p place, q int) box {
	b := v.around(p, q)
	axis := v.axis(q)
	b.from[axis] = p[axis] + 1
	if q < tiles {
		_, b.from[axis] = v.within(axis, p[axis])
	}
	return b
}

func (v *nest) before(p place, q int) box {
	b := v.around(p, q)
	axis := v.axis(q)
	b.to[axis] = p[axis]
	if q < tiles {
		b.to[axis], _ = v.within(axis, p[axis])
	}
	return b
}

// around is all places of loop q, the loops around it being where they are at p.
func (v *nest) around(p place, q int) (b box) {
	for axis, at := range v.at {
		switch {
		case tiles+at < q:
			b.from[axis], b.to[axis] = p[axis], p[axis]+1
		case at < q:
			b.from[axis], b.to[axis] = v.within(axis, p[axis])
		default:
			b.to[axis] = v.size[axis]
		}
	}
	return b
}

// eachRun calls back for the runs of the first tile of the innermost axis, for
// those between, which are alike, and for those of the last: how many there are,
// and where the tile lies.
func (v *nest) eachRun(call func(runs, from, to int64)) {
	inner := v.inner()
	size, tile := v.size[inner], v.tile[inner]
	each := v.size[axisL] * v.size[axisN] * v.size[axisM] / size
	last := ceilDiv(size, tile) - 1
	call(each, 0, tile)
	if last > 1 {
		call(each*(last-1), tile, 2*tile)
	}
	if last > 0 {
		call(each, last*tile, size)
	}
}

// walk goes through a nest step by step, in program order.
type walk struct {
	*nest
	at   place
	done bool
}

// step is the innermost indices [from, to) of this step, and whether it begins
// or ends its run.
func (w *walk) step() (from, to int64, begins, ends bool) {
	inner := w.inner()
	first, last := w.within(inner, w.at[inner])
	from = w.at[inner]
	to = min(from+w.lanes, last)
	return from, to, from == first, to == last
}

// next moves on by a step.
func (w *walk) next() {
	_, to, _, ends := w.step()
	inner := w.inner()
	if !ends {
		w.at[inner] = to
		return
	}
	for loop := innermost; loop >= 0; loop-- {
		axis := w.axis(loop)
		from, end := w.within(axis, w.at[axis])
		if loop < tiles {
			if end < w.size[axis] {
				w.at[axis] = end
				return
			}
			w.at[axis] = 0
			continue
		}
		if loop < innermost && w.at[axis]+1 < end {
			w.at[axis]++
			return
		}
		w.at[axis] = from
	}
	w.done = true
}
