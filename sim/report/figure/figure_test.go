package figure_test

import (
	"bytes"
	"encoding/json"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xbar/sim/report/figure"
	"xbar/sim/system"
)

func load[T any](t testing.TB, path string) *T {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	v := new(T)
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
	return v
}

const (
	resultFile = "../testdata/result.json"
	lawsFile   = "../testdata/laws.json"
)

func drawn(t testing.TB, name string, draw func(path string) error) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := draw(path); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func drawLaws(t testing.TB) func(string) error {
	return func(path string) error { return figure.Laws(load[system.LawsResult](t, lawsFile), path) }
}

func drawEnergy(t testing.TB) func(string) error {
	return func(path string) error {
		return figure.Energy(load[system.Result](t, resultFile), "result.toml, seed 1", path)
	}
}

func TestSVGSaysWhatItShows(t *testing.T) {
	svg := string(drawn(t, "laws.svg", drawLaws(t)))
	for _, law := range load[system.LawsResult](t, lawsFile).Laws {
		if !strings.Contains(svg, ">"+law.ID) {
			t.Errorf("no panel %s", law.ID)
		}
	}
	for _, text := range []string{"slope −1.00, theory −1.00", "DOES NOT HOLD", "energy (pJ/MAC)", "simulated", "closed form", ">N = M<", ">bits<",
		">operations per byte of DRAM<", ">floor<", ">DRAM<", "log4 slope 1.00", ">digital<", ">one conversion<", ">bit by bit<", ">8.7 bits<"} {
		if !strings.Contains(svg, text) {
			t.Errorf("laws do not say %q", text)
		}
	}
	svg = string(drawn(t, "energy.svg", drawEnergy(t)))
	for _, text := range []string{"isaac-whole", "isaac-quarter", ">cpu<", "pJ/MAC", ">programming<", ">72.5<"} {
		if !strings.Contains(svg, text) {
			t.Errorf("energy does not say %q", text)
		}
	}
}

func TestSameResultSameBytes(t *testing.T) {
	for _, name := range []string{"f.svg", "f.png"} {
		for what, draw := range map[string]func(string) error{"laws": drawLaws(t), "energy": drawEnergy(t)} {
			if !bytes.Equal(drawn(t, name, draw), drawn(t, name, draw)) {
				t.Errorf("%s as %s differ", what, name)
			}
		}
	}
}

// Layers are drawn where there are several, on several machines; what a log
// scale cannot show is left out.
func TestLayers(t *testing.T) {
	const title = "energy per MAC, layer by layer"
	svg := func(change func(r *system.Result)) string {
		r := load[system.Result](t, resultFile)
		change(r)
		return string(drawn(t, "energy.svg", func(path string) error { return figure.Energy(r, "", path) }))
	}
	whole := svg(func(*system.Result) {})
	for _, text := range []string{title, ">layer1.0.conv1 <", ">fc <", "stroke:#332288", "stroke:#CC6677", "stroke:#117733"} {
		if !strings.Contains(whole, text) {
			t.Errorf("layers do not say %q", text)
		}
	}
	for what, change := range map[string]func(r *system.Result){
		"one machine": func(r *system.Result) { r.Machines = r.Machines[:1] },
		"one kernel": func(r *system.Result) {
			for i := range r.Machines {
				r.Machines[i].Kernels = r.Machines[i].Kernels[:1]
			}
		},
		"no energy in any": func(r *system.Result) {
			for i := range r.Machines {
				for k := range r.Machines[i].Kernels {
					r.Machines[i].Kernels[k].EnergyPerMACJ = 0
				}
			}
		},
	} {
		if strings.Contains(svg(change), title) {
			t.Errorf("%s: layers are drawn", what)
		}
	}
	free := svg(func(r *system.Result) {
		for k := range r.Machines[1].Kernels {
			r.Machines[1].Kernels[k].EnergyPerMACJ = 0
		}
	})
	if !strings.Contains(free, title) || strings.Count(free, "stroke:#CC6677") >= strings.Count(whole, "stroke:#CC6677") {
		t.Error("a machine without energy is drawn like one with it")
	}
	many := svg(func(r *system.Result) {
		for i := range r.Machines {
			for len(r.Machines[i].Kernels) < 1000 {
				r.Machines[i].Kernels = append(r.Machines[i].Kernels, r.Machines[i].Kernels[0])
			}
		}
	})
	if n := strings.Count(many, ">conv1 <"); n > 64 || n < 30 {
		t.Errorf("%d of 1000 layers are named", n)
	}
}

// The largest categories are on the picture, in their colours: output blue,
// programming orange.
func TestPNGHasTheColours(t *testing.T) {
	picture, err := png.Decode(bytes.NewReader(drawn(t, "energy.PNG", drawEnergy(t))))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[color.RGBA]int{}
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y++ {
		for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x++ {
			seen[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	for name, colour := range map[string]color.RGBA{"output": {0, 114, 178, 255}, "programming": {230, 159, 0, 255}} {
		if seen[colour] < 5000 {
			t.Errorf("%s covers %d pixels", name, seen[colour])
		}
	}
}

func TestRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.svg")
	idle := &system.Result{Machines: []system.Machine{{Name: "idle"}}}
	below := &system.LawsResult{Laws: []system.Law{{ID: "x", Points: []system.LawPoint{{X: 1, MeasuredJPerMAC: 0, TheoryJPerMAC: -1}}}}}
	for what, err := range map[string]error{
		"extension":      drawLaws(t)(path + ".pdf"),
		"no laws":        figure.Laws(&system.LawsResult{}, path),
		"not positive":   figure.Laws(below, path),
		"no machines":    figure.Energy(&system.Result{}, "", path),
		"no energy":      figure.Energy(idle, "", path),
		"missing folder": drawEnergy(t)(filepath.Join(path, "none", "f.svg")),
	} {
		if err == nil {
			t.Errorf("%s: no error", what)
		}
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was left behind")
	}
}
