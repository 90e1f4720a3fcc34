package dac

// Slicer cuts inputs of InputBits into slices of Bits.
type Slicer struct {
	Bits          int  // B_d
	InputBits     int  // B_x
	Signed        bool // inputs may be negative
	SignMagnitude bool // how signed inputs are cut: two phases instead of a signed top slice
	SignedDigits  bool // or digits that all have the input's sign; goes before SignMagnitude
}

func (s Slicer) digits() bool { return s.Signed && s.SignedDigits }
func (s Slicer) phases() bool { return s.Signed && s.SignMagnitude && !s.SignedDigits }

// magnitudeSlices is the number of slices of one phase.
func (s Slicer) magnitudeSlices() int {
	bits := s.InputBits
	if s.phases() || s.digits() {
		bits--
	}
	return (bits + s.Bits - 1) / s.Bits
}

// Slices is T_x, the read pulses one input takes.
func (s Slicer) Slices() int {
	if s.phases() {
		return 2 * s.magnitudeSlices()
	}
	return s.magnitudeSlices()
}

// Range is the inputs that can be sliced, both ends included.
func (s Slicer) Range() (low, high int64) {
	half := int64(1) << (s.InputBits - 1)
	switch {
	case !s.Signed:
		return 0, 2*half - 1
	case s.SignMagnitude, s.SignedDigits:
		return -(half - 1), half - 1
	default:
		return -half, half - 1
	}
}

// topBits is the width of the last slice.
func (s Slicer) topBits() int { return s.InputBits - s.Bits*(s.Slices()-1) }

// FullDigit is the largest size of a digit of slice t that an input can have.
func (s Slicer) FullDigit(t int) int64 {
	low, high := s.DigitRange(t)
	if n := s.magnitudeSlices(); !s.Bipolar(t) || s.digits() {
		bits := s.InputBits
		if s.phases() || s.digits() {
			bits--
		}
		return min(high, 1<<(bits-s.Bits*(t%n))-1)
	}
	return max(high, -low)
}

// Bipolar reports whether slice t is driven with signed levels.
func (s Slicer) Bipolar(t int) bool {
	return s.digits() || s.Signed && !s.SignMagnitude && t == s.Slices()-1 && s.topBits() > 1
}

// Planes is how many bits hold a digit, in two's complement where digits may be
// negative.
func (s Slicer) Planes() int {
	if s.digits() {
		return s.Bits + 1
	}
	return s.Bits
}

// Significance is σ_t, with its sign.
func (s Slicer) Significance(t int) int64 {
	n := s.magnitudeSlices()
	switch {
	case s.phases() && t >= n:
		return -1 << (s.Bits * (t - n))
	case s.Signed && !s.SignMagnitude && !s.SignedDigits && t == n-1 && s.topBits() == 1:
		return -1 << (s.Bits * t)
	default:
		return 1 << (s.Bits * t)
	}
}

// DigitRange is the levels slice t can drive.
func (s Slicer) DigitRange(t int) (low, high int64) {
	if s.digits() {
		top := int64(1)<<s.Bits - 1
		return -top, top
	}
	if s.Bipolar(t) {
		half := int64(1) << (s.topBits() - 1)
		return -half, half - 1
	}
	return 0, 1<<s.Bits - 1
}

// FullScale is the size of the digit that drives slice t with all of the
// converter's range: a slice that is narrower than the converter stays below.
func (s Slicer) FullScale(t int) int64 {
	if s.Bipolar(t) && !s.digits() {
		return 1 << (s.Bits - 1)
	}
	return 1<<s.Bits - 1
}

// Digit is slice t of x. The input must be within [Slicer.Range].
func (s Slicer) Digit(x int64, t int) int64 {
	slice := s.Slice(t)
	return slice.Digit(x)
}

// Slice is one slice of a [Slicer], worked out once for many inputs.
type Slice struct {
	phase int64 // the sign of the inputs that have digits; 0: either
	signs bool  // digits have the input's sign
	shift int
	mask  int64
}

// Slice is slice t.
func (s Slicer) Slice(t int) Slice {
	mask := int64(1)<<s.Bits - 1
	n := s.magnitudeSlices()
	switch {
	case s.digits():
		return Slice{signs: true, shift: s.Bits * t, mask: mask}
	case s.phases() && t >= n:
		return Slice{phase: -1, shift: s.Bits * (t - n), mask: mask}
	case s.phases():
		return Slice{phase: 1, shift: s.Bits * t, mask: mask}
	case s.Bipolar(t):
		return Slice{shift: s.Bits * t, mask: -1}
	case t == n-1:
		return Slice{shift: s.Bits * t, mask: 1<<s.topBits() - 1}
	default:
		return Slice{shift: s.Bits * t, mask: mask}
	}
}

// Digit is the slice of x. The input must be within [Slicer.Range].
func (s *Slice) Digit(x int64) int64 {
	if s.signs && x < 0 {
		return -(-x >> s.shift & s.mask)
	}
	if s.phase != 0 {
		x = max(s.phase*x, 0)
	}
	return x >> s.shift & s.mask
}
