package npy_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"xbar/sim/workload/npy"
)

// TestFilesOfNumPy reads what numpy.save of NumPy 1.24 wrote.
func TestFilesOfNumPy(t *testing.T) {
	real, whole := []float64{-1.5, 0, 2, 3, -4, 100}, []float64{-1, 0, 2, 3, -4, 100}
	size := []float64{1, 0, 2, 3, 4, 100}
	var cube []float64
	for i := range 24 {
		cube = append(cube, float64(i))
	}
	for name, want := range map[string]npy.Array{
		"f8": {[]int{2, 3}, real, false}, "f8-big": {[]int{2, 3}, real, false}, "f4": {[]int{2, 3}, real, false}, "f2": {[]int{2, 3}, real, false},
		"i1": {[]int{2, 3}, whole, true}, "i2": {[]int{2, 3}, whole, true}, "i4-big": {[]int{2, 3}, whole, true}, "i8": {[]int{2, 3}, whole, true},
		"u1": {[]int{2, 3}, size, true}, "u2-big": {[]int{2, 3}, size, true}, "u8": {[]int{2, 3}, size, true},
		"b1":       {[]int{2, 3}, []float64{1, 0, 1, 1, 1, 1}, true},
		"columns":  {[]int{2, 3, 4}, cube, false},
		"scalar":   {nil, []float64{7}, false},
		"vector":   {[]int{5}, []float64{0, 1, 2, 3, 4}, true},
		"empty":    {[]int{0, 3}, nil, false},
		"version2": {[]int{2, 3}, real, false}, "version3": {[]int{2, 3}, real, false},
	} {
		a, err := npy.ReadFile(filepath.Join("testdata", name+".npy"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff(*a, want, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

func TestHalf(t *testing.T) {
	for bits, want := range map[uint16]float64{
		0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0400: 0x1p-14, 0x0001: 0x1p-24, 0x8001: -0x1p-24,
		0x7c00: math.Inf(1), 0xfc00: math.Inf(-1),
	} {
		a, err := npy.Read(strings.NewReader(file(1, "{'descr': '<f2', 'fortran_order': False, 'shape': (), }\n", string([]byte{byte(bits), byte(bits >> 8)}))))
		if err != nil || a.Data[0] != want {
			t.Errorf("%#04x: %v %v, want %g", bits, a, err, want)
		}
	}
}

func file(version byte, header, data string) string {
	return fmt.Sprintf("\x93NUMPY%c\x00%c%c%s%s", version, len(header)&255, len(header)>>8, header, data)
}

func TestWritesAsNumPyDoes(t *testing.T) {
	want, err := os.ReadFile("testdata/f8.npy")
	if err != nil {
		t.Fatal(err)
	}
	a := npy.Array{Shape: []int{2, 3}, Data: []float64{-1.5, 0, 2, 3, -4, 100}}
	var got bytes.Buffer
	if err := a.Write(&got); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%q, want %q", got.Bytes(), want)
	}
}

func TestReadsWhatItWrote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := npy.Array{Shape: rapid.SliceOfN(rapid.IntRange(0, 5), 0, 4).Draw(t, "shape")}
		n := 1
		for _, d := range a.Shape {
			n *= d
		}
		a.Data = rapid.SliceOfN(rapid.Float64(), n, n).Draw(t, "data")
		var b bytes.Buffer
		if err := a.Write(&b); err != nil {
			t.Fatal(err)
		}
		if b.Len()-8*n&63 != 0 && (b.Len()-8*n)%64 != 0 {
			t.Errorf("elements start at byte %d", b.Len()-8*n)
		}
		got, err := npy.Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(*got, a, cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); d != "" {
			t.Error(d)
		}
	})
}

func TestBadFiles(t *testing.T) {
	good := "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n"
	for text, want := range map[string]string{
		"":                                  "does not start with",
		"\x93NUMPY":                         "does not start with",
		"PK\x03\x04 and so on":              "does not start with",
		file(4, good, ""):                   "version 4",
		file(1, good, "")[:9]:               "ends in its header",
		file(1, good, "")[:20]:              "ends in its header",
		"\x93NUMPY\x02\x00\xff\xff\xff\xff": "a header of 4294967295 bytes",
		file(1, good, "123456789"):          "ends before its last number",
		file(1, "{'shape': (2,)}", ""):      "no descr",
		file(1, strings.Replace(good, "<f8", "<c16", 1), ""):                     `type "<c16"`,
		file(1, strings.Replace(good, "<f8", "|O", 1), ""):                       `type "|O"`,
		file(1, strings.Replace(good, "(2,)", "(99999999999999999999,)", 1), ""): "a dimension of",
		file(1, strings.Replace(good, "(2,)", "(1000000, 1000000)", 1), ""):      "more than",
	} {
		if _, err := npy.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.npy")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := npy.Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := a.Write(&b); err != nil {
			t.Fatal(err)
		}
		again, err := npy.Read(&b)
		if err != nil {
			t.Fatal(err)
		}
		again.Integer = a.Integer
		if d := cmp.Diff(again, a, cmpopts.EquateEmpty(), cmpopts.EquateNaNs()); d != "" {
			t.Error(d)
		}
	})
}
