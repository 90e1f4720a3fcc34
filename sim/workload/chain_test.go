package workload

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func drawChain(t *rapid.T) (*Chain, []Kernel) {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	values := func(n int, size float64) []float32 {
		list := make([]float32, n)
		for i := range list {
			list[i] = float32(size * random.NormFloat64())
		}
		return list
	}
	c := &Chain{Inputs: rapid.IntRange(1, 40).Draw(t, "inputs")}
	var kernels []Kernel
	n := c.Inputs
	for k := range rapid.IntRange(1, 3).Draw(t, "layers") {
		m := rapid.IntRange(1, 20).Draw(t, "outputs")
		l := ChainLayer{Name: "layer", L: 1, N: n, M: m, G: 1, Low: math.Inf(-1), High: math.Inf(1)}
		l.Weights = values(n*m, math.Pow(10, rapid.Float64Range(-3, 3).Draw(t, "size")))
		if rapid.Bool().Draw(t, "bias") {
			l.Bias = values(m, 1)
		}
		if rapid.Bool().Draw(t, "relu") {
			l.Low = 0
		}
		c.Layers = append(c.Layers, l)
		kernels = append(kernels, Kernel{Name: "layer", L: 1, N: int64(n), M: int64(m), InputBits: 8, WeightBits: 8, SignedInput: k > 0 && c.Layers[k-1].Signed()})
		n = m
	}
	return c, kernels
}

// A chain in integers is the chain, but for rounding: each layer's weights and biases
// by less than half a step, and its outputs by less than what those come to, where no
// clamp of the calibration cuts them.
func TestQuantise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, kernels := drawChain(t)
		random := rand.New(rand.NewPCG(1, 2))
		inputs := Matrix{Rows: 4, Cols: c.Inputs, Data: make([]int32, 4*c.Inputs)}
		for i := range inputs.Data {
			inputs.Data[i] = int32(random.IntN(256))
		}
		v, err := c.Quantise(kernels, inputs, Quantisation{Step: 1. / 255, Sample: 4})
		if err != nil {
			t.Fatal(err)
		}
		step := 1. / 255 // of a layer's inputs
		for k := range c.Layers {
			l, post := &c.Layers[k], &v.Post[k]
			greatest := 0.0
			for _, w := range l.Weights {
				greatest = max(greatest, math.Abs(float64(w)))
			}
			weightStep := greatest / 127
			for i, w := range l.Weights {
				if math.Abs(float64(w)-weightStep*float64(v.Weights[k].Data[i])) > 0.5001*weightStep {
					t.Fatalf("layer %d, weight %d: %g became %d steps of %g", k, i, w, v.Weights[k].Data[i], weightStep)
				}
			}
			for j, b := range l.Bias {
				if math.Abs(float64(b)-step*weightStep*float64(post.Bias[j])) > 0.5001*step*weightStep {
					t.Fatalf("layer %d, bias %d: %g became %d steps of %g", k, j, b, post.Bias[j], step*weightStep)
				}
			}
			if k+1 == len(c.Layers) {
				if post.Multiplier != 0 {
					t.Fatal("the last layer is rescaled")
				}
				break
			}
			high := 255.
			if l.Signed() {
				high = 127
			}
			ratio := math.Ldexp(float64(post.Multiplier), -int(post.Shift))
			next := step * weightStep / ratio // what a step of the outputs stands for
			most := 0.0
			for i := range inputs.Rows {
				c.Forward(Pixels(inputs.Row(i), 1./255), func(at int, y []float32) {
					for _, x := range y {
						if at == k {
							most = max(most, math.Abs(float64(x)))
						}
					}
				})
			}
			if most > 0 && math.Abs(next*high/most-1) > 1e-3 { // 4 inputs leave no quantile below the most
				t.Fatalf("layer %d: full scale is %g, and outputs go up to %g", k, next*high, most)
			}
			step = next
		}
	})
}

func TestQuantiseRefuses(t *testing.T) {
	c := &Chain{Inputs: 1, Layers: []ChainLayer{{Name: "fc", L: 1, N: 1, M: 1, G: 1, Weights: []float32{1e-20}, Bias: []float32{1}}}}
	kernel := []Kernel{{L: 1, N: 1, M: 1, InputBits: 8, WeightBits: 8}}
	one := Matrix{Rows: 1, Cols: 1, Data: []int32{1}}
	if _, err := c.Quantise(kernel, one, Quantisation{Step: 1, Sample: 1}); err == nil || !strings.Contains(err.Error(), "a bias of 1 is more than 2^40 steps") {
		t.Error(err)
	}
	if _, err := c.Quantise(kernel, Matrix{Rows: 1, Cols: 2, Data: []int32{1, 1}}, Quantisation{Step: 1, Sample: 1}); err == nil || !strings.Contains(err.Error(), "inputs of 2 numbers, and the network takes 1") {
		t.Error(err)
	}
}

func TestRoutes(t *testing.T) {
	x := []int64{5, -3, 2, -8}
	for _, test := range []struct {
		route Route
		want  []int64
	}{
		{Route{Each: 1, From: []int32{3, -1, 0}}, []int64{-8, 0, 5}},
		{Route{Rule: Most, Each: 2, From: []int32{1, 3, -1, 3, -1, -1}}, []int64{-3, -8, 0}},
		{Route{Rule: Mean, Each: 2, From: []int32{0, 2, 1, 3, -1, 1}}, []int64{4, -5, -3}}, // 3.5, −5.5, −3
		{Route{Rule: Mean, Each: 2, From: []int32{0, 2, 1, 3, -1, 1}, Padded: true}, []int64{4, -5, -1}},
	} {
		if got := Follow([]Route{test.route}, x); !slices.Equal(got, test.want) {
			t.Errorf("%+v: %v, want %v", test.route, got, test.want)
		}
	}
}
