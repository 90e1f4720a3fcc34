package signal

import (
	"fmt"

	"xbar/crossbar/parasitic"
)

// Config says how an array holds weights and how it is driven and read.
type Config struct {
	Weights Weights
	Inputs  Inputs
	Output  Output
	Wires   Wires
}

// Weights is how they are held.
type Weights struct {
	Encoding   string  // "differential" or "offset"
	TwoSided   bool    // of an unsliced pair: both cells carry half of the weight
	UnitColumn bool    // of offset cells: a column that stands for zero is read and taken off
	Bits       int     // of a sliced weight
	Slices     int     // cells of a weight, or pairs; 0: the weight is one real number
	CellBits   int     // levels of a cell; 0: any conductance
	Lowest     float64 // conductance of the lowest level, over that of the highest
	Largest    float64 // size of the weights that are held; 0: the largest there is
}

// Inputs is how they are driven.
type Inputs struct {
	Signed    bool   // between −1 and 1, and not 0 and 1
	Converter string // "ideal", "quantizer" of 2^b levels, or "sign-magnitude" of 2^b − 1
	Bits      int
	SliceBits int // 0: whole
}

// Output is how currents are converted.
type Output struct {
	Converter string // "ideal", "quantizer" of 2^b levels, "sign-magnitude" of 2^b − 1, or a circuit of package adc
	Bits      int
	Range     string       // "limits", "max" or "granular"
	Limits    [][2]float64 // by slice of the weights, or one for all
	EachSlice bool         // of the inputs; else what they add up to
	GainDB    float64      // of a circuit
	Split     bool
	Symmetric bool
}

// Wires are the array's.
type Wires struct {
	parasitic.Wires

	Supplied    bool // each output has a supply wire, and cells are gated by their input
	Interleaved bool // the cells of a pair share their column wire
}

// Check errs where options do not go together.
func (c *Config) Check() error {
	w, in, out := &c.Weights, &c.Inputs, &c.Output
	switch {
	case w.Encoding != "differential" && w.Encoding != "offset":
		return fmt.Errorf("signal: no encoding %q", w.Encoding)
	case w.Lowest < 0 || w.Lowest >= 1:
		return fmt.Errorf("signal: the lowest conductance is %g of the highest, which is not from 0 to less than 1", w.Lowest)
	case w.Slices > 0 && (w.Bits < 2 || w.Bits > 30 || w.Slices > w.Bits):
		return fmt.Errorf("signal: a weight of %d bits in %d slices", w.Bits, w.Slices)
	case w.Encoding == "offset" && w.Slices == 0 && w.CellBits == 1:
		return fmt.Errorf("signal: an offset cell of 1 bit has no level below, above and at zero")
	case w.TwoSided && (w.Slices > 0 || w.Encoding != "differential"):
		return fmt.Errorf("signal: only whole weights in pairs are two-sided")
	case in.SliceBits > 0 && (in.Bits < 1 || in.Bits > 30):
		return fmt.Errorf("signal: slices of inputs of %d bits", in.Bits)
	case out.Range == "granular" && w.Slices == 0:
		return fmt.Errorf("signal: a granular range is one of weights in slices")
	case out.Range == "limits" && len(out.Limits) != 1 && len(out.Limits) != max(1, w.Slices):
		return fmt.Errorf("signal: %d ranges for %d slices", len(out.Limits), w.Slices)
	case c.Wires.Interleaved && w.Encoding != "differential":
		return fmt.Errorf("signal: only cells of a pair are interleaved")
	}
	return c.Wires.Check()
}
