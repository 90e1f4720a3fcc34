package device_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xbar/crossbar/device"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/unit"
)

func never(string) bool  { return false }
func always(string) bool { return true }

// near fails unless got is within a relative tolerance of want.
func near(t modeltest.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Abs(want) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// Energies that were published beside what they follow from.
func TestPublishedEnergies(t *testing.T) {
	nvsim := device.Config{Model: "conductance", ReadVoltage: 0.4, GOn: 1e-6, GOff: 1e-7, ReadTime: 1}
	base, slope := nvsim.Read()
	near(t, "read power of NVSim's RRAM.cell, 0.16 µW", base.Value+slope.Value, 0.16e-6, 1e-9)

	jia := device.Config{Model: "capacitor", Bits: 1, Capacitance: 2e-15, Voltage: 0.85}
	base, slope = jia.Read()
	near(t, "CiMLoop's bit cell capacitor of Jia's macro, 1.445 fJ", base.Value+slope.Value, 1.445e-15, 1e-9)

	dimc := device.Config{Model: "gates", Bits: 8, Gates: 8, Voltage: 0.9}
	base, slope = dimc.Read()
	near(t, "a weight of DIMC1 at a quarter of its bits, 0.567 fJ", base.Value+slope.Value/4, 0.567e-15, 1e-9)

	wan := device.Config{WriteModel: "pulse", WriteVoltage: 1.75, WriteConductance: 20e-6, WriteTime: 1e-6}
	near(t, "8.52 pulses of NeuRRAM, 522 pJ", 8.52*wan.Write().Value, 522e-12, 1e-3)

	isaac := device.Config{WriteModel: "pulse", WriteVoltage: 2, WriteConductance: (1./1333 + 1./20000) / 2, WriteTime: 40e-9}
	near(t, "the preset isaac's pulse, 64 pJ", isaac.Write().Value, 64e-12, 1e-3)
}

// The facts' receiver numbers: 37 fJ for the shot noise of 8 bits at 0.85 A/W,
// 49 and 3.1 fJ for an amplifier of 5 pA/√Hz at 1 GHz and 1 A/W.
func TestPublishedReceivers(t *testing.T) {
	for _, test := range []struct{ bits, responsivity, noise, want float64 }{
		{8, 0.85, 0, 37e-15},
		{8, 1, 5, 49e-15},
		{4, 1, 5, 3.1e-15},
	} {
		c := device.Config{
			Model: "photonic", Responsivity: test.responsivity, TIANoise: test.noise, SNRBits: test.bits,
			ReadTime: 1e-9, WallPlugEfficiency: 1, FanIn: 1,
		}
		f, ok := c.Lumped()
		if !ok {
			t.Fatal("a laser shines whatever the input is")
		}
		near(t, fmt.Sprintf("%+v", test), f.Value, test.want, 0.015)
	}
}

// The ladder's closed form is the mean over all words of the circuit, solved
// node by node.
func TestLadderIsTheCircuit(t *testing.T) {
	for bits := 1; bits <= 8; bits++ {
		c := device.Config{Model: "c2c", Bits: bits, UnitCapacitance: 3e-15, Voltage: 0.8}
		var sum float64
		for word := range 1 << bits {
			sum += ladderCharge(bits, word)
		}
		base, slope := c.Read()
		near(t, fmt.Sprint(bits, " bits"), base.Value, sum/float64(int(1)<<bits)*3e-15*0.8*0.8, 1e-12)
		if slope.Value != 0 {
			t.Errorf("slope is %g", slope.Value)
		}
	}
}

// ladderCharge is the charge, over C·V, that a word draws from the input of a
// C-2C ladder: Kirchhoff's law at every node, by elimination.
func ladderCharge(bits, word int) float64 {
	matrix := make([][]float64, bits)
	for i := range matrix {
		row := make([]float64, bits+1)
		row[i] = 1 // the leg C
		if i == 0 {
			row[i]++ // the C that ends the ladder
		}
		for _, j := range []int{i - 1, i + 1} {
			if j >= 0 && j < bits {
				row[i] += 2
				row[j] -= 2
			}
		}
		row[bits] = float64(word >> i & 1)
		matrix[i] = row
	}
	for i := range bits {
		for k := range bits {
			if k == i {
				continue
			}
			factor := matrix[k][i] / matrix[i][i]
			for j := range matrix[k] {
				matrix[k][j] -= factor * matrix[i][j]
			}
		}
	}
	charge := 0.0
	for i := range bits {
		if word>>i&1 == 1 {
			charge += 1 - matrix[i][bits]/matrix[i][i]
		}
	}
	return charge
}

func randomCell(t *rapid.T) device.Config {
	draw := func(name string, low, high float64) float64 {
		return math.Pow(10, rapid.Float64Range(low, high).Draw(t, name))
	}
	return device.Config{
		Bits:        rapid.IntRange(1, 8).Draw(t, "bits"),
		Model:       rapid.SampledFrom(device.Groups[0].Names()).Draw(t, "model"),
		ReadEnergy:  unit.Joule(draw("read energy", -18, -9)),
		ReadVoltage: unit.Volt(draw("read voltage", -3, 1)), ReadTime: unit.Second(draw("read time", -12, -3)),
		GOn: unit.Siemens(draw("g on", -12, -1)), GOff: unit.Siemens(draw("g off", -12, -1)),
		Capacitance: unit.Farad(draw("capacitance", -18, -12)), UnitCapacitance: unit.Farad(draw("unit capacitance", -18, -12)),
		Voltage: unit.Volt(draw("voltage", -3, 1)), Gates: rapid.IntRange(1, 1024).Draw(t, "gates"),
		Responsivity: draw("responsivity", -2, 1), WallPlugEfficiency: draw("efficiency", -4, 0),
		LossDB: rapid.Float64Range(0, 50).Draw(t, "loss"), Stages: rapid.IntRange(0, 60).Draw(t, "stages"), StageLossDB: rapid.Float64Range(0, 1).Draw(t, "stage loss"), SNRBits: rapid.Float64Range(0, 20).Draw(t, "snr bits"),
		TIANoise: rapid.Float64Range(0, 1e6).Draw(t, "noise"), FanIn: rapid.IntRange(1, 1<<20).Draw(t, "fan-in"),
		WriteModel:  rapid.SampledFrom(device.Groups[1].Names()).Draw(t, "write model"),
		WriteEnergy: unit.Joule(draw("write energy", -15, -9)), WriteVoltage: unit.Volt(draw("write voltage", -3, 1)),
		WriteConductance: unit.Siemens(draw("write conductance", -9, -2)), WriteTime: unit.Second(draw("write time", -12, -3)),
		AreaModel: rapid.SampledFrom(device.Groups[2].Names()).Draw(t, "area model"),
		Area:      unit.SquareMetre(draw("area", -18, -9)), AreaSquares: draw("squares", 0, 4), Feature: unit.Metre(draw("feature", -9, -6)),
		Leakage: unit.Watt(draw("leakage", -12, -3)),
	}
}

func TestEveryFigureIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := randomCell(t)
		base, slope := c.Read()
		for _, f := range []model.Figure{base, slope, c.Write(), c.AreaEach(never), c.AreaEach(always), c.LeakageEach(never)} {
			modeltest.Check(t, f)
		}
		if f, ok := c.Lumped(); ok && (f.Value != base.Value || slope.Value != 0) {
			t.Fatalf("a driven cell costs %g, and a read %g + %g·w", f.Value, base.Value, slope.Value)
		}
	})
}

// Twice the voltage is four times the energy, and no model has a read that is
// cheaper at more bits.
func TestScaling(t *testing.T) {
	total := func(c device.Config) float64 {
		base, slope := c.Read()
		return base.Value + slope.Value
	}
	rapid.Check(t, func(t *rapid.T) {
		c := randomCell(t)
		twice := c
		twice.ReadVoltage, twice.Voltage, twice.WriteVoltage = 2*c.ReadVoltage, 2*c.Voltage, 2*c.WriteVoltage
		want := 4.0
		if _, lumped := c.Lumped(); lumped {
			want = 1
		}
		if got := total(twice) / total(c); !(math.Abs(got-want) <= 1e-9) {
			t.Fatalf("twice the voltage is %g times the energy", got)
		}
		finer := c
		finer.SNRBits, finer.Bits = c.SNRBits+1, min(c.Bits+1, 8)
		if total(finer) < total(c) {
			t.Fatalf("a finer read costs less: %g < %g", total(finer), total(c))
		}
		if c.Model == "photonic" {
			// Shot noise asks for four times the light a bit, an amplifier for twice.
			if got := total(finer) / total(c); got < 2-1e-9 || got > 4+1e-9 {
				t.Fatalf("a bit more asks for %g times the light", got)
			}
		}
	})
}

// Written numbers win over the model's, zero included.
func TestWrittenArea(t *testing.T) {
	c := device.Config{AreaModel: "squares", AreaSquares: 53, Feature: 45e-9, Area: 0}
	near(t, "53 F² at 45 nm", c.AreaEach(never).Value, 0.107325e-12, 1e-9)
	if got := c.AreaEach(always).Value; got != 0 {
		t.Errorf("the written area is 0, and %g is charged", got)
	}
}

// What a cell adds to a full-scale read is what a read of its top level costs, and of a
// capacitor what charges it; a ladder's output has two units of capacitance.
func TestFullScale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := device.Config{
			Model: rapid.SampledFrom(device.Groups[0].Names()).Draw(t, "model"), Bits: rapid.IntRange(1, 8).Draw(t, "bits"),
			ReadEnergy: 3e-15, ReadVoltage: 0.4, ReadTime: 1e-8, Gates: 2, Voltage: 0.9,
			GOn: unit.Siemens(rapid.Float64Range(1e-9, 1e-3).Draw(t, "on")), GOff: unit.Siemens(rapid.Float64Range(0, 1e-3).Draw(t, "off")),
			Capacitance: 2e-15, UnitCapacitance: 3e-15, Responsivity: 0.85, WallPlugEfficiency: 0.1, SNRBits: 8, TIANoise: 5, FanIn: 64,
		}
		top, bottom := c.FullScale()
		modeltest.Check(t, top)
		modeltest.Check(t, bottom)
		base, slope := c.Read()
		high, low := base.Value+slope.Value, base.Value
		switch c.Model {
		case "capacitor":
			low = high // is charged in another read
		case "c2c":
			high = 2 * 3e-15 * 0.81
			low = high
		}
		near(t, c.Model+" at the top level", top.Value, high, 1e-9)
		near(t, c.Model+" at the lowest", bottom.Value, low, 1e-9)
	})
}

func TestDoubts(t *testing.T) {
	upside := device.Config{Model: "conductance", ReadVoltage: 1, ReadTime: 1, GOn: 1, GOff: 2}
	if _, slope := upside.Read(); slope.Outside == "" || slope.Value != 0 {
		t.Errorf("%+v", slope)
	}
	two := device.Config{Model: "capacitor", Bits: 2}
	if _, slope := two.Read(); slope.Outside == "" {
		t.Errorf("%+v", slope)
	}
	// A budget of 33 dB is for 55 interferometers of 0.5 dB and 5.5 dB beside them.
	for stages, outside := range map[int]bool{55: false, 56: true} {
		dark := device.Config{Model: "photonic", Responsivity: 1, WallPlugEfficiency: 1, FanIn: 1, LossDB: 5.5, Stages: stages, StageLossDB: 0.5}
		if base, _ := dark.Read(); (base.Outside != "") != outside {
			t.Errorf("%+v", base)
		}
	}
	for responsivity, outside := range map[float64]bool{1.25: false, 1.26: true} { // an electron a photon is 1.2502 A/W
		bright := device.Config{Model: "photonic", Responsivity: responsivity, WallPlugEfficiency: 1, FanIn: 1}
		if base, _ := bright.Read(); (base.Outside != "") != outside {
			t.Errorf("%+v", base)
		}
	}
	tiny := device.Config{AreaModel: "squares", Feature: 7e-9}
	if tiny.AreaEach(never).Outside == "" {
		t.Error("7 nm is no length")
	}
}

// Where a ReRAM cell's femtojoules come from.
func ExampleConfig_Read() {
	cell := device.Config{Model: "conductance", ReadVoltage: 0.4, GOn: 1e-6, GOff: 0.1e-6, ReadTime: 10e-9}
	base, slope := cell.Read()
	fmt.Println(base.Symbols(), "=", base.Numbers(), "=", base.Result())
	fmt.Println(slope.Symbols(), "=", slope.Numbers(), "=", slope.Result())
	// Output:
	// E = V²·G_off·t = (400 mV)²·100 nS·10.0 ns = 160 aJ
	// E = V²·max(G_on − G_off, 0)·t = (400 mV)²·max(1.00 µS − 100 nS, 0)·10.0 ns = 1.44 fJ
}
