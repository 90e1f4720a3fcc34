package configs

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"xbar/sim/unit"
)

// decoder fills structs from a tree by the schema, and reports what does not
// fit.
type decoder struct {
	errs     *collector
	top      *section        // of what is read
	kind     string          // of the machine being read
	leaves   map[string]leaf // values read without error, by dotted key
	machines []*machine
}

// leaf is where a value was set.
type leaf struct {
	at     span
	origin Origin
	zero   *node // of a preset, that it replaces; nil: none
}

// machine is a machine as it was read, for the checks across its keys.
type machine struct {
	*Machine
	node   *node
	leaves map[string]leaf
}

// table fills the struct v from table n, whose dotted key is path.
func (d *decoder) table(s *section, v reflect.Value, n *node, path string) {
	meant := map[string]bool{} // keys that are there, misspelt
	for _, c := range n.children {
		if s.field(c.key) == nil {
			meant[d.unknown(s, c)] = true
		}
	}
	var absent []*field
	for _, f := range s.fields {
		c := n.child(f.key)
		if c == nil && meant[f.key] {
			continue
		}
		below := strings.TrimPrefix(path+"."+f.key, ".")
		switch {
		case !f.on(d.kind):
			d.misplaced(f, c)
		case c != nil && c.kind == broken:
		case f.kind == tables && c == nil && slices.Contains(f.spare, d.kind):
		case f.kind == tables && c == nil && f.machines != nil && f.required():
			absent = append(absent, f)
		case f.kind == tables:
			d.subtable(f, v.Field(f.index), c, n, below)
		case f.kind == lists:
			d.list(f, v.Field(f.index), c, below)
		case f.kind == sizes:
			d.sizes(f, v.Field(f.index), c, below)
		default:
			d.leaf(s, f, v.Field(f.index), c, n, below)
		}
	}
	d.absent(absent, n)
}

func (d *decoder) subtable(f *field, v reflect.Value, c, parent *node, path string) {
	switch {
	case c == nil:
		d.table(f.sub, v, &node{keyAt: parent.keyAt, at: parent.at, kind: table}, path)
	case c.kind == list:
		d.errs.addf(c.at, "there is one %s: write it with single brackets", f.sub.label)
	case c.kind != table:
		d.errs.addf(c.at, "%s is a table: write %s and its keys on the lines below", f.key, f.sub.label)
	default:
		d.table(f.sub, v, c, path)
	}
}

func (d *decoder) list(f *field, v reflect.Value, c *node, path string) {
	switch {
	case c == nil:
		return
	case c.kind == table:
		d.errs.addf(c.at, "there may be several: write %s with double brackets", f.sub.label)
		return
	case c.kind != list:
		d.errs.addf(c.at, "%s is a list of tables: write %s and its keys on the lines below", f.key, f.sub.label)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(c.children), len(c.children)))
	for i, e := range c.children {
		if e.kind == broken {
			continue
		}
		if e.kind != table {
			d.errs.addf(e.at, "%s is a list of tables, not of %s", f.key, describe(e))
			continue
		}
		if m, ok := v.Index(i).Addr().Interface().(*Machine); ok {
			d.machine(m, e)
			continue
		}
		d.table(f.sub, v.Index(i), e, element(path, i))
	}
}

// sizes reads whole numbers by name.
func (d *decoder) sizes(f *field, v reflect.Value, n *node, path string) {
	switch {
	case n == nil:
		return
	case n.kind != table:
		d.errs.add(n.at, Error{Message: fmt.Sprintf("%s is a table, not %s: write { name = 1 }", f.key, describe(n))})
		return
	}
	all := map[string]int64{}
	for _, c := range n.children {
		one := field{key: c.key, low: f.low, high: f.high, bounds: f.bounds, kind: whole}
		var size int64
		if c.kind == broken {
			continue
		}
		if wrong := one.set(reflect.ValueOf(&size).Elem(), c); wrong.Message != "" {
			d.errs.add(c.at, wrong)
			continue
		}
		all[c.key] = size
		d.leaves[path+"."+c.key] = leaf{at: c.keyAt, origin: Origin{Where: c.at.where(), Text: c.text}}
	}
	v.Set(reflect.ValueOf(all))
}

// usualLeaves is how many values a machine has, with its defaults.
const usualLeaves = 200

// machine reads one machine. Its keys are counted from its own table.
func (d *decoder) machine(m *Machine, n *node) {
	own := decoder{errs: d.errs, top: d.top, leaves: make(map[string]leaf, usualLeaves)}
	if kind := n.child("kind"); kind != nil && slices.Contains(machineSchema.field("kind").enum, kind.text) {
		own.kind = kind.text
	}
	own.table(machineSchema, reflect.ValueOf(m).Elem(), n, "")
	m.Provenance = make(map[string]Origin, len(own.leaves))
	for key, l := range own.leaves {
		m.Provenance[key] = l.origin
		if l.zero != nil {
			m.Replaced = append(m.Replaced, Replaced{key, l.zero.at.where(), l.zero.source})
		}
	}
	slices.SortFunc(m.Replaced, func(a, b Replaced) int { return strings.Compare(a.Key, b.Key) })
	d.machines = append(d.machines, &machine{m, n, own.leaves})
}

// unknown reports a key that the schema has not, and gives the one that was
// meant, or "".
func (d *decoder) unknown(s *section, c *node) string {
	keys := s.keys(d.kind)
	e := Error{
		Message:    fmt.Sprintf("unknown key %s in %s", quote(c.key), s.label),
		Suggestion: Nearest(c.key, keys),
		Allowed:    strings.Join(keys, ", "),
	}
	if s == d.top {
		e.Message = fmt.Sprintf("unknown key %s at %s", quote(c.key), s.label)
	}
	switch {
	case s == schema && c.key == "axis":
		e.Message += "; this is a study, which xbar sweep runs"
	case e.Suggestion == "":
		e.Message += d.belongs(c.key, s)
	}
	d.errs.add(c.keyAt, e)
	return e.Suggestion
}

// belongs names the tables that have a key which this one has not.
func (d *decoder) belongs(key string, s *section) string {
	if d.top.field(key) != nil {
		return "; it belongs at the top level, above the first [table]"
	}
	if d.top == sweepSchema && d.top.field("answers").sub.field(key) != nil {
		return "; it belongs in [answers]"
	}
	if d.top != schema {
		return ""
	}
	root := schema
	if s.sourced {
		root = machineSchema
	}
	if root.field(key) != nil {
		return "; it belongs in " + root.label
	}
	var homes []string
	for _, f := range root.fields {
		if f.sub != nil && f.sub.field(key) != nil && f.on(d.kind) {
			homes = append(homes, f.sub.label)
		}
	}
	if len(homes) == 0 || len(homes) > 3 {
		return ""
	}
	return "; it belongs in " + strings.Join(homes, " or ")
}

// enumerate joins words as a sentence does.
func enumerate(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

func (d *decoder) misplaced(f *field, c *node) {
	if c != nil {
		d.errs.addf(c.keyAt, "%s belongs to %s machines, and this one is %s", f.sub.label, enumerate(f.machines), d.kind)
	}
}

// absent reports the tables that a machine lacks, all in one: usually it is a
// preset that is missing.
func (d *decoder) absent(fields []*field, n *node) {
	if len(fields) == 0 || d.kind == "" {
		return
	}
	if len(fields) == 1 {
		f := fields[0]
		d.errs.addf(n.at, "%s is missing; %s machines need it: %s", f.sub.label, enumerate(f.machines), strings.Join(f.sub.required(), ", "))
		return
	}
	labels := make([]string, len(fields))
	for i, f := range fields {
		labels[i] = f.sub.label
	}
	d.errs.addf(n.at, "%s machines need %s: name a preset that has them (preset = \"…\"), or write them", d.kind, strings.Join(labels, ", "))
}

// leaf sets one value: as written, or its default.
func (d *decoder) leaf(s *section, f *field, v reflect.Value, c, parent *node, path string) {
	if c == nil {
		switch {
		case f.fallback != nil:
			f.setDefault(v)
			d.leaves[path] = leaf{origin: Origin{Where: "default", Text: *f.fallback}}
		case !f.optional:
			d.missing(s, f, parent)
		}
		return
	}
	if wrong := f.set(v, c); wrong.Message != "" {
		d.errs.add(c.at, wrong)
		return
	}
	origin := Origin{Where: c.at.where(), Source: c.source, Text: c.text}
	if c.inferred {
		origin.Where = "from the keys beside it"
	}
	d.leaves[path] = leaf{c.at, origin, f.replaces(v, c)}
}

// charges are the units of what is charged, or makes it: energies, powers and
// capacitances.
var charges = []string{"J", "J/bit", "W", "F"}

// replaces is the zero of a preset that more than nothing was written over, if a source
// says why it is one.
func (f *field) replaces(v reflect.Value, n *node) *node {
	if f.kind != quantity || !slices.Contains(charges, f.symbol) || v.Float() == 0 {
		return nil
	}
	for over := n; over != nil; over = over.over {
		if over.at.doc.rank != 1 { // not of a preset
			continue
		}
		if x, err := unit.Parse(over.text, f.symbol); over == n || err != nil || x != 0 || over.source == "" {
			return nil
		}
		return over
	}
	return nil
}

func (d *decoder) missing(s *section, f *field, parent *node) {
	place := "in " + s.label
	if s == d.top {
		place = "at " + s.label
	}
	e := Error{Message: fmt.Sprintf("missing key %q %s", f.key, place)}
	if f.doc != "" {
		e.Message += " (" + f.doc + ")"
	}
	switch {
	case f.kind == quantity && !f.positive && quantities[f.symbol].zero != "":
		e.Message += fmt.Sprintf(": give it a value, or %s if %s", example("0", f.symbol), quantities[f.symbol].zero)
	case f.kind == quantity:
		e.Message += fmt.Sprintf(": give it a value, for example %s = %s", f.key, example("1.2", f.symbol))
	}
	e.Allowed = f.allowed()
	d.errs.add(parent.at, e)
}

// allowed says what a value may be.
func (f *field) allowed() string {
	switch {
	case f.enum != nil:
		return strings.Join(f.enum, ", ")
	case f.kind == quantity && f.unlimited:
		return `"` + unlimited + `", or a number with a unit: ` + strings.Join(quantities[f.symbol].units, ", ")
	case f.kind == quantity:
		return "a number with a unit: " + strings.Join(quantities[f.symbol].units, ", ")
	default:
		return f.bounds
	}
}

// set gives v the value of n, or an error without position.
func (f *field) set(v reflect.Value, n *node) Error {
	switch f.kind {
	case text:
		return f.setText(v, n)
	case boolean:
		return f.setFlag(v, n)
	case whole:
		return f.setWhole(v, n)
	case real:
		return f.setReal(v, n)
	case numbers:
		return f.setNumbers(v, n)
	case series:
		return f.setSeries(v, n)
	case anything:
		return f.setAnything(v, n)
	case values:
		return f.setValues(v, n)
	case texts:
		return f.setTexts(v, n)
	default:
		return f.setQuantity(v, n)
	}
}

func (f *field) setDefault(v reflect.Value) {
	n := &node{text: *f.fallback, value: *f.fallback}
	var err error
	switch f.kind {
	case boolean:
		n.value, err = strconv.ParseBool(n.text)
	case whole:
		n.value, err = strconv.ParseInt(n.text, 10, 64)
	case real:
		n.value, err = strconv.ParseFloat(n.text, 64)
	case text:
		if f.enum == nil {
			v.SetString(n.text)
			return
		}
	}
	if wrong := f.set(v, n); err != nil || wrong.Message != "" {
		panic(fmt.Sprintf("configs: default of %s: %v %s", f.key, err, wrong.Message))
	}
}

func (f *field) setText(v reflect.Value, n *node) Error {
	t, ok := n.value.(string)
	switch {
	case !ok:
		return f.mismatch("a text in quotes", n)
	case f.enum != nil && !slices.Contains(f.enum, t):
		return Error{
			Message:    fmt.Sprintf("%s cannot be %s", f.key, quote(t)),
			Suggestion: Nearest(t, f.enum),
			Allowed:    f.allowed(),
		}
	case t == "" && f.fallback == nil:
		return Error{Message: f.key + " cannot be empty"}
	}
	v.SetString(t)
	return Error{}
}

func (f *field) setFlag(v reflect.Value, n *node) Error {
	b, ok := n.value.(bool)
	if !ok {
		return f.mismatch("true or false", n)
	}
	v.SetBool(b)
	return Error{}
}

func (f *field) setWhole(v reflect.Value, n *node) Error {
	i, ok := n.value.(int64)
	switch {
	case !ok:
		return f.mismatch("a whole number", n)
	case float64(i) < f.low || float64(i) > f.high:
		return f.outside(n)
	}
	v.SetInt(i)
	return Error{}
}

func (f *field) setReal(v reflect.Value, n *node) Error {
	x, ok := n.value.(float64)
	if i, isInt := n.value.(int64); isInt {
		x, ok = float64(i), true
	}
	switch {
	case !ok:
		return f.mismatch("a number", n)
	case !(x >= f.low && x <= f.high): // also not a number
		return f.outside(n)
	}
	v.SetFloat(x + 0) // −0 becomes 0
	return Error{}
}

// mostNumbers is how long a list of numbers may be.
const mostNumbers = 4096

// setNumbers takes shares, of which some must be more than nothing.
func (f *field) setNumbers(v reflect.Value, n *node) Error {
	if n.kind != list || len(n.children) < 2 || len(n.children) > mostNumbers {
		return Error{Message: f.key + " is a list of shares", Allowed: f.bounds}
	}
	all, sum := make([]float64, len(n.children)), 0.0
	for i, c := range n.children {
		x, ok := c.value.(float64)
		if whole, isInt := c.value.(int64); isInt {
			x, ok = float64(whole), true
		}
		if !ok || !(x >= 0 && x <= 1e15) {
			return Error{Message: fmt.Sprintf("%s[%d] = %s is no share", f.key, i, quoteless(c.text)), Allowed: f.bounds}
		}
		all[i], sum = x, sum+x
	}
	if sum == 0 {
		return Error{Message: f.key + " has no share above zero", Allowed: f.bounds}
	}
	v.Set(reflect.ValueOf(all))
	return Error{}
}

// setSeries takes numbers between bounds.
func (f *field) setSeries(v reflect.Value, n *node) Error {
	if n.kind != list || len(n.children) < 2 || len(n.children) > mostNumbers {
		return Error{Message: f.key + " is a list of numbers", Allowed: f.bounds}
	}
	all := make([]float64, len(n.children))
	for i, c := range n.children {
		x, ok := c.value.(float64)
		if whole, isInt := c.value.(int64); isInt {
			x, ok = float64(whole), true
		}
		if !ok || !(x >= f.low && x <= f.high) {
			return Error{Message: fmt.Sprintf("%s[%d] = %s is no number in range", f.key, i, quoteless(c.text)), Allowed: f.bounds}
		}
		all[i] = x
	}
	v.Set(reflect.ValueOf(all))
	return Error{}
}

func (f *field) outside(n *node) Error {
	return Error{Message: fmt.Sprintf("%s = %s is out of range", f.key, quoteless(n.text)), Allowed: f.allowed()}
}

// unlimited stands for a quantity without a limit, where that may be.
const unlimited = "unlimited"

func (f *field) setQuantity(v reflect.Value, n *node) Error {
	t, ok := n.value.(string)
	if f.unlimited && t == unlimited {
		v.SetFloat(0)
		return Error{}
	}
	switch n.value.(type) {
	case int64, float64:
		return f.unitless(n.text)
	}
	if !ok {
		return f.mismatch(quantities[f.symbol].noun+" in quotes, such as "+example("1.2", f.symbol), n)
	}
	x, err := unit.Parse(t, f.symbol)
	switch {
	case err != nil:
		return f.notQuantity(t, err)
	case x < 0:
		return Error{Message: f.key + " cannot be negative"}
	case x == 0 && f.positive && f.unlimited:
		return Error{Message: f.key + " must be more than zero", Allowed: f.allowed()}
	case x == 0 && f.positive:
		return Error{Message: f.key + " must be more than zero"}
	case f.symbol == "bit" && (x != math.Trunc(x) || x > 1<<53):
		return Error{Message: fmt.Sprintf("%s is %g bits; memories hold whole bits, at most 1 PiB", quote(t), x)}
	case x != 0 && !(x >= f.low && x <= f.high):
		return Error{Message: fmt.Sprintf("%s = %s is out of range", f.key, quote(t)), Allowed: f.bounds}
	}
	v.SetFloat(x + 0) // −0 becomes 0
	return Error{}
}

// unitless does not guess the unit: whoever writes 1e9 for a clock means Hz,
// and whoever writes 1 may mean GHz.
func (f *field) unitless(number string) Error {
	like := example("1.2", f.symbol)
	if number == "0" {
		like = example("0", f.symbol)
	}
	return Error{
		Message: fmt.Sprintf("%s has no unit: %s is %s, written like %s", quoteless(number), f.key, quantities[f.symbol].noun, like),
		Allowed: f.allowed(),
	}
}

func (f *field) notQuantity(t string, err error) Error {
	noun := quantities[f.symbol].noun
	if _, bare := unit.Parse(t+" "+quantities[f.symbol].common, f.symbol); bare == nil {
		return f.unitless(strings.TrimSpace(t))
	}
	e := Error{Message: fmt.Sprintf("%s is %s, and %s", f.key, noun, err), Allowed: f.allowed()}
	if other := nounOf(t); other != "" {
		e.Message = fmt.Sprintf("%s is %s, and %s is %s", f.key, noun, quote(t), other)
		return e
	}
	if f.unlimited && Nearest(t, []string{unlimited}) != "" {
		e.Suggestion = unlimited
		return e
	}
	suffix := strings.TrimLeft(t, "+-.0123456789_eE \t")
	if near := Nearest(suffix, quantities[f.symbol].units); near != "" && near != suffix {
		e.Suggestion = strings.TrimSuffix(t, suffix) + near
	}
	return e
}

func (f *field) mismatch(want string, n *node) Error {
	e := Error{Message: fmt.Sprintf("%s is %s, not %s", f.key, want, describe(n)), Allowed: f.allowed()}
	if f.kind == quantity {
		e.Allowed = ""
	}
	if _, isText := n.value.(string); isText && f.kind != text {
		e.Message += "; write it without quotes"
	}
	return e
}

// describe says what a value is.
func describe(n *node) string {
	switch v := n.value.(type) {
	case string:
		return "the text " + quote(v)
	case int64, float64:
		return "the number " + quoteless(n.text)
	case bool:
		return quoteless(n.text)
	case time.Time:
		return "a date"
	}
	if n.kind == list {
		return "a list"
	}
	return "a table"
}

// quoteless is quote for numbers.
func quoteless(text string) string { return strings.Trim(quote(text), `"`) }
