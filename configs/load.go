package configs

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
)

// Load reads the study in a file and applies --set arguments. Paths in it
// (workload.network, inputs, labels, topology, onnx, a preset that is a file) are
// relative to the file's folder, however they were set; the result holds them resolved.
// What is wrong with the study comes as [Errors].
func Load(path string, sets []string) (*Config, error) {
	text, err := readFile(path, maxSize)
	if err != nil {
		return nil, err
	}
	config, err := Parse(path, text, sets, besides(path))
	if err != nil {
		return nil, err
	}
	config.resolve(filepath.Dir(path))
	return config, nil
}

// besides reads files whose paths are relative to another file's folder.
func besides(path string) openFile {
	folder := filepath.Dir(path)
	return func(file string, most int64) ([]byte, error) { return readFile(resolve(folder, file), most) }
}

// resolve makes paths relative to a folder those that the files are found under.
func (c *Config) resolve(folder string) {
	w := &c.Workload
	for _, p := range []*string{&w.Network, &w.Inputs, &w.Labels, &w.Topology, &w.ONNX} {
		*p = resolve(folder, *p)
	}
}

func resolve(folder, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// readFile is an [openFile]. What it returns is read once, into a buffer of its
// size: a model's weights may be large.
func readFile(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var content bytes.Buffer
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		content.Grow(int(min(info.Size(), most)) + bytes.MinRead)
	}
	if _, err := content.ReadFrom(io.LimitReader(file, most+1)); err != nil {
		return nil, err
	}
	return content.Bytes(), nil
}

// Parse reads a study from memory; name stands for it in errors. Arguments
// sets are key.path=value, as --set takes them. A topology, a
// model, and a preset that is a file ("mine.toml"), are read with open, which may
// be nil and may stop at a byte more than most. What is wrong with the study comes
// as [Errors].
func Parse(name string, text []byte, sets []string, open func(path string, most int64) ([]byte, error)) (*Config, error) {
	l := loader{errs: &collector{}, open: open, library: embedded, presets: map[string]*node{}}
	return l.load(name, text, sets)
}

type loader struct {
	errs    *collector
	open    openFile
	library fs.FS
	presets map[string]*node // read so far; nil: refused
}

func (l *loader) load(name string, text []byte, sets []string) (*Config, error) {
	root := read(newDocument(name, string(text)), l.errs)
	return l.config(root, sets)
}

// config makes one of a tree, which it changes.
func (l *loader) config(root *node, sets []string) (*Config, error) {
	settings := parseSettings(sets, l.errs)
	if err := l.errs.sorted(); err != nil {
		return nil, err
	}
	l.layer(root, settings)
	return l.decode(root)
}

// decode makes a config of a tree on which all layers lie.
func (l *loader) decode(root *node) (*Config, error) {
	config := &Config{}
	d := decoder{errs: l.errs, top: schema, leaves: map[string]leaf{}}
	d.table(schema, reflect.ValueOf(config).Elem(), root, "")
	l.dataset(&d, &config.Workload)
	l.imports(&d, &config.Workload)
	l.chain(&d, &config.Workload)
	config.Provenance = make(map[string]Origin, len(d.leaves))
	for key, l := range d.leaves {
		config.Provenance[key] = l.origin
	}
	d.check(config, root)
	if err := l.errs.sorted(); err != nil {
		return nil, err
	}
	return config, nil
}

// maxMachines keeps a slip in a generated study from costing minutes.
const maxMachines = 1000

// layer lays file over presets and settings over both.
func (l *loader) layer(root *node, settings []setting) {
	if l.underneath(root, settings) {
		l.above(root, settings)
	}
}

// underneath lays presets under a file; it reports whether there is a study to go on
// with.
func (l *loader) underneath(root *node, settings []setting) bool {
	for _, s := range settings {
		if s.forPreset() {
			s.apply(root, s.steps, l.errs)
		}
	}
	normalise(schema, root, nil, l.errs)
	if machines := root.child("machine"); machines != nil && machines.kind == list {
		if n := len(machines.children); n > maxMachines {
			l.errs.addf(machines.children[maxMachines].at, "%d machines; a study compares at most %d", n, maxMachines)
			machines.kind = broken
			return false
		}
		for _, n := range machines.children {
			l.underlay(n)
		}
	}
	return true
}

// above lays settings over a file and its presets.
func (l *loader) above(root *node, settings []setting) {
	for _, s := range settings {
		if !s.forPreset() {
			s.apply(root, s.steps, l.errs)
		}
	}
	normalise(schema, root, nil, l.errs)
	if machines := root.child("machine"); machines != nil {
		for _, n := range machines.children {
			replaceModels(n, func(_ string, key *node) bool { return key.at.doc.rank > 1 })
			l.chooseModels(n)
		}
	}
}
