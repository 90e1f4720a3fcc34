package analog

import (
	"fmt"

	"xbar/crossbar"
	"xbar/sim"
	"xbar/sim/mapping"
)

// What copies may take in memory: of all kernels together, and how many arrays
// balancing gives them at most.
const (
	mostCopies = 1 << 18
	mostSpare  = 1 << 17
)

// makeCopies gives each kernel its copies: as many as it asks for, and of the
// arrays that are left, where they are to balance the kernels, those that
// [mapping.Balance] gives it. Copies are made of tiles that stay.
func (c *Chip) makeCopies() error {
	stages, demand, loose := c.stages()
	arrays := c.Capacity()
	if copied := c.askedFor(); copied != nil && (demand > arrays || demand == arrays && loose > 0) {
		return fmt.Errorf("kernel %s: replicas = %d, but with all copies the kernels take %d arrays of the chip's %d, and tiles that are reloaded have none (chip.tiles, chip.arrays_per_tile)",
			copied.kernel.Name, copied.kernel.Replicas, demand, c.Capacity())
	}
	if c.machine.Chip.Replication == "balance" && demand+loose < arrays {
		for k, n := range mapping.Balance(stages, min(arrays-loose, demand+mostSpare)) {
			if !c.specs[k].digital {
				c.specs[k].grid.Copies = n
			}
		}
	}
	used, copies := 0, 0
	for k := range c.specs {
		used += c.specs[k].grid.Arrays()
		copies += c.specs[k].grid.Copies
	}
	if copies > mostCopies {
		return fmt.Errorf("replicas make %d copies of kernels; at most %d are simulated", copies, mostCopies)
	}
	if c.options.Step && used > mostStep {
		return fmt.Errorf("granularity = \"step\" gives %d arrays events of their own; at most %d are simulated: take \"burst\"", used, mostStep)
	}
	return nil
}

// passesAtOnce is the passes of a pipeline that are balanced together: they follow each
// other without a gap, so copies beyond the vectors of one have work, too.
const passesAtOnce = 1 << 10

// stages is the kernels as stages of a pipeline, with the arrays that they take
// and those that the largest dynamic kernel wants beside them. What is written for
// every input has no vectors to share.
func (c *Chip) stages() (all []mapping.Stage, demand, loose int) {
	for k := range c.specs {
		s := &c.specs[k]
		s.grid.Copies = int(max(1, s.kernel.Replicas))
		if s.digital {
			s.grid.Copies = 0
		}
		stage := mapping.Stage{
			Tiles: s.grid.Tiles(), Vectors: s.kernel.L * c.options.Batch,
			Cycles: float64(c.cyclesOfVector(s)), Copies: s.grid.Copies,
		}
		if c.pipelined() {
			stage.Vectors *= passesAtOnce
		}
		if s.kernel.Dynamic {
			loose = max(loose, min(s.grid.Copies, 1)*s.grid.Tiles())
			stage.Tiles, stage.Vectors = 0, 1
		} else {
			demand += s.grid.Arrays()
		}
		all = append(all, stage)
	}
	return all, demand, loose
}

// askedFor is a kernel that asks for copies; nil: none does.
func (c *Chip) askedFor() *spec {
	for k := range c.specs {
		if c.specs[k].kernel.Replicas > 1 {
			return &c.specs[k]
		}
	}
	return nil
}

// cyclesOfVector is how often a kernel's fullest array takes a vector.
func (c *Chip) cyclesOfVector(s *spec) sim.Cycle {
	g := c.newGroup(s, tileOf(&s.grid, 0))
	p := crossbar.NewPipeline(c.timings.pipeline(c.machine, &c.readout, s, g.converted))
	var before, last sim.Cycle
	for range 4 {
		before = last
		_, last = p.Read(0, g.reads)
	}
	return last - before
}
