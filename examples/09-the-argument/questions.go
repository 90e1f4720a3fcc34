package main

import (
	"fmt"
	"math"
	"math/bits"
)

// Colours of the machines, the same in every figure.
const (
	analog = iota
	digital
	systolic
	scalar
)

const (
	side  = 1024 // of the matrix, unless it is what changes
	array = 128  // rows and columns of an array, unless they are what changes
)

// work sets the kernel.
func work(l, side, width int) []string {
	set := func(key string, value int) string { return fmt.Sprintf("workload.kernel[0].%s=%d", key, value) }
	return []string{set("L", l), set("N", side), set("M", side), set("input_bits", width), set("weight_bits", width), set("output_bits", width)}
}

// crossbars sets a machine with arrays of so many rows and columns, columns of
// them a weight, on a chip that holds a square matrix or one array of it.
func crossbars(machine string, rows, columns, side int, holds bool) []string {
	set := func(key string, value any) string { return fmt.Sprintf("machine.%s.%s=%v", machine, key, value) }
	tiles, perTile := 1, 1
	if holds {
		demand := ceil(side, rows) * ceil(side, rows/columns)
		perTile = min(demand, 16)
		tiles = ceil(demand, perTile)
	}
	return []string{
		set("crossbar.rows", rows), set("crossbar.cols", rows), set("crossbar.write_parallelism", rows),
		set("chip.tiles", tiles), set("chip.arrays_per_tile", perTile), set("chip.reload", "lru"),
	}
}

// analogArrays is crossbars of two-bit cells with one ADC for sixteen columns.
// Its resolution reads every sum of a column exactly.
func analogArrays(rows, side, width int, holds bool) []string {
	set := func(key string, value any) string { return fmt.Sprintf("machine.analog.%s=%v", key, value) }
	resolution := bits.Len(uint(math.Ceil(float64(rows) * 3 / 2)))
	return append(crossbars("analog", rows, ceil(width, 2), side, holds),
		set("adc.per_array", max(1, rows/16)), set("adc.resolution", resolution), set("adc.enob", float64(resolution)),
		set("accumulator.lanes", max(1, rows/ceil(width, 2))))
}

func ceil(a, b int) int { return (a + b - 1) / b }

// machines are the lines of a panel: what each x means is in point.
func machines(point func(x int) (l, side, rows, width int), holds bool) []line {
	where := "weights in place"
	if !holds {
		where = "one array"
	}
	return []line{
		{name: "analog, " + where, machine: "analog", colour: analog, dashed: !holds, set: func(x int) []string {
			l, side, rows, width := point(x)
			return append(work(l, side, width), analogArrays(rows, side, width, holds)...)
		}},
		{name: "digital in-memory, " + where, machine: "digital", colour: digital, dashed: !holds, set: func(x int) []string {
			l, side, rows, width := point(x)
			return append(work(l, side, width), crossbars("digital", rows, width, side, holds)...)
		}},
	}
}

// streaming are the machines whose weights come from the DRAM in every pass.
func streaming(point func(x int) (l, side, rows, width int)) []line {
	return []line{
		{name: "systolic", machine: "systolic", colour: systolic, set: func(x int) []string {
			l, side, rows, width := point(x)
			return append(work(l, side, width), fmt.Sprintf("machine.systolic.array.rows=%d", rows), fmt.Sprintf("machine.systolic.array.cols=%d", rows))
		}},
		{name: "scalar", machine: "scalar", colour: scalar, set: func(x int) []string {
			l, side, _, width := point(x)
			return work(l, side, width)
		}},
	}
}

// powers of two from 2^low to 2^high.
func powers(low, high, step int) (xs []int) {
	for e := low; e <= high; e += step {
		xs = append(xs, 1<<e)
	}
	return xs
}

// ways is a panel of all machines, arrays both ways.
func ways(title, x string, xs []int, point func(x int) (l, side, rows, width int)) panel {
	lines := append(machines(point, true), machines(point, false)...)
	return panel{title: title, x: x, xs: xs, lines: append(lines, streaming(point)...)}
}

func questions() []question {
	return []question{
		{name: "problem", title: "How large is the problem?", panels: []panel{
			ways("vector times matrix, L = 1", "N = M", powers(4, 12, 1), func(x int) (int, int, int, int) { return 1, x, array, 8 }),
			ways("matrix times matrix, L = 256", "N = M", powers(4, 12, 1), func(x int) (int, int, int, int) { return 256, x, array, 8 }),
		}},
		{name: "processor", title: "How large is the processor?", panels: []panel{
			ways("vector times matrix, L = 1", "rows = columns of an array", powers(5, 10, 1), func(x int) (int, int, int, int) { return 1, side, x, 8 }),
			ways("matrix times matrix, L = 256", "rows = columns of an array", powers(5, 10, 1), func(x int) (int, int, int, int) { return 256, side, x, 8 }),
		}},
		{name: "intensity", title: "How many vectors share the weights?", panels: []panel{
			ways("a matrix of 1024×1024", "L, vectors in a pass", powers(0, 14, 2), func(x int) (int, int, int, int) { return x, side, array, 8 }),
		}},
	}
}
