package analog

import "xbar/sim"

// Part is something that a kernel's time can go to.
type Part int

// The parts, in the order that decides between equals. Loading is time in which a wave
// waits for its tiles; while it computes, the others are busy side by side.
const (
	Converters Part = iota
	Drivers         // load, read pulse and sample
	ShiftAdds
	Accumulators
	Activations
	PEs // of the digital side
	Network
	DRAM
	Loading
	Parts
)

// Path is the component that a part is; "" is none.
func (c *Chip) Path(p Part) string {
	return [Parts]string{
		c.readout.path, "tile/array/row", "tile/array/shift-add", "tile/accumulator", "tile/activation", "digital/pe", "network", "dram", "",
	}[p]
}

// Spent is for how long each part was busy: of what there are many, the busiest one,
// and of DRAM channels their mean.
type Spent [Parts]sim.Cycle

// reads is what an array is busy for with reads.
type reads struct{ driving, converting, shifting sim.Cycle }

func (r reads) times(n int64) reads {
	return reads{times(n, r.driving), times(n, r.converting), times(n, r.shifting)}
}

func (r reads) or(s reads) reads {
	return reads{max(r.driving, s.driving), max(r.converting, s.converting), max(r.shifting, s.shifting)}
}

// readsOf is what a vector takes of an array of the group.
func (c *Chip) readsOf(s *spec, g *group) reads {
	var r reads
	for i := range s.stages {
		stage := &s.stages[i]
		r.driving = plus(r.driving, times(g.rowGroups, stage.front))
		r.converting = plus(r.converting, times(g.rowGroups, times(ceilDiv(g.converted, c.readout.perArray), stage.interval)))
	}
	r.shifting = times(g.reads, c.timings.shiftAdd)
	return r
}

// read is what the busiest array of a copy was busy for.
func (n *lane) read() (most reads) {
	for _, a := range n.units {
		most = most.or(a.spent)
	}
	if n.units != nil {
		return most
	}
	for i := range n.groups {
		most = most.or(n.groups[i].each.times(n.activated))
	}
	return most
}

// shared is what the media and the units of tiles have been busy for.
type shared struct {
	dram              sim.Cycle
	links             map[*sim.Resource]sim.Cycle // of the network: a bus is one
	adders, operators map[*sim.Resource]sim.Cycle
}

// note notes it, in the same memory.
func (s *shared) note(c *Chip) {
	s.dram = c.dram.Served()
	if s.links == nil {
		s.links = map[*sim.Resource]sim.Cycle{}
	}
	for _, r := range c.links() {
		s.links[r] = r.Served()
	}
	s.adders, s.operators = noted(s.adders, &c.accumulator), noted(s.operators, &c.activation)
}

// links are the network's media that have been asked for.
func (c *Chip) links() (all []*sim.Resource) {
	if c.hops == nil {
		return []*sim.Resource{c.network}
	}
	for _, l := range c.hops.fabric.Used() {
		all = append(all, c.hops.fabric.Resource(l))
	}
	return all
}

func noted(served map[*sim.Resource]sim.Cycle, units *tileUnits) map[*sim.Resource]sim.Cycle {
	if served == nil {
		served = map[*sim.Resource]sim.Cycle{}
	}
	served[units.alone] = units.alone.Served()
	for _, r := range units.tiles {
		served[r] = r.Served()
	}
	return served
}

// busiest is for how long the busiest unit has been busy since.
func busiest(since map[*sim.Resource]sim.Cycle) (most sim.Cycle) {
	for r, before := range since {
		most = max(most, r.Served()-before)
	}
	return most
}

// spend adds what a wave's time went to while it computed.
func (c *Chip) spend(l *line) {
	var most reads
	for i := range l.lanes {
		most = most.or(l.lanes[i].read())
	}
	s, since := &c.measured.KernelSpent[l.plan.Kernel], &c.since
	s[Converters] += most.converting
	s[Drivers] += most.driving
	s[ShiftAdds] += most.shifting
	s[Accumulators] += busiest(since.adders)
	s[Activations] += busiest(since.operators)
	if l.spec.digital {
		s[PEs] += c.side.unit.Computing()
	}
	var network sim.Cycle
	for _, r := range c.links() {
		network = max(network, r.Served()-since.links[r]) // of a link that nothing went over before, 0
	}
	s[Network] += network
	s[DRAM] += (c.dram.Served() - since.dram) / sim.Cycle(c.machine.DRAM.Channels)
}

// Spent is what a kernel's time went to, over the measured passes of layers.
func (c *Chip) Spent(kernel int) Spent {
	s := c.measured.KernelSpent[kernel]
	s[Loading] = c.measured.KernelExposed[kernel]
	return s
}
