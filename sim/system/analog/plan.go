package analog

import (
	"fmt"
	"slices"

	"xbar/configs"
	"xbar/sim/mapping"
	"xbar/sim/workload"
)

// plan is all passes of a run, laid out before it starts.
type plan struct {
	planner *mapping.Planner
	preload []mapping.Wave
	passes  [][]mapping.Wave
	waves   int  // of all passes
	warmUp  bool // the first pass is not measured
}

// mostPasses and mostUses bound the passes, and the uses of tiles in them, that
// are measured while a plan's period has not come round; their mean is then
// what is reported. Passes of the optimal plan differ by one load.
const (
	mostPasses = 100
	mostUses   = 20_000

	mostWearPasses = 1000
	mostWearUses   = 200_000
)

// Choices are the policies worth trying for kernels on a machine; none where every
// static tile has an array of its own, so that no policy makes a difference.
func Choices(m *configs.Machine, kernels []workload.Kernel, batch int64) ([]mapping.Choice, error) {
	grids := make([]mapping.Grid, len(kernels))
	arrays := m.Chip.Tiles * m.Chip.ArraysPerTile
	for i, k := range kernels {
		s, err := newSpec(m, k)
		if err != nil {
			return nil, err
		}
		grids[i] = s.grid
		if k.Cache != workload.NoCache {
			arrays -= min(arrays, int(min(batch*int64(s.grid.Arrays()), int64(arrays))))
		}
	}
	if mapping.Resident(kernels, grids, arrays) {
		return nil, nil
	}
	return mapping.Choices(arrays, grids, m.Network.Routed()), nil
}

func (c *Chip) makePlan(work *workload.Workload) (err error) {
	m := c.machine
	if s := c.options.Session; s != nil {
		c.plan = plan{planner: s.planner}
		c.measured.Passes, c.measured.Repeats = 1, true
		if !c.options.Part && !c.options.Steady {
			c.plan.preload = s.preload
		}
		if err := c.planPass(); err != nil {
			return err
		}
		c.measured.LoadsOfWorst, c.measured.KernelWear = float64(s.Worst())/float64(s.steps), s.wear(len(c.specs))
		return nil
	}
	p := c.newPlanner(work)
	if m.Chip.Reload == "auto" && !p.Resident() || m.Chip.Replication == "auto" || m.Chip.Execution == "auto" {
		panic("analog: the way to run is not chosen")
	}
	c.plan = plan{planner: p, warmUp: !p.Resident()}
	if c.pipelined() {
		if err := c.refusePipeline(); err != nil {
			return err
		}
	}
	if c.plan.preload, err = p.Preload(c.ctx); err != nil {
		return err
	}
	if c.plan.warmUp {
		if err := c.planPass(); err != nil {
			return err
		}
	}
	if c.options.Steady {
		c.plan.preload, c.plan.passes, c.plan.waves, c.plan.warmUp = nil, nil, 0, false
		c.measured.Passes = 1
		return c.planPass()
	}
	start := p.State()
	for !c.enoughPasses() {
		if err := c.planPass(); err != nil {
			return err
		}
		c.measured.Passes++
		c.measured.Repeats = c.measured.Repeats || p.Resident() || slices.Equal(start, p.State())
	}
	return c.planWear()
}

func (c *Chip) newPlanner(work *workload.Workload) *mapping.Planner {
	m := c.machine
	grids := make([]mapping.Grid, len(c.specs))
	for k := range c.specs {
		grids[k] = c.specs[k].grid
	}
	return mapping.NewPlanner(work.Kernels, grids, mapping.Chip{
		Arrays: m.Chip.Tiles * m.Chip.ArraysPerTile, Policy: mapping.Policy(m.Chip.Reload),
		Stream: m.Chip.StreamArrays, Overlap: m.Chip.OverlapReload, Widen: m.Chip.Keep == "waves", Columns: m.Chip.Waves == "columns",
	}, c.options.Batch)
}

// use is an array that a kernel was loaded into.
type use struct{ kernel, array int }

// planWear goes on planning, without simulating, to see which array is written
// most in the long run: from one period of a plan to the next, tiles change
// arrays.
func (c *Chip) planWear() error {
	loads := make([]int64, c.Capacity())
	into := map[use]bool{}
	var passes, uses, most int64
	for uses < mostWearUses && passes < mostWearPasses {
		waves, err := c.plan.planner.Pass(c.ctx)
		if err != nil {
			return err
		}
		passes++
		for i := range waves {
			uses += int64(len(waves[i].Arrays))
			for _, l := range waves[i].Loads {
				loads[l.Array]++
				most = max(most, loads[l.Array])
				into[use{waves[i].Kernel, l.Array}] = true
			}
		}
		if most == 0 {
			return nil
		}
	}
	c.measured.LoadsOfWorst = float64(most) / float64(passes)
	c.measured.KernelWear = make([]float64, len(c.specs))
	for u := range into {
		worst := &c.measured.KernelWear[u.kernel]
		*worst = max(*worst, float64(loads[u.array])/float64(passes))
	}
	return nil
}

func (c *Chip) planPass() error {
	waves, err := c.nextPass()
	if c.ctx.Err() != nil {
		return err
	}
	if err != nil {
		return fmt.Errorf("%w (chip.tiles, chip.arrays_per_tile, chip.reload, chip.stream_arrays)", err)
	}
	c.plan.passes = append(c.plan.passes, waves)
	if c.plan.waves += len(waves); c.plan.waves > 2*mapping.MostWaves {
		return fmt.Errorf("%d passes take more than %d waves of tiles: too many tiles for so few arrays (chip.tiles, chip.arrays_per_tile), or too many inputs (workload.limit)",
			len(c.plan.passes), 2*mapping.MostWaves)
	}
	return nil
}

// nextPass is the next of the plan, or of a session.
func (c *Chip) nextPass() ([]mapping.Wave, error) {
	if s := c.options.Session; s != nil {
		return s.pass(c.ctx, c.options.Part)
	}
	return c.plan.planner.Pass(c.ctx)
}

// enoughPasses reports whether the planned passes stand for all later ones:
// the inputs are through where values are exact; else one pass, but under the
// optimal policy a whole period if it is not too long.
func (c *Chip) enoughPasses() bool {
	n := c.measured.Passes
	switch {
	case c.values != nil:
		return n == c.values.passes()
	case n == 0 || c.measured.Repeats:
		return n > 0
	case c.machine.Chip.Reload != string(mapping.Optimal):
		return true
	}
	return n == mostPasses || n*int64(c.plan.planner.Demand()) > mostUses
}
