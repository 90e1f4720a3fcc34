package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"xbar/sim/model"
	"xbar/sim/technology"
)

// Limit holds what one action of a component costs against what physics lets it
// cost, and against the best part that has been published.
type Limit struct {
	Component string // path, as results name it
	Action    string
	Value     model.Figure  // joules of the action; of a column of cells, of a full-scale read; 0: it is not charged
	Floor     model.Figure  // joules, the least that physics allows
	Best      *model.Figure // joules of the best published part; nil: no survey of such parts
	bits      bool          // fewer effective bits lower the floor
	nothing   []string      // keys of what the action costs beside the value, were they not zero
}

// Charged says whether the action costs anything. What costs nothing is not modelled,
// or is charged elsewhere, and is above or below no floor.
func (l *Limit) Charged() bool { return l.Value.Value > 0 }

// Below says whether the action costs less than physics allows.
func (l *Limit) Below() bool { return l.Charged() && l.Value.Value < l.Floor.Value*(1-rounding) }

// Keys lists the machine's keys that decide it.
func (l *Limit) Keys() []string {
	keys := slices.Concat(l.Value.Keys(), l.Floor.Keys(), l.nothing)
	for i := range keys {
		keys[i] = strings.TrimPrefix(keys[i], "machine.")
	}
	return keys
}

// Derivation is the floor in symbols and numbers, with its name.
func (l *Limit) Derivation() string {
	return fmt.Sprintf("%s = %s = %s (%s)", l.Floor.Symbols(), l.Floor.Numbers(), l.Floor.Result(), l.Floor.Name)
}

// rounding is what the last digits of floating point may take from a number that
// is at its floor, such as a converter at the thermal one.
const rounding = 1e-9

// Limits lists how far a machine's parts are from their floors.
func (m *Machine) Limits() []Limit {
	switch m.Kind {
	case "analog":
		return slices.Concat([]Limit{m.conversionLimit(), m.columnLimit()}, m.driveLimits(), m.arrayLimits(), m.sideLimits())
	case "digital-cim":
		return slices.Concat(m.treeLimits(), m.driveLimits(), m.arrayLimits(), m.sideLimits())
	case "systolic":
		return m.systolicLimits()
	case "scalar":
		return m.scalarLimits()
	}
	return nil
}

// BelowFloor lists the limits that the machine does not keep.
func (m *Machine) BelowFloor() []Limit {
	return slices.DeleteFunc(m.Limits(), func(l Limit) bool { return !l.Below() })
}

// setBit is the limit of what sets a bit anew, or at least one.
func (m *Machine) setBit(component, action string, value model.Figure) Limit {
	return Limit{Component: component, Action: action, Value: value, Floor: at(technology.Landauer(m.Kelvin), m.Kelvin)}
}

// setBits is the limit of what sets so many.
func (m *Machine) setBits(component, action string, value model.Figure, bits model.Input) Limit {
	if bits.Value <= 1 {
		return m.setBit(component, action, value)
	}
	return Limit{Component: component, Action: action, Value: value, Floor: at(technology.LandauerOf(bits, m.Kelvin), m.Kelvin)}
}

// at lets the temperature of a floor be that of the machine.
func at(f model.Figure, kelvin float64) model.Figure {
	for i := range f.Inputs {
		if f.Inputs[i].Symbol == "T" && f.Inputs[i].Value == kelvin {
			f.Inputs[i].Key, f.Inputs[i].Source = "machine.temperature_k", ""
		}
	}
	return f
}

// with puts the input that a figure was asked about in its place, in all that it
// is derived from.
func with(f model.Figure, in model.Input) model.Figure {
	f.Inputs = slices.Clone(f.Inputs)
	for i := range f.Inputs {
		own := &f.Inputs[i]
		switch {
		case own.Symbol == in.Symbol && own.Value == in.Value:
			*own = in
		case own.From != nil:
			from := with(*own.From, in)
			own.From = &from
		}
	}
	return f
}

// checkLimits refuses a machine that physics does not allow, unless that is
// meant.
func (d *decoder) checkLimits(m *machine, allowed bool) {
	if allowed {
		return
	}
	for _, l := range m.BelowFloor() {
		instead := "more than that, "
		if l.bits {
			instead += "fewer effective bits (adc.enob), "
		}
		d.errs.add(m.blameOwn(l.Keys()), Error{
			Message: fmt.Sprintf("%s %s: %s is below the floor: %s", l.Component, l.Action, l.Value.Result(), l.Derivation()),
			Allowed: instead + "or allow_below_floor = true above the first table, for a thought experiment",
		})
	}
}

// blameOwn is where the user wrote one of the keys, an energy before what it is
// multiplied by, or else what brought them: a section with a part of the library, or the
// machine's preset.
func (m *machine) blameOwn(keys []string) span {
	prices := m.PriceKeys()
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(len(prices[b]), len(prices[a])) })
	at := m.blame(keys...)
	if at.doc.rank != 1 {
		return at
	}
	for _, key := range keys {
		section, _, _ := strings.Cut(key, ".")
		if n := m.node.child(section); n != nil && n.kind == table && n.at.doc.rank != 1 {
			return n.at
		}
	}
	if preset := m.leaves["preset"].at; preset.doc != nil {
		return preset
	}
	return at
}
