package nonideal

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// err has cells miss the conductances that they were to have.
func (c *Config) err(cells *mat.Dense, stream Stream) {
	if c.Programming == "" {
		return
	}
	random, draw := stream.random(), (*rand.Rand).NormFloat64
	if c.Programming == "uniform" {
		draw = uniform
	}
	cells.Apply(func(_, _ int, g float64) float64 { return max(g+c.Sigma(g)*draw(random), 0) }, cells)
}

// uniform has a standard deviation of one.
func uniform(random *rand.Rand) float64 { return math.Sqrt(3) * (2*random.Float64() - 1) }

// Sigma is the programming error of a cell of conductance g, both over that of a cell
// at the top level.
func (c *Config) Sigma(g float64) float64 {
	p := Find(c.Programming)
	if p == nil {
		return c.generic(c.ProgrammingError, c.ProgrammingScaling, g)
	}
	full := c.full(p)
	return p.At(float64(c.DriftTime)).Sigma(g*full, g) / full
}

// generic is an error that goes with the conductance as scaling says.
func (c *Config) generic(σ float64, scaling string, g float64) float64 {
	switch scaling {
	case "proportional":
		return σ * g
	case "inverse":
		return σ / max(g, c.Lowest())
	}
	return σ
}

// full is the conductance of a cell at the top level in the unit of a profile.
func (c *Config) full(p *Profile) float64 {
	if p.Full == 0 {
		return float64(c.OnConductance) / micro
	}
	return p.Full
}

const micro = 1e-6

// drift has cells change until the time at hand, as those do that were to have the
// conductances of targets.
func (c *Config) drift(cells, targets *mat.Dense, stream Stream) {
	p := Find(c.Drift)
	if p == nil {
		return
	}
	random, t, full := stream.random(), float64(c.DriftTime), c.full(p)
	cells.Apply(func(i, j int, g float64) float64 {
		ξ := random.NormFloat64()
		if p.Drift.Shift != nil {
			μ, s := p.Drift.Shift(math.Log(t))
			return max(g+(μ+s*ξ)/full, 0)
		}
		μ, s := p.Drift.Exponent(targets.At(i, j))
		return g * math.Pow((t+p.Drift.Start)/p.Drift.Start, -math.Abs(μ+s*ξ))
	}, cells)
}

// stick has some cells stay at level zero, and others at the top. A cell that is stuck
// at a rate is so at every higher one.
func (c *Config) stick(cells *mat.Dense, stream Stream) {
	if c.StuckOff == 0 && c.StuckOn == 0 {
		return
	}
	random := stream.random()
	cells.Apply(func(_, _ int, g float64) float64 {
		switch u := random.Float64(); {
		case u < c.StuckOff:
			return c.Lowest()
		case u >= 1-c.StuckOn:
			return 1
		}
		return g
	}, cells)
}

// noise says how much a read of each cell varies: of conductance, squared.
func (c *Config) noise(a *Array, programmed *mat.Dense) {
	if c.ReadNoise == "" {
		return
	}
	rows, columns := a.Levels.Dims()
	variances := mat.NewDense(rows, columns, nil)
	variances.Apply(func(i, j int, _ float64) float64 {
		σ := c.readSigma(a.Levels.At(i, j), programmed.At(i, j))
		return σ * σ
	}, variances)
	if c.ReadNoise == "thermal" {
		a.Floor = variances
		return
	}
	a.Noise = variances
}

const boltzmann = 1.380649e-23 // J/K

// readSigma is the noise of a read of a cell of conductance g that was programmed to
// another, all over that of a cell at the top level. Of thermal noise it is for a row
// at full scale.
func (c *Config) readSigma(g, programmed float64) float64 {
	switch c.ReadNoise {
	case "normal":
		return c.generic(c.ReadError, c.ReadScaling, g)
	case "thermal":
		v := float64(c.ReadVoltage)
		return math.Sqrt(4*boltzmann*c.Kelvin*g*float64(c.ReadBandwidth)/float64(c.OnConductance)) / v
	}
	p := Find(c.ReadNoise)
	if p.Read.Relative == nil {
		full := c.full(p)
		return p.Read.Sigma(g*full) / full
	}
	t := float64(c.DriftTime) + p.Drift.Start
	return g * p.Read.Relative(programmed) * math.Sqrt(math.Log((t+p.Read.Shortest)/(2*p.Read.Shortest)))
}
