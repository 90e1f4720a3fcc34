package main

import (
	"fmt"
	"math"
	"math/bits"

	"xbar/sim/theory"
)

// Colours of the machines, the same in every figure.
const (
	words = iota
	scalar
	digital
	systolic
	vector
	analog
)

const (
	layers = 3
	middle = 1    // the layer that is looked at
	side   = 1024 // of the matrix, unless it is what changes
	array  = 256  // rows and columns of an array, unless they are what changes
	many   = 32   // vectors of a matrix-matrix product
	lanes  = 16   // of the vector machine
)

// at is what a point of a question runs: L vectors, a square matrix, and arrays
// of so many rows and columns.
type at struct{ l, side, rows int }

func questions() []question {
	return []question{
		{name: "problem", title: "How large is the problem?", panels: pair("N = M", powers(4, 11), func(x, l int) at { return at{l, x, array} })},
		{name: "processor", title: "How large is the processor?", panels: pair("rows = columns of an array", powers(5, 10), func(x, l int) at { return at{l, side, x} })},
		{name: "intensity", title: "How many vectors share the weights?", panels: []panel{
			{title: "weights in place, or streamed", best: true, x: "vectors that may share a pass", xs: powers(0, 11), lines: append(inPlace(passes), streaming(passes)...)},
			{title: "one array, or streamed", best: true, x: "vectors that may share a pass", xs: powers(0, 11), lines: append(oneArray(passes), streaming(passes)...)},
		}},
	}
}

func passes(x int) at { return at{x, side, array} }

// pair is one vector beside many.
func pair(x string, xs []int, point func(x, l int) at) []panel {
	of := func(title string, l int) panel {
		p := func(x int) at { return point(x, l) }
		return panel{title: fmt.Sprintf("%s, L = %d", title, l), x: x, xs: xs, lines: append(append(inPlace(p), oneArray(p)...), streaming(p)...)}
	}
	return []panel{of("vector times matrix", 1), of("matrix times matrix", many)}
}

// inPlace is arrays enough for all weights, which are never written again.
func inPlace(point func(x int) at) []line {
	return []line{
		{name: "analog, one conversion", machine: "words", colour: words, set: func(x int) []string { return wordsSets(point(x), true) }},
		{name: "analog, exact sums", machine: "analog", colour: analog, set: func(x int) []string { return analogSets(point(x), true) }},
		{name: "digital in-memory", machine: "digital", colour: digital, set: func(x int) []string { return digitalSets(point(x), true) }},
	}
}

// oneArray is a chip of one array, in which all weights are written in turn.
func oneArray(point func(x int) at) []line {
	return []line{
		{name: "one conversion, one array", machine: "words", colour: words, dashed: true, set: func(x int) []string { return wordsSets(point(x), false) }},
		{name: "exact sums, one array", machine: "analog", colour: analog, dashed: true, set: func(x int) []string { return analogSets(point(x), false) }},
		{name: "digital, one array", machine: "digital", colour: digital, dashed: true, set: func(x int) []string { return digitalSets(point(x), false) }},
	}
}

// streaming is the machines whose weights come from memory in every pass.
func streaming(point func(x int) at) []line {
	return []line{
		{name: "systolic", machine: "systolic", colour: systolic, set: func(x int) []string { return systolicSets(point(x)) }},
		{name: "scalar", machine: "scalar", colour: scalar, set: func(x int) []string { return work(point(x)) }},
		{name: fmt.Sprintf("scalar, %d lanes", lanes), machine: "scalar", colour: vector, set: func(x int) []string {
			return append(work(point(x)), fmt.Sprintf("machine.scalar.core.lanes=%d", lanes))
		}},
	}
}

func work(a at) (sets []string) {
	for i := range layers {
		set := func(key string, value int) string { return fmt.Sprintf("workload.kernel[%d].%s=%d", i, key, value) }
		sets = append(sets, set("L", a.l), set("N", a.side), set("M", a.side))
	}
	return sets
}

// wordsSets is arrays of words with an ADC for each, and ladders as large as
// their noise asks for.
func wordsSets(a at, holds bool) []string {
	const volts, unit = 0.9, 2 // fF
	set := func(key string, value any) string { return fmt.Sprintf("machine.words.%s=%v", key, value) }
	effective := math.Ceil(theory.EffectiveBits(8, int64(a.rows)))
	least := theory.LadderCapacitance(effective, int64(a.rows), volts) / 1e-15
	return append(crossbars("words", a, 1, holds),
		set("adc.per_array", a.rows), set("adc.rows_loaded", a.rows), set("adc.resolution", effective),
		set("cell.unit_capacitance", fmt.Sprintf("\"%g fF\"", max(unit, least))))
}

// crossbars sets arrays that give a weight so many columns.
func crossbars(machine string, a at, columns int, holds bool) []string {
	set := func(key string, value any) string { return fmt.Sprintf("machine.%s.%s=%v", machine, key, value) }
	tiles, perTile := 1, 1
	if holds {
		demand := layers * ceil(a.side, a.rows) * ceil(a.side, a.rows/columns)
		perTile = min(demand, 16)
		tiles = ceil(demand, perTile)
	}
	return append(work(a),
		set("crossbar.rows", a.rows), set("crossbar.cols", a.rows), set("crossbar.write_parallelism", a.rows), set("accumulator.lanes", a.rows/columns),
		set("chip.tiles", tiles), set("chip.arrays_per_tile", perTile), set("chip.reload", "lru"))
}

// analogSets is arrays of two-bit cells with an ADC for sixteen columns, which
// reads every sum of a column exactly. Beyond 8 bits it converts at the rate up to
// which the regression says that rate costs nothing, a quarter for each bit.
func analogSets(a at, holds bool) []string {
	set := func(key string, value any) string { return fmt.Sprintf("machine.analog.%s=%v", key, value) }
	resolution := bits.Len(uint(math.Ceil(float64(a.rows) * 3 / 2))) // columns are inverted where more than half is set
	return append(crossbars("analog", a, 4, holds),
		set("adc.per_array", a.rows/16), set("adc.resolution", resolution), set("adc.enob", float64(resolution)),
		set("adc.latency", fmt.Sprintf("\"%d ns\"", 1<<(2*max(0, resolution-8)))))
}

// digitalSets is arrays of bits with a tree for each column.
func digitalSets(a at, holds bool) []string {
	return append(crossbars("digital", a, 8, holds), fmt.Sprintf("machine.digital.adder_tree.registers=%d", bits.Len(uint(a.rows))))
}

// systolicSets is as many rows and columns. Half of the weight buffer holds a
// tile of 512×512.
func systolicSets(a at) []string {
	if a.rows > 512 {
		return nil
	}
	return append(work(a), fmt.Sprintf("machine.systolic.array.rows=%d", a.rows), fmt.Sprintf("machine.systolic.array.cols=%d", a.rows))
}

// places is every machine with weights in place and not, one vector and many.
func places() (lines []line, points []at) {
	for _, p := range []at{{1, side, array}, {many, side, array}} {
		at := func(int) at { return p }
		for _, l := range append(append(inPlace(at), oneArray(at)...), streaming(at)...) {
			l.name = fmt.Sprintf("%s, L = %d", l.name, p.l)
			lines, points = append(lines, l), append(points, p)
		}
	}
	return lines, points
}

func ceil(a, b int) int { return (a + b - 1) / b }

// powers of two from 2^low to 2^high.
func powers(low, high int) (xs []int) {
	for e := low; e <= high; e++ {
		xs = append(xs, 1<<e)
	}
	return xs
}
