package system

import (
	"math"

	"xbar/sim/workload"
)

// Winners says which machine is best for each layer, where there are several
// machines. All numbers are of an inference in the steady state, so that
// machines with different batches compare: a machine's joules and seconds of a
// kernel, over its batch.
type Winners struct {
	Layers []LayerWinners `json:"layers"`
	Mix    Mix            `json:"mix"`
}

// LayerWinners are the best machines for a layer, or for several that are
// alike: kernels of the same shape and widths at which the same machines win.
type LayerWinners struct {
	Kernels     []string `json:"kernels"` // their names
	L           int64    `json:"L"`       // of one kernel, in one inference
	N           int64    `json:"N"`
	M           int64    `json:"M"`
	Groups      int64    `json:"groups,omitempty"` // products of this shape, where there are more than one
	MACs        int64    `json:"macs"`             // of all of them, in one inference
	Energy      Winner   `json:"energy"`           // value: joules per MAC
	Time        Winner   `json:"time"`             // value: seconds per inference, mean of the kernels
	EnergyDelay Winner   `json:"energy_delay"`     // value: joules × seconds, each per inference, mean of the kernels
}

// Winner is the machine with the least of something; of those that are equal,
// the first of the config.
type Winner struct {
	Machine string   `json:"machine"`
	Value   float64  `json:"value"`
	Next    string   `json:"next"`  // the next best machine
	Times   *float64 `json:"times"` // what the next best takes, over this; nil: this takes nothing, or next to it
}

// Mix is what an inference takes if each kernel runs on the machine that needs
// least energy for it, beside the best machine alone. One-time programming, the
// way of activations from one machine to another and the leakage of those that
// wait are not counted.
type Mix struct {
	EnergyPerInferenceJ     float64  `json:"energy_per_inference_j"`
	Best                    string   `json:"best_machine"`
	BestEnergyPerInferenceJ float64  `json:"best_machine_energy_per_inference_j"`
	Times                   *float64 `json:"times"` // the best machine's energy over the mix's; nil: the mix takes none
}

// measures are what a layer can be won by: a number of one kernel that is best
// when it is least.
var measures = [...]func(k *Kernel, batch float64) float64{
	func(k *Kernel, batch float64) float64 { return k.EnergyPerMACJ },
	func(k *Kernel, batch float64) float64 { return k.Seconds / batch },
	func(k *Kernel, batch float64) float64 { return k.EnergyDelayJS },
}

// alike is what kernels have in common that make one entry.
type alike struct {
	kernel workload.Kernel // without its name
	best   [len(measures)]int
}

// winners is nil unless there is a choice.
func winners(kernels []workload.Kernel, machines []Machine) *Winners {
	if len(machines) < 2 {
		return nil
	}
	var order []alike
	members := map[alike][]int{}
	for k, kernel := range kernels {
		group := alike{kernel: kernel}
		group.kernel.Name = ""
		for i, measure := range measures {
			group.best[i] = least(ofKernels(machines, measure, k), -1)
		}
		if members[group] == nil {
			order = append(order, group)
		}
		members[group] = append(members[group], k)
	}
	w := &Winners{Mix: mix(len(kernels), machines)}
	for _, group := range order {
		w.Layers = append(w.Layers, layerWinners(kernels, machines, &group, members[group]))
	}
	return w
}

func layerWinners(kernels []workload.Kernel, machines []Machine, group *alike, members []int) LayerWinners {
	shape := &group.kernel
	one := newKernel(shape, 1)
	layer := LayerWinners{L: one.L, N: one.N, M: one.M, Groups: one.Groups, MACs: shape.MACs() * int64(len(members))}
	for _, k := range members {
		layer.Kernels = append(layer.Kernels, kernels[k].Name)
	}
	for i, into := range [len(measures)]*Winner{&layer.Energy, &layer.Time, &layer.EnergyDelay} {
		values := ofKernels(machines, measures[i], members...)
		best := group.best[i]
		next := least(values, best)
		*into = Winner{Machine: machines[best].Name, Value: values[best], Next: machines[next].Name, Times: times(values[next], values[best])}
	}
	return layer
}

// ofKernels is a measure on each machine, the mean of some kernels.
func ofKernels(machines []Machine, measure func(*Kernel, float64) float64, kernels ...int) []float64 {
	values := make([]float64, len(machines))
	for i := range machines {
		m := &machines[i]
		for _, k := range kernels {
			values[i] += measure(&m.Kernels[k], float64(m.Batch))
		}
		values[i] /= float64(len(kernels))
	}
	return values
}

// least is the index of the first of the smallest values, leaving one out.
func least(values []float64, but int) int {
	best := -1
	for i, x := range values {
		if i != but && (best < 0 || x < values[best]) {
			best = i
		}
	}
	return best
}

func times(next, best float64) *float64 {
	ratio := next / best
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return nil
	}
	return &ratio
}

func mix(kernels int, machines []Machine) Mix {
	perInference := func(k *Kernel, batch float64) float64 { return k.EnergyJ / batch }
	var m Mix
	alone := make([]float64, len(machines))
	for k := range kernels {
		joules := ofKernels(machines, perInference, k)
		m.EnergyPerInferenceJ += joules[least(joules, -1)]
		for i, x := range joules {
			alone[i] += x
		}
	}
	best := least(alone, -1)
	m.Best, m.BestEnergyPerInferenceJ, m.Times = machines[best].Name, alone[best], times(alone[best], m.EnergyPerInferenceJ)
	return m
}
