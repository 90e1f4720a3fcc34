package configs

import (
	"fmt"
	"strings"
)

// Whole is a preset of the library with all that it builds on laid together, as
// TOML that loads as a preset: every key of every section, each number with its
// source behind it as a comment. Names are those of [Preset].
func Whole(name string) ([]byte, bool) {
	content, ok := Preset(name)
	if !ok {
		return nil, false
	}
	l := loader{errs: &collector{}, library: embedded, presets: map[string]*node{}}
	title := titleOf(string(content))
	section := partOf(name)
	var tree *node
	s := machineSchema
	if section == "" {
		tree = l.preset(name, span{newDocument(name, string(content)), 0, 0}, nil)
	} else {
		s = machineSchema.field(section).sub
		_, part, _ := strings.Cut(name, "/")
		if part == "" {
			part = name
		}
		tree = l.part(section, &node{text: part, at: span{newDocument(name, string(content)), 0, 0}})
	}
	if tree == nil {
		panic("configs: preset " + name + ": " + l.errs.sorted().Error())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "title = %q\n", title)
	writeTable(&b, s, tree, "")
	return []byte(b.String()), true
}

// partOf is the section that a preset is for; "" is a whole machine.
func partOf(name string) string {
	if kind, _, ok := strings.Cut(name, "/"); ok {
		return kind
	}
	if _, machine := readPreset(embedded, name); machine {
		return ""
	}
	for _, section := range partSections {
		if _, ok := readPart(embedded, section, name); ok {
			return section
		}
	}
	return ""
}

// titleOf is a preset's own title.
func titleOf(content string) string {
	root := read(newDocument("preset", content), &collector{})
	if root == nil || root.child("title") == nil {
		return ""
	}
	return root.child("title").text
}

// writeTable writes the values of a table in the order of the schema, then the
// tables below it.
func writeTable(b *strings.Builder, s *section, n *node, path string) {
	for _, f := range s.fields {
		c := n.child(f.key)
		if c == nil || f.kind == tables || f.kind == lists {
			continue
		}
		fmt.Fprintf(b, "%s = %s", f.key, literal(f, c))
		if c.source != "" {
			fmt.Fprintf(b, " # %s", strings.Join(strings.Fields(c.source), " "))
		}
		b.WriteByte('\n')
	}
	for _, f := range s.fields {
		c := n.child(f.key)
		switch below := strings.TrimPrefix(path+"."+f.key, "."); {
		case c == nil:
		case f.kind == tables:
			if len(f.sub.fields) > 0 && hasValues(c) {
				fmt.Fprintf(b, "\n[%s]\n", below)
			}
			writeTable(b, f.sub, c, below)
		case f.kind == lists:
			for _, e := range c.children {
				fmt.Fprintf(b, "\n[[%s]]\n", below)
				writeTable(b, f.sub, e, below)
			}
		}
	}
}

// hasValues says whether a table has values of its own, and not only tables.
func hasValues(n *node) bool {
	for _, c := range n.children {
		if c.kind == scalar {
			return true
		}
	}
	return false
}

// literal is a value as TOML writes it.
func literal(f *field, n *node) string {
	if f.kind == text || f.kind == quantity {
		return fmt.Sprintf("%q", n.text)
	}
	return n.text
}
