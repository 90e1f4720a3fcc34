package analog

import (
	"fmt"
	"math/bits"

	"xbar/sim"
	"xbar/sim/workload"
)

// What a run may ask of 64-bit counters, and of memory. Up to mostCycles a
// latency times anything that an array has many of is still a number; a run
// whose counts or cycles might not be is refused before it starts.
const (
	mostTiles  = 10_000_000 // used in one pass
	mostExact  = 20_000_000 // used in all passes of exact values
	mostStep   = 1_000_000  // arrays with a state of their own
	mostCycles = sim.Cycle(1) << 40
	mostCounts = 1 << 62
	mostTime   = float64(sim.Forever / 2)
)

// times and plus stop at forever.
func times(n int64, each sim.Cycle) sim.Cycle {
	hi, lo := bits.Mul64(uint64(n), uint64(each))
	if hi > 0 {
		return sim.Forever
	}
	return sim.Cycle(min(lo, uint64(sim.Forever)))
}

func plus(a, b sim.Cycle) sim.Cycle { return min(a+b, sim.Forever) }

// countable refuses a latency that is too long.
func countable(n sim.Cycle, err error) (sim.Cycle, error) {
	if err == nil && n > mostCycles {
		err = fmt.Errorf("%d cycles; at most %d are simulated", n, mostCycles)
	}
	return n, err
}

// checkSizes refuses workloads that need more tiles than can be planned, or
// whose activations have more bits than can be counted.
func (c *Chip) checkSizes(values *workload.Values) error {
	uses, beside := 0.0, 0.0
	for i := range c.specs {
		s := &c.specs[i]
		k := &s.kernel
		batch := float64(c.options.Batch)
		if s.digital {
			array := c.machine.Digital.Array()
			if err := array.Countable(*k, c.dramLink.PerBit()); err != nil {
				return err
			}
			uses += batch
			continue
		}
		tiles := float64(s.grid.RowTiles) * float64(s.grid.ColTiles) * float64(ceilDiv(k.Products(), int64(s.grid.Pack())))
		if k.Dynamic {
			tiles *= batch
		}
		if uses += tiles; uses > mostTiles {
			of := ""
			if k.Products() > 1 {
				of = fmt.Sprintf(" in %d groups", k.Products())
			}
			return fmt.Errorf("kernel %s: N = %d and M = %d%s on arrays of crossbar.rows = %d and crossbar.cols = %d (%d columns a weight) bring a pass to %.3g tiles; at most %d are simulated",
				k.Name, k.N, k.M, of, c.machine.Crossbar.LogicalRows(), c.machine.Crossbar.LogicalCols(), s.columns, uses, mostTiles)
		}
		if err := c.checkBuffers(s); err != nil {
			return err
		}
		if outputs := float64(k.L) * batch * float64(k.Outputs()) * float64(k.OutputBits); outputs > mostCounts {
			return fmt.Errorf("kernel %s: L·M × groups × batch × output_bits = %.3g bits of outputs are more than can be counted", k.Name, outputs)
		}
		if beside += c.beside(k, values); beside > mostCounts/4 {
			return fmt.Errorf("kernel %s: operations, operands and results beside the products bring all passes to %.3g steps and bits, more than can be counted", k.Name, beside)
		}
	}
	arrays := min(uses, float64(c.machine.Chip.Tiles*c.machine.Chip.ArraysPerTile))
	if c.options.Step && arrays > mostStep {
		return fmt.Errorf("granularity = \"step\" gives %.0f arrays events of their own; at most %d are simulated: take \"burst\"", arrays, mostStep)
	}
	if values == nil {
		return nil
	}
	if passes := ceilDiv(int64(values.Inputs.Rows), c.options.Batch); uses*float64(passes) > mostExact {
		return fmt.Errorf("exact values take %d passes of %.0f tiles; at most %d tiles are simulated in all: raise workload.batch, or lower workload.limit", passes, uses, mostExact)
	}
	return nil
}

// beside is the steps and bits beside a kernel's products, in all passes at most.
func (c *Chip) beside(k *workload.Kernel, values *workload.Values) float64 {
	inferences := float64(c.options.Batch) * mostPasses
	if values != nil {
		inferences = float64(c.options.Batch) + float64(values.Inputs.Rows)
	}
	numbers := float64(k.Beside.Operands) + float64(k.Beside.Results)
	return inferences * (float64(k.Beside.Operations) + numbers*float64(k.OutputBits))
}

// checkBuffers refuses tile buffers that cannot hold what one array takes and
// gives for one vector.
func (c *Chip) checkBuffers(s *spec) error {
	k, m := &s.kernel, c.machine
	if bits := int64(s.grid.RowsOf(0)) * int64(k.InputBits); bits > int64(m.InputBuffer.Capacity) {
		return fmt.Errorf("kernel %s: an array takes %d bits of a vector, more than input_buffer.capacity = %v", k.Name, bits, m.InputBuffer.Capacity)
	}
	sumBits := s.sumBits
	if s.grid.RowTiles == 1 {
		sumBits = int64(k.OutputBits)
	}
	if bits := int64(s.grid.WeightsOf(0)) * sumBits; bits > int64(m.OutputBuffer.Capacity) {
		return fmt.Errorf("kernel %s: an array gives %d bits for a vector, more than output_buffer.capacity = %v", k.Name, bits, m.OutputBuffer.Capacity)
	}
	return nil
}

// overfull refuses a wave whose vectors do not fit a tile's buffers.
func (c *Chip) overfull(w *wave) error {
	key, capacity := "input_buffer.capacity", c.machine.InputBuffer.Capacity
	if w.inputSlots > 0 {
		key, capacity = "output_buffer.capacity", c.machine.OutputBuffer.Capacity
	}
	which := "one vector"
	if len(c.lines) > 1 || len(c.lines[0].lanes) > 1 {
		which = "one vector of each copy and kernel that is at work there (chip.replication, chip.execution)"
	}
	return fmt.Errorf("kernel %s: what the arrays of a tile take or give for %s is more than %s = %v", w.spec.kernel.Name, which, key, capacity)
}

// The parts of a budget: first what can take long, one after the other at
// worst, then what there can be many of.
const (
	frontTime = iota
	convertTime
	shiftTime
	addTime
	operateTime
	networkTime
	dramTime
	writeTime
	actions
	cellsBusy
	driversBusy
	columnsBusy
	addersBusy
	unitsBusy
	parts

	timeParts = writeTime + 1
)

var partKeys = [parts]string{
	frontTime:   "dac.latency, cell.read_time, sample_hold.latency and sample_hold.integration_time",
	convertTime: "adc.latency",
	shiftTime:   "shift_add.latency",
	addTime:     "accumulator.latency",
	operateTime: "activation.latency",
	networkTime: "network.bandwidth and router_latency",
	dramTime:    "dram.bandwidth",
	writeTime:   "cell.write_time, cell.verify_time and cell.pulses",
	cellsBusy:   "cycles of all cells: cell.read_time",
	driversBusy: "cycles of all row drivers: dac.latency, cell.read_time and sample_hold.latency",
	columnsBusy: "cycles of all columns: adc.latency and sample_hold.latency",
	addersBusy:  "cycles of all adders: accumulator.latency",
	unitsBusy:   "cycles of all activation units: activation.latency",
	actions:     "actions: L·N·M × batch, input_bits and weight_bits",
}

// budget bounds from above what a run adds up, in floating point, where
// nothing wraps.
type budget [parts]float64

// addWave adds what a wave does, and refuses counts that even by itself it
// could not hold.
func (b *budget) addWave(c *Chip, w *wave) error {
	vectors, a, t := float64(w.count), &w.perVector, &c.timings
	out := w.outBits + w.partBits
	for i := range w.groups {
		g := &w.groups[i]
		each := vectors * float64(g.rowGroups)
		for j := range w.spec.stages {
			s := &w.spec.stages[j]
			b[frontTime] += each * float64(s.front)
			b[convertTime] += each * (float64(times(ceilDiv(g.converted, c.readout.perArray), s.interval)) + float64(s.delay))
		}
	}
	b[shiftTime] += vectors * float64(a.shifting)
	b[addTime] += vectors * float64(w.addTime)
	b[operateTime] += vectors * float64(w.operateTime)
	for stage, sent := range []int64{toTiles: w.inBits, betweenTiles: w.foreign, toBuffer: out} {
		if c.hops != nil {
			b.addTrip(vectors, &w.trips[stage])
			continue
		}
		b[networkTime] += vectors * float64(c.networkLink.Cycles(sent))
	}
	for _, moved := range []int64{w.rowBits + w.sumBits, out} {
		b[dramTime] += vectors * float64(c.dramLink.Cycles(moved))
	}
	b[dramTime] += float64(c.dramLink.Cycles(w.input.Ahead())) + float64(c.dramLink.Cycles(w.inSpill.Ahead()))
	b[cellsBusy] += vectors * float64(a.read) * float64(t.read)
	b[driversBusy] += vectors * float64(a.load) * float64(t.front())
	b[columnsBusy] += vectors * (float64(a.hold)*float64(t.sample) + float64(a.integrate)*float64(t.integrate) + float64(a.converting))
	b[addersBusy] += vectors * float64(w.adding)
	b[unitsBusy] += vectors * float64(w.operating)
	counts := float64(a.load) + float64(a.read) + float64(a.hold) + float64(a.integrate) + float64(a.convert)*float64(len(w.spec.stages)) + float64(a.correct) +
		2*float64(w.inBits) + float64(w.tileWrite) + float64(w.tileRead) + float64(w.foreign) +
		float64(w.adds) + float64(w.applied) + 2*float64(out)
	if b[actions] += vectors * counts; b[actions] > mostCounts {
		return b.check()
	}
	return nil
}

// addTrip adds messages of a network of hops.
func (b *budget) addTrip(times float64, t *trip) {
	b[networkTime] += times * float64(t.busy)
	b[actions] += times * float64(t.flits)
	for _, bits := range t.moved {
		b[actions] += times * float64(bits)
	}
}

// addLoad adds a load of a wave.
func (b *budget) addLoad(c *Chip, l *load) {
	for _, r := range l.parts() {
		n := float64(r.n)
		b[writeTime] += n * float64(r.row.write)
		if c.hops != nil {
			b.addTrip(n, c.hops.parcel(l.array/c.machine.Chip.ArraysPerTile, r.row.bits))
		} else {
			b[networkTime] += n * float64(c.networkLink.Cycles(r.row.bits))
		}
		b[dramTime] += n * float64(c.dramLink.Cycles(r.row.bits))
		b[actions] += n * (float64(r.row.cells) + float64(r.row.bits))
	}
}

// check refuses a run that does not fit, and names what most of it is.
func (b *budget) check() error {
	longest, time := 0, 0.0
	for i := range timeParts {
		time += b[i]
		if b[i] > b[longest] {
			longest = i
		}
	}
	if time > mostTime {
		return fmt.Errorf("a run of up to %.3g cycles is longer than the %.3g that can be counted; most of it is %s", time, mostTime, partKeys[longest])
	}
	for i := timeParts; i < parts; i++ {
		if b[i] > mostCounts {
			return fmt.Errorf("a run of up to %.3g is more than the %.3g that can be counted in %s", b[i], float64(mostCounts), partKeys[i])
		}
	}
	return nil
}
