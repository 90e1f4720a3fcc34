package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"xbar/configs"
	"xbar/sim/system"
)

// explained is what xbar explain prints as JSON about one machine.
func explained(t *testing.T, config string) system.Explained {
	t.Helper()
	path := filepath.Join(t.TempDir(), "study.toml")
	if err := os.WriteFile(path, []byte(config), 0o666); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if code := Main([]string{"explain", path, "--format", "json", "--quiet"}, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d: %s", code, &stderr)
	}
	var e system.Explanation
	if err := json.Unmarshal(stdout.Bytes(), &e); err != nil {
		t.Fatal(err)
	}
	if len(e.Machines) != 1 {
		t.Fatalf("%d machines", len(e.Machines))
	}
	return e.Machines[0]
}

// On every machine of the library, with each way to know the values, energy and
// area are the sums of their parts, and nothing is without an origin.
func TestExplanationsAddUp(t *testing.T) {
	for _, p := range configs.Presets() {
		if configs.IsPart(p.Kind) {
			continue
		}
		for _, values := range []string{"statistical", "exact"} {
			t.Run(p.Name+"/"+values, func(t *testing.T) {
				m := explained(t, fmt.Sprintf(`
inferences = 1000
workload.values = %q
[[workload.kernel]]
name = "a"
L = 2
N = 300
M = 70
[[workload.kernel]]
name = "b"
L = 2
N = 70
M = 20
input_bits = 4
[[machine]]
name = "it"
preset = %q
`, values, p.Name))
				energyAddsUp(t, m.Energy)
				areaAddsUp(t, m.Area)
				if ed := m.EnergyDelay; !near(ed.Value, ed.Inputs[0].Value*m.Time.Seconds) || ed.Inputs[0].Value <= 0 {
					t.Errorf("%s of a batch of one", ed.Numbers)
				}
				for _, d := range derivationsOf(&m) {
					hasOrigins(t, d.Name, d)
				}
			})
		}
	}
}

func near(got, want float64) bool { return math.Abs(got-want) <= 1e-12*math.Abs(want) }

func energyAddsUp(t *testing.T, e *system.ExplainedEnergy) {
	var joules, shares float64
	for _, a := range e.Actions {
		joules, shares = joules+a.EnergyJ, shares+a.Share
		var count, each float64
		for _, p := range a.Each {
			count, each = count+p.Count, each+p.EnergyJ
		}
		if !near(count, a.Count) || !near(each, a.EnergyJ) {
			t.Errorf("%s %s: kernels have %g for %g J, not %g for %g J", a.Component, a.Action, count, each, a.Count, a.EnergyJ)
		}
	}
	if e.TotalJ <= 0 || !near(joules, e.TotalJ) || !near(shares, 1) {
		t.Errorf("actions sum to %g J, %g of %g J", joules, shares, e.TotalJ)
	}
}

func areaAddsUp(t *testing.T, a *system.ExplainedArea) {
	var area, shares float64
	for _, c := range a.Components {
		area, shares = area+c.AreaM2, shares+c.Share
		if c.Known && !near(c.AreaM2, float64(c.Instances)*c.Derivation.Value) {
			t.Errorf("%s: %g m² are not %d × %g m²", c.Component, c.AreaM2, c.Instances, c.Derivation.Value)
		}
	}
	if !near(area, a.AreaM2) || a.AreaM2 > 0 && !near(shares, 1) {
		t.Errorf("components sum to %g m², %g of %g m²", area, shares, a.AreaM2)
	}
}

// derivationsOf lists every derivation that an explanation begins with.
func derivationsOf(m *system.Explained) (all []*system.Derivation) {
	actions := func(of []system.ExplainedAction) {
		for i := range of {
			for j := range of[i].Each {
				all = append(all, &of[i].Each[j].Derivation)
			}
		}
	}
	actions(m.Energy.Actions)
	if p := m.Programming; p != nil {
		actions(p.Actions)
		all = append(all, &p.PerInference, &p.Time)
	}
	all = append(all, &m.Time.Clock, &m.Time.Total, m.EnergyDelay)
	stages := func(of ...*system.ExplainedStage) {
		for _, s := range of {
			all = append(all, &s.Derivation)
		}
	}
	for i := range m.Time.Stages {
		stages(&m.Time.Stages[i])
	}
	for i := range m.Time.Media {
		all = append(all, &m.Time.Media[i].Bandwidth, &m.Time.Media[i].Traffic)
	}
	for i := range m.Time.Kernels {
		k := &m.Time.Kernels[i]
		if k.Derivation != nil {
			all = append(all, k.Derivation)
		}
		for j := range k.Parts {
			stages(&k.Parts[j])
		}
		if l := k.Load; l != nil {
			stages(&l.Fetch, &l.Carry, &l.Write, &l.Tile)
		}
	}
	for i := range m.Area.Components {
		if m.Area.Components[i].Known {
			all = append(all, &m.Area.Components[i].Derivation)
		}
	}
	if m.Area.Throughput != nil {
		all = append(all, m.Area.Throughput)
	}
	for i := range m.Limits {
		l := &m.Limits[i]
		all = append(all, &l.Value, &l.Floor)
		if l.Best != nil {
			all = append(all, l.Best)
		}
	}
	return all
}

// hasOrigins checks that every input is derived, published, or a key that was
// set somewhere and whose value in the library has a source.
func hasOrigins(t *testing.T, path string, d *system.Derivation) {
	for i := range d.Inputs {
		in := &d.Inputs[i]
		at := path + " < " + in.Symbol
		switch {
		case in.Derivation != nil:
			hasOrigins(t, at, in.Derivation)
		case in.Key != "" && in.Where == "":
			t.Errorf("%s: nothing sets %s", at, in.Key)
		case in.Source == "" && !strings.Contains(in.Where, "study.toml"):
			t.Errorf("%s: %q of %q has no source", at, in.Text, in.Key)
		}
	}
}

// All of the examples can be explained, within the width of a page.
func TestExplainsExamples(t *testing.T) {
	const root = "../../../../"
	paths, err := filepath.Glob(root + "examples/*/*.toml")
	paths = slices.DeleteFunc(paths, func(path string) bool { return filepath.Base(path) == "study.toml" }) // no config
	if err != nil || len(paths) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, path := range append(paths, root+"configs/quickstart.toml") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			if code := Main([]string{"explain", path, "--quiet"}, &stdout, &stderr); code != exitDone {
				t.Fatalf("exit code %d: %s", code, &stderr)
			}
			for line := range strings.Lines(stdout.String()) {
				if n := utf8.RuneCountInString(line) - 1; n > 110 {
					t.Errorf("%d columns: %s", n, line)
				}
			}
		})
	}
}
