package network_test

import (
	"cmp"
	"slices"
)

// oracle passes messages flit by flit and tick by tick over a graph of which it knows
// no more than what node comes next on the way to another one.
type oracle struct {
	next   func(at, to int) int
	router int64 // ticks, as are flit and cycle
	flit   int64
	cycle  int64 // at whose first tick heads ask for links, and links are given
	heads  []*packet
	wires  map[[2]int]*wire
	passed int64 // flits, over all links
}

// packet is a message that comes to a node.
type packet struct {
	message, node int
	to            []int
	flits         int
	here          []int64 // ticks at which they arrive
	asked         bool
}

// wire is a link in one direction.
type wire struct {
	queue []branch
	now   *branch // that has it
	next  *packet // and what arrives behind it
	free  int64   // tick at which it can take a flit
}

// branch is a packet, for those of its ends that lie beyond a wire.
type branch struct {
	*packet
	beyond []int
}

func (o *oracle) step(tick int64) {
	if tick%o.cycle == 0 {
		for _, p := range o.heads {
			if !p.asked && len(p.here) > 0 && p.here[0] <= tick {
				p.asked = true
				o.ask(p)
			}
		}
	}
	for link, w := range o.wires {
		if w.now == nil && tick%o.cycle == 0 && w.free <= tick && len(w.queue) > 0 {
			slices.SortFunc(w.queue, func(p, q branch) int { return cmp.Compare(p.message, q.message) })
			w.now, w.queue = &branch{w.queue[0].packet, w.queue[0].beyond}, w.queue[1:]
			w.next = &packet{message: w.now.message, node: link[1], to: w.now.beyond, flits: w.now.flits}
			o.heads = append(o.heads, w.next)
		}
		if w.now == nil || w.free > tick {
			continue
		}
		if sent := len(w.next.here); len(w.now.here) > sent && w.now.here[sent] <= tick {
			w.next.here = append(w.next.here, tick+o.router+o.flit)
			w.free = tick + o.flit
			o.passed++
			if sent+1 == w.now.flits {
				w.now = nil
			}
		}
	}
}

// ask queues a packet for every link that leads on to its ends.
func (o *oracle) ask(p *packet) {
	beyond := map[int][]int{}
	for _, to := range p.to {
		if to != p.node {
			n := o.next(p.node, to)
			beyond[n] = append(beyond[n], to)
		}
	}
	for n, to := range beyond {
		link := [2]int{p.node, n}
		if o.wires[link] == nil {
			o.wires[link] = &wire{}
		}
		o.wires[link].queue = append(o.wires[link].queue, branch{p, to})
	}
}

// arrivals are the cycles at which each message's last flit was at one of its ends, or
// nil while some are on their way.
func (o *oracle) arrivals(messages int) [][]int64 {
	got := make([][]int64, messages)
	for _, p := range o.heads {
		if len(p.here) < p.flits || !p.asked {
			return nil
		}
		if slices.Contains(p.to, p.node) {
			got[p.message] = append(got[p.message], (p.here[p.flits-1]+o.cycle-1)/o.cycle)
		}
	}
	for _, w := range o.wires {
		if len(w.queue) > 0 {
			return nil
		}
	}
	for i := range got {
		slices.Sort(got[i])
	}
	return got
}

// meshNext is the way over a mesh: along the row, then along the column. Nodes are
// routers, and after them the buffer.
func meshNext(columns, rows, port int) func(at, to int) int {
	buffer := columns * rows
	return func(at, to int) int {
		y := port
		if at == buffer {
			if port < 0 {
				y = to / columns
			}
			return y * columns
		}
		row, col := at/columns, at%columns
		x1, y1 := to%columns, to/columns
		if to == buffer {
			if x1, y1 = 0, port; port < 0 {
				y1 = row
			}
		}
		switch {
		case col < x1:
			return at + 1
		case col > x1:
			return at - 1
		case row < y1:
			return at + columns
		case row > y1:
			return at - columns
		}
		return buffer
	}
}

// treeNext is the way over a tree whose root is node 1, and the children of i are 2i
// and 2i + 1: down where the other node is below, else up.
func treeNext(at, to int) int {
	for n := to; n > 1; n /= 2 {
		if n/2 == at {
			return n
		}
	}
	return at / 2
}
