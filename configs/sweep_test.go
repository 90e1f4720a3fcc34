package configs

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestBadStudies holds what is said of each mistake in a study.
func TestBadStudies(t *testing.T) {
	for _, path := range mustGlob(t, "testdata/bad-studies/*.toml") {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".toml"), func(t *testing.T) {
			text := mustRead(t, path)
			sweep, err := ParseSweep(name, []byte(text))
			if err == nil || sweep != nil {
				t.Fatalf("accepted: %v, %v", sweep, err)
			}
			checkPositions(t, name, text, err)
			checkMessage(t, path, err)
		})
	}
}

// Whatever is read, there is a study or there are errors with positions inside the text,
// and no panic; a study's axes have values.
func FuzzSweep(f *testing.F) {
	for _, path := range mustGlob(f, "testdata/bad-studies/*.toml") {
		f.Add(mustRead(f, path))
	}
	f.Add("base = \"b\"\n[[axis]]\nkey = \"a\"\nfrom = \"1 pJ\"\nto = \"8 pJ\"\nscale = \"powers\"\n[[axis]]\nkey = \"b\"\nvalues = [1, \"x\", true, 2.5]\n")
	f.Fuzz(func(t *testing.T, text string) {
		sweep, err := ParseSweep("fuzz.toml", []byte(text))
		if (sweep == nil) == (err == nil) {
			t.Fatalf("study %v and error %v", sweep, err)
		}
		if err != nil {
			checkPositions(t, "fuzz.toml", text, err)
			return
		}
		for i := range sweep.Axes {
			a := &sweep.Axes[i]
			a.Between(0.7)
			a.Near(0.7, 4)
			if sweep.Sampling == "grid" {
				a.At(0)
				a.At(a.Len() - 1)
			}
		}
	})
}

// A setting gives a key the very value, of whatever kind.
func TestSettingsGiveTheValue(t *testing.T) {
	base := `
inferences = 1
[[workload.kernel]]
name = "k"
L = 1
N = 1
M = 1
[[machine]]
name = "m"
preset = "tiny-scalar"
`
	for _, x := range []struct {
		key   string
		value any
	}{
		{"title", "8"}, {"title", "true"}, {"title", "a \"b\" \\ c\td"}, {"title", "1 pJ"}, {"seed", int64(7)},
		{"allow_below_floor", true}, {"workload.statistics.input_density", 0.1 + 0.2}, {"workload.statistics.input_density", 1e-9},
	} {
		c, err := parseWith("b.toml", base, Setting(x.key, x.value))
		if err != nil {
			t.Errorf("%s: %v", Setting(x.key, x.value), err)
			continue
		}
		got := map[string]any{
			"title": c.Title, "seed": c.Seed, "allow_below_floor": c.AllowBelowFloor, "workload.statistics.input_density": c.Workload.Statistics.InputDensity,
		}[x.key]
		if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", x.value) {
			t.Errorf("%s gives %#v", Setting(x.key, x.value), got)
		}
	}
}

// A base that is set is what the file with the same arguments is.
func TestBaseIsLoad(t *testing.T) {
	for _, path := range mustGlob(t, "testdata/good/*.toml") {
		want, err := Load(path, []string{"seed=5"})
		if err != nil {
			continue // needs arguments of its own
		}
		base, err := LoadBase(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for range 2 { // the first leaves nothing for the second
			got, err := base.With([]string{"seed=5"})
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			if diff := cmp.Diff(fmt.Sprintf("%+v", want), fmt.Sprintf("%+v", got)); diff != "" {
				t.Errorf("%s: %s", path, diff)
			}
		}
	}
}

func TestIsSweep(t *testing.T) {
	for text, want := range map[string]bool{
		"base = \"chip.toml\"\n[[axis]]\nkey = \"seed\"\n": true,
		"axis = 3": true, // of what it is wrong
		"title = \"a config\"\n[workload]\nbatch = 1\n": false,
		"[[axis": false, // no TOML
		"":       false,
	} {
		path := filepath.Join(t.TempDir(), "x.toml")
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if got, err := IsSweep(path); err != nil || got != want {
			t.Errorf("%q is a study: %v, %v", text, got, err)
		}
	}
	if _, err := IsSweep(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("there is no such file")
	}
}

// A value near a share of an axis' way is in the axis' range, and within half a unit of the
// fourth digit of what is there.
func TestNearValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.Float64Range(1e-6, 1e3).Draw(t, "from")
		a := Axis{Scale: rapid.SampledFrom([]string{"linear", "log"}).Draw(t, "scale"), Range: &Range{From: from, To: from * rapid.Float64Range(1.0001, 1e4).Draw(t, "ratio"), Unit: rapid.SampledFrom([]string{"", "pJ"}).Draw(t, "unit")}}
		share := rapid.Float64Range(0, 1).Draw(t, "share")
		x, unit, _, ok := number(a.Near(share, 4))
		want, _, _, _ := number(a.Between(share))
		if !ok || unit != a.Range.Unit || x < a.Range.From || x > a.Range.To || math.Abs(x-want) > 0.5001e-3*want {
			t.Fatalf("%g of %g to %g is %v, between is %g", share, a.Range.From, a.Range.To, a.Near(share, 4), want)
		}
		if rounded := RoundTo(want, 4); x != want && x != rounded {
			t.Fatalf("%g is neither %g nor %g", x, want, rounded)
		}
	})
}

// A number is split from its unit whatever its exponent.
func TestNumbersWithUnits(t *testing.T) {
	for text, want := range map[string]string{
		"1 pJ": "1|pJ", "1e-05 pJ": "1e-05|pJ", "2.5E3 fJ": "2500|fJ", "3Ebit/s": "3|Ebit/s", "-4ns": "-4|ns", "1e3": "", "pJ": "", "e pJ": "", "": "",
	} {
		x, unit, _, ok := number(text)
		if got := fmt.Sprintf("%g|%s", x, unit); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %s, %v, want %q", text, got, ok, want)
		}
	}
}

// What a config says of a key is found by the path that --set takes.
func TestWritten(t *testing.T) {
	c, err := parseWith("b.toml", `
inferences = 7
[[workload.kernel]]
name = "first"
L = 1
N = 1
M = 1
[[workload.kernel]]
name = "second"
L = 5
N = 1
M = 1
[[machine]]
name = "m"
preset = "tiny-scalar"
clock = "3 GHz"
`)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"machine.m.clock": "3 GHz", "machine[0].clock": "3 GHz", "machine.*.clock": "3 GHz", "machine.m.temperature_k": "300",
		"inferences": "7", "workload.kernel[1].L": "5", "workload.kernel.second.L": "5", "workload.batch": "1",
		"machine.nobody.clock": "", "machine[3].clock": "", "workload.kernel.third.L": "", "nothing": "", "": "", "machine": "",
	} {
		if got := c.Written(path); got != want {
			t.Errorf("%s is %q, not %q", path, got, want)
		}
	}
}

func TestBelowMachine(t *testing.T) {
	for key, want := range map[string]string{
		"machine.isaac.adc.resolution": "adc.resolution", `machine."a.b".clock`: "clock", "machine[0].cell.read_energy": "cell.read_energy", "machine.*.dram.leakage": "dram.leakage",
		"inferences": "", "workload.batch": "", "machine": "", "machine.m": "",
	} {
		if got, ok := BelowMachine(key); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", key, got, ok)
		}
	}
}
