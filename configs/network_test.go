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

// Layer by layer, YOLOv3-tiny is darknet's cfg/yolov3-tiny.cfg (farhang760/darknet at
// 9a1ebe2), and its first eight convolutions take the operations that darknet prints of
// them at 608×608 (junxnone/aiwiki, issue 52).
func TestYOLOIsDarknets(t *testing.T) {
	n, err := Import("yolov3-tiny", nil)
	if err != nil {
		t.Fatal(err)
	}
	all := []struct {
		name                     string
		side, k, inputs, filters int64
		giga                     float64 // operations; 0: not at hand
	}{
		{"conv0", 416, 3, 3, 16, 0.319}, {"conv2", 208, 3, 16, 32, 0.852}, {"conv4", 104, 3, 32, 64, 0.852},
		{"conv6", 52, 3, 64, 128, 0.852}, {"conv8", 26, 3, 128, 256, 0.852}, {"conv10", 13, 3, 256, 512, 0.852},
		{"conv12", 13, 3, 512, 1024, 3.407}, {"conv13", 13, 1, 1024, 256, 0.189}, {"conv14", 13, 3, 256, 512, 0},
		{"conv15", 13, 1, 512, 255, 0}, {"conv18", 13, 1, 256, 128, 0}, {"conv21", 26, 3, 128 + 256, 256, 0}, {"conv22", 26, 1, 256, 255, 0},
	}
	normalised := 0.0
	for i, want := range all {
		l := n.Layers[i]
		if l.Name != want.name || l.L != want.side*want.side || l.N != want.k*want.k*want.inputs || l.M != want.filters {
			t.Errorf("%s: %d×%d×%d, in the file %+v", l.Name, l.L, l.N, l.M, want)
		}
		if giga := 2 * l.MACs() * 608 * 608 / 416 / 416 / 1e9; want.giga > 0 && math.Abs(giga-want.giga) > 0.0005 {
			t.Errorf("%s: %.4f G operations at 608×608, darknet prints %.3f", l.Name, giga, want.giga)
		}
		if want.filters != 255 {
			normalised += float64(want.filters)
		}
	}
	if parameters := 8852366 + 2*normalised; math.Round(parameters/1e4) != 886 {
		t.Errorf("%.0f parameters with means and variances, darknet has 8.86 M", parameters)
	}
}
