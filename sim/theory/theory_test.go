package theory

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var isaac = Array{R: 128, C: 128, ActiveRows: 128, CellBits: 2, DACBits: 1, Encoding: "offset"}

// Each count is worked out by hand in the comment beside it.
func TestCounts(t *testing.T) {
	for _, test := range []struct {
		name  string
		k     Kernel
		a     Array
		want  Counts
		sp    int64
		tx    int64
		cl    int64
		exact int
	}{
		{
			name: "ISAAC: one array of 128×16 weights of 16 bits",
			k:    Kernel{L: 1, N: 128, M: 16, InputBits: 16, WeightBits: 16},
			a:    isaac,
			sp:   8,  // 16 bits in cells of 2
			tx:   16, // 16 bits, one at a time
			cl:   16, // 128 columns in groups of 8
			want: Counts{
				RowTiles: 1, ColTiles: 1, Tiles: 1,
				DACConvert:   128 * 16,
				Activate:     16,
				CellRead:     128 * 128 * 16,
				Sample:       128 * 16,
				Integrate:    128 * 16,
				ADCConvert:   128 * 16,
				Correct:      16 + 128, // each output once, and each input into Σx
				CellsPerLoad: 128 * 128,
				WeightBits:   128 * 16 * 16,
			},
			exact: 9, // sums up to 128·1·3 = 384
		},
		{
			name: "784×256 of 8 bits on 128×128 cells of 2 bits",
			k:    Kernel{L: 3, N: 784, M: 256, InputBits: 8, WeightBits: 8},
			a:    isaac,
			sp:   4, tx: 8, cl: 32,
			want: Counts{
				RowTiles: 7, ColTiles: 8, Tiles: 56, // 6.125 and 8
				DACConvert:   3 * 784 * 8 * 8,
				Activate:     3 * 56 * 8,
				CellRead:     3 * 784 * 1024 * 8,
				Sample:       3 * 1024 * 8 * 7,
				Integrate:    3 * 1024 * 8 * 7,
				ADCConvert:   3 * 1024 * 8 * 7,
				Correct:      3*256*7 + 3*784*8,
				Accumulate:   3 * 256 * 6,
				CellsPerLoad: 784 * 1024,
				WeightBits:   784 * 256 * 8,
			},
			exact: 9,
		},
		{
			name: "differential, signed phases, 3 row groups, flipped columns",
			k:    Kernel{L: 2, N: 20, M: 5, InputBits: 4, WeightBits: 4, SignedInput: true},
			a:    Array{R: 16, C: 12, ActiveRows: 6, CellBits: 1, DACBits: 2, Encoding: "differential", Phases: true, Flip: true},
			sp:   6, // 3 magnitude bits, twice
			tx:   4, // 3 magnitude bits two at a time, in two phases
			cl:   2,
			want: Counts{
				RowTiles: 2, ColTiles: 3, Tiles: 6,
				DACConvert:   2 * 20 * 4 * 3,
				Activate:     2 * 4 * (3 + 1) * 3,
				CellRead:     2 * 20 * 30 * 4,
				Sample:       2 * 30 * 4 * (3 + 1),
				Integrate:    2 * 30 * 4 * (3 + 1),
				ADCConvert:   2 * 30 * 4 * (3 + 1), // 16 rows in 3 groups, 4 rows in 1
				Correct:      2*20*3 + 2*5*4,       // each input into Σx, each output for each of the 3 + 1 groups
				Accumulate:   2 * 5 * 1,
				CellsPerLoad: 20 * 30,
				WeightBits:   20 * 5 * 4,
			},
			exact: 5, // sums up to 6·3·1 = 18
		},
		{
			name: "NeuRRAM: 8-bit inputs as signed digits in two conversions, pairs of columns subtracted",
			k:    Kernel{L: 1, N: 4, M: 2, InputBits: 8, WeightBits: 4, SignedInput: true},
			a:    Array{R: 8, C: 8, ActiveRows: 8, CellBits: 3, DACBits: 1, Encoding: "differential", Digits: true, Converts: 2, AnalogSum: "polarity"},
			sp:   2,
			tx:   7, // of 3 and 4 slices
			cl:   4,
			want: Counts{
				RowTiles: 1, ColTiles: 1, Tiles: 1,
				DACConvert:   4 * 7,
				Activate:     7,
				CellRead:     4 * 4 * 7,
				Sample:       2 * 7,
				Integrate:    2 * (1 + 2 + 4 + 1 + 2 + 4 + 8),
				ADCConvert:   2 * 2,
				CellsPerLoad: 4 * 4,
				WeightBits:   4 * 2 * 4,
			},
			exact: 6, // sums up to 8·1·7 = 56 in one slice
		},
		{
			name: "two's complement, nothing gated",
			k:    Kernel{L: 1, N: 10, M: 3, InputBits: 8, WeightBits: 8},
			a:    Array{R: 8, C: 16, ActiveRows: 4, CellBits: 4, DACBits: 8, Encoding: "twos-complement", Ungated: true},
			sp:   3, // a sign column and ⌈7/4⌉
			tx:   1,
			cl:   5, // the sixteenth column is left over
			want: Counts{
				RowTiles: 2, ColTiles: 1, Tiles: 2,
				DACConvert:   16,
				Activate:     2 * 2, // 8 rows in 2 groups, twice
				CellRead:     16 * 16,
				Sample:       16 * 4,
				Integrate:    16 * 4,
				ADCConvert:   16 * 4,
				Accumulate:   3,
				CellsPerLoad: 10 * 9,
				WeightBits:   10 * 3 * 8,
			},
			exact: 14, // sums up to 4·255·15 = 15300
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Count(test.k, test.a); got != test.want {
				t.Errorf("counts\n%+v, by hand\n%+v", got, test.want)
			}
			if sp, tx, cl := test.a.Columns(test.k), test.a.Slices(test.k), test.a.Weights(test.k); sp != test.sp || tx != test.tx || cl != test.cl {
				t.Errorf("S·P, T_x, C_l are %d, %d, %d; by hand %d, %d, %d", sp, tx, cl, test.sp, test.tx, test.cl)
			}
			if got := test.a.LosslessBits(); got != test.exact {
				t.Errorf("%d ADC bits, by hand %d", got, test.exact)
			}
		})
	}
}

// ISAAC converts once per MAC of 16 bits (8 columns · 16 slices / 128 rows),
// and 0.25 times per MAC of 8 bits.
func TestISAACConversionsPerMAC(t *testing.T) {
	for bits, want := range map[int64]float64{16: 1, 8: 0.25} {
		k := Kernel{L: 7, N: 1024, M: 512, InputBits: bits, WeightBits: bits}
		if got := float64(Count(k, isaac).ADCConvert) / float64(k.L*k.N*k.M); got != want {
			t.Errorf("%d bits: %g conversions per MAC, not %g", bits, got, want)
		}
	}
}

var arrays = rapid.Custom(func(t *rapid.T) Array {
	a := Array{
		R:         rapid.Int64Range(1, 9).Draw(t, "R"),
		C:         rapid.Int64Range(14, 30).Draw(t, "C"), // a weight has 12 columns at most, and 2 beside them
		Guard:     rapid.Int64Range(0, 2).Draw(t, "guard"),
		CellBits:  rapid.Int64Range(1, 4).Draw(t, "B_c"),
		DACBits:   rapid.Int64Range(1, 4).Draw(t, "B_d"),
		Encoding:  rapid.SampledFrom([]string{"offset", "differential", "twos-complement", "magnitude"}).Draw(t, "encoding"),
		Phases:    rapid.Bool().Draw(t, "phases"),
		Digits:    rapid.Bool().Draw(t, "digits"),
		Converts:  rapid.Int64Range(0, 4).Draw(t, "conversions"),
		AnalogSum: rapid.SampledFrom([]string{"none", "polarity", "weight"}).Draw(t, "analog sum"),
		Flip:      rapid.Bool().Draw(t, "flip"),
		Ungated:   rapid.Bool().Draw(t, "ungated"),
	}
	a.ActiveRows = rapid.Int64Range(1, a.R).Draw(t, "R_a")
	return a
})

var kernels = rapid.Custom(func(t *rapid.T) Kernel {
	return Kernel{
		L:           rapid.Int64Range(1, 3).Draw(t, "L"),
		N:           rapid.Int64Range(1, 25).Draw(t, "N"),
		M:           rapid.Int64Range(1, 9).Draw(t, "M"),
		InputBits:   rapid.Int64Range(2, 7).Draw(t, "B_x"),
		WeightBits:  rapid.Int64Range(2, 7).Draw(t, "B_w"),
		Groups:      rapid.Int64Range(1, 12).Draw(t, "G"),
		SignedInput: rapid.Bool().Draw(t, "signed"),
	}
})

// columnsOf lays the bits of one weight on cells, one bit at a time.
func columnsOf(k Kernel, a Array) (columns int64) {
	fill := func(bits int64) {
		for bit := range bits {
			if bit%a.CellBits == 0 {
				columns++
			}
		}
	}
	switch a.Encoding {
	case "differential":
		fill(k.WeightBits - 1)
		fill(k.WeightBits - 1)
	case "twos-complement":
		columns++
		fill(k.WeightBits - 1)
	default:
		fill(k.WeightBits)
	}
	return columns
}

// significances lists the power of two of each slice.
func significances(k Kernel, a Array) (powers []int64) {
	bits, phases := k.InputBits, 1
	if k.SignedInput && (a.Phases || a.Digits) {
		bits--
	}
	if k.SignedInput && a.Phases && !a.Digits {
		phases = 2
	}
	for range phases {
		for bit := range bits {
			if bit%a.DACBits == 0 {
				powers = append(powers, bit)
			}
		}
	}
	return powers
}

// sumsOf joins the columns of a weight that one converter sees.
func sumsOf(k Kernel, a Array) int64 {
	sums := map[int64]bool{}
	for c := range columnsOf(k, a) {
		switch {
		case a.AnalogSum == "weight":
			sums[0] = true
		case a.AnalogSum == "polarity" && a.Encoding == "differential":
			sums[c/2] = true
		default:
			sums[c] = true
		}
	}
	return int64(len(sums))
}

// conversions cuts the slices into as many runs as there are conversions, as a
// line of so many parts is cut, and calls back for each slice with its weight
// in the sum, and after each conversion.
func conversions(k Kernel, a Array, slice func(weight int64), convert func()) {
	powers := significances(k, a)
	n := int64(len(powers))
	runs := n
	if a.Converts > 0 {
		runs = min(a.Converts, n)
	}
	from := int64(0)
	for run := int64(1); run <= runs; run++ {
		to := from
		for (to+1)*runs <= run*n {
			to++
		}
		for _, power := range powers[from:to] {
			slice(1 << (power - slices.Min(powers[from:to])))
		}
		convert()
		from = to
	}
}

// patch is the part of a group that an array holds.
type patch struct {
	rows, outputs int64
	adds          bool // its sums are added to those of the rows above
}

// place puts groups on arrays one after the other: what fits one array goes where
// rows and columns are left, below and beside what is there; what does not is cut.
func place(k Kernel, a Array) (arrays [][]patch) {
	weights := a.C / (columnsOf(k, a) + a.Guard)
	rowsLeft, weightsLeft := int64(0), int64(0)
	for range max(k.Groups, 1) {
		if k.N > a.R || k.M > weights {
			for n := int64(0); n < k.N; n += a.R {
				for m := int64(0); m < k.M; m += weights {
					arrays = append(arrays, []patch{{min(a.R, k.N-n), min(weights, k.M-m), n > 0}})
				}
			}
			continue
		}
		if rowsLeft < k.N || weightsLeft < k.M {
			arrays = append(arrays, nil)
			rowsLeft, weightsLeft = a.R, weights
		}
		rowsLeft, weightsLeft = rowsLeft-k.N, weightsLeft-k.M
		last := &arrays[len(arrays)-1]
		*last = append(*last, patch{k.N, k.M, false})
	}
	return arrays
}

// read is rows that are driven at once and the outputs that they are read at.
type read struct{ rows, outputs int64 }

// reads drives as many patches at once as active rows allow, and a larger one in
// parts.
func reads(array []patch, active int64) (all []read) {
	room := int64(0)
	for _, p := range array {
		if p.rows > active {
			for row := int64(0); row < p.rows; row += active {
				all = append(all, read{min(active, p.rows-row), p.outputs})
			}
			continue
		}
		if p.rows > room {
			all = append(all, read{})
			room = active
		}
		last := &all[len(all)-1]
		last.rows, last.outputs = last.rows+p.rows, last.outputs+p.outputs
		room -= p.rows
	}
	return all
}

// counted does one thing after the other, as an array does, and counts.
func counted(k Kernel, a Array) (c Counts) {
	cells := columnsOf(k, a)
	columns := cells + a.Guard
	for n := int64(0); n < k.N; n += a.R {
		c.RowTiles++
	}
	for m := int64(0); m < k.M; m += a.C / columns {
		c.ColTiles++
	}
	for _, array := range place(k, a) {
		c.Tiles++
		for _, p := range array {
			c.CellsPerLoad += p.rows * p.outputs * cells
			c.WeightBits += p.rows * p.outputs * k.WeightBits
			if a.Encoding == "offset" || a.Flip {
				c.Correct += k.L * p.rows // into Σx
			}
			if a.Encoding == "offset" && !a.Flip {
				c.Correct += k.L * p.outputs
			}
			for row := int64(0); a.Flip && row < p.rows; row += a.ActiveRows {
				c.Correct += k.L * p.outputs // each row group has columns inverted of its own
			}
			if p.adds {
				c.Accumulate += k.L * p.outputs
			}
		}
		driven := reads(array, a.ActiveRows)
		left := a.R
		for i := 0; i < len(driven) || a.Ungated && left > 0; i++ {
			var rows, sensed int64
			if a.Ungated {
				rows, sensed = min(a.ActiveRows, left), a.C
				left -= rows
			} else {
				rows, sensed = driven[i].rows, driven[i].outputs*columns
			}
			sums := sensed * sumsOf(k, a) / columns
			conversions(k, a, func(weight int64) {
				c.DACConvert += k.L * rows
				c.Activate += k.L
				c.CellRead += k.L * rows * sensed
				c.Sample += k.L * sums
				c.Integrate += k.L * sums * weight
			}, func() { c.ADCConvert += k.L * sums })
		}
	}
	return c
}

func TestCountsEqualCounting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, a := kernels.Draw(t, "kernel"), arrays.Draw(t, "array")
		if got, want := Count(k, a), counted(k, a); got != want {
			t.Fatalf("closed forms\n%+v, counted\n%+v", got, want)
		}
	})
}

// The model's line for sizes that divide: four terms, each with the size that
// shares it.
func TestEnergyPerMACWhereSizesDivide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := func(name string) int64 { return rapid.Int64Range(1, 8).Draw(t, name) }
		cost := func(name string) float64 { return rapid.Float64Range(0.001, 1).Draw(t, name) }
		a, k := arrays.Draw(t, "array"), kernels.Draw(t, "kernel")
		a.Ungated = false
		a.R = a.ActiveRows * small("row groups")
		a.C = (a.Columns(k) + a.Guard) * small("C_l")
		k.N, k.M = a.ActiveRows*small("N/R_a"), a.Weights(k)*small("M/C_l")
		e := Costs{DAC: cost("dac"), Control: cost("control"), ADC: cost("adc"), Sample: cost("sample"), Integrate: cost("integrate"), Cell: cost("cell"), Shift: cost("shift"), Correct: cost("correct"), Write: cost("write"), Bit: cost("bit")}
		loads := float64(small("loads"))

		sp, tx := float64(a.Columns(k)), float64(a.Slices(k))
		var converted, sampled, integrated int64
		conversions(k, a, func(weight int64) { sampled, integrated = sampled+1, integrated+weight }, func() { converted++ })
		want := PerMAC{
			In:      tx * (e.DAC + e.Control/float64(min(k.N, a.ActiveRows))) / float64(min(k.M, a.Weights(k))),
			Out:     float64(sumsOf(k, a)) * (float64(converted)*e.ADC + float64(sampled)*e.Sample + float64(integrated)*e.Integrate) / float64(min(k.N, a.ActiveRows)),
			Cells:   (sp + float64(a.Guard)) * tx * e.Cell,
			Add:     float64(sumsOf(k, a)*converted)*e.Shift/float64(min(k.N, a.ActiveRows)) + corrections(k, a)*e.Correct,
			Program: (sp*e.Write + float64(k.WeightBits)*e.Bit) * loads / float64(k.L),
		}
		got := Energy(k, a, e, loads)
		near(t, "input", got.In, want.In)
		near(t, "output", got.Out, want.Out)
		near(t, "cells", got.Cells, want.Cells)
		near(t, "shift-add", got.Add, want.Add)
		near(t, "programming", got.Program, want.Program)
		near(t, "total", got.Total(), want.In+want.Out+want.Cells+want.Add+want.Program)
	})
}

// corrections is those of a MAC: an input's are shared by the outputs of an
// array, an output's by its rows, or where columns are inverted by a row group.
func corrections(k Kernel, a Array) float64 {
	each := 1 / float64(min(k.M, a.Weights(k)))
	switch {
	case a.Flip:
		return each + 1/float64(min(k.N, a.ActiveRows))
	case a.Encoding == "offset":
		return each + math.Ceil(float64(k.N)/float64(a.R))/float64(k.N)
	}
	return 0
}

func near(t *rapid.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*want {
		t.Fatalf("%s: %g J per MAC, not %g", what, got, want)
	}
}

// The fewest bits with a code for every sum from 0 to the largest.
func TestLosslessBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := arrays.Draw(t, "array")
		largest := int64(0)
		for range a.ActiveRows {
			largest += (1<<a.DACBits - 1) * (1<<a.CellBits - 1)
		}
		bits, codes := 0, int64(1)
		for codes < largest+1 {
			bits, codes = bits+1, 2*codes
		}
		if got := a.LosslessBits(); got != bits {
			t.Fatalf("%d bits for sums up to %d, not %d", got, largest, bits)
		}
	})
}

// One output of N MACs, instruction by instruction.
func TestScalarPerMAC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cost := func(name string) float64 { return float64(rapid.IntRange(0, 1000).Draw(t, name)) }
		loop := rapid.IntRange(0, 4).Draw(t, "loop instructions")
		n := rapid.IntRange(1, 50).Draw(t, "N")
		s := Scalar{
			Issue: cost("issue"), Register: cost("register"), Multiply: cost("multiply"), Add: cost("add"),
			Access: cost("access"), Loop: float64(loop),
		}
		joules := 0.0
		instruction := func(registers int, unit float64) {
			joules += s.Issue + float64(registers)*s.Register + unit
		}
		for range n {
			instruction(1+1, s.Access)   // load x: the address, x
			instruction(1+1, s.Access)   // load w
			instruction(2+1, s.Multiply) // two operands, the product
			instruction(2+1, s.Add)
			for range loop {
				instruction(1+1, s.Add)
			}
		}
		instruction(2, s.Access) // store: the address, the sum
		want := joules / float64(n)
		if got := s.PerMAC(int64(n)); math.Abs(got-want) > 1e-12*want {
			t.Fatalf("%g per MAC, not %g", got, want)
		}
	})
}

// Where sizes divide, a digital array's energy per MAC is that of the package's
// formula; unlike an analog one's, it has a floor that no size takes away.
func TestDigitalPerMACWhereSizesDivide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := int64(1) << rapid.IntRange(3, 10).Draw(t, "log size")
		a := Array{R: size, C: 8 * size, ActiveRows: size, CellBits: 1, DACBits: 1, Encoding: "twos-complement"}
		times := rapid.Int64Range(1, 4).Draw(t, "tiles")
		k := Kernel{L: rapid.Int64Range(1, 9).Draw(t, "L"), N: size * times, M: size * times, InputBits: 8, WeightBits: 8}
		d := Digital{Row: 3, Cell: 5, Adder: 7, FlipFlops: 11, ShiftAdd: 13, Activity: rapid.Float64Range(0, 1).Draw(t, "activity")}
		levels := math.Log2(float64(size))
		adders := 2*float64(size) - 2 - levels // R·(b + 1) − b − l − 1
		want := 8*3/float64(size) + 8*8*(d.Activity*5+(d.Activity*adders*7+11+13)/float64(size))
		near(t, "energy per MAC", d.PerMAC(k, a).Total(), want)
		if floor := 8 * 8 * d.Activity * (5 + 7); d.PerMAC(k, a).Total() < floor {
			t.Fatalf("%g is below the floor of a cell and an adder a bit, %g", want, floor)
		}
	})
}

// Noise and room for it, each worked out from the circuit.
func TestLadderCapacitance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, n, v := rapid.Float64Range(1, 18).Draw(t, "b"), rapid.Int64Range(1, 4096).Draw(t, "n"), rapid.Float64Range(0.3, 2).Draw(t, "V")
		noise := 1.380649e-23 * 300 / (2 * LadderCapacitance(b, n, v) * float64(n))
		if room := v * v / 8 / (1.5 * math.Exp2(2*b)); math.Abs(noise-room) > 1e-12*room {
			t.Fatalf("%g V² of noise, room for %g", noise, room)
		}
	})
}

// Exponentials cross where their logarithms do, and lie apart on either side.
func TestCrossing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Float64Range(3.01, 11.99).Draw(t, "crossing")
		base := rapid.Float64Range(1.1, 4).Draw(t, "base")
		var xs, a, b []float64
		for x := 2.0; x <= 12; x++ {
			xs, a, b = append(xs, x), append(a, math.Pow(base, x-at)), append(b, 1)
		}
		if at > 4 {
			a[0] = 2 // above before it lies below
		}
		if got, ok := Crossing(xs, a, b); !ok || math.Abs(got-at) > 1e-9 {
			t.Fatalf("crossing at %g, %v; they do at %g", got, ok, at)
		}
		if got, ok := Crossing(xs[1:], b[1:], a[1:]); ok {
			t.Fatalf("crossing at %g from above", got)
		}
		if got, ok := Crossing(xs[:2], []float64{1, 1}, []float64{2, 2}); ok {
			t.Fatalf("crossing at %g of curves that do not meet", got)
		}
	})
}

// Rounding, sum by sum: the noise of a step of √n/2^B is that of the ratio, and a
// converter of so many effective bits has that step over a range of n.
func TestRoundingSNR(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int64{64, 256} {
		const bits = 6
		step := math.Sqrt(float64(n)) / math.Exp2(bits)
		if over := float64(n) / math.Exp2(EffectiveBits(bits, n)); math.Abs(over-step) > 1e-12*step {
			t.Errorf("%d rows: a step of %g, the converter's is %g", n, step, over)
		}
		var signal, noise float64
		for range 20_000 {
			sum := 0.0
			for range n {
				sum += random.Float64() * (random.Float64() - 0.5)
			}
			off := sum - step*math.Round(sum/step)
			signal, noise = signal+sum*sum, noise+off*off
		}
		if got := signal / noise / RoundingSNR(bits); math.Abs(got-1) > 0.05 {
			t.Errorf("%d rows: %g times the ratio", n, got)
		}
	}
}
