package systolic

import (
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/trace"
)

// looked tells a recorder what the parts of a machine do. Energy is booked when a kernel
// ends, and spread over its time.
type looked struct {
	*trace.Recorder
	run *run

	kernels, pe, unit, dram         trace.TrackID
	load, stream, move, operate     trace.What
	forPEs, forDRAM, forUnit, never trace.What
	dramUntil, unitUntil            sim.Cycle // last granted
}

// watch looks at a run, if the machine has a recorder.
func (m *Machine) watch(r *run) *looked {
	if m.recorder == nil {
		return nil
	}
	l := &looked{Recorder: m.recorder, run: r}
	l.load, l.stream, l.move, l.operate = l.Doing("load operand"), l.Doing("stream"), l.Doing("transfer"), l.Doing("activate")
	l.forPEs, l.forDRAM, l.forUnit, l.never = l.Waiting("PEs"), l.Waiting("DRAM"), l.Waiting("activation unit"), l.Waiting("nothing left")
	l.kernels = l.Track("kernels", false)
	l.pe, l.unit, l.dram = l.Track("pe", false), l.Track("activation", false), l.Track("dram", false)
	var categories []string
	for _, c := range energy.Categories() {
		categories = append(categories, c.String())
	}
	l.Power(categories)
	l.Act("measured passes", 0)
	r.watch, r.looked = l.computes, l
	r.engine.OnGrant(l.granted)
	return l
}

// name is the kernel's at work.
func (l *looked) name() string { return l.run.plan.kernel.Name }

// computes shows what the array begins.
func (l *looked) computes(loading bool, took sim.Cycle, macs int64) {
	now := l.run.engine.Now()
	l.Now(now)
	var waits trace.Waits
	if l.unitUntil > l.dramUntil {
		waits.Until(now, l.forUnit)
	} else {
		waits.Until(now, l.forDRAM)
	}
	what := l.stream
	if loading {
		what = l.load
	}
	l.Busy(l.pe, &trace.Work{What: what, Start: now, End: now + took, Busy: macs, Of: l.name()}, &waits)
	if l.Full() {
		l.Cut(now, l.Waiting("end of the trace"))
		l.run.watch, l.run.looked = nil, nil
		l.run.engine.OnGrant(nil)
	}
}

// granted shows what goes over the DRAM's channels, all of which have a part of it, and
// what the activation unit works on.
func (l *looked) granted(g *sim.Grant) {
	now := l.run.engine.Now()
	l.Now(now)
	var waits trace.Waits
	waits.Until(now, l.forPEs)
	w := trace.Work{What: l.operate, Start: now, End: now + g.Busy, Busy: int64(g.Busy), Of: l.name()}
	if g.Resource == l.run.unit {
		l.unitUntil = w.End
		l.Busy(l.unit, &w, &waits)
		return
	}
	l.dramUntil = w.End
	w.What, w.Busy = l.move, w.Busy*int64(l.run.machine.cfg.DRAM.Channels)
	l.Busy(l.dram, &w, &waits)
}

// kernel shows one that is done.
func (l *looked) kernel(took sim.Cycle) {
	now, ledger := l.run.engine.Now(), l.run.machine.Ledger()
	var waits trace.Waits
	waits.Until(now, l.never)
	l.Lay(l.kernels, &trace.Work{What: l.Doing(l.name()), Start: now - took, End: now, Busy: int64(took)}, &waits)
	for id, a := range ledger.Accounts() {
		joules := ledger.Joules(ledger.Phases()-1, energy.AccountID(id))
		if a.Category == energy.Static {
			joules = float64(a.Each) * float64(took) // which is charged when all is over
		}
		l.Spend(int(a.Category), now-took, now, joules)
	}
}

// finish closes the recording, unless it was cut.
func (l *looked) finish() error {
	if l.IsCut() {
		return nil
	}
	return l.Finish(l.run.engine.Now(), l.never)
}
