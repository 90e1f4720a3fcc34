package report

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
)

const lineWidth = 110

// page is what text and Markdown have in common.
type page interface {
	title(text string)
	heading(text string)
	subheading(text string)
	paragraph(text string)
	list(items []string)
	table(t table)
	entries(columns []column, all []entry)
	most(rows int) int // of a table that would show so many on a terminal
	bytes() []byte
}

// entry is a row whose columns line up with those of the others, and lines that
// explain it and keep their layout.
type entry struct{ cells, lines []string }

// table has columns × rows of cells; a nil row is a rule. The first fixed
// columns are repeated where a table is too wide and has to be split. The last
// sums rows are of others taken together, below which they stay.
type table struct {
	columns []column
	fixed   int
	rows    [][]cell
	sums    int
}

type column struct {
	head string
	left bool // numbers stand to the right
}

// cell is a text, and what a page that is no text can do with it.
type cell struct {
	text  string
	full  string   // of a name that the text shortens
	value *float64 // the number that the text rounds; nil: none is known
	bar   *float64 // the share of one that the text draws
	parts []cell   // those that the text has side by side
}

func words(text string) cell              { return cell{text: text} }
func named(name string, limit int) cell   { return cell{text: shorten(name, limit), full: name} }
func valued(text string, x float64) cell  { return cell{text: text, value: &x} }
func counted(x float64) cell              { return valued(count(x), x) }
func measured(x, factor float64) cell     { return valued(digits(x/factor), x) }
func shareOf(x float64) cell              { return valued(percent(x), x) }
func drawn(share float64, width int) cell { return cell{text: bar(share, width), bar: &share} }
func (t *table) add(texts ...string)      { t.put(plainCells(texts)...) }
func (t *table) put(cells ...cell)        { t.rows = append(t.rows, cells) }
func (t *table) rule()                    { t.rows = append(t.rows, nil) }

// sum adds a row that is of others.
func (t *table) sum(cells ...cell) {
	t.put(cells...)
	t.sums++
}

func plainCells(texts []string) []cell {
	cells := make([]cell, len(texts))
	for i, text := range texts {
		cells[i] = words(text)
	}
	return cells
}

// split cuts a table with fixed columns into some that keep to the limit.
func (t table) split(limit int) []table {
	if t.fixed == 0 {
		return []table{t}
	}
	widths := t.widths()
	fixed := 0
	for _, w := range widths[:t.fixed] {
		fixed += w + gap
	}
	var parts []table
	for from := t.fixed; from < len(t.columns); {
		to, used := from+1, fixed+widths[from]
		for to < len(t.columns) && used+gap+widths[to] <= limit {
			used += gap + widths[to]
			to++
		}
		parts = append(parts, t.slice(from, to))
		from = to
	}
	return parts
}

func (t table) slice(from, to int) table {
	part := table{fixed: t.fixed, sums: t.sums}
	part.columns = append(append(part.columns, t.columns[:t.fixed]...), t.columns[from:to]...)
	for _, row := range t.rows {
		if row == nil {
			part.rule()
			continue
		}
		part.put(append(append([]cell{}, row[:t.fixed]...), row[from:to]...)...)
	}
	return part
}

func (t table) heads() []cell {
	heads := make([]cell, len(t.columns))
	for i, c := range t.columns {
		heads[i] = words(c.head)
	}
	return heads
}

func (t table) widths() []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		widths[i] = width(c.head)
	}
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], width(cell.text))
		}
	}
	return widths
}

const (
	gap    = 2
	indent = "  "
)

// textPage lays a page out for a terminal without colours.
type textPage struct{ b bytes.Buffer }

func (p *textPage) bytes() []byte     { return p.b.Bytes() }
func (p *textPage) most(rows int) int { return rows }

// space sets an empty line between blocks.
func (p *textPage) space() {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
}

func (p *textPage) title(text string) {
	p.space()
	text = clean(text)
	fmt.Fprintf(&p.b, "%s\n%s\n", text, strings.Repeat("═", min(width(text), lineWidth)))
}

func (p *textPage) heading(text string) {
	p.space()
	text = clean(text)
	fmt.Fprintf(&p.b, "── %s %s\n", text, strings.Repeat("─", max(2, lineWidth-4-width(text))))
}

func (p *textPage) subheading(text string) {
	p.space()
	fmt.Fprintf(&p.b, "%s\n", clean(text))
}

func (p *textPage) paragraph(text string) {
	p.space()
	p.wrap(indent, indent, text)
}

func (p *textPage) list(items []string) {
	p.space()
	for _, item := range items {
		p.wrap(indent+"• ", indent+"  ", item)
	}
}

func (p *textPage) wrap(first, rest, text string) {
	line, empty := first, true
	for _, word := range strings.Fields(clean(text)) {
		if !empty && width(line)+1+width(word) > lineWidth {
			p.b.WriteString(line + "\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	p.b.WriteString(line + "\n")
}

func (p *textPage) table(t table) {
	for _, part := range t.split(lineWidth - width(indent)) {
		p.space()
		p.draw(part)
	}
}

func (p *textPage) draw(t table) {
	widths := t.widths()
	total := -gap
	for _, w := range widths {
		total += w + gap
	}
	rule := indent + strings.Repeat("─", total) + "\n"
	p.row(t, widths, t.heads())
	p.b.WriteString(rule)
	for _, row := range t.rows {
		if row == nil {
			p.b.WriteString(rule)
			continue
		}
		p.row(t, widths, row)
	}
}

func (p *textPage) row(t table, widths []int, cells []cell) {
	var line strings.Builder
	for i, c := range cells {
		text := clean(c.text)
		fill := strings.Repeat(" ", widths[i]-width(text))
		if t.columns[i].left {
			text += fill
		} else {
			text = fill + text
		}
		line.WriteString(text + strings.Repeat(" ", gap))
	}
	p.b.WriteString(strings.TrimRight(indent+line.String(), " ") + "\n")
}

func (p *textPage) entries(columns []column, all []entry) {
	t := table{columns: columns}
	for _, e := range all {
		t.add(e.cells...)
	}
	widths := t.widths()
	for _, e := range all {
		p.space()
		p.row(t, widths, plainCells(e.cells))
		for _, line := range e.lines {
			p.b.WriteString(indent + indent + indent + line + "\n")
		}
	}
}

// clean keeps names from moving the cursor or breaking a line.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// markdownPage is the same page as GitHub-flavoured Markdown.
type markdownPage struct{ b bytes.Buffer }

func (p *markdownPage) bytes() []byte     { return p.b.Bytes() }
func (p *markdownPage) most(rows int) int { return rows }

func (p *markdownPage) block(text string) {
	if p.b.Len() > 0 {
		p.b.WriteByte('\n')
	}
	p.b.WriteString(text + "\n")
}

func (p *markdownPage) title(text string)      { p.block("# " + escape(text)) }
func (p *markdownPage) heading(text string)    { p.block("## " + escape(text)) }
func (p *markdownPage) subheading(text string) { p.block("### " + escape(text)) }
func (p *markdownPage) paragraph(text string)  { p.block(escape(text)) }

func (p *markdownPage) list(items []string) {
	lines := make([]string, len(items))
	for i, item := range items {
		lines[i] = "- " + escape(item)
	}
	p.block(strings.Join(lines, "\n"))
}

func (p *markdownPage) table(t table) {
	marks := make([]string, len(t.columns))
	for i, c := range t.columns {
		marks[i] = "--:"
		if c.left {
			marks[i] = ":--"
		}
	}
	lines := []string{markdownRow(t.heads()), "|" + strings.Join(marks, "|") + "|"}
	for _, row := range t.rows {
		if row != nil {
			lines = append(lines, markdownRow(row))
		}
	}
	p.block(strings.Join(lines, "\n"))
}

// entries sets the lines as code, whose layout is kept.
func (p *markdownPage) entries(_ []column, all []entry) {
	for _, e := range all {
		text := "**" + escape(e.cells[0]) + "**"
		for _, cell := range e.cells[1:] {
			if cell != "" {
				text += " · " + escape(cell)
			}
		}
		p.block(text)
		p.block(fence + "text\n" + strings.ReplaceAll(strings.Join(e.lines, "\n"), fence, "") + "\n" + fence)
	}
}

const fence = "```"

func markdownRow(cells []cell) string {
	line := "|"
	for _, c := range cells {
		line += " " + strings.Join(strings.Fields(escape(c.text)), " ") + " |"
	}
	return line
}

// escape keeps names from being read as markup.
func escape(text string) string {
	text = clean(text)
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "<", "&lt;", "[", `\[`, "#", `\#`).Replace(text)
}
