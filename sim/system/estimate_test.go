package system_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/digital/kernel"
	"xbar/sim/system"
	"xbar/sim/workload"
)

// Energies that follow the data are, kernel by kernel, sums over every cell that every
// slice of every vector reads; and moments that are measured on all of the data, row by
// row, come to the same.
func TestEnergyOfDataByBruteForce(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		net := drawConvnet(t)
		study, inputs := net.write(t, folder)
		cfg, err := configs.Load(study, []string{
			"workload.values=exact", fmt.Sprintf("workload.batch=%d", len(inputs)),
			"machine.chip.crossbar.encoding=" + rapid.SampledFrom([]string{"offset", "differential"}).Draw(t, "encoding"), "machine.chip.crossbar.column_flip=false",
			fmt.Sprintf("machine.chip.dac.bits=%d", rapid.IntRange(1, 3).Draw(t, "dac bits")), fmt.Sprintf("machine.chip.dac.gate_zeros=%v", rapid.Bool().Draw(t, "gated")),
			fmt.Sprintf("machine.chip.cell.bits=%d", rapid.IntRange(1, 3).Draw(t, "cell bits")), "machine.chip.crossbar.control_energy=1 pJ", "machine.chip.chip.tiles=64", "machine.chip.adc.resolution=14", "machine.chip.adc.enob=8",
			"workload.statistics.from=" + rapid.SampledFrom([]string{"rows", "histogram", "assumed"}).Draw(t, "from"),
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range cfg.Workload.Kernels {
			if k.Groups > 1 {
				return // groups may share arrays, in which they read each other's cells
			}
		}
		r, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		kernels := kernelsOf(cfg)
		work, err := workload.LoadChain(cfg.Workload.Chain, kernels, cfg.Workload.Inputs, "", 0, workload.Quantisation{Step: 1. / 255, Sample: 100})
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float64, len(kernels))
		for i := range inputs {
			err := kernel.Trace(context.Background(), work.Values, work.Kernels, i, func(k int, x []int64) {
				want[k] += joulesOf(&cfg.Machines[0], &kernels[k], x, &work.Values.Weights[k])
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		sameForAll(t, cfg, r.Machines[0].Values.Energy)
		for k, e := range r.Machines[0].Values.Energy {
			if math.Abs(e.Following.DataJ-want[k]) > 1e-9*want[k] {
				t.Errorf("%s: %g J, cell by cell %g J", e.Kernel, e.Following.DataJ, want[k])
			}
			if e.Total.DataJ != r.Machines[0].Kernels[k].EnergyJ {
				t.Errorf("%s: %g J, and the kernel has %g J", e.Kernel, e.Total.DataJ, r.Machines[0].Kernels[k].EnergyJ)
			}
			if other := e.Total.DataJ - e.Following.DataJ; math.Abs(other-(e.Total.StatisticalJ-e.Following.StatisticalJ)) > 1e-9*e.Total.DataJ {
				t.Errorf("%s: what does not follow the data differs: %+v", e.Kernel, e)
			}
			if cfg.Workload.Statistics.From == "rows" && e.Following.Error != nil && math.Abs(*e.Following.Error) > 1e-9 {
				t.Errorf("%s: measured on all of the data, and %g off", e.Kernel, *e.Following.Error)
			}
		}
	})
}

// sameForAll checks fixed energies: together they are those of the data, and where cells
// alone follow it, shared by how many are read.
func sameForAll(t *rapid.T, cfg *configs.Config, all []system.EnergyEstimate) {
	m := &cfg.Machines[0]
	var data, reads float64
	of := func(k *workload.Kernel) float64 {
		slices := m.DAC.Slicer(k.InputBits, k.SignedInput).Slices()
		return float64(k.L * k.N * k.M * int64(m.Scheme(k.WeightBits).Columns()*slices))
	}
	for k, e := range all {
		data += e.Following.DataJ
		reads += of(&kernelsOf(cfg)[k])
	}
	together := 0.0
	for k, e := range all {
		together += *e.Following.FixedJ
		want := data * of(&kernelsOf(cfg)[k]) / reads
		if !m.DAC.GateZeros && math.Abs(*e.Following.FixedJ-want) > 1e-9*data {
			t.Errorf("%s: fixed energies are %g J, by its cells %g J", e.Kernel, *e.Following.FixedJ, want)
		}
		if rest := *e.Total.FixedJ - *e.Following.FixedJ; math.Abs(rest-(e.Total.DataJ-e.Following.DataJ)) > 1e-9*e.Total.DataJ {
			t.Errorf("%s: what does not follow the data is %g J", e.Kernel, rest)
		}
	}
	if math.Abs(together-data) > 1e-9*data {
		t.Errorf("fixed energies are %g J in all kernels, the data's %g J", together, data)
	}
}

// joulesOf is what drivers and cells take for the vectors of a kernel.
func joulesOf(m *configs.Machine, k *workload.Kernel, x []int64, w *workload.Matrix) (sum float64) {
	slicer, scheme := m.DAC.Slicer(k.InputBits, k.SignedInput), m.Scheme(k.WeightBits)
	base, slope := m.Cell.Read()
	load, loadSlope := m.DAC.Convert()
	row := m.Crossbar.Drive().Value
	each := m.Crossbar.Cols / scheme.Columns()
	arrays := float64((int(k.M) + each - 1) / each)
	levels := make([]uint8, scheme.Columns())
	for at, number := range x {
		weights := w.Row(at % int(k.N))
		for t := range slicer.Slices() {
			digit := math.Abs(float64(slicer.Digit(number, t)))
			heat := digit / float64(slicer.FullScale(t))
			heat *= heat
			if digit != 0 && m.DAC.GateZeros { // else each input costs it
				sum += arrays * (load.Value + row)
			}
			sum += arrays * loadSlope.Value * digit
			for _, weight := range weights {
				scheme.Levels(int64(weight), levels)
				for _, level := range levels {
					sum += heat * (base.Value + slope.Value*float64(level)/float64(scheme.MaxLevel()))
				}
			}
		}
	}
	return sum
}
