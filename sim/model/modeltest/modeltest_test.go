package modeltest_test

import (
	"fmt"
	"testing"

	"xbar/sim/model"
	"xbar/sim/model/modeltest"
)

func figure(equation string, value float64) model.Figure {
	return model.Figure{Name: "a figure", Equation: equation, Value: value, Inputs: []model.Input{
		{Symbol: "a", Value: 3, Key: "a"}, {Symbol: "b′", Value: 2, Source: "a book"},
	}}
}

func TestEvaluate(t *testing.T) {
	for _, test := range []struct {
		equation string
		want     float64
	}{
		{"x = {a}·{b′}²", 12},
		{"x({a}) = −{a} + {b′}·(1.5 + {a}/2)", 3},
		{"{a}^{b′} − √(2·2)", 7},
		{"ln 1 + {b′}³/{a}·{a}", 8},
	} {
		got, err := modeltest.Evaluate(figure(test.equation, 0))
		if err != nil || got != test.want {
			t.Errorf("%s is %g, %v, want %g", test.equation, got, err, test.want)
		}
	}
}

type recorder []string

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	*r = append(*r, fmt.Sprintf(format, args...))
}

func TestCheckFindsSlips(t *testing.T) {
	unsourced := figure("{a}·{b′}", 6)
	unsourced.Inputs[0].Key = ""
	nameless := figure("{a}·{b′}", 6)
	nameless.Name = ""
	for name, slip := range map[string]model.Figure{
		"value":     figure("{a}·{b′}", 7),
		"negative":  figure("{b′} − {a}", -1),
		"symbol":    figure("{a}·{b′}·{c}", 6),
		"input":     figure("{a}", 3),
		"syntax":    figure("{a} ⊕ {b′}", 3),
		"bracket":   figure("({a}·{b′}", 6),
		"unsourced": unsourced,
		"name":      nameless,
		"derived":   {Name: "a figure", Equation: "{f}", Value: 7, Inputs: []model.Input{model.Derived("f", figure("{a}·{b′}", 7))}},
	} {
		var found recorder
		modeltest.Check(&found, slip)
		if len(found) == 0 {
			t.Errorf("a slip of %s is not found", name)
		}
	}
	var found recorder
	modeltest.Check(&found, figure("x = {a}·{b′}", 6))
	if len(found) > 0 {
		t.Errorf("found %v in a good figure", found)
	}
}
