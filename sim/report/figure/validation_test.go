package figure_test

import (
	"bytes"
	"strings"
	"testing"

	"xbar/sim/report/figure"
	"xbar/sim/validate"
)

// ladder has a value of every kind: in and outside of the axis, of both columns,
// calibrated and not.
func ladder() *validate.Result {
	figureOf := func(errors ...float64) validate.Figure {
		f := validate.Figure{Published: 1}
		for i, e := range errors {
			f.Values = append(f.Values, validate.Value{Simulated: 1 + e, Error: e, Calibrated: i > 0 && e == 0})
		}
		return f
	}
	return &validate.Result{Rungs: []validate.Rung{
		{Level: 1, ID: "closed-forms"},
		{
			Level: 5, ID: "a-chip", Columns: []validate.Column{{Name: "library"}, {Name: "measured"}},
			Tables: []validate.Table{{Figures: []validate.Figure{figureOf(0.3, 0), figureOf(-0.999, 0.01), figureOf(9, -0.2)}}},
		},
	}}
}

func TestValidation(t *testing.T) {
	draw := func(path string) error { return figure.Validation(ladder(), path) }
	svg := string(drawn(t, "v.svg", draw))
	for _, text := range []string{"simulated over published: energies", ">a-chip<", ">models alone<", ">beyond the axis<", ">1/50<"} {
		if !strings.Contains(svg, text) {
			t.Errorf("the figure does not say %q", text)
		}
	}
	if strings.Contains(svg, "closed-forms") {
		t.Error("closed forms are no chip")
	}
	if !bytes.Equal([]byte(svg), drawn(t, "v.svg", draw)) {
		t.Error("the same ladder gives other bytes")
	}
	one := ladder()
	one.Rungs[1].Tables[0].Figures = one.Rungs[1].Tables[0].Figures[:2]
	if other := drawn(t, "v.svg", func(path string) error { return figure.Validation(one, path) }); len(other) >= len(svg) {
		t.Errorf("a figure less takes %d bytes, all of them %d", len(other), len(svg))
	}
	if err := figure.Validation(&validate.Result{}, t.TempDir()+"/v.svg"); err == nil {
		t.Error("nothing was drawn")
	}
}
