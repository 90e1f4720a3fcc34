package nonideal

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Profile is what was published of one device. Conductances are in µS, x is one over
// Full.
type Profile struct {
	Name   string
	Source string
	Full   float64 // µS (nA, of SONOS) of a cell at the top level; 0: what the config says
	Holds  string  // where its numbers were measured
	Errors []Error // of programming, by time; nil: not published
	Drift  *Drift  // nil: not published, or in Errors
	Read   *Read   // nil: not published
}

// Error is the standard deviation of the conductances of cells that were to have the
// same. Equations have their symbols in braces, as those of [model.Figure].
type Error struct {
	Time     float64                    // s after programming
	Equation string                     // in G, in the unit of Full, or x
	Sigma    func(g, x float64) float64 // in the unit of Full
}

// Drift is a change over time.
type Drift struct {
	Equation string
	Start    float64                           // t0 of a power law in s; 0: of the conductance itself, as log t
	Exponent func(x float64) (μ, s float64)    // of a power law
	Shift    func(logT float64) (μ, s float64) // in µS, where there is no power law
}

// Read is noise of a read: relative to the conductance and of 1/f, or of its own size.
type Read struct {
	Equation string                  // of Q of 1/f noise, or of all of it, in G
	Relative func(x float64) float64 // Q of 1/f noise, σ = G·Q·√(ln((t + t_r)/2t_r)), t from the begin of programming
	Shortest float64                 // t_r in s
	Sigma    func(g float64) float64 // in the unit of Full
}

const day = 24 * 60 * 60

// Profiles are the published ones, by name.
var Profiles = []Profile{
	{
		Name: "pcm-nandakumar2019", Full: 25, Holds: "0 to 25 µS",
		Source: "Nandakumar et al., ICECS 2019, as fitted in aihwkit 1.1.0 (PCMLikeNoiseModel)",
		Errors: []Error{polynomial(0, 0.26348, 1.9650, -1.1731)},
		Drift: &Drift{
			Equation: "μ = −0.0155·ln x + 0.0244 within 0.049 to 0.1, s = −0.0125·ln x − 0.0059 within 0.008 to 0.045",
			Start:    20,
			Exponent: func(x float64) (μ, s float64) {
				l := math.Log(max(x, tiny))
				return clamp(-0.0155*l+0.0244, 0.049, 0.1), clamp(-0.0125*l-0.0059, 0.008, 0.045)
			},
		},
		Read: &Read{
			Equation: "Q = min(0.0088/x^0.65, 0.2)",
			Relative: func(x float64) float64 { return min(0.0088/math.Pow(max(x, tiny), 0.65), 0.2) },
			Shortest: 250e-9,
		},
	},
	{
		Name: "pcm-joshi2020", Full: 25, Holds: "0 to 25 µS",
		Source: "Joshi et al., Nature Communications 2020, as fitted in CrossSim 3.2.0 (PCM_Joshi)",
		Errors: []Error{{
			Equation: "max(0.28638599 + 0.07585724·{G} − 0.00178767·{G}², 0)",
			Sigma:    func(g, _ float64) float64 { return max(-0.00178767*g*g+0.07585724*g+0.28638599, 0) },
		}},
	},
	{
		Name: "pcm-hermes-1", Full: 10.35, Holds: "0 to 10.35 µS, one device a cell",
		Source: "Le Gallo et al., Nature Electronics 2023, as fitted in aihwkit 1.1.0 (HermesNoiseModel)",
		Errors: []Error{polynomial(0, 0.15782, 2.32444, -2.16311, 0.68842)},
		Drift:  hermes(200, 0.3039, [2]float64{-0.0120, -0.0023}, [2]float64{0.0124, 0.04}, [3]float64{-0.0165, 0.0116, 0.0104}),
		Read: hermesRead(0.1591, [2]float64{-0.0078, 0.0038}, [2]float64{0.0179, 0.04},
			[4]float64{0.0664, -0.1352, 0.0768, 0.0088}),
	},
	{
		Name: "pcm-hermes-2", Full: 20.7, Holds: "0 to 20.7 µS, two devices a cell",
		Source: "Vasilopoulos et al., IEEE TED 2023, and Le Gallo et al., Nature Electronics 2023, as fitted in aihwkit 1.1.0 (HermesNoiseModel)",
		Errors: []Error{polynomial(0, 0.16603, 4.71806, -8.48101, 4.68961)},
		Drift:  hermes(300, 0.3055, [2]float64{-0.0117, -0.0057}, [2]float64{0.0091, 0.04}, [3]float64{-0.0118, 0.0093, 0.0073}),
		Read: hermesRead(0.16, [2]float64{-0.0117, -0.0069}, [2]float64{0.015, 0.04},
			[4]float64{0.0069, -0.0280, 0.0211, 0.0123}),
	},
	{
		Name: "reram-wan2022", Full: 40, Holds: "0 to 40 µS, after 1 s, 1 day and 2 days",
		Source: "Wan et al., Nature 2022, as fitted in aihwkit 1.1.0 (ReRamWan2022NoiseModel)",
		Errors: []Error{
			polynomial(1, 0.348, 16.030, -43.853, 45.393, -16.815),
			polynomial(day, 0.701, 22.086, -50.773, 47.095, -16.458),
			polynomial(2*day, 0.782, 20.274, -43.507, 37.062, -11.934),
		},
	},
	{
		Name: "reram-milo2021", Full: 225, Holds: "50 to 225 µS",
		Source: "Milo et al., IRPS 2021, as fitted in CrossSim 3.2.0 (RRAM_Milo)",
		Errors: []Error{{
			Equation: "max(4.782321 − 0.009107·{G}, 0)",
			Sigma:    func(g, _ float64) float64 { return max(4.782321-0.009107*g, 0) },
		}},
	},
	cmo("reram-cmo-0.2", "accepted within 0.2 %", 0.00081107, 0.00106879, "0.00081107 + 0.00106879·{G}"),
	cmo("reram-cmo-2", "accepted within 2 %", 0.0112185, 0.0112903, "0.0112185 + 0.0112903·{G}"),
	{
		Name: "sonos-agrawal2022", Full: 3200, Holds: "0 to 3200 nA, 0 to 5 days",
		Source: "Agrawal et al., IEDM 2022, as fitted in CrossSim 3.2.0 (SONOS)",
		Errors: []Error{
			sonos(0, 19.887, 176.31), sonos(1, 25.591, 186.86), sonos(2, 28.728, 193.57),
			sonos(3, 31.043, 198.90), sonos(4, 33.762, 204.77), sonos(5, 34.579, 207.34),
		},
		Read: &Read{Equation: "12.58·(1 − exp(−{G}/215.37))", Sigma: func(i float64) float64 { return saturating(i, 12.58, 215.37) }},
	},
}

// tiny stands for a conductance of nothing in logarithms.
const tiny = 1e-7

// polynomial is an error of so many µS and so on, times powers of x.
func polynomial(time float64, of ...float64) Error {
	var terms strings.Builder
	for i, c := range of {
		switch {
		case i == 0:
		case c < 0:
			terms.WriteString(" − ")
		default:
			terms.WriteString(" + ")
		}
		terms.WriteString(strconv.FormatFloat(math.Abs(c), 'g', -1, 64))
		if i > 0 {
			terms.WriteString("·{x}" + []string{"", "", "²", "³", "^4"}[i])
		}
	}
	return Error{Time: time, Equation: terms.String(), Sigma: func(_, x float64) float64 { return horner(x, of) }}
}

func horner(x float64, of []float64) (y float64) {
	for i := len(of) - 1; i >= 0; i-- {
		y = y*x + of[i]
	}
	return y
}

func sonos(days, a, b float64) Error {
	text := strconv.FormatFloat(a, 'g', -1, 64) + "·(1 − exp(−{G}/" + strconv.FormatFloat(b, 'g', -1, 64) + "))"
	return Error{Time: days * day, Equation: text, Sigma: func(i, _ float64) float64 { return saturating(i, a, b) }}
}

func saturating(i, a, b float64) float64 { return a * (1 - math.Exp(-i/b)) }

// hermes is the drift of HERMES, whose spread turns from a logarithm into a polynomial
// at x = turn.
func hermes(start, turn float64, log, within [2]float64, above [3]float64) *Drift {
	return &Drift{
		Equation: fmt.Sprintf("μ = 0.0736 − 0.0126·x − 0.0436·x² from x = 0.0945 on, s = %g + %g·x − %g·x² from x = %g on", above[2], above[1], -above[0], turn),
		Start:    start,
		Exponent: func(x float64) (μ, s float64) {
			l := math.Log(max(x, tiny))
			μ, s = -0.0436*x*x-0.0126*x+0.0736, above[0]*x*x+above[1]*x+above[2]
			if x < 0.0945 {
				μ = clamp(-0.0387*l-0.0182, 0.0720, 0.13)
			}
			if x < turn {
				s = clamp(log[0]*l+log[1], within[0], within[1])
			}
			return μ, s
		},
	}
}

func hermesRead(turn float64, log, within [2]float64, above [4]float64) *Read {
	return &Read{
		Equation: fmt.Sprintf("Q = %g + %g·x − %g·x² + %g·x³ from x = %g on", above[3], above[2], -above[1], above[0], turn),
		Shortest: 512e-9,
		Relative: func(x float64) float64 {
			if x < turn {
				return clamp(log[0]*math.Log(max(x, tiny))+log[1], within[0], within[1])
			}
			return ((above[0]*x+above[1])*x+above[2])*x + above[3]
		},
	}
}

func cmo(name, accepted string, a, b float64, equation string) Profile {
	return Profile{
		Name: name, Holds: accepted,
		Source: "Falcone et al., CMO/HfOx ReRAM, as fitted in aihwkit 1.1.0 (ReRamCMONoiseModel)",
		Errors: []Error{{Equation: equation, Sigma: func(g, _ float64) float64 { return a + b*g }}},
		Drift: &Drift{
			Equation: "G − 0.0890·ln t + (0.0420·ln t + 0.4118)·ξ in µS, t in s",
			Shift:    func(logT float64) (μ, s float64) { return -0.0890 * logT, 0.0420*logT + 0.4118 },
		},
	}
}

func clamp(x, low, high float64) float64 { return min(max(x, low), high) }

// Find is the profile of that name, or nil.
func Find(name string) *Profile {
	for i := range Profiles {
		if Profiles[i].Name == name {
			return &Profiles[i]
		}
	}
	return nil
}

// At is the error at a time that was measured, or nil. No time at all is the first.
func (p *Profile) At(time float64) *Error {
	for i := range p.Errors {
		if e := &p.Errors[i]; e.Time == time || i == 0 && time == 0 || p.Drift != nil || len(p.Errors) == 1 {
			return e
		}
	}
	return nil
}
