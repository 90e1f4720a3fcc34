package technology

import (
	"math"
	"sort"

	"xbar/sim/model"
)

// Curve is a positive function of a positive x, known at points. Between two
// of them it is the power law through both,
//
//	y = y₀·(x/x₀)^p,   p = ln(y₁/y₀)/ln(x₁/x₀)
//
// which is a straight line on double logarithmic paper.
type Curve struct {
	X, Y []float64 // X rises
	Lone float64   // p of a curve that is one point
}

// Law is the power law that stands for a curve around some x.
type Law struct{ X, Y, Power float64 }

// At is the law between the points beside x. Beyond the last point that of the
// last two goes on.
func (c Curve) At(x float64) Law {
	if len(c.X) == 1 {
		return Law{X: c.X[0], Y: c.Y[0], Power: c.Lone}
	}
	i := min(max(sort.SearchFloat64s(c.X, x), 1), len(c.X)-1)
	p := math.Log(c.Y[i]/c.Y[i-1]) / math.Log(c.X[i]/c.X[i-1])
	return Law{X: c.X[i-1], Y: c.Y[i-1], Power: p}
}

// Within is like At, but beyond the last point the curve stays level.
func (c Curve) Within(x float64) Law {
	last := len(c.X) - 1
	switch {
	case x <= c.X[0]:
		return Law{X: c.X[0], Y: c.Y[0]}
	case x >= c.X[last]:
		return Law{X: c.X[last], Y: c.Y[last]}
	}
	return c.At(x)
}

// Covers says whether x lies between the first and the last point.
func (c Curve) Covers(x float64) bool {
	const rounding = 1e-9
	return x >= c.X[0]*(1-rounding) && x <= c.X[len(c.X)-1]*(1+rounding)
}

// Value is the law's y.
func (l Law) Value(x float64) float64 { return l.Y * math.Pow(x/l.X, l.Power) }

// Figure completes f, of which name, unit and source are set, with the law's
// equation, inputs and value. The symbol is that of y.
func (l Law) Figure(f model.Figure, symbol string, x model.Input) model.Figure {
	y0, x0 := symbol+"₀", x.Symbol+"₀"
	f.Equation = symbol + " = {" + y0 + "}·({" + x.Symbol + "}/{" + x0 + "})^{p}"
	f.Value = l.Value(x.Value)
	f.Inputs = []model.Input{
		{Symbol: y0, Value: l.Y, Unit: f.Unit, Source: f.Source},
		x,
		{Symbol: x0, Value: l.X, Unit: x.Unit, Source: f.Source},
		{Symbol: "p", Value: l.Power, Source: f.Source},
	}
	return f
}
