package nonideal

import (
	"context"

	"gonum.org/v1/gonum/mat"

	"xbar/crossbar/parasitic"
	"xbar/sim/unit"
)

// Config says what is not ideal about an array's cells and wires, as far as the
// numbers go that it computes. The tags are the schema of [machine.devices]; what is
// not given is ideal.
type Config struct {
	OnOffRatio       float64      `toml:"on_off_ratio" range:"1.01..1e12" optional:"true" doc:"conductance of a cell at the top level over that of one at level zero; without limit unless given"`
	OnConductance    unit.Siemens `toml:"on_conductance" optional:"true" check:"positive" doc:"of a cell at the top level, beside which wires are resistive; cell.g_on unless given"`
	RowResistance    unit.Ohm     `toml:"row_resistance" optional:"true" doc:"of a row wire, from one cell to the next"`
	ColumnResistance unit.Ohm     `toml:"column_resistance" optional:"true" doc:"of a column wire, from one cell to the next"`
	Supply           string       `toml:"supply" enum:"rows|columns" default:"rows" doc:"what drives cells: the wire of their row, or a supply wire beside each column's, through a gate that the input opens; row_resistance is then of a supply wire's segments; no energy follows"`
	SenseResistance  unit.Ohm     `toml:"sense_resistance" optional:"true" doc:"of a column's end, beside its last segment"`
}

// Ideal reports whether cells are levels, and columns see them as they are.
func (c *Config) Ideal() bool { return c.OnOffRatio == 0 && !c.Resistive() }

// Resistive reports whether a wire has a resistance.
func (c *Config) Resistive() bool {
	return c.RowResistance > 0 || c.ColumnResistance > 0 || c.SenseResistance > 0
}

// Wires are the resistances in units of that of a cell at the top level.
func (c *Config) Wires() *parasitic.Wires {
	on := float64(c.OnConductance)
	return &parasitic.Wires{
		Row: float64(c.RowResistance) * on, Column: float64(c.ColumnResistance) * on, Sense: float64(c.SenseResistance) * on,
	}
}

// Leak is what a cell at level zero conducts, in levels of so many.
func (c *Config) Leak(top int64) float64 {
	g := c.Lowest()
	return g * float64(top) / (1 - g)
}

// Lowest is the conductance of a cell at level zero.
func (c *Config) Lowest() float64 {
	if c.OnOffRatio == 0 {
		return 0
	}
	return 1 / c.OnOffRatio
}

// Levels replaces levels from 0 to top, rows × columns, by those that columns see,
// leak included. Row 0 is the farthest from the converters and column 0 the nearest to
// the drivers. It errs when ctx is done.
func (c *Config) Levels(ctx context.Context, levels *mat.Dense, top int64) error {
	leak := c.Leak(top)
	levels.Apply(func(_, _ int, level float64) float64 { return level + leak }, levels)
	if !c.Resistive() {
		return nil
	}
	unit := (1 - c.Lowest()) / float64(top) // of conductance, that a level is
	var cells mat.Dense
	cells.Scale(unit, levels.T())
	effective, err := c.Wires().Effective(ctx, &cells)
	if err != nil {
		return err
	}
	levels.Scale(1/unit, effective.T())
	return nil
}
