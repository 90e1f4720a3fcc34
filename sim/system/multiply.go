package system

import (
	"context"
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"

	"xbar/adc"
	"xbar/configs"
	"xbar/sim/workload"
)

// Operands are the two matrices of a product, and the bits that they are rounded to.
type Operands struct {
	X, W                  *mat.Dense // L×N and N×M
	InputBits, WeightBits int
	InputMax, WeightMax   float64 // size of the largest numbers that bits are for, beyond which they are clipped; 0: the largest there is
}

// Product is Y = X·W through one machine's arrays.
type Product struct {
	Y           *mat.Dense // L×M
	InputScale  float64    // X is so many times whole numbers; 1 where it was whole numbers
	WeightScale float64
	Rounding    string   // dac.rounding, where X was not rounded to whole numbers; ""
	Held        string   // crossbar.weights, where W was not; ""
	RMSError    float64  // of Y, beside the product of 64-bit floating-point numbers
	SNRdB       *float64 // of all of Y; nil: there is no error
	RoundedDB   *float64 // of X and W rounded and then multiplied exactly; nil: there is no error
	Result      *Result  // of the machine: the product is one pass
}

// Multiply sends a product through the arrays of the named machine of a config, or
// of the first that has arrays. X and W are rounded to whole numbers of their bits,
// of a step that the largest of them sets; if they are whole numbers that fit, they
// are taken as they are, unless what the largest is was said. Whole weights of
// crossbar.weights, and inputs of dac.rounding, are not rounded, or otherwise. The
// config's workload is left aside.
func Multiply(ctx context.Context, cfg *configs.Config, machine string, o Operands, opt Options) (*Product, error) {
	m, err := arrays(cfg, machine)
	if err != nil {
		return nil, err
	}
	p := &Product{}
	work, err := o.workload(m, p)
	if err != nil {
		return nil, err
	}
	study := *cfg
	study.Workload = configs.Workload{Batch: int64(work.Values.Inputs.Rows), Values: "exact"}
	job := job{config: &study, machine: m, work: work, reference: newReference(work), progress: newProgress(opt.Progress, 1).of(0, m.Name)}
	var found *Machine
	if err := guarded(func() error {
		found, err = job.run(ctx, max(1, opt.Workers))
		return err
	}); err != nil {
		return nil, fmt.Errorf("machine %s: %w", m.Name, err)
	}
	p.Result = &Result{Schema: "xbar.result/1", Title: "The product as one pass", Seed: cfg.Seed, Version: opt.Version, Machines: []Machine{*found}}
	exact, err := job.reference.outputs(ctx)
	if err != nil {
		return nil, err
	}
	p.compare(&o, job.sums, exact)
	return p, nil
}

// arrays is a machine that has some.
func arrays(cfg *configs.Config, name string) (*configs.Machine, error) {
	names := make([]string, len(cfg.Machines))
	for i := range cfg.Machines {
		m := cfg.Machines[i]
		names[i] = m.Name
		has := m.Kind == "analog" || m.Kind == "digital-cim"
		switch {
		case name == m.Name && !has:
			return nil, fmt.Errorf("machine %s is of kind %s, and has no arrays", m.Name, m.Kind)
		case has && (name == "" || name == m.Name):
			m.Batch, m.BatchUpTo = 0, 0
			return &m, nil
		}
	}
	if name == "" {
		return nil, fmt.Errorf("no machine of the config has arrays (kind = \"analog\" or \"digital-cim\")")
	}
	suggestion := ""
	if near := configs.Nearest(name, names); near != "" {
		suggestion = fmt.Sprintf("; did you mean %q?", near)
	}
	return nil, fmt.Errorf("no machine %q in the config%s (it has %q)", name, suggestion, names)
}

// workload is one kernel of L = 1, each line of X an inference, and its values.
func (o *Operands) workload(m *configs.Machine, p *Product) (*workload.Workload, error) {
	lines, n := o.X.Dims()
	rows, columns := o.W.Dims()
	if n != rows {
		return nil, fmt.Errorf("the inputs X are %d×%d and the weights W %d×%d: the columns of X are not the rows of W", lines, n, rows, columns)
	}
	k := workload.Kernel{
		Name: "product", L: 1, N: int64(n), M: int64(columns),
		InputBits: o.InputBits, WeightBits: o.WeightBits, OutputBits: 32, SignedInput: mat.Min(o.X) < 0,
	}
	v := &workload.Values{Post: make([]workload.Requantize, 1), Weights: make([]workload.Matrix, 1), Sums: true}
	low := 0.0
	if m.Crossbar.Encoding == "magnitude" && mat.Min(o.W) < 0 {
		return nil, fmt.Errorf("the weights W have numbers below zero, which crossbar.encoding = \"magnitude\" cannot hold")
	}
	var err error
	high := math.Exp2(float64(o.WeightBits-1)) - 1
	if m.Crossbar.Encoding == "magnitude" {
		high = 2*high + 1
	} else {
		low = -high
	}
	if v.Weights[0], p.WeightScale, err = integers("W", o.W, o.WeightMax, low, high); err != nil {
		return nil, err
	}
	if m.Crossbar.Weights != "sliced" && m.Kind == "analog" {
		p.Held = m.Crossbar.Weights
		v.RealWeights = real(o.W, p.WeightScale, o.WeightMax, low, high)
	}
	low, high = 0, math.Exp2(float64(o.InputBits))-1
	if k.SignedInput {
		high = math.Exp2(float64(o.InputBits-1)) - 1
		low = -high
	}
	if v.Inputs, p.InputScale, err = integers("X", o.X, o.InputMax, low, high); err != nil {
		return nil, err
	}
	if rounding := m.DAC.Rounding; m.Kind == "analog" && (rounding == "none" || rounding == "mid-rise" && k.SignedInput) {
		if n := m.DAC.Slicer(o.InputBits, k.SignedInput).Slices(); n > 1 {
			whole := fmt.Sprintf("dac.bits = %d", o.InputBits)
			if k.SignedInput {
				whole = fmt.Sprintf("dac.bits = %d and dac.signed_inputs = \"signed-digits\"", o.InputBits-1)
			}
			return nil, fmt.Errorf("dac.rounding = %q drives inputs whole, and dac.bits = %d with dac.signed_inputs = %q takes %d slices for %d bits: give it %s",
				rounding, m.DAC.Bits, m.DAC.SignedInputs, n, o.InputBits, whole)
		}
		p.Rounding = rounding
		v.RealInputs = real(o.X, p.InputScale, o.InputMax, low, high)
		if rounding == "mid-rise" {
			levels := adc.NewQuantizer(-1, 1, int64(1)<<o.InputBits)
			for i, x := range v.RealInputs {
				x, _ = levels.ConvertReal(x / high)
				v.RealInputs[i] = x * high
			}
		}
	}
	return &workload.Workload{Kernels: []workload.Kernel{k}, Values: v}, nil
}

// real is numbers in a step, which [integers] has found, and clipped.
func real(m *mat.Dense, step, largest, low, high float64) (all []float64) {
	switch {
	case step == 1:
		largest = high
	case largest == 0:
		largest = max(mat.Max(m), -mat.Min(m))
	}
	rows, _ := m.Dims()
	for i := range rows {
		for _, x := range m.RawRowView(i) {
			all = append(all, min(max(x/largest*high, low), high))
		}
	}
	return all
}

// integers rounds numbers to multiples of a step, which is what the largest is over
// high, and clips what is beyond.
func integers(name string, m *mat.Dense, largest, low, high float64) (workload.Matrix, float64, error) {
	rows, columns := m.Dims()
	w := workload.Matrix{Rows: rows, Cols: columns, Data: make([]int32, 0, rows*columns)}
	fits, most := largest == 0, largest
	for i := range rows {
		for j, x := range m.RawRowView(i) {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return w, 0, fmt.Errorf("%s has %g in row %d, column %d", name, x, i+1, j+1)
			}
			fits = fits && x == math.Trunc(x) && low <= x && x <= high
			if largest == 0 {
				most = max(most, math.Abs(x))
			}
		}
	}
	step := 1.0
	if fits {
		most = high
	} else {
		step = most / high
	}
	for i := range rows {
		for _, x := range m.RawRowView(i) {
			w.Data = append(w.Data, int32(math.RoundToEven(min(max(x/most*high, low), high))))
		}
	}
	return w, step, nil
}

// compare gives what arrays made of the product, and how far off it is.
func (p *Product) compare(o *Operands, sums [][]float64, exact [][]int64) {
	var want mat.Dense
	want.Mul(o.X, o.W)
	lines, columns := want.Dims()
	step := p.InputScale * p.WeightScale
	p.Y = mat.NewDense(lines, columns, nil)
	rounded := mat.NewDense(lines, columns, nil)
	for l := range lines {
		for j := range columns {
			p.Y.Set(l, j, step*sums[l][j])
			rounded.Set(l, j, step*float64(exact[l][j]))
		}
	}
	p.RMSError, p.SNRdB = apart(p.Y, &want)
	_, p.RoundedDB = apart(rounded, &want)
}

// apart is the mean error of a matrix, and the signal over it.
func apart(got, want *mat.Dense) (rms float64, db *float64) {
	var d mat.Dense
	d.Sub(got, want)
	noise, signal := mat.Norm(&d, 2), mat.Norm(want, 2)
	rows, columns := want.Dims()
	if noise > 0 && signal > 0 {
		ratio := 20 * math.Log10(signal/noise)
		db = &ratio
	}
	return noise / math.Sqrt(float64(rows*columns)), db
}
