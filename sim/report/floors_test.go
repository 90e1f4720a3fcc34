package report_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"xbar/configs"
	"xbar/sim/report"
	"xbar/sim/system"
)

const experiments = `allow_below_floor = true
inferences = 1
workload.kernel = [{ name = "k", L = 1, N = 8, M = 8 }]
[[machine]]
name = "chip"
preset = "isaac"
[machine.adc]
energy_per_conversion = "1 fJ"
[[machine]]
name = "core"
preset = "scalar-45nm"
[machine.core]
energy_per_add = "1e-3 aJ"
[[machine]]
name = "grid"
preset = "systolic-45nm"
`

func studyOf(t *testing.T, text string) *configs.Config {
	t.Helper()
	cfg, err := configs.Parse("study.toml", []byte(text), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// What is below a floor is said of each machine it is true of, in the notes and fields of
// a result, in its CSV, and where its limit is explained.
func TestThoughtExperiments(t *testing.T) {
	cfg := studyOf(t, experiments)
	result, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	says := []string{
		"a thought experiment, by allow_below_floor: tile/array/adc convert takes 1.00 fJ, below its floor of 3.26 fJ (thermal floor of a conversion)",
		"a thought experiment, by allow_below_floor: core/alu add takes 1e-21 J, below its floor of 2.87e-21 J (Landauer's limit)",
		"",
	}
	var table bytes.Buffer
	if err := report.CSV(&table, result); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range says {
		m := &result.Machines[i]
		of := func(quantity, value string) bool {
			return slices.ContainsFunc(rows, func(row []string) bool { return row[1] == m.Name && row[6] == quantity && row[8] == value })
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		below := want != ""
		if m.BelowFloor != below || strings.Contains(string(text), `"below_floor":true`) != below || of("below_floor", "true") != below {
			t.Errorf("%s: below a floor is %v, in CSV %v, and %s", m.Name, m.BelowFloor, of("below_floor", "true"), text)
		}
		if below && (!slices.Contains(m.Notes, want) || !of("note", want)) {
			t.Errorf("%s: notes %q", m.Name, m.Notes)
		}
		if !below && strings.Contains(strings.Join(m.Notes, ""), "thought experiment") {
			t.Errorf("%s: notes %q", m.Name, m.Notes)
		}
		for _, note := range m.Notes {
			if !of("note", note) {
				t.Errorf("%s: the CSV lacks %q", m.Name, note)
			}
		}
	}
	for path, want := range map[string][]string{
		"": says[:2], "limits": says[:2], "chip:tile/array/adc": says[:1], "chip:tile/array": says[:1], "core:core/alu": says[1:2],
		"chip:dram": nil, "core:core/registers": nil, "grid:limits": nil, "chip:time": nil,
	} {
		e, err := system.Explain(context.Background(), cfg, path, system.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		var below []string
		for i := range e.Machines {
			below = append(below, e.Machines[i].BelowFloor...)
		}
		if !slices.Equal(below, want) {
			t.Errorf("%q: %q, want %q", path, below, want)
		}
		var text bytes.Buffer
		if err := report.ExplainText(&text, e); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(strings.Join(strings.Fields(text.String()), " "), w) {
				t.Errorf("%q is not told of %q:\n%s", path, w, text.String())
			}
		}
	}
}

// All machines have limits; what is not charged is among them, at no distance.
func TestLimitsOfAllMachines(t *testing.T) {
	cfg := studyOf(t, experiments)
	result, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"tile/array/row drive", "", ""} {
		m := &result.Machines[i]
		if len(m.Limits) < 7 {
			t.Errorf("%s has %d limits", m.Name, len(m.Limits))
		}
		for _, l := range m.Limits {
			free := l.Component+" "+l.Action == want
			if (l.TimesFloor == nil) != (l.EnergyJ == 0) || free && l.EnergyJ != 0 {
				t.Errorf("%s: %+v", m.Name, l)
			}
		}
	}
	cfg.Machines = cfg.Machines[:1]
	cfg.Machines[0].Accumulator.EnergyPerAdd = 0
	result, err = system.Run(context.Background(), cfg, system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := report.Text(&text, result); err != nil {
		t.Fatal(err)
	}
	line := ""
	for l := range strings.Lines(text.String()) {
		if strings.Contains(l, "tile/accumulator add") && strings.Contains(l, "not charged here") {
			line = l
		}
	}
	if strings.Count(line, "–") != 3 {
		t.Errorf("%q of\n%s", line, text.String())
	}
}

// A zero of a preset that stands within another number is said to be charged beside it.
func TestChargedBeside(t *testing.T) {
	cfg := studyOf(t, strings.Replace(experiments, "[machine.adc]", "[machine.crossbar]\nrow_capacitance = \"50 fF\"\n[machine.adc]", 1))
	result, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	const want = `crossbar.row_capacitance: isaac had 0 because "Shafiee et al., ISCA 2016, Table I: lines are within the array's 0.3 mW"; it is charged beside that now`
	if !slices.Contains(result.Machines[0].Notes, want) {
		t.Errorf("%q", result.Machines[0].Notes)
	}
}
