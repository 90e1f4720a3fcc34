package analog

import (
	"xbar/digital/systolic"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/mapping"
	"xbar/sim/model"
	"xbar/sim/workload"
)

// side is the digital side: an array of PEs at the global buffer. A dynamic kernel
// that is computed there is a wave of its own for each input. It reads both operands
// from the global buffer, fold by fold, and writes what comes of them there; what the
// buffer cannot keep crosses the DRAM in each fold that needs it.
type side struct {
	unit *systolic.Unit
	chip *Chip
	line *line // at work

	operated sim.Cycle // by all activation units, on what came of it

	mac, latch, latchSum, link energy.AccountID
}

// addSide gives the chip its digital side, if it has one.
func (c *Chip) addSide() {
	if !c.machine.HasSide() {
		return
	}
	c.side = &side{chip: c}
	array := c.machine.Digital.Array()
	c.side.unit = systolic.NewUnit("digital", &array, c.engine, c.dram, c.dramLink, c.options.Step, c.side.done)
}

// openSide opens the accounts of the digital side. What it moves is counted in bits.
func (c *Chip) openSide() {
	if c.side == nil {
		return
	}
	d, s := &c.machine.Digital, c.side
	given := func(name, symbol string, value float64, unit, key string) model.Figure {
		return c.scaled("digital", model.Given(name, symbol, value, unit, key))
	}
	latch := given("energy of latching a bit", "e", float64(d.RegisterEnergy), "J/bit", "register_energy")
	s.mac = c.open("digital/pe", "mac", energy.Compute, "a multiplication and the addition to a partial sum",
		given("energy of a MAC", "E", float64(d.EnergyPerMAC), "J", "energy_per_mac"))
	s.latch = c.open("digital/pe", "move operand", energy.Compute, "a bit of an operand that a PE latches", latch)
	s.latchSum = c.open("digital/pe", "move sum", energy.Compute, "a bit of a partial sum that a PE latches", latch)
	s.link = c.open("digital/link", "transfer", energy.Network, "a bit between the global buffer and the PEs",
		given("energy of a bit's way", "e", float64(d.LinkEnergy), "J/bit", "link_energy"))
}

// start computes the kernel of a line.
func (s *side) start(l *line) {
	s.line = l
	s.unit.Start(l.spec.kernel, s.chip.outside(l.planned))
}

// outside is what of a kernel's numbers, for one input, the global buffer keeps.
// Sums are given the whole buffer, as in [Chip.overflow].
func (c *Chip) outside(p *planned) systolic.Outside {
	k, kernel := &p.spec.kernel, p.plan.Kernel
	o := systolic.Inside()
	o.Input = kept(c.spills[kernel], k.L*k.Inputs()*int64(k.InputBits), o.Input)
	o.Output = kept(c.spills[kernel+1], k.L*k.Outputs()*int64(k.OutputBits), o.Output)
	o.Fresh = kernel == 0
	if k.Cache != workload.NoCache {
		o.Weight = kept(c.cacheSpill, k.Products()*k.N*k.M*int64(k.WeightBits), o.Weight)
	}
	if capacity := int64(c.machine.GlobalBuffer.Capacity); k.L*k.M*p.spec.sumBits > capacity {
		o.Sum = capacity
	}
	return o
}

// kept is how many of so many bits stay, or all that there can be where all do.
func kept(s mapping.Share, bits, all int64) int64 {
	if s.Part == 0 {
		return all
	}
	return bits - s.Of(bits, 1, 0).Bits(0)
}

// done books a kernel and goes on to the next wave.
func (s *side) done() error {
	c, l := s.chip, s.line
	m, k, a := s.unit.Moved(), &l.spec.kernel, &c.accounts
	book := func(id energy.AccountID, n int64) { c.ledger.Add(l.phase, id, n) }
	x, w := int64(k.InputBits), int64(k.WeightBits)
	in := m.ReadInput*x + m.ReadWeight*w + m.ReadSum*m.SumBits
	out := m.Finished*int64(k.OutputBits) + (m.WriteSum-m.Finished)*m.SumBits
	book(s.mac, m.MACs)
	book(s.latch, m.LatchedInput*x+m.LatchedWeight*w)
	book(s.latchSum, m.LatchedSum*m.SumBits)
	book(s.link, in+out)
	book(a.bufferRead, in+m.ToDRAM)
	book(a.bufferWrite, out+m.FromDRAM)
	book(a.dramRead, m.FromDRAM)
	book(a.dramWrite, m.ToDRAM)
	if k.Activation {
		book(a.apply, m.Finished)
	}
	if t := s.operating(); t > 0 {
		c.activation.alone.Request(0, t, c.self, evComputed, 0, 0)
		return nil
	}
	return s.computed()
}

// operating is how long the activation units of all tiles work on what came of the
// kernel, each on as much: it is in the global buffer.
func (s *side) operating() sim.Cycle {
	c, spec := s.chip, s.line.spec
	n := spec.operations(spec.kernel.L * spec.kernel.Outputs())
	lanes := int64(c.machine.Activation.Lanes) * int64(c.machine.Chip.Tiles)
	if c.timings.operation == 0 || n == 0 {
		return 0
	}
	s.operated = times(ceilDiv(n, int64(c.machine.Activation.Lanes)), c.timings.operation)
	c.operating = plus(c.operating, s.operated)
	return times(ceilDiv(n, lanes), c.timings.operation)
}

// computed goes on to the next wave.
func (s *side) computed() error { return s.chip.ended(s.line) }
