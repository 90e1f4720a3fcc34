package digital

import (
	"xbar/digital/peripheral"
	"xbar/sim/model"
	"xbar/sim/workload"
)

// horowitz is the model of a core whose energies follow from its process.
const horowitz = "horowitz"

// Groups is the models of a core's energies.
var Groups = []model.Group{{
	Key: "model", Subject: "a core needs the energies of its instructions",
	Choices: []model.Choice{
		{Name: "given", About: "the energies stand in the config",
			Needs: []string{"energy_per_instruction", "energy_per_register_access", "energy_per_multiply", "energy_per_add", "energy_per_activation"}},
		{Name: horowitz, About: "Horowitz (ISSCC 2014), scaled to node and supply by Stillmaker & Baas (2017); a multiplication is as wide as the kernel's operands",
			Needs: []string{"node", "voltage"}, Takes: []string{"flavour"}},
	},
}}

// What Horowitz gives for an instruction and for the register file, at 45 nm and
// 0.9 V.
const (
	perInstruction = 64e-12
	perRegister    = 2e-12
	issueSource    = "Horowitz, ISSCC 2014, fig. 1.1.9: 70 pJ an instruction less 6 pJ of register file (from memory; verify)"
	registerSource = "Horowitz, ISSCC 2014, fig. 1.1.9: 6 pJ for three accesses (from memory; verify)"
)

func (c *Config) modelled() bool { return c.Model == horowitz }

func (c *Config) process() *peripheral.Horowitz {
	return &peripheral.Horowitz{Node: c.Node, Voltage: c.Voltage, Flavour: c.Flavour}
}

// Check reports a process to which the model's energies cannot be scaled.
func (c *Config) Check() error {
	if !c.modelled() {
		return nil
	}
	return c.process().Check()
}

// published is a number of Horowitz's in this core's process.
func (c *Config) published(name string, value float64, source string) model.Figure {
	return c.process().Scale(name, model.Figure{
		Name: name + " at 45 nm and 0.9 V", Equation: "{E₀}", Value: value, Unit: "J", Source: source,
		Inputs: []model.Input{{Symbol: "E₀", Value: value, Unit: "J", Source: source}},
	}).Under("core")
}

func given(of string, value float64, key string) model.Figure {
	return model.Given("energy of "+of, "E", value, "J", "core."+key)
}

// Instruction is the energy of fetching, decoding and issuing an instruction, in
// J.
func (c *Config) Instruction() model.Figure {
	if c.modelled() {
		return c.published("energy of fetching, decoding and issuing an instruction", perInstruction, issueSource)
	}
	return given("fetching, decoding and issuing an instruction", float64(c.EnergyPerInstruction), "energy_per_instruction")
}

// Register is the energy of an access of the register file, in J.
func (c *Config) Register() model.Figure {
	if c.modelled() {
		return c.published("energy of an access of the register file", perRegister, registerSource)
	}
	return given("an access of the register file", float64(c.EnergyPerRegister), "energy_per_register_access")
}

// sums is the width that additions are modelled at.
const (
	sums   = 32
	sumsOf = "assumption: sums and indices have 32 bits"
)

// Multiply is the energy of one multiplication of a kernel, in J.
func (c *Config) Multiply(k *workload.Kernel) model.Figure {
	if c.modelled() {
		return c.process().Multiply(max(k.InputBits, k.WeightBits), "the wider of the kernel's inputs and weights").Under("core")
	}
	return given("a multiplication", float64(c.EnergyPerMultiply), "energy_per_multiply")
}

// Add is the energy of an addition, in J.
func (c *Config) Add() model.Figure {
	if c.modelled() {
		return c.process().Add(sums, sumsOf).Under("core")
	}
	return given("an addition", float64(c.EnergyPerAdd), "energy_per_add")
}

// Activate is the energy of an activation, in J.
func (c *Config) Activate() model.Figure {
	if c.modelled() {
		return c.process().Activate(sums, sumsOf).Under("core")
	}
	return given("an activation", float64(c.EnergyPerActivation), "energy_per_activation")
}
