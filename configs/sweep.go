package configs

import (
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Sweep is a what-if study: points that differ from a base config in the values of some
// keys. The struct tags are the schema that [LoadSweep] enforces.
type Sweep struct {
	Title    string `toml:"title" default:""`
	Base     string `toml:"base" doc:"the config that all points start from"`
	Sampling string `toml:"sampling" enum:"grid|random|latin|sobol" default:"grid" doc:"grid: every combination of the axes' values; else so many points in the axes' ranges"`
	Points   int64  `toml:"points" range:"1..10000000" optional:"true" doc:"of a sampling that is no grid"`
	Seed     int64  `toml:"seed" range:"0..9223372036854775807" default:"1" doc:"of points that are drawn"`
	Axes     []Axis `toml:"axis"`
}

// Axis is a key of the config and the values that it takes: those listed, or a range.
type Axis struct {
	Key    string `toml:"key" doc:"of the config, as --set takes it: machine.isaac.adc.resolution"`
	Name   string `toml:"name" optional:"true" doc:"in tables and figures; the key unless given"`
	Values []any  `toml:"values" optional:"true" doc:"the values that it takes"`
	From   any    `toml:"from" optional:"true" doc:"the first value of a range: a number, or a number with a unit; whole if from and to are"`
	To     any    `toml:"to" optional:"true" doc:"the last"`
	Steps  int64  `toml:"steps" range:"2..1000000" optional:"true" doc:"values of a range that is linear or log, on a grid"`
	Scale  string `toml:"scale" enum:"linear|log|powers" default:"linear" doc:"powers: from, and twice as much until to"`
	Zip    string `toml:"zip" optional:"true" doc:"axes with the same word here take their values together, the first with the first"`

	Range *Range `toml:"-"` // nil: values are listed
}

// Range is what an axis' from and to say.
type Range struct {
	From, To float64
	Whole    bool   // values are whole numbers
	Unit     string // as written behind the number; "" is none
}

var sweepSchema = newSection(reflect.TypeFor[Sweep](), "")

// mostPoints bounds what a slip in a study can cost.
const mostPoints = 10_000_000

// LoadSweep reads a study. The path of its base is relative to its folder; the result
// holds it resolved. What is wrong with it comes as [Errors]. That its keys are
// those of a config is found when they are set.
func LoadSweep(path string) (*Sweep, error) {
	text, err := readFile(path, maxSize)
	if err != nil {
		return nil, err
	}
	sweep, err := ParseSweep(path, text)
	if err != nil {
		return nil, err
	}
	sweep.Base = resolve(filepath.Dir(path), sweep.Base)
	return sweep, nil
}

// IsSweep reports whether a file is a study, which has axes, and no config. What is no
// TOML is neither.
func IsSweep(path string) (bool, error) {
	text, err := readFile(path, maxSize)
	if err != nil {
		return false, err
	}
	root := read(newDocument(path, string(text)), &collector{})
	return root != nil && root.child("axis") != nil, nil
}

// ParseSweep reads a study from memory; name stands for it in errors.
func ParseSweep(name string, text []byte) (*Sweep, error) {
	errs := &collector{}
	root := read(newDocument(name, string(text)), errs)
	if err := errs.sorted(); err != nil {
		return nil, err
	}
	sweep := &Sweep{}
	d := decoder{errs: errs, top: sweepSchema, leaves: map[string]leaf{}}
	d.table(sweepSchema, reflect.ValueOf(sweep).Elem(), root, "")
	d.checkSweep(sweep, root)
	if err := errs.sorted(); err != nil {
		return nil, err
	}
	return sweep, nil
}

func (d *decoder) checkSweep(s *Sweep, root *node) {
	list, sampling := root.child("axis"), root.child("sampling")
	switch {
	case list == nil:
		d.errs.addf(root.at, "no axis: add a table [[axis]] with a key and its values")
	case s.Sampling == "": // reported
	case s.Sampling != "grid" && s.Points == 0 && root.child("points") == nil:
		d.errs.addf(sampling.at, "sampling = %s draws points: say how many with points = 100", quote(s.Sampling))
	case s.Sampling == "grid" && s.Points > 0:
		d.errs.addf(root.child("points").at, "a grid has as many points as its axes' values make; points goes with sampling = random, latin or sobol")
	}
	keys, lengths := map[string]bool{}, map[string]int64{}
	total := 1.0
	for i := range s.Axes {
		n := list.children[i]
		if n.kind != table {
			continue
		}
		a := &s.Axes[i]
		if a.Key != "" && keys[a.Key] {
			d.errs.addf(n.child("key").at, "a second axis of %s: one would undo the other", a.Key)
		}
		keys[a.Key] = true
		d.checkAxis(a, n, s.Sampling)
		length, zipped := lengths[a.Zip]
		switch {
		case a.Zip == "":
			total *= float64(max(1, a.Len()))
		case zipped && length != a.Len():
			d.errs.addf(n.child("zip").at, "%d values beside the %d of the first axis with zip = %s: axes that go together have as many", a.Len(), length, quote(a.Zip))
		case !zipped:
			lengths[a.Zip] = a.Len()
			total *= float64(max(1, a.Len()))
		}
		if a.Zip != "" && s.Sampling != "grid" {
			d.errs.addf(n.child("zip").at, "only axes of a grid go together")
		}
	}
	if s.Sampling == "grid" && total > mostPoints {
		d.errs.addf(list.at, "%.3g points; a study has at most %d", total, mostPoints)
	}
}

// checkAxis settles what values an axis takes.
func (d *decoder) checkAxis(a *Axis, n *node, sampling string) {
	values, from, to := n.child("values"), n.child("from"), n.child("to")
	stray := func(keys ...string) {
		for _, key := range keys {
			if c := n.child(key); c != nil {
				d.errs.addf(c.keyAt, "%s goes with a range from and to, not with values", key)
			}
		}
	}
	switch {
	case values != nil && (from != nil || to != nil):
		d.errs.addf(values.keyAt, "values beside from and to: leave one out")
	case values != nil:
		stray("steps", "scale")
	case slices.ContainsFunc(n.children, func(c *node) bool { return sweepSchema.field("axis").sub.field(c.key) == nil }):
		// reported, and perhaps what is missing
	case from == nil || to == nil:
		d.errs.addf(n.at, "an axis needs its values, or both from and to")
	default:
		d.checkRange(a, n, sampling)
	}
}

func (d *decoder) checkRange(a *Axis, n *node, sampling string) {
	from, to, steps := n.child("from"), n.child("to"), n.child("steps")
	if a.From == nil || a.To == nil {
		return // reported
	}
	low, lowUnit, lowWhole, ok := number(a.From)
	high, highUnit, highWhole, okHigh := number(a.To)
	r := &Range{From: low, To: high, Whole: lowWhole && highWhole, Unit: lowUnit}
	switch {
	case !ok:
		d.errs.addf(from.at, "from is a number, or a number with a unit in quotes, not %s", describe(from))
	case !okHigh:
		d.errs.addf(to.at, "to is a number, or a number with a unit in quotes, not %s", describe(to))
	case lowUnit != highUnit:
		d.errs.addf(to.at, "to is in %s and from in %s: write both in the same unit", named(highUnit), named(lowUnit))
	case high <= low:
		d.errs.addf(to.at, "to = %s is not more than from = %s", quoteless(to.text), quoteless(from.text))
	case a.Scale != "linear" && low <= 0:
		d.errs.addf(from.at, "from = %s: a scale that is %s starts above zero", quoteless(from.text), a.Scale)
	case a.Scale == "powers" && steps != nil:
		d.errs.addf(steps.keyAt, "powers have no steps: each value is twice the one before")
	case sampling != "grid" && steps != nil:
		d.errs.addf(steps.keyAt, "steps are those of a grid, and sampling = %s", quote(sampling))
	case sampling == "grid" && a.Scale != "powers" && steps == nil:
		d.errs.addf(n.at, "a range on a grid has steps: steps = 5")
	default:
		a.Range = r
		if sampling == "grid" && a.Len() != a.distinct() {
			d.errs.addf(steps.at, "%d steps from %s to %s are not all different whole numbers; write from = %s.0 for numbers between them", a.Steps, quoteless(from.text), quoteless(to.text), quoteless(from.text))
		}
	}
}

func named(unit string) string {
	if unit == "" {
		return "no unit"
	}
	return quote(unit)
}

// number splits a number from its unit.
func number(value any) (x float64, symbol string, isWhole, ok bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), "", true, true
	case float64:
		return v, "", false, !math.IsNaN(v) && !math.IsInf(v, 0)
	case string:
		digits := strings.TrimLeft(v, "+-.0123456789")
		at := len(v) - len(digits)
		x, err := strconv.ParseFloat(v[:at], 64)
		return x, strings.TrimSpace(digits), false, err == nil && nounOf(v) != ""
	}
	return 0, "", false, false
}

// Len is how many values the axis has on a grid.
func (a *Axis) Len() int64 {
	switch {
	case a.Range == nil:
		return int64(len(a.Values))
	case a.Scale == "powers":
		return int64(math.Floor(math.Log2(a.Range.To/a.Range.From)*(1+1e-12))) + 1
	}
	return a.Steps
}

// At is value i of the axis on a grid, from 0 on.
func (a *Axis) At(i int64) any {
	r := a.Range
	switch {
	case r == nil:
		return a.Values[i]
	case a.Scale == "powers":
		return r.value(math.Ldexp(r.From, int(i)))
	}
	return a.Between(float64(i) / float64(a.Steps-1))
}

// Between is the value of the axis at a share of its way, from 0 up to 1: of values that
// are listed, one of as many equal parts.
func (a *Axis) Between(share float64) any {
	r := a.Range
	switch {
	case r == nil:
		return a.Values[min(int(share*float64(len(a.Values))), len(a.Values)-1)]
	case a.Scale == "powers":
		n := a.Len()
		return a.At(min(int64(share*float64(n)), n-1))
	case share == 1:
		return r.value(r.To)
	case a.Scale == "log":
		return r.value(r.From * math.Pow(r.To/r.From, share))
	}
	return r.value(r.From + share*(r.To-r.From))
}

func (r *Range) value(x float64) any {
	switch {
	case r.Whole:
		return int64(math.Round(x))
	case r.Unit != "":
		return strconv.FormatFloat(x, 'g', -1, 64) + " " + r.Unit
	}
	return x
}

// distinct is how many of a grid's values differ from the one before.
func (a *Axis) distinct() (n int64) {
	var before any
	for i := range a.Len() {
		if v := a.At(i); i == 0 || v != before {
			n, before = n+1, v
		}
	}
	return n
}

func (f *field) setAnything(v reflect.Value, n *node) Error {
	if n.kind != scalar || n.value == nil || isDate(n) {
		return Error{Message: fmt.Sprintf("%s is %s, not %s", f.key, f.bounds, describe(n))}
	}
	v.Set(reflect.ValueOf(n.value))
	return Error{}
}

func (f *field) setValues(v reflect.Value, n *node) Error {
	if n.kind != list || len(n.children) == 0 {
		return Error{Message: f.key + " is " + f.bounds}
	}
	all := make([]any, len(n.children))
	for i, c := range n.children {
		if c.kind != scalar || isDate(c) {
			return Error{Message: fmt.Sprintf("%s[%d] is %s, and not one value", f.key, i, describe(c)), Allowed: f.bounds}
		}
		all[i] = c.value
	}
	v.Set(reflect.ValueOf(all))
	return Error{}
}

func isDate(n *node) bool {
	_, is := n.value.(time.Time)
	return is
}

// Setting is a --set argument that gives a key a value: a text, a number, true or false.
func Setting(key string, value any) string {
	switch v := value.(type) {
	case string:
		return key + "=" + literalText(v)
	case float64:
		return key + "=" + strconv.FormatFloat(v, 'e', -1, 64)
	}
	return fmt.Sprintf("%s=%v", key, value)
}

// literalText is a text as TOML writes it.
func literalText(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// BelowMachine is a key of machines without which of them it is of, as in
// machine.isaac.adc.resolution; ok is false where it is none.
func BelowMachine(key string) (below string, ok bool) {
	d := newDocument(setArgument, key+"=")
	steps, equals := parsePath(d)
	if equals < 0 || len(steps) < 3 || steps[0].key != "machine" {
		return "", false
	}
	return d.text[steps[2].at.start:equals], true
}
