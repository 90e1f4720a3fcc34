package analog

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"math/bits"
	"slices"

	"xbar/configs"
	"xbar/crossbar"
	"xbar/crossbar/encode"
	"xbar/dac"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/mapping"
	"xbar/sim/model"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// spec is a kernel as this machine's arrays see it.
type spec struct {
	kernel  workload.Kernel
	scheme  encode.Scheme
	slicer  dac.Slicer
	grid    mapping.Grid
	cells   int64            // S·P, of a weight in its row
	columns int64            // physical columns of a weight, guard columns among them
	unit    int64            // weights of zero beside those of a group in an array: 1 where there is a unit column
	outputs int64            // of those, sums that are converted
	slices  int64            // T_x
	phases  []crossbar.Phase // the conversions of an input
	stages  []stage          // and what they take
	sumBits int64            // of a partial sum
	digital bool             // it is computed on the digital side, and takes no array
}

func newSpec(m *configs.Machine, k workload.Kernel) (spec, error) {
	s := spec{
		kernel:  k,
		scheme:  m.Scheme(k.WeightBits),
		slicer:  m.DAC.Slicer(k.InputBits, k.SignedInput),
		sumBits: int64(k.WeightBits + k.InputBits + bits.Len64(uint64(k.N-1))),
	}
	if err := s.scheme.Check(); err != nil {
		return s, fmt.Errorf("kernel %s: %w", k.Name, err)
	}
	s.cells = int64(s.scheme.Columns())
	s.columns = s.cells + int64(m.Crossbar.GuardColumns)
	s.outputs = int64(crossbar.Outputs(s.scheme, m.Crossbar.AnalogSum))
	s.slices = int64(s.slicer.Slices())
	if pairs := int64(len(m.ADC.Limits) / 2); pairs > 1 && pairs != s.outputs {
		return s, fmt.Errorf("kernel %s: adc.limits are those of %d conversions, and a weight has %d", k.Name, pairs, s.outputs)
	}
	beside := ""
	if m.Crossbar.UnitColumn {
		s.unit, beside = 1, ", as many as the one beside it"
	}
	weights := m.Crossbar.LogicalCols()/int(s.columns) - int(s.unit)
	if weights <= 0 {
		return s, fmt.Errorf("kernel %s: a weight of %d bits takes %d columns of %d-bit cells in %s encoding%s, and the array has %d (crossbar.cols, crossbar.fold)",
			k.Name, k.WeightBits, s.columns, m.Cell.Bits, m.Crossbar.Encoding, beside, m.Crossbar.LogicalCols())
	}
	if s.slices == 0 {
		return s, fmt.Errorf("kernel %s: inputs of %d bit have no magnitude to drive beside their sign", k.Name, k.InputBits)
	}
	s.phases = crossbar.Phases(s.slicer, m.DAC.Phases)
	s.grid = mapping.NewGrid(k, mapping.Geometry{Rows: m.Crossbar.LogicalRows(), Weights: weights, Unit: int(s.unit)})
	return s, nil
}

// share is so many bits of products over those of one product: a bit of a digit
// times a bit of a level makes one.
func (s *spec) share(set int64) float64 {
	return float64(set) / float64(s.slicer.Planes()*s.scheme.CellBits)
}

// timings is the machine's latencies in whole cycles.
type timings struct {
	load, read, sample sim.Cycle          // of each input slice, together
	pulsed             bool               // loading is reading
	integrate          sim.Cycle          // of one unit of integration
	converting         sim.Cycle          // of the longest conversion
	conversions        map[int]conversion // by bits
	shiftAdd           sim.Cycle
	addition           sim.Cycle // of an accumulator lane
	operation          sim.Cycle // of a lane of an activation unit
	clock              sim.Clock
	rounded            []string // what rounding up cost, for the reader
	lost               map[string]float64
	failed             error
}

func newTimings(m *configs.Machine, clock sim.Clock) (timings, error) {
	t := timings{clock: clock, lost: map[string]float64{}, conversions: map[int]conversion{}}
	t.load = t.cycles("dac.latency", derived(m.DAC.Load()))
	t.pulsed = m.DAC.Timing == "pulses"
	t.read = t.cycles("cell.read_time", m.Cell.ReadTime)
	t.sample = t.cycles("sample_hold.latency", m.SampleHold.Latency)
	t.integrate = t.cycles("sample_hold.integration_time", m.SampleHold.IntegrationTime)
	t.shiftAdd = t.cycles("shift_add.latency", m.ShiftAdd.Latency)
	t.addition = t.cycles("accumulator.latency", m.Accumulator.Latency)
	t.operation = t.cycles("activation.latency", m.Activation.Latency)
	return t, t.failed
}

// Time is a latency of a component, as it is and in whole cycles.
type Time struct {
	Component string
	Latency   model.Figure
	Cycles    sim.Cycle
}

// Times lists the latencies that a run is made of.
func (c *Chip) Times() []Time {
	m, t := c.machine, &c.timings
	given := func(name, section, key string, value unit.Second) model.Figure {
		return model.Given(name, "t", float64(value), "s", key).Under(section)
	}
	all := []Time{
		{"tile/array/dac", m.DAC.Load().Under("dac"), t.load},
		{"tile/array/cell", given("length of the read pulse", "cell", "read_time", m.Cell.ReadTime), t.read},
	}
	if c.samples() {
		all = append(all, Time{"tile/array/sample-hold", given("time of a sample", "sample_hold", "latency", m.SampleHold.Latency), t.sample})
	}
	if c.integrates() {
		all = append(all, Time{"tile/array/sample-hold", given("time of a unit of integration", "sample_hold", "integration_time", m.SampleHold.IntegrationTime), t.integrate})
	}
	all = append(all, c.conversionTimes()...)
	all = append(all,
		Time{"tile/array/shift-add", given("time of a shift-add", "shift_add", "latency", m.ShiftAdd.Latency), t.shiftAdd},
		Time{"tile/accumulator", given("time of an addition", "accumulator", "latency", m.Accumulator.Latency), t.addition},
	)
	if c.hops != nil {
		all = append(all, Time{"network", given("time of a message's head in a router", "network", "router_latency", m.Network.RouterLatency), c.hops.router})
		if !c.networkLink.Unlimited() {
			all = append(all, c.hops.flitTime())
		}
	}
	all = append(all, Time{"tile/activation", given("time of an operation", "activation", "latency", m.Activation.Latency), t.operation}, c.rowTime())
	if c.side != nil {
		all = append(all, Time{"digital/pe", model.Figure{
			Name: "time of a MAC", Equation: "t = 1/{f}", Unit: "s", Value: 1 / float64(m.Clock),
			Inputs: []model.Input{{Symbol: "f", Value: float64(m.Clock), Unit: "Hz", Key: "machine.clock"}},
		}, 1})
	}
	for i := range all {
		all[i].Latency = m.Supply.Time(all[i].Latency)
	}
	return all
}

// rowTime is what a full row of cells takes to write.
func (c *Chip) rowTime() Time {
	m := c.machine
	cells := int64(m.Crossbar.Cols)
	f := c.rowFigure("time of writing a full row", model.Input{Symbol: "c", Value: float64(cells), Key: "crossbar.cols"})
	row, err := c.timings.rowWrite(m, cells)
	if err != nil {
		return Time{"tile/array", f, sim.Forever} // a full row may be more than the kernels write
	}
	return Time{"tile/array", f, row.cycles}
}

// conversionTimes lists the times of conversions by their bits, the most first.
func (c *Chip) conversionTimes() (all []Time) {
	bits := slices.Sorted(maps.Keys(c.accounts.converts))
	for _, n := range slices.Backward(bits) {
		s := c.stageOf(n)
		all = append(all, Time{c.readout.path, c.readout.time(n).Under(c.readout.section), s.interval + s.delay})
		if s.delay > 0 {
			all = append(all, Time{c.readout.path, c.readout.interval(n).Under(c.readout.section), s.interval})
		}
	}
	return all
}

// stageOf is a stage whose conversions have so many bits.
func (c *Chip) stageOf(bits int) *stage {
	for k := range c.specs {
		for i := range c.specs[k].stages {
			if s := &c.specs[k].stages[i]; s.bits == bits {
				return s
			}
		}
	}
	panic("analog: no conversion of so many bits")
}

// derived is a time that an equation gives. Its last digits are those of
// floating point, and not to be rounded up to a cycle.
func derived(f model.Figure) unit.Second { return unit.Second(configs.RoundTo(f.Value, 13)) }

// cycles rounds a latency up; what cannot be counted is kept as failed.
func (t *timings) cycles(key string, latency unit.Second) sim.Cycle {
	exact := unit.Exact(latency)
	n, err := countable(t.clock.Cycles(exact))
	if err != nil {
		t.failed = cmp.Or(t.failed, fmt.Errorf("%s with this clock: %w", key, err))
		return 0
	}
	if lost := t.clock.Rounding(exact); lost > 0 && t.lost[key] != lost {
		t.lost[key] = lost
		t.rounded = append(t.rounded, fmt.Sprintf("%s: %v takes %d cycles (%v)", key, latency, n, unit.Second(t.clock.Seconds(n))))
	}
	return n
}

// front is what an input slice takes before it is held.
func (t *timings) front() sim.Cycle {
	if t.pulsed { // the pulses of a digit are what reads it
		return max(t.load, t.read) + t.sample
	}
	return t.load + t.read + t.sample
}

// frontLoss is what rounding costs it, in seconds.
func (t *timings) frontLoss() float64 {
	return t.lost["dac.latency"] + t.lost["cell.read_time"] + t.lost["sample_hold.latency"]
}

// stage is one phase of a kernel's inputs on its way through an array.
type stage struct {
	front    sim.Cycle
	interval sim.Cycle // from one conversion of a converter to its next
	delay    sim.Cycle // from there to the code
	slices   int64
	steps    int64 // units of integration
	bits     int   // of the code
	account  energy.AccountID
	lost     float64 // what rounding costs the front, in seconds
	lostEach float64 // and each conversion
}

// newStages times the phases of a kernel's inputs.
func (t *timings) newStages(out *readout, phases []crossbar.Phase) ([]stage, error) {
	var stages []stage
	for _, p := range phases {
		s := stage{slices: int64(p.To - p.From), steps: p.Steps, bits: max(out.bits-p.Later, 1)}
		s.front = plus(times(s.slices, t.front()), times(s.steps, t.integrate))
		s.lost = float64(s.slices)*t.frontLoss() + float64(s.steps)*t.lost["sample_hold.integration_time"]
		s.interval, s.delay, s.lostEach = t.conversion(out, s.bits)
		stages = append(stages, s)
	}
	return stages, t.failed
}

// conversion is the interval and delay of a conversion of so many bits, and what
// rounding costs it in seconds, worked out once for each.
func (t *timings) conversion(out *readout, bits int) (interval, delay sim.Cycle, lost float64) {
	c, known := t.conversions[bits]
	if !known {
		latency := t.cycles(out.section+".latency", derived(out.time(bits)))
		c.interval = min(t.cycles(out.section+".interval", derived(out.interval(bits))), latency)
		c.delay = latency - c.interval
		c.lost = max(t.lost[out.section+".latency"], t.lost[out.section+".interval"])
		t.converting = max(t.converting, latency)
		t.conversions[bits] = c
	}
	return c.interval, c.delay, c.lost
}

// conversion is the time of conversions of so many bits.
type conversion struct {
	interval, delay sim.Cycle
	lost            float64
}

// pipeline is the read path of an array that converts so many sums.
func (t *timings) pipeline(m *configs.Machine, out *readout, s *spec, converted int64) crossbar.Timing {
	p := t.stepped(m, out, s, converted)
	for _, stage := range p.Stages {
		if stage != p.Stages[0] {
			return p
		}
	}
	p.Stages = p.Stages[:1] // all reads are alike
	return p
}

// banks is how many sums wait for the readout at most: of a digital machine's
// two, one is latched while the next is made.
func banks(m *configs.Machine) int {
	if m.Kind == "digital-cim" {
		return 2
	}
	return m.SampleHold.Banks
}

// stepped is the same with a stage for every phase.
func (t *timings) stepped(m *configs.Machine, out *readout, s *spec, converted int64) crossbar.Timing {
	p := crossbar.Timing{ShiftAdd: t.shiftAdd, Banks: banks(m), Pipelined: m.ShiftAdd.Pipelined}
	for i := range s.stages {
		st := &s.stages[i]
		p.Stages = append(p.Stages, crossbar.Stage{
			Front: st.front, Convert: times(ceilDiv(converted, out.perArray), st.interval), Delay: st.delay,
		})
	}
	return p
}

// groupLoss is what rounding costs a row group of the wave at most, in seconds.
func (t *timings) groupLoss(out *readout, w *wave) (lost float64) {
	var converted int64
	for i := range w.groups {
		converted = max(converted, w.groups[i].converted)
	}
	for i := range w.spec.stages {
		s := &w.spec.stages[i]
		lost += s.lost + t.lost["shift_add.latency"] + s.lostEach*float64(ceilDiv(converted, out.perArray))
	}
	return lost
}

// rowWrite is how long a row takes to write, and the seconds of that which are
// rounding.
type rowWrite struct {
	cycles sim.Cycle
	lost   float64
}

// rowWrite is ⌈cells/parallelism⌉ · pulses · (t_write + t_verify), in which verifying
// takes what the most cells do that are written together.
func (t *timings) rowWrite(m *configs.Machine, cells int64) (rowWrite, error) {
	parallel := int64(m.Crossbar.WriteParallelism)
	verify := derived(m.Verify(min(cells, parallel)))
	seconds := new(big.Rat).Add(unit.Exact(m.Cell.WriteTime), unit.Exact(verify))
	seconds.Mul(seconds, unit.Exact(m.Cell.Pulses))
	seconds.Mul(seconds, new(big.Rat).SetInt64(ceilDiv(cells, parallel)))
	n, err := countable(t.clock.Cycles(seconds))
	if err != nil {
		return rowWrite{}, fmt.Errorf("a row of %d cells with this cell.write_time, cell.verify_time, cell.pulses, crossbar.write_parallelism and clock: %w", cells, err)
	}
	return rowWrite{n, t.clock.Rounding(seconds)}, nil
}

// newLink is a medium that a config key gives the bandwidth of; zero is no
// limit.
func newLink(key string, bandwidth unit.BitPerSecond, clock sim.Clock) (sim.Link, error) {
	if bandwidth == 0 {
		return sim.Link{}, nil
	}
	l, err := clock.Link(unit.Exact(bandwidth))
	if err != nil {
		return l, fmt.Errorf("%s = %v: %w", key, bandwidth, err)
	}
	return l, nil
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
