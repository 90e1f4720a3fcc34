package system_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"

	"xbar/sim/system"
)

// fine is a chip whose converters lose next to nothing.
var fine = []string{
	"allow_below_floor=true", "machine.chip.crossbar.column_flip=false", "machine.chip.crossbar.encoding=differential",
	"machine.chip.adc.range=scale", "machine.chip.adc.resolution=24", "machine.chip.crossbar.rows=64", "machine.chip.crossbar.cols=64",
	"machine.chip.cell.bits=2", "machine.chip.adc.per_array=8", "machine.chip.crossbar.analog_sum=polarity", // so that sums do not end at zero
}

func product(t interface{ Fatal(...any) }, o system.Operands, sets ...string) *system.Product {
	p, err := system.Multiply(context.Background(), must(parseStudy(slices.Concat(fine, sets))), "", o, system.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func operands(seed uint64, lines, n, m int) system.Operands {
	random := rand.New(rand.NewPCG(seed, 0))
	of := func(rows, columns int) *mat.Dense {
		x := mat.NewDense(rows, columns, nil)
		x.Apply(func(int, int, float64) float64 { return math.Round(200*random.Float64() - 100) }, x)
		return x
	}
	return system.Operands{InputBits: 8, WeightBits: 8, W: of(n, m), X: of(lines, n)}
}

// Every error has random numbers of its own: small ones together do what they do alone,
// one after the other (but for rounding, and for products of two), and cost no energy.
func TestErrorsDrawAlone(t *testing.T) {
	effects := [][]string{
		{"devices.programming=normal", "devices.programming_error=1e-4"},
		{"devices.read_noise=normal", "devices.read_error=1e-4"},
		{"adc.offset_error=1000"}, {"adc.gain_error=3e-4"}, {"adc.noise=1000"}, {"dac.offset_error=0.01"}, {"dac.gain_error=0.001"}, {"dac.noise=0.001"},
	}
	rapid.Check(t, func(t *rapid.T) {
		o := operands(rapid.Uint64().Draw(t, "seed"), 1, 70, 4)
		exact := product(t, o)
		some := rapid.SliceOfNDistinct(rapid.IntRange(0, len(effects)-1), 2, 3, rapid.ID[int]).Draw(t, "effects")
		var together []string
		var sum, least mat.Dense
		sum.CloneFrom(exact.Y)
		smallest := math.Inf(1)
		for _, e := range some {
			var sets []string
			for _, set := range effects[e] {
				sets = append(sets, "machine.chip."+set)
			}
			together = append(together, sets...)
			alone := product(t, o, sets...)
			least.Sub(alone.Y, exact.Y)
			if of := mat.Norm(&least, 2); of == 0 {
				t.Fatalf("%v changes nothing", sets)
			} else {
				smallest = min(smallest, of)
			}
			sum.Add(&sum, &least)
			if a, b := alone.Result.Machines[0].EnergyJ, exact.Result.Machines[0].EnergyJ; a != b {
				t.Errorf("%v takes %g J, and without %g J", sets, a, b)
			}
		}
		all := product(t, o, together...)
		least.Sub(all.Y, &sum)
		if off := mat.Norm(&least, 2); off > 0.5*smallest {
			t.Errorf("%v together are %g off what they are alone, the smallest of which is %g", together, off, smallest)
		}
	})
}

// Converters are those of an array and not of what it holds: weights that are alike in two
// tiles read alike where both pass through one array, and else not.
func TestConvertersAreOfArrays(t *testing.T) {
	o := operands(7, 3, 40, 8)
	for i := range 40 {
		for j := range 4 {
			o.W.Set(i, j+4, o.W.At(i, j))
		}
	}
	for _, arrays := range []int{1, 2} {
		p := product(t, o, "machine.chip.crossbar.cols=32", "machine.chip.adc.per_array=3", "machine.chip.adc.offset_error=1000",
			"machine.chip.dac.gain_error=0.01", "machine.chip.chip.tiles=1", fmt.Sprintf("machine.chip.chip.arrays_per_tile=%d", arrays))
		for l := range 3 {
			for j := range 4 {
				if same := p.Y.At(l, j) == p.Y.At(l, j+4); same != (arrays == 1) {
					t.Errorf("%d arrays: output %d reads %g and %g", arrays, j, p.Y.At(l, j), p.Y.At(l, j+4))
				}
			}
		}
	}
}

// A layer's errors and trials over chips are there where converters alone differ.
func TestChipsWithOtherConverters(t *testing.T) {
	for _, set := range []string{"adc.offset_error=2", "dac.noise=0.1"} {
		cfg := must(parseStudy(slices.Concat(fine, []string{"workload.values=exact", "workload.trials=3", "machine.chip.adc.resolution=8", "machine.chip." + set})))
		var values [2]*system.Values
		for i := range values {
			r, err := system.Run(context.Background(), cfg, system.Options{Workers: 1 + i})
			if err != nil {
				t.Fatal(err)
			}
			values[i] = r.Machines[0].Values
		}
		v := values[0]
		if v.Trials == nil || v.Trials.SNRdB == nil || v.Trials.SNRdB.Deviation == 0 || v.Layers == nil {
			t.Errorf("%s: %+v", set, v)
		}
		if *v.SNRdB != *values[1].SNRdB || v.Trials.SNRdB.Mean != values[1].Trials.SNRdB.Mean {
			t.Errorf("%s: workers change the result", set)
		}
	}
}

// Conversions beyond a range are counted, whatever the range is: of ideal cells and one
// slice, those are sums that lie more than half a step beyond its ends.
func TestClippedIsCounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n, m, lines, top = 40, 6, 4, 7
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		o := system.Operands{InputBits: 1, WeightBits: 3, W: mat.NewDense(n, m, nil), X: mat.NewDense(lines, n, nil), WeightMax: top, InputMax: 1}
		o.W.Apply(func(int, int, float64) float64 { return float64(random.IntN(top + 1)) }, o.W)
		o.X.Apply(func(int, int, float64) float64 { return float64(random.IntN(2)) }, o.X)
		bits := rapid.IntRange(3, 6).Draw(t, "bits")
		kind := rapid.SampledFrom([]string{"clip", "limits", "max", "granular", "scale"}).Draw(t, "range")
		codes, limit := math.Exp2(float64(bits)), rapid.Float64Range(5, 30).Draw(t, "limit")
		sets := []string{
			"machine.chip.crossbar.encoding=magnitude", "machine.chip.crossbar.analog_sum=none", "machine.chip.cell.bits=3", "machine.chip.dac.bits=1", "machine.chip.adc.range=" + kind,
			fmt.Sprintf("machine.chip.adc.resolution=%d", bits),
		}
		var high, step float64 // in levels
		switch kind {
		case "clip":
			high, step = codes-1, 1
		case "limits":
			sets = append(sets, fmt.Sprintf("machine.chip.adc.limits=[0, %.17g]", limit))
			high = limit * top
			step = high / (codes - 1)
		case "granular": // of steps of a level, 2^b/(2^b − 1) of them for inputs of b bits
			step = 2
			high = step * (codes - 1)
		default:
			high, step = math.Inf(1), 1
		}
		var want int64
		var y mat.Dense
		y.Mul(o.X, o.W)
		for l := range lines {
			for _, sum := range y.RawRowView(l) {
				switch {
				case sum == high+step/2:
					return // the last digit decides
				case sum > high+step/2:
					want++
				}
			}
		}
		noise := rapid.SampledFrom([]string{"machine.chip.adc.noise=0", "machine.chip.adc.noise=1e-9"}).Draw(t, "noise")
		if got := product(t, o, append(sets, noise)...).Result.Machines[0].Values.Clipped; got != want {
			t.Errorf("%s of %d bits: %d clipped, want %d", kind, bits, got, want)
		}
	})
}

// Wires that are solved for every read, through whole machines: cells that are all but
// linear give what is solved once.
func TestSolvedWiresInMachines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := operands(rapid.Uint64().Draw(t, "seed"), 1, rapid.IntRange(8, 40).Draw(t, "N"), rapid.IntRange(1, 5).Draw(t, "M"))
		sets := []string{
			"machine.chip.crossbar.rows=16", "machine.chip.devices.on_conductance=50 uS", "machine.chip.devices.row_resistance=20 ohm", "machine.chip.devices.column_resistance=10 ohm",
			"machine.chip.crossbar.layout=" + rapid.SampledFrom([]string{"adjacent", "apart", "interleaved"}).Draw(t, "layout"),
			"machine.chip.devices.supply=" + rapid.SampledFrom([]string{"rows", "columns"}).Draw(t, "supply"),
		}
		once := product(t, o, sets...)
		each := product(t, o, append(sets, "machine.chip.devices.nonlinearity=1e-13")...)
		var d mat.Dense
		d.Sub(once.Y, each.Y)
		if off := mat.Norm(&d, 2); off > 1e-6*mat.Norm(once.Y, 2) {
			t.Errorf("%v: %g off", sets, off)
		}
		noisy := product(t, o, append(sets, "machine.chip.devices.read_noise=normal", "machine.chip.devices.read_error=0.01", "machine.chip.devices.wire_noise=solved")...)
		if mat.Equal(noisy.Y, once.Y) {
			t.Error("reads have no noise")
		}
	})
}

// A signed input of one bit is zero, and so are its products in any range of codes.
func TestSignsAlone(t *testing.T) {
	const one = `inferences = 1
[workload]
values = "exact"
[[workload.kernel]]
name = "k"
L = 4
N = 30
M = 5
input_bits = 1
weight_bits = 4
signed_input = true
[[machine]]
name = "chip"
preset = "reram-45nm"
`
	for _, of := range []string{"clip", "scale", "max", "granular"} {
		config := parse(t, one, "machine.chip.crossbar.column_flip=false", "machine.chip.adc.resolution=4", "machine.chip.adc.range="+of)
		result, err := system.Run(context.Background(), config, system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if v := result.Machines[0].Values; v.RMSError != 0 {
			t.Errorf("range %s: an error of %g", of, v.RMSError)
		}
	}
}
