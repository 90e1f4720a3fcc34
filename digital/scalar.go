package digital

import (
	"context"
	"fmt"
	"slices"

	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// Granularity is how much one event does.
type Granularity uint8

const (
	Burst Granularity = iota // an event a kernel, load levels from the closed form
	Step                     // an event a step of the innermost loop, load levels from simulated caches
)

// Scalar is a scalar machine with its ledger.
type Scalar struct {
	// KernelDone, if set, is called as kernel k of a run ends, at cycle now:
	// the place to compute its values. An error stops the run.
	KernelDone func(k int, now sim.Cycle) error

	Charges
	core       Config
	memory     *hierarchy
	levels     []string  // their names
	latencies  []float64 // seconds
	outer      int       // levels of the config before them, that a flat memory does not use
	around     bool      // stores go around the caches
	clock      sim.Clock
	components []Component
	account    accounts
	price      []float64 // joules of an instruction, a register access, an addition, an activation
	access     []float64 // of an access of each memory level
	leakage    float64   // watts
	events     int64
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

type levelAccounts struct{ load, store, lineRead, lineFill, back, lineWrite energy.AccountID }

// Pass is what one run of the machine took.
type Pass struct {
	Kernels  []sim.Cycle   // each kernel from start to finish; one follows the other
	Busy     []sim.Cycle   // of each of Components
	Spent    [][]sim.Cycle // by each kernel: by the core on instructions, and on waiting for each level; their sum is its time
	Rounding unit.Second   // of the time, what rounding latencies up to cycles cost
	Waited   []int64       // by each kernel: bits of the lines for which loads wait for the last level
	Loops    []Loops       // of each kernel
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
	core.Lanes = max(core.Lanes, 1)
	if core.Order != auto && !slices.Contains(orders[:], core.Order) {
		return nil, fmt.Errorf("digital: no loop order %q", core.Order)
	}
	s := &Scalar{core: core, memory: memory, around: !mem.WriteAllocate, clock: clock}
	s.openCore(&core)
	used := mem.used()
	s.outer = len(mem.Levels) - len(used)
	for i := range used {
		s.openLevel(&used[i], s.outer+i)
		s.levels, s.latencies = append(s.levels, used[i].Name), append(s.latencies, float64(used[i].Latency))
		s.access = append(s.access, float64(used[i].EnergyPerAccess))
	}
	for _, c := range s.components {
		s.leakage += c.Leakage.Value
	}
	return s, nil
}

func (s *Scalar) openCore(core *Config) {
	open := func(path, action, event string, each model.Figure) energy.AccountID {
		return s.Open(path, action, energy.Compute, event, each)
	}
	// Registers and ALU are within the core, whose leakage and area count them.
	within := func(path string) Component {
		return Component{path, energy.Compute, Single(), Nothing("leakage beside the core's", "W"), Nothing("area beside the core's", "m2"), true}
	}
	s.components = []Component{
		coreComponent: {
			Path: "core", Category: energy.Compute, Instances: Single(),
			Leakage:   model.Given("leakage of the core", "P", float64(core.Leakage), "W", "core.leakage"),
			Area:      model.Given("area of the core", "A", float64(core.Area), "m2", "core.area"),
			AreaKnown: core.Area > 0,
		},
		registersComponent: within("core/registers"),
		aluComponent:       within("core/alu"),
	}
	register := core.Register()
	s.account = accounts{
		issue:    open("core", "issue", "an instruction", core.Instruction()),
		read:     open("core/registers", "read", "an operand or address that an instruction reads from a register, in one lane", register),
		write:    open("core/registers", "write", "a result that an instruction writes to a register, in one lane", register),
		multiply: open("core/alu", "multiply", "a multiplication of an input and a weight", core.Multiply(&workload.Kernel{InputBits: 8})),
		add:      open("core/alu", "add", "an addition of a product to its sum, of two lanes, or one of the loop's instructions", core.Add()),
		activate: open("core/alu", "activate", "an output that is rescaled and clamped", core.Activate()),
	}
	for _, id := range []energy.AccountID{s.account.issue, s.account.read, s.account.add, s.account.activate} {
		s.price = append(s.price, s.Derivation(id).Each.Value)
	}
}

// In is the price of an account in one kernel, if it differs from kernel to
// kernel.
func (s *Scalar) In(k *workload.Kernel, id energy.AccountID) (each model.Figure, varied bool) {
	if id != s.account.multiply || !s.core.modelled() {
		return model.Figure{}, false
	}
	return s.core.Multiply(k), true
}

// openLevel adds the memory level that has an index in the config; one without
// a capacity is off the chip.
func (s *Scalar) openLevel(l *Level, index int) {
	category := energy.Buffer
	if l.Capacity == 0 {
		category = energy.DRAM
	}
	path := "memory/" + l.Name
	given := func(name, symbol string, value float64, base, key string) model.Figure {
		return model.Given(name+" "+l.Name, symbol, value, base, fmt.Sprintf("memory.level[%d].%s", index, key))
	}
	access := given("energy of an access to", "E", float64(l.EnergyPerAccess), "J", "energy_per_access")
	open := func(action, event string) energy.AccountID { return s.Open(path, action, category, event, access) }
	area := given("area of", "A", float64(l.Area), "m2", "area")
	if category == energy.DRAM && l.Area == 0 {
		area = Nothing("area of "+l.Name+", off the chip", "m2")
	}
	s.components = append(s.components, Component{
		Path: path, Category: category, Instances: Single(),
		Leakage:   given("leakage of", "P", float64(l.Leakage), "W", "leakage"),
		Area:      area,
		AreaKnown: l.Area > 0 || category == energy.DRAM,
	})
	s.account.levels = append(s.account.levels, levelAccounts{
		load:      open("load", "an access for a word that the core loads"),
		store:     open("store", "an access for an output that the core stores here"),
		lineRead:  open("line-read", "an access for a part of a line that this level serves"),
		lineFill:  open("line-fill", "an access for a part of a line that a level below serves"),
		back:      open("write-back", "an access for a part of a line that is written back to the level below"),
		lineWrite: open("line-write", "an access for a part of a line that is written back to this level"),
	})
}

// Components lists the machine's parts. Their leakage is for the caller to
// charge, by the time of the pass.
func (s *Scalar) Components() []Component { return s.components }

// Events is how many events the passes so far took.
func (s *Scalar) Events() int64 { return s.events }

// Peak is the most MACs that the core does in a cycle, whatever its memory: a step of all
// lanes takes a multiplication, an addition, two accesses and the loop's instructions.
func (s *Scalar) Peak() float64 {
	return float64(s.core.Lanes) / float64(s.core.CyclesPerInstruction*(4+s.core.LoopInstructions))
}

// Waiting is the bits a cycle that loads get of the last level, which they wait for line
// by line; infinite where they do not.
func (s *Scalar) Waiting() float64 {
	last := &s.memory.levels[len(s.memory.levels)-1]
	return float64(s.memory.line) / float64(last.latency)
}

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
	for i := range r.plans {
		r.pass.Loops = append(r.pass.Loops, s.describe(&r.plans[i]))
	}
	for k, n := range r.served {
		r.pass.Rounding += unit.Second(float64(n) * s.memory.levels[k].rounding)
	}
	return r.pass, nil
}
