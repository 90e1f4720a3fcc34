package analog

import (
	"fmt"

	"xbar/configs"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/unit"
)

// accounts are the entries of the ledger, one an action.
type accounts struct {
	dramRead, dramWrite, dramWeights                   energy.AccountID
	bufferRead, bufferWrite, bufferLoad, bufferFill    energy.AccountID
	transfer, transferWeights                          energy.AccountID
	inWrite, inRead, outWrite, outRead                 energy.AccountID
	add, apply                                         energy.AccountID
	load, drive, read, hold, integrate, shift, correct energy.AccountID
	converts                                           map[int]energy.AccountID // by bits of the code
	program, verify, verifyConvert                     energy.AccountID
}

// Component is one kind of component: how many there are, what each leaks and
// covers, and how long they have been busy, summed over all of them.
type Component struct {
	Path      string
	Instances int64
	Leakage   unit.Watt
	Area      unit.SquareMetre
	AreaKnown bool

	leak     energy.AccountID
	occupies []occupation
	extra    func() sim.Cycle // busy cycles that no account counts; nil: it has no time of its own
	busy     int64            // in the measured passes
	total    int64            // since the start of the run, at the last kernel boundary
}

// occupation says that each action of an account keeps the component busy.
type occupation struct {
	account energy.AccountID
	cycles  sim.Cycle
}

// openAccounts lays out the ledger. Where values are exact, cell energies
// follow the data and are booked as joules.
func (c *Chip) openAccounts() {
	m, l, a := c.machine, c.ledger, &c.accounts
	bit := func(e unit.JoulePerBit) unit.Joule { return unit.Joule(e) }
	density := 1.0 // with gated zeros, statistics count every drive at the mean price
	if m.DAC.GateZeros && c.values == nil {
		density = c.statistics.InputDensity
	}
	scaled := func(e unit.Joule) unit.Joule { return unit.Joule(float64(e) * density) }
	row := unit.Joule(float64(m.Crossbar.RowCapacitance) * float64(m.Crossbar.DriveVoltage) * float64(m.Crossbar.DriveVoltage))

	a.dramRead = l.Open("dram", "read", energy.DRAM, bit(m.DRAM.ReadEnergy))
	a.dramWrite = l.Open("dram", "write", energy.DRAM, bit(m.DRAM.WriteEnergy))
	a.dramWeights = l.Open("dram", "read weights", energy.Programming, bit(m.DRAM.ReadEnergy))
	a.bufferRead = l.Open("global-buffer", "read", energy.Buffer, bit(m.GlobalBuffer.ReadEnergy))
	a.bufferWrite = l.Open("global-buffer", "write", energy.Buffer, bit(m.GlobalBuffer.WriteEnergy))
	a.bufferLoad = l.Open("global-buffer", "read weights", energy.Programming, bit(m.GlobalBuffer.ReadEnergy))
	a.bufferFill = l.Open("global-buffer", "write weights", energy.Programming, bit(m.GlobalBuffer.WriteEnergy))
	a.transfer = l.Open("network", "transfer", energy.Network, bit(m.Network.Energy))
	a.transferWeights = l.Open("network", "transfer weights", energy.Programming, bit(m.Network.Energy))
	a.inWrite = l.Open("tile/input-buffer", "write", energy.Buffer, bit(m.InputBuffer.WriteEnergy))
	a.inRead = l.Open("tile/input-buffer", "read", energy.Buffer, bit(m.InputBuffer.ReadEnergy))
	a.outWrite = l.Open("tile/output-buffer", "write", energy.Buffer, bit(m.OutputBuffer.WriteEnergy))
	a.outRead = l.Open("tile/output-buffer", "read", energy.Buffer, bit(m.OutputBuffer.ReadEnergy))
	a.add = l.Open("tile/accumulator", "add", energy.Accumulate, m.Accumulator.EnergyPerAdd)
	a.apply = l.Open("tile/activation", "apply", energy.Compute, m.Activation.EnergyPerOperation)
	a.load = l.Open("tile/array/dac", "convert", energy.Input, scaled(m.DAC.EnergyPerConversion))
	a.drive = l.Open("tile/array/row", "drive", energy.Input, scaled(row))
	a.read = l.Open("tile/array/cell", "read", energy.Cells, c.cellReadEnergy(density))
	a.hold = l.Open("tile/array/sample-hold", "hold", energy.Output, m.SampleHold.EnergyPerSample)
	if c.integrates() {
		a.integrate = l.Open("tile/array/sample-hold", "integrate", energy.Output, m.SampleHold.EnergyPerIntegration)
	}
	c.openConversions()
	a.shift = l.Open("tile/array/shift-add", "shift-add", energy.Accumulate, m.ShiftAdd.EnergyPerOperation)
	a.correct = l.Open("tile/array/shift-add", "correct", energy.Accumulate, m.ShiftAdd.EnergyPerCorrection)
	a.program = l.Open("tile/array/cell", "program", energy.Programming, unit.Joule(m.Cell.Pulses)*m.Cell.WriteEnergy)
	a.verify = l.Open("tile/array/cell", "verify", energy.Programming, unit.Joule(m.Cell.VerifyReads)*c.verifyReadEnergy())
	a.verifyConvert = l.Open("tile/array/adc", "verify", energy.Programming, unit.Joule(m.Cell.VerifyReads)*m.ADC.Conversion())
}

// integrates says whether samples are integrated, which takes time or energy.
func (c *Chip) integrates() bool {
	s := &c.machine.SampleHold
	return s.IntegrationTime > 0 || s.EnergyPerIntegration > 0
}

// bookIntegration books units of integration.
func (c *Chip) bookIntegration(w *wave, units int64) {
	if c.integrates() {
		c.ledger.Add(w.phase, c.accounts.integrate, units)
	}
}

// openConversions opens an account for each number of bits that conversions
// have.
func (c *Chip) openConversions() {
	c.accounts.converts = map[int]energy.AccountID{}
	full := c.machine.ADC.Resolution
	for k := range c.specs {
		for i := range c.specs[k].stages {
			s := &c.specs[k].stages[i]
			id, open := c.accounts.converts[s.bits]
			if !open {
				action := "convert"
				if s.bits != full {
					action = fmt.Sprintf("convert %d bit", s.bits)
				}
				id = c.ledger.Open("tile/array/adc", action, energy.Output, c.machine.ADC.Conversion())
				c.accounts.converts[s.bits] = id
			}
			s.account = id
		}
	}
}

// lumped reports whether a cell's read energy is given rather than derived
// from V²·G·t.
func lumped(m *configs.Machine) bool {
	_, given := m.Provenance["cell.read_energy"]
	return given
}

// fullReadEnergy is V²·G_on·t_read.
func (c *Chip) fullReadEnergy(g unit.Siemens) float64 {
	cell := &c.machine.Cell
	return float64(cell.ReadVoltage) * float64(cell.ReadVoltage) * float64(g) * float64(cell.ReadTime)
}

// cellReadEnergy is what the ledger charges each read of a cell: the lumped
// value, or V²·G·t at the mean conductance and mean square drive. With exact
// values the latter is booked from the data instead.
func (c *Chip) cellReadEnergy(density float64) unit.Joule {
	cell := &c.machine.Cell
	if lumped(c.machine) {
		return unit.Joule(float64(cell.ReadEnergy) * density)
	}
	if c.values != nil {
		return 0
	}
	mean := cell.GOff + unit.Siemens(c.statistics.WeightMean)*(cell.GOn-cell.GOff)
	return unit.Joule(c.statistics.InputMeanSquare * c.fullReadEnergy(mean))
}

// verifyReadEnergy is one read at full drive of a cell of mean level.
func (c *Chip) verifyReadEnergy() unit.Joule {
	cell := &c.machine.Cell
	if lumped(c.machine) {
		return cell.ReadEnergy
	}
	mean := cell.GOff + unit.Siemens(c.statistics.WeightMean)*(cell.GOn-cell.GOff)
	return unit.Joule(c.fullReadEnergy(mean))
}

// openComponents lists the hardware and opens its leakage accounts.
func (c *Chip) openComponents() {
	m, t, a := c.machine, &c.timings, &c.accounts
	tiles := int64(m.Chip.Tiles)
	arrays := tiles * int64(m.Chip.ArraysPerTile)
	rows, cols := int64(m.Crossbar.LogicalRows()), int64(m.Crossbar.LogicalCols())
	given := func(section string) bool { _, ok := m.Provenance[section+".area"]; return ok }
	var (
		none    func() sim.Cycle                // no time of its own
		counted = func() sim.Cycle { return 0 } // all of it by accounts
	)
	timed := func(latency sim.Cycle) func() sim.Cycle {
		if latency == 0 {
			return none
		}
		return counted
	}
	tallied := func(busy *sim.Cycle, latency sim.Cycle) func() sim.Cycle {
		if latency == 0 {
			return none
		}
		return func() sim.Cycle { return *busy }
	}
	list := func(path string, known bool, n int64, leak unit.Watt, area unit.SquareMetre, extra func() sim.Cycle, occupies ...occupation) {
		c.components = append(c.components, Component{
			Path: path, Instances: n, Leakage: leak, Area: area, AreaKnown: known, extra: extra, occupies: occupies,
		})
	}
	list("dram", true, int64(m.DRAM.Channels), m.DRAM.Leakage, 0, busyOf(c.dram, c.dramLink))
	list("global-buffer", given("global_buffer"), 1, m.GlobalBuffer.Leakage, m.GlobalBuffer.Area, none)
	list("network", given("network"), 1, m.Network.Leakage, m.Network.Area, busyOf(c.network, c.networkLink))
	list("tile/input-buffer", given("input_buffer"), tiles, m.InputBuffer.Leakage, m.InputBuffer.Area, none)
	list("tile/output-buffer", given("output_buffer"), tiles, m.OutputBuffer.Leakage, m.OutputBuffer.Area, none)
	list("tile/accumulator", given("accumulator"), tiles, m.Accumulator.Leakage, m.Accumulator.Area, tallied(&c.adding, t.addition))
	list("tile/activation", given("activation"), tiles, m.Activation.Leakage, m.Activation.Area, none)
	list("tile/array", given("crossbar"), arrays, m.Crossbar.Leakage, m.Crossbar.Area, func() sim.Cycle { return c.writing + c.reading })
	list("tile/array/dac", given("dac"), arrays*rows, m.DAC.Leakage, m.DAC.Area, timed(t.front()), occupation{a.load, t.front()})
	list("tile/array/row", true, arrays*rows, 0, 0, timed(t.read), occupation{a.drive, t.read})
	list("tile/array/cell", given("cell"), arrays*rows*cols, m.Cell.Leakage, m.Cell.Area, timed(t.read), occupation{a.read, t.read})
	holding := []occupation{{a.hold, t.sample}}
	if c.integrates() {
		holding = append(holding, occupation{a.integrate, t.integrate})
	}
	list("tile/array/sample-hold", given("sample_hold"), arrays*cols, m.SampleHold.Leakage, m.SampleHold.Area, timed(t.sample+t.integrate), holding...)
	converter, known := m.ADC.Area, given("adc")
	if m.ADC.Modelled() && !known {
		converter, known = m.ADC.Regression().Area(), true
	}
	list("tile/array/adc", known, arrays*int64(m.ADC.PerArray), m.ADC.Leakage, converter, tallied(&c.converting, t.converting))
	list("tile/array/shift-add", given("shift_add"), arrays, m.ShiftAdd.Leakage, m.ShiftAdd.Area, tallied(&c.shifting, t.shiftAdd))
	list("chip", m.Provenance["chip.static_area"] != (configs.Origin{}), 1, m.Chip.StaticPower, m.Chip.StaticArea, none)
	for i := range c.components {
		p := &c.components[i]
		watts := float64(p.Leakage)
		if !c.gated(p) {
			watts *= float64(p.Instances)
		}
		p.leak = c.ledger.Open(p.Path, "leak", energy.Static, unit.Joule(watts/float64(m.Clock)))
	}
}

// gated reports whether a component leaks only while it is busy. What has no
// time of its own (buffers, the chip, a medium without a limit, a stage of no
// latency) is never idle for sure, so it leaks throughout. Programming is the
// array's busy time: its cells and converters are not counted as awake for it.
func (c *Chip) gated(p *Component) bool { return c.machine.Chip.PowerGating && p.extra != nil }

// busyOf is a medium's busy time; without a limit to its bandwidth it has none.
func busyOf(r *sim.Resource, l sim.Link) func() sim.Cycle {
	if l.Unlimited() {
		return nil
	}
	return func() sim.Cycle { return r.BusyCycles() }
}

// busyNow is a component's busy cycles since the start of the run.
func (c *Chip) busyNow(p *Component) int64 {
	if p.extra == nil {
		return 0
	}
	n := int64(p.extra())
	for _, o := range p.occupies {
		n += c.ledger.Total(o.account) * int64(o.cycles)
	}
	return n
}
