package crossbar

import "math"

// mostTabled is the bits of inputs whose slices are kept.
const mostTabled = 16

// inputs has of every input what the row drivers make of it, as [Reader.Load] does, found
// when it is first met.
type inputs struct {
	reader  *Reader
	low     int32
	size    int   // of them
	drive   Drive // of one row
	counts  []count
	tallies []tally
	planes  []uint64  // [input][eight planes], a byte each
	phases  []int16   // [phase][input], Σ weight·digit
	levels  []float64 // [slice][input], where cells may hold real levels
}

// tally is what the cells' energy follows of an input: Σ (digit / full scale)², and the
// bits of its digits that are set.
type tally struct {
	square float64
	bits   int64
}

// count is an input's digits: those other than zero, −1 of an input not yet met, and the
// sum of their sizes.
type count struct{ driven, digits int32 }

// tabled is the inputs that a reader has met; nil: they have too many bits, or sums of
// digits do.
func (r *Reader) tabled() *inputs {
	if r.inputs != nil || r.Slicer.InputBits > mostTabled {
		return r.inputs
	}
	low, high := r.Slicer.Range()
	n := int(high - low + 1)
	t := &inputs{
		reader: r, low: int32(low), size: n, counts: make([]count, n), tallies: make([]tally, n),
		planes: make([]uint64, n*r.eights()), phases: make([]int16, n*len(r.phases)),
	}
	if r.Real {
		t.levels = make([]float64, n*len(r.slices))
	}
	for i := range t.counts {
		t.counts[i].driven = -1
	}
	r.inputs = t
	return t
}

// Share has r and another reader find what row drivers make of an input once for both, if
// they cut inputs alike.
func (r *Reader) Share(with *Reader) {
	if r.Slicer == with.Slicer && r.Phases == with.Phases && r.TimeCoded == with.TimeCoded && r.Real == with.Real {
		r.inputs = with.tabled()
	}
}

// eights is how often eight planes go into the bits of all digits.
func (r *Reader) eights() int { return (len(r.slices)*r.planes + 7) / 8 }

// count finds a batch's inputs, and what each vector of them adds up to.
func (t *inputs) count(b *Batch) {
	for v := range b.vectors {
		var total, driven, digits int64
		for _, x := range b.line(v) {
			of := t.counts[x-t.low]
			if of.driven < 0 {
				of = t.meet(x)
			}
			total += int64(x)
			driven += int64(of.driven)
			digits += int64(of.digits)
		}
		b.totals[v], b.driven[v], b.digits[v] = float64(total), driven, digits
	}
}

func (t *inputs) meet(x int32) count {
	r, d, i := t.reader, &t.drive, int(x-t.low)
	r.Load([]int32{x}, d)
	t.counts[i] = count{int32(d.driven), int32(d.digits)}
	t.tallies[i] = tally{d.squares[0], d.bits[0]}
	for s := range r.slices {
		for b, plane := range d.of(s, 0, r.planes) {
			p := s*r.planes + b
			t.planes[i*r.eights()+p/8] |= plane & 1 << (p % 8 * 8)
		}
		if r.Real {
			t.levels[s*t.size+i] = d.levels[s]
		}
	}
	for k := range r.phases {
		t.phases[k*t.size+i] = int16(r.phases[k].digit(d.sums))
	}
	return t.counts[i]
}

// digit is Σ weight·digit of a phase.
func (p *phase) digit(digits []int64) (sum int64) {
	for k, weight := range p.Weights {
		sum += weight * digits[p.From+k]
	}
	return sum
}

// mostDigit is the largest size of a phase's sum of digits, over all phases.
func (r *Reader) mostDigit() (most float64) {
	for i := range r.phases {
		sum := 0.0
		for k, weight := range r.phases[i].Weights {
			low, high := r.Slicer.DigitRange(r.phases[i].From + k)
			sum += math.Abs(float64(weight)) * float64(max(high, -low))
		}
		most = max(most, sum)
	}
	return most
}
