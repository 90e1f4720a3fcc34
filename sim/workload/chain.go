package workload

import (
	"fmt"
	"math"
	"slices"
)

// Chain is a network of layers one after the other, in real numbers: each takes the
// outputs of the one before along routes, multiplies, and clamps.
//
//	y = clamp(route(x)·W + b, Low, High)
type Chain struct {
	Inputs int // numbers of an inference
	Layers []ChainLayer
}

// ChainLayer is a [Kernel] with real weights.
type ChainLayer struct {
	Name       string
	Routes     []Route // from the outputs before to L vectors of G·N numbers
	L, N, M, G int
	Weights    []float32 // G·N×M, the groups one below the other
	Bias       []float32 // G·M; nil: none
	Low, High  float64   // infinite where nothing clamps
	Clamps     int       // outputs that the file clamps by operators of their own
}

// Signed reports whether outputs may be below zero.
func (l *ChainLayer) Signed() bool { return l.Low < 0 }

// Forward is what the chain makes of an input of so many real numbers; show, which
// may be nil, sees what each layer puts out.
func (c *Chain) Forward(x []float32, show func(layer int, y []float32)) []float32 {
	for k := range c.Layers {
		l := &c.Layers[k]
		x = l.forward(FollowReal(l.Routes, x))
		if show != nil {
			show(k, x)
		}
	}
	return x
}

func (l *ChainLayer) forward(x []float32) []float32 {
	y := make([]float32, l.L*l.G*l.M)
	low, high := float32(l.Low), float32(l.High)
	for v := range l.L {
		for g := range l.G {
			sums := y[(v*l.G+g)*l.M:][:l.M]
			if l.Bias != nil {
				copy(sums, l.Bias[g*l.M:])
			}
			for n, in := range x[(v*l.G+g)*l.N:][:l.N] {
				if in == 0 {
					continue
				}
				for m, w := range l.Weights[(g*l.N+n)*l.M:][:l.M] {
					sums[m] += in * w
				}
			}
			for m, sum := range sums {
				sums[m] = max(low, min(high, sum))
			}
		}
	}
	return y
}

// Pixels are the real numbers of an input of integers, of which a step is so large.
func Pixels(x []int32, step float64) []float32 {
	y := make([]float32, len(x))
	for i, n := range x {
		y[i] = float32(float64(n) * step)
	}
	return y
}

// Quantisation says how a chain becomes one of integers.
type Quantisation struct {
	Step   float64 // of an input, in the units of the chain
	Sample int     // inputs whose activations are looked at
}

// Full scale of activations is what this share of a sample's do not exceed: the finer
// step is worth more than the few that are cut.
const calibrationQuantile = 0.9999

// Quantise gives the values of a chain in integers, of as many bits as its kernels
// have. A real number is its integer times a step: one for a layer's weights, by the
// greatest of them, and one for its outputs, by what a sample of the inputs causes.
//
//	bias = b / (step_x·step_w),  Multiplier / 2^Shift = step_x·step_w / step_y
//
// Inputs are integers of eight bits. The last layer puts out its sums.
func (c *Chain) Quantise(kernels []Kernel, inputs Matrix, q Quantisation) (*Values, error) {
	if inputs.Cols != c.Inputs {
		return nil, fmt.Errorf("inputs of %d numbers, and the network takes %d", inputs.Cols, c.Inputs)
	}
	ceilings := c.ceilings(inputs, q)
	v := &Values{Inputs: inputs.narrow(kernels[0].InputBits), Chain: c}
	v.InputStep = q.Step * math.MaxUint8 / (math.Exp2(float64(kernels[0].InputBits)) - 1)
	step := v.InputStep
	for k := range c.Layers {
		l := &c.Layers[k]
		weights, weightStep := l.integers(kernels[k].WeightBits)
		sum := step * weightStep
		post := Requantize{}
		for _, b := range l.Bias {
			if post.Bias = append(post.Bias, int64(math.RoundToEven(float64(b)/sum))); math.Abs(float64(b)/sum) > 1<<40 {
				return nil, fmt.Errorf("layer %s: a bias of %g is more than 2^40 steps of %g, which its sums have", l.Name, b, sum)
			}
		}
		if k+1 < len(c.Layers) {
			next := &kernels[k+1]
			low, high := next.inputRange()
			if l.Signed() {
				low = -high
			}
			post.Multiplier, post.Shift = fixedPoint(sum * float64(high) / ceilings[k])
			step = sum / math.Ldexp(float64(post.Multiplier), -int(post.Shift)) // as it is after that
			post.Low, post.High = max(low, rounded(l.Low/step, low)), min(high, rounded(l.High/step, high))
		}
		v.Weights, v.Post, v.Routes = append(v.Weights, weights), append(v.Post, post), append(v.Routes, l.Routes)
		if width := kernels[k].InputBits + kernels[k].WeightBits + multiplierBits + 1; float64(width)+math.Log2(float64(l.N)) > 62 {
			return nil, fmt.Errorf("layer %s: sums of %d numbers of %d×%d bits overflow when they are rescaled", l.Name, l.N, kernels[k].InputBits, kernels[k].WeightBits)
		}
	}
	return v, nil
}

// narrow rounds integers of eight bits to so many.
func (m Matrix) narrow(bits int) Matrix {
	high := int64(1)<<bits - 1
	if high == math.MaxUint8 {
		return m
	}
	out := Matrix{Rows: m.Rows, Cols: m.Cols, Data: make([]int32, len(m.Data))}
	for i, x := range m.Data {
		out.Data[i] = int32((int64(x)*high + math.MaxUint8/2) / math.MaxUint8)
	}
	return out
}

// rounded is a clamp in steps; an infinite one is the end of the range.
func rounded(x float64, end int64) int64 {
	if math.IsInf(x, 0) || math.Abs(x) > math.MaxInt32 {
		return end
	}
	return int64(math.RoundToEven(x))
}

const multiplierBits = 15

// fixedPoint is the ratio as multiplier / 2^shift.
func fixedPoint(ratio float64) (multiplier int64, shift uint) {
	fraction, exponent := math.Frexp(ratio)
	multiplier = int64(math.RoundToEven(math.Ldexp(fraction, multiplierBits)))
	if shift := multiplierBits - exponent; shift >= 0 {
		return multiplier, uint(min(shift, 62))
	}
	return multiplier << min(exponent-multiplierBits, 16), 0
}

// integers are the weights as multiples of a step, of which the greatest takes as
// many as the bits allow on either side of zero.
func (l *ChainLayer) integers(bits int) (Matrix, float64) {
	greatest := 0.0
	for _, w := range l.Weights {
		greatest = max(greatest, math.Abs(float64(w)))
	}
	most := math.Exp2(float64(max(bits, 2)-1)) - 1
	step := greatest / most
	if greatest == 0 {
		step = 1
	}
	m := Matrix{Rows: l.G * l.N, Cols: l.M, Data: make([]int32, len(l.Weights))}
	for i, w := range l.Weights {
		m.Data[i] = int32(math.RoundToEven(float64(w) / step))
	}
	return m, step
}

// ceilings are the sizes that all but a few of each layer's outputs stay below, for a
// sample of the inputs.
func (c *Chain) ceilings(inputs Matrix, q Quantisation) []float64 {
	outputs := make([][]float32, len(c.Layers))
	for i := range min(q.Sample, inputs.Rows) {
		c.Forward(Pixels(inputs.Row(i), q.Step), func(k int, y []float32) {
			for _, x := range y {
				outputs[k] = append(outputs[k], max(x, -x))
			}
		})
	}
	ceilings := make([]float64, len(outputs))
	for k, sizes := range outputs {
		slices.Sort(sizes)
		if n := len(sizes); n > 0 {
			ceilings[k] = float64(sizes[int(math.Ceil(calibrationQuantile*float64(n-1)))])
		}
		if ceilings[k] == 0 {
			ceilings[k] = 1 // nothing but zeros
		}
	}
	return ceilings
}
