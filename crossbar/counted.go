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
	fours int      // groups of four rows, of a row group
	cells [][]byte // [column · limb][row group · four], two bits of the levels
	none  []byte   // cells that there are not
}

// counting is what it takes to count, whatever the cells.
type counting struct {
	sums    []int16         // [counter][row group][eight][lane]
	added   []int16         // [lookup][vector], where converters see several of them together
	lookups []kernel.Lookup // [block][read][output], in the order that y adds reads up
	several []int           // lookups of sums that are added up
	bases   []float64       // [read]
	clipped []int16         // [vector]
	block   []float64       // [weight][vector], of y
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
	limbs := (r.Scheme.CellBits + 1) / 2
	if r.values() == nil || r.Flip && r.mostDigit() > math.MaxInt16 || 3*min(r.ActiveRows, p.rows) > math.MaxInt16 {
		return nil
	}
	c := &counted{fours: (min(r.ActiveRows, p.rows) + kernel.Fours - 1) / kernel.Fours}
	c.none = make([]byte, c.fours)
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

// counts reports whether so many vectors are read faster by counting than as a product of
// matrices: one instruction has 128 products of bits, or 16 of numbers and half of another.
func (r *Reader) counts(vectors int) bool {
	lanes := (vectors + kernel.Vectors - 1) / kernel.Vectors * kernel.Vectors
	return len(r.table().counters)*len(r.slices)*r.planes*lanes < 5*len(r.outputs)*len(r.phases)*vectors
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
				table.drive4(to[g*size/groups:], b.line(v)[from:end], e, eights)
			}
		}
	}
	return b.lanes
}

// drive4 writes eight planes of a vector's inputs, four rows a byte.
func (t *inputs) drive4(to []byte, x []int32, eight, eights int) {
	for len(x) > 0 {
		var word uint64
		for row, xi := range x[:min(kernel.Fours, len(x))] {
			word |= t.planes[int(xi-t.low)*eights+eight] << row
		}
		x = x[min(kernel.Fours, len(x)):]
		for p := 0; word != 0; p++ {
			to[p*kernel.Vectors] = byte(word)
			word >>= 8
		}
		if len(x) > 0 {
			to = to[kernel.Lanes:]
		}
	}
}

// near is the groups of four rows whose bits stay in the nearest cache while all of a
// weight's cells are counted.
const near = 60

// tile is how many weights are read before their sums go to y.
const tile = 8

// read is [Programmed.readLevels] of a batch, or [Programmed.readReal].
func (c *counted) read(ctx context.Context, p *Programmed, b *Batch, y []float64, stride int, _ func(int)) error {
	s := &p.shape().counting
	if s.sums == nil {
		p.count(s)
	}
	lanes, each := b.planes(), p.reader.blocks()*kernel.Vectors
	_, size := p.reader.laneSize(b.rows)
	size *= p.reader.eights()
	for from := 0; from < b.vectors; from += each {
		of, n := lanes[from/each*size:][:size], min(each, b.vectors-from)
		for first := 0; first < p.weights; first += tile {
			if err := ctx.Err(); err != nil {
				return err
			}
			c.readTile(s, p, b, of, y[from*stride:], stride, from, n, first)
		}
	}
	return nil
}

// count says what converters see of which counts, and what they make of them.
func (p *Programmed) count(s *counting) {
	r := p.reader
	values, reads, each := r.values(), len(r.phases)*p.groups, r.blocks()*kernel.Vectors
	s.sums = make([]int16, len(r.tables.counters)*p.groups*r.eights()*kernel.Lanes)
	s.added = make([]int16, reads*r.blocks()*len(r.outputs)*kernel.Vectors)
	s.clipped, s.block = make([]int16, each), make([]float64, tile*each)
	for k := range reads {
		i, _ := p.nth(k)
		s.bases = append(s.bases, float64(r.phases[i].base))
	}
	for at := range r.blocks() * reads * len(r.outputs) {
		block, o := at/len(r.outputs)/reads, at%len(r.outputs)
		i, g := p.nth(at / len(r.outputs) % reads)
		t, of := &values[i][o], r.tables.outputs[o]
		sums := s.added[at*kernel.Vectors:][:kernel.Vectors]
		if len(r.phases[i].Weights) == 1 && r.planes == 1 && len(of) == 1 && of[0].weight == 1 {
			sums = s.lanes(p, of[0].number, g, block, r.phases[i].From)
		} else {
			s.several = append(s.several, at)
		}
		s.lookups = append(s.lookups, kernel.Lookup{
			Sums: sums, Values: t.values, Zero: t.zero, Significance: r.significances[o], Lowest: t.lowest, Highest: t.highest,
		})
	}
}

var allMinus = func() (signs [kernel.Vectors]float64) {
	for v := range signs {
		signs[v] = -1
	}
	return signs
}()

// lanes are the sums of a counter for a block of vectors and a plane of digits.
func (s *counting) lanes(p *Programmed, counter, g, block, plane int) []int16 {
	q := block*len(p.reader.slices)*p.reader.planes + plane
	return s.sums[((counter*p.groups+g)*p.reader.eights()+q/kernel.Planes)*kernel.Lanes+q%kernel.Planes*kernel.Vectors:][:kernel.Vectors]
}

// readTile reads a tile of weights for n vectors.
func (c *counted) readTile(s *counting, p *Programmed, b *Batch, lanes []byte, y []float64, stride, from, n, first int) {
	each := len(s.clipped)
	last := min(first+tile, p.weights)
	for v := range n {
		for j, sum := range y[v*stride:][first:last] {
			s.block[j*each+v] = sum
		}
	}
	for j := first; j < last; j++ {
		c.count(s, p, lanes, j)
		s.convert(p, b, j, from, s.block[(j-first)*each:][:each])
		for v, clipped := range s.clipped[:n] {
			p.shape().activities[from+v].Clipped += int64(clipped)
		}
		clear(s.clipped)
	}
	for v := range n {
		to := y[v*stride:][first:last]
		for j := range to {
			to[j] = s.block[j*each+v]
		}
	}
}

// nth is the phase and row group that are read then, in the order that y adds them up.
func (p *Programmed) nth(k int) (phase, group int) {
	if phases := len(p.reader.phases); p.real != nil {
		return k % phases, k / phases
	}
	return k / p.groups, k % p.groups
}

// count finds the sums of the counters of weight j.
func (c *counted) count(s *counting, p *Programmed, lanes []byte, j int) {
	eights := p.reader.eights()
	limbs := len(c.cells) / len(p.samples)
	first := j * p.reader.Scheme.Columns() * limbs
	clear(s.sums)
	for g := range p.groups {
		for e := range eights {
			digits := lanes[(e*p.groups+g)*c.fours*kernel.Lanes:][:c.fours*kernel.Lanes]
			for from := 0; from < c.fours; from += near {
				to := min(from+near, c.fours)
				for k := range p.reader.tables.counters {
					counter := &p.reader.tables.counters[k]
					sums := s.sums[((k*p.groups+g)*eights+e)*kernel.Lanes:][:kernel.Lanes]
					plus, minus := c.cells[first+counter.plus][g*c.fours:], c.none
					if counter.minus >= 0 {
						minus = c.cells[first+counter.minus][g*c.fours:]
					}
					kernel.Counts(sums, digits[from*kernel.Lanes:to*kernel.Lanes], plus[from:to], minus[from:to])
				}
			}
		}
	}
}

// convert adds to y what the converters make of the sums of weight j.
func (s *counting) convert(p *Programmed, b *Batch, j, from int, y []float64) {
	reads, outputs := len(s.bases), len(p.reader.outputs)
	for _, at := range s.several {
		i, g := p.nth(at / outputs % reads)
		s.add(p, i, at%outputs, g, at/outputs/reads, s.lookups[at].Sums)
	}
	for at := 0; at < len(y) && from+at < b.vectors; at += kernel.Vectors {
		lookups := s.lookups[at/kernel.Vectors*reads*outputs:][:reads*outputs]
		if p.reader.Flip {
			p.flipBack(b, lookups, j, from+at)
		}
		kernel.Convert(y[at:], s.bases, lookups, s.clipped[at:])
	}
}

// flipBack has lookups of weight j, of a block of vectors, take values of inverted columns
// from what the digits drive.
func (p *Programmed) flipBack(b *Batch, lookups []kernel.Lookup, j, from int) {
	outputs := len(p.reader.outputs)
	for at := range lookups {
		i, g := p.nth(at / outputs)
		lookups[at].From = nil
		if p.flipped[g*len(p.samples)+j*outputs+at%outputs] {
			lookups[at].From, lookups[at].Signs = b.phaseSums(i, g)[from:][:kernel.Vectors], allMinus[:]
		}
	}
}

// add finds what a converter sees of a block of vectors, where that is several sums.
func (s *counting) add(p *Programmed, i, o, g, block int, sums []int16) {
	r := p.reader
	phase := &r.phases[i]
	clear(sums)
	for k, weight := range phase.Weights {
		t := phase.From + k
		for bit := range r.planes {
			weight := weight << bit
			if r.slices[t].bipolar && bit == r.planes-1 {
				weight = -weight
			}
			for _, counter := range r.tables.outputs[o] {
				times := int16(weight * counter.weight)
				for v, sum := range s.lanes(p, counter.number, g, block, t*r.planes+bit) {
					sums[v] += times * sum
				}
			}
		}
	}
}

// tables are what converters make of every sum there can be.
type tables struct {
	values   lazy[[][]table] // [phase][output]; nil: sums are too many, or have no one value
	rounding [][]roundingOf  // [phase][output]
	outputs  [][]counter     // [output]
	counters []counter       // of all of them
}

type table struct {
	zero            int // where the value of a sum of zero stands
	values          []float64
	lowest, highest int16 // of the sums that are not clipped
}

// converts is what converter o makes of whole sums.
func (p *phase) converts(o int, sum int64) (value float64, clipped bool) {
	if p.real != nil {
		return p.real[o].ConvertReal(float64(sum))
	}
	return p.converters[o].Convert(sum)
}

// table is of all converters.
func (r *Reader) table() *tables {
	if r.tables != nil {
		return r.tables
	}
	r.tables = &tables{}
	limbs := (r.Scheme.CellBits + 1) / 2
	for o := range r.outputs {
		of := r.outputs[o].counters(limbs, len(r.tables.counters))
		r.tables.outputs, r.tables.counters = append(r.tables.outputs, of), append(r.tables.counters, of...)
	}
	for i := range r.phases {
		var all []roundingOf
		for o := range r.outputs {
			all = append(all, r.phases[i].rounding(o))
		}
		r.tables.rounding = append(r.tables.rounding, all)
	}
	return r.tables
}

// values are what all converters make of sums.
func (r *Reader) values() [][]table { return r.table().values.get(r.newValues) }

func (r *Reader) newValues() (all [][]table) {
	for i := range r.phases {
		var ofPhase []table
		for o := range r.outputs {
			low, high := r.sumRange(&r.phases[i].Phase, &r.outputs[o])
			if low < math.MinInt16 || high > math.MaxInt16 || !r.phases[i].memoryless(o) {
				return nil
			}
			of, ok := r.phases[i].table(o, low, high)
			if !ok {
				return nil
			}
			ofPhase = append(ofPhase, shared(of, append(all, ofPhase)))
		}
		all = append(all, ofPhase)
	}
	return all
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
func shared(of table, among [][]table) table {
	for _, all := range among {
		for _, other := range all {
			if other.zero == of.zero && slices.Equal(other.values, of.values) {
				of.values = other.values
			}
		}
	}
	return of
}
