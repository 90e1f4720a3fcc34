package system_test

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"xbar/configs"
	"xbar/sim/system"
)

func laws(t *testing.T, cfg *configs.Config, workers int) *system.LawsResult {
	t.Helper()
	r, err := system.Laws(context.Background(), cfg, system.Options{Workers: workers})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLawsHold(t *testing.T) {
	long(t)
	want := map[string]float64{
		"vmm-resident": -1, "flat-beyond-array": 0, "vmm-reload": 0,
		"mmm-L": -1, "mmm-N": -1, "mmm-M": -1, "scalar-constant": 0,
	}
	r := laws(t, nil, 2)
	if len(r.Laws) != len(want) {
		t.Fatalf("%d laws, want %d", len(r.Laws), len(want))
	}
	for _, l := range r.Laws {
		slope, known := want[l.ID]
		if !known || l.SlopeTheory != slope {
			t.Errorf("law %q with slope %g in theory", l.ID, l.SlopeTheory)
		}
		if !l.Holds || math.Abs(l.Slope-slope) > system.Tolerance {
			t.Errorf("%s: slope %g, holds %v", l.ID, l.Slope, l.Holds)
		}
		if last := l.Points[len(l.Points)-1]; last.X/l.Points[0].X < 32 {
			t.Errorf("%s spans only %g to %g", l.ID, l.Points[0].X, last.X)
		}
		for _, p := range l.Points {
			if math.Abs(p.MeasuredJPerMAC/p.TheoryJPerMAC-1) > 1e-12 {
				t.Errorf("%s at %g: simulated %g, closed form %g J/MAC", l.ID, p.X, p.MeasuredJPerMAC, p.TheoryJPerMAC)
			}
			if p.TotalJPerMAC < p.MeasuredJPerMAC*(1-1e-12) {
				t.Errorf("%s at %g: the whole machine spends %g, a part of it %g", l.ID, p.X, p.TotalJPerMAC, p.MeasuredJPerMAC)
			}
		}
	}
}

// A law is measured on the machines of a config when it has some.
func TestLawsOfAConfig(t *testing.T) {
	long(t)
	study := []byte(`
inferences = 1
[workload]
kernel = [{ name = "any", L = 1, N = 1, M = 1 }]
[[machine]]
name = "isaac"
preset = "isaac"
`)
	cfg, err := configs.Parse("study.toml", study, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	own, library := laws(t, cfg, 1), laws(t, nil, 1)
	for i, l := range own.Laws {
		if !l.Holds {
			t.Errorf("%s does not hold on ISAAC: slope %g", l.ID, l.Slope)
		}
		same := reflect.DeepEqual(l.Points[0], library.Laws[i].Points[0])
		if l.ID == "scalar-constant" != same {
			t.Errorf("%s: first point %+v, the library's machines give %+v", l.ID, l.Points[0], library.Laws[i].Points[0])
		}
	}
}

func TestLawsDoNotDependOnWorkers(t *testing.T) {
	a, b := laws(t, nil, 1), laws(t, nil, 4)
	for i := range a.Laws {
		for j := range a.Laws[i].Points {
			if !reflect.DeepEqual(a.Laws[i].Points[j], b.Laws[i].Points[j]) {
				t.Errorf("%s: %+v with one worker, %+v with four", a.Laws[i].ID, a.Laws[i].Points[j], b.Laws[i].Points[j])
			}
		}
	}
}

// A slope of zero alone does not tell an advantage kept from one lost: with
// weights in place a MAC costs what it does on one array, with reloads a hundred
// times that.
func TestReloadLosesTheAdvantage(t *testing.T) {
	long(t)
	total := map[string]float64{}
	for _, l := range laws(t, nil, 2).Laws {
		total[l.ID] = l.Points[len(l.Points)-1].TotalJPerMAC
	}
	if kept, lost := total["flat-beyond-array"], total["vmm-reload"]; lost < 100*kept {
		t.Errorf("%g J/MAC with reloads, %g without", lost, kept)
	}
}

// Machines whose conversions have fewer bits in some phases, or whose row
// drivers cost nothing, have laws, too.
func TestLawsOfTheLibrary(t *testing.T) {
	long(t)
	for preset, left := range map[string]string{"neurram": "", "sram-charge": "mmm-M"} {
		study := fmt.Sprintf("inferences = 1\nworkload.kernel = [{ name = \"any\", L = 1, N = 1, M = 1 }]\nmachine = [{ name = \"a\", preset = %q }]\n", preset)
		r := laws(t, parse(t, study), 2)
		if got := fmt.Sprint(r.Left); (left == "") != (len(r.Left) == 0) || !strings.Contains(got, left) {
			t.Errorf("%s: left out are %s, want %q", preset, got, left)
		}
		for _, l := range r.Laws {
			for _, p := range l.Points {
				if math.Abs(p.MeasuredJPerMAC/p.TheoryJPerMAC-1) > 1e-12 {
					t.Errorf("%s, %s at %g: simulated %g, closed form %g J/MAC", preset, l.ID, p.X, p.MeasuredJPerMAC, p.TheoryJPerMAC)
				}
			}
		}
	}
}
