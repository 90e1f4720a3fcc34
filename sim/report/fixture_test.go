package report

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xbar/sim/system"
	"xbar/sim/validate"
)

var update = flag.Bool("update", false, "write the golden files")

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

// The fixtures are made up, so that every block of the page appears.
func result(t testing.TB) *system.Result   { return load[system.Result](t, "testdata/result.json") }
func laws(t testing.TB) *system.LawsResult { return load[system.LawsResult](t, "testdata/laws.json") }
func explained(t testing.TB, path string) *system.Explanation {
	e := load[system.Explanation](t, "testdata/explain.json")
	e.Path = path
	return e
}

// The ladder is no fixture: its golden file is what xbar validate prints.
func ladder(t testing.TB) *validate.Result {
	t.Helper()
	r, err := climbed()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var climbed = sync.OnceValues(func() (*validate.Result, error) {
	return validate.Run(context.Background(), validate.Options{Workers: 2, Version: "test"})
})

// spoilt is a rung with a figure of each verdict.
func spoilt(testing.TB) *validate.Result {
	value := func(simulated, off float64, verdict validate.Verdict, reason string) validate.Value {
		return validate.Value{Simulated: simulated, Error: off, Tolerance: 0.01, Verdict: verdict, Reason: reason}
	}
	return &validate.Result{Schema: "xbar.validate/1", Version: "test", Rungs: []validate.Rung{{
		Level: 5, ID: "chip", Title: "A chip", Columns: []validate.Column{{Name: "model", Given: "its clock", Rest: "the rest"}},
		Tables: []validate.Table{{Title: "energy", Unit: "J", Figures: []validate.Figure{
			{ID: "chip/adc", Name: "converter", Published: 1e-12, Source: "a paper", Points: 3, Values: []validate.Value{value(1.001e-12, 0.001, validate.Within, "")}},
			{ID: "chip/dac", Name: "driver", Published: 2e-12, Source: "a paper", Points: 1, Values: []validate.Value{value(3e-12, 0.5, validate.Accepted, "its wire is longer")}},
			{ID: "chip/row", Name: "row", Published: 4e-12, Source: "a paper", Points: 1, Values: []validate.Value{value(1e-12, -0.75, validate.Off, "")}},
		}}},
		Compared: "energy", Totals: []validate.Total{{Column: "model", Measure: validate.Measure{Mean: 0.417, Max: 0.75, N: 3}}},
		Peers: []validate.Measure{{Of: "another", Mean: 0.05}},
	}}}
}

func TestGolden(t *testing.T) {
	for _, test := range []struct {
		file  string
		write func(io.Writer) error
	}{
		{"result.txt", func(w io.Writer) error { return Text(w, result(t)) }},
		{"result.md", func(w io.Writer) error { return Markdown(w, result(t)) }},
		{"result.csv", func(w io.Writer) error { return CSV(w, result(t)) }},
		{"explain.txt", func(w io.Writer) error { return ExplainText(w, explained(t, "")) }},
		{"explain-energy.txt", func(w io.Writer) error { return ExplainText(w, explained(t, "energy")) }},
		{"explain.md", func(w io.Writer) error { return ExplainMarkdown(w, explained(t, "")) }},
		{"laws.txt", func(w io.Writer) error { return LawsText(w, laws(t)) }},
		{"laws.md", func(w io.Writer) error { return LawsMarkdown(w, laws(t)) }},
		{"laws.csv", func(w io.Writer) error { return LawsCSV(w, laws(t)) }},
		{"validate.txt", func(w io.Writer) error { return ValidateText(w, ladder(t)) }},
		{"validate-off.md", func(w io.Writer) error { return ValidateMarkdown(w, spoilt(t)) }},
		{"validate-off.csv", func(w io.Writer) error { return ValidateCSV(w, spoilt(t)) }},
	} {
		t.Run(test.file, func(t *testing.T) {
			var got bytes.Buffer
			if err := test.write(&got); err != nil {
				t.Fatal(err)
			}
			path := "testdata/" + test.file
			if *update {
				if err := os.WriteFile(path, got.Bytes(), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", path, diff)
			}
		})
	}
}
