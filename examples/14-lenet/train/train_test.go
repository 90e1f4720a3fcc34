package main

import (
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"xbar/sim/workload/onnx"
)

// tiny is a network with all kinds of layers.
var tiny = plan{side: 8, filter: 3, channels: []int{2, 3}, widths: []int{5, 4}}

// The gradients of backward are the loss's difference quotients.
func TestGradient(t *testing.T) {
	p := tiny
	p.side = 12
	random := rand.New(rand.NewPCG(7, 0))
	net := newNet(p, random)
	for _, l := range net { // away from the ReLU's kink
		for j := range l.bias.value {
			l.bias.value[j] = float32(random.NormFloat64())
		}
	}
	labels := []uint8{0, 1, 2, 3, 1, 2}
	x := make([]float32, len(labels)*p.side*p.side)
	for i := range x {
		x[i] = random.Float32()
	}
	loss := func() float64 {
		_, loss := net.gradients(x, labels, len(labels))
		return loss
	}
	all, _ := net.gradients(x, labels, len(labels))
	const step = 1e-3
	for k, l := range net {
		for _, p := range []struct{ value, gradient []float32 }{{l.weights.value, all[k].weights}, {l.bias.value, all[k].bias}} {
			off := 0
			for i, value := range p.value {
				p.value[i] = value + step
				above := loss()
				p.value[i] = value - step
				below := loss()
				p.value[i] = value
				if want := (above - below) / (2 * step); math.Abs(want-float64(p.gradient[i])) > 2e-3*max(1, math.Abs(want)) {
					off++ // a kink of a ReLU or of a maximum lies within the step
				}
			}
			if off > len(p.value)/20 {
				t.Errorf("layer %d: %d of %d gradients are not the difference quotients", k, off, len(p.value))
			}
		}
	}
}

// bands are images of ten classes: each lights a band of rows, and the rest is noise.
func bands(n int) *dataset {
	random := rand.New(rand.NewPCG(3, 0))
	d := &dataset{pixels: make([]uint8, n*size), labels: make([]uint8, n)}
	for i := range n {
		class := random.IntN(10)
		d.labels[i] = uint8(class)
		for j := range d.image(i) {
			d.image(i)[j] = uint8(random.IntN(100))
			if j/side/2 == class {
				d.image(i)[j] += uint8(random.IntN(150))
			}
		}
	}
	return d
}

func TestTrainingIsDeterministic(t *testing.T) {
	data := bands(3 * batchSize)
	learn := func(processors int) []byte {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		return train(data, shape, 2, 1, func(int, float64) {}).encode("")
	}
	if one, four := learn(1), learn(4); !slices.Equal(one, four) {
		t.Error("the file depends on the number of processors")
	}
}

// What the file computes is what was trained.
func TestFile(t *testing.T) {
	data := bands(6 * batchSize)
	net := train(data, shape, 4, 1, func(int, float64) {})
	chain, err := onnx.ReadChain(net.encode("test"), nil)
	if err != nil {
		t.Fatal(err)
	}
	x, labels := data.batch([]int{0, 1, 2, 3}, make([]bool, 4))
	for i := range labels {
		image := x[i*size:][:size]
		want := image
		for _, l := range net {
			want = l.forward(want).pooled
		}
		for j, y := range chain.Forward(image, nil) {
			if math.Abs(float64(y-want[j])) > 1e-4*max(1, math.Abs(float64(want[j]))) {
				t.Fatalf("image %d, output %d: %g, trained as %g", i, j, y, want[j])
			}
		}
	}
}

func TestNoDataSet(t *testing.T) {
	err := run(os.Stderr, t.TempDir(), filepath.Join(t.TempDir(), "x.onnx"), 1, 1)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "dataset-fashion-mnist") {
		t.Error(err)
	}
}

// The committed model finds as many classes as the README says: of the 1,000 images
// that are committed, and of all 10,000.
func TestCommittedModel(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	says := strings.Join(strings.Fields(string(text)), " ")
	if !strings.Contains(says, "9,070 of the 10,000 test images of Fashion-MNIST, and of 910 of the first 1,000") {
		t.Error("the README says otherwise")
	}
	const model, ofExtract, ofAll = "../model/lenet.onnx", 910, 9070
	folder := filepath.Join("..", "..", "01-fashion-mlp", "data")
	extract, err := read(filepath.Join(folder, "images.idx.gz"), filepath.Join(folder, "labels.idx.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if right, err := score(model, extract); err != nil || right != ofExtract {
		t.Errorf("%d of the extract (%v), want %d", right, err, ofExtract)
	}
	if testing.Short() {
		return
	}
	test, err := load("/usr/share/datasets/fashion-mnist", "t10k")
	if err != nil {
		t.Skip("Debian's dataset-fashion-mnist is not installed: ", err)
	}
	if right, err := score(model, test); err != nil || right != ofAll {
		t.Errorf("%d of all (%v), want %d", right, err, ofAll)
	}
}
