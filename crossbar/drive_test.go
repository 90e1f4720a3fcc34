package crossbar_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"xbar/crossbar"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/unit"
)

func TestRow(t *testing.T) {
	wire := crossbar.Config{Model: "wire", Cols: 128, Node: 32e-9, CellPitch: 0.2e-6, GateCapacitance: 0.05e-15, DriveVoltage: 0.5}
	capacitance, drive := wire.RowCapacitanceOf(), wire.Drive()
	volts := func(v float64) model.Input { return model.Input{Value: v, Unit: "V", Key: "drive_voltage"} }
	feature := func(f float64) model.Input { return model.Input{Value: f, Unit: "m", Key: "cell.feature"} }
	floor := wire.DriveFloor(feature(32e-9), volts(0.5))
	modeltest.Check(t, capacitance)
	modeltest.Check(t, drive)
	modeltest.Check(t, floor)
	own, stated := wire.OwnLine(volts(0.5))
	modeltest.Check(t, own)
	if !stated {
		t.Error("the wire is as long as the config says")
	}
	for _, test := range []struct {
		what      string
		got, want float64
	}{
		{"capacitance", capacitance.Value, 128 * (0.246e-9*0.2e-6 + 0.05e-15)},
		{"drive", drive.Value, capacitance.Value * 0.25},
		{"floor", floor.Value, 128 * 0.246e-9 * 2 * 32e-9 * 0.25},
		{"its own wire", own.Value, 128 * 0.246e-9 * 0.2e-6 * 0.25},
		{"floor beyond the table", wire.DriveFloor(feature(130e-9), volts(1)).Value, 128 * 0.239e-9 * 2 * 130e-9},
		{"floor below the table", wire.DriveFloor(feature(7e-9), volts(1)).Value, 128 * 0.239e-9 * 2 * 7e-9},
	} {
		if math.Abs(test.got-test.want) > 1e-9*test.want {
			t.Errorf("%s is %g, want %g", test.what, test.got, test.want)
		}
	}

	given := crossbar.Config{Model: "given", RowCapacitance: 10e-15, DriveVoltage: 0.4}
	modeltest.Check(t, given.Drive())
	if e := given.Drive().Value; math.Abs(e-1.6e-15) > 1e-24 {
		t.Errorf("given drive is %g", e)
	}
	if _, stated := given.OwnLine(volts(0.4)); stated {
		t.Error("nobody says how long the wire of a given capacitance is")
	}
	if len(floor.Warnings()) > 0 {
		t.Errorf("32 nm: %v", floor.Warnings())
	}
	for _, far := range []float64{7e-9, 130e-9} {
		if f := wire.DriveFloor(feature(far), volts(1)); len(f.Warnings()) != 1 {
			t.Errorf("%g m: %v", far, f.Warnings())
		}
	}
}

// A wire whose cells are as wide as a crosspoint, or wider, takes no less than its floor.
func TestDriveKeepsAboveItsFloor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := crossbar.Config{
			Model: "wire", Cols: rapid.IntRange(1, 1<<20).Draw(t, "cols"),
			Node:            unit.Metre(rapid.Float64Range(1e-12, 1e3).Draw(t, "node")),
			GateCapacitance: unit.Farad(rapid.Float64Range(0, 1).Draw(t, "gate")),
			DriveVoltage:    unit.Volt(rapid.OneOf(rapid.Just(0.), rapid.Float64Range(1e-9, 1e3)).Draw(t, "V")), // squares of less lose digits
		}
		c.CellPitch = 2 * c.Node * unit.Metre(rapid.Float64Range(1, 1e3).Draw(t, "pitch"))
		floor := c.DriveFloor(model.Input{Value: float64(c.Node), Unit: "m", Key: "node"}, model.Input{Value: float64(c.DriveVoltage), Unit: "V", Key: "drive_voltage"})
		modeltest.Check(t, c.Drive())
		modeltest.Check(t, floor)
		if c.Drive().Value < floor.Value*(1-1e-9) {
			t.Errorf("drive of %g below its floor of %g", c.Drive().Value, floor.Value)
		}
		twice := c
		twice.Cols *= 2
		if got, want := twice.Drive().Value, 2*c.Drive().Value; math.Abs(got-want) > 1e-9*want {
			t.Errorf("twice the columns: %g, want %g", got, want)
		}
	})
}

func TestSample(t *testing.T) {
	given := crossbar.SampleHold{Model: "given", EnergyPerSample: 1e-15}
	capacitor := crossbar.SampleHold{Model: "capacitor", Capacitance: 20e-15, Voltage: 0.5}
	modeltest.Check(t, given.Sample())
	modeltest.Check(t, capacitor.Sample())
	if given.Sample().Value != 1e-15 || math.Abs(capacitor.Sample().Value-5e-15) > 1e-24 {
		t.Errorf("samples of %g and %g", given.Sample().Value, capacitor.Sample().Value)
	}
}

// The row wire of a fold runs past all columns, but has the gates of its part of
// them only.
func TestDriveOfAFold(t *testing.T) {
	flat := crossbar.Config{Model: "wire", Cols: 768, Node: 65e-9, CellPitch: 1e-6, GateCapacitance: 1e-15, DriveVoltage: 1}
	folded := flat
	folded.Fold = 3
	modeltest.Check(t, folded.Drive())
	if got, want := flat.Drive().Value-folded.Drive().Value, 512e-15; math.Abs(got/want-1) > 1e-9 {
		t.Errorf("a fold of three saves %g J of gates, want %g", got, want)
	}
}
