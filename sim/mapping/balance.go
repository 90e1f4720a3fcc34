package mapping

import (
	"math"

	"xbar/sim/internal/eventq"
)

// Stage is a kernel as a stage of a pipeline.
type Stage struct {
	Tiles   int     // K, of one copy
	Vectors int64   // of a pass
	Cycles  float64 // that a copy takes for one
	Copies  int     // at least
}

// time is what the stage takes for a pass with so many copies.
func (s *Stage) time(copies int) float64 {
	return float64(ceilDiv(s.Vectors, int64(copies))) * s.Cycles
}

// more is the fewest copies that are faster than so many; 0: there are none.
func (s *Stage) more(copies int) int {
	most := ceilDiv(s.Vectors, int64(copies)) // vectors of a copy
	if most <= 1 {
		return 0
	}
	return int(ceilDiv(s.Vectors, most-1))
}

// Balance shares out so many arrays. It makes
//
//	max_k ⌈L_k/R_k⌉·t_k  least,  where Σ R_k·K_k ≤ arrays
//
// by always giving the slowest stage the copies that make it faster. If T is the
// least that can be reached, a stage slower than T has fewer copies than it needs
// for T, so what it is given never exceeds that, and all that T needs fits. What is
// left then goes to the slowest that it still makes faster. Stages that do not
// fit with the copies that they have at least are left as they are.
func Balance(stages []Stage, arrays int) []int {
	copies := make([]int, len(stages))
	var slowest eventq.Heap[int]
	push := func(k int) {
		*slowest.Push(math.MaxUint64 - math.Float64bits(stages[k].time(copies[k]))) = k
	}
	for k := range stages {
		copies[k] = max(1, stages[k].Copies)
		arrays -= copies[k] * stages[k].Tiles
		push(k)
	}
	for slowest.Len() > 0 {
		k := slowest.Pop()
		more := stages[k].more(copies[k])
		if extra := more - copies[k]; extra > 0 && extra <= arrays/max(1, stages[k].Tiles) {
			arrays -= extra * stages[k].Tiles
			copies[k] = more
			push(k)
		}
	}
	return copies
}
