package system

import (
	"context"
	"strings"

	"xbar/sim/workload"
)

// sides says of each shape of dynamic kernels whether it is computed on the digital
// side: bit i is that of the i-th shape, and the last bit that of all from there on.
type sides uint64

const (
	mostShapes = 64
	nowhere    = sides(0)
	everywhere = ^nowhere
)

// shapeOf is a kernel without its name and what follows it.
func shapeOf(k *workload.Kernel) workload.Kernel {
	shape := *k
	shape.Name, shape.Beside, shape.Activation = "", workload.Beside{}, false
	return shape
}

// shapes are the first dynamic kernels of each shape, and for each kernel which it is
// of; −1 where it is static.
func shapes(kernels []workload.Kernel) (first []string, of []int) {
	known := map[workload.Kernel]int{}
	for i := range kernels {
		k := &kernels[i]
		if !k.Dynamic {
			of = append(of, -1)
			continue
		}
		n, ok := known[shapeOf(k)]
		if !ok {
			n = min(len(first), mostShapes-1)
			known[shapeOf(k)] = n
			if n == len(first) {
				first = append(first, k.Name)
			}
		}
		of = append(of, n)
	}
	return first, of
}

// of says it kernel by kernel.
func (s sides) of(kernels []workload.Kernel) []bool {
	if s == nowhere {
		return nil
	}
	_, shape := shapes(kernels)
	digital := make([]bool, len(kernels))
	for i, n := range shape {
		digital[i] = n >= 0 && s>>n&1 == 1
	}
	return digital
}

// withSides is a candidate with all dynamic kernels on arrays, on the digital side, or,
// where that is open, either.
func (j *job) withSides(c way) []way {
	digital := c
	digital.sides = everywhere
	switch first, _ := shapes(j.work.Kernels); {
	case j.machine.Chip.Dynamic == "digital":
		return []way{digital}
	case j.machine.Chip.Dynamic == "auto" && len(first) > 0:
		digital.sides = everywhere >> (mostShapes - len(first))
		digital.Digital = strings.Join(first, " ")
		return []way{c, digital}
	}
	return []way{c}
}

// move goes on from the best candidate, taking one shape of dynamic kernels to the
// other side at a time, while that makes it better. Of two shapes or fewer all
// assignments are tried; of more, what is found is one that no single move betters.
func (s *search) move(ctx context.Context) error {
	first, _ := shapes(s.job.work.Kernels)
	if s.job.machine.Chip.Dynamic != "auto" || len(first) < 2 {
		return nil
	}
	for {
		best := s.tried[s.best()]
		var all []way
		for i := range first {
			c := best
			c.sides ^= 1 << i
			c.Digital = c.sides.names(first)
			if !s.has(c) {
				all = append(all, c)
			}
		}
		if len(all) == 0 {
			return nil
		}
		if err := s.try(ctx, all); err != nil {
			return err
		}
		if s.tried[s.best()].sides == best.sides {
			return nil
		}
	}
}

// names lists the shapes that are on the digital side.
func (s sides) names(first []string) string {
	var all []string
	for i, name := range first {
		if s>>i&1 == 1 {
			all = append(all, name)
		}
	}
	return strings.Join(all, " ")
}
