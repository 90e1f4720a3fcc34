package sweep

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/sim/system"
)

// A point that is put together from runs at other prices is what a run of its own makes
// of it, on every chip of the library, beside a machine whose prices stay and one whose
// prices are never mixed, with prices that meet in one figure, and with prices of nothing.
func TestMixedPointsAreRuns(t *testing.T) {
	var presets []string
	for _, p := range configs.Presets() {
		if p.Kind == "analog" || p.Kind == "digital-cim" {
			presets = append(presets, p.Name)
		}
	}
	dir := t.TempDir()
	mixed, points, refused := int64(0), int64(0), 0
	rapid.Check(t, func(t *rapid.T) {
		preset := rapid.SampledFrom(presets).Draw(t, "preset")
		base := fmt.Sprintf("inferences = 1000\nallow_below_floor = %v\n[[machine]]\nname = \"m\"\npreset = %q\n[machine.chip]\ntiles = %d\n%s",
			rapid.Bool().Draw(t, "allowed"), preset, rapid.IntRange(1, 8).Draw(t, "tiles"),
			rapid.SampledFrom([]string{"", "reload = \"pin\"\n", "execution = \"pipeline\"\n", "reload = \"auto\"\n"}).Draw(t, "chip"))
		if rapid.Bool().Draw(t, "another") {
			base += fmt.Sprintf("[[machine]]\nname = \"n\"\npreset = %q\n", rapid.SampledFrom([]string{"scalar-45nm", "jia-2020", "reram-45nm"}).Draw(t, "other"))
		}
		for k := range rapid.IntRange(1, 3).Draw(t, "kernels") {
			base += fmt.Sprintf("[[workload.kernel]]\nname = \"k%d\"\nL = %d\nN = %d\nM = %d\nactivation = true\n", k,
				rapid.IntRange(1, 90).Draw(t, "L"), rapid.IntRange(1, 300).Draw(t, "N"), rapid.IntRange(1, 300).Draw(t, "M"))
		}
		config, err := configs.Parse("base.toml", []byte(base), nil, nil)
		if err != nil {
			t.Skip(err)
		}
		study := "base = \"base.toml\"\n"
		keys := config.Machines[0].PriceKeys()
		names := rapid.SampledFrom(slices.Sorted(maps.Keys(keys)))
		zipped := rapid.Bool().Draw(t, "zipped")
		for i, key := range rapid.SliceOfNDistinct(names, 3, 4, func(s string) string { return s }).Draw(t, "keys") {
			machine := rapid.SampledFrom([]string{"m", "m", "m", "*"}).Draw(t, "machine")
			study += fmt.Sprintf("[[axis]]\nkey = \"machine.%s.%s\"\nvalues = [", machine, key)
			for range 4 {
				study += fmt.Sprintf("\"%de-12 %s\", ", rapid.IntRange(0, 50).Draw(t, "price"), keys[key])
			}
			study += "]\n"
			if zipped && (i == 1 || i == 3) {
				study += "zip = \"together\"\n"
			}
		}
		if rapid.Bool().Draw(t, "more") {
			study += "[[axis]]\nkey = \"machine.m.chip.tiles\"\nvalues = [2, 9]\n"
		}
		s, err := Open(writeStudy(t, dir, base, study), nil, "test")
		if err != nil {
			t.Skip(err) // none of an axis's values makes a config
		}
		if s.tariffs == nil {
			t.Skip("zipped to one group")
		}
		before := s.tariffs.mixed
		for range 5 {
			i := rapid.Int64Range(0, s.Plan.Len()-1).Draw(t, "point")
			sameAlone(t, s, i)
			points++
		}
		if s.tariffs.mixed == before {
			refused++
		}
		mixed += s.tariffs.mixed
	})
	t.Logf("%d of %d points were put together; %d studies without one", mixed, points, refused)
	if mixed < points/8 && !testing.Short() {
		t.Errorf("only %d of %d points were put together", mixed, points)
	}
}

// sameAlone compares a point with a run of its own.
func sameAlone(t interface{ Fatalf(string, ...any) }, s *Study, i int64) {
	p, memo := s.Point(context.Background(), i), s.memo
	s.memo = nil
	alone := s.at(context.Background(), i, p.Values)
	s.memo = memo
	if !reflect.DeepEqual(p, alone) {
		t.Fatalf("point %d: %+v\nby itself: %+v", i, *p, *alone)
	}
}

// Drivers of sinangil-2021 cost so much a load and so much a pulse: neither price by itself
// gives what both make of them.
func TestPricesOfOneFigure(t *testing.T) {
	base := "inferences = 1000\n[[machine]]\nname = \"m\"\npreset = \"sinangil-2021\"\n[[workload.kernel]]\nname = \"k\"\nL = 1\nN = 20\nM = 20\n"
	study := "base = \"base.toml\"\n"
	for _, key := range []string{"dac.energy_per_load", "dac.energy_per_pulse"} {
		study += fmt.Sprintf("[[axis]]\nkey = \"machine.m.%s\"\nvalues = [\"1 pJ\", \"2 pJ\", \"3 pJ\", \"4 pJ\"]\n", key)
	}
	s, err := Open(writeStudy(t, t.TempDir(), base, study), nil, "test")
	if err != nil {
		t.Fatal(err)
	}
	if s.tariffs == nil {
		t.Fatal("two axes of prices are not seen")
	}
	for i := range s.Plan.Len() {
		sameAlone(t, s, i)
	}
	if s.tariffs.mixed > 0 {
		t.Errorf("%d points were put together", s.tariffs.mixed)
	}
}

// Prices of which two decide one figure do not give it at both.
func TestPricesThatMeet(t *testing.T) {
	config, err := configs.Parse("base.toml", []byte("inferences = 1\n[[machine]]\nname = \"m\"\npreset = \"reram-45nm\"\n[[workload.kernel]]\nname = \"k\"\nL = 1\nN = 2\nM = 3\n"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	q, err := system.NewQuote(context.Background(), config, system.Options{Memo: &system.Memo{}})
	if err != nil {
		t.Fatal(err)
	}
	groups := func(keys ...string) (groups [][]string) {
		for _, key := range keys {
			groups = append(groups, []string{key})
		}
		return groups
	}
	if q.Meet(groups("adc.energy_per_conversion", "dram.read_energy")) {
		t.Error("two prices of two parts meet")
	}
	if !q.Meet(groups("cell.write_energy", "cell.pulses")) {
		t.Error("the energy and the number of pulses do not meet in that of writing a cell")
	}
	quiet, err := configs.Parse("base.toml", []byte("inferences = 1\n[[machine]]\nname = \"m\"\npreset = \"mnsim-default\"\nadc.leakage = \"0 W\"\n[[workload.kernel]]\nname = \"k\"\nL = 1\nN = 2\nM = 3\n"), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if at, err := system.NewQuote(context.Background(), quiet, system.Options{Memo: &system.Memo{}}); err != nil || !at.Meet(groups("adc.energy_per_conversion", "adc.leakage")) {
		t.Errorf("the energy of a conversion and a leakage, which is zero at first, do not meet in the converter's limit: %v", err)
	}
	for _, l := range config.Machines[0].Limits() {
		if keys := l.Keys(); keys[0] != keys[1] && !q.Meet(groups(keys[0], keys[1])) {
			t.Errorf("%v do not meet in the limit of %s", keys[:2], l.Component)
		}
	}
}
