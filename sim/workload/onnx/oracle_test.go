package onnx

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"xbar/sim/workload"
)

// The test models of ONNX itself, with the tensors that they are tested with: a
// few of them, and all as Debian packages them.
const (
	extract = "testdata/library"
	library = "/usr/share/libonnx-testdata/data"
)

func TestExtract(t *testing.T) {
	c := readLibrary(t, extract)
	if c.models < 30 || c.sized < c.models || c.computed < 10 || len(c.unknown) > 0 {
		t.Error(c)
	}
}

func TestLibrary(t *testing.T) {
	if _, err := os.Stat(library); err != nil {
		t.Skip("no " + library + ": apt-get install libonnx-testdata")
	}
	c := readLibrary(t, library)
	t.Log(c)
	if c.models < 1000 || c.sized < 1000 || c.computed < 200 {
		t.Error("too few")
	}
}

func readLibrary(t *testing.T, folder string) *tally {
	models, err := filepath.Glob(folder + "/*/*/model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	c := &tally{unknown: map[string]bool{}}
	for _, path := range models {
		c.model(t, path)
	}
	return c
}

// ONNX's own shape inference wrote the sizes of all values into these models;
// PyTorch's export wrote the models.
func TestExported(t *testing.T) {
	for _, want := range []struct {
		file          string
		sizes         int // values with sizes in the file
		layers        int
		weights, macs float64
	}{
		// 11,689,512 parameters as torchvision counts them, without biases (1000) and
		// normalisations (4800 scales and offsets); 1.81 G multiply-adds.
		{"resnet18.onnx", 40, 21, 11_689_512 - 1000 - 2*4800, 1_814_073_344},
		{"unet.onnx", 10, 7, unetWeights, unetMACs},
		{"unet-resize.onnx", 10, 7, unetWeights, unetMACs},
		// Two layers of width 64 with 17 tokens: 12·64² weights each; QKᵀ and A·V.
		{"transformer.onnx", 30, 12, 2 * 12 * 64 * 64, 2 * (17*12*64*64 + 2*17*17*64)},
		// Two directions of an LSTM (24 and then 64 to 32), a GRU (64 to 16), two
		// directions of an RNN (16 to 8); 2 sequences of 5 steps.
		{"recurrent.onnx", 20, 8, recurrentWeights, 2 * 5 * recurrentWeights},
	} {
		file, err := os.ReadFile("testdata/exported/" + want.file)
		if err != nil {
			t.Fatal(err)
		}
		r, err := infer(file, nil, nil)
		if err != nil || len(r.errors) > 0 {
			t.Fatal(want.file, err, r.errors)
		}
		if n := compareDeclared(t, want.file, r); n < want.sizes {
			t.Errorf("%s: %d sizes to compare", want.file, n)
		}
		var weights, macs float64
		for i := range r.network.Layers {
			weights += r.network.Layers[i].Weights()
			macs += r.network.Layers[i].MACs()
		}
		if len(r.network.Layers) != want.layers || weights != want.weights || macs != want.macs {
			t.Errorf("%s: %d layers, %.0f weights, %.0f MACs, want %+v", want.file, len(r.network.Layers), weights, macs, want)
		}
		for _, o := range r.network.Operators {
			if o.Unknown || o.Unsized > 0 {
				t.Errorf("%s: %+v", want.file, o)
			}
		}
	}
}

const (
	recurrentWeights = 2*(4*32*(24+32)+4*32*(64+32)) + 3*16*(64+16) + 2*8*(16+8)

	// Of an image of 33×47: enter, down, up, leave, depthwise (which pads by as much
	// as it reaches), grouped (of an image that is padded by 2 in both directions),
	// and up in groups.
	unetWeights = 9*3*16 + 9*16*32 + 4*32*16 + 32*2 + 9*16 + 9*16/4*32 + 9*32*8/4
	unetMACs    = 33*47*9*3*16 + 17*24*9*16*32 + 17*24*4*32*16 + 33*47*32*2 + 33*47*9*16 + 35*49*9*16/4*32 + 35*49*9*32*8/4
)

// compareDeclared compares the sizes that were found with those in the file, and
// counts them.
func compareDeclared(t *testing.T, file string, r *reader) (compared int) {
	for name, declared := range r.declared {
		v := r.values[name]
		dims, ok := r.sizesOf(declared)
		if v == nil || !ok {
			continue
		}
		compared++
		if !v.known || v.declared || !slices.Equal(v.dims, dims) || v.dtype != declared.dtype {
			t.Errorf("%s: %s is %s of type %d, want %s of type %d", file, name, times(v.dims), v.dtype, times(dims), declared.dtype)
		}
	}
	return compared
}

// tally counts what came of the library's models.
type tally struct {
	models, refused, results, sized, computed int
	unknown                                   map[string]bool // operators
}

func (c *tally) String() string {
	return fmt.Sprintf("%d models, %d of them refused; of %d results, %d have the sizes of the tensors beside them, %d of these the elements; unknown: %v",
		c.models, c.refused, c.results, c.sized, c.computed, slices.Sorted(maps.Keys(c.unknown)))
}

// model reads a model twice: with its inputs as sizes alone, and as constants.
func (c *tally) model(t *testing.T, path string) {
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c.models++
	folder := filepath.Join(filepath.Dir(path), "test_data_set_0")
	plain, err := infer(file, nil, nil)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	constant, err := infer(file, tensors(folder, "input", inputsOf(plain)), nil)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if len(plain.differ) > 0 {
		t.Errorf("%s: %v", path, plain.differ)
	}
	if len(plain.errors) > 0 {
		c.refused++
		t.Logf("%s: %v", path, plain.errors[0])
	}
	for _, o := range constant.network.Operators {
		if o.Unknown {
			c.unknown[o.Name] = true
		}
	}
	for _, want := range tensors(folder, "output", outputsOf(plain)) {
		c.results++
		for _, r := range []*reader{plain, constant} {
			got := r.values[want.name]
			if got == nil || !got.known || got.declared {
				continue
			}
			if !slices.Equal(got.dims, want.dims) {
				t.Errorf("%s: %s is %s, want %s", path, want.name, times(got.dims), times(want.dims))
			}
			if got.dtype != want.dtype {
				t.Errorf("%s: %s is of type %d, want %d", path, want.name, got.dtype, want.dtype)
			}
		}
		got := constant.values[want.name]
		if (got == nil || !got.known || got.declared) && !hasUnknown(constant) {
			t.Errorf("%s: no sizes of %s, and all operators are known", path, want.name)
		}
		if got != nil && got.known && !got.declared {
			c.sized++
			if compare(t, path, got, &want) {
				c.computed++
			}
		}
	}
}

// compare compares elements, if they were computed.
func compare(t *testing.T, path string, got *value, want *tensor) bool {
	have, ok := got.numbers()
	expected := want.numbers()
	if !ok || expected == nil {
		return false
	}
	for i := range have {
		if have[i].i != expected[i].i || math.Abs(have[i].f-expected[i].f) > 1e-6*math.Abs(expected[i].f) {
			t.Errorf("%s: element %d of %s is %v, want %v", path, i, want.name, have[i], expected[i])
			return false
		}
	}
	return true
}

func inputsOf(r *reader) (list []valueInfo) {
	initial := map[string]bool{}
	for _, i := range r.model.graph.initializers {
		initial[i.name] = true
	}
	for _, in := range r.model.graph.inputs {
		if !initial[in.name] {
			list = append(list, in)
		}
	}
	return list
}

func outputsOf(r *reader) (list []valueInfo) {
	for _, name := range r.model.graph.outputs {
		list = append(list, r.declared[name])
	}
	return list
}

// tensors reads those that are files, by their order, of the types that the model
// says; not sequences, and not what these files hold for want of a type.
func tensors(folder, kind string, list []valueInfo) (read []tensor) {
	for i, v := range list {
		file, err := os.ReadFile(filepath.Join(folder, fmt.Sprintf("%s_%d.pb", kind, i)))
		if err != nil || !v.shaped {
			continue
		}
		d := decoder{}
		one := d.tensor(message{data: file})
		if d.err == nil && one.dtype == v.dtype {
			one.name = v.name
			read = append(read, one)
		}
	}
	return read
}

func hasUnknown(r *reader) bool {
	return slices.ContainsFunc(r.network.Operators, func(o workload.Operator) bool { return o.Unknown })
}
