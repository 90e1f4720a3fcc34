package digital

// option is a class of what one axis may be at a line's last use and at its
// next: so many that count the same, and those at some strides from them.
type option struct {
	last, first int64
	weight      int64
	strides     [3]stride
	n           int
}

type stride struct{ step, count int64 }

// moved is the option at a stride more.
func (o option) moved(step, count int64) option {
	if count > 1 {
		o.strides[o.n] = stride{step, count}
		o.n++
	}
	return o
}

// few is a number of classes, or none and a mark if there are too many to count.
func (r *reuse) few(classes int64) int64 {
	if classes > mostClasses {
		r.crowded = true
		return 0
	}
	return classes
}

// choices are the options of an axis for uses that follow one in the iteration
// of a loop before.
func (r *reuse) choices(all []option, own, axis, loop int) []option {
	o := &r.operands[own]
	around, within := r.at[axis], tiles+r.at[axis] // the axis' two loops
	switch {
	case within < loop: // both uses are at one index, whichever
		return r.anywhere(all, axis)
	case within == loop:
		return r.neighbours(all, own, axis)
	case around == loop:
		return r.neighbouringTiles(all, own, axis)
	case axis == o.full:
		return r.indices(all, own, axis, around > loop)
	case axis == o.blocked && around > loop && r.tile[axis]%o.words != 0 && r.tile[axis] < r.size[axis]:
		return r.wholeLines(all, own, axis)
	case axis == o.blocked:
		return r.segments(all, own, axis, around > loop)
	case around > loop:
		return append(all, option{last: r.size[axis] - 1, weight: 1})
	}
	var buffer [8]option
	for _, t := range r.tilesOf(buffer[:0], axis, false) {
		from, to := r.within(axis, t.first)
		all = append(all, option{last: to - 1, first: from, weight: t.weight})
	}
	return all
}

// anywhere is all indices; n = 0, where no sum is loaded, stands apart.
func (r *reuse) anywhere(all []option, axis int) []option {
	size := r.size[axis]
	if axis != axisN {
		return append(all, option{weight: size})
	}
	all = append(all, option{weight: 1})
	if size > 1 {
		all = append(all, option{last: 1, first: 1, weight: size - 1})
	}
	return all
}

// tilesOf is the tiles of an axis, each with its first index: as positions,
// where it matters whether one is the first or the last, or merely as kinds,
// which differ in size and in how they lie in lines.
func (r *reuse) tilesOf(all []option, axis int, positions bool) []option {
	tile, size := r.tile[axis], r.size[axis]
	count := ceilDiv(size, tile)
	from, to := int64(0), count
	at := func(t int64) option { return option{last: t * tile, first: t * tile, weight: 1} }
	if positions || axis == axisN {
		all = append(all, at(0))
		from = 1
	}
	if to > from && (positions || size%tile != 0) {
		to--
		all = append(all, at(to))
	}
	period := r.period(axis, tile)
	for k := range r.few(min(period, to-from)) {
		o, n := at(from+k), (to-from-k-1)/period+1
		if positions {
			o = o.moved(period*tile, n)
		} else {
			o.weight = n
		}
		all = append(all, o)
	}
	return all
}

// period is after how many steps of a size a place lies again in lines as it
// did, those of all operands that have words along the axis.
func (r *reuse) period(axis int, size int64) int64 {
	all := int64(1)
	for i := range r.operands {
		if o := &r.operands[i]; o.blocked == axis && !o.around {
			all = lcm(all, o.words)
		}
	}
	return all / gcd(all, size)
}

// crossed are the words a line of the other operands along an axis.
func (r *reuse) crossed(own, axis int) (words [2]int64, n int) {
	for i := range r.operands {
		if o := &r.operands[i]; i != own && o.blocked == axis && !o.around {
			words[n] = o.words
			n++
		}
	}
	return words, n
}

// neighbours are indices that follow each other in a tile, and in one of own's
// lines if these lie along the axis. It matters which other lines end between
// them.
func (r *reuse) neighbours(all []option, own, axis int) []option {
	apart := []int64{r.tile[axis]}
	if o := &r.operands[own]; o.blocked == axis {
		apart = append(apart, o.words)
	}
	words, n := r.crossed(own, axis)
	for ends := range 1 << n {
		var lines, others []int64
		others = append(others, apart...)
		for i, w := range words[:n] {
			if ends>>i&1 == 1 {
				lines = append(lines, w)
			} else {
				others = append(others, w)
			}
		}
		if count, index := multiples(r.size[axis], lines, others); count > 0 {
			all = append(all, option{last: index - 1, first: index, weight: count})
		}
	}
	return all
}

// multiples counts the numbers from 1 on, below size, that are multiples of all
// of some and of none of others, and gives the first.
func multiples(size int64, of, none []int64) (count, first int64) {
	step := int64(1)
	for _, w := range of {
		step = lcm(step, w)
	}
	for subset := range 1 << len(none) {
		all, sign := step, int64(1)
		for i, w := range none {
			if subset>>i&1 == 1 {
				all, sign = lcm(all, w), -sign
			}
		}
		count += sign * ((size - 1) / all)
	}
	if count == 0 {
		return 0, 0
	}
	for first = step; ; first += step {
		clear := true
		for _, w := range none {
			clear = clear && first%w != 0
		}
		if clear {
			return count, first
		}
	}
}

// neighbouringTiles are tiles that follow each other, and share one of own's
// lines if these lie along the axis.
func (r *reuse) neighbouringTiles(all []option, own, axis int) []option {
	o := &r.operands[own]
	tile := r.tile[axis]
	count := ceilDiv(r.size[axis], tile)
	period := r.period(axis, tile)
	add := func(first, count int64) {
		if o.blocked != axis || first%o.words != 0 {
			all = append(all, option{last: first - 1, first: first, weight: count})
		}
	}
	to := count
	if to > 1 && r.size[axis]%tile != 0 {
		to--
		add(to*tile, 1)
	}
	for k := range r.few(min(period, to-1)) {
		add((1+k)*tile, (to-1-k-1)/period+1)
	}
	return all
}

// indices are one index at both uses, in any tile.
func (r *reuse) indices(all []option, own, axis int, positions bool) []option {
	words, n := r.crossed(own, axis)
	if n == 0 {
		words[0] = 1
	}
	var buffer [8]option
	for _, t := range r.tilesOf(buffer[:0], axis, positions) {
		from, to := r.within(axis, t.first)
		add := func(index, step, count int64) option {
			o := t
			o.last, o.first = index, index
			return o.moved(step, count)
		}
		all = append(all, add(from, 0, 1))
		if to-from > 1 {
			all = append(all, add(to-1, 0, 1))
		}
		all = middles(all, from+1, to-1, words[0], add)
	}
	return all
}

// middles adds the indices from on, before to, by how they lie in lines: at the
// start, at the end or between.
func middles(all []option, from, to, words int64, add func(index, step, count int64) option) []option {
	if from >= to {
		return all
	}
	if words == 1 {
		return append(all, add(from, 1, to-from))
	}
	for _, at := range [2]int64{0, words - 1} {
		if index := from + (at-from%words+words)%words; index < to {
			all = append(all, add(index, words, (to-1-index)/words+1))
		}
	}
	if words == 2 {
		return all
	}
	between := func(line int64) (start, end int64) {
		return max(line*words+1, from), min(line*words+words-1, to)
	}
	line, last := from/words, (to-1)/words
	if start, end := between(line); start < end {
		all = append(all, add(start, 1, end-start))
	}
	if start, end := between(last); start < end && last > line {
		all = append(all, add(start, 1, end-start))
	}
	if last-line > 1 {
		o := add(line*words+words+1, words, last-line-1)
		all = append(all, o.moved(1, words-2))
	}
	return all
}

// segments are own's lines as far as they lie in a tile, of any tile: last used
// at their end and next at their start. Along the innermost axis it matters as
// well how they lie in steps, and which are in the last one.
func (r *reuse) segments(all []option, own, axis int, positions bool) []option {
	words, lanes := r.operands[own].words, int64(1)
	if axis == r.inner() {
		lanes = r.lanes
	}
	period := lcm(lcm(r.period(axis, 1), words), lanes) / words
	var buffer [8]option
	for _, t := range r.tilesOf(buffer[:0], axis, positions) {
		from, to := r.within(axis, t.first)
		add := func(line, count int64) {
			o := t
			o.first, o.last = max(line*words, from), min((line+1)*words, to)-1
			all = append(all, o.moved(period*words, count))
		}
		line, last := from/words, (to-1)/words
		add(line, 1)
		rest := max(line+1, min(last, (to-1-(to-1-from)%lanes)/words))
		for ; last >= rest; last-- {
			add(last, 1)
		}
		for k := range r.few(min(period, last-line)) {
			add(line+1+k, (last-line-1-k)/period+1)
		}
	}
	return all
}

// wholeLines are own's lines where they do not fit into tiles: last used at
// their end, which may lie in another tile than their start, where they are used
// next.
func (r *reuse) wholeLines(all []option, own, axis int) []option {
	words, tile, size := r.operands[own].words, r.tile[axis], r.size[axis]
	add := func(line, step, count int64) {
		o := option{first: line * words, last: min((line+1)*words, size) - 1, weight: 1}
		all = append(all, o.moved(step*words, count))
	}
	lines := ceilDiv(size, words)
	from := min(ceilDiv(tile, words), lines)            // that start in the first tile
	to := max((ceilDiv(size, tile)-1)*tile/words, from) // that end in the last one
	period := lcm(lcm(r.period(axis, 1), words), tile) / words
	for line := range r.few(from) {
		add(line, 0, 1)
	}
	for line := range r.few(lines - to) {
		add(to+line, 0, 1)
	}
	for k := range r.few(min(period, to-from)) {
		add(from+k, period, (to-from-k-1)/period+1)
	}
	return all
}

// lcm is the least common multiple, or one beyond any size.
func lcm(a, b int64) int64 {
	const beyond = 1 << 62
	if a /= gcd(a, b); a > beyond/b {
		return beyond
	}
	return a * b
}
