package report

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"xbar/sim/system"
)

var explainers = map[string]func(io.Writer, *system.Explanation) error{
	"text": ExplainText, "markdown": ExplainMarkdown, "json": ExplainJSON,
}

func TestExplanationNotFinite(t *testing.T) {
	for name, write := range explainers {
		e := explained(t, "")
		e.Machines[1].Energy.Actions[0].Each[0].Derivation.Inputs[0].Derivation.Value = math.NaN()
		var b bytes.Buffer
		const where = "machines[1].energy.actions[0].each[0].derivation.inputs[0].derivation.value is NaN"
		if err := write(&b, e); err == nil || !strings.Contains(err.Error(), where) || b.Len() > 0 {
			t.Errorf("%s: %v, wrote %q", name, err, b.String())
		}
	}
}

func TestExplanationRoundTrip(t *testing.T) {
	want := explained(t, "")
	var b bytes.Buffer
	if err := ExplainJSON(&b, want); err != nil {
		t.Fatal(err)
	}
	got := new(system.Explanation)
	if err := json.Unmarshal(b.Bytes(), got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

// The answer about everything names what it leaves out; a path shows it.
func TestExplanationLeavesOutWhatIsSmall(t *testing.T) {
	text := func(path string) string {
		var b bytes.Buffer
		if err := ExplainText(&b, explained(t, path)); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	const entry, left = "\n  tile/array/row drive ", "Explained when asked for: tile/array/row"
	if all := text(""); strings.Contains(all, entry) || !strings.Contains(all, left) {
		t.Errorf("of everything:\n%s", all)
	}
	for _, path := range []string{"energy", "tile/array", "sampled:energy"} {
		if asked := text(path); !strings.Contains(asked, entry) || strings.Contains(asked, left) {
			t.Errorf("of %s:\n%s", path, asked)
		}
	}
	const leak = "\n  dram leak "
	if strings.Contains(text("energy"), leak) || !strings.Contains(text("dram"), leak) {
		t.Error("what costs nothing is shown where its component is asked for, and only there")
	}
}

// What is the same is written out once.
func TestDerivationsAreNotRepeated(t *testing.T) {
	var b bytes.Buffer
	if err := ExplainText(&b, explained(t, "")); err != nil {
		t.Fatal(err)
	}
	for text, times := range map[string]int{
		"figure of merit = r_0": 1, "energy of a conversion = 2.50 pJ, as for tile/array/adc convert on sampled": 1,
		"machine.clock, set in imaginary: Example et al., 2021": 1, "machine.clock, as on sampled": 1,
	} {
		if n := strings.Count(b.String(), text); n != times {
			t.Errorf("%q is there %d times, not %d", text, n, times)
		}
	}
}

func anyDerivation(t *rapid.T, depth int) system.Derivation {
	word := rapid.StringN(0, 12, -1)
	text := rapid.OneOf(rapid.Just(""), rapid.StringN(0, 150, -1))
	d := system.Derivation{
		Name: word.Draw(t, "name"), Symbols: rapid.SampledFrom([]string{"E", "E = a·b", "a + b", ""}).Draw(t, "symbols"), Numbers: text.Draw(t, "numbers"),
		Value: rapid.Float64Range(0, 1).Draw(t, "value"), Result: word.Draw(t, "result"), Source: text.Draw(t, "source"), Holds: text.Draw(t, "holds"), Warning: text.Draw(t, "warning"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "inputs") {
		in := system.DerivedInput{Symbol: word.Draw(t, "symbol"), Text: word.Draw(t, "text"), Key: word.Draw(t, "key"), Where: word.Draw(t, "where"), Source: text.Draw(t, "source")}
		if depth > 0 && rapid.Bool().Draw(t, "derived") {
			from := anyDerivation(t, depth-1)
			in.Derivation = &from
		}
		d.Inputs = append(d.Inputs, in)
	}
	return d
}

// An explanation of anything keeps to its width, but for words that nothing can
// break, has no control characters, and closes what it fences.
func TestExplanationLayout(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringN(0, 20, -1)
		joules := rapid.OneOf(rapid.Just(0.0), rapid.Float64Range(1e-18, 1))
		m := system.Explained{Name: name.Draw(t, "machine"), Energy: &system.ExplainedEnergy{TotalJ: joules.Draw(t, "total")}}
		for range rapid.IntRange(0, 4).Draw(t, "actions") {
			a := system.ExplainedAction{Component: name.Draw(t, "component"), Action: name.Draw(t, "action"), EnergyJ: joules.Draw(t, "energy"), Share: 0.5}
			for range rapid.IntRange(0, 3).Draw(t, "prices") {
				a.Each = append(a.Each, system.ExplainedPrice{Kernel: name.Draw(t, "kernel"), Count: 3, EnergyJ: joules.Draw(t, "price"), Derivation: anyDerivation(t, 2)})
			}
			m.Energy.Actions = append(m.Energy.Actions, a)
		}
		e := &system.Explanation{Title: name.Draw(t, "title"), Path: name.Draw(t, "path"), Machines: []system.Explained{m}}
		var text, markdown bytes.Buffer
		if err := ExplainText(&text, e); err != nil {
			t.Fatal(err)
		}
		if err := ExplainMarkdown(&markdown, e); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(text.String()) {
			line = strings.TrimSuffix(line, "\n")
			if n := utf8.RuneCountInString(line); n > lineWidth && len(strings.Fields(line)) > 8 {
				t.Fatalf("%d columns: %q", n, line)
			}
			if strings.ContainsAny(line, "\x00\x1b\r\t") {
				t.Fatalf("control character in %q", line)
			}
		}
		fences := 0
		for line := range strings.Lines(markdown.String()) {
			if strings.HasPrefix(line, fence) {
				fences++
			}
		}
		if entries := strings.Count(markdown.String(), fence+"text\n"); fences != 2*entries {
			t.Fatalf("%d fences around %d entries:\n%s", fences, entries, &markdown)
		}
	})
}
