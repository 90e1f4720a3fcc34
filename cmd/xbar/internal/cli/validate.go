package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"xbar/sim/report"
	"xbar/sim/report/figure"
	"xbar/sim/validate"
)

// validate prints the whole ladder, and fails if a figure is off.
func (s *session) validate(ctx context.Context, o *options, _ []string) error {
	if err := o.checkTargets(); err != nil {
		return &usageError{"validate", err.Error()}
	}
	opt, erase := s.systemOptions(o)
	result, err := validate.Run(ctx, validate.Options{Workers: opt.Workers, Progress: opt.Progress, Version: opt.Version})
	erase()
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("validate: %w", errInterrupted)
	}
	if err != nil {
		return err
	}
	if o.figure != "" {
		if err := figure.Validation(result, o.figure); err != nil {
			return err
		}
		s.message("figure in %s", o.figure)
	}
	if err := s.emit(o, func(w io.Writer) error { return printValidation(w, o.format, result) }); err != nil {
		return err
	}
	return verdictOf(result)
}

// verdictOf names the figures that are off.
func verdictOf(result *validate.Result) error {
	off := result.Failures()
	if len(off) == 0 {
		return nil
	}
	return fmt.Errorf("validate: %d off:\n  %s", len(off), strings.Join(off, "\n  "))
}

func printValidation(w io.Writer, format string, result *validate.Result) error {
	switch format {
	case "json":
		return report.ValidateJSON(w, result)
	case "csv":
		return report.ValidateCSV(w, result)
	case "markdown":
		return report.ValidateMarkdown(w, result)
	}
	return report.ValidateText(w, result)
}
