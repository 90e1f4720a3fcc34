package sim_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim"
)

// belt sends jobs through stages in turn, so many at once: the next is sent when
// one is done.
type belt struct {
	engine       *sim.Engine
	self         sim.ComponentID
	stages       []*sim.Resource // nil: a delay
	times        []sim.Cycle
	jobs, window int64
	sent, done   int64
	end          sim.Cycle

	leaps  bool
	states [][]int64
	kept   []int64 // jobs done in each state
	marks  []sim.Mark
}

func (b *belt) Handle(ev sim.Event) error {
	if int(ev.Kind) < len(b.stages) {
		b.enter(int(ev.Kind), ev.A)
		return nil
	}
	b.done++
	b.end = b.engine.Now()
	b.send()
	if b.leaps {
		b.engine.AfterCycle(b.look)
	}
	return nil
}

func (b *belt) enter(stage int, job int64) {
	if r := b.stages[stage]; r != nil {
		r.Request(uint64(job), b.times[stage], b.self, int32(stage+1), job, 0)
		return
	}
	b.engine.Schedule(b.times[stage], b.self, int32(stage+1), job, 0)
}

func (b *belt) send() {
	for b.sent < b.jobs && b.sent-b.done < b.window {
		b.sent++
		b.enter(0, b.sent-1)
	}
}

// look leaps as far as it can when a state comes again.
func (b *belt) look() error {
	state := b.engine.State([]int64{b.sent - b.done}, func(to sim.ComponentID, a, _ int64) int64 {
		if to == b.self {
			return a - b.done
		}
		return a
	})
	for i := range b.states {
		period := b.done - b.kept[i]
		if !slices.Equal(state, b.states[i]) || period == 0 {
			continue
		}
		times := (b.jobs - 1 - b.sent) / period
		if times < 1 {
			return nil
		}
		ahead := times * period
		b.engine.Leap(&b.marks[i], times, func(to sim.ComponentID, a, _ int64, key uint64) (int64, uint64) {
			if to != b.self {
				return a, key
			}
			return a + ahead, key + uint64(ahead)
		})
		b.sent, b.done, b.leaps = b.sent+ahead, b.done+ahead, false
		return nil
	}
	b.states = append(b.states, state)
	b.kept = append(b.kept, b.done)
	b.marks = append(b.marks, sim.Mark{})
	b.engine.Mark(&b.marks[len(b.marks)-1])
	return nil
}

// A run that leaps over periods ends when one that goes through them does, with
// the same to show for it.
func TestLeap(t *testing.T) {
	far, runs := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		stages := rapid.IntRange(1, 4).Draw(t, "stages")
		servers := rapid.SliceOfN(rapid.IntRange(-1, 3), stages, stages).Draw(t, "servers") // −1: a channel
		times := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(1, 9), rapid.Int64Range(1000, 3000)), stages, stages).Draw(t, "times")
		window, jobs := rapid.Int64Range(1, 8).Draw(t, "window"), rapid.Int64Range(1, 300).Draw(t, "jobs")
		latency := sim.Cycle(rapid.Int64Range(1, 12).Draw(t, "latency"))
		run := func(leaps bool) *belt {
			b := &belt{engine: sim.New(), jobs: jobs, window: window, leaps: leaps}
			b.self = b.engine.Register("belt", b)
			for i, n := range servers {
				var r *sim.Resource
				switch name := string(rune('a' + i)); {
				case n > 0:
					r = b.engine.NewResource(name, n)
				case n < 0:
					r = b.engine.NewChannel(name, latency, int32(i))
				}
				b.stages, b.times = append(b.stages, r), append(b.times, sim.Cycle(times[i]))
			}
			b.send()
			if err := b.engine.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			return b
		}
		whole, leapt := run(false), run(true)
		if whole.end != leapt.end || whole.done != jobs || leapt.done != jobs {
			t.Fatalf("%d jobs end at %d, %d jobs at %d", whole.done, whole.end, leapt.done, leapt.end)
		}
		for i, r := range whole.stages {
			if s := leapt.stages[i]; r != nil && (r.BusyCycles() != s.BusyCycles() || r.Waited() != s.Waited() || r.MaxQueue() != s.MaxQueue()) {
				t.Fatalf("%s: busy %d and %d, waited %d and %d, queue %d and %d", r.Path(), r.BusyCycles(), s.BusyCycles(), r.Waited(), s.Waited(), r.MaxQueue(), s.MaxQueue())
			}
		}
		runs++
		if leapt.engine.Events() < whole.engine.Events()/2 {
			far++
		}
	})
	if far < runs/10 { // about half do
		t.Errorf("%d of %d runs leapt over more than half", far, runs)
	}
}
