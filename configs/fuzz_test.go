package configs

import (
	"strings"
	"testing"
)

// Whatever is read, there is a config or there are errors with positions
// inside the text, and no panic.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/bad/*.toml", "testdata/good/*.toml"} {
		for _, path := range mustGlob(f, pattern) {
			text := mustRead(f, path)
			f.Add(text, strings.Join(settingsIn(text), "\n"))
		}
	}
	f.Fuzz(func(t *testing.T, text, sets string) {
		var arguments []string
		if sets != "" {
			arguments = strings.Split(sets, "\n")
		}
		config, err := parseWith("fuzz.toml", text, arguments...)
		if (config == nil) == (err == nil) {
			t.Fatalf("config %v and error %v", config, err)
		}
		if err != nil {
			checkPositions(t, "fuzz.toml", text, err)
		}
	})
}
