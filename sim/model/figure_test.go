package model_test

import (
	"fmt"
	"testing"

	"xbar/sim/model"
)

func ExampleFigure() {
	line := model.Figure{
		Name: "energy of a row", Equation: "e = {C}·{V}²", Value: 10.8e-15 * 0.4 * 0.4, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "C", Value: 10.8e-15, Unit: "F", Key: "row_capacitance"},
			{Symbol: "V", Value: 0.4, Unit: "V", Key: "drive_voltage"},
		},
	}.Under("crossbar")
	fmt.Println(line.Symbols(), "=", line.Numbers(), "=", line.Result())
	fmt.Println(line.Keys())
	// Output:
	// e = C·V² = 10.8 fF·(400 mV)² = 1.73 fJ
	// [crossbar.row_capacitance crossbar.drive_voltage]
}

func TestUnsourcedInputsAreFound(t *testing.T) {
	inner := model.Figure{Inputs: []model.Input{{Symbol: "a", Source: "a book"}, {Symbol: "b"}}}
	outer := model.Figure{Inputs: []model.Input{model.Derived("c", inner), {Symbol: "d", Key: "x"}}}
	if got := fmt.Sprint(outer.Unsourced()); got != "[b]" {
		t.Errorf("unsourced are %s, want [b]", got)
	}
}

func TestInfer(t *testing.T) {
	g := model.Group{Key: "model", Choices: []model.Choice{
		{Name: "given", Needs: []string{"energy"}},
		{Name: "fit", Needs: []string{"enob", "node"}, Takes: []string{"corner"}},
		{Name: "merit", Needs: []string{"enob", "merit"}},
	}}
	for _, test := range []struct {
		keys []string
		want string
	}{
		{[]string{"energy"}, "given"},
		{[]string{"enob", "node"}, "fit"},
		{[]string{"enob"}, "fit"},
		{[]string{"merit"}, "merit"},
		{[]string{"enob", "merit"}, "merit"},
		{[]string{"energy", "enob"}, ""},
		{[]string{"other"}, ""},
	} {
		written := func(key string) bool {
			for _, k := range test.keys {
				if k == key {
					return true
				}
			}
			return false
		}
		got := ""
		if c := g.Infer(written); c != nil {
			got = c.Name
		}
		if got != test.want {
			t.Errorf("%v mean %q, want %q", test.keys, got, test.want)
		}
	}
}
