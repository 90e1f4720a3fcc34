package system

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"path/filepath"

	"xbar/configs"
	"xbar/digital/kernel"
	"xbar/sim/workload"
)

// newWorkload is the config's network, or its kernels with numbers drawn from
// the seed where values are exact.
func newWorkload(ctx context.Context, cfg *configs.Config) (*workload.Workload, error) {
	w := &cfg.Workload
	if w.Network != "" {
		work, err := workload.LoadNetwork(w.Network, w.Inputs, w.Labels, w.Limit)
		if err != nil {
			return nil, err
		}
		return withSample(ctx, cfg, work)
	}
	work := &workload.Workload{}
	var signed []bool
	for _, k := range w.Kernels {
		for i := range k.Repeat {
			name := k.Name
			if k.Repeat > 1 {
				name = fmt.Sprintf("%s.%d", k.Name, i+1)
			}
			signed = append(signed, k.SignedWeight)
			work.Kernels = append(work.Kernels, workload.Kernel{
				Name: name, L: k.L, N: k.N, M: k.M, Groups: k.Groups, InputBits: k.InputBits, WeightBits: k.WeightBits,
				OutputBits: k.OutputBits, SignedInput: k.SignedInput, Dynamic: k.Dynamic, Cache: cacheOf(cfg, k.Cache), Activation: k.Activation, Replicas: k.Replicas,
				Window: workload.Window{Inputs: k.Distinct, Ahead: k.Ahead, Behind: k.Behind},
				Beside: workload.Beside{Operations: k.Operations, Operands: k.Operands, Results: k.Results},
			})
		}
	}
	if w.Chain != nil {
		work, err := workload.LoadChain(w.Chain, work.Kernels, w.Inputs, w.Labels, w.Limit, quantisation(w))
		if err != nil {
			return nil, err
		}
		return withSample(ctx, cfg, work)
	}
	if w.Values == "exact" {
		return work, drawValues(ctx, work, signed, max(1, w.Limit, batchOf(cfg)), cfg.Seed)
	}
	return work, nil
}

// quantisation is how a model's numbers become integers.
func quantisation(w *configs.Workload) workload.Quantisation {
	q := workload.Quantisation{Step: w.InputScale, Sample: int(w.Calibrate)}
	if q.Step == 0 {
		q.Step = 1. / math.MaxUint8
	}
	return q
}

// withSample adds what statistical values are like to a network's numbers, which stay
// where values are exact.
func withSample(ctx context.Context, cfg *configs.Config, work *workload.Workload) (_ *workload.Workload, err error) {
	w := &cfg.Workload
	switch {
	case w.Installed:
		work.Values.From = w.Dataset + ", as installed"
	case w.Chain != nil || w.Dataset != "":
		work.Values.From = filepath.Base(w.Inputs)
	}
	if w.Values != "exact" && w.Statistics.From != "assumed" {
		if work.Sample, err = takeSample(ctx, work, w.Statistics.Sample); err != nil {
			return nil, err
		}
	}
	if w.Values != "exact" {
		work.Values = nil
	}
	return work, nil
}

// cacheOf is how a kernel grows, if there is a session.
func cacheOf(cfg *configs.Config, cache string) workload.Cache {
	if cfg.Workload.Steps == 0 || cache == "none" {
		return workload.NoCache
	}
	return workload.Cache(cache)
}

// mostSampled bounds the numbers of a kernel's sample.
const mostSampled = 20_000_000

// takeSample sends some of a network's inputs through integer arithmetic, and
// keeps what each kernel is given: all vectors, or as many of each input as memory
// is for, evenly spread.
func takeSample(ctx context.Context, work *workload.Workload, most int64) (*workload.Sample, error) {
	inputs := min(work.Values.Inputs.Rows, int(most))
	s := &workload.Sample{Inputs: make([][]int32, len(work.Kernels)), Weights: work.Values.Weights}
	for i := range inputs {
		err := kernel.Trace(ctx, work.Values, work.Kernels, i, func(k int, x []int64) {
			n := int(work.Kernels[k].Inputs())
			all := len(x) / n
			each := min(all, max(1, mostSampled/(inputs*n)))
			for v := range each {
				for _, number := range x[(v*all/each+i)%all*n:][:n] {
					s.Inputs[k] = append(s.Inputs[k], int32(number))
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

func batchOf(cfg *configs.Config) int64 {
	batch := cfg.Workload.Batch
	for _, m := range cfg.Machines {
		batch = max(batch, m.MostBatch(batch))
	}
	return batch
}

// mostDrawn bounds the numbers drawn for exact values, some 400 MB of them.
const mostDrawn = 1e8

// drawValues fills a chain of kernels with uniform random weights and inputs.
// Between two kernels sums are shifted down to the next one's input width.
func drawValues(ctx context.Context, work *workload.Workload, signed []bool, inputs, seed int64) (err error) {
	if err := checkChain(work.Kernels, inputs); err != nil {
		return err
	}
	v := &workload.Values{}
	first := work.Kernels[0]
	random := rand.New(rand.NewPCG(uint64(seed), 1))
	if v.Inputs, err = draw(ctx, random, int(inputs), int(first.L*first.Inputs()), first.InputBits, first.SignedInput); err != nil {
		return err
	}
	for k, kernel := range work.Kernels {
		random := rand.New(rand.NewPCG(uint64(seed), uint64(k)+2))
		weights, err := draw(ctx, random, int(kernel.Inputs()), int(kernel.M), kernel.WeightBits, signed[k])
		if err != nil {
			return err
		}
		v.Weights = append(v.Weights, weights)
		var post workload.Requantize
		if k+1 < len(work.Kernels) {
			post = rescale(kernel, work.Kernels[k+1])
		}
		v.Post = append(v.Post, post)
	}
	work.Values = v
	return nil
}

func checkChain(kernels []workload.Kernel, inputs int64) error {
	first, last := kernels[0], kernels[len(kernels)-1]
	numbers := float64(inputs) * (float64(first.L)*float64(first.Inputs()) + float64(last.L)*float64(last.Outputs()))
	for k, kernel := range kernels {
		numbers += float64(kernel.Inputs())*float64(kernel.M) + float64(kernel.L)*float64(kernel.Outputs())
		if k == 0 {
			continue
		}
		before := kernels[k-1]
		if before.L*before.Outputs() != kernel.L*kernel.Inputs() {
			return fmt.Errorf("exact values flow from kernel to kernel, but %s gives L·M%s = %d numbers and %s takes L·N%s = %d",
				before.Name, inGroups(&before), before.L*before.Outputs(), kernel.Name, inGroups(&kernel), kernel.L*kernel.Inputs())
		}
	}
	if numbers > mostDrawn {
		return fmt.Errorf("exact values of this workload are %.3g numbers, more than the %.0g that are drawn; use values = \"statistical\"", numbers, mostDrawn)
	}
	return nil
}

// inGroups is the factor of a kernel that has groups.
func inGroups(k *workload.Kernel) string {
	if k.Products() == 1 {
		return ""
	}
	return fmt.Sprintf(" × %d groups", k.Products())
}

// draw fills a matrix from a range that every encoding can hold.
func draw(ctx context.Context, random *rand.Rand, rows, cols, width int, signed bool) (workload.Matrix, error) {
	m := workload.Matrix{Rows: rows, Cols: cols, Data: make([]int32, rows*cols)}
	low, span := int64(0), int64(1)<<width
	if signed {
		low, span = -(int64(1)<<(width-1) - 1), int64(1)<<width-1
	}
	for i := range m.Data {
		if i%(1<<16) == 0 && ctx.Err() != nil {
			return m, ctx.Err()
		}
		m.Data[i] = int32(low + random.Int64N(span))
	}
	return m, nil
}

func rescale(from, to workload.Kernel) workload.Requantize {
	width := from.InputBits + from.WeightBits + bits.Len64(uint64(from.N-1))
	post := workload.Requantize{Multiplier: 1, High: int64(1)<<to.InputBits - 1}
	if to.SignedInput {
		post.High = int64(1)<<(to.InputBits-1) - 1
		post.Low = -post.High
	}
	if drop := width - to.InputBits; drop > 0 {
		post.Shift = uint(drop)
	}
	return post
}
