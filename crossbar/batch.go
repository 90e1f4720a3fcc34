package crossbar

import (
	"context"
	"fmt"

	"xbar/adc"
	"xbar/crossbar/kernel"
)

// Batch is vectors on their way through the row drivers, as [Drive] is one, ready for
// every array that shares the rows.
type Batch struct {
	reader        *Reader
	rows, vectors int
	x             []int32 // of the vectors, stride apart: the inputs, or
	stride        int
	low           int32     // of inputs; they less this are where the reader's tables have them
	real          []float64 // [vector][row], of inputs that are no whole numbers, whose
	own           []tally   // tallies these are, and x is where they stand
	places        []int32
	isReal        bool
	drive         Drive // of one vector, for arrays that take one after another

	totals         []float64 // [vector], Σ x
	driven, digits []int64   // [vector]

	lanes  []byte    // see [Batch.planes]; empty: not yet made, as those below
	whole  []int16   // see [Batch.phases]
	sums   []float64 // see [Batch.phaseSums]
	levels []float64 // see [Batch.numbers]
}

// LoadBatch cuts n vectors of inputs, one a row, into b; they stand in x, stride apart, and
// stay there until b is no longer read. Inputs must be within the range of the slicer. Readers
// that share what inputs are cut into load one batch at a time.
func (r *Reader) LoadBatch(x []int32, n, stride, rows int, b *Batch) {
	b.start(r, n, rows)
	b.x, b.stride = x, stride
	if table := r.tabled(); table != nil {
		b.low = table.low
		table.count(b)
		return
	}
	for v := range b.vectors {
		b.count(v)
	}
}

// LoadBatchReal is [Reader.LoadBatch] as [Reader.LoadReal] has it.
func (r *Reader) LoadBatchReal(x []float64, n, stride, rows int, b *Batch) {
	b.start(r, n, rows)
	b.isReal, b.low, b.stride = true, 0, rows
	b.real, b.levels = cleared(b.real, n*rows), cleared(b.levels, n*rows)
	b.own, b.places = cleared(b.own, n*rows), cleared(b.places, n*rows)
	b.x = b.places
	for v := range b.vectors {
		copy(b.real[v*rows:], x[v*stride:][:rows])
		b.count(v)
		copy(b.levels[v*rows:], b.drive.levels[:rows])
		for row := range rows {
			b.places[v*rows+row] = int32(v*rows + row)
			b.own[v*rows+row] = tally{b.drive.squares[row], b.drive.bits[row]}
		}
	}
}

func (b *Batch) start(r *Reader, vectors, rows int) {
	b.reader, b.rows, b.vectors, b.isReal = r, rows, vectors, false
	b.totals = cleared(b.totals, vectors)
	b.driven, b.digits = cleared(b.driven, vectors), cleared(b.digits, vectors)
	b.lanes, b.whole, b.sums, b.levels = b.lanes[:0], b.whole[:0], b.sums[:0], b.levels[:0]
}

// line is a vector's inputs, or where they stand.
func (b *Batch) line(v int) []int32 { return b.x[v*b.stride:][:b.rows] }

// count has a vector driven, and what it adds up to.
func (b *Batch) count(v int) {
	d := b.load(v)
	b.totals[v], b.driven[v], b.digits[v] = d.total, d.driven, d.digits
}

// load has one vector driven by itself.
func (b *Batch) load(v int) *Drive {
	if b.isReal {
		b.reader.LoadReal(b.real[v*b.rows:][:b.rows], &b.drive)
	} else {
		b.reader.Load(b.line(v), &b.drive)
	}
	return &b.drive
}

// Driven is the digits of a vector other than zero, over all slices.
func (b *Batch) Driven(v int) int64 { return b.driven[v] }

// Digits is Σ|digit| of a vector, over all slices.
func (b *Batch) Digits(v int) int64 { return b.digits[v] }

// way is a faster way to read an array, that gives what [Programmed.Activate] does and
// sums in the same order where that matters.
type way interface {
	read(ctx context.Context, p *Programmed, b *Batch, y []float64, stride int, seed func(v int)) error
}

// ways are those that an array has, made when they are first taken.
type ways struct {
	whole   lazy[bool]     // cells and converters are of whole numbers, which
	counted lazy[*counted] // are counted on bit planes, or
	summed  lazy[*summed]  // a product of matrices
	mixed   lazy[*mixed]   // a product of real matrices
}

type lazy[T any] struct {
	made bool
	of   T
}

func (l *lazy[T]) get(made func() T) T {
	if !l.made {
		l.made, l.of = true, made()
	}
	return l.of
}

// way is how a batch is read; nil: one vector after another.
func (p *Programmed) way(b *Batch) way {
	w := &p.ways
	switch {
	case p.reader.Watch != nil, p.real != nil && (p.real.supplied != nil || p.real.drivers != nil), !b.isReal && p.reader.tabled() == nil:
		return nil
	case !b.isReal && (p.real == nil || p.real.units.of == nil) && w.whole.get(p.isWhole):
		if p.reader.counts(b.vectors) {
			if counted := w.counted.get(p.newCounted); counted != nil {
				return counted
			}
		}
		if summed := w.summed.get(p.newSummed); summed != nil {
			return summed
		}
	}
	if p.real == nil {
		return nil
	}
	return w.mixed.get(p.newMixed)
}

// isWhole reports whether columns see the levels that were programmed, of which a sum
// has one value.
func (p *Programmed) isWhole() bool {
	if p.real == nil {
		return true
	}
	if p.real.leak != 0 || p.real.noise != nil {
		return false
	}
	cells := p.Cells()
	for row := range p.rows {
		for c, level := range p.real.levels.Data[row*p.real.levels.Stride:][:len(p.samples)] {
			if cells.At(row, c) != level {
				return false
			}
		}
	}
	return true
}

// shapeOf is what arrays of a reader have in common that are read alike.
type shapeOf struct {
	groups, weights int
	real            bool
}

// scratch is what reading a batch takes, of arrays of one shape.
type scratch struct {
	activities []Activity
	products   []float64 // where there is a unit column
	counting   counting
	summing    summing
	mixing     mixing
}

// shape is the scratch of an array.
func (p *Programmed) shape() *scratch {
	if p.scratch == nil {
		r, shape := p.reader, shapeOf{p.groups, p.weights, p.real != nil}
		if r.scratch == nil {
			r.scratch = map[shapeOf]*scratch{}
		}
		if r.scratch[shape] == nil {
			r.scratch[shape] = &scratch{}
		}
		p.scratch = r.scratch[shape]
	}
	return p.scratch
}

// ActivateBatch is [Programmed.Activate] of all vectors of a batch. Vector v's products
// are added to y[v·stride:]; seed, unless nil, is called before it draws noise. What it gives
// is there until the next batch that an array of the same reader activates.
func (p *Programmed) ActivateBatch(ctx context.Context, b *Batch, y []float64, stride int, seed func(v int)) ([]Activity, error) {
	if outputs := p.Outputs(); b.rows != p.rows || stride < outputs || len(y) < (b.vectors-1)*stride+outputs {
		panic(fmt.Sprintf("crossbar: %d inputs and %d outputs of %d vectors for an array of %d×%d", b.rows, len(y), b.vectors, p.rows, outputs))
	}
	s := p.shape()
	s.activities = cleared(s.activities, b.vectors)
	way := p.way(b)
	if way == nil {
		return s.activities, p.oneByOne(ctx, b, y, stride, seed)
	}
	into, width := y, stride
	if p.product != nil {
		s.products = cleared(s.products, b.vectors*p.weights)
		into, width = s.products, p.weights
	}
	p.tally(b)
	if err := way.read(ctx, p, b, into, width, seed); err != nil {
		return s.activities, err
	}
	offset := p.reader.Scheme.Offset() + p.leaked()
	for v := range b.vectors {
		to := y[v*stride:][:p.Outputs()]
		if p.product != nil {
			of := into[v*width:][:width]
			for j := range to {
				to[j] += of[j+1] - of[0]
			}
		} else if offset != 0 {
			for j := range to {
				to[j] -= offset * b.totals[v]
			}
		}
	}
	return s.activities, nil
}

func (p *Programmed) oneByOne(ctx context.Context, b *Batch, y []float64, stride int, seed func(v int)) (err error) {
	for v := 0; v < b.vectors && err == nil; v++ {
		d := b.load(v)
		if seed != nil {
			seed(v)
		}
		p.scratch.activities[v], err = p.Activate(ctx, d, y[v*stride:][:p.Outputs()])
	}
	return err
}

// tally is [Programmed.Activity] of all vectors, two at a time: each is a chain of sums.
func (p *Programmed) tally(b *Batch) {
	of := b.own
	if !b.isReal {
		of = b.reader.inputs.tallies
	}
	n, top := b.rows, float64(p.reader.Scheme.MaxLevel())
	levels, rowBits := p.levelSums[:n], p.rowBits[:n]
	for v := 0; v < b.vectors; v += 2 {
		w := min(v+1, b.vectors-1) // of an odd number, the last one twice
		x, y, low := b.line(v), b.line(w), b.low
		var square, other, squareLevel, otherLevel float64
		var products, otherProducts int64
		x, y = x[:len(levels)], y[:len(levels)]
		for row, level := range levels {
			t, u := &of[x[row]-low], &of[y[row]-low]
			square += t.square
			squareLevel += t.square * level
			products += t.bits * rowBits[row]
			other += u.square
			otherLevel += u.square * level
			otherProducts += u.bits * rowBits[row]
		}
		p.scratch.activities[v] = Activity{Square: square, SquareLevel: squareLevel / top, Products: products}
		p.scratch.activities[w] = Activity{Square: other, SquareLevel: otherLevel / top, Products: otherProducts}
	}
}

// roundingOf is what a converter makes of sums in units of a current, where it rounds.
type roundingOf struct {
	kernel.Quantizer
	steps bool // to equal steps, or
	whole bool // to whole numbers
}

// rounding is of converter o.
func (p *phase) rounding(o int) (q roundingOf) {
	q.Unit = 1
	var t adc.Transfer = &p.converters[o]
	if p.real != nil {
		t = p.real[o]
	}
	if of, is := t.(inCurrents); is {
		t, q.Unit = of.Transfer, of.current
	}
	if of, is := t.(interface{ Steps() adc.Steps }); is {
		s := of.Steps()
		q.Low, q.High, q.Steps, q.Below, q.Above = s.Low, s.High, s.Codes, s.Below, s.Above
		q.steps, q.whole = s.Codes > 0, s.Codes == 0
	}
	return q
}
