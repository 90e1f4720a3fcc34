package crossbar

import (
	"math/rand/v2"

	"gonum.org/v1/gonum/blas/blas64"

	"xbar/dac"
)

// drivers are what drives an array's rows, and what cells make of it.
type drivers struct {
	of     []*dac.Driver // [row]; nil: digits are driven as they are
	gated  bool          // zeros are not driven
	random *rand.Rand    // nil: loads have no noise
	cubic  float64       // of the cells
	levels blas64.General
}

// SetDrivers has the rows driven with errors of their own; gated rows are not where the
// digit is zero. What noise they have is drawn from random, row after row of a slice.
// Cells must have been set ([Programmed.SetCells]).
func (p *Programmed) SetDrivers(of []*dac.Driver, gated bool, random *rand.Rand) {
	d := p.drivers()
	d.of, d.gated, d.random = of, gated, random
}

// SetCubic has all cells carry G·(V − a·V³), V in units of full drive, that see the
// voltage of their row. It is not for [Programmed.SetSupplied].
func (p *Programmed) SetCubic(a float64) { p.drivers().cubic = a }

// Rows is how many rows it has that are used.
func (p *Programmed) Rows() int { return p.rows }

func (p *Programmed) drivers() *drivers {
	if p.real.drivers == nil {
		n := len(p.reader.slices)
		p.real.drivers = &drivers{levels: blas64.General{Rows: n, Cols: p.rows, Stride: p.rows, Data: make([]float64, n*p.rows)}}
	}
	return p.real.drivers
}

// drive is the digits of a row group, slices × rows, as they come out of its drivers and
// as cells take them.
func (p *Programmed) drive(d *Drive, from, to int) blas64.General {
	digits := blas64.General{Rows: len(p.reader.slices), Cols: to - from, Stride: d.rows, Data: d.levels[from:]}
	drivers := p.real.drivers
	if drivers == nil {
		return digits
	}
	out := drivers.levels
	out.Cols, out.Data = to-from, out.Data[from:]
	for t := range out.Rows {
		into := out.Data[t*out.Stride:][:out.Cols]
		copy(into, digits.Data[t*digits.Stride:][:out.Cols])
		drivers.load(into, from)
		drivers.bend(into, p.reader.slices[t].full, p.reader.TimeCoded)
	}
	return out
}

// load drives the digits of the rows from one on.
func (d *drivers) load(digits []float64, from int) {
	if d.of == nil {
		return
	}
	for i, digit := range digits {
		driver, noise := d.of[from+i], 0.0
		if σ := driver.Noise(); σ > 0 && d.random != nil {
			noise = σ * d.random.NormFloat64()
		}
		if digit != 0 || !d.gated {
			digits[i] = driver.Level(digit, noise)
		}
	}
}

// bend makes of levels what cells carry of them; of time, they do at full level.
func (d *drivers) bend(levels []float64, full float64, timeCoded bool) {
	if d.cubic == 0 {
		return
	}
	for i, level := range levels {
		v := level / full
		if timeCoded {
			levels[i] = level * (1 - d.cubic)
		} else {
			levels[i] = full * (v - d.cubic*v*v*v)
		}
	}
}
