package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"xbar/sim/energy"
	"xbar/sim/system"
	"xbar/sim/validate"
)

var writers = map[string]func(io.Writer, *system.Result) error{
	"text": Text, "markdown": Markdown, "json": JSON,
	"csv": func(w io.Writer, r *system.Result) error { return CSV(w, r) },
}

func TestNotFiniteIsRefused(t *testing.T) {
	for name, write := range writers {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
			r := result(t)
			r.Machines[1].Components[2].Actions[0].EnergyJ = bad
			var b bytes.Buffer
			err := write(&b, r)
			if err == nil || !strings.Contains(err.Error(), "machines[1].components[2].actions[0].energy_j is "+strconv.FormatFloat(bad, 'g', -1, 64)) {
				t.Errorf("%s of %v: %v", name, bad, err)
			}
			if b.Len() > 0 {
				t.Errorf("%s of %v wrote %q", name, bad, b.String())
			}
		}
	}
	l := laws(t)
	l.Laws[0].Points[1].TheoryJPerMAC = math.NaN()
	for name, write := range map[string]func(io.Writer, *system.LawsResult) error{
		"text": LawsText, "markdown": LawsMarkdown, "json": LawsJSON, "csv": LawsCSV,
	} {
		if err := write(io.Discard, l); err == nil {
			t.Errorf("laws %s accept NaN", name)
		}
	}
	v := spoilt(t)
	v.Rungs[0].Tables[0].Figures[2].Values[0].Error = math.Inf(1)
	for name, write := range map[string]func(io.Writer, *validate.Result) error{
		"text": ValidateText, "markdown": ValidateMarkdown, "json": ValidateJSON, "csv": ValidateCSV,
	} {
		if err := write(io.Discard, v); err == nil {
			t.Errorf("validation %s accept Inf", name)
		}
	}
}

func TestJSONRoundTrip(t *testing.T) {
	want := result(t)
	var b bytes.Buffer
	if err := JSON(&b, want); err != nil {
		t.Fatal(err)
	}
	got := new(system.Result)
	if err := json.Unmarshal(b.Bytes(), got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	b.Reset()
	if err := JSONArray(&b, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("no results: %q, %v", b.String(), err)
	}
}

// CSV: in every machine, categories and components both sum to the energy.
func TestCSVAddsUp(t *testing.T) {
	var b bytes.Buffer
	r := result(t)
	if err := CSV(&b, r, r); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{} // by machine and scope
	for _, row := range rows[1:] {
		if row[6] == "energy" {
			x, err := strconv.ParseFloat(row[8], 64)
			if err != nil {
				t.Fatal(err)
			}
			sums[row[1]+" "+row[3]] += x / 2 // the result is there twice
		}
	}
	for _, m := range r.Machines {
		for _, scope := range []string{"machine", "category", "component", "action", "kernel"} {
			if got := sums[m.Name+" "+scope]; math.Abs(got/m.EnergyJ-1) > 1e-12 {
				t.Errorf("%s: %s rows sum to %g J, not %g", m.Name, scope, got, m.EnergyJ)
			}
		}
	}
}

func anyResult(t *rapid.T) *system.Result {
	name := rapid.StringN(0, 40, -1)
	joules := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-12, 1))
	count := rapid.Int64Range(0, 1<<50)
	r := &system.Result{Title: name.Draw(t, "title")}
	for range rapid.IntRange(0, 5).Draw(t, "machines") {
		m := system.Machine{
			Name: name.Draw(t, "name"), Kind: rapid.SampledFrom([]string{"analog", "scalar"}).Draw(t, "kind"),
			Batch: rapid.Int64Range(1, 1e6).Draw(t, "batch"), Cycles: count.Draw(t, "cycles"), MACs: count.Draw(t, "macs"),
			ClockHz: 1e9, EnergyPerInferenceJ: joules.Draw(t, "inference"), LatencyS: joules.Draw(t, "latency"),
			EnergyPerMACJ: joules.Draw(t, "mac"), OpsPerJoule: joules.Draw(t, "ops"), OpsPerSecond: joules.Draw(t, "rate"),
			Categories: system.Categories{Cells: joules.Draw(t, "cells"), Output: joules.Draw(t, "output"), Static: joules.Draw(t, "static")},
			Notes:      rapid.SliceOfN(name, 0, 2).Draw(t, "notes"),
		}
		for range rapid.IntRange(0, 11).Draw(t, "components") {
			m.Components = append(m.Components, system.Component{Path: name.Draw(t, "path"), Category: "output", EnergyJ: joules.Draw(t, "component"),
				Instances: rapid.Int64Range(1, 1e9).Draw(t, "instances"), Actions: []system.Action{{Action: "convert", Count: count.Draw(t, "count")}}})
			m.EnergyJ += m.Components[len(m.Components)-1].EnergyJ
		}
		for range rapid.SampledFrom([]int{0, 1, 3, 26}).Draw(t, "kernels") {
			m.Kernels = append(m.Kernels, system.Kernel{Name: name.Draw(t, "kernel"), L: rapid.Int64Range(1, 1e7).Draw(t, "L"), N: 1e5, M: 1e5,
				Cycles: count.Draw(t, "kernel cycles"), EnergyJ: joules.Draw(t, "kernel energy"), Arrays: 1, Reloads: joules.Draw(t, "reloads")})
		}
		if rapid.Bool().Draw(t, "arrays") {
			wear := joules.Draw(t, "wear")
			m.Programming = &system.Programming{Resident: rapid.Bool().Draw(t, "resident"), CapacityArrays: count.Draw(t, "capacity"), DemandArrays: count.Draw(t, "demand"),
				Policy: "lru", OneTime: system.Loads{Tiles: 3, EnergyJ: joules.Draw(t, "one time")}, InferencesToWearOut: &wear, AmortisedOverInferences: 1000}
		}
		for range rapid.IntRange(0, 3).Draw(t, "limits") {
			l := system.Limit{Component: name.Draw(t, "limited"), Action: name.Draw(t, "action"), EnergyJ: joules.Draw(t, "of an action"), FloorJ: 1e-21,
				FloorOf: rapid.SampledFrom([]string{"thermal limit of a column's read", "Landauer's limit"}).Draw(t, "floor")}
			if l.EnergyJ > 0 {
				l.TimesFloor = new(1e6)
			}
			if rapid.Bool().Draw(t, "surveyed") {
				best := joules.Draw(t, "best")
				l.BestPublishedJ, l.TimesBest = &best, &best
			}
			m.Limits = append(m.Limits, l)
		}
		m.EnergyDelayJS = joules.Draw(t, "energy-delay")
		if rapid.Bool().Draw(t, "area") {
			m.AreaM2, m.OpsPerSecondPerM2 = new(joules.Draw(t, "square metres")), new(joules.Draw(t, "density"))
		}
		r.Machines = append(r.Machines, m)
	}
	if len(r.Machines) > 1 {
		r.Winners = anyWinners(t, r.Machines)
	}
	return r
}

func anyWinners(t *rapid.T, machines []system.Machine) *system.Winners {
	joules := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-12, 1))
	winner := func() system.Winner {
		w := system.Winner{Machine: rapid.SampledFrom(machines).Draw(t, "winner").Name, Value: joules.Draw(t, "value"), Next: rapid.SampledFrom(machines).Draw(t, "next").Name}
		if rapid.Bool().Draw(t, "times") {
			w.Times = new(rapid.Float64Range(1, 1e12).Draw(t, "times"))
		}
		return w
	}
	w := &system.Winners{Mix: system.Mix{EnergyPerInferenceJ: joules.Draw(t, "mix"), Best: machines[0].Name, BestEnergyPerInferenceJ: joules.Draw(t, "alone")}}
	for range rapid.SampledFrom([]int{1, 3, 26}).Draw(t, "layers") {
		l := system.LayerWinners{
			Kernels: rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "kernels"), L: rapid.Int64Range(1, 1e7).Draw(t, "L"), N: 1e5, M: 1e5,
			Energy: winner(), Time: winner(), EnergyDelay: winner(),
		}
		l.MACs = int64(len(l.Kernels)) * l.L * l.N
		w.Layers = append(w.Layers, l)
	}
	return w
}

// Text of anything keeps to its width, has no control characters and ends its
// last line.
func TestTextKeepsToItsWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		if err := Text(&b, anyResult(t)); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if !strings.HasSuffix(text, "\n") {
			t.Fatal("no newline at the end")
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSuffix(line, "\n")
			longWord := len(strings.Fields(line)) < 4 // which no wrapping can help
			if utf8.RuneCountInString(line) > lineWidth && !longWord {
				t.Fatalf("%d columns: %q", utf8.RuneCountInString(line), line)
			}
			if strings.ContainsAny(line, "\x00\x1b\r\t") {
				t.Fatalf("control character in %q", line)
			}
		}
	})
}

// Markdown: every row of a table has as many cells as its head.
func TestMarkdownTables(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b bytes.Buffer
		if err := Markdown(&b, anyResult(t)); err != nil {
			t.Fatal(err)
		}
		cells, above := 0, ""
		for line := range strings.Lines(b.String()) {
			if !strings.HasPrefix(line, "|") {
				above = ""
				continue
			}
			n := strings.Count(strings.ReplaceAll(strings.ReplaceAll(line, `\\`, ""), `\|`, ""), "|")
			if above != "" && n != cells {
				t.Fatalf("%d cells below %d:\n%s%s", n, cells, above, line)
			}
			cells, above = n, line
		}
	})
}

func TestCategoriesAreInTableOrder(t *testing.T) {
	c := system.Categories{Input: 0, Cells: 1, Output: 2, Accumulate: 3, Buffer: 4, Network: 5, DRAM: 6, Programming: 7, Compute: 8, Static: 9}
	for _, category := range energy.Categories() {
		if got := joulesByCategory(&c)[category]; got != float64(category) {
			t.Errorf("%v holds number %v", category, got)
		}
	}
}

func TestManyMachinesAreSplit(t *testing.T) {
	r := result(t)
	for i := range 9 {
		m := r.Machines[0]
		m.Name = "machine-number-" + strconv.Itoa(i)
		r.Machines = append(r.Machines, m)
	}
	var b bytes.Buffer
	if err := Text(&b, r); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "energy per inference  "); n < 2 {
		t.Errorf("the comparison comes in %d parts", n)
	}
	for _, m := range r.Machines {
		if n := strings.Count(b.String(), m.Name); n < 3 {
			t.Errorf("%s appears %d times", m.Name, n)
		}
	}
}

// Nothing of a validation is wider than a terminal.
func TestValidateFits(t *testing.T) {
	var b bytes.Buffer
	if err := ValidateText(&b, ladder(t)); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > lineWidth {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}
