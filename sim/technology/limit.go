package technology

import (
	"math"

	"xbar/sim/model"
)

// Boltzmann is the Boltzmann constant in J/K, exact since 2019.
const Boltzmann = 1.380649e-23

// Room is the temperature in kelvin for which limits are usually quoted.
const Room = 300

// Landauer is the least energy, in joules, of erasing one bit.
func Landauer(kelvin float64) model.Figure {
	return model.Figure{
		Name: "Landauer's limit of a bit", Equation: "E = {k}·{T}·ln 2", Value: Boltzmann * kelvin * math.Ln2, Unit: "J",
		Inputs: thermal(kelvin), Source: "Landauer, IBM J. Res. Dev. 5 (1961)",
	}
}

// ResistiveColumn is the least energy, in joules, that the cells of a column
// turn into heat in a read of that signal-to-noise power ratio. Johnson noise of
// N conductances G over the bandwidth 1/(2τ) has the variance 2kTNG/τ, the signal
// is NGV, and NGV²τ is the energy.
func ResistiveColumn(snr, kelvin float64) model.Figure {
	return model.Figure{
		Name: "thermal limit of a column's read", Equation: "E = 2·{k}·{T}·{SNR}", Value: 2 * Boltzmann * kelvin * snr, Unit: "J",
		Inputs: append(thermal(kelvin), model.Input{Symbol: "SNR", Value: snr, Source: "asked of the read"}),
		Source: "Johnson noise of the cells over the integration time",
	}
}

// SineSNR is the signal-to-noise power ratio of a full-scale sine that is
// quantised to so many bits, 1.5·4^B.
func SineSNR(bits float64) float64 { return 1.5 * math.Pow(4, bits) }

func thermal(kelvin float64) []model.Input {
	return []model.Input{
		{Symbol: "k", Value: Boltzmann, Unit: "J/K", Source: "SI, 9th brochure (2019), exact"},
		{Symbol: "T", Value: kelvin, Unit: "K", Source: "assumed temperature"},
	}
}
