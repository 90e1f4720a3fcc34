package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Errors are all the errors of a study, in the order of their positions: the
// file first, then presets, then --set arguments.
type Errors []Error

// Error is one thing wrong with a study and where.
type Error struct {
	File       string // or "--set argument"
	Line, Col  int    // from 1; Col counts characters. Line is 1 in a --set argument
	Width      int    // characters to underline, at least 1
	Text       string // the line
	Message    string
	Allowed    string // what may stand there instead; may be empty
	Suggestion string // the nearest thing that may; may be empty
}

// maxErrors is where reading stops to collect: whoever has so many errors
// has given the wrong file.
const maxErrors = 100

// setArgument stands for the file name in errors of --set arguments.
const setArgument = "--set argument"

func (e Errors) Error() string {
	blocks := make([]string, len(e))
	for i := range e {
		blocks[i] = e[i].Error()
	}
	if len(e) >= maxErrors {
		blocks = append(blocks, fmt.Sprintf("stopped after %d errors", len(e)))
	}
	return strings.Join(blocks, "\n")
}

// Error renders the message, the line it is about, a caret under the spot and
// what is allowed.
func (e Error) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	number := ""
	if e.File != setArgument {
		fmt.Fprintf(&b, ":%d:%d", e.Line, e.Col)
		number = fmt.Sprint(e.Line)
	}
	fmt.Fprintf(&b, ": %s", e.Message)
	if e.Suggestion != "" {
		fmt.Fprintf(&b, "; did you mean %s?", quote(e.Suggestion))
	}
	text, caret := e.window()
	fmt.Fprintf(&b, "\n%5s | %s\n      | %s", number, text, caret)
	if e.Allowed != "" {
		fmt.Fprintf(&b, "\n      allowed: %s", e.Allowed)
	}
	return b.String()
}

// maxShown is how many characters of a line an error shows.
const maxShown = 160

// window is the part of the line around the column, and the carets under it.
// Tabs stay under tabs so that both align on any terminal.
func (e Error) window() (text, caret string) {
	line := []rune(e.Text)
	from := 0
	if len(line) > maxShown {
		from = min(max(e.Col-1-maxShown/2, 0), len(line)-maxShown)
		clipped := slices.Clone(line[from : from+maxShown])
		if from > 0 {
			clipped[0] = '…'
		}
		if from+maxShown < len(line) {
			clipped[maxShown-1] = '…'
		}
		line = clipped
	}
	var shown, under strings.Builder
	for i, r := range line {
		blank := ' '
		switch {
		case r == '\t':
			blank = '\t'
		case !unicode.IsPrint(r):
			r = unicode.ReplacementChar
		}
		shown.WriteRune(r)
		if i < e.Col-1-from {
			under.WriteRune(blank)
		}
	}
	room := max(len(line)-(e.Col-1-from), 1)
	return shown.String(), under.String() + strings.Repeat("^", min(e.Width, room))
}

// quote is %q for text of any length, in messages.
func quote(text string) string {
	const most = 60
	if runes := []rune(text[:min(len(text), 4*most+4)]); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}

// collector gathers errors.
type collector struct{ found []located }

type located struct {
	rank int
	Error
}

func (c *collector) add(at span, e Error) {
	if len(c.found) >= maxErrors {
		return
	}
	e.Line, e.Col, e.Width = at.position()
	e.File, e.Text = at.doc.name, at.doc.line(e.Line)
	c.found = append(c.found, located{at.doc.rank, e})
}

func (c *collector) addf(at span, format string, args ...any) {
	c.add(at, Error{Message: fmt.Sprintf(format, args...)})
}

// sorted is what was found, or nil.
func (c *collector) sorted() error {
	if len(c.found) == 0 {
		return nil
	}
	slices.SortStableFunc(c.found, func(a, b located) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
	})
	var all Errors
	for _, e := range c.found {
		if !slices.Contains(all, e.Error) { // a preset's error, met by two machines
			all = append(all, e.Error)
		}
	}
	return all
}
