package technology

import (
	"fmt"

	"xbar/sim/model"
)

var areaNodes = []float64{180, 130, 90, 65, 45, 32, 20, 16, 14, 10, 7}

// areaRatios has a row for each node that is left and a column for each that
// is entered, with the two digits of the publication: a way there and back is
// not exactly one.
var areaRatios = [][]float64{
	{1, 0.34, 0.15, 0.08, 0.053, 0.025, 0.011, 0.01, 0.0093, 0.0055, 0.0032},
	{2.9, 1, 0.44, 0.23, 0.16, 0.072, 0.033, 0.03, 0.027, 0.016, 0.0092},
	{6.6, 2.3, 1, 0.53, 0.35, 0.16, 0.075, 0.067, 0.061, 0.036, 0.021},
	{12, 4.3, 1.9, 1, 0.66, 0.31, 0.14, 0.13, 0.12, 0.068, 0.039},
	{19, 6.4, 2.8, 1.5, 1, 0.46, 0.21, 0.19, 0.17, 0.1, 0.059},
	{40, 14, 6.1, 3.3, 2.2, 1, 0.46, 0.41, 0.38, 0.22, 0.13},
	{88, 30, 13, 7.1, 4.7, 2.2, 1, 0.89, 0.82, 0.48, 0.28},
	{99, 34, 15, 7.9, 5.3, 2.4, 1.1, 1, 0.91, 0.54, 0.31},
	{110, 37, 16, 8.7, 5.8, 2.7, 1.2, 1.1, 1, 0.59, 0.34},
	{180, 63, 28, 15, 9.8, 4.5, 2.1, 1.9, 1.7, 1, 0.58},
	{320, 110, 48, 25, 17, 7.8, 3.6, 3.2, 2.9, 1.7, 1},
}

// AreaRatio is the area of a circuit at one node over that at another, to two
// digits. It does not depend on flavour and supply.
func AreaRatio(from, to Process) (model.Figure, error) {
	i, j := areaRow(from), areaRow(to)
	if i < 0 || j < 0 {
		return model.Figure{}, fmt.Errorf("no area ratio is published from %v to %v; there are the nodes 180, 130, 90, 65, 45, 32, 20, 16, 14, 10 and 7 nm", from.Node, to.Node)
	}
	return model.Figure{
		Name:     fmt.Sprintf("area at %v over %v", to.Node, from.Node),
		Equation: "s({t₀}, {t₁}) = {s}", Value: areaRatios[i][j], Source: Stillmaker,
		Inputs: []model.Input{from.node("t₀"), to.node("t₁"), {Symbol: "s", Value: areaRatios[i][j], Source: Stillmaker}},
	}, nil
}

func areaRow(p Process) int {
	for i, nm := range areaNodes {
		if nm == nanometres(p.Node) {
			return i
		}
	}
	return -1
}
