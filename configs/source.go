package configs

// normalise brings the values of a table into one form: { value, source }
// becomes the value with its source, and a table's own key source becomes that
// of all values below it that have none and stand in the same text. So an
// override in the file never borrows the source of the preset's value.
func normalise(s *section, n *node, inherited *node, errs *collector) {
	if n.kind != table {
		return
	}
	if s.sourced {
		if own := n.take("source"); own != nil && sourceOf(own, errs) {
			inherited = own
		}
	}
	for _, c := range n.children {
		f := s.field(c.key)
		switch {
		case f == nil:
		case f.kind == tables:
			normalise(f.sub, c, inherited, errs)
		case f.kind == lists && c.kind == list:
			for _, e := range c.children {
				normalise(f.sub, e, inherited, errs)
			}
		case f.kind != lists && f.kind != sizes:
			collapse(c, f, errs)
			if c.source == "" && inherited != nil && c.at.doc.name == inherited.at.doc.name {
				c.source = inherited.text
			}
		}
	}
}

// sourceOf reports a source that is none.
func sourceOf(n *node, errs *collector) bool {
	if text, ok := n.value.(string); ok && text != "" {
		return true
	}
	errs.addf(n.at, "source is a text in quotes that names a publication, not %s", describe(n))
	return false
}

// collapse turns { value = …, source = … } into the value.
func collapse(n *node, f *field, errs *collector) {
	if n.kind != table {
		return
	}
	kind := broken
	value, source := n.take("value"), n.take("source")
	switch {
	case value == nil:
		errs.addf(n.at, "%s is a value, not a table: write it plainly, or as { value = …, source = \"…\" }", f.key)
	case source != nil && !sourceOf(source, errs):
	case value.kind == table:
		errs.addf(value.at, "%s is a value, not a table", f.key)
	default:
		kind = value.kind
	}
	if value != nil {
		for _, c := range n.children {
			errs.add(c.keyAt, Error{
				Message:    "unknown key " + quote(c.key) + " beside the value of " + f.key,
				Suggestion: Nearest(c.key, []string{"source", "value"}),
				Allowed:    "source, value",
			})
			kind = broken
		}
		n.at, n.value, n.text = value.at, value.value, value.text
		n.children = value.children
	}
	if source != nil {
		n.source = source.text
	}
	n.kind = kind
}
