package system

import (
	"context"
	"strings"

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
	leaks := openLeaks(machine, m.RateFigure())
	if p.Pass, err = machine.Run(ctx, kernels, batch, granularity); err != nil {
		return nil, err
	}
	leaks.charge(p.Kernels)
	return p, p.ledger.Check()
}

// runScalar steps a scalar machine through the workload.
func (j *job) runScalar(ctx context.Context) (*Machine, error) {
	p, err := runScalarPass(ctx, j.machine, j.machine.Scalar, j.machine.Memory, j.work.Kernels, j.batch(), j.granularity())
	if err != nil {
		return nil, err
	}
	m, err := j.digitalResult(ctx, &digitalPass{p.machine, p.clock, p.Busy, p.Kernels, p.Rounding})
	if err != nil {
		return nil, err
	}
	j.evidence.stages = j.scalarStages(p.machine)
	j.evidence.timing = func() timing { return j.scalarTiming(p) }
	var levels []string
	for _, c := range p.machine.Components() {
		if strings.HasPrefix(c.Path, "memory/") {
			levels = append(levels, c.Path)
		}
	}
	m.bind(func(k int) (going, float64) { return scalarGoing(p.Spent[k], levels), float64(p.Kernels[k]) })
	m.Roofline = newRoofline(m, p.machine.Peak(), p.machine.Waiting(), func(k int) float64 { return float64(p.Waited[k]) })
	m.fillLoads(p.Loops)
	m.Notes = append(m.Notes, loopNotes(m.Kernels, p.Loops)...)
	return m, nil
}
