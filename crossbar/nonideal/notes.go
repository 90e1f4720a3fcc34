package nonideal

import (
	"fmt"

	"xbar/sim/unit"
)

// Notes say what of the published numbers is used, with their sources, and what is
// taken to be where it may be read differently.
func (c *Config) Notes() (notes []string) {
	after := ""
	if c.DriftTime > 0 {
		after = fmt.Sprintf(", %v after programming", c.DriftTime)
	}
	if p := Find(c.Programming); p != nil {
		notes = append(notes, fmt.Sprintf("programming errors of %s, over the conductance at the top level: %s (%s)", p.At(float64(c.DriftTime)).Equation, c.scaled(p), p.cite()))
	} else if c.Programming != "" {
		notes = append(notes, fmt.Sprintf("programming errors are %s, of a standard deviation of %s", c.Programming, described(c.ProgrammingError, c.ProgrammingScaling)))
	}
	if p := Find(c.Drift); p != nil {
		note := fmt.Sprintf("drift%s: %s, of %s (%s)", after, p.Drift.Equation, c.scaled(p), p.cite())
		if c.DriftCompensation {
			note += "; an array's sums are scaled by the ratio of what all its cells conducted to what they do now"
		}
		notes = append(notes, note)
	}
	if c.StuckOff > 0 || c.StuckOn > 0 {
		notes = append(notes, fmt.Sprintf("%.3g %% of the cells are stuck at level zero, %.3g %% at the top level", 100*c.StuckOff, 100*c.StuckOn))
	}
	if c.Random() {
		notes = append(notes, "arrays are programmed once: reloads and copies have the same errors")
	}
	switch p := Find(c.ReadNoise); {
	case p != nil:
		notes = append(notes, fmt.Sprintf("noise of each read%s: %s, of %s (%s)", after, p.Read.Equation, c.scaled(p), p.cite()))
	case c.ReadNoise == "thermal":
		notes = append(notes, fmt.Sprintf("thermal noise of each read: √(4·k·%g K·G·%v) of a cell's current", c.Kelvin, c.ReadBandwidth))
	case c.ReadNoise == "normal":
		notes = append(notes, "noise of each read has a standard deviation of "+described(c.ReadError, c.ReadScaling))
	}
	if c.ReadNoise != "" && c.Resistive() {
		notes = append(notes, "through wires, a cell's noise becomes less as its conductance does; what it changes of the voltages of others is left out")
	}
	return notes
}

func (p *Profile) cite() string { return p.Source + "; " + p.Holds }

// scaled says which conductance the published ones are beside.
func (c *Config) scaled(p *Profile) string {
	if p.Name == "sonos-agrawal2022" {
		return fmt.Sprintf("I = %v nA at the top level", c.full(p))
	}
	return fmt.Sprintf("G = %v at the top level", unit.Siemens(c.full(p)*micro))
}

func described(σ float64, scaling string) string {
	of := map[string]string{"independent": "the conductance at the top level", "proportional": "a cell's own conductance", "inverse": "the conductance at the top level, over a cell's conductance beside it"}
	return fmt.Sprintf("%.3g %% of %s", 100*σ, of[scaling])
}
