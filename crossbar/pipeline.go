package crossbar

import "xbar/sim"

// Timing is how long a read occupies each stage of an array.
type Timing struct {
	Stages    []Stage   // of the reads of one row group, in order; the next row group begins again with the first
	ShiftAdd  sim.Cycle // from the last code to the sum
	Banks     int       // sample banks: 2 lets the next read overlap this conversion
	Pipelined bool      // false: the converters wait for the shift-add
}

// Stage is one read: what comes before the shift-add.
type Stage struct {
	Front   sim.Cycle // DAC load, read pulse, sample and integration: the row drivers are held
	Convert sim.Cycle // all used columns into the array's converters, which then are free again
	Delay   sim.Cycle // from there to the last code, in converters that work on several samples at once
}

// Pipeline is the state of one array's read path: when each resource is free.
// Reads enter in order, and each waits for
//
//	front   ≥ drivers free, a bank free
//	convert ≥ front done, converters free
//	shift-add ≥ code there, shift-add free
//
// Converters hold a code until it is taken, but for those with a delay, which
// queue their codes.
type Pipeline struct {
	timing    Timing
	driver    sim.Cycle
	banks     [2]sim.Cycle // earliest free first
	converter sim.Cycle
	shiftAdd  sim.Cycle
}

// NewPipeline returns an idle read path.
func NewPipeline(t Timing) Pipeline { return Pipeline{timing: t} }

// Read passes so many reads through, a multiple of the stages, the first no
// sooner than start. It returns when the drivers are done with the last one and
// when its sum is.
func (p *Pipeline) Read(start sim.Cycle, reads int64) (driven, done sim.Cycle) {
	p.driver = max(p.driver, start)
	for rounds := reads / int64(len(p.timing.Stages)); rounds > 0; rounds-- {
		before := *p
		for i := range p.timing.Stages {
			p.step(&p.timing.Stages[i])
		}
		if step, steady := p.shiftOf(&before); steady {
			p.shift(step * sim.Cycle(rounds-1))
			break
		}
	}
	return p.driver, p.shiftAdd
}

// Passage is when a read was at what.
type Passage struct{ Front, Convert, ShiftAdd Interval }

// Interval is from one cycle up to another.
type Interval struct{ From, To sim.Cycle }

// Follow is [Pipeline.Read] that visits every read, in order.
func (p *Pipeline) Follow(start sim.Cycle, reads int64, visit func(read int64, at Passage)) (driven, done sim.Cycle) {
	p.driver = max(p.driver, start)
	for read := range reads {
		s := &p.timing.Stages[read%int64(len(p.timing.Stages))]
		before := *p
		p.step(s)
		convert := max(p.driver, before.converter)
		visit(read, Passage{
			Front:    Interval{p.driver - s.Front, p.driver},
			Convert:  Interval{convert, convert + s.Convert},
			ShiftAdd: Interval{p.shiftAdd - p.timing.ShiftAdd, p.shiftAdd},
		})
	}
	return p.driver, p.shiftAdd
}

func (p *Pipeline) step(s *Stage) {
	t := &p.timing
	front := max(p.driver, p.banks[0]) + s.Front
	converted := max(front, p.converter) + s.Convert
	taken := max(converted+s.Delay, p.shiftAdd)
	summed := taken + t.ShiftAdd
	free := converted
	p.driver = front
	p.converter = taken
	if s.Delay > 0 {
		p.converter = converted
	}
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

// shiftOf reports whether the last round moved every resource by the same
// number of cycles. All rules are maxima and sums, so every later round then
// does the same: the state may jump.
func (p *Pipeline) shiftOf(before *Pipeline) (sim.Cycle, bool) {
	d := p.driver - before.driver
	steady := p.converter-before.converter == d && p.shiftAdd-before.shiftAdd == d &&
		p.banks[0]-before.banks[0] == d && (p.timing.Banks == 1 || p.banks[1]-before.banks[1] == d)
	return d, steady
}

// State appends when each resource is free, from now on: all that decides what
// later reads do, if they start now or later.
func (p *Pipeline) State(to []int64, now sim.Cycle) []int64 {
	for _, free := range [...]sim.Cycle{p.driver, p.converter, p.shiftAdd, p.banks[0], p.banks[1]} {
		to = append(to, int64(max(free-now, 0)))
	}
	return to
}

// Leap moves the state so many cycles ahead.
func (p *Pipeline) Leap(by sim.Cycle) { p.shift(by) }

func (p *Pipeline) shift(d sim.Cycle) {
	p.driver += d
	p.converter += d
	p.shiftAdd += d
	p.banks[0] += d
	p.banks[1] += d
}
