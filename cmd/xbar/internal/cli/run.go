package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"xbar/configs"
	"xbar/sim/report"
	"xbar/sim/report/figure"
	"xbar/sim/system"
	"xbar/sim/trace"
	"xbar/sim/unit"
)

func (s *session) run(ctx context.Context, o *options, paths []string) error {
	if err := o.checkRun(paths); err != nil {
		return &usageError{"run", err.Error()}
	}
	studies, err := loadAll(paths, o.sets)
	if err != nil {
		return err
	}
	out := resultPrinter{s: s, o: o, several: len(paths) > 1}
	var failed int
	for i, study := range studies {
		result, err := s.simulate(ctx, o, study, o.caption(paths[i], study))
		if result != nil { // of the machines that ran
			if err := out.add(result); err != nil {
				return err
			}
		}
		if err != nil && ctx.Err() != nil {
			return errors.Join(out.interrupted(), fmt.Errorf("%s: %w", paths[i], errInterrupted))
		}
		if err != nil {
			for _, line := range strings.Split(err.Error(), "\n") {
				fmt.Fprintf(s.stderr, "xbar: %s: %s\n", paths[i], line)
			}
			failed++
		}
	}
	if err := out.finish(); err != nil {
		return err
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d runs failed", failed, len(paths))
	}
	return nil
}

// caption says below a figure what it is of.
func (o *options) caption(path string, study *configs.Config) string {
	const longest = 120 // beyond which a page ends
	text := fmt.Sprintf("%s, seed %d", filepath.Base(path), study.Seed)
	for _, set := range o.sets {
		if len(text)+len(set) > longest {
			return text + ", …"
		}
		text += ", " + set
	}
	return text
}

func (o *options) checkRun(paths []string) error {
	if len(paths) > 1 && o.trace != "" {
		return fmt.Errorf("--trace %w", errOneConfig)
	}
	if len(paths) > 1 && o.timeline != "" {
		return fmt.Errorf("--timeline %w", errOneConfig)
	}
	if len(paths) > 1 && o.figure != "" {
		return fmt.Errorf("--figure %w", errOneConfig)
	}
	if len(paths) > 1 && o.layers != "" {
		return fmt.Errorf("--layers %w", errOneConfig)
	}
	if len(paths) > 1 && o.roofs != "" {
		return fmt.Errorf("--roofline %w", errOneConfig)
	}
	return o.checkTargets()
}

// loadAll reads every config, and reports what is wrong with any of them.
func loadAll(paths, sets []string) ([]*configs.Config, error) {
	var studies []*configs.Config
	var wrong []string
	for _, path := range paths {
		study, err := configs.Load(path, sets)
		if err != nil {
			wrong = append(wrong, explain(err))
		}
		studies = append(studies, study)
	}
	if wrong != nil {
		return nil, configError{errors.New(strings.Join(wrong, "\n\n"))}
	}
	return studies, nil
}

// explain leaves alone what says itself where it stands.
func explain(err error) string {
	if located := (configs.Errors)(nil); errors.As(err, &located) {
		return strings.TrimRight(err.Error(), "\n")
	}
	return "xbar: " + err.Error()
}

// simulate runs one study and writes the files that belong to it alone. Where some of
// its machines fail, there is a result of the others beside the error.
func (s *session) simulate(ctx context.Context, o *options, study *configs.Config, caption string) (*system.Result, error) {
	opt, erase := s.systemOptions(o)
	opt.Traces = o.recorders(study)
	result, err := system.Run(ctx, study, opt)
	erase()
	if result == nil || ctx.Err() != nil {
		return result, err
	}
	if err := s.writeTraces(o, study, result, opt.Traces, caption); err != nil {
		return nil, err
	}
	for _, f := range []struct {
		path, what string
		draw       func(r *system.Result, caption, path string) error
	}{{o.figure, "figure", figure.Energy}, {o.layers, "layers", figure.Layers}, {o.roofs, "roofline", figure.Roofline}} {
		if f.path == "" {
			continue
		}
		if err := f.draw(result, caption, f.path); err != nil {
			return nil, err
		}
		s.message("%s in %s", f.what, f.path)
	}
	return result, err
}

// mostSpans bounds the spans of a trace over all machines, and so its file to some
// 40 MB.
const mostSpans = 200_000

// recorders are one for each machine, if they are asked for.
func (o *options) recorders(study *configs.Config) []*trace.Recorder {
	if o.trace == "" && o.timeline == "" {
		return nil
	}
	var all []*trace.Recorder
	for i := range study.Machines {
		all = append(all, trace.New(study.Machines[i].Name, mostSpans/len(study.Machines)))
	}
	return all
}

// writeTraces writes what machines did, of those that ran and that there are traces of.
func (s *session) writeTraces(o *options, study *configs.Config, result *system.Result, all []*trace.Recorder, caption string) error {
	var ran []*trace.Recorder
	for i, r := range all {
		m := &study.Machines[i]
		failed := slices.ContainsFunc(result.Failed, func(f system.Failure) bool { return f.Name == m.Name })
		switch {
		case failed: // its error is reported
		case !system.Traced(m):
			s.message("there is no trace of %s: a %s machine does one thing after the other", m.Name, m.Kind)
		default:
			ran = append(ran, r)
		}
	}
	if len(ran) == 0 {
		return nil
	}
	if o.trace != "" {
		if err := report.WriteFile(o.trace, func(w io.Writer) error { return trace.Write(w, ran...) }); err != nil {
			return err
		}
		for _, r := range ran {
			s.message("trace of %s in %s", r.Name, o.trace)
			if r.IsCut() {
				s.message("it ends after %v, before the run does: of %d pieces of work a trace is full", unit.Second(r.Length()), r.Most)
			}
			for _, act := range r.Acts() {
				if act.Sampled != "" {
					s.message("of its %s it holds the spans of %s, and sums up the others", act.Name, act.Sampled)
				}
			}
		}
	}
	if o.timeline != "" {
		if err := figure.Timeline(study.Title, ran, caption, o.timeline); err != nil {
			return err
		}
		s.message("timeline in %s", o.timeline)
	}
	return nil
}

// systemOptions says how to run; erase takes the progress off the screen.
func (s *session) systemOptions(o *options) (opt system.Options, erase func()) {
	opt = system.Options{Workers: o.processors(), Version: version()}
	if s.quiet {
		return opt, func() {}
	}
	p := newProgress(s.stderr)
	if p == nil {
		return opt, func() {}
	}
	opt.Progress = p.update
	return opt, p.erase
}

// resultPrinter prints text as it comes, and other formats, or into a file,
// when all is done.
type resultPrinter struct {
	s       *session
	o       *options
	several bool
	results []*system.Result
	printed int
}

func (r *resultPrinter) streams() bool {
	return r.o.output == "" && (r.o.format == "text" || r.o.format == "markdown")
}

func (r *resultPrinter) add(result *system.Result) error {
	r.results = append(r.results, result)
	if r.streams() {
		return r.print(r.s.stdout)
	}
	return nil
}

func (r *resultPrinter) finish() error {
	if r.streams() || len(r.results) == 0 {
		return nil
	}
	return r.s.emit(r.o, r.print)
}

// interrupted prints what is finished, but leaves a file alone that would
// have held more.
func (r *resultPrinter) interrupted() error {
	if r.o.output != "" {
		return nil
	}
	return r.finish()
}

// print prints the results that have not been printed.
func (r *resultPrinter) print(w io.Writer) error {
	switch r.o.format {
	case "json":
		if r.several {
			return report.JSONArray(w, r.results)
		}
		return report.JSON(w, r.results[0])
	case "csv":
		return report.CSV(w, r.results...)
	}
	page := report.Text
	if r.o.format == "markdown" {
		page = report.Markdown
	}
	for ; r.printed < len(r.results); r.printed++ {
		if r.printed > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := page(w, r.results[r.printed]); err != nil {
			return err
		}
	}
	return nil
}
