package nonideal

import (
	"fmt"
	"strings"

	"xbar/sim/unit"
)

// Notes say what of the published numbers is used, with their sources, and what is
// taken to be where it may be read differently.
func (c *Config) Notes() (notes []string) {
	if p := Find(c.Programming); p != nil {
		notes = append(notes, fmt.Sprintf("programming errors%s of a standard deviation of %s: %s", c.measured(p), plain(p.At(float64(c.DriftTime)).Equation), c.cite(p)))
	} else if c.Programming != "" {
		notes = append(notes, fmt.Sprintf("programming errors are %s, of a standard deviation of %s", c.Programming, described(c.ProgrammingError, c.ProgrammingScaling)))
	}
	if p := Find(c.Drift); p != nil {
		note := fmt.Sprintf("drift over %v, %s: %s", c.DriftTime, p.Drift.Equation, c.cite(p))
		if p.Drift.Start > 0 {
			note = fmt.Sprintf("drift over t = %v is G·((t + t0)/t0)^−|μ + s·ξ|, t0 = %v, %s: %s", c.DriftTime, unit.Second(p.Drift.Start), p.Drift.Equation, c.cite(p))
		}
		notes = append(notes, note)
	}
	if c.DriftCompensation {
		notes = append(notes, "drift is compensated array by array: sums are scaled by what all its cells conducted after programming over what they do now")
	}
	if c.StuckOff > 0 || c.StuckOn > 0 {
		notes = append(notes, fmt.Sprintf("%.3g %% of the cells are stuck at level zero, %.3g %% at the top level", 100*c.StuckOff, 100*c.StuckOn))
	}
	if c.Nonlinearity != 0 {
		notes = append(notes, fmt.Sprintf("cells carry G·(V − %g·V³), V in units of full drive and G their conductance at small voltages: at full drive %.3g of it", c.Nonlinearity, 1-c.Nonlinearity))
	}
	if c.Iterated() {
		notes = append(notes, "wires are solved for every read, until Kirchhoff's current law holds at each node to 1e-10 of its wire's currents")
	}
	if c.Random() {
		notes = append(notes, "each array is programmed once: reloads and copies have the same errors")
	}
	return append(notes, c.readNotes()...)
}

func (c *Config) readNotes() (notes []string) {
	switch p := Find(c.ReadNoise); {
	case p != nil && p.Read.Relative != nil:
		notes = append(notes, fmt.Sprintf("each read has 1/f noise anew, of a standard deviation of G·Q·√(ln((t + t0 + t_r)/2t_r)), t = %v, t0 = %v, t_r = %v, %s: %s",
			c.DriftTime, unit.Second(p.Drift.Start), unit.Second(p.Read.Shortest), p.Read.Equation, c.cite(p)))
	case p != nil:
		notes = append(notes, fmt.Sprintf("each read has noise of a standard deviation of %s: %s", plain(p.Read.Equation), c.cite(p)))
	case c.ReadNoise == "thermal":
		notes = append(notes, fmt.Sprintf("thermal noise of each read: √(4·k·%g K·G·%v) of a cell's current", c.Kelvin, c.ReadBandwidth))
	case c.ReadNoise == "normal":
		notes = append(notes, "noise of each read is normal, of a standard deviation of "+described(c.ReadError, c.ReadScaling))
	}
	if c.ReadNoise != "" && c.Resistive() && !c.Iterated() {
		notes = append(notes, "through wires, a cell's noise becomes less as its conductance does; what it changes of the voltages of others is left out")
	}
	return notes
}

// plain takes an equation's braces off.
func plain(equation string) string { return strings.NewReplacer("{", "", "}", "").Replace(equation) }

// measured says when a table's errors are of.
func (c *Config) measured(p *Profile) string {
	if len(p.Errors) == 1 {
		return ""
	}
	return fmt.Sprintf(" after %v", unit.Second(p.At(float64(c.DriftTime)).Time))
}

// cite says what the symbols of a profile are and where it is published.
func (c *Config) cite(p *Profile) string {
	return fmt.Sprintf("%s; G in %s, x = 1 is %g of them, measured within %s", p.Source, p.unit(), c.full(p), p.Holds)
}

func (p *Profile) unit() string {
	if strings.HasPrefix(p.Name, "sonos") {
		return "nA at the read voltage"
	}
	return "µS"
}

func described(σ float64, scaling string) string {
	of := map[string]string{
		"independent": "the conductance at the top level", "proportional": "a cell's own conductance",
		"inverse": "the conductance at the top level, times it over a cell's own",
	}
	return fmt.Sprintf("%.3g %% of %s", 100*σ, of[scaling])
}
