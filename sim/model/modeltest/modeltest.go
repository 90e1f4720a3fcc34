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

// Evaluate computes what stands right of the equation's sign =, of numbers,
// inputs, brackets and the operators + − · / ^ ² ³ √ ln.
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

func (e *evaluator) power() float64 {
	x := e.atom()
	switch {
	case e.take("²"):
		return x * x
	case e.take("³"):
		return x * x * x
	case e.take("^"):
		return math.Pow(x, e.atom())
	}
	return x
}

var decimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?`)

func (e *evaluator) atom() float64 {
	switch {
	case e.take("−"):
		return -e.power()
	case e.take("√"):
		return math.Sqrt(e.atom())
	case e.take("ln"):
		return math.Log(e.atom())
	case e.take("("):
		x := e.sum()
		if !e.take(")") {
			e.err = errors.New("a bracket stays open")
		}
		return x
	case e.take("{"):
		symbol, rest, _ := strings.Cut(e.rest, "}")
		e.rest = rest
		return e.values[symbol]
	}
	number := decimal.FindString(e.rest)
	if number == "" {
		e.err = fmt.Errorf("%q is not understood", e.rest)
		e.rest = ""
		return math.NaN()
	}
	e.take(number)
	x, err := strconv.ParseFloat(number, 64)
	e.err = errors.Join(e.err, err)
	return x
}
