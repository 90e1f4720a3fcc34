package configs

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"xbar/sim/model"
	"xbar/sim/unit"
)

// section is the schema of one table, read from a struct's tags.
type section struct {
	label   string // as messages name it: [machine.adc]
	fields  []*field
	groups  []model.Group // what may be modelled in several ways
	part    bool          // the library has presets of it
	sourced bool          // part of a machine: a key source vouches for the table's values
}

// field is the schema of one key.
type field struct {
	key       string
	index     int
	kind      fieldKind
	sub       *section // of a table, or of a list's elements
	low       float64  // of a number, as is high
	high      float64
	bounds    string // low..high as written, exact for integers
	enum      []string
	symbol    string // of a quantity
	positive  bool
	unlimited bool // of a quantity: the word stands for no limit, which is zero
	fallback  *string
	optional  bool
	machines  []string // kinds of machine that the table belongs to; nil: all
	spare     []string // of those, which may go without it
	doc       string
}

type fieldKind uint8

const (
	text fieldKind = iota
	whole
	real
	boolean
	quantity
	tables   // one table
	numbers  // a list of numbers that are not negative
	series   // a list of numbers between bounds
	sizes    // whole numbers by name
	lists    // a list of tables
	anything // a value of whatever kind
	values   // a list of them
	texts    // a list of texts
)

// schema is what a study may hold. Tags that make no sense are a programmer's
// error, found when the package is loaded.
var schema = newSection(reflect.TypeFor[Config](), "")

var machineSchema = schema.field("machine").sub

func (s *section) field(key string) *field {
	for _, f := range s.fields {
		if f.key == key {
			return f
		}
	}
	return nil
}

// keys lists what may stand in the table, sorted, on a machine of that kind.
func (s *section) keys(kind string) []string {
	var keys []string
	for _, f := range s.fields {
		if f.on(kind) {
			keys = append(keys, f.key)
		}
	}
	if s.part {
		keys = append(keys, "preset")
	}
	slices.Sort(keys)
	return keys
}

// on says whether the key may stand on a machine of that kind, or on one of
// unknown kind, "".
func (f *field) on(kind string) bool {
	return f.machines == nil || kind == "" || slices.Contains(f.machines, kind)
}

// required lists what must stand in the table, in the order of the schema.
func (s *section) required() []string {
	var keys []string
	for _, f := range s.fields {
		if f.required() {
			keys = append(keys, f.key)
		}
	}
	for _, g := range s.groups {
		keys = append(keys, g.Choices[0].Needs...)
	}
	return keys
}

func (f *field) required() bool {
	switch f.kind {
	case tables:
		return len(f.sub.required()) > 0
	case lists:
		return false
	default:
		return f.fallback == nil && !f.optional
	}
}

func newSection(t reflect.Type, path string) *section {
	s := &section{label: "[" + path + "]", sourced: path == "machine" || strings.HasPrefix(path, "machine.")}
	s.groups = groups[strings.TrimPrefix(path, "machine.")]
	s.part = slices.Contains(partSections, strings.TrimPrefix(path, "machine."))
	if path == "" {
		s.label = "the top level"
	}
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		if tag.Get("toml") == "-" {
			continue
		}
		s.fields = append(s.fields, newField(t.Field(i), i, path))
	}
	return s
}

func newField(member reflect.StructField, index int, path string) *field {
	tag := member.Tag
	f := &field{
		key: tag.Get("toml"), index: index,
		optional: tag.Get("optional") == "true", positive: tag.Get("check") == "positive", unlimited: tag.Get("unlimited") == "true",
		doc: tag.Get("doc"),
	}
	if f.key == "" {
		panic("configs: no toml tag on " + member.Name)
	}
	if fallback, ok := tag.Lookup("default"); ok {
		f.fallback = &fallback
	}
	if kinds := tag.Get("kind"); kinds != "" {
		f.machines = strings.Split(kinds, "|")
	}
	if kinds := tag.Get("spare"); kinds != "" {
		f.spare = strings.Split(kinds, "|")
	}
	if values := tag.Get("enum"); values != "" {
		f.enum = strings.Split(values, "|")
	}
	below := strings.TrimPrefix(path+"."+f.key, ".")
	switch t := member.Type; {
	case t.Kind() == reflect.Struct:
		f.kind, f.sub = tables, newSection(t, below)
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Float64:
		f.kind = numbers
		f.bounds = "a list of 2 to 4096 shares that are not negative: [8, 4, 2, 1]"
		if bounds := tag.Get("range"); bounds != "" {
			f.kind = series
			f.setBounds(bounds)
			f.bounds = "a list of 2 to 4096 numbers, each " + f.bounds
		}
	case t.Kind() == reflect.Map:
		f.kind = sizes
		f.setBounds(tag.Get("range"))
	case t.Kind() == reflect.Interface:
		f.kind, f.bounds = anything, "a number, a text or true or false"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Interface:
		f.kind, f.bounds = values, "a list of values: [4, 6, 8]"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.String:
		f.kind, f.bounds = texts, `a list of texts: ["…", "…"]`
	case t.Kind() == reflect.Slice:
		f.kind, f.sub = lists, newSection(t.Elem(), below)
		f.sub.label = "[" + f.sub.label + "]"
	case t.Kind() == reflect.String:
		f.kind = text
	case t.Kind() == reflect.Bool:
		f.kind = boolean
	case t.Kind() == reflect.Int || t.Kind() == reflect.Int64:
		f.kind = whole
		f.setBounds(tag.Get("range"))
	case t.Implements(reflect.TypeFor[interface{ Symbol() string }]()):
		f.kind = quantity
		f.symbol = reflect.Zero(t).Interface().(interface{ Symbol() string }).Symbol()
		if _, known := quantities[f.symbol]; !known {
			panic("configs: quantity without examples: " + f.symbol)
		}
		f.low, f.high = believable(f.symbol)
		f.bounds = quantities[f.symbol].low + " to " + quantities[f.symbol].high
		if most := tag.Get("most"); most != "" {
			f.high, f.bounds = boundOf(most, f.symbol), quantities[f.symbol].low+" to "+most
		}
		if !f.positive {
			f.bounds = "0, or " + f.bounds
		}
	case t.Kind() == reflect.Float64:
		f.kind = real
		f.setBounds(tag.Get("range"))
	default:
		panic(fmt.Sprintf("configs: %s has type %v", member.Name, t))
	}
	return f
}

func (f *field) setBounds(tag string) {
	low, high, ok := strings.Cut(tag, "..")
	var errLow, errHigh error
	f.low, errLow = strconv.ParseFloat(low, 64)
	f.high, errHigh = strconv.ParseFloat(high, 64)
	if !ok || errLow != nil || errHigh != nil {
		panic(fmt.Sprintf("configs: %s has range %q", f.key, tag))
	}
	f.bounds = low + " to " + high
}

// quantities says how messages speak of each unit, and between which bounds a
// value other than zero is believed. They lie far beyond any device, so that a
// slip of a prefix or two is noticed and no product of values overflows.
var quantities = map[string]struct {
	noun      string
	common    string   // the unit of examples
	units     []string // some that are understood
	zero      string   // what a zero means, where that is worth saying
	low, high string
}{
	"J":     {"an energy", "pJ", []string{"aJ", "fJ", "pJ", "nJ", "uJ", "mJ", "J"}, "it is meant to cost nothing", "1e-12 aJ", "1 kJ"},
	"s":     {"a time", "ns", []string{"ps", "ns", "us", "ms", "s"}, "it is meant to take no time", "1 as", "1 Ms"},
	"Hz":    {"a frequency", "MHz", []string{"Hz", "kHz", "MHz", "GHz"}, "", "1 Hz", "10 THz"},
	"W":     {"a power", "uW", []string{"pW", "nW", "uW", "mW", "W"}, "it is meant to cost nothing", "1e-6 aW", "1 MW"},
	"V":     {"a voltage", "V", []string{"uV", "mV", "V"}, "", "1 nV", "1 kV"},
	"S":     {"a conductance", "uS", []string{"nS", "uS", "mS", "S"}, "", "1 aS", "1 kS"},
	"ohm":   {"a resistance", "kohm", []string{"mohm", "ohm", "kohm", "Mohm"}, "", "1 nohm", "1 Pohm"},
	"F":     {"a capacitance", "fF", []string{"aF", "fF", "pF", "nF", "F"}, "it is meant to cost nothing", "1e-6 aF", "1 F"},
	"m":     {"a length", "nm", []string{"nm", "um", "mm"}, "", "1 pm", "1 km"},
	"m2":    {"an area", "um2", []string{"nm2", "um2", "mm2", "m2"}, "", "1e-3 nm2", "100 m2"},
	"J/bit": {"an energy per bit", "pJ/bit", []string{"fJ/bit", "pJ/bit", "nJ/bit", "fJ/B", "pJ/B", "nJ/B"}, "it is meant to cost nothing", "1e-12 aJ/bit", "1 kJ/bit"},
	"bit/s": {"a bandwidth", "GB/s", []string{"bit/s", "kbit/s", "Mbit/s", "Gbit/s", "B/s", "kB/s", "MB/s", "GB/s"}, "", "1 bit/s", "1 Ebit/s"},
	"bit":   {"an amount of memory", "KiB", []string{"bit", "Kibit", "B", "kB", "MB", "GB", "KiB", "MiB", "GiB"}, "", "1 bit", "1024 TiB"},
}

// believable is the bounds of a unit's values, zero aside.
func believable(symbol string) (low, high float64) {
	return boundOf(quantities[symbol].low, symbol), boundOf(quantities[symbol].high, symbol)
}

func boundOf(text, symbol string) float64 {
	x, err := unit.Parse(text, symbol)
	if err != nil {
		panic("configs: bounds of " + symbol + ": " + err.Error())
	}
	return x
}

// example is a quantity as a user would write it.
func example(number, symbol string) string {
	return strconv.Quote(number + " " + quantities[symbol].common)
}

// nounOf names the quantity that a text with a unit is, or "".
func nounOf(text string) string {
	for _, symbol := range []string{"J", "s", "Hz", "W", "V", "S", "ohm", "F", "m2", "J/bit", "bit/s", "bit"} {
		if _, err := unit.Parse(text, symbol); err == nil {
			return quantities[symbol].noun
		}
	}
	return ""
}
