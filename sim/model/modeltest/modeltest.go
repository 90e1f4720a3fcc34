// Package modeltest is the conformance suite of figures.
//
//	value = equation(inputs);  every symbol has an input, every input a symbol and an origin
package modeltest

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"xbar/sim/model"
)

// T is what the suite needs of a test.
type T interface {
	Helper()
	Errorf(format string, args ...any)
}

// Check fails t unless the figure, and every figure that it is derived from,
// says exactly how its value comes about, and the value is finite and not
// negative.
func Check(t T, f model.Figure) {
	t.Helper()
	for _, in := range f.Inputs {
		if in.From != nil {
			Check(t, *in.From)
		}
	}
	if symbols := f.Unsourced(); len(symbols) > 0 {
		t.Errorf("%s: %v are without an origin", f.Name, symbols)
	}
	if f.Name == "" {
		t.Errorf("%s has no name", f.Equation)
	}
	if math.IsNaN(f.Value) || math.IsInf(f.Value, 0) || f.Value < 0 {
		t.Errorf("%s is %g", f.Name, f.Value)
	}
	switch value, err := Evaluate(f); {
	case err != nil:
		t.Errorf("%s: %q: %v", f.Name, f.Equation, err)
	case math.Abs(value-f.Value) > 1e-9*math.Abs(f.Value):
		t.Errorf("%s is %g, but %s = %g", f.Name, f.Value, f.Equation, value)
	}
}

var mark = regexp.MustCompile(`\{([^}]*)\}`)

// Evaluate computes what stands right of the equation's sign =, of numbers, ½,
// inputs, units, brackets of every kind, the operators + − · / ^ ² ³ √ and the
// functions ln, log10, exp, max and min. What follows a word "at" names inputs
// by which the equation was chosen, and is no part of it.
func Evaluate(f model.Figure) (float64, error) {
	values := map[string]float64{}
	for _, in := range f.Inputs {
		values[in.Symbol] = in.Value
		if !strings.Contains(f.Equation, "{"+in.Symbol+"}") {
			return 0, fmt.Errorf("input %s is no symbol of it", in.Symbol)
		}
	}
	for _, symbol := range mark.FindAllStringSubmatch(f.Equation, -1) {
		if _, ok := values[symbol[1]]; !ok {
			return 0, fmt.Errorf("symbol %s has no input", symbol[1])
		}
	}
	text := f.Equation
	if _, right, ok := strings.Cut(text, "= "); ok {
		text = right
	}
	text, _, _ = strings.Cut(text, " at ")
	e := evaluator{rest: strings.ReplaceAll(text, " ", ""), values: values}
	value := e.sum()
	if e.err == nil && e.rest != "" {
		e.err = fmt.Errorf("%q is not understood", e.rest)
	}
	return value, e.err
}

type evaluator struct {
	rest   string
	values map[string]float64
	err    error
}

// take consumes the text, if it is next.
func (e *evaluator) take(text string) bool {
	rest, ok := strings.CutPrefix(e.rest, text)
	if ok {
		e.rest = rest
	}
	return ok
}

func (e *evaluator) sum() float64 {
	x := e.product()
	for {
		switch {
		case e.take("+"):
			x += e.product()
		case e.take("−"):
			x -= e.product()
		default:
			return x
		}
	}
}

func (e *evaluator) product() float64 {
	x := e.power()
	for {
		switch {
		case e.take("·"):
			x *= e.power()
		case e.take("/"):
			x /= e.power()
		default:
			return x
		}
	}
}

// units are what a number may be given in, or a quantity be divided by.
var units = []struct {
	name string
	size float64
}{{"µm²", 1e-12}, {"ohm", 1}, {"nm", 1e-9}, {"pJ", 1e-12}, {"Hz", 1}, {"V", 1}, {"K", 1}}

// unit is the size of the unit that stands next, or 1.
func (e *evaluator) unit() float64 {
	for _, u := range units {
		if e.take(u.name) {
			return u.size
		}
	}
	return 1
}

func (e *evaluator) power() float64 {
	x := e.atom()
	x *= e.unit()
	switch {
	case e.take("²"):
		return x * x
	case e.take("³"):
		return x * x * x
	case e.take("^"):
		return math.Pow(x, e.atom()) * e.unit()
	}
	return x
}

// inside is what stands up to a closing bracket.
func (e *evaluator) inside(closing string) float64 {
	x := e.sum()
	if !e.take(closing) {
		e.err = errors.New("a bracket stays open")
	}
	return x
}

// pair is a function of two numbers, behind its opening bracket.
func (e *evaluator) pair(f func(x, y float64) float64) float64 {
	x := e.sum()
	if !e.take(",") {
		e.err = errors.New("a function lacks its second number")
	}
	return f(x, e.inside(")"))
}

var decimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?`)

func (e *evaluator) atom() float64 {
	switch {
	case e.take("−"):
		return -e.power()
	case e.take("√"):
		return math.Sqrt(e.atom())
	case e.take("½"):
		return 0.5
	case e.take("ln"):
		return math.Log(e.atom())
	case e.take("log10"):
		return math.Log10(e.atom())
	case e.take("exp"):
		return math.Exp(e.atom())
	case e.take("max("):
		return e.pair(math.Max)
	case e.take("min("):
		return e.pair(math.Min)
	case e.take("⌈"): // of what floating point makes a little more than a whole number
		return math.Ceil(e.inside("⌉") * (1 - 1e-12))
	case e.take("|"):
		return math.Abs(e.inside("|"))
	case e.take("("):
		return e.inside(")")
	case e.take("{"):
		symbol, rest, _ := strings.Cut(e.rest, "}")
		e.rest = rest
		return e.values[symbol]
	}
	number := decimal.FindString(e.rest)
	if before := e.rest; number == "" {
		if size := e.unit(); e.rest != before {
			return size
		}
		e.err = fmt.Errorf("%q is not understood", e.rest)
		e.rest = ""
		return math.NaN()
	}
	e.take(number)
	x, err := strconv.ParseFloat(number, 64)
	e.err = errors.Join(e.err, err)
	return x
}
