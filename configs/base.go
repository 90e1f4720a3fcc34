package configs

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"path/filepath"
	"slices"
)

// Base is a config that is read once, with the presets it names, and set many times.
type Base struct {
	folder  string
	root    *node
	laid    *node            // the same with its presets underneath
	presets map[string]*node // those
	open    openFile
	hash    string
}

// LoadBase reads a config as [Load] does. What is wrong with it comes as [Errors].
func LoadBase(path string) (*Base, error) {
	text, err := readFile(path, maxSize)
	if err != nil {
		return nil, err
	}
	errs := &collector{}
	b := &Base{folder: filepath.Dir(path), open: besides(path)}
	hash := sha256.New()
	hash.Write(text)
	b.root = read(newDocument(path, string(text)), errs)
	if err := errs.sorted(); err != nil {
		return nil, err
	}
	l := b.loader()
	l.open = func(file string, most int64) ([]byte, error) {
		content, err := b.open(file, most)
		hash.Write(content)
		return content, err
	}
	if _, err := l.config(b.root.clone(), nil); err != nil {
		return nil, err
	}
	b.presets = l.presets
	b.laid = b.root.clone()
	b.loader().underneath(b.laid, nil)
	b.hash = hex.EncodeToString(hash.Sum(nil))
	return b, nil
}

// Hash is that of the config's text and of the models, topologies and presets that it
// names by their files.
func (b *Base) Hash() string { return b.hash }

// With is the config with --set arguments applied, as [Load] gives it. It may be called
// from several goroutines.
func (b *Base) With(sets []string) (*Config, error) {
	l := b.loader()
	config, err := l.with(b, parseSettings(sets, l.errs))
	if err != nil {
		return nil, err
	}
	config.resolve(b.folder)
	return config, nil
}

func (l *loader) with(b *Base, settings []setting) (*Config, error) {
	if err := l.errs.sorted(); err != nil {
		return nil, err
	}
	if slices.ContainsFunc(settings, setting.forPreset) {
		root := b.root.clone()
		l.layer(root, settings)
		return l.decode(root)
	}
	root := b.laid.clone()
	l.above(root, settings)
	return l.decode(root)
}

func (b *Base) loader() *loader {
	presets := maps.Clone(b.presets)
	if presets == nil {
		presets = map[string]*node{}
	}
	return &loader{errs: &collector{}, open: b.open, library: embedded, presets: presets}
}
