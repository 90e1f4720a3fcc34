package resnet18

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xbar/configs"
	"xbar/sim/report"
	"xbar/sim/system"
)

var update = flag.Bool("update", false, "write the golden file")

func load(t *testing.T) *configs.Config {
	t.Helper()
	cfg, err := configs.Load("resnet18.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// torchvision's resnet18 has 11,689,512 parameters; without 9,600 of batch
// normalisation and the 1,000 biases of fc they are the weights here. Its
// 1.81 GMACs at 224×224 are these.
func TestPublishedCounts(t *testing.T) {
	var macs, weights int64
	for _, k := range load(t).Workload.Kernels {
		macs += k.L * k.N * k.M
		weights += k.N * k.M
	}
	if macs != 1_814_073_344 {
		t.Errorf("%d MACs, published 1,814,073,344", macs)
	}
	if weights != 11_689_512-9_600-1_000 {
		t.Errorf("%d weights, published 11,678,912", weights)
	}
}

// shape is Y[L×M] = X[L×N]·W[N×M].
type shape struct{ L, N, M int64 }

// architecture is table 1 of He et al. as matrix products.
func architecture() map[string]shape {
	layers := map[string]shape{}
	size := int64(224) // of the image, in pixels each way
	convolution := func(name string, window, stride, in, out int64) {
		size /= stride
		layers[name] = shape{size * size, window * window * in, out}
	}
	convolution("conv1", 7, 2, 3, 64)
	size /= 2 // max pool
	in := int64(64)
	for stage, out := range []int64{64, 128, 256, 512} {
		name := fmt.Sprint("layer", stage+1)
		stride := min(2, 1+int64(stage))
		convolution(name+".0.conv1", 3, stride, in, out)
		if stride == 2 {
			convolution(name+".0.downsample", 1, 1, in, out)
		}
		convolution(name+".0.conv2", 3, 1, out, out)
		convolution(name+".1.conv1", 3, 1, out, out)
		convolution(name+".1.conv2", 3, 1, out, out)
		in = out
	}
	layers["fc"] = shape{1, 512, 1000} // after the average pool
	return layers
}

func TestArchitecture(t *testing.T) {
	got := map[string]shape{}
	for _, k := range load(t).Workload.Kernels {
		got[k.Name] = shape{k.L, k.N, k.M}
	}
	if diff := cmp.Diff(architecture(), got); diff != "" {
		t.Errorf("kernels (-table 1 +config):\n%s", diff)
	}
}

// The README's figures of copies and of a pipeline.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	const copies, pipeline = "machine.isaac.chip.replication=balance", "machine.isaac.chip.execution=pipeline"
	for _, test := range []struct {
		sets []string
		want string // images a second, mJ an image
	}{
		{nil, "41.3 253"},
		{[]string{pipeline}, "99.6 106"},
		{[]string{copies}, "2060 6.44"},
		{[]string{copies, pipeline}, "38,300 1.66"},
	} {
		cfg, err := configs.Load("resnet18.toml", test.sets)
		if err != nil {
			t.Fatal(err)
		}
		result, err := system.Run(context.Background(), cfg, system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := report.Text(&text, result); err != nil {
			t.Fatal(err)
		}
		rate, joules, _ := strings.Cut(test.want, " ")
		for row, figure := range map[string]string{"throughput +inferences/s": rate, "energy per inference +mJ": joules} {
			if !regexp.MustCompile(row + " +" + regexp.QuoteMeta(figure) + "\n").MatchString(text.String()) {
				t.Errorf("%v: no %s in %q", test.sets, figure, row)
			}
		}
		if !bytes.Contains(readme, []byte(rate)) {
			t.Errorf("the README does not say %s", rate)
		}
	}
}

func TestGolden(t *testing.T) {
	result, err := system.Run(context.Background(), load(t), system.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := report.Text(&got, result); err != nil {
		t.Fatal(err)
	}
	const golden = "resnet18.txt"
	if *update {
		if err := os.WriteFile(golden, got.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it):\n%s", golden, diff)
	}
}
