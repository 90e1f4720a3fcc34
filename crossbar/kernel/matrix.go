package kernel

import "math"

// Whole is a matrix of whole numbers, in panels of 16 columns: [panel][pair of rows][column][row].
type Whole struct {
	pairs, panels int
	data          []int16
}

const wholePanel = 16

// NewWhole packs a matrix, given by at(row, column).
func NewWhole(rows, columns int, at func(row, column int) int16) *Whole {
	w := &Whole{pairs: (rows + 1) / 2, panels: (columns + wholePanel - 1) / wholePanel}
	w.data = make([]int16, w.panels*w.pairs*2*wholePanel)
	for i := range rows {
		for j := range columns {
			panel := w.data[(j/wholePanel*w.pairs+i/2)*2*wholePanel:]
			panel[j%wholePanel*2+i%2] = at(i, j)
		}
	}
	return w
}

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
		panel := w.data[p*w.pairs*2*wholePanel:][:w.pairs*2*wholePanel]
		v := 0
		for ; fast && v+4 <= n; v += 4 {
			dot4AVX2(&sums[v*w.Stride()+p*wholePanel], w.Stride(), &x[v*w.Inputs()], w.Inputs(), &panel[0], w.pairs)
		}
		for ; v < n; v++ {
			to, from := sums[v*w.Stride()+p*wholePanel:][:wholePanel], x[v*w.Inputs():][:w.Inputs()]
			if fast {
				dot1AVX2(&to[0], &from[0], &panel[0], w.pairs)
			} else {
				dot(to, from, panel)
			}
		}
	}
}

func dot(sums []int32, x, panel []int16) {
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
