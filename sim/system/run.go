package system

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	"xbar/configs"
	"xbar/sim/trace"
	"xbar/sim/workload"
)

// Options are how to run, not what: none of them changes a result.
type Options struct {
	Workers  int                                    // machines at once; 0 or less: one
	Progress func(done, total float64, what string) // called from several goroutines, one at a time
	Traces   []*trace.Recorder                      // of machines, in their order, each simulated once more for it; nil: off
	Version  string                                 // recorded in the result
	Memo     *Memo                                  // of runs before; nil: none
	Totals   bool                                   // of analog machines alone: no limits and no notes
}

// Run simulates the workload on every machine of the config. Its errors name
// the machine. One that fails keeps none from running: beside the error there is
// then the result of those that ran, unless none did.
func Run(ctx context.Context, cfg *configs.Config, opt Options) (*Result, error) {
	result, _, err := run(ctx, cfg, opt)
	return result, err
}

// run also keeps what the result's numbers come from, machine by machine.
func run(ctx context.Context, cfg *configs.Config, opt Options) (*Result, []evidence, error) {
	work, err := newWorkload(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	session, work := newSession(cfg, work)
	ref := newReference(work)
	ref.workers = max(1, opt.Workers)
	progress := newProgress(opt.Progress, len(cfg.Machines))
	result := &Result{
		Schema: "xbar.result/1", Title: cfg.Title, Seed: cfg.Seed, Version: opt.Version,
		Machines: make([]Machine, len(cfg.Machines)),
	}
	found := make([]evidence, len(cfg.Machines))
	errs := make([]error, len(cfg.Machines))
	var group errgroup.Group
	group.SetLimit(max(1, opt.Workers))
	for i := range cfg.Machines {
		group.Go(func() error {
			m := &cfg.Machines[i]
			job := job{config: cfg, machine: m, work: work, reference: ref, session: session, progress: progress.of(i, m.Name), memo: opt.Memo, totals: opt.Totals, index: i}
			if i < len(opt.Traces) && Traced(m) {
				job.recorder = opt.Traces[i]
			}
			errs[i] = guarded(func() error {
				machine, err := job.run(ctx, max(1, opt.Workers))
				if err == nil {
					result.Machines[i], found[i] = *machine, job.evidence
				}
				return err
			})
			return nil
		})
	}
	group.Wait()
	err = result.setApart(cfg, errs)
	if len(result.Machines) == 0 {
		return nil, nil, err
	}
	result.Winners = winners(work.Kernels, result.Machines)
	return result, found, err
}

// setApart leaves the machines that ran, and says of the others why they did not.
func (r *Result) setApart(cfg *configs.Config, errs []error) (all error) {
	ran := r.Machines[:0]
	for i, err := range errs {
		m := &cfg.Machines[i]
		if err == nil {
			ran = append(ran, r.Machines[i])
			continue
		}
		why := err.Error()
		if errors.Is(err, context.Canceled) {
			why = "interrupted"
		}
		r.Failed = append(r.Failed, Failure{m.Name, m.Kind, why})
		all = errors.Join(all, fmt.Errorf("machine %s: %w", m.Name, err))
	}
	r.Machines = ran
	return all
}

// job is one machine's run.
type job struct {
	config    *configs.Config
	machine   *configs.Machine
	work      *workload.Workload
	reference *reference
	progress  func(done float64)
	recorder  *trace.Recorder // of a run that is made for it; nil: none is
	trace     *trace.Recorder // of this run
	sides     sides           // where dynamic kernels are computed
	memo      *Memo           // nil: every run is made
	totals    bool            // are wanted, and not what explains them
	index     int             // of the machine
	session   *session        // whose last step the workload is; nil: none
	trial     bool            // of a candidate, for a steady pass
	chip      int64           // of those that differ, from 0 on
	evidence  evidence        // of the finished run
	sums      [][]float64     // of a product, a row an input
}

func (j *job) batch() int64 {
	if j.machine.Batch > 0 {
		return j.machine.Batch
	}
	return j.config.Workload.Batch
}

func (j *job) run(ctx context.Context, workers int) (*Machine, error) {
	choice, err := j.choose(ctx, workers)
	if err != nil {
		return nil, err
	}
	first := *j
	first.share()
	if choice != nil { // which prices had a part in
		first.memo = nil
	}
	m, err := first.simulate(ctx)
	if err != nil {
		return nil, err
	}
	j.evidence, j.sums = first.evidence, first.sums
	if err := j.estimate(ctx, m); err != nil {
		return nil, err
	}
	if err := j.trials(ctx, m, workers); err != nil {
		return nil, err
	}
	if err := j.retrace(ctx, m); err != nil {
		return nil, err
	}
	m.Choice = choice
	if note := m.areaNote(); note != "" {
		m.Notes = append(m.Notes, note)
	}
	return m, nil
}

func (j *job) simulate(ctx context.Context) (*Machine, error) {
	if j.session != nil {
		return j.runSession(ctx)
	}
	return j.simulateOne(ctx)
}

// simulateOne simulates passes of the workload.
func (j *job) simulateOne(ctx context.Context) (*Machine, error) {
	switch j.machine.Kind {
	case "analog", "digital-cim":
		return j.runAnalog(ctx)
	case "scalar":
		return j.runScalar(ctx)
	case "systolic":
		return j.runSystolic(ctx)
	}
	return nil, errors.New("no machine of kind " + j.machine.Kind)
}

// macs is the multiply-accumulates of one pass.
func (j *job) macs() (n int64) {
	for _, k := range j.work.Kernels {
		n += k.MACs() * j.batch()
	}
	return n
}

// progress adds up what the machines report.
type progress struct {
	mu    sync.Mutex
	done  []float64
	total func(done, total float64, what string)
}

func newProgress(report func(done, total float64, what string), machines int) *progress {
	return &progress{done: make([]float64, machines), total: report}
}

func (p *progress) of(i int, name string) func(done float64) {
	if p.total == nil {
		return nil
	}
	return func(done float64) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.done[i] = done
		sum := 0.0
		for _, d := range p.done {
			sum += d
		}
		p.total(sum, float64(len(p.done)), name)
	}
}
