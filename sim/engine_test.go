package sim_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim"
)

// handle is a handler made of a function.
type handle func(ev sim.Event) error

func (h handle) Handle(ev sim.Event) error { return h(ev) }

func ignore(sim.Event) error { return nil }

// follow is what an event schedules when it is handled.
type follow struct {
	delay sim.Cycle
	kind  int32
	count int // so many times over
}

// program says what each kind of event schedules. Kinds only schedule larger
// kinds, so every program ends.
type program [][]follow

var programs = rapid.Custom(func(t *rapid.T) program {
	delay := rapid.OneOf(
		rapid.Just(sim.Cycle(0)),
		rapid.Map(rapid.Int64Range(0, 3), cycle),
		rapid.Map(rapid.Int64Range(1020, 1030), cycle),
		rapid.Map(rapid.Int64Range(0, 5000), cycle),
		rapid.Map(rapid.Int64Range(0, 1<<50), cycle),
	)
	kinds := rapid.IntRange(1, 8).Draw(t, "kinds")
	p := make(program, kinds)
	for kind := range kinds - 1 {
		for range rapid.IntRange(0, 3).Draw(t, "follows") {
			p[kind] = append(p[kind], follow{
				delay: delay.Draw(t, "delay"),
				kind:  int32(rapid.IntRange(kind+1, kinds-1).Draw(t, "kind")),
				count: rapid.SampledFrom([]int{1, 1, 1, 1, 2, 40}).Draw(t, "count"),
			})
		}
	}
	return p
})

func cycle(n int64) sim.Cycle { return sim.Cycle(n) }

// most is the number of events after which a program schedules no more.
const most = 2000

// TestOrder runs programs on the engine and on a sorted slice.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := programs.Draw(t, "program")
		got, want := runEngine(t, p), runModel(p)
		if !slices.Equal(got, want) {
			i := 0
			for i < min(len(got), len(want)) && got[i] == want[i] {
				i++
			}
			t.Fatalf("%d and %d events, different from event %d on:\n%v\n%v", len(got), len(want), i, got[i:], want[i:])
		}
	})
}

// play schedules what an event of a kind calls for. Payload A counts events
// in schedule order.
func (p program) play(kind int32, scheduled *int64, schedule func(delay sim.Cycle, to sim.ComponentID, kind int32, a, b int64)) {
	for _, f := range p[kind] {
		for range f.count {
			if *scheduled < most {
				schedule(f.delay, sim.ComponentID(1+*scheduled%3), f.kind, *scheduled, -*scheduled)
				*scheduled++
			}
		}
	}
}

func runEngine(t *rapid.T, p program) []sim.Event {
	var trace []sim.Event
	var scheduled int64
	e := sim.New()
	for i := range 3 {
		id := sim.ComponentID(i + 1)
		e.Register(fmt.Sprintf("c%d", i), handle(func(ev sim.Event) error {
			if ev.To != id || ev.At != e.Now() {
				return fmt.Errorf("%v came to component %d", ev, id)
			}
			trace = append(trace, ev)
			if e.Events() != int64(len(trace)) {
				return fmt.Errorf("event %d is counted as %d", len(trace), e.Events())
			}
			p.play(ev.Kind, &scheduled, e.Schedule)
			return nil
		}))
	}
	p.play(0, &scheduled, e.Schedule)
	if err := e.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	return trace
}

func runModel(p program) []sim.Event {
	var trace, pending []sim.Event // pending in the order of the package's formula
	var now sim.Cycle
	var scheduled int64
	schedule := func(delay sim.Cycle, to sim.ComponentID, kind int32, a, b int64) {
		ev := sim.Event{At: now + delay, To: to, Kind: kind, A: a, B: b}
		i, _ := slices.BinarySearchFunc(pending, ev.At+1, func(x sim.Event, at sim.Cycle) int { return cmp.Compare(x.At, at) })
		pending = slices.Insert(pending, i, ev)
	}
	p.play(0, &scheduled, schedule)
	for len(pending) > 0 {
		ev := pending[0]
		pending = pending[1:]
		now = ev.At
		trace = append(trace, ev)
		p.play(ev.Kind, &scheduled, schedule)
	}
	return trace
}

// TestSameCycleOrder pins the order at one time: schedule order, across
// components, near and far, events scheduled meanwhile last.
func TestSameCycleOrder(t *testing.T) {
	e := sim.New()
	var got []int64
	var a, b sim.ComponentID
	note := handle(func(ev sim.Event) error {
		got = append(got, ev.A)
		if ev.A == 2 {
			e.Schedule(0, a, 0, 6, 0)
		}
		if ev.A == 5 {
			e.Schedule(0, b, 0, 7, 0)
		}
		return nil
	})
	a = e.Register("a", note)
	b = e.Register("b", note)
	late := e.Register("late", handle(func(sim.Event) error {
		e.Schedule(1000, a, 0, 4, 0) // cycle 5000 is near now: straight into the wheel
		e.Schedule(1000, b, 0, 5, 0)
		return nil
	}))
	e.Schedule(5000, b, 0, 1, 0) // and far at first: by way of the overflow
	e.Schedule(5000, a, 0, 2, 0)
	e.Schedule(5000, b, 0, 3, 0)
	e.Schedule(4000, late, 0, 0, 0)
	if err := e.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if want := []int64{1, 2, 3, 4, 5, 6, 7}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
	if e.Now() != 5000 || e.Events() != 8 {
		t.Errorf("cycle %d after %d events, want 5000 and 8", e.Now(), e.Events())
	}
}

func TestRunGoesOn(t *testing.T) {
	e := sim.New()
	id := e.Register("c", handle(ignore))
	for range 3 {
		e.Schedule(7, id, 0, 0, 0)
		if err := e.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if e.Now() != 21 || e.Events() != 3 {
		t.Errorf("cycle %d after %d events, want 21 and 3", e.Now(), e.Events())
	}
}

func TestErrors(t *testing.T) {
	broken := errors.New("broken")
	tests := []struct {
		name  string
		cause error
		text  string
		setup func(e *sim.Engine, bad sim.ComponentID)
	}{
		{"handler", broken, "chip/bad: cycle 12: broken", func(e *sim.Engine, bad sim.ComponentID) {
			e.Schedule(12, bad, 0, 0, 0)
		}},
		{"beyond the last component", sim.ErrUnknownComponent, "component 99: cycle 3: event to a component that is not registered", func(e *sim.Engine, bad sim.ComponentID) {
			e.Schedule(3, 99, 0, 0, 0)
		}},
		{"zero component", sim.ErrUnknownComponent, "component 0: cycle 3: event to a component that is not registered", func(e *sim.Engine, bad sim.ComponentID) {
			e.Schedule(3, 0, 0, 0, 0)
		}},
		{"negative component", sim.ErrUnknownComponent, "component -1: cycle 3: event to a component that is not registered", func(e *sim.Engine, bad sim.ComponentID) {
			e.Schedule(3, -1, 0, 0, 0)
		}},
		{"end of time", sim.ErrEndOfTime, "chip/bad: cycle 5: event scheduled after the end of time, cycle 2⁶³−1", func(e *sim.Engine, bad sim.ComponentID) {
			id := e.Register("late", handle(func(sim.Event) error {
				e.Schedule(math.MaxInt64, bad, 0, 0, 0)
				return nil
			}))
			e.Schedule(5, id, 0, 0, 0)
		}},
		{"end of time in a grant", sim.ErrEndOfTime, "chip/bad: cycle 5: event scheduled after the end of time, cycle 2⁶³−1", func(e *sim.Engine, bad sim.ComponentID) {
			bus := e.NewResource("bus", 1)
			id := e.Register("late", handle(func(sim.Event) error {
				bus.Request(0, math.MaxInt64, bad, 0, 0, 0)
				bus.Request(1, 1, bad, 0, 0, 0)
				return nil
			}))
			e.Schedule(5, id, 0, 0, 0)
		}},
		{"server of a grant", broken, "chip/bad: cycle 4: broken", func(e *sim.Engine, bad sim.ComponentID) {
			e.NewResource("bus", 1).Request(0, 4, bad, 0, 0, 0)
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := sim.New()
			bad := e.Register("chip/bad", handle(func(sim.Event) error { return broken }))
			after := e.Register("chip/after", handle(ignore))
			test.setup(e, bad)
			e.Schedule(1000, after, 0, 0, 0)
			err := e.Run(context.Background())
			var located *sim.Error
			if !errors.As(err, &located) || !errors.Is(err, test.cause) {
				t.Fatalf("error %v, want %v", err, test.cause)
			}
			if err.Error() != test.text {
				t.Errorf("error %q, want %q", err, test.text)
			}
			if located.At != e.Now() || e.Now() == 1000 {
				t.Errorf("error at cycle %d, engine at %d", located.At, e.Now())
			}
			events := e.Events()
			if again := e.Run(context.Background()); again != err || e.Events() != events {
				t.Errorf("second run: %v after %d events, want %v after %d", again, e.Events(), err, events)
			}
		})
	}
}

// TestErrorStopsTheCycle checks that nothing runs after the error, in the
// same cycle neither.
func TestErrorStopsTheCycle(t *testing.T) {
	e := sim.New()
	id := e.Register("c", handle(func(ev sim.Event) error {
		if ev.A == 3 {
			return errors.New("broken")
		}
		return nil
	}))
	for a := range int64(10) {
		e.Schedule(1, id, 0, a, 0)
	}
	if err := e.Run(context.Background()); err == nil || e.Events() != 4 {
		t.Errorf("error %v after %d events, want one after 4", err, e.Events())
	}
}

func TestMisusePanics(t *testing.T) {
	e := sim.New()
	id := e.Register("chip/adc", handle(ignore))
	bus := e.NewResource("chip/bus", 1)
	again := e.Register("again", handle(func(sim.Event) error { return e.Run(context.Background()) }))
	tests := map[string]func(){
		"registered twice":       func() { e.Register("chip/adc", handle(ignore)) },
		"chip/bus registered":    func() { e.NewResource("chip/bus", 1) },
		"without a path":         func() { e.Register("", handle(ignore)) },
		"without a handler":      func() { e.Register("x", nil) },
		"scheduled 1 cycles ago": func() { e.Schedule(-1, id, 0, 0, 0) },
		"for 0 cycles":           func() { bus.Request(0, 0, id, 0, 0, 0) },
		"with 0 servers":         func() { e.NewResource("y", 0) },
		"Run called while":       func() { e.Schedule(0, again, 0, 0, 0); _ = e.Run(context.Background()) },
	}
	for want, misuse := range tests {
		t.Run(want, func(t *testing.T) {
			defer func() {
				if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
					t.Errorf("panic %q, want %q", got, want)
				}
			}()
			misuse()
		})
	}
}

func TestCancelBeforeRun(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	e := sim.New()
	e.Schedule(1, e.Register("c", handle(ignore)), 0, 0, 0)
	if err := e.Run(ctx); !errors.Is(err, context.Canceled) || e.Events() != 0 {
		t.Errorf("error %v after %d events, want %v after none", err, e.Events(), context.Canceled)
	}
}

// TestCancelWithinCycle cancels a run that stays in one cycle forever, either
// by a chain of single events or because the cycle holds very many.
func TestCancelWithinCycle(t *testing.T) {
	for _, pending := range []int{1, 1_000_000} {
		ctx, cancel := context.WithCancel(context.Background())
		e := sim.New()
		var id sim.ComponentID
		id = e.Register("c", handle(func(sim.Event) error {
			if e.Events() == 10_000 {
				cancel()
			}
			e.Schedule(0, id, 0, 0, 0)
			return nil
		}))
		for range pending {
			e.Schedule(3, id, 0, 0, 0)
		}
		err := e.Run(ctx)
		if !errors.Is(err, context.Canceled) || e.Now() != 3 || e.Events() > 20_000 {
			t.Errorf("error %v in cycle %d after %d events", err, e.Now(), e.Events())
		}
	}
}

// TestNoAllocations covers the wheel, the overflow and a contended resource.
func TestNoAllocations(t *testing.T) {
	e := sim.New()
	bus := e.NewResource("bus", 2)
	delays := []sim.Cycle{0, 1, 7, 500, 1500, 20_000}
	left := 0
	var id sim.ComponentID
	id = e.Register("c", handle(func(ev sim.Event) error {
		left--
		switch {
		case left < 0:
		case left%7 == 0:
			bus.Request(uint64(left), 3, id, 0, 0, 0)
		default:
			e.Schedule(delays[left%len(delays)], id, 0, 0, 0)
		}
		return nil
	}))
	run := func() {
		left = 20_000
		for range 500 {
			e.Schedule(1, id, 0, 0, 0)
		}
		if err := e.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if allocs := testing.AllocsPerRun(5, run); allocs != 0 {
		t.Errorf("%v allocations in 20,000 events, want none", allocs)
	}
	if bus.MaxQueue() == 0 {
		t.Error("the resource was never contended")
	}
}
