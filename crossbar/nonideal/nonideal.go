package nonideal

import (
	"context"
	"math/rand/v2"

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
	WireNode         unit.Metre   `toml:"wire_node" optional:"true" check:"positive" doc:"technology of the wires, in the place of both resistances: local ones by CACTI 7, from one cell to the next as long as crossbar.cell_pitch"`
	Supply           string       `toml:"supply" enum:"rows|columns" default:"rows" doc:"what drives cells: the wire of their row, or a supply wire beside each column's, through a gate that the input opens; row_resistance is then of a supply wire's segments; no energy follows"`
	SenseResistance  unit.Ohm     `toml:"sense_resistance" optional:"true" doc:"of a column's end, beside its last segment"`

	Programming        string  `toml:"programming" enum:"pcm-nandakumar2019|pcm-joshi2020|pcm-hermes-1|pcm-hermes-2|reram-wan2022|reram-milo2021|reram-cmo-0.2|reram-cmo-2|sonos-agrawal2022|normal|uniform" optional:"true" doc:"error of programmed conductances: a published one, or of the distribution whose standard deviation is programming_error; none unless given"`
	ProgrammingError   float64 `toml:"programming_error" range:"0..1" optional:"true" doc:"standard deviation over the conductance of a cell at the top level, of one that is there"`
	ProgrammingScaling string  `toml:"programming_scaling" enum:"independent|proportional|inverse" default:"independent" doc:"of programming_error, with the conductance of a cell"`

	Drift             string      `toml:"drift" enum:"pcm-nandakumar2019|pcm-hermes-1|pcm-hermes-2|reram-cmo-0.2|reram-cmo-2" optional:"true" doc:"change of conductances until drift_time; none unless given"`
	DriftTime         unit.Second `toml:"drift_time" most:"1 Gs" optional:"true" doc:"since cells were programmed; tables of errors (reram-wan2022, sonos-agrawal2022) are read at it"`
	DriftCompensation bool        `toml:"drift_compensation" default:"false" doc:"an array's sums are scaled by what its cells conducted together after programming over what they do now"`

	StuckOff float64 `toml:"stuck_off" range:"0..1" optional:"true" doc:"share of cells that stay at level zero"`
	StuckOn  float64 `toml:"stuck_on" range:"0..1" optional:"true" doc:"share of cells that stay at the top level"`

	ReadNoise     string     `toml:"read_noise" enum:"pcm-nandakumar2019|pcm-hermes-1|pcm-hermes-2|sonos-agrawal2022|thermal|normal" optional:"true" doc:"of every read: a published one, thermal of the cells, or normal of read_error; none unless given"`
	ReadError     float64    `toml:"read_error" range:"0..1" optional:"true" doc:"standard deviation over the conductance of a cell at the top level, of one that is there"`
	ReadScaling   string     `toml:"read_scaling" enum:"independent|proportional|inverse" default:"independent" doc:"of read_error, with the conductance of a cell"`
	ReadBandwidth unit.Hertz `toml:"read_bandwidth" optional:"true" check:"positive" doc:"of what integrates a column's current, for thermal noise"`
	WireNoise     string     `toml:"wire_noise" enum:"damped|solved" default:"damped" doc:"of read_noise through resistive wires; damped: each cell's as much as wires make less of its level, one draw a column; solved: a draw for each cell, and wires solved anew for every read"`

	Nonlinearity float64 `toml:"nonlinearity" range:"-0.3..0.3" optional:"true" doc:"a of cells that carry G·(V − a·V³), V in units of full drive; 0.25 makes a cell carry three quarters there; with resistive wires every read is solved by itself"`

	Kelvin      float64   `toml:"-"` // of the cells, for thermal noise
	ReadVoltage unit.Volt `toml:"-"` // of a row at full scale, for thermal noise

	Pitch unit.Metre `toml:"-"` // of cells, for wires of a node
}

// Ideal reports whether cells are levels, and columns see them as they are.
func (c *Config) Ideal() bool {
	return c.OnOffRatio == 0 && !c.Resistive() && !c.Random() && c.Nonlinearity == 0
}

// Resistive reports whether a wire has a resistance.
func (c *Config) Resistive() bool {
	return c.RowResistance > 0 || c.ColumnResistance > 0 || c.SenseResistance > 0
}

// Random reports whether one chip differs from another, or a read from the next.
func (c *Config) Random() bool {
	return c.Programming != "" || c.Drift != "" || c.StuckOff > 0 || c.StuckOn > 0 || c.ReadNoise != ""
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

// Array is what columns see of programmed cells, in levels, rows × columns.
type Array struct {
	Levels *mat.Dense

	// Read is what columns carry of digits, as far as their rows are driven, beside one
	// at full drive: where inputs gate the cells, as of [Config.Wired], or where it is
	// [Config.Iterated]; nil: levels are all that it takes.
	Read func(digits []float64, full float64, currents []float64) error

	// Random is where Read has its noise from; nil: there is none.
	Random *rand.Rand

	// Variances are those of a read: Noise times the square of a row's digit, and Floor
	// times the square of the digit at full scale whatever the digit is; nil: none.
	Noise, Floor *mat.Dense
}

// Program gives what becomes of levels from 0 to top, rows × columns, which it
// overwrites. Row 0 is the farthest from the converters and column 0 the nearest to
// the drivers. It errs when ctx is done.
func (c *Config) Program(ctx context.Context, levels *mat.Dense, top int64, l Layout, stream Stream) (_ *Array, err error) {
	a, gain := &Array{Levels: levels}, 1.0
	if c.Random() {
		gain = c.disturb(a, top, stream)
	}
	if c.Iterated() {
		err = c.iterated(ctx, a, top, l)
	} else {
		err = c.once(ctx, a, top, l)
	}
	if err != nil {
		return nil, err
	}
	if gain != 1 {
		a.scale(gain)
	}
	return a, nil
}

// once has wires solved for all reads.
func (c *Config) once(ctx context.Context, a *Array, top int64, l Layout) error {
	cells := mat.DenseCopyOf(a.Levels)
	read, err := c.Wired(ctx, a.Levels, top, l)
	if err != nil {
		return err
	}
	if read != nil {
		a.Read = func(digits []float64, _ float64, currents []float64) error {
			read(digits, currents)
			return nil
		}
	}
	c.damp(a, cells, top)
	return nil
}

// disturb has cells err, drift and stick, and finds the noise of their reads. It gives
// what the sums are scaled by.
func (c *Config) disturb(a *Array, top int64, stream Stream) (gain float64) {
	unit := (1 - c.Lowest()) / float64(top) // of conductance, that a level is
	cells := a.Levels
	cells.Apply(func(_, _ int, level float64) float64 { return c.Lowest() + unit*level }, cells)
	targets := mat.DenseCopyOf(cells)
	c.err(cells, stream.At(programmingStream))
	programmed := mat.DenseCopyOf(cells)
	c.drift(cells, targets, stream.At(driftStream))
	for _, of := range []*mat.Dense{programmed, cells} {
		c.stick(of, stream.At(stuckStream))
	}
	gain = 1
	if total := mat.Sum(cells); c.DriftCompensation && total > 0 {
		gain = mat.Sum(programmed) / total
	}
	c.noise(a, programmed)
	for _, variances := range a.variances() {
		variances.Scale(1/(unit*unit), variances)
	}
	cells.Apply(func(_, _ int, g float64) float64 { return (g - c.Lowest()) / unit }, cells)
	return gain
}

// variances are those that there are.
func (a *Array) variances() (all []*mat.Dense) {
	for _, v := range []*mat.Dense{a.Noise, a.Floor} {
		if v != nil {
			all = append(all, v)
		}
	}
	return all
}

// damp has noise become less as wires make less of a cell's level.
func (c *Config) damp(a *Array, cells *mat.Dense, top int64) {
	if !c.Resistive() {
		return
	}
	leak := c.Leak(top)
	for _, variances := range a.variances() {
		variances.Apply(func(i, j int, v float64) float64 {
			if level := cells.At(i, j) + leak; level > 0 {
				left := a.Levels.At(i, j) / level
				return v * left * left
			}
			return v
		}, variances)
	}
}

// scale multiplies all that columns carry.
func (a *Array) scale(gain float64) {
	a.Levels.Scale(gain, a.Levels)
	for _, variances := range a.variances() {
		variances.Scale(gain*gain, variances)
	}
	if read := a.Read; read != nil {
		a.Read = func(digits []float64, full float64, currents []float64) error {
			err := read(digits, full, currents)
			for i := range currents {
				currents[i] *= gain
			}
			return err
		}
	}
}

// Levels replaces levels from 0 to top, rows × columns, by those that columns see,
// leak included. It errs when ctx is done.
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
