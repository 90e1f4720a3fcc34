package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Each loop gives the same on every machine, bit for bit, and what its formula says.

func random(t *rapid.T) *rand.Rand { return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0)) }

func skipSlow(t *testing.T) {
	if !fast {
		t.Skip("there is but one way on this machine")
	}
}

func TestCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		groups := rapid.IntRange(0, 70).Draw(t, "groups")
		r := random(t)
		rows := groups * Fours
		levels := make([][2]byte, rows)
		digits, plus, minus := make([]byte, groups*Lanes), make([]byte, groups), make([]byte, groups)
		most := rapid.SampledFrom([]int{1, 4}).Draw(t, "levels")
		driven := make([][Lanes]byte, rows) // [row][plane·32 + vector]
		full := rapid.Bool().Draw(t, "all at the top")
		for i := range rows {
			levels[i] = [2]byte{byte(r.IntN(most)), byte(r.IntN(most))}
			if full {
				levels[i] = [2]byte{3, 0}
			}
			plus[i/4] |= levels[i][0] << (i % 4 * 2)
			minus[i/4] |= levels[i][1] << (i % 4 * 2)
			for l := range Lanes {
				driven[i][l] = byte(r.IntN(2))
				if full {
					driven[i][l] = 1
				}
				digits[i/4*Lanes+l/32*32+Lane(l%32)] |= driven[i][l] << (i % 4)
			}
		}
		before := make([]int16, Lanes)
		for l := range before {
			before[l] = int16(r.IntN(1000))
		}
		got, twin := slices.Clone(before), slices.Clone(before)
		Counts(got, digits, plus, minus)
		counts(twin, digits, plus, minus)
		for l := range Lanes {
			want := before[l]
			for i := range rows {
				want += int16(driven[i][l]) * (int16(levels[i][0]) - int16(levels[i][1]))
			}
			if got[l] != want || twin[l] != want {
				t.Fatalf("lane %d: %d, in Go %d, want %d", l, got[l], twin[l], want)
			}
		}
	})
}

func TestWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns, n := rapid.IntRange(1, 50).Draw(t, "rows"), rapid.IntRange(1, 50).Draw(t, "columns"), rapid.IntRange(0, 11).Draw(t, "vectors")
		r := random(t)
		number := func(most int) int16 { return int16(r.IntN(2*most) - most) }
		w, most := make([]int16, rows*columns), rapid.SampledFrom([]int{1 << 7, 1 << 12}).Draw(t, "most")
		for i := range w {
			w[i] = number(most)
		}
		m := NewWhole(rows, columns, func(i, j int) int16 { return w[i*columns+j] })
		x := make([]int16, n*m.Inputs())
		for v := range n {
			for i := range rows {
				x[v*m.Inputs()+i] = number(1 << 12)
			}
		}
		sums := make([]int32, n*m.Stride())
		m.Mul(sums, x)
		twin := make([]int32, wholePanel)
		for v := range n {
			for j := range columns {
				var want int32
				for i := range rows {
					want += int32(x[v*m.Inputs()+i]) * int32(w[i*columns+j])
				}
				p := j / wholePanel
				if m.bytes != nil {
					dot(twin, x[v*m.Inputs():][:m.Inputs()], m.bytes[p*m.panel():])
				} else {
					dot(twin, x[v*m.Inputs():][:m.Inputs()], m.words[p*m.panel():])
				}
				if got := sums[v*m.Stride()+j]; got != want || twin[j%wholePanel] != want {
					t.Fatalf("vector %d, column %d: %d, in Go %d, want %d", v, j, got, twin[j%wholePanel], want)
				}
			}
		}
	})
}

func TestReal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, columns, n := rapid.SampledFrom([]int{1, 2, 7, 64, realRows, realRows + 3}).Draw(t, "rows"), rapid.IntRange(1, 20).Draw(t, "columns"), rapid.IntRange(0, 9).Draw(t, "vectors")
		stride := rows + rapid.IntRange(0, 3).Draw(t, "beside")
		r := random(t)
		w, x := make([]float64, rows*columns), make([]float64, n*stride)
		for i := range w {
			w[i] = r.NormFloat64()
		}
		for i := range x {
			x[i] = r.NormFloat64()
		}
		m := NewReal(rows, columns, func(i, j int) float64 { return w[i*columns+j] })
		y := make([]float64, n*m.Stride())
		for i := range y {
			y[i] = r.NormFloat64()
		}
		before := slices.Clone(y)
		m.MulAdd(y, x, stride, n)
		for v := range n {
			for j := range columns {
				want := before[v*m.Stride()+j]
				for i := range rows {
					want = math.FMA(x[v*stride+i], w[i*columns+j], want)
				}
				if got := y[v*m.Stride()+j]; math.Float64bits(got) != math.Float64bits(want) {
					t.Fatalf("vector %d, column %d: %x, want %x", v, j, got, want)
				}
			}
			if v == 0 {
				twin := slices.Clone(before[:realPanel])
				mul(twin, x[:rows], m.data[:rows*realPanel])
				if !slices.Equal(twin, y[:realPanel]) {
					t.Fatalf("in Go %v, want %v", twin, y[:realPanel])
				}
			}
		}
	})
}

func TestConvert(t *testing.T) {
	skipSlow(t)
	rapid.Check(t, func(t *rapid.T) {
		r := random(t)
		numbers := func(n int) []float64 {
			x := make([]float64, n)
			for i := range x {
				x[i] = r.NormFloat64()
			}
			return x
		}
		bases := numbers(rapid.IntRange(1, 4).Draw(t, "reads"))
		of := make([]Lookup, len(bases)*rapid.IntRange(0, 5).Draw(t, "converters"))
		for i := range of {
			below, above := rapid.IntRange(0, 1000).Draw(t, "below"), rapid.IntRange(0, 1000).Draw(t, "above")
			l := Lookup{
				Sums: make([]int16, Vectors), Values: numbers(below + above + 1), Zero: below, Significance: r.NormFloat64(),
				Lowest: int16(r.IntN(100) - 200), Highest: int16(r.IntN(300) - 90),
			}
			for v := range l.Sums {
				l.Sums[v] = int16(r.IntN(len(l.Values)) - below)
			}
			if rapid.Bool().Draw(t, "from") {
				l.From, l.Signs = numbers(Vectors), numbers(Vectors)
			}
			of[i] = l
		}
		y, clipped := numbers(Vectors), make([]int16, Vectors)
		twin, inGo := slices.Clone(y), slices.Clone(clipped)
		Convert(y, bases, of, clipped)
		convert(twin, bases, of, inGo)
		if !slices.Equal(y, twin) || !slices.Equal(clipped, inGo) {
			t.Fatalf("%v, in Go %v; %v clipped, in Go %v", y, twin, clipped, inGo)
		}
	})
}

func TestQuantizer(t *testing.T) {
	skipSlow(t)
	rapid.Check(t, func(t *rapid.T) {
		r := random(t)
		q := Quantizer{Unit: 1 + r.Float64(), Low: -float64(r.IntN(3)), High: 1 + r.Float64(), Steps: float64(1 + r.IntN(300))}
		half := (q.High - q.Low) / q.Steps / 2
		q.Below, q.Above = q.Low-half, q.High+half
		sums := make([]float64, rapid.IntRange(0, 30).Draw(t, "sums"))
		for i := range sums {
			sums[i] = 3 * r.NormFloat64()
			if r.IntN(3) == 0 { // between two levels
				sums[i] = (q.Low + (float64(r.IntN(10))+0.5)*2*half) * q.Unit
			}
		}
		values, twin := make([]float64, len(sums)), make([]float64, len(sums))
		clipped, inGo := q.Convert(values, sums), q.quantize(twin, sums)
		if clipped != inGo {
			t.Fatalf("%d clipped, in Go %d", clipped, inGo)
		}
		for i := range values {
			if math.Float64bits(values[i]) != math.Float64bits(twin[i]) {
				t.Fatalf("%x of %x, in Go %x", values[i], sums[i], twin[i])
			}
		}
		whole, significance, base := make([]int32, len(sums)), r.NormFloat64(), r.NormFloat64()
		for i := range whole {
			whole[i] = int32(r.IntN(12) - 6)
		}
		clipped, inGo = q.Add(values, whole, significance, base), q.add(twin, whole, significance, base)
		if clipped != inGo || !slices.Equal(values, twin) {
			t.Fatalf("of whole numbers %v and %d clipped, in Go %v and %d", values, clipped, twin, inGo)
		}
		q.Convert(values, sums)
		inGo = q.quantize(twin, sums)
		clipped = q.Convert(sums, sums)
		if clipped != inGo || !slices.Equal(sums, values) {
			t.Fatal("in place it is otherwise")
		}
	})
}

func BenchmarkCounts(b *testing.B) {
	for _, rows := range []int{64, 256, 1024} {
		b.Run(fmt.Sprint(rows), func(b *testing.B) {
			groups := rows / Fours
			sums, digits, plus, minus := make([]int16, Lanes), make([]byte, groups*Lanes), make([]byte, groups), make([]byte, groups)
			for i := range digits { // a page that was never written has another's cache lines
				digits[i] = byte(i % 16)
			}
			for b.Loop() {
				clear(sums)
				Counts(sums, digits, plus, minus)
			}
			b.ReportMetric(float64(rows*Lanes)*float64(b.N)/b.Elapsed().Seconds()/1e9, "G/s")
		})
	}
}

func BenchmarkWhole(b *testing.B) {
	for _, n := range []int{64, 256, 1024} {
		for _, vectors := range []int{1, 64} {
			b.Run(fmt.Sprint(n, "x", vectors), func(b *testing.B) {
				w := NewWhole(n, n, func(i, j int) int16 { return int16((i+j)%256 - 128) })
				sums, x := make([]int32, vectors*n), make([]int16, vectors*n)
				for i := range x {
					x[i] = int16(i)
				}
				for b.Loop() {
					w.Mul(sums, x)
				}
				b.ReportMetric(float64(n*n*vectors)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GMAC/s")
			})
		}
	}
}

func BenchmarkReal(b *testing.B) {
	for _, n := range []int{64, 256, 1024} {
		for _, vectors := range []int{1, 64} {
			b.Run(fmt.Sprint(n, "x", vectors), func(b *testing.B) {
				w := NewReal(n, n, func(i, j int) float64 { return float64(i + j) })
				y, x := make([]float64, vectors*n), make([]float64, vectors*n)
				for i := range x {
					x[i] = float64(i)
				}
				for b.Loop() {
					w.MulAdd(y, x, n, vectors)
				}
				b.ReportMetric(float64(n*n*vectors)*float64(b.N)/b.Elapsed().Seconds()/1e9, "GMAC/s")
			})
		}
	}
}
