package analog

import (
	"fmt"

	"xbar/digital/memory"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/unit"
)

// accounts are the entries of the ledger, one an action.
type accounts struct {
	dramRead, dramWrite, dramWeights                   energy.AccountID
	bufferRead, bufferWrite, bufferLoad, bufferFill    energy.AccountID
	transfer, transferWeights                          []energy.AccountID // of the bus, or of each level of hops
	flit, flitWeights                                  energy.AccountID   // of hops
	inWrite, inRead, outWrite, outRead                 energy.AccountID
	add, apply, operate                                energy.AccountID
	load, drive, read, hold, integrate, shift, correct energy.AccountID
	activate                                           energy.AccountID
	converts                                           map[int]energy.AccountID // by bits of the code
	program, verify, verifyConvert                     energy.AccountID
}

// Component is one kind of component: how many there are, what each leaks and
// covers, and how long they have been busy, summed over all of them.
type Component struct {
	Path      string
	Instances int64
	Leakage   model.Figure // of one
	Area      model.Figure // of one
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

// derivation is why an action costs what it does.
type derivation struct {
	event  string // what happens once for every count
	figure func(kernel int) model.Figure
	varied bool // the energy differs from kernel to kernel

	follows bool // the data, or what stands for it
}

// open adds an account whose every action costs the same.
func (c *Chip) open(component, action string, category energy.Category, event string, each model.Figure) energy.AccountID {
	return c.derive(derivation{event: event, figure: func(int) model.Figure { return each }},
		c.ledger.Open(component, action, category, unit.Joule(each.Value)))
}

// openVaried adds an account whose actions cost what a kernel's moments make of
// them.
func (c *Chip) openVaried(component, action string, category energy.Category, event string, each func(*moments) model.Figure) energy.AccountID {
	figure := func(kernel int) model.Figure { return each(&c.moments[kernel]) }
	return c.derive(derivation{event: event, figure: figure, varied: true},
		c.ledger.Open(component, action, category, unit.Joule(figure(0).Value)))
}

func (c *Chip) derive(d derivation, id energy.AccountID) energy.AccountID {
	c.derivations = append(c.derivations, d)
	return id
}

// price gives every kernel's phase the energies that follow its moments.
func (c *Chip) price() {
	for id, d := range c.derivations {
		if !d.varied {
			continue
		}
		for k := range c.specs {
			c.ledger.Price(c.KernelPhase(k), energy.AccountID(id), unit.Joule(d.figure(k).Value))
		}
	}
}

// openAccounts lays out the ledger. Where values are exact, energies that
// follow the data are booked as joules.
func (c *Chip) openAccounts() {
	m, a := c.machine, &c.accounts
	dram := func(f model.Figure) model.Figure { return f.Under("dram") }
	a.dramRead = c.open("dram", "read", energy.DRAM, "a bit of an input, which comes once however many windows share it, or of what was spilled", dram(m.DRAM.Read()))
	a.dramWrite = c.open("dram", "write", energy.DRAM, "a bit that the global buffer cannot keep", dram(m.DRAM.Write()))
	a.dramWeights = c.open("dram", "read weights", energy.Programming, "a bit of a weight that is loaded", dram(m.DRAM.Read()))
	read, write := c.scaled("global_buffer", m.GlobalBuffer.Read()), c.scaled("global_buffer", m.GlobalBuffer.Write())
	a.bufferRead = c.open("global-buffer", "read", energy.Buffer, "a bit on its way to tiles, for each vector that uses it, or to DRAM", read)
	a.bufferWrite = c.open("global-buffer", "write", energy.Buffer, "a bit from tiles or DRAM", write)
	a.bufferLoad = c.open("global-buffer", "read weights", energy.Programming, "a bit of a weight that is loaded", read)
	a.bufferFill = c.open("global-buffer", "write weights", energy.Programming, "a bit of a weight from DRAM", write)
	c.openNetwork()
	a.inWrite = c.open("tile/input-buffer", "write", energy.Buffer, "a bit of an input, once a tile that needs it", c.scaled("input_buffer", m.InputBuffer.Write()))
	a.inRead = c.open("tile/input-buffer", "read", energy.Buffer, "a bit of an input, for every array that it drives", c.scaled("input_buffer", m.InputBuffer.Read()))
	a.outWrite = c.open("tile/output-buffer", "write", energy.Buffer, "a bit of a finished output or an open sum", c.scaled("output_buffer", m.OutputBuffer.Write()))
	a.outRead = c.open("tile/output-buffer", "read", energy.Buffer, "a bit of a finished output or an open sum", c.scaled("output_buffer", m.OutputBuffer.Read()))
	a.add = c.open("tile/accumulator", "add", energy.Accumulate, "an output, for each row tile after the first", c.scaled("accumulator", m.Accumulator.Add()))
	a.apply = c.open("tile/activation", "apply", energy.Compute, "a finished output", c.scaled("activation", m.Activation.Operation()))
	a.operate = c.open("tile/activation", "operate", energy.Compute, "a step of arithmetic beside the products", c.scaled("activation", m.Activation.Operation()))
	c.openReads()
	shift := &m.ShiftAdd
	a.shift = c.open("tile/array/shift-add", "shift-add", energy.Accumulate, "a conversion", c.scaled("shift_add", shift.Operation()))
	corrected := "an input, and an output, whose weights are stored with an offset or inverted"
	if m.Crossbar.UnitColumn {
		corrected = "an output, from which what its array's unit column reads is taken off"
	}
	a.correct = c.open("tile/array/shift-add", "correct", energy.Accumulate, corrected, c.scaled("shift_add", shift.Correction()))
	c.openProgramming()
	c.openSide()
}

const perDigit = "a used row, in each input slice, in each array that it crosses"

// openReads opens what an activation costs up to the codes.
func (c *Chip) openReads() {
	m, a := c.machine, &c.accounts
	base, slope := m.DAC.Convert()
	base, slope = c.scaled("dac", base), c.scaled("dac", slope)
	row := c.scaled("crossbar", m.Crossbar.Drive())
	cellBase, cellSlope := m.Cell.Read()
	c.dacSlope = slope.Value
	c.cellBase, c.cellSlope = c.scaled("cell", cellBase), c.scaled("cell", cellSlope)
	a.load = c.openByData(m.DAC.GateZeros || slope.Value != 0, "tile/array/dac", "convert", energy.Input, perDigit, byDigits(base, slope), func(k *moments) model.Figure {
		return k.digits(c.gatedShare(k, base), slope)
	})
	a.drive = c.openByData(m.DAC.GateZeros, "tile/array/row", "drive", energy.Input, perDigit, row, func(k *moments) model.Figure { return c.gatedShare(k, row) })
	a.activate = c.open("tile/array", "activate", energy.Input, "an array, in each input slice and row group", c.scaled("crossbar", m.Crossbar.Control()))
	perCell := "a used cell, in each input slice" + c.held()
	if lump, ok := m.Cell.Lumped(); ok {
		lump = c.scaled("cell", lump)
		a.read = c.openByData(m.DAC.GateZeros, "tile/array/cell", "read", energy.Cells, perCell, lump, func(k *moments) model.Figure { return c.gatedShare(k, lump) })
	} else {
		a.read = c.openByData(true, "tile/array/cell", "read", energy.Cells, perCell, c.fromData(), func(k *moments) model.Figure {
			if m.Cell.ByBits() {
				return k.readBits(c.cellSlope)
			}
			return k.read(c.cellBase, c.cellSlope)
		})
	}
	if c.samples() {
		c.openSamples()
	}
	c.openConversions()
}

// byDigits is the energy of a conversion to which the data adds what each unit of a digit
// costs.
func byDigits(base, slope model.Figure) model.Figure {
	if slope.Value == 0 {
		return base
	}
	return model.Figure{
		Name: "energy of a conversion", Equation: "E = {base} + Σ({slope}·|d|), over the data", Value: base.Value, Unit: "J",
		Inputs: []model.Input{model.Derived("base", base), model.Derived("slope", slope)},
	}
}

// samples says whether sums are held before they are read, as analog ones are.
func (c *Chip) samples() bool { return c.machine.Kind != "digital-cim" }

func (c *Chip) openSamples() {
	m, a := c.machine, &c.accounts
	a.hold = c.open("tile/array/sample-hold", "hold", energy.Output, "a column's sum, in each input slice and row group", c.scaled("sample_hold", m.SampleHold.Sample()))
	if c.integrates() {
		each := model.Given("energy of a unit of integration", "E", float64(m.SampleHold.EnergyPerIntegration), "J", "energy_per_integration")
		a.integrate = c.open("tile/array/sample-hold", "integrate", energy.Output, "a column's sum, for each unit of its slice's significance", c.scaled("sample_hold", each))
	}
}

// openByData opens an account of actions that cost exact where values are, and
// else what the moments make of it; follows says whether they make a difference.
func (c *Chip) openByData(follows bool, component, action string, category energy.Category, event string, exact model.Figure, mean func(*moments) model.Figure) energy.AccountID {
	var id energy.AccountID
	if c.values != nil {
		id = c.open(component, action, category, event, exact)
	} else {
		id = c.openVaried(component, action, category, event, mean)
	}
	c.derivations[id].follows = follows
	return id
}

// Follows says whether the energy of an account follows the data.
func (c *Chip) Follows(id energy.AccountID) bool { return c.derivations[id].follows }

// fromData stands for an energy that is summed from the data, read by read: the
// ledger adds it to a price of nothing.
func (c *Chip) fromData() model.Figure {
	if c.machine.Cell.ByBits() {
		return model.Figure{
			Name: "energy of a read", Equation: "E = Σ({slope}·α), over the data", Unit: "J",
			Inputs: []model.Input{model.Derived("slope", c.cellSlope)},
		}
	}
	x := heatOf(c.machine.DAC.TimeCoded())
	return model.Figure{
		Name: "energy of a read", Equation: "E = Σ({base}·" + x + " + {slope}·" + x + "·w), over the data", Unit: "J",
		Inputs: []model.Input{model.Derived("base", c.cellBase), model.Derived("slope", c.cellSlope)},
	}
}

// gatedShare is the mean of an energy that zeros do not cost where they are
// gated.
func (c *Chip) gatedShare(k *moments, e model.Figure) model.Figure {
	if !c.machine.DAC.GateZeros {
		return e
	}
	return k.share(e)
}

// openProgramming opens what writing a cell costs beside the way of its weight.
func (c *Chip) openProgramming() {
	m, a := c.machine, &c.accounts
	times := func(name, key string, n float64, each model.Figure) model.Figure {
		return model.Figure{
			Name: name, Equation: "E = {n}·{E_1}", Value: n * each.Value, Unit: "J",
			Inputs: []model.Input{{Symbol: "n", Value: n, Key: "cell." + key}, model.Derived("E_1", each)},
		}
	}
	a.program = c.open("tile/array/cell", "program", energy.Programming, "a cell that is written, all its pulses"+c.held(),
		times("energy of writing a cell", "pulses", m.Cell.Pulses, c.scaled("cell", m.Cell.Write())))
	a.verify = c.open("tile/array/cell", "verify", energy.Programming, "a cell that is written, all its reads",
		times("energy of reading a cell to verify it", "verify_reads", m.Cell.VerifyReads, c.verifyRead()))
	a.verifyConvert = c.open(c.readout.path, "verify", energy.Programming, "a cell that is written, all its conversions",
		times("energy of converting a cell's level to verify it", "verify_reads", m.Cell.VerifyReads, c.scaled(c.readout.section, c.readout.energy(c.readout.bits))))
}

// verifyRead is one read at full drive of a cell of mean level.
func (c *Chip) verifyRead() model.Figure {
	if lump, ok := c.machine.Cell.Lumped(); ok {
		return c.scaled("cell", lump)
	}
	level, source := c.meanLevelOfAll()
	return model.Figure{
		Name: "energy of a read at full drive", Equation: "E = {base} + {slope}·{⟨w⟩}", Value: c.cellBase.Value + c.cellSlope.Value*level, Unit: "J",
		Inputs: []model.Input{
			model.Derived("base", c.cellBase), model.Derived("slope", c.cellSlope),
			{Symbol: "⟨w⟩", Value: level, Source: source},
		},
	}
}

// meanLevelOfAll is the mean level of the cells of all kernels, and where it
// comes from.
func (c *Chip) meanLevelOfAll() (level float64, source string) {
	var sum, cells float64
	for k := range c.specs {
		s := &c.specs[k]
		n := float64(s.kernel.Inputs()) * float64(s.kernel.M+s.unit*int64(s.grid.ColTiles)) * float64(s.cells)
		cells += n
		if c.values == nil {
			sum += n * c.moments[k].level
			continue
		}
		for _, blocks := range c.values.arrays[k] {
			for _, p := range blocks {
				sum += p.Levels()
			}
		}
	}
	if c.values != nil {
		return sum / cells, "mean of the weights as they are stored"
	}
	return sum / cells, "mean over the kernels: " + c.moments[0].holds()
}

// scaled is an energy of a section's part at the chip's supply.
func (c *Chip) scaled(section string, f model.Figure) model.Figure {
	return c.machine.Supply.Energy(f.Under(section))
}

// integrates says whether samples are integrated, which takes time or energy.
func (c *Chip) integrates() bool {
	s := &c.machine.SampleHold
	return c.samples() && (s.IntegrationTime > 0 || s.EnergyPerIntegration > 0)
}

// bookSamples books samples.
func (c *Chip) bookSamples(w *wave, n int64) {
	if c.samples() {
		c.ledger.Add(w.phase, c.accounts.hold, n)
	}
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
	out := &c.readout
	for k := range c.specs {
		for i := range c.specs[k].stages {
			s := &c.specs[k].stages[i]
			id, open := c.accounts.converts[s.bits]
			if !open {
				action := out.action
				if s.bits != out.bits {
					action = fmt.Sprintf("%s %d bit", action, s.bits)
				}
				id = c.openConversion(action, s.bits)
				c.accounts.converts[s.bits] = id
			}
			s.account = id
		}
	}
}

func (c *Chip) openConversion(action string, bits int) energy.AccountID {
	out := &c.readout
	if out.tree == nil {
		return c.open(out.path, action, out.category, out.event, c.scaled(out.section, out.energy(bits)))
	}
	base, slope := c.scaled(out.section, out.tree.base), c.scaled(out.section, out.tree.slope)
	c.treeSlope = slope.Value / float64(c.activeRows())
	exact := model.Figure{
		Name: "energy of a sum", Equation: "E = {base} + Σ({slope}·α), over the data", Value: base.Value, Unit: "J",
		Inputs: []model.Input{model.Derived("base", base), model.Derived("slope", slope)},
	}
	return c.openByData(true, out.path, action, out.category, out.event, exact, func(k *moments) model.Figure {
		return c.scaled(out.section, out.tree.sum(k.toggle()))
	})
}

// openComponents lists the hardware and opens its leakage accounts.
func (c *Chip) openComponents() {
	m, t, a := c.machine, &c.timings, &c.accounts
	tiles := int64(m.Chip.Tiles)
	arrays := tiles * int64(m.Chip.ArraysPerTile)
	rows, cols := int64(m.Crossbar.LogicalRows()), int64(m.Crossbar.LogicalCols())
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
	given := func(name string, value float64, base, key string) model.Figure {
		return model.Given(name, "P", value, base, key)
	}
	nothing := model.Figure{Name: "area", Equation: "0", Unit: "m2"}
	covers := func(section string) bool { return section != "" && section != "dram" } // a wire lies over its cells, DRAM beside the chip
	list := func(path, section string, n int64, leak, area model.Figure, extra func() sim.Cycle, occupies ...occupation) {
		c.components = append(c.components, Component{
			Path: path, Instances: n, Leakage: c.machine.Supply.Leakage(leak.Under(section)), Area: area.Under(section),
			AreaKnown: !covers(section) || m.Knows(section, "area"), extra: extra, occupies: occupies,
		})
	}
	list("dram", "dram", int64(m.DRAM.Channels), given("background power of a channel", float64(m.DRAM.Leakage), "W", "leakage"), nothing, busyOf(c.dram, c.dramLink))
	buffer := func(path, section string, n int64, b *memory.Buffer) {
		list(path, section, n, b.LeakageEach(m.Written(section)), b.AreaEach(m.Written(section)), none)
	}
	buffer("global-buffer", "global_buffer", 1, &m.GlobalBuffer)
	list("network", "network", 1, m.Network.LeakageEach(m.Written("network")), m.Network.AreaEach(m.Written("network")), c.networkBusy())
	if c.hops != nil {
		list("network/link", "", int64(c.hops.fabric.Wires()), model.Figure{Name: "leakage of a wire", Equation: "0", Unit: "W"}, nothing, c.hops.busy())
	}
	buffer("tile/input-buffer", "input_buffer", tiles, &m.InputBuffer)
	buffer("tile/output-buffer", "output_buffer", tiles, &m.OutputBuffer)
	list("tile/accumulator", "accumulator", tiles, m.Accumulator.LeakageEach(m.Written("accumulator")), m.Accumulator.AreaEach(m.Written("accumulator")), tallied(&c.adding, t.addition))
	list("tile/activation", "activation", tiles, m.Activation.LeakageEach(m.Written("activation")), m.Activation.AreaEach(m.Written("activation")), tallied(&c.operating, t.operation))
	list("tile/array", "crossbar", arrays, given("leakage of an array", float64(m.Crossbar.Leakage), "W", "leakage"),
		model.Given("area of an array beside its cells", "A", float64(m.Crossbar.Area), "m2", "area"), func() sim.Cycle { return c.writing + c.reading })
	list("tile/array/dac", "dac", arrays*rows, m.DAC.LeakageEach(m.Written("dac")), m.DAC.AreaEach(m.Written("dac")), timed(t.front()), occupation{a.load, t.front()})
	list("tile/array/row", "", arrays*rows, model.Figure{Name: "leakage of a wire", Equation: "0", Unit: "W"}, nothing, timed(t.read), occupation{a.drive, t.read})
	list("tile/array/cell", "cell", arrays*int64(m.Crossbar.Rows)*int64(m.Crossbar.Cols), m.Cell.LeakageEach(m.Written("cell")), m.Cell.AreaEach(m.Written("cell")), timed(t.read), occupation{a.read, t.read})
	if c.samples() {
		holding := []occupation{{a.hold, t.sample}}
		if c.integrates() {
			holding = append(holding, occupation{a.integrate, t.integrate})
		}
		list("tile/array/sample-hold", "sample_hold", arrays*cols, given("leakage of a sampler", float64(m.SampleHold.Leakage), "W", "leakage"),
			model.Given("area of a sampler", "A", float64(m.SampleHold.Area), "m2", "area"), timed(t.sample+t.integrate), holding...)
	}
	list(c.readout.path, c.readout.section, arrays*c.readout.perArray, c.readout.leakage, c.readout.area, tallied(&c.converting, t.converting))
	list("tile/array/shift-add", "shift_add", arrays, m.ShiftAdd.LeakageEach(m.Written("shift_add")), m.ShiftAdd.AreaEach(m.Converters(), m.Written("shift_add")), tallied(&c.shifting, t.shiftAdd))
	if c.side != nil {
		pes := int64(m.Digital.Rows) * int64(m.Digital.Cols)
		list("digital/pe", "digital", pes, given("leakage of a PE", float64(m.Digital.Leakage), "W", "leakage"),
			model.Given("area of a PE", "A", float64(m.Digital.Area), "m2", "area"), counted, occupation{c.side.mac, 1})
		list("digital/link", "", 1, model.Figure{Name: "leakage of a wire", Equation: "0", Unit: "W"}, nothing, none)
	}
	list("chip", "chip", 1, given("static power", float64(m.Chip.StaticPower), "W", "static_power"),
		model.Given("static area", "A", float64(m.Chip.StaticArea), "m2", "static_area"), none)
	c.components[len(c.components)-1].AreaKnown = m.Written("chip")("static_area")
	for i := range c.components {
		c.openLeak(&c.components[i])
	}
}

// openLeak opens the account of a component's leakage.
func (c *Chip) openLeak(p *Component) {
	f := model.Figure{
		Name: "leakage in a cycle", Equation: "E = {P}/{f}", Value: p.Leakage.Value / float64(c.machine.Rate()), Unit: "J",
		Inputs: []model.Input{model.Derived("P", p.Leakage), model.Derived("f", c.machine.RateFigure())},
	}
	event := "a busy cycle of one of them, for idle ones are gated"
	if !c.gated(p) {
		event = "a cycle"
		f.Equation, f.Value = "E = {n}·{P}/{f}", f.Value*float64(p.Instances)
		f.Inputs = append(f.Inputs, model.Input{Symbol: "n", Value: float64(p.Instances), Source: "instances on this chip"})
	}
	p.leak = c.open(p.Path, "leak", energy.Static, event, f)
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
