package systolic

import (
	"context"
	"fmt"
	"math/big"
	"math/bits"

	"xbar/digital"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/trace"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// Machine is a systolic array, its buffers and its DRAM, with their ledger.
type Machine struct {
	digital.Charges
	cfg        Config
	role       role
	clock      sim.Clock
	channel    sim.Link  // all DRAM channels: transfers are striped over them
	operation  sim.Cycle // of a lane of the activation unit
	late       float64   // seconds that rounding adds to a cycle of it
	components []digital.Component
	entries    []entry
	events     int64
	unskipped  bool // for tests: burst simulates every chunk
	recorder   *trace.Recorder
}

// Where the machine's parts stand in Components.
const (
	peComponent         = 0
	activationComponent = 4
	dramComponent       = 5
)

// entry is an account of the ledger: which count of a kernel's tally it takes,
// and, where actions move words, what a bit of one costs, in J.
type entry struct {
	id    energy.AccountID
	count tensor
	width tensor // whose words
	bit   float64
	words bool
}

// Pass is what one run of the machine took. A PE is busy for a cycle with each
// MAC, so busy cycles over cycles and instances are MACs/(cycles·R·C); buffers
// have no time of their own.
type Pass struct {
	Kernels  []sim.Cycle // each kernel from start to finish; one follows the other
	Stalls   []sim.Cycle // how many of those there are because DRAM and activation unit are not faster
	Busy     []sim.Cycle // of each of Components, over all its instances
	Spent    []Spent     // what was busy in each kernel
	Crossed  []int64     // bits of each kernel that crossed the DRAM
	Rounding unit.Second // of the time, what rounding transfers and operations up to cycles cost, at most
}

// Spent is for how long a kernel had the machine's parts at work. The array either
// streams or is loaded; DRAM and activation unit go on beside it.
type Spent struct{ Streaming, Loading, DRAM, Activation sim.Cycle }

// Cycles is how long the pass took.
func (p *Pass) Cycles() sim.Cycle {
	var sum sim.Cycle
	for _, c := range p.Kernels {
		sum += c
	}
	return sum
}

// New builds the machine and opens its accounts. It refuses a bandwidth whose
// ratio to the clock cannot be counted with, and a latency of too many cycles. It panics on an unknown dataflow.
func New(cfg Config, clock sim.Clock) (*Machine, error) {
	role, known := roles[cfg.Array.Dataflow]
	if !known {
		panic("systolic: unknown dataflow " + cfg.Array.Dataflow)
	}
	var channel sim.Link
	if cfg.DRAM.Bandwidth != 0 {
		var err error
		total := new(big.Rat).Mul(unit.Exact(cfg.DRAM.Bandwidth), big.NewRat(int64(cfg.DRAM.Channels), 1))
		if channel, err = clock.Link(total); err != nil {
			return nil, fmt.Errorf("dram.bandwidth = %v: %w", cfg.DRAM.Bandwidth, err)
		}
	}
	m := &Machine{cfg: cfg, role: role, clock: clock, channel: channel}
	latency := unit.Exact(cfg.Activation.Latency)
	var err error
	if m.operation, err = clock.Cycles(latency); err != nil {
		return nil, fmt.Errorf("activation.latency = %v: %w", cfg.Activation.Latency, err)
	}
	if m.operation > 0 {
		m.late = clock.Rounding(latency) / float64(m.operation)
	}
	m.listComponents()
	m.openAccounts()
	return m, nil
}

// book charges a kernel as a phase of its own.
func (m *Machine) book(p *plan, t *tally) {
	ledger := m.Ledger()
	phase := ledger.AddPhase(p.kernel.Name)
	for _, e := range m.entries {
		n := t[e.count]
		ledger.Add(phase, e.id, n)
		ledger.AddData(phase, e.id, float64(n*p.width[e.width])*e.bit)
	}
}

// operating is how long the activation unit works on what leaves with a chunk: on each
// output where the kernel has an activation, and on their share, in whole steps, of
// what is computed beside the product.
func (m *Machine) operating(p *plan, c *chunk) sim.Cycle {
	if m.operation == 0 {
		return 0
	}
	k := &p.kernel
	hi, lo := bits.Mul64(uint64(c.store), uint64(k.Beside.Operations))
	share, rest := bits.Div64(hi, lo, uint64(k.L*k.Outputs()))
	n := int64(share)
	if rest > 0 {
		n++
	}
	if k.Activation {
		n += c.store
	}
	return sim.Cycle(ceilDiv(n, int64(m.cfg.Activation.Lanes))) * m.operation
}

// loadsAhead reports whether the PEs hold a second tile.
func (m *Machine) loadsAhead() bool {
	return m.cfg.Array.OverlapWeightLoad && m.role.loads()
}

// Trace has a recorder look at the next pass, which then goes through every chunk.
func (m *Machine) Trace(r *trace.Recorder) { m.recorder = r }

// Components lists the machine's parts. Their leakage is for the caller to
// charge, by the time of the pass.
func (m *Machine) Components() []digital.Component { return m.components }

// Events is how many events the passes so far took.
func (m *Machine) Events() int64 { return m.events }

// Run executes one pass of a batch of inputs, kernel after kernel, and adds a
// phase to the ledger for each. It refuses kernels without a size, kernels
// whose tiles do not fit half of a buffer, and passes whose counts would not
// fit an int64.
func (m *Machine) Run(ctx context.Context, kernels []workload.Kernel, batch int64, granularity digital.Granularity) (*Pass, error) {
	r, err := m.newRun(kernels, batch, granularity)
	if err != nil {
		return nil, err
	}
	looked := m.watch(r)
	err = r.engine.Run(ctx)
	m.events += r.engine.Events()
	if err != nil {
		return nil, err
	}
	if looked != nil {
		if err := looked.finish(); err != nil {
			return nil, err
		}
	}
	return r.pass, nil
}
