package figure

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xbar/sim/report"
)

// drawn is a figure's text.
func drawn(t *testing.T, draw func(path string) error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f.svg")
	if err := draw(path); err != nil {
		t.Fatal(err)
	}
	svg, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(svg)
}

func expect(t *testing.T, svg string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(svg, want) {
			t.Errorf("nowhere %s", want)
		}
	}
}

func TestTornadoSaysWhatItShows(t *testing.T) {
	b := &report.Bars{Title: "a title", Caption: "which study", X: "energy (nJ)", Base: 10, BaseText: "base: 10.0 nJ", Bars: []report.Bar{
		{Name: "rows (128)", Least: "64", Greatest: "512", At: [2]float64{20, 5}},
		{Name: "clock", Least: "1 GHz", Greatest: "2 GHz", At: [2]float64{10, 12}},
	}}
	svg := drawn(t, func(path string) error { return Tornado(b, path) })
	expect(t, svg, ">a title<", ">which study<", ">energy (nJ)<", ">base: 10.0 nJ<", ">rows (128)<", ">64<", ">512<", ">2 GHz<")
	b.Base, b.Bars[0].At = 0, [2]float64{-4, 5} // on no logarithmic axis
	expect(t, drawn(t, func(path string) error { return Tornado(b, path) }), ">-5<", ">15<")
	if err := Tornado(&report.Bars{}, "f.svg"); err == nil {
		t.Error("a tornado without bars")
	}
}

func TestCrossingSaysWhereItIs(t *testing.T) {
	c := &report.Crossing{
		Title: "a title", X: "N", Y: "energy (pJ)", Names: [2]string{"a energy", "b energy"},
		Curves: [2][][2]float64{{{1, 5}, {8, 1}}, {{1, 2}, {8, 2}}}, At: [][2]float64{{6, 2}}, AtText: []string{"six"},
	}
	expect(t, drawn(t, func(path string) error { return Crossing(c, path) }), ">a title<", ">N<", ">energy (pJ)<", ">a energy<", ">b energy<", ">six<")
	c.Ticks, c.X = []string{"first", "second"}, "policy"
	c.Curves = [2][][2]float64{{{0, 5}, {1, 1}}, {{0, 2}, {1, 2}}}
	expect(t, drawn(t, func(path string) error { return Crossing(c, path) }), ">first<", ">second<")
	if err := Crossing(&report.Crossing{}, "f.svg"); err == nil {
		t.Error("a crossing of nothing")
	}
}

func TestHeatSaysWhatItShows(t *testing.T) {
	h := &report.Heat{
		Title: "a title", X: "rows", Y: "bits", Z: "energy (mJ)", XTicks: []string{"64", "128"}, YTicks: []string{"4", "6"},
		Cells: [][]float64{{1, 300}, {math.NaN(), math.Inf(1)}}, Texts: [][]string{{"1.00", "300"}, {"", ""}},
	}
	svg := drawn(t, func(path string) error { return Heat(h, path) })
	expect(t, svg, ">a title<", ">rows<", ">bits<", ">energy (mJ)<", ">64<", ">6<", ">1.00<", ">300<", ">200<", "#440153", "#FCE724", "#BEBEBE")
	h.Cells = [][]float64{{2, 2}, {2, 2}} // all alike
	drawn(t, func(path string) error { return Heat(h, path) })
	if err := Heat(&report.Heat{Cells: [][]float64{{math.NaN()}}}, "f.svg"); err == nil {
		t.Error("a heat map without a value")
	}
}
