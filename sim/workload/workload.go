package workload

import (
	"math"
	"math/bits"
)

// Kernel is one matrix product of one inference: L vectors of length N
// against a matrix of N×M weights. With groups it is as many such products,
// each with weights of its own, on vectors that hold the inputs of all groups
// one after the other, and give the outputs so.
type Kernel struct {
	Name        string
	L, N, M     int64
	Groups      int64 // 0: one
	InputBits   int
	WeightBits  int
	OutputBits  int
	SignedInput bool
	Replicas    int64 // copies of W at least; 0 is 1
	Dynamic     bool  // W is an activation: the array is written for every input
	Cache       Cache // of a session: W grows by one input or output with every step, and what it was stays
	Activation  bool  // bias, rescale and clamp follow each output
	Window      Window
	Beside      Beside
}

// Cache says how a dynamic kernel's W grows from step to step.
type Cache string

// A token more is an output more of Q·Kᵀ and an input more of A·V, in each group.
const (
	NoCache Cache = ""
	Columns Cache = "columns"
	Rows    Cache = "rows"
)

// Attending is the kernel over so many tokens, with what is computed beside it in
// proportion.
func (k Kernel) Attending(tokens int64) Kernel {
	grows := &k.M
	if k.Cache == Rows {
		grows = &k.N
	}
	for _, n := range []*int64{&k.Beside.Operations, &k.Beside.Operands, &k.Beside.Results} {
		high, low := bits.Mul64(uint64(*n), uint64(tokens))
		if high >= uint64(*grows) {
			*n = math.MaxInt64
			continue
		}
		scaled, _ := bits.Div64(high, low, uint64(*grows))
		*n = int64(min(scaled, math.MaxInt64))
	}
	*grows = tokens
	return k
}

// Grown is the bits that a step adds to W, in all groups.
func (k Kernel) Grown() int64 {
	if k.Cache == Rows {
		return k.Products() * k.M * int64(k.WeightBits)
	}
	return k.Products() * k.N * int64(k.WeightBits)
}

// Beside is what is computed before the next kernel takes the outputs: pooling,
// sums with what another layer gave, softmax, normalisation. It is of one
// inference.
type Beside struct {
	Operations int64 // steps of arithmetic
	Operands   int64 // numbers that are read for it
	Results    int64 // numbers that it writes
}

// MACs is the number of multiply-accumulates of one inference.
func (k Kernel) MACs() int64 { return k.Products() * k.L * k.N * k.M }

// Products is G, the groups.
func (k Kernel) Products() int64 { return max(k.Groups, 1) }

// Inputs is G·N, the numbers of a vector.
func (k Kernel) Inputs() int64 { return k.Products() * k.N }

// Outputs is G·M, what comes of a vector.
func (k Kernel) Outputs() int64 { return k.Products() * k.M }

// Workload is a chain of kernels, and their values where those are exact.
type Workload struct {
	Kernels []Kernel
	Values  *Values // nil: statistical
	Sample  *Sample // of statistical values; nil: none
}

// Values are the real numbers of a workload: one weight matrix a kernel and
// one input row an inference. The output of a kernel, after its
// [Requantize], is the input of the next.
type Values struct {
	Inputs  Matrix   // inferences × (L·G·N of the first kernel); no rows if none were given
	Labels  []uint8  // class of each input; nil if there is none
	Weights []Matrix // kernel k: N×M, the groups one below the other
	Post    []Requantize
	Routes  [][]Route // from what was before to kernel k's inputs; nil: as they are

	Chain     *Chain  // what weights were before they were rounded; nil: nothing is known
	InputStep float64 // what a step of the inputs stands for in it
	From      string  // where the inputs are from; "" of those that a network's file has beside it

	Sums bool // the last kernel's sums are kept as the digital side has them, which are no whole numbers

	// Of a product of real numbers, what Inputs and the first of Weights were before they
	// were rounded, in the same units; nil: nothing but whole numbers is known.
	RealInputs, RealWeights []float64
}

// Matrix is a dense row-major matrix of integers.
type Matrix struct {
	Rows, Cols int
	Data       []int32
}

// Row is row i.
func (m Matrix) Row(i int) []int32 { return m.Data[i*m.Cols : (i+1)*m.Cols] }

// Along is the routes to kernel k.
func (v *Values) Along(k int) []Route {
	if v.Routes == nil {
		return nil
	}
	return v.Routes[k]
}

// Real is input i in the units of the network's real weights.
func (v *Values) Real(i int) []float32 { return Pixels(v.Inputs.Row(i), v.InputStep) }

// Requantize turns a kernel's integer sums into the next kernel's inputs:
//
//	y = clamp((acc + bias)·Multiplier + 2^(Shift−1) >> Shift, Low, High)
//
// A nil Bias is none; a Multiplier of 0 passes acc + bias on unchanged (the
// last kernel's logits).
type Requantize struct {
	Bias       []int64 // G·M
	Multiplier int64
	Shift      uint
	Low, High  int64
}

// Apply does it for output j.
func (r *Requantize) Apply(j int, acc int64) int64 {
	if r.Bias != nil {
		acc += r.Bias[j]
	}
	if r.Multiplier == 0 {
		return acc
	}
	scaled := acc * r.Multiplier
	if r.Shift > 0 {
		scaled = (scaled + 1<<(r.Shift-1)) >> r.Shift
	}
	return max(r.Low, min(r.High, scaled))
}

// Sample is what flows through each kernel for some of the inputs: numbers from
// which the moments of statistical values follow.
type Sample struct {
	Inputs  [][]int32 // kernel k: vectors × G·N
	Weights []Matrix  // kernel k: G·N×M
}
