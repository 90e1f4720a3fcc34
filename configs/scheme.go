package configs

import (
	"xbar/crossbar/encode"
)

// Scheme is how the machine's arrays hold weights of so many bits.
func (m *Machine) Scheme(weightBits int) encode.Scheme {
	x := &m.Crossbar
	return encode.Scheme{
		Encoding: encode.Encoding(x.Encoding), WeightBits: weightBits, CellBits: m.Cell.Bits, Cells: x.Slices,
		Whole: x.Weights == "levels" || x.Weights == "continuous", Continuous: x.Weights == "continuous", TwoSided: x.TwoSided,
	}
}
