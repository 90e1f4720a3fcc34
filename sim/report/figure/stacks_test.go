package figure_test

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"xbar/sim/report/figure"
	"xbar/sim/system"
)

// A machine has a panel, a layer a bar for each category it spends energy on; of one of
// which that is not known there is none.
func TestStackedLayers(t *testing.T) {
	kernel := func(name string, output, dram float64) system.Kernel {
		return system.Kernel{Name: name, L: 1, N: 10, M: 10, EnergyJ: output + dram, Categories: &system.Categories{Output: output, DRAM: dram}}
	}
	r := &system.Result{Machines: []system.Machine{
		{Name: "one", Kernels: []system.Kernel{kernel("first", 3e-10, 1e-10), kernel("last <b>", 1e-10, 0)}},
		{Name: "other", Kernels: []system.Kernel{kernel("first", 1e-10, 0), kernel("last <b>", 2e-10, 0)}},
		{Name: "old", Kernels: []system.Kernel{{Name: "first", L: 1, N: 10, M: 10, EnergyJ: 1}}},
	}}
	svg := string(drawn(t, "layers.svg", func(path string) error { return figure.Layers(r, "of a test", path) }))
	for text, n := range map[string]int{">one<": 1, ">other<": 1, ">old<": 0, ">output<": 1, ">dram<": 1, ">cells<": 0, ">first <": 1, "last &lt;b&gt;": 1, ">of a test<": 1, ">pJ/MAC<": 2} {
		if got := strings.Count(svg, text); got != n {
			t.Errorf("%s stands there %d times, not %d", text, got, n)
		}
	}
	bars := regexp.MustCompile(`M([\d.]+),([\d.]+)L([\d.]+),([\d.]+)L[^"]*" style="fill:(#0072B2|#D55E00)"`)
	ends := map[string][2]float64{} // of the first panel's first layer, by colour
	for _, m := range bars.FindAllStringSubmatch(svg, -1) {
		foot, _ := strconv.ParseFloat(m[2], 64)
		head, _ := strconv.ParseFloat(m[4], 64)
		if _, known := ends[m[5]]; !known && m[1] == m[3] {
			ends[m[5]] = [2]float64{foot, head}
		}
	}
	output, dram := ends["#0072B2"], ends["#D55E00"]
	if output[1] != dram[0] || math.Abs((output[1]-output[0])/(dram[1]-dram[0])-3) > 0.01 {
		t.Errorf("output from %v, DRAM from %v: not one on the other, three to one", output, dram)
	}
	if err := figure.Layers(&system.Result{Machines: r.Machines[2:]}, "", t.TempDir()+"/none.svg"); err == nil {
		t.Error("a figure of nothing")
	}
}
