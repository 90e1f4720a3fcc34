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
	Sampling string `toml:"sampling" enum:"grid|random|latin|sobol|search" default:"grid" doc:"grid: every combination of the axes' values; else so many points in the axes' ranges, those of a search where it expects the goal of the answers"`
	Points   int64  `toml:"points" range:"1..10000000" optional:"true" doc:"of a sampling that is no grid"`
	Seed     int64  `toml:"seed" range:"0..9223372036854775807" default:"1" doc:"of points that are drawn"`
	Axes     []Axis `toml:"axis"`

	Answers Answers `toml:"answers"`

	answers *node `toml:"-"` // of the file; nil: none
}

// Answers are what a study is asked. Outputs are those of its points, as
// machine.output, or the output alone where there is one machine.
type Answers struct {
	Minimize  string   `toml:"minimize" optional:"true" doc:"the points with the least of an output"`
	Maximize  string   `toml:"maximize" optional:"true" doc:"those with the most of it"`
	SubjectTo []string `toml:"subject_to" optional:"true" doc:"bounds that points keep: [\"latency_s <= 1 ms\"]"`
	Pareto    []string `toml:"pareto" optional:"true" doc:"outputs in one of which points are best for what they are in the others"`
	Effects   string   `toml:"effects" optional:"true" doc:"which axes of a grid an output goes with"`
	Tornado   string   `toml:"tornado" optional:"true" doc:"what an output does as each axis goes from end to end by itself"`
	Crossover string   `toml:"crossover" optional:"true" doc:"where on an axis one thing becomes less than another: a.energy_j < b.energy_j"`
	Along     string   `toml:"along" optional:"true" doc:"the axis of the crossover; the first that is a range unless given"`
	Heatmap   string   `toml:"heatmap" optional:"true" doc:"an output over two axes of a grid"`
	Curves    string   `toml:"curves" optional:"true" doc:"an output over one axis of a grid, a curve for each value of another"`
	Over      []string `toml:"over" optional:"true" doc:"those axes, the first across; the first two unless given"`
	Where     []string `toml:"where" optional:"true" doc:"values of axes that the crossover, the heatmap and curves are at: [\"tiles = 100\"]"`
	Figures   Figures  `toml:"figures"`
}

// Figures are files that answers are drawn in.
type Figures struct {
	Pareto    string `toml:"pareto" optional:"true" doc:"FILE.svg or FILE.png, as are the others; in the folder of the results"`
	Tornado   string `toml:"tornado" optional:"true"`
	Crossover string `toml:"crossover" optional:"true"`
	Heatmap   string `toml:"heatmap" optional:"true"`
	Curves    string `toml:"curves" optional:"true"`
}

// Override replaces what is there of answers, key by key. Goals are one key.
func (s *Sweep) Override(by *Answers) {
	if by.Minimize != "" || by.Maximize != "" {
		s.Answers.Minimize, s.Answers.Maximize = "", ""
		s.forget("minimize")
		s.forget("maximize")
	}
	to, from := reflect.ValueOf(&s.Answers).Elem(), reflect.ValueOf(by).Elem()
	for _, f := range sweepSchema.field("answers").sub.fields {
		if f.kind != tables && !from.Field(f.index).IsZero() {
			to.Field(f.index).Set(from.Field(f.index))
			s.forget(f.key)
		}
	}
}

// Asked is a key of the answers that are asked for, and its value or values.
type Asked struct {
	Key    string
	Values []string
}

// Asked lists the keys that are given, figures aside, in the order in which they are
// documented.
func (a *Answers) Asked() (all []Asked) {
	v := reflect.ValueOf(a).Elem()
	for _, f := range sweepSchema.field("answers").sub.fields {
		switch x := v.Field(f.index).Interface().(type) {
		case string:
			if x != "" {
				all = append(all, Asked{f.key, []string{x}})
			}
		case []string:
			if len(x) > 0 {
				all = append(all, Asked{f.key, x})
			}
		}
	}
	return all
}

func (s *Sweep) forget(key string) {
	if s.answers != nil {
		s.answers.take(key)
	}
}

// Wrong locates what is wrong with an answer's key, or with its element of that index, in
// the file. It is nil where the file has no such key.
func (s *Sweep) Wrong(key string, index int, err error) error {
	if s.answers == nil {
		return nil
	}
	n := s.answers
	for part := range strings.SplitSeq(key, ".") {
		if n = n.child(part); n == nil {
			return nil
		}
	}
	if index < len(n.children) {
		n = n.children[index]
	}
	errs := &collector{}
	errs.addf(n.at, "%v", err)
	return errs.sorted()
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
	d.checkAnswers(&sweep.Answers, root.child("answers"))
	sweep.answers = root.child("answers")
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
		d.errs.addf(sampling.at, "sampling = %s computes some points: say how many with points = 100", quote(s.Sampling))
	case s.Sampling == "grid" && s.Points > 0:
		d.errs.addf(root.child("points").at, "a grid has as many points as its axes' values make; points goes with sampling = random, latin, sobol or search")
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
	switch space := s.combinations(); {
	case s.Sampling == "grid" && total > mostPoints:
		d.errs.addf(list.at, "%.3g points; a study has at most %d", total, mostPoints)
	case s.Sampling == "search" && s.Points > 0 && space <= float64(s.Points):
		d.errs.addf(root.child("points").at, "the axes have %.0f combinations of values, and a search has fewer points: sampling = \"grid\" computes them all", space)
	}
}

// combinations is how many there are of the axes' values.
func (s *Sweep) combinations() float64 {
	n := 1.0
	for i := range s.Axes {
		switch a := &s.Axes[i]; {
		case a.Range == nil:
			different := map[any]bool{}
			for _, v := range a.Values {
				different[v] = true
			}
			n *= float64(max(1, len(different)))
		case a.Scale == "powers":
			n *= float64(a.Len())
		case a.Range.Whole:
			n *= a.Range.To - a.Range.From + 1
		default:
			return math.Inf(1)
		}
	}
	return n
}

// checkAnswers finds keys that have no meaning without others. Keys that are on the
// command line are not known here, so that a key on its own may be right.
func (d *decoder) checkAnswers(a *Answers, n *node) {
	if n == nil || n.kind != table {
		return
	}
	if a.Minimize != "" && a.Maximize != "" {
		d.errs.addf(n.child("maximize").keyAt, "minimize and maximize: a study has one goal; pareto takes several")
	}
	if len(a.Pareto) == 1 {
		d.errs.addf(n.child("pareto").at, "a front is of two outputs or more; minimize and maximize take one")
	}
	if over := n.child("over"); over != nil && len(a.Over) > 0 && len(a.Over) != 2 {
		d.errs.addf(over.at, "over names two axes, the first across and the second upwards")
	}
	figures := n.child("figures")
	if figures == nil || figures.kind != table {
		return
	}
	for _, c := range figures.children {
		if text, is := c.value.(string); is && text != "" && !IsFigure(text) {
			d.errs.addf(c.at, "%s ends in neither .svg nor .png", quote(text))
		}
	}
}

// IsFigure reports whether a file's name is that of a figure.
func IsFigure(path string) bool {
	extension := strings.ToLower(filepath.Ext(path))
	return extension == ".svg" || extension == ".png"
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
		at := len(v) - len(strings.TrimLeft(v, "+-.0123456789eE"))
		x, err := strconv.ParseFloat(v[:at], 64)
		for err != nil && at > 1 { // 1Ebit/s is no exponent
			at--
			x, err = strconv.ParseFloat(v[:at], 64)
		}
		return x, strings.TrimSpace(v[at:]), false, err == nil && nounOf(v) != ""
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
		return r.Value(math.Ldexp(r.From, int(i)))
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
		return r.Value(r.To)
	case a.Scale == "log":
		return r.Value(r.From * math.Pow(r.To/r.From, share))
	}
	return r.Value(r.From + share*(r.To-r.From))
}

// Numbers are the axis' values on a grid as numbers of one unit, as it is written. It
// reports whether they are that.
func (a *Axis) Numbers() (xs []float64, symbol string, ok bool) {
	for i := range a.Len() {
		x, of, _, is := number(a.At(i))
		if !is || i > 0 && of != symbol {
			return nil, "", false
		}
		xs, symbol = append(xs, x), of
	}
	return xs, symbol, true
}

// Near is the value of the axis at a share of its way, as Between, but of so many digits:
// with all of them some clocks have no whole ratio to others.
func (a *Axis) Near(share float64, digits int) any {
	v := a.Between(share)
	if a.Range == nil || a.Range.Whole || a.Scale == "powers" {
		return v
	}
	x, _, _, ok := number(v)
	if rounded := RoundTo(x, digits); ok && rounded >= a.Range.From && rounded <= a.Range.To {
		return a.Range.Value(rounded)
	}
	return v
}

// RoundTo is x to so many significant digits.
func RoundTo(x float64, digits int) float64 {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'e', digits-1, 64), 64)
	return rounded
}

// Value is x as a value of the range: rounded where its values are whole.
func (r *Range) Value(x float64) any {
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

// mostTexts bounds a list of texts.
const mostTexts = 100

func (f *field) setTexts(v reflect.Value, n *node) Error {
	if n.kind != list || len(n.children) == 0 || len(n.children) > mostTexts {
		return Error{Message: f.key + " is " + f.bounds}
	}
	all := make([]string, len(n.children))
	for i, c := range n.children {
		text, is := c.value.(string)
		if !is || strings.TrimSpace(text) == "" {
			return Error{Message: fmt.Sprintf("%s[%d] is no text", f.key, i), Allowed: f.bounds}
		}
		all[i] = text
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

// Written is a key's value as it was written, in the config, below it or as its default;
// "" where it has several, or none.
func (c *Config) Written(key string) string {
	steps, equals := parsePath(newDocument(setArgument, key+"="))
	if equals < 0 {
		return ""
	}
	if steps[0].key != "machine" || len(steps) < 3 {
		return c.Provenance[c.dotted(steps)].Text
	}
	for i := range c.Machines {
		m := &c.Machines[i]
		if which := steps[1]; which.kind == byIndex && which.index == i || which.kind == byKey && which.key == m.Name || which.kind == all && len(c.Machines) == 1 {
			return m.Provenance[c.dotted(steps[2:])].Text
		}
	}
	return ""
}

// dotted is a path as provenance has it: kernels by their number.
func (c *Config) dotted(steps []step) (path string) {
	for i, s := range steps {
		switch {
		case s.kind == byIndex:
			path = element(path, s.index)
		case s.kind == byKey && i > 0 && steps[i-1].key == "kernel":
			at := slices.IndexFunc(c.Workload.Kernels, func(k Kernel) bool { return k.Name == s.key })
			path = element(path, at)
		default:
			path = strings.TrimPrefix(path+"."+s.key, ".")
		}
	}
	return path
}
