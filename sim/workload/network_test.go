package workload

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"xbar/sim/workload/idx"
)

const network = `
title = "two layers"

[[layer]]
name = "a"
weights = "a.weights.idx"
bias = "a.bias.idx"
input_bits = 8
signed_input = false
weight_bits = 8
multiplier = 3
shift = 4
low = 0
high = 15

[[layer]]
name = "b"
weights = "b.weights.idx"
input_bits = 4
weight_bits = 3
`

// folder holds the network above: 4 inputs, 3 hidden, 2 outputs; 2 images.
func folder(t *testing.T) string {
	dir := t.TempDir()
	write(t, dir, "a.weights.idx", []int8{-128, 127, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 4, 3)
	write(t, dir, "a.bias.idx", []int32{-1 << 31, 0, 1<<31 - 1}, 3)
	write(t, dir, "b.weights.idx", []int8{-4, 3, 2, 1, 0, -1}, 3, 2)
	write(t, dir, "x.idx", []uint8{0, 1, 2, 3, 255, 254, 253, 252}, 2, 2, 2)
	write(t, dir, "y.idx", []uint8{0, 1}, 2)
	writeText(t, dir, "net.toml", network)
	return dir
}

func write[T idx.Element](t *testing.T, dir, name string, data []T, dims ...int) {
	t.Helper()
	tensor := idx.Tensor[T]{Dims: dims, Data: data}
	var file bytes.Buffer
	if err := tensor.Write(&file); err != nil {
		t.Fatal(err)
	}
	writeText(t, dir, name, file.String())
}

func writeText(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func loadFrom(dir string, limit int64) (*Workload, error) {
	return LoadNetwork(filepath.Join(dir, "net.toml"), filepath.Join(dir, "x.idx"), filepath.Join(dir, "y.idx"), limit)
}

func TestLoadNetwork(t *testing.T) {
	dir := folder(t)
	want := &Workload{
		Kernels: []Kernel{
			{Name: "a", L: 1, N: 4, M: 3, InputBits: 8, WeightBits: 8, OutputBits: 4, Activation: true},
			{Name: "b", L: 1, N: 3, M: 2, InputBits: 4, WeightBits: 3, OutputBits: 32, Activation: true},
		},
		Values: &Values{
			Inputs: Matrix{2, 4, []int32{0, 1, 2, 3, 255, 254, 253, 252}},
			Labels: []uint8{0, 1},
			Weights: []Matrix{
				{4, 3, []int32{-128, 127, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
				{3, 2, []int32{-4, 3, 2, 1, 0, -1}},
			},
			Post: []Requantize{{Bias: []int64{-1 << 31, 0, 1<<31 - 1}, Multiplier: 3, Shift: 4, Low: 0, High: 15}, {}},
		},
	}
	got, err := loadFrom(dir, 0)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}

	got, err = loadFrom(dir, 1)
	if err != nil {
		t.Fatal(err)
	}
	want.Values.Inputs = Matrix{1, 4, []int32{0, 1, 2, 3}}
	want.Values.Labels = []uint8{0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limit 1: (-want +got)\n%s", diff)
	}

	got, err = LoadNetwork(filepath.Join(dir, "net.toml"), "", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	want.Values.Inputs, want.Values.Labels = Matrix{Cols: 4}, nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("no inputs: (-want +got)\n%s", diff)
	}
}

func TestLoadNetworkErrors(t *testing.T) {
	edit := func(old, new string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if !strings.Contains(network, old) {
				t.Fatalf("the network has no %q", old)
			}
			writeText(t, dir, "net.toml", strings.Replace(network, old, new, 1))
		}
	}
	for _, test := range []struct {
		name   string
		change func(t *testing.T, dir string)
		want   string // DIR stands for the folder
	}{
		{"no file", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "net.toml")) },
			`open DIR/net.toml: no such file or directory`},
		{"syntax", edit("shift = 4", "shift = "), `DIR/net.toml: toml: line 12 (last key "layer.shift"): expected value but found '\n' instead`},
		{"type", edit("shift = 4", "shift = 4.5"),
			`DIR/net.toml: toml: line 12 (last key "layer.shift"): incompatible types: TOML value has type float64; destination has type integer`},
		{"unknown key", edit("shift", "shfit"), `DIR/net.toml: unknown key layer.shfit`},
		{"empty", func(t *testing.T, dir string) { writeText(t, dir, "net.toml", `title = "none"`) }, `DIR/net.toml: no [[layer]]`},
		{"no name", edit(`name = "a"`, ``), `DIR/net.toml: layer 1 "": no name`},
		{"same name", edit(`name = "b"`, `name = "a"`), `DIR/net.toml: layer 2 "a": a layer before it has the same name`},
		{"no weights", edit(`weights = "b.weights.idx"`, ``), `DIR/net.toml: layer 2 "b": no weights`},
		{"weights file", edit("b.weights", "c.weights"),
			`DIR/net.toml: layer 2 "b": open DIR/c.weights.idx: no such file or directory`},
		{"input bits", edit("input_bits = 8", "input_bits = 33"), `DIR/net.toml: layer 1 "a": input_bits = 33 is outside 1..32`},
		{"weight bits", edit("weight_bits = 8", ""), `DIR/net.toml: layer 1 "a": weight_bits = 0 is outside 1..8`},
		{"half requantised", edit("low = 0", ""), `DIR/net.toml: layer 1 "a": multiplier, shift, low and high belong together`},
		{"multiplier", edit("multiplier = 3", "multiplier = 0"), `DIR/net.toml: layer 1 "a": multiplier = 0 is not positive`},
		{"shift", edit("shift = 4", "shift = 63"), `DIR/net.toml: layer 1 "a": shift = 63 is outside 0..62`},
		{"low above high", edit("low = 0", "low = 16"), `DIR/net.toml: layer 1 "a": low = 16 is above high = 15`},
		{"inner logits", edit("multiplier = 3\nshift = 4\nlow = 0\nhigh = 15\n", ""),
			`DIR/net.toml: layer 1 "a": logits of up to ±2147519348 do not fit 32 bits`},
		{"weight type", func(t *testing.T, dir string) { write(t, dir, "a.weights.idx", []uint8{1}, 1, 1) },
			`DIR/net.toml: layer 1 "a": DIR/a.weights.idx: idx: elements are uint8, want int8`},
		{"weight shape", func(t *testing.T, dir string) { write(t, dir, "a.weights.idx", []int8{1}, 1) },
			`DIR/net.toml: layer 1 "a": DIR/a.weights.idx: dimensions [1] are not N×M`},
		{"no outputs", func(t *testing.T, dir string) { write(t, dir, "a.weights.idx", []int8{}, 4, 0) },
			`DIR/net.toml: layer 1 "a": DIR/a.weights.idx: dimensions [4 0] are not N×M`},
		{"weight range", edit("weight_bits = 3", "weight_bits = 2"),
			`DIR/net.toml: layer 2 "b": DIR/b.weights.idx: weight -4 does not fit 2 bits`},
		{"bias shape", func(t *testing.T, dir string) { write(t, dir, "a.bias.idx", []int32{1, 2}, 2) },
			`DIR/net.toml: layer 1 "a": DIR/a.bias.idx: dimensions [2], but the weights have 3 outputs`},
		{"bias truncated", func(t *testing.T, dir string) { writeText(t, dir, "a.bias.idx", "\x00\x00\x0c\x01\x00\x00\x00\x03ab") },
			`DIR/net.toml: layer 1 "a": DIR/a.bias.idx: idx: dimensions [3]: data of 3 elements: the file ends early`},
		{"overflow", edit("multiplier = 3", "multiplier = 5000000000"),
			`DIR/net.toml: layer 1 "a": sums of up to ±2147519348 times the multiplier 5000000000 overflow 64 bits`},
		{"chain", func(t *testing.T, dir string) { write(t, dir, "b.weights.idx", []int8{1, 1, 1, 1}, 4, 1) },
			`DIR/net.toml: layer 2 "b": 4 inputs, but layer "a" has 3 outputs`},
		{"chain range", edit("high = 15", "high = 16"),
			`DIR/net.toml: layer 2 "b": inputs are in 0..15, but layer "a" puts out 0..16`},
		{"chain sign", edit("low = 0", "low = -1"),
			`DIR/net.toml: layer 2 "b": inputs are in 0..15, but layer "a" puts out -1..15`},
		{"input type", func(t *testing.T, dir string) { write(t, dir, "x.idx", []int8{1}, 1) },
			`DIR/x.idx: idx: elements are int8, want uint8`},
		{"input shape", func(t *testing.T, dir string) { write(t, dir, "x.idx", []uint8{1, 2, 3, 4, 5, 6}, 2, 3) },
			`DIR/x.idx: dimensions [2 3] are not inputs of 4 values, which layer "a" takes`},
		{"no input", func(t *testing.T, dir string) { write(t, dir, "x.idx", []uint8{}, 0, 4) },
			`DIR/x.idx: dimensions [0 4] are not inputs of 4 values, which layer "a" takes`},
		{"input range", edit("signed_input = false", "signed_input = true"),
			`DIR/x.idx: input 1 holds 255, but layer "a" takes at most 127`},
		{"label count", func(t *testing.T, dir string) { write(t, dir, "y.idx", []uint8{1}, 1) },
			`DIR/y.idx: dimensions [1], but there are 2 inputs`},
		{"label range", func(t *testing.T, dir string) { write(t, dir, "y.idx", []uint8{1, 2}, 2) },
			`DIR/y.idx: label 2 of input 1 is not one of the 2 outputs of layer "b"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := folder(t)
			test.change(t, dir)
			_, err := loadFrom(dir, 0)
			want := strings.ReplaceAll(test.want, "DIR", dir)
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
	for _, limit := range []int64{-1, 3} {
		want := fmt.Sprintf("limit = %d, but there are 2 inputs", limit)
		if _, err := loadFrom(folder(t), limit); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// The layer whose sums pass on unscaled is the last one, however small they
// are.
func TestInnerLayerNeedsRequantisation(t *testing.T) {
	dir := folder(t)
	write(t, dir, "a.bias.idx", []int32{1, 2, 3}, 3)
	writeText(t, dir, "net.toml", strings.Replace(network, "multiplier = 3\nshift = 4\nlow = 0\nhigh = 15\n", "", 1))
	want := filepath.Join(dir, "net.toml") + `: layer 2 "b": layer "a" before it has no multiplier: only the last layer may put out its sums`
	if _, err := loadFrom(dir, 0); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestSaveAndLoad(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		want := drawNetwork(t)
		path := filepath.Join(dir, "net.toml")
		if err := SaveNetwork(path, "drawn", want); err != nil {
			t.Fatal(err)
		}
		got, err := LoadNetwork(path, "", "", 0)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-saved +loaded)\n%s", diff)
		}
	})
}

func drawNetwork(t *rapid.T) *Workload {
	widths := rapid.SliceOfN(rapid.IntRange(1, 5), 2, 4).Draw(t, "widths")
	w := &Workload{Values: &Values{Inputs: Matrix{Cols: widths[0]}}}
	for i := range len(widths) - 1 {
		n, m := widths[i], widths[i+1]
		k := Kernel{
			Name: fmt.Sprintf("layer%d", i), L: 1, N: int64(n), M: int64(m),
			InputBits: rapid.IntRange(1, 8).Draw(t, "bits"), WeightBits: 8, OutputBits: logitBits,
			SignedInput: rapid.Bool().Draw(t, "signed"), Activation: true,
		}
		var post Requantize
		if rapid.Bool().Draw(t, "bias") {
			post.Bias = rapid.SliceOfN(rapid.Int64Range(-1<<30, 1<<30), m, m).Draw(t, "bias")
		}
		if i > 0 {
			before := &w.Values.Post[i-1]
			before.Multiplier = rapid.Int64Range(1, 1<<20).Draw(t, "multiplier")
			before.Shift = rapid.UintRange(0, 40).Draw(t, "shift")
			before.Low, before.High = k.inputRange()
			w.Kernels[i-1].OutputBits = k.InputBits
		}
		w.Kernels = append(w.Kernels, k)
		w.Values.Post = append(w.Values.Post, post)
		w.Values.Weights = append(w.Values.Weights, Matrix{n, m, rapid.SliceOfN(rapid.Int32Range(-128, 127), n*m, n*m).Draw(t, "weights")})
	}
	return w
}

func TestSaveNetworkErrors(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name   string
		change func(w *Workload)
		want   string
	}{
		{"weight", func(w *Workload) { w.Values.Weights[0].Data[0] = 128 }, `layer 1 "a": DIR/a.weights.idx: 128 does not fit int8`},
		{"bias", func(w *Workload) { w.Values.Post[0].Bias[0] = 1 << 31 }, `layer 1 "a": DIR/a.bias.idx: 2147483648 does not fit int32`},
		{"shape", func(w *Workload) { w.Values.Weights[1].Rows++ }, `layer 2 "b": idx: dimensions [4 2], but 6 elements`},
		{"dynamic", func(w *Workload) { w.Kernels[1].Dynamic = true },
			`layer 2 "b": a network file holds kernels of L = 1 and static weights`},
	} {
		t.Run(test.name, func(t *testing.T) {
			w, err := loadFrom(folder(t), 0)
			if err != nil {
				t.Fatal(err)
			}
			test.change(w)
			want := strings.ReplaceAll(test.want, "DIR", dir)
			if err := SaveNetwork(filepath.Join(dir, "net.toml"), "", w); err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

// A layer that passes checkSums computes its extreme outputs as big integers
// do, with multipliers drawn around the greatest that can.
func TestSumsNeverWrap(t *testing.T) {
	passed := 0
	rapid.Check(t, func(t *rapid.T) {
		k := Kernel{InputBits: rapid.IntRange(1, 32).Draw(t, "bits"), SignedInput: rapid.Bool().Draw(t, "signed")}
		low, high := k.inputRange()
		weight := rapid.Int64Range(-128, 127).Draw(t, "weight")
		bias := rapid.Int64Range(-1<<31, 1<<31-1).Draw(t, "bias")
		reach := max(weight, -weight)*max(high, -low) + max(bias, -bias) + 2
		post := Requantize{
			Bias:       []int64{bias},
			Multiplier: rapid.Int64Range(1, 2*(math.MaxInt64/2/reach)+2).Draw(t, "multiplier"),
			Shift:      rapid.UintRange(0, 62).Draw(t, "shift"),
			Low:        math.MinInt64, High: math.MaxInt64,
		}
		if checkSums(k, Matrix{1, 1, []int32{int32(weight)}}, &post) != nil {
			return
		}
		passed++
		for _, x := range []int64{low, high} {
			want := new(big.Int).Mul(big.NewInt(weight), big.NewInt(x))
			want.Add(want, big.NewInt(bias))
			want.Mul(want, big.NewInt(post.Multiplier))
			if post.Shift > 0 {
				want.Add(want, new(big.Int).Lsh(big.NewInt(1), post.Shift-1))
			}
			want.Rsh(want, post.Shift)
			if got := post.Apply(0, weight*x); want.Cmp(big.NewInt(got)) != 0 {
				t.Fatalf("input %d: got %d, want %v", x, got, want)
			}
		}
	})
	if passed == 0 {
		t.Error("no layer passed")
	}
}

func TestOutputBits(t *testing.T) {
	for _, test := range []struct {
		low, high int64
		want      int
	}{
		{0, 0, 1}, {0, 1, 1}, {0, 255, 8}, {0, 256, 9}, {-1, 0, 1}, {-128, 127, 8}, {-129, 127, 9}, {-1, 127, 8}, {-128, -1, 8},
	} {
		r := Requantize{Multiplier: 1, Low: test.low, High: test.high}
		if got := r.outputBits(); got != test.want {
			t.Errorf("%d..%d: %d bits, want %d", test.low, test.high, got, test.want)
		}
	}
}

// The committed network on its committed images, in the plainest arithmetic
// there is. Training printed the accuracy of the whole test set; these are
// the first 1,000 of it.
func TestFashionNetwork(t *testing.T) {
	const right = 904
	example := filepath.Join("..", "..", "examples", "01-fashion-mlp")
	w, err := LoadNetwork(filepath.Join(example, "model", "net.toml"),
		filepath.Join(example, "data", "images.idx.gz"), filepath.Join(example, "data", "labels.idx.gz"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.Values.Labels) != 1000 {
		t.Fatalf("%d images", len(w.Values.Labels))
	}
	got := 0
	for i, label := range w.Values.Labels {
		x := w.Values.Inputs.Row(i)
		for k, weights := range w.Values.Weights {
			y := make([]int32, weights.Cols)
			for j := range y {
				var sum int64
				for n, q := range x {
					sum += int64(q) * int64(weights.Data[n*weights.Cols+j])
				}
				y[j] = int32(w.Values.Post[k].Apply(j, sum))
			}
			x = y
		}
		if slices.Index(x, slices.Max(x)) == int(label) {
			got++
		}
	}
	if got != right {
		t.Errorf("%d of 1000 are right, want %d", got, right)
	}
}
