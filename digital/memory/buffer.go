package memory

import (
	"errors"

	"xbar/sim/model"
	"xbar/sim/technology"
)

// The models of a buffer that compute.
const (
	cacti     = "cacti"
	edram     = "edram"
	registers = "registers"
)

// Check reports a node or word that the model has no points of.
func (b *Buffer) Check() error {
	if b.Model != cacti {
		return nil
	}
	if text := b.series().missing(b.Node, b.Word); text != "" {
		return errors.New(text)
	}
	return nil
}

// Read is the energy of reading one bit, in J/bit.
func (b *Buffer) Read() model.Figure {
	if b.Model == registers {
		return flipFlop("energy of reading a bit", "J/bit", registerEnergy)
	}
	if !b.modelled() {
		return model.Given("energy of reading a bit", "e", float64(b.ReadEnergy), "J/bit", "read_energy")
	}
	s := b.series()
	return b.perBit("energy of reading a bit", s, s.read, "energy of reading a word")
}

// Write is the energy of writing one bit, in J/bit.
func (b *Buffer) Write() model.Figure {
	if b.Model == registers {
		return flipFlop("energy of writing a bit", "J/bit", registerEnergy)
	}
	if !b.modelled() {
		return model.Given("energy of writing a bit", "e", float64(b.WriteEnergy), "J/bit", "write_energy")
	}
	s := b.series()
	return b.perBit("energy of writing a bit", s, s.write, "energy of writing a word")
}

// LeakageEach is the power that the buffer leaks, in W. A leakage that is
// written in the config goes before the model's.
func (b *Buffer) LeakageEach(written func(key string) bool) model.Figure {
	if !b.modelled() || written("leakage") {
		return model.Given("leakage power", "P", float64(b.Leakage), "W", "leakage")
	}
	s := b.series()
	return b.doubted(s.figure(b, s.leakage, "leakage power", "P", "W"), s)
}

// AreaEach is the buffer's area, in m². An area that is written in the config
// goes before the model's.
func (b *Buffer) AreaEach(written func(key string) bool) model.Figure {
	if b.Model == registers && !written("area") {
		return b.registerArea()
	}
	if !b.modelled() || written("area") {
		return model.Given("area", "A", float64(b.Area), "m2", "area")
	}
	s := b.series()
	return b.doubted(s.figure(b, s.area, "area", "A", "m2"), s)
}

// Access is the time of one access, in s, and whether the model knows it.
func (b *Buffer) Access() (model.Figure, bool) {
	if !b.modelled() {
		return model.Figure{}, false
	}
	s := b.series()
	if len(s.access.X) == 0 {
		return model.Figure{}, false
	}
	return b.doubted(s.figure(b, s.access, "time of an access", "t", "s"), s), true
}

func (b *Buffer) modelled() bool { return b.Model == cacti || b.Model == edram }

func (b *Buffer) series() *series {
	if b.Model == edram {
		return find(b.Design, 0, 0)
	}
	return find(b.Flavour, b.Node, b.Word)
}

// perBit shares the energy of an access between the bits of its word.
func (b *Buffer) perBit(name string, s *series, curve technology.Curve, access string) model.Figure {
	word := model.Input{Symbol: "w", Value: float64(s.word), Unit: "bit", Key: "word"}
	if b.Model == edram {
		word.Key, word.Source = "", s.source()
	}
	e := b.doubted(s.figure(b, curve, access, "E", "J"), s)
	return model.Figure{
		Name: name, Equation: "e = {E}/{w}", Value: e.Value / word.Value, Unit: "J/bit", Source: s.source(),
		Inputs: []model.Input{model.Derived("E", e), word},
	}
}

// doubted marks a figure whose series is not that of the config's node and word.
func (b *Buffer) doubted(f model.Figure, s *series) model.Figure {
	if b.Model != cacti {
		return f
	}
	if text := s.missing(b.Node, b.Word); text != "" {
		f.Outside = text
	}
	return f
}

// A register, by the bit, at 40 nm.
const (
	registerEnergy = 9e-15    // J
	registerArea   = 5.98e-12 // m²
	aladdin        = "Shao et al., Aladdin, ISCA 2014: a register of 40 nm"
)

// flipFlop is a number of one bit of a register.
func flipFlop(name, base string, each float64) model.Figure {
	return model.Figure{
		Name: name, Equation: "{r}", Value: each, Unit: base, Holds: "40 nm",
		Inputs: []model.Input{{Symbol: "r", Value: each, Unit: base, Source: aladdin}},
	}
}

func (b *Buffer) registerArea() model.Figure {
	bit := flipFlop("area of a bit", "m2", registerArea)
	return model.Figure{
		Name: "area", Equation: "A = {n}·{a}", Value: float64(b.Capacity) * bit.Value, Unit: "m2",
		Inputs: []model.Input{{Symbol: "n", Value: float64(b.Capacity), Key: "capacity"}, model.Derived("a", bit)},
	}
}
