package configs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const importing = "inferences = 1\n[workload]\n%s\n[[machine]]\nname = \"a\"\nkind = \"analog\"\npreset = \"tiny-analog\"\n"

// Bits are those of the file, or the workload's, or 8.
func TestImportedKernels(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{`topology = "small.csv"`, "fc 1×20×10 8,8,8 bits"},
		{"topology = \"small.csv\"\ninput_bits = 4\nweight_bits = 3\noutput_bits = 12", "fc 1×20×10 4,3,12 bits"},
		{"topology = \"small.csv\"\nactivation = true", "fc 1×20×10 8,8,8 bits activated"},
		{`preset = "tiny-net"`, "dw 3·4×9×1 8,8,8 bits activated; fc 1×12×5 8,8,8 bits activated"},
		{"preset = \"tiny-net\"\ninput_bits = 4", "dw 3·4×9×1 4,8,8 bits activated; fc 1×12×5 4,8,8 bits activated"},
		{`onnx = "small.onnx"`, "fc 1×7×3 8,8,8 bits; gram 1×3×1 8,8,8 bits dynamic"},
		{"onnx = \"small.onnx\"\ninput_bits = 4\nweight_bits = 3", "fc 1×7×3 8,8,8 bits; gram 1×3×1 4,3,8 bits dynamic"},
	} {
		cfg, err := parseWith("x.toml", fmt.Sprintf(importing, c.keys))
		if err != nil {
			t.Errorf("%s: %v", c.keys, err)
			continue
		}
		var list []string
		for _, k := range cfg.Workload.Kernels {
			times := ""
			if k.Groups > 1 {
				times = fmt.Sprintf("%d·", k.Groups)
			}
			text := fmt.Sprintf("%s %s%d×%d×%d %d,%d,%d bits", k.Name, times, k.L, k.N, k.M, k.InputBits, k.WeightBits, k.OutputBits)
			if k.Dynamic {
				text += " dynamic"
			}
			if k.Activation {
				text += " activated"
			}
			list = append(list, text)
		}
		if got := strings.Join(list, "; "); got != c.want {
			t.Errorf("%s: %s, want %s", c.keys, got, c.want)
		}
	}
}

// A model stands beside its study, and may be larger than a study.
func TestImportPaths(t *testing.T) {
	folder := t.TempDir()
	model := mustRead(t, "testdata/small.onnx")
	model += "\x32\x80\x80\x80\x04" + strings.Repeat(" ", 4<<21) // a documentation of 8 MiB
	for name, text := range map[string]string{
		"net.ONNX": model, "study.toml": fmt.Sprintf("inferences = 1\n[workload]\nonnx = %q\n[[machine]]\nname = \"s\"\npreset = \"scalar-45nm\"\n", "net.ONNX"),
		"net.csv": model,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cfg, err := Load(filepath.Join(folder, "study.toml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Workload.ONNX; got != filepath.Join(folder, "net.ONNX") || len(cfg.Workload.Kernels) != 2 {
		t.Errorf("%s, %d kernels", got, len(cfg.Workload.Kernels))
	}
	if network, err := Import(filepath.Join(folder, "net.ONNX"), nil); err != nil || len(network.Layers) != 2 || network.Layers[0].WeightBits != 8 {
		t.Errorf("%+v, %v", network, err)
	}
	if _, err := Import(filepath.Join(folder, "net.csv"), nil); err == nil || !strings.Contains(err.Error(), "larger than 4 MiB: not a topology") {
		t.Error(err)
	}
}

// The example's kernels, written by hand from the paper's table, are those of
// PyTorch's export.
func TestResNet18(t *testing.T) {
	cfg, err := Load("../examples/02-resnet18/resnet18.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	network, err := Import("../sim/workload/onnx/testdata/exported/resnet18.onnx", nil)
	if err != nil {
		t.Fatal(err)
	}
	count := map[[3]int64]int{}
	for _, k := range cfg.Workload.Kernels {
		count[[3]int64{k.L, k.N, k.M}]++
	}
	for _, l := range network.Layers {
		count[[3]int64{l.L, l.N, l.M}]--
	}
	for shape, n := range count {
		if n != 0 {
			t.Errorf("%v: %d times more in the example", shape, n)
		}
	}
}
