package systolic

import (
	"fmt"
	"math/bits"
	"slices"

	"xbar/digital"
	"xbar/digital/memory"
	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/workload"
)

// listComponents lists the machine's parts. The DRAM is off the chip and has no
// area.
func (m *Machine) listComponents() {
	c := &m.cfg
	part := func(path, section string, category energy.Category, instances, leakage, area model.Figure) digital.Component {
		return digital.Component{
			Path: path, Category: category, Instances: instances,
			Leakage: leakage.Under(section), Area: area.Under(section), AreaKnown: c.knowsArea(section),
		}
	}
	buffer := func(path, section string, b *memory.Buffer) digital.Component {
		return part(path, section, energy.Buffer, digital.Single(), b.LeakageEach(c.written(section)), b.AreaEach(c.written(section)))
	}
	m.components = []digital.Component{
		peComponent: part("pe", "pe", energy.Compute, c.Array.pes(),
			model.Given("leakage of a PE", "P", float64(c.PE.Leakage), "W", "leakage"), model.Given("area of a PE", "A", float64(c.PE.Area), "m2", "area")),
		1: buffer("input-buffer", "input_buffer", &c.InputBuffer),
		2: buffer("weight-buffer", "weight_buffer", &c.WeightBuffer),
		3: buffer("output-buffer", "output_buffer", &c.OutputBuffer),
		activationComponent: part("activation", "activation", energy.Compute, digital.Single(),
			c.Activation.LeakageEach(c.written("activation")), c.Activation.AreaEach(c.written("activation"))),
		dramComponent: part("dram", "dram", energy.DRAM, model.Given("channels", "n", float64(c.DRAM.Channels), "", "dram.channels"),
			model.Given("background power of a channel", "P", float64(c.DRAM.Leakage), "W", "leakage"), digital.Nothing("area", "m2")),
	}
	m.components[dramComponent].AreaKnown = true
	if n := c.Network; n != nil {
		m.components = append(m.components, part("network", "network", energy.Network, digital.Single(),
			n.LeakageEach(c.written("network")), n.AreaEach(c.written("network"))))
	}
}

// pes is the number of PEs.
func (a *Array) pes() model.Figure {
	rows, cols := float64(a.Rows), float64(a.Cols)
	return model.Figure{
		Name: "PEs", Equation: "n = {R}·{C}", Value: rows * cols,
		Inputs: []model.Input{{Symbol: "R", Value: rows, Key: "array.rows"}, {Symbol: "C", Value: cols, Key: "array.cols"}},
	}
}

// openAccounts opens an account for each action. Actions that move words are
// counted in words; their joules follow the words' width.
func (m *Machine) openAccounts() {
	fixed := func(path, action string, count tensor, event string, each model.Figure) {
		id := m.Open(path, action, energy.Compute, event, each)
		m.entries = append(m.entries, entry{id: id, count: count})
	}
	words := func(path, action string, category energy.Category, count, width tensor, event string, bit model.Figure) {
		id := m.OpenWords(path, action, category, event, bit)
		m.entries = append(m.entries, entry{id, count, width, bit.Value, true})
	}
	mac := model.Given("energy of a MAC", "E", float64(m.cfg.PE.EnergyPerMAC), "J", "pe.energy_per_mac")
	latch := model.Given("energy of latching a bit", "e", float64(m.cfg.PE.RegisterEnergy), "J/bit", "pe.register_energy")
	inRead, inWrite := accesses("input_buffer", &m.cfg.InputBuffer)
	weightRead, weightWrite := accesses("weight_buffer", &m.cfg.WeightBuffer)
	outRead, outWrite := accesses("output_buffer", &m.cfg.OutputBuffer)
	dramRead, dramWrite := accesses("dram", &m.cfg.DRAM)

	fixed("pe", "mac", macs, "a multiplication and the addition to a partial sum", mac)
	words("pe", "move input", energy.Compute, moved+input, input, "an input that a PE latches", latch)
	words("pe", "move weight", energy.Compute, moved+weight, weight, "a weight that a PE latches", latch)
	words("pe", "move sum", energy.Compute, moved+sum, sum, "a partial sum that a PE latches", latch)
	words("input-buffer", "read", energy.Buffer, read+input, input, "an input that enters the array", inRead)
	words("input-buffer", "fill", energy.Buffer, fetched+input, input, "an input from the DRAM", inWrite)
	words("input-buffer", "keep", energy.Buffer, kept, output, "an output that stays as an input of the next kernel", inWrite)
	words("weight-buffer", "read", energy.Buffer, read+weight, weight, "a weight that enters the array", weightRead)
	words("weight-buffer", "fill", energy.Buffer, fetched+weight, weight, "a weight from the DRAM", weightWrite)
	words("output-buffer", "write", energy.Buffer, written, sum, "a sum, partial or finished, that leaves the array", outWrite)
	words("output-buffer", "read", energy.Buffer, read+sum, sum, "a partial sum that enters the array again", outRead)
	words("output-buffer", "store", energy.Buffer, taken, sum, "a finished sum that leaves as an output", outRead)
	words("output-buffer", "spill", energy.Buffer, spilled, sum, "a partial sum that leaves for the DRAM", outRead)
	words("output-buffer", "fill", energy.Buffer, fetched+sum, sum, "a partial sum back from the DRAM", outWrite)
	fixed("activation", "apply", applied, "an output to which the kernel's activation is applied", m.cfg.Activation.Operation().Under("activation"))
	fixed("activation", "operate", operated, "a step of arithmetic beside the products", m.cfg.Activation.Operation().Under("activation"))
	words("input-buffer", "operand", energy.Buffer, operands, output, "a number that is computed with beside the products", inRead)
	words("input-buffer", "result", energy.Buffer, results, output, "a number that comes of it", inWrite)
	if n := m.cfg.Network; n != nil {
		transfer := n.Transfer().Under("network")
		words("network", "move input", energy.Network, read+input, input, "an input on its way into the array", transfer)
		words("network", "move weight", energy.Network, read+weight, weight, "a weight on its way into the array", transfer)
		words("network", "move sum", energy.Network, written, sum, "a sum, partial or finished, on its way out of the array", transfer)
		words("network", "return sum", energy.Network, read+sum, sum, "a partial sum on its way into the array again", transfer)
	}
	words("dram", "read inputs", energy.DRAM, fetched+input, input, "an input for its buffer", dramRead)
	words("dram", "read weights", energy.DRAM, fetched+weight, weight, "a weight for its buffer", dramRead)
	words("dram", "read partial sums", energy.DRAM, fetched+sum, sum, "a partial sum that was spilled", dramRead)
	words("dram", "write partial sums", energy.DRAM, spilled, sum, "a partial sum that the output buffer cannot keep", dramWrite)
	words("dram", "write outputs", energy.DRAM, stored, output, "an output that the input buffer does not keep", dramWrite)
}

// In is the price of an account in one kernel, if it differs from kernel to kernel:
// that of words does, with their width.
func (m *Machine) In(k *workload.Kernel, id energy.AccountID) (each model.Figure, varied bool) {
	i := slices.IndexFunc(m.entries, func(e entry) bool { return e.id == id })
	if i < 0 || !m.entries[i].words {
		return model.Figure{}, false
	}
	return digital.Word(m.Derivation(id).Each, widthOf(k, m.entries[i].width)), true
}

// widthOf is the bits of a word of a kernel's tensor.
func widthOf(k *workload.Kernel, t tensor) model.Input {
	operand := func(symbol, what string, bits int) model.Input {
		return model.Input{Symbol: symbol, Value: float64(bits), Unit: "bit", Source: "the kernel's " + what}
	}
	switch t {
	case input:
		return operand("w", "input_bits", k.InputBits)
	case weight:
		return operand("w", "weight_bits", k.WeightBits)
	case output:
		return operand("w", "output_bits", k.OutputBits)
	}
	grows := float64(bits.Len64(uint64(k.N - 1)))
	return model.Derived("w", model.Figure{
		Name: "bits of a sum", Equation: "w = {b_x} + {b_w} + {g}", Value: float64(widths(k.N, k.InputBits, k.WeightBits)[sum]), Unit: "bit",
		Inputs: []model.Input{
			operand("b_x", "input_bits", k.InputBits), operand("b_w", "weight_bits", k.WeightBits),
			{Symbol: "g", Value: grows, Unit: "bit", Source: fmt.Sprintf("⌈log2 N⌉, of the kernel's N = %d", k.N)},
		},
	})
}

// accesses is the energy of reading a bit of a section's memory and of writing
// one.
func accesses(section string, m interface {
	Read() model.Figure
	Write() model.Figure
}) (read, write model.Figure) {
	return m.Read().Under(section), m.Write().Under(section)
}
