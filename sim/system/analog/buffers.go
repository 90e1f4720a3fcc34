package analog

import (
	"xbar/sim/mapping"
	"xbar/sim/trace"
)

// buffers is how full buffers are, for a trace:
//
//	input buffers    what was asked for and has not been driven
//	output buffers   of what has all its sums and is not stored, as many vectors as have a slot; the rest are in sample banks
//	global buffer    of a kernel's input and output, or of what waits between kernels of a pipeline, what is not spilled
//
// Partial sums have the global buffer to themselves, and are not shown.
type buffers struct {
	input, output, global trace.LevelID
	in, out               float64 // bits
	kernel, pass          int     // at work
	kept, stored          float64 // of its input and its output
	between               []float64
}

const bitsPerByte = 8

func (b *buffers) open(t *tracks) {
	m := t.chip.machine
	tiles := float64(m.Chip.Tiles)
	b.global = t.Level("global-buffer", float64(m.GlobalBuffer.Capacity)/bitsPerByte)
	b.input = t.Level("tile/input-buffer", tiles*float64(m.InputBuffer.Capacity)/bitsPerByte)
	b.output = t.Level("tile/output-buffer", tiles*float64(m.OutputBuffer.Capacity)/bitsPerByte)
	b.kernel = -1
}

func (b *buffers) set(t *tracks, id trace.LevelID, bits float64) {
	t.Set(id, t.chip.engine.Now(), bits/bitsPerByte)
}

// takes follows a vector of a copy that is asked for, or has been driven.
func (b *buffers) takes(t *tracks, n *lane) {
	l := t.lane(n)
	bits := float64((n.issued - n.driven) * n.tileWrite)
	b.in += bits - l.in
	l.in = bits
	b.set(t, b.input, b.in)
}

// gives follows one that has its sums, or is stored.
func (b *buffers) gives(t *tracks, n *lane) {
	l := t.lane(n)
	bits := float64(min(l.joined-n.drained, n.outputSlots) * (n.outBits + n.partBits))
	b.out += bits - l.out
	l.out = bits
	b.set(t, b.output, b.out)
}

// wave begins a wave of layers.
func (b *buffers) wave(t *tracks, l *line) {
	if l.plan.Kernel == b.kernel && l.pass == b.pass {
		return
	}
	b.kernel, b.pass, b.kept, b.stored = l.plan.Kernel, l.pass, 0, 0
	if b.kernel > 0 { // the first input comes from outside, bit by bit
		b.kept = stays(t.chip.spills[b.kernel])
	}
	b.set(t, b.global, b.kept)
}

// stays is what of an activation the global buffer keeps.
func stays(s mapping.Share) float64 { return float64(s.Whole - s.Part) }

// comes follows a vector that is asked for and brings some of the first input.
func (b *buffers) comes(t *tracks, n *lane, v int64) {
	if t.chip.flow.on || b.kernel != 0 {
		return
	}
	b.kept = min(b.kept+float64(n.fromOutside(v)), stays(t.chip.spills[0]))
	b.set(t, b.global, b.kept+b.stored)
}

// goes follows one that is stored.
func (b *buffers) goes(t *tracks, n *lane, v int64) {
	if !t.chip.flow.on {
		b.stored += float64(n.outBits - n.outSpill.Bits(v))
		b.set(t, b.global, b.kept+b.stored)
	}
}

// done follows a wave of the digital side.
func (b *buffers) done(t *tracks) {
	b.stored = stays(t.chip.spills[b.kernel+1])
	b.set(t, b.global, b.kept+b.stored)
}

// keep follows a line of a pipeline whose outputs have been stored, or are not needed any
// more.
func (b *buffers) keep(t *tracks, l *line) {
	if l.index+1 == l.lines {
		return
	}
	next, share := &t.chip.lines[l.index+1], t.chip.spills[l.index+1]
	k := &l.spec.kernel
	waiting := float64(l.done-next.needed(next.used, l.inference)) * float64(k.Outputs()*int64(k.OutputBits))
	b.between[l.index] = waiting * stays(share) / float64(share.Whole)
	all := 0.0
	for _, bits := range b.between {
		all += bits
	}
	b.set(t, b.global, all)
}
