package system

import (
	"context"
	"math"
	"sync"

	"xbar/digital/kernel"
	"xbar/sim/workload"
)

// reference is what integer arithmetic makes of the inputs, computed once for
// all machines.
type reference struct {
	work *workload.Workload
	once sync.Once
	rows [][]int64
	err  error
}

func newReference(work *workload.Workload) *reference { return &reference{work: work} }

// outputs errs when the context of the first call is done.
func (r *reference) outputs(ctx context.Context) ([][]int64, error) {
	r.once.Do(func() {
		for i := range r.work.Values.Inputs.Rows {
			row, err := kernel.Reference(ctx, r.work.Values, r.work.Kernels, i)
			if err != nil {
				r.err = err
				return
			}
			r.rows = append(r.rows, row)
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
	v := &Values{Inputs: int64(len(outputs)), RMSError: math.Sqrt(noise / float64(n)), Clipped: clipped}
	if noise > 0 && signal > 0 {
		db := 10 * math.Log10(signal/noise)
		v.SNRdB = &db
	}
	if labels := r.work.Values.Labels; labels != nil {
		v.Accuracy = accuracy(outputs, labels)
		v.ReferenceAccuracy = accuracy(want, labels)
		v.Accuracy95 = wilson(*v.Accuracy, float64(len(outputs)))
	}
	return v, nil
}

// accuracy is the share of inputs whose largest output is their class.
func accuracy(outputs [][]int64, labels []uint8) *float64 {
	right := 0
	for i, row := range outputs {
		best := 0
		for j := range row {
			if row[j] > row[best] {
				best = j
			}
		}
		if best == int(labels[i]) {
			right++
		}
	}
	share := float64(right) / float64(len(outputs))
	return &share
}
