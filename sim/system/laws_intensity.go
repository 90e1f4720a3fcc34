package system

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"xbar/configs"
	"xbar/digital"
	"xbar/digital/systolic"
	"xbar/sim"
	"xbar/sim/energy"
	"xbar/sim/theory"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

const (
	floorSeries = "floor"
	loadSeries  = "loading of weights"

	fewestVectors = 5  // as powers of two, for a slope
	mostVectors   = 12 // the same
)

// intensity is the law of arithmetic intensity on a systolic array that holds
// weights, or why it cannot be measured.
func (s *lawStudy) intensity() (l law, why string) {
	m := s.systolic
	m.Array.Dataflow = "ws"
	n := 16 * int64(max(m.Array.Rows, m.Array.Cols))
	l = law{
		id: "systolic-intensity", x: "operations per byte of DRAM", slope: -1, measures: "DRAM", series: "DRAM",
		statement: fmt.Sprintf("a systolic array, N = M = %d, L vectors sharing each fetch of weights: DRAM energy per MAC falls as 1/intensity, to a floor of MACs, registers, buffers and network that never falls", n),
		point: func(ctx context.Context, vectors int64) (LawPoint, error) {
			return intensityPoint(ctx, &m, lawKernel(vectors, n, n))
		},
		judge: judgeFloor,
	}
	for e := 0; e <= mostVectors; e++ {
		if why = crowded(&m, lawKernel(1<<e, n, n)); why != "" {
			break
		}
		l.xs = append(l.xs, 1<<e)
	}
	if len(l.xs) > fewestVectors {
		why = ""
	}
	return l, why
}

// crowded says which buffer makes a kernel fetch inputs or spill sums again and
// again: then more vectors are more of that, and not of what they share.
func crowded(m *configs.Machine, k workload.Kernel) string {
	cfg := m.Systolic()
	for _, misfit := range cfg.Misfits(k.L, k.N, k.M, k.InputBits, k.WeightBits) {
		return misfit.Error()
	}
	counts := systolicArray(m).Count(theoryKernel(k))
	switch {
	case counts.FetchInput > k.L*k.N:
		return fmt.Sprintf("%d vectors of %d inputs do not fit its input_buffer", k.L, k.N)
	case counts.Spill > 0:
		return fmt.Sprintf("the partial sums of %d vectors do not fit its output_buffer", k.L)
	}
	return ""
}

func systolicArray(m *configs.Machine) theory.Systolic {
	return theory.Systolic{
		R: int64(m.Array.Rows), C: int64(m.Array.Cols), Dataflow: m.Array.Dataflow,
		Input: int64(m.InputBuffer.Capacity), Weight: int64(m.WeightBuffer.Capacity), Output: int64(m.OutputBuffer.Capacity),
	}
}

// systolicCosts reads the machine's energies into the model's terms.
func systolicCosts(m *configs.Machine) theory.SystolicCosts {
	costs := theory.SystolicCosts{
		MAC: float64(m.PE.EnergyPerMAC), Register: float64(m.PE.RegisterEnergy),
		InputRead: m.InputBuffer.Read().Value, InputWrite: m.InputBuffer.Write().Value,
		WeightRead: m.WeightBuffer.Read().Value, WeightWrite: m.WeightBuffer.Write().Value,
		OutputRead: m.OutputBuffer.Read().Value, OutputWrite: m.OutputBuffer.Write().Value,
		DRAMRead: m.DRAM.Read().Value, DRAMWrite: m.DRAM.Write().Value,
	}
	if n := m.Systolic().Network; n != nil {
		costs.Network = n.Transfer().Value
	}
	return costs
}

func intensityPoint(ctx context.Context, m *configs.Machine, k workload.Kernel) (LawPoint, error) {
	ledger, err := runSystolicPass(ctx, m, k)
	if err != nil {
		return LawPoint{}, err
	}
	var dram, load, floor energy.Sum
	crossed := theory.SystolicCounts{}
	for id, a := range ledger.Accounts() {
		id := energy.AccountID(id)
		part := &floor
		switch {
		case a.Component == "dram":
			part = &dram
			countCrossing(&crossed, a.Action, ledger.Total(id))
		case a.Component == "weight-buffer", a.Action == "move weight":
			part = &load
		}
		part.Add(ledger.TotalJoules(id))
	}
	macs := float64(k.MACs())
	kernel := theoryKernel(k)
	e := systolicArray(m).Count(kernel).Energy(kernel, systolicCosts(m))
	return LawPoint{
		X:               2 * macs / (float64(crossed.DRAMBits(kernel)) / 8),
		MeasuredJPerMAC: dram.Value() / macs, TheoryJPerMAC: e.DRAM,
		TotalJPerMAC: (dram.Value() + load.Value() + floor.Value()) / macs,
		Others:       []Other{{floorSeries, floor.Value() / macs, e.Floor}, {loadSeries, load.Value() / macs, e.Load}},
	}, nil
}

// countCrossing adds the words of an action of the DRAM.
func countCrossing(c *theory.SystolicCounts, action string, words int64) {
	switch action {
	case "read inputs":
		c.FetchInput += words
	case "read weights":
		c.FetchWeight += words
	case "write partial sums":
		c.Spill += words
	case "write outputs":
		c.Outputs += words
	}
}

// runSystolicPass is the ledger of one kernel, leakage left out.
func runSystolicPass(ctx context.Context, m *configs.Machine, k workload.Kernel) (*energy.Ledger, error) {
	clock, err := sim.NewClock(unit.Exact(m.Clock))
	if err != nil {
		return nil, err
	}
	machine, err := systolic.New(m.Systolic(), clock)
	if err != nil {
		return nil, err
	}
	if _, err := machine.Run(ctx, []workload.Kernel{k}, 1, digital.Burst); err != nil {
		return nil, err
	}
	return machine.Ledger(), machine.Ledger().Check()
}

// judgeFloor finds the floor below which the total does not go, and lets the law
// hold where it is the same at every x.
func judgeFloor(_ context.Context, l *Law) error {
	least := func(p, q LawPoint) int { return cmp.Compare(p.Others[0].MeasuredJPerMAC, q.Others[0].MeasuredJPerMAC) }
	low, high := slices.MinFunc(l.Points, least).Others[0], slices.MaxFunc(l.Points, least).Others[0]
	l.Floor = &Floor{FloorOf: low.Name, FloorJPerMAC: low.MeasuredJPerMAC, FloorTheoryJPerMAC: low.TheoryJPerMAC}
	if low.MeasuredJPerMAC > 0 { // parts that cost nothing have a floor of nothing
		l.FloorVaries = high.MeasuredJPerMAC/low.MeasuredJPerMAC - 1
	}
	l.Beside = floorSeries + ": MACs, registers, buffers and network of inputs and sums; " + loadSeries + ": through their buffer and over the network into the array, shared by L vectors as their fetch is"
	l.Holds = l.Holds && l.FloorVaries <= Tolerance
	return nil
}
