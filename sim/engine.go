package sim

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"xbar/sim/internal/eventq"
)

// Cycle is a point in time or a duration, in cycles of the machine's
// reference clock. A run starts at cycle 0.
type Cycle int64

// ComponentID names a component of one engine. The zero ID names nobody.
type ComponentID int32

// Event is a message to a component. A and B are the handler's own payload.
type Event struct {
	At   Cycle
	To   ComponentID
	Kind int32
	A, B int64
}

// Handler is a component's behaviour. An error stops the run.
type Handler interface {
	Handle(ev Event) error
}

// Engine dispatches events to components, in the order of the package's
// formula. It is not safe for concurrent use.
type Engine struct {
	queue     *eventq.Wheel[Event]
	handlers  []Handler // by ComponentID
	paths     []string  // by ComponentID
	taken     map[string]bool
	dirty     []*Resource // to be arbitrated at the end of this cycle
	resources []*Resource
	after     func() error // to be called at the end of this cycle
	onGrant   func(*Grant)
	events    int64
	check     int64 // events at which the context is looked at next
	running   bool
	err       *Error
}

// checkEvery is the number of events between two looks at the context. It is
// far below a millisecond of simple handlers.
const checkEvery = 4096

// New is an engine at cycle 0 without components.
func New() *Engine {
	return &Engine{
		queue:    eventq.New[Event](),
		handlers: []Handler{nobody{}},
		paths:    []string{"component 0"},
		taken:    make(map[string]bool),
	}
}

// nobody is the handler of the zero ComponentID.
type nobody struct{}

func (nobody) Handle(Event) error { return ErrUnknownComponent }

// Register adds a component under its path, such as "chip/tile3/adc". It
// panics if the path is empty or taken, or the handler is nil.
func (e *Engine) Register(path string, h Handler) ComponentID {
	switch {
	case path == "":
		panic("sim: component without a path")
	case h == nil:
		panic("sim: component " + path + " without a handler")
	case e.taken[path]:
		panic("sim: component " + path + " registered twice")
	}
	e.taken[path] = true
	e.handlers = append(e.handlers, h)
	e.paths = append(e.paths, path)
	return ComponentID(len(e.handlers) - 1)
}

// Path is the path a component was registered under.
func (e *Engine) Path(id ComponentID) string {
	if id < 0 || int(id) >= len(e.paths) {
		return fmt.Sprintf("component %d", id)
	}
	return e.paths[id]
}

// Now is the current cycle.
func (e *Engine) Now() Cycle { return Cycle(e.queue.Now()) }

// Events is the number of events dispatched so far, the one being handled
// included.
func (e *Engine) Events() int64 { return e.events }

// Schedule sends an event that arrives after delay cycles. With delay 0 it is
// handled in this cycle, after all events scheduled for it before. It panics
// on a negative delay.
func (e *Engine) Schedule(delay Cycle, to ComponentID, kind int32, a, b int64) {
	now := e.Now()
	at := now + delay
	if at < now {
		e.refuse(delay, to)
		return
	}
	ev := e.queue.Push(int64(at)) // filled field by field: see there
	ev.At = at
	ev.To = to
	ev.Kind = kind
	ev.A = a
	ev.B = b
}

// refuse deals with a delay after which there is no cycle.
func (e *Engine) refuse(delay Cycle, to ComponentID) {
	if delay < 0 {
		panic(fmt.Sprintf("sim: event to %s scheduled %d cycles ago", e.Path(to), -delay))
	}
	e.fail(e.Path(to), ErrEndOfTime)
}

// Run dispatches events until there is none left, a handler errs, or ctx is
// done. Its error is an [*Error]. Once it has failed it fails the same way
// whenever it is called; once it has run dry, more events may be scheduled and
// run. It panics if a handler calls it.
func (e *Engine) Run(ctx context.Context) error {
	if e.running {
		panic("sim: Run called while running")
	}
	e.running = true
	defer func() { e.running = false }()
	e.check = e.events
	for e.err == nil {
		e.drain(ctx)
		e.arbitrate()
		if e.after != nil && e.err == nil {
			e.runAfter()
		}
		if e.err == nil && !e.queue.Next() {
			return nil
		}
	}
	return e.err
}

// drain dispatches all events of the current cycle, those scheduled meanwhile
// included.
func (e *Engine) drain(ctx context.Context) {
	for e.err == nil {
		if e.events >= e.check {
			e.check = e.events + checkEvery
			if err := ctx.Err(); err != nil {
				e.fail("", err)
				return
			}
		}
		batch := e.queue.Batch()
		if len(batch) == 0 {
			return
		}
		e.dispatch(batch)
	}
}

func (e *Engine) dispatch(batch []Event) {
	for i := range batch {
		to := batch[i].To
		e.events++
		if uint(to) >= uint(len(e.handlers)) {
			e.fail(e.Path(to), ErrUnknownComponent)
			return
		}
		if err := e.handlers[to].Handle(batch[i]); err != nil {
			e.fail(e.Path(to), err)
			return
		}
	}
}

// arbitrate ends the cycle: requests made in it, and servers that came free
// in it, are matched.
func (e *Engine) arbitrate() {
	if len(e.dirty) == 0 || e.err != nil {
		return
	}
	slices.SortFunc(e.dirty, func(r, s *Resource) int { return cmp.Compare(r.order, s.order) })
	for _, r := range e.dirty {
		r.dirty = false
		r.arbitrate()
	}
	e.dirty = e.dirty[:0]
}

func (e *Engine) runAfter() {
	f := e.after
	e.after = nil
	if err := f(); err != nil {
		e.fail("", err)
	}
}

// fail keeps the first error.
func (e *Engine) fail(path string, cause error) {
	if e.err == nil {
		e.err = &Error{Path: path, At: e.Now(), Cause: cause}
	}
}
