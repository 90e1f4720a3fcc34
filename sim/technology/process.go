package technology

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"xbar/sim/model"
	"xbar/sim/unit"
)

// Stillmaker is the source of all ratios between processes.
const Stillmaker = "Stillmaker & Baas, Integration 58 (2017); coefficients as in wromaszkan/nodeScale"

// The flavours of a process. A node from 65 nm up has only one, which goes with
// either name.
const (
	HighPerformance = "hp"
	LowPower        = "lp"
)

// Process is a technology node at a supply voltage.
type Process struct {
	Node    unit.Metre
	Flavour string
	Supply  unit.Volt
	Source  string // that states node and supply; "" where the config's keys do, node and
	// SupplyKey, which is voltage unless given
	SupplyKey string
}

// String is the process as it is spoken of, "45 nm hp at 900 mV".
func (p Process) String() string {
	if f, err := p.fit(); err == nil && f.flavour == "" {
		return fmt.Sprintf("%v at %v", p.Node, p.Supply)
	}
	return fmt.Sprintf("%v %s at %v", p.Node, p.Flavour, p.Supply)
}

// fit is the polynomials of one process. All coefficients are positive but for
// the signs that the package's equations write out.
type fit struct {
	nm      int
	flavour string
	delay   [4]float64 // p, q, r, s
	energy  [3]float64 // a, b, c
}

var fits = []fit{
	{130, "", [4]float64{76.65, 334.9, 493.4, 275.8}, [3]float64{7.171, 6.709, 2.904}},
	{90, "", [4]float64{60.34, 262.5, 384.2, 210.9}, [3]float64{4.762, 4.781, 2.092}},
	{65, "", [4]float64{53.3, 230.4, 333.9, 178.6}, [3]float64{3.755, 4.398, 1.975}},
	{45, HighPerformance, [4]float64{501.6, 1567, 1619, 566.1}, [3]float64{1.018, 0.3107, 0.1539}},
	{32, HighPerformance, [4]float64{1047, 2982, 2797, 873.5}, [3]float64{0.8367, 0.4341, 0.1701}},
	{20, HighPerformance, [4]float64{0, 34.63, 66.37, 41.15}, [3]float64{0.373, 0.1582, 0.04104}},
	{16, HighPerformance, [4]float64{0, 24.8, 47.52, 28.87}, [3]float64{0.2958, 0.1241, 0.03024}},
	{14, HighPerformance, [4]float64{40.66, 109.2, 100.6, 35.92}, [3]float64{0.2363, 0.09675, 0.02239}},
	{10, HighPerformance, [4]float64{34.95, 93.65, 85.99, 30.4}, [3]float64{0.2068, 0.09311, 0.02375}},
	{7, HighPerformance, [4]float64{28.58, 76.6, 70.26, 24.69}, [3]float64{0.1776, 0.09097, 0.02447}},
	{45, LowPower, [4]float64{285.7, 1239, 1795, 898.8}, [3]float64{1.103, 0.362, 0.2767}},
	{32, LowPower, [4]float64{325.9, 1374, 1922, 913.2}, [3]float64{0.9559, 0.7823, 0.471}},
	{20, LowPower, [4]float64{160.5, 514.1, 558.6, 217.5}, [3]float64{0.2632, 0.14, 0.06841}},
	{16, LowPower, [4]float64{114.6, 366.7, 397.4, 153.6}, [3]float64{0.2139, 0.1187, 0.05639}},
	{14, LowPower, [4]float64{85.37, 271.6, 292.2, 111.4}, [3]float64{0.1556, 0.06472, 0.03066}},
	{10, LowPower, [4]float64{71.76, 228.6, 246.3, 93.91}, [3]float64{0.1261, 0.0518, 0.02769}},
	{7, LowPower, [4]float64{61.79, 196.1, 210.3, 79.55}, [3]float64{0.09365, 0.03409, 0.02043}},
}

func (f *fit) energyAt(v float64) float64 {
	a, b, c := f.energy[0], f.energy[1], f.energy[2]
	return a*v*v - b*v + c
}

func (f *fit) delayAt(v float64) float64 {
	p, q, r, s := f.delay[0], f.delay[1], f.delay[2], f.delay[3]
	return -p*v*v*v + q*v*v - r*v + s
}

// from is the supply of the least energy: below it the fit, but no circuit,
// would spend more.
func (f *fit) from() float64 { return f.energy[1] / (2 * f.energy[0]) }

// wriggle is how far the fit of the delay may leave its least value, where it
// turns up with the supply, before it is no longer trusted.
const wriggle = 0.2

// ends says whether the delay's fit has come to its end at v.
func (f *fit) ends(v float64) bool {
	if f.delayAt(v) <= 0 {
		return true
	}
	turn, turns := f.turn()
	return turns && v > turn && math.Abs(f.delayAt(v)/f.delayAt(turn)-1) > wriggle
}

// turn is the supply from which on the fit's delay rises, if there is one.
func (f *fit) turn() (v float64, ok bool) {
	p, q, r := f.delay[0], f.delay[1], f.delay[2]
	if p == 0 {
		return r / (2 * q), true
	}
	square := q*q - 3*p*r
	return (q - math.Sqrt(max(square, 0))) / (3 * p), square > 0
}

// doubt is why the fit is not to be trusted at v.
func (f *fit) doubt(p Process) string {
	v := float64(p.Supply)
	switch {
	case v < f.from():
		return fmt.Sprintf("%v is below the supply of %s, the least for which the polynomials are sensible", p, unit.Format(f.from(), "V"))
	case f.ends(v):
		return fmt.Sprintf("%v is above the supplies for which the polynomials are sensible", p)
	}
	return ""
}

func nanometres(node unit.Metre) float64 { return math.Round(float64(node)*1e12) / 1e3 }

func (p Process) fit() (*fit, error) {
	for i := range fits {
		f := &fits[i]
		if float64(f.nm) == nanometres(p.Node) && (f.flavour == "" || f.flavour == p.Flavour) {
			return f, nil
		}
	}
	return nil, fmt.Errorf("no scaling is published for %v %s; there is 130, 90 and 65 nm, and hp or lp at 45, 32, 20, 16, 14, 10 and 7 nm", p.Node, p.Flavour)
}

// Nearest is the published process nearest to p, at p's supply: p itself, if it
// is one.
func (p Process) Nearest() Process {
	best, least := p, math.Inf(1)
	for i := range fits {
		f := &fits[i]
		if f.flavour == LowPower && p.Flavour != LowPower || f.flavour == HighPerformance && p.Flavour == LowPower {
			continue
		}
		if far := math.Abs(math.Log(float64(f.nm) / max(nanometres(p.Node), 1e-3))); far < least {
			best.Node, least = unit.Metre(float64(f.nm)*1e-9), far
		}
	}
	if best.Flavour != LowPower {
		best.Flavour = HighPerformance
	}
	return best
}

// pair is the fits of two processes that may be compared.
func pair(from, to Process) (f, t *fit, err error) {
	f, errFrom := from.fit()
	t, errTo := to.fit()
	if errFrom != nil && errTo != nil && errFrom.Error() == errTo.Error() {
		errTo = nil // one process at two supplies
	}
	if err := errors.Join(errFrom, errTo); err != nil {
		return nil, nil, err
	}
	if f.flavour != "" && t.flavour != "" && f.flavour != t.flavour {
		return nil, nil, fmt.Errorf("%v and %v are of two flavours, which do not compare", from, to)
	}
	return f, t, nil
}

// EnergyRatio is the energy of an operation in one process over that in
// another.
func EnergyRatio(from, to Process) (model.Figure, error) {
	f, t, err := pair(from, to)
	if err != nil {
		return model.Figure{}, err
	}
	return ratio("energy of "+to.String()+" over "+from.String(), f.energyFigure(from), t.energyFigure(to)), nil
}

// DelayRatio is the delay of a gate in one process over that in another. The
// published fits of some nodes turn up again near their nominal supplies; where
// that exceeds 20 % the figure is marked.
func DelayRatio(from, to Process) (model.Figure, error) {
	f, t, err := pair(from, to)
	if err != nil {
		return model.Figure{}, err
	}
	for _, side := range []struct {
		fit     *fit
		process Process
	}{{f, from}, {t, to}} {
		if side.fit.delayAt(float64(side.process.Supply)) <= 0 {
			return model.Figure{}, fmt.Errorf("%v: the published delay is negative at this supply", side.process)
		}
	}
	return ratio("delay of "+to.String()+" over "+from.String(), f.delayFigure(from), t.delayFigure(to)), nil
}

func ratio(name string, from, to model.Figure) model.Figure {
	return model.Figure{
		Name: name, Equation: "s = {f₁}/{f₀}", Value: to.Value / from.Value, Source: Stillmaker,
		Inputs: []model.Input{model.Derived("f₁", to), model.Derived("f₀", from)},
	}
}

func (f *fit) energyFigure(p Process) model.Figure {
	return model.Figure{
		Name: "energy factor of " + p.String(), Equation: "e({t}, {V}) = {a}·{V}² − {b}·{V} + {c}",
		Value: f.energyAt(float64(p.Supply)), Source: Stillmaker,
		Inputs: append(p.inputs(), constants("abc", f.energy[:])...),
		Holds:  "supplies from " + unit.Format(f.from(), "V"), Outside: f.doubt(p),
	}
}

func (f *fit) delayFigure(p Process) model.Figure {
	return model.Figure{
		Name: "delay factor of " + p.String(), Equation: "d({t}, {V}) = −{p}·{V}³ + {q}·{V}² − {r}·{V} + {s}",
		Value: f.delayAt(float64(p.Supply)), Source: Stillmaker,
		Inputs: append(p.inputs(), constants("pqrs", f.delay[:])...),
		Holds:  "supplies from " + unit.Format(f.from(), "V"), Outside: f.doubt(p),
	}
}

func (p Process) inputs() []model.Input {
	return []model.Input{p.node("t"), p.stated(model.Input{Symbol: "V", Value: float64(p.Supply), Unit: "V"}, cmp.Or(p.SupplyKey, "voltage"))}
}

func (p Process) node(symbol string) model.Input {
	return p.stated(model.Input{Symbol: symbol, Value: float64(p.Node), Unit: "m"}, "node")
}

func (p Process) stated(in model.Input, key string) model.Input {
	if in.Source = p.Source; p.Source == "" {
		in.Key = key
	}
	return in
}

func constants(symbols string, values []float64) []model.Input {
	inputs := make([]model.Input, len(values))
	for i, v := range values {
		inputs[i] = model.Input{Symbol: symbols[i : i+1], Value: v, Source: Stillmaker}
	}
	return inputs
}
