package dac_test

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"

	"xbar/dac"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/unit"
)

func never(string) bool  { return false }
func always(string) bool { return true }

// near fails unless got is within a relative tolerance of want.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Abs(want) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// sound fails unless a figure can be explained and has a unit.
func sound(t rapid.TB, f model.Figure) {
	t.Helper()
	modeltest.Check(t, f)
	if f.Unit == "" {
		t.Errorf("%s has no unit", f.Name)
	}
}

// energy is that of one digit.
func energy(c dac.Config, digit float64) float64 {
	base, slope := c.Convert()
	return base.Value + slope.Value*digit
}

func TestPublishedConverters(t *testing.T) {
	near(t, "ZigZag-IMC, 8 bits at 0.9 V", energy(dac.Config{Model: "capacitive", Bits: 8, Voltage: 0.9}, 255), 324e-15, 1e-9)
	if got := energy(dac.Config{Model: "capacitive", Bits: 1, Voltage: 0.9}, 1); got != 0 {
		t.Errorf("ZigZag-IMC has no converter for one bit, and it takes %g", got)
	}
	registers := dac.Config{Model: "registers", Bits: 2, Voltage: 0.9}
	near(t, "two flip-flops of ZigZag-IMC, 2.1 fF each at 0.9 V", energy(registers, 0), 2*2.1e-15*0.81, 1e-9)
	near(t, "their area", registers.AreaEach(never).Value, 2*6*0.614e-12, 1e-9)
	// MNSIM's list, mW: 0.0039, 0.0078, … by bits.
	near(t, "MNSIM, 4 bits in 100 ns", energy(dac.Config{Model: "doubling", Bits: 4, OneBitEnergy: 3.9e-6 * 100e-9}, 15), 8*0.39e-12, 1e-9)
	// The area that hwcomponents gives 5 kohm and 8 bits.
	ladder := dac.Config{Model: "r-2r", Bits: 8, Resistance: 5000, Node: 22e-9}
	near(t, "area of an R-2R ladder", ladder.AreaEach(never).Value, 282e-12, 1e-9)
	ladder.Node = 44e-9
	near(t, "and of one at twice the node", ladder.AreaEach(never).Value, 4*282e-12, 1e-9)
}

// The ladder's closed form is the mean over all digits of the power that the
// circuit takes, solved node by node.
func TestLadderIsTheCircuit(t *testing.T) {
	for bits := 1; bits <= 8; bits++ {
		c := dac.Config{Model: "r-2r", Bits: bits, Resistance: 5000, Voltage: 0.8, HoldTime: 7e-9}
		var power float64
		for digit := range 1 << bits {
			power += ladderCurrent(bits, digit, 0.8, 5000) * 0.8
		}
		near(t, fmt.Sprint(bits, " bits"), energy(c, 0), power/float64(int(1)<<bits)*7e-9, 1e-6)
	}
}

// ladderCurrent is what an R-2R ladder draws from its supply v: each node
// settles to the mean of its neighbours, weighted by conductance.
func ladderCurrent(bits, digit int, v, r float64) float64 {
	node := make([]float64, bits)
	supply := func(i int) float64 { return v * float64(digit>>i&1) }
	for range 2000 {
		for i := range node {
			current, conductance := supply(i)/(2*r), 1/(2*r)
			if i == 0 {
				conductance += 1 / (2 * r) // the 2R that ends the ladder
			} else {
				current, conductance = current+node[i-1]/r, conductance+1/r
			}
			if i < bits-1 {
				current, conductance = current+node[i+1]/r, conductance+1/r
			}
			node[i] = current / conductance
		}
	}
	total := 0.0
	for i := range node {
		total += (supply(i) - node[i]) / (2 * r) * float64(digit>>i&1)
	}
	return total
}

func randomConverter(t *rapid.T) dac.Config {
	draw := func(name string, low, high float64) float64 {
		return math.Pow(10, rapid.Float64Range(low, high).Draw(t, name))
	}
	return dac.Config{
		Bits:                rapid.IntRange(1, 16).Draw(t, "bits"),
		Model:               rapid.SampledFrom(dac.Groups[0].Names()).Draw(t, "model"),
		EnergyPerConversion: unit.Joule(draw("energy", -18, -9)), OneBitEnergy: unit.Joule(draw("one bit", -18, -9)),
		Capacitance: unit.Farad(draw("capacitance", -18, -12)), Voltage: unit.Volt(draw("voltage", -2, 1)),
		EnergyPerPulse: unit.Joule(draw("pulse", -18, -9)), EnergyPerLoad: unit.Joule(draw("load", -18, -9)), EnergyPerUnit: unit.Joule(draw("unit", -18, -9)),
		Resistance: unit.Ohm(draw("resistance", 0, 7)), HoldTime: unit.Second(draw("hold", -12, -6)), Node: unit.Metre(draw("node", -9, -6)),
		Timing:  rapid.SampledFrom(dac.Groups[1].Names()).Draw(t, "timing"),
		Latency: unit.Second(draw("latency", -12, -6)), PulseTime: unit.Second(draw("pulse time", -12, -6)),
		Leakage: unit.Watt(draw("leakage", -12, -3)), Area: unit.SquareMetre(draw("area", -15, -9)),
	}
}

func TestEveryFigureIsSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := randomConverter(t)
		base, slope := c.Convert()
		for _, f := range []model.Figure{base, slope, c.Load(), c.AreaEach(never), c.AreaEach(always), c.LeakageEach(never)} {
			sound(t, f)
		}
	})
}

// A bit more never costs less at full scale, and pulses of the same kind take
// twice the energy and time and a little more.
func TestMoreBitsCostMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := randomConverter(t)
		c.Bits = min(c.Bits, 15)
		full := func(c dac.Config) float64 { return energy(c, math.Pow(2, float64(c.Bits))-1) }
		more := c
		more.Bits++
		if full(more) < full(c) {
			t.Fatalf("%d bits take %g, one more takes %g", c.Bits, full(c), full(more))
		}
		if got := more.Load().Value; got < c.Load().Value {
			t.Fatalf("%d bits take %g s, one more takes %g s", c.Bits, c.Load().Value, got)
		}
		if c.Timing == "pulses" && math.Abs(more.Load().Value-2*c.Load().Value-float64(c.PulseTime)) > 1e-9*c.Load().Value {
			t.Fatalf("pulses for a bit more take %g s after %g s", more.Load().Value, c.Load().Value)
		}
	})
}

// Written numbers win over the model's, zero included.
func TestWrittenArea(t *testing.T) {
	c := dac.Config{Model: "r-2r", Bits: 8, Resistance: 5000, Node: 22e-9}
	if got := c.AreaEach(always).Value; got != 0 {
		t.Errorf("the written area is 0, and %g is charged", got)
	}
}

func TestDoubts(t *testing.T) {
	c := dac.Config{Model: "driver", Bits: 2}
	if _, slope := c.Convert(); slope.Outside == "" {
		t.Error("an inverter has no two bits")
	}
}

func TestTimeCoded(t *testing.T) {
	for _, name := range dac.Groups[0].Names() {
		c := dac.Config{Model: name}
		if got, want := c.TimeCoded(), name == "pulse-count" || name == "pulse-width"; got != want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// An 8-bit digit as a train of pulses: what it costs and how long it takes.
func ExampleConfig_Convert() {
	c := dac.Config{Bits: 8, Model: "pulse-count", EnergyPerPulse: 2e-15, EnergyPerLoad: 10e-15, Timing: "pulses", PulseTime: 1e-9}
	base, slope := c.Convert()
	fmt.Println(base.Result(), "and", slope.Result(), "a pulse")
	load := c.Load()
	fmt.Println(load.Symbols(), "=", load.Numbers(), "=", load.Result())
	// Output:
	// 10.0 fJ and 2.00 fJ a pulse
	// t = (2^B − 1)·t_pulse = (2^8 − 1)·1.00 ns = 255 ns
}
