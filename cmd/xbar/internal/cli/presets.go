package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"xbar/configs"
)

func (s *session) presets(_ context.Context, o *options, names []string) error {
	if err := o.checkTargets(); err != nil {
		return &usageError{"presets", err.Error()}
	}
	if len(names) == 0 {
		return s.emit(o, func(w io.Writer) error {
			return printPresets(w, o.format, append(configs.Presets(), configs.Networks()...))
		})
	}
	if o.format != "text" {
		return &usageError{"presets", "--format is for the list; one preset is TOML"}
	}
	data, ok := preset(names[0])
	if !ok {
		return &usageError{"presets", fmt.Sprintf("no preset %q", names[0]) + didYouMean(configs.Nearest(names[0], presetNames()))}
	}
	return s.emit(o, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// preset finds what NAME or KIND/NAME names, a machine before a part, and a
// network last.
func preset(name string) ([]byte, bool) {
	for _, p := range configs.Networks() {
		if name == p.Kind+"/"+p.Name {
			return configs.Network(p.Name)
		}
	}
	for _, p := range configs.Presets() {
		if !configs.IsPart(p.Kind) && name == p.Kind+"/"+p.Name {
			return configs.Whole(p.Name)
		}
	}
	if content, ok := configs.Whole(name); ok {
		return content, ok
	}
	return configs.Network(name)
}

// presetNames lists all that [preset] finds, plain names first.
func presetNames() []string {
	var names, qualified []string
	for _, p := range append(configs.Presets(), configs.Networks()...) {
		names, qualified = append(names, p.Name), append(qualified, p.Kind+"/"+p.Name)
	}
	return append(names, qualified...)
}

func printPresets(w io.Writer, format string, presets []configs.PresetInfo) error {
	switch format {
	case "json":
		return presetsJSON(w, presets)
	case "csv":
		out := csv.NewWriter(w)
		rows := [][]string{{"name", "kind", "title"}}
		for _, p := range presets {
			rows = append(rows, []string{p.Name, p.Kind, p.Title})
		}
		return out.WriteAll(rows)
	}
	if format == "markdown" {
		fmt.Fprintf(w, "| name | kind | title |\n|:--|:--|:--|\n")
		for _, p := range presets {
			if _, err := fmt.Fprintf(w, "| %s | %s | %s |\n", p.Name, p.Kind, p.Title); err != nil {
				return err
			}
		}
		return nil
	}
	return presetsText(w, presets)
}

// presetsText groups presets by what they are for, machines first.
func presetsText(w io.Writer, presets []configs.PresetInfo) error {
	var b strings.Builder
	widest := 0
	for _, p := range presets {
		widest = max(widest, utf8.RuneCountInString(p.Name))
	}
	for _, is := range []func(kind string) bool{isMachine, configs.IsPart, configs.IsNetwork} {
		for _, kind := range kinds(presets, is) {
			use := kind + ` machines: [[machine]] preset = "NAME"`
			switch {
			case configs.IsPart(kind):
				use = kind + `: [machine.` + kind + `] preset = "NAME"`
			case configs.IsNetwork(kind):
				use = kind + `s: [workload] preset = "NAME"`
			}
			fmt.Fprintf(&b, "%s\n", use)
			for _, p := range presets {
				if p.Kind == kind {
					fmt.Fprintf(&b, "  %-*s  %s\n", widest, p.Name, strings.Join(wrap(p.Title, titleWidth), "\n"+strings.Repeat(" ", widest+4)))
				}
			}
			b.WriteString("\n")
		}
	}
	b.WriteString("One of them whole: xbar presets NAME, or KIND/NAME where two share a name.\n")
	_, err := io.WriteString(w, b.String())
	return err
}

const titleWidth = 80

func isMachine(kind string) bool { return !configs.IsPart(kind) && !configs.IsNetwork(kind) }

// kinds lists the kinds of some presets, in the order of the library.
func kinds(presets []configs.PresetInfo, is func(kind string) bool) []string {
	var all []string
	for _, p := range presets {
		if is(p.Kind) && !slices.Contains(all, p.Kind) {
			all = append(all, p.Kind)
		}
	}
	return all
}

// wrap breaks a text into lines of so many characters.
func wrap(text string, limit int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) > limit:
			lines = append(lines, word)
		default:
			*last += " " + word
		}
	}
	return lines
}

func presetsJSON(w io.Writer, presets []configs.PresetInfo) error {
	type entry struct {
		Name  string `json:"name"`
		Kind  string `json:"kind"`
		Title string `json:"title"`
	}
	entries := []entry{}
	for _, p := range presets {
		entries = append(entries, entry{p.Name, p.Kind, p.Title})
	}
	return encode(w, entries)
}

// encode writes a list for programs.
func encode(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}
