package technology

import (
	"fmt"
	"math"

	"xbar/sim/model"
)

// SupplyEnergy is what another supply does to an energy within one node,
// (V/V₀)^n: n = 2 for charge on capacitors.
func SupplyEnergy(v, v0, n model.Input) (model.Figure, error) {
	return supply("energy at another supply", "({V}/{V₀})^{n}", v, v0, named(n, "n"), v.Value/v0.Value)
}

// SupplyDelay is what another supply does to a delay within one node, (V₀/V)^k.
func SupplyDelay(v, v0, k model.Input) (model.Figure, error) {
	return supply("delay at another supply", "({V₀}/{V})^{k}", v, v0, named(k, "k"), v0.Value/v.Value)
}

// SupplySpeed is what another supply does to a clock within one node, (V/V₀)^k.
func SupplySpeed(v, v0, k model.Input) (model.Figure, error) {
	return supply("speed at another supply", "({V}/{V₀})^{k}", v, v0, named(k, "k"), v.Value/v0.Value)
}

func supply(name, equation string, v, v0, power model.Input, quotient float64) (model.Figure, error) {
	if v.Value <= 0 || v0.Value <= 0 {
		return model.Figure{}, fmt.Errorf("a supply of %v to a supply of %v does not scale", v0, v)
	}
	return model.Figure{
		Name: name, Equation: equation, Value: math.Pow(quotient, power.Value),
		Inputs: []model.Input{named(v, "V"), named(v0, "V₀"), power},
		Holds:  "supplies well above the threshold voltage",
	}, nil
}

func named(in model.Input, symbol string) model.Input {
	in.Symbol = symbol
	return in
}
