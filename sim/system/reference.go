package system

import (
	"context"
	"math"
	"sync"

	"golang.org/x/sync/errgroup"

	"xbar/digital/kernel"
	"xbar/sim/workload"
)

// reference is what integer arithmetic makes of the inputs, and real numbers where
// weights are, computed once for all machines.
type reference struct {
	work    *workload.Workload
	workers int
	once    sync.Once
	rows    [][]int64
	float   *float64 // accuracy in real numbers
	err     error

	sampled sampled
}

func newReference(work *workload.Workload) *reference { return &reference{work: work, workers: 1} }

// outputs errs when the context of the first call is done.
func (r *reference) outputs(ctx context.Context) ([][]int64, error) {
	r.once.Do(func() {
		v := r.work.Values
		r.rows = make([][]int64, v.Inputs.Rows)
		right := make([]bool, v.Inputs.Rows)
		group, inner := errgroup.WithContext(ctx)
		group.SetLimit(r.workers)
		for i := range r.rows {
			group.Go(func() (err error) {
				if r.rows[i], err = kernel.Reference(inner, v, r.work.Kernels, i); err != nil {
					return err
				}
				if v.Chain != nil && v.Labels != nil {
					right[i] = largest(v.Chain.Forward(v.Real(i), nil)) == int(v.Labels[i])
				}
				return nil
			})
		}
		r.err = group.Wait()
		if v.Chain != nil && v.Labels != nil {
			r.float = shareOf(right)
		}
	})
	return r.rows, r.err
}

// compare says how far outputs are from the reference, in integer units of
// the last kernel's outputs.
func (r *reference) compare(ctx context.Context, outputs [][]int64, clipped int64) (*Values, error) {
	want, err := r.outputs(ctx)
	if err != nil {
		return nil, err
	}
	var signal, noise float64
	var n int
	for i, row := range outputs {
		for j, y := range row {
			d := float64(y - want[i][j])
			noise += d * d
			signal += float64(want[i][j]) * float64(want[i][j])
			n++
		}
	}
	v := &Values{Inputs: int64(len(outputs)), RMSError: math.Sqrt(noise / float64(n)), Clipped: clipped, InputsFrom: r.work.Values.From}
	if noise > 0 && signal > 0 {
		db := 10 * math.Log10(signal/noise)
		v.SNRdB = &db
	}
	if labels := r.work.Values.Labels; labels != nil {
		v.Accuracy = accuracy(outputs, labels)
		v.ReferenceAccuracy = accuracy(want, labels)
		v.FloatAccuracy = r.float
		v.Accuracy95 = wilson(*v.Accuracy, float64(len(outputs)))
	}
	return v, nil
}

// accuracy is the share of inputs whose largest output is their class.
func accuracy(outputs [][]int64, labels []uint8) *float64 {
	right := make([]bool, len(outputs))
	for i, row := range outputs {
		right[i] = largest(row) == int(labels[i])
	}
	return shareOf(right)
}

// largest is the first of the largest elements.
func largest[T int64 | float32](row []T) int {
	best := 0
	for j := range row {
		if row[j] > row[best] {
			best = j
		}
	}
	return best
}

func shareOf(right []bool) *float64 {
	n := 0
	for _, is := range right {
		if is {
			n++
		}
	}
	share := float64(n) / float64(len(right))
	return &share
}
