package system

import (
	"context"
	"fmt"
	"strings"

	"xbar/digital/systolic"
	"xbar/sim"
	"xbar/sim/energy"
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
	ledger := machine.Ledger()
	leaks := leaks{ledger: ledger, clock: c.Clock}
	for _, c := range machine.Components() {
		leaks.open(c.Path, c.Leakage*unit.Watt(c.Instances))
	}
	pass, err := machine.Run(ctx, j.work.Kernels, j.batch(), j.granularity())
	if err != nil {
		return nil, err
	}
	leaks.charge(pass.Kernels)
	if err := ledger.Check(); err != nil {
		return nil, err
	}
	m, err := j.digitalResult(ctx, &digitalPass{ledger, clock, j.systolicParts(machine, pass), pass.Kernels, pass.Rounding, machine.Events()})
	if err != nil {
		return nil, err
	}
	if note := waiting(pass); note != "" {
		m.Notes = append(m.Notes, note)
	}
	return m, nil
}

// systolicParts are the machine's components. The DRAM is off the chip and has
// no area.
func (j *job) systolicParts(machine *systolic.Machine, pass *systolic.Pass) []part {
	var parts []part
	for i, c := range machine.Components() {
		section := strings.ReplaceAll(c.Path, "-", "_")
		_, given := j.machine.Provenance[section+".area"]
		parts = append(parts, part{c.Path, c.Instances, int64(pass.Busy[i]), float64(c.Area), given || c.Category == energy.DRAM})
	}
	return parts
}

// waiting says what share of a pass the array spends on waiting for the DRAM.
func waiting(pass *systolic.Pass) string {
	var stalls sim.Cycle
	for _, s := range pass.Stalls {
		stalls += s
	}
	if stalls == 0 {
		return ""
	}
	share := float64(stalls) / float64(pass.Cycles())
	text := fmt.Sprintf("the array waits for the DRAM for %.3g%% of a pass", 100*share)
	if share > 0.5 {
		text = "bound by the DRAM: " + text
	}
	return text
}
