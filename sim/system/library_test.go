package system_test

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"xbar/configs"
	"xbar/sim/system"
)

// runLibrary runs a small kernel on a machine of the library, with these lines
// below its preset.
func runLibrary(t *testing.T, preset, lines string) *system.Machine {
	t.Helper()
	text := "inferences = 1\nworkload.kernel = [{ name = \"k\", L = 2, N = 40, M = 10, dynamic = " + strconv.FormatBool(strings.Contains(lines, "dynamic")) + " }]\n" +
		"[[machine]]\nname = \"m\"\npreset = \"" + preset + "\"\n" + lines
	cfg, err := configs.Parse("study.toml", []byte(text), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	result, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	return &result.Machines[0]
}

// sound fails unless a machine has computed the kernel at a cost.
func sound(t *testing.T, m *system.Machine) {
	t.Helper()
	if m.MACs != 2*40*10 || m.Cycles <= 0 || !(m.EnergyJ > 0) || math.IsInf(m.EnergyJ, 0) {
		t.Errorf("%d MACs in %d cycles for %v J", m.MACs, m.Cycles, m.EnergyJ)
	}
	for _, c := range m.Components {
		for _, a := range c.Actions {
			if !(a.EnergyJ >= 0) {
				t.Errorf("%s, %s: %v J", c.Path, a.Action, a.EnergyJ)
			}
		}
	}
}

// Every machine of the library runs as it is.
func TestMachinesOfTheLibraryRun(t *testing.T) {
	for _, p := range configs.Presets() {
		if configs.IsPart(p.Kind) {
			continue
		}
		t.Run(p.Name, func(t *testing.T) { sound(t, runLibrary(t, p.Name, "")) })
	}
}

// Every part of the library can take the place of a machine's own, whichever
// models that one is made of: it then costs there what it costs elsewhere.
func TestPartsReplaceSections(t *testing.T) {
	long(t)
	account := map[string][2]string{
		"adc": {"tile/array/adc", "convert"}, "dac": {"tile/array/dac", "convert"},
		"cell": {"tile/array/cell", "read"}, "dram": {"dram", "read"}, "digital": {"digital/pe", "mac"},
	}
	for _, p := range configs.Presets() {
		if !configs.IsPart(p.Kind) || p.Kind == "devices" { // those cost nothing
			continue
		}
		t.Run(p.Kind+"/"+p.Name, func(t *testing.T) {
			want := 0.0
			for _, machine := range []string{"reram-small", "isaac", "neurosim-22nm", "photonic", "sinangil-2021"} {
				lines := fmt.Sprintf("[machine.%s]\npreset = %q\n", p.Kind, p.Name)
				if p.Kind == "adc" && machine == "sinangil-2021" {
					lines += "enob = 4.0\n" // more would be below the noise of its bit lines
				}
				if p.Kind == "digital" {
					lines += "[machine.chip]\ndynamic = \"digital\"\n"
				}
				m := runLibrary(t, machine, lines)
				sound(t, m)
				each := energyEach(t, m, account[p.Kind][0], account[p.Kind][1])
				if want == 0 {
					want = each
				}
				if !(each > 0) || math.Abs(each/want-1) > 1e-12 {
					t.Errorf("on %s it costs %v J, on reram-small %v J", machine, each, want)
				}
			}
		})
	}
}

// Devices of the library change numbers and no energy, chip by chip, and say where they
// are from.
func TestDevicesOfTheLibrary(t *testing.T) {
	for _, p := range configs.Presets() {
		if p.Kind != "devices" {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			lines := "[machine.crossbar]\nencoding = \"differential\"\ncolumn_flip = false\n[machine.adc]\nrange = \"scale\"\n"
			lines += "[[machine]]\nname = \"other\"\npreset = \"reram-small\"\n" + lines + "[machine.devices]\npreset = \"" + p.Name + "\"\n"
			text := "inferences = 1\n[workload]\nvalues = \"exact\"\ntrials = 2\nkernel = [{ name = \"k\", L = 2, N = 40, M = 10 }]\n[[machine]]\nname = \"ideal\"\npreset = \"reram-small\"\n"
			cfg, err := configs.Parse("study.toml", []byte(text+lines), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			result, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			ideal, m := &result.Machines[0], &result.Machines[1]
			if m.EnergyJ != ideal.EnergyJ || m.Values.Trials == nil || !(m.Values.Trials.SNRdB.Deviation > 0) {
				t.Errorf("%g J beside %g J, %+v", m.EnergyJ, ideal.EnergyJ, m.Values.Trials)
			}
			if !strings.Contains(strings.Join(m.Notes, " "), "fitted in") {
				t.Errorf("no source: %v", m.Notes)
			}
		})
	}
}

// energyEach is what an action of a component costs, in joules.
func energyEach(t *testing.T, m *system.Machine, path, action string) float64 {
	t.Helper()
	for _, a := range component(t, m, path).Actions {
		if a.Action == action && a.Count > 0 {
			return a.EnergyJ / float64(a.Count)
		}
	}
	t.Fatalf("%s: no %s", path, action)
	return 0
}

// Every network of the library runs on each kind of machine: all of its MACs and all
// operators beside them, layer by layer. Those that isaac-8b has to reload take too
// long for a test.
func TestNetworksOfTheLibraryRun(t *testing.T) {
	machines := map[string][]string{
		"mobilenet-v1": {"tpu-v1", "scalar-45nm", "isaac-8b", "digital-cim-28nm"},
		"resnet-18":    {"tpu-v1", "scalar-45nm", "isaac-8b"},
	}
	for _, p := range configs.Networks() {
		network, err := configs.Import(p.Name, nil)
		if err != nil {
			t.Fatal(err)
		}
		var macs, operations float64
		for i := range network.Layers {
			macs += network.Layers[i].MACs()
			operations += network.Layers[i].Operations
		}
		on := machines[p.Name]
		if on == nil {
			on = []string{"tpu-v1", "scalar-45nm"}
		}
		for _, preset := range on {
			t.Run(p.Name+" on "+preset, func(t *testing.T) {
				text := fmt.Sprintf("inferences = 1\n[workload]\npreset = %q\nbatch = 2\n[[machine]]\nname = \"m\"\npreset = %q\n", p.Name, preset)
				cfg, err := configs.Parse("study.toml", []byte(text), nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				result, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
				if err != nil {
					t.Fatal(err)
				}
				m := &result.Machines[0]
				if float64(m.MACs) != 2*macs || len(m.Kernels) != len(network.Layers) {
					t.Errorf("%d MACs in %d kernels, the network has %.0f in %d", m.MACs, len(m.Kernels), macs, len(network.Layers))
				}
				for _, c := range m.Components {
					for _, a := range c.Actions {
						if a.Action == "operate" && float64(a.Count) != 2*operations {
							t.Errorf("%d operations, the network has %.0f", a.Count, operations)
						}
					}
				}
			})
		}
	}
}
