package cli

import (
	"context"
	"fmt"
	"io"

	"xbar/configs"
	"xbar/sim/report"
	"xbar/sim/report/figure"
	"xbar/sim/system"
)

func (s *session) laws(ctx context.Context, o *options, paths []string) error {
	if len(paths) == 0 && len(o.sets) > 0 {
		return &usageError{"laws", "--set and --seed need a CONFIG"}
	}
	if err := o.checkTargets(); err != nil {
		return &usageError{"laws", err.Error()}
	}
	var study *configs.Config
	if len(paths) == 1 {
		studies, err := loadAll(paths, o.sets)
		if err != nil {
			return err
		}
		study = studies[0]
	}
	opt, erase := s.systemOptions(o)
	result, err := system.Laws(ctx, study, opt)
	erase()
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("laws: %w", errInterrupted)
	}
	if err != nil {
		return err
	}
	if o.figure != "" {
		if err := figure.Laws(result, o.figure); err != nil {
			return err
		}
		s.message("figure in %s", o.figure)
	}
	return s.emit(o, func(w io.Writer) error { return printLaws(w, o.format, result) })
}

func printLaws(w io.Writer, format string, result *system.LawsResult) error {
	switch format {
	case "json":
		return report.LawsJSON(w, result)
	case "csv":
		return report.LawsCSV(w, result)
	case "markdown":
		return report.LawsMarkdown(w, result)
	}
	return report.LawsText(w, result)
}
