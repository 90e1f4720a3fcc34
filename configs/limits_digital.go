package configs

import (
	"fmt"

	"xbar/digital/memory"
	"xbar/sim/model"
	"xbar/sim/workload"
)

// arrayLimits are of what any chip of arrays has: cells that are written, and digital
// parts, which set at least a bit each time.
func (m *Machine) arrayLimits() []Limit {
	pulse := m.Supply.Energy(m.Cell.Write().Under("cell"))
	write := model.Figure{
		Name: "energy of writing a cell", Equation: "E = {n}·{E_1}", Value: m.Cell.Pulses * pulse.Value, Unit: "J",
		Inputs: []model.Input{{Symbol: "n", Value: m.Cell.Pulses, Key: "cell.pulses"}, model.Derived("E_1", pulse)},
	}
	bits := model.Input{Value: float64(m.Cell.Bits), Key: "cell.bits"}
	move, each := m.Network.Least()
	limits := []Limit{
		m.setBits("tile/array/cell", "program", write, bits),
		m.part("tile/array/shift-add", "shift-add", "shift_add", m.ShiftAdd.Operation()),
		m.part("tile/array/shift-add", "correct", "shift_add", m.ShiftAdd.Correction()),
		m.part("tile/accumulator", "add", "accumulator", m.Accumulator.Add()),
		m.part("tile/activation", "apply", "activation", m.Activation.Operation()),
		m.part("network", move, "network", each),
	}
	limits = append(limits, m.bufferLimits("tile/input-buffer", "input_buffer", &m.InputBuffer)...)
	limits = append(limits, m.bufferLimits("tile/output-buffer", "output_buffer", &m.OutputBuffer)...)
	limits = append(limits, m.bufferLimits("global-buffer", "global_buffer", &m.GlobalBuffer)...)
	return append(limits, m.dramLimits()...)
}

// part is the limit of a section's part on the chip.
func (m *Machine) part(component, action, section string, f model.Figure) Limit {
	return m.setBit(component, action, m.Supply.Energy(f.Under(section)))
}

func (m *Machine) bufferLimits(component, section string, b *memory.Buffer) []Limit {
	return []Limit{m.part(component, "read", section, b.Read()), m.part(component, "write", section, b.Write())}
}

// dramLimits are of a memory that is not on the chip, and has a supply of its own.
func (m *Machine) dramLimits() []Limit {
	return []Limit{
		m.setBit("dram", "read", m.DRAM.Read().Under("dram")),
		m.setBit("dram", "write", m.DRAM.Write().Under("dram")),
	}
}

// sideLimits are of the digital side of a chip of arrays, if it has one.
func (m *Machine) sideLimits() []Limit {
	if !m.HasSide() {
		return nil
	}
	d := &m.Digital
	return []Limit{
		m.part("digital/pe", "mac", "digital", model.Given("energy of a MAC", "E", float64(d.EnergyPerMAC), "J", "energy_per_mac")),
		m.part("digital/pe", "move operand", "digital", model.Given("energy of latching a bit", "e", float64(d.RegisterEnergy), "J/bit", "register_energy")),
		m.part("digital/link", "transfer", "digital", model.Given("energy of a bit's way", "e", float64(d.LinkEnergy), "J/bit", "link_energy")),
	}
}

func (m *Machine) systolicLimits() []Limit {
	limits := []Limit{
		m.part("pe", "mac", "pe", model.Given("energy of a MAC", "E", float64(m.PE.EnergyPerMAC), "J", "energy_per_mac")),
		m.part("pe", "move", "pe", model.Given("energy of latching a bit", "e", float64(m.PE.RegisterEnergy), "J/bit", "register_energy")),
		m.part("activation", "apply", "activation", m.Activation.Operation()),
	}
	limits = append(limits, m.bufferLimits("input-buffer", "input_buffer", &m.InputBuffer)...)
	limits = append(limits, m.bufferLimits("weight-buffer", "weight_buffer", &m.WeightBuffer)...)
	limits = append(limits, m.bufferLimits("output-buffer", "output_buffer", &m.OutputBuffer)...)
	if m.Has("network") {
		limits = append(limits, m.part("network", "transfer", "network", m.Network.Transfer()))
	}
	return append(limits, m.dramLimits()...)
}

// scalarLimits are of a core's operations, and of accesses to its memories, bit by bit.
// A multiplication that follows the kernel's width is one of 8 bits.
func (m *Machine) scalarLimits() []Limit {
	c := &m.Scalar
	limits := []Limit{
		m.setBit("core", "issue", c.Instruction()),
		m.setBit("core/registers", "access", c.Register()),
		m.setBit("core/alu", "multiply", c.Multiply(&workload.Kernel{InputBits: 8, WeightBits: 8})),
		m.setBit("core/alu", "add", c.Add()),
		m.setBit("core/alu", "activate", c.Activate()),
	}
	for i, l := range m.Memory.Levels {
		if m.Memory.Flat && i < len(m.Memory.Levels)-1 {
			continue // no load comes from it
		}
		key := func(name string) string { return fmt.Sprintf("memory.level[%d].%s", i, name) }
		access := model.Given("energy of an access to "+l.Name, "E", float64(l.EnergyPerAccess), "J", key("energy_per_access"))
		limits = append(limits, m.setBits("memory/"+l.Name, "access", access, model.Input{Value: float64(l.AccessBits), Key: key("access_bits")}))
	}
	return limits
}
