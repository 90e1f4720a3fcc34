package configs

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf8"
)

// document is one text that values come from: the study's file, a preset or a
// --set argument.
type document struct {
	name  string // as errors show it
	where string // as provenance shows it; empty: name and position
	rank  int    // errors of documents with a lower rank come first
	text  string
	lines []int // byte at which each line starts
	runes []int // characters before byte 0, stride, 2·stride, …
}

// stride bounds the work of finding a column in a very long line.
const stride = 1024

// newDocument takes a text without the byte order mark that some editors put
// before it.
func newDocument(name, text string) *document {
	text = strings.TrimPrefix(text, "\ufeff")
	d := &document{name: name, text: text, lines: []int{0}}
	runes := 0
	for i := range len(text) {
		if i%stride == 0 {
			d.runes = append(d.runes, runes)
		}
		if utf8.RuneStart(text[i]) {
			runes++
		}
		if text[i] == '\n' {
			d.lines = append(d.lines, i+1)
		}
	}
	return d
}

// span is a stretch of a document, in bytes. The zero span is nowhere.
type span struct {
	doc        *document
	start, end int
}

// position gives line and column from 1 and the width on that line, in
// characters.
func (s span) position() (line, col, width int) {
	d := s.doc
	start := min(max(s.start, 0), len(d.text))
	line = sort.SearchInts(d.lines, start+1)
	from := d.lines[line-1]
	start = min(start, from+len(d.line(line)))
	end := min(max(s.end, start), from+len(d.line(line)))
	first := d.characters(start)
	return line, first - d.characters(from) + 1, max(d.characters(end)-first, 1)
}

// where is the place as provenance shows it.
func (s span) where() string {
	if s.doc.where != "" {
		return s.doc.where
	}
	line, col, _ := s.position()
	return fmt.Sprintf("%s:%d:%d", s.doc.name, line, col)
}

// line is the text of a line, counted from 1, without its end.
func (d *document) line(number int) string {
	text := d.text[d.lines[number-1]:]
	if number < len(d.lines) {
		text = d.text[d.lines[number-1] : d.lines[number]-1]
	}
	return strings.TrimSuffix(text, "\r")
}

// characters counts those before a byte.
func (d *document) characters(offset int) int {
	if len(d.runes) == 0 {
		return 0
	}
	block := min(offset/stride, len(d.runes)-1)
	count := d.runes[block]
	for i := block * stride; i < offset; i++ {
		if utf8.RuneStart(d.text[i]) {
			count++
		}
	}
	return count
}
