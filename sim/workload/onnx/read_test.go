package onnx

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"xbar/sim/workload"
)

func TestErrors(t *testing.T) {
	x := func(dims ...any) *net { return new(net).input("x", tFloat, dims...) }
	for _, c := range []struct {
		net  *net
		want string
	}{
		{x(1, "channels", 5), `input "x": dimension 1, "channels", has no size: write the model with one, or give it one by import --dim "channels=SIZE" or workload.dims`},
		{x(1, -1), `input "x": dimension 1 is negative: -1`},
		{x(2_000_000_000), `input "x": dimension 0 is 2000000000; at most 1000000000 is read`},
		{x(1_000_000, 1_000_000, 1_000_000), `input "x": 1e+18 elements; at most 1e+15 are read`},
		{x(1).node("Relu z -> y"), `node 1, "y" (Relu): reads "z", which is no input and no result of a node before it`},
		{x(1).node("Relu b -> a").node("Relu a -> b"), `node 1, "a" (Relu): reads "b", which is no input and no result of a node before it`},
		{x(1).node("Relu x -> x"), `node 1, "x" (Relu): writes "x", which another node, an input or an initializer does`},
		{x(1).node("Conv x -> y"), `node 1, "y" (Conv): operand 2 is missing`},
		{x(1, 2, 5).weights("w", tFloat, 3, 2, 6).node("Conv x w -> y"), `node 1, "y" (Conv): the filter is larger than the padded input`},
		{x(1, 2, 5).weights("w", tFloat, 3, 3, 1).node("Conv x w -> y"), `node 1, "y" (Conv): filters of 3×3×1 in 1 groups for 1×2×5`},
		{x(1, 2, 5).weights("w", tFloat, 3, 1, 1).node("Conv x w -> y", number1("group", 2)), `node 1, "y" (Conv): 3 filters in 2 groups`},
		{x(1, 2, 5).weights("w", tFloat, 3, 2, 1).node("Conv x w -> y", list("strides", 0)), `node 1, "y" (Conv): strides of 0`},
		{x(1, 2, 5).weights("w", tFloat, 3, 2, 1).node("Conv x w -> y", list("pads", 1)), `node 1, "y" (Conv): 1 pads, and there should be 2`},
		{x(1, 2, 5).weights("w", tFloat, 3, 2, 1).node("Conv x w -> y", word("auto_pad", "ALL")), `node 1, "y" (Conv): auto_pad = "ALL"`},
		{x(5, 7).weights("w", tFloat, 6, 3).node("Gemm x w -> y"), `node 1, "y" (Gemm): 5×7 and 6×3 cannot be multiplied`},
		{x(5, 0).weights("w", tFloat, 0, 3).node("Gemm x w -> y"), `node 1, "y" (Gemm): 1 products of 5×0 with 0×3; sizes are from 1 to 1000000000`},
		{x(5, 7).integers("s", 6, -1).node("Reshape x s -> y"), `node 1, "y" (Reshape): 5×7 cannot be written as [6 -1]`},
		{x(5, 7).integers("s", 6, -2).node("Reshape x s -> y"), `node 1, "y" (Reshape): shape: dimension 1 is negative: -2`},
		{x(5, 7).input("z", tFloat, 6, 7).node("Add x z -> y"), `node 1, "y" (Add): sizes 5×7 and 6×7 do not fit each other`},
		{x(5, 7).node("Transpose x -> y", list("perm", 0, 0)), `node 1, "y" (Transpose): perm = [0 0] of 2 dimensions`},
		{x(5, 7).node("Concat x x -> y", number1("axis", 2)), `node 1, "y" (Concat): axis 2 of 2 dimensions`},
		{x(1<<20).integers("r", 1<<20).node("Tile x r -> y"), `node 1, "y" (Tile): its result "y": dimension 0 is 1099511627776; at most 1000000000 is read`},

		// What an unknown operator stops, and what stops when a size is decided at run
		// time.
		{x(5, 7).weights("w", tFloat, 7, 3).node("Strange x -> a").node("Relu a -> b").node("MatMul b w -> y").node("MatMul y w -> z"),
			`node 3, "y" (MatMul): the sizes of its operand "b" are not known: node 1, "a" (Strange) is not one that is read` + "\n" +
				`node 4, "z" (MatMul): the sizes of its operand "y" are not known: node 1, "a" (Strange) is not one that is read`},
		{x(5, 7).weights("w", tFloat, 7, 3).input("s", tInt64, 2).node("Reshape x s -> a").node("MatMul a w -> y"),
			`node 2, "y" (MatMul): the sizes of its operand "a" are not known: node 1, "a" (Reshape) decides on them when it is run`},
		{x(7, 7).weights("w", tFloat, 7, 3).node("Einsum x -> a", word("equation", "ii->i")).node("MatMul a w -> y"),
			`node 2, "y" (MatMul): the sizes of its operand "a" are not known: node 1, "a" (Einsum) has a form that is not read`},
		{x(5, 7).node("Loop x -> y", embed(word("body", ""), 6, x(5, 7).node("MatMul x x -> z").graph)),
			`node 1, "y" (Loop): a graph inside of it has a kernel, MatMul, and how often that is run is not in the file`},
	} {
		network, err := Read(c.net.file(), nil)
		if err == nil || err.Error() != c.want || network != nil {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

func TestDamaged(t *testing.T) {
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "not an ONNX model: there is no graph in it"},
		{[]byte("name,H,W\nconv,1,1\n"), "not an ONNX model, or damaged: byte 0: a broken field 13"},
		{[]byte{0}, "not an ONNX model, or damaged: byte 0: no field of a message"},
		{embed(nil, 7, nil)[:1], "not an ONNX model, or damaged: byte 0: it ends in the middle of something"},
		{number64(nil, 7, 3), "not an ONNX model, or damaged: byte 0: field 7 has wire type 0, and in onnx.proto type 2"},
		{append(protowire.AppendTag(nil, 7, protowire.BytesType), 0xff, 0xff, 0xff, 0xff, 0x07), "byte 0: it ends in the middle of something, or says that it is longer than it is"},
		{new(net).weights("w", tFloat, -3).file(), `tensor "w": dimension 0 is negative: -3`},
		{embed(nil, 7, embed(nil, 1, embed(nil, 5, nested(100)))), "graphs in graphs, more than 32 deep"},
	} {
		network, err := Read(c.file, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) || network != nil {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}

// A file of empty nodes would be kept at a hundred times its size.
func TestMuchToKeep(t *testing.T) {
	d := decoder{kept: maxKept - 10_000}
	d.model(message{data: embed(nil, 7, bytes.Repeat(embed(nil, 1, nil), 1000))})
	if d.err == nil || d.err.Error() != "byte 83: more than 256 MiB of nodes, names and numbers" {
		t.Error(d.err)
	}
}

// nested is an attribute with a graph, in it a node with an attribute, and so on.
func nested(depth int) []byte {
	if depth == 0 {
		return nil
	}
	return embed(nil, 6, embed(nil, 1, embed(nil, 5, nested(depth-1))))
}

// Every beginning of a model is an error, unless the whole graph is in it, and a
// model with any byte changed is an error or a model.
func TestCutAndChanged(t *testing.T) {
	file, err := os.ReadFile("testdata/exported/unet.onnx")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Read(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	for end := range file {
		if network, err := Read(file[:end], nil); err == nil && describe(network.Layers) != describe(whole.Layers) {
			t.Fatalf("%d bytes of %d are a model: %s", end, len(file), describe(network.Layers))
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for at := range file {
		changed := slices.Clone(file)
		changed[at] ^= byte(1 << random.IntN(8))
		check(t, changed)
	}
}

// check reads what may be anything, and returns layers that can be counted.
func check(t *testing.T, file []byte) {
	network, err := Read(file, nil)
	if (network == nil) == (err == nil) {
		t.Fatalf("%v and %v", network, err)
	}
	if err != nil && err.Error() == "" {
		t.Fatal("an error that says nothing")
	}
	if network == nil {
		return
	}
	for _, l := range network.Layers {
		if min(l.L, l.N, l.M, l.Groups) < 1 || max(l.L, l.N, l.M, l.Groups) > largest || l.Name == "" {
			t.Fatalf("%+v", l)
		}
	}
	var behind, beside float64
	for _, l := range network.Layers {
		behind += l.Operations
	}
	for _, o := range network.Operators {
		beside += o.Operations
	}
	if len(network.Layers) > 0 && math.Abs(behind-beside) > 1e-9*beside {
		t.Fatalf("%g operations behind the layers, %g in all", behind, beside)
	}
	for _, o := range network.Operators {
		if !(o.Elements >= 0 && o.Operations >= 0 && o.Weights >= 0) || o.Nodes < 1 || o.Unsized > o.Nodes {
			t.Fatalf("%+v", o)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"testdata/exported/*.onnx", extract + "/*/*/model.onnx"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			f.Fatal(pattern, err)
		}
		for _, path := range paths {
			file, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(file)
		}
	}
	f.Fuzz(func(t *testing.T, file []byte) { check(t, file) })
}

// What is computed beside the products, and what is not read.
func TestOperators(t *testing.T) {
	network, err := Read(new(net).input("x", tFloat, "N", 4, 6, 6).weights("w", tFloat, 8, 4, 3, 3).weights("b", tFloat, 8, 1, 1).weights("u", tFloat, 5, 7).
		node("Conv x w -> c").node("Add c b -> a").node("Relu a -> r").node("Add r c -> s").node("MaxPool s -> p", list("kernel_shape", 2, 2)).
		node("GlobalAveragePool p -> g").node("Flatten g -> f").node("Softmax f -> o").
		node("Strange o u -> q").node("own.Relu q -> h").node("Relu h -> i").
		node("Shape x -> d").node("Size x -> e").node("Add u u -> v").file(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []workload.Operator{
		{Name: "Add", Nodes: 2, Elements: 2 * 8 * 16, Operations: 2 * 8 * 16},
		{Name: "Relu", Nodes: 2, Elements: 8 * 16, Operations: 8 * 16, Unsized: 1},
		{Name: "MaxPool", Nodes: 1, Elements: 8 * 9, Operations: 8 * 9 * 4},
		{Name: "GlobalAveragePool", Nodes: 1, Elements: 8, Operations: 8 * 9},
		{Name: "Softmax", Nodes: 1, Elements: 8, Operations: 8 * 5},
		{Name: "Strange", Nodes: 1, Unknown: true, Unsized: 1, Weights: 35},
		{Name: "own.Relu", Nodes: 1, Unknown: true, Unsized: 1},
	}
	if !slices.Equal(network.Operators, want) {
		t.Errorf("%+v", network.Operators)
	}
	// the ReLUs and the bias on the way; a sum of two, pooling twice, softmax
	l := network.Layers[0]
	if l.Operations != 2*128+128+288+72+40 || l.Operands != 2*128+128+72+8 || l.Results != 128+72+8+8 {
		t.Errorf("behind the layer: %.0f operations on %.0f numbers, %.0f results", l.Operations, l.Operands, l.Results)
	}
	if got := fmt.Sprint(network.Remarks); got != `[dimension 0 of input "x", "N", is taken as 1 (import --dim "N=SIZE" or workload.dims gives it a size)]` {
		t.Error(got)
	}
}

// What is computed before the first layer goes behind it, and what is behind the
// second to the second.
func TestOperatorsBehindTheirLayers(t *testing.T) {
	network, err := Read(new(net).input("x", tFloat, "N", 7).weights("w", tFloat, 7, 3).weights("u", tFloat, 3, 2).
		node("Softmax x -> s").node("MatMul s w -> a").node("MatMul a u -> b").node("Relu b -> y").file(), nil)
	if err != nil {
		t.Fatal(err)
	}
	first, second := network.Layers[0], network.Layers[1]
	if first.Operations != 5*7 || first.Operands != 7 || first.Results != 7 || second.Operations != 2 || second.Operands != 0 || second.Results != 0 {
		t.Errorf("%+v", network.Layers)
	}
}

// Sizes that the file declares stand in for those of an unknown operator.
func TestDeclaredSizes(t *testing.T) {
	network, err := Read(new(net).input("x", tFloat, "N", 7).weights("w", tFloat, 7, 3).declare("a", tInt8, "N", 5, 7).
		node("Strange x -> a").node("MatMul a w -> y").file(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(network.Layers); got != "y 5×7×3 8,0 bits signed" {
		t.Error(got)
	}
}

// Where the file says otherwise than its operators, these are right.
func TestOtherSizes(t *testing.T) {
	network, err := Read(new(net).input("x", tFloat, "N", 7).weights("w", tFloat, 7, 3).declare("y", tFloat, 8, 3).declare("z", tFloat, "N", 3).
		node("MatMul x w -> y").node("Relu y -> z").file(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := network.Remarks[1]; got != `1 sizes are other than the file says, which was not followed: "y" is 1×3, and by the file 8×3` {
		t.Error(got)
	}
}

// Sizes that exporters compute from other sizes, step by step.
func TestComputedSizes(t *testing.T) {
	network, err := Read(new(net).input("x", tFloat, "N", 6, 4, 10).weights("w", tFloat, 20, 3).integers("i", 0).integers("j", 3).integers("two", 2).integers("rest", -1).
		node("Shape x -> s").node("Gather s i -> n").node("Gather s j -> d").node("Mul d two -> e").node("Cast e -> f", number1("to", tFloat)).
		node("Floor f -> g").node("Cast g -> h", number1("to", tInt64)).node("Concat n rest h -> t", number1("axis", 0)).
		node("Reshape x t -> r").node("MatMul r w -> y").file(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(network.Layers); got != "y 12×20×3" {
		t.Error(got)
	}
}

// Weights are not copied: reading a file takes memory for its nodes.
func TestMemory(t *testing.T) {
	const size = 64 << 20
	weights := embed(encodeTensor("w", tFloat, []int64{1 << 12, 1 << 12}), 9, make([]byte, size))
	file := (&net{embed(new(net).input("x", tFloat, 5, 1<<12).graph, 5, weights)}).node("MatMul x w -> y").file()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	network, err := Read(file, nil)
	runtime.ReadMemStats(&after)
	if err != nil || describe(network.Layers) != "y 5×4096×4096" {
		t.Fatal(network, err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<20 {
		t.Errorf("%d bytes for a file of %d", taken, len(file))
	}
}
