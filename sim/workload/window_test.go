package workload

import (
	"testing"

	"pgregory.net/rapid"
)

// drawSides draws an image, maybe what a pooling gives of another, and windows over
// it.
func drawSides(t *rapid.T) (sides, pool []Side) {
	pooled := rapid.Bool().Draw(t, "pooled")
	for range rapid.IntRange(1, 3).Draw(t, "sides") {
		size := rapid.Int64Range(1, 12).Draw(t, "size")
		if pooled {
			p := drawSide(t, size)
			pool = append(pool, p)
			size = p.Windows
		}
		sides = append(sides, drawSide(t, size))
	}
	return sides, pool
}

func drawSide(t *rapid.T, size int64) Side {
	s := Side{Size: size, Stride: rapid.Int64Range(1, 4).Draw(t, "stride"), Reach: rapid.Int64Range(1, 5).Draw(t, "reach")}
	s.Before = rapid.Int64Range(0, s.Reach-1).Draw(t, "before")
	after := rapid.Int64Range(0, s.Reach-1).Draw(t, "after")
	if room := size + s.Before + after - s.Reach; room >= 0 {
		s.Windows = room/s.Stride + 1
	} else {
		s.Reach, s.Before, s.Windows = 1, 0, 1
	}
	return s
}

// each calls back for every window in their order, with its places on each side.
func each(sides []Side, call func(v int64, at []int64)) {
	at := make([]int64, len(sides))
	for v := int64(0); ; v++ {
		call(v, at)
		i := len(at) - 1
		for ; i >= 0; i-- {
			if at[i]++; at[i] < sides[i].Windows {
				break
			}
			at[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// Windows laid over the image place by place, and a pooling's windows below them:
// which places they use, and how far ahead of their share and behind it.
func TestWindowEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sides, pool := drawSides(t)
		image, origin := sides, []Side(nil)
		for i := range pool {
			origin = append(origin, sides[i].Through(pool[i]))
		}
		if pool != nil {
			image = pool
		}
		P, L := int64(1), int64(1)
		for i := range sides {
			P, L = P*image[i].Size, L*sides[i].Windows
		}
		used := map[int64]bool{}
		var ahead, behind int64 // times P·L
		each(sides, func(v int64, at []int64) {
			first, last := int64(0), int64(0)
			places := []int64{0}
			for i, w := range at {
				var next []int64
				from, to := int64(-1), int64(0)
				for x := max(0, w*sides[i].Stride-sides[i].Before); x <= min(sides[i].Size-1, w*sides[i].Stride-sides[i].Before+sides[i].Reach-1); x++ {
					for _, p := range places {
						next = append(next, p*sides[i].Size+x)
					}
					low, high := x, x
					if pool != nil {
						low = max(0, x*pool[i].Stride-pool[i].Before)
						high = min(pool[i].Size-1, x*pool[i].Stride-pool[i].Before+pool[i].Reach-1)
					}
					if from < 0 {
						from = low
					}
					to = max(to, high)
				}
				if from < 0 { // all of it in the padding
					t.Skip("a window of padding")
				}
				places = next
				first, last = first*image[i].Size+from, last*image[i].Size+to
			}
			for _, p := range places {
				used[p] = true
			}
			ahead = max(ahead, (last+1)*L-(v+1)*P)
			behind = max(behind, v*P-first*L)
		})
		got := NewWindow(sides, origin, 3)
		if uses := 3 * L * window(sides); got.Inputs == 0 {
			got.Inputs = uses
		} else if got.Inputs == uses {
			t.Fatalf("%+v: %d inputs, which is what there are where nothing is shared", sides, uses)
		}
		if n := 3 * int64(len(used)); got.Inputs < n || got.Inputs > 3*L*window(sides) {
			t.Fatalf("%+v: %d inputs, %d are used", sides, got.Inputs, n)
		}
		exact := true
		for i := range sides {
			exact = exact && (sides[i].Reach > sides[i].Stride || sides[i].Before == 0 && (sides[i].Windows-1)*sides[i].Stride+sides[i].Reach <= sides[i].Size)
		}
		if n := 3 * int64(len(used)); exact && got.Inputs != n {
			t.Fatalf("%+v: %d inputs, %d are used", sides, got.Inputs, n)
		}
		up := func(n int64) int64 { return min(got.Inputs, (n*got.Inputs+P*L-1)/(P*L)) }
		if got.Ahead != up(ahead) || got.Behind != up(behind) {
			t.Fatalf("%+v through %+v: %+v, want %d ahead and %d behind of %d", sides, pool, got, up(ahead), up(behind), got.Inputs)
		}
	})
}

// window is the places of a window.
func window(sides []Side) int64 {
	n := int64(1)
	for i := range sides {
		n *= sides[i].Reach
	}
	return n
}

// A window of 3×3 over 8×8 padded pixels reaches a row and a pixel beyond its
// middle, either way.
func TestWindowOfThree(t *testing.T) {
	s := Side{Size: 8, Windows: 8, Reach: 3, Stride: 1, Before: 1}
	if got := NewWindow([]Side{s, s}, nil, 16); got != (Window{8 * 8 * 16, 9 * 16, 9 * 16}) {
		t.Errorf("%+v", got)
	}
}

// Windows that lie side by side along one line share nothing and wait for nothing.
func TestWindowsSideBySide(t *testing.T) {
	for stride := int64(1); stride < 6; stride++ {
		s := Side{Size: 7 * stride, Windows: 7, Reach: stride, Stride: stride}
		if got := NewWindow([]Side{s}, nil, 5); got != (Window{}) {
			t.Errorf("stride %d: %+v", stride, got)
		}
	}
}
