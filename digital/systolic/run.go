package systolic

import (
	"xbar/digital"
	"xbar/sim"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// run is one pass in progress, kernel after kernel.
type run struct {
	core
	machine *Machine
	plans   []plan
	pass    *Pass
	kernel  int
	looked  *looked // nil: nobody looks on
}

// newRun plans a pass and schedules its start.
func (m *Machine) newRun(kernels []workload.Kernel, batch int64, granularity digital.Granularity) (*run, error) {
	plans, err := m.plans(kernels, batch)
	if err != nil {
		return nil, err
	}
	r := &run{
		machine: m, plans: plans,
		core: core{engine: sim.New(), channel: m.channel, step: granularity == digital.Step, loadsAhead: m.loadsAhead(), unskipped: m.unskipped},
		pass: &Pass{
			Kernels: make([]sim.Cycle, len(kernels)), Stalls: make([]sim.Cycle, len(kernels)),
			Spent: make([]Spent, len(kernels)),
			Busy:  make([]sim.Cycle, len(m.components)),
		},
	}
	r.id = r.engine.Register("array", &r.core)
	r.dram = r.engine.NewResource("dram", 1)
	r.unit = r.engine.NewResource("activation", 1)
	r.operating = m.operating
	r.done = r.finish
	r.next()
	return r, nil
}

// next begins the next kernel, if there is one.
func (r *run) next() {
	if r.kernel < len(r.plans) {
		r.start(&r.plans[r.kernel])
	}
}

// exposedLoads is how long the array would load, and not stream, if neither the DRAM
// nor the activation unit were ever late.
func (r *run) exposedLoads(p *plan) sim.Cycle {
	if r.loadsAhead {
		return sim.Cycle(p.R)
	}
	return sim.Cycle(r.tally[loadCycles])
}

// finish books a kernel and starts the next.
func (r *run) finish() error {
	m, p, t := r.machine, r.plan, &r.tally
	took := r.engine.Now() - r.from
	r.pass.Kernels[r.kernel] = took
	r.pass.Stalls[r.kernel] = took - sim.Cycle(t[streamCycles]) - r.exposedLoads(p)
	r.pass.Spent[r.kernel] = Spent{
		Streaming: sim.Cycle(t[streamCycles]), Loading: r.exposedLoads(p),
		DRAM: sim.Cycle(t[dramCycles]), Activation: sim.Cycle(t[operateCycles]),
	}
	r.pass.Busy[peComponent] += sim.Cycle(t[macs])
	r.pass.Busy[activationComponent] += sim.Cycle(t[operateCycles])
	r.pass.Busy[dramComponent] += sim.Cycle(t[dramCycles]) * sim.Cycle(m.cfg.DRAM.Channels)
	if b := m.cfg.DRAM.Bandwidth; b > 0 {
		exact := float64(t[bitsIn]+t[bitsOut]) / (float64(b) * float64(m.cfg.DRAM.Channels))
		r.pass.Rounding += unit.Second(max(0, m.clock.Seconds(sim.Cycle(t[dramCycles]))-exact))
	}
	r.pass.Rounding += unit.Second(float64(t[operateCycles]) * m.late)
	t[operated] = p.batch * p.kernel.Beside.Operations
	t[operands] = p.batch * p.kernel.Beside.Operands
	t[results] = p.batch * p.kernel.Beside.Results
	m.book(p, t)
	if r.looked != nil {
		r.looked.kernel(took)
	}
	r.kernel++
	r.next()
	return nil
}
