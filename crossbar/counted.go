package crossbar

import (
	"context"
	"math"
	"slices"

	"xbar/adc"
	"xbar/crossbar/kernel"
)

// counted is an array whose sums are counts of bits: each is looked up in what a
// converter makes of all there are.
type counted struct {
	fours    int         // groups of four rows, of a row group
	cells    [][]byte    // [column · limb][row group · four], two bits of the levels
	none     []byte      // cells that there are not
	counters []counter   // of a weight
	outputs  [][]counter // of a weight, the same by output

	sums, part []int16   // [counter][row group][eight][lane]; of one block, several added up
	clipped    []int16   // [vector]
	values     []float64 // [vector]
	flips      []float64 // [vector]
	block      []float64 // [weight][vector], of y
}

// counter is two bits of the levels of a pair of columns, or of one.
type counter struct {
	plus, minus int // of a weight's cells; below zero: none
	weight      int64
	number      int
}

// newCounted is nil where sums are too many to look up.
func (p *Programmed) newCounted() *counted {
	r := p.reader
	if r.tables == nil {
		r.tables = r.newTables()
	}
	limbs := (r.Scheme.CellBits + 1) / 2
	if r.tables.of == nil || r.Flip && r.mostDigit() > math.MaxInt16 || 3*min(r.ActiveRows, p.rows) > math.MaxInt16 {
		return nil
	}
	c := &counted{fours: (min(r.ActiveRows, p.rows) + kernel.Fours - 1) / kernel.Fours}
	c.none = make([]byte, c.fours)
	for o := range r.outputs {
		of := r.outputs[o].counters(limbs, len(c.counters))
		c.counters, c.outputs = append(c.counters, of...), append(c.outputs, of)
	}
	length := p.groups * c.fours
	all := make([]byte, len(p.samples)*limbs*length)
	for k := range len(p.samples) * limbs {
		c.cells = append(c.cells, all[k*length:][:length])
	}
	for row := range p.rows {
		g := row / r.ActiveRows
		in := row - g*r.ActiveRows
		at, shift := g*c.fours+in/kernel.Fours, in%kernel.Fours*2
		for bit := range r.Scheme.CellBits {
			for column, word := range p.plane(row/64, bit) {
				c.cells[column*limbs+bit/2][at] |= byte(word>>(row%64)&1) << (shift + bit%2)
			}
		}
	}
	return c
}

// counters joins columns that count the same with opposite signs.
func (o *output) counters(limbs, first int) (all []counter) {
	joined := make([]bool, len(o.columns))
	for i, column := range o.columns {
		if joined[i] {
			continue
		}
		minus := -1
		for k := i + 1; k < len(o.columns) && minus < 0; k++ {
			if !joined[k] && o.weights[k] == -o.weights[i] {
				minus, joined[k] = o.columns[k], true
			}
		}
		for l := range limbs {
			c := counter{column*limbs + l, -1, o.weights[i] << (2 * l), first + len(all)}
			if minus >= 0 {
				c.minus = minus*limbs + l
			}
			all = append(all, c)
		}
	}
	return all
}

// faster reports whether so many vectors are read faster in this way than as a product of
// matrices: one instruction has 128 products of bits, or 16 of numbers and half of another.
func (c *counted) faster(r *Reader, vectors int) bool {
	lanes := (vectors + kernel.Vectors - 1) / kernel.Vectors * kernel.Vectors
	return len(c.counters)*len(r.slices)*r.planes*lanes < 5*len(r.outputs)*len(r.phases)*vectors
}

// blocks is how many blocks of vectors are driven at once, so that their planes fill eights.
func (r *Reader) blocks() int { return max(1, kernel.Planes/(len(r.slices)*r.planes)) }

// laneSize is the bytes of the planes of those blocks, in an eight of planes.
func (r *Reader) laneSize(rows int) (fours, size int) {
	fours = (min(r.ActiveRows, rows) + kernel.Fours - 1) / kernel.Fours
	return fours, (rows + r.ActiveRows - 1) / r.ActiveRows * fours * kernel.Lanes
}

// planes are the vectors' bit planes for package kernel, [blocks][eight of planes][row
// group][four rows][plane][lane].
func (b *Batch) planes() []byte {
	if len(b.lanes) > 0 {
		return b.lanes
	}
	r, table := b.reader, b.reader.inputs
	_, size := r.laneSize(b.rows)
	each, eights := r.blocks()*kernel.Vectors, r.eights()
	b.lanes = cleared(b.lanes, (b.vectors+each-1)/each*eights*size)
	groups := (b.rows + r.ActiveRows - 1) / r.ActiveRows
	for v := range b.vectors {
		for e := range eights {
			to := b.lanes[(v/each*eights+e)*size:][:size]
			to = to[v%each/kernel.Vectors*len(r.slices)*r.planes*kernel.Vectors+kernel.Lane(v%kernel.Vectors):]
			for g := range groups {
				from, end := r.group(g, b.rows)
				table.drive4(to[g*size/groups:], b.index[v*b.rows+from:v*b.rows+end], e, eights)
			}
		}
	}
	return b.lanes
}

// drive4 writes eight planes of a vector's inputs, four rows a byte.
func (t *inputs) drive4(to []byte, index []int32, eight, eights int) {
	for len(index) > 0 {
		var word uint64
		for row, i := range index[:min(kernel.Fours, len(index))] {
			word |= t.planes[int(i)*eights+eight] << row
		}
		index = index[min(kernel.Fours, len(index)):]
		for p := 0; word != 0; p++ {
			to[p*kernel.Vectors] = byte(word)
			word >>= 8
		}
		if len(index) > 0 {
			to = to[kernel.Lanes:]
		}
	}
}

// tile is how many weights are read before their sums go to y.
const tile = 8

// read is [Programmed.readLevels] of a batch, or [Programmed.readReal].
func (c *counted) read(ctx context.Context, p *Programmed, b *Batch, y []float64, stride int, _ func(int)) error {
	r := p.reader
	lanes, each := b.planes(), r.blocks()*kernel.Vectors
	_, size := r.laneSize(b.rows)
	size *= r.eights()
	c.sums = cleared(c.sums, len(c.counters)*p.groups*r.eights()*kernel.Lanes)
	c.part, c.flips = cleared(c.part, kernel.Vectors), cleared(c.flips, kernel.Vectors)
	c.values, c.clipped = cleared(c.values, each), cleared(c.clipped, each)
	c.block = cleared(c.block, tile*each)
	for from := 0; from < b.vectors; from += each {
		of, n := lanes[from/each*size:][:size], min(each, b.vectors-from)
		for first := 0; first < p.weights; first += tile {
			if err := ctx.Err(); err != nil {
				return err
			}
			c.readTile(p, b, of, y[from*stride:], stride, from, n, first)
		}
	}
	return nil
}

// readTile reads a tile of weights for n vectors.
func (c *counted) readTile(p *Programmed, b *Batch, lanes []byte, y []float64, stride, from, n, first int) {
	each := len(c.values)
	last := min(first+tile, p.weights)
	for v := range n {
		for j, sum := range y[v*stride:][first:last] {
			c.block[j*each+v] = sum
		}
	}
	for j := first; j < last; j++ {
		c.count(p, lanes, j)
		p.eachRead(func(i, g int) { c.convert(p, b, i, g, j, from, c.block[(j-first)*each:][:each]) })
		for v, clipped := range c.clipped[:n] {
			p.activities[from+v].Clipped += int64(clipped)
		}
		clear(c.clipped)
	}
	for v := range n {
		to := y[v*stride:][first:last]
		for j := range to {
			to[j] = c.block[j*each+v]
		}
	}
}

// eachRead goes through phases and row groups in the order that y adds them up.
func (p *Programmed) eachRead(do func(phase, group int)) {
	phases := len(p.reader.phases)
	for k := range phases * p.groups {
		if p.real != nil {
			do(k%phases, k/phases)
		} else {
			do(k/p.groups, k%p.groups)
		}
	}
}

// count finds the sums of the counters of weight j.
func (c *counted) count(p *Programmed, lanes []byte, j int) {
	eights := p.reader.eights()
	limbs := len(c.cells) / len(p.samples)
	first := j * p.reader.Scheme.Columns() * limbs
	clear(c.sums)
	at := 0
	for k := range c.counters {
		plus, minus := c.cells[first+c.counters[k].plus], c.none
		for g := range p.groups {
			if c.counters[k].minus >= 0 {
				minus = c.cells[first+c.counters[k].minus][g*c.fours:][:c.fours]
			}
			for e := range eights {
				digits := lanes[(e*p.groups+g)*c.fours*kernel.Lanes:][:c.fours*kernel.Lanes]
				kernel.Counts(c.sums[at:][:kernel.Lanes], digits, plus[g*c.fours:][:c.fours], minus)
				at += kernel.Lanes
			}
		}
	}
}

// convert adds to y what the converters make of the sums of weight j in a phase of a row
// group.
func (c *counted) convert(p *Programmed, b *Batch, i, g, j, from int, y []float64) {
	r := p.reader
	base := float64(r.phases[i].base)
	values := c.values
	for at := 0; at < len(y); at += kernel.Vectors {
		values := values[at:][:kernel.Vectors]
		clear(values)
		for o, significance := range r.significances {
			t, sums := &r.tables.of[i][o], c.sumsOf(p, i, o, g, at/kernel.Vectors)
			if t.clips {
				kernel.Beyond(c.clipped[at:], sums, t.lowest, t.highest)
			}
			if !r.Flip || !p.flipped[g*len(p.samples)+j*len(r.outputs)+o] {
				kernel.Look(values, sums, t.values, t.zero, significance)
				continue
			}
			clear(c.flips)
			kernel.Look(c.flips, sums, t.values, t.zero, -1)
			top, driven := float64(r.Scheme.MaxLevel()), b.phaseSums(i, g)
			for v := range min(kernel.Vectors, b.vectors-from-at) {
				values[v] += significance * (top*driven[from+at+v] + c.flips[v])
			}
		}
	}
	for v, value := range values {
		y[v] += base * value
	}
}

// sumsOf is what a converter sees of a block of vectors.
func (c *counted) sumsOf(p *Programmed, i, o, g, block int) []int16 {
	r := p.reader
	eights, planes := r.eights(), len(r.slices)*r.planes
	lanes := func(k, plane int) []int16 {
		q := block*planes + plane
		return c.sums[((k*p.groups+g)*eights+q/8)*kernel.Lanes+q%8*kernel.Vectors:][:kernel.Vectors]
	}
	phase, of := &r.phases[i], c.outputs[o]
	if len(of) == 1 && of[0].weight == 1 && len(phase.Weights) == 1 && r.planes == 1 {
		return lanes(of[0].number, phase.From)
	}
	clear(c.part)
	for k, weight := range phase.Weights {
		t := phase.From + k
		for bit := range r.planes {
			weight := weight << bit
			if r.slices[t].bipolar && bit == r.planes-1 {
				weight = -weight
			}
			for _, counter := range of {
				times := int16(weight * counter.weight)
				for v, sum := range lanes(counter.number, t*r.planes+bit) {
					c.part[v] += times * sum
				}
			}
		}
	}
	return c.part
}

// tables are what converters make of every sum there can be.
type tables struct{ of [][]table } // [phase][output]

type table struct {
	zero            int // where the value of a sum of zero stands
	values          []float64
	clips           bool
	lowest, highest int16 // of the sums that are not clipped
}

// converts is what converter o makes of whole sums.
func (p *phase) converts(o int, sum int64) (value float64, clipped bool) {
	if p.real != nil {
		return p.real[o].ConvertReal(float64(sum))
	}
	return p.converters[o].Convert(sum)
}

// newTables is of all converters; empty: sums are too many, or have no one value.
func (r *Reader) newTables() *tables {
	t := &tables{}
	for i := range r.phases {
		var all []table
		for o := range r.outputs {
			low, high := r.sumRange(&r.phases[i].Phase, &r.outputs[o])
			if low < math.MinInt16 || high > math.MaxInt16 || !r.phases[i].memoryless(o) {
				return &tables{}
			}
			of, ok := r.phases[i].table(o, low, high)
			if !ok {
				return &tables{}
			}
			all = append(all, t.shared(of))
		}
		t.of = append(t.of, all)
	}
	return t
}

// memoryless reports whether a sum has one value.
func (p *phase) memoryless(o int) bool {
	if p.real == nil {
		return true
	}
	t := p.real[o]
	if of, ok := t.(inCurrents); ok {
		t = of.Transfer
	}
	return adc.Memoryless(t)
}

// table is of converter o; not ok where what it clips is not what lies beyond two ends.
func (p *phase) table(o int, low, high int64) (t table, ok bool) {
	t.zero = int(-low)
	t.lowest, t.highest = math.MinInt16, math.MaxInt16
	inside := false
	for sum := low; sum <= high; sum++ {
		value, clipped := p.converts(o, sum)
		t.values = append(t.values, value)
		t.clips = t.clips || clipped
		switch {
		case !clipped && !inside:
			if t.highest < math.MaxInt16 {
				return t, false
			}
			inside = true
			t.lowest = int16(sum)
		case clipped && inside:
			inside = false
			t.highest = int16(sum - 1)
		}
	}
	return t, inside || t.highest < math.MaxInt16
}

// shared is one that there is already, if it is the same.
func (t *tables) shared(of table) table {
	for _, all := range t.of {
		for _, other := range all {
			if other.zero == of.zero && slices.Equal(other.values, of.values) {
				of.values = other.values
			}
		}
	}
	return of
}
