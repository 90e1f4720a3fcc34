package system_test

import (
	"fmt"
	"testing"
)

// Of a digital in-memory machine zeros still the cells and the adder trees, but not
// their flip-flops; the registers of the inputs only where they are gated, and a
// tree not where its toggle rate is written.
func TestZerosStillADigitalMachine(t *testing.T) {
	joules := func(density float64, keys string) map[string]float64 {
		study := fmt.Sprintf("inferences = 1\nworkload.kernel = [{ name = \"k\", L = 3, N = 128, M = 16 }]\nworkload.statistics.input_density = %g\n"+
			"[[machine]]\nname = \"m\"\npreset = \"digital-cim-28nm\"\n%s", density, keys)
		return byAction(&inJSON(t, study).Machines[0])
	}
	const flipFlops = 3 * 128 * 8 * 8 * 3 * 0.7e-15 * 0.81 // 8 in each of 128 trees, for 8 slices of 3 vectors
	const cell, tree, register = "tile/array/cell read", "tile/array/adder-tree sum", "tile/array/dac convert"
	for _, test := range []struct {
		keys           string
		follows, stays []string
	}{
		{"", []string{cell, tree}, []string{register}},
		{"dac.gate_zeros = true\n", []string{cell, tree, register}, nil},
		{"adder_tree.toggle = 0.3\n", []string{cell}, []string{register, tree}},
	} {
		all := joules(1, test.keys)
		for _, density := range []float64{0, 0.25, 0.7} {
			got := joules(density, test.keys)
			for _, action := range test.follows {
				base := 0.0
				if action == tree {
					base = flipFlops
				}
				if want := base + (all[action]-base)*density; all[action] <= base || !close12(got[action], want) {
					t.Errorf("%q, density %g: %s costs %g J, want %g", test.keys, density, action, got[action], want)
				}
			}
			for _, action := range test.stays {
				if all[action] <= 0 || got[action] != all[action] {
					t.Errorf("%q, density %g: %s costs %g J, and %g with all inputs", test.keys, density, action, got[action], all[action])
				}
			}
		}
	}
}
