package xbar_test

import (
	"container/heap"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"xbar/sim"
)

// ---- The event core ----
//
// The hold model: a constant number of events is pending; the handler of each
// schedules one more. ns/op is the cost of one event, scheduled and dispatched.
// spread=0 has all events at one time, one cycle ahead; spread=S has delays
// uniform on 1–S cycles.

var (
	pendings = []int{1, 1_000, 100_000}
	spreads  = []int{0, 1024}
)

func BenchmarkEngine(b *testing.B) {
	for _, pending := range pendings {
		for _, spread := range spreads {
			name := fmt.Sprintf("pending=%d/spread=%d", pending, spread)
			b.Run(name+"/wheel", func(b *testing.B) { benchmarkHold(b, newWheelHold(spread), pending) })
			b.Run(name+"/heap", func(b *testing.B) { benchmarkHold(b, newHeapHold(spread), pending) })
		}
	}
}

func benchmarkHold(b *testing.B, h hold, pending int) {
	h.fill(pending, 4*pending)
	h.run()
	h.fill(pending, b.N)
	b.ReportAllocs()
	b.ResetTimer()
	h.run()
}

// BenchmarkEngineSpeedup runs both in turn, b.N events of each in all, and
// compares their medians, so that a noisy neighbour or a warm processor favours
// neither.
func BenchmarkEngineSpeedup(b *testing.B) {
	for _, pending := range pendings {
		for _, spread := range spreads {
			b.Run(fmt.Sprintf("pending=%d/spread=%d", pending, spread), func(b *testing.B) {
				benchmarkSpeedup(b, newWheelHold(spread), newHeapHold(spread), pending)
			})
		}
	}
}

func benchmarkSpeedup(b *testing.B, wheel, heap hold, pending int) {
	const rounds = 9
	events := max(b.N/rounds, 4*pending)
	perEvent := func(h hold) float64 {
		h.fill(pending, events)
		start := time.Now()
		h.run()
		return float64(time.Since(start).Nanoseconds()) / float64(events)
	}
	perEvent(wheel)
	perEvent(heap)
	var wheels, heaps []float64
	for range rounds {
		wheels = append(wheels, perEvent(wheel))
		heaps = append(heaps, perEvent(heap))
	}
	b.ReportMetric(median(wheels), "wheel-ns/event")
	b.ReportMetric(median(heaps), "heap-ns/event")
	b.ReportMetric(median(heaps)/median(wheels), "x-faster")
	b.ReportMetric(0, "ns/op") // the sum of the two says nothing
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// hold is one implementation of the hold model. fill schedules the pending
// events and sets how many are handled in all; run handles them.
type hold interface {
	fill(pending, total int)
	run()
}

// holder is the work that the handlers of both implementations do.
type holder struct {
	spread uint64
	state  uint64
	left   int   // events yet to be scheduled
	sum    int64 // of the payloads, so that they are read
}

// next takes an event's payload and gives the delay of the one to follow;
// there is none when ok is false.
func (h *holder) next(a, b int64) (delay sim.Cycle, ok bool) {
	h.sum += a + b
	if h.left == 0 {
		return 0, false
	}
	h.left--
	return h.delay(), true
}

func (h *holder) delay() sim.Cycle {
	h.state ^= h.state << 13
	h.state ^= h.state >> 7
	h.state ^= h.state << 17
	return 1 + sim.Cycle(h.state>>32*h.spread>>32)
}

// wheelHold is the hold model on the simulator's engine.
type wheelHold struct {
	holder
	engine *sim.Engine
	self   sim.ComponentID
}

func newWheelHold(spread int) *wheelHold {
	h := &wheelHold{holder: holder{spread: uint64(spread), state: 1}, engine: sim.New()}
	h.self = h.engine.Register("hold", h)
	return h
}

func (h *wheelHold) fill(pending, total int) {
	h.left = max(total-pending, 0)
	for i := range min(pending, total) {
		h.engine.Schedule(h.delay(), h.self, 1, int64(i), 1)
	}
}

func (h *wheelHold) run() {
	if err := h.engine.Run(context.Background()); err != nil {
		panic(err)
	}
}

func (h *wheelHold) Handle(ev sim.Event) error {
	if delay, ok := h.next(ev.A, ev.B); ok {
		h.engine.Schedule(delay, h.self, ev.Kind, ev.A, ev.B)
	}
	return nil
}

// heapHold is the hold model on the textbook engine: container/heap over
// events that are interfaces, each of which knows its handler. It is spared
// the garbage: handled events are used again.
type heapHold struct {
	holder
	engine heapEngine
}

func newHeapHold(spread int) *heapHold {
	return &heapHold{holder: holder{spread: uint64(spread), state: 1}}
}

func (h *heapHold) fill(pending, total int) {
	h.left = max(total-pending, 0)
	for i := range min(pending, total) {
		h.engine.schedule(h.delay(), h, 1, int64(i), 1)
	}
}

func (h *heapHold) run() {
	if err := h.engine.run(); err != nil {
		panic(err)
	}
}

func (h *heapHold) handle(ev timedEvent) error {
	m := ev.(*message)
	if delay, ok := h.next(m.a, m.b); ok {
		h.engine.schedule(delay, h, m.kind, m.a, m.b)
	}
	return nil
}

type timedEvent interface {
	time() sim.Cycle
	order() int64
	target() eventHandler
}

type eventHandler interface {
	handle(ev timedEvent) error
}

type message struct {
	at   sim.Cycle
	seq  int64
	to   eventHandler
	kind int32
	a, b int64
}

func (m *message) time() sim.Cycle      { return m.at }
func (m *message) order() int64         { return m.seq }
func (m *message) target() eventHandler { return m.to }

type eventHeap []timedEvent

func (h eventHeap) Len() int      { return len(h) }
func (h eventHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *eventHeap) Push(x any)   { *h = append(*h, x.(timedEvent)) }

func (h eventHeap) Less(i, j int) bool {
	if a, b := h[i].time(), h[j].time(); a != b {
		return a < b
	}
	return h[i].order() < h[j].order()
}

func (h *eventHeap) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

type heapEngine struct {
	now   sim.Cycle
	seq   int64
	queue eventHeap
	spare []*message
}

func (e *heapEngine) schedule(delay sim.Cycle, to eventHandler, kind int32, a, b int64) {
	m := e.message()
	*m = message{at: e.now + delay, seq: e.seq, to: to, kind: kind, a: a, b: b}
	e.seq++
	heap.Push(&e.queue, m)
}

func (e *heapEngine) message() *message {
	last := len(e.spare) - 1
	if last < 0 {
		return new(message)
	}
	m := e.spare[last]
	e.spare = e.spare[:last]
	return m
}

func (e *heapEngine) run() error {
	for len(e.queue) > 0 {
		ev := heap.Pop(&e.queue).(timedEvent)
		e.now = ev.time()
		if err := ev.target().handle(ev); err != nil {
			return err
		}
		e.spare = append(e.spare, ev.(*message))
	}
	return nil
}
