package cli

import (
	"errors"
	"fmt"
	"os"

	"xbar/sim/report"
	"xbar/sim/sweep"
)

// compare shows two studies, by their files or by the folders of their results.
func (s *session) compare(o *options, operands []string) error {
	if len(operands) != 2 {
		return &usageError{"sweep", fmt.Sprintf("compare takes two studies, or two folders of results; there are %d", len(operands))}
	}
	if err := o.study.refuse(o.output); err != nil {
		return &usageError{"sweep", "compare: " + err.Error()}
	}
	var results [2]*sweep.Results
	for i, path := range operands {
		if info, err := os.Stat(path); err != nil || !info.IsDir() {
			path = resultsOf(path)
		}
		var err error
		if results[i], err = sweep.ReadResults(path); err != nil {
			return err
		}
	}
	c, err := sweep.Compare(results[0], results[1])
	if err != nil {
		return err
	}
	a := &o.study.asked
	if goal := a.Minimize + a.Maximize; goal != "" {
		err = c.FindBest(goal, a.Maximize != "", a.SubjectTo)
	} else {
		err = c.FindBests(a.SubjectTo)
	}
	if err != nil {
		return &usageError{"sweep", err.Error()}
	}
	r := report.NewComparison(c)
	switch o.format {
	case "json":
		return report.ComparisonJSON(s.stdout, r)
	case "markdown":
		return report.ComparisonMarkdown(s.stdout, r)
	}
	return report.ComparisonText(s.stdout, r)
}

// refuse errs with flags that say nothing of a comparison.
func (f *studyFlags) refuse(output string) error {
	switch {
	case output != "":
		return errors.New("takes no -o: it writes no files")
	case f.shards > 0:
		return errors.New("takes no --shard")
	case len(f.figures) > 0:
		return errors.New("takes no --figure")
	case f.beyond("minimize", "maximize", "subject_to") != "":
		return errors.New("takes a goal and bounds, and no other question")
	}
	return nil
}
