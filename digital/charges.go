package digital

import (
	"strings"

	"xbar/sim/energy"
	"xbar/sim/model"
	"xbar/sim/unit"
)

// Charges is a ledger every account of which can be explained. The zero value
// has no accounts.
type Charges struct {
	ledger      energy.Ledger
	derivations []Derivation
}

// Derivation is why an account is charged what it is.
type Derivation struct {
	Event string       // what happens once for every count
	Each  model.Figure // what that costs, in J; of accounts that count words, what each of their bits costs, in J/bit (see [Word])
}

// Open adds an account whose every action costs the same, in J. As with a
// ledger, all accounts are opened before the first phase.
func (c *Charges) Open(component, action string, category energy.Category, event string, each model.Figure) energy.AccountID {
	c.derivations = append(c.derivations, Derivation{event, each})
	return c.ledger.Open(component, action, category, unit.Joule(each.Value))
}

// OpenWords adds an account that counts words and is charged for their bits, at
// a figure in J/bit. How wide a word is may change from kernel to kernel, so the
// joules are for the caller to book.
func (c *Charges) OpenWords(component, action string, category energy.Category, event string, bit model.Figure) energy.AccountID {
	c.derivations = append(c.derivations, Derivation{event + ", charged for each of its bits", bit})
	return c.ledger.Open(component, action, category, 0)
}

// Word is what a word costs that an account of [Charges.OpenWords] counts, in J.
func Word(bit model.Figure, width model.Input) model.Figure {
	bits := model.Input{Symbol: "w", Value: width.Value, Unit: "bit", Source: width.Source, From: width.From}
	return model.Figure{
		Name: strings.Replace(bit.Name, "a bit", "a word", 1), Equation: "E = {e}·{w}", Value: bit.Value * width.Value, Unit: "J",
		Inputs: []model.Input{model.Derived("e", bit), bits},
	}
}

// Derivation says what happens once for every count of an account, and how its
// energy comes about.
func (c *Charges) Derivation(id energy.AccountID) Derivation { return c.derivations[id] }

// Ledger is where the machine books. Whoever adds accounts of their own (static
// energy) opens them before the first run, which adds a phase a kernel.
func (c *Charges) Ledger() *energy.Ledger { return &c.ledger }

// Component is a part of a digital machine as static energy and area see it.
// The caller charges its leakage, by the time of a pass.
type Component struct {
	Path      string
	Category  energy.Category
	Instances model.Figure // how many there are
	Leakage   model.Figure // of one, in W
	Area      model.Figure // of one, in m²
	AreaKnown bool         // false where the area's zero says nothing
}

// Single is the number of instances of a part that is there once.
func Single() model.Figure { return model.Figure{Name: "instances", Equation: "1", Value: 1} }

// Nothing is a leakage or an area that a part does not have, in a base unit.
func Nothing(name, base string) model.Figure {
	return model.Figure{Name: name, Equation: "0", Unit: base}
}
