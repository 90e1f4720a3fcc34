package slurm

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"
)

// Work is what the tasks of an array do.
type Work struct {
	Tasks    int64
	Left     func(task int64) (int64, error) // what is not done of a part, from 1 on
	Begun    func(job string, tasks []int64) // tasks have been submitted
	Failed   func([]Failure)                 // tasks have ended early; called before they are submitted again
	Progress func(Progress)                  // called before tasks are submitted
}

// Progress is tasks in the queue.
type Progress struct {
	Running, Waiting int
	Why              string // that for which one of them waits that is not waiting its turn
}

// Failure is a task that ended with work left.
type Failure struct {
	Task  int64
	State string // as Slurm has it; "" is not known
	Tries int    // in a row that came to nothing
	Lost  bool   // it is not tried again
}

// Run submits the tasks whose work is not done, unless they are in the queue already, and
// waits until all is. When ctx ends before, the jobs go on.
func (c *Cluster) Run(ctx context.Context, w *Work) error { return w.run(ctx, c) }

// queue is what is asked of Slurm.
type queue interface {
	submit(ctx context.Context, tasks []int64) (job string, err error)
	states(ctx context.Context) (map[int64]state, error)
}

// Slurm's administrators ask for few questions.
const (
	shortestPause = time.Second
	longestPause  = 30 * time.Second
	mostTries     = 3
	mostSilence   = 10 // questions in a row that Slurm does not answer
)

// LostError is that of tasks that came to nothing however often they were tried.
type LostError struct{ Tasks []int64 }

func (e *LostError) Error() string {
	return fmt.Sprintf("of the tasks, %s came to nothing %d times in a row", Ranges(e.Tasks), mostTries)
}

// task is a part of the work that is not done.
type task struct {
	number int64
	left   int64 // when it was submitted
	tries  int   // in a row that came to nothing, or may; 0: it is not in the queue
	gone   bool  // it was not in the queue when Slurm was last asked
}

func (w *Work) run(ctx context.Context, q queue) error {
	r := run{Work: w, queue: q, pause: shortestPause}
	for i := range w.Tasks {
		r.open = append(r.open, &task{number: i + 1, left: math.MaxInt64})
	}
	silence := mostSilence - 1 // the first question shows whether there is a Slurm that answers
	for {
		states, err := q.states(ctx)
		if err == nil {
			silence = 0
			if err := r.step(ctx, states); err != nil {
				return err
			}
		} else if silence++; silence == mostSilence {
			return err
		}
		if len(r.open) == 0 {
			return r.result()
		}
		select {
		case <-time.After(r.pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		r.pause = min(r.pause*3/2, longestPause)
	}
}

// run is work that is waited for.
type run struct {
	*Work
	queue queue
	open  []*task
	lost  []int64
	pause time.Duration // before Slurm is asked again
}

func (r *run) result() error {
	if len(r.lost) > 0 {
		return &LostError{r.lost}
	}
	return nil
}

// step finds out from the states which tasks are done, and submits those that are neither
// that nor in the queue.
func (r *run) step(ctx context.Context, states map[int64]state) error {
	var open, again []*task
	var failed []Failure
	var now Progress
	for _, t := range r.open {
		s := states[t.number]
		if s.active() {
			t.gone, t.tries = false, max(t.tries, 1)
			open = append(open, t)
			now.add(&s)
			continue
		}
		left, err := r.Left(t.number)
		if err != nil {
			return err
		}
		if left == 0 {
			continue
		}
		// A folder may show what a task has written a while after it has ended.
		if t.tries > 0 && !t.gone {
			t.gone = true
			open = append(open, t)
			continue
		}
		if t.tries > 0 {
			f := t.failed(s, left)
			if failed = append(failed, f); f.Lost {
				r.lost = append(r.lost, t.number)
				continue
			}
		}
		t.left = left
		open, again = append(open, t), append(again, t)
	}
	r.open = open
	if len(failed) > 0 {
		r.Failed(failed)
	}
	r.Progress(now)
	return r.submit(ctx, again)
}

func (p *Progress) add(s *state) {
	if !s.waits() {
		p.Running++
		return
	}
	if p.Waiting++; !itsTurn[s.why] {
		p.Why = s.why
	}
}

// itsTurn lists what a job waits for as a rule.
var itsTurn = map[string]bool{"": true, "(null)": true, "None": true, "Resources": true, "Priority": true, "BeginTime": true, "JobArrayTaskLimit": true}

// failed is what is to be said of a task that has ended with work left.
func (t *task) failed(s state, left int64) Failure {
	if left < t.left {
		t.tries = 0
	}
	return Failure{t.number, s.String(), t.tries, t.tries == mostTries}
}

func (r *run) submit(ctx context.Context, again []*task) error {
	if len(again) == 0 {
		return nil
	}
	var tasks []int64
	for _, t := range again {
		t.tries++
		t.gone = false
		tasks = append(tasks, t.number)
	}
	job, err := r.queue.submit(ctx, tasks)
	if err != nil {
		return err
	}
	r.pause = shortestPause
	r.Begun(job, tasks)
	return nil
}

// Ranges are numbers that rise, as people and sbatch write them: 1-4,7.
func Ranges(numbers []int64) string {
	var b strings.Builder
	for i := 0; i < len(numbers); i++ {
		first := numbers[i]
		for i+1 < len(numbers) && numbers[i+1] == numbers[i]+1 {
			i++
		}
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		if fmt.Fprint(&b, first); numbers[i] > first {
			fmt.Fprintf(&b, "-%d", numbers[i])
		}
	}
	return b.String()
}
