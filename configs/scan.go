package configs

import (
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// scan finds where the keys and values of a TOML text stand, which the parser
// does not tell. It takes the text to be valid: at the first thing that is
// not, it stops, and the parser says why. Keys of the result are built by
// [under] and [element].
//
// deep is the byte at which tables nest deeper than maxDepth, or −1. Scanner
// and parser agree up to the first mistake, so a text that is not too deep
// here is not too deep for the parser, which recurses without limit.
func scan(text string) (marks map[string]mark, deep int) {
	s := scanner{text: text, marks: map[string]mark{}, lengths: map[string]int{}, deep: -1}
	path, depth := "", 0
	for s.blank(); s.pos < len(s.text); s.blank() {
		if s.text[s.pos] == '[' {
			path, depth = s.header()
		} else {
			s.assignment(path, depth)
		}
	}
	return s.marks, s.deep
}

// maxDepth is how many keys deep a table may lie.
const maxDepth = 32

// mark is where a key and its value stand. The value of a table is its
// header, or the key that implies it.
type mark struct{ key, value extent }

// extent is a stretch of text, in bytes.
type extent struct{ start, end int }

func under(path, key string) string         { return path + "." + strconv.Quote(key) }
func element(path string, index int) string { return path + "[" + strconv.Itoa(index) + "]" }

type scanner struct {
	text    string
	pos     int
	marks   map[string]mark
	lengths map[string]int // of the lists of [[tables]] so far
	deep    int
}

type part struct {
	name string
	at   extent
}

// header reads [a.b] or [[a.b]] and gives the path of what follows.
func (s *scanner) header() (path string, depth int) {
	start := s.pos
	brackets := "]"
	if strings.HasPrefix(s.text[s.pos:], "[[") {
		brackets = "]]"
	}
	s.pos += len(brackets)
	parts := s.key(0)
	s.accept(brackets)
	whole := extent{start, s.pos}
	for i, p := range parts {
		path = under(path, p.name)
		last := i == len(parts)-1
		if _, seen := s.marks[path]; !seen || (last && brackets == "]") {
			s.marks[path] = mark{p.at, whole}
		}
		if last && brackets == "]]" {
			s.marks[element(path, s.lengths[path])] = mark{p.at, whole}
			s.lengths[path]++
		}
		if n := s.lengths[path]; n > 0 {
			path = element(path, n-1)
		}
	}
	return path, len(parts)
}

// assignment reads key = value.
func (s *scanner) assignment(path string, depth int) {
	parts := s.key(depth)
	for i, p := range parts {
		path = under(path, p.name)
		if _, seen := s.marks[path]; !seen && i < len(parts)-1 {
			s.marks[path] = mark{p.at, p.at}
		}
	}
	s.accept("=")
	s.space()
	value := s.value(path, depth+len(parts))
	s.marks[path] = mark{parts[len(parts)-1].at, value}
}

// key reads a dotted key; it has at least one part.
func (s *scanner) key(depth int) []part {
	var parts []part
	for {
		s.space()
		start := s.pos
		parts = append(parts, part{s.name(), extent{start, s.pos}})
		s.space()
		if s.pos >= len(s.text) || s.text[s.pos] != '.' {
			return parts
		}
		s.pos++
		if depth+len(parts) >= maxDepth {
			s.deep = start
			s.stop()
			return parts
		}
	}
}

func (s *scanner) name() string {
	start := s.pos
	if s.pos < len(s.text) && (s.text[s.pos] == '"' || s.text[s.pos] == '\'') {
		s.quoted()
		return unquote(s.text[start:s.pos])
	}
	for s.pos < len(s.text) && isBare(s.text[s.pos]) {
		s.pos++
	}
	if s.pos == start {
		s.stop()
		return ""
	}
	return s.text[start:s.pos]
}

// value reads a value and the values in it.
func (s *scanner) value(path string, depth int) extent {
	start := s.pos
	if s.pos >= len(s.text) {
		return extent{start, start}
	}
	switch s.text[s.pos] {
	case '"', '\'':
		s.quoted()
	case '[':
		s.nested(']', depth, func(i int) {
			path := element(path, i)
			at := s.value(path, depth+1)
			s.marks[path] = mark{at, at}
		})
	case '{':
		s.nested('}', depth, func(int) { s.assignment(path, depth) })
	default:
		s.bare()
	}
	return extent{start, s.pos}
}

// nested reads what stands between brackets, one item after the other.
func (s *scanner) nested(closing byte, depth int, item func(i int)) {
	if depth >= maxDepth {
		s.deep = s.pos
		s.stop()
		return
	}
	s.pos++
	for i := 0; ; i++ {
		s.blank()
		if s.pos >= len(s.text) {
			return
		}
		if s.text[s.pos] == closing {
			s.pos++
			return
		}
		item(i)
		s.blank()
		if s.pos < len(s.text) && s.text[s.pos] != closing {
			s.accept(",")
		}
	}
}

// quoted reads a string of any of the four kinds.
func (s *scanner) quoted() {
	q := s.text[s.pos]
	triple := strings.Repeat(string(q), 3)
	if !strings.HasPrefix(s.text[s.pos:], triple) {
		s.pos++
		s.until(q, string(q))
		return
	}
	s.pos += len(triple)
	s.until(q, triple)
	for range 2 { // a string may end in quotes of its own
		if s.pos < len(s.text) && s.text[s.pos] == q {
			s.pos++
		}
	}
}

// until skips past the closing quotes.
func (s *scanner) until(q byte, closing string) {
	for s.pos < len(s.text) {
		switch {
		case strings.HasPrefix(s.text[s.pos:], closing):
			s.pos += len(closing)
			return
		case q == '"' && s.text[s.pos] == '\\':
			s.pos = min(s.pos+2, len(s.text))
		case len(closing) == 1 && s.text[s.pos] == '\n':
			s.stop()
		default:
			s.pos++
		}
	}
}

// bare reads a number, a boolean or a date.
func (s *scanner) bare() {
	rest := s.text[s.pos:]
	if end := strings.IndexAny(rest, ",]}#\r\n"); end >= 0 {
		rest = rest[:end]
	}
	rest = strings.TrimRight(rest, " \t")
	if rest == "" {
		s.stop()
	}
	s.pos += len(rest)
}

func (s *scanner) accept(want string) {
	if !strings.HasPrefix(s.text[s.pos:], want) {
		s.stop()
		return
	}
	s.pos += len(want)
}

// stop ends the scan.
func (s *scanner) stop() { s.pos = len(s.text) }

// space skips blanks on a line, blank also line ends and comments.
func (s *scanner) space() {
	for s.pos < len(s.text) && (s.text[s.pos] == ' ' || s.text[s.pos] == '\t') {
		s.pos++
	}
}

func (s *scanner) blank() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		case '#':
			end := strings.IndexByte(s.text[s.pos:], '\n')
			if end < 0 {
				s.stop()
				return
			}
			s.pos += end
		default:
			return
		}
	}
}

func isBare(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-'
}

// unquote gives the text of a quoted key, by the parser's own rules.
func unquote(quoted string) string {
	var v struct{ K string }
	if _, err := toml.Decode("K = "+quoted, &v); err != nil {
		return quoted // the parser will refuse the file, too
	}
	return v.K
}
