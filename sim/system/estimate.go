package system

import (
	"context"
	"sync"

	"xbar/sim/energy"
	"xbar/sim/workload"
)

// An estimate is what statistical values make of a kernel whose numbers are known: the
// same passes of the same machine, with moments in the place of data. Beside it stands
// what one energy an action would have, the same in all kernels, as tools have it whose
// energies are fixed: the mean of the data, which is the best one and known only
// afterwards.
//
//	error = (E of moments − E of data) / E of data
//	E fixed = Σ over actions: count × (E of all kernels / their count)

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
	fixed := j.evidence.fixedEnergies()
	for k := range j.work.Kernels {
		m.Values.Energy = append(m.Values.Energy, j.evidence.compared(k, m.Kernels[k].Name, fixed))
	}
	return nil
}

// fixedEnergies are, of the actions that follow the data, the means over all kernels.
func (v *evidence) fixedEnergies() map[energy.AccountID]float64 {
	fixed := map[energy.AccountID]float64{}
	for id := range v.books.ledger.Accounts() {
		id := energy.AccountID(id)
		if !v.estimate.follows(id) {
			continue
		}
		var joules energy.Sum
		var count int64
		for phase := v.books.first; phase <= v.books.last; phase++ {
			joules.Add(v.books.ledger.Joules(phase, id))
			count += v.books.ledger.Count(phase, id)
		}
		if count > 0 {
			fixed[id] = joules.Value() / float64(count)
		}
	}
	return fixed
}

// compared is a kernel's energy by the data, by moments and by fixed energies.
func (v *evidence) compared(k int, name string, fixed map[energy.AccountID]float64) EnergyEstimate {
	phase := v.books.first + k
	var data, statistical, same energy.Sum
	for id := range v.books.ledger.Accounts() {
		id := energy.AccountID(id)
		if !v.estimate.follows(id) {
			continue
		}
		data.Add(v.books.ledger.Joules(phase, id) / float64(v.books.passes))
		statistical.Add(v.estimate.books.ledger.Joules(phase, id) / float64(v.estimate.books.passes))
		same.Add(float64(v.books.ledger.Count(phase, id)) * fixed[id] / float64(v.books.passes))
	}
	total := v.books.phaseJoules(phase)
	return EnergyEstimate{
		Kernel:    name,
		Total:     compareJoules(total, v.estimate.books.phaseJoules(phase)).beside(total - data.Value() + same.Value()),
		Following: compareJoules(data.Value(), statistical.Value()).beside(same.Value()),
	}
}

func compareJoules(data, statistical float64) Estimate {
	return Estimate{DataJ: data, StatisticalJ: statistical, Error: deviation(statistical, data)}
}

// beside adds what fixed energies have.
func (e Estimate) beside(fixed float64) Estimate {
	e.FixedJ, e.FixedError = &fixed, deviation(fixed, e.DataJ)
	return e
}

// deviation is relative; nil where there is nothing to compare with.
func deviation(joules, data float64) *float64 {
	if data <= 0 {
		return nil
	}
	error := joules/data - 1
	return &error
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
