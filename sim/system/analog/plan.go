package analog

import (
	"slices"

	"xbar/sim/mapping"
	"xbar/sim/workload"
)

// plan is all passes of a run, laid out before it starts.
type plan struct {
	planner *mapping.Planner
	preload []mapping.Wave
	passes  [][]mapping.Wave
	warmUp  bool // the first pass is not measured
}

// mostPasses bounds how many passes are measured while a plan's period has not
// come round; the mean of so many is then what is reported.
const mostPasses = 32

func (c *Chip) makePlan(work *workload.Workload) {
	m := c.machine
	grids := make([]mapping.Grid, len(c.specs))
	for k := range c.specs {
		grids[k] = c.specs[k].grid
	}
	p := mapping.NewPlanner(work.Kernels, grids, mapping.Chip{
		Arrays: m.Chip.Tiles * m.Chip.ArraysPerTile, Policy: mapping.Policy(m.Chip.Reload),
		Stream: m.Chip.StreamArrays, Overlap: m.Chip.OverlapReload,
	}, c.options.Batch)
	c.plan = plan{planner: p, preload: p.Preload(), warmUp: !p.Resident()}
	if c.plan.warmUp {
		c.plan.passes = append(c.plan.passes, p.Pass())
	}
	start := p.State()
	for {
		c.plan.passes = append(c.plan.passes, p.Pass())
		c.measured.Passes++
		c.measured.Repeats = c.measured.Repeats || slices.Equal(start, p.State())
		if c.values != nil {
			if c.measured.Passes == c.values.passes() {
				return
			}
			continue
		}
		if c.measured.Repeats || m.Chip.Reload != string(mapping.Optimal) || c.measured.Passes == mostPasses {
			return
		}
	}
}
