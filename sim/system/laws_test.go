package system_test

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"
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

// library is the laws of the library's machines, measured once.
var library = sync.OnceValues(func() (*system.LawsResult, error) {
	return system.Laws(context.Background(), nil, system.Options{Workers: 2})
})

func libraryLaws(t *testing.T) *system.LawsResult {
	t.Helper()
	r, err := library()
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
		"systolic-intensity": -1, "precision-crossover": 1,
	}
	r := libraryLaws(t)
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
		if first, last := l.Points[0].X, l.Points[len(l.Points)-1].X; last/first < 32 && (l.X != "bits" || first != 2 || last != 12) {
			t.Errorf("%s spans only %g to %g", l.ID, first, last)
		}
		for _, p := range l.Points {
			agrees(t, l.ID, &p)
			if p.TotalJPerMAC < p.MeasuredJPerMAC*(1-1e-12) {
				t.Errorf("%s at %g: the whole machine spends %g, a part of it %g", l.ID, p.X, p.TotalJPerMAC, p.MeasuredJPerMAC)
			}
		}
	}
}

// agrees fails unless what was simulated at a point is the closed form, the
// other series among it.
func agrees(t *testing.T, law string, p *system.LawPoint) {
	t.Helper()
	for _, o := range append(p.Others, system.Other{Name: "law", MeasuredJPerMAC: p.MeasuredJPerMAC, TheoryJPerMAC: p.TheoryJPerMAC}) {
		if math.Abs(o.MeasuredJPerMAC/o.TheoryJPerMAC-1) > 1e-12 {
			t.Errorf("%s at %g, %s: simulated %g, closed form %g J/MAC", law, p.X, o.Name, o.MeasuredJPerMAC, o.TheoryJPerMAC)
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
	own, library := laws(t, cfg, 1), libraryLaws(t)
	for i, l := range own.Laws {
		if !l.Holds {
			t.Errorf("%s does not hold on ISAAC: slope %g", l.ID, l.Slope)
		}
		same := reflect.DeepEqual(l.Points[0], library.Laws[i].Points[0])
		digital := l.ID == "scalar-constant" || l.ID == "systolic-intensity" || l.ID == "precision-crossover"
		if digital != same {
			t.Errorf("%s: first point %+v, the library's machines give %+v", l.ID, l.Points[0], library.Laws[i].Points[0])
		}
	}
}

func TestLawsDoNotDependOnWorkers(t *testing.T) {
	a, b := laws(t, nil, 1), libraryLaws(t)
	for i := range a.Laws {
		for j := range a.Laws[i].Points {
			if !reflect.DeepEqual(a.Laws[i].Points[j], b.Laws[i].Points[j]) {
				t.Errorf("%s: %+v with one worker, %+v with two", a.Laws[i].ID, a.Laws[i].Points[j], b.Laws[i].Points[j])
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
	for _, l := range libraryLaws(t).Laws {
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
				agrees(t, preset+", "+l.ID, &p)
			}
		}
	}
}

func lawOf(t *testing.T, r *system.LawsResult, id string) *system.Law {
	t.Helper()
	for i := range r.Laws {
		if r.Laws[i].ID == id {
			return &r.Laws[i]
		}
	}
	t.Fatalf("no law %s; left out are %v", id, r.Left)
	return nil
}

// The floor by hand, 8 bits on a TPU of 256×256, N = M = 4096: a MAC of 0.3 pJ;
// 9 fJ a bit for an input of 8 and a sum of 8 + 8 + 12 in every PE; an input read
// for every 256 MACs and filled for every 4096; a sum written for every 256,
// read for all but the first and once as an output; both, and inputs, over the wire.
func TestIntensityFallsToItsFloor(t *testing.T) {
	const (
		fF, pJ      = 1e-15, 1e-12
		read, write = 0.4588 * pJ, 0.4273 * pJ
	)
	wire := 0.93 * 0.156 * pJ * math.Pow(28./22, math.Log(0.197/0.156)/math.Log(32./22)) // of 0.93 mm at 28 nm, between CACTI's 22 and 32
	floor := 0.3*pJ + 36*9*fF + 8*read/256 + 8*write/4096 + 28*write/256 + 28*read*(15+1)/4096 + wire*(8./256+28./256+28.*15/4096)
	l := lawOf(t, libraryLaws(t), "systolic-intensity")
	switch f := l.Floor; {
	case !l.Holds || f == nil:
		t.Fatalf("holds %v, floor %v", l.Holds, f)
	case math.Abs(f.FloorJPerMAC/floor-1) > 1e-12 || math.Abs(f.FloorTheoryJPerMAC/floor-1) > 1e-12 || f.FloorVaries > 1e-12:
		t.Errorf("floor %+v, by hand %g J", f, floor)
	}
	for i, p := range l.Points {
		vectors := math.Exp2(float64(i))
		if want := 2 * vectors / (1 + 2*vectors/4096); math.Abs(p.X/want-1) > 1e-12 {
			t.Errorf("%g vectors: %g operations per byte, by hand %g", vectors, p.X, want)
		}
		if want := 16 * 70 * pJ / p.X; math.Abs(p.MeasuredJPerMAC/want-1) > 1e-12 {
			t.Errorf("%g operations per byte: %g J from DRAM, 16 bits of 70 pJ over that are %g", p.X, p.MeasuredJPerMAC, want)
		}
		if p.TotalJPerMAC < floor {
			t.Errorf("%g operations per byte: %g J, below the floor", p.X, p.TotalJPerMAC)
		}
	}
}

// A machine of one's own is measured with weights in its PEs, whatever it holds
// otherwise.
func TestIntensityOfAConfig(t *testing.T) {
	text := fmt.Sprintf(arrayByHand, 1, 1, 1, 16, "os")
	r := laws(t, parse(t, text), 2)
	l := lawOf(t, r, "systolic-intensity")
	if r.Systolic != "array" || r.Analog != "" || !l.Holds || len(l.Points) != 13 {
		t.Errorf("systolic machine %q, holds %v, %d points", r.Systolic, l.Holds, len(l.Points))
	}
	for _, p := range l.Points {
		agrees(t, l.ID, &p)
	}
}

// Bits by the figures of the precision law: analog starts below digital and ends
// above it, wherever the converters come from, and never where it converts bit by
// bit.
func TestPrecisionCrosses(t *testing.T) {
	l := lawOf(t, libraryLaws(t), "precision-crossover")
	if len(l.Crossings) != 9 || len(l.Exponents) != 1 || math.Abs(l.Exponents[0].Slope-2) > 1e-9 {
		t.Errorf("crossings %v, exponents %v", l.Crossings, l.Exponents)
	}
	for _, c := range l.Crossings {
		if c.X < 8 || c.X > 10 || math.Abs(c.X-c.Theory) > 1e-9 {
			t.Errorf("crossing %+v", c)
		}
	}
	for _, p := range l.Points {
		digital, sliced, matched := p.Others[0].MeasuredJPerMAC, p.Others[1].MeasuredJPerMAC, p.Others[2].MeasuredJPerMAC
		if (p.MeasuredJPerMAC > digital) != (p.X >= 9) || sliced < digital || matched > digital {
			t.Errorf("%g bits: analog %g, digital %g, bit by bit %g, amplified %g", p.X, p.MeasuredJPerMAC, digital, sliced, matched)
		}
	}
}
