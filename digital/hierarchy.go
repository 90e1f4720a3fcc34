package digital

import (
	"fmt"
	"math"

	"xbar/sim"
	"xbar/sim/unit"
)

// hierarchy is a Memory in whole lines, accesses and cycles.
type hierarchy struct {
	line   int64 // bits
	levels []level
}

type level struct {
	lines      int64 // capacity; the last level's is unbounded
	accessBits int64
	perLine    int64     // accesses that move one line
	latency    sim.Cycle // of a load it serves
	rounding   float64   // seconds by which that exceeds the latency
}

func newHierarchy(mem Memory, clock sim.Clock) (*hierarchy, error) {
	used := mem.used()
	if len(used) == 0 {
		return nil, fmt.Errorf("digital: a memory needs at least one level")
	}
	h := &hierarchy{line: int64(used[0].Line)}
	if h.line < 1 {
		return nil, fmt.Errorf("digital: level %s has lines of %v", used[0].Name, used[0].Line)
	}
	names := map[string]bool{}
	for i, l := range used {
		if names[l.Name] {
			return nil, fmt.Errorf("digital: two levels are called %q", l.Name)
		}
		names[l.Name] = true
		if int64(l.Line) != h.line {
			return nil, fmt.Errorf("digital: level %s has lines of %v, %s of %v: they must be equal", l.Name, l.Line, used[0].Name, used[0].Line)
		}
		lines := int64(math.MaxInt64)
		if i < len(used)-1 {
			lines = int64(l.Capacity) / h.line
			if lines < 1 {
				return nil, fmt.Errorf("digital: level %s of %v holds no line of %v; only the last level needs no capacity", l.Name, l.Capacity, l.Line)
			}
			if i > 0 && lines <= h.levels[i-1].lines {
				return nil, fmt.Errorf("digital: level %s of %v is not larger than %s before it", l.Name, l.Capacity, used[i-1].Name)
			}
		}
		latency := unit.Exact(l.Latency)
		cycles, err := clock.Cycles(latency)
		if err != nil {
			return nil, fmt.Errorf("digital: latency of level %s: %w", l.Name, err)
		}
		h.levels = append(h.levels, level{
			lines:      lines,
			accessBits: l.AccessBits,
			perLine:    ceilDiv(h.line, l.AccessBits),
			latency:    cycles,
			rounding:   clock.Rounding(latency),
		})
	}
	return h, nil
}

// used is the levels a load can meet.
func (m Memory) used() []Level {
	if m.Flat && len(m.Levels) > 0 {
		return m.Levels[len(m.Levels)-1:]
	}
	return m.Levels
}

// serving is the level that serves a load at a stack distance.
func (h *hierarchy) serving(distance int64) int {
	k := 0
	for h.levels[k].lines <= distance {
		k++
	}
	return k
}

// holding is the first level with room for so many lines.
func (h *hierarchy) holding(lines int64) int { return h.serving(lines - 1) }

// wordsPerLine is how many words of the given bits a line holds.
func (h *hierarchy) wordsPerLine(bits int64) (int64, error) {
	if words := h.line / bits; words > 0 {
		return words, nil
	}
	if len(h.levels) == 1 {
		return 1, nil // no line ever moves
	}
	return 0, fmt.Errorf("a line of %d bits holds no word of %d", h.line, bits)
}

// accesses is how many accesses move so many bits.
func (l *level) accesses(bits int64) int64 { return ceilDiv(bits, l.accessBits) }

// wordBits is an operand rounded up to bytes.
func wordBits(bits int) int64 { return 8 * ceilDiv(int64(bits), 8) }

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
