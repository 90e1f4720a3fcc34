package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"xbar/configs"
)

func (s *session) keys(_ context.Context, o *options, names []string) error {
	tables := configs.Tables()
	if len(names) == 1 {
		if tables = configs.FindTables(names[0]); tables == nil {
			return &usageError{"keys", fmt.Sprintf("a config has no table %q", names[0]) + didYouMean(configs.Nearest(names[0], configs.TableNames()))}
		}
	}
	return s.emit(o, func(w io.Writer) error {
		if o.format == "json" {
			return keysJSON(w, tables)
		}
		return keysText(w, tables)
	})
}

// keysText prints one table below the other, and its models below its keys.
func keysText(w io.Writer, tables []configs.Table) error {
	var b strings.Builder
	for i := range tables {
		t := &tables[i]
		if len(t.Keys) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n", heading(t))
		columns := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, k := range t.Keys {
			fmt.Fprintf(columns, "  %s\t%s\t%s\n", k.Name, status(&k), strings.Join(wrap(about(&k), aboutWidth), "\n\t\t"))
		}
		if t.Presets {
			fmt.Fprintf(columns, "  preset\t\ta part of the library: xbar presets\n")
		}
		columns.Flush()
		models(&b, t)
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const aboutWidth = 76

// heading is a table as a config writes it, and the machines that have it.
func heading(t *configs.Table) string {
	text := "[" + t.Path + "]"
	if t.List {
		text = "[" + text + "]"
	}
	if t.Path == "" {
		text = "At the top level"
	}
	if t.Machines != nil {
		text += " of machines of kind " + strings.Join(t.Machines, ", ")
	}
	if t.Spare != nil {
		text += ", which " + strings.Join(t.Spare, ", ") + " may leave out"
	}
	return text
}

// status is what happens to a key that is not written.
func status(k *configs.Key) string {
	switch {
	case k.Needed:
		return "needed"
	case k.Default != "":
		return "= " + k.Default
	}
	return ""
}

func about(k *configs.Key) string {
	if k.Doc == "" {
		return k.Allowed
	}
	return k.Doc + " (" + k.Allowed + ")"
}

// models prints what a table's keys can choose.
func models(b *strings.Builder, t *configs.Table) {
	for _, g := range t.Models {
		fmt.Fprintf(b, "  %s: %s\n", g.Key, g.Subject)
		widest := 0
		for _, name := range g.Names() {
			widest = max(widest, utf8.RuneCountInString(name))
		}
		for _, c := range g.Choices {
			text := c.About + listed("needs", c.Needs) + listed("takes", c.Takes) + listed("gives", c.Gives)
			fmt.Fprintf(b, "    %-*s  %s\n", widest, c.Name, strings.Join(wrap(text, aboutWidth), "\n"+strings.Repeat(" ", widest+6)))
		}
	}
}

func listed(verb string, keys []string) string {
	if len(keys) == 0 {
		return ""
	}
	return "; " + verb + " " + strings.Join(keys, ", ")
}

// keysJSON is schema xbar.keys/1.
func keysJSON(w io.Writer, tables []configs.Table) error {
	return encode(w, struct {
		Schema string          `json:"schema"`
		Tables []configs.Table `json:"tables"`
	}{"xbar.keys/1", tables})
}
