package slurm

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// fake is a queue whose tasks run for a while, do some of what is left of their work, and
// end well or badly. Nothing in it knows of tries.
type fake struct {
	t       *rapid.T
	jobs    int64
	ends    map[int64]time.Time // of tasks in the queue
	left    []int64             // by task, from 1 on
	shown   []int64             // of it, what the folder shows
	stuck   []bool              // tasks that come to nothing
	submits []int               // times that a task was submitted
	reports []int               // failures that were told
	lost    []int64
	kept    map[int64]state // of tasks that have ended, until they are forgotten
	asked   time.Time
}

func (f *fake) submit(_ context.Context, tasks []int64) (string, error) {
	if !slices.IsSorted(tasks) || len(slices.Compact(slices.Clone(tasks))) != len(tasks) {
		f.t.Fatalf("submitted %v", tasks)
	}
	f.jobs++
	for _, i := range tasks {
		if _, there := f.ends[i]; there {
			f.t.Fatalf("task %d is in the queue, and submitted again", i)
		}
		if f.left[i] == 0 {
			f.t.Fatalf("task %d is done, and submitted again", i)
		}
		f.ends[i] = time.Now().Add(time.Duration(rapid.IntRange(0, 100).Draw(f.t, "seconds")) * time.Second)
		f.submits[i]++
	}
	return "job", nil
}

func (f *fake) states(context.Context) (map[int64]state, error) {
	if pause := time.Since(f.asked); !f.asked.IsZero() && (pause < shortestPause || pause > longestPause) {
		f.t.Fatalf("asked again after %v", pause)
	}
	f.asked = time.Now()
	if f.jobs > 0 && rapid.IntRange(0, 9).Draw(f.t, "silent") == 0 {
		return nil, errors.New("no answer")
	}
	copy(f.shown, f.left)
	states := map[int64]state{}
	for i, end := range f.ends {
		if time.Now().Before(end) {
			states[i] = state{f.jobs, rapid.SampledFrom([]string{"PENDING", "RUNNING", "COMPLETING", "SUSPENDED"}).Draw(f.t, "state"), "None"}
			continue
		}
		delete(f.ends, i)
		if f.left[i] > 0 && !f.stuck[i] {
			f.left[i] -= rapid.Int64Range(1, f.left[i]).Draw(f.t, "done")
		}
		f.kept[i] = state{f.jobs, rapid.SampledFrom([]string{"COMPLETED", "FAILED", "TIMEOUT"}).Draw(f.t, "end"), "Why"}
	}
	for i, s := range f.kept {
		if _, again := f.ends[i]; again || rapid.Bool().Draw(f.t, "forgotten") {
			delete(f.kept, i)
			continue
		}
		states[i] = s
	}
	return states, nil
}

// Whatever becomes of tasks, none is submitted that is done or in the queue, all that come
// to something are done in the end, and those that do not are given up after three tries.
func TestEveryTaskIsDoneOrLost(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		bubble(t, func() {
			n := rapid.Int64Range(1, 6).Draw(rt, "tasks")
			f := &fake{
				t: rt, ends: map[int64]time.Time{}, kept: map[int64]state{},
				left: make([]int64, n+1), shown: make([]int64, n+1), stuck: make([]bool, n+1), submits: make([]int, n+1), reports: make([]int, n+1),
			}
			var stuck []int64
			for i := range n {
				f.left[i+1] = rapid.Int64Range(0, 5).Draw(rt, "left")
				f.stuck[i+1] = rapid.IntRange(0, 3).Draw(rt, "stuck") == 0
				if f.stuck[i+1] && f.left[i+1] > 0 {
					stuck = append(stuck, i+1)
				}
			}
			copy(f.shown, f.left)
			there := rapid.Int64Range(0, n).Draw(rt, "there") // in the queue, from another time
			if f.left[max(there, 1)] > 0 && there > 0 {
				f.ends[there] = time.Now().Add(time.Minute)
			}
			w := &Work{
				Tasks: n,
				Left:  func(i int64) (int64, error) { return f.shown[i], nil },
				Begun: func(string, []int64) {},
				Failed: func(all []Failure) {
					for _, x := range all {
						if f.reports[x.Task]++; x.Lost {
							f.lost = append(f.lost, x.Task)
						}
					}
				},
				Progress: func(Progress) {},
			}
			err := w.run(context.Background(), f)
			var lost *LostError
			if errors.As(err, &lost) {
				err = nil
				slices.Sort(lost.Tasks)
				slices.Sort(f.lost)
				if !slices.Equal(lost.Tasks, stuck) || !slices.Equal(f.lost, stuck) {
					rt.Fatalf("lost %v, told %v, and not %v", lost.Tasks, f.lost, stuck)
				}
			} else if len(stuck) > 0 {
				rt.Fatalf("%v, but tasks %v come to nothing", err, stuck)
			}
			if err != nil {
				rt.Fatal(err)
			}
			for i := int64(1); i <= n; i++ {
				tries := f.submits[i]
				if i == there {
					tries++
				}
				switch {
				case slices.Contains(stuck, i) && i != there && tries != mostTries:
					rt.Fatalf("task %d was tried %d times", i, tries)
				case !f.stuck[i] && f.left[i] > 0:
					rt.Fatalf("task %d has %d left", i, f.left[i])
				case !f.stuck[i] && i != there && f.reports[i] != max(tries-1, 0):
					rt.Fatalf("task %d: %d tries, %d of them told to have failed", i, tries, f.reports[i])
				}
			}
		})
	})
}

// bubble runs f on a clock of its own, and panics as it does, which is how rapid fails.
func bubble(t *testing.T, f func()) {
	var failed any
	synctest.Test(t, func(*testing.T) {
		defer func() { failed = recover() }()
		f()
	})
	if failed != nil {
		panic(failed)
	}
}

// A Slurm that has nothing to say at first is an error at once, and one that falls silent
// is asked ten times.
func TestSilence(t *testing.T) {
	for _, answers := range []int{0, 2} {
		synctest.Test(t, func(t *testing.T) {
			q := &silent{answers: answers}
			w := &Work{Tasks: 1, Left: func(int64) (int64, error) { return 1, nil }, Begun: func(string, []int64) {}, Progress: func(Progress) {}}
			err := w.run(context.Background(), q)
			want := 1
			if answers > 0 {
				want = answers + mostSilence
			}
			if err == nil || err.Error() != "gone" || q.asked != want {
				t.Errorf("%v after %d questions, not %d", err, q.asked, want)
			}
		})
	}
}

type silent struct{ answers, asked int }

func (s *silent) submit(context.Context, []int64) (string, error) { return "1", nil }

func (s *silent) states(context.Context) (map[int64]state, error) {
	if s.asked++; s.asked > s.answers {
		return nil, errors.New("gone")
	}
	return map[int64]state{1: {1, "RUNNING", "None"}}, nil
}

func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
		defer cancel()
		w := &Work{Tasks: 1, Left: func(int64) (int64, error) { return 1, nil }, Begun: func(string, []int64) {}, Progress: func(Progress) {}}
		if err := w.run(ctx, &silent{answers: 1e9}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

// Lines are those of Slurm 22.05.
func TestStates(t *testing.T) {
	states := parseStates("7 3 PENDING Resources\n7 4 PENDING (null)\n5 1 FAILED NonZeroExitCode\n7 1 RUNNING None\n7 2 CANCELLED None\n5 2 COMPLETED None\nCLUSTER: a\n7 N/A RUNNING None\n")
	for task, want := range map[int64]string{1: "RUNNING", 2: "CANCELLED", 3: "PENDING (Resources)", 5: ""} {
		s := states[task]
		if got := s.String(); got != want {
			t.Errorf("task %d: %q, not %q", task, got, want)
		}
	}
	if len(states) != 4 {
		t.Errorf("%d states", len(states))
	}
}

func TestProgress(t *testing.T) {
	var p Progress
	for _, s := range parseStates("7 1 RUNNING None\n7 2 PENDING Resources\n7 3 PENDING PartitionConfig\n7 4 COMPLETING None\n") {
		p.add(&s)
	}
	if want := (Progress{2, 2, "PartitionConfig"}); p != want {
		t.Errorf("%+v, not %+v", p, want)
	}
}

func TestRanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfNDistinct(rapid.Int64Range(1, 30), 1, 20, rapid.ID).Draw(t, "numbers")
		slices.Sort(numbers)
		var back []int64
		for part := range strings.SplitSeq(Ranges(numbers), ",") {
			first, last, isRange := strings.Cut(part, "-")
			if !isRange {
				last = first
			}
			for i := parse(t, first); i <= parse(t, last); i++ {
				back = append(back, i)
			}
		}
		if !slices.Equal(back, numbers) {
			t.Fatalf("%v: %s", numbers, Ranges(numbers))
		}
	})
}

func parse(t *rapid.T, text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A shell reads a script's words as they were.
func TestScript(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[ -~äß\n]{1,12}`).Draw(t, "word")
		folder, err := os.MkdirTemp("", "it's $HOME")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(folder)
		s := Script{Folder: folder, Command: "printf '%s:%s' \"$PWD\" " + Quote(word)}
		out, err := exec.Command("sh", "-c", s.String()).Output()
		if err != nil || string(out) != folder+":"+word {
			t.Fatalf("%q, %v, not %q", out, err, word)
		}
	})
}
