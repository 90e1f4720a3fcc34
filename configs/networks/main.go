// Networks derives the library's networks from what their publications say of
// them, and writes a TOML file for each: go generate ./configs.
//
//	convolution   L = ((H + 2·p − k)/s + 1)², N = k²·C/g, M = F/g in g groups
//	linear        L positions, N inputs, M outputs
//	attention     Q·Kᵀ and A·V: a group a head, W an activation
//
// What is computed beside is counted with the layer before it, in steps of
// arithmetic for an element as the ONNX importer counts them:
//
//	pooling of k×k                  k² for each that comes out
//	residual sum                    1, of two operands
//	softmax                         5: maximum, difference, exponential, sum, quotient
//	layer normalisation             7: sum, difference, square, sum, product with 1/σ, scale, offset
//	local response normalisation    14 over five channels: squares, their sums and 4 more
//	GELU                            1, on the way; ReLU is a clamp of the activation
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"xbar/sim/workload"
)

func main() {
	folder := "networks"
	if len(os.Args) > 1 {
		folder = os.Args[1]
	}
	for _, n := range networks() {
		if err := os.WriteFile(filepath.Join(folder, n.name+".toml"), n.toml(), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// network is a file of the library as it is derived.
type network struct {
	name, title, source string
	kernels             []kernel

	size, channels int64          // of what the last layer put out: an image of size², or so many vectors
	pooled         *workload.Side // the pooling that gave it of the layer's own output; nil: none
}

type kernel struct {
	name            string
	l, n, m, groups int64
	dynamic         bool
	cache           string

	window                        workload.Window
	operations, operands, results int64
}

func networks() []*network {
	return []*network{
		alexNet(), vgg16(), resNet18(), resNet50(), mobileNetV1(), yoloV3Tiny(), vitB16(),
		bertBase("bert-base-128", 128), bertBase("bert-base-384", 384), gpt2Prefill(), gpt2Decode(),
	}
}

func (n *network) add(k kernel) {
	n.kernels = append(n.kernels, k)
	n.pooled = nil
}

// conv adds a convolution of k×k windows with so many filters, in groups.
func (n *network) conv(name string, filters, k, stride, pad, groups int64) {
	side := n.side(k, stride, pad)
	origin := side
	if n.pooled != nil {
		origin = side.Through(*n.pooled)
	}
	n.size = side.Windows
	n.add(kernel{
		name: name, l: n.size * n.size, n: k * k * n.channels / groups, m: filters / groups, groups: groups,
		window: workload.NewWindow([]workload.Side{side, side}, []workload.Side{origin, origin}, n.channels),
	})
	n.channels = filters
}

// side is how windows of k go along a side of the image.
func (n *network) side(k, stride, pad int64) workload.Side {
	return workload.Side{Size: n.size, Windows: (n.size+2*pad-k)/stride + 1, Reach: k, Stride: stride, Before: pad}
}

// beside adds steps of arithmetic behind the last layer, numbers that they read and
// those that they write.
func (n *network) beside(operations, operands, results int64) {
	last := &n.kernels[len(n.kernels)-1]
	last.operations += operations
	last.operands += operands
	last.results += results
}

// pool leaves of each side what windows of k, so far apart, give.
func (n *network) pool(k, stride, pad int64) {
	in := n.elements()
	side := n.side(k, stride, pad)
	n.size, n.pooled = side.Windows, &side
	out := n.elements()
	n.beside(k*k*out, in, out)
}

// linear adds a layer that takes all that there is, once.
func (n *network) linear(name string, outputs int64) {
	n.add(kernel{name: name, l: 1, n: n.size * n.size * n.channels, m: outputs, groups: 1})
	n.size, n.channels = 1, outputs
}

func (n *network) toml() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Written by go generate ./configs.\ntitle = %q\nsource = %q\nkernel = [\n", n.title, n.source)
	for _, k := range n.kernels {
		fmt.Fprintf(&b, "  { name = %q, L = %d, N = %d, M = %d", k.name, k.l, k.n, k.m)
		if k.groups > 1 {
			fmt.Fprintf(&b, ", groups = %d", k.groups)
		}
		if k.window.Inputs > 0 {
			fmt.Fprintf(&b, ", distinct_inputs = %d", k.window.Inputs)
		}
		if k.window.Ahead > 0 {
			fmt.Fprintf(&b, ", ahead = %d", k.window.Ahead)
		}
		if k.window.Behind > 0 {
			fmt.Fprintf(&b, ", behind = %d", k.window.Behind)
		}
		if k.dynamic {
			b.WriteString(", dynamic = true")
		}
		if k.cache != "" {
			fmt.Fprintf(&b, ", cache = %q", k.cache)
		}
		b.WriteString(", activation = true") // sums become inputs of 8 bits
		for _, beside := range []struct {
			key string
			n   int64
		}{{"operations", k.operations}, {"operands", k.operands}, {"results", k.results}} {
			if beside.n > 0 {
				fmt.Fprintf(&b, ", %s = %d", beside.key, beside.n)
			}
		}
		b.WriteString(" },\n")
	}
	b.WriteString("]\n")
	return b.Bytes()
}
