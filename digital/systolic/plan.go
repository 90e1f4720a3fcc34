package systolic

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"xbar/sim/unit"
	"xbar/sim/workload"
)

// tensor is a matrix of a kernel.
type tensor int

const (
	input  tensor = iota // X, L×N
	weight               // W, N×M
	sum                  // Y, L×M, as it is summed up
	tensors
	output = tensors // Y, as it leaves: a width of its own, no traffic of its own
)

// The dimensions of a kernel.
const (
	dimL = iota
	dimN
	dimM
	dims
)

// role is what a dataflow does with tensors and dimensions.
type role struct {
	held, left, top    tensor // in the PEs, and where the others enter
	rows, cols, stream int    // dimensions along the array and along time
}

var roles = map[string]role{
	"ws": {held: weight, left: input, top: sum, rows: dimN, cols: dimM, stream: dimL},
	"is": {held: input, left: weight, top: sum, rows: dimN, cols: dimL, stream: dimM},
	"os": {held: sum, left: input, top: weight, rows: dimL, cols: dimM, stream: dimN},
}

// loads reports whether a fold starts by loading what the PEs hold.
func (r role) loads() bool { return r.held != sum }

// plan is one kernel of a pass as the array will run it.
type plan struct {
	role
	kernel    workload.Kernel
	batch     int64
	R, C      int64              // of the array
	extent    [dims]int64        // of one product
	distinct  int64              // inputs of one product that cross the DRAM
	width     [tensors + 1]int64 // bits of a word
	steps     int64              // of the stream in each chunk but a fold's last
	count     position           // how many products, and column folds, row folds, chunks in each
	leftStays bool               // the operand from the left fits its buffer
	topStays  bool               // that at the top fits, or a column fold's part of it a half
	found     bool               // the inputs are in their buffer already
	kept      bool               // the outputs are left there
	outside   *Outside           // what of it is in another machine's DRAM; nil: the array has buffers and a DRAM of its own
}

// position is a chunk's place in the loops, outermost first.
type position [4]int64

const (
	productLoop = iota
	columnLoop
	rowLoop
	chunkLoop
)

// chunk is the part of a fold between two swaps of the buffers.
type chunk struct {
	live        bool // false: before the first, after the last
	at          position
	rows, cols  int64 // of PEs in use
	start       int64 // steps of the fold before it
	steps       int64
	first, last bool           // of its fold
	accumulates bool           // partial sums come in at the top
	fetch       [tensors]int64 // words from DRAM that it needs
	spill       int64          // partial sums that it leaves for the DRAM
	store       int64          // outputs that leave the output buffer
	in, out     int64          // bits from and to the DRAM
}

// plans lays out a pass of a batch through the kernels.
func (m *Machine) plans(kernels []workload.Kernel, batch int64) ([]plan, error) {
	if err := m.countable(kernels, batch); err != nil {
		return nil, err
	}
	plans := make([]plan, len(kernels))
	for i, k := range kernels {
		p, err := m.newPlan(k, batch)
		if err != nil {
			return nil, fmt.Errorf("systolic: kernel %s: %w", k.Name, err)
		}
		plans[i] = p
	}
	if m.cfg.Array.KeepActivations && len(plans) > 0 {
		keep(plans, batch, int64(min(m.cfg.InputBuffer.Capacity, 1<<62)))
	}
	return plans, nil
}

// keep leaves activations in an input buffer of the given bits from one kernel
// to the next, where it holds both what the kernel reads and what it writes.
func keep(plans []plan, batch, capacity int64) {
	inputs := plans[0].inputs()
	for i := range plans[:len(plans)-1] {
		p, next := &plans[i], &plans[i+1]
		outputs := batch * p.kernel.L * p.kernel.Outputs() * p.width[output]
		p.kept = inputs+outputs <= capacity
		next.found = p.kept
		inputs = outputs
		if !next.found {
			inputs = next.inputs()
		}
	}
}

// inputs is the bits that a kernel reads.
func (p *plan) inputs() int64 { return p.count[productLoop] * p.distinct * p.width[input] }

// newPlan lays out a kernel. It refuses one whose parts do not fit the halves
// of the buffers.
func (m *Machine) newPlan(k workload.Kernel, batch int64) (plan, error) {
	cfg := &m.cfg
	p := layOut(&cfg.Array, k, batch, cfg.capacities())
	var errs []error
	for _, misfit := range cfg.Misfits(p.extent[dimL], k.N, k.M, k.InputBits, k.WeightBits) {
		errs = append(errs, &misfit)
	}
	return p, errors.Join(errs...)
}

// layOut lays a kernel out on an array between buffers of the given capacities.
func layOut(a *Array, k workload.Kernel, batch int64, capacity [tensors]unit.Bit) plan {
	p := plan{
		role: roles[a.Dataflow], kernel: k, batch: batch,
		R: int64(a.Rows), C: int64(a.Cols),
		extent: [dims]int64{k.L * batch, k.N, k.M},
	}
	widths := widths(k.N, k.InputBits, k.WeightBits)
	copy(p.width[:], widths[:])
	p.width[output] = int64(k.OutputBits)
	products := k.Products()
	if k.Dynamic {
		products, p.extent[dimL] = products*batch, k.L
	}
	p.distinct = p.extent[dimL] * p.extent[dimN]
	if a.Im2col == "on-chip" {
		p.distinct = k.Distinct() / k.Products() * (p.extent[dimL] / k.L)
	}
	rows, cols, stream := p.extent[p.rows], p.extent[p.cols], p.extent[p.stream]
	r, c := min(rows, p.R), min(cols, p.C)

	holds := func(t tensor, share unit.Bit, words int64) bool {
		return words <= wordsIn(capacity[t]*share, p.width[t])
	}
	left := rows * stream
	if p.left == input {
		left = p.distinct
	}
	p.leftStays = holds(p.left, 1, left)
	p.topStays = holds(p.top, 1, cols*stream) || holds(p.top, 0.5, c*stream)
	p.steps = min(stream, wordsIn(capacity[p.left]/2, p.width[p.left])/r, wordsIn(capacity[p.top]/2, p.width[p.top])/c)
	p.count = position{products, ceilDiv(cols, p.C), ceilDiv(rows, p.R), ceilDiv(stream, max(1, p.steps))}
	return p
}

// Misfit is a buffer that is too small for what the array takes at once.
type Misfit struct {
	Buffer string // its table in a config
	Words  int64  // that half of it must hold
	Bits   int64  // of a word
}

func (m *Misfit) Error() string {
	return fmt.Sprintf("half of %s does not hold the %d words of %d bits that the array takes at once", m.Buffer, m.Words, m.Bits)
}

// Misfits lists the buffers too small for a product X[L×N]·W[N×M] of operands
// that have so many bits: half of each must hold the tile in the PEs, or a
// step of a stream. It panics on an unknown dataflow.
func (c *Config) Misfits(l, n, m int64, inputBits, weightBits int) []Misfit {
	role, known := roles[c.Array.Dataflow]
	if !known {
		panic("systolic: unknown dataflow " + c.Array.Dataflow)
	}
	extent := [dims]int64{l, n, m}
	rows, cols := min(extent[role.rows], int64(c.Array.Rows)), min(extent[role.cols], int64(c.Array.Cols))
	var words [tensors]int64
	words[role.held], words[role.left], words[role.top] = rows*cols, rows, cols
	capacity, width := c.capacities(), widths(n, inputBits, weightBits)
	var misfits []Misfit
	for t, buffer := range [tensors]string{"input_buffer", "weight_buffer", "output_buffer"} {
		if words[t] > wordsIn(capacity[t]/2, width[t]) {
			misfits = append(misfits, Misfit{buffer, words[t], width[t]})
		}
	}
	return misfits
}

func (c *Config) capacities() [tensors]unit.Bit {
	return [tensors]unit.Bit{input: c.InputBuffer.Capacity, weight: c.WeightBuffer.Capacity, sum: c.OutputBuffer.Capacity}
}

// widths are the bits of the words of a product that sums over n.
func widths(n int64, inputBits, weightBits int) [tensors]int64 {
	return [tensors]int64{
		input: int64(inputBits), weight: int64(weightBits),
		sum: int64(inputBits + weightBits + bits.Len64(uint64(n-1))),
	}
}

// wordsIn is how many words of the given bits a memory holds.
func wordsIn(capacity unit.Bit, width int64) int64 { return int64(min(capacity, 1<<62)) / width }

// chunk is the chunk at a position.
func (p *plan) chunk(at position) chunk {
	stream := p.extent[p.stream]
	c := chunk{
		live: true, at: at,
		rows:  min(p.R, p.extent[p.rows]-at[rowLoop]*p.R),
		cols:  min(p.C, p.extent[p.cols]-at[columnLoop]*p.C),
		start: at[chunkLoop] * p.steps,
		first: at[chunkLoop] == 0,
		last:  at[chunkLoop] == p.count[chunkLoop]-1,
	}
	c.steps = min(p.steps, stream-c.start)
	if at[columnLoop] == 0 || !p.leftStays {
		c.fetch[p.left] = p.words(p.left, &c)
	}
	if p.loads() {
		p.crossHolding(&c)
	} else {
		p.crossSumming(&c)
	}
	if p.found {
		c.fetch[input] = 0
	}
	p.cross(&c)
	return c
}

// cross counts the bits of a chunk's traffic.
func (p *plan) cross(c *chunk) {
	if p.outside != nil {
		p.crossOutside(c)
		return
	}
	for t, words := range c.fetch {
		c.in += words * p.width[t]
	}
	c.out = c.spill * p.width[sum]
	if !p.kept {
		c.out += c.store * p.width[output]
	}
}

// words is what a chunk takes of the operand from the left, or of the one that it
// holds. Inputs have their share of the distinct ones, as whole folds and chunks have
// alike, and the last one what is left: so each crosses once.
func (p *plan) words(t tensor, c *chunk) int64 {
	row := cut{c.at[rowLoop], p.count[rowLoop], p.R, p.extent[p.rows]}
	switch {
	case t == p.left && t == input:
		return cut{c.at[chunkLoop], p.count[chunkLoop], p.steps, p.extent[p.stream]}.of(row.of(p.distinct))
	case t == p.left:
		return c.rows * c.steps
	case t == input:
		return row.of(cut{c.at[columnLoop], p.count[columnLoop], p.C, p.extent[p.cols]}.of(p.distinct))
	}
	return c.rows * c.cols
}

// cut is one of count pieces of an extent, all of a size but the last.
type cut struct{ at, count, size, extent int64 }

// of is the piece's share of so many words.
func (c cut) of(words int64) int64 {
	if c.count == 1 {
		return words
	}
	high, low := bits.Mul64(uint64(words), uint64(c.size))
	quotient, _ := bits.Div64(high, low, uint64(c.extent))
	each := int64(quotient)
	if c.at < c.count-1 {
		return each
	}
	return words - (c.count-1)*each
}

// crossHolding is the rest of a chunk's traffic where PEs hold an operand and
// sums run through.
func (p *plan) crossHolding(c *chunk) {
	firstRow, lastRow := c.at[rowLoop] == 0, c.at[rowLoop] == p.count[rowLoop]-1
	c.accumulates = !firstRow
	if c.first {
		c.fetch[p.held] = p.words(p.held, c)
	}
	if !firstRow && !p.topStays {
		c.fetch[sum] = c.cols * c.steps
	}
	if lastRow {
		c.store = c.cols * c.steps
	} else if !p.topStays {
		c.spill = c.cols * c.steps
	}
}

// crossSumming is the rest of a chunk's traffic where PEs hold the sums.
func (p *plan) crossSumming(c *chunk) {
	if c.at[rowLoop] == 0 || !p.topStays {
		c.fetch[p.top] = c.cols * c.steps
	}
	if c.last {
		c.store = c.rows * c.cols
	}
}

// after is the chunk that follows c; not live after the last.
func (p *plan) after(c *chunk) chunk {
	at := c.at
	for loop := chunkLoop; c.live && loop >= productLoop; loop-- {
		at[loop]++
		if at[loop] < p.count[loop] {
			return p.chunk(at)
		}
		at[loop] = 0
	}
	return chunk{}
}

// cycles is how long a chunk streams. The last step leaves the array R + C − 2
// cycles after it entered.
func (p *plan) cycles(c *chunk) int64 {
	if c.last {
		return c.steps + p.R + p.C - 2
	}
	return c.steps
}

// countable refuses shapes that make no sense and passes whose counts or
// cycles could overflow.
func (m *Machine) countable(kernels []workload.Kernel, batch int64) error {
	if batch < 1 {
		return fmt.Errorf("systolic: a batch of %d", batch)
	}
	var most float64
	for _, k := range kernels {
		if min(k.L, k.N, k.M) < 1 || min(k.InputBits, k.WeightBits, k.OutputBits) < 1 {
			return fmt.Errorf("systolic: kernel %s has no size: %d×%d×%d of %d, %d and %d bits",
				k.Name, k.L, k.N, k.M, k.InputBits, k.WeightBits, k.OutputBits)
		}
		most += padded(&m.cfg.Array, k, batch, m.channel.PerBit())
		most += (places(&m.cfg.Array, k, batch) + float64(batch)*float64(k.Beside.Operations)) * float64(m.operation)
	}
	if most > math.MaxInt64/2 {
		return fmt.Errorf("systolic: a pass of up to %.2g bits and cycles is more than can be counted", most)
	}
	return nil
}

// padded bounds the bits and cycles of a kernel: every PE in every fold, its
// streams' tails included.
func padded(a *Array, k workload.Kernel, batch int64, perBit float64) float64 {
	width := float64(k.InputBits + k.WeightBits + k.OutputBits + 64)
	beside := float64(batch) * (float64(k.Beside.Operations) + float64(k.Beside.Operands) + float64(k.Beside.Results))
	return (4*places(a, k, batch)*max(1, perBit) + beside) * width
}

// places is every PE in every fold, its streams' tails included.
func places(a *Array, k workload.Kernel, batch int64) float64 {
	l, n, o := float64(k.L)*float64(batch), float64(k.N), float64(k.M)
	edge := float64(max(a.Rows, a.Cols))
	return float64(k.Products()) * (l + edge) * (n + edge) * (o + edge)
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
