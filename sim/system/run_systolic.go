package system

import (
	"context"
	"fmt"

	"xbar/digital/systolic"
	"xbar/sim"
	"xbar/sim/unit"
)

// runSystolic steps a systolic machine through the workload. Every pass is
// like the first: no kernel finds what one before the last has left.
func (j *job) runSystolic(ctx context.Context) (*Machine, error) {
	c := j.machine
	clock, err := sim.NewClock(unit.Exact(c.Clock))
	if err != nil {
		return nil, err
	}
	machine, err := systolic.New(c.Systolic(), clock)
	if err != nil {
		return nil, err
	}
	leaks := openLeaks(machine, c.RateFigure())
	if j.trace != nil {
		j.trace.Clock = clock
		machine.Trace(j.trace)
	}
	pass, err := machine.Run(ctx, j.work.Kernels, j.batch(), j.granularity())
	if err != nil {
		return nil, err
	}
	leaks.charge(pass.Kernels)
	if err := machine.Ledger().Check(); err != nil {
		return nil, err
	}
	m, err := j.digitalResult(ctx, &digitalPass{machine, clock, pass.Busy, pass.Kernels, pass.Rounding})
	if err != nil {
		return nil, err
	}
	j.evidence.stages = j.systolicStages()
	j.evidence.timing = func() timing { return j.systolicTiming(machine, pass) }
	m.bind(func(k int) (going, float64) { return systolicGoing(&pass.Spent[k]), float64(pass.Kernels[k]) })
	pes := float64(c.Array.Rows) * float64(c.Array.Cols)
	m.Roofline = newRoofline(m, pes, m.perCycle(float64(c.DRAM.Bandwidth), c.DRAM.Channels), func(k int) float64 { return float64(pass.Crossed[k]) })
	m.Notes = append(m.Notes, j.besideNotes()...)
	if !c.Has("network") {
		m.Notes = append(m.Notes, "no [machine.network]: words cross from buffers to array and back at no cost")
	}
	if note := waiting(pass); note != "" {
		m.Notes = append(m.Notes, note)
	}
	return m, nil
}

// waiting says what share of a pass the array spends on waiting for the DRAM, or for
// the activation unit where that has more to do.
func waiting(pass *systolic.Pass) string {
	var stalls, dram, activation sim.Cycle
	for k, s := range pass.Stalls {
		stalls += s
		dram += pass.Spent[k].DRAM
		activation += pass.Spent[k].Activation
	}
	if stalls == 0 {
		return ""
	}
	share := float64(stalls) / float64(pass.Cycles())
	what := "the DRAM"
	if activation > dram {
		what = "the activation unit"
	}
	text := fmt.Sprintf("the array waits for %s for %.3g%% of a pass", what, 100*share)
	if share > 0.5 {
		text = "bound by " + what + ": " + text
	}
	return text
}
