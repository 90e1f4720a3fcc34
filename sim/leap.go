package sim

// Mark is a cycle of a run with what its resources had done by then.
type Mark struct {
	at        Cycle
	resources []served
}

// served is what a resource counts.
type served struct{ busy, waited Cycle }

// AfterCycle calls f once at the end of the current cycle, when everything
// pending is in the future. An error stops the run.
func (e *Engine) AfterCycle(f func() error) { e.after = f }

// Mark notes the current cycle. It reuses m's memory.
func (e *Engine) Mark(m *Mark) {
	m.at = e.Now()
	m.resources = m.resources[:0]
	for _, r := range e.resources {
		m.resources = append(m.resources, served{r.busyCycles, r.waited})
	}
}

// State appends all that decides what happens from now on, with times counted
// from now: events that are pending, requests that wait and servers that are
// busy. Label stands for the payload A of an event to a component, and for that
// of the event that ends a request. Where two states are equal, so is what
// follows, if handlers see no more of A than labels. To be called after a cycle.
func (e *Engine) State(to []int64, label func(to ComponentID, a, b int64) int64) []int64 {
	now := e.Now()
	e.queue.Each(func(at int64, ev *Event) {
		to = append(to, at-int64(now), int64(ev.To), int64(ev.Kind), label(ev.To, ev.A, ev.B), ev.B)
	})
	for _, r := range e.resources {
		to = append(to, int64(r.id))
		r.waiting.Each(func(_ uint64, q *request) {
			to = append(to, int64(now-q.made), int64(q.busy), int64(q.to), int64(q.kind), label(q.to, q.a, q.b), q.b)
		})
		to = append(to, -1, int64(max(r.wakeAt-now, 0)))
		r.releases.Each(func(at uint64, _ *struct{}) {
			if at > uint64(now) { // else the server is free, and arbitration will see to it
				to = append(to, int64(at)-int64(now))
			}
		})
	}
	return to
}

// Leap goes through what happened since the mark so many times more, without
// doing it: the states then and now are equal. All that is pending moves along
// in time; change gives the payload A of an event, and the key of the request
// that it ends, if there is one, what they would be by then. Keys must keep
// their order. Events of the time in between are not counted by [Engine.Events].
// To be called after a cycle.
func (e *Engine) Leap(from *Mark, times int64, change func(to ComponentID, a, b int64, key uint64) (int64, uint64)) {
	by := Cycle(times) * (e.Now() - from.at)
	e.queue.Leap(int64(by), func(ev *Event) {
		ev.At += by
		ev.A, _ = change(ev.To, ev.A, ev.B, 0)
	})
	for i, r := range e.resources {
		r.busyCycles += Cycle(times) * (r.busyCycles - from.resources[i].busy)
		r.waited += Cycle(times) * (r.waited - from.resources[i].waited)
		r.wakeAt += by
		r.releases.Change(func(at uint64, _ *struct{}) uint64 { return at + uint64(by) })
		r.waiting.Change(func(key uint64, q *request) uint64 {
			q.made += by
			q.a, key = change(q.to, q.a, q.b, key)
			return key
		})
	}
}
