package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"xbar/configs"
)

func (s *session) presets(_ context.Context, o *options, names []string) error {
	if err := o.checkTargets(); err != nil {
		return &usageError{"presets", err.Error()}
	}
	if len(names) == 0 {
		return s.emit(o, func(w io.Writer) error { return printPresets(w, o.format, configs.Presets()) })
	}
	if o.format != "text" {
		return &usageError{"presets", "--format is for the list; one preset is TOML"}
	}
	data, ok := configs.Preset(names[0])
	if !ok {
		return &usageError{"presets", fmt.Sprintf("no preset %q", names[0]) + didYouMean(configs.Nearest(names[0], presetNames()))}
	}
	return s.emit(o, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

func presetNames() []string {
	var names []string
	for _, p := range configs.Presets() {
		names = append(names, p.Name)
	}
	return names
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

// presetsText keeps titles in a column of their own.
func presetsText(w io.Writer, presets []configs.PresetInfo) error {
	const titleWidth = 80
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "name\tkind\ttitle\n")
	for _, p := range presets {
		name, kind, line := p.Name, p.Kind, ""
		for _, word := range strings.Fields(p.Title) {
			if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > titleWidth {
				fmt.Fprintf(out, "%s\t%s\t%s\n", name, kind, line)
				name, kind, line = "", "", ""
			}
			line = strings.TrimSpace(line + " " + word)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", name, kind, line)
	}
	return out.Flush()
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
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(entries)
}
