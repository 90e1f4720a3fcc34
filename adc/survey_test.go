package adc_test

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"xbar/adc"
	"xbar/sim/unit"
)

// design is a row of Murmann's survey; what it does not tell is NaN.
type design struct {
	name, kind   string
	enob         float64
	rate, joules float64
	node         float64 // nm
	step         float64 // Walden's figure of merit, fJ
	decibels     float64 // Schreier's figure of merit
}

func survey(t *testing.T) []design {
	t.Helper()
	file, err := os.Open("testdata/adc_survey.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
	measure := func(row []string, name string) float64 {
		x, err := strconv.ParseFloat(column(row, name), 64)
		if err != nil {
			return math.NaN()
		}
		return x
	}
	var designs []design
	for _, row := range rows[1:] {
		designs = append(designs, design{
			name: column(row, "venue") + " " + column(row, "year") + " " + column(row, "id"), kind: column(row, "type"),
			enob: measure(row, "enob_plot"), rate: measure(row, "fsnyq_hz"), joules: measure(row, "p_over_fsnyq_pj") * 1e-12,
			node: measure(row, "node_nm"), step: measure(row, "fomw_hf_fj"), decibels: measure(row, "foms_hf_db"),
		})
	}
	if len(designs) != 724 {
		t.Fatalf("%d designs, want 724", len(designs))
	}
	return designs
}

// bestFive is the mean of the five least numbers; what is not told is left out.
func bestFive(designs []design, number func(design) float64) float64 {
	var all []float64
	for _, d := range designs {
		if x := number(d); !math.IsNaN(x) {
			all = append(all, x)
		}
	}
	slices.Sort(all)
	sum := 0.0
	for _, x := range all[:5] {
		sum += x
	}
	return sum / 5
}

// powers is the power average of the five best figures in dB.
func powers(designs []design, decibels func(design) float64) float64 {
	return 10 * math.Log10(-bestFive(designs, func(d design) float64 { return -math.Pow(10, decibels(d)/10) }))
}

// The constants of the envelope, which its source rounds, come out of the
// designs.
func TestEnvelopeFollowsFromTheSurvey(t *testing.T) {
	designs := survey(t)
	fast := powers(designs, func(d design) float64 { return d.decibels + 10*math.Log10(d.rate) })
	for _, test := range []struct {
		what      string
		got, want float64
	}{
		{"Schreier, dB", powers(designs, func(d design) float64 { return d.decibels }), 186.723},
		{"asymptote, dB", fast, 263.836},
		{"Walden, fJ a step", bestFive(designs, func(d design) float64 { return d.step }), 0.66936},
		{"Walden's corner, GHz", 0.66936 / bestFive(designs, func(d design) float64 { return d.step / d.rate }) * 1e-9, 1.2211},
		{"Schreier's corner, MHz", math.Pow(10, (fast-186.723)/10) * 1e-6, 51.44},
	} {
		if math.Abs(test.got/test.want-1) > 1e-4 {
			t.Errorf("%s: %.7g from the designs, %g published", test.what, test.got, test.want)
		}
	}
}

// The envelope is of averages, so that a few designs are better.
func TestDesignsBeyondTheEnvelope(t *testing.T) {
	better, most, outside := 0, 0.0, 0
	for _, d := range survey(t) {
		best := adc.BestPublished(d.enob, unit.Hertz(d.rate))
		if best.Outside != "" {
			outside++
		}
		if factor := best.Value / d.joules; factor > 1 {
			better++
			most = max(most, factor)
		}
	}
	if better != 7 || math.Abs(most-2.858) > 0.001 || outside != 0 {
		t.Errorf("%d designs are better than the envelope, by at most %.4g, and %d outside of it; want 7, 2.858, 0", better, most, outside)
	}
}

// The regression is of the best fifth.
func TestDesignsBeyondTheRegression(t *testing.T) {
	var ratios []float64
	for _, d := range survey(t) {
		if d.kind != "NQ" || !(d.node >= 16 && d.node <= 65 && d.enob >= 4 && d.enob <= 12 && d.rate >= 1e6 && d.rate <= 10e9) {
			continue
		}
		r := adc.Regression{ENOB: d.enob, Node: unit.Metre(d.node * 1e-9), Rate: unit.Hertz(d.rate)}
		ratios = append(ratios, d.joules/float64(r.Energy()))
	}
	slices.Sort(ratios)
	better, _ := slices.BinarySearch(ratios, 1)
	if len(ratios) != 151 || better != 29 {
		t.Errorf("%d of %d designs are better, want 29 of 151 (19 %%)", better, len(ratios))
	}
	for percent, want := range map[int]float64{5: 0.52, 10: 0.72, 20: 1.05, 50: 3.22} {
		if got := ratios[len(ratios)*percent/100]; math.Abs(got-want) > 0.005 {
			t.Errorf("%d %% of designs take less than %.3f of the regression, want %g", percent, got, want)
		}
	}
}

// Both figures of merit give the energy back from which the survey computed
// them, but for rows that it computed from another SNDR.
func TestFiguresOfMeritGiveTheSurveysEnergies(t *testing.T) {
	other := map[string]int{}
	points := 0
	for _, d := range survey(t) {
		walden := adc.Config{Model: "walden", Resolution: 20, ENOB: d.enob, FigureOfMerit: unit.Joule(d.step * 1e-15)}
		schreier := adc.Config{Model: "schreier", Resolution: 20, ENOB: d.enob, FigureOfMeritDB: d.decibels}
		for _, c := range []adc.Config{walden, schreier} {
			got := c.Conversion(20).Value
			if math.IsNaN(got) {
				continue
			}
			points++
			// 1.76 dB and 6.02 dB a bit, with which the survey's ENOB is written, are rounded.
			if math.Abs(got/d.joules-1) > 0.005 {
				other[c.Model]++
			}
		}
	}
	if points < 1400 || other["walden"] > 1 || other["schreier"] > 1 {
		t.Errorf("of %d energies, %v differ from the survey's", points, other)
	}
}

// How far ISAAC's converter, as it was measured, is from the best published.
func ExampleBestPublished() {
	measured, best := unit.Joule(2.55e-12), adc.BestPublished(6.24, 1.2e9)
	fmt.Printf("%v, and the best take %s: %.0f times less\n", measured, best.Result(), float64(measured)/best.Value)
	// Output: 2.55 pJ, and the best take 70.9 fJ: 36 times less
}
