package configs

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"

	"xbar/sim/workload"
)

//go:generate go run ./networks

// networkKind is the kind of the library's networks among its presets.
const networkKind = "network"

// IsNetwork says whether a kind of preset is a network, for [workload].
func IsNetwork(kind string) bool { return kind == networkKind }

// networkFile is a network of the library.
type networkFile struct {
	Title   string `toml:"title"`
	Source  string `toml:"source"`
	Kernels []struct {
		Name       string `toml:"name"`
		L          int64  `toml:"L"`
		N          int64  `toml:"N"`
		M          int64  `toml:"M"`
		Groups     int64  `toml:"groups"`
		Dynamic    bool   `toml:"dynamic"`
		Cache      string `toml:"cache"`
		Activation bool   `toml:"activation"`
		Distinct   int64  `toml:"distinct_inputs"`
		Ahead      int64  `toml:"ahead"`
		Behind     int64  `toml:"behind"`
		Operations int64  `toml:"operations"`
		Operands   int64  `toml:"operands"`
		Results    int64  `toml:"results"`
	} `toml:"kernel"`
}

func readNetwork(library fs.FS, name string) ([]byte, bool) {
	if strings.ContainsAny(name, `/\`) {
		return nil, false
	}
	content, err := fs.ReadFile(library, "networks/"+name+".toml")
	return content, err == nil
}

// listNetworks lists the library's networks by name.
func listNetworks(library fs.FS) (all []PresetInfo) {
	paths, _ := fs.Glob(library, "networks/*.toml") // fails on a bad pattern only
	for _, path := range paths {
		name := strings.TrimSuffix(strings.TrimPrefix(path, "networks/"), ".toml")
		content, _ := readNetwork(library, name)
		all = append(all, PresetInfo{name, networkKind, decodeNetwork(name, content).Title})
	}
	slices.SortFunc(all, func(a, b PresetInfo) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func networkNames(library fs.FS) (names []string) {
	for _, p := range listNetworks(library) {
		names = append(names, p.Name)
	}
	return names
}

// decodeNetwork panics on a file that is not a network: all of them are the
// library's own.
func decodeNetwork(name string, content []byte) (n networkFile) {
	meta, err := toml.Decode(string(content), &n)
	if err == nil && len(meta.Undecoded()) > 0 {
		err = fmt.Errorf("unknown key %s", meta.Undecoded()[0])
	}
	if err != nil {
		panic("configs: network " + name + ": " + err.Error())
	}
	return n
}

// shipped is a network of the library.
func shipped(library fs.FS, name string) (*workload.Network, bool) {
	content, ok := readNetwork(library, name)
	if !ok {
		return nil, false
	}
	file := decodeNetwork(name, content)
	n := &workload.Network{Remarks: []string{file.Title, file.Source}}
	for _, k := range file.Kernels {
		n.Layers = append(n.Layers, workload.Layer{
			Name: k.Name, L: k.L, N: k.N, M: k.M, Groups: max(k.Groups, 1), Dynamic: k.Dynamic, Cache: workload.Cache(k.Cache), Activation: k.Activation,
			Window:     workload.Window{Inputs: k.Distinct, Ahead: k.Ahead, Behind: k.Behind},
			Operations: float64(k.Operations), Operands: float64(k.Operands), Results: float64(k.Results),
		})
	}
	return n, true
}

// network adds the kernels of a network of the library.
func (l *loader) network(d *decoder, w *Workload) {
	at := d.leaves["workload.preset"].at
	n, ok := shipped(l.library, w.Preset)
	if !ok {
		names := networkNames(l.library)
		d.errs.add(at, Error{
			Message:    fmt.Sprintf("there is no network %s in the library", quote(w.Preset)),
			Suggestion: Nearest(w.Preset, names), Allowed: strings.Join(names, ", "),
		})
		return
	}
	for i := range n.Layers {
		where := fmt.Sprintf("networks/%s.toml: %s", w.Preset, n.Layers[i].Name)
		d.addLayer(w, &n.Layers[i], leaf{at: at, origin: Origin{Where: where, Text: n.Layers[i].Name}})
	}
}
