package system

import (
	"context"

	"xbar/configs"
	"xbar/digital"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// scalarPass is a finished pass of a scalar machine.
type scalarPass struct {
	*digital.Pass
	machine *digital.Scalar
	ledger  *energy.Ledger
	clock   sim.Clock
	leaks   []energy.AccountID
}

// runScalarPass builds a scalar machine and runs one pass on it. Every pass is
// like the first: which level serves a load follows from the kernel alone.
func runScalarPass(ctx context.Context, m *configs.Machine, core digital.Config, memory digital.Memory, kernels []workload.Kernel, batch int64, granularity digital.Granularity) (*scalarPass, error) {
	clock, err := sim.NewClock(unit.Exact(m.Clock))
	if err != nil {
		return nil, err
	}
	machine, err := digital.NewScalar(core, memory, clock)
	if err != nil {
		return nil, err
	}
	p := &scalarPass{machine: machine, ledger: machine.Ledger(), clock: clock}
	for _, c := range machine.Components() {
		each := unit.Joule(float64(c.Leakage) / float64(m.Clock))
		p.leaks = append(p.leaks, p.ledger.Open(c.Path, "leak", energy.Static, each))
	}
	if p.Pass, err = machine.Run(ctx, kernels, batch, granularity); err != nil {
		return nil, err
	}
	for k, cycles := range p.Kernels {
		for _, leak := range p.leaks {
			p.ledger.Add(k, leak, int64(cycles))
		}
	}
	return p, p.ledger.Check()
}

// runScalar steps a scalar machine through the workload.
func (j *job) runScalar(ctx context.Context) (*Machine, error) {
	granularity := digital.Burst
	if j.config.Granularity == "step" {
		granularity = digital.Step
	}
	p, err := runScalarPass(ctx, j.machine, j.machine.Scalar, j.machine.Memory, j.work.Kernels, j.batch(), granularity)
	if err != nil {
		return nil, err
	}
	m := &Machine{
		Name: j.machine.Name, Kind: j.machine.Kind, ClockHz: float64(j.machine.Clock), PassesMeasured: 1,
		Cycles: int64(p.Cycles()), Seconds: p.clock.Seconds(p.Cycles()), MACs: j.macs(), Events: p.machine.Events(),
		RoundingSeconds: float64(p.Rounding),
	}
	b := books{p.ledger, 0, p.ledger.Phases() - 1, 1}
	b.fill(m, j.scalarParts(p))
	for k, kernel := range j.work.Kernels {
		m.Kernels = append(m.Kernels, Kernel{
			Name: kernel.Name, L: kernel.L * j.batch(), N: kernel.N, M: kernel.M,
			Cycles: int64(p.Kernels[k]), EnergyJ: b.phaseJoules(k),
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

func (j *job) scalarParts(p *scalarPass) []part {
	var parts []part
	for i, c := range p.machine.Components() {
		parts = append(parts, part{path: c.Path, instances: 1, busy: int64(p.Busy[i]), area: float64(c.Area), areaKnown: c.Area > 0})
	}
	return parts
}
