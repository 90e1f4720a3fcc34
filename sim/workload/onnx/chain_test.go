package onnx

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What PyTorch computed for one layer, with weights in the file, each input of the
// batch by itself.
func TestChainAgainstPyTorch(t *testing.T) {
	models, err := filepath.Glob(extract + "/pytorch-converted/*/model.onnx")
	if err != nil || len(models) < 8 {
		t.Fatal(models, err)
	}
	if more, _ := filepath.Glob(library + "/pytorch-converted/test_[CL][oi]n*/model.onnx"); more != nil {
		models = append(models, more...)
	}
	for _, path := range models {
		if strings.Contains(path, "Transpose") || strings.Contains(path, "ConstantPad") {
			continue
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		x, want := readPB(t, path, "input_0.pb"), readPB(t, path, "output_0.pb")
		file = alone(t, file, x.dims)
		chain, err := ReadChain(file, nil)
		if err != nil {
			t.Error(path, err)
			continue
		}
		inputs, outputs := x.decode(maxNumbers), want.decode(maxNumbers)
		batch := int(x.dims[0])
		n, m := len(inputs)/batch, len(outputs)/batch
		for b := range batch {
			in := make([]float32, n)
			for i := range in {
				in[i] = float32(inputs[b*n+i].f)
			}
			l := &chain.Layers[len(chain.Layers)-1]
			got := chain.Forward(in, nil)
			for i, y := range got { // place by place, and PyTorch's channel by channel
				at := i%(l.G*l.M)*l.L + i/(l.G*l.M)
				if want := outputs[b*m+at].f; len(got) != m || math.Abs(float64(y)-want) > 1e-5*max(1, math.Abs(want)) {
					t.Fatalf("%s, input %d, output %d: %g, and PyTorch has %g", path, b, i, y, want)
				}
			}
		}
	}
}

func readPB(t *testing.T, model, name string) *tensor {
	file, err := os.ReadFile(filepath.Join(filepath.Dir(model), "test_data_set_0", name))
	if err != nil {
		t.Fatal(err)
	}
	d := decoder{}
	x := d.tensor(message{data: file})
	if d.err != nil {
		t.Fatal(d.err)
	}
	return &x
}

// alone is the model for a batch of one.
func alone(t *testing.T, file []byte, dims []int64) []byte {
	var from []byte
	for _, size := range dims {
		from = embed(from, 1, number64(nil, 1, size))
	}
	to := bytes.Clone(from)
	to[3] = 1
	if !bytes.Contains(file, from) {
		t.Fatal("no input of such sizes in the file")
	}
	return bytes.Replace(file, from, to, 1)
}

// An error names the node and says why its numbers are not carried.
func TestNoChain(t *testing.T) {
	image := func() *net { return new(net).input("x", tFloat, 1, 2, 6, 6) }
	filters := func(n *net) *net { return n.reals("w", []int64{2, 2, 3, 3}, make([]float32, 36)) }
	conv := func(n *net) *net { return filters(n).node("Conv x w -> a", list("pads", 1, 1, 1, 1)) }
	for want, n := range map[string]*net{
		`node 3, "y" (Add): it takes "a" beside or instead of "b"`:                  conv(image()).node("Relu a -> b").node("Add a b -> y"),
		`node 2, "y" (Sigmoid): this operator is not carried as numbers`:            conv(image()).node("Sigmoid a -> y"),
		`node 1, "a" (Relu): it stands before the first layer`:                      filters(image()).node("Relu x -> a").node("Conv a w -> y"),
		`node 3, "y" (Relu): it clamps means`:                                       conv(image()).node("AveragePool a -> b", list("kernel_shape", 2, 2)).node("Relu b -> y"),
		`what the last layer gives is pooled`:                                       conv(image()).node("MaxPool a -> y", list("kernel_shape", 2, 2)),
		`node 1, "y" (Conv): the numbers of "w" are not in the file`:                image().weights("w", tFloat, 2, 2, 3, 3).node("Conv x w -> y"),
		`input "x" is 3×4: numbers are carried for one inference`:                   new(net).input("x", tFloat, 3, 4).reals("w", []int64{4, 4}, make([]float32, 16)).node("MatMul x w -> y"),
		`node 2, "y" (Conv): it takes "x" beside or instead of "a"`:                 conv(image()).node("Conv x w -> y"),
		`node 3, "y" (Relu): it comes behind a softmax`:                             conv(image()).node("Softmax a -> b").node("Relu b -> y"),
		`node 2, "y" (Clip): it clamps to 1 to 2, and zero is not in it`:            conv(image()).reals("1", nil, []float32{1}).reals("2", nil, []float32{2}).node("Clip a 1 2 -> y"),
		`node 2, "y" (BatchNormalization): this operator is not carried as numbers`: conv(image()).reals("s", []int64{2}, []float32{1, 1}).node("BatchNormalization a s s s s -> y"),
		`node 1, "y" (Conv): "w" has NaN among its numbers`:                         new(net).input("x", tFloat, 1, 1, 2, 2).reals("w", []int64{1, 1, 1, 1}, []float32{float32(math.NaN())}).node("Conv x w -> y"),
		`inputs "x" and "z": numbers are carried from one`:                          new(net).input("x", tFloat, 1, 4).input("z", tFloat, 1, 4).reals("w", []int64{4, 4}, make([]float32, 16)).node("MatMul x w -> y"),
		`node 2, "y" (Add): 4 are no bias of 2 channels`:                            conv(new(net).input("x", tFloat, 1, 2, 4, 4)).reals("b", []int64{4}, make([]float32, 4)).node("Add a b -> y"),
		`node 2, "b" (QuantizeLinear): this operator is not carried as numbers`:     conv(image()).reals("s", nil, []float32{1}).node("QuantizeLinear a s -> b"),
	} {
		_, err := ReadChain(n.output("y").file(), nil)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Any file is read, or refused with an error.
func FuzzReadChain(f *testing.F) {
	models, err := filepath.Glob(extract + "/*/*/model.onnx")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range models {
		file, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		chain, err := ReadChain(file, nil)
		if err != nil || chain.Inputs > 1e4 {
			return
		}
		work := 0
		for _, l := range chain.Layers {
			work += l.L * l.G * l.N * l.M
		}
		if work < 1e7 {
			chain.Forward(make([]float32, chain.Inputs), nil)
		}
	})
}
