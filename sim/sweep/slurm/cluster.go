package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
)

// Cluster is the Slurm that sbatch and squeue speak to, and a script that it is to run.
type Cluster struct {
	Name   string // of the jobs
	Folder string // in which they run
	Script string // in the folder
}

// Find errs if there is no Slurm.
func Find() error {
	for _, program := range []string{"sbatch", "squeue"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("no program %s: this wants a machine with Slurm's commands, such as a login node of a cluster", program)
		}
	}
	return nil
}

// submit queues tasks as one job. What is said here goes before what is in the script and
// in the environment.
func (c *Cluster) submit(ctx context.Context, tasks []int64) (job string, err error) {
	out, err := c.run(ctx, "sbatch", "--parsable", "--job-name="+c.Name, "--array="+Ranges(tasks), "--output="+Log("%a"), c.Script)
	if err != nil {
		return "", err
	}
	job, _, _ = strings.Cut(strings.TrimSpace(out), ";") // the cluster's name may follow
	return job, nil
}

// Log is the name of the file that holds what a task has written, of the last try.
func Log(task string) string { return "task-" + task + ".log" }

// state is what Slurm says of a task, such as RUNNING or FAILED, and why; "" where it has
// forgotten it.
type state struct {
	job       int64
	name, why string
}

// ended lists the states after which nothing of a task goes on. One that is not known
// here is waited for: Slurm forgets jobs that have ended after minutes.
var ended = map[string]bool{
	"": true, "BOOT_FAIL": true, "CANCELLED": true, "COMPLETED": true, "DEADLINE": true, "FAILED": true,
	"NODE_FAIL": true, "OUT_OF_MEMORY": true, "PREEMPTED": true, "REVOKED": true, "TIMEOUT": true,
}

func (s *state) active() bool { return !ended[s.name] }

func (s *state) waits() bool { return s.name == "PENDING" || s.name == "CONFIGURING" }

func (s *state) String() string {
	if s.why == "" || s.why == "None" {
		return s.name
	}
	return s.name + " (" + s.why + ")"
}

// states are those of the tasks that Slurm knows by the array's name; of one that was
// submitted more than once, that which is active, or else the last.
func (c *Cluster) states(ctx context.Context) (map[int64]state, error) {
	out, err := c.run(ctx, "squeue", "--me", "--name="+c.Name, "--array", "--states=all", "--noheader", "--format=%F %K %T %r")
	if err != nil {
		return nil, err
	}
	return parseStates(out), nil
}

func parseStates(out string) map[int64]state {
	states := map[int64]state{}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		job, err := strconv.ParseInt(fields[0], 10, 64)
		task, errTask := strconv.ParseInt(fields[1], 10, 64)
		if err != nil || errTask != nil {
			continue
		}
		s := state{job, fields[2], strings.Join(fields[3:], " ")}
		before, found := states[task]
		if !found || s.active() && !before.active() || s.active() == before.active() && s.job > before.job {
			states[task] = s
		}
	}
	return states
}

// run gives what a program prints, or what it complains of.
func (c *Cluster) run(ctx context.Context, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = c.Folder
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err == nil {
		return string(out), nil
	}
	var exit *exec.ExitError
	if said := strings.TrimSpace(stderr.String()); errors.As(err, &exit) && said != "" {
		var lines []string
		for line := range strings.Lines(said) {
			lines = append(lines, strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), program+": "), "error: "))
		}
		return "", fmt.Errorf("%s: %s", program, strings.Join(lines, "; "))
	}
	return "", fmt.Errorf("%s: %w", program, err)
}
