package model

import (
	"math"
	"strconv"
	"strings"

	"xbar/sim/unit"
)

// Figure is a physical number with its derivation.
type Figure struct {
	Name     string  // what it is: "energy of a conversion"
	Equation string  // with the inputs' symbols in braces: "E = {C}·{V}²"
	Inputs   []Input // in the order in which they are explained
	Value    float64 // in base units
	Unit     string  // symbol of the base unit, as [unit.Format] takes it; "" is a pure number
	Source   string  // publication of the equation; "" where it is a definition
	Holds    string  // in words, for which inputs the equation is trusted; "" for all
	Outside  string  // why these inputs are outside of that; "" if they are inside
}

// Input is one symbol of an equation.
type Input struct {
	Symbol string
	Value  float64
	Unit   string
	Key    string  // of the config, "adc.enob"; "" for what is no key
	Source string  // of a published constant
	From   *Figure // where the input is derived in turn
}

// Given is a number that the config gives under a key.
func Given(name, symbol string, value float64, base, key string) Figure {
	return Figure{
		Name: name, Equation: "{" + symbol + "}", Value: value, Unit: base,
		Inputs: []Input{{Symbol: symbol, Value: value, Unit: base, Key: key}},
	}
}

// Derived is the input that a figure is to another one.
func Derived(symbol string, f Figure) Input {
	return Input{Symbol: symbol, Value: f.Value, Unit: f.Unit, From: &f}
}

// Under puts the section of the config before all keys that have none: the key
// "enob" of a converter becomes "adc.enob".
func (f Figure) Under(section string) Figure {
	inputs := make([]Input, len(f.Inputs))
	for i, in := range f.Inputs {
		if in.Key != "" && !strings.Contains(in.Key, ".") {
			in.Key = section + "." + in.Key
		}
		if in.From != nil {
			from := in.From.Under(section)
			in.From = &from
		}
		inputs[i] = in
	}
	f.Inputs = inputs
	return f
}

// Symbols is the equation as it is printed in a book.
func (f Figure) Symbols() string { return strings.NewReplacer("{", "", "}", "").Replace(f.Equation) }

// Numbers is the equation with its inputs put in, without what stands left of
// the sign =. A quantity with a unit that is raised to a power is put in
// brackets.
func (f Figure) Numbers() string {
	text := f.Equation
	if _, right, ok := strings.Cut(text, "= "); ok {
		text = right
	}
	for _, in := range f.Inputs {
		mark := "{" + in.Symbol + "}"
		number := in.String()
		for _, power := range []string{"²", "³", "^"} {
			text = strings.ReplaceAll(text, mark+power, "("+number+")"+power)
		}
		text = strings.ReplaceAll(text, mark, number)
	}
	return text
}

// String is the input's value with its unit.
func (in Input) String() string { return format(in.Value, in.Unit) }

// Result is the figure's value with its unit.
func (f Figure) Result() string { return format(f.Value, f.Unit) }

// smallest is where the prefixes of units end, and powers of ten are read more
// easily.
const smallest = 0.9995e-18

func format(value float64, base string) string {
	switch {
	case base == "" && value == math.Trunc(value) && math.Abs(value) < 1e6:
		return strconv.FormatFloat(value, 'f', 0, 64)
	case base == "":
		return unit.Digits(value)
	case value != 0 && math.Abs(value) < smallest:
		return strconv.FormatFloat(value, 'g', 3, 64) + " " + base
	}
	return unit.Format(value, base)
}

// Warnings lists why the figure, or one that it is derived from, is not to be
// trusted.
func (f Figure) Warnings() []string {
	var all []string
	if f.Outside != "" {
		all = append(all, f.Outside)
	}
	for _, in := range f.Inputs {
		if in.From != nil {
			all = append(all, in.From.Warnings()...)
		}
	}
	return all
}

// Keys lists the config keys that the figure depends on, each once.
func (f Figure) Keys() []string {
	var keys []string
	seen := map[string]bool{}
	f.walk(func(in Input) {
		if in.Key != "" && !seen[in.Key] {
			seen[in.Key] = true
			keys = append(keys, in.Key)
		}
	})
	return keys
}

// Unsourced lists the symbols of inputs that neither a key nor a source nor a
// figure vouches for.
func (f Figure) Unsourced() []string {
	var symbols []string
	f.walk(func(in Input) {
		if in.Key == "" && in.Source == "" && in.From == nil {
			symbols = append(symbols, in.Symbol)
		}
	})
	return symbols
}

func (f Figure) walk(visit func(Input)) {
	for _, in := range f.Inputs {
		visit(in)
		if in.From != nil {
			in.From.walk(visit)
		}
	}
}
