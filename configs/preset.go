package configs

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

//go:embed presets/*.toml parts/*/*.toml networks/*.toml
var embedded embed.FS

//go:embed quickstart.toml
var quickstart []byte

// Quickstart is the TOML of a small study to start from, "quickstart.toml".
func Quickstart() []byte { return slices.Clone(quickstart) }

// PresetInfo names a preset of the library.
type PresetInfo struct{ Name, Kind, Title string }

// Presets lists the library's machines, then their parts; each sorted by name.
func Presets() []PresetInfo { return append(listPresets(embedded), listParts(embedded)...) }

// Networks lists the library's networks by name.
func Networks() []PresetInfo { return listNetworks(embedded) }

// Network is the TOML of one: a title, a source, and kernels as those of
// [workload].
func Network(name string) ([]byte, bool) { return readNetwork(embedded, name) }

// Preset is the TOML of a preset: a title, the kind of machine, and the keys
// of a [[machine]] table at the top level. It may name another preset to
// build on. Presets of a machine's parts have the keys of that section; one that
// shares its name with another is asked for with its kind, "adc/isaac-8b".
func Preset(name string) ([]byte, bool) {
	if kind, part, ok := strings.Cut(name, "/"); ok {
		return readPart(embedded, kind, part)
	}
	content, ok := readPreset(embedded, name)
	for i := 0; !ok && i < len(partSections); i++ {
		content, ok = readPart(embedded, partSections[i], name)
	}
	return content, ok
}

func listPresets(library fs.FS) []PresetInfo {
	paths, _ := fs.Glob(library, "presets/*.toml") // fails on a bad pattern only
	var all []PresetInfo
	for _, path := range paths {
		info := PresetInfo{Name: strings.TrimSuffix(strings.TrimPrefix(path, "presets/"), ".toml")}
		content, _ := readPreset(library, info.Name)
		if _, err := toml.Decode(string(content), &info); err != nil {
			panic("configs: " + path + ": " + err.Error())
		}
		all = append(all, info)
	}
	slices.SortFunc(all, func(a, b PresetInfo) int { return strings.Compare(a.Name, b.Name) })
	return all
}

func readPreset(library fs.FS, name string) ([]byte, bool) {
	if strings.ContainsAny(name, `/\`) {
		return nil, false
	}
	content, err := fs.ReadFile(library, "presets/"+name+".toml")
	return content, err == nil
}

// presetNames lists the presets for machines of that kind, or all.
func presetNames(library fs.FS, kind string) []string {
	var names []string
	for _, p := range listPresets(library) {
		if kind == "" || p.Kind == kind {
			names = append(names, p.Name)
		}
	}
	return names
}

// isFile says whether a preset is named by its file instead of its name.
func isFile(preset string) bool {
	return strings.HasSuffix(preset, ".toml") || strings.ContainsAny(preset, `/\`)
}

// underlay puts the preset that a machine names below the machine's own keys.
// When the preset cannot be used it is reported and the machine marked broken:
// what it lacks would only be noise.
func (l *loader) underlay(n *node) {
	l.underlayParts(n)
	name := n.child("preset")
	if n.kind != table || name == nil || name.kind != scalar {
		return
	}
	text, ok := name.value.(string)
	if !ok {
		return // the decoder reports it
	}
	preset := l.preset(text, name.at, n.child("kind"))
	if preset == nil {
		n.kind = broken
		return
	}
	base := preset.clone()
	if own, its := n.child("kind"), base.child("kind"); own != nil && own.text != its.text {
		l.errs.add(own.at, Error{
			Message: fmt.Sprintf("preset %s is for %s machines, and this one is %s", quote(text), its.text, quote(own.text)),
			Allowed: "with that preset: " + its.text,
		})
		n.kind = broken
		return
	}
	yield(base, n)
	base.overlay(n)
	replaceModels(base, func(section string, key *node) bool {
		own := n.child(section)
		return own != nil && own.child(key.key) != nil
	})
	*n = *base
}

// preset gives the tree of a preset, or nil after reporting why not.
func (l *loader) preset(name string, at span, kind *node) *node {
	if n, known := l.presets[name]; known {
		if n == unfinished {
			l.errs.addf(at, "preset %s builds on itself", quote(name))
			return nil
		}
		return n
	}
	l.presets[name] = unfinished
	l.presets[name] = l.newPreset(name, at, kind)
	return l.presets[name]
}

// unfinished stands for a preset while it is read.
var unfinished = &node{}

// newPreset reads a preset and those that it builds on.
func (l *loader) newPreset(name string, at span, kind *node) *node {
	d := l.openPreset(name, at, kind)
	if d == nil {
		return nil
	}
	d.rank = 1
	n := read(d, l.errs)
	if n == nil {
		return nil
	}
	n.take("title")
	if c := n.take("name"); c != nil {
		l.errs.addf(c.keyAt, "a preset has no key \"name\": it belongs to the machine that uses the preset")
	}
	normalise(machineSchema, n, nil, l.errs)
	l.underlay(n)
	if n.kind == broken || !l.hasKind(n) {
		return nil
	}
	n.take("preset") // the machine keeps its own
	return n
}

func (l *loader) openPreset(name string, at span, kind *node) *document {
	if !isFile(name) {
		content, ok := readPreset(l.library, name)
		if !ok {
			l.unknownPreset(name, at, kind)
			return nil
		}
		d := newDocument("presets/"+name+".toml", string(content))
		d.where = name
		return d
	}
	if l.open == nil {
		l.errs.addf(at, "preset %s is a file, and files cannot be read here", quote(name))
		return nil
	}
	content, err := l.open(name, maxSize)
	if err != nil {
		l.errs.addf(at, "preset %s cannot be read: %v", quote(name), err)
		return nil
	}
	return newDocument(name, string(content))
}

func (l *loader) unknownPreset(name string, at span, kind *node) {
	of := ""
	if kind != nil && slices.Contains(machineSchema.field("kind").enum, kind.text) {
		of = kind.text
	}
	names := presetNames(l.library, of)
	e := Error{
		Message:    fmt.Sprintf("there is no preset %s", quote(name)),
		Suggestion: Nearest(name, presetNames(l.library, "")),
		Allowed:    strings.Join(names, ", ") + ", or a file: \"mine.toml\"",
	}
	l.errs.add(at, e)
}

// hasKind says whether a preset is for some kind of machine.
func (l *loader) hasKind(n *node) bool {
	kind, kinds := n.child("kind"), machineSchema.field("kind")
	switch {
	case kind == nil:
		l.errs.add(n.at, Error{Message: "a preset says for which kind of machine it is: kind is missing", Allowed: kinds.allowed()})
	case !slices.Contains(kinds.enum, kind.text):
		l.errs.add(kind.at, Error{Message: fmt.Sprintf("kind cannot be %s", quote(kind.text)), Suggestion: Nearest(kind.text, kinds.enum), Allowed: kinds.allowed()})
	default:
		return true
	}
	return false
}
