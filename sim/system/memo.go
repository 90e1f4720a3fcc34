package system

import (
	"context"
	"sync"

	"xbar/sim/system/analog"
)

// Memo keeps what happened in runs, for those that differ in nothing but prices. A run
// that finds its like has the result that it would have had.
type Memo struct {
	mu    sync.Mutex
	chips map[string]*analog.Chip // by what decides what happens
	order []string                // the one that was used last comes last
	found int                     // runs that did not have to be made
}

// mostKept bounds the memory of a memo: chips keep what they are built of.
const mostKept = 8

func (m *Memo) find(key string) *analog.Chip {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.chips[key]
	if c != nil {
		m.use(key)
	}
	return c
}

func (m *Memo) count() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.found++
}

// Found is how many runs did not have to be made.
func (m *Memo) Found() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.found
}

func (m *Memo) keep(key string, c *analog.Chip) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.chips == nil {
		m.chips = map[string]*analog.Chip{}
	}
	m.chips[key] = c
	m.use(key)
	if len(m.order) > mostKept {
		delete(m.chips, m.order[0])
		m.order = m.order[1:]
	}
}

// use moves a key to the end.
func (m *Memo) use(key string) {
	for i := range m.order {
		if m.order[i] == key {
			copy(m.order[i:], m.order[i+1:])
			m.order[len(m.order)-1] = key
			return
		}
	}
	m.order = append(m.order, key)
}

// repeats reports whether the job's run can be that of another with other prices: they
// decide nothing in it, and nothing but the run is wanted.
func (j *job) repeats() bool {
	return j.memo != nil && !j.trial && j.trace == nil && j.session == nil && j.work.Values == nil && j.work.Sample == nil
}

// ran is the job's chip after its run.
func (j *job) ran(ctx context.Context) (*analog.Chip, error) {
	if !j.repeats() {
		return runChip(ctx, j.machine, j.work, j.options())
	}
	key := j.config.Unpriced(j.index)
	if c := j.memo.find(key); c != nil {
		if priced := c.Priced(j.machine); priced != nil {
			j.memo.count()
			return priced, nil
		}
	}
	c, err := runChip(ctx, j.machine, j.work, j.options())
	if err == nil {
		j.memo.keep(key, c)
	}
	return c, err
}
