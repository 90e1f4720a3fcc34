package digital

// caches simulates the hierarchy use by use: every level but the last is a
// fully associative LRU cache and sees every use. It is what step mode runs on,
// and knows nothing of reuse's distances.
type caches struct {
	levels []lru
	seen   map[line]struct{}
	firsts [operands]int64 // uses
}

// line names a line of one product's operands.
type line struct {
	operand    int
	row, index int64
}

func newCaches(memory *hierarchy) *caches {
	c := &caches{seen: map[line]struct{}{}}
	for _, l := range memory.levels[:len(memory.levels)-1] {
		c.levels = append(c.levels, lru{capacity: l.lines, at: map[line]int{}, left: map[line]struct{}{}, nodes: []node{{}}})
	}
	return c
}

// use is the level that serves a use of line l of an operand in so many lines. The
// first one is served by level cold, or near for the last lines that come. A store makes the line dirty. Of each level to which a line comes
// back that left it dirty, back is told: it was written to the one below.
func (c *caches) use(l line, o *operand, lines int64, store bool, back func(level int)) int {
	level := len(c.levels)
	for k := len(c.levels) - 1; k >= 0; k-- {
		if c.levels[k].touch(l, store) {
			level = k
			continue
		}
		if _, dirty := c.levels[k].left[l]; dirty {
			delete(c.levels[k].left, l)
			back(k)
		}
	}
	if _, known := c.seen[l]; !known {
		c.seen[l] = struct{}{}
		if c.firsts[l.operand]++; c.firsts[l.operand] > lines-o.shared {
			return o.near
		}
		return o.cold
	}
	return level
}

// lru is one cache. Its lines are a ring of nodes around the first, the most
// recent next to it.
type lru struct {
	capacity int64
	at       map[line]int
	left     map[line]struct{} // dirty
	nodes    []node
}

type node struct {
	line       line
	dirty      bool
	prev, next int
}

// touch makes l the most recent line and reports whether it was there.
func (c *lru) touch(l line, store bool) (hit bool) {
	i, hit := c.at[l]
	switch {
	case hit:
		c.unlink(i)
	case int64(len(c.at)) < c.capacity:
		i = len(c.nodes)
		c.nodes = append(c.nodes, node{line: l})
	default:
		i = c.nodes[0].prev
		c.unlink(i)
		c.evict(&c.nodes[i])
		c.nodes[i] = node{line: l}
	}
	c.at[l] = i
	n, head := &c.nodes[i], &c.nodes[0]
	n.dirty = n.dirty || store
	n.prev, n.next = 0, head.next
	c.nodes[head.next].prev = i
	head.next = i
	return hit
}

func (c *lru) unlink(i int) {
	n := &c.nodes[i]
	c.nodes[n.prev].next, c.nodes[n.next].prev = n.next, n.prev
}

func (c *lru) evict(n *node) {
	delete(c.at, n.line)
	if n.dirty {
		c.left[n.line] = struct{}{}
	}
}

// dirty is how many lines the cache holds, or held last, in another state than
// the level below.
func (c *lru) dirty() int64 {
	count := int64(len(c.left))
	for i := c.nodes[0].next; i != 0; i = c.nodes[i].next {
		if c.nodes[i].dirty {
			count++
		}
	}
	return count
}
