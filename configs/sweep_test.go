package configs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
