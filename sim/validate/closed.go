package validate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"xbar/configs"
	"xbar/sim/theory"
)

// randomMachines is how many machines the closed forms are checked on.
const randomMachines = 48

// closedForms compares what the event simulation counts with the closed forms,
// on machines and kernels drawn from a fixed seed.
func closedForms(ctx context.Context, b *bench) (Rung, error) {
	random := rand.New(rand.NewPCG(1, 2))
	counts, energies := newSeries(), newSeries()
	for range randomMachines {
		s, err := b.simulate(ctx, "closed-forms", []byte(drawn(random)))
		if err != nil {
			return Rung{}, err
		}
		s.compareCounts(counts, energies)
	}
	return Rung{
		Level: 1, Title: fmt.Sprintf("Closed forms: %d machines and kernels drawn at random", randomMachines),
		Columns: []Column{{Name: "simulated", Given: "nothing", Rest: "how often each action happens, and its energy"}},
		Tables: []Table{
			{Title: "counts", Unit: "1", Figures: counts.figures("", 0)},
			{Title: "energies", Unit: "J", Figures: energies.figures("-energy", 1e-12)},
		},
	}, nil
}

// series is points by name, in the order in which names first came.
type series struct {
	names             []string
	closed, simulated map[string][]float64
}

func newSeries() *series {
	return &series{closed: map[string][]float64{}, simulated: map[string][]float64{}}
}

func (s *series) add(name string, closed, simulated float64) {
	if s.closed[name] == nil {
		s.names = append(s.names, name)
	}
	s.closed[name] = append(s.closed[name], closed)
	s.simulated[name] = append(s.simulated[name], simulated)
}

func (s *series) figures(suffix string, tolerance float64) (all []Figure) {
	for _, name := range s.names {
		id := strings.ReplaceAll(name, " ", "-") + suffix
		all = append(all, worst(id, name, "closed form of package theory", s.closed[name], [][]float64{s.simulated[name]}, tolerance))
	}
	return all
}

// drawn is a config with one analog machine, which holds its kernel, and
// energies, whatever physics says, that are the same for every action of a kind.
func drawn(r *rand.Rand) string {
	between := func(low, high int) int { return low + r.IntN(high-low+1) }
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	encoding := one("offset", "differential", "twos-complement", "magnitude")
	sum, flip := one("none", "polarity", "weight"), "false"
	if encoding != "differential" && sum == "polarity" {
		sum = "none"
	}
	if sum == "none" && (encoding == "offset" || encoding == "magnitude") {
		flip = one("true", "false")
	}
	rows := between(4, 64)
	var t strings.Builder
	fmt.Fprintf(&t, "inferences = 1\nallow_below_floor = true\n[workload]\n[[workload.kernel]]\nname = \"k\"\nL = %d\nN = %d\nM = %d\n", between(1, 4), between(1, 150), between(1, 40))
	fmt.Fprintf(&t, "input_bits = %d\nweight_bits = %d\nsigned_input = %s\n", between(2, 8), between(2, 8), one("true", "false"))
	fmt.Fprintf(&t, "[[machine]]\nname = \"m\"\npreset = \"reram-small\"\n[machine.chip]\ntiles = 60\narrays_per_tile = 60\n")
	fmt.Fprintf(&t, "[machine.crossbar]\nrows = %d\ncols = %d\nfold = %d\nactive_rows = %d\nencoding = %q\nanalog_sum = %q\ncolumn_flip = %s\ngate_unused = %s\n",
		rows, between(32, 96), between(1, 2), between(1, rows), encoding, sum, flip, one("true", "false"))
	fmt.Fprintf(&t, "row_capacitance = \"%d fF\"\nwrite_parallelism = 16\ncontrol_energy = \"%d fJ\"\n", between(1, 100), between(1, 9999))
	fmt.Fprintf(&t, "[machine.cell]\nbits = %d\nread_energy = \"%d aJ\"\n", between(1, 4), between(1, 9999))
	fmt.Fprintf(&t, "[machine.dac]\nbits = %d\nphases = %d\nsigned_inputs = %q\nenergy_per_conversion = \"%d fJ\"\n",
		between(1, 4), max(0, between(-2, 3)), one("twos-complement", "sign-magnitude", "signed-digits"), between(1, 9999))
	fmt.Fprintf(&t, "[machine.sample_hold]\nenergy_per_sample = \"%d aJ\"\nenergy_per_integration = \"%d aJ\"\n", between(1, 9999), between(1, 9999))
	fmt.Fprintf(&t, "[machine.adc]\nper_array = %d\nresolution = 8\nmodel = \"given\"\nenergy_per_conversion = \"%d fJ\"\n", between(1, 16), between(1, 9999))
	fmt.Fprintf(&t, "[machine.shift_add]\nenergy_per_operation = \"%d fJ\"\nenergy_per_correction = \"%d fJ\"\n", between(1, 999), between(1, 999))
	fmt.Fprintf(&t, "[machine.accumulator]\nenergy_per_add = \"%d fJ\"\n", between(1, 999))
	return t.String()
}

// compareCounts sets a machine beside its closed forms.
func (s *study) compareCounts(counts, energies *series) {
	cfg, m := &s.config.Machines[0], &s.machines[0]
	k := s.config.Workload.Kernels[0]
	c := theory.Count(theory.Kernel{
		L: k.L, N: k.N, M: k.M, Groups: k.Groups, InputBits: int64(k.InputBits), WeightBits: int64(k.WeightBits), SignedInput: k.SignedInput,
	}, closedArray(cfg))
	for _, a := range []struct {
		path, action string
		count        int64
		each         float64
	}{
		{"tile/array/dac", "convert", c.DACConvert, float64(cfg.DAC.EnergyPerConversion)},
		{"tile/array/row", "drive", c.DACConvert, cfg.Crossbar.Drive().Value},
		{"tile/array", "activate", c.Activate, float64(cfg.Crossbar.ControlEnergy)},
		{"tile/array/cell", "read", c.CellRead, float64(cfg.Cell.ReadEnergy)},
		{"tile/array/sample-hold", "hold", c.Sample, float64(cfg.SampleHold.EnergyPerSample)},
		{"tile/array/sample-hold", "integrate", c.Integrate, float64(cfg.SampleHold.EnergyPerIntegration)},
		{"tile/array/shift-add", "shift-add", c.ADCConvert, float64(cfg.ShiftAdd.EnergyPerOperation)},
		{"tile/array/shift-add", "correct", c.Correct, float64(cfg.ShiftAdd.EnergyPerCorrection)},
		{"tile/accumulator", "add", c.Accumulate, float64(cfg.Accumulator.EnergyPerAdd)},
	} {
		count, energy := action(m, a.path, a.action)
		name := strings.TrimPrefix(strings.TrimPrefix(a.path, "tile/"), "array/") + " " + a.action
		counts.add(name, float64(a.count), float64(count))
		energies.add(name, float64(a.count)*a.each, energy)
	}
	counts.add("adc convert", float64(c.ADCConvert), float64(conversions(s)))
	counts.add("cells programmed", float64(c.CellsPerLoad), m.Programming.OneTime.Cells)
	if cfg.DAC.Phases == 0 { // else some conversions are of fewer bits
		energies.add("adc convert", float64(c.ADCConvert)*float64(cfg.ADC.EnergyPerConversion), joules(m, "tile/array/adc"))
	}
}

// conversions is of all numbers of bits.
func conversions(s *study) (n int64) {
	for _, c := range s.machines[0].Components {
		for _, a := range c.Actions {
			if c.Path == "tile/array/adc" && strings.HasPrefix(a.Action, "convert") {
				n += a.Count
			}
		}
	}
	return n
}

func closedArray(m *configs.Machine) theory.Array {
	return theory.Array{
		R: int64(m.Crossbar.LogicalRows()), C: int64(m.Crossbar.LogicalCols()), ActiveRows: int64(m.Crossbar.ActiveRows),
		CellBits: int64(m.Cell.Bits), DACBits: int64(m.DAC.Bits), Encoding: m.Crossbar.Encoding,
		Phases: m.DAC.SignedInputs == "sign-magnitude", Digits: m.DAC.SignedInputs == "signed-digits", Converts: int64(m.DAC.Phases),
		AnalogSum: m.Crossbar.AnalogSum, Flip: m.Crossbar.ColumnFlip, Ungated: !m.Crossbar.GateUnused,
	}
}
