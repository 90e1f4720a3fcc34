package mapping

import "container/heap"

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
	b := balance{stages: stages, copies: make([]int, len(stages))}
	for k := range stages {
		b.copies[k] = max(1, stages[k].Copies)
		arrays -= b.copies[k] * stages[k].Tiles
		b.slowest = append(b.slowest, k)
	}
	heap.Init(&b)
	for len(b.slowest) > 0 {
		k := b.slowest[0]
		more := stages[k].more(b.copies[k])
		if extra := more - b.copies[k]; extra > 0 && extra <= arrays/max(1, stages[k].Tiles) {
			arrays -= extra * stages[k].Tiles
			b.copies[k] = more
			heap.Fix(&b, 0)
		} else {
			heap.Pop(&b)
		}
	}
	return b.copies
}

// balance is a heap of stages, the slowest first, of equals the first.
type balance struct {
	stages  []Stage
	copies  []int
	slowest []int
}

func (b *balance) Len() int      { return len(b.slowest) }
func (b *balance) Swap(i, j int) { b.slowest[i], b.slowest[j] = b.slowest[j], b.slowest[i] }
func (b *balance) Push(any)      {} // never more than there are

func (b *balance) Less(i, j int) bool {
	k, l := b.slowest[i], b.slowest[j]
	x, y := b.stages[k].time(b.copies[k]), b.stages[l].time(b.copies[l])
	return x > y || x == y && k < l
}

func (b *balance) Pop() any {
	last := b.slowest[len(b.slowest)-1]
	b.slowest = b.slowest[:len(b.slowest)-1]
	return last
}
