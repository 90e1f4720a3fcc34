package main

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/workload"
	"xbar/sim/workload/idx"
)

// The gradients of backward are the loss's difference quotients.
func TestGradient(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 0))
	net := newMLP([]int{5, 6, 4, 3}, random)
	for _, l := range net { // away from the ReLU's kink
		for j := range l.bias.value {
			l.bias.value[j] = float32(random.NormFloat64())
		}
	}
	x, labels := newMatrix(8, 5), []uint8{0, 1, 2, 0, 1, 2, 0, 1}
	for i := range x.Data {
		x.Data[i] = float32(random.NormFloat64())
	}
	loss := func() float64 {
		loss, _ := crossEntropy(net.forward(x)[len(net)-1], labels)
		return loss
	}
	outputs := net.forward(x)
	_, delta := crossEntropy(outputs[len(net)-1], labels)
	net.backward(x, outputs, delta)
	const step = 1e-3
	for k, l := range net {
		for _, p := range []parameters{l.weights, l.bias} {
			for i, value := range p.value {
				p.value[i] = value + step
				above := loss()
				p.value[i] = value - step
				below := loss()
				p.value[i] = value
				if want := (above - below) / (2 * step); math.Abs(want-float64(p.gradient[i])) > 1e-3 {
					t.Errorf("layer %d, parameter %d: gradient %g, difference quotient %g", k, i, p.gradient[i], want)
				}
			}
		}
	}
}

// blobs are images of ten classes: each class lights a band of rows of its
// own, the rest is noise.
func blobs(n int) *dataset {
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

// Widths and batch are large enough that gonum splits the products.
func TestTrainingIsDeterministic(t *testing.T) {
	data := blobs(2 * batchSize)
	learn := func(processors int) mlp {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
		return train(data, widths, 2, 1, func(int, float64) {})
	}
	one, four := learn(1), learn(4)
	for k := range one {
		if !slices.Equal(one[k].weights.value, four[k].weights.value) || !slices.Equal(one[k].bias.value, four[k].bias.value) {
			t.Errorf("layer %d depends on the number of processors", k)
		}
	}
}

func TestQuantisedNetwork(t *testing.T) {
	data := blobs(4 * batchSize)
	var losses []float64
	net := train(data, []int{size, 32, 16, 10}, 40, 1, func(_ int, loss float64) { losses = append(losses, loss) })
	if first, last := losses[0], losses[len(losses)-1]; last > first/4 {
		t.Errorf("the loss went from %g to %g only", first, last)
	}
	w := quantise(net, data)
	for k, l := range net {
		scale := float64(greatest(l.weights.value)) / weightLimit
		for i, x := range l.weights.value {
			if math.Abs(float64(x)-scale*float64(w.Values.Weights[k].Data[i])) > scale*0.5001 {
				t.Fatalf("layer %d, weight %d: %g became %d steps of %g", k, i, x, w.Values.Weights[k].Data[i], scale)
			}
		}
	}

	dir := t.TempDir()
	if err := data.write(dir); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "net.toml")
	if err := workload.SaveNetwork(path, "", w); err != nil {
		t.Fatal(err)
	}
	saved, err := workload.LoadNetwork(path, filepath.Join(dir, "images.idx.gz"), filepath.Join(dir, "labels.idx.gz"), 0)
	if err != nil {
		t.Fatal(err)
	}
	float, integer := net.correct(data), correct(saved)
	if float < data.len()*95/100 {
		t.Errorf("only %d of %d are right", float, data.len())
	}
	if math.Abs(float64(float-integer)) > 0.01*float64(data.len()) {
		t.Errorf("%d of %d are right in floats, %d in integers", float, data.len(), integer)
	}
}

func TestFixedPoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ratio := math.Exp2(rapid.Float64Range(-47, 14).Draw(t, "log2 ratio"))
		multiplier, shift := fixedPoint(ratio)
		if multiplier < 1<<14 || multiplier > 1<<15 {
			t.Errorf("multiplier %d", multiplier)
		}
		if got := math.Ldexp(float64(multiplier), -int(shift)); math.Abs(got/ratio-1) > 1.0/(1<<15) {
			t.Errorf("%g became %d / 2^%d", ratio, multiplier, shift)
		}
	})
}

// The committed extract is the data set's first test images.
func TestCommittedExtract(t *testing.T) {
	test, err := load("/usr/share/datasets/fashion-mnist", "t10k")
	if err != nil {
		t.Skip("Debian's dataset-fashion-mnist is not installed: ", err)
	}
	want := test.first(committedImages)
	images, err := idx.ReadFile[uint8](filepath.Join("..", "data", "images.idx.gz"))
	if err != nil {
		t.Fatal(err)
	}
	labels, err := idx.ReadFile[uint8](filepath.Join("..", "data", "labels.idx.gz"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(images.Data, want.pixels) || !slices.Equal(labels.Data, want.labels) {
		t.Error("images or labels differ")
	}
}
