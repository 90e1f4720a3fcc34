package configs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a preset prints whole is the same machine when it is loaded from a file,
// and every number that has a source shows it.
func TestWholePresetsLoad(t *testing.T) {
	for _, p := range Presets() {
		name := p.Name
		if IsPart(p.Kind) {
			name = p.Kind + "/" + p.Name
		}
		t.Run(name, func(t *testing.T) {
			whole, ok := Whole(name)
			if !ok || !strings.HasPrefix(string(whole), fmt.Sprintf("title = %q\n", p.Title)) {
				t.Fatalf("%s", whole)
			}
			if strings.Contains(string(whole), "preset =") {
				t.Errorf("it builds on another preset:\n%s", whole)
			}
			if IsPart(p.Kind) {
				return // the title and keys of a section have no loader of their own
			}
			load := func(preset string) Machine {
				study := "inferences = 1\nworkload.kernel = [{ name = \"k\", L = 1, N = 1, M = 1 }]\n[[machine]]\nname = \"m\"\npreset = \"" + preset + "\"\n"
				c, err := Parse("study.toml", []byte(study), nil, func(string, int64) ([]byte, error) { return whole, nil })
				if err != nil {
					t.Fatal(err)
				}
				m := c.Machines[0]
				for key, o := range m.Provenance {
					if o.Where == p.Name && strings.ContainsAny(o.Text, "0123456789") && !strings.Contains(string(whole), strings.Join(strings.Fields(o.Source), " ")) {
						t.Errorf("%s: the source is not shown: %s", key, o.Source)
					}
				}
				m.Preset, m.Provenance = "", nil
				return m
			}
			if diff := cmp.Diff(load(p.Name), load("file.toml")); diff != "" {
				t.Errorf("library and file differ:\n%s", diff)
			}
		})
	}
	if _, ok := Whole("no-such-preset"); ok {
		t.Error("a preset that is not there was printed")
	}
}
