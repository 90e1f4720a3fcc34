package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"xbar/configs"
	"xbar/sim"
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
		result, err := s.simulate(ctx, o, study)
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

func (o *options) checkRun(paths []string) error {
	if len(paths) > 1 && o.trace != "" {
		return fmt.Errorf("--trace %w", errOneConfig)
	}
	if len(paths) > 1 && o.figure != "" {
		return fmt.Errorf("--figure %w", errOneConfig)
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
func (s *session) simulate(ctx context.Context, o *options, study *configs.Config) (*system.Result, error) {
	opt, erase := s.systemOptions(o)
	if o.trace != "" {
		opt.Trace = trace.New(mostRecords)
	}
	result, err := system.Run(ctx, study, opt)
	erase()
	if result == nil || ctx.Err() != nil {
		return result, err
	}
	if o.trace != "" {
		if err := s.writeTrace(o.trace, study, result, opt.Trace); err != nil {
			return nil, err
		}
	}
	if o.figure != "" {
		if err := figure.Energy(result, o.figure); err != nil {
			return nil, err
		}
		s.message("figure in %s", o.figure)
	}
	if o.roofs != "" {
		if err := figure.Roofline(result, o.roofs); err != nil {
			return nil, err
		}
		s.message("roofline in %s", o.roofs)
	}
	return result, err
}

// mostRecords bounds a trace to some hundred megabytes of JSON, more than
// viewers load.
const mostRecords = 1_000_000

// writeTrace writes what the first analog machine did.
func (s *session) writeTrace(path string, study *configs.Config, result *system.Result, recorder *trace.Recorder) error {
	i := slices.IndexFunc(study.Machines, func(m configs.Machine) bool { return m.Kind == "analog" })
	if i < 0 {
		return errors.New("--trace records analog machines, and the config has none")
	}
	if name := study.Machines[i].Name; slices.ContainsFunc(result.Failed, func(m system.Failure) bool { return m.Name == name }) {
		return nil // its error is reported
	}
	clock, err := sim.NewClock(unit.Exact(study.Machines[i].Clock))
	if err != nil {
		return err
	}
	err = report.WriteFile(path, func(w io.Writer) error { return recorder.WriteChrome(w, clock) })
	if err != nil {
		return err
	}
	s.message("trace of %s in %s", study.Machines[i].Name, path)
	if n := recorder.Dropped(); n > 0 {
		s.message("the trace holds the first %d records; %d more were dropped", mostRecords, n)
	}
	return nil
}

// systemOptions says how to run; erase takes the progress off the screen.
func (s *session) systemOptions(o *options) (opt system.Options, erase func()) {
	opt = system.Options{Workers: o.workers, Version: version()}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
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
