package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"xbar/configs"
	"xbar/sim/report"
	"xbar/sim/report/figure"
	"xbar/sim/sweep"
	"xbar/sim/sweep/slurm"
	"xbar/sim/system"
)

func (o *options) pageFlag() flag {
	return flag{"o", "FILE.html", "write the page to FILE.html, or with - to standard output", func(value string) error {
		if value == "" {
			return errors.New("needs a file name")
		}
		o.output = value
		return nil
	}}
}

func (o *options) resultsFlag() flag {
	return flag{"results", "DIR", "of a study: where its points are, unless in STUDY-results", func(value string) error {
		if value == "" {
			return errors.New("needs a folder")
		}
		o.results = value
		return nil
	}}
}

// report writes the page of what a path is: a config, a study, or a folder of points.
func (s *session) report(ctx context.Context, o *options, operands []string) error {
	path := operands[0]
	info, err := os.Stat(path)
	if err != nil {
		return configError{fmt.Errorf("xbar: %w", err)}
	}
	if info.IsDir() {
		return s.reportFolder(ctx, o, filepath.Clean(path))
	}
	study, err := configs.IsSweep(path)
	if err != nil {
		return configError{fmt.Errorf("xbar: %w", err)}
	}
	if study {
		return s.reportStudy(ctx, o, path)
	}
	return s.reportRun(ctx, o, path)
}

// checkPage finds out before a run that its page cannot be written.
func (o *options) checkPage(name string) error {
	if o.output == "" {
		o.output = name
	}
	if o.output == "-" {
		return nil
	}
	return checkTargets(o.output)
}

// writePage writes it whole or not at all.
func (s *session) writePage(o *options, write func(io.Writer) error) error {
	if o.output == "-" {
		return write(s.stdout)
	}
	if err := report.WriteFile(o.output, write); err != nil {
		return err
	}
	s.message("report in %s", o.output)
	return nil
}

func withoutExtension(path string) string { return strings.TrimSuffix(path, filepath.Ext(path)) }

func (s *session) reportRun(ctx context.Context, o *options, path string) error {
	switch {
	case o.results != "":
		return &usageError{"report", "--results is of a study, and " + path + " is a config"}
	case o.study.typedAny():
		return &usageError{"report", path + " is a config; only a study has points to choose among"}
	}
	if err := o.checkPage(withoutExtension(path) + "-report.html"); err != nil {
		return &usageError{"report", err.Error()}
	}
	studies, err := loadAll([]string{path}, o.sets)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	opt, erase := s.systemOptions(o)
	result, explanation, failed := system.RunExplained(ctx, studies[0], opt)
	erase()
	if failed != nil && ctx.Err() != nil {
		return fmt.Errorf("%s: %w", path, errInterrupted)
	}
	if failed != nil {
		failed = fmt.Errorf("%s: %w", path, failed)
	}
	if result == nil {
		return failed
	}
	page := &report.RunPage{Result: result, Explanation: explanation, Source: o.source(path, report.File{Name: path, Text: string(text)})}
	if page.Figures, err = figure.OfRun(result); err != nil {
		return err
	}
	err = s.writePage(o, func(w io.Writer) error { return report.RunHTML(w, page) })
	return errors.Join(err, failed)
}

// source says how a page was asked for.
func (o *options) source(path string, files ...report.File) report.Source {
	args := append(flagged("--set", o.sets), o.study.typed()...)
	if o.results != "" {
		args = append(args, flagged("--results", []string{o.results})...)
	}
	return report.Source{Config: filepath.Base(path), Files: files, Settings: o.sets, Command: commandLine("xbar report "+quoted(path), args)}
}

// flagged is a flag with each of its values, as they are typed.
func flagged(name string, values []string) (args []string) {
	for _, value := range values {
		args = append(args, name+" "+quoted(value))
	}
	return args
}

// commandLine is a command and its flags, each on a line of its own where one is too
// short.
func commandLine(command string, args []string) string {
	const width = 90
	if whole := strings.Join(append([]string{command}, args...), " "); len(whole) <= width {
		return whole
	}
	return strings.Join(append([]string{command}, args...), " \\\n    ")
}

// quoted is an argument as a shell takes it.
func quoted(text string) string {
	if plainArgument.MatchString(text) {
		return text
	}
	return slurm.Quote(text)
}

var plainArgument = regexp.MustCompile(`^[\pL\pN_./:=,@%+-]+$`)

// typedAny reports whether flags ask something of a study.
func (f *studyFlags) typedAny() bool { return len(f.asked.Asked()) > 0 }

// typed is what flags ask, as it is typed.
func (f *studyFlags) typed() (args []string) {
	for _, asked := range f.asked.Asked() {
		if inOneFlag[asked.Key] {
			asked.Values = []string{strings.Join(asked.Values, ",")}
		}
		args = append(args, flagged(flagOf(asked.Key), asked.Values)...)
	}
	return args
}

// reportStudy is about the points of a study, of which all must be there.
func (s *session) reportStudy(ctx context.Context, o *options, path string) error {
	dir := o.results
	if dir == "" {
		dir = resultsOf(path)
	}
	if err := o.checkPage(withoutExtension(path) + "-report.html"); err != nil {
		return &usageError{"report", err.Error()}
	}
	file, study, err := openStudy(path, o)
	if err != nil {
		return inReport(err)
	}
	points, err := sweep.OpenFolder(dir)
	if errors.Is(err, os.ErrNotExist) || err == nil && points.Header().Points == 0 {
		err = fmt.Errorf("%s: no points of a study", dir)
	}
	if err != nil {
		return fmt.Errorf("%w; xbar sweep %s computes them", err, quoted(path))
	}
	defer points.Close()
	if points.Header().Study != study.Header.Study {
		return fmt.Errorf("%s: results of another study, or of this one with other settings or before it was changed; xbar report %s is about them as they are", dir, quoted(dir))
	}
	return s.pageOfStudy(ctx, o, points, &known{path, file, study}, dir)
}

// known is a study that is at hand.
type known struct {
	path  string
	file  *configs.Sweep
	study *sweep.Study
}

// inReport says of a mistake in flags that they are those of xbar report.
func inReport(err error) error {
	if usage := (*usageError)(nil); errors.As(err, &usage) {
		return &usageError{"report", usage.text}
	}
	return err
}

// reportFolder is about the points in a folder, and knows the study where it stands
// beside it and is the one that they are of.
func (s *session) reportFolder(ctx context.Context, o *options, dir string) error {
	if o.results != "" {
		return &usageError{"report", "--results goes with a study; " + dir + " is a folder of results itself"}
	}
	if err := o.checkPage(filepath.Join(dir, "report.html")); err != nil {
		return &usageError{"report", err.Error()}
	}
	points, err := sweep.OpenFolder(dir)
	if err != nil {
		return err
	}
	defer points.Close()
	path := strings.TrimSuffix(dir, "-results") + ".toml"
	var beside *known
	if is, err := configs.IsSweep(path); err == nil && is && strings.HasSuffix(dir, "-results") {
		if file, study, err := openStudy(path, o); err == nil && study.Header.Study == points.Header().Study {
			beside = &known{path, file, study}
		}
	}
	return s.pageOfStudy(ctx, o, points, beside, dir)
}

// pageOfStudy writes what a folder's points answer; the study may be nil.
func (s *session) pageOfStudy(ctx context.Context, o *options, points *sweep.Journals, k *known, dir string) error {
	if err := points.Complete(); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	page, err := report.NewStudyPage(points.Header(), points)
	if err != nil {
		return err
	}
	page.Source = o.source(dir)
	questions, err := o.study.questions(page, k)
	if err != nil {
		return inReport(err)
	}
	if k == nil {
		page.Remarks = append(page.Remarks, "The study's file is not beside its results, or has changed: its axes are those of the points, and effects are not known.")
	} else if err := o.describe(page, k); err != nil {
		return err
	}
	for _, q := range questions {
		answer, err := s.askPoints(ctx, o, points, k, dir, q)
		if err != nil && q.Effects != nil && !o.study.typedAny() {
			page.Remarks = append(page.Remarks, "No effects: "+err.Error())
			continue
		}
		if err != nil {
			return err
		}
		page.Answers = append(page.Answers, answer)
	}
	if page.Figures, err = figure.OfStudy(page.Answers); err != nil {
		return err
	}
	return s.writePage(o, func(w io.Writer) error { return report.StudyHTML(w, page) })
}

// askPoints answers one of a page's questions.
func (s *session) askPoints(ctx context.Context, o *options, points *sweep.Journals, k *known, dir string, q *sweep.Questions) (*report.Sweep, error) {
	if k == nil {
		return report.NewSweep(ctx, points.Header(), points, q, nil)
	}
	return s.answers(ctx, o, k.study, points, dir, q)
}

// describe adds the study and its base as they are written, and how a point is explained.
func (o *options) describe(page *report.StudyPage, k *known) error {
	var files []report.File
	for _, name := range []string{k.path, k.file.Base} {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		files = append(files, report.File{Name: name, Text: string(text)})
	}
	page.Source = o.source(k.path, files...)
	page.Explain = func(p *sweep.Point) string {
		sets := append(slices.Clone(o.sets), k.study.Plan.Settings(wholeAsSuch(p.Values))...)
		return commandLine("xbar explain "+quoted(k.file.Base), flagged("--set", sets))
	}
	return nil
}

// wholeAsSuch makes whole numbers of those that JSON knows no other kind of.
func wholeAsSuch(values []any) []any {
	values = slices.Clone(values)
	for i, v := range values {
		if x, ok := v.(float64); ok && x == math.Trunc(x) && math.Abs(x) < 1e15 {
			values[i] = int64(x)
		}
	}
	return values
}

// questions are what flags and the study's file ask. Without flags it is also what is
// asked of every study, of each kind that the file does not ask itself: the least energy
// and latency, and most accuracy where that is known, the fronts between them, and what
// they go with.
func (f *studyFlags) questions(page *report.StudyPage, k *known) (all []*sweep.Questions, err error) {
	if f.typedAny() && k == nil {
		return f.questionsOfPoints(page)
	}
	var asked configs.Answers
	if k != nil {
		asked = k.file.Answers
	}
	if !reflect.ValueOf(asked).IsZero() {
		q, err := k.study.Ask(&asked)
		if err != nil {
			return nil, located(k.file, err)
		}
		all = append(all, q)
	}
	if f.typedAny() {
		return all, nil
	}
	for _, m := range page.Study.Machines {
		var goals []sweep.Goal
		for _, name := range []string{"energy_per_inference_j", "latency_s", "accuracy"} {
			of, err := page.Study.Quantity(m + "." + name)
			if err != nil {
				return nil, err
			}
			if page.Knows(of) {
				goals = append(goals, sweep.Goal{Quantity: of, More: of.Output.More})
			}
		}
		for i, goal := range goals {
			q := &sweep.Questions{}
			if asked.Minimize == "" && asked.Maximize == "" {
				q.Best = &sweep.Best{Goal: goal, Most: sweep.MostBest}
			}
			if i > 0 && asked.Pareto == nil {
				q.Fronts = []*sweep.Front{{Goals: []sweep.Goal{goals[0], goal}}}
			}
			if q.Best != nil || q.Fronts != nil {
				all = append(all, q)
			}
			if k == nil || asked.Effects != "" {
				continue
			}
			if effects, err := k.study.NewEffects(goal.Quantity); err == nil {
				all = append(all, &sweep.Questions{Effects: effects})
			}
		}
	}
	return all, nil
}

// questionsOfPoints are those that points answer without the study that they are of.
func (f *studyFlags) questionsOfPoints(page *report.StudyPage) ([]*sweep.Questions, error) {
	if key := f.beyond("minimize", "maximize", "subject_to", "pareto"); key != "" {
		return nil, &usageError{"report", flagOf(key) + " needs the study's file, as in xbar report STUDY.toml"}
	}
	q, err := (&sweep.Study{Header: page.Study}).Ask(&f.asked)
	if mistake := (*sweep.Mistake)(nil); errors.As(err, &mistake) {
		return nil, &usageError{"report", flagOf(mistake.Key) + ": " + mistake.Error()}
	}
	return []*sweep.Questions{q}, err
}
