package systolic

import (
	"xbar/sim"
	"xbar/sim/model"
	"xbar/sim/workload"
)

// Time is what a part of the machine takes for a kernel, and how many cycles it was
// busy with it.
type Time struct {
	Component string
	Latency   model.Figure
	Cycles    sim.Cycle
}

// Cycles is for how long the array loads and streams a kernel where nothing else is
// late; section is that of the array's keys. It panics on an unknown dataflow.
//
//	F·(S + 2R + C − 2);  with OverlapWeightLoad R + F·(S + R + C − 2);  of sums that are held F·(S + R + C − 2)
func (a *Array) Cycles(k workload.Kernel, batch int64, section string) model.Figure {
	role, known := roles[a.Dataflow]
	if !known {
		panic("systolic: unknown dataflow " + a.Dataflow)
	}
	rows := model.Input{Symbol: "R", Value: float64(a.Rows), Key: section + ".rows"}
	cols := model.Input{Symbol: "C", Value: float64(a.Cols), Key: section + ".cols"}
	stream := extent(role.stream, &k, batch, ", step by step")
	folds := model.Derived("F", foldsOf(role, &k, batch, rows, cols))
	f := model.Figure{
		Name: "cycles of the array", Equation: "c = {F}·({S} + 2·{R} + {C} − 2)", Inputs: []model.Input{folds, stream, rows, cols},
		Source: "SCALE-Sim v2: R cycles load a fold, and its last step leaves R + C − 2 cycles after it entered",
	}
	each := stream.Value + rows.Value + cols.Value - 2
	f.Value = folds.Value * (each + rows.Value)
	switch {
	case !role.loads():
		f.Equation, f.Value = "c = {F}·({S} + {R} + {C} − 2)", folds.Value*each
		f.Source = "SCALE-Sim v2: the last step of a fold leaves R + C − 2 cycles after it entered"
	case a.OverlapWeightLoad:
		f.Equation, f.Value = "c = {R} + {F}·({S} + {R} + {C} − 2)", rows.Value+folds.Value*each
		f.Source = "SCALE-Sim v2, but R cycles load the first fold alone: overlap_weight_load has the others loaded while one streams"
	}
	return f
}

// foldsOf is the tiles that the array takes one after the other.
func foldsOf(r role, k *workload.Kernel, batch int64, rows, cols model.Input) model.Figure {
	down, across := extent(r.rows, k, batch, ", along the array's rows"), extent(r.cols, k, batch, ", along its columns")
	down.Symbol, across.Symbol = "r", "c"
	products := k.Products()
	source := "products, one after the other: the kernel's groups"
	if k.Dynamic {
		products, source = products*batch, source+", for each input of the batch"
	}
	return model.Figure{
		Name: "folds", Equation: "F = {p}·⌈{r}/{R}⌉·⌈{c}/{C}⌉",
		Value:  float64(products * ceilDiv(int64(down.Value), int64(rows.Value)) * ceilDiv(int64(across.Value), int64(cols.Value))),
		Inputs: []model.Input{{Symbol: "p", Value: float64(products), Source: source}, down, rows, across, cols},
	}
}

// extent is a dimension of a product.
func extent(dim int, k *workload.Kernel, batch int64, does string) model.Input {
	switch dim {
	case dimN:
		return model.Input{Symbol: "S", Value: float64(k.N), Source: "the kernel's N" + does}
	case dimM:
		return model.Input{Symbol: "S", Value: float64(k.M), Source: "the kernel's M" + does}
	}
	if k.Dynamic {
		return model.Input{Symbol: "S", Value: float64(k.L), Source: "the kernel's L" + does}
	}
	return model.Input{Symbol: "S", Value: float64(k.L * batch), Source: "the kernel's L × batch" + does}
}

// Times is what DRAM and activation unit take for a kernel that has run, of which so
// many bits crossed the DRAM. They work beside the array.
func (m *Machine) Times(k *workload.Kernel, batch int64, crossed int64, spent *Spent) []Time {
	return []Time{
		{"dram", m.crossing(crossed), spent.DRAM},
		{"activation", m.activating(k, batch), spent.Activation},
	}
}

func (m *Machine) crossing(bits int64) model.Figure {
	d := &m.cfg.DRAM
	return model.Over("time of the DRAM's transfers",
		model.Bits(float64(bits), "bits of the kernel that cross, counted; each transfer goes over all channels and is rounded up to a cycle"),
		model.Bandwidth("dram", float64(d.Bandwidth)), model.Input{Symbol: "n", Value: float64(d.Channels), Key: "dram.channels"})
}

// activating is for how long the activation unit works at least: of each chunk of
// outputs the last step may have lanes to spare.
func (m *Machine) activating(k *workload.Kernel, batch int64) model.Figure {
	outputs := int64(0)
	if k.Activation {
		outputs = k.L * batch * k.Outputs()
	}
	n, lanes := outputs+batch*k.Beside.Operations, float64(m.cfg.Activation.Lanes)
	each := model.Given("time of an operation", "t", float64(m.cfg.Activation.Latency), "s", "activation.latency")
	return model.Figure{
		Name: "time of the activation unit, all lanes at work", Equation: "t = {n}/{l}·{t_1}", Value: float64(n) / lanes * each.Value, Unit: "s",
		Inputs: []model.Input{
			{Symbol: "n", Value: float64(n), Source: "outputs to which the kernel's activation is applied, and steps of arithmetic beside the products"},
			{Symbol: "l", Value: lanes, Key: "activation.lanes"}, model.Derived("t_1", each),
		},
	}
}
