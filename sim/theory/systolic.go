package theory

// Systolic is a systolic array of R×C and its three buffers, in bits.
type Systolic struct {
	R, C                  int64
	Dataflow              string // ws, is, os
	Input, Weight, Output int64
	Distinct              bool // windows are unrolled behind the input buffer
}

// SystolicCounts are the words that one product moves.
type SystolicCounts struct {
	MACs                             int64
	MoveInput, MoveWeight, MoveSum   int64 // latched by a PE
	ReadInput, ReadWeight, ReadSum   int64 // from a buffer into the array
	WriteSum                         int64 // from the array into its buffer
	FetchInput, FetchWeight, Outputs int64 // from and to the DRAM
	Spill                            int64 // partial sums, to the DRAM and back
}

// Count evaluates the closed forms of package digital/systolic's three
// dataflows. Groups follow one another.
func (a Systolic) Count(k Kernel) SystolicCounts {
	c := a.countOne(k)
	for _, n := range []*int64{
		&c.MACs, &c.MoveInput, &c.MoveWeight, &c.MoveSum, &c.ReadInput, &c.ReadWeight, &c.ReadSum,
		&c.WriteSum, &c.FetchInput, &c.FetchWeight, &c.Outputs, &c.Spill,
	} {
		*n *= k.Products()
	}
	return c
}

func (a Systolic) countOne(k Kernel) SystolicCounts {
	macs := k.L * k.N * k.M
	inputs := k.L * k.N
	if a.Distinct {
		inputs = k.Inputs() / k.Products()
	}
	c := SystolicCounts{MACs: macs, MoveInput: macs, MoveWeight: macs, Outputs: k.L * k.M}
	switch a.Dataflow {
	case "ws":
		c.MoveWeight = k.M * a.shiftedIn(k.N)
		c.ReadInput, c.ReadWeight = k.L*k.N*ceil(k.M, a.C), k.N*k.M
		c.FetchInput, c.FetchWeight = once(inputs, inputs*ceil(k.M, a.C), k.InputBits, a.Input), k.N*k.M
		a.sums(&c, k, k.L*min(k.M, a.C))
	case "is":
		c.MoveInput = k.L * a.shiftedIn(k.N)
		c.ReadInput, c.ReadWeight = k.L*k.N, k.N*k.M*ceil(k.L, a.C)
		c.FetchInput, c.FetchWeight = inputs, once(k.N*k.M, c.ReadWeight, k.WeightBits, a.Weight)
		a.sums(&c, k, k.M*min(k.L, a.C))
	case "os":
		c.MoveSum = c.Outputs
		c.ReadInput, c.ReadWeight, c.WriteSum = k.L*k.N*ceil(k.M, a.C), k.N*k.M*ceil(k.L, a.R), c.Outputs
		c.FetchInput = once(inputs, inputs*ceil(k.M, a.C), k.InputBits, a.Input)
		c.FetchWeight = once(k.N*k.M, c.ReadWeight, k.WeightBits, a.Weight)
		if k.N*min(k.M, a.C)*k.WeightBits <= a.Weight/2 { // a column fold's weights serve all row folds
			c.FetchWeight = k.N * k.M
		}
	}
	return c
}

// sums counts the partial sums that run through all rows, of N folds. They stay
// where all of them, or twice those of one column fold, fit the buffer.
func (a Systolic) sums(c *SystolicCounts, k Kernel, fold int64) {
	folds := ceil(k.N, a.R)
	c.MoveSum = a.R * folds * c.Outputs
	c.WriteSum, c.ReadSum = folds*c.Outputs, (folds-1)*c.Outputs
	if bits := k.SumBits(); c.Outputs*bits > a.Output && fold*bits > a.Output/2 {
		c.Spill = c.ReadSum
	}
}

// shiftedIn is how many PEs of a column N held words pass: the d-th row of a
// fold passes d.
func (a Systolic) shiftedIn(n int64) int64 {
	last := n % a.R
	return n/a.R*(a.R*(a.R+1)/2) + last*(last+1)/2
}

// once is what crosses of words of so many bits that are read so often: each
// once where the buffer holds them all.
func once(words, reads, bits, capacity int64) int64 {
	if words*bits <= capacity {
		return words
	}
	return reads
}

// DRAMBits is what crosses, either way.
func (c SystolicCounts) DRAMBits(k Kernel) int64 {
	return c.FetchInput*k.InputBits + c.FetchWeight*k.WeightBits + 2*c.Spill*k.SumBits() + c.Outputs*k.OutputBits
}

// SystolicCosts are joules: of a MAC, and of a bit that moves.
type SystolicCosts struct {
	MAC, Register           float64
	InputRead, InputWrite   float64
	WeightRead, WeightWrite float64
	OutputRead, OutputWrite float64
	DRAMRead, DRAMWrite     float64
	Network                 float64 // between buffers and array
}

// SystolicPerMAC is the energy of a MAC in three parts. Where PEs hold weights,
// L vectors share the first two; the third falls no further once L, N and M
// fill the array.
type SystolicPerMAC struct {
	DRAM  float64
	Load  float64 // of weights: into their buffer, out of it, over the network and to their PEs
	Floor float64 // MACs, registers, buffers and network of inputs and sums
}

// Total is their sum.
func (p SystolicPerMAC) Total() float64 { return p.DRAM + p.Load + p.Floor }

// Energy divides the closed forms by the MACs.
func (c SystolicCounts) Energy(k Kernel, e SystolicCosts) SystolicPerMAC {
	bits := func(words, width int64) float64 { return float64(words * width) }
	x, w, y, out := k.InputBits, k.WeightBits, k.SumBits(), k.OutputBits
	macs := float64(c.MACs)
	return SystolicPerMAC{
		DRAM: ((bits(c.FetchInput, x)+bits(c.FetchWeight, w)+bits(c.Spill, y))*e.DRAMRead + (bits(c.Spill, y)+bits(c.Outputs, out))*e.DRAMWrite) / macs,
		Load: (bits(c.FetchWeight, w)*e.WeightWrite + bits(c.ReadWeight, w)*(e.WeightRead+e.Network) + bits(c.MoveWeight, w)*e.Register) / macs,
		Floor: e.MAC + ((bits(c.MoveInput, x)+bits(c.MoveSum, y))*e.Register+
			bits(c.FetchInput, x)*e.InputWrite+bits(c.ReadInput, x)*(e.InputRead+e.Network)+bits(c.WriteSum+c.ReadSum, y)*e.Network+
			(bits(c.WriteSum, y)+bits(c.Spill, y))*e.OutputWrite+(bits(c.ReadSum, y)+bits(c.Outputs, y)+bits(c.Spill, y))*e.OutputRead)/macs,
	}
}

// Cycles is how long a kernel's folds take one after the other, where the DRAM is never
// late: R + C − 2 more than their stream each, and R to load what the PEs hold, in each
// fold or, with a second tile, once.
func (a Systolic) Cycles(k Kernel, overlap bool) int64 {
	folds, stream, loads := k.Products()*ceil(k.N, a.R), k.L, true
	switch a.Dataflow {
	case "ws":
		folds *= ceil(k.M, a.C)
	case "is":
		folds, stream = folds*ceil(k.L, a.C), k.M
	default:
		folds, stream, loads = k.Products()*ceil(k.L, a.R)*ceil(k.M, a.C), k.N, false
	}
	cycles := folds * (stream + a.R + a.C - 2)
	switch {
	case loads && overlap:
		cycles += a.R
	case loads:
		cycles += folds * a.R
	}
	return cycles
}

// Room is what a buffer outside of the array keeps, in bits: of a kernel's inputs,
// weights, if Cached, and outputs, and of the sums of one column fold. Fresh inputs are
// in the DRAM until they are first read.
type Room struct {
	Input, Output, Sum int64
	Weight             int64
	Cached, Fresh      bool
}

// Outside is the bits that cross between that buffer and the DRAM.
type Outside struct{ In, Out int64 }

// Outside counts, for every time that a tensor is read, what of it the buffer does not
// keep.
func (a Systolic) Outside(k Kernel, r Room) Outside {
	beyond := func(bits, room int64) int64 { return max(0, bits-room) }
	g := k.Products()
	input, weight := g*k.L*k.N*k.InputBits, g*k.N*k.M*k.WeightBits
	inputs, weights, sums, times := ceil(k.M, a.C), int64(1), k.L, k.M
	switch a.Dataflow {
	case "is":
		inputs, weights, sums, times = 1, ceil(k.L, a.C), k.M, k.L
	case "os":
		weights = ceil(k.L, a.R)
	}
	o := Outside{In: inputs * beyond(input, r.Input), Out: beyond(g*k.L*k.M*k.OutputBits, r.Output)}
	if r.Fresh {
		o.In += input - beyond(input, r.Input)
	}
	if r.Cached {
		o.In += weights * beyond(weight, r.Weight)
	}
	if a.Dataflow != "os" {
		open := times / a.C * beyond(a.C*sums*k.SumBits(), r.Sum)
		open += beyond(times%a.C*sums*k.SumBits(), r.Sum)
		o.In += g * (ceil(k.N, a.R) - 1) * open
		o.Out += g * (ceil(k.N, a.R) - 1) * open
	}
	return o
}
