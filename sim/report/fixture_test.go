package report

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"xbar/sim/system"
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
