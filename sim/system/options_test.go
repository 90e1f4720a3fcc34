package system_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/system"
)

// drawOptions is a way to hold whole numbers exactly, and to drive and read them so; of
// pairs of whole weights, exactly but for their 32 bits.
func drawOptions(t *rapid.T) (sets []string, weightBits int, tolerance float64) {
	set := func(key string, value any) { sets = append(sets, fmt.Sprintf("machine.chip.%s=%v", key, value)) }
	flag := func(label string) bool { return rapid.Bool().Draw(t, label) }
	pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(t, label) }
	encoding, weights := pick("encoding", "offset", "differential"), pick("weights", "sliced", "levels", "continuous")
	cellBits := rapid.IntRange(2, 6).Draw(t, "cell bits")
	circuit := pick("circuit", "quantizer", "ideal")
	set("crossbar.column_flip", false)
	set("crossbar.encoding", encoding)
	set("crossbar.weights", weights)
	set("crossbar.layout", pick("layout", "adjacent", "apart"))
	set("cell.bits", cellBits)
	weightBits = rapid.IntRange(2, 9).Draw(t, "weight bits")
	if encoding == "offset" {
		set("crossbar.unit_column", flag("unit column"))
	} else {
		set("crossbar.analog_sum", pick("analog sum", "none", "polarity", "weight"))
	}
	switch weights {
	case "sliced":
		if flag("more slices") {
			set("crossbar.slices", 9)
		}
	case "levels": // as many as there are weights
		if weightBits = cellBits; encoding == "differential" {
			weightBits++
		}
	case "continuous":
		circuit = "ideal"
		if encoding == "differential" {
			set("crossbar.two_sided", flag("two-sided"))
		}
	}
	if weights != "sliced" && encoding == "differential" {
		tolerance = 1e-6
	}
	set("adc.circuit", circuit)
	set("adc.resolution", 24)
	sets = append(sets, "allow_below_floor=true") // of so many bits
	set("dac.bits", rapid.IntRange(1, 3).Draw(t, "dac bits"))
	set("dac.phases", rapid.IntRange(0, 3).Draw(t, "phases"))
	set("dac.signed_inputs", pick("signed inputs", "twos-complement", "sign-magnitude", "signed-digits"))
	set("crossbar.rows", rapid.IntRange(8, 64).Draw(t, "rows"))
	set("crossbar.active_rows", rapid.IntRange(1, 8).Draw(t, "active rows"))
	return sets, weightBits, tolerance
}

// However whole numbers are held, ideal cells and converters without loss multiply them
// exactly, on as many arrays as it takes.
func TestOptionsMultiplyExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sets, weightBits, tolerance := drawOptions(t)
		cfg, err := parseStudy(sets)
		if err != nil {
			t.Fatal(err)
		}
		o := system.Operands{InputBits: rapid.IntRange(2, 6).Draw(t, "input bits"), WeightBits: weightBits}
		o.WeightMax, o.InputMax = math.Exp2(float64(weightBits-1))-1, math.Exp2(float64(o.InputBits-1))-1
		lines, n, m := rapid.IntRange(1, 4).Draw(t, "L"), rapid.IntRange(1, 100).Draw(t, "N"), rapid.IntRange(1, 30).Draw(t, "M")
		number := func(high float64) func(*rand.Rand) float64 {
			return func(r *rand.Rand) float64 { return math.Round((2*r.Float64() - 1) * high) }
		}
		o.W, o.X = drawMatrix(t, n, m, number(o.WeightMax), "w"), drawMatrix(t, lines, n, number(o.InputMax), "x")
		o.X.Set(0, 0, -1) // inputs are signed
		p, err := system.Multiply(context.Background(), cfg, "", o, system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if most := tolerance*float64(n)*o.WeightMax*o.InputMax + 1e-9*float64(n)*o.WeightMax*o.InputMax; p.RMSError > most {
			t.Errorf("off by %g, at most %g", p.RMSError, most)
		}
	})
}

// Of ranges that are calibrated on all of the inputs nothing is clipped, and of half of
// their sums, much; a range of what sums are beats one of what they could be.
func TestCalibration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := system.Operands{InputBits: 8, WeightBits: 8}
		const lines = 8
		n, m := rapid.IntRange(64, 200).Draw(t, "N"), rapid.IntRange(8, 30).Draw(t, "M")
		normal := func(r *rand.Rand) float64 { return r.NormFloat64() }
		o.W, o.X = drawMatrix(t, n, m, normal, "w"), drawMatrix(t, lines, n, normal, "x")
		holding := rapid.SampledFrom([]string{"sliced", "levels", "continuous"}).Draw(t, "weights")
		multiply := func(sets ...string) (snr float64, clipped int64) {
			p, err := system.Multiply(context.Background(), must(parseStudy(append(sets, "machine.chip.crossbar.column_flip=false",
				"machine.chip.crossbar.encoding=differential", "machine.chip.crossbar.analog_sum=polarity", "machine.chip.adc.resolution=6",
				"machine.chip.dac.phases=1", "machine.chip.dac.signed_inputs=signed-digits", "machine.chip.cell.bits=6",
				"machine.chip.crossbar.weights="+holding, "allow_below_floor=true"))), "", o, system.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return *p.SNRdB, p.Result.Machines[0].Values.Clipped
		}
		wide, _ := multiply("machine.chip.adc.range=max")
		fitted, none := multiply("machine.chip.adc.range=calibrated", "machine.chip.adc.percentile=100")
		_, half := multiply("machine.chip.adc.range=calibrated", "machine.chip.adc.percentile=50")
		if none != 0 || half == 0 {
			t.Errorf("%d conversions clip at 100 %%, %d at 50 %%", none, half)
		}
		if fitted <= wide {
			t.Errorf("%.1f dB calibrated, %.1f dB of all there can be", fitted, wide)
		}
	})
}

// A unit column is written, read and converted like any other: the counts are those of
// closed form, with a weight more for every array of a column tile.
func TestUnitColumnCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, m := rapid.Int64Range(1, 300).Draw(t, "N"), rapid.Int64Range(1, 300).Draw(t, "M")
		rows, weights := rapid.Int64Range(1, 100).Draw(t, "rows"), rapid.Int64Range(2, 40).Draw(t, "weights of an array")
		active := rapid.Int64Range(1, rows).Draw(t, "active rows")
		const slices, cells = 8, 4 // of inputs and weights of 8 bits
		r, err := system.Run(context.Background(), must(parseStudy([]string{
			"allow_below_floor=true", "workload.batch=1", "workload.kernel[0].L=1", "workload.kernel[1].L=1",
			fmt.Sprintf("workload.kernel[0].N=%d", n), fmt.Sprintf("workload.kernel[0].M=%d", m),
			fmt.Sprintf("workload.kernel[1].N=%d", m), fmt.Sprintf("workload.kernel[1].M=%d", 1),
			"machine.chip.chip.tiles=10000", "machine.chip.dac.bits=1", "machine.chip.cell.bits=2",
			"machine.chip.crossbar.encoding=offset", "machine.chip.crossbar.column_flip=false", "machine.chip.crossbar.unit_column=true",
			fmt.Sprintf("machine.chip.crossbar.rows=%d", rows), fmt.Sprintf("machine.chip.crossbar.active_rows=%d", active),
			fmt.Sprintf("machine.chip.crossbar.cols=%d", cells*weights), "machine.chip.adc.per_array=1",
		})), system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var converts, written int64
		for _, k := range [][2]int64{{n, m}, {m, 1}} {
			columns := k[1] + ceilDiv(k[1], weights-1) // and one more for each tile
			groups := k[0] / rows * ceilDiv(rows, active)
			groups += ceilDiv(k[0]%rows, active)
			converts += slices * cells * columns * groups
			written += cells * columns * k[0]
		}
		if got := count(r, "tile/array/adc", "convert"); got != converts {
			t.Errorf("%d conversions, want %d", got, converts)
		}
		if got := r.Machines[0].Programming.OneTime.Cells; got != float64(written) {
			t.Errorf("%g cells are written, want %d", got, written)
		}
	})
}

func must(cfg *configs.Config, err error) *configs.Config {
	if err != nil {
		panic(err)
	}
	return cfg
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }

// count is how often an action happened on the first machine.
func count(r *system.Result, path, action string) (n int64) {
	for _, c := range r.Machines[0].Components {
		for _, a := range c.Actions {
			if c.Path == path && a.Action == action {
				n += a.Count
			}
		}
	}
	return n
}

// Groups that share arrays have a unit column each, and their products are exact, too.
func TestUnitColumnsOfGroups(t *testing.T) {
	for _, groups := range []int{1, 3, 7, 64} {
		r := run(t, "workload.values=exact", fmt.Sprintf("workload.kernel[1].groups=%d", groups), "workload.kernel[1].N=5", fmt.Sprintf("workload.kernel[0].M=%d", 5*groups), "workload.kernel[1].M=3",
			"machine.chip.crossbar.encoding=offset", "machine.chip.crossbar.column_flip=false", "machine.chip.crossbar.unit_column=true", "machine.chip.adc.resolution=16",
			"machine.chip.adc.energy_per_conversion=1 nJ")
		for _, m := range r.Machines {
			if m.Values != nil && (m.Values.RMSError != 0 || m.Values.Clipped != 0) {
				t.Errorf("%d groups: %s is %g off", groups, m.Name, m.Values.RMSError)
			}
		}
	}
}
