package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"xbar/sim/report"
	"xbar/sim/sweep"
	"xbar/sim/sweep/slurm"
)

// indices are the variables in which what starts a task says which one it is.
var indices = []struct {
	variable string
	first    int64
}{
	{"JOB_COMPLETION_INDEX", 0}, // Kubernetes, indexed jobs
	{"SLURM_ARRAY_TASK_ID", 1},
}

// shardFromEnvironment is the shard, from 1 to n, that a task is to compute.
func shardFromEnvironment(n int64) (int64, error) {
	for _, index := range indices {
		text, found := os.LookupEnv(index.variable)
		if !found {
			continue
		}
		i, err := strconv.ParseInt(text, 10, 64)
		if last := index.first + n - 1; err != nil || i < index.first || i > last {
			return 0, fmt.Errorf("%s is %q; of %d shards it goes from %d to %d", index.variable, text, n, index.first, last)
		}
		return i - index.first + 1, nil
	}
	return 0, fmt.Errorf("neither %s nor %s is in the environment", indices[0].variable, indices[1].variable)
}

func (f *studyFlags) setSlurm(value string) error {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < 1 {
		return errors.New("not a whole number from 1 on")
	}
	f.tasks = n
	return nil
}

func (f *studyFlags) addSbatch(value string) error {
	if !strings.HasPrefix(value, "-") || strings.ContainsAny(value, "\n\r") {
		return errors.New("write an option as sbatch has it: --time=1:00:00")
	}
	f.sbatch = append(f.sbatch, value)
	return nil
}

// slurmFolder is that of a study's results in which its tasks run.
const slurmFolder = "slurm"

// runTasks has the tasks of a job array compute a study. Each runs a copy of this program
// that stays beside its script, since another may be in its place by the time that the
// last one starts.
func (s *session) runTasks(ctx context.Context, o *options, study *sweep.Study, path, dir string) error {
	tally, err := study.Tally(dir)
	if err != nil {
		return err
	}
	before := study.Header.Points - tally.Left(1, 1)
	if before < study.Header.Points {
		err = s.waitForTasks(ctx, o, study, tally, path, dir)
	}
	if err != nil {
		return err
	}
	s.message("%d points in %s, %d of them from before", study.Header.Points, dir, before)
	return nil
}

func (s *session) waitForTasks(ctx context.Context, o *options, study *sweep.Study, tally *sweep.Tally, path, dir string) error {
	if err := slurm.Find(); err != nil {
		return err
	}
	cluster, err := o.prepareTasks(study, path, dir)
	if err != nil {
		return err
	}
	bar := newProgress(s.stderr)
	if s.quiet {
		bar = nil
	}
	n, submitted := o.study.tasks, false
	begun, why := false, "" // what has been said
	err = cluster.Run(ctx, &slurm.Work{
		Tasks: n,
		Left: func(task int64) (int64, error) {
			err := tally.Read(task, n)
			return tally.Left(task, n), err
		},
		Begun: func(job string, tasks []int64) {
			submitted = true
			bar.erase()
			s.message("job %s is in the queue: %s of %d; its script and logs are in %s", job, nameTasks(tasks), n, cluster.Folder)
		},
		Failed: func(failed []slurm.Failure) {
			bar.erase()
			s.message("%s", describeFailures(failed, cluster.Folder))
		},
		Progress: func(p slurm.Progress) {
			all := study.Header.Points
			bar.update(float64(all-tally.Left(1, 1)), float64(all), fmt.Sprintf("%d tasks run, %d wait", p.Running, p.Waiting))
			if n := p.Running + p.Waiting; n > 0 && !begun {
				bar.erase()
				s.message("tasks in the queue from before: %d; scancel --name=%s stops them", n, cluster.Name)
			}
			if begun = true; p.Why != "" && p.Why != why {
				bar.erase()
				s.message("a task waits, says Slurm, because of %s", p.Why)
			}
			why = p.Why
		},
	})
	bar.erase()
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: what is in the queue goes on; the same command waits for it again, and scancel --name=%s stops it", errInterrupted, cluster.Name)
	case err != nil && submitted:
		return fmt.Errorf("%w; logs are in %s, and the same command goes on with what is missing", err, cluster.Folder)
	}
	return err
}

// prepareTasks writes what tasks need into the folder of the results.
func (o *options) prepareTasks(study *sweep.Study, path, dir string) (*slurm.Cluster, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	folder := filepath.Join(dir, slurmFolder)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	if err := copyProgram(filepath.Join(folder, "xbar")); err != nil {
		return nil, err
	}
	script := o.taskScript(study, path, dir)
	c := &slurm.Cluster{Name: script.Name, Folder: folder, Script: "tasks.sh"}
	return c, report.WriteFile(filepath.Join(folder, c.Script), func(w io.Writer) error {
		_, err := io.WriteString(w, script.String())
		return err
	})
}

func (o *options) taskScript(study *sweep.Study, path, dir string) *slurm.Script {
	command := fmt.Sprintf(`./xbar sweep %s --shard env/%d -o %s -j "${SLURM_CPUS_PER_TASK:-1}"`, slurm.Quote(path), o.study.tasks, slurm.Quote(dir))
	for _, set := range o.sets {
		command += " --set " + slurm.Quote(set)
	}
	var options []string
	if o.workers > 0 {
		options = append(options, fmt.Sprintf("--cpus-per-task=%d", o.workers))
	}
	return &slurm.Script{
		About:   fmt.Sprintf("Written by xbar sweep --slurm %d: each task computes what is left of a shard of the study.", o.study.tasks),
		Name:    jobName(study, path, dir, o.study.tasks),
		Tasks:   o.study.tasks,
		Options: append(options, o.study.sbatch...),
		Folder:  filepath.Join(dir, slurmFolder),
		Command: command,
	}
}

// jobName is the same for the same study in the same folder in as many parts, and for
// nothing else.
func jobName(study *sweep.Study, path, dir string, tasks int64) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)))
	return fmt.Sprintf("xbar-%s-%.6x", name, sha256.Sum256(fmt.Appendf(nil, "%s %s %d %s", study.Header.Study, study.Header.Version, tasks, dir)))
}

// copyProgram makes a copy of the program that runs.
func copyProgram(to string) error {
	from, err := os.Executable()
	if err != nil {
		return err
	}
	program, err := os.Open(from)
	if err != nil {
		return err
	}
	defer program.Close()
	return report.WriteProgram(to, func(w io.Writer) error {
		_, err := io.Copy(w, program)
		return err
	})
}

// describeFailures says of tasks that ended early what became of them, and of the first
// what it wrote last.
func describeFailures(failed []slurm.Failure, folder string) string {
	var again, lost, tasks []int64
	for _, f := range failed {
		if tasks = append(tasks, f.Task); f.Lost {
			lost = append(lost, f.Task)
		} else {
			again = append(again, f.Task)
		}
	}
	first := &failed[0]
	state := first.State
	if state == "" {
		state = "no longer known to Slurm"
	}
	path := filepath.Join(folder, slurm.Log(strconv.FormatInt(first.Task, 10)))
	text := fmt.Sprintf("%s ended with points missing; task %d: %s, and %s ", nameTasks(tasks), first.Task, state, path)
	if log, err := os.ReadFile(path); err != nil {
		text += "is not there: do the nodes see this folder?"
	} else if tail := lastLines(log); tail == "" {
		text += "is empty"
	} else {
		text += "ends\n" + tail
	}
	if len(again) > 0 {
		text += "\ntrying again: " + nameTasks(again)
	}
	if len(lost) > 0 {
		text += "\ngiven up: " + nameTasks(lost)
	}
	return text
}

func nameTasks(tasks []int64) string {
	if len(tasks) == 1 {
		return fmt.Sprintf("task %d", tasks[0])
	}
	return "tasks " + slurm.Ranges(tasks)
}

// lastLines are some of a log's, indented.
func lastLines(log []byte) string {
	const most, longest = 5, 200
	lines := bytes.Split(bytes.TrimSpace(log), []byte("\n"))
	var text []string
	for _, line := range lines[max(0, len(lines)-most):] {
		if len(line) > longest {
			line = append(line[:longest:longest], "…"...)
		}
		if len(line) > 0 {
			text = append(text, "\t"+string(line))
		}
	}
	return strings.Join(text, "\n")
}
