package network

import "xbar/sim"

// Fabric is a graph whose links take time.
type Fabric struct {
	*Graph
	engine *sim.Engine
	width  sim.Link // of each link
	flit   int64    // bits
	hop    sim.Cycle
	links  map[Link]*sim.Resource
	used   []Link // in the order of their first use
}

// NewFabric is a graph of links of some width that pass flits of so many bits, each
// behind a router that takes so many cycles. Where width has no limit, links take no
// time, nothing waits, and [Message.Latency] is all there is.
func NewFabric(e *sim.Engine, g *Graph, width sim.Link, flit int64, router sim.Cycle) *Fabric {
	return &Fabric{
		Graph: g, engine: e, width: width, flit: flit, hop: router + width.Cycles(flit),
		links: map[Link]*sim.Resource{},
	}
}

// Used lists the links that messages were laid over, and Resource is one of them.
func (f *Fabric) Used() []Link { return f.used }

// Resource is a link that is used.
func (f *Fabric) Resource(l Link) *sim.Resource { return f.links[l] }

// Hop is the cycles that a head takes for a router and a link.
func (f *Fabric) Hop() sim.Cycle { return f.hop }

// Flits is how many a message of so many bits has.
func (f *Fabric) Flits(bits int64) int64 { return (bits + f.flit - 1) / f.flit }

// Cycles is how long a message of so many bits occupies a link.
func (f *Fabric) Cycles(bits int64) sim.Cycle { return f.width.Cycles(f.Flits(bits) * f.flit) }

// link is the resource of a link, made when it is first needed.
func (f *Fabric) link(l Link) *sim.Resource {
	r := f.links[l]
	if r == nil {
		r = f.engine.NewChannel("network/"+f.Name(l), f.hop, int32(l))
		f.links[l] = r
		f.used = append(f.used, l)
	}
	return r
}

// Message is bits that go over and over on one tree of links, from its root to all
// of its ends.
type Message struct {
	Bits    int64
	Ends    int       // of which [Sender] hears; where nothing takes time, none
	Hops    int       // links of the tree
	Latency sim.Cycle // until the tail is at the last end, where nothing waits
	first   int32
}

// hop is a link of a message's tree.
type hop struct {
	link        *sim.Resource
	busy        sim.Cycle
	behind      sim.Cycle // the tail arrives so many cycles after the head
	class       int32     // of the message
	ends        bool      // the message is wanted here
	child, next int32     // the first link after it, and another one beside it; −1: none
}

// Sender hears of messages, which it knows by the class that they were laid with and
// the two numbers that they were sent with.
type Sender interface {
	// Key orders those that wait for a link, smallest first.
	Key(class int32, a, b int64) uint64
	// Arrived hears at an end that the tail is there after so many cycles.
	Arrived(class int32, a, b int64, after sim.Cycle) error
}

// Traffic is messages of one sender.
type Traffic struct {
	fabric *Fabric
	id     sim.ComponentID
	sender Sender
	hops   []hop
	steps  int            // that finding them took
	route  []Link         // scratch
	at     map[Link]int32 // the last hop over each link
}

// mostSteps bounds what the ways of a sender's messages take in time and memory.
const mostSteps = 1 << 20

// NewTraffic adds a sender, under a path of its own.
func (f *Fabric) NewTraffic(path string, s Sender) *Traffic {
	t := &Traffic{fabric: f, sender: s, at: map[Link]int32{}}
	t.id = f.engine.Register(path, t)
	return t
}

// ID is the component that events of messages go to, with the sender's numbers as
// payload.
func (t *Traffic) ID() sim.ComponentID { return t.id }

// Reset forgets all messages, none of which may be on its way.
func (t *Traffic) Reset() {
	t.hops, t.steps = t.hops[:0], 0
	clear(t.at)
}

// Full reports whether messages have not been laid, for all of them together go over
// too many links to keep.
func (t *Traffic) Full() bool { return t.steps > mostSteps }

// Lay finds the way of a message, each link of it once. It calls visit with every
// link.
func (t *Traffic) Lay(class int32, from int, to []int, bits int64, visit func(Link)) Message {
	f := t.fabric
	m := Message{Bits: bits, first: -1}
	first := int32(len(t.hops))
	busy := f.Cycles(bits)
	tail := hop{busy: busy, behind: busy - f.width.Cycles(f.flit), class: class, child: -1, next: -1}
	for _, end := range to {
		if t.Full() {
			return m
		}
		t.route = f.Route(t.route[:0], from, end)
		t.steps += len(t.route)
		before := int32(-1)
		for _, l := range t.route {
			i, known := t.at[l]
			if !known || i < first {
				i = t.add(&m, l, before, tail)
				t.at[l] = i
				visit(l)
			}
			before = i
		}
		if before < 0 { // at the same router
			continue
		}
		if !t.hops[before].ends {
			t.hops[before].ends = true
			m.Ends++
		}
		m.Latency = max(m.Latency, sim.Cycle(len(t.route))*f.hop+tail.behind)
	}
	if f.width.Unlimited() {
		m.Ends = 0
	}
	return m
}

// add puts a link behind another one of a message, or at its root.
func (t *Traffic) add(m *Message, l Link, before int32, h hop) int32 {
	i := int32(len(t.hops))
	first := &m.first
	if before >= 0 {
		first = &t.hops[before].child
	}
	h.next, *first = *first, i
	if !t.fabric.width.Unlimited() {
		h.link = t.fabric.link(l)
	}
	t.hops = append(t.hops, h)
	m.Hops++
	return i
}

// Send sets a message out.
func (t *Traffic) Send(m *Message, a, b int64) {
	if m.Ends > 0 {
		t.request(m.first, a, b)
	}
}

// Busy visits each link that a message goes over, and for how long it is busy with it.
// Where links take no time there is none.
func (t *Traffic) Busy(m *Message, visit func(link *sim.Resource, busy sim.Cycle)) {
	if m.Ends > 0 {
		t.busy(m.first, visit)
	}
}

func (t *Traffic) busy(i int32, visit func(link *sim.Resource, busy sim.Cycle)) {
	for ; i >= 0; i = t.hops[i].next {
		visit(t.hops[i].link, t.hops[i].busy)
		t.busy(t.hops[i].child, visit)
	}
}

// request asks for a link and those beside it.
func (t *Traffic) request(i int32, a, b int64) {
	for ; i >= 0; i = t.hops[i].next {
		h := &t.hops[i]
		h.link.Request(t.sender.Key(h.class, a, b), h.busy, t.id, i, a, b)
	}
}

// Handle receives the head of a message behind a link and its router.
func (t *Traffic) Handle(ev sim.Event) error {
	h := &t.hops[ev.Kind]
	t.request(h.child, ev.A, ev.B)
	if !h.ends {
		return nil
	}
	return t.sender.Arrived(h.class, ev.A, ev.B, h.behind)
}
