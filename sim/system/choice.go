package system

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"xbar/sim/mapping"
	"xbar/sim/system/analog"
)

// Choice is what auto (of reload, replication, execution or dynamic) and batch_up_to tried: of each candidate one
// pass of the steady state was simulated, without what is programmed once but for
// copies.
type Choice struct {
	Minimize   string      `json:"minimize"`
	Candidates []Candidate `json:"candidates"` // the best first: the one that was chosen, the runner-up and so on
}

// Candidate is a way to run a machine, and what an inference then takes.
type Candidate struct {
	Batch         int64   `json:"batch"`
	Reload        string  `json:"reload,omitempty"`         // "": the weights fit, or there are no arrays
	StreamArrays  int     `json:"stream_arrays,omitempty"`  // of pin
	OverlapReload bool    `json:"overlap_reload,omitempty"` // while others compute
	Digital       string  `json:"digital,omitempty"`        // dynamic kernels on the digital side: of each shape, the first
	Keep          string  `json:"keep,omitempty"`           // of pin; "": most vectors
	Waves         string  `json:"waves,omitempty"`          // "": as many tiles as arrays are free
	Replication   string  `json:"replication,omitempty"`    // "": the config says
	Execution     string  `json:"execution,omitempty"`      // "": the config says
	EnergyJ       float64 `json:"energy_j"`                 // of an inference
	Seconds       float64 `json:"seconds"`                  // of a pass, over its batch
	EnergyDelayJS float64 `json:"energy_delay_js"`
}

// way is a candidate, and where its dynamic kernels are computed.
type way struct {
	Candidate
	sides sides
}

// Measure is what was to be least.
func (c *Candidate) Measure(minimize string) float64 {
	switch minimize {
	case "energy":
		return c.EnergyJ
	case "latency":
		return c.Seconds
	}
	return c.EnergyDelayJS
}

// choose tries what the config leaves open, and gives the job the machine that
// was best; nil where nothing is open, or there is only one way.
func (j *job) choose(ctx context.Context, workers int) (*Choice, error) {
	policies, err := j.policies()
	if err != nil {
		return nil, err
	}
	s := search{job: j, workers: workers, minimize: j.machine.Minimize}
	if err := s.batches(ctx, policies); err != nil {
		return nil, err
	}
	if err := s.move(ctx); err != nil {
		return nil, err
	}
	if len(s.tried) == 0 {
		j.take(policies[0])
		return nil, nil
	}
	slices.SortStableFunc(s.tried, s.compare)
	j.take(s.tried[0])
	c := &Choice{Minimize: s.minimize}
	for i := range s.tried {
		c.Candidates = append(c.Candidates, s.tried[i].Candidate)
	}
	return c, nil
}

// policies are the candidates for one batch.
func (j *job) policies() ([]way, error) {
	chip := &j.machine.Chip
	given := way{Candidate: Candidate{Batch: j.batch(), Reload: chip.Reload, StreamArrays: chip.StreamArrays, OverlapReload: chip.OverlapReload}}
	if chip.Reload != string(mapping.Pin) {
		given.StreamArrays = 0
	}
	if chip.Reload != "auto" && chip.Replication != "auto" && chip.Execution != "auto" { // other kinds of machine have no chip
		return j.withSides(given), nil
	}
	choices, err := analog.Choices(j.machine, j.work.Kernels, j.machine.MostBatch(j.config.Workload.Batch))
	if err != nil {
		return nil, err
	}
	if len(choices) == 0 {
		given.Reload, given.StreamArrays, given.OverlapReload = "", 0, false
		return j.arrangements(given), nil
	}
	// Copies and pipelines are of tiles that stay.
	if chip.Replication == "auto" {
		given.Replication = "none"
	}
	if chip.Execution == "auto" {
		given.Execution = "layers"
	}
	if chip.Reload != "auto" {
		return j.withSides(given), nil
	}
	var all []way
	for _, c := range choices {
		given.Reload, given.StreamArrays, given.OverlapReload, given.Keep = string(c.Policy), 0, false, ""
		if c.Policy == mapping.Pin {
			given.StreamArrays = c.Stream
		}
		if c.Widen {
			given.Keep = "waves"
		}
		if given.Waves = ""; c.Columns {
			given.Waves = "columns"
		}
		all = append(all, j.withSides(given)...)
		// Through one array there is nothing to overlap.
		if chip.OverlapReload && c.Stream > 1 {
			given.OverlapReload = true
			all = append(all, j.withSides(given)...)
		}
	}
	return all, nil
}

// arrangements are the ways to have kernels side by side that stay in their arrays.
func (j *job) arrangements(given way) (all []way) {
	open := func(set string, ways ...string) []string {
		if set != "auto" {
			return []string{""}
		}
		return ways
	}
	for _, given.Execution = range open(j.machine.Chip.Execution, "layers", "pipeline") {
		for _, given.Replication = range open(j.machine.Chip.Replication, "none", "balance") {
			all = append(all, j.withSides(given)...)
		}
	}
	return all
}

// take makes a candidate the machine of the job.
func (j *job) take(c way) {
	m := *j.machine
	m.Batch, m.BatchUpTo = c.Batch, 0
	if m.Chip.Reload == "auto" && c.Reload != "" {
		m.Chip.Reload, m.Chip.StreamArrays, m.Chip.OverlapReload = c.Reload, max(1, c.StreamArrays), c.OverlapReload
		m.Chip.Keep, m.Chip.Waves = cmp.Or(c.Keep, "vectors"), cmp.Or(c.Waves, "full")
	}
	m.Chip.Replication = cmp.Or(c.Replication, m.Chip.Replication)
	m.Chip.Execution = cmp.Or(c.Execution, m.Chip.Execution)
	j.machine, j.sides = &m, c.sides
}

// search tries candidates.
type search struct {
	job      *job
	workers  int
	minimize string
	tried    []way
}

func (s *search) compare(a, b way) int {
	return cmp.Compare(a.Measure(s.minimize), b.Measure(s.minimize))
}

// best is the index of the first of the best that were tried.
func (s *search) best() (best int) {
	for i := range s.tried {
		if s.compare(s.tried[i], s.tried[best]) < 0 {
			best = i
		}
	}
	return best
}

// batches tries the policies with every batch that is open: powers of two, and
// then closer and closer to the best of them with the policy that was best.
func (s *search) batches(ctx context.Context, policies []way) error {
	most := s.job.machine.BatchUpTo
	if most == 0 {
		if len(policies) == 1 {
			return nil
		}
		return s.try(ctx, policies)
	}
	var all []way
	for batch := int64(1); ; batch = min(2*batch, most) {
		for _, c := range policies {
			c.Batch = batch
			all = append(all, c)
		}
		if batch == most {
			break
		}
	}
	if err := s.try(ctx, all); err != nil {
		return err
	}
	for step := s.tried[s.best()].Batch / 2; step > 0; step /= 2 {
		near := s.tried[s.best()]
		var all []way
		for _, batch := range []int64{near.Batch - step, near.Batch + step} {
			if near.Batch = batch; batch >= 1 && batch <= most && !s.has(near) {
				all = append(all, near)
			}
		}
		if err := s.try(ctx, all); err != nil {
			return err
		}
	}
	return nil
}

// has reports whether a candidate was tried.
func (s *search) has(c way) bool {
	return slices.ContainsFunc(s.tried, func(t way) bool {
		c.EnergyJ, c.Seconds, c.EnergyDelayJS = t.EnergyJ, t.Seconds, t.EnergyDelayJS
		return t == c
	})
}

// try runs candidates and keeps those that can be run; where none can, and none
// could before, it says why the first cannot.
func (s *search) try(ctx context.Context, all []way) error {
	refused := make([]error, len(all))
	group, inner := errgroup.WithContext(ctx)
	group.SetLimit(s.workers)
	for i := range all {
		group.Go(func() error {
			refused[i] = guarded(func() error { return s.run(inner, &all[i]) })
			if internal := (*InternalError)(nil); errors.As(refused[i], &internal) {
				return refused[i]
			}
			return inner.Err()
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i := range all {
		if refused[i] == nil {
			s.tried = append(s.tried, all[i])
		}
	}
	if len(s.tried) == 0 {
		return refused[0]
	}
	return nil
}

// run simulates a candidate with statistical values and in bursts, for neither
// changes what is best.
func (s *search) run(ctx context.Context, c *way) error {
	j := *s.job
	j.trial, j.trace, j.progress = c.Replication == "" || c.Reload != "", nil, nil // copies are programmed once, too
	study, work := *j.config, *j.work
	study.Granularity, work.Values = "burst", nil
	j.config, j.work = &study, &work
	j.take(*c)
	m, err := j.simulate(ctx)
	if err != nil {
		return err
	}
	c.EnergyJ, c.Seconds, c.EnergyDelayJS = m.EnergyPerInferenceJ, m.Seconds/float64(m.Batch), m.EnergyDelayJS
	return nil
}

// Policy is a candidate's way to run in words; "" where the config says it.
func (c *Candidate) Policy() string {
	var words []string
	add := func(said bool, word string) {
		if said {
			words = append(words, word)
		}
	}
	add(c.Reload != "", c.Reload)
	add(c.StreamArrays > 0, fmt.Sprintf("%d stream", c.StreamArrays))
	add(c.Keep != "", "wide "+c.Keep)
	add(c.Waves != "", "whole "+c.Waves)
	add(c.OverlapReload, "overlapped")
	add(c.Execution != "", c.Execution)
	add(c.Replication == "balance", "balanced copies")
	add(c.Replication == "none", "no copies")
	add(c.Digital != "", "digital "+c.Digital)
	return strings.Join(words, ", ")
}
