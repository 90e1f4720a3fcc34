package configs

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

// partSections are the sections for which the library has presets of their
// own: [machine.cell] preset = "pcm-nvsim90".
var partSections = []string{"cell", "adc", "dac", "dram", "digital", "devices"}

// IsPart says whether a kind of preset is one of a section.
func IsPart(kind string) bool { return slices.Contains(partSections, kind) }

// listParts lists the library's presets of sections, the section being their
// kind.
func listParts(library fs.FS) []PresetInfo {
	paths, _ := fs.Glob(library, "parts/*/*.toml") // fails on a bad pattern only
	var all []PresetInfo
	for _, p := range paths {
		info := PresetInfo{Name: strings.TrimSuffix(path.Base(p), ".toml")}
		content, _ := fs.ReadFile(library, p)
		if _, err := toml.Decode(string(content), &info); err != nil {
			panic("configs: " + p + ": " + err.Error())
		}
		info.Kind = path.Base(path.Dir(p))
		all = append(all, info)
	}
	slices.SortFunc(all, func(a, b PresetInfo) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Name, b.Name))
	})
	return all
}

// readPart is the text of a section's preset.
func readPart(library fs.FS, section, name string) ([]byte, bool) {
	if strings.ContainsAny(name, `/\`) {
		return nil, false
	}
	content, err := fs.ReadFile(library, "parts/"+section+"/"+name+".toml")
	return content, err == nil
}

// underlayParts puts the presets that a machine's sections name below the
// sections' own keys. A section whose preset cannot be used is reported and
// marked broken.
func (l *loader) underlayParts(machine *node) {
	for _, n := range machine.children {
		if n.kind != table || !slices.Contains(partSections, n.key) {
			continue
		}
		name := n.take("preset")
		if name == nil {
			continue
		}
		base := l.part(n.key, name)
		if base == nil {
			n.kind = broken
			continue
		}
		own := *n
		base.overlay(n)
		base.key, base.keyAt, base.at = n.key, n.keyAt, n.at
		replaceModels(&node{children: []*node{base}}, func(_ string, key *node) bool { return own.child(key.key) != nil })
		*n = *base
		n.part = true
	}
}

// yield takes the numbers out of a machine's sections for which a layer above,
// the machine own, brings a part: they are those of another part. What is left
// says how the part is used: how many, in what range, over which bandwidth.
func yield(machine, own *node) {
	for _, above := range own.children {
		n := machine.child(above.key)
		if !above.part || n == nil || n.kind != table {
			continue
		}
		for _, f := range machineSchema.field(above.key).sub.fields {
			if (f.kind == quantity || f.kind == real) && f.key != "bandwidth" {
				n.take(f.key)
			}
		}
		for i := range groups[above.key] {
			n.take(groups[above.key][i].Key)
		}
	}
}

// part reads a section's preset, or reports why it cannot be used.
func (l *loader) part(section string, name *node) *node {
	content, ok := readPart(l.library, section, name.text)
	if !ok {
		var names []string
		for _, p := range listParts(l.library) {
			if p.Kind == section {
				names = append(names, p.Name)
			}
		}
		l.errs.add(name.at, Error{
			Message:    fmt.Sprintf("there is no %s preset %s", section, quote(name.text)),
			Suggestion: Nearest(name.text, names), Allowed: strings.Join(names, ", "),
		})
		return nil
	}
	d := newDocument("parts/"+section+"/"+name.text+".toml", string(content))
	d.where, d.rank = name.text, 1
	n := read(d, l.errs)
	if n == nil {
		return nil
	}
	n.take("title")
	n.kind = table
	normalise(machineSchema.field(section).sub, n, nil, l.errs)
	return n
}
