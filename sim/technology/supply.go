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
	f := model.Figure{
		Name: name, Equation: equation, Value: math.Pow(quotient, power.Value),
		Inputs: []model.Input{named(v, "V"), named(v0, "V₀"), power},
		Holds:  "supplies well above the threshold voltage; macros that were measured at several go from 0.65 to 1.45 times one of them",
	}
	if x := v.Value / v0.Value; power.Value != 0 && (x < measuredFrom || x > measuredTo) {
		f.Outside = fmt.Sprintf("a supply %.3g times the nominal one, where no macro was measured whose energy or clock follows a power of it", x)
	}
	return f, nil
}

// What supplies published macros were measured at, over one another: 0.85 and 1.2 V
// (Jia et al., JSSC 2020), 0.7 to 1.1 V (Wang et al., VLSI 2022), 0.65 to 1 V
// (Sinangil et al., JSSC 2021), 0.6 to 0.8 V (Kim et al., JSSC 2021).
const (
	measuredFrom = 0.65 * (1 - 1e-9)
	measuredTo   = 1.45
)

func named(in model.Input, symbol string) model.Input {
	in.Symbol = symbol
	return in
}
