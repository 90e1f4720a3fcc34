package digital

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"

	"xbar/sim/workload"
)

// plan is one kernel of a pass as the loops will run it.
type plan struct {
	kernel           workload.Kernel
	batch            int64
	memory           *hierarchy
	loopInstructions int64
	products         int64 // groups, and of dynamic kernels inputs, that have a W of their own
	nest             nest
	operands         [operands]operand
	word             [operands]int64 // bits
	output           int64           // bits of a finished sum
	extent           [operands]int64 // lines that a level must hold to have a line before its first use
	window           int64           // lines of x that vectors of a convolution share, which are found where these are kept
	home             int             // level that holds all sums

	traffic *traffic // of a product
	whole   activity // of all of them, and what is computed beside
	bound   float64  // joules that no loops go below; 0: not known
}

// loops is how a kernel's loops are laid out.
type loops struct {
	order  string
	tile   place
	around bool // stores go around the caches
}

// held is the operand that stays in a register over a run.
func (p *plan) held() int {
	for own := range p.operands {
		if p.operands[own].third() == p.nest.inner() {
			return own
		}
	}
	panic("digital: every axis has an operand that does not depend on it")
}

// plans lays out a pass of a batch through the kernels.
func (s *Scalar) plans(ctx context.Context, kernels []workload.Kernel, batch int64) ([]plan, error) {
	if err := s.countable(kernels, batch); err != nil {
		return nil, err
	}
	weights, err := s.memory.weights(kernels)
	if err != nil {
		return nil, err
	}
	plans := make([]plan, len(kernels))
	known := map[workload.Kernel]*plan{}
	for i, k := range kernels {
		shape := k
		shape.Name = ""
		if p := known[shape]; p != nil {
			plans[i] = *p
			plans[i].kernel.Name = k.Name
			continue
		}
		p, err := s.plan(ctx, k, batch, weights)
		if err != nil {
			return nil, fmt.Errorf("digital: kernel %s: %w", k.Name, err)
		}
		plans[i], known[shape] = *p, &plans[i]
	}
	return plans, nil
}

// plan lays out a kernel of a model with so many lines of weights: as the config
// says, or as costs least.
func (s *Scalar) plan(ctx context.Context, k workload.Kernel, batch, weights int64) (*plan, error) {
	if s.core.Order == auto {
		return s.cheapest(ctx, k, batch, weights)
	}
	p, err := s.layOut(k, batch, weights, loops{s.core.Order, place{s.core.TileL, s.core.TileN, s.core.TileM}, s.around})
	if err != nil {
		return nil, err
	}
	return p, p.count(ctx)
}

// weights is the lines of a model's weights, packed.
func (h *hierarchy) weights(kernels []workload.Kernel) (lines int64, err error) {
	for _, k := range kernels {
		if k.Dynamic {
			continue
		}
		words, err := h.wordsPerLine(wordBits(k.WeightBits))
		if err != nil {
			return 0, fmt.Errorf("digital: kernel %s: %w", k.Name, err)
		}
		lines += ceilDiv(k.Inputs()*k.M, words)
	}
	return lines, nil
}

// layOut places a kernel's operands in memory.
func (s *Scalar) layOut(k workload.Kernel, batch, weights int64, l loops) (*plan, error) {
	h := s.memory
	p := &plan{kernel: k, batch: batch, memory: h, loopInstructions: s.core.LoopInstructions, products: k.Products()}
	rows := k.L * batch
	if k.Dynamic {
		p.products, rows = p.products*batch, k.L
	}
	p.nest = newNest(l.order, place{rows, k.N, k.M}, l.tile, s.core.Lanes)
	p.output = wordBits(k.OutputBits)
	p.word = [operands]int64{wordBits(k.InputBits), wordBits(k.WeightBits), p.output}
	if p.nest.inner() != axisN || p.nest.tile[axisN] < k.N {
		p.word[useY] = max(p.output, wordBits(k.InputBits+k.WeightBits+bits.Len64(uint64(k.N-1))))
	}
	p.operands = [operands]operand{
		useX: {full: axisL, blocked: axisN},
		useW: {full: axisM, blocked: axisN},
		useY: {full: axisL, blocked: axisM, around: l.around},
	}
	if p.nest.at[axisN] < p.nest.at[axisM] {
		p.operands[useW] = operand{full: axisN, blocked: axisM}
	}
	var errs []error
	for own := range p.operands {
		o := &p.operands[own]
		words, err := h.wordsPerLine(p.word[own])
		if err != nil {
			errs = append(errs, err)
			continue
		}
		o.words = min(words, p.nest.size[o.blocked])
		p.extent[own] = p.products * o.lines(p.nest.size)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if !k.Dynamic {
		p.extent[useW] = weights
	}
	p.share(rows)
	p.operands[useX].cold = h.holding(p.extent[useX])
	p.operands[useX].near = min(p.operands[useX].cold, h.holding(p.window))
	p.operands[useW].cold = h.holding(p.extent[useW])
	p.home = h.holding(p.extent[useY])
	return p, p.vectorisable()
}

// share takes from x the lines that its windows share. As it is unrolled, x has a line
// for each use of what is once in memory: D of L·N words.
//
//	lines that come first     ⌈lines · D/(L·N)⌉
//	a level that holds        the rest, where it holds ahead + behind + the share of a vector
func (p *plan) share(rows int64) {
	k, x := &p.kernel, &p.operands[useX]
	uses := float64(k.L) * float64(k.Inputs())
	lines := x.lines(p.nest.size)
	fresh := min(lines, int64(math.Ceil(float64(lines)*float64(k.Distinct())/uses)))
	x.shared = lines - fresh
	p.extent[useX] = p.products * fresh
	words := k.Window.Ahead + k.Window.Behind + ceilDiv(k.Distinct(), k.L)
	p.window = int64(math.Ceil(float64(lines) * float64(words) / uses * float64(k.L) / float64(rows)))
}

// vectorisable refuses a cache that a single step could sweep: every level holds
// what a step uses, so that a line used again in a run is found in the first.
func (p *plan) vectorisable() error {
	lanes, least := p.nest.lanes, int64(0)
	for own := range p.operands {
		if o := &p.operands[own]; o.blocked == p.nest.inner() {
			least += ceilDiv(lanes-1, o.words) + 1
		}
	}
	if first := p.memory.levels[0].lines; lanes > 1 && first < least {
		return fmt.Errorf("a step of %d lanes uses up to %d lines, and the first level holds %d", lanes, least, first)
	}
	return nil
}

// count fills in what the kernel does.
func (p *plan) count(ctx context.Context) error {
	p.traffic = newTraffic(len(p.memory.levels))
	r := reuse{nest: p.nest, memory: p.memory, operands: p.operands}
	if err := r.count(ctx, p.traffic); err != nil {
		return err
	}
	p.whole = activity{levels: make([]levelActivity, len(p.memory.levels))}
	p.product(&p.whole)
	p.lines(&p.whole, p.traffic)
	p.whole.times(p.products)
	p.operate(&p.whole)
	return nil
}

// countable refuses shapes that make no sense and passes whose counts or
// cycles could overflow.
func (s *Scalar) countable(kernels []workload.Kernel, batch int64) error {
	if batch < 1 {
		return fmt.Errorf("digital: a batch of %d", batch)
	}
	perMAC := float64(6+s.core.LoopInstructions+2) * float64(max(2, s.core.CyclesPerInstruction)) // MAC, store and activation
	perUse := float64(2 * wordBits(64))
	blame := "L·N·M × batch"
	for _, l := range s.memory.levels {
		perUse += 4*float64(l.perLine) + float64(l.latency)
		if float64(l.latency)+float64(l.perLine) > math.MaxInt32 {
			blame = "latency and line of memory levels"
		}
	}
	var most float64
	for _, k := range kernels {
		if min(k.L, k.N, k.M) < 1 || min(k.InputBits, k.WeightBits, k.OutputBits) < 1 {
			return fmt.Errorf("digital: kernel %s has no size: %d×%d×%d of %d, %d and %d bits",
				k.Name, k.L, k.N, k.M, k.InputBits, k.WeightBits, k.OutputBits)
		}
		macs := float64(batch) * float64(k.L) * float64(k.Inputs()) * float64(k.M)
		most += macs * (perMAC + 4*perUse)
		beside := float64(k.Beside.Operations) + float64(k.Beside.Operands) + float64(k.Beside.Results)
		most += float64(batch) * beside * (perMAC + perUse)
	}
	if most > math.MaxInt64/2 {
		return fmt.Errorf("digital: a pass of up to %.2g actions and cycles is more than can be counted (%s)", most, blame)
	}
	return nil
}
