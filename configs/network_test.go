package configs

import (
	"math"
	"slices"
	"strings"
	"testing"

	"xbar/sim/workload"
)

// published is what a network's authors, or who ships it, count.
type published struct {
	layers       int
	macs, within float64 // as far as digits are given
	only         string  // layers that the MACs are of; "": all
	parameters   float64
	others       func(layers []workload.Layer) float64 // parameters that are no weights of a product
}

// outputs adds up the outputs of static layers, without or only with those named.
func outputs(layers []workload.Layer, named bool, names ...string) (sum float64) {
	for _, l := range layers {
		if !l.Dynamic && slices.Contains(names, l.Name) == named {
			sum += float64(l.M * l.Groups)
		}
	}
	return sum
}

// biases is one for every output.
func biases(layers []workload.Layer) float64 { return outputs(layers, false) }

func biasesBut(names ...string) func([]workload.Layer) float64 {
	return func(layers []workload.Layer) float64 { return outputs(layers, false, names...) }
}

// normalisedBut is a scale and a shift for every output but those of some layers,
// which have a bias.
func normalisedBut(names ...string) func([]workload.Layer) float64 {
	return func(layers []workload.Layer) float64 {
		return 2*outputs(layers, false, names...) + outputs(layers, true, names...)
	}
}

var normalised = normalisedBut("fc")

// transformer is biases, two normalisations of 768 in each of 12 blocks and so
// many other parameters.
func transformer(others float64, biases func([]workload.Layer) float64) func([]workload.Layer) float64 {
	return func(layers []workload.Layer) float64 { return others + 12*2*2*768 + biases(layers) }
}

// Every shipped network has as many MACs as are published of it, to the digits
// given, and its weights and the parameters beside them make the published number
// to the last one. No MACs are published of GPT-2 and of BERT over 384 tokens: theirs
// are worked out by hand.
func TestNetworksArePublished(t *testing.T) {
	const bert = (30522+512+2+2)*768 + 768*768 + 768 // words, places, segments, a normalisation and the pooler
	const block = 12 * 768 * 768                     // weights
	for name, want := range map[string]published{
		// Caffe's file has 60,965,224 of the paper's 60 million
		"alexnet":      {layers: 8, macs: 666e6, within: 0.5e6, only: "conv", parameters: 60965224, others: biases},
		"vgg-16":       {layers: 16, macs: 15.47e9, within: 5e6, parameters: 138357544, others: biases},
		"resnet-18":    {layers: 21, macs: 1.814e9, within: 0.5e6, parameters: 11689512, others: normalised},
		"resnet-50":    {layers: 54, macs: 4.089e9, within: 0.5e6, parameters: 25557032, others: normalised},
		"mobilenet-v1": {layers: 28, macs: 569e6, within: 0.5e6, parameters: 4231976, others: normalised}, // those trained in Keras
		"yolov3-tiny":  {layers: 13, macs: 5.56e9 / 2, within: 5e6, parameters: 8852366, others: normalisedBut("conv15", "conv22")},
		// a class token, places and a last normalisation
		"vit-b-16": {layers: 74, macs: 17.564e9, within: 0.5e6, parameters: 86567656, others: transformer((1+197+2)*768, biases)},
		// 22.5 G operations, softmax and such among them
		"bert-base-128": {layers: 72, macs: 22.5e9 / 2, within: 0.1e9, parameters: 109482240, others: transformer(bert, biases)},
		"bert-base-384": {layers: 72, macs: 12 * 384 * (block + 2*384*768), parameters: 109482240, others: transformer(bert, biases)},
		// places and a last normalisation; the head is the embedding and has no bias
		"gpt2-small-prefill": {layers: 73, macs: 12*1024*(block+2*1024*768) + 768*50257, parameters: 124439808, others: transformer((1024+2)*768, biasesBut("head"))},
		"gpt2-small-decode":  {layers: 73, macs: 12*(block+2*1024*768) + 768*50257, parameters: 124439808, others: transformer((1024+2)*768, biasesBut("head"))},
	} {
		n, err := Import(name, nil)
		if err != nil {
			t.Fatal(err)
		}
		var macs, weights float64
		for i := range n.Layers {
			if l := &n.Layers[i]; strings.HasPrefix(l.Name, want.only) {
				macs += l.MACs()
			}
			weights += n.Layers[i].Weights()
		}
		if len(n.Layers) != want.layers || math.Abs(macs-want.macs) > want.within {
			t.Errorf("%s: %d layers of %.0f MACs, published %d and %.4g", name, len(n.Layers), macs, want.layers, want.macs)
		}
		if all := weights + want.others(n.Layers); all != want.parameters {
			t.Errorf("%s: %.0f weights and %.0f parameters, published %.0f", name, weights, all, want.parameters)
		}
	}
	if n := len(Networks()); n != 11 {
		t.Errorf("%d networks", n)
	}
}

// The windows of a network that PyTorch exported are those of the library's, which
// are derived another way.
func TestWindowsOfResNet18AreThoseOfItsModel(t *testing.T) {
	library, err := Import("resnet-18", nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := Import("../sim/workload/onnx/testdata/exported/resnet18.onnx", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range model.Layers {
		if want := library.Layers[i].Window; l.Window != want {
			t.Errorf("%s: %+v, %s has %+v", l.Name, l.Window, library.Layers[i].Name, want)
		}
	}
}
