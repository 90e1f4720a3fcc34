package configs

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// node is a value of a TOML text with its place.
type node struct {
	key      string // in its table
	keyAt    span
	at       span // the value; of a table its header, or the key that implies it
	kind     nodeKind
	value    any     // of a scalar: string, int64, float64, bool or time.Time
	text     string  // of a scalar: as it was written, a string without its quotes
	part     bool    // of a section: a preset of its own is below it
	inferred bool    // of a scalar: not written, but what the keys beside it mean
	source   string  // of a scalar: the publication that vouches for it
	over     *node   // of a scalar: the one that it was laid over; nil: none
	children []*node // of a table, in the order of the text; of a list, its elements
}

type nodeKind uint8

const (
	scalar nodeKind = iota
	table
	list
	broken // an error was reported; stands for any value
)

// child is the value of a key, or nil.
func (n *node) child(key string) *node {
	for _, c := range n.children {
		if c.key == key {
			return c
		}
	}
	return nil
}

// put sets a key, in place of what it was.
func (n *node) put(c *node) {
	for i := range n.children {
		if n.children[i].key == c.key {
			n.children[i] = c
			return
		}
	}
	n.children = append(n.children, c)
}

// take removes a key and gives its value, or nil.
func (n *node) take(key string) *node {
	for i, c := range n.children {
		if c.key == key {
			n.children = slices.Delete(n.children, i, i+1)
			return c
		}
	}
	return nil
}

// clone copies a tree.
func (n *node) clone() *node {
	c := *n
	c.children = make([]*node, len(n.children))
	for i := range n.children {
		c.children[i] = n.children[i].clone()
	}
	return &c
}

// overlay lays the keys of top over n. A list is replaced as a whole.
func (n *node) overlay(top *node) {
	n.key, n.keyAt, n.at = top.key, top.keyAt, top.at
	for _, c := range top.children {
		if below := n.child(c.key); below != nil && below.kind == table && c.kind == table {
			below.overlay(c)
		} else {
			c.over = below
			n.put(c)
		}
	}
}

// maxSize is the longest text that is read, in bytes. The largest study that
// makes sense is a thousandth of it.
const maxSize = 4 << 20

// read makes a tree of a document, or reports why that cannot be.
func read(d *document, errs *collector) *node {
	switch {
	case len(d.text) > maxSize:
		errs.addf(span{d, 0, 0}, "larger than %d MiB: not a study", maxSize>>20)
		return nil
	case strings.TrimSpace(d.text) == "":
		errs.addf(span{d, 0, 0}, "empty: a study has a workload and machines")
		return nil
	}
	if at := invalidUTF8(d.text); at >= 0 {
		errs.addf(span{d, at, at + 1}, "byte 0x%02x is not UTF-8: save the file as UTF-8 text", d.text[at])
		return nil
	}
	if at := strings.IndexByte(d.text, 0); at >= 0 {
		errs.addf(span{d, at, at + 1}, "a NUL byte: this is not a text file, or not saved as UTF-8")
		return nil
	}
	return readTOML(d, d.text, 0, errs)
}

// readTOML makes a tree of a text that stands in the document shifted by so
// many bytes.
func readTOML(d *document, text string, shift int, errs *collector) *node {
	marks, deep := scan(text)
	if deep >= 0 {
		errs.addf(span{d, deep + shift, deep + shift + 1}, "nested more than %d deep", maxDepth)
		return nil
	}
	values := map[string]any{}
	if _, err := toml.Decode(text, &values); err != nil {
		reportSyntax(d, shift, err, errs)
		return nil
	}
	b := builder{d, text, shift, marks}
	root := &node{at: span{d, shift, shift}}
	b.fill(root, "", values)
	return root
}

func invalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return -1
}

type builder struct {
	doc   *document
	text  string
	shift int
	marks map[string]mark
}

// fill makes n hold a decoded value. What the scanner has no mark for stands
// where its table does.
func (b *builder) fill(n *node, path string, value any) {
	switch v := value.(type) {
	case map[string]any:
		n.kind = table
		for key, value := range v {
			c := &node{key: key, keyAt: n.keyAt, at: n.at}
			b.locate(c, under(path, key))
			b.fill(c, under(path, key), value)
			n.children = append(n.children, c)
		}
		slices.SortFunc(n.children, func(x, y *node) int {
			return cmp.Or(cmp.Compare(x.keyAt.start, y.keyAt.start), strings.Compare(x.key, y.key))
		})
	case []map[string]any:
		n.kind = list
		for i := range v {
			b.fillElement(n, element(path, i), v[i])
		}
	case []any:
		n.kind = list
		for i := range v {
			b.fillElement(n, element(path, i), v[i])
		}
	default:
		n.value, n.text = v, b.written(n, v)
	}
}

func (b *builder) fillElement(n *node, path string, value any) {
	c := &node{keyAt: n.keyAt, at: n.at}
	b.locate(c, path)
	b.fill(c, path, value)
	n.children = append(n.children, c)
}

func (b *builder) locate(n *node, path string) {
	m, ok := b.marks[path]
	if !ok {
		return
	}
	n.keyAt = span{b.doc, m.key.start + b.shift, m.key.end + b.shift}
	n.at = span{b.doc, m.value.start + b.shift, m.value.end + b.shift}
}

func (b *builder) written(n *node, value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	return b.text[n.at.start-b.shift : n.at.end-b.shift]
}

// reportSyntax is the parser's message at the parser's position.
func reportSyntax(d *document, shift int, err error, errs *collector) {
	var syntax toml.ParseError
	if !errors.As(err, &syntax) {
		errs.addf(span{d, 0, 0}, "not valid TOML: %v", err)
		return
	}
	start := min(max(syntax.Position.Start+shift, 0), len(d.text))
	at := span{d, start, start + syntax.Position.Len}
	line, _, _ := at.position()
	message := strings.ReplaceAll(strings.TrimSuffix(syntax.Message, "."), `'\n'`, "the end of the line")
	errs.addf(at, "not valid TOML: %s%s", message, syntaxHint(message, d.line(line)))
}

// syntaxHint is for the mistake that everyone makes once: resolution = eight,
// energy = 1.2 pJ.
func syntaxHint(message, line string) string {
	unquoted := strings.HasPrefix(message, "expected a top-level item to end") || strings.HasPrefix(message, "expected value but found")
	_, value, assigned := strings.Cut(line, "=")
	value, _, _ = strings.Cut(value, "#")
	value = strings.TrimSpace(value)
	if !unquoted || !assigned || value == "" || strings.ContainsAny(value, "\"'[]{}=") {
		return ""
	}
	return fmt.Sprintf("; texts and quantities are written in quotes: %s", quote(value))
}
