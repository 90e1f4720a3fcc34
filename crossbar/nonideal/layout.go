package nonideal

import (
	"context"

	"gonum.org/v1/gonum/mat"
)

// Layout is how the columns of a weight share wires.
type Layout struct {
	Wires   string // "adjacent", "apart" or "interleaved"
	Columns int    // of a weight; of pairs, the positive and the negative one stand side by side
}

// Wired replaces levels by those that columns see, as [Config.Levels] does, but with the
// wires of a layout. Where inputs gate the cells no level stands for one by itself, and
// read is what columns carry of digits, one a row and zero where the row is not driven;
// else it is nil. What a pair that is interleaved carries is the positive column's.
func (c *Config) Wired(ctx context.Context, levels *mat.Dense, top int64, l Layout) (read func(digits, currents []float64), err error) {
	if !c.Resistive() || l.Wires != "apart" && l.Wires != "interleaved" && c.Supply != "columns" {
		return nil, c.Levels(ctx, levels, top)
	}
	wires := c.Wires()
	cells := *c
	cells.RowResistance, cells.ColumnResistance, cells.SenseResistance = 0, 0, 0
	if err := cells.Levels(ctx, levels, top); err != nil {
		return nil, err
	}
	unit := (1 - c.Lowest()) / float64(top)
	pairs := l.Wires == "interleaved"
	if c.Supply == "columns" {
		conductances := mat.DenseCopyOf(levels.T())
		conductances.Scale(unit, conductances)
		columns, _ := conductances.Dims()
		each := 1
		if pairs {
			each = 2
		}
		cells := make([][]float64, columns)
		for o := range cells {
			cells[o] = conductances.RawRowView(o)
		}
		return func(digits, currents []float64) {
			clear(currents)
			for o := 0; o < columns; o += each {
				currents[o] = wires.Gated(digits, cells[o:o+each]...) / unit
			}
		}, nil
	}
	part := func(c int) *mat.Dense { return columnsOf(levels, c, l.Columns, unit) }
	for c := 0; c < l.Columns; c++ {
		var seen *mat.Dense
		at := c
		if pairs {
			c++
			seen, err = wires.Interleaved(ctx, part(at), part(c))
			putColumns(levels, c, l.Columns, nil, 0)
		} else {
			seen, err = wires.Effective(ctx, part(at))
		}
		if err != nil {
			return nil, err
		}
		putColumns(levels, at, l.Columns, seen, 1/unit)
	}
	return nil, nil
}

// columnsOf is every so many columns from one on, columns × rows, in conductances.
func columnsOf(levels *mat.Dense, first, each int, unit float64) *mat.Dense {
	rows, columns := levels.Dims()
	part := mat.NewDense(columns/each, rows, nil)
	part.Apply(func(o, i int, _ float64) float64 { return unit * levels.At(i, o*each+first) }, part)
	return part
}

// putColumns is the way back; of nil they are zero.
func putColumns(levels *mat.Dense, first, each int, part *mat.Dense, unit float64) {
	rows, columns := levels.Dims()
	for o := range columns / each {
		for i := range rows {
			level := 0.0
			if part != nil {
				level = unit * part.At(o, i)
			}
			levels.Set(i, o*each+first, level)
		}
	}
}
