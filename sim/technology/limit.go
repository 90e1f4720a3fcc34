package technology

import (
	"math"

	"xbar/sim/model"
)

// Boltzmann is the Boltzmann constant in J/K, exact since 2019.
const Boltzmann = 1.380649e-23

// Room is the temperature in kelvin for which limits are usually quoted.
const Room = 300

const brochure = "SI, 9th brochure (2019), exact"

// Landauer is the least energy, in joules, of erasing one bit.
func Landauer(kelvin float64) model.Figure {
	return model.Figure{
		Name: landauer, Equation: "E = {k}·{T}·ln 2", Value: Boltzmann * kelvin * math.Ln2, Unit: "J",
		Inputs: thermal(kelvin), Source: landauerSource,
	}
}

// LandauerOf is that of erasing so many bits.
func LandauerOf(bits model.Input, kelvin float64) model.Figure {
	return model.Figure{
		Name: landauer, Equation: "E = {B}·{k}·{T}·ln 2", Value: bits.Value * Boltzmann * kelvin * math.Ln2, Unit: "J",
		Inputs: append([]model.Input{named(bits, "B")}, thermal(kelvin)...), Source: landauerSource,
	}
}

const (
	landauer       = "Landauer's limit"
	landauerSource = "Landauer, IBM J. Res. Dev. 5 (1961)"
)

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

// Light that optical weights are read with.
const (
	planck     = 6.62607015e-34  // J·s, exact since 2019
	lightSpeed = 299792458.0     // m/s, exact
	charge     = 1.602176634e-19 // C, exact since 2019
	wavelength = 1550e-9         // m
	band       = "assumption: light of 1550 nm, of which sources and detectors of silicon photonics are"
)

// MostResponsivity is the photocurrent of a detector that turns every photon of
// 1550 nm into an electron, q·λ/(h·c) = 1.25 A/W.
const MostResponsivity = charge * wavelength / (planck * lightSpeed)

// ShotNoise is the least optical energy, in joules, that reaches a detector in a
// read of that signal-to-noise power ratio: photons come by chance, so that N of them
// are known to √N, and none gives more than one electron.
func ShotNoise(snr float64) model.Figure {
	return model.Figure{
		Name: "shot noise of a column's light", Equation: "E = {SNR}·{h}·{c}/{λ}", Value: snr * planck * lightSpeed / wavelength, Unit: "J",
		Inputs: []model.Input{
			{Symbol: "SNR", Value: snr, Source: "asked of the read"},
			{Symbol: "h", Value: planck, Unit: "J·s", Source: brochure},
			{Symbol: "c", Value: lightSpeed, Unit: "m/s", Source: brochure},
			{Symbol: "λ", Value: wavelength, Unit: "m", Source: band},
		},
		Source: "Poisson statistics of photons, at best one electron each",
	}
}

// SineSNR is the signal-to-noise power ratio of a full-scale sine that is
// quantised to so many bits, 1.5·4^B.
func SineSNR(bits float64) float64 { return 1.5 * math.Pow(4, bits) }

func thermal(kelvin float64) []model.Input {
	return []model.Input{
		{Symbol: "k", Value: Boltzmann, Unit: "J/K", Source: brochure},
		{Symbol: "T", Value: kelvin, Unit: "K", Source: "assumed temperature"},
	}
}
