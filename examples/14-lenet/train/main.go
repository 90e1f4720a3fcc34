// Command train makes the network of this example: it trains a small convolutional
// network on Fashion-MNIST, in the manner of LeNet-5 (Y. LeCun, L. Bottou, Y. Bengio and
// P. Haffner, "Gradient-based learning applied to document recognition", Proc. IEEE
// 1998), and writes it as an ONNX model with its weights.
//
//	28×28 – conv 5×5, ReLU, max pool 2×2 – conv 5×5, ReLU, max pool 2×2 – 64, ReLU – 10
//
// A batch is cut into parts that do not depend on the number of processors, and their
// gradients are added in one order: the same seed gives the same file on one
// architecture.
//
// It reads the four files of the data set as they are distributed (Debian:
// dataset-fashion-mnist).
//
//	go run ./examples/14-lenet/train
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log"
	"math"
	"os"
	"path/filepath"
	"time"

	"xbar/sim/workload"
	"xbar/sim/workload/onnx"
)

func main() {
	log.SetFlags(0)
	data := flag.String("data", "/usr/share/datasets/fashion-mnist", "folder of the data set's gzipped IDX files")
	out := flag.String("out", "examples/14-lenet/model/lenet.onnx", "the model")
	seed := flag.Uint64("seed", 1, "of the first weights and the order of the images")
	passes := flag.Int("epochs", epochs, "passes over the training images")
	flag.Parse()
	if err := run(os.Stdout, *data, *out, *seed, *passes); err != nil {
		log.Fatal(err)
	}
}

func run(report io.Writer, data, out string, seed uint64, epochs int) error {
	training, err := load(data, "train")
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("Fashion-MNIST is not in %s: install Debian's dataset-fashion-mnist, or give -data the folder of its four .gz files (%w)", data, err)
	}
	if err != nil {
		return err
	}
	test, err := load(data, "t10k")
	if err != nil {
		return err
	}
	began := time.Now()
	net := train(training, shape, epochs, seed, func(epoch int, loss float64) {
		log.Printf("epoch %2d: loss %.4f, %v", epoch, loss, time.Since(began).Round(time.Second))
	})
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(out, net.encode("Fashion-MNIST, trained by examples/14-lenet/train"), 0o644); err != nil {
		return err
	}
	// What counts is what the file says.
	right, err := score(out, test)
	if err != nil {
		return err
	}
	fmt.Fprintf(report, "%d parameters; %d of %d test images, %.2f %%\n", net.parameters(), right, test.len(), 100*float64(right)/float64(test.len()))
	return nil
}

// score counts the images of which a model's file finds the class, in real numbers.
func score(path string, test *dataset) (right int, err error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	chain, err := onnx.ReadChain(file, nil)
	if err != nil {
		return 0, err
	}
	pixels := make([]int32, size)
	for i, label := range test.labels {
		for j, x := range test.image(i) {
			pixels[j] = int32(x)
		}
		if argmax(chain.Forward(workload.Pixels(pixels, 1./math.MaxUint8), nil)) == int(label) {
			right++
		}
	}
	return right, nil
}
