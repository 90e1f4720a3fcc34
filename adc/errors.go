package adc

import "math"

// Random reports whether one converter differs from another, or a conversion from the
// next.
func (c *Config) Random() bool {
	return c.OffsetError > 0 || c.GainError > 0 || c.DNLError > 0 || c.CapacitorError > 0 || c.ComparatorError > 0 || c.Noise > 0
}

// Scale is the sums that codes are for: code k = 0 … Last stands for First + k·Span/Last. A
// circuit clips what is beyond Low and High before it decides.
type Scale struct {
	First, Span float64
	Last        int
	Bits        int // of a code
	Later       int // bits by which that is less than the converter's resolution
	Low, High   float64
	Reference   float64 // of a circuit
	Beyond      float64 // these, by more than so much, a sum is clipped
}

// Scale is that of a converter of so many bits, and of so many more if it went on, for
// sums from low to high.
func (c *Config) Scale(bits, later int, low, high float64) Scale {
	s := Scale{Bits: bits, Later: later, Low: low, High: high}
	codes := math.Exp2(float64(bits))
	switch c.Circuit {
	case "", "quantizer":
		s.First, s.Span, s.Last = low, high-low, int(codes)-1
	case "symmetric":
		s.First, s.Span, s.Last = low, high-low, max(int(codes)-2, 1) // a phase may leave it one bit
	default:
		reference := max(math.Abs(low), math.Abs(high))
		s.Reference = reference
		s.First, s.Span, s.Last = reference*(1/codes-1), 2*reference*(codes-1)/codes, int(codes)-1
	}
	s.Beyond = s.Step() / 2
	return s
}

// Scale is that of sums that are no whole numbers, as [Converter.ConvertReal] reads them.
func (c Converter) Scale(bits, later int) Scale {
	s := Scale{First: float64(c.low), Span: float64(c.high - c.low), Last: int(c.high - c.low), Bits: bits, Later: later}
	if c.codes > 0 {
		s.Last = int(c.codes)
	}
	s.Low, s.High, s.Beyond = float64(c.low), float64(c.high), 0.5
	return s
}

// Step is what a code is more than the one below it; of the only one there is, a sum.
func (s *Scale) Step() float64 {
	if s.Last == 0 {
		return 1
	}
	return s.Span / float64(s.Last)
}

// finer is how many steps of the converter's resolution make one of the scale.
func (s *Scale) finer() float64 { return float64(int64(1) << s.Later) }

// Noise is the standard deviation of a conversion's input, in steps of a scale.
func (u *Unit) Noise(s *Scale) float64 { return u.noise / s.finer() }

// Convert gives what the code stands for that the converter makes of a sum, to which so
// many steps are added, and whether that lay beyond the codes.
func (u *Unit) Convert(s *Scale, sum, steps float64) (value float64, clipped bool) {
	step := s.Step()
	sum = sum*u.gain + (steps+u.offset/s.finer())*step
	clipped = sum < s.Low-s.Beyond || sum > s.High+s.Beyond
	last := float64(max(s.Last, 1))
	var code int
	switch {
	case s.Last == 0:
	case u.circuit == nil:
		code = u.quantize(s, (sum-s.First)*last/s.Span)
	default:
		code = u.circuit.decide(s, min(max(sum, s.Low), s.High))
	}
	return float64(code)*s.Span/last + s.First, clipped
}

// quantize finds the code whose lower edge, and not the next one's, is at most x.
func (u *Unit) quantize(s *Scale, x float64) int {
	if u.inl == nil {
		return int(math.RoundToEven(min(max(x, 0), float64(s.Last))))
	}
	low, high := 0, s.Last
	for low < high {
		code := (low + high + 1) / 2
		if x >= float64(code)-0.5+u.inl[code<<s.Later]/s.finer() {
			low = code
		} else {
			high = code - 1
		}
	}
	return low
}
