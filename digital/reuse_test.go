package digital

import (
	"context"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// address is a word's line, named by operand, row and place.
type address struct {
	operand byte
	row     int64
	line    int64
}

// bruteForce runs the first t inner loops of a product word by word against a
// hierarchy of recency stacks, each a plain slice that sees every load.
func bruteForce(r *reuse, t int64) served {
	counts := make(served, len(r.memory.levels))
	stacks := make([][]address, len(r.memory.levels)) // the last one never evicts
	load := func(at address, cold int) {
		level := -1
		for k := range stacks {
			i := slices.Index(stacks[k], at)
			if i >= 0 {
				stacks[k] = slices.Delete(stacks[k], i, i+1)
				if level < 0 {
					level = k
				}
			}
			stacks[k] = append(stacks[k], at)
			if int64(len(stacks[k])) > r.memory.levels[k].lines {
				stacks[k] = stacks[k][1:]
			}
		}
		if level < 0 {
			level = cold
		}
		counts[level]++
	}
	for o := range r.outer {
		for i := range r.inner {
			if o*r.inner+i == t {
				return counts
			}
			for n := range r.n {
				a := func() { load(address{'a', o, n / r.a.words}, r.a.cold) }
				b := func() { load(address{'b', i, n / r.b.words}, r.b.cold) }
				if r.aFirst {
					a()
					b()
				} else {
					b()
					a()
				}
			}
		}
	}
	return counts
}

func drawHierarchy(t *rapid.T) *hierarchy {
	h := &hierarchy{}
	var lines int64
	for range rapid.IntRange(0, 2).Draw(t, "caches") {
		lines += rapid.Int64Range(1, 40).Draw(t, "lines")
		h.levels = append(h.levels, level{lines: lines})
	}
	h.levels = append(h.levels, level{lines: math.MaxInt64})
	return h
}

func drawOperand(t *rapid.T, label string, n int64, levels int) operand {
	words := rapid.Int64Range(1, 4).Draw(t, label+" words a line")
	return operand{words, ceilDiv(n, words), rapid.IntRange(0, levels-1).Draw(t, label+" cold")}
}

// The distances of reuse are those of a cache, up to every inner loop, for
// both loop orders and operands of different width.
func TestClosedFormIsACache(t *testing.T) {
	size := rapid.Int64Range(1, 12)
	check := func(t *rapid.T) {
		h := drawHierarchy(t)
		n, outer, inner := size.Draw(t, "N"), size.Draw(t, "outer"), size.Draw(t, "inner")
		a, b := drawOperand(t, "a", n, len(h.levels)), drawOperand(t, "b", n, len(h.levels))
		r, _ := newReuse(context.Background(), h, n, a, b, rapid.Bool().Draw(t, "a first"), outer, inner)
		for _, upTo := range []int64{rapid.Int64Range(0, outer*inner).Draw(t, "t"), outer * inner} {
			if got, want := r.upTo(upTo), bruteForce(r, upTo); !slices.Equal(got, want) {
				t.Fatalf("up to %d: closed form %v, cache %v", upTo, got, want)
			}
		}
	}
	for range 20 { // 100 cases each
		rapid.Check(t, check)
	}
}

// Where both operands have λ lines a row, the distances are the ones that
// package comments and textbooks give.
func TestDistances(t *testing.T) {
	const words, lines, inner = 3, 4, 5
	same := operand{words: words, lines: lines}
	for _, n := range []int64{words * lines, words*lines - 2} {
		xw, _ := newReuse(context.Background(), &hierarchy{levels: []level{{lines: math.MaxInt64}}}, n, same, same, true, 2, inner)
		wx, _ := newReuse(context.Background(), xw.memory, n, same, same, false, 2, inner)
		for j := range int64(lines) {
			for _, c := range []struct {
				what      string
				got, want int64
			}{
				{"lmn x", xw.distanceA(j), 2*lines - 1},
				{"lmn w, interior", xw.distanceB(j, false, false), inner*lines - 1 + 2*lines},
				{"lmn w, m = 0", xw.distanceB(j, true, false), inner*lines - 1 + lines + j + 1},
				{"lmn w, m = M−1", xw.distanceB(j, false, true), inner*lines - 1 + lines - 1 - j + lines},
				{"mln w", wx.distanceA(j), 2*lines - 1},
				{"mln x, interior", wx.distanceB(j, false, false), inner*lines - 1 + 2*lines},
				{"mln x, l = 0", wx.distanceB(j, true, false), inner*lines - 1 + lines + j},
				{"mln x, l = L−1", wx.distanceB(j, false, true), inner*lines - 1 + lines - j + lines},
			} {
				if c.got != c.want {
					t.Errorf("N = %d, %s, line %d: %d, want %d", n, c.what, j, c.got, c.want)
				}
			}
		}
	}
}
