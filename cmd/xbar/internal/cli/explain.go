package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"xbar/sim/report"
	"xbar/sim/system"
)

func (s *session) explain(ctx context.Context, o *options, operands []string) error {
	if err := o.checkTargets(); err != nil {
		return &usageError{"explain", err.Error()}
	}
	studies, err := loadAll(operands[:1], o.sets)
	if err != nil {
		return err
	}
	path := ""
	if len(operands) > 1 {
		path = operands[1]
	}
	opt, erase := s.systemOptions(o)
	explanation, err := system.Explain(ctx, studies[0], path, opt)
	erase()
	if unknown := (*system.PathError)(nil); errors.As(err, &unknown) {
		return &usageError{"explain", err.Error()}
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%s: %w", operands[0], errInterrupted)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", operands[0], err)
	}
	return s.emit(o, func(w io.Writer) error { return printExplanation(w, o.format, explanation) })
}

func printExplanation(w io.Writer, format string, e *system.Explanation) error {
	switch format {
	case "json":
		return report.ExplainJSON(w, e)
	case "markdown":
		return report.ExplainMarkdown(w, e)
	}
	return report.ExplainText(w, e)
}
