package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"xbar/configs"
	"xbar/sim/report"
	"xbar/sim/report/figure"
	"xbar/sim/sweep"
)

// answerFlags are those of what a study is asked. They go before what its file says, key by
// key.
func (f *studyFlags) answerFlags() []flag {
	a := &f.asked
	once := func(to *string) func(string) error {
		return func(value string) error {
			*to = value
			return nil
		}
	}
	several := func(to *[]string) func(string) error {
		return func(value string) error {
			*to = append(*to, value)
			return nil
		}
	}
	split := func(to *[]string) func(string) error {
		return func(value string) error {
			*to = strings.Split(value, ",")
			return nil
		}
	}
	goal := func(to *string) func(string) error {
		return func(value string) error {
			if a.Minimize != "" || a.Maximize != "" {
				return errors.New("there is a goal already; --pareto takes several")
			}
			*to = value
			return nil
		}
	}
	return []flag{
		{"minimize", "OUTPUT", "show the points with the least of an output; of several machines, MACHINE.OUTPUT", goal(&a.Minimize)},
		{"maximize", "OUTPUT", "show those with the most of it", goal(&a.Maximize)},
		{"subject-to", "BOUND", "only points that keep a bound, as in 'latency_s <= 1 ms' or 'a.energy_j < b.energy_j'; may be repeated", several(&a.SubjectTo)},
		{"pareto", "OUTPUTS", "show the points that are best in one of some outputs for what they are in the others", split(&a.Pareto)},
		{"effects", "OUTPUT", "show which axes of a grid an output goes with: Sobol's indices", once(&a.Effects)},
		{"tornado", "OUTPUT", "show what an output does as one axis after the other goes from end to end, all else as in the base", once(&a.Tornado)},
		{"crossover", "RELATION", "show where on an axis of a grid a relation begins to hold, as in 'a.energy_j < b.energy_j'", once(&a.Crossover)},
		{"along", "AXIS", "look for the crossover on that axis; on the first range unless given", once(&a.Along)},
		{"heatmap", "OUTPUT", "show an output over two axes of a grid, the best over all others", once(&a.Heatmap)},
		{"curves", "OUTPUT", "show an output over one axis of a grid, for each value of another, the best over all others", once(&a.Curves)},
		{"over", "AXIS,AXIS", "the axes of heat map and curves, the first across; the first two unless given", split(&a.Over)},
		{"where", "AXIS=VALUE", "crossover, heat map and curves at that value of an axis; may be repeated", several(&a.Where)},
	}
}

// inOneFlag are the keys whose values go behind one flag, with commas.
var inOneFlag = map[string]bool{"pareto": true, "over": true}

// flagOf is the flag of an answer's key.
func flagOf(key string) string { return "--" + strings.ReplaceAll(key, "_", "-") }

// beyond is a key that flags ask by and that is none of some; "" if there is none.
func (f *studyFlags) beyond(some ...string) string {
	for _, asked := range f.asked.Asked() {
		if !slices.Contains(some, asked.Key) {
			return asked.Key
		}
	}
	return ""
}

func (f *studyFlags) figuresFlag() flag {
	return flag{"figure", "FILE", "draw the front's first two outputs, the tornado, the crossover, the heat map or the curves, as FILE.svg or FILE.png; of several answers, pareto=FILE, tornado=FILE and so on", func(value string) error {
		kind, path, found := strings.Cut(value, "=")
		if !found {
			kind, path = "", value
		}
		if _, known := figureKinds[kind]; found && !known {
			return fmt.Errorf("no figure %q%s: pareto, tornado, crossover, heatmap or curves", kind, didYouMean(configs.Nearest(kind, kindNames())))
		}
		if !configs.IsFigure(path) {
			return errors.New("must end in .svg or .png")
		}
		f.figures = append(f.figures, wanted{kind, path})
		return nil
	}}
}

// wanted is a figure of a kind, or of the only kind there is.
type wanted struct{ kind, path string }

// figureKinds are what is asked for each kind of figure, and how it is drawn.
var figureKinds = map[string]struct {
	asked func(*sweep.Questions) bool
	draw  func(*report.Sweep, string) error
}{
	"pareto": {
		func(q *sweep.Questions) bool { return len(q.Fronts) > 0 && len(q.Fronts[0].Goals) > 1 },
		func(r *report.Sweep, path string) error { return figure.Cloud(r.Cloud(), path) },
	},
	"tornado": {
		func(q *sweep.Questions) bool { return q.Tornado != nil },
		func(r *report.Sweep, path string) error { return figure.Tornado(r.Bars(), path) },
	},
	"crossover": {
		func(q *sweep.Questions) bool { return q.Crossings != nil },
		func(r *report.Sweep, path string) error { return figure.Crossing(r.Crossing(), path) },
	},
	"heatmap": {
		func(q *sweep.Questions) bool { return q.Heatmap != nil },
		func(r *report.Sweep, path string) error { return figure.Heat(r.Heat(), path) },
	},
	"curves": {
		func(q *sweep.Questions) bool { return q.Curves != nil },
		func(r *report.Sweep, path string) error { return figure.StudyCurves(r.Curves, path) },
	},
}

func kindNames() []string { return []string{"pareto", "tornado", "crossover", "heatmap", "curves"} }

// ask reads what the study's file and flags ask, and finds out before a long run that
// figures of it cannot be drawn.
func (f *studyFlags) ask(file *configs.Sweep, study *sweep.Study, dir string) (*sweep.Questions, []wanted, error) {
	q, err := study.Ask(&file.Answers)
	if err != nil {
		return nil, nil, located(file, err)
	}
	figures, err := f.draws(file, q, dir)
	return q, figures, err
}

// located says where in a study's file a mistake is, or which flag it is in.
func located(file *configs.Sweep, err error) error {
	var m *sweep.Mistake
	if !errors.As(err, &m) {
		return err
	}
	if wrong := file.Wrong(m.Key, m.Index, m.Err); wrong != nil {
		return configError{errors.New(explain(wrong))}
	}
	return &usageError{"sweep", flagOf(m.Key) + ": " + m.Error()}
}

// draws are the figures that are wanted: the file's in the folder of the results, but for
// those that flags name.
func (f *studyFlags) draws(file *configs.Sweep, q *sweep.Questions, dir string) (figures []wanted, err error) {
	for _, w := range f.figures {
		if w.kind == "" {
			kinds := slices.DeleteFunc(kindNames(), func(kind string) bool { return !figureKinds[kind].asked(q) })
			switch len(kinds) {
			case 0:
				return nil, &usageError{"sweep", "--figure shows a front of two outputs, a tornado, a crossover, a heat map or curves, and none is asked for: --pareto energy_per_inference_j,latency_s"}
			case 1:
				w.kind = kinds[0]
			default:
				return nil, &usageError{"sweep", fmt.Sprintf("--figure of which answer? Write --figure %s=%s (there are %s)", kinds[0], w.path, strings.Join(kinds, ", "))}
			}
		}
		if !figureKinds[w.kind].asked(q) {
			return nil, &usageError{"sweep", fmt.Sprintf("--figure %s=%s, and no %[1]s is asked for", w.kind, w.path)}
		}
		if err := checkTargets(w.path); err != nil {
			return nil, &usageError{"sweep", err.Error()}
		}
		figures = append(figures, w)
	}
	in := &file.Answers.Figures
	for i, path := range []string{in.Pareto, in.Tornado, in.Crossover, in.Heatmap, in.Curves} {
		kind := kindNames()[i]
		if path == "" || slices.ContainsFunc(figures, func(w wanted) bool { return w.kind == kind }) {
			continue
		}
		if !figureKinds[kind].asked(q) {
			return nil, located(file, &sweep.Mistake{Key: "figures." + kind, Err: fmt.Errorf("a figure of the %s, and [answers] asks for none", kind)})
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		figures = append(figures, wanted{kind, path})
	}
	return figures, nil
}

// answers asks a study's points, with those beside them that it takes.
func (s *session) answers(ctx context.Context, o *options, study *sweep.Study, points *sweep.Journals, dir string, q *sweep.Questions) (*report.Sweep, error) {
	if !q.NeedAside() {
		return report.NewSweep(ctx, study.Header, points, q, nil)
	}
	aside, err := study.OpenAside(dir, o.processors())
	if err != nil {
		return nil, err
	}
	r, err := report.NewSweep(ctx, study.Header, points, q, aside.At)
	if err != nil && ctx.Err() != nil {
		err = errInterrupted
	}
	if aside.Done > 0 {
		s.message("%d points beside the study's in %s", aside.Done, filepath.Join(dir, "aside.jsonl"))
	}
	return r, errors.Join(err, aside.Close())
}
