package system

import (
	"cmp"
	"slices"

	"xbar/sim/energy"
	"xbar/sim/model"
)

// ExplainedProgramming is what programming takes once, before the first inference: the
// energies are of that alone, and actions are counted in it.
type ExplainedProgramming struct {
	ExplainedEnergy
	Tiles            float64    `json:"tiles"` // that are loaded
	Cells            float64    `json:"cells"` // that are written
	PerInference     Derivation `json:"per_inference"`
	ShareOfInference float64    `json:"share_of_inference"` // of the energy of one, its part of the programming included
	Time             Derivation `json:"time"`
}

// once is the parts of a run before the measured passes: the preload, and what a first
// pass loads beyond a steady one.
type once struct {
	preload, warmUp int  // phases of the ledger
	warms           bool // the first pass loads more

	preloadS, warmS, steadyS float64 // in which arrays wait for loads: of the preload, of the first pass, of a later one
}

// of is how often something happened once, and what it took.
func (o *once) of(b books, id energy.AccountID) (count, joules float64) {
	count, joules = float64(b.ledger.Count(o.preload, id)), b.ledger.Joules(o.preload, id)
	if !o.warms {
		return count, joules
	}
	count += float64(b.ledger.Count(o.warmUp, id)) - b.mean(id)
	return count, joules + b.ledger.Joules(o.warmUp, id) - b.joules(id)
}

// programming is nil where nothing is programmed once, or nothing of what was asked for.
func (x *explainer) programming(part string) *ExplainedProgramming {
	m := x.result
	if x.once == nil || m.Programming == nil || m.Programming.OneTime.Tiles == 0 {
		return nil
	}
	p := m.Programming.OneTime
	e := &ExplainedProgramming{Tiles: p.Tiles, Cells: p.Cells}
	e.TotalJ = p.EnergyJ
	var sum energy.Sum
	for id, account := range x.books.ledger.Accounts() {
		if account.Category != energy.Programming || !names(part, account) {
			continue
		}
		count, joules := x.once.of(x.books, energy.AccountID(id))
		if count == 0 && joules == 0 {
			continue
		}
		event, each, _ := x.derive(energy.AccountID(id), 0)
		sum.Add(joules)
		e.Actions = append(e.Actions, ExplainedAction{
			Component: account.Component, Action: account.Action, Category: account.Category.String(), Event: event,
			Count: count, EnergyJ: joules, Share: share(joules, p.EnergyJ),
			Each: []ExplainedPrice{{Count: count, EnergyJ: joules, Derivation: x.derivation(each)}},
		})
	}
	if len(e.Actions) == 0 {
		return nil
	}
	e.EnergyJ = sum.Value()
	e.Share = share(e.EnergyJ, e.TotalJ)
	slices.SortStableFunc(e.Actions, func(a, b ExplainedAction) int { return cmp.Compare(b.EnergyJ, a.EnergyJ) })
	e.PerInference = x.derivation(x.perInference())
	e.ShareOfInference = share(e.PerInference.Value, m.EnergyPerInferenceJ)
	e.Time = x.derivation(x.once.time())
	return e
}

// perInference is an inference's part of what is programmed once.
func (x *explainer) perInference() model.Figure {
	p := x.result.Programming
	return model.Figure{
		Name: "an inference's part of programming once", Equation: "E = {E_1}/{n}", Value: p.OneTimeEnergyPerInferenceJ, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "E_1", Value: p.OneTime.EnergyJ, Unit: "J", Source: "the sum of all that is programmed once"},
			{Symbol: "n", Value: float64(p.AmortisedOverInferences), Key: "inferences"},
		},
	}
}

// time is that of the preload, and what the first pass waits longer for loads than a
// later one.
func (o *once) time() model.Figure {
	f := model.Figure{
		Name: "time of programming once", Equation: "t = {t_p}", Value: o.preloadS, Unit: "s",
		Inputs: []model.Input{{Symbol: "t_p", Value: o.preloadS, Unit: "s", Source: "simulated: from the first row of weights that is asked for to the last that is written, before the first pass"}},
	}
	if o.warms {
		f.Equation, f.Value = "t = {t_p} + max({t_1} − {t_n}, 0)", o.preloadS+max(o.warmS-o.steadyS, 0)
		f.Inputs = append(f.Inputs,
			model.Input{Symbol: "t_1", Value: o.warmS, Unit: "s", Source: "simulated: in which arrays wait for loads in the first pass"},
			model.Input{Symbol: "t_n", Value: o.steadyS, Unit: "s", Source: "simulated: in which they do in a later one"})
	}
	return f
}
