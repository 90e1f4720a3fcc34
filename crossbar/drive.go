package crossbar

import (
	"xbar/sim/model"
	"xbar/sim/technology"
)

// RowCapacitanceOf is the capacitance of one row wire, in F: given, or that of
// a local wire along all cells and of what each that it drives hangs on it.
func (c *Config) RowCapacitanceOf() model.Figure {
	if c.Model != "wire" {
		return model.Given("capacitance of a row", "C", float64(c.RowCapacitance), "F", "row_capacitance")
	}
	wire := technology.CapacitancePerMetre(c.Node, technology.Local)
	f := model.Figure{
		Name: "capacitance of a row", Equation: "C = {N}·({c′}·{p} + {C_g})", Unit: "F", Source: wire.Source,
		Value: float64(c.Cols) * (wire.Value*float64(c.CellPitch) + float64(c.GateCapacitance)),
		Inputs: []model.Input{
			{Symbol: "N", Value: float64(c.Cols), Key: "cols"},
			model.Derived("c′", wire),
			{Symbol: "p", Value: float64(c.CellPitch), Unit: "m", Key: "cell_pitch"},
			{Symbol: "C_g", Value: float64(c.GateCapacitance), Unit: "F", Key: "gate_capacitance"},
		},
	}
	if c.Fold > 1 { // the wire passes all columns, and drives those of its part of the fold
		f.Equation = "C = {N}·{c′}·{p} + {n}·{C_g}"
		f.Value = float64(c.Cols)*wire.Value*float64(c.CellPitch) + float64(c.LogicalCols())*float64(c.GateCapacitance)
		f.Inputs = append(f.Inputs, model.Input{Symbol: "n", Value: float64(c.LogicalCols()), Source: "crossbar.cols over crossbar.fold"})
	}
	return f
}

// Control is the energy in joules of an array's control in one read.
func (c *Config) Control() model.Figure {
	return model.Given("energy of an array's control", "E", float64(c.ControlEnergy), "J", "control_energy")
}

// Drive is the energy of driving one row for a read, C·V² in J.
func (c *Config) Drive() model.Figure {
	return charge("energy of driving a row", model.Derived("C", c.RowCapacitanceOf()), float64(c.DriveVoltage), "drive_voltage")
}

// DriveFloor is the energy of charging a row's bare wire to a voltage, in J, below
// which no drive goes: past all cells of a row, each as wide as the crosspoint of two
// wires of that feature size, a line and a space.
func (c *Config) DriveFloor(feature, volts model.Input) model.Figure {
	feature.Symbol = "F"
	length := model.Figure{
		Name: "least length of a row", Equation: "L = {N}·2·{F}", Value: float64(c.Cols) * 2 * feature.Value, Unit: "m",
		Inputs: []model.Input{{Symbol: "N", Value: float64(c.Cols), Key: "cols"}, feature},
		Source: crosspoint,
	}
	return technology.LineEnergy(technology.ThinnestWire(feature), model.Derived("L", length), volts)
}

// OwnLine is the energy of charging the bare wire that the model says a row is, in J,
// and whether it says so.
func (c *Config) OwnLine(volts model.Input) (f model.Figure, known bool) {
	if c.Model != "wire" {
		return f, false
	}
	length := model.Figure{
		Name: "length of a row", Equation: "L = {N}·{p}", Value: float64(c.Cols) * float64(c.CellPitch), Unit: "m",
		Inputs: []model.Input{
			{Symbol: "N", Value: float64(c.Cols), Key: "cols"},
			{Symbol: "p", Value: float64(c.CellPitch), Unit: "m", Key: "cell_pitch"},
		},
	}
	return technology.LineEnergy(technology.CapacitancePerMetre(c.Node, technology.Local), model.Derived("L", length), volts), true
}

const crosspoint = "NVSim/NVMExplorer RRAM.cell: a crosspoint of 4 F², the densest cell in a plane"

// Sample is the energy of taking one sample of one column, in J.
func (s *SampleHold) Sample() model.Figure {
	const name = "energy of a sample"
	if s.Model != "capacitor" {
		return model.Given(name, "E", float64(s.EnergyPerSample), "J", "energy_per_sample")
	}
	c := model.Input{Symbol: "C", Value: float64(s.Capacitance), Unit: "F", Key: "capacitance"}
	return charge(name, c, float64(s.Voltage), "voltage")
}

// charge is the energy that a supply of the voltage spends on charging C once.
func charge(name string, c model.Input, v float64, key string) model.Figure {
	return model.Figure{
		Name: name, Equation: "E = {C}·{V}²", Value: c.Value * v * v, Unit: "J",
		Inputs: []model.Input{c, {Symbol: "V", Value: v, Unit: "V", Key: key}},
	}
}
