package crossbar

import "xbar/sim"

// Timing is how long a read occupies each stage of an array.
type Timing struct {
	Front     sim.Cycle // DAC load, read pulse and sample: the row drivers are held
	Convert   sim.Cycle // all used columns through the array's converters
	ShiftAdd  sim.Cycle // from the last code to the sum
	Banks     int       // sample banks: 2 lets the next read overlap this conversion
	Pipelined bool      // false: the converters wait for the shift-add
}

// Pipeline is the state of one array's read path: when each resource is free.
// Reads enter in order, and each waits for
//
//	front   ≥ drivers free, a bank free
//	convert ≥ front done, converters free
//	shift-add ≥ converted, shift-add free; the converters hold the code until it is taken
type Pipeline struct {
	timing    Timing
	driver    sim.Cycle
	banks     [2]sim.Cycle // earliest free first
	converter sim.Cycle
	shiftAdd  sim.Cycle
}

// NewPipeline returns an idle read path.
func NewPipeline(t Timing) Pipeline { return Pipeline{timing: t} }

// Read passes so many reads through, the first no sooner than start. It
// returns when the drivers are done with the last one and when its sum is.
func (p *Pipeline) Read(start sim.Cycle, reads int64) (driven, done sim.Cycle) {
	p.driver = max(p.driver, start)
	for ; reads > 0; reads-- {
		before := *p
		p.step()
		if step, steady := p.shiftOf(&before); steady {
			p.shift(step * sim.Cycle(reads-1))
			break
		}
	}
	return p.driver, p.shiftAdd
}

func (p *Pipeline) step() {
	t := &p.timing
	front := max(p.driver, p.banks[0]) + t.Front
	converted := max(front, p.converter) + t.Convert
	taken := max(converted, p.shiftAdd)
	summed := taken + t.ShiftAdd
	free := converted
	p.driver = front
	p.converter = taken
	if !t.Pipelined {
		p.converter, free = summed, summed
	}
	p.shiftAdd = summed
	if t.Banks == 1 {
		p.banks[0] = free
		return
	}
	p.banks[0], p.banks[1] = p.banks[1], free
}

// shiftOf reports whether the last read moved every resource by the same
// number of cycles. All rules are maxima and sums, so every later read then
// does the same: the state may jump.
func (p *Pipeline) shiftOf(before *Pipeline) (sim.Cycle, bool) {
	d := p.driver - before.driver
	steady := p.converter-before.converter == d && p.shiftAdd-before.shiftAdd == d &&
		p.banks[0]-before.banks[0] == d && (p.timing.Banks == 1 || p.banks[1]-before.banks[1] == d)
	return d, steady
}

func (p *Pipeline) shift(d sim.Cycle) {
	p.driver += d
	p.converter += d
	p.shiftAdd += d
	p.banks[0] += d
	p.banks[1] += d
}
