package system

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
)

// chipsOf is a study of chips that differ, on a network's extract or on one kernel.
func chipsOf(t testing.TB, work, devices string, sets ...string) *configs.Config {
	t.Helper()
	text := "inferences = 10\n[workload]\nvalues = \"exact\"\n" + work + `
[[machine]]
name = "m"
preset = "reram-small"
[machine.chip]
tiles = 4
[machine.crossbar]
encoding = "differential"
column_flip = false
[machine.adc]
range = "scale"
resolution = 20
[machine.devices]
` + devices
	cfg, err := configs.Parse("chips.toml", []byte(text), sets, nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Workload.Limit = 5
	return cfg
}

const twoKernels = "trials = 3\nkernel = [{ name = \"a\", L = 2, N = 140, M = 5 }, { name = \"b\", L = 2, N = 5, M = 3 }]\n"

var manyEffects = []string{
	"programming = \"pcm-nandakumar2019\"\n",
	"drift = \"pcm-nandakumar2019\"\ndrift_time = \"3600 s\"\n",
	"stuck_off = 0.05\n",
	"read_noise = \"normal\"\nread_error = 0.01\n",
}

func outcome(t testing.TB, cfg *configs.Config, workers int) *Machine {
	t.Helper()
	r, err := Run(context.Background(), cfg, Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return &r.Machines[0]
}

// Chips come out the same whoever simulates them, however many there are, and however
// many inputs make a pass.
func TestChipsDependOnTheirNumberAlone(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		effects := strings.Join(rapid.SliceOfNDistinct(rapid.SampledFrom(manyEffects), 1, -1, rapid.ID[string]).Draw(t, "effects"), "")
		seed := fmt.Sprintf("seed=%d", rapid.IntRange(1, 1000).Draw(t, "seed"))
		cfg := chipsOf(outer, twoKernels, effects, seed)
		text := func(cfg *configs.Config, workers int) []byte {
			r, err := Run(context.Background(), cfg, Options{Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			b, _ := json.Marshal(r)
			return b
		}
		if !bytes.Equal(text(cfg, 1), text(cfg, 3)) {
			t.Error("workers change the result")
		}
		values := func(sets ...string) *Values {
			r, err := Run(context.Background(), chipsOf(outer, twoKernels, effects, append(sets, seed)...), Options{Workers: 2})
			if err != nil {
				t.Fatal(err)
			}
			return r.Machines[0].Values
		}
		one, many, batch := values("workload.trials=1"), values("workload.trials=3"), values("workload.trials=3", "workload.batch=4")
		if one.RMSError != many.RMSError || !reflect.DeepEqual(one.Layers, many.Layers) {
			t.Error("the first chip depends on how many there are")
		}
		if !reflect.DeepEqual(batch.Trials.Layers, many.Trials.Layers) || !reflect.DeepEqual(batch.Trials.SNRdB, many.Trials.SNRdB) {
			t.Error("passes of several inputs change the numbers")
		}
		if d := many.Trials.Layers[0].SNRdB; d == nil || d.Deviation == 0 {
			t.Errorf("chips do not differ: %+v", d)
		}
	})
}

// With independent errors of programming, or of reads, the error of a sum has a
// variance that can be written down: that is the SNR of the layer.
func TestLayerNoiseIsThatOfItsCells(t *testing.T) {
	const σ, ratio, n = 0.004, 4.0, 300
	work := fmt.Sprintf("trials = 60\nkernel = [{ name = \"a\", L = 1, N = %d, M = 60, weight_bits = 3 }]\n", n)
	bits := "machine.m.cell.bits=2"
	for _, noise := range []string{
		"programming = \"normal\"\nprogramming_error", "programming = \"normal\"\nprogramming_scaling = \"proportional\"\nprogramming_error",
		"read_noise = \"normal\"\nread_error", "read_noise = \"normal\"\nread_scaling = \"proportional\"\nread_error",
	} {
		cfg := chipsOf(t, work, fmt.Sprintf("on_off_ratio = %g\n%s = %g\n", ratio, noise, σ), bits)
		ctx := context.Background()
		w, err := newWorkload(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		want, err := newReference(w).outputs(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var signal, variance float64   // within 0.4 dB: 60 chips of 60 outputs, whose errors an input's mean is common to
		level := σ * 3 / (1 - 1/ratio) // three levels between those two conductances
		for i, row := range want {
			for _, y := range row {
				signal += float64(y) * float64(y)
			}
			for n, x := range w.Values.Inputs.Row(i) {
				square := float64(x) * float64(x)
				if noise[0] == 'r' { // bits of an input are read one by one
					square = 0
					for b := range 8 {
						square += float64(x>>b&1) * math.Exp2(float64(2*b))
					}
				}
				cells := 2 * float64(len(row)) // Σ of the squares of what σ goes with, two cells a weight
				if strings.Contains(noise, "proportional") {
					cells = 0
					for _, weight := range w.Values.Weights[0].Row(n) {
						g := 1/ratio + (1-1/ratio)*math.Abs(float64(weight))/3
						cells += g*g + 1/(ratio*ratio)
					}
				}
				variance += cells * level * level * square
			}
		}
		found := outcome(t, cfg, 2).Values.Trials
		if db := 10 * math.Log10(signal/variance); math.Abs(found.Layers[0].SNRdB.Mean-db) > 0.4 {
			t.Errorf("%q: an SNR of %.2f dB, in closed form %.2f dB", noise, found.Layers[0].SNRdB.Mean, db)
		}
	}
}

// Of one kernel, its SNR is that of the outputs; with nothing random there is one chip.
func TestChipsThatAreAlike(t *testing.T) {
	m := outcome(t, chipsOf(t, twoKernels, "on_off_ratio = 20\n"), 2)
	if m.Values.Trials != nil || m.Values.Layers == nil {
		t.Errorf("%+v", m.Values)
	}
	one := "trials = 2\nkernel = [{ name = \"a\", L = 1, N = 100, M = 40 }]\n"
	m = outcome(t, chipsOf(t, one, strings.Join(manyEffects, "")), 1)
	if a, b := *m.Values.SNRdB, *m.Values.Layers[0].SNRdB; math.Abs(a-b) > 0.01 {
		t.Errorf("outputs at %g dB, the layer at %g dB", a, b)
	}
}

func TestIntervals(t *testing.T) {
	near := func(got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-4 {
			t.Errorf("%g, want %g", got, want)
		}
	}
	w := wilson(0.9, 100) // (0.9192 ± 0.0597…)/1.0384
	near(w.Low, 0.82563)
	near(w.High, 0.94477)
	w = wilson(1, 10)
	near(w.Low, 0.72247)
	near(w.High, 1)
	d := newDistribution([]float64{1, 2, 3, 4}) // t of 3 degrees of freedom: 3.18245
	near(d.Mean, 2.5)
	near(d.Deviation, 1.29099)
	near(d.Mean95.Low, 2.5-3.18245*1.29099/2)
	if d.Least != 1 || d.Most != 4 {
		t.Errorf("%+v", d)
	}
	if one := newDistribution([]float64{5}); one.Mean95 != (Interval{5, 5}) || one.Deviation != 0 {
		t.Errorf("%+v", one)
	}
}

// Progress rises to 1 and no further.
func TestProgressOverChips(t *testing.T) {
	var seen []float64
	_, err := Run(context.Background(), chipsOf(t, twoKernels, strings.Join(manyEffects, "")), Options{Workers: 2, Progress: func(done, total float64, _ string) {
		seen = append(seen, done/total)
	}})
	if err != nil || !slices.IsSorted(seen) || len(seen) < 3 || seen[len(seen)-1] != 1 {
		t.Errorf("%v, %v", seen, err)
	}
}
