package analog

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"xbar/crossbar"
	"xbar/digital/kernel"
	"xbar/sim/workload"
)

// sample is vectors of some inputs that exact arithmetic brings to each kernel.
type sample struct {
	vectors [][][]int32 // [kernel][vector]
	real    [][]float64 // of the first kernel, where inputs are real numbers
}

// takeSample spreads so many vectors evenly over those of each kernel.
func (c *Chip) takeSample(work *workload.Values) (*sample, error) {
	if c.machine.Kind != "analog" || c.machine.ADC.Range != "calibrated" {
		return nil, nil
	}
	kernels := make([]workload.Kernel, len(c.specs))
	for k := range c.specs {
		kernels[k] = c.specs[k].kernel
	}
	s := &sample{vectors: make([][][]int32, len(kernels))}
	inputs, most := work.Inputs.Rows, c.machine.ADC.Sample
	some := min(inputs, most)
	for i := range some {
		input := i * inputs / some
		err := kernel.Trace(c.ctx, work, kernels, input, func(k int, x []int64) {
			n := int(kernels[k].Inputs())
			all := len(x) / n
			each := min(all, (most+some-1)/some)
			for v := range each {
				at := (v*all/each + i) % all * n
				vector := make([]int32, n)
				for j := range vector {
					vector[j] = int32(x[at+j])
				}
				s.vectors[k] = append(s.vectors[k], vector)
				if k == 0 && work.RealInputs != nil {
					s.real = append(s.real, work.RealInputs[input*work.Inputs.Cols+at:][:n])
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// calibrate finds the currents that the converters of a kernel are to tell apart, by
// conversion of a weight: those that so many percent of the currents of a sample do not
// exceed in size, on both sides of zero where there are any below it.
func (c *Chip) calibrate(how crossbar.Reading, s *sample, work *workload.Values, k int) ([][2]float64, error) {
	sizes := make([][]float64, crossbar.Outputs(how.Scheme, how.AnalogSum))
	below := make([]bool, len(sizes))
	how.Watch = func(output int, current float64) {
		sizes[output] = append(sizes[output], math.Abs(current))
		below[output] = below[output] || current < 0
	}
	reader := crossbar.NewReader(how)
	tiles, err := c.hold(reader, work, k, nil)
	if err != nil {
		return nil, err
	}
	grid := &c.specs[k].grid
	var drive crossbar.Drive
	for v, x := range s.vectors[k] {
		for i, blocks := range tiles {
			for j, p := range blocks {
				b := grid.Block(i, j)
				if k == 0 && s.real != nil {
					reader.LoadReal(s.real[v][b.Row:][:b.Rows], &drive)
				} else {
					reader.Load(x[b.Row:][:b.Rows], &drive)
				}
				if _, err := p.Activate(c.ctx, &drive, make([]float64, b.Weights)); err != nil {
					return nil, err
				}
			}
		}
	}
	limits := make([][2]float64, len(sizes))
	for o, all := range sizes {
		slices.Sort(all)
		high := 1.0 // of conversions of nothing but zero
		if n := len(all); n > 0 && all[n-1] > 0 {
			if high = stat.Quantile(c.machine.ADC.Percentile/100, stat.Empirical, all, nil); high == 0 {
				high = all[n-1]
			}
		}
		limits[o][1] = high
		if below[o] {
			limits[o][0] = -high
		}
	}
	return limits, nil
}
