package system

import (
	"context"
	"sync"

	"xbar/sim/energy"
	"xbar/sim/workload"
)

// An estimate is what statistical values make of a kernel whose numbers are known: the
// same passes of the same machine, with moments in the place of data.
//
//	error = (E of moments − E of data) / E of data

// estimate runs the machine with statistical values, and says kernel by kernel how
// far its energy is from that of the data.
func (j *job) estimate(ctx context.Context, m *Machine) error {
	if j.totals || m.Values == nil || j.work.Values.Sums || j.session != nil || j.machine.Kind != "analog" && j.machine.Kind != "digital-cim" {
		return nil
	}
	statistical := *j
	statistical.trace, statistical.progress = nil, nil
	statistical.work = &workload.Workload{Kernels: j.work.Kernels}
	var err error
	if j.config.Workload.Statistics.From != "assumed" {
		if statistical.work.Sample, err = j.reference.sample(ctx, j.config.Workload.Statistics.Sample); err != nil {
			return err
		}
	}
	options := statistical.options()
	chip, err := runChip(ctx, j.machine, statistical.work, options)
	if err != nil {
		return err
	}
	measured := chip.Measured()
	e := evidence{books: books{chip.Ledger(), chip.KernelPhase(0), chip.KernelPhase(len(j.work.Kernels) - 1), measured.Passes}, derive: chip.Derivation, follows: chip.Follows}
	j.evidence.estimate = &e
	m.Values.EstimatedFrom = options.Statistics.From
	for k := range j.work.Kernels {
		m.Values.Energy = append(m.Values.Energy, j.evidence.compared(k, m.Kernels[k].Name))
	}
	return nil
}

// compared is a kernel's energy by the data and by moments.
func (v *evidence) compared(k int, name string) EnergyEstimate {
	e, phase := EnergyEstimate{Kernel: name}, v.books.first+k
	var data, statistical energy.Sum
	for id := range v.books.ledger.Accounts() {
		id := energy.AccountID(id)
		if !v.estimate.follows(id) {
			continue
		}
		data.Add(v.books.ledger.Joules(phase, id) / float64(v.books.passes))
		statistical.Add(v.estimate.books.ledger.Joules(phase, id) / float64(v.estimate.books.passes))
	}
	e.Total = compareJoules(v.books.phaseJoules(phase), v.estimate.books.phaseJoules(phase))
	e.Following = compareJoules(data.Value(), statistical.Value())
	return e
}

func compareJoules(data, statistical float64) Estimate {
	e := Estimate{DataJ: data, StatisticalJ: statistical}
	if data > 0 {
		error := statistical/data - 1
		e.Error = &error
	}
	return e
}

// sampled is what flows through each kernel for some of a reference's inputs, found
// once.
type sampled struct {
	once   sync.Once
	sample *workload.Sample
	err    error
}

func (r *reference) sample(ctx context.Context, inputs int64) (*workload.Sample, error) {
	r.sampled.once.Do(func() { r.sampled.sample, r.sampled.err = takeSample(ctx, r.work, inputs) })
	return r.sampled.sample, r.sampled.err
}
