package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"xbar/configs"
	"xbar/sim/report"
	"xbar/sim/sweep"
)

// studyFlags is what flags can say of a study.
type studyFlags struct {
	shard, shards int64
	tasks         int64    // of a job array
	sbatch        []string // options of sbatch
	asked         configs.Answers
	figures       []wanted
}

func (o *options) studyFlags() []flag {
	f := &o.study
	return append(append(f.answerFlags(), f.figuresFlag()),
		flag{"shard", "I/N", "compute every Nth point, beginning with the Ith; env/N: which one is in the environment", f.setShard},
		flag{"slurm", "N", "have N tasks of a Slurm job array compute the points, and wait for them", f.setSlurm},
		flag{"sbatch", "OPTION", "an option of sbatch for these, as in --sbatch --time=1:00:00; may be repeated", f.addSbatch},
	)
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
	if operands[0] == "compare" && len(operands) > 1 {
		return s.compare(o, operands[1:])
	}
	path, mergeOnly := operands[len(operands)-1], len(operands) == 2
	if len(operands) > 2 || mergeOnly && operands[0] != "merge" {
		return &usageError{"sweep", fmt.Sprintf("unexpected %q: one study, merge and a study, or compare and two", operands[0])}
	}
	if err := o.study.check(mergeOnly); err != nil {
		return &usageError{"sweep", err.Error()}
	}
	file, study, err := openStudy(path, o)
	if err != nil {
		return err
	}
	switch n := study.Header.Points; {
	case study.Header.Search != "" && (o.study.shards > 1 || o.study.tasks > 0):
		return &usageError{"sweep", "a search goes on from what it has found, and has no shards"}
	case o.study.tasks > n:
		return &usageError{"sweep", fmt.Sprintf("--slurm %d: the study has %d points", o.study.tasks, n)}
	}
	dir := o.output
	if dir == "" {
		dir = resultsOf(path)
	}
	question, figures, err := o.study.ask(file, study, dir)
	if err != nil {
		return err
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
	return s.answer(ctx, o, study, dir, question, figures)
}

// resultsOf is the folder of a study's results unless another is named.
func resultsOf(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) + "-results" }

func openStudy(path string, o *options) (*configs.Sweep, *sweep.Study, error) {
	file, err := configs.LoadSweep(path)
	if err != nil {
		return nil, nil, configError{errors.New(explain(err))}
	}
	file.Override(&o.study.asked)
	study, err := sweep.Open(file, o.sets, version())
	switch {
	case errors.As(err, new(*sweep.Mistake)):
		return nil, nil, located(file, err)
	case err != nil:
		return nil, nil, configError{errors.New(explain(err))}
	}
	return file, study, nil
}

func (s *session) runStudy(ctx context.Context, o *options, study *sweep.Study, dir string) error {
	opt := sweep.Options{Dir: dir, Workers: o.processors(), Shard: o.study.shard, Shards: o.study.shards, Version: version()}
	var bar *progress
	if !s.quiet {
		bar = newProgress(s.stderr)
	}
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(sweep.Garbage))
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

// answer writes the results, if all points are there, and what was asked of them.
func (s *session) answer(ctx context.Context, o *options, study *sweep.Study, dir string, q *sweep.Questions, figures []wanted) error {
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
	r, err := s.answers(ctx, o, study, points, dir, q)
	if err != nil {
		return err
	}
	for _, w := range figures {
		if err := figureKinds[w.kind].draw(r, w.path); err != nil {
			return err
		}
		s.message("figure in %s", w.path)
	}
	switch o.format {
	case "json":
		return report.SweepJSON(s.stdout, r)
	case "markdown":
		return report.SweepMarkdown(s.stdout, r)
	}
	return report.SweepText(s.stdout, r)
}
