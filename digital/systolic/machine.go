package systolic

import (
	"context"
	"fmt"
	"math/big"

	"xbar/digital"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// Machine is a systolic array, its buffers and its DRAM, with their ledger.
type Machine struct {
	cfg        Config
	role       role
	clock      sim.Clock
	channel    sim.Link // all DRAM channels: transfers are striped over them
	ledger     *energy.Ledger
	components []Component
	entries    []entry
	events     int64
	unskipped  bool // for tests: burst simulates every chunk
}

// Component is a part of the machine as static energy and area see it.
type Component struct {
	Path      string
	Category  energy.Category
	Instances int64
	Leakage   unit.Watt        // of one instance
	Area      unit.SquareMetre // of one instance; 0: not known, or off the chip
}

// Where the machine's parts stand in Components.
const (
	peComponent   = 0
	dramComponent = 5
)

// entry is an account of the ledger: which count of a kernel's tally it takes,
// and what a bit of one word costs, where actions move words.
type entry struct {
	id    energy.AccountID
	count tensor
	width tensor // whose words
	each  unit.JoulePerBit
}

// Pass is what one run of the machine took. A PE is busy for a cycle with each
// MAC, so busy cycles over cycles and instances are MACs/(cycles·R·C); buffers
// and activation have no time of their own.
type Pass struct {
	Kernels  []sim.Cycle // each kernel from start to finish; one follows the other
	Stalls   []sim.Cycle // how many of those there are because the DRAM is not faster
	Busy     []sim.Cycle // of each of Components, over all its instances
	Rounding unit.Second // of the time, what rounding transfers up to cycles cost, at most
}

// Cycles is how long the pass took.
func (p *Pass) Cycles() sim.Cycle {
	var sum sim.Cycle
	for _, c := range p.Kernels {
		sum += c
	}
	return sum
}

// New builds the machine and opens its accounts. It refuses a bandwidth whose
// ratio to the clock cannot be counted with. It panics on an unknown dataflow.
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
	m := &Machine{cfg: cfg, role: role, clock: clock, channel: channel, ledger: &energy.Ledger{}}
	m.components = []Component{
		peComponent:   {"pe", energy.Compute, int64(cfg.Array.Rows) * int64(cfg.Array.Cols), cfg.PE.Leakage, cfg.PE.Area},
		1:             {"input-buffer", energy.Buffer, 1, cfg.InputBuffer.Leakage, cfg.InputBuffer.Area},
		2:             {"weight-buffer", energy.Buffer, 1, cfg.WeightBuffer.Leakage, cfg.WeightBuffer.Area},
		3:             {"output-buffer", energy.Buffer, 1, cfg.OutputBuffer.Leakage, cfg.OutputBuffer.Area},
		4:             {"activation", energy.Compute, 1, cfg.Activation.Leakage, cfg.Activation.Area},
		dramComponent: {"dram", energy.DRAM, int64(cfg.DRAM.Channels), cfg.DRAM.Leakage, 0},
	}
	m.openAccounts()
	return m, nil
}

// openAccounts opens an account for each action. Actions that move words are
// counted in words; their joules follow the words' width.
func (m *Machine) openAccounts() {
	fixed := func(path, action string, count tensor, each unit.Joule) {
		id := m.ledger.Open(path, action, energy.Compute, each)
		m.entries = append(m.entries, entry{id: id, count: count})
	}
	words := func(path, action string, category energy.Category, count, width tensor, each unit.JoulePerBit) {
		id := m.ledger.Open(path, action, category, 0)
		m.entries = append(m.entries, entry{id, count, width, each})
	}
	pe, dram := m.cfg.PE, m.cfg.DRAM
	in, weights, out := m.cfg.InputBuffer, m.cfg.WeightBuffer, m.cfg.OutputBuffer

	fixed("pe", "mac", macs, pe.EnergyPerMAC)
	words("pe", "move input", energy.Compute, moved+input, input, pe.RegisterEnergy)
	words("pe", "move weight", energy.Compute, moved+weight, weight, pe.RegisterEnergy)
	words("pe", "move sum", energy.Compute, moved+sum, sum, pe.RegisterEnergy)
	words("input-buffer", "read", energy.Buffer, read+input, input, in.ReadEnergy)
	words("input-buffer", "fill", energy.Buffer, fetched+input, input, in.WriteEnergy)
	words("input-buffer", "keep", energy.Buffer, kept, output, in.WriteEnergy)
	words("weight-buffer", "read", energy.Buffer, read+weight, weight, weights.ReadEnergy)
	words("weight-buffer", "fill", energy.Buffer, fetched+weight, weight, weights.WriteEnergy)
	words("output-buffer", "write", energy.Buffer, written, sum, out.WriteEnergy)
	words("output-buffer", "read", energy.Buffer, read+sum, sum, out.ReadEnergy)
	words("output-buffer", "store", energy.Buffer, taken, sum, out.ReadEnergy)
	words("output-buffer", "spill", energy.Buffer, spilled, sum, out.ReadEnergy)
	words("output-buffer", "fill", energy.Buffer, fetched+sum, sum, out.WriteEnergy)
	fixed("activation", "apply", applied, m.cfg.Activation.EnergyPerOperation)
	words("dram", "read inputs", energy.DRAM, fetched+input, input, dram.ReadEnergy)
	words("dram", "read weights", energy.DRAM, fetched+weight, weight, dram.ReadEnergy)
	words("dram", "read partial sums", energy.DRAM, fetched+sum, sum, dram.ReadEnergy)
	words("dram", "write partial sums", energy.DRAM, spilled, sum, dram.WriteEnergy)
	words("dram", "write outputs", energy.DRAM, stored, output, dram.WriteEnergy)
}

// book charges a kernel as a phase of its own.
func (m *Machine) book(p *plan, t *tally) {
	phase := m.ledger.AddPhase(p.kernel.Name)
	for _, e := range m.entries {
		n := t[e.count]
		m.ledger.Add(phase, e.id, n)
		m.ledger.AddData(phase, e.id, float64(n*p.width[e.width])*float64(e.each))
	}
}

// loadsAhead reports whether the PEs hold a second tile.
func (m *Machine) loadsAhead() bool {
	return m.cfg.Array.OverlapWeightLoad && m.role.loads()
}

// Ledger is where the machine books. A caller that adds accounts of its own
// (static energy) does so before the first Run, which adds a phase a kernel.
func (m *Machine) Ledger() *energy.Ledger { return m.ledger }

// Components lists the machine's parts. Their leakage is for the caller to
// charge, by the time of the pass.
func (m *Machine) Components() []Component { return m.components }

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
	err = r.engine.Run(ctx)
	m.events += r.engine.Events()
	if err != nil {
		return nil, err
	}
	return r.pass, nil
}
