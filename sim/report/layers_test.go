package report_test

import (
	"strings"
	"testing"

	"xbar/sim/report"
	"xbar/sim/workload"
)

// Bits that a file knows, and operators that nobody does.
func TestLayers(t *testing.T) {
	r := report.NewLayers("net.onnx", &workload.Network{
		Layers: []workload.Layer{
			{Name: "a", L: 2, N: 3, M: 4, Groups: 1, InputBits: 8, WeightBits: 4, SignedInput: true},
			{Name: "b", L: 2, N: 3, M: 4, Groups: 5, WeightBits: 1, Dynamic: true},
		},
		Operators: []workload.Operator{
			{Name: "Relu", Nodes: 2, Elements: 8, Operations: 8},
			{Name: "own.Strange", Nodes: 3, Elements: 4, Unknown: true, Unsized: 1, Weights: 1000},
		},
		Remarks: []string{"a batch of 1"},
	})
	var text, toml strings.Builder
	if err := report.LayersText(&text, r); err != nil {
		t.Fatal(err)
	}
	if err := report.LayersTOML(&toml, r); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"static, 8×4 bits\n", "dynamic, weights of 1 bit\n", "• a batch of 1\n",
		"  Relu             2         8           8\n",
		"  own.Strange      3         4           ?  unknown, 1000 weights, 1 of unknown size\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, &text)
		}
	}
	want := `# net.onnx: 144 MACs, 12 weights
[workload]
kernel = [
  { name = "a", L = 2, N = 3, M = 4, input_bits = 8, weight_bits = 4, signed_input = true },
  { name = "b", L = 2, N = 3, M = 4, groups = 5, dynamic = true, weight_bits = 1 },
]
`
	if toml.String() != want {
		t.Errorf("%s", &toml)
	}
}
