package system

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/stat"

	"xbar/configs"
	"xbar/crossbar"
	"xbar/dac"
	"xbar/digital"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/system/analog"
	"xbar/sim/theory"
	"xbar/sim/workload"
)

// Tolerance is how far a measured slope may be from the law's.
const Tolerance = 0.02

// lawMachines is what the laws are measured on unless a config brings its own.
const lawMachines = `
inferences = 1
[workload]
kernel = [{ name = "law", L = 1, N = 1, M = 1 }]
[[machine]]
name = "analog"
kind = "analog"
preset = "reram-small"
[[machine]]
name = "scalar"
kind = "scalar"
preset = "scalar-45nm"
[[machine]]
name = "systolic"
kind = "systolic"
preset = "tpu-v1"
[[machine]]
name = "words"
kind = "analog"
preset = "c2c-28nm"
[[machine]]
name = "bits"
kind = "digital-cim"
preset = "digital-cim-28nm"
`

// law is one law before it is measured: a point of the study for each x.
type law struct {
	id, statement, x, measures, series string
	slope                              float64
	xs                                 []int64
	point                              func(ctx context.Context, x int64) (LawPoint, error)
	judge                              func(ctx context.Context, measured *Law) error // of all points; nil: by the slope alone
}

// Laws measures the scaling laws by simulation beside the closed forms. The
// first analog, scalar and systolic machine of cfg are used, or the library's
// where there is none; sizes of arrays and chip are the laws' own. Precision is
// measured on the library's machines alone, for few others say what a bit costs.
func Laws(ctx context.Context, cfg *configs.Config, opt Options) (*LawsResult, error) {
	s, err := newLawStudy(cfg)
	if err != nil {
		return nil, err
	}
	laws, left := s.laws()
	result := &LawsResult{
		Schema: "xbar.laws/1", Analog: s.names["analog"], Scalar: s.names["scalar"], Systolic: s.names["systolic"],
		Laws: make([]Law, len(laws)), Left: left,
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, opt.Workers))
	progress := newProgress(opt.Progress, len(laws))
	for i, l := range laws {
		report := progress.of(i, l.id)
		result.Laws[i] = Law{ID: l.id, Statement: l.statement, X: l.x, Measures: l.measures, Series: l.series, SlopeTheory: l.slope, Points: make([]LawPoint, len(l.xs))}
		group.Go(func() error {
			return guarded(func() error { return l.measure(ctx, &result.Laws[i], report) })
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	result.leaveOut()
	return result, nil
}

// leaveOut sets the laws apart that have no slope, for what they measure costs
// nothing.
func (r *LawsResult) leaveOut() {
	r.Laws = slices.DeleteFunc(r.Laws, func(l Law) bool {
		free := slices.ContainsFunc(l.Points, func(p LawPoint) bool { return p.MeasuredJPerMAC == 0 })
		if free {
			r.Left = append(r.Left, Left{ID: l.ID, Measures: l.Measures})
		}
		return free
	})
}

func (l *law) measure(ctx context.Context, out *Law, report func(float64)) error {
	xs, ys := make([]float64, len(l.xs)), make([]float64, len(l.xs))
	for i, x := range l.xs {
		point, err := l.point(ctx, x)
		if err != nil {
			return fmt.Errorf("law %s at %s = %d: %w", l.id, l.x, x, err)
		}
		if point.X == 0 {
			point.X = float64(x)
		}
		out.Points[i] = point
		xs[i], ys[i] = math.Log(point.X), math.Log(point.MeasuredJPerMAC)
		if report != nil {
			report(float64(i+1) / float64(len(l.xs)))
		}
	}
	_, out.Slope = stat.LinearRegression(xs, ys, nil, false)
	out.Holds = math.Abs(out.Slope-l.slope) <= Tolerance
	if l.judge == nil {
		return nil
	}
	return l.judge(ctx, out)
}

// lawStudy holds the machines that laws vary.
type lawStudy struct {
	analog   configs.Machine
	scalar   configs.Machine
	systolic configs.Machine
	words    configs.Machine // analog, a weight a cell
	bits     configs.Machine // digital, a bit a cell
	stats    configs.Statistics
	names    map[string]string // of the config's machines, by kind
}

func newLawStudy(cfg *configs.Config) (*lawStudy, error) {
	base, err := configs.Parse("the laws' machines", []byte(lawMachines), nil, nil)
	if err != nil {
		return nil, err
	}
	m := base.Machines
	s := &lawStudy{
		analog: m[0], scalar: m[1], systolic: m[2], words: m[3], bits: m[4],
		stats: base.Workload.Statistics, names: map[string]string{},
	}
	if cfg != nil {
		s.stats = cfg.Workload.Statistics
		for i := len(cfg.Machines) - 1; i >= 0; i-- {
			switch m := cfg.Machines[i]; m.Kind {
			case "analog":
				s.analog = m
			case "scalar":
				s.scalar = m
			case "systolic":
				s.systolic = m
			default:
				continue
			}
			s.names[cfg.Machines[i].Kind] = cfg.Machines[i].Name
		}
		if len(s.names) == 0 {
			return nil, errors.New("the laws are those of analog, scalar and systolic machines, and the config has none")
		}
	}
	if m := &s.analog; m.Network.Routed() {
		return nil, fmt.Errorf("machine %s: the laws' closed forms have a bit of a weight cross a bus, and network.kind is %q: measure them with a bus", m.Name, m.Network.Kind)
	}
	s.stats.From = "assumed"
	for _, m := range []*configs.Machine{&s.analog, &s.words, &s.bits} {
		unbound(m)
	}
	s.words.ADC.ENOB = 0 // that of another resolution
	s.systolic.DRAM.Bandwidth = 0
	return s, nil
}

// unbound takes limits away. Energy does not depend on bandwidth; without one
// the runs are short. The tiles' buffers grow with the arrays.
func unbound(m *configs.Machine) {
	m.DRAM.Bandwidth, m.Network.Bandwidth = 0, 0
	m.InputBuffer.Capacity, m.OutputBuffer.Capacity = 1<<30, 1<<30
	m.Chip.OverlapReload = false
}

// powers of two from 2^low to 2^high.
func powers(low, high int) (xs []int64) {
	for e := low; e <= high; e++ {
		xs = append(xs, 1<<e)
	}
	return xs
}

const (
	converters = "converters: DAC, sample-and-hold, ADC"
	modelled   = "converters, cells and programming"
	everything = "everything but static power"
)

// laws lists what can be measured on these machines, and what cannot.
func (s *lawStudy) laws() ([]law, []Left) {
	all := append(s.sizes(), s.precision())
	intensity, why := s.intensity()
	if why != "" {
		return all, []Left{{intensity.id, intensity.measures, why}}
	}
	return slices.Insert(all, len(all)-1, intensity), nil
}

// sizes are the laws of what shares what, on analog and scalar machines.
func (s *lawStudy) sizes() []law {
	inOut := []string{"tile/array/dac", "tile/array/sample-hold", "tile/array/adc"}
	return []law{
		{
			id: "vmm-resident", x: "N = M", slope: -1, measures: converters, xs: powers(4, 12),
			statement: "one vector, weights in place, array larger than the problem: energy per MAC falls as 1/N",
			point: func(ctx context.Context, n int64) (LawPoint, error) {
				return s.converters(ctx, s.fit(n, n), lawKernel(1, n, n), inOut, func(p theory.PerMAC) float64 { return p.In + p.Out })
			},
		},
		{
			id: "flat-beyond-array", x: "N = M", slope: 0, measures: converters, xs: powers(7, 14),
			statement: "the same beyond the array's rows and columns: energy per MAC stays",
			point: func(ctx context.Context, n int64) (LawPoint, error) {
				m := s.fit(128, 32)
				m.Chip.ArraysPerTile = s.demand(m, lawKernel(1, n, n))
				return s.converters(ctx, m, lawKernel(1, n, n), inOut, func(p theory.PerMAC) float64 { return p.In + p.Out })
			},
		},
		{
			id: "vmm-reload", x: "N = M", slope: 0, measures: modelled, xs: powers(8, 14),
			statement: "one vector, chip smaller than the matrix: every weight is reloaded and the advantage is gone",
			point: func(ctx context.Context, n int64) (LawPoint, error) {
				return s.reloading(ctx, lawKernel(1, n, n), modelledPart, theory.PerMAC.Total)
			},
		},
		{
			id: "mmm-L", x: "L", slope: -1, measures: "programming", xs: powers(0, 14),
			statement: "L vectors share each reload: programming per MAC falls as 1/L",
			point: func(ctx context.Context, l int64) (LawPoint, error) {
				return s.reloading(ctx, lawKernel(l, 512, 512), onlyProgramming, func(p theory.PerMAC) float64 { return p.Program })
			},
		},
		{
			id: "mmm-N", x: "N", slope: -1, measures: "output converters: sample-and-hold, ADC", xs: powers(4, 14),
			statement: "N rows share each output conversion: its energy per MAC falls as 1/N",
			point: func(ctx context.Context, n int64) (LawPoint, error) {
				return s.converters(ctx, s.fit(n, 64), lawKernel(16, n, 64), inOut[1:], func(p theory.PerMAC) float64 { return p.Out })
			},
		},
		{
			id: "mmm-M", x: "M", slope: -1, measures: "input converters: DAC", xs: powers(4, 14),
			statement: "M columns share each input conversion: its energy per MAC falls as 1/M",
			point: func(ctx context.Context, m int64) (LawPoint, error) {
				return s.converters(ctx, s.fit(64, m), lawKernel(16, 64, m), inOut[:1], func(p theory.PerMAC) float64 { return p.In })
			},
		},
		{
			id: "scalar-constant", x: "N = M", slope: 0, measures: everything, xs: powers(4, 12),
			statement: "a scalar machine with every operand from one memory: energy per MAC does not depend on size",
			point:     s.scalarPoint,
		},
	}
}

func lawKernel(l, n, m int64) workload.Kernel {
	return workload.Kernel{Name: "law", L: l, N: n, M: m, InputBits: 8, WeightBits: 8, OutputBits: 8}
}

// fit is a chip of one array with so many rows and logical columns.
func (s *lawStudy) fit(rows, weights int64) *configs.Machine {
	m := s.analog
	a := s.array(&m, rows)
	m.Crossbar.Rows, m.Crossbar.Cols = int(rows), int(weights*a.Columns(theoryKernel(lawKernel(1, 1, 1))))
	m.Crossbar.ActiveRows, m.Crossbar.Fold, m.Crossbar.GuardColumns = 0, 1, 0
	m.Cell.FanIn = int(rows) // the light of a detector comes from all of them
	m.ADC.PerArray = min(m.ADC.PerArray, m.Crossbar.Cols)
	m.Chip.Tiles, m.Chip.ArraysPerTile, m.Chip.StreamArrays = 1, 1, 1
	return &m
}

func (s *lawStudy) array(m *configs.Machine, rows int64) theory.Array {
	return theory.Array{
		R: rows, C: int64(m.Crossbar.Cols), ActiveRows: rows, CellBits: int64(m.Cell.Bits), DACBits: int64(m.DAC.Bits),
		Encoding: m.Crossbar.Encoding, Phases: m.DAC.SignedInputs == "sign-magnitude", Flip: m.Crossbar.ColumnFlip,
		Digits: m.DAC.SignedInputs == "signed-digits", Converts: int64(m.DAC.Phases), AnalogSum: m.Crossbar.AnalogSum, Guard: int64(m.Crossbar.GuardColumns),
		Ungated: !m.Crossbar.GateUnused,
	}
}

func theoryKernel(k workload.Kernel) theory.Kernel {
	return theory.Kernel{
		L: k.L, N: k.N, M: k.M, Groups: k.Groups, InputBits: int64(k.InputBits), WeightBits: int64(k.WeightBits), OutputBits: int64(k.OutputBits),
		SignedInput: k.SignedInput,
	}
}

func (s *lawStudy) demand(m *configs.Machine, k workload.Kernel) int {
	c := theory.Count(theoryKernel(k), s.array(m, int64(m.Crossbar.Rows)))
	return int(c.Tiles)
}

// converters measures the parts of a resident kernel that convert.
func (s *lawStudy) converters(ctx context.Context, m *configs.Machine, k workload.Kernel, parts []string, term func(theory.PerMAC) float64) (LawPoint, error) {
	chip, err := s.simulate(ctx, m, k)
	if err != nil {
		return LawPoint{}, err
	}
	wanted := map[string]bool{}
	for _, p := range parts {
		wanted[p] = true
	}
	measured := perMAC(chip, k, func(a energy.Account) bool {
		return wanted[a.Component] && a.Category != energy.Programming && a.Category != energy.Static
	})
	e := theory.Energy(theoryKernel(k), s.array(m, int64(m.Crossbar.Rows)), s.costs(m), 0)
	return LawPoint{MeasuredJPerMAC: measured, TheoryJPerMAC: term(e), TotalJPerMAC: perMAC(chip, k, notStatic)}, nil
}

// modelledPart is what the closed form has a term for.
func modelledPart(a energy.Account) bool {
	switch {
	case onlyProgramming(a), a.Category == energy.Cells, a.Category == energy.Output:
		return true
	}
	return a.Component == "tile/array/dac" && a.Category == energy.Input
}

func notStatic(a energy.Account) bool       { return a.Category != energy.Static }
func onlyProgramming(a energy.Account) bool { return a.Category == energy.Programming }

// reloading measures a kernel on a chip of one array of 128×32 weights, which
// holds none of it from one pass to the next.
func (s *lawStudy) reloading(ctx context.Context, k workload.Kernel, what func(energy.Account) bool, term func(theory.PerMAC) float64) (LawPoint, error) {
	m := s.fit(128, 32)
	m.Chip.Reload = "lru"
	chip, err := s.simulate(ctx, m, k)
	if err != nil {
		return LawPoint{}, err
	}
	e := theory.Energy(theoryKernel(k), s.array(m, 128), s.costs(m), 1)
	return LawPoint{MeasuredJPerMAC: perMAC(chip, k, what), TheoryJPerMAC: term(e), TotalJPerMAC: perMAC(chip, k, notStatic)}, nil
}

func (s *lawStudy) simulate(ctx context.Context, m *configs.Machine, k workload.Kernel) (*analog.Chip, error) {
	chip, err := analog.New(ctx, m, &workload.Workload{Kernels: []workload.Kernel{k}}, analog.Options{Batch: 1, Statistics: s.stats})
	if err != nil {
		return nil, err
	}
	return chip, chip.Run(ctx)
}

// perMAC sums the accounts of the measured pass that are wanted.
func perMAC(chip *analog.Chip, k workload.Kernel, wanted func(energy.Account) bool) float64 {
	b := books{chip.Ledger(), chip.KernelPhase(0), chip.KernelPhase(0), chip.Measured().Passes}
	var sum energy.Sum
	for id, account := range chip.Ledger().Accounts() {
		if wanted(account) {
			sum.Add(b.joules(energy.AccountID(id)))
		}
	}
	return sum.Value() / float64(k.MACs())
}

// costs reads the machine's energies per action into the model's terms.
func (s *lawStudy) costs(m *configs.Machine) theory.Costs {
	on := func(f model.Figure) float64 { return m.Supply.Energy(f).Value }
	density := 1.0
	if m.DAC.GateZeros {
		density = s.stats.InputDensity
	}
	dacBase, dacSlope := m.DAC.Convert()
	heat := s.stats.InputMeanSquare
	if m.DAC.TimeCoded() {
		heat = s.stats.InputMean
	}
	base, slope := m.Cell.Read()
	verify := on(base) + on(slope)*s.stats.WeightMean
	read := heat * verify
	if lump, ok := m.Cell.Lumped(); ok {
		verify = on(lump)
		read = verify * density
	}
	convert := on(m.ADC.Conversion(m.ADC.Resolution))
	phases := crossbar.Phases(dac.Slicer{Bits: m.DAC.Bits, InputBits: lawKernel(1, 1, 1).InputBits}, m.DAC.Phases)
	var converts float64 // of an input's phases, of which all but the last ask for fewer bits
	for i := range phases {
		converts += on(m.ADC.Conversion(max(m.ADC.Resolution-phases[i].Later, 1)))
	}
	return theory.Costs{
		DAC:       on(dacBase)*density + on(dacSlope)*s.stats.InputMean*float64(int64(1)<<m.DAC.Bits-1),
		Control:   on(m.Crossbar.Control()),
		ADC:       converts / float64(len(phases)),
		Sample:    on(m.SampleHold.Sample()),
		Integrate: m.Supply.Energy(model.Figure{Value: float64(m.SampleHold.EnergyPerIntegration)}).Value,
		Cell:      read,
		Write:     m.Cell.Pulses*on(m.Cell.Write()) + m.Cell.VerifyReads*(verify+convert),
		Bit:       m.DRAM.Read().Value + on(m.GlobalBuffer.Read()) + on(m.GlobalBuffer.Write()) + on(m.Network.Transfer()),
	}
}

func (s *lawStudy) scalarPoint(ctx context.Context, n int64) (LawPoint, error) {
	memory := s.scalar.Memory
	if len(memory.Levels) == 0 {
		return LawPoint{}, errors.New("the scalar machine has no memory")
	}
	memory.Flat = true
	core := s.scalar.Scalar
	core.Order, core.TileL, core.TileN, core.TileM, core.Lanes = "lmn", 0, 0, 0, 1 // the sum stays in a register
	k := lawKernel(1, n, n)
	pass, err := runScalarPass(ctx, &s.scalar, core, memory, []workload.Kernel{k}, 1, digital.Burst)
	if err != nil {
		return LawPoint{}, err
	}
	var sum energy.Sum
	for id, account := range pass.ledger.Accounts() {
		if notStatic(account) {
			sum.Add(pass.ledger.TotalJoules(energy.AccountID(id)))
		}
	}
	spent := sum.Value() / float64(k.MACs())
	last := memory.Levels[len(memory.Levels)-1]
	t := theory.Scalar{
		Issue: core.Instruction().Value, Register: core.Register().Value,
		Multiply: core.Multiply(&k).Value, Add: core.Add().Value,
		Access: float64(last.EnergyPerAccess), Loop: float64(core.LoopInstructions),
	}
	return LawPoint{MeasuredJPerMAC: spent, TheoryJPerMAC: t.PerMAC(n), TotalJPerMAC: spent}, nil
}
