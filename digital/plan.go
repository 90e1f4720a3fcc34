package digital

import (
	"context"
	"errors"
	"fmt"
	"math"

	"xbar/sim/workload"
)

// plan is one kernel of a pass as the loops will run it.
type plan struct {
	kernel   workload.Kernel
	products int64 // inputs that bring a W of their own; 1 for static weights
	rows     int64 // L of one product
	x, w     operand
	xAccess  int64 // accesses of the innermost level that load one word
	wAccess  int64
	store    int   // level that takes the outputs
	yAccess  int64 // its accesses for one word
	reuse    *reuse
}

// loops is the number of inner loops, one an output.
func (p *plan) loops() int64 { return p.products * p.rows * p.kernel.M }

// macs is the number of multiply-accumulates in the pass.
func (p *plan) macs() int64 { return p.loops() * p.kernel.N }

// upTo is how many loads each level serves in the kernel's first t inner
// loops.
func (p *plan) upTo(t int64) served {
	each := p.rows * p.kernel.M
	total := p.reuse.upTo(t % each)
	total.add(t/each, p.reuse.upTo(each))
	return total
}

// plans lays out a pass of a batch through the kernels.
func (s *Scalar) plans(ctx context.Context, kernels []workload.Kernel, batch int64) (plans []plan, err error) {
	if err := s.countable(kernels, batch); err != nil {
		return nil, err
	}
	plans = make([]plan, len(kernels))
	var weights int64 // lines of the whole model
	for i, k := range kernels {
		p, err := s.memory.layOut(k, batch)
		if err != nil {
			return nil, fmt.Errorf("digital: kernel %s: %w", k.Name, err)
		}
		if !k.Dynamic {
			weights += k.M * p.w.lines
		}
		plans[i] = p
	}
	for i := range plans {
		p := &plans[i]
		if !p.kernel.Dynamic {
			p.w.cold = s.memory.holding(weights)
		}
		if s.core.Order == "mln" {
			p.reuse, err = newReuse(ctx, s.memory, p.kernel.N, p.w, p.x, false, p.kernel.M, p.rows)
		} else {
			p.reuse, err = newReuse(ctx, s.memory, p.kernel.N, p.x, p.w, true, p.rows, p.kernel.M)
		}
		if err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// layOut places a kernel's operands in memory. Its W is taken for an
// activation; static weights depend on the rest of the model.
func (h *hierarchy) layOut(k workload.Kernel, batch int64) (plan, error) {
	x, errX := h.operand(k.N, k.InputBits)
	w, errW := h.operand(k.N, k.WeightBits)
	y, errY := h.operand(k.M, k.OutputBits)
	if err := errors.Join(errX, errW, errY); err != nil {
		return plan{}, err
	}
	x.cold = h.holding(k.L * batch * x.lines)
	w.cold = h.holding(batch * k.M * w.lines)
	p := plan{kernel: k, products: 1, rows: k.L * batch, x: x, w: w}
	if k.Dynamic {
		p.products, p.rows = batch, k.L
	}
	p.store = h.holding(k.L * batch * y.lines)
	p.xAccess = h.levels[0].accesses(k.InputBits)
	p.wAccess = h.levels[0].accesses(k.WeightBits)
	p.yAccess = h.levels[p.store].accesses(k.OutputBits)
	return p, nil
}

// operand lays out rows of n words; its cold level is not known yet.
func (h *hierarchy) operand(n int64, bits int) (operand, error) {
	words, err := h.wordsPerLine(wordBits(bits))
	if err != nil {
		return operand{}, err
	}
	return operand{words: words, lines: ceilDiv(n, words)}, nil
}

// countable refuses shapes that make no sense and passes whose counts or
// cycles could overflow.
func (s *Scalar) countable(kernels []workload.Kernel, batch int64) error {
	if batch < 1 {
		return fmt.Errorf("digital: a batch of %d", batch)
	}
	perMAC := float64(4+s.core.LoopInstructions+2) * float64(max(2, s.core.CyclesPerInstruction)) // MAC, store and activation
	perLoad := float64(wordBits(64))
	blame := "L·N·M × batch"
	for _, l := range s.memory.levels {
		perLoad += float64(l.perLine) + float64(l.latency)
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
		macs := float64(batch) * float64(k.L) * float64(k.N) * float64(k.M)
		most += macs * (perMAC + 2*perLoad)
	}
	if most > math.MaxInt64/2 {
		return fmt.Errorf("digital: a pass of up to %.2g actions and cycles is more than can be counted (%s)", most, blame)
	}
	return nil
}
