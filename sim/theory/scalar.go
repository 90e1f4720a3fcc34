package theory

import "math/bits"

// Scalar is what a scalar machine spends with every operand from one memory.
type Scalar struct {
	Issue, Register, Multiply, Add, Access float64 // joules
	Loop                                   float64 // loop instructions a MAC
}

// PerMAC is constant but for the one store an output, shared by N MACs:
// two loads, a multiply, an add and the loop, with 2+2+3+3 register accesses
// and two for each loop instruction.
func (s Scalar) PerMAC(n int64) float64 {
	mac := (4+s.Loop)*s.Issue + (10+2*s.Loop)*s.Register + s.Multiply + (1+s.Loop)*s.Add + 2*s.Access
	store := s.Issue + 2*s.Register + s.Access
	return mac + store/float64(n)
}

// Loops is how a scalar machine goes through a kernel: the innermost axis, "l",
// "m" or "n", in runs of so many (the last one of an axis may be shorter), a
// step of a run in so many lanes. Vectors run along n and m only.
type Loops struct {
	Inner      string
	Run, Lanes int64
	Overhead   int64 // loop instructions of a step
}

// Instructions are what the loops execute, and the words that lanes move: one
// operand stays in a register over a run, the sum if the run is along n.
type Instructions struct {
	Issued                              int64
	LoadX, LoadW, LoadSum, StoreSum     int64 // words
	Multiplies, Adds, Reads, Writes     int64 // the latter of registers
	Steps, Reductions, ReducedAdditions int64
}

// Count evaluates the closed forms.
//
//	runs R = L·N·M/|axis| · ⌈|axis|/run⌉     steps S = Σ over runs of ⌈length/lanes⌉
//	n innermost   loads 2·S + R − L·M of sums, stores R, and ⌈log2 lanes⌉ additions at the end of a run
//	else          loads R + S + (1 − 1/N)·S of sums, stores S
//
// Groups follow one another.
func (l Loops) Count(k Kernel) Instructions {
	c := l.countOne(k)
	for _, n := range []*int64{
		&c.Issued, &c.LoadX, &c.LoadW, &c.LoadSum, &c.StoreSum, &c.Multiplies, &c.Adds, &c.Reads, &c.Writes,
		&c.Steps, &c.Reductions, &c.ReducedAdditions,
	} {
		*n *= k.Products()
	}
	return c
}

func (l Loops) countOne(k Kernel) (c Instructions) {
	size := map[string]int64{"l": k.L, "n": k.N, "m": k.M}[l.Inner]
	lanes, run := l.Lanes, min(l.Run, size)
	if l.Inner == "l" {
		lanes = 1
	}
	macs := k.L * k.N * k.M
	full, rest := macs/size*(size/run), int64(0)
	if size%run > 0 {
		rest = macs / size
	}
	runs := full + rest
	c.Steps = full*ceil(run, lanes) + rest*ceil(size%run, lanes)
	c.LoadX, c.LoadW, c.Multiplies = macs, macs, macs
	var loads, stores int64
	switch l.Inner {
	case "n":
		c.Reductions = full*depth(min(run, lanes)) + rest*depth(min(size%run, lanes))
		c.ReducedAdditions = full*(min(run, lanes)-1) + rest*max(min(size%run, lanes)-1, 0)
		c.LoadSum, c.StoreSum = runs-k.L*k.M, runs
		loads, stores = 2*c.Steps+c.LoadSum, runs
	default:
		summed := c.Steps / k.N * (k.N - 1)
		c.LoadSum, c.StoreSum = macs-k.L*k.M, macs
		loads, stores = runs+c.Steps+summed, c.Steps
		if l.Inner == "m" {
			c.LoadX = runs
		} else {
			c.LoadW = runs
		}
	}
	c.Adds = macs + c.Steps*l.Overhead + c.ReducedAdditions
	c.Issued = loads + stores + c.Steps*(2+l.Overhead) + c.Reductions
	held := int64(0) // a multiplication reads what is held once, for all lanes
	if l.Inner != "n" {
		held = macs - c.Steps
	}
	c.Reads = loads + (2*macs - held) + 2*(macs+c.ReducedAdditions) + c.Steps*l.Overhead + stores + c.StoreSum
	c.Writes = c.LoadX + c.LoadW + c.LoadSum + macs + macs + c.ReducedAdditions + c.Steps*l.Overhead
	return c
}

// depth is ⌈log2 n⌉, none of nothing.
func depth(n int64) int64 {
	if n < 2 {
		return 0
	}
	return int64(bits.Len64(uint64(n - 1)))
}
