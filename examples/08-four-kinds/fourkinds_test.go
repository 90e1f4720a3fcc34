package fourkinds

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"xbar/configs"
	"xbar/sim/system"
)

func load(t *testing.T, path string, sets ...string) *configs.Config {
	t.Helper()
	cfg, err := configs.Load(path, sets)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// torchvision's resnet50 has 25,557,032 parameters and 4.09 GMACs at 224×224.
// Without 53,120 of batch normalisation and the 1,000 biases of fc they are the
// weights here.
func TestPublishedCounts(t *testing.T) {
	var macs, weights int64
	for _, k := range load(t, "resnet50.toml").Workload.Kernels {
		macs += k.L * k.N * k.M
		weights += k.N * k.M
	}
	if macs != 4_089_184_256 {
		t.Errorf("%d MACs, published 4.09 G", macs)
	}
	if weights != 25_557_032-53_120-1_000 {
		t.Errorf("%d weights, published 25,502,912", weights)
	}
}

// shape is Y[L×M] = X[L×N]·W[N×M].
type shape struct{ L, N, M int64 }

// architecture is table 1 of He et al. as matrix products. The first block of a
// stage halves the image: in its 3×3, as torchvision has it, or in its first
// 1×1, as the paper has it.
func architecture(early bool) map[string]shape {
	layers := map[string]shape{}
	size := int64(224) // of the image, in pixels each way
	convolution := func(name string, window, stride, in, out int64) {
		size /= stride
		layers[name] = shape{size * size, window * window * in, out}
	}
	convolution("conv1", 7, 2, 3, 64)
	size /= 2 // max pool
	in := int64(64)
	for stage, blocks := range []int{3, 4, 6, 3} {
		width := int64(64) << stage
		for block := range blocks {
			first, second := int64(1), int64(1)
			if stage > 0 && block == 0 {
				first, second = 1, 2
				if early {
					first, second = 2, 1
				}
			}
			name := fmt.Sprintf("layer%d.%d.", stage+1, block)
			convolution(name+"conv1", 1, first, in, width)
			convolution(name+"conv2", 3, second, width, width)
			convolution(name+"conv3", 1, 1, width, 4*width)
			if block == 0 {
				convolution(name+"downsample", 1, 1, in, 4*width)
			}
			in = 4 * width
		}
	}
	layers["fc"] = shape{1, 2048, 1000} // after the average pool
	return layers
}

func TestArchitecture(t *testing.T) {
	got := map[string]shape{}
	for _, k := range load(t, "resnet50.toml").Workload.Kernels {
		got[k.Name] = shape{k.L, k.N, k.M}
	}
	if diff := cmp.Diff(architecture(false), got); diff != "" {
		t.Errorf("kernels (-table 1 +config):\n%s", diff)
	}
	// He et al. count 3.8 G, which is what their own strides come to.
	var macs int64
	for _, s := range architecture(true) {
		macs += s.L * s.N * s.M
	}
	if macs < 3.8e9 || macs > 3.9e9 {
		t.Errorf("%d MACs with the strides of the paper, published 3.8 G", macs)
	}
}

// The other network and its machines are what they are said to be.
func TestSharesItsParts(t *testing.T) {
	kernels := func(path string) []configs.Kernel { return load(t, path).Workload.Kernels }
	if diff := cmp.Diff(kernels("../02-resnet18/resnet18.toml"), kernels("resnet18.toml")); diff != "" {
		t.Errorf("kernels (-examples/02 +this):\n%s", diff)
	}
	machines := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, after, _ := strings.Cut(string(text), "[[machine]]")
		return after
	}
	if diff := cmp.Diff(machines("resnet50.toml"), machines("resnet18.toml")); diff != "" {
		t.Errorf("machines (-resnet50 +resnet18):\n%s", diff)
	}
}

// A systolic array steps through the network cycle by cycle to what it finds
// chunk by chunk.
func TestStepIsBurst(t *testing.T) {
	found := func(granularity string) *system.Machine {
		cfg := load(t, "resnet50.toml", "machine.tpu.array.rows=128", "machine.tpu.array.cols=128", "granularity="+granularity)
		cfg.Machines = cfg.Machines[1:2]
		result, err := system.Run(context.Background(), cfg, system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return &result.Machines[0]
	}
	burst, step := found("burst"), found("step")
	if diff := cmp.Diff(burst, step, cmpopts.IgnoreFields(system.Machine{}, "Events")); diff != "" {
		t.Errorf("(-burst +step):\n%s", diff)
	}
	if step.Events < 100*burst.Events {
		t.Errorf("%d events step by step, %d in bursts", step.Events, burst.Events)
	}
}
