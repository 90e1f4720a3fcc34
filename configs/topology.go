package configs

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"

	"xbar/sim/workload"
	"xbar/sim/workload/scalesim"
)

// Topology reads a SCALE-Sim topology. What is wrong in it comes as [Errors].
func Topology(path string) ([]workload.Layer, error) {
	doc, err := openTopology(path, readFile)
	if err != nil {
		return nil, err
	}
	errs := &collector{}
	layers := readTopology(doc, errs)
	return layers, errs.sorted()
}

func openTopology(path string, open func(path string) ([]byte, error)) (*document, error) {
	text, err := open(path)
	if reason := (*fs.PathError)(nil); errors.As(err, &reason) {
		err = reason.Err
	}
	if err == nil && len(text) > maxSize {
		err = fmt.Errorf("larger than %d MiB: not a topology", maxSize>>20)
	}
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

// topology adds the kernels of the workload's topology, unless it is refused
// for standing beside others.
func (l *loader) topology(d *decoder, w *Workload) {
	if w.Topology == "" || len(w.Kernels) > 0 || w.Network != "" {
		return
	}
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
	for i, layer := range readTopology(doc, d.errs) {
		w.Kernels = append(w.Kernels, Kernel{
			Name: layer.Name, L: layer.L, N: layer.N, M: layer.M, Repeat: layer.Repeat, Dynamic: layer.Dynamic, SignedWeight: true,
			InputBits: cmp.Or(w.InputBits, 8), WeightBits: cmp.Or(w.WeightBits, 8), OutputBits: cmp.Or(w.OutputBits, 8),
		})
		row := span{doc, layer.Start, layer.End}
		path := element("workload.kernel", i) + "."
		for _, size := range []string{"L", "N", "M"} {
			d.leaves[path+size] = leaf{row, Origin{Where: row.where(), Text: layer.Name}}
		}
		for _, width := range []string{"input_bits", "weight_bits"} {
			d.leaves[path+width] = d.leaves["workload."+width]
		}
	}
}
