package configs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"xbar/sim/workload"
	"xbar/sim/workload/onnx"
	"xbar/sim/workload/scalesim"
)

// maxModel is the largest ONNX file that is read; no message of protobuf is
// larger.
const maxModel = 2 << 30

// Import reads a network from a file of another program: an ONNX model if its
// name ends in .onnx, and otherwise a SCALE-Sim topology. Where there is no such
// file, it may be the name of one of the library's [Networks]. Sizes are those of a
// model's dimensions that go by a name. What is wrong in a topology comes as [Errors].
func Import(path string, sizes map[string]int64) (*workload.Network, error) {
	_, err := os.Stat(path)
	absent := errors.Is(err, fs.ErrNotExist)
	if !absent && strings.EqualFold(filepath.Ext(path), ".onnx") {
		network, err := readModel(path, sizes, readFile)
		if unknown := (*onnx.UnknownDim)(nil); errors.As(err, &unknown) {
			if near := Nearest(unknown.Name, unknown.Has); near != "" {
				err = fmt.Errorf("%w; did you mean %s?", err, quote(near))
			}
		}
		return network, err
	}
	if len(sizes) > 0 {
		return nil, fmt.Errorf("%s: sizes of dimensions are given, and only those of an ONNX model go by names", quote(path))
	}
	if absent {
		return importShipped(path)
	}
	doc, err := openTopology(path, readFile)
	if err != nil {
		return nil, err
	}
	errs := &collector{}
	layers := readTopology(doc, errs)
	return &workload.Network{Layers: layers}, errs.sorted()
}

// importShipped is a network of the library, or an error that names one.
func importShipped(name string) (*workload.Network, error) {
	if n, ok := shipped(embedded, name); ok {
		return n, nil
	}
	kind := "topology"
	if strings.EqualFold(filepath.Ext(name), ".onnx") {
		kind = "onnx"
	}
	err := fmt.Errorf("%s %s: no such file", kind, quote(name))
	if near := Nearest(name, networkNames(embedded)); near != "" {
		err = fmt.Errorf("%w; did you mean the library's %s?", err, quote(near))
	}
	return nil, err
}

// openFile reads no more than a byte over most, so that it can be seen that a
// file is too large.
type openFile func(path string, most int64) ([]byte, error)

// content is a file of the kind, or an error that says so.
func (open openFile) content(kind, path string, most int64) ([]byte, error) {
	text, err := open(path, most)
	if reason := (*fs.PathError)(nil); errors.As(err, &reason) {
		err = reason.Err
	}
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("larger than %d MiB: not %s", most>>20, kind)
	}
	return text, err
}

// readModel reads an ONNX model. An error may be an [onnx.UnknownDim].
func readModel(path string, sizes map[string]int64, open openFile) (*workload.Network, error) {
	file, err := open.content("an ONNX model", path, maxModel)
	if err != nil {
		return nil, fmt.Errorf("onnx %s: %w", quote(path), err)
	}
	network, err := onnx.Read(file, sizes)
	if err == nil && len(network.Layers) == 0 {
		err = errors.New("no layers: nothing in it multiplies inputs with a matrix")
	}
	if err != nil {
		return nil, fmt.Errorf("onnx %s: %w", quote(path), err)
	}
	return network, nil
}

func openTopology(path string, open openFile) (*document, error) {
	text, err := open.content("a topology", path, maxSize)
	if err != nil {
		return nil, fmt.Errorf("topology %s: %w", quote(path), err)
	}
	return newDocument(path, string(text)), nil
}

func readTopology(doc *document, errs *collector) []workload.Layer {
	layers, wrong := scalesim.Read(doc.text)
	for _, e := range wrong {
		errs.add(span{doc, e.Start, e.End}, Error{Message: e.Message, Allowed: e.Allowed})
	}
	return layers
}

// imports adds the kernels of the workload's topology, model or preset, unless it is
// refused for standing beside others.
func (l *loader) imports(d *decoder, w *Workload) {
	if len(w.Kernels) > 0 || w.Network != "" || w.Topology != "" && w.ONNX != "" || w.Preset != "" && w.Topology+w.ONNX != "" {
		return
	}
	switch {
	case w.Preset != "":
		l.network(d, w)
	case w.Topology != "":
		l.topology(d, w)
	case w.ONNX != "":
		l.onnx(d, w)
	}
}

func (l *loader) topology(d *decoder, w *Workload) {
	at := d.leaves["workload.topology"].at
	if l.open == nil {
		d.errs.addf(at, "a topology is a file, and here are none")
		return
	}
	doc, err := openTopology(w.Topology, l.open)
	if err != nil {
		d.errs.addf(at, "%v", err)
		return
	}
	doc.rank = 1
	for _, layer := range readTopology(doc, d.errs) {
		row := span{doc, layer.Start, layer.End}
		d.addLayer(w, &layer, leaf{at: row, origin: Origin{Where: row.where(), Text: layer.Name}})
	}
}

func (l *loader) onnx(d *decoder, w *Workload) {
	at := d.leaves["workload.onnx"].at
	if l.open == nil {
		d.errs.addf(at, "an ONNX model is a file, and here are none")
		return
	}
	network, err := readModel(w.ONNX, w.Dims, l.open)
	if unknown := (*onnx.UnknownDim)(nil); errors.As(err, &unknown) {
		d.errs.add(d.leaves["workload.dims."+unknown.Name].at, Error{
			Message:    fmt.Sprintf("%s has no dimension %s", quote(w.ONNX), quote(unknown.Name)),
			Suggestion: Nearest(unknown.Name, unknown.Has), Allowed: strings.Join(unknown.Has, ", "),
		})
		return
	}
	if list := (onnx.Errors)(nil); errors.As(err, &list) {
		for _, message := range list {
			d.errs.addf(at, "%s", message)
		}
		return
	}
	if err != nil {
		d.errs.addf(at, "%v", err)
		return
	}
	for i := range network.Layers {
		layer := &network.Layers[i]
		where := fmt.Sprintf("%s: bytes %d to %d", w.ONNX, layer.Start, layer.End)
		d.addLayer(w, layer, leaf{at: at, origin: Origin{Where: where, Text: layer.Name}})
	}
}

// beside is a number of what a layer computes beside its products.
func (d *decoder) beside(key string, n float64, layer *workload.Layer, from leaf) int64 {
	const most = 1_000_000_000_000
	if n > most {
		d.errs.addf(from.at, "layer %s: %s = %.3g; at most %d are simulated", quote(layer.Name), key, n, int64(most))
		return 0
	}
	return int64(n)
}

// addLayer adds a layer of a file as a kernel. Bits are those of the file, if it
// has them, or the workload's.
func (d *decoder) addLayer(w *Workload, layer *workload.Layer, from leaf) {
	path := element("workload.kernel", len(w.Kernels)) + "."
	w.Kernels = append(w.Kernels, Kernel{
		Name: layer.Name, L: layer.L, N: layer.N, M: layer.M, Groups: layer.Groups, Repeat: 1, Dynamic: layer.Dynamic, Cache: cmp.Or(string(layer.Cache), "none"), Activation: layer.Activation || w.Activation,
		InputBits: cmp.Or(layer.InputBits, w.InputBits, 8), WeightBits: cmp.Or(layer.WeightBits, w.WeightBits, 8), OutputBits: cmp.Or(w.OutputBits, 8),
		SignedInput: layer.SignedInput, SignedWeight: true,
		Distinct: layer.Window.Inputs, Ahead: layer.Window.Ahead, Behind: layer.Window.Behind,
		Operations: d.beside("operations", layer.Operations, layer, from),
		Operands:   d.beside("operands", layer.Operands, layer, from),
		Results:    d.beside("results", layer.Results, layer, from),
	})
	for _, key := range []string{"L", "N", "M", "groups", "distinct_inputs", "ahead", "behind", "dynamic", "cache", "activation", "operations", "operands", "results", "input_bits", "weight_bits"} {
		d.leaves[path+key] = from
	}
	if layer.InputBits == 0 {
		d.leaves[path+"input_bits"] = d.leaves["workload.input_bits"]
	}
	if layer.WeightBits == 0 {
		d.leaves[path+"weight_bits"] = d.leaves["workload.weight_bits"]
	}
}
