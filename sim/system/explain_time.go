package system

import (
	"fmt"
	"slices"
	"strings"

	"xbar/digital"
	"xbar/digital/systolic"
	"xbar/sim"
	"xbar/sim/model"
	"xbar/sim/system/analog"
	"xbar/sim/unit"
)

// ExplainedMedium is what data moves over.
type ExplainedMedium struct {
	Component string     `json:"component"`
	About     string     `json:"about"`     // how transfers share it
	Servers   int64      `json:"servers"`   // channels or links
	Bandwidth Derivation `json:"bandwidth"` // of each; "0" where it has no limit
	Traffic   Derivation `json:"traffic"`   // for how long what crosses in a pass would keep all of them busy
	Share     float64    `json:"share"`     // of a pass that is
}

// ExplainedLoad is what loading a kernel's weights takes, by its first tile: row by row,
// the next one on its way while one is written.
type ExplainedLoad struct {
	Once  float64        `json:"once_tiles"` // before the first inference, or that the first pass loads beside those of every one
	Tiles float64        `json:"tiles"`      // in a pass
	Rows  int64          `json:"rows"`       // of cells in a tile
	Fetch ExplainedStage `json:"fetch"`      // of a row from the DRAM
	Carry ExplainedStage `json:"carry"`      // over the network
	Write ExplainedStage `json:"write"`      // into its cells
	Tile  ExplainedStage `json:"tile"`       // that has the DRAM and the network for itself
	Bound string         `json:"bound"`      // which of them sets the pace of rows
}

// timing is where times come from beside latencies.
type timing struct {
	media   []analog.Medium
	kernels []kernelFigures // none where machines do not know
}

// kernelFigures are of a kernel in a pass.
type kernelFigures struct {
	time                   *model.Figure // nil: kernels run at once
	vectors, copies, waves int64
	parts                  []stageFigure
	load                   *loadFigures
}

type loadFigures struct {
	once, tiles              float64
	rows                     int64
	fetch, carry, write, all stageFigure
}

func (x *explainer) stage(s *stageFigure) ExplainedStage {
	return ExplainedStage{s.component, s.cycles, x.derivation(s.latency)}
}

func (x *explainer) medium(m *analog.Medium) ExplainedMedium {
	return ExplainedMedium{
		m.Component, m.About, m.Servers, x.derivation(m.Bandwidth), x.derivation(m.Traffic), share(m.Traffic.Value, x.result.Seconds),
	}
}

// kernel adds to a kernel what its time comes from.
func (x *explainer) kernel(e *ExplainedKernel, k *kernelFigures) {
	if k.time != nil {
		d := x.derivation(*k.time)
		e.Derivation = &d
	}
	e.Vectors, e.Copies, e.Waves = k.vectors, k.copies, k.waves
	for i := range k.parts {
		e.Parts = append(e.Parts, x.stage(&k.parts[i]))
	}
	if l := k.load; l != nil {
		e.Load = &ExplainedLoad{
			Once: l.once, Tiles: l.tiles, Rows: l.rows, Bound: l.bound(),
			Fetch: x.stage(&l.fetch), Carry: x.stage(&l.carry), Write: x.stage(&l.write), Tile: x.stage(&l.all),
		}
	}
}

// bound is what sets the pace of rows: their writing, or the longer part of their way.
func (l *loadFigures) bound() string {
	switch {
	case l.write.cycles >= l.fetch.cycles+l.carry.cycles:
		return l.write.component
	case l.fetch.cycles >= l.carry.cycles:
		return l.fetch.component
	}
	return l.carry.component
}

const timeOfKernel = "time of the kernel"

// simulated is cycles of a run.
func simulated(symbol string, cycles float64, what string) model.Input {
	return model.Input{Symbol: symbol, Value: cycles, Source: "simulated: " + what}
}

// inSeconds is the sum of some cycles, at the clock.
func inSeconds(name string, clock model.Figure, cycles ...model.Input) model.Figure {
	f := model.Figure{Name: name, Unit: "s"}
	var terms []string
	for _, c := range cycles {
		terms = append(terms, "{"+c.Symbol+"}")
		f.Value += c.Value
	}
	sum := strings.Join(terms, " + ")
	if len(terms) > 1 {
		sum = "(" + sum + ")"
	}
	f.Equation = "t = " + sum + "/{f}"
	f.Value /= clock.Value
	f.Inputs = append(slices.Clone(cycles), model.Derived("f", clock))
	return f
}

// analogTiming is that of a chip that has run.
func (j *job) analogTiming(chip *analog.Chip, m *Machine, b books) timing {
	t := timing{media: chip.Media(b.mean)}
	clock := j.machine.RateFigure()
	vectors, loads := chip.KernelTimes()
	for k := range vectors {
		f := kernelFigures{load: loadOf(loads[k])}
		if v := vectors[k]; v != nil {
			f.vectors, f.copies, f.waves = v.Vectors, v.Copies, v.Waves
			for _, p := range v.Parts {
				f.parts = append(f.parts, stageOf(p))
			}
		}
		if m.Pipeline == nil {
			time := j.analogKernelTime(chip, k, clock)
			f.time = &time
		}
		t.kernels = append(t.kernels, f)
	}
	return t
}

func stageOf(t analog.Time) stageFigure { return stageFigure{t.Component, int64(t.Cycles), t.Latency} }

func loadOf(l *analog.LoadTimes) *loadFigures {
	if l == nil {
		return nil
	}
	return &loadFigures{l.Once, l.Tiles, l.Rows, stageOf(l.Fetch), stageOf(l.Carry), stageOf(l.Write), stageOf(l.Tile)}
}

// analogKernelTime is what a kernel's cycles go to. On the digital side they are its
// array's, and what that waits for.
func (j *job) analogKernelTime(chip *analog.Chip, k int, clock model.Figure) model.Figure {
	measured := chip.Measured()
	n := float64(measured.Passes)
	cycles := float64(measured.KernelCycles[k]) / n
	if digital := j.sides.of(j.work.Kernels); digital != nil && digital[k] {
		array, batch := j.machine.Digital.Array(), float64(j.batch())
		each := array.Cycles(j.work.Kernels[k], 1, "digital")
		all := model.Figure{
			Name: "cycles of the array for all inputs", Equation: "c = {B}·{c_1}", Value: batch * each.Value,
			Inputs: []model.Input{{Symbol: "B", Value: batch, Source: "inputs of a pass, each of which is computed by itself"}, model.Derived("c_1", each)},
		}
		return inSeconds(timeOfKernel, clock, model.Derived("c", all), simulated("w", cycles-all.Value, "cycles in which the array waits for the DRAM and for activation units"))
	}
	spent := chip.Spent(k)
	busiest := analog.Converters
	for p := range analog.Loading {
		if spent[p] > spent[busiest] {
			busiest = p
		}
	}
	busy, loading := float64(spent[busiest])/n, float64(spent[analog.Loading])/n
	return inSeconds(timeOfKernel, clock,
		simulated("b", busy, "cycles in which "+chip.Path(busiest)+" is busy, of the kernel's parts the busiest"),
		simulated("l", loading, "cycles in which arrays wait for weights"),
		simulated("r", cycles-busy-loading, "cycles in which something fills, drains or waits"))
}

// systolicTiming is that of a pass of a systolic machine.
func (j *job) systolicTiming(machine *systolic.Machine, pass *systolic.Pass) (t timing) {
	c, clock, batch := j.machine, j.machine.RateFigure(), j.batch()
	var crossed float64
	for k := range j.work.Kernels {
		kernel := &j.work.Kernels[k]
		array := c.Array.Cycles(*kernel, batch, "array")
		time := inSeconds(timeOfKernel, clock, model.Derived("c", array), simulated("w", float64(pass.Stalls[k]), "cycles in which the array waits for the DRAM or the activation unit"))
		f := kernelFigures{time: &time}
		for _, p := range machine.Times(kernel, batch, pass.Crossed[k], &pass.Spent[k]) {
			f.parts = append(f.parts, stageFigure{p.Component, int64(p.Cycles), p.Latency})
		}
		crossed += float64(pass.Crossed[k])
		t.kernels = append(t.kernels, f)
	}
	t.media = []analog.Medium{analog.NewMedium("dram", "one transfer at a time, striped over all channels, its bits over the bandwidth, rounded up to a cycle",
		crossed, float64(c.DRAM.Bandwidth), model.Input{Symbol: "n", Value: float64(c.DRAM.Channels), Key: "dram.channels"})}
	return t
}

// systolicStages are the latencies of a systolic machine.
func (j *job) systolicStages() []stageFigure {
	c := j.machine
	operation := model.Given("time of an operation", "t", float64(c.Activation.Latency), "s", "activation.latency")
	return []stageFigure{{"pe", 1, step(j.machine.RateFigure(), "time of a step, from a PE to the next")}, {"activation", j.cycles(operation.Value), operation}}
}

// step is a cycle.
func step(clock model.Figure, name string) model.Figure {
	return model.Figure{Name: name, Equation: "t = 1/{f}", Value: 1 / clock.Value, Unit: "s", Inputs: []model.Input{model.Derived("f", clock)}}
}

// cycles is a latency in whole cycles of a machine's clock; 0 where it has too many.
func (j *job) cycles(seconds float64) int64 {
	clock, err := sim.NewClock(unit.Exact(j.machine.Clock))
	if err != nil {
		return 0
	}
	n, err := clock.Cycles(unit.Exact(seconds))
	if err != nil {
		return 0
	}
	return int64(n)
}

// scalarStages are the latencies of a scalar machine.
func (j *job) scalarStages(machine *digital.Scalar) []stageFigure {
	clock := j.machine.RateFigure()
	c := machine.Instructions(1).Inputs[1]
	stages := []stageFigure{{"core", int64(c.Value), model.Figure{
		Name: "time of an instruction", Equation: "t = {c_1}/{f}", Value: c.Value / clock.Value, Unit: "s", Inputs: []model.Input{c, model.Derived("f", clock)},
	}}}
	for i := range machine.Levels() {
		stages = append(stages, stageFigure{"memory/" + machine.Level(i), int64(machine.Latency(i, clock).Value), machine.Wait(i)})
	}
	return stages
}

// scalarTiming is that of a pass of a scalar machine: instructions, and what loads wait
// for.
func (j *job) scalarTiming(p *scalarPass) (t timing) {
	clock := j.machine.RateFigure()
	issue, _ := p.ledger.Lookup("core", "issue")
	for k := range j.work.Kernels {
		core := p.machine.Instructions(p.ledger.Count(k, issue))
		parts := []model.Input{model.Derived("c", core)}
		f := kernelFigures{parts: []stageFigure{{"core", int64(core.Value), inSeconds("time of instructions", clock, parts...)}}}
		for i := range p.machine.Levels() {
			wait := p.machine.Waits(i, p.Spent[k][1+i], clock)
			if wait.Value == 0 {
				continue
			}
			in := model.Derived(fmt.Sprintf("w_%d", 1+i), wait)
			parts = append(parts, in)
			f.parts = append(f.parts, stageFigure{"memory/" + p.machine.Level(i), int64(wait.Value), inSeconds("time in which loads wait", clock, in)})
		}
		time := inSeconds(timeOfKernel, clock, parts...)
		f.time = &time
		t.kernels = append(t.kernels, f)
	}
	return t
}
