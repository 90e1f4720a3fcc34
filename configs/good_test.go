package configs

import (
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"xbar/digital/systolic"
)

func mustParse(t testing.TB, file string, sets ...string) *Config {
	t.Helper()
	config, err := parseWith(file, mustRead(t, "testdata/good/"+file), sets...)
	if err != nil {
		t.Fatal(err)
	}
	return config
}

func TestPresetAndOverride(t *testing.T) {
	c := mustParse(t, "preset.toml")
	analog, cpu := c.Machines[0], c.Machines[1]
	if c.Seed != 1 || c.Inferences != 1000 || c.Granularity != "burst" || c.Workload.Batch != 4 || c.Workload.Statistics.InputDensity != 0.5 {
		t.Errorf("defaults: %+v", c)
	}
	if analog.ADC.Resolution != 7 || analog.ADC.EnergyPerConversion != 1.2e-12 || analog.Chip.Reload != "lru" {
		t.Errorf("overrides: %+v %+v", analog.ADC, analog.Chip)
	}
	if analog.ADC.Latency != 0.78e-9 || analog.Clock != 100e6 || analog.Crossbar.Rows != 128 || !analog.Crossbar.GateUnused {
		t.Errorf("preset: %+v %+v", analog.ADC, analog.Crossbar)
	}
	if cpu.Kind != "scalar" || len(cpu.Memory.Levels) != 2 || cpu.Memory.Levels[0].Capacity != 8*32*1024 || cpu.Memory.Levels[1].Capacity != 0 {
		t.Errorf("scalar: %+v", cpu.Memory)
	}
	if k := c.Workload.Kernels; len(k) != 1 || k[0].N != 784 || k[0].WeightBits != 8 || k[0].Repeat != 1 {
		t.Errorf("kernels: %+v", k)
	}
}

func TestProvenance(t *testing.T) {
	c := mustParse(t, "preset.toml", "machine.analog.adc.per_array=2", "machine.cpu.core.leakage={value=\"1 W\", source=\"guess\"}")
	got := c.Machines[0].Provenance
	for key, want := range map[string]Origin{
		"adc.resolution":            {Where: "preset.toml:20:14", Text: "7"},
		"adc.energy_per_conversion": {Where: "preset.toml:21:35", Text: "1.2 pJ", Source: "measured"},
		"adc.latency":               {Where: "tiny-analog", Text: "0.78 ns", Source: "Example et al., 2020, Table 2"},
		"adc.per_array":             {Where: "--set", Text: "2"},
		"adc.range":                 {Where: "default", Text: "clip"},
		"cell.endurance":            {Where: "tiny-analog", Text: "1e9", Source: "Example et al., 2020, Table 1"},
		"chip.tiles":                {Where: "tiny-analog", Text: "2"},
		"chip.reload":               {Where: "preset.toml:18:10", Text: "lru"},
		"name":                      {Where: "preset.toml:14:8", Text: "analog"},
		"kind":                      {Where: "preset.toml:15:8", Text: "analog"},
	} {
		if diff := cmp.Diff(want, got[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	for _, unset := range []string{"adc.area", "batch", "core.leakage", "cell.g_on", "adc.source"} {
		if o, ok := got[unset]; ok {
			t.Errorf("%s is not set, and has %+v", unset, o)
		}
	}
	cpu := c.Machines[1].Provenance
	for key, want := range map[string]Origin{
		"memory.level[0].line": {Where: "tiny-scalar", Text: "64 B", Source: "Example, ISSCC 2014, slide 10"},
		"memory.level[1].line": {Where: "tiny-scalar", Text: "64 B", Source: "data sheet"},
		"core.leakage":         {Where: "--set", Text: "1 W", Source: "guess"},
		"kind":                 {Where: "tiny-scalar", Text: "scalar"},
	} {
		if diff := cmp.Diff(want, cpu[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
}

// A preset may build on another.
func TestPresetOnPreset(t *testing.T) {
	c := mustParse(t, "preset.toml", "machine.analog.preset=tiny-small")
	for key, want := range map[string]Origin{
		"kind":          {Where: "preset.toml:15:8", Text: "analog"},
		"preset":        {Where: "--set", Text: "tiny-small"},
		"adc.latency":   {Where: "tiny-analog", Text: "0.78 ns", Source: "Example et al., 2020, Table 2"},
		"adc.per_array": {Where: "tiny-analog", Text: "1", Source: "Example et al., 2020, Table 2"},
	} {
		if diff := cmp.Diff(want, c.Machines[0].Provenance[key]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", key, diff)
		}
	}
	c, err := parseWith("x.toml", strings.Replace(mustRead(t, "testdata/good/preset.toml"), "resolution = 7\n", "", 1), "machine.analog.preset=tiny-small")
	if err != nil {
		t.Fatal(err)
	}
	if o := c.Machines[0].Provenance["adc.resolution"]; o != (Origin{Where: "tiny-small", Text: "6", Source: "Example et al., 2021"}) {
		t.Errorf("%+v", o)
	}
}

// A value that overrides another never takes over its source.
func TestSourceStaysWithItsText(t *testing.T) {
	c := mustParse(t, "inline.toml", `machine.α.cell.read_time=1 ns`, "machine.α.cell.source=sheet")
	for key, source := range map[string]string{
		"cell.bits":        "mine",
		"cell.read_time":   "sheet",
		"cell.read_energy": "Example et al., 2020, Table 1",
		"adc.resolution":   "",
	} {
		if got := c.Machines[0].Provenance[key]; got.Source != source || got.Where == "" {
			t.Errorf("%s: %+v, want source %q", key, got, source)
		}
	}
}

func TestUnusualTOML(t *testing.T) {
	c := mustParse(t, "inline.toml")
	if c.Title != "In unusual\nTOML" || c.Inferences != 16 || !c.Machines[1].Memory.Flat || c.Machines[0].ADC.Resolution != 6 {
		t.Errorf("%+v", c)
	}
	if o := c.Machines[0].Provenance["adc.resolution"]; o.Where != "inline.toml:6:77" {
		t.Errorf("%+v", o)
	}
	a, b := mustParse(t, "preset.toml"), mustParse(t, "crlf.toml")
	for i := range b.Machines {
		for key, o := range b.Machines[i].Provenance {
			o.Where = strings.Replace(o.Where, "crlf", "preset", 1)
			b.Machines[i].Provenance[key] = o
		}
	}
	for key, o := range b.Provenance {
		o.Where = strings.Replace(o.Where, "crlf", "preset", 1)
		b.Provenance[key] = o
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("line ends and byte order mark matter:\n%s", diff)
	}
}

func TestWithoutPreset(t *testing.T) {
	c := mustParse(t, "whole.toml")
	preset := mustParse(t, "preset.toml")
	if diff := cmp.Diff(preset.Machines[1].Memory, c.Machines[1].Memory); diff != "" {
		t.Errorf("written out and preset differ:\n%s", diff)
	}
	if m := c.Machines[2]; m.Kind != "systolic" || m.Array != (systolic.Array{Rows: 16, Cols: 8, Dataflow: "ws", Im2col: "off-chip"}) || m.WeightBuffer.Capacity != 8*2048 || m.DRAM.Channels != 1 || m.DRAM.Bandwidth != 0 {
		t.Errorf("systolic: %+v", m.Systolic())
	}
	if c.Workload.Statistics.InputDensity != 0.25 || len(c.Workload.Kernels) != 2 || c.Workload.Kernels[1].Repeat != 3 {
		t.Errorf("%+v", c.Workload)
	}
}

func TestSets(t *testing.T) {
	c := mustParse(t, "preset.toml",
		"seed=7", "title=a b = c", "machine.analog.adc.resolution=8", "machine[0].adc.resolution=9", "machine.*.batch=3",
		`machine."analog".chip.reload='pin'`, "machine.analog.adc.energy_per_conversion=2pJ", "workload.kernel[0].L=5",
		"workload.kernel.fc.M=6", "workload.statistics.input_density=0.125", `machine.cpu.memory.level[0].capacity="16 KiB"`,
		"machine.analog.crossbar.active_rows = 64")
	m := c.Machines[0]
	if c.Seed != 7 || c.Title != "a b = c" || m.ADC.Resolution != 9 || m.Chip.Reload != "pin" || m.ADC.EnergyPerConversion != 2e-12 || m.Crossbar.ActiveRows != 64 {
		t.Errorf("%+v", c)
	}
	if m.Batch != 3 || c.Machines[1].Batch != 3 || c.Machines[1].Memory.Levels[0].Capacity != 8*16*1024 {
		t.Errorf("%+v", c.Machines)
	}
	if k := c.Workload.Kernels[0]; k.L != 5 || k.M != 6 || c.Workload.Statistics.InputDensity != 0.125 {
		t.Errorf("%+v", c.Workload)
	}
	if c := mustParse(t, "preset.toml", "machine.cpu.preset=presets/tiny-scalar.toml"); c.Machines[1].Provenance["core.leakage"].Where != "presets/tiny-scalar.toml:14:11" {
		t.Errorf("%+v", c.Machines[1].Provenance["core.leakage"])
	}
}

// Load resolves paths against the file's folder, a preset's file among them.
func TestLoad(t *testing.T) {
	folder := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	text := mustRead(t, "testdata/good/inline.toml")
	write("study.toml", strings.NewReplacer("tiny-analog", "./tiny-analog.toml", "tiny-scalar", "tiny-scalar.toml", `"labels.idx"`, `"/data/labels.idx"`).Replace(text))
	for _, name := range []string{"tiny-analog.toml", "tiny-scalar.toml"} {
		write(name, mustRead(t, "testdata/presets/"+name))
	}
	c, err := Load(filepath.Join(folder, "study.toml"), []string{"workload.inputs=other.idx"})
	if err != nil {
		t.Fatal(err)
	}
	w := c.Workload
	if w.Network != filepath.Join(folder, "net.json") || w.Inputs != filepath.Join(folder, "other.idx") || w.Labels != "/data/labels.idx" {
		t.Errorf("%+v", w)
	}
	if _, err := Load(filepath.Join(folder, "none.toml"), nil); err == nil {
		t.Error("a file that is not there was loaded")
	}
	write("large.toml", strings.Repeat("# large\n", maxSize/8+1))
	if _, err := Load(filepath.Join(folder, "large.toml"), nil); err == nil || !strings.Contains(err.Error(), "larger than 4 MiB") {
		t.Errorf("large file: %v", err)
	}
}

// Every preset of the library makes a machine that needs nothing more, and
// says where its numbers come from.
func TestLibrary(t *testing.T) {
	presets := Presets()
	parts := slices.IndexFunc(presets, func(p PresetInfo) bool { return IsPart(p.Kind) })
	byName := func(a, b PresetInfo) int { return strings.Compare(a.Name, b.Name) }
	if parts < 5 || len(presets)-parts < 30 || !slices.IsSortedFunc(presets[:parts], byName) {
		t.Fatalf("%d presets, parts from %d on: %v", len(presets), parts, presets)
	}
	for _, p := range presets {
		t.Run(p.Kind+"/"+p.Name, func(t *testing.T) {
			address, use := p.Name, "preset = \""+p.Name+"\"\n"
			if IsPart(p.Kind) {
				address, use = p.Kind+"/"+p.Name, "preset = \"reram-small\"\n[machine."+p.Kind+"]\n"+use
			}
			if p.Kind == "devices" {
				use += "[machine.crossbar]\ncolumn_flip = false\n"
			}
			if content, ok := Preset(address); !ok || len(content) == 0 || p.Title == "" {
				t.Fatalf("%+v, %v", p, ok)
			}
			text := "inferences = 1\nworkload.kernel = [{ name = \"k\", L = 1, N = 1, M = 1 }]\n[[machine]]\nname = \"m\"\n" + use
			c, err := Parse("study.toml", []byte(text), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !IsPart(p.Kind) && c.Machines[0].Kind != p.Kind {
				t.Errorf("kind %q, listed as %q", c.Machines[0].Kind, p.Kind)
			}
			var unsourced []string
			for _, key := range slices.Sorted(maps.Keys(c.Machines[0].Provenance)) {
				o := c.Machines[0].Provenance[key]
				if strings.ContainsAny(o.Text, "0123456789") && o.Where == p.Name && o.Source == "" {
					unsourced = append(unsourced, key)
				}
			}
			if len(unsourced) > 0 {
				t.Errorf("numbers without a source: %s", strings.Join(unsourced, ", "))
			}
		})
	}
	for _, name := range []string{"none", "", "../presets/" + presets[0].Name} {
		if _, ok := Preset(name); ok {
			t.Errorf("there is a preset %q", name)
		}
	}
}

func TestQuickstart(t *testing.T) {
	c, err := Parse("quickstart.toml", Quickstart(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Machines) == 0 {
		t.Error("no machine")
	}
}

// Texts made to be slow to read are read or refused in time.
func TestNoHang(t *testing.T) {
	if testing.Short() {
		t.Skip("reads large texts")
	}
	const size = 1 << 20
	start := time.Now()
	for name, text := range map[string]string{
		"deep lists":    "a = " + strings.Repeat("[", size),
		"deep tables":   strings.Repeat("a = {", size/5),
		"long key":      strings.Repeat("a.", size/2) + "a = 1",
		"one line":      "machine = [" + strings.Repeat(`{name="a",kind="analog"},`, size/25) + "]",
		"many machines": strings.Repeat("[[machine]]\npreset='tiny-analog'\n", size/34),
		"many keys":     strings.Repeat("k", size/2) + " = 1\n[machine]\n" + strings.Repeat("[[workload.kernel]]\nL=1\n", size/24),
		"open quotes":   `a = """` + strings.Repeat(`\"`, size/2),
	} {
		if _, err := parseWith(name, text); err == nil {
			t.Errorf("%s: accepted", name)
		} else if n := len(err.Error()); n > 200_000 {
			t.Errorf("%s: a message of %d bytes", name, n)
		}
	}
	if elapsed := time.Since(start); elapsed > 30*time.Second {
		t.Errorf("took %v", elapsed)
	}
}

// A layer that charges a read in one way takes the place of the other way in
// the layers below it.
func TestReadReplaced(t *testing.T) {
	const device, lumped = "cell.g_on", "cell.read_energy"
	for _, test := range []struct{ preset, cell, set, want, not string }{
		{"tiny-analog", "", "", lumped, device},
		{"tiny-device", "", "", device, lumped},
		{"tiny-analog", "read_voltage = \"0.2 V\"\ng_on = \"10 uS\"\ng_off = \"1 uS\"\n", "", device, lumped},
		{"tiny-device", "read_energy = \"2 fJ\"\n", "", lumped, device},
		{"tiny-device", "g_on = \"3 uS\"\n", "", device, lumped},
		{"tiny-device", "", "machine.analog.cell.read_energy=2 fJ", lumped, device},
		{"tiny-device", "g_on = \"3 uS\"\n", "machine[2].cell.read_energy={value=\"2 fJ\", source=\"guess\"}", lumped, device},
		{"tiny-device", "read_energy = \"2 fJ\"\n", "machine.analog.cell={bits=1}", "", ""},
	} {
		text := strings.Replace(mustRead(t, "testdata/good/preset.toml"), `preset = "tiny-analog"`, `preset = "`+test.preset+`"`, 1)
		text += "\n[[machine]]\nname = \"analog\"\nkind = \"analog\"\npreset = \"" + test.preset + "\"\n[machine.cell]\n" + test.cell
		text = strings.Replace(text, `name = "analog"`, `name = "first"`, 1)
		var sets []string
		if test.set != "" {
			sets = []string{test.set}
		}
		c, err := parseWith("x.toml", text, sets...)
		if test.want == "" {
			if err == nil {
				t.Errorf("%+v: accepted", test)
			}
			continue
		}
		if err != nil {
			t.Errorf("%+v: %v", test, err)
			continue
		}
		p := c.Machines[len(c.Machines)-1].Provenance
		if _, ok := p[test.want]; !ok {
			t.Errorf("%+v: %s is not set", test, test.want)
		}
		if o, ok := p[test.not]; ok {
			t.Errorf("%+v: %s is %+v", test, test.not, o)
		}
	}
}

func TestUnlimited(t *testing.T) {
	sets := []string{"machine.analog.network.bandwidth=1 GB/s", "machine.analog.dram.bandwidth=\"1 GB/s\""}
	c := mustParse(t, "preset.toml", sets...)
	if m := c.Machines[0]; m.Network.Bandwidth != 8e9 || m.DRAM.Bandwidth != 8e9 {
		t.Fatalf("%v, %v", m.Network.Bandwidth, m.DRAM.Bandwidth)
	}
	c = mustParse(t, "preset.toml", append(sets, "machine.analog.network.bandwidth=unlimited", "machine.analog.dram.bandwidth=\"unlimited\"")...)
	if m := c.Machines[0]; m.Network.Bandwidth != 0 || m.DRAM.Bandwidth != 0 || m.Provenance["dram.bandwidth"].Text != "unlimited" {
		t.Errorf("%v, %v, %+v", m.Network.Bandwidth, m.DRAM.Bandwidth, m.Provenance["dram.bandwidth"])
	}
}

// A zero is a zero, whatever its sign: no result shows −0.
func TestNegativeZero(t *testing.T) {
	c := mustParse(t, "preset.toml", "workload.statistics.input_density=-0.0", "machine.analog.adc.latency=-0 s")
	if math.Signbit(c.Workload.Statistics.InputDensity) || math.Signbit(float64(c.Machines[0].ADC.Latency)) {
		t.Error("−0")
	}
}

// ENOB and node take the place of a preset's energy and area of a conversion,
// and the other way about.
func TestConversionReplaced(t *testing.T) {
	for _, test := range []struct{ adc, want, not string }{
		{"", "adc.energy_per_conversion", "adc.enob"},
		{"enob = 7.5\nnode = \"32 nm\"\n", "adc.enob", "adc.energy_per_conversion"},
		{"enob = 7.5\nnode = \"32 nm\"\n", "adc.node", "adc.area"},
		{"enob = 7.5\nnode = \"32 nm\"\narea = \"1 um2\"\n", "adc.area", "adc.energy_per_conversion"},
	} {
		text := mustRead(t, "testdata/good/preset.toml") + "\n[[machine]]\nname = \"own\"\npreset = \"tiny-analog\"\n[machine.adc]\n" + test.adc
		c, err := parseWith("x.toml", text)
		if err != nil {
			t.Errorf("%+v: %v", test, err)
			continue
		}
		m := c.Machines[len(c.Machines)-1]
		if _, ok := m.Provenance[test.want]; !ok {
			t.Errorf("%+v: %s is lost", test, test.want)
		}
		if _, ok := m.Provenance[test.not]; ok {
			t.Errorf("%+v: %s is left", test, test.not)
		}
		if modelled := test.adc != ""; m.ADC.Modelled() != modelled || m.ADC.Conversion(m.ADC.Resolution).Value <= 0 {
			t.Errorf("%+v: modelled %v, %v a conversion", test, m.ADC.Modelled(), m.ADC.Conversion(m.ADC.Resolution).Value)
		}
	}
}
