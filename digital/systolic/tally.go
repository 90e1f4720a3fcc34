package systolic

// tally counts what one kernel does. A count of words is followed by those of
// the other tensors.
type tally [counts]int64

const (
	macs = iota
	loadCycles
	streamCycles
	dramCycles
	bitsIn                          // from DRAM
	bitsOut                         // to DRAM
	operateCycles                   // of the activation unit
	applied                         // activations
	operated                        // steps of arithmetic beside the product
	operands                        // words read for them
	results                         // words that come of them
	written                         // sums, from the array
	spilled                         // partial sums, to DRAM
	taken                           // outputs, from the output buffer
	stored                          // of which to DRAM
	kept                            // of which to the input buffer
	moved                           // words latched by a PE
	read          = moved + tensors // from a buffer into the array
	fetched       = read + tensors  // from DRAM
	counts        = fetched + tensors
)

// addTimes adds n times what was counted since before.
func (t *tally) addTimes(n int64, before *tally) {
	for i := range t {
		t[i] += n * (t[i] - before[i])
	}
}

// window is how many of the first m columns hold one of a stream's n steps in
// cycle t: step s is in column j in cycle s+j.
func window(t, n, m int64) int64 { return max(0, min(m-1, t)-max(0, t-n+1)+1) }

// triangle is the same over rows: PEs of r×c that hold one of n steps in
// cycle t.
func triangle(t, n, r, c int64) int64 {
	return reached(t, r, c) - reached(t-n, r, c)
}

// reached is how many PEs of r×c a step has come to t cycles after it entered:
// those with i+j ≤ t.
func reached(t, r, c int64) int64 {
	t = min(t, r+c)
	upTo := func(x int64) int64 { // of an array without end
		x = max(x, -1)
		return (x + 1) * (x + 2) / 2
	}
	return upTo(t) - upTo(t-r) - upTo(t-c) + upTo(t-r-c)
}

// loadAll counts a whole tile shifted in: row d passes d+1 PEs.
func (t *tally) loadAll(p *plan, c *chunk) {
	t[read+p.held] += c.rows * c.cols
	t[moved+p.held] += c.cols * (c.rows * (c.rows + 1) / 2)
	t[loadCycles] += p.R
}

// loadCycle counts cycle x of R: row R−1−x enters at the top, the rows before
// it, all below, go one further.
func (t *tally) loadCycle(p *plan, c *chunk, x int64) {
	entering := p.R - 1 - x
	if entering < c.rows {
		t[read+p.held] += c.cols
	}
	t[moved+p.held] += c.cols * max(0, c.rows-entering)
	t[loadCycles]++
}

// streamAll counts a whole chunk.
func (t *tally) streamAll(p *plan, c *chunk) {
	pes := c.rows * c.cols * c.steps
	t[macs] += pes
	t[moved+p.left] += pes
	t[read+p.left] += c.rows * c.steps
	t[streamCycles] += p.cycles(c)
	switch {
	case p.loads():
		t[moved+sum] += p.R * c.cols * c.steps
		t[written] += c.cols * c.steps
		if c.accumulates {
			t[read+sum] += c.cols * c.steps
		}
	default:
		t[moved+p.top] += pes
		t[read+p.top] += c.cols * c.steps
		if c.last {
			t[moved+sum] += c.rows * c.cols
			t[written] += c.rows * c.cols
		}
	}
}

// streamCycle counts cycle x of a fold's stream, of which the chunk has a
// part.
func (t *tally) streamCycle(p *plan, c *chunk, x int64) {
	stream := p.extent[p.stream]
	pes := triangle(x, stream, c.rows, c.cols)
	t[macs] += pes
	t[moved+p.left] += pes
	t[read+p.left] += window(x, stream, c.rows)
	t[streamCycles]++
	switch {
	case p.loads():
		t[moved+sum] += triangle(x, stream, p.R, c.cols)
		t[written] += window(x-(p.R-1), stream, c.cols)
		if c.accumulates {
			t[read+sum] += window(x, stream, c.cols)
		}
	default:
		finished := window(x-(stream-1), c.rows, c.cols) // PEs on the diagonal of the last step
		t[moved+p.top] += pes
		t[read+p.top] += window(x, stream, c.cols)
		t[moved+sum] += finished
		t[written] += finished
	}
}
