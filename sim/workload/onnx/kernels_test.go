package onnx

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/workload"
)

// describe writes layers as tests compare them.
func describe(layers []workload.Layer) string {
	var lines []string
	for _, l := range layers {
		text := fmt.Sprintf("%s %d×%d×%d", l.Name, l.L, l.N, l.M)
		if l.Groups > 1 {
			text += fmt.Sprintf(" ·%d", l.Groups)
		}
		if l.Dynamic {
			text += " dynamic"
		}
		if l.InputBits > 0 || l.WeightBits > 0 {
			text += fmt.Sprintf(" %d,%d bits", l.InputBits, l.WeightBits)
		}
		if l.SignedInput {
			text += " signed"
		}
		lines = append(lines, text)
	}
	return strings.Join(lines, "; ")
}

func TestLayers(t *testing.T) {
	x := func(dims ...any) *net { return new(net).input("x", tFloat, dims...) }
	for _, c := range []struct {
		name, want string
		net        *net
	}{
		{"conv", "y 25×18×3", x(1, 2, 5, 5).weights("w", tFloat, 3, 2, 3, 3).node("Conv x w -> y", list("pads", 1, 1, 1, 1))},
		{"batch", "y 100×18×3", x(4, 2, 5, 5).weights("w", tFloat, 3, 2, 3, 3).node("Conv x w -> y", list("pads", 1, 1, 1, 1))},
		{"groups", "y 9×9×2 ·4", x(1, 4, 5, 5).weights("w", tFloat, 8, 1, 3, 3).node("Conv x w -> y", number1("group", 4))},
		{"same", "y 9×18×3", x(1, 2, 5, 6).weights("w", tFloat, 3, 2, 3, 3).node("Conv x w -> y", word("auto_pad", "SAME_UPPER"), list("strides", 2, 2))},
		{"three dimensions", "y 8×16×3", x(1, 2, 3, 3, 3).weights("w", tFloat, 3, 2, 2, 2, 2).node("Conv x w -> y")},
		{"transposed", "y 9×4×12 ·2", x(1, 8, 3, 3).weights("w", tFloat, 8, 3, 2, 2).node("ConvTranspose x w -> y", number1("group", 2))},
		{"filters of activations", "y 9×18×3 dynamic", x(1, 2, 5, 5).input("w", tFloat, 3, 2, 3, 3).node("Conv x w -> y")},

		{"gemm", "y 5×7×3", x(5, 7).weights("w", tFloat, 7, 3).node("Gemm x w -> y")},
		{"gemm, transposed", "y 5×7×3", x(7, 5).weights("w", tFloat, 3, 7).node("Gemm x w -> y", number1("transA", 1), number1("transB", 1))},
		{"gemm, weights first", "y 3×7×5", x(7, 3).weights("w", tFloat, 5, 7).node("Gemm w x -> y")},
		{"product", "y 30×7×3", x(5, 6, 7).weights("w", tFloat, 7, 3).node("MatMul x w -> y")},
		{"product, weights first", "y 15×7×4", x(5, 7, 3).weights("w", tFloat, 4, 7).node("MatMul w x -> y")},
		{"product with many weights", "y 6×7×3 ·5", x(5, 6, 7).weights("w", tFloat, 5, 7, 3).node("MatMul x w -> y")},
		{"one input with many weights", "y 6×7×3 ·5", x(6, 7).weights("w", tFloat, 5, 7, 3).node("MatMul x w -> y")},
		{"heads that share keys", "y 24×7×6 ·2 dynamic", x(2, 4, 6, 7).input("k", tFloat, 2, 1, 7, 6).node("MatMul x k -> y")},
		{"vectors", "y 1×7×1", x(7).weights("w", tFloat, 7).node("MatMul x w -> y")},
		{"vector with matrices", "y 1×7×3 ·2", x(7).weights("w", tFloat, 2, 7, 3).node("MatMul x w -> y")},
		{"known beforehand", "", x(1).weights("v", tFloat, 5, 7).weights("w", tFloat, 7, 3).node("MatMul v w -> y")},
		{"einsum", "y 6×7×3 ·5 dynamic", x(5, 6, 7).input("z", tFloat, 5, 3, 7).node("Einsum x z -> y", word("equation", "b i k, b j k -> b i j"))},
		{"einsum of weights", "y 30×8×12", x(5, 6, 8).weights("w", tFloat, 3, 4, 8).node("Einsum x w -> y", word("equation", "abd,hed->abhe"))},
		{"einsum without a result", "y 6×7×3", x(6, 7).weights("w", tFloat, 7, 3).node("Einsum x w -> y", word("equation", "ij,jk"))},

		{"lstm", "y inputs 15×4×24 ·2; y recurrent 15×6×24 ·2",
			x(5, 3, 4).weights("w", tFloat, 2, 24, 4).weights("r", tFloat, 2, 24, 6).node("LSTM x w r -> y", number1("hidden_size", 6), word("direction", "bidirectional"))},
		{"gru", "y inputs 15×4×18; y recurrent 15×6×18",
			x(5, 3, 4).weights("w", tFloat, 1, 18, 4).weights("r", tFloat, 1, 18, 6).node("GRU x w r -> y")},
		{"rnn, batch first", "y inputs 15×4×6; y recurrent 15×6×6",
			x(3, 5, 4).weights("w", tFloat, 1, 6, 4).weights("r", tFloat, 1, 6, 6).node("RNN x w r -> y", number1("layout", 1))},

		{"quantized", "y 25×18×3 8,8 bits", new(net).input("x", tUint8, 1, 2, 5, 5).weights("w", tInt8, 3, 2, 3, 3).weights("s", tFloat).weights("z", tUint8).weights("zw", tInt8).
			node("QLinearConv x s z w s zw s z -> y", list("pads", 1, 1, 1, 1))},
		{"quantized product", "y 5×7×3 8,8 bits signed", new(net).input("x", tInt8, 5, 7).weights("w", tInt8, 7, 3).weights("s", tFloat).weights("z", tInt8).
			node("QLinearMatMul x s z w s z s z -> y")},
		{"integers", "a 25×18×3 8,8 bits; y 5×4×2 8,8 bits", new(net).input("x", tUint8, 1, 2, 5, 5).weights("w", tUint8, 3, 2, 3, 3).node("ConvInteger x w -> a", list("pads", 1, 1, 1, 1)).
			input("b", tUint8, 5, 4).weights("v", tInt8, 4, 2).node("MatMulInteger b v -> y")},
		// Quantised and back before each product; a transpose and a maximum pass the
		// integers on, an addition does not.
		{"quantize and dequantize", "y 9×2×3 4,8 bits signed; u 27×1×5 0,4 bits", x(1, 2, 3, 3).weights("s", tFloat).weights("z", tInt4).weights("w", tInt8, 3, 2, 1, 1).weights("v", tUint4, 5, 1).
			node("QuantizeLinear x s z -> q").node("DequantizeLinear q s z -> d").node("MaxPool d -> p", list("kernel_shape", 1, 1)).
			node("DequantizeLinear w s -> e").node("Conv p e -> y").
			node("DequantizeLinear v s -> f").node("Transpose f -> g").node("Transpose y -> t").node("Add t t -> a").node("MatMul a g -> u")},
		{"cast away", "y 5×7×3", x(5, 7).weights("w", tInt8, 7, 3).node("Cast w -> c", number1("to", tFloat)).node("MatMul x c -> y")},
		{"other domains", "y 9×18×3; g 5×7×3 8,8 bits", x(1, 2, 5, 5).weights("w", tFloat, 3, 2, 3, 3).node("com.microsoft.FusedConv x w -> y").
			input("a", tUint8, 5, 7).weights("s", tFloat).weights("z", tUint8).weights("v", tInt8, 7, 3).node("com.microsoft.QGemm a s z v s z -> g")},
	} {
		network, err := Read(c.net.file(), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := describe(network.Layers); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		for _, o := range network.Operators {
			if o.Unknown {
				t.Errorf("%s: %+v", c.name, o)
			}
		}
	}
}

// axis is one dimension of a convolution or a pooling, drawn so that the filter
// fits the input.
type axis struct{ input, filter, stride, dilation, before, after int64 }

func drawAxes(t *rapid.T) []axis {
	axes := make([]axis, rapid.IntRange(1, 3).Draw(t, "dimensions"))
	for i := range axes {
		draw := func(name string, low, high int64) int64 { return rapid.Int64Range(low, high).Draw(t, name) }
		a := axis{draw("input", 1, 9), draw("filter", 1, 4), draw("stride", 1, 4), draw("dilation", 1, 3), 0, 0}
		a.before, a.after = draw("before", 0, a.filter-1), draw("after", 0, a.filter-1)
		if short := (a.filter-1)*a.dilation + 1 - a.before - a.after - a.input; short > 0 {
			a.input += short
		}
		axes[i] = a
	}
	return axes
}

func attributesOf(axes []axis) [][]byte {
	var strides, dilations, before, after []int64
	for _, a := range axes {
		strides, dilations = append(strides, a.stride), append(dilations, a.dilation)
		before, after = append(before, a.before), append(after, a.after)
	}
	return [][]byte{list("strides", strides...), list("dilations", dilations...), list("pads", append(before, after...)...)}
}

// slide counts the places of the filter, one by one, with all elements inside the
// padded input.
func (a axis) slide() (places int64) {
	for start := -a.before; start+(a.filter-1)*a.dilation < a.input+a.after; start += a.stride {
		places++
	}
	return places
}

// hang counts places that may reach over the end but begin before it: in the
// input or the padding before it.
func (a axis) hang() (places int64) {
	for start := -a.before; ; start += a.stride {
		inside := start+(a.filter-1)*a.dilation < a.input+a.after
		reaches := start-a.stride+(a.filter-1)*a.dilation < a.input+a.after-1 // the one before left something over
		if !inside && !(reaches && start < a.input) {
			return places
		}
		places++
	}
}

// extent is one more than the last place of a transposed convolution's output,
// every element of every patch laid down, and without the padding.
func (a axis) extent() int64 {
	end := int64(0)
	for i := range a.input {
		for k := range a.filter {
			end = max(end, i*a.stride+k*a.dilation+1)
		}
	}
	return end - a.before - a.after
}

func sizes(axes []axis, of func(a axis) int64) (list []int64, all int64) {
	all = 1
	for _, a := range axes {
		list = append(list, of(a))
		all *= of(a)
	}
	return list, all
}

func anys(first []any, rest []int64) []any {
	for _, x := range rest {
		first = append(first, x)
	}
	return first
}

// Sizes and multiply-accumulates of convolutions, by sliding the filter over
// every place and counting each product. Products with padding count: an array
// does them too.
func TestConvolutions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		axes := drawAxes(t)
		groups := rapid.Int64Range(1, 3).Draw(t, "groups")
		channels, filters := groups*rapid.Int64Range(1, 3).Draw(t, "channels"), groups*rapid.Int64Range(1, 3).Draw(t, "filters")
		batch := rapid.Int64Range(1, 2).Draw(t, "batch")
		input, inputs := sizes(axes, func(a axis) int64 { return a.input })
		filter, size := sizes(axes, func(a axis) int64 { return a.filter })
		places, all := sizes(axes, axis.slide)
		attributes := append(attributesOf(axes), number1("group", groups))
		m := new(net).input("x", tFloat, anys([]any{batch, channels}, input)...).
			weights("w", tFloat, append([]int64{filters, channels / groups}, filter...)...).node("Conv x w -> y", attributes...).
			weights("v", tFloat, append([]int64{channels, filters / groups}, filter...)...)
		extent, _ := sizes(axes, axis.extent)
		transposed := min(extent[0], extent[len(extent)-1], extent[len(extent)/2]) >= 0
		if transposed {
			m.node("ConvTranspose x v -> z", attributes...)
		}
		r, err := infer(m.file(), nil, nil)
		if err != nil || len(r.errors) > 0 {
			t.Fatal(err, r.errors)
		}
		if got, want := fmt.Sprint(r.values["y"].dims), fmt.Sprint(append([]int64{batch, filters}, places...)); got != want {
			t.Fatalf("output %s, want %s", got, want)
		}
		macs := int64(0)
		for range batch * all {
			for range filters {
				for range channels / groups {
					for range size {
						macs++
					}
				}
			}
		}
		if l := r.network.Layers[0]; l.MACs() != float64(macs) || l.Weights() != float64(filters*channels/groups*size) {
			t.Fatalf("%+v: %v MACs, want %d", l, l.MACs(), macs)
		}
		if !transposed {
			return
		}
		if got, want := fmt.Sprint(r.values["z"].dims), fmt.Sprint(append([]int64{batch, filters}, extent...)); got != want {
			t.Fatalf("output of the transposed one %s, want %s", got, want)
		}
		if l := r.network.Layers[1]; l.MACs() != float64(batch*inputs*channels*filters/groups*size) {
			t.Fatalf("%+v: %v MACs", l, l.MACs())
		}
	})
}

func TestPools(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		axes := drawAxes(t)
		input, _ := sizes(axes, func(a axis) int64 { return a.input })
		filter, size := sizes(axes, func(a axis) int64 { return a.filter })
		attributes := append(attributesOf(axes), list("kernel_shape", filter...))
		down, all := sizes(axes, axis.slide)
		up, _ := sizes(axes, axis.hang)
		r, err := infer(new(net).input("x", tFloat, anys([]any{1, 2}, input)...).node("MaxPool x -> y z", attributes...).
			node("AveragePool x -> u", append(attributes, number1("ceil_mode", 1))...).file(), nil, nil)
		if err != nil || len(r.errors) > 0 {
			t.Fatal(err, r.errors)
		}
		for name, want := range map[string][]int64{"y": down, "z": down, "u": up} {
			if got, want := fmt.Sprint(r.values[name].dims), fmt.Sprint(append([]int64{1, 2}, want...)); got != want {
				t.Fatalf("%s: %s, want %s", name, got, want)
			}
		}
		if o := r.network.Operators[0]; o.Operations != float64(2*all*size) || o.Elements != float64(4*all) {
			t.Fatalf("%+v, want %d operations", o, 2*all*size)
		}
	})
}

// With auto_pad the filter begins at every stride-th element of the input.
func TestSamePadding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		axes := drawAxes(t)
		input, _ := sizes(axes, func(a axis) int64 { return a.input })
		filter, _ := sizes(axes, func(a axis) int64 { return a.filter })
		mode := rapid.SampledFrom([]string{"SAME_UPPER", "SAME_LOWER", "VALID"}).Draw(t, "mode")
		want, _ := sizes(axes, func(a axis) (places int64) {
			if mode == "VALID" {
				a.before, a.after = 0, 0
				return a.slide()
			}
			for at := int64(0); at < a.input; at += a.stride {
				places++
			}
			return places
		})
		attributes := append(attributesOf(axes)[:2], word("auto_pad", mode))
		r, err := infer(new(net).input("x", tFloat, anys([]any{1, 1}, input)...).weights("w", tFloat, append([]int64{1, 1}, filter...)...).
			node("Conv x w -> y", attributes...).file(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range want {
			if size == 0 && len(r.errors) > 0 { // no place at all
				return
			}
		}
		if got, want := fmt.Sprint(r.values["y"].dims), fmt.Sprint(append([]int64{1, 1}, want...)); len(r.errors) > 0 || got != want {
			t.Fatalf("%s, want %s, errors %v", got, want, r.errors)
		}
	})
}
