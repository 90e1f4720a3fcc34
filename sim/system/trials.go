package system

import (
	"context"
	"math"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"xbar/crossbar/nonideal"
	"xbar/sim/system/analog"
)

// trials simulates further chips, of which m is the first, so many at once, and says
// how they differ. Chips draw from streams of their own, so that the order in which
// they are done changes nothing.
func (j *job) trials(ctx context.Context, m *Machine, workers int) error {
	n := j.chips()
	if n == 0 || m.Values == nil {
		return nil
	}
	chips := make([]*Machine, n)
	chips[0] = m
	done := counter(j.progress, n)
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(max(1, workers))
	for i := int64(1); i < n; i++ {
		group.Go(func() (err error) {
			one := *j
			one.chip, one.trace, one.progress = i, nil, nil
			chips[i], err = one.simulate(inner)
			done()
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	m.Values.Trials = summary(chips)
	return nil
}

// chips is how many are simulated because they differ; 0 where they do not.
func (j *job) chips() int64 {
	if !j.machine.Random() {
		return 0
	}
	return j.config.Workload.Trials
}

// share has the first chip's progress count for what it is of all.
func (j *job) share() {
	report, n := j.progress, float64(max(1, j.chips()))
	if report != nil && n > 1 {
		j.progress = func(done float64) { report(done / n) }
	}
}

// counter reports a chip that is done, after the first.
func counter(report func(done float64), chips int64) func() {
	var mu sync.Mutex
	done := 1.0
	return func() {
		if report == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		done++
		report(done / float64(chips))
	}
}

func summary(chips []*Machine) *Trials {
	of := func(value func(m *Machine) *float64) *Distribution {
		values := make([]float64, len(chips))
		for i, m := range chips {
			x := value(m)
			if x == nil {
				return nil
			}
			values[i] = *x
		}
		return newDistribution(values)
	}
	t := &Trials{
		Chips:    int64(len(chips)),
		Accuracy: of(func(m *Machine) *float64 { return m.Values.Accuracy }),
		SNRdB:    of(func(m *Machine) *float64 { return m.Values.SNRdB }),
		Clipped:  *of(func(m *Machine) *float64 { x := float64(m.Values.Clipped); return &x }),
		EnergyJ:  *of(func(m *Machine) *float64 { return &m.EnergyJ }),
	}
	for k, layer := range chips[0].Values.Layers {
		t.Layers = append(t.Layers, LayerTrials{layer.Kernel, of(func(m *Machine) *float64 { return m.Values.Layers[k].SNRdB })})
	}
	if t.Accuracy != nil {
		for _, m := range chips {
			t.Accuracies = append(t.Accuracies, *m.Values.Accuracy)
		}
	}
	return t
}

// newDistribution describes some values.
func newDistribution(values []float64) *Distribution {
	d := &Distribution{Least: slices.Min(values), Most: slices.Max(values)}
	d.Mean = floats.Sum(values) / float64(len(values))
	d.Mean95 = Interval{d.Mean, d.Mean}
	if n := float64(len(values)); n > 1 {
		d.Deviation = stat.StdDev(values, nil)
		half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * d.Deviation / math.Sqrt(n)
		d.Mean95 = Interval{d.Mean - half, d.Mean + half}
	}
	return d
}

// wilson is where the share is of which n tries gave p, with 95 % confidence (Wilson,
// JASA 1927).
func wilson(p, n float64) *Interval {
	z := distuv.UnitNormal.Quantile(0.975)
	middle, half := p+z*z/(2*n), z*math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	return &Interval{max(0, (middle-half)/scale), min(1, (middle+half)/scale)}
}

// layers are the kernels' signal-to-noise ratios.
func (j *job) layers(of []analog.Discrepancy) (all []Layer) {
	for k := range of {
		l := Layer{Kernel: j.work.Kernels[k].Name}
		if of[k].Noise > 0 && of[k].Signal > 0 {
			db := 10 * math.Log10(of[k].Signal/of[k].Noise)
			l.SNRdB = &db
		}
		all = append(all, l)
	}
	return all
}

// random is where the chip at hand draws from.
func (j *job) random() nonideal.Stream { return nonideal.NewStream(j.config.Seed, j.chip) }
