package system

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
)

// A run whose like was made before at other prices has the very result of a run of its own,
// on every chip of the library, layer by layer and in pipelines, with and without reloads.
func TestRunsAtOtherPrices(t *testing.T) {
	var presets []string
	for _, p := range configs.Presets() {
		if p.Kind == "analog" || p.Kind == "digital-cim" {
			presets = append(presets, p.Name)
		}
	}
	found, ways := 0, map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		way := rapid.SampledFrom([]string{"", "reload = \"pin\"\n", "execution = \"pipeline\"\n", "reload = \"auto\"\n"}).Draw(t, "chip")
		text := fmt.Sprintf("inferences = 1000\nallow_below_floor = true\n[[machine]]\nname = \"m\"\npreset = %q\n[machine.chip]\ntiles = %d\n%s",
			rapid.SampledFrom(presets).Draw(t, "preset"), rapid.IntRange(1, 8).Draw(t, "tiles"), way)
		for k := range rapid.IntRange(1, 3).Draw(t, "kernels") {
			text += fmt.Sprintf("[[workload.kernel]]\nname = \"k%d\"\nL = %d\nN = %d\nM = %d\nactivation = true\n", k,
				rapid.IntRange(1, 90).Draw(t, "L"), rapid.IntRange(1, 300).Draw(t, "N"), rapid.IntRange(1, 300).Draw(t, "M"))
		}
		first, err := configs.Parse("m.toml", []byte(text), nil, nil)
		if err != nil {
			t.Skip(err)
		}
		keys := first.Machines[0].PriceKeys()
		memo := &Memo{}
		if _, err := Run(context.Background(), first, Options{Memo: memo}); err != nil {
			t.Skip(err)
		}
		for range 3 {
			var sets []string
			names := rapid.SampledFrom(slices.Sorted(maps.Keys(keys)))
			for _, key := range rapid.SliceOfNDistinct(names, 1, 4, func(s string) string { return s }).Draw(t, "keys") {
				sets = append(sets, fmt.Sprintf("machine.m.%s=%de-12 %s", key, rapid.IntRange(1, 50).Draw(t, "price"), keys[key]))
			}
			config, err := configs.Parse("m.toml", []byte(text), sets, nil)
			if err != nil {
				continue // two models at once
			}
			again, err := Run(context.Background(), config, Options{Memo: memo})
			if err != nil {
				t.Fatal(err)
			}
			anew, err := Run(context.Background(), config, Options{})
			if err != nil {
				t.Fatal(err)
			}
			x, _ := json.Marshal(again)
			y, _ := json.Marshal(anew)
			if string(x) != string(y) {
				t.Fatalf("%v:\n%s\n%s", sets, x, y)
			}
		}
		found += memo.Found()
		ways[way] += memo.Found()
	})
	t.Logf("%d runs at other prices: %v", found, ways)
	if found < 20 { // some 50 are in the short run
		t.Errorf("only %d runs at other prices", found)
	}
}

// What happens depends on all keys but prices.
func TestUnpriced(t *testing.T) {
	text := "inferences = 1000\n[[machine]]\nname = \"m\"\npreset = \"reram-45nm\"\n[[workload.kernel]]\nname = \"k\"\nL = 1\nN = 2\nM = 3\n"
	hash := func(sets ...string) string {
		c, err := configs.Parse("m.toml", []byte(text), sets, nil)
		if err != nil {
			t.Fatal(err)
		}
		return c.Unpriced(0)
	}
	for _, same := range []string{"inferences=5", "title=x", "machine.m.cell.write_energy=3 pJ", "machine.m.dram.leakage=1 mW", "machine.m.crossbar.area=5 um2"} {
		if hash() != hash(same) {
			t.Errorf("%s changes what happens", same)
		}
	}
	for _, other := range []string{"seed=5", "workload.batch=2", "granularity=step", "workload.kernel[0].M=4", "machine.m.adc.resolution=5", "machine.m.clock=1 MHz", "machine.m.chip.reload=pin", "workload.statistics.input_mean=0.1"} {
		if hash() == hash(other) {
			t.Errorf("%s changes nothing", other)
		}
	}
}
