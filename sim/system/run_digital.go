package system

import (
	"context"
	"slices"

	"xbar/digital"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// digitalMachine is what the scalar and the systolic machine have in common.
type digitalMachine interface {
	Open(component, action string, category energy.Category, event string, each model.Figure) energy.AccountID
	Derivation(id energy.AccountID) digital.Derivation
	Ledger() *energy.Ledger
	Components() []digital.Component
	Events() int64
}

// leaks charges the static power of a digital machine's components, each for
// the whole time of every kernel.
type leaks struct {
	ledger   *energy.Ledger
	accounts []energy.AccountID
}

// openLeaks opens an account for each of a machine's components, over all its
// instances.
func openLeaks(machine digitalMachine, clock model.Figure) *leaks {
	l := &leaks{ledger: machine.Ledger()}
	for _, c := range machine.Components() {
		l.accounts = append(l.accounts, machine.Open(c.Path, "leak", energy.Static, "a cycle", model.Figure{
			Name: "leakage in a cycle", Equation: "E = {n}·{P}/{f}", Value: c.Instances.Value * c.Leakage.Value / clock.Value, Unit: "J",
			Inputs: []model.Input{model.Derived("n", c.Instances), model.Derived("P", c.Leakage), model.Derived("f", clock)},
		}))
	}
	return l
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
	machine  digitalMachine
	clock    sim.Clock
	busy     []sim.Cycle // of each of the machine's components
	kernels  []sim.Cycle // one follows the other
	rounding unit.Second
}

func (p *digitalPass) parts() []part {
	var parts []part
	for i, c := range p.machine.Components() {
		parts = append(parts, part{c.Path, int64(c.Instances.Value), int64(p.busy[i]), c.Area.Value, c.AreaKnown})
	}
	return parts
}

// evidence keeps what the numbers come from.
func (p *digitalPass) evidence(b books, clock model.Figure, kernels []workload.Kernel) evidence {
	v := evidence{books: b, clock: clock, derive: func(id energy.AccountID, kernel int) (event string, each model.Figure, varied bool) {
		d := p.machine.Derivation(id)
		if each, varied := p.in(&kernels[kernel], id); varied {
			return d.Event, each, true
		}
		return d.Event, d.Each, false
	}}
	for _, c := range p.machine.Components() {
		v.areas = append(v.areas, areaFigure{c.Path, int64(c.Instances.Value), c.AreaKnown, c.Area})
	}
	return v
}

// in is the price of an account in one kernel, on machines where it differs from
// kernel to kernel.
func (p *digitalPass) in(k *workload.Kernel, id energy.AccountID) (each model.Figure, varied bool) {
	if m, ok := p.machine.(interface {
		In(k *workload.Kernel, id energy.AccountID) (model.Figure, bool)
	}); ok {
		return m.In(k, id)
	}
	return model.Figure{}, false
}

// doubts lists, each once, the models that are used outside of what they hold
// for.
func (p *digitalPass) doubts(kernels []workload.Kernel) []string {
	var all []string
	add := func(f model.Figure) {
		for _, doubt := range f.Warnings() {
			if !slices.Contains(all, doubt) {
				all = append(all, doubt)
			}
		}
	}
	for id := range p.machine.Ledger().Accounts() {
		add(p.machine.Derivation(energy.AccountID(id)).Each)
		for k := range kernels {
			each, _ := p.in(&kernels[k], energy.AccountID(id))
			add(each)
		}
	}
	for _, c := range p.machine.Components() {
		add(c.Area)
	}
	return all
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
		Cycles: int64(cycles), Seconds: p.clock.Seconds(cycles), MACs: j.macs(), Events: p.machine.Events(),
		RoundingSeconds: float64(p.rounding),
	}
	ledger := p.machine.Ledger()
	b := books{ledger, 0, ledger.Phases() - 1, 1}
	b.fill(m, p.parts())
	for k, kernel := range j.work.Kernels {
		r := newKernel(&kernel, j.batch())
		r.Cycles, r.Seconds, r.EnergyJ = int64(p.kernels[k]), p.clock.Seconds(p.kernels[k]), b.phaseJoules(k)
		r.Categories = b.phaseCategories(k)
		m.Kernels = append(m.Kernels, r)
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
	j.limit(m)
	m.Notes = append(m.Notes, p.doubts(j.work.Kernels)...)
	j.evidence = p.evidence(b, j.machine.RateFigure(), j.work.Kernels)
	if j.progress != nil {
		j.progress(1)
	}
	return m, nil
}
