package analog

import (
	"context"
	"slices"

	"xbar/configs"
	"xbar/sim"
	"xbar/sim/mapping"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// Session is arrays from one step of a session to the next. A chip is a step: kernels
// with a cache have an output or an input more than in the step before, and of what
// the arrays hold of them only that is written,
//
//	columns   a weight in every row of the last column tiles
//	rows      a row of every last row tile
//
// A tile that made room for others is loaded whole. Caches that are used on arrays live
// in the DRAM, to which each step adds; those of the digital side live in what room
// activations leave them in the global buffer, and the rest of each in the DRAM.
type Session struct {
	planner  *mapping.Planner
	kernels  []workload.Kernel
	full     []mapping.Grid
	preload  []mapping.Wave
	rewrite  bool
	separate bool

	placed []int64 // tiles, by array
	into   map[use]bool
	steps  int64
}

// NewSession begins one. The workload is that of its last step, and options those of
// every step.
func NewSession(ctx context.Context, m *configs.Machine, work *workload.Workload, opt Options) (*Session, error) {
	nominal, err := sim.NewClock(unit.Exact(m.Clock))
	if err != nil {
		return nil, err
	}
	c := &Chip{ctx: ctx, machine: m, options: opt, readout: newReadout(m), rowWrites: map[int64]rowWrite{}}
	if c.timings, err = newTimings(m, nominal); err != nil {
		return nil, err
	}
	if err := c.cut(work); err != nil {
		return nil, err
	}
	s := &Session{planner: c.newPlanner(work), kernels: work.Kernels, rewrite: m.Chip.Cache == "rewrite", separate: true}
	for k := range c.specs {
		s.full = append(s.full, c.specs[k].grid)
	}
	spills := mapping.Spills(work.Kernels, opt.Batch, int64(m.GlobalBuffer.Capacity))
	for _, share := range spills[:len(spills)-1] { // the last output is in the DRAM anyway
		s.separate = s.separate && share.Part == 0
	}
	if s.preload, err = s.planner.Preload(ctx); err != nil {
		return nil, err
	}
	s.Restart()
	return s, nil
}

// Restart forgets the caches, and what was written.
func (s *Session) Restart() {
	s.planner.Forget()
	s.placed, s.into, s.steps = nil, map[use]bool{}, 0
}

// Kept reports whether all caches have arrays of their own beside the weights.
func (s *Session) Kept() bool { return s.planner.Kept() }

// Separate reports whether static kernels do the same in every step, whatever those
// with a cache do: all weights stay, and so do all activations in the global buffer.
func (s *Session) Separate() bool { return s.separate && s.others() }

// cut gives kernels the session's grids, as large as they are in this step.
func (s *Session) cut(specs []spec) {
	grids := slices.Clone(s.full)
	for k := range specs {
		if specs[k].kernel.Cache != workload.NoCache {
			grids[k] = s.full[k].Of(specs[k].kernel.N, specs[k].kernel.M)
		}
		specs[k].grid = grids[k]
	}
	s.planner.Grow(grids)
}

// Skip plans a step that is not simulated.
func (s *Session) Skip(ctx context.Context, work *workload.Workload) error {
	grids := slices.Clone(s.full)
	for k, kernel := range work.Kernels {
		if kernel.Cache != workload.NoCache {
			grids[k] = s.full[k].Of(kernel.N, kernel.M)
		}
	}
	s.planner.Grow(grids)
	_, err := s.pass(ctx, s.others())
	return err
}

// others reports whether kernels without a cache leave the arrays as they are.
func (s *Session) others() bool {
	for k := range s.kernels {
		if s.kernels[k].Dynamic && s.kernels[k].Cache == workload.NoCache && s.full[k].Arrays() > 0 {
			return false
		}
	}
	return s.planner.Resident()
}

// pass plans a step, or the part of it that kernels with a cache have.
func (s *Session) pass(ctx context.Context, part bool) ([]mapping.Wave, error) {
	if s.rewrite {
		s.planner.Forget()
	}
	waves, err := s.planner.PassOf(ctx, func(k int) bool { return !part || s.kernels[k].Cache != workload.NoCache })
	if err != nil {
		return nil, err
	}
	s.steps++
	for i := range waves {
		for _, l := range waves[i].Loads {
			if !l.Placed {
				continue
			}
			for len(s.placed) <= l.Array {
				s.placed = append(s.placed, 0)
			}
			s.placed[l.Array]++
			s.into[use{waves[i].Kernel, l.Array}] = true
		}
	}
	return waves, nil
}

// Worst is how often the cells of the array that is written most were written so far:
// once for each tile that was placed there. What is appended to a tile was not written
// when it was placed.
func (s *Session) Worst() int64 { return slices.Max(append(s.placed, 0)) }

// wear is that of each kernel's arrays, a step.
func (s *Session) wear(kernels int) []float64 {
	worst := make([]float64, kernels)
	for u := range s.into {
		worst[u.kernel] = max(worst[u.kernel], float64(s.placed[u.array])/float64(s.steps))
	}
	return worst
}

// spillOfCaches is the share of the digital side's caches that has no room in the
// global buffer beside the activations.
func (c *Chip) spillOfCaches() mapping.Share {
	room, all := int64(c.machine.GlobalBuffer.Capacity), int64(0)
	most := int64(0)
	for i := range c.specs {
		k := &c.specs[i].kernel
		most = max(most, c.options.Batch*k.L*(k.Inputs()*int64(k.InputBits)+k.Outputs()*int64(k.OutputBits)))
		if k.Cache != workload.NoCache && c.specs[i].digital {
			all += c.options.Batch * k.Products() * k.N * k.M * int64(k.WeightBits)
		}
	}
	return mapping.Share{Part: max(0, all-max(0, room-most)), Whole: all}
}

// storeCache sends what a step adds to a cache to where it lives, if that is the DRAM.
// It is in the global buffer; the kernel ends when it is stored.
func (c *Chip) storeCache(w *planned) {
	k := &w.spec.kernel
	if k.Cache == workload.NoCache || w.plan.First > 0 {
		return
	}
	bits := k.Grown()
	if w.spec.digital {
		bits -= kept(c.cacheSpill, bits, bits)
	}
	c.ledger.Add(w.phase, c.accounts.bufferRead, bits)
	c.ledger.Add(w.phase, c.accounts.dramWrite, bits)
	if busy := c.dramLink.Cycles(bits); busy > 0 {
		c.storing = true
		c.dram.Request(weights|1<<61, busy, c.self, evCached, 0, 0)
	}
}

// ended finishes a wave that has computed, once what it adds to a cache is in the DRAM:
// so a kernel takes the same whatever comes after it.
func (c *Chip) ended(l *line) error {
	if c.storing {
		c.waiting = l
		return nil
	}
	if err := c.finish(l); err != nil {
		return err
	}
	return c.tryStart()
}

// stored hears that it is there.
func (c *Chip) stored() error {
	c.storing = false
	if l := c.waiting; l != nil {
		c.waiting = nil
		return c.ended(l)
	}
	return nil
}

// Leaves reports whether a kernel is left out of the part of a step that this is.
func (c *Chip) Leaves(kernel int) bool {
	return c.options.Part && c.specs[kernel].kernel.Cache == workload.NoCache
}
