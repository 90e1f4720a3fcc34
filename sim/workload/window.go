package workload

import "math"

// Window is what the windows of a convolution have in common. L·G·N counts an
// input as often as it is used; there are fewer of them, and they come in order.
//
//	vector v needs the first (v+1)·Inputs/L + Ahead of them, and none before v·Inputs/L − Behind
//
// The zero value is vectors that share nothing.
type Window struct {
	Inputs int64 // distinct, that are used in one inference; 0: L·G·N
	Ahead  int64 // that a vector waits for beyond its share
	Behind int64 // before its share that a vector still uses
}

// Distinct is the inputs of an inference, each counted once.
func (k Kernel) Distinct() int64 {
	if k.Window.Inputs > 0 {
		return k.Window.Inputs
	}
	return k.L * k.Inputs()
}

// Side is how windows go along one side of an image: a window reaches over so many
// places, which begin Before places ahead of the first, in the padding, and lie
// Stride apart.
type Side struct {
	Size, Windows int64 // places of the image; windows along it
	Reach, Stride int64
	Before        int64 // padding
	Taps          int64 // places that a dilated window uses; 0: all
	used          int64 // of a side through others: places that these use; 0: all
}

// Through is the side as its windows see the image of another one, whose windows'
// results they go over: a pooling's before a convolution's.
//
//	stride = s·s', reach = (k − 1)·s' + k', padding = p·s' + p'
func (s Side) Through(before Side) Side {
	return Side{
		Size: before.Size, Windows: s.Windows, Stride: min(far, s.Stride*before.Stride),
		Reach: min(far, (s.Reach-1)*before.Stride+before.Reach), Before: min(far, s.Before*before.Stride+before.Before),
		used: before.last(s.last(s.Windows-1)) + 1,
	}
}

// far is further than any window reaches: products of two such numbers can be counted.
const far = 1 << 31

// first and last are the places of the image that window i begins and ends with.
func (s *Side) first(i int64) int64 { return max(0, min(s.Size-1, i*s.Stride-s.Before)) }

func (s *Side) last(i int64) int64 {
	end := s.Size
	if s.used > 0 {
		end = min(end, s.used)
	}
	return max(0, min(end-1, i*s.Stride-s.Before+s.Reach-1))
}

// places is how many of the image's places are in a window. Of windows that do not
// touch each other, the one at an edge may have fewer than is counted here; and of
// dilated ones, those between.
func (s *Side) places() int64 {
	return min(s.last(s.Windows-1)-s.first(0)+1, s.Windows*s.taps())
}

func (s *Side) taps() int64 {
	if s.Taps > 0 {
		return s.Taps
	}
	return s.Reach
}

// NewWindow is the window of a convolution that goes over an image of so many
// channels, the last side the fastest, in an order in which its windows come too.
// Where the image is what other windows give of an earlier one, such as a pooling's,
// origin is the sides [Side.Through] those; the earlier one is what vectors wait for.
// Nil is none.
func NewWindow(sides, origin []Side, channels int64) Window {
	if len(origin) == 0 {
		origin = sides
	}
	inputs := channels
	for i := range sides {
		if min(sides[i].Size, sides[i].Windows) < 1 {
			return Window{} // nothing to go over
		}
		inputs *= sides[i].places()
	}
	ahead, behind, whole := reach(origin)
	part := func(of float64) int64 { return min(inputs, int64(math.Ceil(max(0, of)*float64(inputs)/whole))) }
	w := Window{Inputs: inputs, Ahead: part(ahead), Behind: part(behind)}
	for i := range sides {
		channels *= sides[i].Windows * sides[i].taps()
	}
	if inputs == channels {
		w.Inputs = 0
	}
	return w
}

// reach is what L windows need of an image of P places, beyond their share of it and
// before it, at most, in parts of the whole, P·L:
//
//	ahead  = max (last + 1)·L − (v + 1)·P,  last  = Σ last(i)·pitch,  v = Σ i·pitch'
//	behind = max v·P − first·L,             first = Σ first(i)·pitch
//
// Each side has its own maximum, for what is summed is of one side each; it lies
// where a side begins, ends, or meets the image's edge.
func reach(sides []Side) (ahead, behind, whole float64) {
	places, windows := 1.0, 1.0
	for i := range sides {
		places *= float64(sides[i].Size)
		windows *= float64(sides[i].Windows)
	}
	ahead = windows - places
	pitch, turn := 1.0, 1.0
	for i := len(sides) - 1; i >= 0; i-- {
		s := &sides[i]
		most, least := math.Inf(-1), math.Inf(-1)
		for _, w := range s.corners() {
			most = max(most, float64(s.last(w))*pitch*windows-float64(w)*turn*places)
			least = max(least, float64(w)*turn*places-float64(s.first(w))*pitch*windows)
		}
		ahead, behind = ahead+most, behind+least
		pitch *= float64(s.Size)
		turn *= float64(s.Windows)
	}
	return ahead, behind, places * windows
}

// corners are the windows at the ends of a side, and those next to where one meets
// an edge of the image.
func (s *Side) corners() (all []int64) {
	for _, w := range []int64{
		0, s.Windows - 1,
		s.Before / s.Stride, s.Before/s.Stride + 1,
		(s.Size - s.Reach + s.Before) / s.Stride, (s.Size-s.Reach+s.Before)/s.Stride + 1,
		(s.used - s.Reach + s.Before) / s.Stride, (s.used-s.Reach+s.Before)/s.Stride + 1,
	} {
		all = append(all, max(0, min(s.Windows-1, w)))
	}
	return all
}
