package system

import (
	"context"

	"xbar/configs"
	"xbar/sim/system/analog"
	"xbar/sim/workload"
)

// session is the steps of a study: step t of T attends to context + t tokens.
type session struct {
	context, steps int64
	work           *workload.Workload // as the config has it
}

// newSession is the session that the config asks for, and the workload of its last
// step; or none, and the workload as it is.
func newSession(cfg *configs.Config, work *workload.Workload) (*session, *workload.Workload) {
	w := &cfg.Workload
	if w.Steps == 0 {
		return nil, work
	}
	s := &session{w.Context, w.Steps, work}
	return s, s.at(w.Steps)
}

// at is the workload of step t, counted from 1.
func (s *session) at(t int64) *workload.Workload {
	work := *s.work
	work.Kernels = make([]workload.Kernel, len(s.work.Kernels))
	for i, k := range s.work.Kernels {
		if k.Cache != workload.NoCache {
			k = k.Attending(s.context + t)
		}
		work.Kernels[i] = k
	}
	return &work
}

// runSession simulates every step. A trial goes through all of them, and simulates the
// last.
func (j *job) runSession(ctx context.Context) (*Machine, error) {
	if j.machine.Kind == "analog" || j.machine.Kind == "digital-cim" {
		return j.runAnalogSession(ctx)
	}
	r := &Session{Context: j.session.context}
	first := j.session.steps
	if !j.trial {
		first = 1
	}
	for t := first; ; t++ {
		step := *j
		step.work = j.session.at(t)
		if t < j.session.steps {
			step.trace = nil
		}
		m, err := step.simulateOne(ctx)
		if err != nil {
			return nil, err
		}
		r.add(Step{Tokens: r.Context + t, EnergyJ: m.EnergyJ, Seconds: m.Seconds})
		if t == j.session.steps {
			j.evidence = step.evidence
			r.finish(j.batch())
			m.Session = r
			return m, nil
		}
	}
}

// runAnalogSession steps a chip whose arrays keep what they hold. Sessions follow each
// other: where tiles compete, one goes before that is planned and not simulated.
func (j *job) runAnalogSession(ctx context.Context) (*Machine, error) {
	opt := j.options()
	state, err := analog.NewSession(ctx, j.machine, j.work, opt)
	if err != nil {
		return nil, err
	}
	skip := func(to int64) error {
		for t := int64(1); t <= to; t++ {
			if err := state.Skip(ctx, j.session.at(t)); err != nil {
				return err
			}
		}
		return nil
	}
	if !state.Kept() {
		if err := skip(j.session.steps); err != nil {
			return nil, err
		}
		state.Restart()
	}
	opt.Session = state
	r := &Session{Context: j.session.context}
	if j.trial {
		err = skip(j.session.steps - 1)
	} else {
		err = j.steps(ctx, opt, r)
	}
	if err != nil {
		return nil, err
	}
	chip, err := runChip(ctx, j.machine, j.work, opt)
	if err != nil {
		return nil, err
	}
	m, err := j.analogResult(ctx, chip)
	if err != nil {
		return nil, err
	}
	r.fillIn(j.work.Kernels, m, state.Separate())
	r.add(stepOf(chip, j.session.context+j.session.steps, m.EnergyJ, m.Seconds))
	r.finish(j.batch())
	if r.WritesPerCell = state.Worst(); r.WritesPerCell > 0 && r.Seconds > 0 {
		days := j.machine.Cell.Endurance / float64(r.WritesPerCell) * r.Seconds / secondsOfDay
		r.DaysToWearOut = &days
	}
	m.Session = r
	return m, nil
}

// steps simulates all but the last: of those in which static kernels do what they do in
// the last, the others alone.
func (j *job) steps(ctx context.Context, opt analog.Options, r *Session) error {
	opt.Part = opt.Session.Separate()
	opt.Trace, opt.Progress = nil, nil
	for t := int64(1); t < j.session.steps; t++ {
		chip, err := runChip(ctx, j.machine, j.session.at(t), opt)
		if err != nil {
			return err
		}
		joules, seconds := taken(chip)
		r.add(stepOf(chip, j.session.context+t, joules, seconds))
		if j.progress != nil {
			j.progress(float64(t) / float64(j.session.steps))
		}
	}
	return nil
}

// taken is what the kernels that were simulated took.
func taken(chip *analog.Chip) (joules, seconds float64) {
	measured := chip.Measured()
	kernels := len(measured.KernelCycles)
	b := books{chip.Ledger(), chip.KernelPhase(0), chip.KernelPhase(kernels - 1), measured.Passes}
	for k := range kernels {
		if !chip.Leaves(k) {
			joules += b.phaseJoules(chip.KernelPhase(k))
			seconds += chip.Clock().Seconds(measured.KernelCycles[k])
		}
	}
	return joules, seconds
}

func stepOf(chip *analog.Chip, tokens int64, joules, seconds float64) Step {
	s := Step{Tokens: tokens, EnergyJ: joules, Seconds: seconds}
	measured := chip.Measured()
	for k := range measured.KernelLoads {
		s.Loads += measured.KernelLoads[k]
		s.Appends += measured.KernelAppends[k]
		l := chip.Loaded(chip.KernelPhase(k))
		s.Cells += l.Cells
	}
	return s
}

// fillIn adds what static kernels take to steps in which they were left out.
func (r *Session) fillIn(kernels []workload.Kernel, last *Machine, separate bool) {
	if !separate {
		return
	}
	var joules, seconds float64
	for k := range kernels {
		if kernels[k].Cache == workload.NoCache {
			joules += last.Kernels[k].EnergyJ
			seconds += last.Kernels[k].Seconds
		}
	}
	for i := range r.Steps {
		r.Steps[i].EnergyJ += joules
		r.Steps[i].Seconds += seconds
	}
}

func (r *Session) add(s Step) { r.Steps = append(r.Steps, s) }

// finish sums the steps up.
func (r *Session) finish(batch int64) {
	for _, s := range r.Steps {
		r.EnergyJ += s.EnergyJ
		r.Seconds += s.Seconds
		r.Cells += float64(s.Cells)
	}
	n := float64(int64(len(r.Steps)) * batch)
	r.MeanEnergyJ, r.MeanSeconds = r.EnergyJ/n, r.Seconds/n
}
