package sim_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim"
)

// demand is one request, made at a cycle.
type demand struct {
	at   sim.Cycle
	key  uint64
	busy sim.Cycle
}

// outcome is what became of a sequence of demands.
type outcome struct {
	done         []sim.Cycle // arrival of each demand's event
	busy, waited sim.Cycle
	maxQueue     int
}

func (o outcome) equal(p outcome) bool {
	return slices.Equal(o.done, p.done) && o.busy == p.busy && o.waited == p.waited && o.maxQueue == p.maxQueue
}

func demands(maxKey uint64) *rapid.Generator[[]demand] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) demand {
		return demand{
			at:   sim.Cycle(rapid.Int64Range(0, 30).Draw(t, "at")),
			key:  rapid.Uint64Range(0, maxKey).Draw(t, "key"),
			busy: sim.Cycle(rapid.OneOf(rapid.Int64Range(1, 4), rapid.Int64Range(1, 3000)).Draw(t, "busy")),
		}
	}), 1, 40)
}

// serve runs the demands on an engine; those of a cycle are made in the order
// of the slice.
func serve(t *rapid.T, servers int, ds []demand) outcome {
	return serveOn(t, ds, func(e *sim.Engine) *sim.Resource { return e.NewResource("r", servers) })
}

// serveOn is the same on whatever is made.
func serveOn(t *rapid.T, ds []demand, made func(*sim.Engine) *sim.Resource) outcome {
	const ask, served = 0, 1
	e := sim.New()
	r := made(e)
	o := outcome{done: make([]sim.Cycle, len(ds))}
	var id sim.ComponentID
	id = e.Register("c", handle(func(ev sim.Event) error {
		if ev.Kind == ask {
			d := ds[ev.A]
			r.Request(d.key, d.busy, id, served, ev.A, 0)
		} else {
			o.done[ev.A] = ev.At
		}
		return nil
	}))
	for i, d := range ds {
		e.Schedule(d.at, id, ask, int64(i), 0)
	}
	if err := e.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	o.busy, o.waited, o.maxQueue = r.BusyCycles(), r.Waited(), r.MaxQueue()
	return o
}

// reference walks through time cycle by cycle.
func reference(servers int, ds []demand) outcome {
	o := outcome{done: make([]sim.Cycle, len(ds))}
	freeAt := make([]sim.Cycle, servers)
	var queue []int
	for now, left := sim.Cycle(0), len(ds); left > 0; now++ {
		for i, d := range ds {
			if d.at == now {
				queue = append(queue, i)
			}
		}
		for s := range freeAt {
			if freeAt[s] > now || len(queue) == 0 {
				continue
			}
			next := 0
			for q := range queue {
				if ds[queue[q]].key < ds[queue[next]].key {
					next = q
				}
			}
			i := queue[next]
			queue = slices.Delete(queue, next, next+1)
			freeAt[s] = now + ds[i].busy
			o.done[i] = freeAt[s]
			o.busy += ds[i].busy
			o.waited += now - ds[i].at
			left--
		}
		o.maxQueue = max(o.maxQueue, len(queue))
	}
	return o
}

func TestResourceAgainstReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		servers := rapid.IntRange(1, 4).Draw(t, "servers")
		ds := demands(3).Draw(t, "demands")
		if got, want := serve(t, servers, ds), reference(servers, ds); !got.equal(want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

// TestResourceIgnoresEventOrder makes the same requests in another order
// within their cycles: with distinct keys nothing changes.
func TestResourceIgnoresEventOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		servers := rapid.IntRange(1, 3).Draw(t, "servers")
		ds := demands(0).Draw(t, "demands")
		keys := rapid.Permutation(indices(len(ds))).Draw(t, "keys")
		for i := range ds {
			ds[i].key = uint64(keys[i])
		}
		order := rapid.Permutation(indices(len(ds))).Draw(t, "order")
		shuffled := make([]demand, len(ds))
		for i, j := range order {
			shuffled[i] = ds[j]
		}
		want, got := serve(t, servers, ds), serve(t, servers, shuffled)
		unshuffled := make([]sim.Cycle, len(ds))
		for i, j := range order {
			unshuffled[j] = got.done[i]
		}
		got.done = unshuffled
		if !got.equal(want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

func indices(n int) []int {
	x := make([]int, n)
	for i := range x {
		x[i] = i
	}
	return x
}

// TestArbitrationOrder pins that resources are decided in the order of their
// registration, whatever the order of the requests: it is the order in which
// the events of the winners are scheduled.
func TestArbitrationOrder(t *testing.T) {
	e := sim.New()
	var got []int64
	id := e.Register("c", handle(func(ev sim.Event) error {
		got = append(got, ev.A)
		return nil
	}))
	first, second := e.NewResource("first", 1), e.NewResource("second", 1)
	second.Request(0, 5, id, 0, 2, 0)
	first.Request(9, 5, id, 0, 1, 0)
	if err := e.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if want := []int64{1, 2}; !slices.Equal(got, want) {
		t.Errorf("order %v, want %v", got, want)
	}
}

// TestUncontendedResourceCostsOneEvent checks that a free server without a
// queue needs no event beyond the one asked for.
func TestUncontendedResourceCostsOneEvent(t *testing.T) {
	e := sim.New()
	r := e.NewResource("r", 1)
	left := 100
	var id sim.ComponentID
	id = e.Register("c", handle(func(sim.Event) error {
		if left--; left > 0 {
			r.Request(0, 3, id, 0, 0, 0)
		}
		return nil
	}))
	r.Request(0, 3, id, 0, 0, 0)
	if err := e.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if e.Events() != 100 || e.Now() != 300 || r.BusyCycles() != 300 || r.Waited() != 0 || r.MaxQueue() != 0 {
		t.Errorf("%d events in %d cycles, busy %d, waited %d, queue %d", e.Events(), e.Now(), r.BusyCycles(), r.Waited(), r.MaxQueue())
	}
	if r.Path() != "r" {
		t.Errorf("path %q", r.Path())
	}
}

// A channel's events come its latency after the grants, whether its server is free
// again by then or not; who is served when is as on a resource of one server.
func TestChannelHeads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		latency := sim.Cycle(rapid.Int64Range(1, 9).Draw(t, "latency"))
		ds := demands(3).Draw(t, "demands")
		run := func(channel bool) outcome {
			return serveOn(t, ds, func(e *sim.Engine) *sim.Resource {
				if channel {
					return e.NewChannel("r", latency, 0)
				}
				return e.NewResource("r", 1)
			})
		}
		want, got := run(false), run(true)
		for i := range ds {
			want.done[i] += latency - ds[i].busy
		}
		if !got.equal(want) {
			t.Fatalf("%+v, want %+v", got, want)
		}
	})
}
