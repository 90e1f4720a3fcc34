package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"xbar/configs"
	"xbar/sim/report"
	"xbar/sim/report/figure"
	"xbar/sim/sweep"
)

// studyFlags is what flags can say of a study.
type studyFlags struct {
	shard, shards int64
	tasks         int64    // of a job array
	sbatch        []string // options of sbatch
	goal          string
	most          bool
	constraints   []string
	front         string
	effects       string
	curves        []string // output, x, each
}

func (o *options) studyFlags() []flag {
	f := &o.study
	goal := func(most bool) func(string) error {
		return func(value string) error {
			if f.goal != "" {
				return errors.New("there is a goal already; --pareto takes several")
			}
			f.goal, f.most = value, most
			return nil
		}
	}
	return []flag{
		{"minimize", "OUTPUT", "show the points with the least of an output; of several machines, MACHINE.OUTPUT", goal(false)},
		{"maximize", "OUTPUT", "show those with the most of it", goal(true)},
		{"subject-to", "BOUND", "only points that keep a bound, as in 'latency_s <= 1 ms'; may be repeated", func(value string) error {
			f.constraints = append(f.constraints, value)
			return nil
		}},
		{"pareto", "OUTPUTS", "show the points that are best in one of some outputs for what they are in the others", func(value string) error {
			f.front = value
			return nil
		}},
		{"effects", "OUTPUT", "show which axes of a grid an output goes with: Sobol's indices", func(value string) error {
			f.effects = value
			return nil
		}},
		f.curvesFlag(),
		{"shard", "I/N", "compute every Nth point, beginning with the Ith; env/N: which one is in the environment", f.setShard},
		{"slurm", "N", "have N tasks of a Slurm job array compute the points, and wait for them", f.setSlurm},
		{"sbatch", "OPTION", "an option of sbatch for these, as in --sbatch --time=1:00:00; may be repeated", f.addSbatch},
	}
}

var errShard = errors.New("write 1/4, 2/4, 3/4, 4/4, or env/4")

func (f *studyFlags) setShard(value string) error {
	first, second, _ := strings.Cut(value, "/")
	n, err := strconv.ParseInt(second, 10, 64)
	if err != nil || n < 1 {
		return errShard
	}
	if first == "env" {
		f.shards = n
		f.shard, err = shardFromEnvironment(n)
		return err
	}
	i, err := strconv.ParseInt(first, 10, 64)
	if err != nil || i < 1 || i > n {
		return errShard
	}
	f.shard, f.shards = i, n
	return nil
}

// check errs on flags that do not go together.
func (f *studyFlags) check(mergeOnly bool) error {
	switch {
	case mergeOnly && f.shards > 0:
		return errors.New("merge takes no --shard: it looks for all of them")
	case mergeOnly && f.tasks > 0:
		return errors.New("merge takes no --slurm: that merges by itself")
	case f.shards > 0 && f.tasks > 0:
		return errors.New("--slurm gives each of its tasks a --shard: leave that out")
	case len(f.sbatch) > 0 && f.tasks == 0:
		return errors.New("--sbatch is for the tasks of --slurm N")
	}
	return nil
}

func (o *options) folderFlag() flag {
	return flag{"o", "DIR", "keep points and results in DIR", func(value string) error {
		if value == "" {
			return errors.New("needs a folder")
		}
		o.output = value
		return nil
	}}
}

func (s *session) sweep(ctx context.Context, o *options, operands []string) error {
	path, mergeOnly := operands[len(operands)-1], len(operands) == 2
	if mergeOnly && operands[0] != "merge" {
		return &usageError{"sweep", fmt.Sprintf("unexpected %q: one study, or merge and a study", operands[0])}
	}
	if err := o.study.check(mergeOnly); err != nil {
		return &usageError{"sweep", err.Error()}
	}
	study, err := openStudy(path, o.sets)
	if err != nil {
		return err
	}
	question, err := o.study.ask(study)
	if err == nil {
		err = o.checkCloud(question)
	}
	if n := study.Header.Points; err == nil && o.study.tasks > n {
		err = fmt.Errorf("--slurm %d: the study has %d points", o.study.tasks, n)
	}
	if err != nil {
		return &usageError{"sweep", err.Error()}
	}
	dir := o.output
	if dir == "" {
		dir = strings.TrimSuffix(path, filepath.Ext(path)) + "-results"
	}
	switch {
	case mergeOnly:
	case o.study.tasks > 0:
		err = s.runTasks(ctx, o, study, path, dir)
	default:
		err = s.runStudy(ctx, o, study, dir)
	}
	if err != nil || o.study.shards > 1 {
		return err
	}
	return s.answer(o, study, dir, question)
}

// checkCloud finds out before a long run that its figure cannot be drawn.
func (o *options) checkCloud(q question) error {
	if o.figure != "" && q.curves == nil && (len(q.fronts) == 0 || len(q.fronts[0].Goals) < 2) {
		return errors.New("--figure shows a front of two outputs: --pareto energy_per_inference_j,latency_s (or curves: --curves energy_per_inference_j)")
	}
	return checkTargets(o.figure)
}

func openStudy(path string, sets []string) (*sweep.Study, error) {
	file, err := configs.LoadSweep(path)
	if err != nil {
		return nil, configError{errors.New(explain(err))}
	}
	study, err := sweep.Open(file, sets, version())
	if err != nil {
		return nil, configError{errors.New(explain(err))}
	}
	return study, nil
}

func (s *session) runStudy(ctx context.Context, o *options, study *sweep.Study, dir string) error {
	opt := sweep.Options{Dir: dir, Workers: o.workers, Shard: o.study.shard, Shards: o.study.shards, Version: version()}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	var bar *progress
	if !s.quiet {
		bar = newProgress(s.stderr)
	}
	start, before := time.Now(), int64(-1)
	opt.Progress = func(done, total int64) {
		if before < 0 {
			before = done - 1
		}
		rate := float64(done-before) / time.Since(start).Seconds()
		bar.update(float64(done), float64(total), fmt.Sprintf("%d of %d points, %.0f/s", done, total, rate))
	}
	sum, err := study.Run(ctx, opt)
	bar.erase()
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %d of %d points are in %s; the same command goes on from there", errInterrupted, sum.Before+sum.Done, sum.Points, dir)
	}
	if err != nil {
		return err
	}
	what := ""
	if o.study.shards > 1 {
		what = fmt.Sprintf("shard %d of %d: ", o.study.shard, o.study.shards)
	}
	shared := ""
	if sum.Shared > 0 {
		shared = fmt.Sprintf("; %d differ from another in prices alone, and share its simulation", sum.Shared)
	}
	s.message("%s%d points in %s, %d of them from before; %d of the others failed%s", what, sum.Before+sum.Done, dir, sum.Before, sum.Failed, shared)
	return nil
}

// outputList is the outputs of points, a line each.
func outputList() string {
	var b strings.Builder
	for i := range sweep.Outputs {
		o := &sweep.Outputs[i]
		fmt.Fprintf(&b, "\t%s\n", strings.TrimRight(fmt.Sprintf("%-23s %s", o.Name, o.Doc), " "))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// question is what is asked of a study's points.
type question struct {
	best    *sweep.Best
	fronts  []*sweep.Front
	effects *sweep.Effects
	curves  *sweep.Curves
}

// mostBest is how many of the best points are shown.
const mostBest = 5

func (f *studyFlags) ask(study *sweep.Study) (q question, err error) {
	h := &study.Header
	var bounds []sweep.Constraint
	for _, text := range f.constraints {
		c, err := h.Constraint(text)
		if err != nil {
			return q, fmt.Errorf("--subject-to: %w", err)
		}
		bounds = append(bounds, c)
	}
	if f.goal != "" {
		of, err := h.Quantity(f.goal)
		if err != nil {
			return q, err
		}
		q.best = &sweep.Best{Goal: sweep.Goal{Quantity: of, More: f.most}, Constraints: bounds, Most: mostBest}
	}
	var all [][]string
	switch {
	case f.front != "":
		all = append(all, strings.Split(f.front, ","))
	case f.goal == "" && f.effects == "" && f.curves == nil:
		for _, m := range h.Machines {
			all = append(all, []string{m + ".energy_per_inference_j", m + ".latency_s"})
		}
	}
	for _, names := range all {
		front := &sweep.Front{Constraints: bounds}
		for _, name := range names {
			of, err := h.Quantity(name)
			if err != nil {
				return q, fmt.Errorf("--pareto: %w", err)
			}
			front.Goals = append(front.Goals, sweep.Goal{Quantity: of, More: of.Output.More})
		}
		q.fronts = append(q.fronts, front)
	}
	if q.curves, err = f.askCurves(study, bounds); err != nil {
		return q, err
	}
	if f.effects == "" {
		return q, nil
	}
	of, err := h.Quantity(f.effects)
	if err != nil {
		return q, fmt.Errorf("--effects: %w", err)
	}
	q.effects, err = study.NewEffects(of)
	return q, err
}

// answer writes the results, if all points are there, and what was asked of them.
func (s *session) answer(o *options, study *sweep.Study, dir string, q question) error {
	points, err := study.OpenJournals(dir)
	if err != nil {
		return err
	}
	defer points.Close()
	if err := points.Complete(); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	for name, write := range map[string]func(io.Writer) error{"results.jsonl": points.WriteJSONL, "results.csv": points.WriteCSV} {
		if err := report.WriteLarge(filepath.Join(dir, name), write); err != nil {
			return err
		}
	}
	s.message("results.jsonl and results.csv in %s", dir)
	r, err := report.NewSweep(study.Header, points, q.best, q.fronts, q.effects)
	if err != nil {
		return err
	}
	if q.curves != nil {
		if err := r.AddCurves(points, q.curves); err != nil {
			return err
		}
	}
	if o.figure != "" {
		draw := func() error { return figure.Cloud(r.Cloud(), o.figure) }
		if q.curves != nil {
			draw = func() error { return figure.StudyCurves(study.Header.Title, r.Curves, o.figure) }
		}
		if err := draw(); err != nil {
			return err
		}
		s.message("figure in %s", o.figure)
	}
	switch o.format {
	case "json":
		return report.SweepJSON(s.stdout, r)
	case "markdown":
		return report.SweepMarkdown(s.stdout, r)
	}
	return report.SweepText(s.stdout, r)
}
