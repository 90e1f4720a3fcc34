package analog

import (
	"context"
	"fmt"
	"slices"

	"xbar/configs"
	"xbar/crossbar/nonideal"
	"xbar/digital/memory"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/mapping"
	"xbar/sim/model"
	"xbar/sim/trace"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// Options are what a run depends on beside the machine.
type Options struct {
	Batch      int64
	Step       bool            // an event for every stage of every read
	Steady     bool            // one pass alone, on arrays that hold what passes before it left: no wear, and nothing is programmed once
	Session    *Session        // whose next step this is; nil: none
	Part       bool            // of a step: kernels with a cache alone, where the others do what they did in any other
	Digital    []bool          // by kernel: it is computed on the digital side
	Random     nonideal.Stream // of what is random about this chip
	Statistics configs.Statistics
	Sample     *workload.Sample // from which moments are measured; nil: none
	Trace      *trace.Recorder  // nil: off
	Progress   func(done float64)
}

// Chip is a machine that runs one workload once.
type Chip struct {
	ctx         context.Context // of the call at hand, New or Run
	machine     *configs.Machine
	options     Options
	clock       sim.Clock
	readout     readout
	timings     timings
	specs       []spec
	spills      []mapping.Share
	cacheSpill  mapping.Share // of the caches that are used on the digital side
	ledger      *energy.Ledger
	accounts    accounts
	moments     []moments // by kernel; none where values are exact
	cellBase    model.Figure
	cellSlope   model.Figure
	dacSlope    float64      // joules a unit of a digit
	treeSlope   float64      // joules of an adder tree a row all of whose bits are set
	derivations []derivation // by account
	components  []Component
	values      *values // nil: statistical

	engine      *sim.Engine
	self        sim.ComponentID
	dram        *sim.Resource
	network     *sim.Resource // a bus
	hops        *hops         // or a network of hops
	accumulator tileUnits
	activation  tileUnits
	dramLink    sim.Link
	networkLink sim.Link
	side        *side   // nil: there is none
	storing     bool    // what a step adds to a cache is on its way to the DRAM
	waiting     *line   // that has computed, for that
	units       *arrays // step granularity: the arrays that have a state of their own

	plan        plan
	waves       []planned
	lines       []line // that are at work
	flow        flowing
	loads       []load
	again       again
	rowWrites   map[int64]rowWrite // by cells of a row
	budget      budget
	triggered   [][]int // loads that may start once wave i−1 is done
	current     int     // the wave that computes or waits for its loads
	steady      steady
	lookAgain   func() error // look, made once
	afterOut    func() error // cameOut, made once
	loading     int          // loads that have begun and are not done
	fetching    []fetching   // of each kernel, in the measured passes
	shifting    sim.Cycle    // busy cycles of all shift-add stages
	writing     sim.Cycle    // of all write drivers
	reading     sim.Cycle    // of all arrays
	converting  sim.Cycle    // of all converters
	adding      sim.Cycle    // of all accumulators
	operating   sim.Cycle    // of all activation units
	kernelFrom  sim.Cycle
	lastWaveEnd sim.Cycle
	waveFrom    sim.Cycle
	since       shared // what was busy when the wave began
	measured    Measured
	tracks      *tracks // nil: nothing is traced
}

// Measured is what a run found out, summed over the measured passes.
type Measured struct {
	Passes          int64
	Repeats         bool // the passes are a whole period of the plan: their mean is exact
	Cycles          sim.Cycle
	KernelCycles    []sim.Cycle
	KernelLoads     []int64     // of whole tiles
	KernelAppends   []int64     // of a column or a row to a tile
	KernelLoading   []sim.Cycle // in which a tile of the kernel was being loaded
	KernelExposed   []sim.Cycle // of them, in which a wave waited for it
	KernelSpent     []Spent     // layer by layer, without loading
	KernelWear      []float64   // as LoadsOfWorst, of the arrays that the kernel is loaded into; nil: nothing is
	PreloadCycles   sim.Cycle
	PreloadTiles    int64
	WarmUpTiles     int64
	WarmUpExposed   sim.Cycle
	LoadsOfWorst    float64 // loads a pass of the array that wears out first, in the long run
	Flow            Flow    // of a pipeline
	RoundingSeconds float64 // what rounding latencies up can have cost, at most
}

// The ledger's phases before those of the kernels.
const (
	preloadPhase = iota
	warmUpPhase
	firstKernelPhase
)

// New prepares a run. Errors name what in the config cannot be built, or say
// that ctx is done.
func New(ctx context.Context, m *configs.Machine, work *workload.Workload, opt Options) (*Chip, error) {
	clock, err := sim.NewClock(unit.Exact(m.Rate()))
	if err != nil {
		return nil, err
	}
	c := &Chip{
		ctx: ctx, machine: m, options: opt, readout: newReadout(m), clock: clock,
		ledger: &energy.Ledger{}, engine: sim.New(), rowWrites: map[int64]rowWrite{},
	}
	nominal, err := sim.NewClock(unit.Exact(m.Clock))
	if err != nil {
		return nil, err
	}
	if c.timings, err = newTimings(m, nominal); err != nil {
		return nil, err
	}
	if c.dramLink, err = newLink("dram.bandwidth", m.DRAM.Bandwidth, clock); err != nil {
		return nil, err
	}
	if err := c.cut(work); err != nil {
		return nil, err
	}
	// The network is on the chip, and slows down with its clock; the DRAM is not.
	if c.networkLink, err = newLink("network.bandwidth", m.Network.Bandwidth, nominal); err != nil {
		return nil, err
	}
	if work.Values != nil {
		if c.values, err = newValues(c, work.Values); err != nil {
			return nil, err
		}
	}
	c.self = c.engine.Register("chip", c)
	c.lookAgain, c.afterOut = c.look, c.cameOut
	c.dram = c.engine.NewResource("dram", m.DRAM.Channels)
	if m.Network.Routed() {
		if err := c.newHops(work.Values); err != nil {
			return nil, err
		}
	} else {
		c.network = c.engine.NewResource("network", 1)
	}
	c.accumulator = newTileUnits(c.engine, "accumulator")
	c.activation = newTileUnits(c.engine, "activation")
	c.addSide()
	if c.values == nil {
		if err := c.newMoments(); err != nil {
			return nil, err
		}
	}
	c.openAccounts()
	c.openComponents()
	c.spills = mapping.Spills(work.Kernels, opt.Batch, int64(m.GlobalBuffer.Capacity))
	c.cacheSpill = c.spillOfCaches()
	if err := c.makePlan(work); err != nil {
		return nil, err
	}
	c.openPhases()
	c.price()
	if opt.Step {
		c.units = newArrays(c)
	}
	if err := c.layOut(); err != nil {
		return nil, err
	}
	if opt.Trace != nil {
		c.tracks = newTracks(c)
	}
	if c.hops != nil && c.hops.weights.Full() {
		return nil, fmt.Errorf("weights go over more links to the arrays of %d tiles than are simulated (chip.tiles, network.kind)", c.machine.Chip.Tiles)
	}
	return c, c.budget.check()
}

// cut lays each kernel on arrays.
func (c *Chip) cut(work *workload.Workload) error {
	for _, k := range work.Kernels {
		if err := c.ctx.Err(); err != nil {
			return err
		}
		s, err := newSpec(c.machine, k)
		if err != nil {
			return err
		}
		if s.stages, err = c.timings.newStages(&c.readout, s.phases); err != nil {
			return err
		}
		s.digital = c.options.Digital != nil && c.options.Digital[len(c.specs)]
		c.specs = append(c.specs, s)
	}
	if c.options.Session != nil {
		c.options.Session.cut(c.specs)
	}
	if err := c.checkSizes(work.Values); err != nil {
		return err
	}
	if c.options.Session != nil {
		return nil
	}
	return c.makeCopies()
}

func (c *Chip) openPhases() {
	c.ledger.AddPhase("preload")
	c.ledger.AddPhase("warm-up")
	for _, s := range c.specs {
		c.ledger.AddPhase(s.kernel.Name)
	}
	c.measured.KernelCycles = make([]sim.Cycle, len(c.specs))
	c.measured.KernelLoads = make([]int64, len(c.specs))
	c.measured.KernelAppends = make([]int64, len(c.specs))
	c.measured.KernelLoading = make([]sim.Cycle, len(c.specs))
	c.measured.KernelExposed = make([]sim.Cycle, len(c.specs))
	c.measured.KernelSpent = make([]Spent, len(c.specs))
	c.fetching = make([]fetching, len(c.specs))
}

// Run steps the chip through the preload, a warm-up pass where tiles compete,
// and the measured passes.
func (c *Chip) Run(ctx context.Context) error {
	c.ctx = ctx
	if err := c.startLoads(0); err != nil {
		return err
	}
	if err := c.tryStart(); err != nil {
		return err
	}
	if err := c.engine.Run(ctx); err != nil {
		return err
	}
	if c.tracks != nil {
		c.tracks.ends()
	}
	c.operate()
	if c.current != len(c.waves) {
		return fmt.Errorf("the chip stopped in wave %d of %d at cycle %d", c.current, len(c.waves), c.engine.Now())
	}
	if c.tracks != nil {
		if err := c.tracks.finish(); err != nil {
			return err
		}
	}
	return c.check()
}

// operate books what is computed beside the products in the measured passes: numbers
// pass from the global buffer through the tiles and back. The time of the operations
// is in that of the vectors, the way has none.
func (c *Chip) operate() {
	a := &c.accounts
	for k := range c.specs {
		if c.Leaves(k) {
			continue
		}
		beside := &c.specs[k].kernel.Beside
		inferences := c.measured.Passes * c.options.Batch
		width := int64(c.specs[k].kernel.OutputBits)
		in, out := inferences*beside.Operands*width, inferences*beside.Results*width
		book := func(id energy.AccountID, n int64) { c.ledger.Add(c.KernelPhase(k), id, n) }
		book(a.operate, inferences*beside.Operations)
		for _, id := range []energy.AccountID{a.bufferRead, a.inWrite, a.inRead} {
			book(id, in)
		}
		for _, id := range []energy.AccountID{a.outWrite, a.outRead, a.bufferWrite} {
			book(id, out)
		}
		c.bookBeside(k, in, out)
	}
}

// check asserts what must hold after every run: the ledger's conservation and
// that no sample, conversion or cell was lost between two stages.
func (c *Chip) check() error {
	if err := c.ledger.Check(); err != nil {
		return err
	}
	a, l := &c.accounts, c.ledger
	shifted := l.Total(a.shift)
	var converted int64
	for _, id := range a.converts {
		converted += l.Total(id)
	}
	if converted != shifted || c.samples() && c.machine.DAC.Phases == 0 && l.Total(a.hold) != converted {
		return fmt.Errorf("%d samples became %d conversions and %d additions", l.Total(a.hold), converted, shifted)
	}
	if l.Total(a.program) != l.Total(a.verify) {
		return fmt.Errorf("%d cells were programmed and %d verified", l.Total(a.program), l.Total(a.verify))
	}
	if l.Total(a.dramWeights) != l.Total(a.bufferFill) || c.hops == nil && l.Total(a.bufferLoad) != l.Total(a.transferWeights[0]) {
		return fmt.Errorf("%d bits of weights left the DRAM and %d reached the buffer, %d left it and %d crossed the network",
			l.Total(a.dramWeights), l.Total(a.bufferFill), l.Total(a.bufferLoad), l.Total(a.transferWeights[0]))
	}
	return nil
}

// Ledger, Components, Measured and Clock are the result of a run.
func (c *Chip) Ledger() *energy.Ledger { return c.ledger }

// Components lists the hardware.
func (c *Chip) Components() []Component { return c.components }

// BusyCycles is a component's busy time in the measured passes, over all its
// instances.
func (c *Chip) BusyCycles(p *Component) int64 { return p.busy }

// Derivation says what happens once for every count of an account, and how its
// energy comes about in a kernel.
func (c *Chip) Derivation(id energy.AccountID, kernel int) (event string, each model.Figure, varied bool) {
	d := &c.derivations[id]
	return d.event, d.figure(kernel), d.varied
}

// Doubts lists, each once, the models that are used outside of what they hold
// for.
func (c *Chip) Doubts() []string {
	var all []string
	add := func(f model.Figure) {
		for _, doubt := range f.Warnings() {
			if !slices.Contains(all, doubt) {
				all = append(all, doubt)
			}
		}
	}
	for id := range c.derivations {
		add(c.derivations[id].figure(0))
	}
	for i := range c.components {
		add(c.components[i].Area)
	}
	for _, f := range c.Devices().Figures() {
		add(f)
	}
	return append(append(all, c.otherRows()...), c.slowBuffers()...)
}

// otherRows names keys that count the rows of another array: what grows the array
// does not reach them.
func (c *Chip) otherRows() (all []string) {
	m := c.machine
	x := &m.Crossbar
	if m.Cell.Model == "photonic" && m.Cell.FanIn != x.Driven() {
		all = append(all, fmt.Sprintf("cell.fan_in = %d shares the light of a detector among other cells than the %d rows that drive it", m.Cell.FanIn, x.Driven()))
	}
	if m.ADC.Timing == "zigzag-28nm" && m.ADC.RowsLoaded != x.LogicalRows() {
		all = append(all, fmt.Sprintf("adc.rows_loaded = %d settles another column than that of the %d rows", m.ADC.RowsLoaded, x.LogicalRows()))
	}
	return all
}

// slowBuffers names buffers whose one access takes longer than a cycle, though
// their bandwidth is not limited.
func (c *Chip) slowBuffers() (all []string) {
	m := c.machine
	cycle := c.timings.clock.Seconds(1) // at the supply that the access is of
	for _, b := range []struct {
		path   string
		buffer *memory.Buffer
	}{{"tile/input-buffer", &m.InputBuffer}, {"tile/output-buffer", &m.OutputBuffer}, {"global-buffer", &m.GlobalBuffer}} {
		if access, known := b.buffer.Access(); known && access.Value > cycle {
			all = append(all, fmt.Sprintf("an access of the %s takes %s, longer than a cycle of %v; the simulation does not limit its bandwidth", b.path, access.Result(), unit.Second(cycle)))
		}
	}
	return all
}

// Measured is what the passes took.
func (c *Chip) Measured() Measured { return c.measured }

// Events is how many events the whole run took, warm-up included.
func (c *Chip) Events() int64 { return c.engine.Events() }

// Clock is the reference clock.
func (c *Chip) Clock() sim.Clock { return c.clock }

// Rounded lists the latencies that are no whole number of cycles.
func (c *Chip) Rounded() []string { return c.timings.rounded }

// Demand and Capacity are D and A.
func (c *Chip) Demand() int { return c.plan.planner.Demand() }

// Capacity is A.
func (c *Chip) Capacity() int { return c.machine.Chip.Tiles * c.machine.Chip.ArraysPerTile }

// Resident reports whether all static tiles stay.
func (c *Chip) Resident() bool { return c.plan.planner.Resident() }

// Arrays is R·K of a kernel, Copies R.
func (c *Chip) Arrays(kernel int) int { return c.specs[kernel].grid.Arrays() }

// Copies is R of a kernel.
func (c *Chip) Copies(kernel int) int { return c.specs[kernel].grid.Copies }

// Packed reports whether groups of a kernel share arrays.
func (c *Chip) Packed() bool {
	return slices.ContainsFunc(c.specs, func(s spec) bool { return s.grid.Pack() > 1 })
}

// KernelPhase is the ledger's phase of a kernel.
func (c *Chip) KernelPhase(kernel int) int { return firstKernelPhase + kernel }

// Loaded is what was loaded in a phase, and the joules of its way: out of DRAM,
// through the global buffer and the network, into cells that are written and
// verified.
type Loaded struct {
	Bits, Cells           int64
	DRAM, Network, Arrays float64
}

// Joules is all of them.
func (l *Loaded) Joules() float64 { return l.DRAM + l.Network + l.Arrays }

// Loaded sums what was loaded in a phase: all of the category programming.
func (c *Chip) Loaded(phase int) Loaded {
	a := &c.accounts
	joules := func(ids ...energy.AccountID) float64 {
		var sum energy.Sum
		for _, id := range ids {
			sum.Add(c.ledger.Joules(phase, id))
		}
		return sum.Value()
	}
	return Loaded{
		Bits: c.ledger.Count(phase, a.bufferLoad), Cells: c.ledger.Count(phase, a.program),
		DRAM:    joules(a.dramWeights),
		Network: joules(append([]energy.AccountID{a.bufferFill, a.bufferLoad}, a.transferWeights...)...),
		Arrays:  joules(a.program, a.verify, a.verifyConvert),
	}
}

// Preload and WarmUp are the phases before the measured passes.
func (c *Chip) Preload() int { return preloadPhase }

// WarmUp is the phase of the pass that is simulated but not measured.
func (c *Chip) WarmUp() int { return warmUpPhase }
