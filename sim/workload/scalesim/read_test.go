package scalesim_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/workload"
	"xbar/sim/workload/scalesim"
)

func load(t *testing.T, name string) []workload.Layer {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	layers, wrong := scalesim.Read(string(text))
	if len(wrong) > 0 {
		t.Fatalf("%s: %+v", name, wrong)
	}
	return layers
}

// The files as SCALE-Sim ships them: layers, weights and MACs counted by hand
// from their rows with a spreadsheet.
func TestShippedFiles(t *testing.T) {
	for _, want := range []struct {
		file          string
		layers        int
		weights, macs float64
	}{
		{"test_mnk_input.csv", 1, 256 * 64, 128 * 64 * 256},
		{"gpt2.csv", 6, 64*1024 + 1024*64 + 1600*4800 + 1600*1600 + 1600*3072 + 3072*1600,
			1024 * (1024*64 + 64*1024 + 4800*1600 + 1600*1600 + 3072*1600 + 1600*3072)},
	} {
		layers := load(t, want.file)
		var weights, macs float64
		for i := range layers {
			weights += layers[i].Weights()
			macs += layers[i].MACs()
		}
		if len(layers) != want.layers || weights != want.weights || macs != want.macs {
			t.Errorf("%s: %d layers, %.0f weights, %.0f MACs, want %+v", want.file, len(layers), weights, macs, want)
		}
	}
}

// SCALE-Sim's own reports say what it made of alexnet's rows.
func TestAlexNetAsSCALESimReportsIt(t *testing.T) {
	file, err := os.Open("../../../digital/systolic/testdata/scalesim/systolic.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[string]string{}
	for _, l := range load(t, "alexnet.csv") {
		sizes[l.Name] = fmt.Sprint(l.L, l.N, l.M)
	}
	seen := 0
	for _, row := range rows[1:] {
		if row[0] != "alexnet" {
			continue
		}
		seen++
		if want := strings.Join(row[2:5], " "); sizes[row[1]] != want {
			t.Errorf("%s is %q, SCALE-Sim has %q", row[1], sizes[row[1]], want)
		}
	}
	if seen == 0 {
		t.Error("no rows of alexnet")
	}
}

func TestResNet50(t *testing.T) {
	layers := load(t, "Resnet50.csv") // a blank second row, remarks behind the first layer
	if len(layers) != 54 || layers[0].Name != "Conv1" || layers[0].L != 110*110 || layers[0].N != 147 || layers[53].M != 1000 {
		t.Errorf("%d layers, first %+v, last %+v", len(layers), layers[0], layers[len(layers)-1])
	}
}

func TestQuirks(t *testing.T) {
	for _, c := range []struct {
		name, file string
		want       []string
	}{
		{"trailing comma", "h\nConv2_1a,56,56,3,3,64,64,1,\n", []string{"Conv2_1a 2916×576×64"}},
		{"no end of line", "h\nFC,1,1,1,1,512,1000,1", []string{"FC 1×512×1000"}},
		{"byte order mark, CRLF, blanks", "\ufeffh\r\n\r\n , ,\r\n  FC , 1 ,1, 1,1,512, 1000 ,1 , \r\n", []string{"FC 1×512×1000"}},
		{"a heading with a quote", "\"name, H\nFC,1,1,1,1,512,1000,1", []string{"FC 1×512×1000"}},
		{"product", "Layer,M,N,K,\nQKT,1024,512,64,\n", []string{"QKT 1024×64×512"}},
		{"both in one", "h\na,1,2,3\nb,4,4,3,3,1,1,1\n", []string{"a 1×3×2", "b 4×9×1"}},
		{"over the edge", "h\nc,6,6,3,3,1,1,2\n", []string{"c 9×9×1"}},
		{"two strides", "h\nc,9,9,3,3,2,5,2,3,\n", []string{"c 12×18×5"}},
		{"depthwise", "h\nDP1,5,5,3,3,32,1,1,\n", []string{"32×DP1 9×9×1"}},
		{"depthwise by a filter", "h\nc,5,5,3,3,32,1,1,\n", []string{"c 9×288×1 (one filter over all channels, as some files write a depthwise layer; taken as written)"}},
		{"dense", "h\nc,5,5,1,1,32,4,1,1:1,\nd,1,2,3,4:4\n", []string{"c 25×32×4", "d 1×3×2"}},
		{"sparse", "h\nc,5,5,1,1,32,4,1,2:4,\n", []string{"c 25×32×4 (2 of 4 weights are not zero; taken as dense, for an array has cells for the zeros too)"}},
		{"two strides and sparse", "h\nc,5,5,1,1,32,4,1,1, 1:4\n", []string{"c 25×32×4 (1 of 4 weights are not zero; taken as dense, for an array has cells for the zeros too)"}},
		{"remarks", "h\nc,5,5,1,1,32,4,1,,,110,x\nd,1,2,3,,note\n", []string{"c 25×32×4", "d 1×3×2"}},
		{"no name", "h\n,1,2,3\n", []string{"layer 1 1×3×2"}},
	} {
		layers, wrong := scalesim.Read(c.file)
		var got []string
		for _, l := range layers {
			text := fmt.Sprintf("%s %d×%d×%d", l.Name, l.L, l.N, l.M)
			if l.Groups > 1 {
				text = fmt.Sprintf("%d×%s", l.Groups, text)
				l.Remark = ""
			}
			if l.Remark != "" {
				text += " (" + l.Remark + ")"
			}
			got = append(got, text)
		}
		if len(wrong) > 0 || strings.Join(got, "; ") != strings.Join(c.want, "; ") {
			t.Errorf("%s: %q, want %q, errors %+v", c.name, got, c.want, wrong)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ file, at, message string }{
		{"h\n", "", "no layers; the first line is a heading, and each line after it a layer"},
		{"h\nc,5,5,1,1,x,4,1\n", "x", `channels = "x"`},
		{"h\nc,5,5,1,1,,4,1\n", "", "no channels"},
		{"h\nc,5,5,1,1,0,4,1\n", "0", `channels = "0"`},
		{"h\nc,5,5,1,1,2.0,4,1\n", "2.0", `channels = "2.0"`},
		{"h\nc,5,5\n", "5", "a layer has 8 columns or 4, and this is the last of 3"},
		{"h\nc;5;5\n", "c;5;5", "a layer has 8 columns or 4, and this is the last of 1"},
		{"h\nc,5,5,1,1,7\n", "7", "a layer has 8 columns or 4, and this is the last of 6"},
		{"h\nc,2,5,3,1,7,1,1\n", "3", "filter height 3 is more than the input height of 2, which is that of the padded input"},
		{"h\nc,5,5,1,1,7,1,1,y\n", "y", `stride along the width = "y"`},
		{"h\nc,5,5,1,1,7,1,1,3:2\n", "3:2", `sparsity "3:2"`},
		{"h\nc,5,5,1,1,7,1,1,0:2\n", "0:2", `sparsity "0:2"`},
		{"h\nc,5,5,1,1,7,1,1,1,2:4,6\n", "6", `a column more than SCALE-Sim knows: "6"`},
		{"h\nc,1000000000,1000000000,1,1,7,1,1\n", "1000000000", "a product of 1e+18; at most 1000000000 is simulated"},
		{"h\n\xff,1,2,3\n", "\xff", "a name that is not UTF-8"},
	} {
		layers, wrong := scalesim.Read(c.file)
		if layers != nil || len(wrong) == 0 {
			t.Errorf("%q: accepted as %+v", c.file, layers)
			continue
		}
		if e := wrong[0]; e.Message != c.message || c.file[e.Start:e.End] != c.at {
			t.Errorf("%q: %q at %q, want %q at %q", c.file, e.Message, c.file[e.Start:e.End], c.message, c.at)
		}
	}
}

// The windows of a layer, counted by sliding the filter.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) int { return rapid.IntRange(1, 20).Draw(t, name) }
		h, w, fh, fw, s, sw := draw("h"), draw("w"), draw("fh"), draw("fw"), draw("s"), draw("sw")
		h, w = h+fh-1, w+fw-1
		count := func(size, filter, stride int) (n int64) {
			for at := 0; at == 0 || at-stride+filter < size; at += stride { // until one reaches the edge
				n++
			}
			return n
		}
		layers, wrong := scalesim.Read(fmt.Sprintf("h\nc,%d,%d,%d,%d,3,5,%d,%d\n", h, w, fh, fw, s, sw))
		if len(wrong) > 0 || layers[0].L != count(h, fh, s)*count(w, fw, sw) {
			t.Fatalf("%+v %+v, want %d·%d windows", layers, wrong, count(h, fh, s), count(w, fw, sw))
		}
	})
}

// Whatever a file holds, there are layers that can be counted or errors inside
// the file.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.csv")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Add("h\nDP,5,5,3,3,32,1,1,2,2:4\n")
	f.Fuzz(func(t *testing.T, text string) {
		layers, wrong := scalesim.Read(text)
		if (len(layers) > 0) == (len(wrong) > 0) {
			t.Fatalf("%d layers and %d errors", len(layers), len(wrong))
		}
		for _, l := range layers {
			if min(l.L, l.N, l.M, l.Groups) < 1 || max(l.L, l.N, l.M, l.Groups) > 1e9 || l.Name == "" {
				t.Fatalf("%+v", l)
			}
		}
		for _, e := range wrong {
			if e.Start < 0 || e.End < e.Start || e.End > len(text) || e.Message == "" {
				t.Fatalf("%+v of %d bytes", e, len(text))
			}
		}
	})
}

// An input of 5×6, padding and all, has no more distinct inputs than that, and those
// that the filter skips are none.
func TestSharedInputs(t *testing.T) {
	for row, want := range map[string]workload.Window{
		"c,5,6,3,3,2,7,1":   {Inputs: 5 * 6 * 2, Ahead: 25, Behind: 25},
		"c,1,12,1,3,2,7,3":  {},
		"c,1,11,1,1,2,7,2":  {},
		"DPc,1,8,1,3,2,1,1": {Inputs: 8 * 2, Ahead: 4, Behind: 4},
		"g,5,6,7":           {},
	} {
		layers, wrong := scalesim.Read("h\n" + row + "\n")
		if len(wrong) > 0 || layers[0].Window != want {
			t.Errorf("%s: %+v, want %+v, errors %+v", row, layers[0].Window, want, wrong)
		}
	}
}
