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
		if err := r.Check(); err != nil || r.Outside() != "" {
			t.Error(err, r.Outside())
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

// Beyond the range of the fit its equations go on, with a warning; without a rate there
// is nothing to evaluate.
func TestRegressionRange(t *testing.T) {
	for _, test := range []struct {
		r    adc.Regression
		want string
	}{
		{adc.Regression{ENOB: 8, Node: 45e-9, Rate: 1e8}, ""},
		{adc.Regression{ENOB: 3, Node: 45e-9, Rate: 1e8}, "an ENOB of 3"},
		{adc.Regression{ENOB: 8, Node: 1e-9, Rate: 1e8}, "a node of 1.00 nm"},
		{adc.Regression{ENOB: 8, Node: 45e-9, Rate: 1e11}, "a rate of 100 GHz"},
		{adc.Regression{ENOB: 2, Node: 2e-6, Rate: 2e10}, "an ENOB of 2: the regression is of converters of 4 to 20 bits; a node of 2.00 µm: the regression is of nodes from 3 nm to 1.5 µm; a rate of 20.0 GHz"},
	} {
		c := adc.Config{Model: "regression", ENOB: test.r.ENOB, Node: test.r.Node, Resolution: 8, Latency: unit.Second(1 / float64(test.r.Rate))}
		warning := strings.Join(c.Conversion(8).Warnings(), "; ")
		if err := test.r.Check(); err != nil || !strings.Contains(warning, test.want) || (warning == "") != (test.want == "") {
			t.Errorf("%+v: %v, warns %q, want %q", test.r, err, warning, test.want)
		}
		if test.r.Energy() <= 0 || test.r.Area() <= 0 {
			t.Errorf("%+v takes %v and %v", test.r, test.r.Energy(), test.r.Area())
		}
	}
	if (adc.Regression{ENOB: 8, Node: 45e-9}).Check() == nil {
		t.Error("a converter without a rate was accepted")
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
