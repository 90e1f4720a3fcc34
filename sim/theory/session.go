package theory

// Session is T steps, of which step t attends to P + t tokens: an output more of a
// kernel in each, or an input more.
type Session struct {
	P, T   int64
	Inputs bool // tokens are inputs, N, as of A·V; else outputs, M, as of Q·Kᵀ
}

// SessionCounts are what a session writes for one kernel.
type SessionCounts struct {
	Cells  int64 // written
	Moved  int64 // bits of weights, over the network
	Loaded int64 // of those, from the DRAM
	Stored int64 // bits that are new, to the DRAM
}

// At is the kernel in step t.
func (s Session) At(k Kernel, t int64) Kernel {
	if s.Inputs {
		k.N = s.P + t
	} else {
		k.M = s.P + t
	}
	return k
}

// Kept counts a session that writes every cell once, where all of the cache has arrays:
//
//	cells  G·N·M·S·P of the last step
//
// of which the first step loads whole what was there before it. A column or a row that
// begins a tile comes straight from the global buffer, as all that is added does.
func (s Session) Kept(k Kernel, a Array) SessionCounts {
	last := s.At(k, s.T)
	first := s.whole(k, a, 1)
	return SessionCounts{
		Cells:  last.Products() * last.N * last.M * a.Columns(k),
		Moved:  last.Products() * last.N * last.M * k.WeightBits,
		Loaded: first, Stored: s.T * s.grown(k),
	}
}

// Rewritten counts one that writes all of the cache in each step:
//
//	cells  Σ_t G·N·M·S·P, which is T·P + T·(T+1)/2 columns or rows of it
func (s Session) Rewritten(k Kernel, a Array) SessionCounts {
	tokens := s.T*s.P + s.T*(s.T+1)/2
	c := SessionCounts{
		Cells: tokens * s.grown(k) / k.WeightBits * a.Columns(k),
		Moved: tokens * s.grown(k), Stored: s.T * s.grown(k),
	}
	for t := int64(1); t <= s.T; t++ {
		c.Loaded += s.whole(k, a, t)
	}
	return c
}

// grown is the bits of a token.
func (s Session) grown(k Kernel) int64 {
	other := k.N
	if s.Inputs {
		other = k.M
	}
	return k.Products() * other * k.WeightBits
}

// whole is the bits of the tiles that a step loads whole where no array has any: all but
// those that its token begins.
func (s Session) whole(k Kernel, a Array, t int64) int64 {
	tokens := s.P + t
	before := tokens - 1
	each := a.Weights(k)
	if s.Inputs {
		each = a.R
	}
	if a.pack(s.At(k, s.T)) > 1 {
		each = tokens + 1 // a tile has groups, and all of each
	}
	if before%each == 0 {
		tokens--
	}
	return tokens * s.grown(k)
}
