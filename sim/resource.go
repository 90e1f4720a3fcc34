package sim

import (
	"fmt"

	"xbar/sim/internal/eventq"
)

// Resource is a number of identical servers and a queue before them, such as
// the converters of an array or a bus. Who is served is decided at the end of
// a cycle, when all its requests are known: smallest key first, equal keys in
// the order of the requests. A request made in a cycle in which a server is
// free is served in that cycle; a server granted at cycle t for b cycles is
// free again in cycle t+b.
type Resource struct {
	engine   *Engine
	id       ComponentID
	servers  int
	ahead    Cycle // from a grant to its event; 0: when the server is free again
	order    int64 // among the resources of a cycle
	waiting  eventq.Heap[request]
	releases eventq.Heap[struct{}] // keyed by the cycle in which a busy server comes free
	wakeAt   Cycle                 // for which the last wake-up was scheduled
	dirty    bool

	busyCycles Cycle
	waited     Cycle
	maxQueue   int
}

// Grant is a server's time that a request gets, and the event that ends it.
type Grant struct {
	Resource *Resource
	Made     Cycle // the request
	Busy     Cycle // from now on
	To       ComponentID
	Kind     int32
	A, B     int64
}

// OnGrant has f hear of every grant of the engine's resources. It is to look on: what it
// is passed is gone when it returns.
func (e *Engine) OnGrant(f func(*Grant)) { e.onGrant = f }

type request struct {
	made, busy Cycle
	to         ComponentID
	kind       int32
	a, b       int64
}

// NewResource adds a resource. Its path is a component's path, and is unique
// as those are. It panics if there is not at least one server.
func (e *Engine) NewResource(path string, servers int) *Resource {
	if servers < 1 {
		panic(fmt.Sprintf("sim: resource %s with %d servers", path, servers))
	}
	r := &Resource{engine: e, servers: servers}
	r.id = e.Register(path, wake{r})
	r.order = int64(r.id)
	e.resources = append(e.resources, r)
	return r
}

// NewChannel adds a resource of one server whose events arrive latency cycles after
// their grants, before or after the server is free again: what has a head, which goes
// on while the rest is still to come, as a message does on a link. Channels are decided
// after all other resources of a cycle, in the order of their ranks: which of them was
// made first, because something went over it first, changes nothing. It panics if
// latency < 1.
func (e *Engine) NewChannel(path string, latency Cycle, rank int32) *Resource {
	if latency < 1 {
		panic(fmt.Sprintf("sim: channel %s with a latency of %d cycles", path, latency))
	}
	r := e.NewResource(path, 1)
	r.ahead = latency
	r.order = 1<<32 + int64(rank)
	return r
}

// wake is the event a resource sends itself for the cycle in which a server
// comes free while requests wait. Without a queue there is none.
type wake struct{ r *Resource }

func (w wake) Handle(Event) error {
	w.r.touch()
	return nil
}

// Request asks for one server for busy cycles. Event (to, kind, a, b) arrives
// busy cycles after the server was granted, on a channel after its latency. It panics
// if busy < 1.
func (r *Resource) Request(key uint64, busy Cycle, to ComponentID, kind int32, a, b int64) {
	if busy < 1 {
		panic(fmt.Sprintf("sim: request to %s for %d cycles", r.Path(), busy))
	}
	*r.waiting.Push(key) = request{made: r.engine.Now(), busy: busy, to: to, kind: kind, a: a, b: b}
	r.touch()
}

// touch asks for arbitration at the end of this cycle.
func (r *Resource) touch() {
	if !r.dirty {
		r.dirty = true
		r.engine.dirty = append(r.engine.dirty, r)
	}
}

func (r *Resource) arbitrate() {
	now := r.engine.Now()
	for r.releases.Len() > 0 && r.releases.MinKey() <= uint64(now) {
		r.releases.Pop()
	}
	for r.waiting.Len() > 0 && r.releases.Len() < r.servers {
		r.grant(r.waiting.Pop(), now)
	}
	if r.waiting.Len() == 0 {
		return
	}
	r.maxQueue = max(r.maxQueue, r.waiting.Len())
	if free := Cycle(r.releases.MinKey()); free != r.wakeAt {
		r.wakeAt = free
		r.engine.Schedule(free-now, r.id, 0, 0, 0)
	}
}

func (r *Resource) grant(q request, now Cycle) {
	r.waited += now - q.made
	r.busyCycles += q.busy
	if r.engine.onGrant != nil {
		r.engine.onGrant(&Grant{r, q.made, q.busy, q.to, q.kind, q.a, q.b})
	}
	r.releases.Push(uint64(now + q.busy))
	after := q.busy
	if r.ahead > 0 {
		after = r.ahead
	}
	r.engine.Schedule(after, q.to, q.kind, q.a, q.b)
}

// Path is the path of the resource.
func (r *Resource) Path() string { return r.engine.Path(r.id) }

// BusyCycles is the time granted so far, summed over servers; all of it, also
// where the last grants end after now.
func (r *Resource) BusyCycles() Cycle { return r.busyCycles }

// Skip adds time that servers would have been busy with requests that are not made, for
// their outcome is known.
func (r *Resource) Skip(busy Cycle) { r.busyCycles += busy }

// Served is the time that servers have been busy up to now, summed over them.
func (r *Resource) Served() Cycle {
	served, now := r.busyCycles, r.engine.Now()
	r.releases.Each(func(at uint64, _ *struct{}) { served -= max(Cycle(at)-now, 0) })
	return served
}

// Waited is the sum, over the requests served so far, of the cycles between
// request and grant.
func (r *Resource) Waited() Cycle { return r.waited }

// MaxQueue is the largest number of requests that a cycle left waiting.
func (r *Resource) MaxQueue() int { return r.maxQueue }
