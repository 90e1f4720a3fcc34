package figure_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/report"
	"xbar/sim/report/figure"
	"xbar/sim/system"
)

// wellFormed reads a drawing to its end.
func wellFormed(t interface{ Fatal(...any) }, svg []byte) {
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestFiguresOfARun(t *testing.T) {
	r := load[system.Result](t, resultFile)
	figures, err := figure.OfRun(r)
	if err != nil {
		t.Fatal(err)
	}
	again, err := figure.OfRun(r)
	if err != nil {
		t.Fatal(err)
	}
	if len(figures) != 2 || figures[0].Section != "energy" || figures[1].Section != "layers" {
		t.Fatalf("%d figures", len(figures))
	}
	for i, f := range figures {
		wellFormed(t, f.SVG)
		if !bytes.Equal(f.SVG, again[i].SVG) {
			t.Errorf("%s: the same result gives other bytes", f.Title)
		}
	}
	for i := range r.Machines {
		name := r.Machines[i].Name
		if !strings.Contains(figures[0].Says, name) || !bytes.Contains(figures[0].SVG, []byte(">"+name+"<")) || !bytes.Contains(figures[1].SVG, []byte(">"+name+"<")) {
			t.Errorf("%s is not in all figures and their words: %s", name, figures[0].Says)
		}
	}
	if err := report.RunHTML(io.Discard, &report.RunPage{Result: r, Figures: figures}); err != nil {
		t.Errorf("the page does not take the figures: %v", err)
	}
}

// A result with nothing to draw has no figures, and anything else has some that can be
// read.
func TestFiguresOfAnyRun(t *testing.T) {
	for name, r := range map[string]*system.Result{
		"nothing": {}, "no energy": {Machines: []system.Machine{{Name: "idle", MACs: 5}}}, "no work": {Machines: []system.Machine{{Name: "idle", EnergyJ: 1}}},
	} {
		if figures, err := figure.OfRun(r); err != nil || len(figures) > 0 {
			t.Errorf("%s: %d figures, %v", name, len(figures), err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		r := &system.Result{}
		kernels := rapid.IntRange(0, 80).Draw(t, "kernels")
		for range rapid.IntRange(1, 9).Draw(t, "machines") {
			joules := rapid.Float64Range(1e-15, 1).Draw(t, "joules")
			m := system.Machine{Name: rapid.StringMatching(`[<>&"a-z ]{0,40}`).Draw(t, "name"), MACs: rapid.Int64Range(1, 1e12).Draw(t, "macs"), EnergyJ: joules}
			m.EnergyPerMACJ = joules / float64(m.MACs)
			m.Categories.Output = joules
			for range kernels {
				m.Kernels = append(m.Kernels, system.Kernel{Name: rapid.StringMatching(`[<>&"a-z ]{0,40}`).Draw(t, "kernel"), EnergyPerMACJ: rapid.Float64Range(0, 1e-9).Draw(t, "each")})
			}
			r.Machines = append(r.Machines, m)
		}
		figures, err := figure.OfRun(r)
		if err != nil {
			t.Fatal(err)
		}
		if len(figures) == 0 || figures[0].Section != "energy" {
			t.Fatal("no figure of energy")
		}
		for i := range figures {
			wellFormed(t, figures[i].SVG)
		}
		if err := report.RunHTML(io.Discard, &report.RunPage{Result: r, Figures: figures}); err != nil {
			t.Fatal(err)
		}
	})
}
