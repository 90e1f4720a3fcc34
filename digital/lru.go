package digital

import "container/list"

// caches simulates the hierarchy load by load: every level but the last is a
// fully associative LRU cache and sees every load. It is what step mode runs
// on, and knows nothing of reuse's distances.
type caches struct {
	levels []lru
	seen   map[line]struct{}
}

// line names a line of one kernel's operands.
type line struct {
	weight     bool
	row, index int64
}

func newCaches(memory *hierarchy) *caches {
	c := &caches{seen: map[line]struct{}{}}
	for _, l := range memory.levels[:len(memory.levels)-1] {
		c.levels = append(c.levels, lru{capacity: l.lines, at: map[line]*list.Element{}, recent: list.New()})
	}
	return c
}

// load is the level that serves a load of line l, whose first use is served
// by level cold.
func (c *caches) load(l line, cold int) int {
	level := len(c.levels)
	for k := len(c.levels) - 1; k >= 0; k-- {
		if c.levels[k].touch(l) {
			level = k
		}
	}
	if _, again := c.seen[l]; !again {
		c.seen[l] = struct{}{}
		return cold
	}
	return level
}

// lru is one cache: its lines, the most recent first.
type lru struct {
	capacity int64
	at       map[line]*list.Element
	recent   *list.List
}

// touch makes l the most recent line and reports whether it was there.
func (c *lru) touch(l line) bool {
	if e, hit := c.at[l]; hit {
		c.recent.MoveToFront(e)
		return true
	}
	if int64(len(c.at)) == c.capacity {
		oldest := c.recent.Remove(c.recent.Back()).(line)
		delete(c.at, oldest)
	}
	c.at[l] = c.recent.PushFront(l)
	return false
}
