// Command train makes the network of this example: it trains a multi-layer
// perceptron on Fashion-MNIST and puts it into integers.
//
//	float:   y = max(0, x·W + b)
//	integer: y = clamp((x·W + bias)·multiplier / 2^shift, 0, 255)
//
// Weights are int8, activations uint8, biases int32. The same seed gives the
// same files on one architecture, whatever the number of processors: gonum
// computes each block of a product in one order.
//
// It reads the four files of the data set as they are distributed (Debian:
// dataset-fashion-mnist), and writes model/ and the first test images with
// their labels to data/, below the folder that -out names.
//
//	go run ./examples/01-fashion-mlp/train
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"xbar/sim/workload"
)

// On arrays of 128×128 cells of two bits, 32 weights of eight bits to a row,
// these widths take 7·8 + 2·4 + 1·1 = 65 arrays.
var widths = []int{size, 256, 128, 10}

const (
	calibrationImages = 10_000
	committedImages   = 1_000
)

func main() {
	log.SetFlags(0)
	data := flag.String("data", "/usr/share/datasets/fashion-mnist", "folder of the data set's gzipped IDX files")
	out := flag.String("out", "examples/01-fashion-mlp", "folder of this example")
	seed := flag.Uint64("seed", 1, "of the first weights and the order of the images")
	flag.Parse()
	if err := run(os.Stdout, *data, *out, *seed); err != nil {
		log.Fatal(err)
	}
}

func run(report io.Writer, data, out string, seed uint64) error {
	training, err := load(data, "train")
	if err != nil {
		return err
	}
	test, err := load(data, "t10k")
	if err != nil {
		return err
	}
	net := train(training, widths, epochs, seed, func(epoch int, loss float64) {
		log.Printf("epoch %2d: loss %.4f", epoch, loss)
	})
	float := net.correct(test)
	fmt.Fprintf(report, "float: %d of %d test images, %.2f %%\n", float, test.len(), percent(float, test.len()))

	model := filepath.Join(out, "model", "net.toml")
	if err := os.MkdirAll(filepath.Dir(model), 0o755); err != nil {
		return err
	}
	if err := workload.SaveNetwork(model, "Fashion-MNIST, 784-256-128-10", quantise(net, training.first(calibrationImages))); err != nil {
		return err
	}
	// What counts is what the files say.
	saved, err := workload.LoadNetwork(model, imageFile(data, "t10k"), labelFile(data, "t10k"), 0)
	if err != nil {
		return err
	}
	integer := correct(saved)
	fmt.Fprintf(report, "int8:  %d of %d test images, %.2f %%\n", integer, test.len(), percent(integer, test.len()))

	images := filepath.Join(out, "data")
	if err := os.MkdirAll(images, 0o755); err != nil {
		return err
	}
	return test.first(committedImages).write(images)
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(whole) }
