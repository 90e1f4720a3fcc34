package signal

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// slice is the cells that hold one slice of all weights.
type slice struct {
	cells    [2]*mat.Dense // columns × rows, the second of a pair; a unit column comes first
	scale    float64       // σ
	constant float64       // of an offset cell, what Σu is taken off with
	single   bool          // conductances are numbers of 32 bits
}

// bits is B, of a slice.
func (w *Weights) bits() int {
	if w.Bits%w.Slices == 0 {
		return w.Bits / w.Slices
	}
	if w.Encoding == "differential" {
		return ceilDiv(w.Bits-1, w.Slices)
	}
	return ceilDiv(w.Bits, w.Slices)
}

// conduct turns weights, rows × columns, into conductances. largest is W_max.
func (w *Weights) conduct(weights mat.Matrix, largest float64) (slices []slice, bias float64) {
	relative := func(i, o int) float64 {
		if o < 0 {
			return 0
		}
		return min(max(weights.At(i, o), -largest), largest) / largest
	}
	if w.Slices > 0 {
		return w.sliced(weights, relative, largest)
	}
	s := slice{scale: largest / w.swing()}
	if w.Encoding == "differential" {
		s.single = true
		s.cells = w.build(weights, func(i, o int) (float64, float64) { return w.pair(relative(i, o)) })
		return []slice{s}, 0
	}
	swing, lowest := w.offset()
	s.scale = 2 * largest / swing
	s.constant = lowest + swing/2
	s.cells = w.build(weights, func(i, o int) (float64, float64) {
		return w.quantise(swing*(relative(i, o)/2+0.5) + lowest), 0
	})
	return []slice{s}, 0
}

// swing is r.
func (w *Weights) swing() float64 { return 1 - w.Lowest }

// offset is r₀ and g₀.
func (w *Weights) offset() (swing, lowest float64) {
	if w.CellBits == 0 {
		return w.swing(), w.Lowest
	}
	top := math.Exp2(float64(w.CellBits)) - 1
	swing = w.swing() * (top - 1) / top
	return swing, 1 - swing
}

// pair is the cells of a whole weight, in 32 bits as CrossSim has them.
func (w *Weights) pair(weight float64) (positive, negative float64) {
	g, r := w.Lowest, w.swing()
	if w.TwoSided {
		return w.single(g + r*(1+weight)/2), w.single(g + r*(1-weight)/2)
	}
	threshold := 0.0
	if w.CellBits > 0 {
		threshold = math.Exp2(-float64(w.CellBits + 1))
	}
	positive, negative = g, g
	if weight >= threshold {
		positive = g + r*weight
	} else if weight < -threshold {
		negative = g - r*weight
	}
	return w.single(positive), w.single(negative)
}

// single is the nearest level in 32 bits.
func (w *Weights) single(conductance float64) float64 {
	g := float32(conductance)
	if w.CellBits == 0 {
		return float64(g)
	}
	lowest := float32(w.Lowest)
	levels := float32((math.Exp2(float64(w.CellBits)) - 1) / w.swing())
	return float64(float32(math.RoundToEven(float64((g-lowest)*levels)))/levels + lowest)
}

// quantise is the nearest level.
func (w *Weights) quantise(conductance float64) float64 {
	if w.CellBits == 0 {
		return conductance
	}
	levels := (math.Exp2(float64(w.CellBits)) - 1) / w.swing()
	return math.RoundToEven((conductance-w.Lowest)*levels)/levels + w.Lowest
}

// sliced cuts weights into slices, the least first.
func (w *Weights) sliced(weights mat.Matrix, relative func(i, o int) float64, largest float64) (slices []slice, bias float64) {
	top := math.Exp2(float64(w.Bits-1)) - 1
	unit := largest / top
	offset := int64(0)
	if w.Encoding == "offset" {
		offset = 1 << (w.Bits - 1)
		if !w.unit() {
			bias = unit * float64(offset)
		}
	}
	whole := func(i, o int) int64 {
		return int64(math.RoundToEven(relative(i, o)*top)) + offset
	}
	bits := w.bits()
	full := math.Exp2(float64(bits)) - 1
	for s := range w.Slices {
		digit := func(i, o int) float64 {
			q := whole(i, o)
			size := abs(q) >> (bits * s)
			if s < w.Slices-1 {
				size &= 1<<bits - 1
			}
			return math.Copysign(float64(size)/full, float64(q))
		}
		slices = append(slices, slice{
			scale:    unit * math.Exp2(float64(bits*s)) * full / w.swing(),
			constant: w.Lowest,
			cells: w.build(weights, func(i, o int) (float64, float64) {
				d := digit(i, o)
				if w.Encoding == "offset" {
					return w.quantise(w.Lowest + w.swing()*d), 0
				}
				return w.quantise(w.Lowest + w.swing()*max(d, 0)), w.quantise(w.Lowest + w.swing()*max(-d, 0))
			}),
		})
	}
	return slices, bias
}

// build fills the cells of an array, columns × rows; the unit column is that of
// output −1.
func (w *Weights) build(weights mat.Matrix, at func(i, o int) (positive, negative float64)) (cells [2]*mat.Dense) {
	rows, outputs := weights.Dims()
	first := 0
	if w.unit() {
		first = 1
	}
	cells[0] = mat.NewDense(outputs+first, rows, nil)
	if w.Encoding == "differential" {
		cells[1] = mat.NewDense(outputs, rows, nil)
	}
	for o := -first; o < outputs; o++ {
		for i := range rows {
			positive, negative := at(i, o)
			cells[0].Set(o+first, i, positive)
			if cells[1] != nil {
				cells[1].Set(o, i, negative)
			}
		}
	}
	return cells
}

// unit says whether there is a unit column.
func (w *Weights) unit() bool { return w.UnitColumn && w.Encoding == "offset" }

func abs(q int64) int64 { return max(q, -q) }

func ceilDiv(a, b int) int { return (a + b - 1) / b }
