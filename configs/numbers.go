package configs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"xbar/sim/workload"
	"xbar/sim/workload/onnx"
)

// datasetsVariable is where data sets are looked for first: folders, in a list as the
// system writes them.
const datasetsVariable = "XBAR_DATASETS"

// datasetsFolder is where Debian's packages put them.
const datasetsFolder = "/usr/share/datasets"

// dataset puts the test half of an installed data set in the place of inputs and
// labels; where it is not installed, those stay.
func (l *loader) dataset(d *decoder, w *Workload) {
	if w.Dataset == "" {
		return
	}
	at := d.leaves["workload.dataset"].at
	if l.open == nil {
		d.errs.addf(at, "a data set is files, and here are none")
		return
	}
	folders := append(filepath.SplitList(os.Getenv(datasetsVariable)), datasetsFolder)
	for _, folder := range folders {
		folder, err := filepath.Abs(folder)
		if err != nil {
			continue
		}
		images := filepath.Join(folder, w.Dataset, "t10k-images-idx3-ubyte.gz")
		labels := filepath.Join(folder, w.Dataset, "t10k-labels-idx1-ubyte.gz")
		if exists(images) && exists(labels) {
			w.Inputs, w.Labels, w.Installed = images, labels, true
			return
		}
	}
	if w.Inputs == "" {
		d.errs.addf(at, "data set %s is in none of %s: install it (Debian has dataset-fashion-mnist), say in $%s where it is, or give inputs and labels to take instead",
			quote(w.Dataset), strings.Join(folders, ", "), datasetsVariable)
	}
}

func exists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// chain reads the weights of a model that has inputs, and fits its kernels to the
// numbers that flow through them.
func (l *loader) chain(d *decoder, w *Workload) {
	if w.Inputs == "" || w.ONNX == "" || l.open == nil || len(d.errs.found) > 0 {
		return
	}
	at := d.leaves["workload.onnx"].at
	chain, err := l.readChain(w)
	if list := (onnx.Errors)(nil); errors.As(err, &list) {
		for _, message := range list {
			d.errs.addf(at, "%s: %s; without inputs its sizes are read alone", quote(w.ONNX), message)
		}
		return
	}
	if err != nil {
		d.errs.addf(at, "%v", err)
		return
	}
	for k := range chain.Layers {
		kernel, layer := &w.Kernels[k], &chain.Layers[k]
		kernel.SignedInput = k > 0 && chain.Layers[k-1].Signed()
		kernel.Activation = true
		kernel.Operations = max(0, kernel.Operations-int64(layer.Clamps)) // the rescaling clamps
	}
	w.Chain = chain
}

func (l *loader) readChain(w *Workload) (*workload.Chain, error) {
	file, err := l.open.content("an ONNX model", w.ONNX, maxModel)
	if err != nil {
		return nil, err
	}
	chain, err := onnx.ReadChain(file, w.Dims)
	if err != nil {
		return nil, err
	}
	if len(chain.Layers) != len(w.Kernels) {
		return nil, fmt.Errorf("%s: %d layers with numbers and %d kernels", quote(w.ONNX), len(chain.Layers), len(w.Kernels))
	}
	return chain, nil
}
