package report

import (
	"encoding/json"
	"slices"
	"strings"

	"xbar/sim/system"
)

// blockWidth is how wide the lines of a derivation are, before the page indents
// them.
const blockWidth = 96

// derivations writes numbers out, each with what it follows from, and refers to
// what it has written out before.
type derivations struct {
	here  string            // what is being explained
	on    string            // of which machine
	shown map[string]string // fingerprint of a derivation: where it is
	keys  map[string]string // of the config, with value and place: the machine where they are explained
	said  map[string]bool   // in this entry, of conditions
	lines []string
}

func newDerivations() *derivations {
	return &derivations{shown: map[string]string{}, keys: map[string]string{}}
}

// begin starts a new entry of the page, with no lines.
func (d *derivations) begin(here string) {
	d.here, d.lines, d.said = here, nil, map[string]bool{}
}

// line adds text, its further lines deeper by a step.
func (d *derivations) line(depth int, text string) {
	first := strings.Repeat(indent, depth)
	d.lines = append(d.lines, wrapAt(first, first+indent, text)...)
}

// hang adds columns and text behind them, whose further lines stay below it if
// there is room.
func (d *derivations) hang(depth int, columns, text string) {
	first := strings.Repeat(indent, depth) + columns
	rest := strings.Repeat(" ", min(width(first), blockWidth/2))
	d.lines = append(d.lines, wrapAt(first, rest, text)...)
}

// figure writes a number out from its equation down. A number that the config
// gives, or that stands elsewhere, takes one line.
func (d *derivations) figure(f *system.Derivation) {
	if in := given(f); in != nil {
		d.inputs([]system.DerivedInput{*in}, 0, "")
		return
	}
	if len(f.Inputs) == 0 {
		d.line(0, f.Name+" = "+f.Result)
		d.basis(f, 0, "")
		return
	}
	if where, ok := d.refer(f); ok {
		d.line(0, f.Name+" = "+f.Result+", "+where)
		return
	}
	d.equation(f.Symbols, f.Numbers, f.Result)
	d.inputs(f.Inputs, 1, f.Source)
	d.basis(f, 0, "")
}

// equation writes the sides of an equation on one line, or below each other at
// their signs.
func (d *derivations) equation(sides ...string) {
	sides = slices.Compact(sides)
	whole := strings.Join(sides, " = ")
	if width(whole) <= blockWidth {
		d.line(0, whole)
		return
	}
	left, right, ok := strings.Cut(sides[0], " = ")
	if !ok {
		left, right = "", sides[0]
	}
	margin := strings.Repeat(" ", width(left))
	d.lines = append(d.lines, wrapAt(left+" = ", margin+"   ", right)...)
	for _, side := range sides[1:] {
		d.lines = append(d.lines, wrapAt(margin+" = ", margin+"   ", side)...)
	}
}

// basis writes who vouches for an equation and when it holds. Below an equation
// of the same source that is not said again.
func (d *derivations) basis(f *system.Derivation, depth int, source string) {
	if f.Source != "" && f.Source != source {
		d.line(depth, "source: "+f.Source)
	}
	for _, text := range []string{labelled("holds for: ", f.Holds), labelled("! outside: ", f.Warning)} {
		if text != "" && !d.said[text] {
			d.said[text] = true
			d.line(depth, text)
		}
	}
}

func labelled(label, text string) string {
	if text == "" {
		return ""
	}
	return label + text
}

// inputs lists the symbols of an equation, in columns. The source is that of
// the equation.
func (d *derivations) inputs(inputs []system.DerivedInput, depth int, source string) {
	symbol, value := 0, 0
	for i := range inputs {
		symbol, value = max(symbol, width(inputs[i].Symbol)), max(value, width(inputs[i].Text))
	}
	for i := range inputs {
		in := resolve(inputs[i])
		columns := pad(in.Symbol, symbol) + indent + pad(in.Text, value) + indent
		from := in.Derivation
		if from == nil {
			d.hang(depth, columns, d.origin(&in, source))
			continue
		}
		if len(from.Inputs) == 0 {
			d.hang(depth, columns, from.Name)
			d.basis(from, depth+1, source)
			continue
		}
		if where, ok := d.refer(from); ok {
			d.hang(depth, columns, from.Name+", "+where)
			continue
		}
		d.hang(depth, columns, from.Name+" = "+rightSide(from.Symbols))
		d.inputs(from.Inputs, depth+1, from.Source)
		d.basis(from, depth+1, source)
	}
}

func pad(text string, columns int) string {
	return text + strings.Repeat(" ", max(0, columns-width(text)))
}

// origin says where an input that is not derived comes from. A key is explained
// once.
func (d *derivations) origin(in *system.DerivedInput, source string) string {
	if in.Key == "" {
		if in.Source == source {
			return "from the same source"
		}
		return in.Source
	}
	id := in.Key + "\x00" + in.Text + "\x00" + in.Where
	if on, ok := d.keys[id]; ok && on == d.on {
		return in.Key + ", as above"
	} else if ok {
		return in.Key + ", as on " + on
	}
	d.keys[id] = d.on
	text := in.Key
	switch in.Where {
	case "":
	case "default":
		return text + ", by default" + unlessPlain(in.Source)
	case "--set":
		text += ", set by --set"
	default:
		text += ", set in " + in.Where
	}
	return text + unlessPlain(in.Source)
}

// plainDefault is the source that says no more than that a value is a default.
const plainDefault = "default of xbar"

// unlessPlain leaves that out.
func unlessPlain(source string) string {
	if source == "" || source == plainDefault {
		return ""
	}
	return ": " + source
}

// refer says where a derivation stands already, or remembers that it stands
// here.
func (d *derivations) refer(f *system.Derivation) (where string, ok bool) {
	text, err := json.Marshal(f)
	if err != nil {
		return "", false // a number that is none, which the page has refused
	}
	where, ok = d.shown[string(text)]
	switch {
	case !ok:
		d.shown[string(text)] = d.here
		return "", false
	case where == d.here:
		return "as above", true
	}
	return "as for " + where, true
}

// given is the one input of a number that follows from no equation, or nil.
func given(f *system.Derivation) *system.DerivedInput {
	if len(f.Inputs) != 1 || f.Symbols != f.Inputs[0].Symbol || f.Source != "" || f.Holds != "" || f.Warning != "" {
		return nil
	}
	in := resolve(f.Inputs[0])
	return &in
}

// resolve lets an input that merely passes a number on be that number, under
// its own symbol.
func resolve(in system.DerivedInput) system.DerivedInput {
	if in.Derivation == nil {
		return in
	}
	if from := given(in.Derivation); from != nil {
		symbol := in.Symbol
		in = *from
		in.Symbol = symbol
	}
	return in
}

func rightSide(equation string) string {
	if _, right, ok := strings.Cut(equation, " = "); ok {
		return right
	}
	return equation
}

// wrapAt wraps text behind the beginning of a first line, and that of all
// further ones.
func wrapAt(first, rest, text string) (lines []string) {
	line, empty := clean(first), true
	for _, word := range strings.Fields(clean(text)) {
		if !empty && width(line)+1+width(word) > blockWidth {
			lines, line, empty = append(lines, line), rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return append(lines, strings.TrimRight(line, " "))
}
