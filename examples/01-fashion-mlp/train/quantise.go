package main

import (
	"fmt"
	"math"
	"slices"

	"xbar/sim/workload"
)

const (
	weightLimit     = 127 // int8, symmetric
	activationLimit = 255 // uint8
	multiplierBits  = 15

	// Activations above this quantile saturate: the finer step that this buys
	// is worth more than the few that are cut.
	calibrationQuantile = 0.9999
)

// quantise gives the network in integers. A real number is its integer times
// a scale: one for each layer's weights, by their greatest magnitude, and one
// for its outputs, by what the calibration images cause. With them
//
//	bias = b / (inputScale·weightScale)
//	Multiplier / 2^Shift = inputScale·weightScale / outputScale
//
// and the ReLU is the clamp at 0.
func quantise(net mlp, calibration *dataset) *workload.Workload {
	ceilings := activationCeilings(net, calibration)
	w := &workload.Workload{Values: &workload.Values{}}
	inputScale := 1.0 / 255
	for k, l := range net {
		weightScale := float64(greatest(l.weights.value)) / weightLimit
		sumScale := inputScale * weightScale
		weights := workload.Matrix{Rows: l.n, Cols: l.m, Data: make([]int32, l.n*l.m)}
		for i, x := range l.weights.value {
			weights.Data[i] = int32(math.Round(float64(x) / weightScale))
		}
		post := workload.Requantize{Bias: make([]int64, l.m)}
		for j, b := range l.bias.value {
			post.Bias[j] = int64(math.Round(float64(b) / sumScale))
		}
		if k < len(net)-1 {
			outputScale := float64(ceilings[k]) / activationLimit
			post.Multiplier, post.Shift = fixedPoint(sumScale / outputScale)
			post.High = activationLimit
			inputScale = outputScale
		}
		w.Kernels = append(w.Kernels, workload.Kernel{
			Name: fmt.Sprintf("fc%d", k+1), L: 1, N: int64(l.n), M: int64(l.m), InputBits: 8, WeightBits: 8,
		})
		w.Values.Weights = append(w.Values.Weights, weights)
		w.Values.Post = append(w.Values.Post, post)
	}
	return w
}

// activationCeilings are the values below which the calibration quantile of
// each hidden layer's outputs lies.
func activationCeilings(net mlp, calibration *dataset) []float32 {
	outputs := make([][]float32, len(net)-1)
	for _, indices := range calibration.batches() {
		x, _ := calibration.batch(indices)
		for k, y := range net.forward(x)[:len(outputs)] {
			outputs[k] = append(outputs[k], y.Data...)
		}
	}
	ceilings := make([]float32, len(outputs))
	for k, y := range outputs {
		slices.Sort(y)
		ceilings[k] = y[int(calibrationQuantile*float64(len(y)-1))]
	}
	return ceilings
}

// fixedPoint is the ratio as multiplier / 2^shift; the ratio is between 2⁻⁴⁷
// and 2¹⁵.
func fixedPoint(ratio float64) (multiplier int64, shift uint) {
	fraction, exponent := math.Frexp(ratio)
	return int64(math.Round(math.Ldexp(fraction, multiplierBits))), uint(multiplierBits - exponent)
}

func greatest(values []float32) float32 {
	most := float32(0)
	for _, x := range values {
		most = max(most, x, -x)
	}
	return most
}

// correct counts the inputs whose greatest logit is their label's, in
// integers alone.
func correct(w *workload.Workload) int {
	right := 0
	for i, label := range w.Values.Labels {
		if argmax(logits(w.Values, i)) == int(label) {
			right++
		}
	}
	return right
}

func logits(v *workload.Values, input int) []int64 {
	var x []int64
	for _, q := range v.Inputs.Row(input) {
		x = append(x, int64(q))
	}
	for k, weights := range v.Weights {
		sums := make([]int64, weights.Cols)
		for i, q := range x {
			for j, w := range weights.Row(i) {
				sums[j] += q * int64(w)
			}
		}
		for j := range sums {
			sums[j] = v.Post[k].Apply(j, sums[j])
		}
		x = sums
	}
	return x
}
