package configs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// setting is a --set argument: a path into the study and a value.
type setting struct {
	steps []step
	value *node
}

// step is one step of a path: a key (or the name of a list's element), the
// index of an element, or * for all of them.
type step struct {
	kind  stepKind
	key   string
	index int
	at    span
}

type stepKind uint8

const (
	byKey stepKind = iota
	byIndex
	all
)

// parseSettings reads --set arguments: machine.isaac.adc.resolution=7,
// machine[0].clock="1 GHz", machine.*.chip.reload=lru.
func parseSettings(arguments []string, errs *collector) []setting {
	var settings []setting
	for i, argument := range arguments {
		d := newDocument(setArgument, argument)
		d.rank, d.where = 2+i, "--set"
		if s, ok := parseSetting(d, errs); ok {
			settings = append(settings, s)
		}
	}
	return settings
}

func parseSetting(d *document, errs *collector) (setting, bool) {
	whole := span{d, 0, len(d.text)}
	if at := strings.IndexFunc(d.text, func(r rune) bool { return r < ' ' && r != '\t' }); at >= 0 {
		errs.addf(span{d, at, at + 1}, "a control character cannot be part of it")
		return setting{}, false
	}
	if len(d.text) > maxSize || invalidUTF8(d.text) >= 0 {
		errs.addf(whole, "not a text in UTF-8 of reasonable length")
		return setting{}, false
	}
	steps, equals := parsePath(d)
	switch {
	case equals < 0:
		errs.addf(whole, "write it as key.path=value, for example machine.isaac.adc.resolution=7")
		return setting{}, false
	case len(steps) > maxDepth:
		errs.addf(whole, "nested more than %d deep", maxDepth)
		return setting{}, false
	}
	value := setValue(d, equals+1, errs)
	return setting{steps, value}, value != nil
}

// parsePath reads the path up to the sign =, and gives its place, or −1.
func parsePath(d *document) (steps []step, equals int) {
	s := scanner{text: d.text}
	for {
		start := s.pos
		at := func() span { return span{d, start, s.pos} }
		if strings.HasPrefix(s.text[s.pos:], "*") {
			s.pos++
			steps = append(steps, step{kind: all, at: at()})
		} else {
			key := s.element()
			steps = append(steps, step{key: key, at: at()})
		}
		for strings.HasPrefix(s.text[s.pos:], "[") {
			start = s.pos
			inside, _, closed := strings.Cut(s.text[s.pos+1:], "]")
			index, err := strconv.ParseUint(inside, 10, 31)
			if !closed || err != nil {
				return nil, -1
			}
			s.pos += len(inside) + 2
			steps = append(steps, step{kind: byIndex, index: int(index), at: at()})
		}
		s.space()
		switch {
		case strings.HasPrefix(s.text[s.pos:], "."):
			s.pos++
		case strings.HasPrefix(s.text[s.pos:], "="):
			return steps, s.pos
		default:
			return nil, -1
		}
	}
}

// element reads a key or a name, which needs quotes only for the sake of what
// ends it.
func (s *scanner) element() string {
	rest := s.text[s.pos:]
	if end := strings.IndexAny(rest, ".[=\"'"); end > 0 {
		s.pos += end
		return strings.TrimSpace(rest[:end])
	}
	return s.name()
}

// setValue reads the value: TOML, or text that needs no quotes here.
func setValue(d *document, start int, errs *collector) *node {
	text := strings.TrimSpace(d.text[start:])
	if text == "" {
		errs.addf(span{d, start - 1, start}, "no value; an empty text is written \"\"")
		return nil
	}
	const key = "v = "
	var trial collector
	root := readTOML(d, key+d.text[start:], start-len(key), &trial)
	if root != nil {
		return root.child("v")
	}
	if strings.ContainsAny(text[:1], "\"'[{") {
		errs.found = append(errs.found, trial.found...)
		return nil
	}
	from := start + strings.Index(d.text[start:], text)
	at := span{d, from, from + len(text)}
	return &node{keyAt: at, at: at, value: text, text: text}
}

// forPreset says whether the setting chooses a preset. Those are applied
// before presets are read, all others after.
func (s setting) forPreset() bool { return s.steps[len(s.steps)-1].key == "preset" }

// apply sets the value below n at every place that the steps lead to.
func (s setting) apply(n *node, steps []step, errs *collector) {
	if len(steps) == 0 {
		value := s.value.clone()
		value.key, value.keyAt = n.key, s.steps[len(s.steps)-1].at
		if n.kind == scalar {
			below := *n
			value.over = &below
		}
		*n = *value
		return
	}
	next := steps[0]
	switch n.kind {
	case broken:
	case list:
		s.applyToElements(n, next, steps[1:], errs)
	case scalar:
		errs.addf(next.at, "%s is a value and has nothing below it", n.key)
	case table:
		if next.kind != byKey {
			errs.addf(next.at, "an index or * picks from a list, and this is none")
			return
		}
		c := n.child(next.key)
		if c == nil {
			c = &node{key: next.key, keyAt: next.at, at: next.at, kind: table}
			n.put(c)
		}
		s.apply(c, steps[1:], errs)
	}
}

func (s setting) applyToElements(n *node, next step, rest []step, errs *collector) {
	if next.kind == byIndex && next.index >= len(n.children) {
		errs.addf(next.at, "there is no %s[%d]: %s", n.key, next.index, numbering(len(n.children), n.key))
		return
	}
	found := false
	for i, e := range n.children {
		name := e.child("name")
		if next.kind == all || (next.kind == byIndex && next.index == i) || (next.kind == byKey && name != nil && name.text == next.key) {
			found = true
			s.apply(e, rest, errs)
		}
	}
	if !found {
		names := elementNames(n)
		errs.add(next.at, Error{
			Message:    fmt.Sprintf("there is no %s %s", n.key, quote(next.key)),
			Suggestion: Nearest(next.key, names),
			Allowed:    strings.Join(append(names, "an index: "+n.key+"[0]", "all of them: "+n.key+".*"), ", "),
		})
	}
}

func numbering(n int, noun string) string {
	if n == 1 {
		return "there is 1, and the first is " + noun + "[0]"
	}
	return fmt.Sprintf("there are %d, and the first is %s[0]", n, noun)
}

// elementNames lists the names of a list's elements.
func elementNames(n *node) []string {
	var names []string
	for _, e := range n.children {
		if name := e.child("name"); name != nil && name.text != "" && !slices.Contains(names, name.text) {
			names = append(names, name.text)
		}
	}
	return names
}
