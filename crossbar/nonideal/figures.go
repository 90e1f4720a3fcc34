package nonideal

import (
	"math"
	"strings"

	"xbar/sim/model"
	"xbar/sim/technology"
)

// Figures are what becomes of a cell at the top level, beside its conductance: its
// programming error, what drift leaves of it, and the noise of a read.
func (c *Config) Figures() (all []model.Figure) {
	if c.WireNode > 0 {
		all = append(all, c.Segment())
	}
	if c.Programming != "" {
		all = append(all, c.errorFigure())
	}
	if p := Find(c.Drift); p != nil {
		all = append(all, c.driftFigure(p))
	}
	if c.ReadNoise != "" {
		all = append(all, c.noiseFigure())
	}
	if c.Nonlinearity != 0 {
		all = append(all, model.Figure{
			Name: "what a cell carries at full drive, over its conductance at small voltages", Equation: "I/(G·V) = 1 − {a}", Value: 1 - c.Nonlinearity,
			Inputs: []model.Input{{Symbol: "a", Value: c.Nonlinearity, Key: "devices.nonlinearity"}},
		})
	}
	return all
}

// Segment is the resistance in Ω of a wire of the node from one cell to the next.
func (c *Config) Segment() model.Figure {
	each := technology.ResistancePerMetre(model.Input{Value: float64(c.WireNode), Unit: "m", Key: "devices.wire_node"}, technology.Local)
	return model.Figure{
		Name: "resistance of a row's or a column's wire from one cell to the next", Equation: "r = {r′}·{p}", Value: each.Value * float64(c.Pitch), Unit: "ohm",
		Inputs: []model.Input{model.Derived("r′", each), {Symbol: "p", Value: float64(c.Pitch), Unit: "m", Key: "crossbar.cell_pitch"}},
	}
}

func (c *Config) errorFigure() model.Figure {
	const name = "programming error of a cell at the top level, over its conductance"
	p := Find(c.Programming)
	if p == nil {
		return model.Given(name, "σ", c.ProgrammingError, "", "devices.programming_error")
	}
	f := c.published(name, p.At(float64(c.DriftTime)).Equation, p)
	f.Value = c.Sigma(1)
	return f
}

// published is a standard deviation in a profile's unit, over the conductance of a
// cell at the top level.
func (c *Config) published(name, equation string, p *Profile) model.Figure {
	f := model.Figure{Name: name, Equation: "σ/G = (" + equation + ")/{G}", Source: p.Source, Holds: p.Holds}
	f.Inputs = append(f.Inputs, model.Input{Symbol: "G", Value: c.full(p), Source: "of a cell at the top level in " + p.unit() + ", " + p.Source})
	if strings.Contains(equation, "{x}") {
		f.Inputs = append(f.Inputs, model.Input{Symbol: "x", Value: 1, Source: "the top level"})
	}
	return f
}

func (c *Config) driftFigure(p *Profile) model.Figure {
	f := model.Figure{Name: "what drift leaves of a cell at the top level, at the mean exponent", Source: p.Source, Holds: p.Holds}
	t := float64(c.DriftTime)
	if p.Drift.Shift != nil {
		shift, _ := p.Drift.Shift(math.Log(t))
		f.Equation, f.Value = "G″/G = max(1 − 0.089·ln({t})/{G}, 0)", max(1+shift/c.full(p), 0)
		f.Inputs = []model.Input{
			{Symbol: "t", Value: t, Unit: "s", Key: "devices.drift_time"},
			{Symbol: "G", Value: c.full(p), Source: "of a cell at the top level in µS"},
		}
		return f
	}
	μ, _ := p.Drift.Exponent(1)
	f.Equation, f.Value = "G″/G = 1/((({t} + {t0})/{t0})^{μ})", math.Pow((t+p.Drift.Start)/p.Drift.Start, -μ)
	f.Inputs = []model.Input{
		{Symbol: "t", Value: t, Unit: "s", Key: "devices.drift_time"},
		{Symbol: "t0", Value: p.Drift.Start, Unit: "s", Source: p.Source},
		{Symbol: "μ", Value: μ, Source: p.Source + ": " + p.Drift.Equation},
	}
	return f
}

func (c *Config) noiseFigure() model.Figure {
	const name = "noise of a read of a cell at the top level, over its conductance"
	f := model.Figure{Name: name, Value: c.readSigma(1, 1)}
	switch p := Find(c.ReadNoise); {
	case c.ReadNoise == "normal":
		return model.Given(name, "σ", c.ReadError, "", "devices.read_error")
	case p == nil:
		f.Equation = "σ/G = √(4·{k}·{T}·{B}/{G})/{V}"
		f.Inputs = []model.Input{
			{Symbol: "k", Value: boltzmann, Unit: "J/K", Source: "SI"},
			{Symbol: "T", Value: c.Kelvin, Source: "kelvin, machine.temperature_k"},
			{Symbol: "B", Value: float64(c.ReadBandwidth), Unit: "Hz", Key: "devices.read_bandwidth"},
			{Symbol: "G", Value: float64(c.OnConductance), Unit: "S", Source: "devices.on_conductance, or else cell.g_on"},
			{Symbol: "V", Value: float64(c.ReadVoltage), Unit: "V", Key: "cell.read_voltage"},
		}
	case p.Read.Sigma != nil:
		value := f.Value
		f = c.published(name, p.Read.Equation, p)
		f.Value = value
	default:
		f.Equation, f.Source, f.Holds = "σ/G = {Q}·√(ln(({t} + {t0} + {t_r})/(2·{t_r})))", p.Source, p.Holds
		f.Inputs = []model.Input{
			{Symbol: "Q", Value: p.Read.Relative(1), Source: p.Source + ": " + p.Read.Equation},
			{Symbol: "t", Value: float64(c.DriftTime), Unit: "s", Source: "devices.drift_time, or else none"},
			{Symbol: "t0", Value: p.Drift.Start, Unit: "s", Source: p.Source},
			{Symbol: "t_r", Value: p.Read.Shortest, Unit: "s", Source: p.Source},
		}
	}
	return f
}
