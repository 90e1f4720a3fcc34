package onnx

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/attention.onnx")

// attention is a head over sequences of a length that goes by a name.
func attention() []byte {
	return new(net).input("x", tFloat, "batch", "sequence", 16).weights("w", tFloat, 16, 8).weights("u", tFloat, 8, 16).
		declare("s", tFloat, "batch", "sequence", "sequence").declare("past", tFloat, "past + sequence").
		node("MatMul x w -> q").node("Transpose q -> k", list("perm", 0, 2, 1)).node("MatMul q k -> s").node("Softmax s -> p").
		node("MatMul p q -> a").node("MatMul a u -> y").file()
}

// Dimensions that go by a name have the sizes that are given; the first of an input
// has one where none is.
func TestNamedDimensions(t *testing.T) {
	for _, c := range []struct {
		sizes         map[string]int64
		layers, notes string
	}{
		{map[string]int64{"sequence": 5}, "q 5×16×8; s 1·5×8×5; a 1·5×5×8; y 5×8×16",
			`dimension 0 of input "x", "batch", is taken as 1 (import --dim "batch=SIZE" or workload.dims gives it a size); dimension 1 of input "x", "sequence", is 5, as given`},
		{map[string]int64{"sequence": 128, "batch": 3, "past + sequence": 9}, "q 384×16×8; s 3·128×8×128; a 3·128×128×8; y 384×8×16",
			`dimension 0 of input "x", "batch", is 3, as given; dimension 1 of input "x", "sequence", is 128, as given`},
	} {
		network, err := Read(attention(), c.sizes)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range network.Layers {
			text := fmt.Sprintf("%s %d×%d×%d", l.Name, l.L, l.N, l.M)
			if l.Dynamic {
				text = fmt.Sprintf("%s %d·%d×%d×%d", l.Name, l.Groups, l.L, l.N, l.M)
			}
			got = append(got, text)
		}
		if layers, notes := strings.Join(got, "; "), strings.Join(network.Remarks, "; "); layers != c.layers || notes != c.notes {
			t.Errorf("%v: %s\n%s", c.sizes, layers, notes)
		}
	}
}

func TestUnknownDimensions(t *testing.T) {
	_, err := Read(attention(), map[string]int64{"sequence": 5, "seqence": 6})
	unknown := (*UnknownDim)(nil)
	const want = `the model has no dimension "seqence": it has "batch", "sequence", "past + sequence"`
	if !errors.As(err, &unknown) || err.Error() != want {
		t.Errorf("%v", err)
	}
	_, err = Read(new(net).input("x", tFloat, 5, 16).weights("w", tFloat, 16, 8).node("MatMul x w -> y").file(), map[string]int64{"batch": 2})
	if err == nil || err.Error() != `the model has no dimension "batch": none of its dimensions goes by a name` {
		t.Errorf("%v", err)
	}
}

// The file that other tests read.
func TestAttentionFile(t *testing.T) {
	const name = "testdata/attention.onnx"
	if *update {
		if err := os.WriteFile(name, attention(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, attention()) {
		t.Errorf("%s is another model, or none (go test -update writes it): %v", name, err)
	}
}
