package theory

import (
	"testing"

	"pgregory.net/rapid"
)

// executed goes through the loops instruction by instruction.
func executed(c *Instructions, l Loops, k Kernel) {
	instruction := func(reads, writes int64) {
		c.Issued++
		c.Reads += reads
		c.Writes += writes
	}
	load := func(words *int64, lanes int64) {
		instruction(1, lanes)
		*words += lanes
	}
	add := func(lanes int64) {
		instruction(2*lanes, lanes)
		c.Adds += lanes
	}
	lanes := l.Lanes
	inner, others := k.N, [2]int64{k.L, k.M}
	switch l.Inner {
	case "m":
		inner, others = k.M, [2]int64{k.L, k.N}
	case "l":
		inner, others, lanes = k.L, [2]int64{k.N, k.M}, 1
	}
	for first := int64(0); first < inner; first += l.Run {
		last := min(first+l.Run, inner)
		for a := range others[0] {
			for b := range others[1] {
				n := map[string]int64{"m": b, "l": a}[l.Inner]
				switch {
				case l.Inner == "m":
					load(&c.LoadX, 1)
				case l.Inner == "l":
					load(&c.LoadW, 1)
				case first > 0:
					load(&c.LoadSum, 1)
				}
				for i := first; i < last; i += lanes {
					used := min(lanes, last-i)
					c.Steps++
					if l.Inner != "m" {
						load(&c.LoadX, used)
					}
					if l.Inner != "l" {
						load(&c.LoadW, used)
					}
					held := int64(1)
					if l.Inner == "n" {
						held = used
					}
					instruction(used+held, used)
					c.Multiplies += used
					add(used)
					for range l.Overhead {
						instruction(1, 1)
						c.Adds++
					}
					if l.Inner != "n" {
						if n > 0 {
							load(&c.LoadSum, used)
						}
						instruction(1+used, 0)
						c.StoreSum += used
					}
				}
				if l.Inner == "n" {
					for width := min(lanes, last-first); width > 1; width -= width / 2 {
						add(width / 2)
						c.Reductions++
						c.ReducedAdditions += width / 2
					}
					instruction(2, 0)
					c.StoreSum++
				}
			}
		}
	}
}

func TestInstructionsEqualExecution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := kernels.Draw(t, "kernel")
		l := Loops{
			Inner:    rapid.SampledFrom([]string{"l", "m", "n"}).Draw(t, "inner"),
			Run:      rapid.Int64Range(1, 30).Draw(t, "run"),
			Lanes:    rapid.Int64Range(1, 9).Draw(t, "lanes"),
			Overhead: rapid.Int64Range(0, 3).Draw(t, "overhead"),
		}
		var want Instructions
		for range k.Groups {
			executed(&want, l, k)
		}
		if got := l.Count(k); got != want {
			t.Fatalf("%+v, %+v: closed forms\n%+v, executed\n%+v", k, l, got, want)
		}
	})
}
