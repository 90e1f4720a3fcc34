package kernel

import "math"

// Whole is a matrix of whole numbers, in panels of 16 columns: [panel][pair of rows][column][row].
type Whole struct {
	pairs, panels int
	words         []int16
	bytes         []int8 // instead, where all of them fit
}

const wholePanel = 16

// NewWhole packs a matrix, given by at(row, column).
func NewWhole(rows, columns int, at func(row, column int) int16) *Whole {
	w := &Whole{pairs: (rows + 1) / 2, panels: (columns + wholePanel - 1) / wholePanel}
	w.words = make([]int16, w.panels*w.panel())
	small := true
	for i := range rows {
		for j := range columns {
			number := at(i, j)
			w.words[j/wholePanel*w.panel()+i/2*2*wholePanel+j%wholePanel*2+i%2] = number
			small = small && number == int16(int8(number))
		}
	}
	if small {
		w.bytes = make([]int8, len(w.words))
		for i, number := range w.words {
			w.bytes[i] = int8(number)
		}
		w.words = nil
	}
	return w
}

// panel is the numbers of a panel.
func (w *Whole) panel() int { return w.pairs * 2 * wholePanel }

// Inputs is the numbers that a vector has, and Stride those that its sums take.
func (w *Whole) Inputs() int { return 2 * w.pairs }

// Stride is the columns, and those that fill up the last panel.
func (w *Whole) Stride() int { return w.panels * wholePanel }

// Mul gives the sums of vectors: x has [Whole.Inputs] numbers for each, where one that
// no row has is zero, and sums [Whole.Stride]. Sums must stay below 1<<31.
func (w *Whole) Mul(sums []int32, x []int16) {
	n := len(x) / w.Inputs()
	x, sums = x[:n*w.Inputs()], sums[:n*w.Stride()]
	for p := range w.panels {
		at, v := p*w.panel(), 0
		for ; fast && v+4 <= n; v += 4 {
			to, from := &sums[v*w.Stride()+p*wholePanel], &x[v*w.Inputs()]
			if w.bytes != nil {
				dotBytes4AVX2(to, w.Stride(), from, w.Inputs(), &w.bytes[at], w.pairs)
			} else {
				dot4AVX2(to, w.Stride(), from, w.Inputs(), &w.words[at], w.pairs)
			}
		}
		for ; v < n; v++ {
			to, from := sums[v*w.Stride()+p*wholePanel:][:wholePanel], x[v*w.Inputs():][:w.Inputs()]
			switch {
			case fast && w.bytes != nil:
				dotBytes1AVX2(&to[0], &from[0], &w.bytes[at], w.pairs)
			case fast:
				dot1AVX2(&to[0], &from[0], &w.words[at], w.pairs)
			case w.bytes != nil:
				dot(to, from, w.bytes[at:])
			default:
				dot(to, from, w.words[at:])
			}
		}
	}
}

func dot[T int8 | int16](sums []int32, x []int16, panel []T) {
	clear(sums)
	for i := 0; i < len(x); i += 2 {
		for c := range sums {
			pair := panel[i*wholePanel+2*c:]
			sums[c] += int32(x[i])*int32(pair[0]) + int32(x[i+1])*int32(pair[1])
		}
	}
}

// Real is a matrix of real numbers, in panels of 8 columns: [panel][row][column].
type Real struct {
	rows, panels int
	data         []float64
}

const (
	realPanel = 8
	realRows  = 256 // of a panel, that stay near with four vectors' inputs
)

// NewReal packs a matrix, given by at(row, column).
func NewReal(rows, columns int, at func(row, column int) float64) *Real {
	w := &Real{rows: rows, panels: (columns + realPanel - 1) / realPanel}
	w.data = make([]float64, w.panels*rows*realPanel)
	for i := range rows {
		for j := range columns {
			w.data[(j/realPanel*rows+i)*realPanel+j%realPanel] = at(i, j)
		}
	}
	return w
}

// Stride is the columns, and those that fill up the last panel.
func (w *Real) Stride() int { return w.panels * realPanel }

// MulAdd adds the products of n vectors, row after row and fused, to y, which has
// [Real.Stride] numbers for each; their inputs stand in x, stride numbers apart.
func (w *Real) MulAdd(y, x []float64, stride, n int) {
	for from := 0; n > 0 && from < w.rows; from += realRows {
		rows := min(realRows, w.rows-from)
		for p := range w.panels {
			w.panel(y[p*realPanel:], x[from:], stride, n, w.data[(p*w.rows+from)*realPanel:][:rows*realPanel])
		}
	}
}

func (w *Real) panel(y, x []float64, stride, n int, panel []float64) {
	rows, v := len(panel)/realPanel, 0
	for ; fast && v+4 <= n; v += 4 {
		_ = x[(v+3)*stride+rows-1]
		_ = y[(v+3)*w.Stride()+realPanel-1]
		mul4AVX2(&y[v*w.Stride()], w.Stride(), &x[v*stride], stride, &panel[0], rows)
	}
	for ; v < n; v++ {
		to, from := y[v*w.Stride():][:realPanel], x[v*stride:][:rows]
		if fast {
			mul1AVX2(&to[0], &from[0], &panel[0], rows)
		} else {
			mul(to, from, panel)
		}
	}
}

func mul(y, x, panel []float64) {
	for i, xi := range x {
		for c := range y {
			y[c] = math.FMA(xi, panel[i*realPanel+c], y[c])
		}
	}
}
