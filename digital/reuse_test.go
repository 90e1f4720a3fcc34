package digital

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xbar/sim/theory"
)

// moved is what the caches of a product do: loads of x, w and sums by the level
// that serves them, stores likewise where they bring a line, and lines that each
// level writes back.
type moved struct {
	Loads  [3][]int64
	Stores []int64
	Backs  []int64
}

func newMoved(levels int) *moved {
	m := &moved{Stores: make([]int64, levels), Backs: make([]int64, levels)}
	for i := range m.Loads {
		m.Loads[i] = make([]int64, levels)
	}
	return m
}

// of is what a plan's closed form says.
func of(p *plan) *moved {
	m := newMoved(p.traffic.levels)
	for reason := range reasons {
		for level := range p.traffic.levels {
			for own := range m.Loads {
				m.Loads[own][level] += p.traffic.at([]int{loadX, loadW, loadSum}[own], reason, level).count
			}
			if level > 0 {
				m.Stores[level] += p.traffic.at(storeSum, reason, level).count
			}
			for above := range level {
				if reason == 0 {
					m.Backs[above] += p.traffic.dirty[level]
				}
			}
		}
	}
	for level := range p.home {
		if !p.operands[useY].around {
			m.Backs[level] += p.operands[useY].lines(p.nest.size)
		}
	}
	return m
}

// stack is a cache as a list of lines, the most recent first, with a mark on
// those that were stored to since they came.
type stack struct {
	lines []address
	dirty map[address]bool
	lost  map[address]bool // left dirty
}

type address struct {
	operand   byte
	row, line int64
}

// bruteForce runs a product word by word against recency stacks. Of a line of
// sums, what the last level that it is stored in holds is final: that it leaves
// costs nothing.
func bruteForce(p *plan, order string) *moved {
	memory, lanes := p.memory, p.nest.lanes
	m := newMoved(len(memory.levels))
	caches := make([]stack, len(memory.levels))
	for k := range caches {
		caches[k] = stack{dirty: map[address]bool{}, lost: map[address]bool{}}
	}
	use := func(a address, cold int, store bool) int {
		level := -1
		for k := range caches {
			c := &caches[k]
			if i := slices.Index(c.lines, a); i >= 0 {
				c.lines = slices.Delete(c.lines, i, i+1)
				if level < 0 {
					level = k
				}
			} else if c.lost[a] {
				m.Backs[k]++
				delete(c.lost, a)
			}
			c.lines = slices.Insert(c.lines, 0, a)
			c.dirty[a] = c.dirty[a] || store
			if int64(len(c.lines)) > memory.levels[k].lines {
				last := c.lines[len(c.lines)-1]
				c.lines = c.lines[:len(c.lines)-1]
				c.lost[last] = c.dirty[last]
				delete(c.dirty, last)
			}
		}
		if level < 0 {
			level = cold
		}
		return level
	}
	met := map[address]bool{} // lines of x
	load := func(own int, operand byte, row, line int64) {
		a, o := address{operand, row, line}, &p.operands[own]
		cold := o.cold
		if own == 0 && int64(len(met)) >= o.lines(p.nest.size)-o.shared {
			cold = o.near
		}
		if own == 0 {
			met[a] = true
		}
		m.Loads[own][use(a, cold, false)]++
	}
	lines := func(from, to, words int64, call func(line int64)) {
		for line := from / words; line*words < to; line++ {
			call(line)
		}
	}
	size, tile := p.nest.size, p.nest.tile
	wordsX, wordsW, wordsY := p.operands[useX].words, p.operands[useW].words, p.operands[useY].words
	alongM := slices.Index([]byte(order), 'n') < slices.Index([]byte(order), 'm')
	sums := !p.operands[useY].around
	loadX := func(l, from, to int64) { lines(from, to, wordsX, func(i int64) { load(0, 'x', l, i) }) }
	loadW := func(n0, n1, m0, m1 int64) {
		if alongM {
			lines(m0, m1, wordsW, func(i int64) { load(1, 'w', n0, i) })
		} else {
			lines(n0, n1, wordsW, func(i int64) { load(1, 'w', m0, i) })
		}
	}
	sum := func(l, from, to int64, store bool) {
		if !sums {
			return
		}
		lines(from, to, wordsY, func(i int64) {
			if !store {
				load(2, 'y', l, i)
			} else if k := use(address{'y', l, i}, 0, true); k > 0 {
				m.Stores[k]++
			}
		})
	}
	axis := map[byte]int{'l': axisL, 'n': axisN, 'm': axisM}
	a, b, c := axis[order[0]], axis[order[1]], axis[order[2]]
	var at [3]int64
	for ta := int64(0); ta < size[a]; ta += tile[a] {
		for tb := int64(0); tb < size[b]; tb += tile[b] {
			for tc := int64(0); tc < size[c]; tc += tile[c] {
				end := min(tc+tile[c], size[c])
				for at[a] = ta; at[a] < min(ta+tile[a], size[a]); at[a]++ {
					for at[b] = tb; at[b] < min(tb+tile[b], size[b]); at[b]++ {
						switch l, n, m := at[axisL], at[axisN], at[axisM]; order[2] {
						case 'n':
							if tc > 0 {
								sum(l, m, m+1, false)
							}
							for n := tc; n < end; n += lanes {
								loadX(l, n, min(n+lanes, end))
								loadW(n, min(n+lanes, end), m, m+1)
							}
							sum(l, m, m+1, true)
						case 'm':
							loadX(l, n, n+1)
							for m := tc; m < end; m += lanes {
								to := min(m+lanes, end)
								loadW(n, n+1, m, to)
								if n > 0 {
									sum(l, m, to, false)
								}
								sum(l, m, to, true)
							}
						case 'l':
							loadW(n, n+1, m, m+1)
							for l := tc; l < end; l++ {
								loadX(l, n, n+1)
								if n > 0 {
									sum(l, m, m+1, false)
								}
								sum(l, m, m+1, true)
							}
						}
					}
				}
			}
		}
	}
	for k := range p.home {
		for _, dirty := range caches[k].dirty {
			if dirty {
				m.Backs[k]++
			}
		}
		for _, lost := range caches[k].lost {
			if lost {
				m.Backs[k]++
			}
		}
	}
	return m
}

func drawHierarchy(t *rapid.T, least, most int64) *hierarchy {
	h := &hierarchy{}
	lines := least - 1
	for range rapid.IntRange(0, 3).Draw(t, "caches") {
		lines += rapid.Int64Range(1, most).Draw(t, "lines")
		h.levels = append(h.levels, level{lines: lines})
	}
	h.levels = append(h.levels, level{lines: math.MaxInt64})
	return h
}

// drawPlan is the loops of a product, with operands that lie in lines of so many
// words as may be.
func drawPlan(t *rapid.T, largest, words int64) (*plan, string) {
	order := rapid.SampledFrom(orders[:]).Draw(t, "order")
	size := func(name string) int64 { return rapid.Int64Range(1, largest).Draw(t, name) }
	whole := place{size("L"), size("N"), size("M")}
	var tile place
	for axis, size := range whole {
		if rapid.Bool().Draw(t, "tiled") {
			tile[axis] = rapid.Int64Range(1, size).Draw(t, "tile "+axes[axis:axis+1])
		}
	}
	lanes := int64(1)
	if rapid.IntRange(0, 2).Draw(t, "vector") == 0 {
		lanes = rapid.Int64Range(2, 6).Draw(t, "lanes")
	}
	p := &plan{products: 1, nest: newNest(order, whole, tile, lanes)}
	p.operands = [operands]operand{
		useX: {full: axisL, blocked: axisN},
		useW: {full: axisM, blocked: axisN},
		useY: {full: axisL, blocked: axisM, around: rapid.IntRange(0, 3).Draw(t, "around") == 0},
	}
	if p.nest.at[axisN] < p.nest.at[axisM] {
		p.operands[useW] = operand{full: axisN, blocked: axisM}
	}
	least := int64(0)
	for own := range p.operands {
		o := &p.operands[own]
		o.words = rapid.Int64Range(1, words).Draw(t, "words a line")
		if o.blocked == p.nest.inner() {
			least += ceilDiv(p.nest.lanes-1, o.words) + 1
		}
	}
	if p.nest.lanes == 1 {
		least = 1
	}
	p.memory = drawHierarchy(t, least, 2*largest)
	levels := len(p.memory.levels) - 1
	p.operands[useX].cold = rapid.IntRange(0, levels).Draw(t, "cold x")
	p.operands[useW].cold = rapid.IntRange(0, levels).Draw(t, "cold w")
	p.operands[useX].near = rapid.IntRange(0, p.operands[useX].cold).Draw(t, "near")
	p.operands[useX].shared = rapid.Int64Range(0, p.operands[useX].lines(whole)-1).Draw(t, "shared")
	p.home = rapid.IntRange(0, levels).Draw(t, "home")
	return p, order
}

func checkClosedForm(t *rapid.T, largest, words int64) {
	p, order := drawPlan(t, largest, words)
	p.traffic = newTraffic(len(p.memory.levels))
	r := reuse{nest: p.nest, memory: p.memory, operands: p.operands}
	if err := r.count(context.Background(), p.traffic); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(bruteForce(p, order), of(p)); d != "" {
		t.Fatalf("%s, tiles %v of %v, %d lanes: - cache, + closed form\n%s", order, p.nest.tile, p.nest.size, p.nest.lanes, d)
	}
}

// The distances of reuse are those of a cache: for all orders of tiled loops,
// steps of several lanes, and operands of different width.
func TestClosedFormIsACache(t *testing.T) {
	for _, sizes := range [][2]int64{{4, 3}, {7, 4}, {12, 5}} {
		t.Run(fmt.Sprint("up to ", sizes[0]), func(t *testing.T) {
			for range 10 {
				rapid.Check(t, func(t *rapid.T) { checkClosedForm(t, sizes[0], sizes[1]) })
			}
		})
	}
	t.Run("up to 40", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) { checkClosedForm(t, 40, 7) })
	})
}

// Whatever the sizes, the classes of places have each load once.
func TestEveryLoadIsCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		order := rapid.SampledFrom(orders[:]).Draw(t, "order")
		size := rapid.OneOf(rapid.Int64Range(1, 100), rapid.Int64Range(1, 300_000))
		whole := place{size.Draw(t, "L"), size.Draw(t, "N"), size.Draw(t, "M")}
		var tile place
		for axis := range tile {
			tile[axis] = size.Draw(t, "tile "+axes[axis:axis+1])
		}
		p := &plan{nest: newNest(order, whole, tile, 1)}
		p.operands = [operands]operand{
			useX: {full: axisL, blocked: axisN},
			useW: {full: axisM, blocked: axisN},
			useY: {full: axisL, blocked: axisM},
		}
		if p.nest.at[axisN] < p.nest.at[axisM] {
			p.operands[useW] = operand{full: axisN, blocked: axisM}
		}
		for own := range p.operands {
			p.operands[own].words = rapid.SampledFrom([]int64{64, 32, 21, 16, 8, 1}).Draw(t, "words a line")
		}
		p.memory = drawHierarchy(t, 1, 100_000)
		r := reuse{nest: p.nest, memory: p.memory, operands: p.operands}
		traffic := newTraffic(len(p.memory.levels))
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		if r.count(ctx, traffic) != nil {
			t.Skip("tiles lie in lines in very many ways")
		}
		want := theory.Loops{Inner: order[2:], Run: p.nest.tile[p.nest.inner()], Lanes: 1}.
			Count(theory.Kernel{L: whole[axisL], N: whole[axisN], M: whole[axisM]})
		for kind, loads := range []int64{loadX: want.LoadX, loadW: want.LoadW, loadSum: want.LoadSum} {
			var counted int64
			for reason := range reasons {
				for level := range traffic.levels {
					u := traffic.at(kind, reason, level)
					if counted += u.count; u.count < 0 || u.near < 0 || u.far < u.near {
						t.Fatalf("%v", *u)
					}
				}
			}
			if counted != loads {
				t.Fatalf("%s, tiles %v of %v: %d loads of %s, in theory %d", order, p.nest.tile, whole, counted, kinds[kind], loads)
			}
		}
	})
}
