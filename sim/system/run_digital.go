package system

import (
	"context"

	"xbar/digital"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/unit"
)

// leaks charges the static power of a digital machine's components, each for
// the whole time of every kernel.
type leaks struct {
	ledger   *energy.Ledger
	clock    unit.Hertz
	accounts []energy.AccountID
}

// open adds the account of a component that leaks so much, over all its
// instances.
func (l *leaks) open(path string, power unit.Watt) {
	each := unit.Joule(float64(power) / float64(l.clock))
	l.accounts = append(l.accounts, l.ledger.Open(path, "leak", energy.Static, each))
}

// charge books the cycles of each kernel, which are the ledger's phases.
func (l *leaks) charge(kernels []sim.Cycle) {
	for k, cycles := range kernels {
		for _, account := range l.accounts {
			l.ledger.Add(k, account, int64(cycles))
		}
	}
}

// digitalPass is a finished pass of a machine that computes in integers and
// every pass of which is like the first. The ledger's phases are its kernels.
type digitalPass struct {
	ledger   *energy.Ledger
	clock    sim.Clock
	parts    []part
	kernels  []sim.Cycle // one follows the other
	rounding unit.Second
	events   int64
}

func (j *job) granularity() digital.Granularity {
	if j.config.Granularity == "step" {
		return digital.Step
	}
	return digital.Burst
}

func (j *job) digitalResult(ctx context.Context, p *digitalPass) (*Machine, error) {
	var cycles sim.Cycle
	for _, c := range p.kernels {
		cycles += c
	}
	m := &Machine{
		Name: j.machine.Name, Kind: j.machine.Kind, ClockHz: float64(j.machine.Clock), PassesMeasured: 1,
		Cycles: int64(cycles), Seconds: p.clock.Seconds(cycles), MACs: j.macs(), Events: p.events,
		RoundingSeconds: float64(p.rounding),
	}
	b := books{p.ledger, 0, p.ledger.Phases() - 1, 1}
	b.fill(m, p.parts)
	for k, kernel := range j.work.Kernels {
		m.Kernels = append(m.Kernels, Kernel{
			Name: kernel.Name, L: kernel.L * j.batch(), N: kernel.N, M: kernel.M,
			Cycles: int64(p.kernels[k]), EnergyJ: b.phaseJoules(k),
		})
	}
	m.rate(j.batch(), j.config.Inferences, 0)
	if j.work.Values != nil {
		outputs, err := j.reference.outputs(ctx)
		if err != nil {
			return nil, err
		}
		if m.Values, err = j.reference.compare(ctx, outputs, 0); err != nil {
			return nil, err
		}
		m.Notes = append(m.Notes, "computes in integers: its outputs are the reference")
	}
	if j.progress != nil {
		j.progress(1)
	}
	return m, nil
}
