package report

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

//go:embed html
var htmlFiles embed.FS

var htmlTemplates = template.Must(template.ParseFS(htmlFiles, "html/page.html"))

// htmlPage is the same page as a part of an HTML document, whose tables sort by the
// numbers that their cells round.
type htmlPage struct {
	b       bytes.Buffer
	section string // the title of which names a table that nothing else does
	id      string // of the section
	tables  int    // so far, for their ids
	level   int    // of the heading above subheadings
	above   string // the subheading right above, if nothing stands between
	unfold  int    // entries that are shown without a click, of the next ones
	figures []Figure
	from    string // what figures are of
	err     error
}

func (p *htmlPage) bytes() []byte { return p.b.Bytes() }

// mostHTML bounds the rows of a table.
const mostHTML = 500

func (p *htmlPage) most(rows int) int { return max(rows, mostHTML) }

// put writes a part of the page.
func (p *htmlPage) put(name string, data any) {
	p.above = ""
	p.err = errors.Join(p.err, htmlTemplates.ExecuteTemplate(&p.b, name, data))
}

func (p *htmlPage) title(string) {} // which the document has

func (p *htmlPage) heading(text string) {
	p.level = 3
	p.headingAt(3, text)
}

func (p *htmlPage) subheading(text string) { p.headingAt(p.level+1, text) }

func (p *htmlPage) headingAt(level int, text string) {
	p.put("heading", struct {
		Level int
		Text  string
	}{level, clean(text)})
	p.above = clean(text)
}

func (p *htmlPage) paragraph(text string) { p.put("paragraph", clean(text)) }

func (p *htmlPage) list(items []string) {
	clear := make([]string, len(items))
	for i, item := range items {
		clear[i] = clean(item)
	}
	p.put("list", clear)
}

// code shows a text as it is written.
func (p *htmlPage) code(text string) { p.put("code", cleanLines(text)) }

// cleanLines is [clean] but for what lays out text.
func cleanLines(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return ' '
		}
		return r
	}, strings.ReplaceAll(text, "\r\n", "\n"))
}

// fold hides what write adds to the page until it is asked for.
func (p *htmlPage) fold(title string, write func()) {
	before := bytes.Clone(p.b.Bytes())
	p.b.Reset()
	write()
	body := template.HTML(p.b.String())
	p.b.Reset()
	p.b.Write(before)
	p.put("fold", struct {
		Title string
		Body  template.HTML
	}{title, body})
}

func (p *htmlPage) entries(_ []column, all []entry) {
	if len(all) == 0 {
		return
	}
	type folded struct {
		Cells []string
		Text  string
		Open  bool
	}
	list := make([]folded, len(all))
	for i, e := range all {
		list[i] = folded{Text: cleanLines(strings.Join(e.lines, "\n")), Open: i < p.unfold}
		for _, c := range e.cells {
			if c != "" {
				list[i].Cells = append(list[i].Cells, clean(c))
			}
		}
	}
	p.unfold = 0
	p.put("entries", list)
}

// htmlTable is a table as the template has it: bodies are what rules part.
type htmlTable struct {
	ID, Caption string
	Sorts       bool
	Heads       []htmlHead
	Bodies      [][][]htmlCell
	Foot        [][]htmlCell
}

type htmlHead struct{ Text, Class string }

type htmlCell struct {
	Text  string
	Head  bool
	Class string
	Value string // with all of its digits; "": none is known
	Bar   bool
	Width string // of it, in percent
	Parts []htmlCell
}

func (p *htmlPage) table(t table) {
	p.tables++
	h := htmlTable{ID: fmt.Sprintf("%s-%d", p.id, p.tables), Caption: p.above}
	if h.Caption == "" {
		h.Caption = p.section
	}
	for _, c := range t.columns {
		h.Heads = append(h.Heads, newHTMLHead(c))
	}
	body, rest := [][]htmlCell(nil), len(t.rows)-t.sums
	for i := range t.rows { // rules are no rows that are summed up
		if t.rows[len(t.rows)-1-i] == nil && i < t.sums {
			rest--
		}
	}
	for i, row := range t.rows {
		switch {
		case row == nil && len(body) > 0:
			h.Bodies, body = append(h.Bodies, body), nil
		case row == nil:
		case i >= rest:
			h.Foot = append(h.Foot, htmlRow(t.columns, row))
		default:
			body = append(body, htmlRow(t.columns, row))
		}
	}
	if len(body) > 0 {
		h.Bodies = append(h.Bodies, body)
	}
	h.Sorts = len(h.Bodies) == 1 && len(h.Bodies[0]) > 1
	p.put("table", h)
}

func newHTMLHead(c column) htmlHead {
	h := htmlHead{Text: clean(c.head)}
	var classes []string
	if !c.left {
		classes = append(classes, "number")
	}
	if width(c.head) > longName {
		classes = append(classes, "name")
	}
	h.Class = strings.Join(classes, " ")
	return h
}

func htmlRow(columns []column, row []cell) []htmlCell {
	cells := make([]htmlCell, len(row))
	for i, c := range row {
		cells[i] = newHTMLCell(c)
		cells[i].Head = i == 0
		if !columns[i].left {
			cells[i].Class = "number"
			cells[i].Value = cmp.Or(cells[i].Value, numberIn(cells[i].Text))
		}
		if columns[i].left && width(cells[i].Text) > longCell {
			cells[i].Class = "long"
		}
		if c.parts != nil {
			cells[i].Class = "parts"
		}
		if i == 0 && cells[i].Class == "" && width(cells[i].Text) > longName {
			cells[i].Class = "name"
		}
		if i == 0 && strings.HasPrefix(c.text, indent) {
			cells[i].Class = "name in"
		}
	}
	return cells
}

// The runes from which on a text is broken into lines, and on a phone the name of a row
// or column.
const (
	longCell = 36
	longName = 14
)

func newHTMLCell(c cell) htmlCell {
	h := htmlCell{Text: strings.TrimSpace(clean(cmp.Or(c.full, c.text)))}
	if c.value != nil {
		h.Value = plain(*c.value)
	}
	if c.bar != nil {
		h.Bar, h.Width, h.Value = true, strconv.FormatFloat(100*max(0, min(1, *c.bar)), 'f', 1, 64), plain(*c.bar)
	}
	for i, part := range c.parts {
		if part.text == "" {
			continue
		}
		inner := newHTMLCell(part)
		if i == 0 && part.value != nil {
			inner.Class = "number"
		}
		if i == 1 {
			inner.Class = "share"
		}
		h.Parts = append(h.Parts, inner)
	}
	return h
}

// numberIn is the number that a text is, for cells that know no other, or "".
func numberIn(text string) string {
	m := numberText.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	return strings.ReplaceAll(m[1], ",", "")
}

var numberText = regexp.MustCompile(`^([+-]?\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?)[%×]?$`)

// draw puts the figures of a section on the page.
func (p *htmlPage) draw(section string) {
	for i := range p.figures {
		f := &p.figures[i]
		if f.Section != section {
			continue
		}
		id := fmt.Sprintf("figure-%d", i+1)
		open, rest, err := f.inline(id)
		p.err = errors.Join(p.err, err)
		p.put("figure", struct {
			ID, Title, Says, From string
			Open, Rest            template.HTML
		}{id, clean(f.Title), clean(f.Says), p.from, open, rest})
	}
}

// Figure is a drawing on a page.
type Figure struct {
	Section string // that it stands in
	Title   string
	Says    string // what it shows, for who cannot see it
	SVG     []byte
}

var svgStart = regexp.MustCompile(`(?s)^.*?<svg\s[^>]*viewBox="0 0 ([0-9.]+) ([0-9.]+)"[^>]*>`)

// inline makes a file that a figure was drawn into a part of a document: the tag that
// begins it, and what follows.
func (f *Figure) inline(id string) (open, rest template.HTML, err error) {
	m := svgStart.FindSubmatch(f.SVG)
	if m == nil {
		return "", "", fmt.Errorf("report: figure %q is no SVG with a view box", f.Title)
	}
	points, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil {
		return "", "", err
	}
	// On a wide page it is larger than in print, and on a phone no smaller than can be read.
	open = template.HTML(fmt.Sprintf(`<svg viewBox="0 0 %s %s" role="img" aria-labelledby="%s-title %s-says" style="width:100%%;min-width:%.0fpx;max-width:%.0fpx">`,
		m[1], m[2], id, id, leastScale*points, mostScale*points))
	return open, template.HTML(f.SVG[len(m[0]):]), nil
}

// Pixels that a point of a figure takes.
const (
	leastScale = 1.2
	mostScale  = 2.2
)

// Source is how what a page is about was asked for.
type Source struct {
	Config   string   // its name, for captions
	Files    []File   // as written
	Settings []string // --set arguments
	Command  string   // that writes the page again
}

// File is a file by its name.
type File struct{ Name, Text string }

// section is a part of a page about an X. It is left out if it writes nothing.
type section[X any] struct {
	id, title string
	write     func(p *htmlPage, x X)
}

// document is a page as the template has it.
type document struct {
	Title, Facts, Foot string
	Version, Policy    string
	Sections           []documentSection
	Style              template.CSS
	Script             template.JS
}

type documentSection struct {
	ID, Title string
	Body      template.HTML
}

// writeDocument writes a page's sections. The document may load nothing, and run no
// script but its own, whatever stands in it.
func writeDocument[X any](w io.Writer, d document, sections []section[X], figures []Figure, x X) error {
	for i := range figures {
		if !slices.ContainsFunc(sections, func(s section[X]) bool { return s.id == figures[i].Section }) {
			return fmt.Errorf("report: no section %q for figure %q", figures[i].Section, figures[i].Title)
		}
	}
	for _, text := range []*string{&d.Title, &d.Facts, &d.Foot, &d.Version} {
		*text = clean(*text)
	}
	for _, s := range sections {
		p := &htmlPage{section: s.title, id: s.id, level: 2, figures: figures, from: d.Foot}
		s.write(p, x)
		if p.err != nil {
			return p.err
		}
		if p.b.Len() > 0 {
			d.Sections = append(d.Sections, documentSection{s.id, s.title, template.HTML(p.b.String())})
		}
	}
	style, err := htmlFiles.ReadFile("html/page.css")
	if err != nil {
		return err
	}
	script, err := htmlFiles.ReadFile("html/page.js")
	if err != nil {
		return err
	}
	hash := sha256.Sum256(script)
	d.Style, d.Script = template.CSS(style), template.JS(script)
	d.Policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'"
	var b bytes.Buffer
	if err := htmlTemplates.ExecuteTemplate(&b, "page", d); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// reproduce says how a page came about.
func reproduce(p *htmlPage, s *Source, version, seed string) {
	p.paragraph("The same command writes the same bytes, with any number of workers:")
	p.code(s.Command)
	facts := []string{"xbar " + version}
	if seed != "" {
		facts = append(facts, seed)
	}
	p.list(facts)
}

// files shows files as they are written, and what was set beside them.
func files(p *htmlPage, s *Source) {
	if len(s.Settings) > 0 {
		p.paragraph("Set on the command line, over what is written here:")
		p.code(strings.Join(s.Settings, "\n"))
	}
	for _, f := range s.Files {
		p.subheading(f.Name)
		show := func() { p.code(strings.TrimRight(f.Text, "\n")) }
		if strings.Count(f.Text, "\n") <= longFile {
			show()
		} else {
			p.fold(plural(strings.Count(f.Text, "\n"), "line"), show)
		}
	}
}

// longFile is the lines from which on a file is folded.
const longFile = 80
