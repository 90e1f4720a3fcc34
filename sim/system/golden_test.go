package system_test

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"xbar/configs"
	"xbar/sim/system"
)

func simulate(t *testing.T, config string, sets ...string) *system.Result {
	t.Helper()
	cfg, err := configs.Load(filepath.Join("testdata", config), sets)
	if err != nil {
		t.Fatal(err)
	}
	result, err := system.Run(context.Background(), cfg, system.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// near fails unless got is within a share of the published value.
func near(t *testing.T, what string, got, published, within float64) {
	t.Helper()
	if math.Abs(got/published-1) > within {
		t.Errorf("%s is %.6g, published %.6g: off by %.2f %%", what, got, published, 100*(got/published-1))
	}
}

func component(t *testing.T, m *system.Machine, path string) system.Component {
	t.Helper()
	for _, c := range m.Components {
		if c.Path == path {
			return c
		}
	}
	t.Fatalf("no component %s", path)
	return system.Component{}
}

// Shafiee et al., ISCA 2016: 41,288 GOPS, 32.26 W of ADCs, 85.38 mm².
func TestISAACAtItsPeak(t *testing.T) {
	m := &simulate(t, "isaac.toml").Machines[0]
	near(t, "throughput in GOPS", m.OpsPerSecond/1e9, 41288, 0.005)
	near(t, "ADC power in W", component(t, m, "tile/array/adc").EnergyJ/m.Seconds, 32.26, 0.005)
	near(t, "DAC power in W", component(t, m, "tile/array/dac").EnergyJ/m.Seconds, 168*12*4e-3, 0.005)
	near(t, "array power in W", component(t, m, "tile/array/cell").EnergyJ/m.Seconds, 168*12*2.4e-3, 0.005)
	near(t, "area in mm²", *m.AreaM2*1e6, 85.38, 0.005)
	near(t, "chip power in W (DEVIATIONS.md)", m.EnergyJ/m.Seconds, 69.1, 0.001)
	near(t, "input buffer power in W (DEVIATIONS.md)", component(t, m, "tile/input-buffer").EnergyJ/m.Seconds, 12.1, 0.005)
	if m.Programming.DemandArrays != 16128 || !m.Programming.Resident {
		t.Errorf("%d arrays needed, resident %v; want all 16,128", m.Programming.DemandArrays, m.Programming.Resident)
	}
	if u := component(t, m, "tile/array/adc").Utilization; u < 0.995 || u > 1 {
		t.Errorf("ADCs are busy for %.4f of the time", u)
	}
}

// PUMA (Ankit et al., ASPLOS 2019): 1,800 ns.
func TestPUMAProduct(t *testing.T) {
	for _, granularity := range []string{"burst", "step"} {
		m := simulate(t, "puma.toml", "granularity="+granularity).Machines[0]
		if ns := m.Seconds * 1e9; math.Abs(ns-1800) > 1e-6 {
			t.Errorf("%s: one product takes %v ns, published 1800", granularity, ns)
		}
	}
}

// The machine of the library takes as long, its converters and memory being
// PUMA's own.
func TestPUMAPreset(t *testing.T) {
	for _, granularity := range []string{"burst", "step"} {
		m := simulate(t, "puma.toml", "granularity="+granularity, "machine.puma.preset=puma").Machines[0]
		if ns := m.Seconds * 1e9; math.Abs(ns-1800) > 1e-6 {
			t.Errorf("%s: one product takes %v ns, published 1800", granularity, ns)
		}
		adc := component(t, &m, "tile/array/adc")
		near(t, "ADC power in mW while it converts", adc.EnergyJ/(float64(adc.BusyCycles)/1.28e9)*1e3, 2, 1e-9)
	}
}

// PIMSIM-NN's shipped configuration: 5,168 cycles.
func TestPIMSIMProduct(t *testing.T) {
	for _, granularity := range []string{"burst", "step"} {
		if m := simulate(t, "pimsim.toml", "granularity="+granularity).Machines[0]; m.Cycles != 5168 {
			t.Errorf("%s: one product takes %d cycles, published 5168", granularity, m.Cycles)
		}
	}
}
