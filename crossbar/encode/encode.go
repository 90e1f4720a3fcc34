package encode

import "fmt"

// Encoding is one of the four ways to store a signed weight.
type Encoding string

// The encodings, by the names that configs use.
const (
	Offset         Encoding = "offset"
	Differential   Encoding = "differential"
	TwosComplement Encoding = "twos-complement"
	Magnitude      Encoding = "magnitude"
)

// Encodings lists all of them.
func Encodings() []Encoding { return []Encoding{Offset, Differential, TwosComplement, Magnitude} }

// Scheme is an encoding with its widths: B_w weight bits on cells of B_c bits.
type Scheme struct {
	Encoding   Encoding
	WeightBits int
	CellBits   int
}

// Check reports a scheme that cannot hold a weight.
func (s Scheme) Check() error {
	if s.WeightBits < 1 || s.CellBits < 1 {
		return fmt.Errorf("weights of %d bits on cells of %d bits", s.WeightBits, s.CellBits)
	}
	if s.Encoding == Differential && s.WeightBits < 2 {
		return fmt.Errorf("differential encoding needs weights of 2 bits or more, a sign and a magnitude")
	}
	return nil
}

// Slices is S, the cells that one polarity of a weight takes.
func (s Scheme) Slices() int {
	switch s.Encoding {
	case Differential:
		return ceilDiv(s.WeightBits-1, s.CellBits)
	case TwosComplement:
		return 1 + ceilDiv(s.WeightBits-1, s.CellBits)
	default:
		return ceilDiv(s.WeightBits, s.CellBits)
	}
}

// Polarities is P: 2 when positive and negative parts have columns apart.
func (s Scheme) Polarities() int {
	if s.Encoding == Differential {
		return 2
	}
	return 1
}

// Columns is S·P, the physical columns of one weight.
func (s Scheme) Columns() int { return s.Slices() * s.Polarities() }

// MaxLevel is the highest level of a cell, 2^B_c − 1.
func (s Scheme) MaxLevel() int64 { return 1<<s.CellBits - 1 }

// Range is the weights the scheme can hold, both ends included.
func (s Scheme) Range() (low, high int64) {
	half := int64(1) << (s.WeightBits - 1)
	switch s.Encoding {
	case Magnitude:
		return 0, 2*half - 1
	case Differential:
		return -(half - 1), half - 1
	default:
		return -half, half - 1
	}
}

// Offset is o, what each unit of input added too much.
func (s Scheme) Offset() int64 {
	if s.Encoding == Offset {
		return 1 << (s.WeightBits - 1)
	}
	return 0
}

// Significance is σ_c, with its sign, of physical column c of a weight.
// Columns run from the least significant slice up; in a differential pair the
// positive column comes first.
func (s Scheme) Significance(c int) int64 {
	switch {
	case s.Encoding == Differential:
		return (1 - 2*int64(c%2)) << (s.CellBits * (c / 2))
	case s.Encoding == TwosComplement && c == s.Slices()-1:
		return -1 << (s.WeightBits - 1)
	default:
		return 1 << (s.CellBits * c)
	}
}

// Levels writes the cell levels of weight w, one a physical column, into
// levels[:Columns()]. The weight must be within [Scheme.Range].
func (s Scheme) Levels(w int64, levels []uint8) {
	switch s.Encoding {
	case Differential:
		positive, negative := max(w, 0), max(-w, 0)
		for c := 0; c < s.Columns(); c += 2 {
			levels[c] = s.slice(positive, c/2)
			levels[c+1] = s.slice(negative, c/2)
		}
	case TwosComplement:
		top := s.Slices() - 1
		magnitude := w & (1<<(s.WeightBits-1) - 1)
		for c := range top {
			levels[c] = s.slice(magnitude, c)
		}
		levels[top] = 0
		if w < 0 {
			levels[top] = 1
		}
	default:
		stored := w + s.Offset()
		for c := range s.Slices() {
			levels[c] = s.slice(stored, c)
		}
	}
}

func (s Scheme) slice(magnitude int64, c int) uint8 {
	return uint8(magnitude >> (s.CellBits * c) & s.MaxLevel())
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
