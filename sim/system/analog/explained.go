package analog

import (
	"fmt"
	"math"

	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/unit"
)

// VectorTimes is what one vector takes of each part of the chip on its way through a
// kernel. Vectors follow each other through the parts, so that the one which takes
// longest sets the pace.
type VectorTimes struct {
	Vectors int64  // in a wave, of the copy that has most
	Copies  int64  // that share the kernel's vectors
	Waves   int64  // in a pass: how often vectors go through, each time with other weights; the times are of the first
	Parts   []Time // in the order in which they come, without those that take no time
}

// LoadTimes is what loading a kernel's weights takes.
type LoadTimes struct {
	Once  float64 // tiles before the first inference, or that the first pass loads beside those of every one
	Tiles float64 // in a pass
	Rows  int64   // of cells in the first tile
	Fetch Time    // of a row from the DRAM
	Carry Time    // over the network
	Write Time    // into its cells
	Tile  Time    // of a tile that has the DRAM and the network for itself
}

// Medium is what data moves over.
type Medium struct {
	Component string
	About     string       // how transfers share it
	Servers   int64        // channels or links
	Bandwidth model.Figure // of each; of a medium without a limit, nothing
	Traffic   model.Figure // how long what crosses in a pass would keep all of them busy
}

// kernelPlan is where a kernel stands in the plan.
type kernelPlan struct {
	first      *planned // of its waves in the measured passes
	waves      int64    // in one of them
	load       *load    // the first that is no append
	once, warm int64    // tiles of the preload, and of a pass that is not measured
	loaded     int64    // of the measured passes
}

// kernelPlans goes through the plan of a chip that has run.
func (c *Chip) kernelPlans() []kernelPlan {
	all := make([]kernelPlan, len(c.specs))
	for i := range c.waves {
		w := &c.waves[i]
		p := &all[w.plan.Kernel]
		if w.phase < firstKernelPhase {
			continue
		}
		if p.first == nil {
			p.first = w
		}
		if w.pass == p.first.pass {
			p.waves++
		}
	}
	for i := range c.loads {
		l := &c.loads[i]
		w := &c.waves[l.wave]
		p := &all[w.plan.Kernel]
		switch {
		case l.appends:
			continue
		case w.phase == preloadPhase:
			p.once++
		case w.phase == warmUpPhase:
			p.warm++
		default:
			p.loaded++
		}
		if p.load == nil {
			p.load = l
		}
	}
	return all
}

// KernelTimes says what a vector of each kernel takes, and what loading its weights
// does; nil where there are none. It is for a chip that has run.
func (c *Chip) KernelTimes() (vectors []*VectorTimes, loads []*LoadTimes) {
	for _, p := range c.kernelPlans() {
		vectors = append(vectors, c.vectorTimes(&p))
		loads = append(loads, c.loadTimes(&p))
	}
	return vectors, loads
}

func (c *Chip) vectorTimes(p *kernelPlan) *VectorTimes {
	if p.first == nil || p.first.spec.digital || p.first.copies() == 0 {
		return nil
	}
	if c.hops != nil {
		c.hops.vectors.Reset()
	}
	l := line{planned: p.first, lanes: make([]lane, p.first.copies())}
	l.alone()
	c.workOutLane(&l, 0)
	w := &l.lanes[0].wave
	v := &VectorTimes{Vectors: w.count, Copies: int64(len(l.lanes)), Waves: p.waves}
	read := w.input.Total(w.vectors) + w.inSpill.Total(w.vectors) + w.sumSpill.Total(w.vectors)
	stored := w.outSpill.Total(w.vectors) + w.partSpill.Total(w.vectors)
	m := c.machine
	parts := []Time{
		c.crossing("bits that come from it for a vector, on average", float64(read)/float64(w.vectors)),
		c.carrying(w, toTiles, "bits of a vector's inputs, and of sums of waves before", w.inBits),
		c.timeOfDriving(w), c.timeOfReading(w), c.timeOfShifting(w),
		c.carrying(w, betweenTiles, "bits of a vector's sums from tile to tile", w.foreign),
		c.inLanes("tile/accumulator", "time of adding a vector's sums", "additions of the tile that has most", "accumulator.lanes", w.addMost, m.Accumulator.Lanes, c.unitTime("accumulator", "an addition", m.Accumulator.Latency), w.addTime),
		c.inLanes("tile/activation", "time of operations on a vector's outputs", "operations of the tile that has most", "activation.lanes", w.operateMost, m.Activation.Lanes, c.unitTime("activation", "an operation", m.Activation.Latency), w.operateTime),
		c.carrying(w, toBuffer, "bits of a vector's outputs, and of sums for later waves", w.outBits+w.partBits),
		c.crossing("bits that go to it of a vector, on average", float64(stored)/float64(w.vectors)),
	}
	if c.hops != nil {
		parts = append(parts, c.hops.busiestLink(w))
	}
	for _, t := range parts {
		if t.Cycles > 0 {
			v.Parts = append(v.Parts, t)
		}
	}
	return v
}

func number(symbol string, n int64, source string) model.Input {
	return model.Input{Symbol: symbol, Value: float64(n), Source: source}
}

// unitTime is a latency at the chip's supply.
func (c *Chip) unitTime(section, what string, latency unit.Second) model.Figure {
	return c.machine.Supply.Time(model.Given("time of "+what, "t", float64(latency), "s", "latency").Under(section))
}

// crossing is a transfer between DRAM and chip, over one channel.
func (c *Chip) crossing(what string, bits float64) Time {
	f := model.Over("time of a transfer", model.Bits(bits, what), model.Bandwidth("dram", float64(c.machine.DRAM.Bandwidth)))
	return Time{"dram", f, c.dramLink.Cycles(int64(math.Ceil(bits)))}
}

// carrying is a stage of a vector on the network: of a network of hops, the message
// that takes longest.
func (c *Chip) carrying(w *wave, stage int, what string, bits int64) Time {
	if c.hops == nil {
		return c.onBus(what, bits)
	}
	var longest Time
	for i := range w.trips[stage].messages {
		m := &w.trips[stage].messages[i]
		if longest.Cycles == 0 || m.Latency > longest.Cycles {
			longest = c.hops.onWay(what+", of the message that takes longest", m.Bits, m.Latency)
		}
	}
	return longest
}

func (c *Chip) onBus(what string, bits int64) Time {
	f := model.Over("time of a transfer on the bus", model.Bits(float64(bits), what), model.Bandwidth("network", float64(c.machine.Network.Bandwidth)))
	return Time{"network", c.machine.Supply.Time(f), c.networkLink.Cycles(bits)}
}

// onWay is a message that nothing waits for, which takes so many cycles.
func (h *hops) onWay(what string, bits int64, latency sim.Cycle) Time {
	f, n := h.fabric, &h.chip.machine.Network
	router := model.Given("time of a message's head in a router", "r", float64(n.RouterLatency), "s", "router_latency").Under("network")
	if f.Hop() == 0 {
		return Time{"network", router, latency}
	}
	behind := f.Cycles(bits) - f.Cycles(int64(n.Flit))
	links := float64((latency - behind) / f.Hop())
	inputs := []model.Input{
		{Symbol: "h", Value: links, Source: "routers and links on its way"}, model.Derived("r", router),
	}
	all := model.Figure{Name: "time of a message", Equation: "t = {h}·{r}", Value: links * router.Value, Unit: "s", Inputs: inputs}
	if !h.chip.networkLink.Unlimited() {
		flit := h.flitTime().Latency
		flits := math.Ceil(float64(bits) / float64(n.Flit))
		all.Equation, all.Value = "t = {h}·({r} + {τ}) + (⌈{b}/{w}⌉ − 1)·{τ}", links*(router.Value+flit.Value)+(flits-1)*flit.Value
		all.Inputs = append(all.Inputs, model.Derived("τ", flit),
			model.Input{Symbol: "b", Value: float64(bits), Unit: "bit", Source: what},
			model.Input{Symbol: "w", Value: float64(n.Flit), Unit: "bit", Key: "network.flit"})
	}
	return Time{"network", h.chip.machine.Supply.Time(all), latency}
}

// busiestLink is for how long the link is busy with a vector that passes most of it.
func (h *hops) busiestLink(w *wave) Time {
	busy, most := map[*sim.Resource]sim.Cycle{}, sim.Cycle(0)
	for i := range w.trips {
		for j := range w.trips[i].messages {
			h.vectors.Busy(&w.trips[i].messages[j], func(link *sim.Resource, cycles sim.Cycle) {
				busy[link] += cycles
				most = max(most, busy[link])
			})
		}
	}
	if most == 0 {
		return Time{}
	}
	flit := h.flitTime()
	n := float64(most) / (float64(h.chip.machine.Network.Flit) * h.chip.networkLink.PerBit())
	f := model.Figure{
		Name: "time of a vector's flits on the link that passes most", Equation: "t = {n}·{τ}", Value: n * flit.Latency.Value, Unit: "s",
		Inputs: []model.Input{{Symbol: "n", Value: n, Source: "flits of a vector over that link, each message's in whole cycles"}, model.Derived("τ", flit.Latency)},
	}
	return Time{"network/link", h.chip.machine.Supply.Time(f), most}
}

// slice is what an input slice takes until its sums are held.
func (c *Chip) slice() model.Figure {
	m := c.machine
	load := m.DAC.Load().Under("dac")
	read := model.Given("length of the read pulse", "t", float64(m.Cell.ReadTime), "s", "cell.read_time")
	sample := model.Given("time of a sample", "t", float64(m.SampleHold.Latency), "s", "sample_hold.latency")
	f := model.Figure{
		Name: "time of a slice", Equation: "t = {t_l} + {t_r} + {t_s}", Value: load.Value + read.Value + sample.Value, Unit: "s",
		Inputs: []model.Input{model.Derived("t_l", load), model.Derived("t_r", read), model.Derived("t_s", sample)},
	}
	if c.timings.pulsed { // the pulses of a digit are what reads it
		f.Equation, f.Value = "t = max({t_l}, {t_r}) + {t_s}", math.Max(load.Value, read.Value)+sample.Value
	}
	if !c.samples() {
		f.Equation, f.Value, f.Inputs = "t = {t_l} + {t_r}", load.Value+read.Value, f.Inputs[:2]
	}
	return m.Supply.Time(f)
}

// busiest is the group of arrays that a vector keeps busy for longest.
func (w *wave) busiest(of func(g *group) sim.Cycle) *group {
	most := &w.groups[0]
	for i := range w.groups {
		if of(&w.groups[i]) > of(most) {
			most = &w.groups[i]
		}
	}
	return most
}

// rowGroupsOf is G of an array.
func (c *Chip) rowGroupsOf(g *group) model.Input {
	rows, active := g.blocks[0].rows, c.activeRows()
	if g.blocks[0].count != 1 || g.blocks[1].rows > 0 || ceilDiv(rows, active) != g.rowGroups {
		return number("G", g.rowGroups, "times that rows of the array which has most are driven, as many at once as crossbar.active_rows")
	}
	at := number("a", active, "all rows of the array, for crossbar.active_rows is not given")
	if c.machine.Crossbar.ActiveRows > 0 {
		at = model.Input{Symbol: "a", Value: float64(active), Key: "crossbar.active_rows"}
	}
	return model.Derived("G", model.Figure{
		Name: "row groups of the array that has most", Equation: "G = ⌈{r}/{a}⌉", Value: float64(g.rowGroups),
		Inputs: []model.Input{number("r", rows, "rows of it that are driven"), at},
	})
}

// timeOfDriving is for how long a vector keeps the drivers of an array busy.
func (c *Chip) timeOfDriving(w *wave) Time {
	g := w.busiest(func(g *group) sim.Cycle { return g.each.driving })
	s, slice := w.spec, c.slice()
	groups := c.rowGroupsOf(g)
	f := model.Figure{
		Name: "time of driving a vector's slices", Equation: "t = {G}·{T}·{t_1}", Value: groups.Value * float64(s.slices) * slice.Value, Unit: "s",
		Inputs: []model.Input{
			groups, number("T", s.slices, fmt.Sprintf("slices of an input of %d bits, by dac.bits and dac.phases", s.kernel.InputBits)),
			model.Derived("t_1", slice),
		},
	}
	if c.integrates() {
		units := int64(0)
		for i := range s.stages {
			units += s.stages[i].steps
		}
		each := c.machine.Supply.Time(model.Given("time of a unit of integration", "t_i", float64(c.machine.SampleHold.IntegrationTime), "s", "sample_hold.integration_time"))
		f.Equation, f.Value = "t = {G}·({T}·{t_1} + {u}·{t_i})", groups.Value*(float64(s.slices)*slice.Value+float64(units)*each.Value)
		f.Inputs = append(f.Inputs, number("u", units, "units of integration, by the significance of the slices"), model.Derived("t_i", each))
	}
	return Time{"tile/array/row", f, g.each.driving}
}

// timeOfReading is for how long a vector keeps the converters of an array busy.
func (c *Chip) timeOfReading(w *wave) Time {
	g := w.busiest(func(g *group) sim.Cycle { return g.each.converting })
	groups, out := c.rowGroupsOf(g), &c.readout
	per := model.Input{Symbol: "n", Value: float64(out.perArray), Key: out.section + ".per_array"}
	if !c.machine.Written(out.section)("per_array") {
		per = number("n", out.perArray, "one for each of the array's columns, for "+out.section+".per_array is not given")
	}
	f := model.Figure{
		Name: "time of converting a vector's sums", Unit: "s",
		Inputs: []model.Input{groups, number("c", g.converted, "sums of the array that has most, in each conversion of an input"), per},
	}
	one := math.Ceil(float64(g.converted) / float64(out.perArray))
	sum, kinds := "", 0
	conversions := map[int]int64{} // by bits
	for i := range w.spec.stages {
		conversions[w.spec.stages[i].bits]++
	}
	for i := range w.spec.stages {
		bits := w.spec.stages[i].bits
		n := conversions[bits]
		if n == 0 {
			continue
		}
		conversions[bits] = 0
		each := out.interval(bits)
		if whole := out.time(bits); whole.Value < each.Value { // the next one need not wait for longer
			each = whole
		}
		each = c.machine.Supply.Time(each.Under(out.section))
		kinds++
		k := fmt.Sprintf("_%d", kinds)
		if kinds > 1 {
			sum += " + "
		}
		sum += "{p" + k + "}·{t" + k + "}"
		f.Value += groups.Value * one * float64(n) * each.Value
		f.Inputs = append(f.Inputs, number("p"+k, n, "such conversions of an input"), model.Derived("t"+k, each))
	}
	f.Equation = "t = {G}·⌈{c}/{n}⌉·(" + sum + ")"
	return Time{out.path, f, g.each.converting}
}

// timeOfShifting is for how long a vector keeps the shift-add of an array busy.
func (c *Chip) timeOfShifting(w *wave) Time {
	g := w.busiest(func(g *group) sim.Cycle { return g.each.shifting })
	each := c.unitTime("shift_add", "a shift-add", c.machine.ShiftAdd.Latency)
	return Time{"tile/array/shift-add", model.Figure{
		Name: "time of shifting and adding a vector's codes", Equation: "t = {n}·{t_1}", Value: float64(g.reads) * each.Value, Unit: "s",
		Inputs: []model.Input{number("n", g.reads, "row groups × conversions of an input, in the array that has most"), model.Derived("t_1", each)},
	}, g.each.shifting}
}

// inLanes is so many operations, as many at once as there are lanes.
func (c *Chip) inLanes(component, name, what, key string, n int64, lanes int, each model.Figure, cycles sim.Cycle) Time {
	return Time{component, model.Figure{
		Name: name, Equation: "t = ⌈{n}/{l}⌉·{t_1}", Value: math.Ceil(float64(n)/float64(lanes)) * each.Value, Unit: "s",
		Inputs: []model.Input{number("n", n, what), {Symbol: "l", Value: float64(lanes), Key: key}, model.Derived("t_1", each)},
	}, cycles}
}

// loadTimes is what loads of a kernel take, by its first tile.
func (c *Chip) loadTimes(p *kernelPlan) *LoadTimes {
	if p.load == nil {
		return nil
	}
	l := p.load
	t := &LoadTimes{Tiles: float64(p.loaded) / float64(c.measured.Passes), Rows: l.rows, Write: c.writeTime(&l.row)}
	t.Once = float64(p.once) + max(0, float64(p.warm)-t.Tiles)
	const what = "bits of a row's weights"
	t.Fetch = c.crossing(what, float64(l.row.bits))
	if !l.dram {
		t.Fetch = Time{Component: "dram", Latency: model.Figure{Name: "time of a transfer, for activations are on the chip", Equation: "0", Unit: "s"}}
	}
	if c.hops == nil {
		t.Carry = c.onBus(what, l.row.bits)
	} else {
		way := c.hops.parcel(l.array/c.machine.Chip.ArraysPerTile, l.row.bits)
		t.Carry = c.hops.onWay(what, l.row.bits, way.latency)
	}
	t.Tile = t.tile(l.rows)
	return t
}

// tile is so many rows like the first: while one is written, the next is fetched.
func (t *LoadTimes) tile(rows int64) Time {
	fetch, carry, write := t.Fetch.Latency.Value, t.Carry.Latency.Value, t.Write.Latency.Value
	way := t.Fetch.Cycles + t.Carry.Cycles
	return Time{"tile/array", model.Figure{
		Name: "time of loading a tile", Equation: "t = {t_f} + {t_c} + ({r} − 1)·max({t_w}, {t_f} + {t_c}) + {t_w}", Unit: "s",
		Value: fetch + carry + float64(rows-1)*math.Max(write, fetch+carry) + write,
		Inputs: []model.Input{
			model.Derived("t_f", t.Fetch.Latency), model.Derived("t_c", t.Carry.Latency),
			number("r", rows, "rows of cells in the kernel's first tile; the last may hold fewer"), model.Derived("t_w", t.Write.Latency),
		},
		Holds: "a tile that has the DRAM and the network for itself",
	}, plus(way+t.Write.Cycles, times(rows-1, max(t.Write.Cycles, way)))}
}

// writeTime is what a row of cells takes.
func (c *Chip) writeTime(r *loadRow) Time {
	return Time{"tile/array", c.machine.Supply.Time(c.rowFigure("time of writing a row", number("c", r.cells, "cells of a row that hold weights"))), r.write}
}

// rowFigure is ⌈cells/parallelism⌉ · pulses · (t_write + t_verify).
func (c *Chip) rowFigure(name string, cells model.Input) model.Figure {
	m := c.machine
	at := float64(m.Crossbar.WriteParallelism)
	verify := m.Verify(int64(min(cells.Value, at)))
	return model.Figure{
		Name: name, Equation: "t = ⌈{" + cells.Symbol + "}/{p}⌉·{n}·({t_w} + {t_v})", Unit: "s",
		Value: math.Ceil(cells.Value/at) * m.Cell.Pulses * (float64(m.Cell.WriteTime) + verify.Value),
		Inputs: []model.Input{
			cells, {Symbol: "p", Value: at, Key: "crossbar.write_parallelism"},
			{Symbol: "n", Value: m.Cell.Pulses, Key: "cell.pulses"},
			{Symbol: "t_w", Value: float64(m.Cell.WriteTime), Unit: "s", Key: "cell.write_time"},
			model.Derived("t_v", verify),
		},
	}
}

// Media are the DRAM and the network, and what crosses them in a pass: count says how
// often an account was charged in one.
func (c *Chip) Media(count func(id energy.AccountID) float64) []Medium {
	m, a := c.machine, &c.accounts
	channels := model.Input{Symbol: "n", Value: float64(m.DRAM.Channels), Key: "dram.channels"}
	dram := NewMedium("dram", "a transfer takes a channel, and its bits over the bandwidth, rounded up to a cycle",
		count(a.dramRead)+count(a.dramWrite)+count(a.dramWeights), float64(m.DRAM.Bandwidth), channels)
	if c.hops != nil {
		return []Medium{dram, c.hops.medium(count)}
	}
	bus := NewMedium("network", "one transfer at a time, its bits over the bandwidth, rounded up to a cycle; what several tiles need crosses once",
		count(a.transfer[0])+count(a.transferWeights[0])-float64(c.bitsBeside()), float64(m.Network.Bandwidth), number("n", 1, "a bus"))
	bus.Traffic = m.Supply.Time(bus.Traffic)
	return []Medium{dram, bus}
}

// NewMedium is the medium of a section, of so many servers, over which bits cross in a
// pass.
func NewMedium(section, about string, bits, bandwidth float64, servers model.Input) Medium {
	m := Medium{Component: section, About: about, Servers: int64(servers.Value)}
	m.Bandwidth = model.Given("bandwidth of each", "B", bandwidth, "bit/s", section+".bandwidth")
	if bandwidth == 0 {
		m.About = "takes no time: " + section + ".bandwidth has no limit"
		m.Bandwidth = model.Figure{Name: "no limit to the bandwidth", Equation: "0", Unit: "bit/s"}
	}
	m.Traffic = model.Over("time of all that crosses in a pass", model.Bits(bits, "bits that cross in a pass, counted"), model.Bandwidth(section, bandwidth), servers)
	return m
}

// medium is the links. What crosses them is counted in flits.
func (h *hops) medium(count func(id energy.AccountID) float64) Medium {
	c := h.chip
	links := model.Input{Symbol: "n", Value: float64(h.fabric.Wires()), Source: "links, one in each direction"}
	m := NewMedium("network", h.fabric.Graph.String(), 0, float64(c.machine.Network.Bandwidth), links)
	m.Component = "network/link"
	if c.networkLink.Unlimited() {
		return m
	}
	if l, share, ok := h.busiest(); ok {
		m.About += fmt.Sprintf("; the busiest link, from %s, passes flits for %.3g %% of the time", h.fabric.Graph.Name(l), 100*share)
	}
	flit := h.flitTime().Latency
	flits := count(c.accounts.flit) + count(c.accounts.flitWeights)
	m.Traffic = c.machine.Supply.Time(model.Figure{
		Name: "time of all that crosses in a pass", Equation: "t = {F}·{τ}/{n}", Value: flits * flit.Value / links.Value, Unit: "s",
		Inputs: []model.Input{
			{Symbol: "F", Value: flits, Source: "flits over links in a pass, counted; those beside the products, which take no time, among them"},
			model.Derived("τ", flit), links,
		},
	})
	return m
}

// bitsBeside is the bits of a pass on the network that are beside the products, and take
// no time there.
func (c *Chip) bitsBeside() (bits int64) {
	for k := range c.specs {
		if kernel := &c.specs[k].kernel; !c.Leaves(k) {
			bits += c.options.Batch * (kernel.Beside.Operands + kernel.Beside.Results) * int64(kernel.OutputBits)
		}
	}
	return bits
}
