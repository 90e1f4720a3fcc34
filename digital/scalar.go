package digital

import (
	"context"

	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// Granularity is how much one event does.
type Granularity uint8

const (
	Burst Granularity = iota // at most maxBlocks events a kernel, load levels from the closed form
	Step                     // an event a MAC, load levels from simulated caches
)

// maxBlocks bounds the events of a kernel in burst mode.
const maxBlocks = 4096

// The instruction kinds and what each does to the register file.
const (
	load = iota
	multiply
	add
	loop
	store
	activate
	instructions
)

var registers = [instructions]struct{ reads, writes int64 }{
	load:     {1, 1},
	multiply: {2, 1},
	add:      {2, 1},
	loop:     {1, 1},
	store:    {2, 0},
	activate: {2, 1},
}

// Scalar is a scalar machine with its ledger.
type Scalar struct {
	// KernelDone, if set, is called as kernel k of a run ends, at cycle now:
	// the place to compute its values. An error stops the run.
	KernelDone func(k int, now sim.Cycle) error

	core       Config
	memory     *hierarchy
	blocks     int64 // maxBlocks, but for tests
	ledger     *energy.Ledger
	components []Component
	account    accounts
	events     int64
}

// Component is a part of the machine as static energy and area see it. There
// is one of each.
type Component struct {
	Path     string
	Category energy.Category
	Leakage  unit.Watt
	Area     unit.SquareMetre // 0: not known
}

// Where the machine's parts stand in Components.
const (
	coreComponent = iota
	registersComponent
	aluComponent
	levelComponent // the first memory level; the others follow
)

type accounts struct {
	issue, read, write, multiply, add, activate energy.AccountID
	levels                                      []levelAccounts
}

type levelAccounts struct{ load, store, lineRead, lineFill energy.AccountID }

// Pass is what one run of the machine took.
type Pass struct {
	Kernels  []sim.Cycle // each kernel from start to finish; one follows the other
	Busy     []sim.Cycle // of each of Components
	Rounding unit.Second // of the time, what rounding latencies up to cycles cost
}

// Cycles is how long the pass took.
func (p *Pass) Cycles() sim.Cycle {
	var sum sim.Cycle
	for _, c := range p.Kernels {
		sum += c
	}
	return sum
}

// NewScalar builds the machine and opens its accounts. It refuses a memory
// whose levels do not grow or do not share one line size.
func NewScalar(core Config, mem Memory, clock sim.Clock) (*Scalar, error) {
	memory, err := newHierarchy(mem, clock)
	if err != nil {
		return nil, err
	}
	s := &Scalar{core: core, memory: memory, blocks: maxBlocks, ledger: &energy.Ledger{}}
	s.openCore(core)
	for _, l := range mem.used() {
		s.openLevel(l)
	}
	return s, nil
}

func (s *Scalar) openCore(core Config) {
	open := func(path, action string, each unit.Joule) energy.AccountID {
		return s.ledger.Open(path, action, energy.Compute, each)
	}
	s.components = []Component{
		{Path: "core", Category: energy.Compute, Leakage: core.Leakage, Area: core.Area},
		{Path: "core/registers", Category: energy.Compute},
		{Path: "core/alu", Category: energy.Compute},
	}
	s.account = accounts{
		issue:    open("core", "issue", core.EnergyPerInstruction),
		read:     open("core/registers", "read", core.EnergyPerRegister),
		write:    open("core/registers", "write", core.EnergyPerRegister),
		multiply: open("core/alu", "multiply", core.EnergyPerMultiply),
		add:      open("core/alu", "add", core.EnergyPerAdd),
		activate: open("core/alu", "activate", core.EnergyPerActivation),
	}
}

// openLevel adds a memory level; one without a capacity is off the chip.
func (s *Scalar) openLevel(l Level) {
	category := energy.Buffer
	if l.Capacity == 0 {
		category = energy.DRAM
	}
	path := "memory/" + l.Name
	open := func(action string) energy.AccountID {
		return s.ledger.Open(path, action, category, l.EnergyPerAccess)
	}
	s.components = append(s.components, Component{path, category, l.Leakage, l.Area})
	s.account.levels = append(s.account.levels, levelAccounts{open("load"), open("store"), open("line-read"), open("line-fill")})
}

// Ledger is where the machine books. A caller that adds accounts of its own
// (static energy) does so before the first Run, which adds a phase a kernel.
func (s *Scalar) Ledger() *energy.Ledger { return s.ledger }

// Components lists the machine's parts. Their leakage is for the caller to
// charge, by the time of the pass.
func (s *Scalar) Components() []Component { return s.components }

// Events is how many events the passes so far took.
func (s *Scalar) Events() int64 { return s.events }

// Run executes one pass of a batch of inputs, kernel after kernel, and adds a
// phase to the ledger for each. It refuses kernels without a size, words
// wider than a line, and passes whose counts would not fit an int64.
func (s *Scalar) Run(ctx context.Context, kernels []workload.Kernel, batch int64, granularity Granularity) (*Pass, error) {
	r, err := s.newRun(ctx, kernels, batch, granularity)
	if err != nil {
		return nil, err
	}
	if err := r.engine.Run(ctx); err != nil {
		return nil, err
	}
	s.events += r.engine.Events()
	for k, n := range r.served {
		r.pass.Rounding += unit.Second(float64(n) * s.memory.levels[k].rounding)
	}
	return r.pass, nil
}
