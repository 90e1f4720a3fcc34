package cli

import (
	"context"
	"errors"
	"io"

	"xbar/configs"
	"xbar/sim/report"
)

func (s *session) importFile(_ context.Context, o *options, paths []string) error {
	if err := o.checkTargets(); err != nil {
		return &usageError{"import", err.Error()}
	}
	if o.toml && o.format != "text" {
		return &usageError{"import", "--toml is a format of its own: leave --format out"}
	}
	network, err := configs.Import(paths[0], o.dims)
	if err != nil {
		return configError{errors.New(explain(err))}
	}
	result := report.NewLayers(paths[0], network)
	return s.emit(o, func(w io.Writer) error { return printLayers(w, o, result) })
}

func printLayers(w io.Writer, o *options, r *report.Layers) error {
	switch {
	case o.toml:
		return report.LayersTOML(w, r)
	case o.format == "json":
		return report.LayersJSON(w, r)
	case o.format == "csv":
		return report.LayersCSV(w, r)
	case o.format == "markdown":
		return report.LayersMarkdown(w, r)
	}
	return report.LayersText(w, r)
}
