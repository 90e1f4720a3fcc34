package encode

import (
	"fmt"
	"math"
)

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
	Cells      int  // S, where weights take no more than that; 0: as many as they take
	Whole      bool // a weight is one cell or pair, and not cut: see [Scheme.Real]
	Continuous bool // of whole weights: at any conductance
	TwoSided   bool // of whole weights in pairs: both cells carry half of it
}

// Check reports a scheme that cannot hold a weight.
func (s Scheme) Check() error {
	if s.WeightBits < 1 || s.CellBits < 1 {
		return fmt.Errorf("weights of %d bits on cells of %d bits", s.WeightBits, s.CellBits)
	}
	if s.Encoding == Differential && s.WeightBits < 2 {
		return fmt.Errorf("differential encoding needs weights of 2 bits or more, a sign and a magnitude")
	}
	switch need := (Scheme{Encoding: s.Encoding, WeightBits: s.WeightBits, CellBits: s.CellBits}).Slices(); {
	case s.Whole && s.Encoding != Differential && s.Encoding != Offset:
		return fmt.Errorf("%s encoding has no whole weights", s.Encoding)
	case s.Whole && s.WeightBits < 2:
		return fmt.Errorf("whole weights of 1 bit have no size beside their sign")
	case s.Whole && s.Encoding == Offset && s.CellBits == 1 && !s.Continuous:
		return fmt.Errorf("an offset cell of 1 bit has no level below, above and at zero")
	case s.Cells > 0 && s.Encoding == TwosComplement && s.Cells != need:
		return fmt.Errorf("twos-complement encoding takes %d slices for weights of %d bits, and none beside them", need, s.WeightBits)
	case !s.Whole && s.Cells > 0 && s.Cells < need:
		return fmt.Errorf("weights of %d bits take %d slices of %d-bit cells, and there are %d", s.WeightBits, need, s.CellBits, s.Cells)
	case s.Cells*s.CellBits > 60:
		return fmt.Errorf("%d slices of %d-bit cells are more than sums have bits for", s.Cells, s.CellBits)
	}
	return nil
}

// Slices is S, the cells that one polarity of a weight takes.
func (s Scheme) Slices() int {
	switch {
	case s.Whole:
		return 1
	case s.Cells > 0:
		return s.Cells
	}
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
	switch {
	case s.Encoding == Magnitude:
		return 0, 2*half - 1
	case s.Encoding == Differential, s.Whole:
		return -(half - 1), half - 1
	default:
		return -half, half - 1
	}
}

// Offset is o, what each unit of input added too much.
func (s Scheme) Offset() float64 {
	switch {
	case s.Encoding != Offset:
		return 0
	case s.Whole:
		return s.middle() * s.Unit()
	}
	return float64(int64(1) << (s.WeightBits - 1))
}

// Unit is what a column's level counts beside its significance: 1, but of whole weights
// w_max over the levels that carry it.
func (s Scheme) Unit() float64 {
	if !s.Whole {
		return 1
	}
	_, high := s.Range()
	if s.Encoding == Offset {
		return float64(high) / s.swing()
	}
	return float64(high) / float64(s.MaxLevel())
}

// middle is the level of an offset cell at w = 0, and swing how far it goes from there:
// with whole levels, one level less than half of them, so that zero is one.
func (s Scheme) middle() float64 { return float64(s.MaxLevel()) - s.swing() }

func (s Scheme) swing() float64 {
	if s.Continuous {
		return float64(s.MaxLevel()) / 2
	}
	return float64(s.MaxLevel()-1) / 2
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
	if s.Whole {
		var real [2]float64
		s.Real(float64(w), 0, false, real[:])
		for c := range levels {
			levels[c] = uint8(math.RoundToEven(real[c]))
		}
		return
	}
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
		stored := w
		if s.Encoding == Offset {
			stored += 1 << (s.WeightBits - 1)
		}
		for c := range s.Slices() {
			levels[c] = s.slice(stored, c)
		}
	}
}

func (s Scheme) slice(magnitude int64, c int) uint8 {
	return uint8(magnitude >> (s.CellBits * c) & s.MaxLevel())
}

// Real writes the levels of a whole weight, which are real numbers, above that of
// lowest, 1/(on-off ratio), in conductances. Those of pairs are numbers of 32 bits, as
// CrossSim has them, and so is their difference unless wires are in its way.
func (s Scheme) Real(weight, lowest float64, wired bool, levels []float64) {
	_, high := s.Range()
	w := min(max(weight/float64(high), -1), 1)
	r, top := 1-lowest, float64(s.MaxLevel())
	if s.Encoding == Offset {
		g := (s.middle()+s.swing()*w)/top*r + lowest
		if !s.Continuous {
			g = math.RoundToEven((g-lowest)*(top/r))/(top/r) + lowest
		}
		levels[0] = (g - lowest) * top / r
		return
	}
	positive, negative := lowest, lowest
	switch threshold := s.threshold(); {
	case s.TwoSided:
		positive, negative = lowest+r*(1+w)/2, lowest+r*(1-w)/2
	case w >= threshold:
		positive += r * w
	case w < -threshold:
		negative -= r * w
	}
	positive, negative = s.single(positive, lowest), s.single(negative, lowest)
	if !wired {
		positive = negative + float64(float32(positive-negative))
	}
	levels[0], levels[1] = (positive-lowest)*top/r, (negative-lowest)*top/r
}

// threshold is half a level, below which a weight is none.
func (s Scheme) threshold() float64 {
	if s.Continuous {
		return 0
	}
	return math.Exp2(-float64(s.CellBits + 1))
}

// single is the nearest conductance that a cell of a pair can have.
func (s Scheme) single(conductance, lowest float64) float64 {
	g, low := float32(conductance), float32(lowest)
	if s.Continuous {
		return float64(g)
	}
	levels := float32(float64(s.MaxLevel()) / (1 - lowest))
	return float64(float32(math.RoundToEven(float64((g-low)*levels)))/levels + low)
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
