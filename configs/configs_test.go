package configs

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the expected messages in testdata/bad")

// parseWith is Parse with the presets in testdata instead of the library.
func parseWith(name, text string, sets ...string) (*Config, error) {
	l := loader{errs: &collector{}, open: openTestdata, library: os.DirFS("testdata"), presets: map[string]*node{}}
	return l.load(name, []byte(text), sets)
}

func openTestdata(path string, _ int64) ([]byte, error) {
	return os.ReadFile(filepath.Join("testdata", filepath.FromSlash(path)))
}

func mustRead(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func mustGlob(t testing.TB, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(paths), err)
	}
	return paths
}

// settingsIn gives the arguments that a bad file asks for in lines "# set: …".
func settingsIn(text string) []string {
	var sets []string
	for line := range strings.Lines(text) {
		if set, ok := strings.CutPrefix(line, "# set: "); ok {
			sets = append(sets, strings.TrimSuffix(set, "\n"))
		}
	}
	return sets
}

func TestBadFiles(t *testing.T) {
	for _, path := range mustGlob(t, "testdata/bad/*.toml") {
		name := filepath.Base(path)
		t.Run(strings.TrimSuffix(name, ".toml"), func(t *testing.T) {
			text := mustRead(t, path)
			config, err := parseWith(name, text, settingsIn(text)...)
			if err == nil || config != nil {
				t.Fatalf("accepted: %v, %v", config, err)
			}
			checkPositions(t, name, text, err)
			checkMessage(t, path, err)
		})
	}
}

// checkMessage holds an error to the text beside a bad file.
func checkMessage(t *testing.T, path string, err error) {
	golden := strings.TrimSuffix(path, ".toml") + ".txt"
	got := err.Error() + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(mustRead(t, golden), got); diff != "" {
		t.Errorf("message (-want +got):\n%s", diff)
	}
}

// checkPositions asserts that every error about the file is inside it.
func checkPositions(t testing.TB, name, text string, err error) {
	t.Helper()
	var all Errors
	if !errors.As(err, &all) || len(all) == 0 {
		t.Fatalf("no Errors but %T: %v", err, err)
	}
	lines := strings.Split(strings.TrimPrefix(text, "\ufeff"), "\n")
	for _, e := range all {
		if e.Message == "" || e.Width < 1 || e.Line < 1 || e.Col < 1 {
			t.Fatalf("incomplete: %+v", e)
		}
		if e.File != name {
			continue
		}
		if e.Line > len(lines) {
			t.Fatalf("line %d of %d: %+v", e.Line, len(lines), e)
		}
		line := strings.TrimSuffix(lines[e.Line-1], "\r")
		if e.Text != line {
			t.Fatalf("line %d is %q, and the error shows %q", e.Line, line, e.Text)
		}
		if width := utf8.RuneCountInString(line); e.Col > width+1 || e.Col-1+e.Width > max(width, e.Col) {
			t.Fatalf("columns %d+%d of %d: %+v", e.Col, e.Width, width, e)
		}
	}
}
