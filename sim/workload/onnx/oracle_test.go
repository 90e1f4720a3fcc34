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

// The test models of ONNX itself, with the tensors that they are tested with, as
// Debian packages them.
const library = "/usr/share/libonnx-testdata/data"

func TestLibrary(t *testing.T) {
	models, err := filepath.Glob(library + "/*/*/model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	if len(models) == 0 {
		t.Skip("no " + library + ": apt-get install libonnx-testdata")
	}
	tally := &tally{unknown: map[string]bool{}}
	for _, path := range models {
		tally.model(t, path)
	}
	t.Log(tally)
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
	plain, err := infer(file, nil)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	constant, err := infer(file, tensors(folder, "input", inputsOf(plain)))
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
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
