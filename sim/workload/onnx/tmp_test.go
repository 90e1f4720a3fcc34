package onnx

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestTmp(t *testing.T) {
	files, _ := filepath.Glob("/tmp/onnxgen/*.onnx")
	total, missing := 0, 0
	for _, f := range files {
		data, _ := os.ReadFile(f)
		r, err := infer(data, nil)
		if err != nil {
			t.Error(f, err)
			continue
		}
		for _, e := range r.errors {
			t.Errorf("%s: %s", f, e)
		}
		for name, d := range r.declared {
			v := r.values[name]
			if v == nil || !d.shaped {
				continue
			}
			var dims []int64
			full := true
			for _, x := range d.dims {
				if !x.sized { full = false }
				dims = append(dims, x.size)
			}
			if !full || v.declared || !v.known {
				missing++
				if !v.known { t.Logf("%s: %s unknown: %s", f, name, v.why) }
				continue
			}
			total++
			if !slices.Equal(dims, v.dims) && !(len(dims)==0&&len(v.dims)==0) {
				t.Errorf("%s: %s is %v want %v", f, name, v.dims, dims)
			}
			if d.dtype != v.dtype { t.Errorf("%s: %s type %d want %d", f, name, v.dtype, d.dtype) }
		}
		for _, o := range r.network.Operators { if o.Unknown { t.Log(f, o) } }
	}
	t.Log(len(files), total, missing)
}
