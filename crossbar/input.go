package crossbar

import "math"

// mostTabled is the bits of inputs whose slices are kept.
const mostTabled = 16

// inputs has of every input what the row drivers make of it, as [Reader.Load] does, found
// when it is first met.
type inputs struct {
	reader  *Reader
	low     int64
	drive   Drive // of one row
	known   []bool
	tallies []tally
	planes  []uint64  // [input][eight planes], a byte each
	phases  []int16   // [input][phase], Σ weight·digit
	levels  []float64 // [input][slice], where cells may hold real levels
}

// tally is what an input adds to counts and energies.
type tally struct {
	square         float64
	bits           int32
	driven, digits int32
}

// tabled is the inputs that a reader has met; nil: they have too many bits, or sums of
// digits do.
func (r *Reader) tabled() *inputs {
	if r.inputs != nil || r.Slicer.InputBits > mostTabled {
		return r.inputs
	}
	low, high := r.Slicer.Range()
	n := int(high - low + 1)
	t := &inputs{
		reader: r, low: low, known: make([]bool, n), tallies: make([]tally, n),
		planes: make([]uint64, n*r.eights()), phases: make([]int16, n*len(r.phases)),
	}
	if r.Real {
		t.levels = make([]float64, n*len(r.slices))
	}
	r.inputs = t
	return t
}

// eights is how often eight planes go into the bits of all digits.
func (r *Reader) eights() int { return (len(r.slices)*r.planes + 7) / 8 }

// at is where an input's numbers stand.
func (t *inputs) at(x int32) int {
	i := int(int64(x) - t.low)
	if !t.known[i] {
		t.meet(i, x)
	}
	return i
}

func (t *inputs) meet(i int, x int32) {
	r, d := t.reader, &t.drive
	r.Load([]int32{x}, d)
	t.known[i] = true
	t.tallies[i] = tally{d.squares[0], int32(d.bits[0]), int32(d.driven), int32(d.digits)}
	for s := range r.slices {
		for b, plane := range d.of(s, 0, r.planes) {
			p := s*r.planes + b
			t.planes[i*r.eights()+p/8] |= plane & 1 << (p % 8 * 8)
		}
	}
	for k := range r.phases {
		t.phases[i*len(r.phases)+k] = int16(r.phases[k].digit(d.sums))
	}
	if r.Real {
		copy(t.levels[i*len(r.slices):][:len(r.slices)], d.levels)
	}
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
