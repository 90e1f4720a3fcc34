package system

import (
	"context"
	"fmt"
	"math"
	"slices"

	"xbar/configs"
	"xbar/sim"
	"xbar/sim/system/analog"
	"xbar/sim/unit"
	"xbar/sim/workload"
)

// runAnalog steps a chip of crossbars through the workload.
func (j *job) runAnalog(ctx context.Context) (*Machine, error) {
	chip, err := j.ran(ctx)
	if err != nil {
		return nil, err
	}
	return j.analogResult(ctx, chip)
}

// options are what every chip of the job runs with.
func (j *job) options() analog.Options {
	return analog.Options{
		Batch: j.batch(), Step: j.config.Granularity == "step", Steady: j.trial,
		Digital: j.sides.of(j.work.Kernels), Random: j.random(),
		Statistics: j.statistics(), Sample: j.work.Sample, Trace: j.trace, Progress: j.progress,
	}
}

func runChip(ctx context.Context, m *configs.Machine, work *workload.Workload, opt analog.Options) (*analog.Chip, error) {
	chip, err := analog.New(ctx, m, work, opt)
	if err != nil {
		return nil, err
	}
	return chip, chip.Run(ctx)
}

// statistics says where the moments of statistical values come from: what the
// config says, or else the best there is.
func (j *job) statistics() configs.Statistics {
	s := j.config.Workload.Statistics
	switch {
	case s.From != "":
	case j.work.Sample != nil:
		s.From = "rows"
	case s.InputHistogram != nil || s.WeightHistogram != nil:
		s.From = "histogram"
	default:
		s.From = "assumed"
	}
	return s
}

func (j *job) analogResult(ctx context.Context, chip *analog.Chip) (_ *Machine, err error) {
	measured := chip.Measured()
	passes := measured.Passes
	m := &Machine{
		Name: j.machine.Name, Kind: j.machine.Kind, ClockHz: float64(j.machine.Rate()), PassesMeasured: passes,
		Cycles: mean(int64(measured.Cycles), passes), Seconds: chip.Clock().Seconds(measured.Cycles) / float64(passes),
		MACs: j.macs(), Events: chip.Events(),
	}
	b := j.analogBooks(chip)
	b.fill(m, analogParts(chip))
	j.analogKernels(m, chip, b)
	m.Programming = j.programming(chip, m)
	m.rate(j.batch(), j.config.Inferences, m.Programming.OneTime.EnergyJ)
	if j.machine.Chip.Execution == "pipeline" {
		m.Pipeline = pipeline(m, chip)
	}
	if outputs, clipped := chip.Outputs(); outputs != nil {
		j.sums = chip.Sums()
		if m.Values, err = j.reference.compare(ctx, outputs, clipped); err != nil {
			return nil, err
		}
		m.Values.Layers = j.layers(chip.Discrepancies())
	}
	m.Roofline = newRoofline(m, chip.Peak(), m.perCycle(float64(j.machine.DRAM.Bandwidth), j.machine.DRAM.Channels), func(k int) float64 { return b.crossed(chip.KernelPhase(k)) })
	m.RoundingSeconds = measured.RoundingSeconds / float64(passes)
	j.evidence = evidence{}
	if j.repeats() {
		j.evidence.priced = &priced{*j, chip}
	}
	if j.totals {
		return m, nil
	}
	if m.Pipeline == nil {
		m.bind(func(k int) (going, float64) { return analogGoing(chip, k), float64(measured.KernelCycles[k]) })
	}
	j.limit(m)
	m.Notes = append(m.Notes, j.analogNotes(chip, m)...)
	j.evidence = j.explained(chip, b)
	j.evidence.once = j.once(chip, m.Programming)
	job := *j
	j.evidence.timing = func() timing { return job.analogTiming(chip, m, b) }
	return m, nil
}

// analogBooks are those of the measured passes.
func (j *job) analogBooks(chip *analog.Chip) books {
	return books{chip.Ledger(), chip.KernelPhase(0), chip.KernelPhase(len(j.work.Kernels) - 1), chip.Measured().Passes}
}

// explained is what the numbers come from.
func (j *job) explained(chip *analog.Chip, b books) evidence {
	v := evidence{
		books: b, derive: chip.Derivation, clock: j.machine.RateFigure(), priced: j.evidence.priced,
		devices: slices.Concat(chip.Devices().Figures(), j.machine.DAC.Errors(), j.machine.ADC.Errors()),
	}
	components := chip.Components()
	for i := range components {
		c := &components[i]
		v.areas = append(v.areas, areaFigure{c.Path, c.Instances, c.AreaKnown, c.Area})
	}
	for _, t := range chip.Times() {
		v.stages = append(v.stages, stageFigure{t.Component, int64(t.Cycles), t.Latency})
	}
	return v
}

func mean(total, n int64) int64 { return int64(math.Round(float64(total) / float64(n))) }

func analogParts(chip *analog.Chip) []part {
	var parts []part
	components := chip.Components()
	for i := range components {
		c := &components[i]
		parts = append(parts, part{c.Path, c.Instances, chip.BusyCycles(c), c.Area.Value, c.AreaKnown})
	}
	return parts
}

func (j *job) analogKernels(m *Machine, chip *analog.Chip, b books) {
	measured := chip.Measured()
	for k, kernel := range j.work.Kernels {
		r := newKernel(&kernel, j.batch())
		r.Cycles = mean(int64(measured.KernelCycles[k]), b.passes)
		r.Seconds = chip.Clock().Seconds(measured.KernelCycles[k]) / float64(b.passes)
		r.EnergyJ = b.phaseJoules(chip.KernelPhase(k))
		if !j.totals {
			r.Categories = b.phaseCategories(chip.KernelPhase(k))
		}
		r.Arrays, r.Replicas = int64(chip.Arrays(k)), int64(chip.Copies(k))
		r.Reloads = float64(measured.KernelLoads[k]) / float64(b.passes)
		r.Appends = float64(measured.KernelAppends[k]) / float64(b.passes)
		r.Reload = j.reload(chip, m, k)
		m.Kernels = append(m.Kernels, r)
	}
}

// reload is what loading a kernel takes in every pass.
func (j *job) reload(chip *analog.Chip, m *Machine, k int) *Reload {
	measured, clock := chip.Measured(), chip.Clock()
	n := float64(measured.Passes)
	l := chip.Loaded(chip.KernelPhase(k))
	if measured.KernelLoads[k] == 0 && l.Cells == 0 {
		return nil
	}
	r := &Reload{
		Streams: measured.KernelLoads[k] >= int64(chip.Arrays(k))*measured.Passes,
		Bytes:   float64(l.Bits) / 8 / n, Cells: float64(l.Cells) / n,
		EnergyJ: l.Joules() / n, DRAMJ: l.DRAM / n, NetworkJ: l.Network / n, ArraysJ: l.Arrays / n,
		HiddenS:  clock.Seconds(measured.KernelLoading[k]-measured.KernelExposed[k]) / n,
		ExposedS: clock.Seconds(measured.KernelExposed[k]) / n,
	}
	if !j.trial {
		r.WritesPerCellPerInference = measured.KernelWear[k] / float64(j.batch())
		r.DaysToWearOut = j.days(m, r.WritesPerCellPerInference)
	}
	return r
}

// days is how long cells last that are written so often, at the rate at which
// passes follow each other.
func (j *job) days(m *Machine, writes float64) *float64 {
	if writes == 0 || m.Seconds == 0 {
		return nil
	}
	days := j.machine.Cell.Endurance / writes * m.Seconds / float64(j.batch()) / secondsOfDay
	return &days
}

const secondsOfDay = 24 * 60 * 60

// pipeline is what kernels that run at once come to.
func pipeline(m *Machine, chip *analog.Chip) *Pipeline {
	flow, clock := chip.Measured().Flow, chip.Clock()
	m.LatencyS = clock.Seconds(flow.Latency)
	b := chip.Bottleneck()
	p := &Pipeline{
		Bottleneck: b.Shared, BottleneckBusy: b.Busy, BottleneckCycles: int64(b.Cycles),
		InferenceLatencyS: clock.Seconds(flow.Inference), LoadedLatencyS: clock.Seconds(flow.Loaded),
	}
	if b.Kernel >= 0 {
		k := &m.Kernels[b.Kernel]
		p.Bottleneck, p.BottleneckVectors, p.BottleneckCopies = k.Name, k.L, k.Replicas
	}
	return p
}

// programming sets one-time charges apart from those of every pass. One-time
// is the preload and what a first pass loads beyond a steady one.
func (j *job) programming(chip *analog.Chip, m *Machine) *Programming {
	measured, clock := chip.Measured(), chip.Clock()
	n := float64(measured.Passes)
	p := &Programming{
		Resident: chip.Resident(), CapacityArrays: int64(chip.Capacity()), DemandArrays: int64(chip.Demand()),
		Policy: j.machine.Chip.Reload, AmortisedOverInferences: j.config.Inferences,
	}
	var exposed sim.Cycle
	for k := range j.work.Kernels {
		l := chip.Loaded(chip.KernelPhase(k))
		p.PerPass.Tiles += float64(measured.KernelLoads[k]) / n
		p.PerPass.Cells += float64(l.Cells) / n
		p.PerPass.EnergyJ += l.Joules() / n
		exposed += measured.KernelExposed[k]
	}
	p.PerPass.Seconds = clock.Seconds(exposed) / n
	once := chip.Loaded(chip.Preload())
	p.OneTime = Loads{
		Tiles: float64(measured.PreloadTiles), Cells: float64(once.Cells),
		EnergyJ: once.Joules(),
		Seconds: clock.Seconds(measured.PreloadCycles),
	}
	if l := chip.Loaded(chip.WarmUp()); p.warms(measured.WarmUpTiles, l.Joules()) {
		p.OneTime.Tiles += float64(measured.WarmUpTiles) - p.PerPass.Tiles
		p.OneTime.Cells += math.Max(0, float64(l.Cells)-p.PerPass.Cells)
		p.OneTime.EnergyJ += l.Joules() - p.PerPass.EnergyJ
		p.OneTime.Seconds += math.Max(0, clock.Seconds(measured.WarmUpExposed)-p.PerPass.Seconds)
	}
	p.OneTimeEnergyPerInferenceJ = p.OneTime.EnergyJ / float64(j.config.Inferences)
	p.WritesPerCellPerInference = measured.LoadsOfWorst / float64(j.batch())
	if p.WritesPerCellPerInference > 0 {
		life := j.machine.Cell.Endurance / p.WritesPerCellPerInference
		p.InferencesToWearOut = &life
	}
	p.DaysToWearOut = j.days(m, p.WritesPerCellPerInference)
	return p
}

// warms reports whether a first pass loads more than a steady one.
func (p *Programming) warms(tiles int64, joules float64) bool {
	return float64(tiles) > p.PerPass.Tiles && joules >= p.PerPass.EnergyJ
}

// once is what a chip did before the measured passes.
func (j *job) once(chip *analog.Chip, p *Programming) *once {
	measured, clock := chip.Measured(), chip.Clock()
	l := chip.Loaded(chip.WarmUp())
	return &once{
		preload: chip.Preload(), warmUp: chip.WarmUp(), warms: p.warms(measured.WarmUpTiles, l.Joules()),
		preloadS: clock.Seconds(measured.PreloadCycles), warmS: clock.Seconds(measured.WarmUpExposed), steadyS: p.PerPass.Seconds,
	}
}

// analogNotes are the assumptions a reader must know.
func (j *job) analogNotes(chip *analog.Chip, m *Machine) []string {
	var notes []string
	cfg := j.machine
	if cfg.Kind == "analog" {
		notes = append(notes, converterNotes(cfg, chip.LosslessBits())...)
	}
	if m.Values == nil && cfg.Kind == "analog" && (cfg.ADC.Random() || cfg.DAC.Random()) {
		notes = append(notes, "errors of adc and dac change numbers and no energy, and values are statistical: take values = \"exact\" to see them")
	}
	if m.Values == nil && !cfg.Devices.Ideal() {
		notes = append(notes, "what is not ideal about [machine.devices] changes numbers, and values are statistical: take values = \"exact\" to see it")
	}
	if m.Values == nil && cfg.Kind == "analog" && !cfg.ADC.Counts() {
		notes = append(notes, "adc.range and adc.circuit change numbers and no energy, and values are statistical: take values = \"exact\" to see it")
	}
	if cfg.Kind == "analog" && m.Values != nil {
		notes = append(notes, slices.Concat(chip.Devices().Notes(), cfg.DAC.ErrorNotes(), cfg.ADC.ErrorNotes())...)
	}
	notes = append(notes, timeNotes(cfg)...)
	notes = append(notes, chip.Doubts()...)
	if m.Values == nil {
		notes = append(notes, statisticsNote(j.statistics(), j.work.Sample != nil, cfg.DAC.TimeCoded() || cfg.Cell.ByBits()))
	}
	notes = append(notes, j.besideNotes()...)
	if chip.Packed() {
		note := "groups share arrays, as many as fit on the diagonal: cells beside it are at level zero, and read with the others"
		if _, lumped := cfg.Cell.Lumped(); lumped {
			note += " at the same cell.read_energy"
		}
		notes = append(notes, note)
	}
	if !chip.Resident() {
		notes = append(notes, reloadNotes(cfg)...)
	}
	notes = append(notes, chip.Routes()...)
	notes = append(notes, copyNotes(chip, m)...)
	for _, r := range chip.Rounded() {
		notes = append(notes, "rounded up to whole cycles: "+r)
	}
	if m.RoundingSeconds > 0 {
		notes = append(notes, fmt.Sprintf("rounding costs at most %v of a pass's %v", unit.Second(m.RoundingSeconds), unit.Second(m.Seconds)))
	}
	if measured := chip.Measured(); !measured.Repeats && !chip.Resident() && j.work.Values == nil && cfg.Chip.Reload == "optimal" {
		notes = append(notes, fmt.Sprintf("mean of %d passes; the optimal plan repeats only after more", measured.Passes))
	}
	return notes
}

// copyNotes says what arrays hold beside one copy of the weights, and what a
// pipeline's times are.
func copyNotes(chip *analog.Chip, m *Machine) (notes []string) {
	var arrays, copied int64
	for _, k := range m.Kernels {
		arrays += k.Arrays
		copied += k.Arrays - k.Arrays/max(1, k.Replicas)
	}
	if copied > 0 {
		notes = append(notes, fmt.Sprintf("%d of the %d arrays that the model takes hold copies: each kernel's vectors are shared out among its copies", copied, arrays))
	}
	if m.Pipeline == nil {
		return notes
	}
	notes = append(notes, "kernels run at once: throughput is that of inferences behind each other, latency that of a pass alone, a kernel's time what its own arrays take; leakage is shared by that")
	if flow := chip.Measured().Flow; !flow.Steady {
		notes = append(notes, fmt.Sprintf("the inferences of the pipeline do not repeat within %d; their rate is the mean of the later half", flow.Behind))
	}
	return notes
}

// besideNotes says what of the operators beside the products is counted.
func (j *job) besideNotes() []string {
	for i := range j.work.Kernels {
		if j.work.Kernels[i].Beside != (workload.Beside{}) {
			const what = "what is computed beside the products (pooling, residual sums, softmax, normalisation) takes "
			if j.machine.Activation.Latency > 0 {
				return []string{what + "a machine.activation operation a step, shared out over the kernel's outputs as they come, and the energy of its numbers' way through the buffers, but no time for that"}
			}
			return []string{what + "the energy of a machine.activation operation a step, and of its numbers' way through the buffers, but no time"}
		}
	}
	return nil
}

// converterNotes says what the converters read and what they cost.
func converterNotes(cfg *configs.Machine, need int) (notes []string) {
	notes = append(notes, optionNotes(cfg)...)
	switch {
	case !cfg.ADC.Counts():
		notes = append(notes, rangeNote(cfg))
	case !cfg.Devices.Ideal() || cfg.Crossbar.Weights != "sliced" || cfg.Random():
		notes = append(notes, fmt.Sprintf("column sums go up to %d bits and are no whole numbers, the ADC has %d", need, cfg.ADC.Resolution))
	case cfg.ADC.Resolution >= need:
		notes = append(notes, fmt.Sprintf("the ADC's %d bits read every column sum exactly (%d are enough)", cfg.ADC.Resolution, need))
	case cfg.ADC.Range == "clip":
		notes = append(notes, fmt.Sprintf("column sums may need %d bits, the ADC has %d: larger sums clip", need, cfg.ADC.Resolution))
	default:
		notes = append(notes, fmt.Sprintf("column sums may need %d bits, the ADC has %d: its step is widened", need, cfg.ADC.Resolution))
	}
	if cfg.ADC.Modelled() {
		r := cfg.ADC.Regression()
		note := fmt.Sprintf("a conversion takes %v: the regression of Andrulis et al. (2024) at ENOB %g, %v and %v",
			unit.Joule(cfg.Supply.Energy(cfg.ADC.Conversion(cfg.ADC.Resolution)).Value), r.ENOB, r.Node, r.Rate)
		if cfg.ADC.LeakageShare > 0 {
			note += fmt.Sprintf(", without the %.3g %% that it leaks", 100*cfg.ADC.LeakageShare)
		}
		if cfg.Supply.Other() && cfg.Supply.Voltage != cfg.Supply.Nominal {
			note += fmt.Sprintf(", taken to %v", cfg.Supply.Voltage)
		}
		notes = append(notes, note)
	}
	if cfg.ADC.ByENOB() && cfg.ADC.ENOB > float64(cfg.ADC.Resolution) {
		notes = append(notes, fmt.Sprintf("an ENOB of %g is more than the %d bits of the codes: energy is paid for bits that are not read", cfg.ADC.ENOB, cfg.ADC.Resolution))
	}
	return notes
}

// timeNotes says what times are taken to be where keys may be read differently.
func timeNotes(cfg *configs.Machine) (notes []string) {
	if s := &cfg.Supply; s.Other() && s.Voltage != s.Nominal && s.Model == "power" && s.DelayExponent == 0 {
		notes = append(notes, fmt.Sprintf("at %v the clock and all times stay those of %v, for supply.delay_exponent is 0", s.Voltage, s.Nominal))
	}
	if pulse := cfg.DAC.Load(); cfg.Cell.Model == "conductance" && cfg.DAC.Timing == "pulses" && float64(cfg.Cell.ReadTime) < pulse.Value {
		notes = append(notes, fmt.Sprintf("pulses of up to %s read the cells, which heat for the cell.read_time = %v alone", pulse.Result(), cfg.Cell.ReadTime))
	}
	return notes
}

// statisticsNote says what stands for the inputs and weights, of which energies
// follow the size of the digits, or its square.
func statisticsNote(s configs.Statistics, network, size bool) string {
	switch {
	case s.From == "rows":
		return fmt.Sprintf("statistical values: moments measured row by row on %d of the network's inputs and on its weights", s.Sample)
	case s.From == "histogram" && network:
		return fmt.Sprintf("statistical values: histograms of %d of the network's inputs and of its weights, through slices and columns", s.Sample)
	case s.From == "histogram":
		return "statistical values: histograms of inputs and weights, through slices and columns"
	}
	if size {
		return fmt.Sprintf("statistical values: input density %g, input mean %g, weight mean %g of full scale", s.InputDensity, s.InputMean, s.WeightMean)
	}
	return fmt.Sprintf("statistical values: input density %g, input mean square %g, weight mean %g of full scale",
		s.InputDensity, s.InputMeanSquare, s.WeightMean)
}

// reloadNotes says what a policy gives up for its loads.
func reloadNotes(cfg *configs.Machine) (notes []string) {
	serial := cfg.Chip.Reload == "optimal" || cfg.Chip.Reload == "pin" && cfg.Chip.StreamArrays == 1
	if !serial {
		return nil
	}
	notes = append(notes, fmt.Sprintf("reload = %q loads the fewest tiles, through one array, one after the other; \"pin\" with more stream_arrays, or \"lru\", loads more of them side by side", cfg.Chip.Reload))
	if cfg.Chip.OverlapReload {
		notes = append(notes, "overlap_reload has nothing to overlap: the array that is written next is the one that computes")
	}
	return notes
}
