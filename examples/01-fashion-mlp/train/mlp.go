package main

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// mlp is a multi-layer perceptron: every layer is x·W + b, and all but the
// last are followed by a ReLU.
type mlp []*layer

type layer struct {
	n, m    int
	weights parameters // n×m, row-major
	bias    parameters // m
}

// parameters are learnt by Adam: their gradient and its two running moments.
type parameters struct {
	value, gradient, mean, square []float32
}

// newMLP draws He-normal weights; widths are inputs, hidden…, classes.
func newMLP(widths []int, random *rand.Rand) mlp {
	var net mlp
	for i := range len(widths) - 1 {
		n, m := widths[i], widths[i+1]
		l := &layer{n: n, m: m, weights: newParameters(n * m), bias: newParameters(m)}
		deviation := math.Sqrt(2 / float64(n))
		for j := range l.weights.value {
			l.weights.value[j] = float32(deviation * random.NormFloat64())
		}
		net = append(net, l)
	}
	return net
}

func newParameters(n int) parameters {
	return parameters{make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)}
}

// forward gives the output of every layer for a batch x of rows; the last
// ones are logits.
func (net mlp) forward(x blas32.General) []blas32.General {
	outputs := make([]blas32.General, len(net))
	for k, l := range net {
		y := newMatrix(x.Rows, l.m)
		for i := range y.Rows {
			copy(row(y, i), l.bias.value)
		}
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, x, matrix(l.n, l.m, l.weights.value), 1, y)
		if k < len(net)-1 {
			rectify(y.Data)
		}
		outputs[k], x = y, y
	}
	return outputs
}

// backward sets all gradients, given the layers' outputs for the batch x and
// the loss's gradient by the logits.
func (net mlp) backward(x blas32.General, outputs []blas32.General, delta blas32.General) {
	for k := len(net) - 1; k >= 0; k-- {
		l, input := net[k], x
		if k > 0 {
			input = outputs[k-1]
		}
		blas32.Gemm(blas.Trans, blas.NoTrans, 1, input, delta, 0, matrix(l.n, l.m, l.weights.gradient))
		sumRows(delta, l.bias.gradient)
		if k == 0 {
			return
		}
		previous := newMatrix(input.Rows, l.n)
		blas32.Gemm(blas.NoTrans, blas.Trans, 1, delta, matrix(l.n, l.m, l.weights.value), 0, previous)
		for i, y := range input.Data {
			if y == 0 { // the ReLU was off
				previous.Data[i] = 0
			}
		}
		delta = previous
	}
}

// crossEntropy is the mean loss of a batch and its gradient by the logits.
func crossEntropy(logits blas32.General, labels []uint8) (loss float64, gradient blas32.General) {
	gradient = newMatrix(logits.Rows, logits.Cols)
	for i, label := range labels {
		z, g := row(logits, i), row(gradient, i)
		top, sum := float64(z[argmax(z)]), 0.0
		for j := range z {
			e := math.Exp(float64(z[j]) - top)
			g[j], sum = float32(e), sum+e
		}
		for j := range g {
			g[j] /= float32(sum) * float32(len(labels))
		}
		g[label] -= 1 / float32(len(labels))
		loss += (math.Log(sum) + top - float64(z[label])) / float64(len(labels))
	}
	return loss, gradient
}

// Adam's moments forget at these rates (D. Kingma and J. Ba, "Adam: a method
// for stochastic optimization", ICLR 2015).
const (
	forgetMean   = 0.9
	forgetSquare = 0.999
	adamEpsilon  = 1e-8
)

// adam takes one step, the step-th from 1; decay shrinks the values beside it
// (I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR
// 2019).
func (p *parameters) adam(step int, rate, decay float64) {
	t := float64(step)
	scale := float32(rate * math.Sqrt(1-math.Pow(forgetSquare, t)) / (1 - math.Pow(forgetMean, t)))
	keep := float32(1 - rate*decay)
	for i, g := range p.gradient {
		p.mean[i] += (1 - forgetMean) * (g - p.mean[i])
		p.square[i] += (1 - forgetSquare) * (g*g - p.square[i])
		root := float32(math.Sqrt(float64(p.square[i])))
		p.value[i] = keep*p.value[i] - scale*p.mean[i]/(root+adamEpsilon)
	}
}

func newMatrix(rows, cols int) blas32.General {
	return matrix(rows, cols, make([]float32, rows*cols))
}

func matrix(rows, cols int, data []float32) blas32.General {
	return blas32.General{Rows: rows, Cols: cols, Stride: cols, Data: data}
}

func row(m blas32.General, i int) []float32 { return m.Data[i*m.Cols : (i+1)*m.Cols] }

func sumRows(m blas32.General, sum []float32) {
	clear(sum)
	for i := range m.Rows {
		for j, x := range row(m, i) {
			sum[j] += x
		}
	}
}

func rectify(x []float32) {
	for i := range x {
		x[i] = max(0, x[i])
	}
}

// argmax is the first index of the greatest element.
func argmax[T int64 | float32](x []T) int {
	best := 0
	for i := range x {
		if x[i] > x[best] {
			best = i
		}
	}
	return best
}
