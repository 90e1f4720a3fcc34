package configs

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// writer writes a random TOML document and notes where it puts things.
type writer struct {
	t     *rapid.T
	b     strings.Builder
	marks map[string]mark
	used  map[string]bool
}

func (w *writer) pick(options ...string) string { return rapid.SampledFrom(options).Draw(w.t, "pick") }

func (w *writer) put(text string) extent {
	start := w.b.Len()
	w.b.WriteString(text)
	return extent{start, w.b.Len()}
}

// key draws a key that the table has not, plain or quoted, and its name. None
// is empty: below an empty key the parser loses elements of lists.
func (w *writer) key(path string) (written, name string) {
	for i := 0; ; i++ {
		name = rapid.SampledFrom([]string{"a", "b", "Key_1", "0-9", "µ", "a b", "x.y", "q\"["}).Draw(w.t, "key")
		if i > 3 {
			name = fmt.Sprint(name, i)
		}
		if !w.used[under(path, name)] {
			break
		}
	}
	w.used[under(path, name)] = true
	bare := name != "" && strings.IndexFunc(name, func(r rune) bool { return r >= 128 || !isBare(byte(r)) }) < 0
	switch {
	case bare && rapid.Bool().Draw(w.t, "bare"):
		return name, name
	case strings.Contains(name, `"`) || rapid.Bool().Draw(w.t, "literal"):
		return "'" + name + "'", name
	default:
		return strings.ReplaceAll(`"`+name+`"`, "µ", `\u00b5`), name
	}
}

func (w *writer) space() { w.put(w.pick("", "", " ", "\t", "  ")) }

func (w *writer) blank() {
	w.put(w.pick("", "", " ", "\n", "\r\n\t", "# it's \"so\" = [\n", "\n\n# ]}\r\n"))
}

func (w *writer) line() { w.put(w.pick("\n", "\r\n", " # ü = {\n", "\n\n", "\t\n # [x]\r\n")) }

// assign writes a.b = value; the path of the last key is new.
func (w *writer) assign(path string, depth int) {
	for range rapid.IntRange(0, 2).Draw(w.t, "dots") {
		written, name := w.key(path)
		path = under(path, name)
		at := w.put(written)
		w.marks[path] = mark{at, at}
		w.space()
		w.put(".")
		w.space()
	}
	written, name := w.key(path)
	path = under(path, name)
	at := w.put(written)
	w.space()
	w.put("=")
	w.space()
	w.marks[path] = mark{at, w.value(path, depth)}
}

func (w *writer) value(path string, depth int) extent {
	kind := rapid.IntRange(0, 9).Draw(w.t, "kind")
	if depth > 3 && kind < 4 {
		kind = 9
	}
	start := w.b.Len()
	switch {
	case kind < 2:
		w.put("[")
		w.items(func(i int) {
			at := w.value(element(path, i), depth+1)
			w.marks[element(path, i)] = mark{at, at}
		})
		w.put("]")
	case kind < 4:
		w.put("{")
		w.items(func(int) { w.assign(path, depth+1) })
		w.put("}")
	default:
		w.put(w.pick("1", "0x1F", "-1_000", "3.5e-7", "inf", "true", "1979-05-27 07:32:00", "07:32:00",
			`""`, `''`, `"1.2 µJ"`, `"a \" ] } , # \\"`, `'C:\'`, `'#"'`,
			`""""""`, `"""a "quote" "" \""" b"""""`, "\"\"\"\n[x]\r\n# y = 1 \\\n  z\"\"\"", "''''''", "'''it's '' \\ \n]'''''"))
	}
	return extent{start, w.b.Len()}
}

func (w *writer) items(item func(i int)) {
	n := rapid.IntRange(0, 3).Draw(w.t, "items")
	w.blank()
	for i := range n {
		item(i)
		w.blank()
		if i < n-1 || rapid.Bool().Draw(w.t, "trailing comma") {
			w.put(",")
			w.blank()
		}
	}
}

// header writes [a.b] or [[a.b]] below path and gives the new path.
func (w *writer) header(parents []part, path string, double bool, name part) (whole extent) {
	brackets := "["
	if double {
		brackets = "[["
	}
	start := w.put(brackets).start
	for _, p := range parents {
		w.space()
		w.put(p.name)
		w.space()
		w.put(".")
	}
	w.space()
	at := w.put(name.name)
	w.space()
	w.put(strings.ReplaceAll(brackets, "[", "]"))
	whole = extent{start, w.b.Len()}
	w.marks[path] = mark{at, whole}
	return whole
}

func (w *writer) body(path string) {
	w.line()
	for range rapid.IntRange(0, 3).Draw(w.t, "keys") {
		w.space()
		w.assign(path, 0)
		w.line()
	}
}

func (w *writer) document() {
	w.blank()
	for range rapid.IntRange(0, 3).Draw(w.t, "keys") {
		w.assign("", 0)
		w.line()
	}
	for range rapid.IntRange(0, 3).Draw(w.t, "tables") {
		written, name := w.key("")
		path := under("", name)
		parents := []part{{name: written}}
		if rapid.Bool().Draw(w.t, "single") {
			w.header(nil, path, false, parents[0])
			w.body(path)
			w.table(parents, path)
			continue
		}
		for i := range rapid.IntRange(1, 3).Draw(w.t, "elements") {
			at := element(path, i)
			first, seen := w.marks[path]
			w.header(nil, path, true, parents[0])
			w.marks[at] = w.marks[path]
			if seen {
				w.marks[path] = first
			}
			w.body(at)
			w.table(parents, at)
		}
	}
}

// table writes a table below a table or element.
func (w *writer) table(parents []part, path string) {
	written, name := w.key(path)
	w.header(parents, under(path, name), false, part{name: written})
	w.body(under(path, name))
}

// The scanner finds every key and value exactly where it was written, and the
// parser finds the same keys.
func TestScanFindsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &writer{t: t, marks: map[string]mark{}, used: map[string]bool{}}
		w.document()
		text := w.b.String()
		marks, deep := scan(text)
		if deep >= 0 {
			t.Fatalf("too deep at %d:\n%s", deep, text)
		}
		for path, want := range w.marks {
			if got := marks[path]; got != want {
				t.Fatalf("%s: key %q value %q, want %q and %q, in\n%s", path,
					cut(text, got.key), cut(text, got.value), cut(text, want.key), cut(text, want.value), text)
			}
		}
		if len(marks) != len(w.marks) {
			t.Fatalf("%d places found, %d written:\n%s", len(marks), len(w.marks), text)
		}
		errs := &collector{}
		root := readTOML(newDocument("x.toml", text), text, 0, errs)
		if root == nil {
			t.Fatalf("%v\n%s", errs.sorted(), text)
		}
		if nodes := count(root) - 1; nodes != len(marks) {
			t.Fatalf("the parser finds %d values, the scanner %d:\n%s", nodes, len(marks), text)
		}
	})
}

func cut(text string, e extent) string { return text[e.start:e.end] }

func count(n *node) int {
	sum := 1
	for _, c := range n.children {
		sum += count(c)
	}
	return sum
}

// Lines and columns are those that counting characters one by one gives.
func TestPositions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("aµ€𝄞 \t\n")), 0, 3000, -1).Draw(t, "text")
		start := rapid.IntRange(0, len(text)).Draw(t, "start")
		for start < len(text) && text[start]&0xc0 == 0x80 {
			start++
		}
		line, col, _ := (span{newDocument("x", text), start, start}).position()
		wantLine, wantCol := 1, 1
		for _, r := range text[:start] {
			if wantCol++; r == '\n' {
				wantLine, wantCol = wantLine+1, 1
			}
		}
		if line != wantLine || col != wantCol {
			t.Fatalf("%d:%d, want %d:%d", line, col, wantLine, wantCol)
		}
	})
}

func TestNearest(t *testing.T) {
	keys := []string{"resolution", "range", "per_array", "L", "N", "area", "tiles", "energy_per_conversion"}
	for word, want := range map[string]string{
		"resoluton": "resolution", "reslution": "resolution", "resolutoin": "resolution", "Resolution": "resolution",
		"rang": "range", "per-array": "per_array", "n": "N", "tile": "tiles", "aera": "area",
		"x": "", "colour": "", "": "", "energy": "", "energy_per_convertion": "energy_per_conversion", "µ": "",
	} {
		if got := Nearest(word, keys); got != want {
			t.Errorf("Nearest(%q) = %q, want %q", word, got, want)
		}
	}
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "abc", 3}, {"abc", "acb", 1}, {"kitten", "sitting", 3}, {"ab", "ab", 0}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

// Swaps of neighbours break the triangle inequality; the rest of a metric holds.
func TestDistanceIsSymmetric(t *testing.T) {
	word := rapid.StringMatching(`[abc]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := word.Draw(t, "a"), word.Draw(t, "b")
		if (distance(a, b) == 0) != (a == b) || distance(a, b) != distance(b, a) {
			t.Fatalf("%q %q: %d and %d", a, b, distance(a, b), distance(b, a))
		}
	})
}
