package adc_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"xbar/adc"
	"xbar/sim/unit"
)

func number(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The published points have six digits.
func TestRegressionReproducesThePublishedPoints(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(adc.RegressionPoints())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 271 {
		t.Fatalf("%d rows, want a header and 270 points", len(rows))
	}
	for _, row := range rows[1:] {
		r := adc.Regression{
			Node: unit.Metre(number(t, row[0]) * 1e-9),
			ENOB: number(t, row[1]),
			Rate: unit.Hertz(number(t, row[2])),
		}
		if err := r.Check(); err != nil {
			t.Error(err)
		}
		for what, pair := range map[string][2]float64{
			"pJ":  {float64(r.Energy()) * 1e12, number(t, row[3])},
			"µm²": {float64(r.Area()) * 1e12, number(t, row[4])},
		} {
			if got, want := pair[0], pair[1]; math.Abs(got/want-1) > 1e-5 {
				t.Errorf("%+v: %.7g %s, published %g", r, got, what, want)
			}
		}
	}
}

func TestRegressionRange(t *testing.T) {
	for _, r := range []adc.Regression{
		{ENOB: 3, Node: 45e-9, Rate: 1e8},
		{ENOB: 8, Node: 1e-9, Rate: 1e8},
		{ENOB: 8, Node: 45e-9, Rate: 1e11},
		{ENOB: 8, Node: 45e-9},
	} {
		if r.Check() == nil {
			t.Errorf("%+v was accepted", r)
		}
	}
}

// A nominal 8-bit converter that delivers 6.24 effective bits (Kull et al., ISSCC
// 2013, used by ISAAC) is modelled at its ENOB.
func ExampleRegression() {
	nominal := adc.Regression{ENOB: 8, Node: 32e-9, Rate: 1.2e9}
	effective := adc.Regression{ENOB: 6.24, Node: 32e-9, Rate: 1.2e9}
	fmt.Printf("%.2f pJ at 8 bits, %.2f pJ at 6.24\n", float64(nominal.Energy())*1e12, float64(effective.Energy())*1e12)
	// Output: 1.85 pJ at 8 bits, 0.63 pJ at 6.24
}
